"""LLaVA-Video and VideoChat-Flash against the numbers of their original implementations.

The fixtures hold what those gave with tiny random weights, in float32 on a CPU; each says from which commit and how to
make the weights and the frames again. None of their code is here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from course_lib import zoo
from course_lib.errors import ModelError
from course_lib.model.splice import splice
from course_lib.model.umt import sine_places
from course_lib.tokens.merge import merge_to
from course_lib.video import Clip
from course_lib.zoo.native import time_instruction, time_message
from tests.zoo import tiny

DEMO = files("course_lib") / "clips" / "demo.mp4"
FIXTURES = {p.stem: json.loads(p.read_text()) for p in sorted((Path(__file__).parent / "fixtures").glob("*.json"))}
CASES = [(name, case) for name, fixture in FIXTURES.items() for case in fixture["cases"]]
AS_NAMED = {"llava_video": "LlavaQwenForCausalLM", "videochat_flash": "VideoChatFlashQwenForCausalLM"}
TOLERANCE = 1e-4  # a newline token left out moves the logits by more than 0.01


def weights(fixture: dict, more: dict | None = None) -> dict[str, torch.Tensor]:
    out = {}
    for name, shape in {**fixture["tensors"], **(more or {})}.items():
        drawn = np.random.default_rng(zlib.crc32(name.encode())).standard_normal(shape).astype(np.float32)
        drawn = drawn * np.float32(fixture["rule"]["scale"])
        if len(shape) == 1 and any(name.endswith(end) for end in fixture["rule"]["norms"]):
            drawn = drawn + 1
        out[name] = torch.tensor(drawn)
    return out


def frames(seed: int, count: int) -> np.ndarray:
    low = np.random.default_rng(seed).integers(0, 256, size=(count, 6, 8, 3)).astype(np.uint8)
    return np.stack([np.asarray(Image.fromarray(x).resize((320, 240), Image.Resampling.BILINEAR)) for x in low])


def clip(seed: int, count: int, duration: float = 10.0) -> Clip:
    return Clip(frames(seed, count), (np.arange(count) + 0.5) * duration / count, duration, "drawn")


def checkpoint(folder: Path, name: str, overrides: dict | None = None) -> Path:
    fixture, overrides = FIXTURES[name], overrides or {}
    folder.mkdir(parents=True)
    more = fixture.get("tensors_slow_fast") if overrides.get("add_faster_video") else None
    save_file(weights(fixture, more), folder / "model.safetensors")
    ours = {"mm_vision_config": fixture["vision"], "architectures": [AS_NAMED[name]], "add_time_instruction": True}
    config = {**fixture["config"], **overrides, **ours}
    (folder / "config.json").write_text(json.dumps(config))
    tiny.tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture(scope="module", params=list(FIXTURES))
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def folder(name, tmp_path_factory) -> Path:
    return checkpoint(tmp_path_factory.mktemp("hub") / name, name)


@pytest.fixture(scope="module")
def model(folder):
    return zoo.load(folder, device="cpu")


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{n}-{c['name']}" for n, c in CASES])
def test_tokens_and_logits_are_those_of_the_original(name, case, tmp_path):
    rule = FIXTURES[name]["rule"]
    reader = zoo.load(checkpoint(tmp_path / name, name, case["overrides"]), device="cpu").reader
    watched = clip(case["seed"], case["frames"])
    video = reader.encode(reader.pixels(watched))
    assert len(video) == reader.video_tokens(watched) == case["video_tokens"]
    stored = case["video"]
    assert video.double().mean() == pytest.approx(stored["mean"], rel=1e-4)
    assert video.flatten()[stored["flat_index"]].tolist() == pytest.approx(stored["values"], abs=TOLERANCE)
    llm, mark = reader.model.llm, reader.model.video_token_id
    ids = torch.tensor([[*rule["ids_before"], *[mark] * len(video), *rule["ids_after"]]])
    with torch.no_grad():
        logits = llm(inputs_embeds=splice(llm.get_input_embeddings()(ids), [video], ids == mark)).logits[0, -1]
    assert logits.tolist() == pytest.approx(case["logits"], abs=TOLERANCE)


def test_pixels_are_those_of_the_original():
    for name, fixture in FIXTURES.items():
        stored = fixture["pixels"]
        for row in stored.values() if isinstance(stored, dict) else stored:
            reader = _reader_of_pixels(name, row.get("size", 384))
            pixels = reader.pixels(clip(row["seed"], row["frames"]))
            assert pixels.double().std(unbiased=False) == pytest.approx(row["std"], rel=1e-5)
            assert pixels.flatten()[row["flat_index"]].tolist() == pytest.approx(row["values"], abs=1e-5)


def _reader_of_pixels(name: str, size: int):
    from types import SimpleNamespace

    from course_lib.zoo.manifest import families
    from course_lib.zoo.native import NativeReader, Recipe

    half, mean, std = (0.5,) * 3, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    recipe = Recipe(size, *((half, half) if name == "llava_video" else (mean, std)), 1, families()[name].sampling, str)
    return NativeReader(SimpleNamespace(eval=lambda: None), recipe)


@pytest.mark.parametrize("row", FIXTURES["videochat_flash"]["merging"].values(), ids=str)
def test_merging_alone_is_that_of_the_original(row):
    x = torch.tensor(np.random.default_rng(7).standard_normal(row["input"]).astype(np.float32))
    merged = merge_to(x, row["target"], row["heads"])
    assert merged.shape[1] == row["target"]
    assert merged.flatten()[row["flat_index"]].tolist() == pytest.approx(row["values"], abs=1e-5)
    with pytest.raises(ValueError, match="cannot be merged to"):
        merge_to(x, x.shape[1], row["heads"])


@pytest.mark.parametrize("size", [224, 448])
def test_places_are_those_of_the_original(size):
    row, table = FIXTURES["videochat_flash"]["places"][str(size)], sine_places(4, size // 16, 64)
    assert table.flatten()[row["flat_index"]].tolist() == pytest.approx(row["values"], abs=1e-5)


def test_the_prompt_is_the_originals_word_for_word():
    llava, chat = FIXTURES["llava_video"]["prompt"], FIXTURES["videochat_flash"]["prompt"]
    from course_lib.zoo.native import BEFORE, BEHIND

    assert f"{BEFORE}<image>QUESTION{BEHIND}" == llava["text"]
    watched = clip(0, 3, 12.5)
    times = ",".join(f"{s:.2f}s" for s in watched.seconds)
    told = llava["time_instruction"].format(video_time=12.5, num_frames=3, frame_time=times)
    assert time_instruction(watched) == told + "\n"
    many = clip(0, chat["frames"], chat["duration"])
    assert f"{BEFORE}<image>{time_message(many)}{chat['question']}{BEHIND}" == chat["chat"]


def test_the_times_it_is_told_are_the_clips_and_with_compat_those_of_the_published_example(folder, model, name):
    watched = Clip(frames(1, 4), np.array([0.0, 0.5, 1.0, 2.25]), 10.0, "drawn")
    behind = model.reader.model.tokenizer.decode(model.reader.behind(watched, "Why?"))
    if name == "videochat_flash":
        assert "lasts for 10.00 seconds, and 4 frames are uniformly sampled from it. Why?" in behind
        return
    assert "located at 0.00s,0.50s,1.00s,2.25s.Please" in behind
    same = zoo.load(folder, device="cpu", compat=True).reader
    assert "located at 0.00s,1.00s,2.00s,3.00s.Please" in same.model.tokenizer.decode(same.behind(watched, "Why?"))
    for example in FIXTURES[name]["prompt"]["sampling"]:
        if not example["force_sample"]:
            count = len(example["frame_idx"])
            seconds = np.array(example["frame_idx"]) / example["avg_fps"]
            original = Clip(frames(1, count), seconds, example["video_time"], "drawn")
            assert f"located at {example['frame_time']}.Please" in time_instruction(original, compat=True)


def test_it_is_asked_about_a_real_file(model, name):
    watched = model.watch(DEMO, num_frames=7)
    answers = model.answers(watched, ["What happens?", "And before that?"], 8)
    assert answers == [model.answer(watched, q, 8) for q in ("What happens?", "And before that?")]
    assert len(model.moments(30.0)) == 64
    whole = model.num_tokens(watched, "What happens?")
    assert whole == model.reader.length(watched) + len(model.reader.behind(watched, "What happens?"))
    assert model.reader.read(watched).length == model.reader.length(watched)


def test_shards_are_read_one_after_the_other_and_give_the_same_model(name, model, folder, tmp_path):
    parts = checkpoint(tmp_path / name, name)
    tensors = load_file(parts / "model.safetensors")
    (parts / "model.safetensors").unlink()
    names, index = sorted(tensors), {}
    for i, some in enumerate((names[::2], names[1::2]), start=1):
        file = f"model-0000{i}-of-00002.safetensors"
        save_file({n: tensors[n] for n in some}, parts / file)
        index |= dict.fromkeys(some, file)
    (parts / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}))
    again = zoo.load(parts, device="cpu")
    assert again.scored(clip(5, 4), ["What?"], 6) == model.scored(clip(5, 4), ["What?"], 6)
    (parts / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(ModelError, match=r"has no model-00002-of-00002\.safetensors"):
        zoo.load(parts, device="cpu")


def test_a_tensor_without_a_place_and_a_place_without_a_tensor_are_errors(name, tmp_path):
    folder = checkpoint(tmp_path / name, name)
    tensors = load_file(folder / "model.safetensors")
    gone = tensors.pop("model.mm_projector.0.weight" if name == "llava_video" else "model.mm_projector.mlp.0.weight")
    save_file({**tensors, "model.stray.weight": gone}, folder / "model.safetensors")
    stray, empty = r"have no place \(model\.stray\.weight\)", r"have no tensor \(projector\.mlp\.0\.weight\)"
    with pytest.raises(ModelError, match=f"1 of its tensors {stray}; 1 places {empty}"):
        zoo.load(folder, device="cpu")


def test_a_tensor_of_another_shape_and_a_damaged_file_are_errors(name, tmp_path):
    folder = checkpoint(tmp_path / name, name)
    tensors = load_file(folder / "model.safetensors")
    tensors["lm_head.weight"] = tensors["lm_head.weight"][:, :32].contiguous()
    save_file(tensors, folder / "model.safetensors")
    message = r"lm_head\.weight in model\.safetensors is \[320, 32\], the model has \[320, 64\]"
    with pytest.raises(ModelError, match=message):
        zoo.load(folder, device="cpu")
    (folder / "model.safetensors").write_bytes(b"\x10" * 500)
    with pytest.raises(ModelError, match="cannot be read"):
        zoo.load(folder, device="cpu")


def test_pickled_weights_are_refused(name, tmp_path):
    folder = checkpoint(tmp_path / name, name)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pickles, which can run code\. Give a model that has \.safetensors"):
        zoo.load(folder, device="cpu")


def test_another_encoder_is_named_and_not_guessed(name, tmp_path):
    folder = checkpoint(tmp_path / name, name, {"mm_vision_tower": "internvideo2"})
    with pytest.raises(ModelError, match="another encoder or projector"):
        zoo.load(folder, device="cpu")


def test_a_head_that_the_checkpoint_shares_with_the_words_is_shared(name, tmp_path):
    folder = checkpoint(tmp_path / name, name)
    tensors = load_file(folder / "model.safetensors")
    del tensors["lm_head.weight"]
    save_file(tensors, folder / "model.safetensors")
    llm = zoo.load(folder, device="cpu").reader.model.llm
    assert llm.lm_head.weight is llm.get_input_embeddings().weight


def test_an_option_of_another_model_is_named(folder, name):
    with pytest.raises(ModelError, match="has no option foo"):
        zoo.load(folder, device="cpu", foo=1)
    if name == "videochat_flash":
        with pytest.raises(ModelError, match="has no option compat"):
            zoo.load(folder, device="cpu", compat=True)


@pytest.mark.parametrize("broken", [{"hidden_size": None}, {"mm_vision_config": None}, {"num_hidden_layers": "two"}])
def test_a_strange_configuration_is_one_line(broken, name, tmp_path):
    folder = checkpoint(tmp_path / name, name)
    config = json.loads((folder / "config.json").read_text()) | broken
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"does not load|does not fit"):
        zoo.load(folder, device="cpu")


@pytest.mark.parametrize("index", ["{", "{}", "[]", '{"weight_map": []}', '{"weight_map": {"a": 1}}'])
def test_a_damaged_index_is_one_line(index, name, tmp_path):
    folder = checkpoint(tmp_path / name, name)
    (folder / "model.safetensors.index.json").write_text(index)
    with pytest.raises(ModelError, match=r"names no files of weights|has no 1"):
        zoo.load(folder, device="cpu")


def test_a_folder_without_its_tokenizer_is_not_read_as_an_empty_one(name, tmp_path):
    folder = checkpoint(tmp_path / name, name)
    for file in folder.glob("*token*"):
        file.unlink()
    with pytest.raises(ModelError, match=r"no tokenizer|does not load"):
        zoo.load(folder, device="cpu")


def test_a_model_of_the_same_classes_that_is_told_no_times_is_refused(tmp_path):
    folder = checkpoint(tmp_path / "onevision", "llava_video", {"mm_newline_position": "one_token"})
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "add_time_instruction": False}))
    with pytest.raises(ModelError, match="was not trained with newlines and times"):
        zoo.load(folder, device="cpu")


@pytest.mark.parametrize("quantize", ["8bit", "4bit"])
def test_quantized_it_gives_nearly_the_same(quantize, name, folder, model):
    small = zoo.load(folder, device="cpu", quantize=quantize)
    heavy = [m for m in small.reader.model.llm.model.modules() if type(m).__name__ in ("Linear8bitLt", "Linear4bit")]
    assert len(heavy) == 2 * 7 and all(m.weight.dtype in (torch.int8, torch.uint8) for m in heavy)
    ids = torch.arange(20, 60)[None]
    with torch.no_grad():
        own, other = (m.reader.model.llm(input_ids=ids).logits for m in (model, small))
    assert 1e-4 < (own - other).norm() / own.norm() < {"8bit": 0.05, "4bit": 0.6}[quantize]
    assert isinstance(small.answer(clip(2, 4), "What?", 4), str)


def test_half_precision_runs(folder):
    half = zoo.load(folder, device="cpu", dtype="bfloat16")
    assert half.reader.model.llm.dtype == torch.bfloat16
    assert isinstance(half.answer(clip(2, 4), "What?", 4), str)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_it_runs_on_cuda(folder):
    there = zoo.load(folder, device="cuda")
    assert there.reader.model.llm.dtype in (torch.bfloat16, torch.float16)
    assert isinstance(there.answer(clip(2, 4), "What?", 4), str)
    for quantize, stored in (("8bit", torch.int8), ("4bit", torch.uint8)):
        small = zoo.load(folder, device="cuda", quantize=quantize)
        assert small.reader.model.llm.model.layers[0].mlp.up_proj.weight.dtype == stored  # before its first use
        assert isinstance(small.answer(clip(2, 4), "What?", 4), str)


PEAK = """
import resource, sys
from pathlib import Path
from course_lib.zoo.native import llava_video
import transformers.models.qwen2.modeling_qwen2, transformers.models.siglip.modeling_siglip, accelerate

def status(name):
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith(name))
    return int(line.split()[1]) * 1024

llava_video(Path(sys.argv[1]))  # warm: imports, and what the allocator keeps
before = status("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
reader = llava_video(Path(sys.argv[2]))
print(status("VmHWM") - before, sum(p.nbytes for p in reader.model.parameters()))
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="reads the peak of memory from Linux")
def test_loading_takes_one_shard_of_memory_above_the_model(folder, name, tmp_path):
    if name != "llava_video":
        pytest.skip("both are loaded by the same code")
    large = checkpoint(tmp_path / "large", name)
    (large / "model.safetensors").unlink()
    config = json.loads((large / "config.json").read_text())
    config |= {"hidden_size": 512, "intermediate_size": 2048, "vocab_size": 6000, "num_hidden_layers": 12}
    (large / "config.json").write_text(json.dumps(config))
    wide, index, shard = {64: 512, 128: 2048, 320: 6000, 32: 256}, {}, 0
    tensors = {k: [wide.get(n, n) for n in s] for k, s in FIXTURES[name]["tensors"].items()}
    layer = {k: s for k, s in tensors.items() if k.startswith("model.layers.0.")}
    tensors |= {k.replace(".0.", f".{i}.", 1): s for i in range(12) for k, s in layer.items()}
    names = sorted(tensors)
    for i in range(0, len(names), 12):
        part = {k: torch.zeros(tensors[k], dtype=torch.bfloat16) for k in names[i : i + 12]}
        file = f"model-{i:05d}.safetensors"
        save_file(part, large / file)
        index |= dict.fromkeys(part, file)
        shard = max(shard, (large / file).stat().st_size)
    (large / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}))
    run = subprocess.run(
        [sys.executable, "-c", PEAK, str(folder), str(large)], capture_output=True, text=True, check=True
    )
    peak, model = map(int, run.stdout.split())
    assert model > 150e6 and shard < model / 3
    assert peak < model + shard + 30e6  # the whole checkpoint beside the model would be another `model` bytes
