"""Decoding behind a shared prefix agrees with transformers' own generate, alone and in company."""

from __future__ import annotations

import math

import pytest
import torch

from course_lib.errors import ModelError
from course_lib.model.decode import complete, extend, prefill
from course_lib.model.prompt import place_video, turn
from course_lib.model.video_llama import VideoLLaMA
from tests.model.conftest import frames

QUESTIONS = ("What happens?", "What happens at second 3?", "when the red car stops:")


def ids(model: VideoLLaMA, text: str) -> list[int]:
    return model.tokenizer(text)["input_ids"]


def test_questions_in_company_get_the_answers_that_generate_gives_them_alone(tiny: VideoLLaMA) -> None:
    clip = frames(6)
    video = tiny.encode(clip[None])[0]
    place = ids(tiny, place_video([1, 2, 3], 2, tiny.time_signal))
    prompts = [ids(tiny, turn(q)) for q in QUESTIONS]
    together = complete(tiny, prefill(tiny, place, video), prompts, max_new_tokens=10)
    for prompt, answer in zip(prompts, together, strict=True):
        row = torch.tensor([[*place, *prompt]])
        reference = tiny.generate(row, [[clip]], max_new_tokens=10)[0].tolist()
        end = tiny.tokenizer.eos_token_id
        assert answer.ids == (reference[: reference.index(end)] if end in reference else reference)


def test_an_extended_prefix_is_the_longer_prompt_and_leaves_the_first_as_it_was(tiny: VideoLLaMA) -> None:
    video = tiny.encode(frames(4)[None])[0]
    place, told, asked = (
        ids(tiny, t) for t in (place_video([1, 2], 2, "timestamp text"), turn("What?", "it stops"), turn("When?"))
    )
    prefix = prefill(tiny, place, video)
    before = complete(tiny, prefix, [asked], 6)
    longer = complete(tiny, extend(tiny, prefix, told), [asked], 6)
    assert longer == complete(tiny, prefix, [[*told, *asked]], 6)
    assert complete(tiny, prefix, [asked], 6) == before


def test_a_prompt_past_the_model_s_positions_is_an_error_that_counts(tiny: VideoLLaMA) -> None:
    prefix = prefill(tiny, ids(tiny, "what"), torch.zeros(0, 32))
    with pytest.raises(ModelError, match=r"need \d+ tokens; the model has 2048"):
        complete(tiny, prefix, [ids(tiny, "what " * 2048)], 10)


def test_the_confidence_of_an_answer_is_the_probability_of_its_words(tiny: VideoLLaMA) -> None:
    video = tiny.encode(frames(4)[None])[0]
    place, asked = ids(tiny, place_video([1, 2], 2, tiny.time_signal)), ids(tiny, turn("What?"))
    written = complete(tiny, prefill(tiny, place, video), [asked], 5)[0]
    row = torch.tensor([[*place, *asked, *written.ids]])
    with torch.no_grad():
        log_p = tiny(row, [[frames(4)]]).logits[0].log_softmax(-1)
    own = sum(float(log_p[i - 1, row[0, i]]) for i in range(len(place) + len(asked), row.shape[1]))
    assert len(written.ids) == 5
    assert written.confidence == pytest.approx(math.exp(own), rel=1e-3)


def test_a_contrast_with_the_same_video_changes_nothing_and_with_another_it_can(tiny: VideoLLaMA) -> None:
    place, asked = ids(tiny, place_video([1, 2], 2, tiny.time_signal)), ids(tiny, turn("What?"))
    prefix, other = (prefill(tiny, place, tiny.encode(frames(4, seed)[None])[0]) for seed in (0, 1))
    alone = complete(tiny, prefix, [asked], 6)
    assert complete(tiny, prefix, [asked], 6, against=prefix, weight=3.0)[0].ids == alone[0].ids
    apart = complete(tiny, prefix, [asked], 6, against=other, weight=50.0)[0]
    assert apart.confidence < alone[0].confidence
