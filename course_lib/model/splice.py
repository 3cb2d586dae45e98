"""Splice: put video tokens where the placeholders stand in the text."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from course_lib.errors import SpliceError


def splice(text: Tensor, video: Sequence[Tensor], is_video: Tensor) -> Tensor:
    """Put each row's video tokens where its placeholders stand, in order.

    text [B, L, D]; video: one [N_b, D] a row (rows may differ); is_video [B, L] bool with exactly N_b True in row b
    -> [B, L, D] in text's dtype. Raises SpliceError naming the row and both counts when they differ: a cut or a
    repeat would move every later token to the wrong moment. Source: LLaVA (Liu et al., 2023), section 4.1.
    """
    B, _, D = text.shape
    if len(video) != B:
        raise SpliceError(f"There are {B} rows of text and videos for {len(video)}.", "Give one entry a row.")
    for row, (tokens, places) in enumerate(zip(video, is_video.sum(dim=1).tolist(), strict=True)):
        if tokens.shape[0] != places:
            raise SpliceError(
                f"Row {row} has {places} video placeholders and {tokens.shape[0]} video tokens.",
                "Expand the prompt with the same moments and tokens a moment that the encoder gives.",
            )
        if tokens.shape[-1] != D:
            raise SpliceError(
                f"Row {row} has video tokens of width {tokens.shape[-1]}, its text has {D}.",
                "Build the projector with hidden = the language model's hidden size.",
            )
    flat = torch.cat([tokens.to(device=text.device, dtype=text.dtype) for tokens in video])  # [sum N_b, D]
    return text.masked_scatter(is_video[..., None], flat)
