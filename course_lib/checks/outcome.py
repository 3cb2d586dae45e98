"""What came of a check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from numbers import Real
from typing import Any, Literal

# A check gives one of the first four; when a class is graded, its process may also have ended first.
State = Literal["not attempted", "wrong", "error", "pass", "timeout", "crashed"]


@dataclass(frozen=True)
class Ticks:
    """Moments on a time axis, a row for each name. rows: name -> seconds; events: (start, end, text) drawn beneath.
    unit: of the axis, "seconds" or "frames"."""

    rows: dict[str, Sequence[float]]
    duration: float
    events: Sequence[tuple[float, float, str]] = ()
    unit: str = "seconds"

    @property
    def alt(self) -> str:
        said = "; ".join(f"{name}: {', '.join(f'{s:g}' for s in seconds)}" for name, seconds in self.rows.items())
        return f"Moments on an axis of {self.duration:g} {self.unit}. {said}."


@dataclass(frozen=True)
class Matrices:
    """Small matrices beside each other. panels: title -> [[number]]; rows, columns: labels of the places, or none."""

    panels: dict[str, Sequence[Sequence[float]]]
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()

    @property
    def alt(self) -> str:
        sizes = "; ".join(f"{name}: {len(m)} x {len(m[0]) if len(m) else 0}" for name, m in self.panels.items())
        differing = ""
        if len(self.panels) == 2:
            one, two = ([list(row) for row in m] for m in self.panels.values())
            if [len(row) for row in one] == [len(row) for row in two]:
                places = [(i, j) for i, row in enumerate(one) for j, x in enumerate(row) if x != two[i][j]]
                differing = f" They differ in {len(places)} places" + (f", first at {places[0]}." if places else ".")
        return f"Matrices, {sizes}.{differing}"


@dataclass(frozen=True)
class Bars:
    """Shares of 0 to 1, a bar each; mark: a share to be reached, with its name."""

    bars: dict[str, float]
    mark: tuple[str, float] | None = None

    @property
    def alt(self) -> str:
        said = "; ".join(f"{name} {share:.0%}" for name, share in self.bars.items())
        return said + (f". To be reached: {self.mark[1]:.0%} ({self.mark[0]})." if self.mark else ".")


Picture = Ticks | Matrices | Bars
MOST_DRAWN = 5000  # numbers of a picture


def drawable(picture: Picture | None) -> Picture | None:
    """A picture of somebody's numbers; None if they are no numbers that can be drawn, or too many of them."""
    if picture is None:
        return None
    try:
        if isinstance(picture, Ticks):
            rows = [[picture.duration], *map(list, picture.rows.values())]
        elif isinstance(picture, Matrices):
            rows = [list(row) for panel in picture.panels.values() for row in panel]
        else:
            rows = [list(picture.bars.values())]
    except TypeError:  # a number stands where a row of them belongs
        return None
    if len(rows) + sum(map(len, rows)) > MOST_DRAWN:
        return None
    return picture if all(isinstance(x, Real) and isfinite(x) for row in rows for x in row) else None


@dataclass(frozen=True)
class Outcome:
    """part: "2.pool"; points: earned, of most. message: the cause, in words for the learner. mistake: the name of the
    wrong answer that it is, "" if it is none that is known. call, yours, expected: the smallest input that failed and
    what came of it. criteria: name -> share reached, where a part is scored by several. seed: repeats the check."""

    part: str
    state: State
    points: float
    most: float
    message: str
    mistake: str = ""
    call: str = ""
    yours: str = ""
    expected: str = ""
    picture: Picture | None = None
    criteria: dict[str, float] = field(default_factory=dict)
    seed: int | str = 0

    @property
    def passed(self) -> bool:
        return self.state == "pass"

    def to_dict(self) -> dict[str, Any]:
        from dataclasses import asdict

        kind = type(self.picture).__name__ if self.picture else None
        return {**asdict(self), "picture": {"kind": kind, **asdict(self.picture)} if self.picture else None}

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Outcome:
        """What `to_dict` gave, also after a way through JSON."""
        drawn = row["picture"]
        kinds = {kind.__name__: kind for kind in (Ticks, Matrices, Bars)}
        picture = kinds[drawn["kind"]](**{k: v for k, v in drawn.items() if k != "kind"}) if drawn else None
        return cls(**{**row, "picture": picture})
