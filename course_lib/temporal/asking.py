"""Questions about any events, a learner's or a model's own words too, in clipworld's phrasings."""

from __future__ import annotations

import random

from course_lib.clipworld import phrasings as say
from course_lib.clipworld.questions import UNSEEN, Question, questions
from course_lib.clipworld.words import ACTION
from course_lib.temporal.verbs import base, forms
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
            fields |= {f"{prefix}_{key}": value for key, value in _forms(event).items()}
    if t is not None:
        fields |= {"t": f"{t:g}", "clock": f"{int(t) // 60}:{int(t) % 60:02d}"}
    return template.format(**fields)


def _forms(event: Event) -> dict[str, str]:
    kind = event.subject.split(" in ")[0].split()[-1]
    if known := ACTION.get(event.action):
        verbs = {"present": known.present, "past": known.past, "gerund": known.gerund, "base": known.base}
    else:
        first, _, rest = event.action.partition(" ")
        plain = first[:-3] if first.endswith("ing") and len(first) > 5 else base(first)
        every = forms(plain)  # base, third person, past, …, gerund
        verbs = {"present": every[1], "past": every[2], "gerund": every[-1], "base": every[0]}
        verbs = {form: f"{verb} {rest}".strip() for form, verb in verbs.items()}
    return {"s": event.subject, "kind": kind, **verbs}


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
