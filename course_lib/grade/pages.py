"""Pages for people, and what a student gets back.

A page needs nothing beside it, loads nothing from elsewhere and runs nothing: its policy tells the browser so. All that
a student wrote is text in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from html import escape
from pathlib import Path

from course_lib.checks.manifest import Exercise, exercise_of
from course_lib.checks.outcome import Outcome
from course_lib.grade.records import Grade
from course_lib.grade.standing import TO_STUDENT, scored
from course_lib.viz import checks, failures, style
from course_lib.viz.page import page

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
main { max-width: 940px; --jp-ui-font-color1: var(--ink); }
h2 { margin-top: 2.2rem; }
h2 small { font-weight: 400; color: var(--soft); }
.total { font-size: 1.5rem; margin: .3rem 0 0; } .total b { font-size: 2rem; }
.bar { display: inline-block; width: 100%; height: .6rem; background: var(--rule); border-radius: 3px;
  overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--ok); }
.notice { border: 1px solid var(--bad); background: var(--badpaper); border-radius: 6px; padding: .6rem .9rem; }
.notice, .notes { margin: .7rem 0; } .notes { color: var(--soft); font-size: .93rem; padding-left: 1.2rem; }
.part { background: var(--card); border-left: 4px solid var(--bad); border-radius: 6px; margin: .6rem 0;
  overflow-wrap: anywhere; }
.part.pass { border-color: var(--ok); } .part.not { border-color: var(--soft); }
.part > div { max-width: none !important; margin: 0 !important; padding: .5rem .9rem !important; border: 0 !important; }
.part > div > b > span { color: inherit !important; }
.part td, .part th { border: 0; padding: .1rem .8rem .1rem 0; } .part table { width: auto; }
.part figure { margin-top: .4rem; } .part figure > img { max-width: 700px; display: block; }
.part > .next { padding: 0 .9rem .6rem !important; color: var(--soft); font-size: .93rem; }
.wide { margin-top: .8rem; }
code { background: var(--rule); border-radius: 3px; padding: 0 .25em; overflow-wrap: anywhere; }
a { color: var(--ok); }
td, td:first-child, td:nth-child(2) { white-space: normal; overflow-wrap: break-word; }
.stack td:first-child { white-space: nowrap; }
@media (max-width: 34rem) {
  td .bar { width: 4rem !important; } .stack td:first-child { white-space: normal; }
  main { padding: 1rem .8rem 2rem; } th, td { padding: .35rem .45rem; }
  .stack td { display: block; border: 0; padding: .1rem .3rem; } .stack tr:first-child { display: none; }
  .stack td:first-child { padding-top: .6rem; border-top: 1px solid var(--rule); }
}
"""


def sheet(title: str, body: Iterable[str], more_style: str = "") -> str:
    """A page of grades: `body` is HTML, title is plain text."""
    head = f'<head><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    whole = page(title, body).replace("<head>", head, 1)
    return whole.replace("</style>", f"{STYLE}{more_style}</style>", 1)


def source_of(grades: Sequence[Grade]) -> str:
    """What a student's page is made from, as a digest: of all but the seed, and of what draws it."""
    rows = [{k: v for k, v in g.to_dict().items() if k not in ("seed", "parts")} for g in grades]
    parts = [[{k: v for k, v in part.items() if k != "seed"} for part in g.parts] for g in grades]
    return hashlib.sha256(json.dumps([_drawn_by(), rows, parts]).encode()).hexdigest()


@cache
def _drawn_by() -> str:
    files = (__file__, checks.__file__, failures.__file__, style.__file__)
    return "".join(hashlib.sha256(Path(str(file)).read_bytes()).hexdigest() for file in files)


def feedback(student: str, grades: Sequence[Grade]) -> str:
    """A student's page: what was wrong and what to do, exercise by exercise. Nothing of others, no seed."""
    counted = [g for g in grades if scored(g)]
    points, most = sum(g.points for g in counted), sum(g.max_points for g in counted)
    body = [f"<h1>{escape(student)}</h1>"]
    if counted:
        body.append(f'<p class="total"><b>{points:g}</b> of {most:g} points</p>{bar(points / most)}')
    left = [exercise_of(g.exercise) for g in grades if not scored(g)]
    if left:
        names = ", ".join(f"{e.number} · {e.title}" for e in left)
        body.append(f'<p class="soft">Not counted, see below: {escape(names)}.</p>')
    if to_mend := [row["part"] for g in grades for row in g.parts if row["state"] != "pass"]:
        body.append(f"<p>To mend: {escape(', '.join(to_mend))}.</p>")
    for grade in grades:
        body += _exercise(exercise_of(grade.exercise), grade)
    return sheet(f"Feedback for {student}", body) + f"<!-- made from {source_of(grades)} -->\n"


def _exercise(exercise: Exercise, grade: Grade) -> Iterable[str]:
    got = f"{grade.points:g} of {grade.max_points:g} points" if scored(grade) else f"{grade.state}, no points yet"
    yield f"<h2>{escape(exercise.number)} · {escape(exercise.title)} <small>{got}</small></h2>"
    if grade.state != "graded":
        # What happened to a part stands in the part; what happened to the whole notebook stands here alone.
        why = "" if grade.parts else f"<br>{escape(grade.message)}"
        yield f'<p class="notice"><b>{grade.state.capitalize()}.</b> {TO_STUDENT[grade.state]}{why}</p>'
    if grade.notes:
        yield f'<ul class="notes">{"".join(f"<li>{escape(note)}</li>" for note in grade.notes)}</ul>'
    for part, row in zip(exercise.parts, grade.parts, strict=False):
        outcome = Outcome.from_dict(row)
        kind = outcome.state.split()[0]
        yield f'<div class="part {kind}">{_drawn(checks.Shown(outcome, part, again=False))}{_next(outcome)}</div>'
    if any(row["state"] != "pass" for row in grade.parts):
        yield (
            f'<p class="soft">To go on: open <code>exercises/{escape(exercise.id)}.ipynb</code>, mend a part, and run '
            f"its cell; it checks itself. It draws other inputs than these.</p>"
        )


def _drawn(shown: checks.Shown) -> str:
    try:
        return shown.html()
    except (ValueError, OverflowError, ArithmeticError, MemoryError, RuntimeError, TypeError):
        # Numbers of a student's that no axis holds. The page, and the class's other pages, do not go with them.
        without = replace(shown, outcome=replace(shown.outcome, picture=None))
        return f'{without.html()}<div class="next">There is no picture: your values cannot be drawn.</div>'


def _next(outcome: Outcome) -> str:
    if outcome.state == "pass":
        return ""
    return f'<div class="next">A hint, in the notebook: <code>hint("{escape(outcome.part)}")</code></div>'


def bar(share: float) -> str:
    """A share of 0 to 1 as a bar, whose number stands beside it."""
    return f'<span class="bar" aria-hidden="true"><i style="width: {100 * min(1.0, max(0.0, share)):.0f}%"></i></span>'


def rows(columns: Sequence[str], lines: Iterable[Sequence[str]], wrong: Iterable[bool] = (), kind: str = "wide") -> str:
    """A table of cells that are HTML already; "" if it has no line. wrong: which lines are marked. kind: "wide", or
    "wide stack": its cells stand below each other where there is no room beside."""
    marks = list(wrong)
    body = "".join(
        f"<tr{' class=wrong' if i < len(marks) and marks[i] else ''}>{''.join(f'<td>{c}</td>' for c in line)}</tr>"
        for i, line in enumerate(lines)
    )
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    return f'<div class="{kind}"><table><tr>{head}</tr>{body}</table></div>' if body else ""
