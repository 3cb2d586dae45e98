"""Which second is taken for which: every judged answer at its true and at its told time."""

from __future__ import annotations

import math
import string
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from course_lib.temporal.verdict import FAILURES
from course_lib.viz import palette
from course_lib.viz.confusion_points import Confusion, Point, confusion_data

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Confusion", "Point", "confusion_alt", "confusion_data", "draw_confusion"]


def confusion_alt(data: Confusion) -> str:
    """What the picture shows, in words."""
    count: Counter[str] = Counter()
    for p in data.points:
        count[p.kind] += p.n
    told = ", ".join(f"{count[k]} {k}" for k in palette.MARKS if count[k]) or "no answer"
    far = [p for p in data.points if p.true is not None and p.told is not None and p.kind != "right"]
    worst = max(far, key=lambda p: abs((p.told or 0) - (p.true or 0)), default=None)
    tail = f' The farthest: "{worst.text}", true at {worst.true:g} s, told at {worst.told:g} s.' if worst else ""
    return f"Answers by true time (across) and told time (up); the diagonal is right: {told}.{tail}"


WIDTH, SIDE = 11.0, 4.9  # inches
LEFT, GAP, STRIP = 2.85, 0.08, 0.56
LINE = 0.19  # inches a label


def draw_confusion(data: Confusion, title: str = "") -> Figure:
    """A matplotlib figure: true seconds across, told seconds up, right answers on the diagonal; on the left margin what
    the clip does not have, on the lower one what was not told. Events are lettered, and named on the right."""
    from matplotlib.figure import Figure

    kinds = [k for k in palette.MARKS if any(p.kind == k for p in data.points)]
    foot = 0.75 + 0.24 * math.ceil(len(kinds) / 3)
    height = foot + STRIP + GAP + SIDE + (0.75 if title else 0.4)
    figure = Figure(figsize=(WIDTH, height), facecolor=palette.PAPER)

    def axes(x: float, y: float, wide: float, tall: float) -> Axes:
        axis = figure.add_axes((x / WIDTH, y / height, wide / WIDTH, tall / height))
        for spine in axis.spines.values():
            spine.set_color(palette.RULE)
        axis.tick_params(colors=palette.SOFT, labelsize=9, length=3)
        return axis

    up = foot + STRIP + GAP
    main, below = axes(LEFT, up, SIDE, SIDE), axes(LEFT, foot, SIDE, STRIP)
    left, corner = axes(LEFT - GAP - STRIP, up, STRIP, SIDE), axes(LEFT - GAP - STRIP, foot, STRIP, STRIP)
    pad = data.duration * 0.02
    for axis in (main, below):
        axis.set_xlim(-pad, data.duration + pad)
    for axis in (main, left):
        axis.set_ylim(-pad, data.duration + pad)
    for axis in (below, left, corner):
        axis.set_facecolor("#f6f8fa")
    below.set_ylim(0, 1)
    left.set_xlim(0, 1)
    corner.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    main.tick_params(labelbottom=False, labelleft=False)
    below.set_yticks([])
    left.set_xticks([])
    below.set_xlabel("true time, seconds", fontsize=9.5, color=palette.INK, labelpad=2)
    main.plot([0, data.duration], [0, data.duration], color=palette.RULE, linewidth=1.2, zorder=1)
    _draw_events(main, below, data)
    _draw_points(main, below, left, corner, data)
    _label_invented(left, data)
    inset: dict[str, Any] = {"fontsize": 8.5, "color": palette.SOFT, "ha": "right", "va": "center"}
    figure.text((LEFT - GAP - STRIP - 0.1) / WIDTH, (foot + STRIP / 2) / height, "not told", **inset)
    figure.text(
        (LEFT - GAP - STRIP / 2) / WIDTH, (up + SIDE + 0.06) / height, "not in\nthe clip", fontsize=8.5,
        color=palette.SOFT, ha="center", va="bottom",
    )  # fmt: skip
    left.set_ylabel("told time, seconds", fontsize=9.5, color=palette.INK)
    invented = any(p.true is None and p.told is not None for p in data.points)
    left.yaxis.set_label_coords(-(2.05 if invented else 0.5) / STRIP, 0.5)
    _legend(figure, kinds, data, foot, height)
    if title:
        figure.text(0.25 / WIDTH, 1 - 0.22 / height, title, fontsize=12, weight="bold", color=palette.INK, va="center")
    return figure


def _letters(n: int) -> list[str]:
    alphabet = string.ascii_uppercase
    return [alphabet[i] if i < 26 else alphabet[i // 26 - 1] + alphabet[i % 26] for i in range(n)]


def _draw_events(main: Axes, below: Axes, data: Confusion) -> None:
    for axis in (main, below):
        for e in data.events:
            axis.axvspan(e.start, e.end, color=palette.RULE, alpha=0.28, linewidth=0, zorder=0)
    for e in data.events:
        main.axhspan(e.start, e.end, color=palette.RULE, alpha=0.28, linewidth=0, zorder=0)
    second = (SIDE / (data.duration * 1.04)) or 1.0  # inches
    middles = [(e.start + e.end) / 2 for e in data.events]
    letters = _letters(len(data.events))
    lanes: list[float] = []  # where the last letter of each row above the picture ends
    for letter, x in zip(letters, middles, strict=True):
        at = x * second
        lane = next((i for i, end in enumerate(lanes) if at - end >= 0.17), len(lanes))
        lanes[lane : lane + 1] = [at]
        main.annotate(
            letter, (x, 1), xycoords=("data", "axes fraction"), xytext=(0, 3 + 9 * lane), textcoords="offset points",
            ha="center", va="bottom", fontsize=8, color=palette.SOFT,
        )  # fmt: skip
    size = 8.5 if len(letters) * LINE <= SIDE else max(5.0, 8.5 * SIDE / (len(letters) * LINE))
    places = apart([x * second for x in middles], min(LINE, SIDE / max(1, len(letters))), SIDE)
    for letter, event, y, place in zip(letters, data.events, middles, places, strict=True):
        main.annotate(
            f"{letter}  {event.subject} {event.action}", (1, y), xycoords=("axes fraction", "data"),
            xytext=(1.045, place / second), textcoords=("axes fraction", "data"), ha="left", va="center", fontsize=size,
            color=palette.INK, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": palette.RULE, "linewidth": 0.8, "shrinkA": 1, "shrinkB": 0},
        )  # fmt: skip


def apart(wanted: Sequence[float], least: float, room: float) -> list[float]:
    """Places as near to the wanted ones as they may be, at least `least` apart and within [0, room], in their order."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places = [0.0] * len(wanted)
    floor = 0.0
    for i in order:
        places[i] = floor = max(wanted[i], floor)
        floor += least
    ceiling = room
    for i in reversed(order):
        places[i] = ceiling = min(places[i], ceiling)
        ceiling -= least
    return places


def _draw_points(main: Axes, below: Axes, left: Axes, corner: Axes, data: Confusion) -> None:
    loose = [p for p in data.points if p.true is None and p.told is None]
    for p in data.points:
        if p.true is not None and p.told is not None:
            _mark(main, p.true, min(p.told, data.duration * 1.01), p)
        elif p.true is not None:
            level = {"skipped": 0.72, "false_abstain": 0.28}.get(p.kind, 0.5)
            _mark(below, p.true, level, p)
        elif p.told is not None:
            _mark(left, 0.35 if p.kind == "false_confident" else 0.65, min(p.told, data.duration * 1.01), p)
        else:
            _mark(corner, (loose.index(p) + 0.5) / len(loose), 0.5, p)


def _mark(axis: Axes, x: float, y: float, p: Point) -> None:
    colour, shape = palette.MARKS[p.kind]
    size = {"*": 130, "o": 46}.get(shape, 62)
    axis.scatter([x], [y], s=size, c=colour, marker=shape, edgecolors="white", linewidths=0.8, zorder=4, clip_on=False)
    if p.n > 1:
        axis.annotate(
            f"×{p.n}", (x, y), xytext=(5, -6), textcoords="offset points", fontsize=7.5, color=palette.INK, zorder=5,
            annotation_clip=False,
        )  # fmt: skip


def _label_invented(left: Axes, data: Confusion) -> None:
    points = [p for p in data.points if p.true is None and p.told is not None]
    second = SIDE / (data.duration * 1.04)
    y = [min(p.told or 0.0, data.duration) for p in points]
    places = apart([v * second for v in y], min(LINE, SIDE / max(1, len(points))), SIDE)
    for p, at, place in zip(points, y, places, strict=True):
        text = p.text.removeprefix("the ")
        left.annotate(
            text if len(text) <= 24 else text[:23] + "…", (0, at), xytext=(-0.75, place / second),
            textcoords=("axes fraction", "data"), ha="right", va="center", fontsize=8, color=palette.INK,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": palette.RULE, "linewidth": 0.8, "shrinkA": 1, "shrinkB": 0},
        )  # fmt: skip


def _legend(figure: Figure, kinds: Sequence[str], data: Confusion, foot: float, height: float) -> None:
    from matplotlib.lines import Line2D

    total = {k: sum(p.n for p in data.points if p.kind == k) for k in kinds}
    handles = [
        Line2D([], [], linestyle="", marker=palette.MARKS[k][1], color=palette.MARKS[k][0], markersize=8,
               label=f"{total[k]} {k}: {FAILURES.get(k, 'on the diagonal, or near enough')}")
        for k in kinds
    ]  # fmt: skip
    if handles:
        figure.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(0.2 / WIDTH, (foot - 0.42) / height), ncols=3,
            frameon=False, fontsize=8.5, labelcolor=palette.INK, handletextpad=0.3, columnspacing=1.4, borderpad=0,
        )  # fmt: skip
