"""A journal of a long run: what is finished survives a kill, and the run goes on where it stopped.

A text file of JSON lines. The first says which run it is; each other is one finished piece of work.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from course_lib.errors import CourseError

FORMAT = 1


class JournalError(CourseError):
    """A file that is no journal, is damaged, or belongs to another run."""


class Journal:
    """`with Journal(path, run) as journal:` holds in `journal.done` what was finished before: key -> record.

    run: plain data that describes the run, so that no other is mixed into it. A last line that is only half there (the
    process was killed while it wrote) is dropped. Nothing is written before the first `add`: a finished journal may lie
    where nothing can be written. Raises JournalError.
    """

    def __init__(self, path: str | Path, run: dict[str, Any]) -> None:
        self.path, self.run = Path(path), json.loads(json.dumps(run))
        self.done: dict[str, Any] = {}
        self._file: BinaryIO | None = None
        self._whole = self._read()  # bytes of whole lines

    def add(self, key: str, record: Any) -> None:
        """Keep a record; when this returns it is on the disk."""
        lines = [] if self._whole else [{"journal": FORMAT, "run": self.run}]
        lines.append({"key": key, "record": record})
        data = "".join(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n" for line in lines).encode()
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("r+b" if self.path.exists() else "w+b")
            self._file.seek(self._whole)
            self._file.truncate()
        self._file.write(data)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._whole += len(data)
        self.done[key] = json.loads(json.dumps(record))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, what: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _read(self) -> int:
        if not self.path.exists():
            return 0
        data = self.path.read_bytes()
        lines = data.splitlines(keepends=True)
        if lines and not _whole(lines[-1]):
            lines.pop()
        if not lines:
            self._refuse_foreign(data)
            return 0
        head = _json(lines[0])
        if not (isinstance(head, dict) and head.get("journal") == FORMAT and isinstance(head.get("run"), dict)):
            raise self._foreign()
        self._compare(head["run"])
        for number, line in enumerate(lines[1:], 2):
            entry = _json(line)
            if not (isinstance(entry, dict) and isinstance(entry.get("key"), str) and "record" in entry):
                raise JournalError(
                    f"Line {number} of {self.path} is damaged.", "Delete that line, and its clip is done again."
                )
            self.done.setdefault(entry["key"], entry["record"])
        return sum(map(len, lines))

    def _refuse_foreign(self, data: bytes) -> None:
        """A file without one whole line is taken for a journal's beginning only if it can be one."""
        begin = f'{{"journal": {FORMAT},'.encode()
        if not (begin.startswith(data[: len(begin)]) or not data.strip(b"\0")):
            raise self._foreign()

    def _foreign(self) -> JournalError:
        return JournalError(f"{self.path} is not the journal of a run.", "Give another file or folder.")

    def _compare(self, other: dict[str, Any]) -> None:
        differ = [k for k in {**self.run, **other} if self.run.get(k) != other.get(k)]
        if differ:
            k = differ[0]
            more = f" (and {', '.join(differ[1:])})" if differ[1:] else ""
            raise JournalError(
                f"{self.path} is of another run: {k} is {_brief(other.get(k))} there and {_brief(self.run.get(k))} "
                f"here{more}.",
                "Give the same arguments to go on with it, or another folder.",
            )


def _whole(line: bytes) -> bool:
    return line.endswith(b"\n") and _json(line) is not None


def _json(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:  # not JSON, or not UTF-8
        return None


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"
