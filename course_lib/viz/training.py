"""How a training goes: who may look at whom in a packed row, loss and score by step, shares with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.viz import palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from course_lib.model.train.packing import Packed

BLOCKS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
LINES = (("#0072B2", "-", "o"), ("#D55E00", "--", "^"), ("#009E73", ":", "s"), ("#CC79A7", "-.", "D"))


def block_colours(packed: Packed, row: int = 0) -> np.ndarray:
    """Of a packed row, float [n, n, 3] in 0 to 1, padding left out: white where place i (down) may not look at place j
    (across), grey where it looks at the video, and a colour for each block where a block looks at itself; the told
    timeline is black."""
    from matplotlib.colors import to_rgb

    owner = packed.owner[row].numpy()
    n = int((owner >= 0).sum())
    owner, may = owner[:n], packed.mask[row, 0, :n, :n].numpy()
    colours = np.ones((n, n, 3))
    for number in range(int(owner.max(initial=0)) + 1):
        colour = {0: palette.RULE, 1: palette.INK}.get(number, BLOCKS[(number - 2) % len(BLOCKS)])
        colours[may & (owner == number)[None, :]] = to_rgb(colour)
    return colours


def draw_blocks(packed: Packed, row: int = 0, words: Sequence[str] = (), axis: Axes | None = None) -> Figure:
    """The mask of a packed row as a picture. words: one for each place, written at both sides (for a short row).

    axis: where to draw it; a figure of its own otherwise. Raises ValueError for another number of words than places.
    """
    from matplotlib.figure import Figure

    colours = block_colours(packed, row)
    n = len(colours)
    if words and len(words) != n:
        raise ValueError(f"{len(words)} words for {n} places")
    if axis is None:
        axis = Figure(figsize=(4.2, 4.2), layout="constrained", facecolor=palette.PAPER).add_subplot()
    axis.imshow(colours, interpolation="nearest")
    axis.set(xlabel="is looked at", ylabel="looks")
    if words:
        axis.set_xticks(range(n), words, rotation=90)
        axis.set_yticks(range(n), words)
        axis.set_xticks(np.arange(n + 1) - 0.5, minor=True)
        axis.set_yticks(np.arange(n + 1) - 0.5, minor=True)
        axis.grid(which="minor", color=palette.RULE, lw=0.6)
        axis.tick_params(which="both", length=0)
    return axis.get_figure()  # type: ignore[return-value]


def draw_stage(rows: Sequence[Mapping[str, Any]], title: str = "", chance: float | None = None) -> Figure:
    """A stage's loss, and its held-out scores, by step; beside each other, 7 inches wide.

    rows: of log.jsonl, {"step", "loss"} or {"step", a name: a share, …}; the first name is the score, the others are
    its controls. chance: where guessing lies.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 2.7), layout="constrained", facecolor=palette.PAPER)
    left, right = figure.subplots(1, 2)
    losses = [(row["step"], row["loss"]) for row in rows if "loss" in row]
    left.plot(*zip(*losses, strict=True), color=palette.INK)
    left.set(xlabel="step", ylabel="loss", ylim=(0, None), xlim=(0, None))
    scored = [row for row in rows if "loss" not in row]
    names = [name for name in scored[0] if name not in ("stage", "step")]
    for name, (colour, line, marker) in zip(names, LINES, strict=False):
        steps, shares = [row["step"] for row in scored], [row[name] for row in scored]
        right.plot(steps, shares, line, color=colour, marker=marker, markersize=5, label=name, clip_on=False)
    if chance is not None:
        right.axhline(chance, color=palette.SOFT, lw=0.8, label="chance")
    right.set(xlabel="step", ylabel="right, held out", ylim=(-0.03, 1.03), xlim=(0, None))
    right.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    figure.legend(loc="outside upper right", ncols=len(names) + (chance is not None), frameon=False)
    if title:
        left.set_title(title, loc="left", fontsize=10)
    for axis in (left, right):
        axis.spines[["top", "right"]].set_visible(False)
    return figure


def stage_alt(rows: Sequence[Mapping[str, Any]]) -> str:
    """What `draw_stage` shows of these rows, in words: the loss's two ends, and every score at every step."""
    losses = [(row["step"], row["loss"]) for row in rows if "loss" in row]
    scored = [row for row in rows if "loss" not in row]
    (first, begun), (last, ended) = losses[0], losses[-1]
    names = [name for name in scored[0] if name not in ("stage", "step")]
    lines = [f"{name} " + ", ".join(f"{row[name]:.0%}" for row in scored) for name in names]
    steps = ", ".join(str(row["step"]) for row in scored)
    loss = f"Left: loss by step, {begun:.2f} at {first} and {ended:.2f} at {last}."
    return f"{loss} Right, held out, at steps {steps}: {'; '.join(lines)}."


@dataclass(frozen=True)
class Share:
    """A measured share with its interval, 0 to 1. group: what it stands together with."""

    name: str
    share: float
    low: float
    high: float
    group: str = ""

    @property
    def text(self) -> str:
        return f"{self.share:.0%} ({self.low:.0%} to {self.high:.0%})"


def draw_shares(shares: Sequence[Share]) -> Figure:
    """A row for each share, its interval as a line, groups apart; the first of a group is blue, the others hatched."""
    from matplotlib.figure import Figure

    groups = list(dict.fromkeys(s.group for s in shares))
    where, y = [], 0.0
    for before, s in zip([None, *shares[:-1]], shares, strict=True):
        y += 0.0 if before is None else 1.0 if before.group == s.group else 1.9
        where.append(y)
    figure = Figure(figsize=(7, 0.75 + 0.34 * y + 0.3), layout="constrained", facecolor=palette.PAPER)
    axis = figure.add_subplot()
    for s, y in zip(shares, where, strict=True):
        first = next(other for other in shares if other.group == s.group) is s
        colour = palette.RIGHT if first else palette.WRONG
        axis.barh(y, s.share, 0.72, color=colour, hatch="" if first else "//", edgecolor="w")
        axis.plot([s.low, s.high], [y, y], color=palette.INK, lw=2.2, solid_capstyle="butt")
        axis.text(max(s.high, s.share) + 0.015, y, f"{s.share:.0%}", va="center", fontsize=9, color=palette.INK)
    for group in groups if any(groups) else ():
        top = min(y for s, y in zip(shares, where, strict=True) if s.group == group)
        axis.text(0.01, top - 0.55, group, fontsize=9, color=palette.SOFT, va="bottom")
    axis.set_yticks(where, [s.name for s in shares])
    axis.set(xlim=(0, 1.12), ylim=(max(where) + 0.6, -1.2 if any(groups) else -0.6))
    axis.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(axis="y", length=0)
    return figure
