"""What tokens cost in a language model: multiply-adds of one reading, without a model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Multiply-adds. attention: between the tokens, with their number squared; rest: for each token on its own, the
    projections and the perceptron."""

    attention: int
    rest: int

    @property
    def total(self) -> int:
        return self.attention + self.rest


def reading_cost(tokens: int, layers: int, width: int, mlp: int | None = None) -> Cost:
    """Of reading so many tokens at once (the prefill), in a transformer of `layers` layers of `width`.

    attention: tokens^2 x layers x width, twice (scores, and sums of values; a kernel that knows of causality skips
    half). rest: 4 width^2 for the projections and 3 width mlp for a gated perceptron, for each token and layer;
    grouped keys and the vocabulary are left out. mlp: the perceptron's inner width (None: 8/3 width, as in Llama).
    Source: Kaplan et al. (2020), section 2.1.
    """
    mlp = round(8 * width / 3) if mlp is None else mlp
    return Cost(2 * tokens**2 * layers * width, tokens * layers * (4 * width**2 + 3 * width * mlp))
