"""What an instructor looks at: who needs help, what the class got wrong, what was not graded and why."""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from course_lib.checks.manifest import Exercise, exercises
from course_lib.grade.overlap import LEAST, MANY, SHARE, alike
from course_lib.grade.pages import bar, rows, sheet
from course_lib.grade.records import STATES, Grade, Submission
from course_lib.grade.standing import TO_INSTRUCTOR, scored

HALF = 0.5  # of the points that were scored: below it a student is named among those who need help
MOST_NAMES = 8  # in a line; the rest is a number
STYLE = """
main { max-width: 1100px; }
.hists { display: flex; flex-wrap: wrap; gap: 1.2rem 2rem; }
.hists figure { flex: 0 1 15rem; } .hists b { font-size: .93rem; }
.hists svg { width: 100%; height: auto; display: block; font: 9px system-ui, sans-serif; }
.hists rect { fill: var(--ok); } .hists text { fill: var(--ink); text-anchor: middle; }
.hists line { stroke: var(--rule); }
.people { columns: 18rem; padding-left: 1.2rem; margin: .3rem 0; }
.num { white-space: nowrap; font-variant-numeric: tabular-nums; }
td .bar { width: 7rem; margin-right: .6rem; }
td.state, .flag { color: var(--bad); font-weight: 600; }
"""
Links = Mapping[str, str]


def overview(grades: Sequence[Grade], submissions: Sequence[Submission], links: Links | None = None) -> str:
    """The instructor's page. links: of each student's page, beside this one."""
    links = links or {}
    held = [e for e in exercises() if any(g.exercise == e.id for g in grades)]
    states = Counter(g.state for g in grades)
    said = ", ".join(f"{states[state]} {state}" for state in STATES if states[state])
    students = len({g.student for g in grades})
    body = [
        "<h1>The class</h1>",
        f'<p class="headline">{students} students, {len(grades)} notebooks: {said}.</p>',
        *_section("Not graded, or not all of it", _open(grades, links)),
        *_section("Who needs help", _in_need(grades, links)),
        *_section("Points", _distributions(grades, held), _by_exercise(grades, held)),
        *_section("What was hard", _by_part(grades, held)),
        *_section("Commonest mistakes", _mistakes(grades, links)),
        *_section("Answers alike", _alike(submissions, links)),
        *_section("Students", _students(grades, held, links)),
    ]
    return sheet("The class", body, STYLE)


def _section(title: str, *parts: str) -> list[str]:
    return [f"<h2>{title}</h2>", *parts] if any(parts) else []


def _name(student: str, links: Links) -> str:
    link = links.get(student)
    return f'<a href="{escape(link)}">{escape(student)}</a>' if link else escape(student)


def _names(students: Sequence[str], links: Links) -> str:
    more = f" and {len(students) - MOST_NAMES} more" if len(students) > MOST_NAMES else ""
    return ", ".join(_name(s, links) for s in students[:MOST_NAMES]) + more


def _open(grades: Sequence[Grade], links: Links) -> str:
    order = ("infrastructure", "rejected", "crashed", "timeout")
    lines = []
    for g in sorted((g for g in grades if g.state != "graded"), key=lambda g: order.index(g.state)):
        broken = [f"{row['part']}: {row['message']}" for row in g.parts if row["state"] in ("crashed", "timeout")]
        why = "; ".join(broken) or g.message
        points = f"{g.points:g} of {g.max_points:g} points" if scored(g) else "no points"
        what = f'{escape(g.exercise)}: <span class="flag">{g.state}</span>, {points}'
        lines.append((_name(g.student, links), what, escape(why), TO_INSTRUCTOR[g.state]))
    return rows(("student", "notebook", "why", "what to do"), lines, kind="wide stack")


def _in_need(grades: Sequence[Grade], links: Links) -> str:
    """Those below half of what was scored, least first, with what they did not attempt."""
    lines = []
    for student, its in _by_student(grades).items():
        points, most = _total(its)
        if most and points / most < HALF:
            parts = [row for g in its if scored(g) for row in g.parts]
            skipped = sum(row["state"] == "not attempted" for row in parts)
            what = f"{skipped} of {len(parts)} parts not attempted" if skipped else "all parts tried"
            lines.append((points / most, student, f"{points:g} of {most:g}, {what}"))
    items = "".join(f"<li>{_name(student, links)}: {escape(said)}</li>" for _, student, said in sorted(lines))
    return f'<p class="soft">Under half of the points.</p><ul class="people">{items}</ul>' if items else ""


def _distributions(grades: Sequence[Grade], held: Sequence[Exercise]) -> str:
    return f'<div class="hists">{"".join(_histogram(grades, e) for e in held)}</div>'


def _histogram(grades: Sequence[Grade], exercise: Exercise) -> str:
    """How many students have which share of an exercise's points, in fifths."""
    shares = [g.points / g.max_points for g in grades if g.exercise == exercise.id and scored(g)]
    counts = [0] * 5
    for share in shares:
        counts[min(4, int(5 * share))] += 1
    drawn = []
    for i, count in enumerate(counts):
        high, x = 60 * count / max(1, *counts), 4 + 40 * i
        drawn.append(f'<rect x="{x}" y="{72 - high:.1f}" width="36" height="{high:.1f}"/>')
        drawn.append(f'<text x="{x + 18}" y="{69 - high:.1f}">{count}</text>')
    marks = "".join(f'<text x="{2 + 40 * i}" y="83">{20 * i}</text>' for i in range(6))
    said = f"{exercise.id}: students by percent of the points, in fifths from 0 to 100: {', '.join(map(str, counts))}."
    return (
        f"<figure><b>{escape(exercise.number)} · {escape(exercise.title)}</b>"
        f'<svg viewBox="-8 0 220 88" role="img" aria-label="{escape(said)}"><line x1="0" x2="204" y1="72" y2="72"/>'
        f"{''.join(drawn)}{marks}</svg><figcaption>students by percent</figcaption></figure>"
    )


def _by_exercise(grades: Sequence[Grade], held: Sequence[Exercise]) -> str:
    lines = []
    for exercise in held:
        mine = [g for g in grades if g.exercise == exercise.id]
        counted, states = [g.points for g in mine if scored(g)], Counter(g.state for g in mine)
        middle = f"{statistics.median(counted):g} of {exercise.points:g}" if counted else "none scored"
        seconds = statistics.median([g.seconds for g in mine])
        counts = [str(states[state] or "") for state in STATES]
        lines.append((escape(exercise.id), middle, *counts, f"{seconds:.2f} s"))
    return rows(("exercise", "median points", *STATES, "median time"), lines)


def _by_part(grades: Sequence[Grade], held: Sequence[Exercise]) -> str:
    lines = []
    for exercise in held:
        for part in exercise.parts:
            states = Counter(row["state"] for g in grades for row in g.parts if row["part"] == part.id)
            tried = sum(states.values())
            if tried:
                share = f'<span class="num">{bar(states["pass"] / tried)}{states["pass"]} of {tried}</span>'
                name = f"{escape(part.id)} · {escape(part.title)}"
                lines.append((states["pass"] / tried, (name, share, str(states["not attempted"] or ""))))
    ordered = sorted(lines, key=lambda line: line[0])
    return rows(("part", "right", "not attempted"), [line for _, line in ordered])


def mistakes(grades: Sequence[Grade], most: int = 20) -> list[tuple[str, str, list[str]]]:
    """(part, name of the mistake or its state, students), commonest first; what passed is left out."""
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for g in grades:
        for row in g.parts:
            if row["state"] not in ("pass", "not attempted"):
                seen[row["part"], row["mistake"] or _unnamed(row)].append(g.student)
    ordered = sorted(seen.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(part, name, students) for (part, name), students in ordered[:most]]


def _unnamed(row: Mapping[str, Any]) -> str:
    if row["state"] == "wrong":
        return "another wrong answer"
    kind = re.match(r"[A-Za-z_]{1,40}(?=: |$)", row["message"]) if row["state"] == "error" else None
    return f"{row['state']}: {kind[0]}" if kind else str(row["state"])


def _mistakes(grades: Sequence[Grade], links: Links) -> str:
    lines = [
        (escape(part), escape(name), str(len(students)), _names(students, links))
        for part, name, students in mistakes(grades)
    ]
    return rows(("part", "mistake", "students", "who"), lines)


def _alike(submissions: Sequence[Submission], links: Links) -> str:
    lines = [
        (escape(exercise), _names(students, links), escape(", ".join(parts)))
        for exercise, students, parts in alike(submissions)
    ]
    said = (
        f"The same up to names, comments and spaces, in at least {LEAST} parts. It proves nothing; it says where to "
        f"look. What more than {MANY} students and more than {SHARE:.0%} of them wrote alike is left out."
    )
    found = rows(("exercise", "students", "parts"), lines) or "<p>None.</p>"
    return f'<p class="soft">{said}</p>{found}'


def _students(grades: Sequence[Grade], held: Sequence[Exercise], links: Links) -> str:
    lines, low = [], []
    for student, its in sorted(_by_student(grades).items(), key=lambda item: item[0].casefold()):
        of = {g.exercise: g for g in its}
        points, most = _total(its)
        low.append(bool(most) and points / most < HALF)
        total = f'<span class="num">{points:g} of {most:g}</span>' if most else "none scored"
        lines.append((_name(student, links), *(_points(of.get(e.id)) for e in held), total))
    return rows(("student", *(e.id for e in held), "total"), lines, low)


def _points(grade: Grade | None) -> str:
    if grade is None:
        return ""
    state = "" if grade.state == "graded" else f'<span class="flag">{grade.state}</span>'
    return " ".join(filter(None, (f"{grade.points:g}" if scored(grade) else "", state)))


def _total(grades: Sequence[Grade]) -> tuple[float, float]:
    counted = [g for g in grades if scored(g)]
    return round(sum(g.points for g in counted), 2), sum(g.max_points for g in counted)


def _by_student(grades: Sequence[Grade]) -> dict[str, list[Grade]]:
    students = defaultdict(list)
    for grade in grades:
        students[grade.student].append(grade)
    return students
