"""The marker's file: what it loads, what it writes, and what it leaves alone."""

from __future__ import annotations

import os
import stat

import pytest

from course_lib import viz
from course_lib.errors import TimelineError
from course_lib.timeline import Event, Timeline
from course_lib.viz.film import Film
from course_lib.viz.marker import MarkFile, as_rows, marker_data
from tests.video import video_files as make

ROWS = [
    {"start": 3.0, "end": 4.0, "subject": "the  red car", "action": "stops"},
    {"start": 1, "end": 2.5, "subject": "dog", "action": "runs"},
]
WANT = Timeline((Event(1, 2.5, "dog", "runs"), Event(3, 4, "red car", "stops")), 10.0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "clip.timeline.json"


def test_what_is_saved_is_a_timeline_and_is_there_again_when_loaded(path):
    assert MarkFile(path, 10.0).load() is None
    assert MarkFile(path, 10.0).save(ROWS) == WANT
    assert Timeline.load(path) == WANT == MarkFile(path, 10.0).load()
    assert as_rows(WANT)[0] == {"start": 1.0, "end": 2.5, "subject": "dog", "action": "runs"}
    assert os.listdir(path.parent) == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRUSR


def test_no_events_are_a_timeline_too(path):
    assert len(MarkFile(path, 10.0).save([])) == 0 and len(Timeline.load(path)) == 0


def test_a_second_save_replaces_the_first(path):
    file = MarkFile(path, 10.0)
    file.save(ROWS)
    file.save(ROWS[:1])
    assert len(Timeline.load(path)) == 1


def test_a_file_that_is_no_timeline_is_never_overwritten(path):
    file = MarkFile(path, 10.0)
    path.write_text("my diary")
    for attempt in (file.load, lambda: file.save(ROWS), lambda: file.save(ROWS)):
        with pytest.raises(TimelineError, match=r"is there and is not a timeline, so it stays as it is\. Give another"):
            attempt()
    assert path.read_text() == "my diary"


def test_a_timeline_of_another_film_is_not_taken_for_this_ones(path):
    WANT.save(path)
    with pytest.raises(TimelineError, match=r"is of a clip of 10 s, this film lasts 30 s\. Give another name"):
        MarkFile(path, 30.0).load()
    with pytest.raises(TimelineError, match="of a clip of 10 s"):
        MarkFile(path, 30.0).save(ROWS)
    assert Timeline.load(path) == WANT


def test_what_someone_else_saved_meanwhile_is_overwritten_only_when_asked_again(path):
    file = MarkFile(path, 10.0)
    file.load()
    other = Timeline((Event(5, 6, "cat", "sits"),), 10.0)
    other.save(path)
    with pytest.raises(TimelineError, match=r"was changed by someone else meanwhile\. Save again to overwrite it\."):
        file.save(ROWS)
    assert Timeline.load(path) == other
    file.save(ROWS)
    assert Timeline.load(path) == WANT


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"start": 4, "end": 3, "subject": "dog", "action": "runs"}, "runs from 4.0 to 3.0 s"),
        ({"start": 1, "end": 30, "subject": "dog", "action": "runs"}, "but the clip ends at 10.0 s"),
        ({"start": 1, "end": 2, "subject": "", "action": "runs"}, "has no subject or no action"),
        ({"start": "1", "end": 2, "subject": "dog", "action": "runs"}, 'The "start" of event 1'),
    ],
)
def test_events_that_cannot_be_leave_the_file_as_it_was(path, row, message):
    WANT.save(path)
    file = MarkFile(path, 10.0)
    file.load()
    with pytest.raises(TimelineError, match=message):
        file.save([row])
    assert Timeline.load(path) == WANT


def test_a_folder_that_is_not_there_is_said_in_one_line(tmp_path):
    with pytest.raises(TimelineError, match=r"cannot be written \(No such file or directory\)\. Check the folder"):
        MarkFile(tmp_path / "no" / "clip.json", 10.0).save(ROWS)


def test_a_link_is_written_through(tmp_path, path):
    goal = tmp_path / "other.json"
    WANT.save(goal)
    path.symlink_to(goal)
    file = MarkFile(path, 10.0)
    file.load()
    file.save([])
    assert path.is_symlink() and len(Timeline.load(goal)) == 0


def test_the_row_to_mark_in_starts_empty():
    view = marker_data(Film(b"", 4, 4, 10.0, again=False), "Mine")
    assert [(row.name, row.bars) for row in view.rows] == [("yours", ())] and view.title == "Mine"


def test_marking_beside_a_file_that_is_no_timeline_stops_before_any_work_is_lost(tmp_path, path):
    film = make.write(tmp_path / "a.mp4", make.steady(20))
    path.write_text("{}")
    with pytest.raises(TimelineError, match="is not a timeline, so it stays as it is"):
        viz.mark(film, path)
