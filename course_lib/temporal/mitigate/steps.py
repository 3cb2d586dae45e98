"""Two steps: the model only describes, a part of the clip at a time; the answer is worked out from what it told."""

from __future__ import annotations

import math
from collections.abc import Sequence

from course_lib.clipworld.questions import NOTHING, SUMMARY_QUESTION, UNSEEN, summary_text, told_together
from course_lib.errors import ModelError
from course_lib.temporal.asker import Answered, Asker, Look, narrowed
from course_lib.temporal.case import LONGEST_READ
from course_lib.temporal.footage import Footage
from course_lib.temporal.metrics import TOLERANCE
from course_lib.temporal.mitigate.layer import Mitigated, region
from course_lib.temporal.mitigate.looks import num_frames
from course_lib.temporal.mitigate.prompts import quoted
from course_lib.temporal.mitigate.reading import Asked, parse
from course_lib.temporal.naming import lexicon
from course_lib.temporal.plain import plain
from course_lib.temporal.stance import nothing_happens
from course_lib.temporal.told import told_events
from course_lib.timeline import Event

PART = 15.0  # seconds that are described at once, at most
ROUNDED = 0.5  # seconds by which a told end may miss, being told in whole seconds


def two_step(below: Asker, part: float = PART) -> Mitigated:
    """The structured form as a program: each range of the clip is described, and the question is answered from that.

    Questions about a second, before, after, order, when, how often, frames a to b and for a summary are worked out from
    the told events, without asking again; the confidence is then that of the least sure description. Where nothing was
    told of what such a question names, and where no description can be read, the question goes to the model as it is;
    any other question with the told events before it. part: seconds that are described at once, at most; a model that
    tells a whole clip better than half of one is given more. Raises ModelError for less than 1. Source: the
    two-step form of the structured prompt; LLoVi (Zhang et al., 2024) answers from captions alike, by a language
    model.
    """

    if not 1.0 <= part < math.inf:
        raise ModelError(f"The parts of two-step are {part:g} s long.", "Give 1 second or more, as in two-step:30.")

    def way(below: Asker, footage: Footage, questions: Sequence[str], look: Look) -> list[Answered]:
        told, confidence, readable = describe(below, footage, look, part)
        if not readable:
            return below(footage, questions, look)
        moments = middles(footage, look, num_frames(below, footage, look))
        worked = [work_out(q, told, footage.duration, moments) for q in questions]
        said = quoted(summary_text(told))
        left = [
            q if parse(q, told) is not None else f"You said of this clip: {said} {q}"
            for q, a in zip(questions, worked)
            if a is None
        ]
        asked = iter(below(footage, left, look) if left else [])
        return [next(asked) if a is None else Answered(a, confidence) for a in worked]

    return Mitigated("two-step" if part == PART else f"two-step:{part:g}", below, way)


def describe(below: Asker, footage: Footage, look: Look, part: float) -> tuple[tuple[Event, ...], float | None, bool]:
    """What the model tells of the parts of the clip: events in clip seconds, the least confidence of a description,
    and whether any of it could be read."""
    begin, end = region(footage, look)
    parts = max(1, math.ceil((end - begin) / part - 1e-6))
    events: list[Event] = []
    sure: list[float | None] = []
    readable = False
    for i in range(parts):
        window = (begin + i * (end - begin) / parts, begin + (i + 1) * (end - begin) / parts)
        (said,) = below(footage, [SUMMARY_QUESTION], narrowed(look, *window))
        text = said.answer[:LONGEST_READ]
        told = in_clip(told_events(text, footage.duration), window)
        readable = readable or bool(told) or nothing_happens(plain(text)) is not None
        events += told
        sure.append(said.confidence)
    known = [s for s in sure if s is not None]
    return joined(events), min(known) if len(known) == len(sure) else None, readable


def in_clip(told: Sequence[Event], window: tuple[float, float]) -> list[Event]:
    """Events told of a window, in clip seconds. A model that counts from the window's start is seen by its times, most
    of which then lie in the window only if its start is added. What lies outside even so is left out."""
    begin, end = window
    as_told = [e for e in told if e.overlaps(begin - TOLERANCE, end + TOLERANCE)]
    moved = [Event(e.start + begin, e.end + begin, e.subject, e.action) for e in told if e.start + begin < end]
    kept = moved if begin > 0 and len(moved) > len(as_told) else as_told
    kept = [Event(max(e.start, begin - TOLERANCE, 0.0), min(e.end, end + TOLERANCE), *_who(e)) for e in kept]
    return [e for e in kept if e.start < e.end]


def joined(events: Sequence[Event]) -> tuple[Event, ...]:
    """In order of their start; an event that two neighbouring parts told half each is one again."""
    done: list[Event] = []
    for e in sorted(events, key=lambda e: (e.start, e.end)):
        same = next((d for d in reversed(done) if _who(d) == _who(e) and e.start - d.end <= TOLERANCE), None)
        if same is not None:
            done[done.index(same)] = Event(same.start, max(same.end, e.end), *_who(e))
        else:
            done.append(e)
    return tuple(done)


def _who(e: Event) -> tuple[str, str]:
    return e.subject, e.action


def middles(footage: Footage, look: Look, number: int) -> list[float]:
    """The seconds that "frame 1" to "frame n" show: the middles of n equal parts of the stretch looked at."""
    begin, end = region(footage, look)
    return [begin + (i + 0.5) * (end - begin) / number for i in range(number)]


def work_out(question: str, told: Sequence[Event], duration: float, moments: Sequence[float]) -> str | None:
    """The answer that follows from the told events (in order of their start); None if the question is none that a
    program reads, or nothing was told of what it names. moments: the seconds that the frames show."""
    asked = parse(question, told)
    if asked is None:
        return None
    if asked.kind == "summary":
        return summary_text(told)
    if asked.kind == "events":
        return str(len(told))
    if asked.kind == "at" and asked.t is not None:
        there = _at(asked.t, told)
        return UNSEEN if asked.t > duration else told_together(there, "and") if there else None
    if asked.frames is not None:
        shown = moments[asked.frames[0] - 1 : asked.frames[1]]
        return told_together([e for e in told if any(e.start <= t < e.end for t in shown)], "then") if shown else None
    found = [_meant(e, told) for e in (asked.a, asked.b) if e is not None]
    if asked.t is not None and not found:
        found = [list(_at(asked.t, told))]
    if not found or not all(found):
        return None
    return _from_events(asked, [events[0] for events in found], len(found[0]), told)


def _from_events(asked: Asked, events: list[Event], times: int, told: Sequence[Event]) -> str | None:
    a, b = events[0], events[-1]
    if asked.kind == "after":
        return next((e.text for e in told if e.start > a.start), NOTHING)
    if asked.kind == "before":
        return next((e.text for e in reversed(told) if e.start < a.start), NOTHING)
    if asked.kind == "when":
        return f"from second {round(a.start)} to {round(a.end)}"
    if asked.kind == "times":
        return str(times)
    if a.start == b.start:
        return None
    if asked.kind == "relation":
        return "before" if a.start < b.start else "after"
    return min(events, key=lambda e: e.start).text


def _at(t: float, told: Sequence[Event]) -> tuple[Event, ...]:
    inside = tuple(e for e in told if e.start <= t < e.end)
    return inside or tuple(e for e in told if e.start - ROUNDED <= t < e.end + ROUNDED)


def _meant(event: Event, told: Sequence[Event]) -> list[Event]:
    """The told events that a naming in the question can mean."""
    words = lexicon(told)
    return words.resolve(words.name(event.subject), event.action, told)
