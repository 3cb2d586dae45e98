"""Names and costs: the manifest, token budgets against the families' own processors, and what fits a machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest
import torch

from course_lib import zoo
from course_lib.cli import main
from course_lib.errors import ModelError
from course_lib.tokens.budget import TokenRule
from course_lib.tokens.sampling import Sampling
from course_lib.zoo import fit, hub
from course_lib.zoo.families import metadata, whole_groups
from course_lib.zoo.manifest import entries, families
from tests.conftest import SIDE_FOLDER
from tests.zoo import tiny
from tests.zoo.test_families import clip

GIB = 1024**3
COURSE = "import sys; from course_lib.cli import main; sys.exit(main())"
SIZES = [(720, 1280), (384, 384), (1080, 608), (60, 80)]


def test_every_model_is_pinned_or_says_that_it_is_not():
    for entry in entries().values():
        assert re.fullmatch(r"[0-9a-f]{40}|main", entry.revision)
        assert entry.download / entry.parameters == pytest.approx(4 if "smolvlm" in entry.name else 2, rel=0.001)
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", entry.repo) and entry.licence
    assert [e.name for e in entries().values() if e.revision == "main"] == [
        "videollama3-2b-image", "videollama3-7b-image",
    ]  # fmt: skip
    assert {e.family.name for e in entries().values()} == set(families())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("frames", [1, 4, 7, 60])
@pytest.mark.parametrize("name", ["qwen2.5-vl-3b", "qwen3-vl-2b", "videollama3-2b-image"])
def test_the_tokens_of_a_clip_are_those_of_the_familys_own_processor(name, frames, size):
    processor, options = _processor(name)
    watched = whole_groups(clip(np.arange(frames) * 1.0, duration=frames), entries()[name].family.sampling.of_group)
    # Only the shape counts: frames without storage of their own.
    video = torch.zeros(1, 3, 1, 1, dtype=torch.uint8).expand(len(watched), 3, *size)
    grid = processor([video], video_metadata=[metadata(watched)], do_sample_frames=False, **options)
    t, h, w = grid["video_grid_thw"][0].tolist()
    assert entries()[name].tokens.count(frames, *size) == t * h * w // 4


def _processor(name: str):
    from transformers.models.qwen2_vl.video_processing_qwen2_vl import Qwen2VLVideoProcessor
    from transformers.models.qwen3_vl.video_processing_qwen3_vl import Qwen3VLVideoProcessor
    from transformers.models.video_llama_3.video_processing_video_llama_3 import VideoLlama3VideoProcessor

    options = entries()[name].family.options
    if name.startswith("qwen2.5"):
        return Qwen2VLVideoProcessor(), options
    if name.startswith("qwen3"):  # the sizes of the hub's video_preprocessor_config.json
        return Qwen3VLVideoProcessor(size={"shortest_edge": 4096, "longest_edge": 25_165_824}), options
    return VideoLlama3VideoProcessor(size={"shortest_edge": 12_544, "longest_edge": 12_845_056}), options


@pytest.mark.parametrize("family", ["llava_onevision", "internvl", "smolvlm", "llava_next_video"])
def test_the_tokens_of_a_frame_of_fixed_size_follow_from_its_configuration(family, tmp_path):
    model = zoo.load(tiny.build(family, tmp_path / family), device="cpu")
    side, stride, more = {
        "llava_onevision": (70 // 14, 2, 1), "internvl": (56 // 14, 2, 0), "smolvlm": (64 // 8, 4, 0),
        "llava_next_video": (56 // 14, 2, 0),
    }[family]  # fmt: skip
    rule = TokenRule(per_frame=(-(-side // stride)) ** 2, per_clip=more)
    assert model.reader.video_tokens(clip()) == rule.count(6, 60, 80)
    side, stride = {
        "llava_onevision": (384 // 14, 2), "internvl": (448 // 14, 2), "smolvlm": (512 // 16, 4),
        "llava_next_video": (336 // 14, 2),
    }[family]  # fmt: skip
    entry = next(e for e in entries().values() if e.family.name == family)
    assert entry.tokens.per_frame == (-(-side // stride)) ** 2


def test_a_sampling_counts_frames_as_its_model_does():
    names = ("llava_video", "videochat_flash", "qwen3_vl", "smolvlm")
    llava, chat, qwen, smol = (families()[name].sampling for name in names)
    assert [llava.count(s) for s in (1, 30, 300)] == [64, 64, 64]
    assert [chat.count(s) for s in (30, 90, 91.9, 1000)] == [64, 88, 88, 512]
    assert [qwen.count(s) for s in (0.4, 5.3, 30, 1000)] == [4, 10, 60, 768]
    assert [smol.count(s) for s in (0.3, 30, 600)] == [1, 30, 64]
    assert smol.count(30, num_frames=7) == 7 and smol.count(30, fps=0.5) == 15
    with pytest.raises(ModelError, match=r"5000 frames are more than a model can read\. Give 1 to 1024 frames"):
        Sampling().count(30, num_frames=5000)


def test_the_list_has_names_costs_and_what_fits(capsys):
    assert main(["models", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(rows) == {"pocket", "pocket-notime", *entries()}
    smol = rows["smolvlm2-500m"]
    assert smol["tokens"] == 30 * 64 and smol["frames"] == 30 and smol["licence"] == "apache-2.0"
    assert smol["memory"]["float32"] > smol["memory"]["float16"] > smol["memory"]["8bit"] > smol["memory"]["4bit"]
    assert rows["pocket"]["available"] and not smol["available"]
    assert main(["models"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in rows) and "To begin with on this machine: " in out
    assert max(map(len, out.splitlines()[:-2])) <= 120
    assert main(["models", "llava-video-7b"]) == 0
    assert "lmms-lab/LLaVA-Video-7B-Qwen2 013210b3" in capsys.readouterr().out
    assert main(["models", "gpt-9"]) == 2
    assert "there is no model 'gpt-9'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("memory", "expected"), [(80 * GIB, ("qwen3-vl-8b", "bfloat16", None)), (15 * GIB, ("qwen3-vl-8b", None, "8bit")),
                             (1 * GIB, ("smolvlm2-500m", None, "8bit"))],
)  # fmt: skip
def test_the_model_for_a_gpu_is_the_largest_that_fits_it(memory, expected):
    choice = zoo.best_for_this_machine("cuda", memory, hub=True)
    assert (choice.name, choice.dtype, choice.quantize) == expected and choice.why


def test_the_model_for_a_cpu_is_a_small_one_and_without_a_hub_the_shipped_one(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert zoo.best_for_this_machine("cpu", 64 * GIB, hub=True).name == "smolvlm2-500m"
    assert zoo.best_for_this_machine("cpu", 64 * GIB, hub=False).name == "pocket"
    assert zoo.best_for_this_machine("cpu", GIB // 100, hub=True).name == "pocket"
    monkeypatch.setattr(hub, "cached", lambda repo, revision: tmp_path if "256M" in repo else None)
    assert zoo.best_for_this_machine("cpu", 64 * GIB, hub=False).name == "smolvlm2-256m"


def test_a_model_that_does_not_fit_is_refused_with_the_next_smaller_choice(monkeypatch, tmp_path):
    folder = tiny.build("smolvlm", tmp_path / "large")
    monkeypatch.setattr(fit, "available", lambda device: 100_000)
    message = r"large in float32 needs about .* GiB; cpu has 0\.0 GiB free\. Take the shipped model"
    with pytest.raises(ModelError, match=message):
        zoo.load(folder, device="cpu")
    large = entries()["llava-video-7b"].size
    assert fit.smaller(large, "bfloat16", "cuda", 14 * GIB) == "Give --quantize 8bit."
    assert fit.smaller(large, "8bit", "cuda", 9 * GIB) == "Give --quantize 4bit."
    assert "--model internvl3-2b --quantize 4bit" in fit.smaller(large, "4bit", "cuda", 3 * GIB)


def test_a_model_that_cannot_fit_is_refused_before_gigabytes_come(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setattr(fit, "available", lambda device: 2 * GIB)
    monkeypatch.setattr(hub, "snapshot", lambda *a, **k: pytest.fail("it was fetched"))
    with pytest.raises(ModelError, match="llava-video-7b in float32 needs about"):
        zoo.load("llava-video-7b", device="cpu")
    with pytest.raises(ModelError, match="device 'tpu' cannot be used"):
        zoo.load("smolvlm2-256m", device="tpu")


def test_running_out_of_memory_says_what_to_do_and_other_errors_pass_through(tmp_path):
    model = zoo.load(tiny.build("smolvlm", tmp_path / "tiny"), device="cpu")

    def full(**inputs):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    model.reader.model.forward = full
    with pytest.raises(ModelError, match=r"tiny ran out of memory on 6 frames\. Give fewer frames \(--frames 3\)"):
        model.answer(clip(), "What?")
    model.reader.model.forward = lambda **inputs: (_ for _ in ()).throw(RuntimeError("something else"))
    with pytest.raises(RuntimeError, match="something else"):
        model.answer(clip(), "What?")


@pytest.mark.parametrize(
    ("options", "message"),
    [({"quantize": "3bit"}, "'3bit' is no way to quantize"), ({"dtype": "int3"}, "'int3' is no dtype for a model"),
     ({"device": "tpu"}, "device 'tpu' cannot be used"), ({"compat": True}, "has no option compat")],
)  # fmt: skip
def test_an_option_that_is_none_is_named(options, message, tmp_path):
    folder = tiny.build("smolvlm", tmp_path / "tiny")
    with pytest.raises(ModelError, match=message):
        zoo.load(folder, **{"device": "cpu", **options})


def test_a_published_model_that_cannot_be_had_is_one_line_and_no_other_is_taken(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    video = str(files("course_lib") / "clips" / "demo.mp4")
    assert main(["summarize", video, "--model", "smolvlm2-500m"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert "SmolVLM2-500M-Video-Instruct" in said.err and "take the model that is shipped: pocket" in said.err


def test_a_torchvision_that_does_not_import_is_named_with_the_fix_and_no_traceback():
    """As a user has it who put the usual torchvision beside a CPU torch; then transformers imports nothing at all."""
    broken = subprocess.run(
        [sys.executable, "-c", "import torchvision"], env=beside_torchvision(), capture_output=True, text=True
    )
    if "operator torchvision::nms does not exist" not in broken.stderr:
        pytest.skip("torchvision imports beside this torch")
    video = str(files("course_lib") / "clips" / "demo.mp4")
    for model in ("pocket", "smolvlm2-500m"):
        run = subprocess.run(
            [sys.executable, "-c", COURSE, "summarize", video, "--model", model],
            env=beside_torchvision(), capture_output=True, text=True,
        )  # fmt: skip
        assert run.returncode == 2 and run.stderr.count("\n") == 1 and run.stdout == ""
        assert "operator torchvision::nms does not exist" in run.stderr
        assert "install the torchvision of that build" in run.stderr


def test_what_is_not_installed_is_said_before_anything_is_fetched(monkeypatch):
    monkeypatch.setattr("course_lib.zoo.extras.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"torchvision is not installed\. In the repository: pip install -e"):
        zoo.load("smolvlm2-500m")


def beside_torchvision() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SIDE_FOLDER), "HF_HUB_OFFLINE": "1"}
