"""The marker: the timeline viewer with drawing, which makes the ground truth of your own clip."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError, TimelineError
from course_lib.timeline import GRACE, Timeline
from course_lib.viz import esm
from course_lib.viz.film import Film, embeddable
from course_lib.viz.viewer import STRIP, Row, View, png_of, viewer_data, widget_class

ROW = "yours"
_last: dict[Path, Any] = {}  # the marker that was shown last for each file: running its cell again loses nothing


def mark(
    film: str | os.PathLike[str], save_to: str | os.PathLike[str] = "clip.timeline.json", *, title: str = ""
) -> None:
    """Show the video file `film` with a row to mark its events in, and save them as the timeline JSON `save_to`.

    Space plays; S starts an event and S ends it; then say who does what. Events that `save_to` already has are loaded,
    and those that were marked in this kernel and not saved. Raises VideoError, and TimelineError where `save_to` is
    there and is not a timeline of this film, or its folder is not there.
    """
    from course_lib.video import sample
    from course_lib.viz.timelines import alt_text, frame_strip, timelines
    from course_lib.viz.twin import show

    small = embeddable(film)
    file = MarkFile(save_to, small.duration)
    saved = file.load()
    clip = sample(film, num_frames=STRIP, size=240)
    figure = timelines(saved, None, (), small.duration, clip, title) if saved else frame_strip(clip)
    marker = _marker_class()(film, small, marker_data(small, title), file, saved)
    before = _last.get(file.path.resolve())
    if before is not None and before.events != before.saved and before.file.duration == file.duration:
        marker.events = before.events
    _last[file.path.resolve()] = marker
    show(marker, png_of(figure), alt_text(saved, None))


def marker_data(film: Film, title: str = "") -> View:
    """What `mark` shows around the events: one row, which the browser fills."""
    return replace(viewer_data(film, title=title), rows=(Row(ROW, ()),))


class MarkFile:
    """The file that a marker loads from and saves to, for a film of `duration` seconds.

    It knows the text that it last read or wrote, so that it overwrites nothing that it has not seen.
    """

    def __init__(self, path: str | os.PathLike[str], duration: float) -> None:
        self.path, self.duration = Path(path), duration
        self._seen: str | None = None

    def load(self) -> Timeline | None:
        """The timeline in the file; None where there is no file. Raises TimelineError for any other file."""
        if not self.path.parent.is_dir():
            raise TimelineError(
                f"The folder {self.path.parent} of {self.path.name} does not exist.", "Make it, or save elsewhere."
            )
        if not self.path.exists():
            self._seen = None
            return None
        other = f'Give another name to save to: save_to="{self.path.stem}_2.json".'
        try:
            timeline = Timeline.load(self.path)
        except TimelineError as problem:
            raise TimelineError(
                f"{self.path} is there and is not a timeline, so it stays as it is.", other
            ) from problem
        if abs(timeline.duration - self.duration) > GRACE:
            raise TimelineError(
                f"{self.path} is of a clip of {timeline.duration:g} s, this film lasts {self.duration:g} s.", other
            )
        self._seen = self.path.read_text(encoding="utf-8-sig")
        return timeline

    def save(self, rows: Sequence[dict[str, Any]]) -> Timeline:
        """Write events ({"start", "end", "subject", "action"}) as a timeline, whole or not at all, and return it.

        Raises TimelineError for events that cannot be, for a file that is not ours to overwrite, and where the disk
        refuses; then the file is as it was.
        """
        timeline = Timeline.from_json(json.dumps({"duration": self.duration, "events": list(rows)}))
        known = self._seen
        if self.path.exists() or self.path.is_symlink():
            self.load()
            if self._seen != known:  # seen now, so the next save goes through
                raise TimelineError(
                    f"{self.path} was changed by someone else meanwhile.", "Save again to overwrite it."
                )
        text = timeline.to_json()
        goal = self.path.resolve()
        part = goal.with_name(f".{goal.name}.{os.getpid()}.part")
        try:
            part.write_text(text, encoding="utf-8")
            os.replace(part, goal)
        except OSError as problem:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise TimelineError(
                f"{self.path} cannot be written ({problem.strerror or problem}).", "Check the folder and your rights."
            ) from problem
        self._seen = text
        return timeline


def as_rows(timeline: Timeline | None) -> list[dict[str, Any]]:
    return [asdict(event) for event in timeline or ()]


@cache
def _marker_class() -> Any:
    import traitlets

    class Marker(widget_class()):  # type: ignore[misc]
        _esm = esm.module("mark", "node.js", "player.js", "viewer.js", "naming.js", "ends.js", "marker.js")
        events: Any = traitlets.List().tag(sync=True)
        saved: Any = traitlets.List().tag(sync=True)
        saved_in = traitlets.Unicode().tag(sync=True)  # "" until there is a file

        def __init__(
            self, path: str | os.PathLike[str], film: Film, data: View, file: MarkFile, saved: Timeline | None
        ) -> None:
            rows = as_rows(saved)
            place = "" if saved is None else str(file.path)
            super().__init__(path, film, data, events=rows, saved=rows, saved_in=place)
            self.file = file

        def _asked(self, widget: Any, message: dict[str, Any], buffers: Any) -> None:
            super()._asked(widget, message, buffers)
            if message.get("kind") != "save":
                return
            try:
                rows = as_rows(self.file.save(message.get("events", [])))
            except CourseError as problem:
                self.send({"kind": "said", "text": str(problem), "wrong": True})
                return
            self.events, self.saved, self.saved_in = rows, rows, str(self.file.path)
            self.send({"kind": "said", "text": "", "wrong": False})

    return Marker
