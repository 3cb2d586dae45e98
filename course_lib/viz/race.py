"""A race of samplers: which of them saw the short event, with so many frames, and with one frame more or fewer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from course_lib.errors import CourseError
from course_lib.progress import progress
from course_lib.timeline import Event
from course_lib.tokens.recall import seen
from course_lib.viz import play, tracks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 48  # frames
ALL = "all events"
Sampler = Callable[[int], Sequence[float] | np.ndarray]  # a number of frames -> their seconds


@dataclass(frozen=True, eq=False)
class Race:
    """What samplers see of a clip of `duration` seconds, with 1 to `most` frames.

    looks: name -> for each number of frames, from 1 on, the seconds (a sampler may give fewer). seen: name -> bool
    [most, events], whether a frame falls into the event.
    """

    duration: float
    events: tuple[Event, ...]
    looks: dict[str, tuple[np.ndarray, ...]]
    seen: dict[str, np.ndarray]

    @property
    def most(self) -> int:
        return len(next(iter(self.looks.values())))

    def found(self, name: str, frames: int) -> np.ndarray:
        """bool [events]: what this sampler sees with so many frames."""
        return np.asarray(self.seen[name][frames - 1])

    def counts(self, name: str, event: int | None = None) -> np.ndarray:
        """bool [most]: whether so many frames show the event (its index; None: all of them)."""
        found = self.seen[name]
        return np.asarray(found.all(axis=1) if event is None else found[:, event])

    def needed(self, name: str, event: int | None = None) -> tuple[int | None, list[int]]:
        """The smallest number of frames that shows the event (None: all events), or None; and the larger ones that
        miss it again."""
        rows = self.counts(name, event)
        if not rows.any():
            return None, []
        first = int(rows.argmax())
        return first + 1, [int(n) + 1 for n in np.flatnonzero(~rows) if n > first]


def race(samplers: Mapping[str, Sampler], events: Sequence[Event], duration: float, most: int = MOST) -> Race:
    """Let every sampler choose 1 to `most` frames. Raises CourseError without samplers or events."""
    if not samplers or not events or most < 1:
        raise CourseError(
            f"A race of {len(samplers)} samplers over {len(events)} events with at most {most} frames.",
            "Give at least one of each.",
        )
    looks = {
        name: tuple(np.asarray(sampler(n), dtype=np.float64) for n in range(1, most + 1))
        for name, sampler in progress(samplers.items(), "samplers choose")
    }
    found = {name: np.stack([seen(events, seconds) for seconds in rows]) for name, rows in looks.items()}
    return Race(float(duration), tuple(events), looks, found)


def alt_text(data: Race, frames: int) -> str:
    """What the picture shows, in words."""
    told = []
    for name in data.looks:
        missed = [e.text for e, ok in zip(data.events, data.found(name, frames), strict=True) if not ok]
        told.append(f"{name} misses {', '.join(missed) or 'nothing'}")
    return f"Where samplers look with {_counted(frames)}, over {len(data.events)} events: {'; '.join(told)}."


def view(data: Race, frames: int, event: int | None = None) -> play.View:
    """The drawing with so many frames. event: the index of the one that counts (None: all of them).

    Under each sampler's looks stands a strip of all numbers of frames: filled where it sees what counts.
    """
    chosen = None if event is None else data.events[event]
    rows, saw = [], []
    for name, looks in data.looks.items():
        found, seconds = data.found(name, frames), looks[frames - 1]
        ok = bool(found.all() if event is None else found[event])
        saw += [name] if ok else []
        body = tracks.events(data.events, found.tolist(), data.duration, chosen) + tracks.ticks(seconds, data.duration)
        value = f"{found.sum()} of {len(found)}" if event is None else ("saw it" if ok else "missed it")
        rows.append(tracks.row(name, body, value))
        rows.append(_strip(data, name, frames, event))
    what = "all events" if event is None else f"that {tracks.called(data.events[event])}"
    said = f"With {_counted(frames)}, {len(saw)} of {len(data.looks)} samplers saw {what}" + (
        f": {', '.join(saw)}." if saw else "."
    )
    return play.View(tracks.sheet([*rows, tracks.axis(data.duration)]), said, alt_text(data, frames))


def _counted(frames: int) -> str:
    return f"{frames} frame{'s' * (frames != 1)}"


def _strip(data: Race, name: str, frames: int, event: int | None) -> str:
    """A cell for each number of frames."""
    first, again = data.needed(name, event)
    rows = data.counts(name, event).tolist()
    cells = "".join(
        f'<i class="{"yes" if ok else "no"}{" now" if n == frames else ""}"></i>' for n, ok in enumerate(rows, 1)
    )
    if first is None:
        told = f"not with 1 to {data.most}"
    else:
        told = f"first with {first}" + (f", {len(again)} gaps" if len(again) > 1 else ", 1 gap" if again else "")
    return tracks.row(f"with 1 to {data.most}", cells, told, kind="cells")


def draw(data: Race, frames: int) -> Figure:
    """The same as a still picture: `draw_looks`. Returns a matplotlib figure."""
    from course_lib.viz.tokens import draw_looks

    return draw_looks({name: looks[frames - 1] for name, looks in data.looks.items()}, data.events, data.duration)


def widget(data: Race, frames: int = 16) -> None:
    """A slider for the number of frames and a choice of the event that counts, over the drawing, in a notebook; where
    nothing runs, the picture of the beginning."""
    from IPython.core.pylabtools import print_figure

    names = [ALL, *(f"{e.start:.1f} s: {e.text}" for e in data.events)]
    controls = (
        play.Slider("frames", "frames", 1, data.most, min(frames, data.most)),
        play.Choice("event", "has to be seen", tuple(names), ALL),
    )

    def answer(frames: int, event: str) -> play.View:
        number = names.index(event)
        return view(data, frames, number - 1 if number else None)

    png = print_figure(draw(data, min(frames, data.most)), dpi=110)
    play.show("Sampler race", controls, answer, png, alt_text(data, min(frames, data.most)))
