"""The families of transformers: built tiny from their own classes, saved, loaded by `zoo.load`, asked about a file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch

from course_lib import zoo
from course_lib.errors import ModelError
from course_lib.video import Clip
from course_lib.zoo.families import metadata
from tests.zoo import tiny

DEMO = files("course_lib") / "clips" / "demo.mp4"
QUESTIONS = ["What happens?", "And what happened before that, at second 5?", "Why?"]
SECONDS = (1.0, 3.0, 5.0, 7.0, 9.5, 11.25)  # neither from 0 nor evenly
TIMES = {
    "smolvlm": [f"Frame from 00:{s:02d}:" for s in (1, 3, 5, 7, 9, 11)],
    "qwen3_vl": ["<2.0 seconds>", "<6.0 seconds>", "<10.4 seconds>"],
    "video_llama_3": [f"Time {s:.1f}s:" for s in SECONDS],
    "internvl": [f"Frame{i}:" for i in range(1, 7)],
}


def clip(seconds=SECONDS, seed: int = 0, duration: float = 12.0) -> Clip:
    frames = np.random.default_rng(seed).integers(0, 256, (len(seconds), 6, 8, 3)).astype(np.uint8)
    large = frames.repeat(10, axis=1).repeat(10, axis=2)  # blocks of 10 pixels, so that a resize keeps them apart
    return Clip(large, np.array(seconds), duration, "drawn")


@pytest.fixture(scope="module", params=list(tiny.FAMILIES))
def family(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def model(family, tmp_path_factory):
    return zoo.load(tiny.build(family, tmp_path_factory.mktemp("hub") / family), device="cpu")


def prompt(model, watched: Clip, question: str = "What happens?") -> str:
    ids = model.reader.inputs(watched, question)["input_ids"][0]
    return model.reader.processor.tokenizer.decode(ids)


def test_it_is_asked_about_a_real_file_and_sees_the_frames_it_asks_for(model, family):
    watched = model.watch(DEMO)
    assert len(watched) == model.reader.sampling.count(30.0)
    assert watched.frames.shape[1:3] == (384, 384)  # as the file shows it: the processor resizes
    few = model.watch(DEMO, num_frames=4)
    assert isinstance(model.answer(few, "What happens?", 8), str)
    assert model.answer(few, "What happens?", 8) == model.answer(few, "What happens?", 8)


def test_the_times_that_it_reads_are_the_clips(model, family):
    text = prompt(model, clip())
    if family in TIMES:
        places = [text.index(time) for time in TIMES[family]]
        assert places == sorted(places)
        assert not any(time in prompt(model, clip(np.arange(6) * 2.0)) for time in TIMES[family][-1:]) or (
            family == "internvl"  # counts frames, whatever their seconds
        )
    elif family == "qwen2_5_vl":  # two frames a step; 10.25 s over 5 gaps, and 2 positions a second
        inputs = model.reader.inputs(clip(), "What happens?")
        assert float(inputs["second_per_grid_ts"][0]) == pytest.approx(2 * 10.25 / 5, rel=1e-3)
        places = model.reader.model.model.get_rope_index(**{k: v for k, v in inputs.items() if "pixel" not in k})[0]
        steps = sorted({int(p) for p in places[0, 0][inputs["mm_token_type_ids"][0] == 2]})
        assert np.diff(steps).tolist() == [8, 8]  # 4.1 s are 8 positions; at a guessed 24 frames a second they were 0
    else:
        assert not any(c.isdigit() for c in text)  # it is told no times at all


def test_all_frames_reach_it_in_their_order(model):
    once, back = model.reader.inputs(clip(), ""), model.reader.inputs(turned(clip()), "")
    pixels = next(v for k, v in once.items() if k.startswith("pixel_values"))
    other = next(v for k, v in back.items() if k.startswith("pixel_values"))
    assert pixels.shape == other.shape and not torch.equal(pixels, other)
    assert torch.allclose(pixels.double().sum(), other.double().sum(), rtol=1e-4)  # the same frames


def turned(watched: Clip) -> Clip:
    return Clip(watched.frames[::-1].copy(), watched.seconds, watched.duration, watched.source)


def test_questions_in_company_and_alone_get_one_answer(model):
    together = model.scored(clip(), QUESTIONS, 10)
    alone = [model.scored(clip(seed=0), [q], 10)[0] for q in QUESTIONS]
    assert [text for text, _ in together] == [text for text, _ in alone]
    assert [p for _, p in together] == pytest.approx([p for _, p in alone], rel=1e-3)
    assert len(set(together)) > 1


def test_it_writes_what_its_own_class_would_generate(model, family):
    watched, its = clip(), model.reader.model
    inputs = dict(model.reader.inputs(watched, QUESTIONS[0]))
    if family == "qwen2_5_vl":
        inputs["position_ids"] = behind_the_clip(its, inputs)
    length = inputs["input_ids"].shape[1]
    ids = its.generate(**inputs, max_new_tokens=10, do_sample=False)[0, length:].tolist()
    assert model.answer(watched, QUESTIONS[0], 10) == model.reader.text(ids)


def behind_the_clip(its, inputs) -> torch.Tensor:
    """Positions as Qwen2.5-VL was trained: the text goes on behind the clip's last second. transformers lets it go on
    behind the height or width of a frame, in the middle of the clip's seconds."""
    places, _ = its.model.get_rope_index(**{k: v for k, v in inputs.items() if "pixel" not in k})
    text = int((inputs["mm_token_type_ids"][0] == 2).nonzero().max()) + 1
    shift = int(places[:, 0, :text].max()) + 1 - int(places[0, 0, text])
    places[:, :, text:] += shift
    its.model.rope_deltas = torch.tensor([[int(places.max()) + 1 - places.shape[-1]]])
    flat = torch.arange(places.shape[-1]).expand(1, 1, -1)
    return torch.cat([flat, places])


def test_the_clip_changes_the_answer(model):
    watched = model.scored(clip(), QUESTIONS, 10)
    assert watched != model.scored(clip(seed=1), QUESTIONS, 10)


def test_tokens_are_those_of_the_whole_prompt(model):
    ids = model.reader.inputs(clip(), QUESTIONS[1])["input_ids"][0]
    assert model.num_tokens(clip(), QUESTIONS[1]) == len(ids)
    assert 0 < model.reader.video_tokens(clip()) < model.reader.length(clip()) < len(ids)


def test_one_frame_is_enough_and_far_too_many_are_an_error(model):
    assert isinstance(model.answer(clip((0.5,)), "What?", 4), str)
    model.reader.writer, whole = type(model.reader.writer)(model.reader.model, model.reader.writer.ends, 20), (
        model.reader.writer
    )
    try:
        with pytest.raises(ModelError, match=r"frames are \d+ tokens; .* has room for 20\. Give fewer frames"):
            model.answer(clip(seed=9), "What?", 4)
    finally:
        model.reader.writer = whole


def test_a_contrast_against_another_clip_is_possible(model):
    plain = model.scored(clip(), QUESTIONS[:1], 10)
    assert model.scored(clip(), QUESTIONS[:1], 10, against=clip(seed=3), weight=40.0) != plain


def test_half_precision_stands_at_the_same_positions_and_nearly_the_same_words(model, family, tmp_path):
    half = zoo.load(tiny.build(family, tmp_path / family), device="cpu", dtype="bfloat16")
    assert half.reader.model.dtype == torch.bfloat16
    long = clip(np.arange(400) * 1.03, duration=420.0)  # past 256, where bfloat16 cannot count
    assert half.reader.read(long).shift == model.reader.read(long).shift
    own, other = (m.reader.read(clip()).cache.layers[0].keys.float() for m in (model, half))
    assert (own - other).norm() / own.norm() < 0.05


@pytest.mark.parametrize("quantize", ["8bit", "4bit"])
def test_quantized_the_language_model_alone_is_so(quantize, model, family, tmp_path):
    small = zoo.load(tiny.build(family, tmp_path / family), device="cpu", quantize=quantize)
    kinds = ("Linear8bitLt", "Linear4bit")
    changed = [n for n, m in small.reader.model.named_modules() if type(m).__name__ in kinds]
    assert len(changed) == 2 * 7 and all("language_model" in n or "text_model" in n for n in changed)
    own, other = (m.reader.read(clip()).cache.layers[1].values.float() for m in (model, small))
    assert 1e-4 < (own - other).norm() / own.norm() < {"8bit": 0.1, "4bit": 0.6}[quantize]


def test_a_question_with_the_models_own_mark_for_a_clip_is_refused(model):
    with pytest.raises(ModelError, match="the model's own mark for a clip"):
        model.answer(clip(), f"What is {model.reader.processor.video_token}?", 4)


def test_a_processor_without_a_template_for_video_is_refused_when_it_is_loaded(family, tmp_path):
    if family == "smolvlm":
        pytest.skip("transformers brings SmolVLM's own")
    folder = tiny.build(family, tmp_path / family)
    (folder / "chat_template.jinja").write_text("{% for m in messages %}{{ m.role }}{% endfor %}")
    with pytest.raises(ModelError, match="no chat template for a video"):
        zoo.load(folder, device="cpu")
    (folder / "chat_template.jinja").write_text("{% for m in messages %}{{ m.")
    with pytest.raises(ModelError, match="does not load"):
        zoo.load(folder, device="cpu")


def test_after_forgetting_nothing_of_the_clip_is_kept(model):
    model.answer(clip(), "What?", 2)
    model.forget()
    reader = model.reader
    assert not model._watched and reader._clip is None and reader.processor.video_processor.made is None


def test_stretched_positions_count_as_room():
    from types import SimpleNamespace

    from course_lib.zoo.families import room

    text = SimpleNamespace(max_position_embeddings=4096, rope_parameters={"rope_type": "linear", "factor": 2.5})
    assert room(text) == 10240
    assert room(SimpleNamespace(max_position_embeddings=4096, rope_parameters={"rope_type": "default"})) == 4096


def test_a_revision_of_a_folder_and_a_name_that_is_none_are_refused(tmp_path):
    with pytest.raises(ModelError, match="has no revisions"):
        zoo.load("pocket", revision="abc")
    for name in (None, 3, "", "x" * 5000):
        with pytest.raises(ModelError, match="is no name of a model"):
            zoo.load(name)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_it_runs_on_cuda(family, tmp_path):
    there = zoo.load(tiny.build(family, tmp_path / family), device="cuda")
    assert there.reader.model.dtype == torch.bfloat16
    assert isinstance(there.answer(clip(), "What happens?", 4), str)


def test_a_weight_that_is_missing_is_an_error_and_never_random(family, tmp_path):
    from safetensors.torch import load_file, save_file

    folder = tiny.build(family, tmp_path / family)
    weights = load_file(folder / "model.safetensors")
    gone = next(k for k in weights if "q_proj.weight" in k)
    save_file({k: v for k, v in weights.items() if k != gone}, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"has missing keys: .*q_proj\.weight"):
        zoo.load(folder, device="cpu")


def test_the_metadata_says_the_clips_seconds_and_its_rate():
    told = metadata(clip())
    assert told.timestamps == pytest.approx(SECONDS)
    assert told.sampled_fps == pytest.approx(5 / 10.25, rel=1e-3)
    assert metadata(clip((4.0,))).timestamps == [4.0]


def test_a_model_of_another_kind_is_refused_by_name(tmp_path):
    from transformers import LlamaForCausalLM

    LlamaForCausalLM(tiny.text_config("llama")).save_pretrained(tmp_path)
    with pytest.raises(ModelError, match=r"is a 'llama' model\. Known are: smolvlm, .*internvl"):
        zoo.load(tmp_path, device="cpu")


def test_code_from_the_hub_runs_only_when_it_is_asked_for(tmp_path):
    import json

    folder = tiny.build("smolvlm", tmp_path / "strange")
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "strange", "auto_map": {"AutoConfig": "code.StrangeConfig"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "code.py").write_text(f"open({str(Path(tmp_path) / 'ran')!r}, 'w')")
    with pytest.raises(ModelError, match=r"code of its own, which would run with your rights.*--trust-remote-code"):
        zoo.load(folder, device="cpu")
    assert not (tmp_path / "ran").exists()
