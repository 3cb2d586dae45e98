"""What judging says of an answer: right or not, the kind of failure, and the words that decided."""

from __future__ import annotations

from dataclasses import dataclass

from course_lib.timeline import Event

FAILURES = {
    "order": "before and after swapped",
    "invented": "not in the clip",
    "skipped": "a step left out",
    "shifted": "right event, wrong time",
    "false_abstain": "refused, though the clip shows it",
    "false_confident": "answered, though nothing can be known",
    "unread": "no words that can be matched",
}


@dataclass(frozen=True)
class Mistake:
    """One wrong event of a summary. kind as in FAILURES; off_by: told start minus true start in seconds, if shifted."""

    kind: str
    event: Event
    off_by: float | None = None


@dataclass(frozen=True)
class Verdict:
    """ok: right. kind: one of FAILURES, None if right. why: one sentence for a person. score: 0 to 1 (a summary's event
    F1, 0.5 for a right answer that leaves open who). off_by: seconds between the told and the true time, positive for
    too late. words: those of the answer that decided. mistakes: each wrong event of a summary."""

    ok: bool
    kind: str | None
    why: str
    score: float
    off_by: float | None = None
    words: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def right(why: str, *words: str, score: float = 1.0, off_by: float | None = None) -> Verdict:
    return Verdict(True, None, why, score, off_by, words)


def wrong(kind: str, why: str, *words: str, off_by: float | None = None, score: float = 0.0) -> Verdict:
    assert kind in FAILURES
    return Verdict(False, kind, why, score, off_by, words)
