"""Packed questions are the same computation as questions asked alone."""

from __future__ import annotations

import random

import torch

from course_lib.clipworld.story import make_story
from course_lib.model.train.language import exact_by_kind, fuse, hidden_states, loss_of
from course_lib.model.train.packing import Block, pack
from course_lib.model.train.world import Lesson, Teacher
from course_lib.model.video_llama import VideoLLaMA
from course_lib.tokens.sampling import uniform

MOMENTS = uniform(30, 16)


def lesson(model: VideoLLaMA, seed: int, from_timeline: float) -> tuple[Lesson, torch.Tensor]:
    teacher = Teacher(model.tokenizer, model.projector.tokens, model.time_signal, from_timeline=from_timeline or 1e-9)
    timeline = make_story(seed, 30).timeline
    made = teacher.lesson(timeline, MOMENTS, random.Random(seed))
    words = torch.from_numpy(teacher.captions(timeline, MOMENTS)).flatten(0, 1)
    return made, fuse(words, model.llm.get_input_embeddings().weight)


def alone(model: VideoLLaMA, ids: list[int], video: torch.Tensor) -> torch.Tensor:
    row = torch.tensor([ids])
    text = model.llm.get_input_embeddings()(row).clone()
    text[row == model.video_token_id] = model.tell_time(video, MOMENTS)
    return model.llm.model(inputs_embeds=text).last_hidden_state[0]


@torch.no_grad()
def test_a_packed_question_reads_as_the_question_alone_with_and_without_the_told_timeline(tiny: VideoLLaMA) -> None:
    rows = [lesson(tiny, 1, 0.0), lesson(tiny, 2, 1.0)]
    batch = pack(*zip(*((x.prefix, x.timeline, x.blocks) for x, _ in rows), strict=True))
    states = hidden_states(tiny, batch, torch.stack([v for _, v in rows]), [MOMENTS, MOMENTS])
    for b, (made, video) in enumerate(rows):
        for number, block in enumerate(made.blocks, start=2):
            before = made.prefix + (list(made.timeline.ids) if block.sees_timeline else [])
            expected = alone(tiny, [*before, *block.ids], video)[len(before) :]
            torch.testing.assert_close(states[b][batch.owner[b] == number], expected, atol=1e-4, rtol=1e-4)


def test_labels_are_the_answers_and_nothing_else(tiny: VideoLLaMA) -> None:
    made, _ = lesson(tiny, 3, 0.5)
    batch = pack([made.prefix], [made.timeline], [made.blocks])
    for number, block in enumerate([made.timeline, *made.blocks], start=1):
        labels = batch.labels[0][batch.owner[0] == number]
        assert labels[labels != -100].tolist() == list(block.ids[block.asked :])
        assert labels[block.asked - 1] == block.ids[block.asked]  # the first answer token is told by the last asked one
    assert (batch.labels[0][batch.owner[0] == 0] == -100).all()


def test_a_long_answer_does_not_drown_short_ones() -> None:
    short, long = Block([7, 8, 9], 2), Block([7, 8, *range(100)], 2)
    batch = pack([[1]], [long], [[short]])
    weight = {n: batch.weights[0][batch.owner[0] == n].sum().item() for n in (1, 2)}
    assert abs(weight[1] / weight[2] - 10) < 1e-4  # a hundred tokens weigh ten votes, not a hundred


def test_padding_changes_no_loss(tiny: VideoLLaMA) -> None:
    (short, video), (long, other) = lesson(tiny, 4, 0.5), lesson(tiny, 5, 0.5)
    short = Lesson(short.prefix, short.timeline, short.blocks[:2])
    one = pack([short.prefix], [short.timeline], [short.blocks])
    both = pack([short.prefix, long.prefix], [short.timeline, long.timeline], [short.blocks, long.blocks])
    kept = both.ids.shape[1] - one.ids.shape[1]
    assert kept > 0
    both.labels[1] = -100
    with torch.no_grad():
        torch.testing.assert_close(
            loss_of(tiny, one, video[None], [MOMENTS]),
            loss_of(tiny, both, torch.stack([video, other]), [MOMENTS, MOMENTS]),
            atol=1e-5,
            rtol=1e-5,
        )


def test_exactness_is_counted_by_kind_and_is_low_for_random_weights(tiny: VideoLLaMA) -> None:
    made, video = lesson(tiny, 6, 0.0)
    batch = pack([made.prefix], [made.timeline], [made.blocks])
    found = exact_by_kind(tiny, batch, video[None], [MOMENTS], [made.blocks])
    assert {"summary", "at", "when"} <= set(found)
    assert not found["summary"][0]


def test_a_fused_caption_is_the_mean_of_its_words() -> None:
    table = torch.arange(12.0).reshape(4, 3)
    words = torch.tensor([[[0, 2, -1]], [[3, -1, -1]]])
    assert torch.equal(fuse(words, table), torch.stack([(table[0] + table[2]) / 2, table[3]])[:, None])
