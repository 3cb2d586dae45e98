"""Reverse and compare: the clip played backwards must give the mirrored answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from course_lib.clipworld import phrasings as say
from course_lib.clipworld.controls import BACKWARDS
from course_lib.clipworld.questions import NOTHING, UNSEEN, told_together
from course_lib.temporal.asker import Answered, Asker, Look
from course_lib.temporal.asking import put
from course_lib.temporal.controls import reversed_clip
from course_lib.temporal.footage import Footage
from course_lib.temporal.mentions import Mention
from course_lib.temporal.mitigate.layer import Mitigated
from course_lib.temporal.mitigate.meaning import Meaning, agree, meaning
from course_lib.temporal.mitigate.reading import Asked, parse
from course_lib.temporal.naming import lexicon
from course_lib.temporal.told import spoken
from course_lib.timeline import Event
from course_lib.video import Clip

ASKED_AS = {
    "at": say.AT[1],
    "after": say.AFTER[2],
    "before": say.BEFORE[1],
    "first": say.ORDER_FIRST[0],
    "relation": say.ORDER_RELATION[0],
    "when": say.WHEN[0],
}
_MIRRORED = {"after": "before", "before": "after"}
# What was seen backwards, named forwards. A flight backwards is a flight or a landing: it has no one name.
FORWARDS = {b: a for a, b in BACKWARDS.items() if list(BACKWARDS.values()).count(b) == 1}


def reverse(below: Asker) -> Mitigated:
    """Each question again about the clip played backwards, mirrored: before for after, second duration - t for t.

    Where both answers mean the same, the forward one stays. Where they do not, the more confident one is taken, told
    forwards; from a model without logits the forward one. Questions and answers with an action that has no name
    backwards (a car that turns, somebody who sits down: `clipworld.controls.BACKWARDS`) are left alone, and so is what
    `reading.parse` does not read. Source: the reversed-clip checks of temporal benchmarks, used to answer.
    """
    return Mitigated("reverse", below, _both_ways)


def _both_ways(below: Asker, footage: Footage, questions: Sequence[str], look: Look) -> list[Answered]:
    answers = below(footage, questions, look)
    d = footage.duration
    turned: list[tuple[int, Asked, Asked, Meaning]] = []
    for i, (q, a) in enumerate(zip(questions, answers)):
        asked = parse(q)
        back = mirrored(asked, d) if asked is not None else None
        if asked is None or back is None:
            continue
        said = meaning(q, asked, a.answer, d)
        if all(m.action in BACKWARDS for m in said.named):
            turned.append((i, asked, back, said))
    if not turned:
        return answers
    window = None if look.window is None else (d - look.window[1], d - look.window[0])
    texts = [put(ASKED_AS[back.kind], back.a, back.b, back.t) for _, _, back, _ in turned]
    seen = below(backwards(footage), texts, replace(look, window=window))
    for (i, asked, back, said), text, other in zip(turned, texts, seen):
        heard = meaning(text, back, other.answer, d)
        if _same_story(said, heard, asked, d) or not _surer(other, answers[i]):
            continue
        if (told := told_forwards(heard, asked, d)) is not None:
            answers[i] = Answered(told, other.confidence)
    return answers


def _surer(one: Answered, other: Answered) -> bool:
    return one.confidence is not None and other.confidence is not None and one.confidence > other.confidence


def backwards(footage: Footage) -> Footage:
    """The footage played from its end."""

    def look(at: Sequence[float], size: int | None) -> Clip:
        return reversed_clip(footage.look([max(0.0, footage.duration - t) for t in list(at)[::-1]], size))

    return Footage(f"{footage.source} (reversed)", footage.duration, look)


def mirrored(asked: Asked, duration: float) -> Asked | None:
    """The question whose answer about the reversed clip tells the same; None if there is none."""
    if asked.kind not in ASKED_AS or any(e and e.action not in BACKWARDS for e in (asked.a, asked.b)):
        return None
    if asked.kind in _MIRRORED and asked.a is None:
        return None
    if asked.t is not None and not 0 <= asked.t <= duration:
        return None
    a, b = (e and Event(e.start, e.end, e.subject, BACKWARDS[e.action]) for e in (asked.a, asked.b))
    if a and b and a.text == b.text:
        return None
    t = None if asked.t is None else round(duration - asked.t, 2)
    return Asked(_MIRRORED.get(asked.kind, asked.kind), a, b, t)


def _same_story(said: Meaning, heard: Meaning, asked: Asked, duration: float) -> bool:
    """Whether the backward answer is what the forward one lets expect."""
    if said.kind == "events":
        named = said.named
        if asked.kind == "first":  # the first forwards is the last backwards: the other one leads
            others = [e for m in said.named if (e := _other(m, asked)) is not None]
            named = tuple(Mention(lexicon().name(e.subject), e.action, e.text, (0, 0)) for e in others)
        expected = replace(said, named=tuple(replace(m, action=BACKWARDS[m.action]) for m in named))
        return bool(named) and agree(expected, heard)
    if said.kind == "time":
        return agree(replace(said, span=_flip(said.span, duration)), heard)
    if said.kind == "side":
        return agree(replace(said, value=_MIRRORED[said.value]), heard)
    return said.read and agree(said, heard)


def told_forwards(heard: Meaning, asked: Asked, duration: float) -> str | None:
    """A backward answer as the answer to the forward question; None if it has no one name forwards."""
    if heard.kind == "time":
        begin, end = _flip(heard.span, duration)
        return f"from second {round(begin)} to {round(end)}"
    if heard.kind == "side":
        return _MIRRORED[heard.value]
    if heard.kind == "events" and asked.kind == "first":
        back = mirrored(asked, duration)
        other = _other(heard.named[0], back) if back and heard.named else None
        pairs = [(asked.a, back.a), (asked.b, back.b)] if back else []
        return next((e.text for e, b in pairs if e and b is other), None)
    if heard.kind == "events" and all(m.action in FORWARDS and m.name for m in heard.named):
        return told_together([Event(0.0, 1.0, spoken(m.name), FORWARDS[m.action]) for m in heard.named], "and")
    return {"nothing": NOTHING, "unseen": UNSEEN}.get(heard.kind)


def _other(m: Mention, asked: Asked) -> Event | None:
    """Of the two events of an order question, the one that is not meant."""
    options = [e for e in (asked.a, asked.b) if e is not None]
    meant = m.means(lexicon(), options)
    if len(options) != 2 or len(meant) != 1:
        return None
    return options[1] if meant[0] is options[0] else options[0]


def _flip(span: tuple[float, float], duration: float) -> tuple[float, float]:
    begin, end = max(0.0, duration - span[1]), max(0.0, duration - span[0])
    return begin, end
