"""Packing: many questions behind one video, each blind to the others.

A sequence is the video's prefix, the told timeline (the summary turn), then one block for each question. A block sees
the prefix and itself; a block that answers *from* the timeline sees the told timeline too. Positions start again
behind what the block sees, so that a packed question is the very same computation as the question asked alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Block:
    """One turn: ids of the question with the answer's, `asked` of them the question's. `kind` is for the record."""

    ids: Sequence[int]
    asked: int
    sees_timeline: bool = False
    kind: str = "summary"


@dataclass(frozen=True)
class Packed:
    """A batch of sequences. ids, positions, labels, owner int64 [B, L]; weights float32 [B, L]; mask bool
    [B, 1, L, L] (True: may attend). owner: 0 the prefix, 1 the timeline, 2… the questions, -1 padding."""

    ids: Tensor
    positions: Tensor
    labels: Tensor
    owner: Tensor
    weights: Tensor
    mask: Tensor

    def to(self, device: torch.device | str) -> Packed:
        return Packed(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))


def pack(prefixes: Sequence[Sequence[int]], timelines: Sequence[Block], blocks: Sequence[Sequence[Block]]) -> Packed:
    """One row for each clip: prefix, told timeline, question blocks; padded on the right with id 0.

    labels[i] is the id to be predicted *from* place i, or -100. A turn's weights add up to the square root of its
    answer's length, between one vote a token (descriptions drown the rest) and one vote an answer.
    """
    rows = [_row(*parts) for parts in zip(prefixes, timelines, blocks, strict=True)]
    B, L = len(rows), max(len(row[0]) for row in rows)
    ids, positions, owner = (np.zeros((B, L), dtype=np.int64) for _ in range(3))
    labels = np.full((B, L), -100, dtype=np.int64)
    weights = np.zeros((B, L), dtype=np.float32)
    sees = np.zeros((B, L), dtype=bool)
    owner -= 1  # padding belongs to nobody
    for b, (row_ids, row_positions, row_owner, row_sees, row_labels, row_weights) in enumerate(rows):
        n = len(row_ids)
        ids[b, :n], positions[b, :n], owner[b, :n] = row_ids, row_positions, row_owner
        sees[b, :n], labels[b, :n], weights[b, :n] = row_sees, row_labels, row_weights
    key, query = owner[:, None, :], owner[:, :, None]
    allowed = (key == 0) | (key == query) | ((key == 1) & sees[:, :, None])
    allowed &= np.tril(np.ones((L, L), dtype=bool))
    allowed |= np.eye(L, dtype=bool)  # padding attends to itself: an empty softmax would be NaN
    return Packed(
        torch.from_numpy(ids), torch.from_numpy(positions), torch.from_numpy(labels), torch.from_numpy(owner),
        torch.from_numpy(weights), torch.from_numpy(allowed)[:, None],
    )  # fmt: skip


def _row(prefix: Sequence[int], timeline: Block, blocks: Sequence[Block]) -> tuple[list, ...]:
    n = len(prefix)
    ids, positions, owner = list(prefix), list(range(n)), [0] * n
    sees, labels, weights = [False] * n, [-100] * n, [0.0] * n
    for number, block in enumerate([timeline, *blocks], start=1):
        if not block.ids:
            continue
        size = len(block.ids)
        start = n + (len(timeline.ids) if block.sees_timeline else 0)
        answer = size - block.asked
        ids += block.ids
        positions += range(start, start + size)
        owner += [number] * size
        sees += [block.sees_timeline] * size
        labels += [-100] * (block.asked - 1) + list(block.ids[block.asked :]) + [-100]
        weights += [0.0] * (block.asked - 1) + [answer**-0.5] * answer + [0.0]
    return ids, positions, owner, sees, labels, weights
