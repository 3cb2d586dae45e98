"""Splice, and what the usual sketch of it gets wrong."""

from __future__ import annotations

import pytest
import torch

from course_lib.errors import SpliceError
from course_lib.model.splice import splice


def places(*rows: str) -> torch.Tensor:
    return torch.tensor([[c == "v" for c in row] for row in rows])


def test_each_row_gets_its_own_tokens_in_order() -> None:
    text = torch.zeros(2, 5, 3)
    video = [torch.arange(6.0).reshape(2, 3) + 1, torch.arange(9.0).reshape(3, 3) + 100]
    out = splice(text, video, places("tvvtt", "vtvtv"))
    assert torch.equal(out[0, [1, 2]], video[0])
    assert torch.equal(out[1, [0, 2, 4]], video[1])
    assert out[0, [0, 3, 4]].abs().sum() == 0 and out[1, [1, 3]].abs().sum() == 0


def test_the_sketch_that_indexes_with_a_mask_mixes_rows_up_where_splice_does_not() -> None:
    # `text[mask] = video.reshape(-1, D)` is right only while every row has the same count; here rows differ, and the
    # sketch's [B, T, D] cannot even be formed.
    text = torch.zeros(2, 4, 2)
    short, long = torch.full((1, 2), 1.0), torch.full((3, 2), 2.0)
    out = splice(text, [short, long], places("tvtt", "vvvt"))
    assert out[0].sum() == 2 and out[1].sum() == 12
    with pytest.raises((RuntimeError, ValueError)):
        torch.stack([short, long])


@pytest.mark.parametrize("given", [1, 3])
def test_too_few_and_too_many_tokens_name_row_and_both_counts(given: int) -> None:
    with pytest.raises(SpliceError, match=rf"Row 0 has 2 video placeholders and {given} video tokens"):
        splice(torch.zeros(1, 4, 3), [torch.zeros(given, 3)], places("tvvt"))


def test_a_total_that_fits_does_not_hide_rows_that_do_not() -> None:
    with pytest.raises(SpliceError, match="Row 0 has 1 video placeholders and 2"):
        splice(torch.zeros(2, 3, 3), [torch.zeros(2, 3), torch.zeros(1, 3)], places("vtt", "vvt"))


def test_float32_tokens_go_into_bfloat16_embeddings() -> None:
    text = torch.zeros(1, 3, 2, dtype=torch.bfloat16)
    out = splice(text, [torch.full((1, 2), 0.5)], places("tvt"))
    assert out.dtype == torch.bfloat16 and out[0, 1].tolist() == [0.5, 0.5]


def test_a_width_that_differs_is_named() -> None:
    with pytest.raises(SpliceError, match="width 4, its text has 3"):
        splice(torch.zeros(1, 3, 3), [torch.zeros(1, 4)], places("tvt"))


def test_gradients_reach_the_video_and_the_text_around_it() -> None:
    text = torch.zeros(1, 3, 2, requires_grad=True)
    video = torch.ones(1, 2, requires_grad=True)
    splice(text, [video], places("tvt")).sum().backward()
    assert video.grad is not None and video.grad.tolist() == [[1, 1]]
    assert text.grad is not None and text.grad[0].tolist() == [[1, 1], [0, 0], [1, 1]]
