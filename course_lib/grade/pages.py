"""Pages for people: what a student gets back, and what an instructor looks at.

A page needs nothing beside it and loads nothing from elsewhere. Everything that a student wrote is text in it.
"""

from __future__ import annotations

import io
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from course_lib.checks.manifest import exercise_of, exercises
from course_lib.checks.outcome import Outcome
from course_lib.grade.overlap import alike
from course_lib.grade.records import STATES, Grade, Submission
from course_lib.viz import palette
from course_lib.viz.checks import Shown
from course_lib.viz.page import page, picture

MEANING = {
    "timeout": "Part of it took too long; the other parts count.",
    "crashed": "Part of it ended the process that ran it; the other parts count.",
    "rejected": "It could not be graded. This is no judgement of your work: hand it in again as the message says.",
    "infrastructure": "The grader failed, not you. It will be graded again.",
}


def feedback(student: str, grades: Sequence[Grade]) -> str:
    """A student's page: each exercise with its parts, messages and pictures. Nothing of others, no seed."""
    counted = [g for g in grades if g.state not in ("rejected", "infrastructure")]
    whole = f"{sum(g.points for g in counted):g} of {sum(g.max_points for g in counted):g} points"
    body = [f"<h1>{escape(student)}</h1>", f"<p>{whole} in what was graded.</p>"]
    for grade in grades:
        exercise = exercise_of(grade.exercise)
        body.append(
            f"<h2>{escape(exercise.number)} · {escape(exercise.title)}: {grade.points:g} of {grade.max_points:g}</h2>"
        )
        if grade.state != "graded":
            body.append(f"<p><b>{grade.state}.</b> {MEANING[grade.state]} {escape(grade.message)}</p>")
        elif "late" in grade.message:
            body.append(f"<p>{escape(grade.message.rsplit(';', 1)[-1].strip())}</p>")
        body += [f"<p>{escape(note)}</p>" for note in grade.notes]
        for part, row in zip(exercise.parts, grade.parts, strict=False):
            body.append(Shown(Outcome.from_dict(row), part, again=False).html())
    return page(f"Feedback for {student}", body)


def overview(grades: Sequence[Grade], submissions: Sequence[Submission]) -> str:
    """The instructor's page: points and states by exercise, the commonest mistakes by name, time, answers alike."""
    names = [e.id for e in exercises() if any(g.exercise == e.id for g in grades)]
    body = [
        "<h1>The class</h1>",
        f"<p>{len({g.student for g in grades})} students, {len(grades)} notebooks.</p>",
        _states(grades, names),
        picture(distribution(grades, names), _distribution_alt(grades, names)) if names else "",
        "<h2>Commonest mistakes</h2>",
        _rows(("part", "mistake", "students"), mistakes(grades)) or "<p>None.</p>",
        "<h2>Answers alike</h2>",
        "<p>The same up to names, comments and spaces, in at least three parts. It proves nothing; it says where to look.</p>",
        _rows(("exercise", "students", "parts"), ((e, ", ".join(s), ", ".join(p)) for e, s, p in alike(submissions)))
        or "<p>None.</p>",
    ]
    return page("The class", body)


def mistakes(grades: Sequence[Grade], most: int = 20) -> list[tuple[str, str, int]]:
    """(part, name of the mistake or its state, how many students), commonest first; what passed is left out."""
    seen = Counter(
        (row["part"], row["mistake"] or (row["state"] if row["state"] != "wrong" else "another wrong answer"))
        for g in grades
        for row in g.parts
        if row["state"] not in ("pass", "not attempted")
    )
    return [(part, name, count) for (part, name), count in sorted(seen.items(), key=lambda x: (-x[1], x[0]))[:most]]


def _states(grades: Sequence[Grade], names: Sequence[str]) -> str:
    rows = []
    for name in names:
        mine = [g for g in grades if g.exercise == name]
        counted = [g.points for g in mine if g.state not in ("rejected", "infrastructure")]
        states = Counter(g.state for g in mine)
        middle = f"{statistics.median(counted):g} of {exercise_of(name).points:g}" if counted else "none graded"
        seconds = statistics.median([g.seconds for g in mine])
        rows.append((name, middle, *(states[state] or "" for state in STATES), f"{seconds:.2f} s"))
    return _rows(("exercise", "median points", *STATES, "median time"), rows)


def _rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in row) + "</tr>" for row in rows)
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    return f"<table><tr>{head}</tr>{body}</table>" if body else ""


def distribution(grades: Sequence[Grade], names: Sequence[str]) -> bytes:
    """How many students have which share of an exercise's points: PNG, a small histogram for each exercise."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(min(9.0, 1.6 + 1.4 * len(names)), 2.0), layout="constrained", facecolor=palette.PAPER)
    axes = figure.subplots(1, len(names), squeeze=False, sharey=True)[0]
    for axis, name in zip(axes, names, strict=True):
        axis.bar(range(5), _fifths(grades, name), color=palette.RIGHT, width=0.9)
        axis.set_title(name, fontsize=9)
        axis.set_xticks([-0.5, 4.5], ["0%", "100%"], fontsize=8)
        axis.yaxis.get_major_locator().set_params(integer=True)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("students", fontsize=9)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=100)
    return out.getvalue()


def _fifths(grades: Sequence[Grade], name: str) -> list[int]:
    counts = [0] * 5
    for g in grades:
        if g.exercise == name and g.state not in ("rejected", "infrastructure"):
            counts[min(4, int(5 * g.points / g.max_points))] += 1
    return counts


def _distribution_alt(grades: Sequence[Grade], names: Sequence[str]) -> str:
    said = "; ".join(f"{name}: {', '.join(map(str, _fifths(grades, name)))}" for name in names)
    return f"Students by share of points, in fifths from 0% to 100%. {said}."
