"""Pictures of a clip over time: its frames, and what is true and what was told under them, on one axis of seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course_lib.timeline import Event, Timeline
from course_lib.viz import palette
from course_lib.viz.judged import bar_text, judged, kind_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from course_lib.video import Clip

ROW = 0.34  # inches a row of events
WIDTH = 11.0
MARGIN = (0.95, 0.25)  # inches left and right of the axis
MOST_FRAMES = 10


def frame_strip(clip: Clip, most: int = MOST_FRAMES) -> Figure:
    """The frames of a clip, at most `most`, over the seconds at which they are shown. Returns a matplotlib figure."""
    from matplotlib.figure import Figure

    height = _strip_height(clip, most) + 0.55
    figure = Figure(figsize=(WIDTH, height), facecolor=palette.PAPER)
    axis = _axis(figure, 0.5, height - 0.55, height, clip.duration)
    _draw_strip(axis, clip, most)
    _seconds_below(axis)
    return figure


def timelines(
    true: Timeline | Sequence[Event] | None,
    told: Sequence[Event] | None,
    seconds: Sequence[float],
    duration: float | None = None,
    clip: Clip | None = None,
    title: str = "",
    marks: Sequence[tuple[Sequence[float], str, str]] = (),
) -> Figure:
    """A clip's frames (with `clip`), its true timeline, the told one and the sampled seconds: one under the other.

    Wrong events are vermilion and hatched, and say their kind: "invented", "shifted +3.0 s"; true events that are not
    told at all say "not told". Where there is no true timeline, or nothing was asked for (told is None), the events of
    the other are drawn unjudged. marks: (seconds, name, kind) of what contradicts itself, in a row of its own. Returns
    a matplotlib figure.
    """
    from matplotlib.figure import Figure

    events = tuple(true or ())
    ends = [e.end for e in (*events, *(told or ()))] + list(seconds)
    length = float(
        duration or getattr(true, "duration", None) or (clip.duration if clip else None) or max(ends, default=1.0)
    )
    bars = judged(true, told)
    if spots := [(_spot(at, name), kind) for at, name, kind in marks if at]:
        bars.append(("contradicts", spots))
    rows = [(name, _stack(items, length), items) for name, items in bars]
    strip = _strip_height(clip, MOST_FRAMES) + 0.12 if clip is not None else 0.0
    top = 0.42 if title else 0.1
    heights = [ROW * max(1, max(lanes, default=-1) + 1) + 0.1 for _, lanes, _ in rows]
    height = top + strip + sum(heights) + 0.3 + 0.5
    figure = Figure(figsize=(WIDTH, height), facecolor=palette.PAPER)
    if title:
        figure.text(
            MARGIN[0] / WIDTH, 1 - 0.24 / height, title, fontsize=12, weight="bold", color=palette.INK, va="center"
        )
    y = height - top
    if clip is not None:
        y -= strip
        _draw_strip(_axis(figure, y + 0.12, strip - 0.12, height, length), clip, MOST_FRAMES)
    for (name, lanes, items), tall in zip(rows, heights, strict=True):
        y -= tall
        _draw_rows(_axis(figure, y, tall, height, length), name, items, lanes)
    y -= 0.3
    last = _axis(figure, y, 0.3, height, length)
    last.plot(list(seconds), [0.5] * len(seconds), "|", color=palette.SOFT, markersize=8)
    last.set_ylim(0, 1)
    _name(last, "looked at")
    _seconds_below(last)
    return figure


def alt_text(true: Timeline | None, told: Sequence[Event] | None) -> str:
    """What the picture shows, in words."""

    def line(events: Sequence[Event]) -> str:
        return "; ".join(f"{e.start:.1f} to {e.end:.1f} s {e.text}" for e in events) or "nothing"

    truth = f" True: {line(true.events)}." if true is not None else ""
    return f"Frames of the clip over time.{truth}" + (f" Told: {line(told)}." if told is not None else "")


def _spot(seconds: Sequence[float], name: str) -> Event:
    """The stretch of the clip that a contradiction is about."""
    return Event(min(seconds), max(*seconds, min(seconds) + 0.5), "", name)


@dataclass(frozen=True)
class _Placed:
    """Where an event is drawn, in seconds: its bar, and its label, which hangs to the left where there is no room."""

    bar: tuple[float, float]
    label: tuple[float, float]
    text: str
    hangs: bool


def _placed(event: Event, word: str, length: float) -> _Placed:
    text = bar_text(event, word, length)
    least = length / 200
    start = min(event.start, length - least)
    end = min(max(event.end, start + least), length)
    needs = (
        ((0.073 if word else 0.064) * len(text) + 0.05) * length / (WIDTH - sum(MARGIN))
    )  # inches a letter, bold or not
    hangs = start + needs > length
    label = (max(0.0, end - needs), end) if hangs else (start, start + needs)
    return _Placed((start, end), label, text, hangs)


def _stack(items: Sequence[tuple[Event, str]], length: float) -> list[int]:
    """The lane of each event, so that neither bars nor their labels lie over each other."""
    taken: list[list[tuple[float, float]]] = []
    lanes = []
    for event, word in items:
        place = _placed(event, word, length)
        left, right = min(place.bar[0], place.label[0]), max(place.bar[1], place.label[1]) + length / 100
        free = (i for i, lane in enumerate(taken) if all(right <= a or left >= b for a, b in lane))
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((left, right))
        lanes.append(lane)
    return lanes


def _axis(figure: Any, bottom: float, tall: float, height: float, length: float) -> Axes:
    left, right = MARGIN
    axis = figure.add_axes((left / WIDTH, bottom / height, (WIDTH - left - right) / WIDTH, tall / height))
    axis.set_xlim(0, length)
    axis.set_yticks([])
    axis.tick_params(axis="x", length=0, labelbottom=False)
    for spine in axis.spines.values():
        spine.set_visible(False)
    axis.set_facecolor("none")
    return axis


def _name(axis: Axes, text: str) -> None:
    axis.text(-0.01, 0.5, text, transform=axis.transAxes, ha="right", va="center", fontsize=10, color=palette.SOFT)


def _draw_rows(axis: Axes, name: str, items: Sequence[tuple[Event, str]], lanes: Sequence[int]) -> None:
    deep = max(lanes, default=0) + 1
    axis.set_ylim(deep + 0.15, -0.1)
    axis.axhline(-0.1, color=palette.RULE, linewidth=0.8)
    _name(axis, name)
    length = axis.get_xlim()[1]
    if not items:
        axis.text(length / 2, 0.5, "nothing", color=palette.SOFT, style="italic", ha="center", va="center")
    for (event, word), lane in zip(items, lanes, strict=True):
        colour = palette.WRONG if word else palette.TRUE if name == "true" else palette.RIGHT
        hatch = palette.HATCH.get(kind_of(word))
        place = _placed(event, word, length)
        start, end = place.bar
        axis.barh(
            lane + 0.83, end - start, 0.2, left=start, color=colour if not word else "white", edgecolor=colour,
            hatch=hatch, linewidth=1.2, zorder=3,
        )  # fmt: skip
        axis.text(
            end if place.hangs else start, lane + 0.66, place.text, ha="right" if place.hangs else "left", va="bottom",
            color=palette.WRONG_TEXT if word else palette.INK, weight="bold" if word else "normal", fontsize=8.5,
            zorder=4,
        )  # fmt: skip


def _seconds_below(axis: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.tick_params(axis="x", length=3, labelbottom=True, colors=palette.SOFT, labelsize=9)
    axis.spines["bottom"].set_visible(True)
    axis.spines["bottom"].set_color(palette.RULE)
    axis.xaxis.set_major_locator(MaxNLocator(12, integer=True))
    axis.set_xlabel("seconds", fontsize=9, color=palette.SOFT, labelpad=1)


def strip_frames(clip: Clip, most: int = MOST_FRAMES) -> list[int]:
    """Which frames `frame_strip` shows: at most `most`, the nearest ones to the middles of equal parts of the clip."""
    import numpy as np

    n = min(most, len(clip.frames))
    wanted = (np.arange(n) + 0.5) * clip.duration / n
    return [int(np.abs(clip.seconds - t).argmin()) for t in wanted]


def _strip_height(clip: Clip, most: int) -> float:
    """Inches: a frame fills its share of the width, but a tall one is not let grow beyond 1.5 inches."""
    _, h, w, _ = clip.frames.shape
    share = (WIDTH - sum(MARGIN)) / min(most, len(clip.frames))
    return min(1.5, share * h / w) if len(clip.frames) > 3 else 1.5


def _draw_strip(axis: Axes, clip: Clip, most: int) -> None:
    chosen = strip_frames(clip, most)
    _, h, w, _ = clip.frames.shape
    tall = _strip_height(clip, most)
    a_second = (WIDTH - sum(MARGIN)) / clip.duration
    wide = tall * w / h / a_second  # of a frame, in seconds
    share = clip.duration / len(chosen)
    for k, i in enumerate(chosen):
        middle = (k + 0.5) * share
        half = 0.49 * min(wide, share)
        axis.imshow(clip.frames[i], extent=(middle - half, middle + half, 0, 1), aspect="auto", interpolation="lanczos")
        axis.text(
            middle - half + 0.05 / a_second, 0.04, f"{clip.seconds[i]:.1f} s", fontsize=7.5, color="white", va="bottom",
            bbox={"facecolor": "black", "alpha": 0.55, "edgecolor": "none", "pad": 1.2},
        )  # fmt: skip
    axis.set_xlim(0, clip.duration)
    axis.set_ylim(0, 1)
    _name(axis, "clip")
