"""7.summary: an answer's pipeline watches a fresh clip through a lent model, and its text is scored by the rubric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from course_lib.checks.answer import Answer, Raised
from course_lib.checks.check import Judged, Mistake, Passed, Wrong
from course_lib.checks.outcome import Ticks
from course_lib.checks.summary import clips
from course_lib.checks.summary.rubric import FACTORS, WEIGHTS, WORDS, Score, score
from course_lib.temporal.metrics import TOLERANCE, same_time
from course_lib.timeline import Timeline

# Totals of pocket on 32 clips as the check draws them, mean (standard deviation, lowest): a question for every
# second, as in the solution, 0.99 (0.03, 0.88); for every other one 0.93 (0.08, 0.76); for every fifth 0.76 (0.17,
# 0.36). One question alone 0.28, at most 0.42; the bare answers strung together 0.10. So a pipeline has all points
# with a margin, and neither of the last two has any.
FULL, NONE = 0.75, 0.5
FEW = 3  # questions: not a pipeline yet

MISTAKES = [
    Mistake(
        "not a text",
        "`FUNCTION` has to give back one string; yours gives {yours}.",
    ),
    Mistake(
        "over the budget",
        "{said} Every call counts, also one with the same words as before. One question for each second is enough.",
    ),
    Mistake(
        "a question that cannot be asked",
        "{said} Questions are strings; seconds lie inside the clip, and `None` leaves the choice of frames to the "
        "model.",
    ),
    Mistake(
        "never asked",
        "Your function never called `ask`, so this text is not of this clip. The clip is another one in every check.",
    ),
    Mistake(
        "empty",
        "Your summary is empty. What does `ask` give back, and does it reach your `return`?",
    ),
    Mistake(
        "no events in it",
        'No event can be read in your summary ("{said}"). Tell who does what and when, in the words of the answers:'
        ' "the red car turns right from second 3 to 6."',
    ),
    Mistake(
        "one question",
        "With {asked} the summary has {told} of {true} events. An answer is cut off after 24 words, so no single "
        "one can hold the clip. Ask for one moment after the other, and put the answers together.",
    ),
    Mistake(
        "second for second",
        "You tell the same event again and again ({repeated} times too often). What is seen at seconds 3, 4, 5 and "
        "6 in the same words is one event, from 3 to 6: join what goes on, then tell it once.",
    ),
    Mistake(
        "no times",
        "No times can be read in your summary. You know at which second you asked: an event lasts from the first "
        "second that shows it to the last. A bare number is no time: write `second 3`, `3 s` or `0:03`.",
    ),
    Mistake(
        "a number for a second",
        "Your times are counts, not seconds: multiplied by {factor} they fit. Answer i of {n} questions is not "
        "second i; keep the second that you asked for beside its answer.",
    ),
    Mistake(
        "times that are off",
        "{told} of {true} events are told, {on_time} of them at their times (a start within 1.5 s, or half in common "
        'with the true stretch). "{event}" is told {off} s too {side}. Ask more densely, or look at which second of '
        "your loop you tell.",
    ),
    Mistake(
        "the order",
        'Told the wrong way round: "{second}" before "{first}" ({swapped} such pairs). Sort the events by the '
        "second at which they begin.",
    ),
    Mistake(
        "events left out",
        '{missed} of {true} events are not in it, "{event}" for one. Between two looks too far apart an event is '
        "over; events take about 3 s, with pauses of about a second. What is at once with another is told with "
        '"and".',
    ),
    Mistake(
        "invented",
        '{invented} of {claims} things that you tell do not happen, or not then, such as "{event}". A model slips '
        "now and then at a single second: trust what it says of at least two seconds on end.",
    ),
    Mistake(
        "too long",
        '{words} words are not a summary of 30 seconds: it has 15 to 150. Drop what says nothing ("nothing '
        'happens", "cannot be seen", the questions).',
    ),
]


def judge_summary(answer: Answer, rng: Random, wrong: Callable[..., Wrong]) -> Passed:
    """Draw a clip, let the answer watch it, score what it tells."""
    drawn = clips.draw(rng)
    try:
        ask = clips.Lent(clips.bare(clips.chosen_model()), drawn.path, clips.SECONDS)
        try:
            text = answer(ask, clips.SECONDS)
        except Raised as problem:
            if problem.kind != "Stopped":
                raise
            spent = len(ask.questions) >= ask.budget
            name = "over the budget" if spent else "a question that cannot be asked"
            raise wrong(name, said=problem.message) from problem
    finally:
        drawn.folder.cleanup()
    if not isinstance(text, str):
        raise wrong("not a text", yours=text)
    if not ask.questions:
        raise wrong("never asked")
    if not text.strip():
        raise wrong("empty")
    found = score(text, drawn.timeline)
    asked = f"{len(ask.questions)} question{'s' * (len(ask.questions) != 1)}"
    if found.total >= FULL:
        return Passed(
            f"{found.total:.2f} of 1 with {asked} (all points from {FULL} on). Your summary:\n{text.strip()}",
            _picture(found, drawn.timeline), found.criteria,
        )  # fmt: skip
    share = max(0.0, (found.total - NONE) / (FULL - NONE))
    name, facts = _cause(found, text, drawn.timeline, len(ask.questions))
    raise wrong(
        name, **facts, asked=asked, share=share, criteria={**found.criteria, f"in all ({FULL} is full)": found.total},
        picture=_picture(found, drawn.timeline), yours=text.strip()[:600],
    )  # fmt: skip


def _cause(found: Score, text: str, timeline: Timeline, asked: int) -> tuple[str, dict[str, Any]]:
    """The mistake that costs most, with the facts of its message."""
    n, claims = len(timeline), len(found.claims)
    facts: dict[str, Any] = {"true": n, "told": len(found.told), "claims": claims, "words": found.words}
    if found.words > WORDS[1] and not found.repeated:
        return "too long", facts
    if not claims:
        return "no events in it", {"said": text.strip()[:60].rstrip()}
    if asked <= FEW:
        return "one question", facts
    if len(found.repeated) > len(found.invented) and len(found.repeated) >= n / 2:
        return "second for second", facts | {"repeated": len(found.repeated)}
    if len(found.swapped) > len(found.told) * (len(found.told) - 1) / 4:  # of their pairs more than half
        return _told_of("the order", found, facts)
    if not any(c.timed for c in found.claims):
        return "no times", facts
    if factor := _stretched(found, timeline, asked):
        return "a number for a second", facts | {"factor": f"{factor:.3g}", "n": asked}
    gains = {
        "events left out": (WEIGHTS["events told"] + WEIGHTS["at their times"]) * len(found.missed) / n
        + WEIGHTS["pairs in order"] * (1 - len(found.told) * (len(found.told) - 1) / (n * (n - 1))),
        "the order": WEIGHTS["pairs in order"] * (len(found.swapped) > 0) * (1 - found.criteria["pairs in order"]),
        "times that are off": WEIGHTS["at their times"] * (len(found.told) - found.on_time) / n,
        "invented": 1 - found.criteria[FACTORS[0]],
    }
    return _told_of(max(gains, key=lambda name: gains[name]), found, facts)


def _told_of(name: str, found: Score, facts: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if name == "events left out":
        return name, facts | {"missed": len(found.missed), "event": found.missed[0].text if found.missed else ""}
    if name == "the order":
        first, second = found.swapped[0]
        return name, facts | {"first": first.text, "second": second.text, "swapped": len(found.swapped)}
    if name == "invented":
        wrong = (*found.invented, *found.repeated)
        return name, facts | {"invented": len(wrong), "event": wrong[0].event.text}
    claim, true = max(found.told, key=lambda pair: abs(pair[0].event.start - pair[1].start))
    off = claim.event.start - true.start
    return name, facts | {"on_time": found.on_time, "event": true.text, "off": f"{abs(off):.1f}",
                          "side": "late" if off > 0 else "early"}  # fmt: skip


def _stretched(found: Score, timeline: Timeline, asked: int) -> float | None:
    """The seconds between two questions, where the told times are numbers of questions and become right by it."""
    factor = timeline.duration / asked
    timed = [(c.event, true) for c, true in found.told if c.timed]
    if 0.9 < factor < 1.1 or not timed:
        return None
    longer = [replace(t, start=t.start * factor, end=t.end * factor) for t, _ in timed]
    right = sum(same_time(t, true, max(TOLERANCE, factor)) for t, (_, true) in zip(longer, timed, strict=True))
    return factor if right >= found.on_time + 2 and right > 0.6 * len(timed) else None


def _picture(found: Score, timeline: Timeline) -> Ticks:
    """True events, and the seconds at which what is told begins."""
    right = [c for c, true in found.told if c.timed and same_time(c.event, true)]
    off = [c for c in found.claims if c.timed and not any(c is r for r in right)]
    inside = [[c.event.start for c in claims if c.event.start <= timeline.duration] for claims in (off, right)]
    return Ticks(
        {"not then": inside[0], "told": inside[1]}, timeline.duration,
        tuple((e.start, e.end, e.action) for e in timeline),
    )  # fmt: skip


SUMMARY = Judged(judge_summary, MISTAKES)
