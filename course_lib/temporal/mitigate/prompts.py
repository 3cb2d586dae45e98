"""Mitigations in words: what is put before the question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from course_lib.clipworld import phrasings as say
from course_lib.clipworld.questions import SUMMARY_QUESTION
from course_lib.temporal.asker import Answered, Asker, Look
from course_lib.temporal.footage import Footage
from course_lib.temporal.mitigate.layer import Mitigated, frames_a_moment
from course_lib.temporal.mitigate.reading import parse

LONGEST_SAID = 1200  # characters of a model's own words that are put before a question
_STRUCTURED = say.STRUCTURED.split("Question: ")[0]
_TIMES = (
    "The video lasts for {duration:.2f} seconds, and {n} frames are uniformly sampled from it. These frames are "
    "located at {at}. Please answer the following questions related to this video. "
)


def structured(below: Asker) -> Mitigated:
    """The known structured prompt with frame ranges, word for word, around the question.

    A question about a second is to be answered from the half that shows it, any other from all frames. With one frame
    there are no ranges, and the question stays as it is. Source: clipworld's `phrasings.STRUCTURED`.
    """

    def way(below: Asker, footage: Footage, questions: Sequence[str], look: Look) -> list[Answered]:
        seconds = moments(below, footage, look)
        return below(footage, [in_ranges(q, seconds) for q in questions], look)

    return Mitigated("structured", below, way)


def in_ranges(question: str, seconds: Sequence[float]) -> str:
    """The structured prompt for frames taken at `seconds` [n]."""
    n, h = len(seconds), len(seconds) // 2
    if n < 2:
        return question
    first, last = 1, n
    if (asked := parse(question)) is not None and asked.kind == "at" and asked.t is not None:
        first, last = (1, h) if asked.t < (seconds[h - 1] + seconds[h]) / 2 else (h + 1, n)
    head = _STRUCTURED.format(h=h, h1=h + 1, n=n)
    return f"{head}Question: {question} Answer from Frames {first}-{last} only:"


def timestamps(below: Asker) -> Mitigated:
    """A line before the question that says at which second each frame was taken.

    Source: the time instruction of LLaVA-Video (Zhang et al., 2024), its demo code.
    """

    def way(below: Asker, footage: Footage, questions: Sequence[str], look: Look) -> list[Answered]:
        seconds = moments(below, footage, look)
        at = ",".join(f"{s:.2f}s" for s in seconds)
        line = _TIMES.format(duration=footage.duration, n=len(seconds), at=at)
        return below(footage, [line + q for q in questions], look)

    return Mitigated("timestamps", below, way)


def moments(below: Asker, footage: Footage, look: Look) -> list[float]:
    """Seconds of the frames that the model sees with this look; of a moment of several frames, their mean."""
    seconds = below.clip(footage, look).seconds
    size = frames_a_moment(below.model, footage.duration)
    if len(seconds) % size:
        return [float(s) for s in seconds]
    return [float(s) for s in seconds.reshape(-1, size).mean(axis=1)]


def timeline_first(below: Asker) -> Mitigated:
    """The model first tells the clip's timeline, and answers with it in sight.

    Pocket does so natively, its own words standing in its context as its own turn (`Pocket.timeline_first`). Any other
    model reads them before the question. Words past 1,200 characters are left out, marked by "…"; a model that says
    nothing is asked the plain question. Source: the describe-then-answer prompting of chain-of-thought work.
    """
    said_of: list[tuple[Footage, Look, str]] = []  # of the last clip, so that batches of questions share it

    def way(below: Asker, footage: Footage, questions: Sequence[str], look: Look) -> list[Answered]:
        known = bool(said_of) and said_of[0][0] is footage and said_of[0][1] == look
        if hasattr(below.model, "timeline_first"):
            with _telling_first(below.model):
                first = [] if known else [SUMMARY_QUESTION]
                answers = below(footage, [*first, *questions], look)
                said_of[:] = [(footage, look, "")]
                return answers[len(first) :]
        if not known:
            said_of[:] = [(footage, look, quoted(below(footage, [SUMMARY_QUESTION], look)[0].answer))]
        said = said_of[0][2]
        return below(footage, [f"You said of this clip: {said} {q}" if said else q for q in questions], look)

    return Mitigated("timeline-first", below, way)


@contextmanager
def _telling_first(model: Any) -> Iterator[None]:
    before = model.timeline_first
    model.timeline_first = True
    try:
        yield
    finally:
        model.timeline_first = before


def quoted(said: str) -> str:
    """A model's words on one line, as they can be put before a question."""
    words = " ".join("".join(c if c.isprintable() else " " for c in said[: 4 * LONGEST_SAID]).split())
    if len(words) <= LONGEST_SAID:
        return words
    return words[:LONGEST_SAID].rsplit(" ", 1)[0] + " …"
