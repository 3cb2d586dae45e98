"""Start values of the language model: what a small decoder would else need most of its training to find."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from course_lib.model.tokenizer import LAST_NUMBER

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

WORD_SCALE = 0.08
COPY = 0.7  # how much of a word such a head adds to where it is read
SHARP = 10.0  # of a head that looks so many words back
ALIKE = 3.0  # of a head that looks for what is like itself
SLOW = 0.03  # radians a token: rotary pairs that turn more slowly than this do not notice where a word stands


def start_values(llm: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    """Word vectors with which a small decoder learns to look up soon, and heads that look already.

    Word vectors larger than transformers' 0.02 and output projections at zero, so that what a layer reads at first is
    the words and not the noise of the layers below (as in Fixup, Zhang et al., 2019). The vectors of "0" to "199" are
    random Fourier features (Rahimi and Recht, 2007): the product of two of them falls with their distance, half of it
    within a second or two, so that the nearest timestamp stands out, half of it within ten, so that far is far.
    """
    table: Tensor = llm.get_input_embeddings().weight  # type: ignore[assignment]
    D = table.shape[1]
    place = (torch.arange(D // 4, device=table.device) + 0.5) / (D // 4)  # quantiles, so that no seed is needed
    normal = torch.erfinv(place) * math.sqrt(2)
    rates = torch.cat([normal / 1.5, normal / 10])  # [D / 2] radians a second
    with torch.no_grad():
        for name, weight in llm.named_parameters():
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                weight.zero_()
        table.mul_(WORD_SCALE / table.std())
        for n in range(LAST_NUMBER + 1):
            wave = torch.cat([(n * rates).sin(), (n * rates).cos()])
            table[tokenizer.convert_tokens_to_ids(str(n))] = WORD_SCALE * math.sqrt(2) * wave
        _start_heads(llm)


def _start_heads(llm: PreTrainedModel) -> None:
    """Half of the heads begin as what induction is made of, the others as noise.

    First layer: a head each that looks one, two, three, … words back, so that the last word of "the red car turns
    right" holds the words before it. Later layers: heads whose query and key are the same projection, so that this last
    word finds the same words where they were told. All of them write what they read. Without this a decoder of this
    size did not begin to find the event of a question in its own timeline within 750 steps (150,000 look-ups); with it,
    within 150. Source: mimetic initialisation (Trockman and Kolter, 2023) for query = key and value = output;
    previous-token and induction heads (Olsson et al., 2022) for the two kinds.
    """
    model: Any = llm.model
    D, heads = llm.config.hidden_size, llm.config.num_attention_heads
    size = D // heads
    rates = 10_000.0 ** (-torch.arange(size // 2, device=llm.device) / (size // 2))  # radians a token, of rotary pairs
    slow = (rates < SLOW).repeat(2)[:, None]
    for number, layer in enumerate(model.layers):
        attend = layer.self_attn
        for head in range(heads // 2):
            own = slice(head * size, (head + 1) * size)
            read = _projection(size, D, llm)
            attend.v_proj.weight[own] = read
            attend.o_proj.weight[:, own] = COPY * WORD_SCALE * read.T  # what is read is normalised, words are not
            if number:
                alike = _projection(size, D, llm) * slow * math.sqrt(ALIKE)
                attend.q_proj.weight[own] = alike
                attend.k_proj.weight[own] = alike
            else:  # the product of the two biases, turned by their distance, is largest head + 1 words back
                strength = torch.where(rates > SLOW, math.sqrt(SHARP), 0.0)
                angle = rates * (head + 1)
                attend.k_proj.bias[own] = torch.cat([strength, torch.zeros_like(strength)])
                attend.q_proj.bias[own] = torch.cat([strength * angle.cos(), -strength * angle.sin()])
                attend.q_proj.weight[own] *= 0.1
                attend.k_proj.weight[own] *= 0.1


def _projection(size: int, width: int, llm: PreTrainedModel) -> Tensor:
    """Orthonormal rows [size, width] of a random direction each."""
    return torch.linalg.qr(torch.randn(width, size, device=llm.device))[0].T
