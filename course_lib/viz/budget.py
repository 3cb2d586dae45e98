"""The token budget of a clip, to play with: frames a second, size and pooling, and what they see, miss and cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.timeline import Event
from course_lib.tokens.pool import pooled_side
from course_lib.tokens.recall import seen
from course_lib.tokens.sampling import uniform
from course_lib.viz import palette, play, tracks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FPS, SIZE, POOLING = 1.0, 224, 2  # where the sliders begin; attention is 1 there
PATCH = 14  # pixels
CONTEXTS = (4096, 32_768, 262_144)
TOKENS, COSTS = (10, 1_000_000), (1e-5, 1e5)  # what their axes reach over
ONCE = ((0.01, "1/100"), (1.0, "1 x"), (100.0, "100 x"))
WIDTH, DPI = 7.0, 100
LEFT, RIGHT = 1.0, 0.85  # inches beside the axes


@dataclass(frozen=True)
class Budget:
    """What a choice of fps, size and pooling makes of a clip of `duration` seconds.

    seconds: float64 [T], of the frames; seen: for each of `events`, whether a frame falls into it; per_frame, tokens:
    tokens of a frame and of the clip; attention: its cost, relative to 1 frame a second of 224 pixels pooled by 2.
    """

    fps: float
    size: int
    pooling: int
    duration: float
    events: tuple[Event, ...]
    seconds: np.ndarray
    seen: tuple[bool, ...]
    per_frame: int
    tokens: int
    attention: float

    @property
    def missed(self) -> tuple[Event, ...]:
        return tuple(e for e, ok in zip(self.events, self.seen, strict=True) if not ok)


def explore(
    duration: float, events: Sequence[Event], fps: float = FPS, size: int = SIZE, pooling: int = POOLING
) -> Budget:
    """The budget of square frames of `size` pixels (at least 14), in patches of 14, averaged over pooling x pooling.

    The frames are the middles of equal parts of the clip, at least one. Raises ValueError where nothing is left of a
    frame, or a number is not above 0.
    """
    if not (fps > 0 and pooling > 0):
        raise ValueError(f"{fps} frames a second, pooled by {pooling}: both must be above 0")
    per_frame, seconds = tokens_of_frame(size, pooling), uniform(duration, count_frames(duration, fps))
    if not per_frame:
        raise ValueError(f"nothing is left of a frame of {size} pixels pooled by {pooling}")
    tokens = len(seconds) * per_frame
    usual = count_frames(duration, FPS) * tokens_of_frame(SIZE, POOLING)
    found = tuple(bool(ok) for ok in seen(events, seconds))
    return Budget(fps, size, pooling, duration, tuple(events), seconds, found, per_frame, tokens, (tokens / usual) ** 2)


def count_frames(duration: float, fps: float) -> int:
    return max(1, round(duration * fps))


def tokens_of_frame(size: int, pooling: int) -> int:
    return pooled_side(size // PATCH, pooling, "average") ** 2


def draw(data: Budget) -> Figure:
    """The events, those missed hatched, over the frames; under them what the tokens fill, and what attention to them
    costs. Returns a matplotlib figure."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, 3.0), dpi=DPI, facecolor=palette.PAPER)
    frames, shape = len(data.seconds), f"{data.size} px, pooled by {data.pooling}: {data.per_frame} tokens each"
    title = f"{frames} frame{'s' * (frames > 1)} of {shape}"
    figure.text(0.02, 0.93, title, fontsize=11, weight="bold", color=palette.INK, va="center")
    _draw_events(_axes(figure, 1.52, 1.1), data)
    marks = [(c, f"context {c:,}" if c == CONTEXTS[0] else f"{c:,}") for c in CONTEXTS]
    _draw_bar(_axes(figure, 0.72, 0.24), "tokens", data.tokens, f"{data.tokens:,}", TOKENS, marks)
    _draw_bar(_axes(figure, 0.18, 0.24), "attention", data.attention, f"{data.attention:.3g} x", COSTS, ONCE)
    return figure


def alt_text(data: Budget) -> str:
    """What the picture shows, in words."""
    missed = ", ".join(map(tracks.called, data.missed)) or "none"
    return (
        f"{len(data.seconds)} frames over {len(data.events)} events, of which it misses: {missed}. "
        f"{data.tokens:,} tokens, attention {data.attention:.3g} times the usual."
    )


def png(data: Budget) -> bytes:
    """The picture as a PNG file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    out = BytesIO()
    FigureCanvasAgg(draw(data)).print_png(out, pil_kwargs={"compress_level": 1})  # a tenth of the time
    return out.getvalue()


def view(data: Budget) -> play.View:
    """The same as a drawing that a slider changes, with its numbers as a sentence."""
    missed = "; ".join(map(tracks.called, data.missed))
    frames = len(data.seconds)
    said = (
        f"{frames} frame{'s' * (frames != 1)}, {data.tokens:,} tokens: {data.per_frame} a frame. Attention costs "
        f"{data.attention:.3g} times the usual. It sees {sum(data.seen)} of {len(data.events)} events"
        + (f" and misses: {missed}." if missed else ".")
    )
    contexts = [(tracks.place(c, TOKENS), f"{c // 1024}k") for c in CONTEXTS]
    times = [c for c, _ in ONCE]
    costs = [(tracks.place(c, COSTS), text) for c, text in ONCE]
    rows = (
        tracks.row("frames", tracks.ticks(data.seconds, data.duration), f"{frames}"),
        tracks.row("events", tracks.events(data.events, data.seen, data.duration), f"{sum(data.seen)} seen"),
        tracks.axis(data.duration),
        tracks.row("tokens", tracks.logarithmic(data.tokens, TOKENS, CONTEXTS), f"{data.tokens:,}"),
        tracks.row("contexts of", tracks.labels(contexts), kind="labels"),
        tracks.row("attention", tracks.logarithmic(data.attention, COSTS, times), f"{data.attention:.3g} x"),
        tracks.row("", tracks.labels(costs), kind="labels"),
    )  # fmt: skip
    return play.View(tracks.sheet(rows), said, alt_text(data))


def widget(
    duration: float, events: Sequence[Event], fps: float = FPS, size: int = SIZE, pooling: int = POOLING
) -> None:
    """Three sliders over the drawing, in a notebook: one moved draws it again. fps, size, pooling: where they begin.

    Where nothing runs (a web page, a notebook that was opened and not run) stands the picture of the beginning.
    """
    controls = (
        play.Slider("fps", "frames a second", 0.05, 4, fps, 0.01, "/s"),
        play.Slider("size", "size of a frame", 112, 448, size, 56, "px"),
        play.Slider("pooling", "pooling", 1, 4, pooling),
    )
    first = explore(duration, events, fps, size, pooling)

    def answer(**chosen: Any) -> play.View:
        return view(explore(duration, events, **chosen))

    play.show("Token budget", controls, answer, png(first), alt_text(first))


def _axes(figure: Figure, bottom: float, tall: float) -> Axes:
    """An axis without a frame; bottom and tall in inches."""
    height = figure.get_figheight()
    axis = figure.add_axes((LEFT / WIDTH, bottom / height, (WIDTH - LEFT - RIGHT) / WIDTH, tall / height))
    axis.spines[["top", "left", "right"]].set_visible(False)
    axis.spines["bottom"].set_color(palette.RULE)
    axis.tick_params(colors=palette.SOFT, labelsize=8, length=2, pad=1)
    axis.set_yticks([])
    return axis


def _draw_events(axis: Axes, data: Budget) -> None:
    for event, ok in zip(data.events, data.seen, strict=True):
        colour = palette.RIGHT if ok else palette.WRONG
        axis.barh(
            1, event.end - event.start, 0.5, left=event.start, color=colour if ok else "white", edgecolor=colour,
            hatch=None if ok else "/////", linewidth=1.2,
        )  # fmt: skip
        if not ok:
            middle = (event.start + event.end) / 2
            word: dict[str, Any] = {"fontsize": 8, "color": palette.WRONG_TEXT, "weight": "bold"}
            axis.text(middle, 0.62, "missed", ha="center", va="bottom", **word)
    axis.plot(data.seconds, np.full(len(data.seconds), 1.62), "|", color=palette.INK, markersize=9)
    axis.set(xlim=(0, data.duration), ylim=(2.0, 0.45))
    beside: dict[str, Any] = {"fontsize": 9, "va": "center", "color": palette.INK}
    axis.text(-0.02 * data.duration, 1.0, "events", ha="right", **beside)
    axis.text(-0.02 * data.duration, 1.62, "frames", ha="right", **beside)
    axis.text(1.02 * data.duration, 1.0, f"{sum(data.seen)} of {len(data.events)}", **beside)
    axis.text(1.02 * data.duration, 1.62, f"{len(data.seconds)}", **beside)
    axis.text(1.035 * data.duration, 2.1, "seconds", fontsize=8, va="center", color=palette.SOFT)


def _draw_bar(
    axis: Axes, name: str, value: float, text: str, span: tuple[float, float], marks: Sequence[tuple[float, str]]
) -> None:
    """A bar on a logarithmic axis, its name on the left and its value on the right. (The logarithms are taken here:
    matplotlib's own logarithmic axis is slower to draw.)"""
    low, high = np.log10(span)
    axis.barh(0, np.log10(np.clip(value, *span)) - low, 0.8, left=low, color=palette.RIGHT)
    axis.set(xlim=(low, high), ylim=(-0.5, 0.5))
    for place, _ in marks:
        axis.axvline(np.log10(place), color=palette.WRONG, linewidth=1.5)
    axis.set_xticks([np.log10(place) for place, _ in marks], [label for _, label in marks])
    axis.text(-0.02, 0.5, name, transform=axis.transAxes, ha="right", va="center", fontsize=9, color=palette.INK)
    axis.text(1.02, 0.5, text, transform=axis.transAxes, va="center", fontsize=9, color=palette.INK)
