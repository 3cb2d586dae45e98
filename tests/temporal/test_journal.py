"""A journal outlives kill -9, drops half a line, goes on with its own run and with no other."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_lib.temporal.comparison import compare
from course_lib.temporal.journal import Journal, JournalError

HERE = Path(__file__).parent
RUN = {"model": {"name": "m", "weights": None}, "seeds": [0, 1, 2]}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "deep" / "journal.jsonl"
    with Journal(path, RUN) as journal:
        journal.add("a", {"right": [True]})
        journal.add("b", {"right": [False], "told": "ein Bär 🐻\nzwei"})
    return path


def test_what_was_added_is_there_again(path):
    done = Journal(path, RUN).done
    assert done == {"a": {"right": [True]}, "b": {"right": [False], "told": "ein Bär 🐻\nzwei"}}
    assert [set(json.loads(line)) for line in path.read_text().splitlines()] == [
        {"journal", "run"}, {"key", "record"}, {"key", "record"},
    ]  # fmt: skip


def test_a_record_is_on_the_disk_when_add_returns(path):
    journal = Journal(path, RUN)
    journal.add("c", 1)
    assert Journal(path, RUN).done["c"] == 1  # not closed
    journal.close()


def test_half_a_last_line_is_dropped_wherever_it_breaks_off_and_the_run_goes_on(path):
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        complete = [n for n in range(3) if cut >= sum(map(len, lines[: n + 1]))]
        with Journal(path, RUN) as journal:
            assert len(journal.done) == max(0, len(complete) - 1)
            journal.add("z", 26)
        assert Journal(path, RUN).done == {**journal.done, "z": 26}


def test_a_last_line_of_zeros_as_a_power_cut_leaves_it_is_dropped(path):
    path.write_bytes(path.read_bytes() + b"\0" * 50 + b"\n")
    with Journal(path, RUN) as journal:
        journal.add("c", 3)
    assert sorted(Journal(path, RUN).done) == ["a", "b", "c"]


def test_another_run_is_refused_in_one_line_that_says_what_differs(path):
    with pytest.raises(JournalError) as problem:
        Journal(path, {**RUN, "seeds": [0, 1]})
    assert "seeds is [0, 1, 2] there and [0, 1] here" in str(problem.value)
    assert "\n" not in str(problem.value)
    with pytest.raises(JournalError, match="model is"):
        Journal(path, {**RUN, "model": {"name": "m", "weights": "other"}})


@pytest.mark.parametrize("text", ["hello\n", "hello", '{"a": 1}\n', "[]\n", '{"journal": 2, "run": {}}\n', "\x89PNG\n"])
def test_a_file_that_is_no_journal_is_refused_and_left_alone(tmp_path, text):
    path = tmp_path / "mine.txt"
    path.write_text(text, encoding="latin-1")
    before = path.read_bytes()
    with pytest.raises(JournalError, match=r"mine\.txt is not the journal of a run"):
        Journal(path, RUN)
    assert path.read_bytes() == before


def test_a_damaged_line_in_the_middle_is_named(path):
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1][:-5], lines[2]]) + "\n")
    with pytest.raises(JournalError, match=r"Line 2 of .*journal\.jsonl is damaged\. Delete that line"):
        Journal(path, RUN)


def test_a_finished_journal_is_read_where_nothing_may_be_written(path):
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        assert len(Journal(path, RUN).done) == 2
    finally:
        path.parent.chmod(0o755)


def test_an_empty_file_is_the_beginning_of_a_journal(tmp_path):
    (tmp_path / "new").touch()
    with Journal(tmp_path / "new", RUN) as journal:
        journal.add("a", 1)
    assert Journal(tmp_path / "new", RUN).done == {"a": 1}


KILLED = """
import sys
sys.path.insert(0, {here!r})
import worker_models
from course_lib.temporal.comparison import compare
compare("guesser", ["twice"], range(8), scene_kinds=["story"], seconds=8.0, each=1, journal={journal!r},
        make=worker_models.make, load=worker_models.load)
"""


def test_a_run_that_is_killed_goes_on_and_ends_with_the_numbers_of_one_that_was_not(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))
    import worker_models

    path = tmp_path / "journal.jsonl"
    code = KILLED.format(here=str(HERE), journal=str(path))
    process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "WAIT": "0.1"})
    for _ in range(1200):
        if path.exists() and path.read_bytes().count(b"\n") >= 4:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = path.read_bytes().count(b"\n") - 1
    assert 3 <= kept < 8, "it was to be killed in the middle"
    path.write_bytes(path.read_bytes() + b'{"key": "story 7", "rec')

    asked = []

    class Counting(worker_models.Guesser):
        def answers(self, clip, questions, max_new_tokens=96):
            asked.append(clip.source)
            return super().answers(clip, questions)

    given = {"seeds": range(8), "scene_kinds": ["story"], "seconds": 8.0, "each": 1, "make": worker_models.make}
    result = compare("guesser", ["twice"], **given, journal=path, load=lambda name: Counting())
    assert len(set(asked)) >= 8 - kept
    assert not {f"clipworld seed {s}" for s in range(kept)} & set(asked)
    assert result == compare("guesser", ["twice"], **given, load=worker_models.load)


def test_a_finished_run_is_read_again_without_a_model(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))
    import worker_models

    def gone(name):
        raise AssertionError("the model is not needed")

    given = {"seeds": range(3), "scene_kinds": ["story"], "seconds": 8.0, "each": 1, "journal": tmp_path / "j"}
    first = compare("guesser", ["twice"], **given, make=worker_models.make, load=worker_models.load)
    again = compare("guesser", ["twice"], **given, make=worker_models.make, load=gone)
    assert again == first
    assert again.to_json() == first.to_json(), "the seconds are those of the run, too"
    with pytest.raises(JournalError, match="mitigations is"):
        compare("guesser", ["twice", "more"], **given, make=worker_models.make, load=gone)
