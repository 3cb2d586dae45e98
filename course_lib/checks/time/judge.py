"""6.judge: one answer against a timeline, by kind of failure."""

from __future__ import annotations

from functools import partial

from course_lib.checks.check import Mistake, Values
from course_lib.checks.time.draw import Event
from course_lib.checks.time.judge_cases import Question, cases, picture
from course_lib.checks.time.varied import Varied

VERDICTS = ("right", "invented", "shifted", "order", "skipped", "false_abstain", "false_confident")


def judge(question: Question, answer: str | None, timeline: list[Event], tolerance: float) -> str:
    return _judged(question, answer, timeline, tolerance)


def _judged(question: Question, answer: str | None, timeline: list[Event], tolerance: float, slip: str = "") -> str:
    """The verdict; slip: that of somebody who makes this mistake."""
    words = [e["what"] for e in timeline]
    if slip == "before and after swapped" and question["kind"] != "at":
        question = question | {"kind": "before" if question["kind"] == "after" else "after"}
    side: list[str] = []
    other: list[str] = []
    if question["kind"] == "at":
        right = _near(question["second"], timeline, tolerance, slip)
    else:
        right, side, other = _beside(question, timeline, slip)
    if slip == "invented first" and answer is not None and answer not in words:
        return "invented"
    if answer is None and slip in ("right", "false_abstain"):  # whatever was asked
        return slip
    if not right:
        return "right" if answer is None else "false_confident"
    if answer is None:
        return "false_abstain"
    if answer in right:
        return "right"
    if answer not in words:
        return "invented"
    if question["kind"] == "at" or slip == "shifted for all":
        return "shifted"
    if answer == question["what"]:
        return {"pivot is order": "order", "pivot is skipped": "skipped"}.get(slip, "shifted")
    if slip in ("order", "skipped"):  # one word for both sides
        return slip
    if slip == "the other side first" and answer in other:
        return "order"
    return "skipped" if answer in side else "order" if answer in other else "shifted"


def _near(t: float, timeline: list[Event], tolerance: float, slip: str) -> list[str]:
    if slip in ("first", "last"):  # of events with the same words only one is known
        same = {e["what"]: e for e in (timeline[::-1] if slip == "first" else timeline)}
        timeline = list(same.values())
    if slip == "the start alone":
        return [e["what"] for e in timeline if abs(e["start"] - t) <= tolerance]
    wide = 0.0 if slip == "no tolerance" else tolerance
    return [e["what"] for e in timeline if e["start"] - wide <= t <= e["end"] + wide]


def _beside(question: Question, timeline: list[Event], slip: str) -> tuple[list[str], list[str], list[str]]:
    words, after = [e["what"] for e in timeline], question["kind"] == "after"
    if question["what"] not in words:
        return [], [], []
    i = words.index(question["what"])
    side, other = words[i + 1 :], words[:i][::-1]
    right = side[:1] if after else other[:1]
    if slip == "round the end":
        right = [words[(i + 1) % len(words)] if after else words[i - 1]]
    if slip == "from its end":
        pivot = timeline[i]
        later = [e["what"] for e in timeline if e["start"] >= pivot["end"]]
        earlier = [e["what"] for e in timeline if e["end"] <= pivot["start"]]
        right = later[:1] if after else earlier[-1:]
    return (right, side, other) if after else (right, other, side)


def _mistake(name: str, message: str, *slips: str) -> list[Mistake]:
    return [Mistake(name, message, partial(_judged, slip=slip)) for slip in slips or (name,)]


NOTHING_THERE = (
    "Your function fails where there is no event to name: nothing happens after the last one, and the event asked "
    "about may not be in the timeline at all. Ask first whether there is one; rule 1 says what to return."
)


VALUES = Values(
    cases,
    judge,
    picture=picture,
    mistakes=[
        Mistake(
            "an unknown word",
            f"It says {{yours}}, which is none of the seven verdicts: {', '.join(VERDICTS)}.",
            when=lambda args, yours, expected: isinstance(yours, str) and yours not in VERDICTS,
        ),
        *_mistake(
            "before and after swapped",
            "Before and after have changed places: right after an event comes the next one of the list, right before "
            "it the one above. Here it is {expected}, and yours is {yours}.",
        ),
        *_mistake(
            "no tolerance",
            "The second is taken to the letter. Up to `tolerance` seconds before the start and after the end of an "
            "event it is right as well: people and models round.",
        ),
        *_mistake(
            "the start alone",
            "The second is compared with the start alone. An event goes on until its end: from start - tolerance to "
            "end + tolerance it is right.",
        ),
        *_mistake(
            "invented first",
            "Where there is nothing to tell, every told event is `false_confident`, also one that never happens: the "
            "first rule that is true decides, and you ask for `invented` before it.",
        ),
        *_mistake(
            "refusals are wrong",
            "`None` is right where there is nothing to tell: after the last event, past the end, after something that "
            "never happens. A judge that punishes it there teaches the model to make things up.",
            "false_abstain",
        ),
        *_mistake(
            "refusals are right",
            "`None` is not right everywhere: here the timeline has an answer, and who refuses it is `false_abstain`. "
            "Otherwise a model that always refuses would be the best.",
            "right",
        ),
        *_mistake(
            "one of two",
            "The same words stand in the timeline twice, and you know only one of the two times. Look at every event "
            "that holds the second, not at a dict of words or at `index`.",
            "first",
            "last",
        ),
        Mistake(
            "one of two",
            "The same words stand in the timeline twice, and here the second belongs to the other one of them. Look at "
            "every event, not at the first that has these words.",
            when=lambda args, yours, expected: (
                args[0]["kind"] == "at" and expected == "right" and [e["what"] for e in args[2]].count(args[1]) > 1
            ),
        ),
        *_mistake(
            "skipped called order",
            "It says {yours} of an event on the side that was asked for. Nothing is swapped there: a step between is "
            "left out, `skipped`. `order` is the other side.",
            "order",
        ),
        *_mistake(
            "order called skipped",
            "It says {yours} of an event on the other side of the one asked about. Not a step is left out: before and "
            "after are swapped, `order`.",
            "skipped",
        ),
        *_mistake(
            "shifted for all",
            "After and before ask for no second, so no answer is off by seconds. On the side that was asked for it is "
            "`skipped`, on the other side `order`: two kinds with two cures.",
        ),
        *_mistake(
            "the other side first",
            "These words stand on both sides of the event asked about. It counts for the model that they do happen on "
            "the side asked for: rule 6, `skipped`, comes before rule 7, `order`.",
        ),
        *_mistake(
            "round the end",
            "Before the first event there is none. In Python, `timeline[-1]` is the last one: ask whether i is 0 "
            "before you take i - 1 (and do not begin anew after the last).",
        ),
        *_mistake(
            "from its end",
            "Two events overlap here. Right after an event is the one that starts next, also while the first goes "
            "on; you wait for its end.",
        ),
        *_mistake(
            "the event asked about",
            "The answer names the event that was asked about. That lies on no side: it is `shifted`, and yours says "
            "{yours}. Is it `<=` where `<` belongs?",
            "pivot is order",
            "pivot is skipped",
        ),
        *[
            Mistake("no event there", NOTHING_THERE, raises=kind, looks=looks)
            for kind, looks in (
                ("IndexError", ""),
                ("ValueError", ""),
                ("StopIteration", ""),
                ("TypeError", "NoneType"),  # a search that gave None
                ("KeyError", "the "),  # words that a dict of the timeline does not have
            )
        ],
    ],
)


JUDGE = Varied(
    VALUES,
    Mistake(
        "always the same", "The verdict is the same whatever the question and the answer are. The table says when."
    ),
    lambda verdict: verdict,
)
