"""One notebook as it was handed in: its cells, which of them answers what, what is odd about it. Nothing is run."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from course_lib.checks.manifest import Exercise, exercises, part_of
from course_lib.checks.values import legible
from course_lib.errors import ExerciseError
from course_lib.grade.layouts import MOST_BYTES
from course_lib.grade.records import Submission

MOST_CELLS = 2000
# Characters of code in a notebook; the largest solution has 11,000. The grader parses them, 1 kB for each at worst,
# and hands them on, in 12 bytes at worst.
MOST_SOURCE = 200_000
MOST_VALUES = 3_000_000  # of a file's JSON, outputs among them: 3 bytes each, and a hundred in memory
MOST_OLD_VALUES = 300_000  # of one that nbformat converts, which takes five times as much
CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} )", re.M)
CHECKED = re.compile(r"""\bcheck\(\s*["'](\d+\.\w+)["']""")


def read_notebook(student: str, name: str, data: bytes | None, damage: str = "") -> Submission:
    """A notebook as it was handed in; its exercise is "" if it cannot be told. data: None if there is too much of it,
    or, with `damage`, why it cannot be read."""
    by_name = _by_name(name)
    digest = hashlib.sha256(data or b"").hexdigest()
    text, notes = (None, [damage]) if damage else _text(data)
    why = "" if text is not None else notes.pop()
    cells: list[tuple[str, str, str]] = []
    if text is not None:
        cells, more, why = _cells(text)
        notes += more
    exercise, name = by_name or _by_content(cells), short(name)
    if exercise is None:
        what = why or "It has no cell of any exercise."
        return Submission(student, "", notes=(f"{name} was not taken for an exercise: {what}",), digest=digest)
    if why:
        return Submission(student, exercise.id, notes=tuple(notes), rejected=f"{name}: {why}", digest=digest)
    if by_name is None:
        notes.append(f"{name} is not called {exercise.id}.ipynb; it was taken for this exercise by its cells.")
    part_cells, odd = _part_cells(exercise, cells)
    plain = tuple((key, source) for key, _, source in cells)
    return Submission(student, exercise.id, plain, part_cells, (*notes, *odd), digest=digest)


def _by_name(name: str) -> Exercise | None:
    """By the file's name; an LMS or a browser adds to it: "1_frames-2.ipynb", "1_frames (1).ipynb"."""
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower()
    found = [e for e in exercises() if re.search(rf"(?<![a-z0-9]){e.id}(?![a-z])", stem)]
    return found[0] if len(found) == 1 else None


def _by_content(cells: Sequence[tuple[str, str, str]]) -> Exercise | None:
    """By the parts that most of its cells are marked with, or check."""
    votes: dict[str, int] = defaultdict(int)
    for key, mark, source in cells:
        for part in {*(_part_of_cell(key, mark) or ()), *CHECKED.findall(source)}:
            if exercise := exercise_of_part(part):
                votes[exercise] += 1
    best = max(votes, key=lambda e: votes[e], default=None)
    return next((e for e in exercises() if e.id == best), None)


def exercise_of_part(part: str) -> str:
    try:
        return part_of(part).exercise
    except ExerciseError:
        return ""


def _part_of_cell(key: str, mark: str) -> tuple[str, ...]:
    known = {part.cell: part.id for e in exercises() for part in e.parts}
    return tuple(known[name] for name in (mark, key) if name in known)


def _part_cells(exercise: Exercise, cells: Sequence[tuple[str, str, str]]) -> tuple[dict[str, str], list[str]]:
    """part id -> key of the cell that answers it: by nbgrader's mark, by its id, by its check, by its function."""
    found, notes = {}, []
    for part in exercise.parts:
        ways = (
            [key for key, mark, _ in cells if mark == part.cell],
            [key for key, _, _ in cells if key == part.cell or re.fullmatch(rf"{part.cell}#\d+", key)],
            [key for key, _, source in cells if part.id in CHECKED.findall(source)],
            [key for key, _, source in cells if re.search(rf"^def {part.function}\b", source, re.M)],
        )
        way = next((keys for keys in ways if keys), [])
        if not way:
            continue
        found[part.id] = way[-1]
        if len(way) > 1:
            notes.append(f"{len(way)} cells say that they are {part.id}; the last one was graded.")
        elif way in ways[2:] and not any(ways[:2]):
            notes.append(f"The cell of {part.id} has lost its mark; it was found by what it defines.")
    return found, notes


def _text(data: bytes | None) -> tuple[str | None, list[str]]:
    """The text of a file and what was odd about it; None and the reason if it has none."""
    if data is None:
        return None, [f"The file is larger than {MOST_BYTES >> 20} MB. Clear the outputs and hand it in again."]
    if not data.strip():
        return None, ["The file is empty. Was it saved before it was handed in?"]
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return data.decode(encoding), [] if encoding == "utf-8-sig" else [
                "The file is UTF-16; it was read as such."
            ]
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), ["The file is not UTF-8; it was read as Latin-1, so accents may be wrong."]


def _converted(text: str) -> Any:
    import nbformat  # takes a second, and only notebooks of an older format need it

    return nbformat.reads(text, as_version=4)


def _cells(text: str) -> tuple[list[tuple[str, str, str]], list[str], str]:
    """((key, nbgrader's mark, source) of each code cell, what was odd, why it cannot be graded or "")."""
    if CONFLICT.search(text) and _json(text) is None:
        return (
            [],
            [],
            "It has marks of an unfinished merge (<<<<<<<, =======, >>>>>>>). Settle it and hand it in again.",
        )
    values = sum(map(text.count, ",[{"))
    raw = _json(text) if values <= MOST_VALUES else {}
    if raw is None:
        return [], [], "It is not a notebook: not JSON. Hand in the .ipynb file itself."
    old = raw.get("nbformat") != 4
    if values > (MOST_OLD_VALUES if old else MOST_VALUES):
        return [], [], f"It holds {values:,} values, most of them in outputs. Clear these and hand it in again."
    try:
        notebook = _converted(text) if old else raw
        cells = [cell for cell in notebook["cells"] if cell.get("cell_type") == "code"]
        sources = ["".join(cell.get("source") or "") for cell in cells]
    except Exception as problem:  # anything may stand in the file, and nbformat raises what it likes
        return (
            [],
            [],
            f"It is not a notebook that can be read ({type(problem).__name__}). Open it in Jupyter and save it.",
        )
    if len(cells) > MOST_CELLS or sum(map(len, sources)) > MOST_SOURCE:
        return (
            [],
            [],
            f"It has {len(cells)} cells with {sum(map(len, sources)):,} characters of code: too much to grade.",
        )
    notes, keys = _kernel(notebook), dict[str, int]()
    found = []
    for i, (cell, source) in enumerate(zip(cells, sources, strict=True)):
        name = cell.get("id")
        key = name if isinstance(name, str) and re.fullmatch(r"[\w-]{1,64}", name) else f"cell{i}"
        keys[key] = keys.get(key, 0) + 1
        if keys[key] > 1:
            notes += [f"Several cells have the id {key}."] if keys[key] == 2 else []
            key = f"{key}#{keys[key]}"
        if _is_points(cell):
            continue
        mark = _mark(cell)
        found.append((key, mark, source))
    return found, notes, ""


def _json(text: str) -> dict[str, Any] | None:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) and isinstance(raw.get("cells", raw.get("worksheets")), list) else None


def _metadata(cell: Any) -> dict[str, Any]:
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return mark if isinstance(mark, dict) else {}


def _mark(cell: Any) -> str:
    mark = _metadata(cell)
    name = mark.get("grade_id", "")
    return name if isinstance(name, str) and mark.get("solution") else ""


def _is_points(cell: Any) -> bool:
    """The cell behind a part, which gives its points to nbgrader and nothing to this grader."""
    return bool(_metadata(cell).get("grade")) and not _metadata(cell).get("solution")


def _kernel(notebook: Any) -> list[str]:
    metadata = notebook.get("metadata")
    spec = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    language = spec.get("language", "python") if isinstance(spec, dict) else "python"
    if not isinstance(language, str) or language.lower() in ("python", ""):
        return []
    return [f"The notebook says that its language is {language[:40]!r}; its cells were run as Python."]


def short(name: str) -> str:
    """A file's name in a sentence; in an archive it may be 65,535 characters long."""
    return legible(name, 120)
