"""Grading a class: against nbgrader, on two workers, ten thousand notebooks in one run, and killed at random."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.record import record

CLASS, LARGE, SOAK, KILLS, KILLED_CLASS = 48, 1440, 10_000, 50, 40
SPOILT = {  # every fourth notebook is right; the others have these answers to 1.seek
    1: "    return [[0, max(wanted)]]",
    2: "    return [[frame, frame] for frame in wanted]",
    3: "    raise NotImplementedError()",
}
ROOT = Path(__file__).resolve().parents[1]


def run() -> dict[str, Any]:
    """Wall seconds a notebook, and what is left of processes, descriptors and memory."""
    with TemporaryDirectory() as folder:
        here = Path(folder)
        handed_in = _class(here / "class", CLASS)
        rows: list[tuple[object, ...]] = []
        ours = statistics.median(_course_grade(here / "class", here / f"out{i}", 1) for i in range(3)) / CLASS
        theirs = _nbgrader(here / "nbgrader", handed_in) / CLASS
        rows.append((f"`nbgrader autograde`, {CLASS} notebooks", f"{theirs:.2f} s a notebook", ""))
        rows.append(
            (f"`course grade`, {CLASS} notebooks", f"{ours:.3f} s a notebook", f"{theirs / ours:.0f} times faster")
        )
        rows += _warm(here, theirs)
        rows += _soak()
        rows.append((f"{KILLS} random kills in a class of {KILLED_CLASS}", *_kills(here / "killed")))
    note = (
        "All of exercise 1: a quarter right, the rest wrong or not attempted. `course grade` with its start, its "
        "import of torch, its pages and tables; warm: the sandbox once started. Again: `course bench grade`."
    )
    return record("grade", "Grading a class", ("what", "measured", ""), rows, note)


def _answers(number: int) -> str:
    """The solution's notebook as a student would hand it in, some with another answer to 1.seek."""
    notebook = json.loads((ROOT / "solutions" / "1_frames.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        if cell["id"] == "1-seek" and number % 4:
            body = f"def decode_runs(keyframes, wanted):\n{SPOILT[number % 4]}\n\n\n"
            cell["source"] = body + 'check("1.seek", decode_runs)'
    return json.dumps(notebook)


def _class(folder: Path, count: int) -> list[Path]:
    paths = []
    for i in range(count):
        path = folder / f"student{i:03}" / "1_frames.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(_answers(i), encoding="utf-8")
        paths.append(path)
    return paths


def _course_grade(submissions: Path, out: Path, workers: int) -> float:
    began = time.perf_counter()
    course = str(Path(sys.executable).with_name("course"))
    subprocess.run(
        [course, "grade", str(submissions), "--out", str(out), "--workers", str(workers)],
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began


def _nbgrader(folder: Path, handed_in: Sequence[Path]) -> float:
    (folder / "source" / "frames").mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / "1_frames.ipynb", folder / "source" / "frames")
    config = f"c = get_config()\nc.CourseDirectory.course_id = 'x'\nc.CourseDirectory.root = {str(folder)!r}\n"
    (folder / "nbgrader_config.py").write_text(config)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "HOME": str(folder), "COURSE_RECORD": "off"}

    def command(*arguments: str) -> None:
        nbgrader = [sys.executable, "-m", "nbgrader", *arguments]
        subprocess.run(nbgrader, cwd=folder, env=environment, check=True, capture_output=True)

    command("generate_assignment", "frames", "--create")
    for path_in in handed_in:
        target = folder / "submitted" / path_in.parent.name / "frames"
        target.mkdir(parents=True)
        shutil.copy(path_in, target)
    began = time.perf_counter()
    command("autograde", "frames", "--create")
    return time.perf_counter() - began


def _warm(here: Path, theirs: float) -> list[tuple[object, ...]]:
    """A notebook in a sandbox that is running; and a class on one process and on two, both started anew."""
    from course_lib.grade.collect import collect
    from course_lib.grade.judge import grade
    from course_lib.grade.sandbox import Sandbox

    handed_in = collect(here / "class")
    seconds = []
    with Sandbox() as sandbox:
        for submission in [*handed_in, *handed_in]:
            began = time.perf_counter()
            grade(submission, sandbox, "salt")
            seconds.append(time.perf_counter() - began)
    warm = statistics.median(seconds)
    _class(here / "many", LARGE)
    one, two = (_course_grade(here / "many", here / f"many{n}", n) for n in (1, 2))
    return [
        ("warm", f"{1000 * warm:.0f} ms a notebook", f"{theirs / warm:.0f} times faster"),
        (f"{LARGE:,} notebooks, 1 worker", f"{one:.1f} s", f"{1000 * one / LARGE:.0f} ms a notebook"),
        (f"{LARGE:,} notebooks, 2 workers", f"{two:.1f} s", f"{one / two:.2f} times as fast"),
    ]


def _soak() -> list[tuple[object, ...]]:
    """Ten thousand notebooks in one sandbox: what a leak would show in."""
    import psutil

    from course_lib.grade.judge import grade
    from course_lib.grade.read import read_notebook
    from course_lib.grade.sandbox import Sandbox

    kinds = [read_notebook("x", "1_frames.ipynb", _answers(i).encode()) for i in range(4)]

    def held() -> tuple[int, int, float]:
        me = psutil.Process()
        below = me.children(recursive=True)
        return len(below), me.num_fds(), sum(p.memory_info().rss for p in [me, *below]) / 1e6

    with Sandbox() as sandbox:
        for i in range(200):
            grade(kinds[i % 4], sandbox, "salt")
        before, began = held(), time.perf_counter()
        for i in range(SOAK):
            grade(kinds[i % 4], sandbox, str(i))
        took = time.perf_counter() - began
        time.sleep(1)  # until the last one's process has gone
        after = held()
    names = ("processes", "descriptors", "MB")
    said = ", ".join(f"{name} {a:.0f} -> {b:.0f}" for name, a, b in zip(names, before, after, strict=True))
    return [(f"{SOAK:,} notebooks in one run", f"{SOAK / took:.0f} a second", said)]


def _kills(folder: Path) -> tuple[str, str]:
    """A class whose grading is killed again and again, until it is done; against the same class left alone."""
    _class(folder / "class", KILLED_CLASS)
    course, rng = str(Path(sys.executable).with_name("course")), random.Random(0)
    command = [course, "grade", str(folder / "class"), "--out", str(folder / "out"), "--workers", "2"]
    journal, lost, seen = folder / "out" / "journal.sqlite", 0, set[Any]()
    for _ in range(KILLS):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(rng.uniform(0.2, 6.0))
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        if journal.exists():
            with closing(sqlite3.connect(journal)) as file:  # a reader left open would lock the next run out
                made = list(file.execute("SELECT name FROM sqlite_master WHERE name = 'grades'"))
                rows = set(file.execute("SELECT student, written, grade FROM grades")) if made else set()
            lost += len(seen - rows)
            seen = rows
        if len(seen) == KILLED_CLASS:  # all graded: begin anew, so that every kill meets work
            shutil.rmtree(folder / "out")
            seen = set()
    subprocess.run(command, check=True, capture_output=True)
    with closing(sqlite3.connect(journal)) as file:
        points = dict(file.execute("SELECT student, points FROM grades"))
    right = {f"student{i:03}": 12.0 if i % 4 == 0 else 9.0 for i in range(KILLED_CLASS)}
    return f"{lost} rows lost or changed", "the grades at the end are right" if points == right else "WRONG GRADES"
