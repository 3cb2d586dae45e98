"""What is not there: events that do not happen, seconds past the end, and questions that ask for them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from course_lib.clipworld import phrasings as say
from course_lib.clipworld.questions import UNSEEN, Question
from course_lib.clipworld.words import ACTIONS, COLOURS, KINDS, kind_and_colour, subject
from course_lib.temporal.asking import put
from course_lib.temporal.case import read
from course_lib.temporal.mentions import mentions
from course_lib.temporal.naming import lexicon
from course_lib.temporal.plain import plain
from course_lib.timeline import Event, Timeline

FRAMES = re.compile(r"(?i)\bframes? (\d+)(?: to (?:frame )?| and (?:frame )?|-)(\d+)(?= only:|\b(?!.*only:))")
_TEMPLATES = {
    "after": say.AFTER,
    "before": (*say.BEFORE, say.BEFORE_SAME_SUBJECT),
    "order": say.ORDER_FIRST,
    "when": say.WHEN,
    "count": say.COUNT_TIMES,
}


def absent_events(timeline: Timeline, rng: random.Random, n: int, near: Event | None = None) -> list[Event]:
    """Up to `n` different events that do not happen, those that are easily taken for one that does before others.

    Near ones put the clip's own subjects and actions (a learner's own words too) together as they never are, or give
    them another colour; `near` asks for those of one event alone. Nothing that a naming in the timeline leaves open is
    given: where "the car stops", no red car is said not to stop.
    """
    events = [near] if near is not None else list(timeline)
    pairs = [(e.subject, f.action) for e in events for f in timeline if _able(e.subject, f.action)]
    for e in events:
        known = _kind(e.subject)
        pairs += [(subject(known, c), e.action) for c in COLOURS if known and known != "light"]
        pairs += [(e.subject, a.present) for a in ACTIONS if known in a.kinds]
    close, far = list(dict.fromkeys(pairs)), []
    for kind in KINDS:
        for c in (None,) if kind == "light" else COLOURS:
            far += [(subject(kind, c), a.present) for a in ACTIONS if kind in a.kinds]
    rng.shuffle(close)
    rng.shuffle(far)
    found: list[Event] = []
    for pair in dict.fromkeys([*close, *far]):
        if len(found) == n:
            break
        event = Event(0.0, 1.0, *pair)
        if not could_happen(event, timeline):
            found.append(event)
    return found


def could_happen(event: Event, timeline: Timeline) -> bool:
    """Whether the timeline tells the event, or something that leaves it open."""
    words = lexicon([*timeline, event])
    name = words.name(event.subject)
    for e in timeline:
        other = words.name(e.subject)
        if e.action == event.action and (name.fits(other) is not None or other.fits(name) is not None):
            return True
    return any(m.means(words, timeline.events) for m in mentions(plain(event.text), words))


def _kind(name: str) -> str | None:
    """Clipworld's kind of a subject in its words; None for other words."""
    try:
        return kind_and_colour(name)[0]
    except ValueError:
        return None


def _able(name: str, action: str) -> bool:
    """Whether a subject can do an action, as far as clipworld knows both."""
    kinds = next((a.kinds for a in ACTIONS if a.present == action), None)
    kind = _kind(name)
    return kinds is None or (kind in kinds if kind else True)


def past_the_end(timeline: Timeline, rng: random.Random) -> int:
    """A second that the clip does not have, 2 to 30 s after its end."""
    return int(timeline.duration) + rng.randint(2, 30)


def num_frames(question: Question, timeline: Timeline) -> int | None:
    """How many frames a "frames a to b" question counts, from the seconds that its frames show; None if it has none."""
    found = FRAMES.search(question.text)
    if not found or question.kind != "frames" or question.evidence[0] <= 0:
        return None
    return max(int(found[2]), round((int(found[1]) - 0.5) * timeline.duration / question.evidence[0]))


def unanswerable_twins(questions: Sequence[Question], timeline: Timeline, rng: random.Random) -> list[Question]:
    """For every open question that can be answered one that asks the same of what is not there.

    In the same phrasing where it is one of clipworld's: of an event that does not happen, of a second or of frames past
    the end. kind "unanswerable"; where a number is asked for, "0" is as right. Those that are unanswerable already have
    no twin. Any timeline will do, an empty one too.
    """
    asked = [q for q in questions if q.form == "open" and q.kind != "unanswerable"]
    return [_twin(q, timeline, rng) for q in asked]


def _twin(question: Question, timeline: Timeline, rng: random.Random) -> Question:
    t, kind, template = past_the_end(timeline, rng), question.kind, _template(question)
    second = re.search(r"\b\d+:\d\d\b|\b\d+\b", question.text)
    if kind == "frames":
        text = _past_the_last_frame(question, timeline, rng)
    elif kind == "summary":
        text = f"Describe what happens from second {t} to {t + 5}."
    elif kind == "count" and template is None:
        text = f"How many events happen from second {t} to {t + 5}?"
    elif kind in ("at", "after") and template is None and second:
        told = f"{t // 60}:{t % 60:02d}" if ":" in second[0] else str(t)
        text = question.text[: second.start()] + told + question.text[second.end() :]
    else:
        text = _of_absent(question, template, timeline, rng)
    accepted = (UNSEEN, "0") if kind == "count" else (UNSEEN,)
    whole = (0.0, timeline.duration)
    return replace(question, text=text, answer=UNSEEN, kind="unanswerable", evidence=whole, accepted=accepted)


def _past_the_last_frame(question: Question, timeline: Timeline, rng: random.Random) -> str:
    found, n = FRAMES.search(question.text), num_frames(question, timeline)
    f = (n or 16) + rng.randint(2, 8)
    if found is None or n is None or "only:" in question.text:
        return say.FRAMES[1].format(f=f, g=f + 2)
    g = f + int(found[2]) - int(found[1])
    text = question.text
    return text[: found.start(1)] + str(f) + text[found.end(1) : found.start(2)] + str(g) + text[found.end(2) :]


def _of_absent(question: Question, template: str | None, timeline: Timeline, rng: random.Random) -> str:
    """The question with an event in it that does not happen, near to one that it asks about."""
    asked = read(question, "", timeline).asked
    near = rng.choice(asked) if asked else None
    absent = absent_events(timeline, rng, 2, near)
    if question.kind == "order":
        there = [e for e in asked or timeline.events if e is not near]
        a, b = rng.sample([absent[0], rng.choice(there) if there else absent[1]], 2)
        return put(template or say.ORDER_FIRST[0], a, b)
    default = {"after": say.AFTER[2], "before": say.BEFORE[1], "count": say.COUNT_TIMES[0]}
    return put(template or default.get(question.kind, say.WHEN[0]), absent[0])


def _template(question: Question) -> str | None:
    """The phrasing of clipworld that a question about events is put in; None for another one."""
    for template in _TEMPLATES.get(question.kind, ()):
        pattern = re.sub(r"\\\{\w+\\\}", ".+", re.escape(template))
        if "{a_s}" in template and re.fullmatch(pattern, question.text):
            return template
    return None
