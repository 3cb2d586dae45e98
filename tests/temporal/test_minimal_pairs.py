import random
from collections import Counter

import numpy as np
import pytest

from course_lib.clipworld import SceneError, make_scene, write_video
from course_lib.clipworld.controls import BACKWARDS
from course_lib.temporal.asker import Answered, Cost
from course_lib.temporal.footage import of_clip, of_file, of_scene
from course_lib.temporal.judge import judge
from course_lib.temporal.mentions import mentions
from course_lib.temporal.metrics import wilson
from course_lib.temporal.minimal_pairs import CHANCE, KINDS, PairScore, minimal_pairs, pairs_of, score_pairs
from course_lib.temporal.naming import lexicon
from course_lib.temporal.plain import plain
from course_lib.temporal.time_map import backwards, shown, slowed, swapped
from course_lib.timeline import Event, Timeline

from .conftest import grey_clip

SHOP = Timeline(
    (
        Event(1, 4, "cyclist", "rides past the shop"),
        Event(6, 9, "man in a black hat", "opens the door"),
        Event(12, 15, "grey cat", "crosses the street"),
        Event(20, 24, "cyclist", "waves"),
    ),
    30.0,
)


class Fake:
    """Answers from what it is given to know: (footage, question) -> words."""

    name, model, cost = "fake", None, Cost()

    def __init__(self, answer):
        self.answer = answer
        self.calls = 0

    def __call__(self, footage, questions, look=None):
        self.calls += 1
        return [Answered(self.answer(footage, q)) for q in questions]


def oracle(pairs, say=lambda side: side.answer):
    known = {(id(s.footage), s.question.text): s for p in pairs for s in (p.first, p.second)}
    return Fake(lambda footage, q: say(known[id(footage), q]))


def options(question):
    """The two answers that a question names, in its own order."""
    if "(A)" in question:
        return "A", "B"
    if question.startswith("Does"):
        subject, verbs = question.removeprefix("Does ").removesuffix("?").split(" drive ", 1)
        return tuple(f"{subject} drives {v.removeprefix('drive ')}" for v in verbs.split(" or "))
    first, second = question.removeprefix("Which happens first: ").removesuffix("?").split(" or ")
    return first, second


@pytest.fixture(scope="module")
def pairs():
    return [p for seed in range(70) for p in minimal_pairs(seed, each=2)]


def test_every_kind_is_made_and_the_two_right_answers_differ(pairs):
    counts = Counter(p.kind for p in pairs)
    assert set(counts) == set(KINDS) and min(counts.values()) >= 30 and len(pairs) >= 300
    for p in pairs:
        assert p.first.question.text == p.second.question.text == p.question
        assert p.first.answer != p.second.answer
        assert set(options(p.question)) == {p.first.answer, p.second.answer}


def test_the_right_answer_of_one_clip_is_wrong_of_the_other(pairs):
    for p in pairs:
        for side, other in ((p.first, p.second), (p.second, p.first)):
            assert judge(side.question, side.answer, side.timeline).ok
            verdict = judge(side.question, other.answer, side.timeline)
            assert verdict.kind == {"order": "order", "speed": "shifted"}.get(p.kind, verdict.kind) and not verdict.ok


def test_a_model_that_knows_has_every_pair(pairs):
    assert score_pairs(oracle(pairs), pairs).share == 1.0
    wordy = score_pairs(oracle(pairs, lambda s: f"I believe the answer is: {s.question.accepted[-1]}."), pairs)
    assert wordy.share == 1.0


@pytest.mark.parametrize(
    "answer",
    [
        lambda f, q: options(q)[0],
        lambda f, q: options(q)[1],
        lambda f, q: max(options(q), key=len),
        lambda f, q: random.Random(q).choice(options(q)),
    ],
)
def test_whoever_answers_by_the_question_alone_has_half_the_questions_and_no_pair(pairs, answer):
    score = score_pairs(Fake(answer), pairs)
    assert score.both == 0 and score.single == 0.5


def test_guessing_has_a_quarter_of_the_pairs(pairs):
    rng = random.Random(0)
    score = score_pairs(Fake(lambda f, q: rng.choice(options(q))), pairs)
    low, high = wilson(score.both, len(pairs), z=3.0)
    assert low <= CHANCE <= high and score.single_interval[0] <= 0.5 <= score.single_interval[1]


@pytest.mark.parametrize("said", ["", "that cannot be seen in the video", "yes", "A or B", "both at the same time"])
def test_saying_nothing_of_use_has_no_pair(pairs, said):
    score = score_pairs(Fake(lambda f, q: said), pairs)
    assert score.both == 0 and score.single == 0.0


def test_what_is_named_first_is_as_often_the_first_clips_answer_as_the_seconds(pairs):
    named = sum(options(p.question)[0] == p.first.answer for p in pairs)
    low, high = wilson(named, len(pairs), z=3.0)
    assert low <= 0.5 <= high


def test_both_clips_show_the_same_pictures():
    scene = make_scene(3, 20.0)
    footage, timeline = of_scene(scene), scene.timeline
    cut = (timeline.events[0].end + timeline.events[1].start) / 2
    at = [0.5, 3.0, 7.25, 19.0]
    for world in (swapped(timeline, cut), backwards(timeline), slowed(timeline, timeline.events[1])):
        clip = shown(footage, world).look(at, 32)
        assert np.array_equal(clip.frames, scene.render([world.source(t) for t in at], 32))
        assert clip.seconds.tolist() == at and clip.duration == world.timeline.duration


def test_every_event_of_a_changed_clip_shows_what_it_showed_before():
    """At the middle of each event of the new timeline stands the middle of the old event."""
    timeline = make_scene(11, 30.0).timeline
    events = timeline.events
    for world in (swapped(timeline, (events[2].end + events[3].start) / 2), slowed(timeline, events[1])):
        assert len(world.timeline) == len(timeline)
        for e in events:
            (new,) = (n for n in world.timeline if n.text == e.text)
            assert world.source((new.start + new.end) / 2) == pytest.approx((e.start + e.end) / 2, abs=0.01)
    slow = slowed(timeline, events[1]).timeline.events[1]
    assert slow.end - slow.start == pytest.approx(2 * (events[1].end - events[1].start), abs=0.01)


def test_backwards_names_what_is_then_seen():
    timeline = Timeline((Event(2, 5, "red car", "drives up"), Event(6, 9, "blue car", "turns left")), 10.0)
    world = backwards(timeline)
    assert world.timeline.events == (Event(5, 8, "red car", BACKWARDS["drives up"]),)
    (pair,) = pairs_of(of_clip(grey_clip(duration=10.0)), timeline, random.Random(0), ["direction"])
    assert {pair.first.answer, pair.second.answer} == {"the red car drives up", "the red car drives down"}
    assert judge(pair.first.question, "It drives up.", pair.first.timeline).ok
    assert not judge(pair.second.question, "It drives up.", pair.second.timeline).ok


def test_a_learners_own_clip_has_pairs_in_its_own_words():
    footage = of_clip(grey_clip(count=60))
    pairs = pairs_of(footage, SHOP, random.Random(0), each=4)
    assert {p.kind for p in pairs} == {"order", "speed"}
    assert score_pairs(oracle(pairs), pairs).share == 1.0
    words = {m.action for p in pairs for m in mentions(plain(p.question), lexicon(SHOP))}
    assert {"rides past the shop", "opens the door", "crosses the street"} <= words
    for p in pairs:
        clip = p.second.footage.look([0.0, 5.0, 29.0], 32)
        assert len(clip) == 3 and clip.duration == p.second.timeline.duration


def test_a_file_is_shown_with_its_halves_swapped(tmp_path):
    scene = make_scene(7, 16.0)
    footage = of_file(write_video(scene, tmp_path / "a.mp4", fps=10, size=96))
    events = scene.timeline.events
    cut = round((events[0].end + events[1].start) / 2, 1)
    clip = shown(footage, swapped(scene.timeline, cut)).look([0.05, 1.05], 96)
    plain_clip = footage.look([cut + 0.05, cut + 1.05], 96)
    assert np.array_equal(clip.frames, plain_clip.frames) and clip.seconds.tolist() == [0.05, 1.05]


@pytest.mark.parametrize(
    "events", [(), (Event(1, 4, "cat", "naps"),), (Event(0, 20, "cat", "naps"), Event(0, 20, "dog", "sleeps"))]
)
def test_a_timeline_without_a_pair_has_none(events):
    assert pairs_of(of_clip(grey_clip(duration=20.0)), Timeline(events, 20.0), random.Random(0)) == []


def test_events_at_the_same_time_are_never_cut_or_slowed():
    timeline = Timeline((Event(2, 6, "cat", "naps"), Event(4, 9, "dog", "sleeps"), Event(12, 15, "man", "sings")), 20.0)
    pairs = pairs_of(of_clip(grey_clip(duration=20.0)), timeline, random.Random(0), each=9)
    assert {p.kind for p in pairs} == {"order"} and len(pairs) == 2
    assert all("the man sings" in p.question for p in pairs)


def test_all_questions_on_one_footage_are_asked_in_one_call():
    pairs = minimal_pairs(1, each=2)
    ask = Fake(lambda f, q: options(q)[0])
    score_pairs(ask, pairs)
    assert ask.calls == len({id(s.footage) for p in pairs for s in (p.first, p.second)}) < 2 * len(pairs)


def test_the_score_of_no_pairs_claims_nothing():
    score = PairScore(())
    assert score.interval == (0.0, 1.0) and score.share != score.share


def test_a_score_can_be_told_by_kind(pairs):
    score = score_pairs(oracle(pairs), pairs)
    assert sum(len(score.of(kind).results) for kind in KINDS) == len(pairs)


def test_the_same_seed_makes_the_same_pairs():
    def told(seed):
        return [(p.kind, p.question, p.first.answer) for p in minimal_pairs(seed, each=2)]

    assert told(4) == told(4) != told(5)


def test_a_scene_that_cannot_be_made_is_refused():
    with pytest.raises(SceneError, match="2 s"):
        minimal_pairs(0, seconds=2)
