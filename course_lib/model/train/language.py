"""The language model's part of training: losses and scores over packed questions, fused captions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.model.splice import splice
from course_lib.model.train.packing import Block, Packed

if TYPE_CHECKING:
    from course_lib.model.video_llama import VideoLLaMA


def fuse(words: Tensor, embedding: Tensor) -> Tensor:
    """Fused caption tokens: the mean of a caption's word vectors.

    words int64 [..., W] padded with -1; embedding [V, D] -> [..., D]. A moment's text becomes as many tokens as its
    video will have, so that the language model trained on text later reads projected video at the same places.
    """
    there = (words >= 0)[..., None]
    vectors = embedding[words.clamp(min=0)] * there
    return vectors.sum(dim=-2) / there.sum(dim=-2).clamp(min=1)


ByKind = dict[str, list[bool]]  # kind of question -> whether each was answered word for word


def hidden_states(model: VideoLLaMA, batch: Packed, video: Tensor, seconds: Sequence[np.ndarray]) -> Tensor:
    """Last hidden states [B, L, D] of a packed batch; video [B, N, D] goes to the placeholders, its time told."""
    text = model.llm.get_input_embeddings()(batch.ids)
    timed = [model.tell_time(tokens, when) for tokens, when in zip(video, seconds, strict=True)]
    embeds = splice(text, timed, batch.ids == model.video_token_id)
    bias = torch.zeros_like(batch.mask, dtype=embeds.dtype).masked_fill(~batch.mask, torch.finfo(embeds.dtype).min)
    return model.llm.model(
        inputs_embeds=embeds, attention_mask=bias, position_ids=batch.positions, use_cache=False
    ).last_hidden_state


def loss_of(model: VideoLLaMA, batch: Packed, video: Tensor, seconds: Sequence[np.ndarray]) -> Tensor:
    """Weighted cross entropy over the answers of a packed batch."""
    asked = batch.labels != -100
    logits = model.llm.lm_head(hidden_states(model, batch, video, seconds)[asked])
    losses = F.cross_entropy(logits.float(), batch.labels[asked], reduction="none")
    weights = batch.weights[asked]
    return (losses * weights).sum() / weights.sum()


@torch.no_grad()
def exact_by_kind(
    model: VideoLLaMA, batch: Packed, video: Tensor, seconds: Sequence[np.ndarray], blocks: list[list[Block]]
) -> ByKind:
    """Whether greedy decoding gives each question's answer word for word, by kind and by what the block sees.

    If every token is the likeliest one behind the true ones before it, greedy decoding writes exactly the answer.
    """
    likeliest = model.llm.lm_head(hidden_states(model, batch, video, seconds)).argmax(dim=-1)
    wrong = (likeliest != batch.labels) & (batch.labels != -100)
    found: dict[str, list[bool]] = defaultdict(list)
    for b, row in enumerate(blocks):
        if (told := batch.owner[b] == 1).any():
            found["summary"].append(not bool(wrong[b][told].any()))
        for number, block in enumerate(row, start=2):
            name = f"{block.kind} told" if block.sees_timeline else block.kind
            found[name].append(not bool(wrong[b][batch.owner[b] == number].any()))
    return found


def share_by_kind(exact: Callable[[str], Iterable[ByKind]]) -> dict[str, float]:
    """The share answered word for word, by kind; " new" marks the held-out phrasings. exact(phrasing) -> batches."""
    found: ByKind = defaultdict(list)
    for phrasing, suffix in (("training", ""), ("held-out", " new")):
        for batch in exact(phrasing):
            for kind, right in batch.items():
                found[kind + suffix] += right
    return {kind: sum(right) / len(right) for kind, right in sorted(found.items())}
