"""A frame as squares."""

from __future__ import annotations

import pytest
import torch

from course_lib.tokens.patches import patchify, unpatchify


def test_a_patch_holds_its_square_row_after_row() -> None:
    frame = torch.arange(16).reshape(1, 4, 4, 1)
    grid = patchify(frame, 2)
    assert grid.shape == (1, 2, 2, 4)
    assert grid[0].tolist() == [[[0, 1, 4, 5], [2, 3, 6, 7]], [[8, 9, 12, 13], [10, 11, 14, 15]]]


def test_patches_are_what_a_strided_convolution_sees() -> None:
    frames = torch.randn(2, 6, 9, 3)
    conv = torch.nn.Conv2d(3, 5, 3, stride=3, bias=False)
    weight = conv.weight.permute(0, 2, 3, 1).reshape(5, -1)  # [5, 3, 3, 3] -> [5, 27], channels last
    torch.testing.assert_close(patchify(frames, 3) @ weight.T, conv(frames.permute(0, 3, 1, 2)).permute(0, 2, 3, 1))


def test_patches_go_back_to_their_places() -> None:
    frames = torch.randn(3, 8, 12, 3)
    assert torch.equal(unpatchify(patchify(frames, 4), 4), frames)


@pytest.mark.parametrize("side", [0, 3, 5])
def test_a_side_that_does_not_divide_the_frame_is_refused(side: int) -> None:
    with pytest.raises(ValueError, match="do not divide"):
        patchify(torch.zeros(1, 4, 4, 3), side)
