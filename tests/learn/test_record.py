"""A learner's record: what is kept, what two kernels at once or a deleted file do to it; hints, solutions, progress."""

import json
import subprocess
import sys

import pytest

from course_lib.checks.manifest import ROOT
from course_lib.learn import check, hint, points, progress, record, solution


@pytest.fixture(autouse=True)
def own_record(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RECORD", str(tmp_path / "deep" / "progress.jsonl"))
    return tmp_path / "deep" / "progress.jsonl"


def right(total, n):
    return [int((i + 0.5) * total / n) for i in range(n)]


def wrong(total, n):
    return [int(i * total / n) for i in range(n)]


def test_a_check_is_noted_and_a_pass_stays(own_record):
    assert record.done() == {}
    check("1.uniform", wrong)
    check("1.uniform", right)
    check("1.uniform", wrong)
    did = record.done()["1.uniform"]
    assert (did.passed, did.points, did.tries) == (True, 3, 1)
    assert json.loads(own_record.read_text().splitlines()[0])["mistake"] == "starts of the parts"


def test_a_stub_is_not_a_try():
    def stub(total, n):
        raise NotImplementedError

    check("1.uniform", stub)
    assert record.done()["1.uniform"].tries == 0


def test_points_are_a_bare_number_and_leave_no_trace():
    assert points("1.uniform", right) == 3.0 and points("1.uniform", wrong) == 0.0
    assert record.done() == {}


def test_hints_come_one_after_the_other_and_the_last_stays():
    told = [hint("1.uniform").text() for _ in range(5)]
    assert told[0].startswith("Hint 1 of 3 for 1.uniform, the idea:") and "pseudocode" in told[2]
    assert told[2] == told[3] == told[4] and "reveal=True" in told[2]
    assert record.done()["1.uniform"].hints == 3
    assert hint("1.uniform", 1).text() == told[0]


def test_a_solution_opens_after_a_pass():
    assert "opens after a pass" in solution("1.uniform").text() and "def " not in solution("1.uniform").text()
    check("1.uniform", right)
    text = solution("1.uniform").text()
    assert "you passed it" in text and "def uniform_indices(total, n):" in text
    assert not record.done()["1.uniform"].revealed


def test_a_solution_opened_before_is_recorded_and_said():
    text = solution("1.uniform", reveal=True).text()
    assert "your record says so" in text and "def uniform_indices" in text
    assert record.done()["1.uniform"].revealed
    assert "1 solution opened early" in progress().text()
    assert "def uniform_indices" in solution("1.uniform").text()


def test_progress_names_points_hints_and_what_is_next():
    check("1.uniform", right)
    hint("1.times")
    text = progress().text()
    assert "3 of 12 points, 1 of 4 parts, 1 hint" in text
    assert text.endswith("points. Next: 1.times.")
    assert 'aria-label="chapter 01 · 1 Frames' in progress().html()


def test_a_deleted_record_begins_anew(own_record):
    check("1.uniform", right)
    own_record.unlink()
    assert record.done() == {}
    check("1.uniform", right)
    assert record.done()["1.uniform"].passed


def test_a_damaged_line_costs_that_line_alone(own_record):
    check("1.uniform", right)
    with own_record.open("ab") as file:
        file.write(b'{"part": "1.ti\xff\n[1, 2]\nnull\n{"part": 3, "what": "check"}\n')
    check("1.times", lambda packets, base: [])
    assert set(record.done()) == {"1.uniform", "1.times"}


def test_a_record_that_cannot_be_written_loses_nothing_else(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_RECORD", str(tmp_path / "file" / "progress.jsonl"))
    assert check("1.uniform", right).outcome.passed
    assert record.done() == {}


def test_the_record_can_be_off(monkeypatch):
    monkeypatch.setenv("COURSE_RECORD", "off")
    check("1.uniform", right)
    assert record.path() is None and record.done() == {}


def test_without_a_choice_it_lies_in_the_clone_and_out_of_version_control(monkeypatch):
    monkeypatch.delenv("COURSE_RECORD")
    assert record.path() == ROOT / ".course" / "progress.jsonl"
    assert subprocess.run(["git", "check-ignore", "-q", str(record.path())], cwd=ROOT, check=False).returncode == 0


def test_two_kernels_that_write_at_once_do_not_tear_each_other_s_lines(own_record):
    code = (
        "from course_lib.learn import record\n"
        "for i in range(400): record.note('1.uniform', 'check', state='wrong', points=0, pad='x' * (i % 97))"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    lines = own_record.read_text().splitlines()
    assert len(lines) == 1200 and all(json.loads(line)["part"] == "1.uniform" for line in lines)


def test_what_is_shown_is_text_and_html_and_no_markup_of_the_learner_s():
    def evil(total, n):
        raise ValueError("<script>alert(1)</script>")

    shown = check("1.uniform", evil)._repr_mimebundle_()
    assert "<script>" in shown["text/plain"] and "<script>" not in shown["text/html"]
    wrong_one = check("1.uniform", wrong, seed=3)
    assert 'check("1.uniform", uniform_indices, seed=3)' in wrong_one.text()
    assert 'alt="Moments on an axis' in wrong_one.html() and "data:image/svg+xml;base64" in wrong_one.html()


def test_a_check_of_what_is_no_answer_says_so():
    from course_lib.errors import ExerciseError

    with pytest.raises(ExerciseError, match=r"check\('1.uniform', …\) got object. Give your uniform_indices."):
        check("1.uniform", object())


def test_a_check_shows_the_hints_used_and_the_exercise_so_far(monkeypatch):
    hint("1.uniform")
    first = check("1.uniform", wrong).text()
    assert "(1 of 3 used)" in first and "1 Frames  ░░░" in first and "0 of 4 parts, 1 hint" in first
    assert "1 of 4 parts" in check("1.uniform", right).text()
    monkeypatch.setenv("COURSE_RECORD", "off")
    unrecorded = check("1.uniform", wrong).text()
    assert "used" not in unrecorded and "of 4 parts" not in unrecorded
