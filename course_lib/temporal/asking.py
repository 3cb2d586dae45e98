"""Questions about any events, a learner's or a model's own words too, in clipworld's phrasings."""

from __future__ import annotations

import random

from course_lib.clipworld import phrasings as say
from course_lib.clipworld.questions import UNSEEN, Question, event_forms, questions
from course_lib.timeline import Event, Timeline

PROBED = ("at", "after", "before", "order", "when", "unanswerable")
# The same question in two ways.
AT_TWICE = (say.AT[1], say.AT[0])
AFTER_TWICE = (say.AFTER[2], say.AFTER[3])


def put(template: str, a: Event | None = None, b: Event | None = None, t: float | None = None) -> str:
    """A phrasing of clipworld with its events (in the forms that it asks for) and its second filled in."""
    fields: dict[str, object] = {}
    for prefix, event in (("a", a), ("b", b)):
        if event is not None:
            fields |= event_forms(prefix, event)
    if t is not None:
        fields |= {"t": f"{t:g}", "clock": f"{int(t) // 60}:{int(t) % 60:02d}"}
    return template.format(**fields)


def probes_of(timeline: Timeline, seed: int, each: int) -> list[Question]:
    """Up to `each` different questions of every probed kind, with their answers; the same for the same seed."""
    rng = random.Random(seed)
    asked: list[Question] = []
    for kind in PROBED:
        seen: set[tuple[str, tuple[float, float]]] = set()
        for q in questions(timeline, rng, kinds=(kind,), each=6 * each, phrasing="any"):
            key = (q.text if kind == "unanswerable" else q.answer, q.evidence)
            if len(seen) < each and key not in seen:
                seen.add(key)
                asked.append(q)
    return asked


def past_the_end(duration: float, seconds_after: float = 10.0) -> Question:
    """A question for a second that the clip does not have."""
    t = int(duration + seconds_after)
    return Question(put(say.AT[1], t=t), UNSEEN, "unanswerable", (0.0, duration), (UNSEEN,), False)
