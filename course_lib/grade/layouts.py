"""Where submissions lie: a folder for each student, nbgrader's tree, a Canvas or Moodle zip, one notebook.

What is found is only read, never unpacked to the disk: a name in an archive is a name and no path.
"""

from __future__ import annotations

import hashlib
import re
import stat
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from course_lib.checks.values import legible
from course_lib.grade.journal import GradeError

MOST_BYTES = 30 << 20  # of one notebook: a clip that was played in it is stored in it
MOST_FILES = 200_000
MOST_OF_ONE = 200  # notebooks of a student
MOST_TOGETHER = 20 << 30  # of an archive, unpacked
RECORD = "progress.jsonl"  # learn.record's file, if a student hands it in
# Canvas: lastnamefirst_LATE_12345_67890_name.ipynb; Moodle: First Last_12345_assignsubmission_file_
CANVAS = re.compile(r"^(?P<student>[^_/]+)(?P<late>_LATE)?_(?P<user>\d+)_(?P<submission>\d+)_(?P<name>.+)$", re.I)
MOODLE = re.compile(r"^(?P<student>.+)_(?P<user>\d+)_assignsubmission_(?:file|onlinetext)_?$")


@dataclass(frozen=True)
class Found:
    """A file of a student. name: below the student's folder; data: None if it is larger than allowed, or cannot be
    read, which `damage` says in words for the student; when: modified, as sortable text."""

    student: str
    name: str
    data: bytes | None
    when: str
    late: bool = False
    damage: str = ""


def find(path: Path) -> Iterator[Found]:
    """Every notebook, and every record of hints, with the student it belongs to. Raises GradeError."""
    if not path.exists():
        raise GradeError(f"{path} does not exist.", "Give a folder of submissions, an LMS's zip, or a notebook.")
    if path.is_dir():
        names = _tree(path)
    elif zipfile.is_zipfile(path):
        names = _archive(path)
    elif path.suffix == ".ipynb":
        names = iter([(PurePosixPath(_student_of_a_file(path), path.name), _reads(path), _modified(path))])
    else:
        raise GradeError(f"{path} is neither a folder, nor a zip, nor a notebook.", "Give one of these.")
    number, of_one = 0, Counter[str]()
    for name, read, when in names:
        if name.suffix != ".ipynb" and name.name != RECORD:
            continue
        number += 1
        if number > MOST_FILES:
            raise GradeError(f"{path} has more than {MOST_FILES:,} notebooks.", "Grade it in parts.")
        owner = _owner(name)
        if owner is not None:
            student, rest, late = owner
            of_one[student] += 1
            if of_one[student] <= MOST_OF_ONE:
                data, damage = _contents(read, f"{rest!r:.150} of {student} in {path}")
                yield Found(student, rest, data, when, late, damage)
            elif of_one[student] == MOST_OF_ONE + 1:
                damage = f"You handed in more than {MOST_OF_ONE} notebooks; this one and those behind it were not read."
                yield Found(student, rest, None, when, late, damage)
    if not number:
        raise GradeError(f"There is no notebook in {path}.", "Expected: STUDENT/1_frames.ipynb, or a zip of an LMS.")


def _contents(read: Reads, what: str) -> tuple[bytes | None, str]:
    """(bytes, ""), or (None, how an archive's member is damaged). Raises GradeError for a disk that cannot be read."""
    try:
        return read(), ""
    except OSError as problem:
        raise GradeError(f"{what} cannot be read ({problem}).", "Mend that, and run the same command again.") from None
    # zipfile raises RuntimeError for a password, NotImplementedError for a method, zlib.error for nonsense
    except (RuntimeError, zipfile.BadZipFile, zlib.error, EOFError, ValueError) as problem:
        return None, f"The file is damaged in the archive ({legible(str(problem), 300)}). Hand it in again."


def _owner(name: PurePosixPath) -> tuple[str, str, bool] | None:
    """(student, name below, late) of a file; None if it belongs to nobody."""
    pieces = [piece for piece in name.parts if piece not in (".", "..", "/")]
    if any(piece.startswith((".", "__MACOSX")) for piece in pieces):
        return None  # checkpoints and what a Mac leaves in a zip
    if len(pieces) >= 2:
        match = MOODLE.match(pieces[0])
        # With the number: two students may have one name, and Moodle takes grades by it alone.
        owner = f"{person(match['student'])}_{match['user']}" if match else person(pieces[0])
        return owner, "/".join(pieces[1:]), False
    if pieces and (match := CANVAS.match(pieces[0])):
        return f"{person(match['student'])}_{match['user']}", match["name"], bool(match["late"])
    return None


def person(name: str) -> str:
    """A name as it may stand in a table: printable, of one line, at most 100 characters. One that had to be changed for
    it ends in a word of its own, or one student's work would be taken for another's."""
    text = unicodedata.normalize("NFC", name)
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:100] or "unnamed"
    if plain == text:
        return plain
    return f"{plain[:89]} ~{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()[:8]}"


def _student_of_a_file(path: Path) -> str:
    return path.resolve().parent.name or "student"


def _tree(path: Path) -> Iterator[tuple[PurePosixPath, Reads, str]]:
    files = sorted(path.rglob("*"))
    base = path / _submitted([PurePosixPath(file.relative_to(path).as_posix()) for file in files if file.is_file()])
    for file in files:
        # A link could lead to a file of the grader's, and is nobody's work.
        above = [place for place in [file, *file.parents] if place.is_relative_to(base) and place != base]
        if above and not any(place.is_symlink() for place in above) and stat.S_ISREG(file.lstat().st_mode):
            yield PurePosixPath(file.relative_to(base).as_posix()), _reads(file), _modified(file)


class Reads:
    """Reads a file when called: its bytes, or None if there are more than MOST_BYTES."""

    def __init__(self, opens: Callable[[], IO[bytes]]) -> None:
        self.opens = opens

    def __call__(self) -> bytes | None:
        with self.opens() as file:
            data = file.read(MOST_BYTES + 1)  # what an archive says of its size may be a lie
        return data if len(data) <= MOST_BYTES else None


def _reads(path: Path) -> Reads:
    return Reads(lambda: path.open("rb"))


def _modified(path: Path) -> str:
    return f"{path.lstat().st_mtime:020.6f}"


def _archive(path: Path) -> Iterator[tuple[PurePosixPath, Reads, str]]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as problem:
        raise GradeError(f"{path} is a damaged zip ({problem}).", "Download it again.") from problem
    with archive:  # opened once: its list of members may be long
        yield from _members(path, archive)


def _members(path: Path, archive: zipfile.ZipFile) -> Iterator[tuple[PurePosixPath, Reads, str]]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if sum(member.file_size for member in members) > MOST_TOGETHER:
        raise GradeError(f"{path} would unpack to over {MOST_TOGETHER >> 30} GB.", "Grade it in parts.")
    names = [PurePosixPath(member.filename.replace("\\", "/")) for member in members]
    top = _submitted(names)
    for name, member in zip(names, members, strict=True):
        if name.is_relative_to(top):
            yield (
                name.relative_to(top),
                Reads(partial(archive.open, member)),
                "{}-{:02}-{:02} {:02}:{:02}:{:02}".format(*member.date_time),
            )


def _submitted(names: Sequence[PurePosixPath]) -> PurePosixPath:
    """Where students' folders lie: in nbgrader's tree, which holds the sources too, in submitted/, at the top or in the
    one folder of the course. Anywhere else a student has called a folder so, perhaps to hand in as somebody else."""
    tops = {name.parts[0] for name in names if len(name.parts) > 1 and not name.parts[0].startswith((".", "__MACOSX"))}
    if "submitted" in tops:
        return PurePosixPath("submitted")
    course = min(tops, default="")
    below = {name.parts[1] for name in names if len(name.parts) > 3}
    if len(tops) == 1 and "submitted" in below and not MOODLE.match(course):
        return PurePosixPath(course, "submitted")
    return PurePosixPath(".")
