"""What the card beside the notebooks says."""

import json

import pytest

from course_lib.checks.manifest import ROOT, exercises
from course_lib.lab.card import card


@pytest.fixture
def record(tmp_path, monkeypatch):
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv("COURSE_RECORD", str(path))

    def write(*rows):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    return write


def test_without_a_record_the_card_has_every_exercise_at_no_points_and_names_the_first_part(record):
    shown = card()
    assert [row.name for row in shown.rows] == [f"{e.number} {e.title}" for e in exercises() if e.parts]
    assert (shown.points, shown.most, shown.following) == (0, 100, "1.times presentation times")
    assert shown.recorded


def test_every_notebook_that_the_card_links_to_is_there(record):
    shown = card()
    assert all((ROOT / path).is_file() for path in [shown.following_notebook, *(row.notebook for row in shown.rows)])


def test_a_pass_and_a_hint_are_counted_and_the_next_part_is_the_first_that_is_open(record):
    record(
        {"part": "1.times", "what": "hint"},
        {"part": "1.times", "what": "check", "state": "pass", "points": 3},
    )
    shown = card()
    assert (shown.points, shown.following) == (3, "1.uniform evenly spaced looks")
    assert shown.rows[0].said == "3 of 12 points, 1 of 4 parts, 1 hint"


def test_with_everything_passed_nothing_is_next(record):
    parts = [part for exercise in exercises() for part in exercise.parts]
    record(*({"part": p.id, "what": "check", "state": "pass", "points": p.points} for p in parts))
    shown = card()
    assert (shown.points, shown.following, shown.following_notebook) == (100, "", "")


def test_the_card_says_when_no_record_is_kept(monkeypatch):
    monkeypatch.setenv("COURSE_RECORD", "off")
    assert not card().recorded
