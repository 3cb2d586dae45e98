"""The timeline viewer: a clip that plays; under it what is true, what was told and what was looked at, over time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from course_lib.timeline import Event, Timeline
from course_lib.viz import esm
from course_lib.viz.film import Film, embeddable, stills
from course_lib.viz.judged import bar_text, judged, kind_of

if TYPE_CHECKING:
    from course_lib.video import Clip

STRIP = 10  # frames on the static picture


@dataclass(frozen=True)
class Bar:
    """An event on the axis. start, end: seconds, as they were told; text: what stands on it; word: what is wrong with
    it, "" for nothing; kind: of the failure ("invented", "shifted", "skipped"), else ""; label: all of it in words."""

    start: float
    end: float
    text: str
    word: str
    kind: str
    label: str


@dataclass(frozen=True)
class Row:
    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class View:
    """What the viewer shows. duration: seconds; width, height: of the film in pixels; rows of bars; ticks: the sampled
    seconds; bytes: of the embedded film; note: what a reader should know of it."""

    duration: float
    width: int
    height: int
    rows: tuple[Row, ...]
    ticks: tuple[float, ...]
    title: str
    bytes: int
    note: str


def viewer_data(
    film: Film,
    truth: Timeline | None = None,
    told: Sequence[Event] | None = None,
    seconds: Sequence[float] = (),
    title: str = "",
) -> View:
    """The rows and bars of `view`, in plain numbers and words; told events are judged by `truth`, where it is given."""
    rows = tuple(
        Row(name, tuple(_bar(name, e, word, film.duration) for e, word in bars)) for name, bars in judged(truth, told)
    )
    return View(
        film.duration, film.width, film.height, rows, tuple(float(s) for s in seconds), title, len(film.data), film.note
    )


def view(
    film: str | os.PathLike[str],
    truth: Timeline | str | os.PathLike[str] | None = None,
    told: Sequence[Event] | None = None,
    seconds: Sequence[float] = (),
    *,
    clip: Clip | None = None,
    title: str = "",
) -> None:
    """Show the video file `film` with its true events, the told ones and the sampled seconds on one axis.

    It plays; a click on the axis or on an event goes there. Told events that `truth` contradicts are vermilion and
    hatched and say their kind; true ones that were not told say "not told". truth: may also be its JSON file. clip:
    frames for the static picture, which stands in for the widget where no kernel runs; without it they are read from
    the film. Raises VideoError.
    """
    from course_lib.video import sample
    from course_lib.viz.timelines import alt_text, timelines
    from course_lib.viz.twin import show

    if isinstance(truth, str | os.PathLike):
        truth = Timeline.load(os.fspath(truth))
    small = embeddable(film)
    data = viewer_data(small, truth, told, seconds, title)
    clip = clip or sample(film, num_frames=STRIP, size=240)
    figure = timelines(truth, told, data.ticks, data.duration, clip, title)
    show(widget_class()(film, small, data), png_of(figure), alt_text(truth, told))


@cache
def widget_class() -> Any:
    """The class of the widget. anywidget is loaded here, when there is something to show."""
    import anywidget
    import traitlets

    class Viewer(anywidget.AnyWidget):
        _esm = esm.module("view", "node.js", "player.js", "viewer.js")
        _css = esm.style("viewer.css")
        film = traitlets.Bytes().tag(sync=True)
        data = traitlets.Dict().tag(sync=True)
        stills = traitlets.Dict().tag(sync=True)  # empty until a browser asks, because it cannot play the film

        def __init__(self, path: str | os.PathLike[str], film: Film, data: View, **more: Any) -> None:
            super().__init__(film=film.data, data=asdict(data), **more)
            self.path = path
            self.on_msg(self._asked)

        def _asked(self, _: Any, message: dict[str, Any], __: Any) -> None:
            if message.get("kind") == "stills" and not self.stills:
                self.stills = asdict(stills(self.path))

    return Viewer


def png_of(figure: Any) -> bytes:
    from io import BytesIO

    figure.savefig(out := BytesIO(), dpi=110)
    return out.getvalue()


def _bar(row: str, event: Event, word: str, duration: float) -> Bar:
    text = bar_text(event, word, duration)
    name = f"{event.subject} {event.action}".strip()
    label = f"{row}: {name}, {event.start:.1f} to {event.end:.1f} s" + (f", {word}" if word else "")
    return Bar(float(event.start), float(event.end), text, word, kind_of(word), label)
