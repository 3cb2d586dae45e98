"""The published models by name: what they are, what they cost, whether they fit this machine."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from course_lib.tokens.budget import TokenRule
from course_lib.tokens.sampling import Sampling


@dataclass(frozen=True)
class Family:
    """sampling: what the family's processor or published example takes of a video; time_signal: how its prompt says
    when a frame is shown; seconds: whether that tells the second of every frame; options: what its video processor is
    told beside the clip."""

    name: str
    sampling: Sampling
    time_signal: str
    seconds: bool = False
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Size:
    """parameters: how many; exact: those that stay in 16 bits when the others are quantized; cache: bytes of keys and
    values, in 16 bits, for a clip of half a minute."""

    parameters: int
    exact: int
    cache: int = 0


@dataclass(frozen=True)
class Entry:
    """A published model. repo, revision: on the model hub; parameters: how many; exact: those that no quantization
    touches; cache: bytes of keys and values for a token; download: bytes."""

    name: str
    repo: str
    revision: str
    family: Family
    licence: str
    parameters: int
    exact: int
    cache: int
    download: int
    tokens: TokenRule
    note: str = ""

    @property
    def size(self) -> Size:
        """What its memory follows from."""
        return Size(self.parameters, self.exact, self.cache * self.clip_tokens()[1])

    def clip_tokens(self, seconds: float = 30.0, height: int = 720, width: int = 1280) -> tuple[int, int]:
        """Frames and tokens of a clip of that length and size, at the model's defaults."""
        frames = self.family.sampling.count(seconds)
        return frames, self.tokens.count(frames, height, width)


@cache
def families() -> dict[str, Family]:
    return {
        name: Family(name, **{**row, "sampling": Sampling(**row["sampling"])})
        for name, row in _table()["family"].items()
    }


@cache
def entries() -> dict[str, Entry]:
    """Name -> Entry, in the order of models.toml."""
    return {
        row["name"]: Entry(**{**row, "family": families()[row["family"]], "tokens": TokenRule(**row["tokens"])})
        for row in _table()["model"]
    }


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("course_lib") / "zoo" / "models.toml").read_text(encoding="utf-8"))
