"""Fewer tokens over time: pruned, merged, slow and fast."""

from __future__ import annotations

import pytest
import torch

from course_lib.tokens.merge_frames import merge_frames
from course_lib.tokens.prune import prune
from course_lib.tokens.slow_fast import slow_fast, slow_fast_count


def rows(*frames: list[float]) -> torch.Tensor:
    """[T, P, 1]"""
    return torch.tensor(frames)[..., None]


def test_what_differs_little_from_the_last_kept_is_left_out() -> None:
    left = prune(rows([1, 5], [1, 5.5], [3, 6.5], [3, 7]), 1.0)
    assert left.keep.tolist() == [[True, True], [False, False], [True, True], [False, False]]
    assert left.values.flatten().tolist() == [1, 5, 3, 6.5]
    assert left.frame.tolist() == [0, 0, 2, 2] and left.place.tolist() == [0, 1, 0, 1]
    assert left.per_frame.tolist() == [2, 0, 2, 0]


def test_slow_change_adds_up() -> None:
    """Each step is half the threshold; against the frame before, nothing would ever be kept."""
    left = prune(rows(*([0.5 * t] for t in range(7))), 1.0)
    assert left.keep[:, 0].tolist() == [True, False, False, True, False, False, True]


def test_the_difference_is_the_mean_over_a_tokens_numbers() -> None:
    x = torch.tensor([[[0.0, 0.0]], [[0.0, 3.0]]])  # mean difference 1.5
    assert prune(x, 1.4).per_frame.tolist() == [1, 1] and prune(x, 1.6).per_frame.tolist() == [1, 0]


def test_what_was_left_out_is_restored_within_the_threshold_and_without_one_exactly() -> None:
    x = torch.randn(9, 5, 3, generator=torch.Generator().manual_seed(0)).cumsum(dim=0)
    assert torch.equal(prune(x, 0.0).restored(), x)
    left = prune(x, 2.0)
    assert 5 < len(left.values) < 45
    assert (left.restored() - x).abs().mean(dim=-1).max() <= 2.0


def test_a_still_clip_is_its_first_frame() -> None:
    left = prune(torch.ones(6, 4, 2), 0.0)
    assert left.per_frame.tolist() == [4, 0, 0, 0, 0, 0]
    with pytest.raises(ValueError, match="threshold of -1"):
        prune(torch.ones(6, 4, 2), -1)


def test_neighbours_become_their_mean_and_so_do_their_seconds() -> None:
    assert merge_frames(rows([0, 2], [4, 4], [1, 9], [3, 1])).flatten(1).tolist() == [[2, 3], [2, 5]]
    assert merge_frames(torch.tensor([0.0, 1.0, 5.0])).tolist() == [0.5, 5.0]  # the last has no neighbour
    assert merge_frames(torch.tensor([1, 2])).tolist() == [1.5]
    assert merge_frames(torch.tensor([1.0, 2.0]), 4).tolist() == [1.5]
    with pytest.raises(ValueError, match="groups of 0"):
        merge_frames(torch.ones(2), 0)


def test_slow_frames_stay_whole_and_fast_ones_are_pooled_in_the_order_of_time() -> None:
    grid = torch.arange(3.0)[:, None, None, None] + torch.tensor([[0.0, 0.2], [0.4, 0.6]])[None, ..., None]
    made = slow_fast(grid, every=2, stride=2)
    assert made.frame.tolist() == [0, 0, 0, 0, 1, 2, 2, 2, 2]
    assert made.slow.tolist() == [True] * 4 + [False] + [True] * 4
    torch.testing.assert_close(made.values[3:6, 0], torch.tensor([0.6, 1.3, 2.0]))


@pytest.mark.parametrize("mode", ["average", "bilinear"])
@pytest.mark.parametrize(("frames", "side", "every", "by"), [(8, 6, 4, 2), (9, 7, 4, 3), (1, 3, 2, 2), (5, 4, 1, 2)])
def test_slow_and_fast_cost_what_is_counted(frames: int, side: int, every: int, by: int, mode: str) -> None:
    made = slow_fast(torch.randn(frames, side, side, 3), every, by, mode)
    assert len(made.values) == len(made.frame) == slow_fast_count(frames, side, every, by, mode)
    with pytest.raises(ValueError, match="at least 1"):
        slow_fast(torch.randn(2, 4, 4, 3), every=0)
