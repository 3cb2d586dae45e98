"""How good a summary is: which events it tells, in which order, when, what it makes up, and at what length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from course_lib.temporal.case import LONGEST_READ
from course_lib.temporal.mentions import Mention, mentions
from course_lib.temporal.metrics import match, same_time
from course_lib.temporal.naming import Lexicon, lexicon
from course_lib.temporal.plain import plain
from course_lib.temporal.told import MARK_SECONDS, spoken, told_events
from course_lib.timeline import Event, Timeline

WEIGHTS = {"events told": 0.25, "pairs in order": 0.35, "at their times": 0.4}
FACTORS = ("nothing invented or told twice", "length")
WORDS = (15, 150)  # of a summary of 30 seconds; in proportion for a clip of another length
PER_CLIP = 30.0


@dataclass(frozen=True)
class Claim:
    """An event that a summary tells. event: its start and end as told (0 to 1 where no time is told). timed: whether
    one is. place: where it stands in the text."""

    event: Event
    timed: bool
    place: int


@dataclass(frozen=True)
class Score:
    """criteria: name -> share, 0 to 1. total: (recall, order and times, weighted) times what is invented times length.

    claims: what was read. told: (claim, true event) for each true event that is told. invented: claims of what does not
    happen, or not then; repeated: claims of a true event that was told already. words: how many.
    """

    criteria: dict[str, float]
    total: float
    claims: tuple[Claim, ...]
    told: tuple[tuple[Claim, Event], ...]
    on_time: int
    swapped: tuple[tuple[Event, Event], ...]
    invented: tuple[Claim, ...]
    repeated: tuple[Claim, ...]
    missed: tuple[Event, ...]
    words: int


def score(text: str, timeline: Timeline) -> Score:
    """Score a summary against what really happens. No model is asked: the words decide, as in `temporal.judge`."""
    claims = read(text, timeline)
    told, on_time, left = _paired(claims, timeline.events)
    repeated = tuple(c for c in left if _again(c, timeline.events))
    invented = tuple(c for c in left if c not in repeated)
    right, swapped, pairs = _order(told, timeline.events)
    words = len(text.split())
    n = len(timeline)
    recall = len(told) / n if n else float(not claims)
    criteria = {
        "events told": recall,
        "pairs in order": max(0, right - len(swapped)) / pairs if pairs else recall,
        "at their times": on_time / n if n else recall,
        FACTORS[0]: (len(claims) - len(left)) / len(claims) if claims else 0.0,
        FACTORS[1]: _length(words, timeline.duration),
    }
    total = sum(weight * criteria[name] for name, weight in WEIGHTS.items())
    for name in FACTORS:
        total *= criteria[name]
    missed = tuple(e for e in timeline if all(e is not true for _, true in told))
    return Score(criteria, total, claims, told, on_time, swapped, invented, repeated, missed, words)


def read(text: str, timeline: Timeline) -> tuple[Claim, ...]:
    """Every event that a text tells, in the order of the text: once for each time that it is told."""
    body = text[:LONGEST_READ]
    words = lexicon(timeline)
    claims = [
        Claim(_event(m, words, timeline), m.when is not None, m.place[0])
        for m in mentions(plain(body), words, timeline.duration)
        if not m.denied and m.relation in (None, "when")
    ]
    # Timed sentences in words of nobody's vocabulary: what happens in them does not happen in the clip.
    others = [e for e in told_events(body, timeline.duration, timeline) if e.action not in words.actions]
    return (*claims, *(Claim(e, True, len(body)) for e in others))


def _event(m: Mention, words: Lexicon, timeline: Timeline) -> Event:
    meant = {(e.subject, e.action) for e in m.means(words, timeline.events)}
    subject, action = meant.pop() if len(meant) == 1 else (spoken(m.name), m.action)
    start, end = (m.when.start, m.when.end) if m.when else (0.0, 0.0)
    return Event(start, end if end > start else start + MARK_SECONDS, subject, action)


def _paired(
    claims: Sequence[Claim], true: Sequence[Event]
) -> tuple[tuple[tuple[Claim, Event], ...], int, tuple[Claim, ...]]:
    """Claims and true events, each at most once: those with times first, then those without in the text's order."""
    timed = [c for c in claims if c.timed]
    found = match([c.event for c in timed], true)
    by_event = {id(c.event): c for c in timed}
    told = [(by_event[id(t)], e) for t, e in (*found.pairs, *found.moved)]
    words, open_ = lexicon(true), list(found.missed)
    for claim in claims:
        if claim.timed:
            continue
        name = None if claim.event.subject == "something" else words.name(claim.event.subject)
        if fits := words.resolve(name, claim.event.action, open_):
            told.append((claim, fits[0]))
            open_ = [e for e in open_ if e is not fits[0]]
    used = {id(c) for c, _ in told}
    return tuple(told), len(found.pairs), tuple(c for c in claims if id(c) not in used)


def _again(claim: Claim, true: Sequence[Event]) -> bool:
    """Whether a claim is of a true event (at its time, if it says one), though that was told already."""
    words = lexicon(true)
    name = None if claim.event.subject == "something" else words.name(claim.event.subject)
    fits = words.resolve(name, claim.event.action, true)
    return any(
        not claim.timed or e.overlaps(claim.event.start, claim.event.end) or same_time(claim.event, e) for e in fits
    )


def _order(
    told: Sequence[tuple[Claim, Event]], true: Sequence[Event]
) -> tuple[int, tuple[tuple[Event, Event], ...], int]:
    """Pairs told in their order, pairs told the wrong way round, and all true pairs. The told times say the order;
    without them the text's own."""
    by_event = {id(e): c for c, e in told}
    right, swapped, pairs = 0, [], 0
    for i, a in enumerate(true):
        for b in true[i + 1 :]:
            if a.start == b.start:
                continue
            pairs += 1
            if id(a) in by_event and id(b) in by_event:
                one, other = by_event[id(a)], by_event[id(b)]
                both = one.timed and other.timed
                first, second = (one.event.start, other.event.start) if both else (one.place, other.place)
                right += first < second
                if first > second:
                    swapped.append((a, b))
    return right, tuple(swapped), pairs


def _length(words: int, duration: float) -> float:
    """1 within the bounds; below in proportion; above falling to 0 at twice the upper one."""
    low, high = (bound * duration / PER_CLIP for bound in WORDS)
    return max(0.0, min(1.0, words / low, 2 - words / high))
