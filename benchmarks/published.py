"""Six questions on one clip with a published model's architecture, against transformers' own `generate`, asked anew."""

from __future__ import annotations

import importlib
import statistics
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from benchmarks.record import record

REPEATS = 3
FRAMES = 4
NEW_TOKENS = 8
QUESTIONS = [f"What happens at second {s}?" for s in range(3, 28, 6)] + ["What happens last?"]


def run() -> dict[str, Any]:
    """Seconds, medians; SmolVLM2-256M's sizes with random weights, which cost what trained ones cost. Needs the tests'
    environment (`make test`): the tiny tokenizer is theirs."""
    import torch

    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    importlib.import_module("tests.conftest")  # puts torchvision within reach, before transformers looks for it
    its, reader = _smolvlm2_256m(importlib.import_module("tests.zoo.tiny"))
    from course_lib.zoo.published import Published

    model = Published(reader, "SmolVLM2-256M's architecture")
    clip = model.watch(files("course_lib") / "clips" / "demo.mp4", num_frames=FRAMES)  # type: ignore[arg-type]

    def anew() -> None:
        model.forget()
        model.answers(clip, QUESTIONS, NEW_TOKENS)

    def one_by_one() -> None:
        for question in QUESTIONS:
            model.forget()
            model.answer(clip, question, NEW_TOKENS)

    @torch.no_grad()
    def generate() -> None:
        for question in QUESTIONS:
            reader.processor.video_processor.frames = None  # a user's processor works on the frames each time
            inputs = reader.inputs(clip, question)
            its.generate(**inputs, max_new_tokens=NEW_TOKENS, min_new_tokens=NEW_TOKENS, do_sample=False)

    ways = {
        "transformers: generate, a question at a time": generate,
        "course_lib, a question at a time": one_by_one,
        "course_lib, behind one prefix": anew,
    }
    seconds = {name: _median(way) for name, way in ways.items()}
    slowest = seconds["transformers: generate, a question at a time"]
    rows: list[tuple[object, ...]] = [(name, f"{s:.1f}", f"{slowest / s:.1f}") for name, s in seconds.items()]
    note = (
        f"{len(QUESTIONS)} questions of {NEW_TOKENS} tokens each on {FRAMES} frames ({reader.video_tokens(clip)} video "
        f"tokens), float32, medians of {REPEATS}. Again: `course bench published`."
    )
    return record("published", "Questions on one clip, a published model", ("way", "seconds", "x faster"), rows, note)


def _smolvlm2_256m(tiny: Any) -> tuple[Any, Any]:
    """The architecture of HuggingFaceTB/SmolVLM2-256M-Video-Instruct, its weights drawn, its processor at its sizes."""
    import torch
    from transformers import SmolVLMConfig, SmolVLMForConditionalGeneration, SmolVLMProcessor
    from transformers.models.smolvlm.image_processing_smolvlm import SmolVLMImageProcessor
    from transformers.models.smolvlm.video_processing_smolvlm import SmolVLMVideoProcessor

    from course_lib.zoo.families import TransformersReader
    from course_lib.zoo.manifest import families

    words = tiny.tokenizer(
        {"image_token": "<image>", "video_token": "<video>", "fake_image_token": "<fake_token_around_image>",
         "global_image_token": "<global-img>", "end_of_utterance_token": "<end_of_utterance>"}
    )  # fmt: skip
    text: dict[str, Any] = {
        "model_type": "llama", "vocab_size": 49280, "hidden_size": 576, "intermediate_size": 1536,
        "num_hidden_layers": 30, "num_attention_heads": 9, "num_key_value_heads": 3, "max_position_embeddings": 8192,
    }  # fmt: skip
    vision: dict[str, Any] = {
        "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12,
        "image_size": 512, "patch_size": 16,
    }  # fmt: skip
    torch.manual_seed(0)
    ids: dict[str, Any] = {
        "image_token_id": words.convert_tokens_to_ids("<image>"), "pad_token_id": words.pad_token_id,
    }  # fmt: skip
    config = SmolVLMConfig(text_config=text, vision_config=vision, scale_factor=4, **ids)
    edge: dict[str, Any] = {"longest_edge": 512}
    processor = SmolVLMProcessor(
        SmolVLMImageProcessor(size=edge, max_image_size=edge), words,
        SmolVLMVideoProcessor(size=edge, max_image_size=edge, num_frames=64, fps=1), image_seq_len=64,
    )  # fmt: skip
    model = SmolVLMForConditionalGeneration(config).eval()
    model.generation_config.eos_token_id = words.eos_token_id
    return model, TransformersReader(model, processor, families()["smolvlm"])


def _median(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)
