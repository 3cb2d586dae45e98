"""Greedy decoding with the KV cache, many questions behind one cached prefix."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from course_lib.errors import ModelError
from course_lib.model.splice import splice

if TYPE_CHECKING:
    from transformers import DynamicCache

    from course_lib.model.video_llama import VideoLLaMA

CHUNK = 64  # questions decoded side by side, at most
COPIES = 2 * 1024**3  # bytes of cache that their copies of the prefix may take together
PLAUSIBLE = 0.1  # of the likeliest token's probability: less is not written, however the contrast turns out


@dataclass(frozen=True)
class Prefix:
    """Keys and values of what every question has in front of it. length: its tokens; shift: how far the position of
    the token behind it lies from `length` (not 0 where a clip's tokens share positions, as in Qwen2.5-VL)."""

    cache: DynamicCache
    length: int
    shift: int = 0

    def nbytes(self) -> int:
        layers: Any = self.cache.layers
        return sum(int(t.nbytes) for layer in layers for t in (layer.keys, layer.values))


@dataclass(frozen=True)
class Writer:
    """What writes text behind a prefix. llm: a transformers causal LM, or a model around one; ends: the tokens that end
    an answer; room: the positions that it knows."""

    llm: Any
    ends: tuple[int, ...]
    room: int


@torch.no_grad()
def prefill(model: VideoLLaMA, ids: Sequence[int], video: Tensor) -> Prefix:
    """Run the prefix once. ids with their video placeholders; video [N, hidden], one token a placeholder."""
    from transformers import DynamicCache

    row = torch.tensor([list(ids)], device=model.device)
    embeds = splice(model.llm.get_input_embeddings()(row), [video], row == model.video_token_id)
    cache = DynamicCache(config=model.llm.config)
    model.llm(inputs_embeds=embeds, past_key_values=cache, use_cache=True, logits_to_keep=1)
    return Prefix(cache, len(ids))


@torch.no_grad()
def extend(model: VideoLLaMA, prefix: Prefix, ids: Sequence[int]) -> Prefix:
    """A longer prefix; the one given stays as it is."""
    cache = copy.deepcopy(prefix.cache)
    row = torch.tensor([list(ids)], device=model.device)
    model.llm(input_ids=row, past_key_values=cache, use_cache=True, logits_to_keep=1)
    return Prefix(cache, prefix.length + len(ids))


@dataclass(frozen=True)
class Written:
    """What was written: token ids without the end token, and the probability that the model gives them (and the end,
    where it came) given the prompt: the product over the tokens, 0 to 1."""

    ids: list[int]
    confidence: float


@torch.no_grad()
def complete(
    model: VideoLLaMA | Writer,
    prefix: Prefix,
    prompts: Sequence[Sequence[int]],
    max_new_tokens: int,
    stop: bool = True,
    against: Prefix | None = None,
    weight: float = 0.5,
) -> list[Written]:
    """The likeliest continuation of each prompt, token by token, without its end token.

    stop=False writes on behind the end token, to max_new_tokens (what a token costs is measured so). against: a prefix
    whose predictions are taken off, `weight` of them: log p + weight (log p - log q) over the tokens with p at least a
    tenth of the likeliest's. Source: visual contrastive decoding (Leng et al., 2024), alpha and beta there.

    Prompts of different lengths are padded on the left and the padding is masked, so that a prompt in company and the
    prompt alone get the same answer. Raises ModelError when the positions that the model knows run out.
    """
    writer = model if isinstance(model, Writer) else model.writer
    out: list[Written] = []
    prefixes = [p for p in (prefix, against) if p is not None]
    side_by_side = min(CHUNK, max(1, COPIES // max(1, sum(p.nbytes() for p in prefixes))))
    for start in range(0, len(prompts), side_by_side):
        part = prompts[start : start + side_by_side]
        streams = [_Stream(writer, p, part, max_new_tokens) for p in prefixes]
        out += _write(writer, streams, len(part), max_new_tokens, stop, weight)
    return out


class _Stream:
    """Prompts behind one prefix, side by side: `next(tokens)` reads a token more of each and predicts the next."""

    def __init__(
        self, writer: Writer, prefix: Prefix, prompts: Sequence[Sequence[int]], max_new_tokens: int
    ) -> None:
        self.writer = writer
        Q, L, device = len(prompts), max(map(len, prompts)), writer.llm.device
        needed = prefix.length + L + max_new_tokens
        if needed + prefix.shift > writer.room:
            raise ModelError(
                f"Video, question and answer need {needed} tokens; the model has {writer.room}.",
                "Give fewer frames or a shorter question.",
            )
        self.rows = torch.full((Q, L), writer.ends[0], device=device)
        self.mask = torch.ones(Q, prefix.length + L, dtype=torch.long, device=device)
        for q, prompt in enumerate(prompts):
            self.rows[q, L - len(prompt) :] = torch.tensor(list(prompt), device=device)
            self.mask[q, prefix.length : prefix.length + L - len(prompt)] = 0
        self.positions = (self.mask.cumsum(dim=1) - 1).clamp(min=0)[:, prefix.length :] + prefix.shift  # [Q, L]
        self.cache = copy.deepcopy(prefix.cache)
        self.cache.batch_repeat_interleave(Q)

    def next(self, tokens: Tensor | None = None) -> Tensor:
        """log p [Q, V] behind the prompts, or behind the tokens [Q] that were just written."""
        if tokens is not None:
            self.rows, self.positions = tokens[:, None], self.positions[:, -1:] + 1
            self.mask = torch.cat([self.mask, self.mask.new_ones(len(tokens), 1)], dim=1)
        logits = self.writer.llm(
            input_ids=self.rows, attention_mask=self.mask, position_ids=self.positions, past_key_values=self.cache,
            use_cache=True, logits_to_keep=1,
        ).logits[:, -1]  # fmt: skip
        return logits.float().log_softmax(dim=-1)


def _write(
    writer: Writer, streams: list[_Stream], Q: int, max_new_tokens: int, stop: bool, weight: float
) -> list[Written]:
    ends = torch.tensor(writer.ends, device=writer.llm.device)
    written: list[list[int]] = [[] for _ in range(Q)]
    sure = torch.zeros(Q, device=ends.device)  # log probability so far
    open_rows = torch.ones(Q, dtype=torch.bool, device=ends.device)
    token: Tensor | None = None
    for _ in range(max_new_tokens):
        own, *other = [stream.next(token) for stream in streams]
        score = own
        if other:
            likely = own >= own.max(dim=-1, keepdim=True).values + math.log(PLAUSIBLE)
            score = torch.where(likely, own + weight * (own - other[0]), -torch.inf)
        token = score.argmax(dim=-1)  # [Q]
        sure += torch.where(open_rows, own.gather(1, token[:, None])[:, 0], 0.0)
        if stop:
            open_rows &= ~torch.isin(token, ends)
        if not open_rows.any():
            break
        for q in open_rows.nonzero().flatten().tolist():
            written[q].append(int(token[q]))
    return [Written(ids, p) for ids, p in zip(written, sure.exp().tolist(), strict=True)]
