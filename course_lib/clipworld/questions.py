"""Questions about when things happen, with their answers, made from a `Timeline` alone.

Kinds: `at`, `after`, `before`, `order`, `when`, `count`, `frames`, `summary`, `unanswerable`.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from course_lib.clipworld import phrasings as say
from course_lib.clipworld.words import ACTIONS, COLOURS, action_of, kind_and_colour, subject
from course_lib.clipworld.words import KINDS as KINDS_OF_SUBJECT
from course_lib.timeline import Event, Timeline

KINDS = ("at", "after", "before", "order", "when", "count", "frames", "summary", "unanswerable")
NOTHING = "nothing happens"
UNSEEN = "that cannot be seen in the video"
SUMMARY_QUESTION = say.SUMMARY[1]


@dataclass(frozen=True)
class Question:
    """text as asked; answer in clipworld's words; accepted: every answer that is as right; evidence: the seconds
    (from, to) that show it; held_out: whether the phrasing is one that training never uses. form: "open", "choice"
    (the answer is a letter; options in the order of their letters) or "yes-no"."""

    text: str
    answer: str
    kind: str
    evidence: tuple[float, float]
    accepted: tuple[str, ...]
    held_out: bool
    form: str = "open"
    options: tuple[str, ...] = ()


def questions(
    timeline: Timeline,
    rng: random.Random,
    kinds: Sequence[str] = KINDS,
    each: int = 1,
    phrasing: str = "training",
    num_frames: int = 16,
) -> list[Question]:
    """`each` questions of every kind that the timeline can be asked (a kind it cannot be asked is left out).

    phrasing: "training", "key-last" (of the training ones those that end in their key), "held-out" or "any".
    num_frames: how many frames "frames a to b" counts; frame i of n shows
    the middle of the i-th of n equal parts of the clip, counted from 1.
    """
    makers = {
        "at": _at, "after": _after, "before": _before, "order": _order, "when": _when,
        "count": _count, "frames": _frames, "summary": _summary, "unanswerable": _unanswerable,
    }  # fmt: skip
    asked = []
    for kind in kinds:
        for _ in range(each):
            made = makers[kind](timeline, rng, _Phrasing(phrasing, rng), num_frames)
            if made is not None:
                asked.append(made)
    return asked


def summary_text(events: Sequence[Event]) -> str:
    """Events told with whole seconds: "the red car turns right from second 3 to 6. the white dog …".

    The event before its time, so that a decoder that has read so far knows whose the seconds are.
    """
    if not events:
        return f"{NOTHING}."
    return " ".join(f"{e.text} from second {round(e.start)} to {round(e.end)}." for e in events)


def told_together(events: Sequence[Event], joint: str) -> str:
    return f" {joint} ".join(e.text for e in events) if events else NOTHING


def read_together(text: str) -> list[tuple[str, str]]:
    """The (subject, action) pairs that a text made by `told_together` with "and" tells; parts in other words are left
    out."""
    parts = (part.strip(" .").removeprefix("the ") for part in text.split(" and "))
    return [_everything()[part] for part in parts if part in _everything()]


@cache
def _everything() -> dict[str, tuple[str, str]]:
    """All that can happen in clipworld, by how it is told."""
    pairs = [
        (subject(kind, colour), action.present)
        for action in ACTIONS
        for kind in action.kinds
        for colour in ((None,) if kind == "light" else COLOURS)
    ]
    return {f"{name} {does}": (name, does) for name, does in pairs}


@dataclass(frozen=True)
class _Phrasing:
    which: str
    rng: random.Random

    def pick(self, templates: Sequence[str]) -> tuple[str, bool]:
        """(template, whether it is held out). The last of the templates is the held-out one."""
        if self.which == "held-out":
            return templates[-1], True
        if self.which == "key-last" and (short := [t for t in templates[:-1] if t.endswith(":") and len(t) < 60]):
            return self.rng.choice(short), False
        if self.which == "any":
            i = self.rng.randrange(len(templates))
        else:
            i = self.rng.randrange(len(templates) - 1)
        return templates[i], i == len(templates) - 1


def event_forms(prefix: str, event: Event, name: str | None = None) -> dict[str, str]:
    """What a phrasing's fields of one event hold: "a_s", "a_past", …; name: in place of the event's subject."""
    action = action_of(event.action)
    kind = event.subject.split(" in ")[0].split()[-1]
    return {
        f"{prefix}_s": name or event.subject, f"{prefix}_kind": kind, f"{prefix}_present": action.present,
        f"{prefix}_past": action.past, f"{prefix}_gerund": action.gerund, f"{prefix}_base": action.base,
    }  # fmt: skip


def _name(timeline: Timeline, event: Event, rng: random.Random) -> str:
    """The subject, now and then without its colour where that is clear ("the car" of the only car that turns right)."""
    kind = event.subject.split(" in ")[0].split()[-1]
    twins = [e for e in timeline if e.action == event.action and e.subject.split(" in ")[0].split()[-1] == kind]
    return kind if len(twins) == 1 and rng.random() < 0.25 else event.subject


def _once(timeline: Timeline) -> list[Event]:
    """Events that happen exactly once, so that "after the red car stopped" has one reading."""
    told = Counter(e.text for e in timeline)
    return [e for e in timeline if told[e.text] == 1]


def _make(text: str, answer: str, kind: str, evidence: tuple[float, float], held_out: bool, *also: str) -> Question:
    return Question(text, answer, kind, evidence, (answer, *also), held_out)


def _second(rng: random.Random, event: Event) -> int | None:
    """A whole second well inside the event (0.4 s from its ends), or None."""
    inside = [s for s in range(int(event.start), int(event.end) + 1) if event.start + 0.4 <= s <= event.end - 0.4]
    return rng.choice(inside) if inside else None


def _at(timeline: Timeline, rng: random.Random, phrasing: _Phrasing, num_frames: int) -> Question | None:
    whole = [s for s in range(1, max(2, int(timeline.duration))) if s < timeline.duration] or [0]
    idle = [s for s in whole if not any(e.overlaps(s - 0.9, s + 0.9) for e in timeline)]
    event = rng.choice(timeline.events) if len(timeline) else None
    if idle and (event is None or rng.random() < 0.12):
        t: int | None = rng.choice(idle)
    else:
        t = _second(rng, event) if event else None
    if t is None:
        return None
    there = timeline.at(t)
    template, held_out = phrasing.pick(say.AT)
    text = template.format(t=t, clock=f"{t // 60}:{t % 60:02d}")
    evidence = (min((e.start for e in there), default=t - 0.9), max((e.end for e in there), default=t + 0.9))
    also = [told_together(there[::-1], "and"), *(e.text for e in there)] if len(there) > 1 else []
    return _make(text, told_together(there, "and"), "at", evidence, held_out, *also)


def _neighbour(
    timeline: Timeline, rng: random.Random, phrasing: _Phrasing, kind: str, templates: Sequence[str]
) -> Question | None:
    event = rng.choice(once) if (once := _once(timeline)) else None
    if event is None:
        return None
    other = timeline.after(event) if kind == "after" else timeline.before(event)
    if other is not None and other.overlaps(event.start, event.end):
        return None  # two at once: "after" has no one answer
    template, held_out = phrasing.pick(templates)
    same = other is not None and other.subject == event.subject
    if kind == "before" and same and phrasing.which in ("training", "any") and rng.random() < 0.3:
        template, held_out = say.BEFORE_SAME_SUBJECT, False
    t = _second(rng, event)
    if "{t}" in template and (t is None or len(timeline.at(t)) != 1):
        template = templates[0]
    text = template.format(t=t, **event_forms("a", event, _name(timeline, event, rng)))
    start = min(event.start, other.start if other else (event.end if kind == "after" else 0.0))
    end = max(event.end, other.end if other else (timeline.duration if kind == "after" else 0.0))
    return _make(text, other.text if other else NOTHING, kind, (start, end), held_out)


def _after(timeline: Timeline, rng: random.Random, phrasing: _Phrasing, num_frames: int) -> Question | None:
    return _neighbour(timeline, rng, phrasing, "after", say.AFTER)


def _before(timeline: Timeline, rng: random.Random, phrasing: _Phrasing, num_frames: int) -> Question | None:
    return _neighbour(timeline, rng, phrasing, "before", say.BEFORE)


def _order(timeline: Timeline, rng: random.Random, phrasing: _Phrasing, num_frames: int) -> Question | None:
    once = _once(timeline)
    if len(once) < 2:
        return None
    a, b = rng.sample(once, 2)
    if abs(a.start - b.start) < 0.5:
        return None
    first = min(a, b, key=lambda e: e.start)
    relation = phrasing.which in ("training", "any") and rng.random() < 0.25
    template, held_out = (rng.choice(say.ORDER_RELATION), False) if relation else phrasing.pick(say.ORDER_FIRST)
    text = template.format(**event_forms("a", a), **event_forms("b", b))
    answer = ("before" if first is a else "after") if relation else first.text
    return _make(text, answer, "order", (first.start, max(a.end, b.end)), held_out)


def _when(timeline: Timeline, rng: random.Random, phrasing: _Phrasing, num_frames: int) -> Question | None:
    if not (once := _once(timeline)):
        return None
    event = rng.choice(once)
    template, held_out = phrasing.pick(say.WHEN)
    text = template.format(**event_forms("a", event, _name(timeline, event, rng)))
    answer = f"from second {round(event.start)} to {round(event.end)}"
    return _make(text, answer, "when", (event.start, event.end), held_out)


def _count(timeline: Timeline, rng: random.Random, phrasing: _Phrasing, num_frames: int) -> Question | None:
    whole = (0.0, timeline.duration)
    if not len(timeline) or phrasing.which in ("held-out", "any") or rng.random() < 0.5:
        template, held_out = phrasing.pick(say.COUNT_EVENTS)
        return _make(template, str(len(timeline)), "count", whole, held_out)
    event = rng.choice(timeline.events)
    times = sum(e.text == event.text for e in timeline)
    return _make(
        phrasing.pick((*say.COUNT_TIMES, ""))[0].format(**event_forms("a", event)), str(times), "count", whole, False
    )


def _frames(timeline: Timeline, rng: random.Random, phrasing: _Phrasing, num_frames: int) -> Question | None:
    if num_frames < 2:
        return None
    template, held_out = phrasing.pick(say.FRAMES)
    if template == say.STRUCTURED and rng.random() < 0.5:  # long: asked less often than the others
        template, held_out = phrasing.pick(say.FRAMES)
    half = num_frames // 2
    f, g = sorted(rng.sample(range(1, num_frames + 1), 2))
    if template == say.STRUCTURED:
        f, g = half + 1, num_frames
    elif g - f > 5:
        g = f + rng.randint(1, 5)
    moments = [(i - 0.5) * timeline.duration / num_frames for i in range(f, g + 1)]
    seen = [e for e in timeline if any(e.start <= t < e.end for t in moments)]
    # An event that only grazes the frames at either end may be told or left out.
    sure = [e for e in seen if any(e.start + 0.3 <= t < e.end - 0.3 for t in moments)]
    text = template.format(f=f, g=g, h=half, h1=half + 1, n=num_frames)
    answer = told_together(seen, "then")
    return _make(text, answer, "frames", (moments[0], moments[-1]), held_out, told_together(sure, "then"))


def _summary(timeline: Timeline, rng: random.Random, phrasing: _Phrasing, num_frames: int) -> Question | None:
    template, held_out = phrasing.pick(say.SUMMARY)
    return _make(template, summary_text(timeline.events), "summary", (0.0, timeline.duration), held_out)


def _unanswerable(timeline: Timeline, rng: random.Random, phrasing: _Phrasing, num_frames: int) -> Question | None:
    whole = (0.0, timeline.duration)
    if rng.random() < 0.3:
        template, held_out = phrasing.pick(say.PAST_THE_END)
        t = int(timeline.duration) + rng.randint(2, 30)
        return _make(template.format(t=t), UNSEEN, "unanswerable", whole, held_out)
    absent = _absent(timeline, rng)
    template, held_out = phrasing.pick(say.ABSENT)
    return _make(template.format(**event_forms("a", absent)), UNSEEN, "unanswerable", whole, held_out)


def _absent(timeline: Timeline, rng: random.Random) -> Event:
    """An event that does not happen, near to one that does: another colour, or another action of the same subject."""
    there = {(e.subject, e.action) for e in timeline}
    subjects = sorted({name for name, _ in there if _known(name)})
    candidates = []
    if subjects and rng.random() < 0.5:
        kind, colour = kind_and_colour(rng.choice(subjects))
        candidates = [(subject(kind, colour), a.present) for a in ACTIONS if kind in a.kinds]
    elif there and rng.random() < 0.6:
        name, action = rng.choice(sorted(there))
        if _known(name) and (kind := kind_and_colour(name)[0]) != "light":
            candidates = [(subject(kind, c), action) for c in COLOURS]
    absent = [c for c in candidates if c not in there]
    if not absent:
        subjects = [subject(k, c) for k in KINDS_OF_SUBJECT for c in ((None,) if k == "light" else COLOURS)]
        pairs = [(s, a.present) for s in subjects for a in ACTIONS if kind_and_colour(s)[0] in a.kinds]
        absent = [c for c in pairs if c not in there]
    return Event(0.0, 1.0, *rng.choice(absent))


def _known(name: str) -> bool:
    try:
        kind_and_colour(name)
    except ValueError:
        return False
    return True
