import json
import random

import numpy as np
import pytest

from course_lib.clipworld.questions import KINDS, UNSEEN, questions
from course_lib.clipworld.story import make_story
from course_lib.errors import TimelineError
from course_lib.temporal.contradictions import contradictions
from course_lib.temporal.controls import CONTROLS, frames_a_moment
from course_lib.temporal.judge import judge
from course_lib.temporal.probe import probe
from course_lib.temporal.twins import multiple_choice, unanswerable_twins, yes_no
from course_lib.temporal.verdict import FAILURES
from course_lib.timeline import Event, Timeline
from course_lib.video import Clip

from .conftest import grey_clip

EVENT = {"start": 1, "end": 2, "subject": "red car", "action": "stops"}


def a_file(tmp_path, text):
    path = tmp_path / "t.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def with_event(**changes):
    return json.dumps({"duration": 10, "events": [EVENT | changes]})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"The text is not a timeline \(JSONDecodeError"),
        ("not json", r"The text is not a timeline \(JSONDecodeError"),
        (b"\xff\xfe\x00", "cannot be read as a timeline"),
        ("[" * 100_000, r"The text is not a timeline \(RecursionError"),
        ("null", "it has no list of events"),
        ("[]", "it has no list of events"),
        ("{}", "it has no list of events"),
        ('{"duration": 10, "events": ""}', "it has no list of events"),
        ('{"duration": 10, "events": {}}', "it has no list of events"),
        ('{"events": []}', 'The "duration" of the timeline is missing. Give a number of seconds.'),
        ('{"duration": "10", "events": []}', 'The "duration" of the timeline is "10". Give a number of seconds.'),
        ('{"duration": true, "events": []}', 'The "duration" of the timeline is true.'),
        ('{"duration": 0, "events": []}', "The duration is 0.0 s."),
        ('{"duration": -3, "events": []}', "The duration is -3.0 s."),
        ('{"duration": NaN, "events": []}', "The duration is nan s."),
        ('{"duration": 1e999, "events": []}', "The duration is inf s."),
        (f'{{"duration": {"9" * 400}, "events": []}}', "The duration is inf s."),
        ('{"duration": 10, "events": ["x"]}', 'Event 1 of the timeline is "x".'),
        ('{"duration": 10, "events": [{}]}', 'The "start" of event 1 is missing.'),
        (with_event(start=None), 'The "start" of event 1 is missing.'),
        (with_event(end="two"), 'The "end" of event 1 is "two". Give a number of seconds.'),
        (with_event(end=[2]), r'The "end" of event 1 is \[2\].'),
        (with_event(start=False), 'The "start" of event 1 is false.'),
        (with_event(subject=None), 'The "subject" of event 1 is missing. Give words'),
        (with_event(action=7), 'The "action" of event 1 is 7.'),
        (with_event(subject="x" * 500, action=["y"] * 500), r'The "action" of event 1 is .{40}…\.'),
        (with_event(subject="  "), "The event from 1.0 s has no subject or no action. Name both."),
        (with_event(action="?!"), "The event from 1.0 s has no subject or no action."),
        (with_event(subject="red\x1b[2J car"), r'The "subject" of event 1 has the control character U\+001B.'),
        (with_event(subject="\ud800"), r'The "subject" of event 1 has the control character U\+D800.'),
        (with_event(start=-1), '"the red car stops" runs from -1.0 to 2.0 s. Give 0 <= start < end'),
        (with_event(start=3), "runs from 3.0 to 2.0 s."),
        (with_event(start=2), "runs from 2.0 to 2.0 s."),
        (with_event(start=float("nan")), "runs from nan to 2.0 s."),
        (with_event(end=float("inf")), "runs from 1.0 to inf s."),
        (with_event(end=11), "runs from 1.0 to 11.0 s, but the clip ends at 10.0 s. Mend the event's times"),
        (with_event(start=10.2, end=10.4), "runs from 10.2 to 10.4 s, but the clip ends at 10.0 s."),
        (json.dumps({"duration": 10, "events": [EVENT, EVENT]}), '"the red car stops" from 1.0 s is listed twice.'),
    ],
)
def test_a_timeline_that_cannot_be_is_refused_in_one_line_that_says_why(tmp_path, text, message):
    with pytest.raises(TimelineError, match=message) as caught:
        Timeline.load(a_file(tmp_path, text))
    assert "\n" not in str(caught.value) and caught.value.fix and len(str(caught.value)) < 320


def test_a_folder_and_a_file_that_is_not_there_are_no_timelines(tmp_path):
    with pytest.raises(TimelineError, match="cannot be read as a timeline"):
        Timeline.load(tmp_path)
    with pytest.raises(TimelineError, match=r"gone\.json does not exist \(looked for in "):
        Timeline.load(tmp_path / "gone.json")


def test_events_that_overlap_are_two_at_once():
    timeline = Timeline((Event(1, 5, "red car", "stops"), Event(3, 8, "white bird", "flies")), 10.0)
    assert [e.subject for e in timeline.at(4)] == ["red car", "white bird"]
    both = next(q for s in range(99) for q in questions(timeline, random.Random(s), ("at",)) if " and " in q.answer)
    assert judge(both, "The bird flies while the red car stops.", timeline).ok
    assert judge(both, "the red car stops and the dog runs", timeline).kind == "invented"
    for q in questions(timeline, random.Random(0), ("after", "before"), each=20):
        assert q.answer == "nothing happens"  # what comes next of two at once has no one answer, and is not asked


def test_an_event_may_outlast_the_clip_by_the_rounding_of_its_length(tmp_path):
    assert len(Timeline.load(a_file(tmp_path, with_event(start=9, end=10.4)))) == 1


def test_a_learners_timeline_is_read_with_its_articles_spaces_and_byte_order_mark(tmp_path):
    text = with_event(subject=" a  cyclist ", action="rides\tpast the shop")
    (event,) = Timeline.load(a_file(tmp_path, b"\xef\xbb\xbf" + text.encode()))
    assert event.text == "the cyclist rides past the shop"
    assert Timeline.from_json(Timeline((event,), 10.0).to_json()).events == (event,)


def test_a_timeline_without_events_says_that_nothing_happens():
    empty = Timeline.from_json('{"duration": 10, "events": []}')
    asked = questions(empty, random.Random(0), each=3)
    assert asked and all(judge(q, q.answer, empty).ok for q in asked)
    assert not any(judge(q, "the red car stops", empty).ok for q in asked)


def every_form(seed=1):
    """Questions of every kind in every form, with their timeline."""
    timeline, rng = make_story(seed).timeline, random.Random(seed)
    asked = questions(timeline, rng, each=2, phrasing="any")
    gone = unanswerable_twins(asked, timeline, rng)
    found = [*asked, *gone[::3], *multiple_choice(asked, timeline, rng), *yes_no(asked, timeline, rng)]
    assert {q.kind for q in found} == set(KINDS) and {q.form for q in found} == {"open", "choice", "yes-no"}
    return timeline, found


TIMELINE, ASKED = every_form()
NOVEL = "It was a bright cold day in April, and the clocks were striking thirteen. "
USELESS = {
    "nothing": "",
    "white space": " \n\t\u00a0\u200b",
    "control characters": "\x00\x07\x1b[31m\x1b]0;title\x07",
    "marks": "*** ((( ### ``` ??? — …",
    "a novel": NOVEL * (1_000_000 // len(NOVEL)),
    "a megabyte without a space": "x" * 1_000_000,
    "a megabyte of brackets": "(" * 1_000_000,
    "a megabyte of line ends": "\n" * 1_000_000,
    "German": "Der rote Wagen hält an der Kreuzung.",
    "Chinese": "红色的汽车停在路口，然后向右转。",
    "Arabic": "السيارة الحمراء تتوقف عند الإشارة",
    "smileys": "🙂🚗" * 40,
    "a loop": "the the the the " * 400,
    "digits": "9" * 5000,
}


@pytest.mark.parametrize("what", USELESS)
def test_an_answer_of_no_use_has_a_verdict_and_is_never_right(what):
    for q in ASKED:
        verdict = judge(q, USELESS[what], TIMELINE)
        assert not verdict.ok and verdict.kind in FAILURES, (q, verdict)
        assert verdict.score == 0 and len(verdict.why) < 600


@pytest.mark.parametrize("twice", [False, True])
def test_the_prompt_given_back_is_never_right(twice):
    for q in ASKED:
        if q.form == "open" and q.kind == "unanswerable":
            continue  # it names nothing that is not there as being there
        verdict = judge(q, " ".join([q.text] * (1 + twice)), TIMELINE)
        assert not verdict.ok and verdict.kind in FAILURES, (q, verdict)


def test_the_prompt_given_back_before_the_answer_does_not_spoil_it():
    for q in ASKED:
        if q.kind != "summary":
            assert judge(q, f"{q.text}\n{q.answer}", TIMELINE).ok, (q, judge(q, f"{q.text}\n{q.answer}", TIMELINE))


def test_a_refusal_is_right_only_where_nothing_can_be_known():
    for q in ASKED:
        verdict = judge(q, UNSEEN, TIMELINE)
        no_to_what_is_not_there = q.form == "yes-no" and q.kind == "unanswerable" and q.answer == "no"
        assert verdict.ok == (no_to_what_is_not_there or (q.kind == "unanswerable" and q.form != "yes-no")), q
        assert verdict.ok or verdict.kind == "false_abstain"


PIECES = [
    *"ABCDabcd()[].,:;!?*#\n-–", "yes", "no", "not", "the", "red", "car", "dog", "stops", "turns right", "lands",
    "before", "after", "first", "then", "and", "or", "option", "answer", "is", "0:05", "5 s", "from", "to", "3", "17",
    "twice", "frame", "cannot", "seen", "nothing", "happens", "\x00", "\ud7ff", "é", "猫", "🙂", "<think>", "</think>",
    "\\boxed{", "}", "%", "{t}",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_random_answers_always_have_a_verdict_that_makes_sense(seed):
    rng = random.Random(seed)
    timeline, asked = every_form(seed)
    firsts = list({(q.kind, q.form, q.answer in ("yes", "no")): q for q in asked}.values())
    for _ in range(50):
        answer = rng.choice(("", " ")).join(rng.choices(PIECES, k=rng.randint(1, 30)))
        for q in firsts:
            verdict = judge(q, answer, timeline)
            assert verdict.ok == (verdict.kind is None) and verdict.kind in (None, *FAILURES), (q, answer)
            assert 0 <= verdict.score <= 1 and verdict.why
            assert not verdict.ok or verdict.words or q.kind == "summary", (q, answer, verdict)


@pytest.mark.parametrize("seed", range(3))
def test_random_characters_are_never_right(seed):
    rng = random.Random(seed)
    for _ in range(20):
        answer = "".join(chr(rng.choice((rng.randint(0, 64), rng.randint(0x100, 0xD7FF)))) for _ in range(40))
        answer = answer.translate({ord(d): None for d in "0123456789"})
        for q in ASKED:
            assert not judge(q, answer, TIMELINE).ok, (q, answer)


@pytest.mark.parametrize("name", CONTROLS)
def test_every_control_takes_a_clip_of_one_frame(name):
    clip = grey_clip(count=1)
    other = CONTROLS[name](clip)
    assert other.frames.shape == clip.frames.shape and other.duration == clip.duration and name in other.source
    assert 0 <= other.seconds[0] <= clip.duration
    if name in ("shuffled", "reversed", "frozen"):
        assert np.array_equal(other.frames, clip.frames)


def test_one_frame_is_a_moment_of_its_own():
    assert frames_a_moment(Clip(np.zeros((1, 8, 8, 3), np.uint8), np.zeros(1), 1.0, "one")) == 1


def test_a_clip_of_one_frame_is_probed_with_and_without_a_timeline(models, timeline):
    clip = grey_clip(count=1)
    for kind in vars(models).values():
        report = probe(kind(timeline), clip, timeline)
        assert report.probes and all(p.verdict.kind in (None, *FAILURES) for p in report.probes)
        assert len(probe(kind(timeline), clip).sampled) == 1


@pytest.mark.parametrize("said", ["", NOVEL * 200, "Der rote Wagen hält an.", "\x00\x1b[2J", None])
def test_answers_of_no_use_contradict_nothing(timeline, said):
    """None stands for the prompt given back."""
    for clip in (grey_clip(), grey_clip(count=1)):
        checked = contradictions(lambda c, qs: [q if said is None else said for q in qs], clip, timeline.events)
        assert [c for c in checked.contradictions if c.rule != "past the end"] == []
