"""What 3.decode lends: the shipped language model, a step at a time, with a note of what it was fed."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from course_lib.checks.answer import Stopped
from course_lib.checks.splice import pocket
from course_lib.model.prompt import VIDEO, turn

if TYPE_CHECKING:
    from torch import Tensor

SURE = 0.01  # between the two likeliest tokens of a step: rounding, 1e-5, never decides which one is right
SOON = 2  # tokens: whoever does not count them is seen to write on
CALLS = 24  # more than any answer needs; whoever asks for more does not stop


@dataclass
class Reader:
    """calls: what it was fed, [n, hidden] each; likeliest: what it said after each; refused: why, if it stopped.

    share: of the logits that it returns. Few of them, and a token that is drawn instead of chosen is hardly ever the
    likeliest; a power of 2 changes no order.
    """

    most: int
    share: float = 1.0
    calls: list[Tensor] = field(default_factory=list)
    likeliest: list[int] = field(default_factory=list)
    refused: str = ""
    cache: Any = None

    def __call__(self, vectors: Any) -> Tensor:
        import torch

        width = pocket.words().shape[1]
        if not isinstance(vectors, torch.Tensor) or vectors.ndim != 2 or vectors.shape[1] != width or not len(vectors):
            shape = f"a tensor {list(vectors.shape)}" if isinstance(vectors, torch.Tensor) else type(vectors).__name__
            self.refused = f"step takes vectors, a tensor [n, {width}], and got {shape}"
            raise Stopped(self.refused)
        if len(self.calls) >= self.most or self.fed + len(vectors) > pocket.model().llm.config.max_position_embeddings:
            self.refused = "never stops"
            raise Stopped(f"step was called {len(self.calls)} times and fed {self.fed} vectors: that is enough")
        with torch.no_grad():
            out = pocket.model().llm(
                inputs_embeds=vectors.float()[None], past_key_values=self.cache, use_cache=True, logits_to_keep=1
            )
        logits: Tensor = out.logits[0, -1]
        self.cache = out.past_key_values
        self.calls.append(vectors)
        self.likeliest.append(int(logits.argmax()))
        return logits * self.share

    @property
    def fed(self) -> int:
        return sum(map(len, self.calls))


@dataclass(frozen=True)
class Asked:
    """A prompt and what is to come of it. said: the likeliest tokens, with the end token if it comes."""

    text: str
    prompt: Tensor
    end: int
    most: int
    said: list[int]

    @property
    def expected(self) -> list[int]:
        return [token for token in self.said if token != self.end]

    @property
    def needed(self) -> Tensor:
        """Every vector that has to be read. What would follow the last token is not asked for."""
        import torch

        return torch.cat([self.prompt, vectors_of(self.said[:-1])])

    @property
    def call(self) -> str:
        L, D = self.prompt.shape
        return f"FUNCTION(step, prompt [{L}, {D}]: {self.text!r}, words, end={self.end}, max_new_tokens={self.most})"


def vectors_of(ids: list[int]) -> Tensor:
    import torch

    return pocket.words()[torch.tensor(ids, dtype=torch.long)]  # [n, hidden]


def ask(rng: Random, most: int, moments: int = 0, end_at: int | None = None, ends: bool | None = None) -> Asked:
    """A question, about a clip of so many moments if any. end_at: the token that it would say there is the end token;
    otherwise the model's own is. ends: whether the answer must end within `most`, or must not, nor soon after."""
    while True:
        text, prompt = _prompt(rng, moments)
        own = int(pocket.model().ends[0])
        said, lead = _written(prompt, most + SOON * (ends is False), own)
        end = own if end_at is None else said[min(end_at, len(said) - 1)]
        said = said[: said.index(end) + 1] if end in said else said
        if lead > SURE and (ends is None or (end in said) == ends):
            return Asked(text, prompt, end, most, said[:most])


def _prompt(rng: Random, moments: int) -> tuple[str, Tensor]:
    import torch

    if not moments:
        text = turn(pocket.question(rng))
        return text, vectors_of(pocket.ids_of(text))
    shot = pocket.shoot(rng, moments)
    before, after = f"the video lasts {round(shot.duration)} seconds", turn(pocket.question(rng, shot.duration))
    video = pocket.model().tell_time(shot.tokens, shot.seconds).detach()
    return f"{before} {VIDEO} {after}", torch.cat(
        [vectors_of(pocket.ids_of(before)), video, vectors_of(pocket.ids_of(after))]
    )


def _written(prompt: Tensor, most: int, end: int) -> tuple[list[int], float]:
    """The likeliest tokens up to the end token, and the smallest lead that one of them had."""
    step, vectors, lead = Reader(most), prompt, float("inf")
    for _ in range(most):
        first, second = step(vectors).topk(2).values.tolist()
        lead = min(lead, first - second)
        if step.likeliest[-1] == end:
            break
        vectors = vectors_of(step.likeliest[-1:])
    return step.likeliest, lead
