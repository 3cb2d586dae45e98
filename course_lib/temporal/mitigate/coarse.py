"""Coarse to fine: look again, closer, where the question or the first answer points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from course_lib.clipworld import phrasings as say
from course_lib.temporal.asker import Answered, Asker, Look, narrowed
from course_lib.temporal.asking import put
from course_lib.temporal.footage import Footage
from course_lib.temporal.mentions import mentions
from course_lib.temporal.mitigate.layer import Mitigated, region
from course_lib.temporal.mitigate.looks import num_frames
from course_lib.temporal.mitigate.meaning import Meaning, meaning
from course_lib.temporal.mitigate.reading import Asked, parse
from course_lib.temporal.naming import lexicon
from course_lib.temporal.plain import plain
from course_lib.temporal.times import times
from course_lib.temporal.told import spoken
from course_lib.timeline import Event

WIDTHS = (1 / 4, 1 / 2)  # of the stretch looked at first
LONGEST_READ = 2_000  # characters of an answer
Span = tuple[float, float]


def coarse_to_fine(below: Asker) -> Mitigated:
    """Answer; find the seconds that matter; look at a window around them with as many frames; answer again.

    The seconds are those in the question, or in the answer to a when question; for other questions the model is asked
    when the events happen that question and answer name. The window is a quarter of the clip, or a half, on a grid, so
    that questions share their windows. The first answer stays where nothing points anywhere or to more than fits a
    window; where the whole clip is asked about (order, how often, frames a to b); and where the second look sees less:
    nothing, or no event. Source: the coarse-to-fine search of long video agents such as VideoTree (Wang et al., 2024),
    in its simplest form.
    """
    return Mitigated("coarse-to-fine", below, _look_again)


def _look_again(below: Asker, footage: Footage, questions: Sequence[str], look: Look) -> list[Answered]:
    answers = below(footage, questions, look)
    read = [parse(q) for q in questions]
    pointed = [_pointed(q, r, a.answer, footage.duration) for q, r, a in zip(questions, read, answers)]
    named = [[] if p else _named(q, r, a.answer) for p, q, r, a in zip(pointed, questions, read, answers)]
    found = _asked_when(below, footage, [e for events in named for e in events], look)
    begin, end = region(footage, look)
    groups: dict[Span, list[int]] = defaultdict(list)
    for i, (spans, events) in enumerate(zip(pointed, named)):
        spans = spans or [_middle(found[e.text]) for e in events if e.text in found]
        spans = [s for s in spans if begin <= s[0] <= end]
        if spans and (window := _window(min(s[0] for s in spans), max(s[1] for s in spans), begin, end)):
            groups[window].append(i)
    frames = num_frames(below, footage, look)
    for window, members in sorted(groups.items()):
        closer = replace(narrowed(look, *window), num_frames=frames)
        for i, again in zip(members, below(footage, [questions[i] for i in members], closer)):
            if _sees_more(questions[i], read[i], again.answer, footage.duration):
                answers[i] = again
    return answers


def _pointed(question: str, asked: Asked | None, answer: str, duration: float) -> list[Span]:
    """The seconds that the question names, or that answer a when question."""
    if asked is None:
        return [(s.start, s.end) for s in times(plain(question[:LONGEST_READ]), duration) if s.start <= duration]
    if asked.t is not None:
        return [(asked.t, asked.t)] if asked.t <= duration else []
    if asked.kind == "when":
        said = meaning(question, asked, answer[:LONGEST_READ], duration)
        return [said.span] if said.kind == "time" and said.span[0] <= duration else []
    return []


def _named(question: str, asked: Asked | None, answer: str) -> list[Event]:
    """The events whose time tells where to look."""
    if asked is not None and asked.kind not in ("after", "before"):
        return []
    out = []
    for text in (question, answer):
        for m in mentions(plain(text[:LONGEST_READ]), lexicon()):
            if m.name is not None and not m.denied:
                out.append(Event(0.0, 1.0, spoken(m.name), m.action))
    return list(dict.fromkeys(out))[:4]


def _asked_when(below: Asker, footage: Footage, events: Sequence[Event], look: Look) -> dict[str, Span]:
    """When the events happen, by the model's own word: event text -> from and to second."""
    once = list({e.text: e for e in events}.values())
    questions = [put(say.WHEN[0], e) for e in once]
    found: dict[str, Span] = {}
    for event, q, a in zip(once, questions, below(footage, questions, look) if questions else []):
        said: Meaning = meaning(q, Asked("when", event), a.answer[:LONGEST_READ], footage.duration)
        if said.kind == "time":
            found[event.text] = said.span
    return found


def _middle(span: Span) -> Span:
    return (span[0] + span[1]) / 2, (span[0] + span[1]) / 2


def _window(first: float, last: float, begin: float, end: float) -> Span | None:
    """The narrowest window of the grid that holds the stretch from `first` to `last` well inside, in seconds."""
    last = min(max(first, last), end)
    for share in WIDTHS:
        width = share * (end - begin)
        if last - first > width / 2:
            continue
        step = width / 2
        steps = round(((first + last) / 2 - width / 2 - begin) / step)
        start = begin + step * min(max(steps, 0), round((end - begin - width) / step))
        return (start, start + width)
    return None


def _sees_more(question: str, asked: Asked | None, answer: str, duration: float) -> bool:
    if asked is None:
        return bool(plain(answer[:LONGEST_READ]))
    said = meaning(question, asked, answer[:LONGEST_READ], duration)
    if asked.kind == "at":
        return said.kind in ("events", "nothing")
    return said.kind in ("events", "time", "side")  # what the window cuts off is not "nothing"
