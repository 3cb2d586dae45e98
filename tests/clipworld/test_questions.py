"""Questions made from a timeline: their answers are true, their phrasings many, one of each held out."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict

import pytest

from course_lib.clipworld import make_scene, make_story, phrasings
from course_lib.clipworld.questions import KINDS, NOTHING, UNSEEN, Question, questions, read_together, told_together
from course_lib.timeline import Event, Timeline

STREET = Timeline(
    (
        Event(2, 5.5, "red car", "turns right"),
        Event(7, 9.5, "light", "turns red"),
        Event(10.2, 13, "red car", "stops"),
        Event(20, 24, "white bird", "flies"),
    ),
    30,
)


def ask(kind: str, timeline: Timeline = STREET, phrasing: str = "any", times: int = 200) -> list[Question]:
    rng = random.Random(0)
    return [q for _ in range(times) for q in questions(timeline, rng, kinds=[kind], phrasing=phrasing)]


TEMPLATES = {
    "at": phrasings.AT,
    "after": phrasings.AFTER,
    "before": phrasings.BEFORE,
    "order": phrasings.ORDER_FIRST,
    "when": phrasings.WHEN,
    "count": phrasings.COUNT_TIMES + phrasings.COUNT_EVENTS,
    "frames": phrasings.FRAMES,
    "summary": phrasings.SUMMARY,
    "unanswerable": phrasings.ABSENT,
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_six_phrasings_and_one_is_never_in_training(kind: str) -> None:
    assert len(set(TEMPLATES[kind])) == len(TEMPLATES[kind]) >= 6
    stories = [make_story(seed).timeline for seed in range(30)]
    texts: dict[bool, set[str]] = defaultdict(set)
    for phrasing in ("training", "any", "held-out"):
        for i, story in enumerate(stories * 3):
            for q in questions(story, random.Random(i), kinds=[kind], phrasing=phrasing):
                assert phrasing != "training" or not q.held_out
                assert phrasing != "held-out" or q.held_out
                texts[q.held_out].add(q.text)
    assert texts[True] and not texts[True] & texts[False]


def test_at_names_what_goes_on_well_inside_an_event() -> None:
    seen = Counter()
    for q in ask("at"):
        there = STREET.at(int(re.findall(r"\d+", q.text)[-1]))
        assert q.answer == (there[0].text if there else NOTHING)
        seen[q.answer] += 1
    assert len(seen) == 5


def test_after_and_before_name_the_neighbour_and_the_ends_have_none() -> None:
    order = [e.text for e in STREET]
    for kind, step in (("after", 1), ("before", -1)):
        answers = Counter(q.answer for q in ask(kind))
        expected = {order[i + step] if 0 <= i + step < 4 else NOTHING for i in range(4)}
        assert set(answers) == expected


def test_what_happened_after_the_car_turned_right_is_asked_word_for_word() -> None:
    assert any(q.text == "What happened after the car turned right?" for q in ask("after", times=600))
    texts = [q.text for q in ask("after", times=600)]
    assert any(t.startswith("What action occurs at the 4-second mark? What happens immediately after?") for t in texts)


def test_the_well_known_prompts_stand_word_for_word() -> None:
    assert phrasings.AT[0].format(t=5) == "What action occurs at the 5-second mark?"
    assert phrasings.AFTER[1].endswith("What happens immediately after?")
    assert phrasings.UNCERTAIN == "If you are uncertain, say so rather than guessing."
    person = phrasings.BEFORE_SAME_SUBJECT.format(a_s="person", a_past="waved", a_kind="person")
    assert person.endswith("What action was the person doing before that?")
    assert phrasings.STRUCTURED.format(h=8, h1=9, n=16) == (
        "The video contains events in sequence. Answer using ONLY information visible in the video. "
        "- Frame 1-8 shows: … - Frame 9-16 shows: … "
        "Question: What happens after Frame 8? Answer from Frames 9-16 only:"
    )


def test_the_structured_prompt_is_answered_from_its_second_half() -> None:
    structured = [q for q in ask("frames", times=600) if q.text.startswith("The video contains")]
    assert structured and {q.answer for q in structured} == {"the white bird flies"}


def test_before_that_is_asked_only_where_it_has_one_reading() -> None:
    walk = Timeline(
        (Event(1, 4, "person in red", "waves"), Event(6, 9, "person in red", "walks"), Event(12, 15, "ball", "rolls")),
        20,
    )
    asked = [q for q in ask("before", walk, "training", 400) if "before that?" in q.text and "doing" in q.text]
    assert asked and {q.answer for q in asked} == {"the person in red waves"}


def test_order_is_balanced_between_first_named_and_second_named() -> None:
    firsts = Counter()
    for q in ask("order", phrasing="held-out", times=400):
        firsts[q.text.index(q.answer.split(" ")[1]) < len(q.text) // 2] += 1
    assert 0.35 < firsts[True] / sum(firsts.values()) < 0.65


def test_when_gives_whole_seconds_and_the_exact_interval_as_evidence() -> None:
    asked = {q.evidence: q.answer for q in ask("when")}
    assert asked[(10.2, 13)] == "from second 10 to 13"


def test_count_counts_events_and_repeats() -> None:
    again = Timeline((*STREET.events, Event(26, 28, "red car", "stops")), 30)
    answers = {q.text: q.answer for q in ask("count", again, "training", 400)}
    assert answers["How many events happen in the video?"] == "5"
    assert answers["How many times does the red car stop?"] == "2"


def test_a_repeated_event_is_never_what_before_after_order_and_when_are_asked_of() -> None:
    again = Timeline((*STREET.events, Event(26, 28, "red car", "stops")), 30)
    asked = [q for kind in ("after", "before", "order", "when") for q in ask(kind, again)]
    assert asked and not any("red car stop" in q.text for q in asked)


def test_the_unanswerable_is_about_what_is_not_there_or_past_the_end() -> None:
    for q in ask("unanswerable"):
        assert q.answer == UNSEEN
        assert not any(e.text.removeprefix("the ") in q.text for e in STREET)


def test_an_empty_timeline_is_still_asked_what_can_be_asked() -> None:
    empty = Timeline((), 30)
    asked = questions(empty, random.Random(0), phrasing="any")
    assert {q.kind for q in asked} == {"at", "count", "frames", "summary", "unanswerable"}
    answers = {q.kind: q.answer for q in asked}
    assert answers["at"] == answers["frames"] == NOTHING and answers["count"] == "0"


def test_words_of_a_learner_s_own_timeline_are_asked_in_the_present_tense() -> None:
    own = Timeline((Event(1, 4, "digger", "digs a hole"), Event(6, 9, "light blue car", "drives up")), 12)
    texts = [q.text for kind in KINDS for q in ask(kind, own, "training", 40)]
    assert any("the digger digs a hole" in t for t in texts) and any("light blue car drove up" in t for t in texts)


def test_two_at_once_are_both_right() -> None:
    both = Timeline((Event(2, 8, "red car", "stops"), Event(3, 7, "white bird", "flies")), 10)
    (q,) = {q.answer: q for q in ask("at", both) if q.answer.count("the ") == 2}.values()
    assert q.answer == "the red car stops and the white bird flies"
    assert set(q.accepted) >= {"the red car stops", "the white bird flies"}


def test_the_same_random_state_asks_the_same() -> None:
    assert questions(STREET, random.Random(7)) == questions(STREET, random.Random(7))


def test_a_scene_asks_about_itself() -> None:
    scene = make_scene(3)
    asked = scene.questions(random.Random(1))
    assert {q.kind for q in asked} <= set(KINDS) and len(asked) >= 7
    summary = next(q for q in asked if q.kind == "summary")
    assert all(e.text in summary.answer for e in scene.timeline)


def test_an_event_in_a_learner_s_own_words_is_asked_for_in_grammatical_forms():
    timeline = Timeline((Event(2.0, 5.0, "blue van", "carries a box"), Event(9.0, 12.0, "man", "stops by")), 30.0)
    asked = {q.text for q in questions(timeline, random.Random(0), ("when", "after"), each=200, phrasing="any")}
    assert "When does the blue van carry a box?" in asked
    assert "What happened after the blue van carried a box?" in asked
    assert "From when to when is the man stopping by?" in asked
    assert not [text for text in asked if "does the blue van carries" in text]


def test_what_is_told_together_is_read_back_and_other_words_are_left_out():
    events = [Event(0, 1, "person in red", "picks up a box"), Event(0, 1, "light", "turns red")]
    assert read_together(told_together(events, "and")) == [(e.subject, e.action) for e in events]
    assert read_together("nothing happens") == read_together("the zebra sings and the car") == []
