"""Greedy decoding with the KV cache, many questions behind one cached prefix."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course_lib.errors import ModelError
from course_lib.model.splice import splice

if TYPE_CHECKING:
    from transformers import DynamicCache

    from course_lib.model.video_llama import VideoLLaMA

CHUNK = 64  # questions decoded side by side


@dataclass(frozen=True)
class Prefix:
    """Keys and values of what every question has in front of it; length: its tokens."""

    cache: DynamicCache
    length: int


@torch.no_grad()
def prefill(model: VideoLLaMA, ids: Sequence[int], video: Tensor) -> Prefix:
    """Run the prefix once. ids with their video placeholders; video [N, hidden], one token a placeholder."""
    from transformers import DynamicCache

    row = torch.tensor([list(ids)], device=model.device)
    embeds = splice(model.llm.get_input_embeddings()(row), [video], row == model.video_token_id)
    cache = DynamicCache(config=model.llm.config)
    model.llm.model(inputs_embeds=embeds, past_key_values=cache, use_cache=True)
    return Prefix(cache, len(ids))


@torch.no_grad()
def extend(model: VideoLLaMA, prefix: Prefix, ids: Sequence[int]) -> Prefix:
    """A longer prefix; the one given stays as it is."""
    cache = copy.deepcopy(prefix.cache)
    row = torch.tensor([list(ids)], device=model.device)
    model.llm.model(input_ids=row, past_key_values=cache, use_cache=True)
    return Prefix(cache, prefix.length + len(ids))


@torch.no_grad()
def complete(
    model: VideoLLaMA, prefix: Prefix, prompts: Sequence[Sequence[int]], max_new_tokens: int, stop: bool = True
) -> list[list[int]]:
    """The likeliest continuation of each prompt, token by token, without its end token.

    stop=False writes on behind the end token, to max_new_tokens (what a token costs is measured so).

    Prompts of different lengths are padded on the left and the padding is masked, so that a prompt in company and the
    prompt alone get the same answer. Raises ModelError when the positions that the model knows run out.
    """
    out: list[list[int]] = []
    for start in range(0, len(prompts), CHUNK):
        out += _complete(model, prefix, prompts[start : start + CHUNK], max_new_tokens, stop)
    return out


def _complete(
    model: VideoLLaMA, prefix: Prefix, prompts: Sequence[Sequence[int]], max_new_tokens: int, stop: bool
) -> list[list[int]]:
    Q, L = len(prompts), max(map(len, prompts))
    room = model.llm.config.max_position_embeddings
    if prefix.length + L + max_new_tokens > room:
        raise ModelError(
            f"Video, question and answer need {prefix.length + L + max_new_tokens} tokens; the model has {room}.",
            "Give fewer frames or a shorter question.",
        )
    end = model.tokenizer.eos_token_id
    rows = torch.full((Q, L), end, device=model.device)
    mask = torch.ones(Q, prefix.length + L, dtype=torch.long, device=model.device)
    for q, prompt in enumerate(prompts):
        rows[q, L - len(prompt) :] = torch.tensor(list(prompt), device=model.device)
        mask[q, prefix.length : prefix.length + L - len(prompt)] = 0
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, prefix.length :]  # [Q, L]
    cache = copy.deepcopy(prefix.cache)
    cache.batch_repeat_interleave(Q)
    written: list[list[int]] = [[] for _ in range(Q)]
    open_rows = torch.ones(Q, dtype=torch.bool, device=model.device)
    for _ in range(max_new_tokens):
        states = model.llm.model(
            input_ids=rows, attention_mask=mask, position_ids=positions, past_key_values=cache, use_cache=True
        ).last_hidden_state[:, -1]
        token = model.llm.lm_head(states).argmax(dim=-1)  # [Q]
        if stop:
            open_rows &= token != end
        if not open_rows.any():
            break
        for q in open_rows.nonzero().flatten().tolist():
            written[q].append(int(token[q]))
        rows, positions = token[:, None], positions[:, -1:] + 1
        mask = torch.cat([mask, mask.new_ones(Q, 1)], dim=1)
    return written
