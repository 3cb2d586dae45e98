"""Pictures of frames on their way to tokens: where a sampler looks, what is kept, what is missed, what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from course_lib.viz import palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from course_lib.timeline import Event

WIDTH = 7.0  # inches
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")
MARKERS = ("o", "s", "^", "D", "v")
FAINT = 0.18  # how much of a pruned patch is left to see


def draw_pictures(pictures: Mapping[str, np.ndarray], most: int = 4, height: float = 0.0) -> Figure:
    """Pictures side by side, each under its title, at most `most` in a row. pictures: title -> uint8 [H, W(, 3)], shown
    as they are, pixel for pixel. height: inches of a row (0: as the widest picture needs)."""
    from matplotlib.figure import Figure

    rows = -(-len(pictures) // most)
    columns = min(most, len(pictures))
    shape = max(p.shape[0] / p.shape[1] for p in pictures.values())
    height = height or min(3.2, WIDTH / columns * shape)
    lines = 1 + max(title.count("\n") for title in pictures)
    figure = Figure(figsize=(WIDTH, rows * (height + 0.2 * lines + 0.1)), facecolor=palette.PAPER, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).flatten()
    for axis in axes:
        axis.set_axis_off()
    for axis, (title, picture) in zip(axes, pictures.items(), strict=False):
        axis.imshow(picture, interpolation="nearest", cmap="gray", vmin=0, vmax=255)
        axis.set_title(title, fontsize=9, color=palette.INK)
    return figure


def draw_looks(looks: Mapping[str, Sequence[float] | np.ndarray], events: Sequence[Event], duration: float) -> Figure:
    """Where samplers look: a row of ticks for each, over the events, which it says are seen or missed.

    looks: name -> seconds. An event without a tick in a row is hatched there.
    """
    from matplotlib.figure import Figure

    from course_lib.tokens.recall import seen

    figure = Figure(figsize=(WIDTH, 0.75 + 0.46 * len(looks)), facecolor=palette.PAPER, layout="constrained")
    axis = figure.add_subplot()
    for row, seconds in enumerate(looks.values()):
        found = seen(events, seconds)
        for event, ok in zip(events, found, strict=True):
            colour = palette.RIGHT if ok else palette.WRONG
            axis.barh(
                row, event.end - event.start, 0.62, left=event.start, color=colour if ok else "white",
                alpha=0.35 if ok else 1, edgecolor=colour, hatch=None if ok else "////", linewidth=1.2,
            )  # fmt: skip
        axis.plot(seconds, [row] * len(seconds), "|", color=palette.INK, markersize=13, markeredgewidth=1.5)
        label = f"{found.sum()} of {len(events)}"
        axis.text(duration * 1.01, row, label, va="center", fontsize=9, color=palette.INK)
    axis.set(xlim=(0, duration), ylim=(len(looks) - 0.5, -0.5), yticks=range(len(looks)), yticklabels=list(looks))
    axis.set_xlabel("seconds", fontsize=9, color=palette.SOFT)
    _plain(axis)
    return figure


def draw_kept(frames: np.ndarray, keep: np.ndarray, seconds: Sequence[float] | np.ndarray) -> Figure:
    """Frames with the patches that were left out faded. frames uint8 [T, H, W, 3]; keep bool [T, h, w], whose grid
    divides the frames; seconds [T]."""
    h, w = frames.shape[1] // keep.shape[1], frames.shape[2] // keep.shape[2]
    there = keep.repeat(h, axis=1).repeat(w, axis=2)[..., None]  # [T, H, W, 1]
    shown = np.where(there, frames, 255 - (255 - frames.astype(np.float32)) * FAINT).astype(np.uint8)
    titles = (f"{s:.1f} s: {k.sum()} of {k.size}" for s, k in zip(seconds, keep, strict=True))
    return draw_pictures(dict(zip(titles, shown, strict=True)))


def draw_curves(
    x: Sequence[float],
    curves: Mapping[str, Sequence[tuple[float, float, float]]],
    labels: tuple[str, str],
    bend: int | None = None,
    tokens: int | None = None,
    log: bool = True,
) -> Figure:
    """Curves with their intervals. x: the places of all; curves: name -> (value, low, high) for each; labels: of the
    two axes; bend: index of x to mark; tokens: of a frame, for a second axis above that counts tokens."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullLocator

    figure = Figure(figsize=(WIDTH, 3.5 if tokens else 3.2), facecolor=palette.PAPER, layout="constrained")
    axis = figure.add_subplot()
    for (name, points), colour, marker in zip(curves.items(), COLOURS, MARKERS, strict=False):
        value, low, high = np.array(points).T
        axis.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)
        axis.plot(x, value, marker=marker, markersize=4.5, color=colour, label=name)
    if log:
        axis.set_xscale("log", base=2)
    axis.set_xticks(x, [f"{v:g}" for v in x])
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xlabel(labels[0], fontsize=9, color=palette.SOFT)
    axis.set_ylabel(labels[1], fontsize=9, color=palette.SOFT)
    if bend is not None:
        axis.axvline(x[bend], color=palette.INK, linestyle=":", linewidth=1.2)
        axis.annotate("elbow", (x[bend], 0.06), xytext=(5, 0), textcoords="offset points", fontsize=9)
    if tokens is not None:
        above = axis.secondary_xaxis("top")
        above.set_xticks(x, [f"{v * tokens:,.0f}" for v in x], fontsize=8, color=palette.SOFT)
        above.xaxis.set_minor_locator(NullLocator())
        above.set_xlabel(f"tokens, at {tokens} a frame", fontsize=9, color=palette.SOFT)
        above.spines["top"].set_color(palette.RULE)
    figure.legend(loc="outside upper center", ncols=len(curves), frameon=False, fontsize=9)
    axis.grid(axis="y", color=palette.RULE, linewidth=0.6)
    _plain(axis)
    return figure


def draw_budgets(budgets: Iterable[tuple[str, int, int]]) -> Figure:
    """Bars of tokens. budgets: (name, tokens, context), both counted in tokens; the context is marked by a line, and
    the share that the tokens take of it is written on the right. Both on one logarithmic axis."""
    from matplotlib.figure import Figure

    rows = list(budgets)
    figure = Figure(figsize=(WIDTH, 0.8 + 0.3 * len(rows)), facecolor=palette.PAPER, layout="constrained")
    axis = figure.add_subplot()
    for row, (_, tokens, context) in enumerate(rows):
        axis.barh(row, tokens, 0.6, color=palette.RIGHT)
        axis.plot([context], [row], "|", color=palette.WRONG, markersize=14, markeredgewidth=2.5)
        share = f"{tokens:,} ({tokens / context:.0%})"
        axis.text(1.01, row, share, transform=axis.get_yaxis_transform(), va="center", fontsize=9, color=palette.INK)
    axis.set_xscale("log")
    axis.set_xlim(min(t for _, t, _ in rows) / 2, max(max(c, t) for _, t, c in rows) * 1.4)
    axis.set(ylim=(len(rows) - 0.5, -0.5), yticks=range(len(rows)), yticklabels=[name for name, *_ in rows])
    axis.set_xlabel("tokens (bar), and the context that they must fit into (line)", fontsize=9, color=palette.SOFT)
    _plain(axis)
    return figure


def _plain(axis: Axes) -> None:
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines[["left", "bottom"]].set_color(palette.RULE)
    axis.tick_params(colors=palette.INK, labelsize=9, length=3)
