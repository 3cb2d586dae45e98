from __future__ import annotations

import math
import random
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from course_lib.clipworld import phrasings as say
from course_lib.clipworld.controls import BACKWARDS
from course_lib.clipworld.questions import NOTHING, SUMMARY_QUESTION, UNSEEN, questions, summary_text, told_together
from course_lib.errors import ModelError
from course_lib.temporal import footage as footages
from course_lib.temporal import judge
from course_lib.temporal.asker import Answered, Look, PlainAsker
from course_lib.temporal.asking import probes_of, put
from course_lib.temporal.controls import shuffled
from course_lib.temporal.mentions import mentions
from course_lib.temporal.mitigate import MITIGATIONS, mitigated
from course_lib.temporal.mitigate.abstention import (
    best_threshold,
    calibration,
    product_score,
    refusing,
    risk_coverage,
)
from course_lib.temporal.mitigate.backwards import backwards
from course_lib.temporal.mitigate.looks import NUMBERED, Numbered
from course_lib.temporal.mitigate.meaning import agree, meaning
from course_lib.temporal.mitigate.prompts import LONGEST_SAID, in_ranges, quoted
from course_lib.temporal.mitigate.reading import parse
from course_lib.temporal.mitigate.steps import in_clip, joined, work_out
from course_lib.temporal.mitigate.votes import ways
from course_lib.temporal.naming import lexicon
from course_lib.temporal.plain import plain
from course_lib.temporal.times import times
from course_lib.timeline import Event, Timeline
from course_lib.video import Clip
from course_lib.zoo.pocket import Pocket

DOG, BALL = Event(8.1, 12, "white dog", "runs"), Event(14, 16, "yellow ball", "bounces")
WALK, BIRD = Event(2, 5, "person in red", "walks"), Event(18, 21, "white bird", "flies")
STORY = Timeline((WALK, DOG, BALL, BIRD, Event(24, 27, "white dog", "sits down")), 30.0)
# Pictures are taken at 0.94, 2.81, 4.69, 6.56 … s: the ball falls between two of them, of 16.
SHORT = Timeline((WALK, Event(10.4, 11.1, "yellow ball", "bounces"), BIRD), 30.0)


class Seeing:
    """Answers from what falls on the frames that it is shown, and reads the question; no logits."""

    name, size = "seeing", 16

    def __init__(self, timeline: Timeline = STORY) -> None:
        self.timeline = timeline
        self.looks: list[Clip] = []
        self.asked: list[str] = []

    def moments(self, duration, num_frames=None, fps=None):
        n = num_frames or 16
        return [(i + 0.5) * duration / n for i in range(n)]

    def num_tokens(self, clip, question):
        return 10 * len(clip) + len(question.split())

    def footage(self):
        def look(at, size):
            frames = np.full((len(at), size, size, 3), 90, np.uint8)
            return Clip(frames, np.asarray(at, np.float64), self.timeline.duration, "story")

        return footages.Footage("story", self.timeline.duration, look)

    def answers(self, clip, questions, max_new_tokens=96):
        self.looks.append(clip)
        self.asked += questions
        return [self.answer(clip, q) for q in questions]

    def seen(self, clip):
        events, d = self.timeline.events, self.timeline.duration
        if "(reversed)" in clip.source:
            named = [e for e in events if e.action in BACKWARDS]
            events = [Event(d - e.end, d - e.start, e.subject, BACKWARDS[e.action]) for e in named]
        return Timeline(tuple(e for e in events if any(e.start <= t < e.end for t in clip.seconds)), d)

    def answer(self, clip, question):
        seen = self.seen(clip)
        return self.reply(bare(question, summary_text(seen.events)), seen)

    def reply(self, question, seen):
        if question == SUMMARY_QUESTION:
            return summary_text(seen.events)
        asked = parse(question, seen)
        if asked is None:
            return "Well."
        words = lexicon(seen)
        found = [words.resolve(words.name(e.subject), e.action, seen) for e in (asked.a, asked.b) if e]
        if asked.kind == "events":
            return str(len(seen))
        if asked.kind == "at":
            return UNSEEN if asked.t > seen.duration else told_together(seen.at(asked.t), "and")
        if asked.t is not None and not found:
            found = [list(seen.at(asked.t))]
        if not found or not all(found):
            return UNSEEN
        a, b = found[0][0], found[-1][0]
        if asked.kind == "when":
            return f"from second {round(a.start)} to {round(a.end)}"
        if asked.kind == "relation":
            return "before" if a.start < b.start else "after"
        if asked.kind == "first":
            return min(a, b, key=lambda e: e.start).text
        other = seen.after(a) if asked.kind == "after" else seen.before(a)
        return other.text if other else NOTHING


def bare(question, told):
    """The question without what a mitigation wrote before it."""
    question = question.removeprefix(NUMBERED).strip().removeprefix(f"You said of this clip: {told} ")
    question = question.split("related to this video. ")[-1]
    if found := re.search(r"Question: (.*) Answer from Frames", question):
        return found[1]
    return question


class Scoring(Seeing):
    """The same with a confidence."""

    name = "scoring"

    def scored(self, clip, questions, max_new_tokens=96, against=None, weight=0.5):
        self.against = against
        return [(text, self.sure(q, text, clip)) for q, text in zip(questions, self.answers(clip, questions))]

    def sure(self, question, answer, clip):
        return 0.9


def asked_of(timeline):
    return probes_of(timeline, seed=0, each=4)


def accuracy(model, spec, asked, timeline):
    answers = mitigated(model, spec)(model.footage(), [q.text for q in asked])
    return np.mean([judge(q, a.answer, timeline).ok for q, a in zip(asked, answers, strict=True)])


def at(t):
    return put(say.AT[1], t=t)


# What every mitigation keeps


@pytest.mark.parametrize("spec", ["none", *MITIGATIONS, "vote+two-step", "reverse+coarse-to-fine", "abstain+vote"])
def test_a_model_that_is_right_stays_right(spec):
    asked = asked_of(STORY)
    assert accuracy(Scoring(), spec, asked, STORY) == 1.0


@pytest.mark.parametrize("spec", ["none", *MITIGATIONS])
def test_no_question_is_no_answer_and_no_cost(spec):
    asker = mitigated(Scoring(), spec)
    assert asker(Scoring().footage(), []) == [] and asker.cost.calls == 0 and asker.cost.frames == 0


def test_the_mitigations_load_without_torch():
    code = "import course_lib.temporal.mitigate, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Each against the fault that it is for


@pytest.mark.parametrize("spec", ["denser", "coarse-to-fine", "two-step"])
def test_an_event_between_two_frames_is_seen_by_looking_closer(spec):
    model = Seeing(SHORT)
    question = [at(10.8)]
    assert mitigated(model, "none")(model.footage(), question)[0].answer == NOTHING
    assert mitigated(model, spec)(model.footage(), question)[0].answer == "the yellow ball bounces"


def test_coarse_to_fine_looks_once_a_window_and_keeps_what_points_nowhere():
    model = Seeing()
    asked = [at(2), at(3), at(26), "How many events happen in the video?", "Is the weather nice?"]
    answers = mitigated(model, "coarse-to-fine")(model.footage(), asked)
    assert len(model.looks) == 3  # the clip, and the windows of seconds 2 to 3 and 26
    assert [len(c) for c in model.looks] == [16, 16, 16]
    assert all(np.ptp(c.seconds) < 7.5 for c in model.looks[1:])
    assert [a.answer for a in answers][2:] == ["the white dog sits down", "5", "Well."]


def test_coarse_to_fine_asks_when_the_answered_event_happens_and_looks_there():
    model = Seeing(Timeline((WALK, Event(7.0, 8.0, "yellow ball", "bounces"), DOG), 30.0))
    question = [put(say.AFTER[2], WALK)]
    assert mitigated(model, "none")(model.footage(), question)[0].answer == DOG.text
    assert mitigated(model, "coarse-to-fine")(model.footage(), question)[0].answer == "the yellow ball bounces"


def test_a_second_look_that_sees_less_does_not_overrule_the_first():
    class BlindUpClose(Seeing):
        def answer(self, clip, question):
            return super().answer(clip, question) if np.ptp(clip.seconds) > 20 else UNSEEN

    assert accuracy(BlindUpClose(), "coarse-to-fine", asked_of(STORY), STORY) == 1.0


def test_a_model_that_can_only_describe_is_helped_by_two_steps():
    class Describer(Seeing):
        def answer(self, clip, question):
            return super().answer(clip, question) if question == SUMMARY_QUESTION else "a sunny day"

    asked = [q for q in asked_of(STORY) if q.kind != "unanswerable" and q.answer != NOTHING]
    assert accuracy(Describer(), "none", asked, STORY) == 0.0
    assert accuracy(Describer(), "two-step", asked, STORY) == 1.0
    model = Describer()
    mitigated(model, "two-step")(model.footage(), [q.text for q in asked])
    assert len(model.looks) == 2 and len(model.asked) == 2  # a look and a description a half, whatever is asked
    whole = Describer()
    assert accuracy(whole, "two-step:30", asked, STORY) == 1.0
    assert len(whole.looks) == 1 and mitigated(whole, "two-step:30").name.startswith("two-step:30(")


def test_two_steps_put_what_was_told_before_a_question_that_no_program_reads():
    model = Seeing()
    mitigated(model, "two-step")(model.footage(), ["Is the dog happy?", "When does the red car stop?"])
    assert re.fullmatch(r"You said of this clip: .*the person in red walks.* Is the dog happy\?", model.asked[2])
    assert model.asked[3] == "When does the red car stop?"  # nothing was told of it


def test_two_steps_add_the_start_of_a_part_for_a_model_that_counts_from_it():
    class FromTheStart(Seeing):
        def reply(self, question, seen):
            if question == SUMMARY_QUESTION and self.looks[-1].seconds[0] > 15:
                return summary_text([replace(e, start=e.start - 15, end=e.end - 15) for e in seen])
            return super().reply(question, seen)

    model = FromTheStart()
    (answer,) = mitigated(model, "two-step")(model.footage(), [put(say.WHEN[0], BIRD)])
    assert answer.answer == "from second 18 to 21"


def test_told_events_of_a_part_stay_in_it_and_one_told_in_halves_is_one():
    told = [Event(2, 4, "car", "stops"), Event(16, 18, "dog", "runs"), Event(29, 31, "ball", "rolls")]
    assert [e.subject for e in in_clip(told, (15.0, 22.5))] == ["dog"]
    halves = [Event(12, 15, "red car", "stops"), Event(15, 17, "red car", "stops"), Event(20, 22, "red car", "stops")]
    assert [(e.start, e.end) for e in joined(halves)] == [(12, 17), (20, 22)]


def test_a_program_reads_frames_repeats_and_words_of_nobody():
    told = (Event(1, 3, "cyclist", "rides past the shop"), WALK, Event(10, 12, "red car", "stops"),
            Event(20, 22, "red car", "stops"))  # fmt: skip
    moments = [(i + 0.5) * 30 / 16 for i in range(16)]
    assert work_out("How many times does the red car stop?", told, 30, moments) == "2"
    assert work_out(put(say.AFTER[2], told[0]), told, 30, moments) == WALK.text
    assert work_out("What happens in frames 5 to 7?", told, 30, moments) == "the red car stops"
    assert work_out("frames 40 to 41:", told, 30, moments) is None
    assert work_out(at(40), told, 30, moments) == UNSEEN


def test_a_model_that_misreads_one_phrasing_is_helped_by_a_vote():
    class Misreader(Seeing):
        def answer(self, clip, question):
            misread = question.startswith("What happens")
            return "the red car stops" if misread else super().answer(clip, question)

    model = Misreader()
    asked = [at(10), put(say.AFTER[2], WALK), put(say.BEFORE[1], BALL)]
    assert {a.answer for a in mitigated(model, "none")(model.footage(), asked)} == {"the red car stops"}
    assert [a.answer for a in mitigated(model, "vote")(model.footage(), asked)] == [DOG.text] * 3
    assert len(model.looks) == 2  # one call, whatever the phrasings


def test_votes_are_counted_by_what_they_mean_and_their_confidence_is_shared():
    class Wordy(Scoring):
        said = iter(["The white dog runs.", "a ball bounces", "**a dog is running**"])

        def answer(self, clip, question):
            return next(self.said)

        def sure(self, question, answer, clip):
            return 0.3 if "dog" in answer else 0.8

    (answer,) = mitigated(Wordy(), "vote")(Wordy().footage(), [at(10)])
    assert answer == Answered("The white dog runs.", pytest.approx(0.2))


def test_a_question_with_more_to_it_than_a_phrasing_is_asked_once():
    model = Seeing()
    odd = ["What happens at second 5? Answer with A or B.", "What happens right after the red car stops at the light?",
           "What happens right after the red car", "x" * 5000]  # fmt: skip
    mitigated(model, "vote")(model.footage(), odd)
    assert model.asked == odd


def test_an_answer_with_little_confidence_is_withheld():
    class Bluffer(Scoring):
        def reply(self, question, seen):
            said = super().reply(question, seen)
            return "the red car stops" if said == UNSEEN else said

        def sure(self, question, answer, clip):
            return 0.35 if answer == "the red car stops" else 0.9

    asked = asked_of(STORY)
    assert accuracy(Bluffer(), "none", asked, STORY) < 1.0
    assert accuracy(Bluffer(), "abstain", asked, STORY) == 1.0
    assert accuracy(Bluffer(), "abstain:0.3", asked, STORY) == accuracy(Bluffer(), "none", asked, STORY)


class WrongForwards(Scoring):
    """Takes before for after in a clip that runs forwards, and is not sure of it."""

    def reply(self, question, seen):
        swap = {"first": say.ORDER_FIRST[0], "when": say.WHEN[0], "after": say.BEFORE[1], "before": say.AFTER[2]}
        asked = parse(question)
        if asked and asked.kind in swap and "(reversed)" not in self.looks[-1].source:
            if asked.kind == "first":
                return (asked.b if super().reply(question, seen) == asked.a.text else asked.a).text
            if asked.kind == "when":
                return "from second 0 to 1"
            question = put(swap[asked.kind], asked.a)
        return super().reply(question, seen)

    def sure(self, question, answer, clip):
        return 0.9 if "(reversed)" in clip.source else 0.4


@pytest.mark.parametrize(
    ("question", "right"),
    [
        (put(say.AFTER[2], WALK), DOG.text),
        (put(say.BEFORE[1], DOG), WALK.text),
        (put(say.ORDER_FIRST[1], BALL, WALK), WALK.text),
        (put(say.WHEN[3], BALL), "from second 14 to 16"),
    ],
)
def test_the_surer_backward_answer_is_told_forwards(question, right):
    model = WrongForwards()
    assert mitigated(model, "none")(model.footage(), [question])[0].answer != right
    assert mitigated(model, "reverse")(model.footage(), [question])[0] == Answered(right, 0.9)


def test_without_logits_the_forward_answer_stays():
    class NoLogits(WrongForwards):
        scored = property()  # hasattr is False

    model = NoLogits()
    question = [put(say.AFTER[2], WALK)]
    assert mitigated(model, "reverse")(model.footage(), question) == mitigated(model, "none")(model.footage(), question)


def test_what_has_no_name_backwards_is_not_asked_backwards():
    model = Scoring()
    asked = [put(say.WHEN[0], Event(0, 1, "white dog", "sits down")), at(25), "How many events happen in the video?"]
    mitigated(model, "reverse")(model.footage(), asked)
    assert model.asked == asked and len(model.looks) == 1


def test_footage_played_backwards_shows_the_mirrored_seconds_and_a_window_is_mirrored_too():
    model = Scoring()
    clip = backwards(model.footage()).look([1.0, 2.0, 9.5], 8)
    assert clip.seconds.tolist() == [1.0, 2.0, 9.5] and clip.source == "story (reversed)"
    mitigated(model, "reverse")(model.footage(), [at(10)], Look(window=(5.0, 12.0)))
    assert 18 < model.looks[1].seconds[0] < model.looks[1].seconds[-1] < 25


def test_contrast_takes_off_what_the_shuffled_clip_says():
    class Habit(Scoring):
        def scored(self, clip, questions, max_new_tokens=96, against=None, weight=0.5):
            right = super().scored(clip, questions, against=against)
            return right if against is not None and weight == 0.5 else [("the red car stops", 0.9)] * len(questions)

    model = Habit()
    assert mitigated(model, "none")(model.footage(), [at(10)])[0].answer == "the red car stops"
    assert mitigated(model, "contrast")(model.footage(), [at(10)])[0].answer == DOG.text
    assert model.against.source == shuffled(model.looks[-1]).source


def test_the_timestamp_line_is_the_known_one_with_this_clips_seconds():
    model = Seeing()
    mitigated(model, "timestamps")(model.footage(), [at(10)], Look(num_frames=3))
    assert model.asked == [
        "The video lasts for 30.00 seconds, and 3 frames are uniformly sampled from it. These frames are located at "
        "5.00s,15.00s,25.00s. Please answer the following questions related to this video. What happens at second 10?"
    ]


def test_the_structured_prompt_is_the_known_one_with_the_question_in_it():
    model = Seeing()
    mitigated(model, "structured")(model.footage(), [put(say.AFTER[2], DOG)])
    known = say.STRUCTURED.format(h=8, h1=9, n=16).replace("What happens after Frame 8?", put(say.AFTER[2], DOG))
    assert model.asked == [known.replace("Frames 9-16 only", "Frames 1-16 only")]
    seconds = model.moments(30.0)
    assert in_ranges(at(25), seconds) == known.replace(put(say.AFTER[2], DOG), at(25))
    assert in_ranges(at(3), seconds).endswith("Answer from Frames 1-8 only:")
    assert in_ranges(at(3), [15.0]) == at(3)


def test_numbers_are_drawn_in_red_at_the_bottom_right_and_pairs_share_theirs():
    clip = Clip(np.full((4, 96, 96, 3), 90, np.uint8), np.arange(4.0), 4.0, "grey")
    painted = Numbered(2)(clip)
    red = (painted.frames[..., 0] > 200) & (painted.frames[..., 1] < 60)  # [4, 96, 96]
    assert red.any(axis=(1, 2)).all() and not red[:, :72, :].any() and not red[:, :, :72].any()
    assert (painted.frames[0] == painted.frames[1]).all() and (painted.frames[1] != painted.frames[2]).any()
    assert (clip.frames == 90).all()
    model = Seeing()
    mitigated(model, "numbers")(model.footage(), [at(10)])
    assert model.asked == [f"{NUMBERED} {at(10)}"] and (model.looks[0].frames != 90).any()


def test_numbers_are_drawn_over_what_was_painted_before():
    model = Seeing()
    white = Look(paint=lambda clip: replace(clip, frames=np.full_like(clip.frames, 255)))
    clip = mitigated(model, "numbers").clip(model.footage(), white)
    assert (clip.frames[..., 0] == 255).all() and (clip.frames[..., 1] < 255).any()


def test_a_model_that_needs_its_timeline_in_sight_is_given_it():
    class Forgetful(Seeing):
        def answer(self, clip, question):
            in_sight = question.startswith(f"You said of this clip: {summary_text(STORY.events)}")
            return super().answer(clip, question) if in_sight or question == SUMMARY_QUESTION else "Hm."

    model = Forgetful()
    asker, clip = mitigated(model, "timeline-first"), model.footage()
    assert mitigated(model, "none")(clip, [at(10)])[0].answer == "Hm."
    assert [asker(clip, [at(t)])[0].answer for t in (10, 15)] == [DOG.text, BALL.text]
    assert asker.cost.calls == 3  # told once, for both calls


def test_a_model_that_tells_first_by_itself_is_told_to_and_set_back():
    class Native(Seeing):
        timeline_first = False

        def answer(self, clip, question):
            return f"{self.timeline_first} {question}"

    model = Native()
    answers = mitigated(model, "timeline-first")(model.footage(), [at(10)])
    assert answers[0].answer == f"True {at(10)}" and model.timeline_first is False


def test_words_put_before_a_question_are_one_line_and_short_and_say_so():
    assert quoted("  a\x00\n\tb ") == "a b"
    long = quoted("word " * 5000)
    assert len(long) <= LONGEST_SAID + 2 and long.endswith("word …")


def test_a_question_about_frames_counts_the_frames_that_it_was_made_for():
    model = Seeing()
    mitigated(model, "denser")(model.footage(), ["What happens in frames 3 to 5?", at(10)])
    looked = dict(zip(model.asked, map(len, model.looks), strict=True))
    assert looked == {"What happens in frames 3 to 5?": 16, at(10): 32}


# Reading


def test_every_phrasing_of_clipworld_is_read_as_its_kind():
    kinds = {"order": ("first", "relation"), "count": ("times", "events")}
    for seed in range(30):
        for q in questions(STORY, random.Random(seed), each=3, phrasing="any"):
            asked = parse(q.text)
            assert asked is not None, q.text
            if q.kind != "unanswerable":
                assert asked.kind in kinds.get(q.kind, (q.kind,))
            named = [m.action for m in mentions(plain(q.text), lexicon())]
            assert named == [e.action for e in (asked.a, asked.b) if e]
            assert asked.t == (times(plain(q.text))[0].start if times(plain(q.text)) else None)


def test_other_phrasings_ask_the_same_thing():
    for question in (at(10), put(say.AFTER[3], DOG), put(say.ORDER_FIRST[2], DOG, WALK), put(say.WHEN[2], BIRD)):
        asked = parse(question)
        others = ways(question, asked, 3)
        assert len(others) == 3 and len({plain(o) for o in others}) == 3
        assert {parse(o) for o in others} == {asked}
    assert put(say.AT[4], t=2.5) not in ways(at(2.5), parse(at(2.5)), 7)  # a clock shows no half seconds


def test_answers_agree_by_what_they_mean():
    when, which = put(say.WHEN[0], DOG), at(10)

    def means(q, answer):
        return meaning(q, parse(q), answer, 30.0)

    assert agree(means(when, "from second 8 to 12"), means(when, "It starts at 0:08."))
    assert agree(means(when, "8"), means(when, "second 9"))
    assert not agree(means(when, "from second 8 to 12"), means(when, "at 20 s"))
    assert agree(means(which, "the white dog runs"), means(which, "A dog is running."))
    assert not agree(means(which, "the white dog runs"), means(which, "the black dog runs"))
    assert not agree(means(which, ""), means(which, ""))
    assert agree(means(which, "Nothing happens."), means(which, "nothing"))
    assert not agree(means(which, NOTHING), means(which, UNSEEN))


# Composing and cost


def test_mitigations_compose_with_the_leftmost_outermost():
    asker = mitigated(Scoring(), "abstain:0.4 + vote+denser")
    assert asker.name == "abstain:0.4(vote(denser(scoring)))" and isinstance(asker.model, Scoring)
    assert mitigated(Scoring()).name == "scoring"


def test_what_is_asked_and_looked_at_more_costs_more():
    model = Scoring()
    asked = [at(10), put(say.AFTER[2], DOG)]

    def cost(spec, questions=asked):
        asker = mitigated(model, spec)
        asker(model.footage(), questions)
        return asker.cost

    plainly = cost("none")
    text = sum(len(q.split()) for q in asked)
    assert (plainly.calls, plainly.frames, plainly.tokens) == (2, 16, 160 + text)
    assert (cost("denser").calls, cost("denser").frames, cost("denser").tokens) == (2, 32, 320 + text)
    assert (cost("vote").calls, cost("vote").frames) == (6, 16)
    assert (cost("vote+denser").calls, cost("vote+denser").frames) == (6, 32)
    assert cost("contrast").frames == 32 and cost("contrast").tokens == 2 * plainly.tokens
    assert (cost("reverse").calls, cost("reverse").frames) == (4, 32)
    assert (cost("two-step").calls, cost("two-step").frames) == (2, 32)
    assert cost("structured").tokens > plainly.tokens and cost("structured").frames == 16
    assert cost("timestamps").tokens > plainly.tokens and cost("timestamps").frames == 16
    assert cost("coarse-to-fine", [at(10)]).frames == 32
    assert cost("abstain").calls == 2 and cost("none").seconds >= 0


def test_timestamps_and_ranges_follow_the_frames_that_the_model_sees():
    model = Seeing()
    mitigated(model, "timestamps+denser")(model.footage(), [at(10)])
    assert "32 frames" in model.asked[-1] and len(model.looks[-1]) == 32
    mitigated(model, "denser+structured")(model.footage(), [at(10)])
    assert "Frame 17-32 shows" in model.asked[-1] and len(model.looks[-1]) == 32


def test_looking_is_counted_whoever_asks_for_the_clip_first():
    asker = PlainAsker(Seeing())
    clip = asker.clip(story := Seeing().footage())
    looked = asker.cost
    assert (looked.frames, looked.tokens, looked.calls) == (16, 160, 0) and looked.seconds > 0
    assert asker.clip(story) is clip and asker.cost == looked


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("sharper", "There is no mitigation 'sharper'. Give"),
        ("", "There is no mitigation ''."),
        ("vote+none", "There is no mitigation 'none'."),
        ("vote+vote", "has 'vote' twice"),
        ("vote+abstain", "Put abstain first"),
        ("structured+vote", "Put vote before structured"),
        ("numbers+reverse", "Put reverse before numbers"),
        ("denser:3", "is no setting"),
        ("abstain:much", "is no setting"),
        ("abstain:1.5", "from 0 to 1"),
        ("two-step:0.5", "1 second or more"),
        ("two-step:inf", "1 second or more"),
        ("two-step:long", "is no setting"),
        ("abstain:nan", "is no setting"),
    ],
)
def test_a_name_or_an_order_that_makes_no_sense_is_refused_in_one_line(spec, says):
    with pytest.raises(ModelError) as problem:
        mitigated(Scoring(), spec)
    assert says in str(problem.value) and "\n" not in str(problem.value)
    if "There is no" in says:
        assert all(name in str(problem.value) for name in MITIGATIONS)


@pytest.mark.parametrize("spec", ["contrast", "abstain", "vote+contrast"])
def test_a_model_without_logits_is_refused_where_they_are_needed(spec):
    with pytest.raises(ModelError, match="logits"):
        mitigated(Seeing(), spec)


def test_a_look_that_needs_logits_is_refused_by_a_model_without():
    with pytest.raises(ModelError, match="logits"):
        PlainAsker(Seeing())(Seeing().footage(), [at(10)], Look(against=shuffled))


# Bad input


HOSTILE = {
    "nothing": "",
    "spaces": " \n\t ",
    "novel": "It was a dark night. The red car turned right at second 5, and then the white dog ran. " * 800,
    "control": "\x00\x1b[31m\x07 the \x08white dog\x7f runs \ud800",
    "prompt": None,
    "chinese": "第五秒，一辆红色的汽车右转。",
    "numbers": "9" * 400 + " to " + "9" * 400 + " s",
    "format": "{a_s} {0} %s \\g<1> from second -3 to 1e9",
}


@pytest.mark.parametrize("spec", [*MITIGATIONS, "vote+two-step", "reverse+coarse-to-fine+numbers"])
@pytest.mark.parametrize("what", HOSTILE)
def test_whatever_a_model_writes_every_question_gets_an_answer(spec, what):
    class Hostile(Scoring):
        def answer(self, clip, question):
            return question if HOSTILE[what] is None else HOSTILE[what]

    asked = [q.text for q in asked_of(STORY)][::3] + [SUMMARY_QUESTION, "How often does the dog run?", "???", ""]
    answers = mitigated(Hostile(), spec)(Hostile().footage(), asked)
    assert len(answers) == len(asked) and all(isinstance(a.answer, str) for a in answers)


@pytest.mark.parametrize("spec", ["none", *MITIGATIONS])
def test_a_clip_of_one_frame_is_asked_about_like_any_other(spec):
    clip = Clip(np.full((1, 24, 24, 3), 90, np.uint8), np.array([0.0]), 0.04, "one.png")
    asked = [at(0), put(say.WHEN[0], DOG), put(say.ORDER_FIRST[0], DOG, WALK), SUMMARY_QUESTION]
    answers = mitigated(Scoring(), spec)(footages.of_clip(clip), asked)
    assert len(answers) == 4


# Abstention in numbers


def test_risk_falls_with_coverage_where_confidence_is_worth_something():
    curve = risk_coverage([0.9, 0.2, 0.8, 0.4], [True, False, True, False])
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert curve.risk.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 2]) and curve.aurc == pytest.approx(5 / 24)
    worst = risk_coverage([0.2, 0.9, 0.4, 0.8], [True, False, True, False])
    assert worst.aurc > curve.aurc


def test_answers_of_the_same_confidence_have_the_same_risk_in_any_order():
    one = risk_coverage([0.5] * 4, [True, True, False, False])
    other = risk_coverage([0.5] * 4, [False, True, False, True])
    assert one.risk.tolist() == other.risk.tolist() == [0.5] * 4


def test_the_product_score_pays_neither_always_nor_never_answering():
    assert product_score(1.0, 0.0, 0.0) == 0.0 and product_score(0.0, 1.0, 1.0) == 0.0
    assert product_score(0.8, 0.9, 0.1) == pytest.approx(0.64) and product_score(0.8, 0.1, 0.9) == 0.0


def test_the_best_threshold_parts_what_can_be_known_from_what_cannot():
    sure, right = [0.9, 0.8, 0.7, 0.3, 0.6], [True, True, False, False, True]
    refused, answerable = [False, False, False, False, True], [True, True, True, False, False]
    best = best_threshold(sure, right, refused, answerable)
    assert best.threshold == 0.6 and (best.accuracy, best.recall, best.false_abstention) == (2 / 3, 1.0, 0.0)
    assert best.score == pytest.approx(2 / 3)
    assert best.score > refusing(0.0, sure, right, refused, answerable).score
    with pytest.raises(ValueError, match="unanswerable"):
        best_threshold(sure, right, refused, [True] * 5)


def test_calibration_is_the_gap_between_confidence_and_accuracy():
    found = calibration([0.75] * 4 + [0.25] * 4, [True, True, True, False, False, False, False, True], bins=10)
    assert found.ece == pytest.approx(0.0) and [b.n for b in found.bins] == [4, 4]
    sure = calibration([1.0, 1.0, 0.0], [False, False, False], bins=2)
    assert sure.ece == pytest.approx(2 / 3) and sure.bins[-1].high == 1.0


@pytest.mark.parametrize(("sure", "right"), [([], []), ([0.5], [True, False]), ([1.2], [True]), ([math.nan], [True])])
def test_numbers_that_are_no_confidences_are_refused(sure, right):
    for measure in (risk_coverage, calibration):
        with pytest.raises(ValueError, match="confidence"):
            measure(sure, right)


# The shipped model


@pytest.fixture(scope="module")
def pocket():
    from course_lib import zoo

    return zoo.load("pocket", device="cpu")


@pytest.fixture(scope="module")
def scene():
    from course_lib.clipworld import make_scene

    return make_scene(3)


def test_pocket_answers_under_the_mitigations_that_look_into_it_and_its_cost_is_counted(pocket, scene):
    asked = [q.text for q in questions(scene.timeline, random.Random(0), ("at", "after", "when", "order"))]
    plainly = mitigated(pocket, "none")
    plainly(footages.of_scene(scene), asked)
    for spec in ("two-step", "timeline-first", "numbers", "contrast", "abstain+vote", "reverse"):
        asker = mitigated(pocket, spec)
        answers = asker(footages.of_scene(scene), asked)
        assert len(answers) == len(asked)
        assert asker.cost.tokens >= plainly.cost.tokens or spec == "two-step"  # which may not have to ask at all
        assert all(a.confidence is not None and 0 <= a.confidence <= 1 for a in answers)


def test_pocket_sees_a_window_as_so_many_moments_at_the_seconds_of_the_clip(pocket, scene):
    asker = mitigated(pocket, "none")
    clip = asker.clip(footages.of_scene(scene), Look(window=(15.0, 30.0)))
    whole = asker.clip(footages.of_scene(scene))
    assert len(clip) == len(whole) == 32 and clip.seconds.min() > 14.9
    close = mitigated(pocket, "denser").clip(footages.of_scene(scene))
    alone = Pocket(pocket.model, timeline_first=False)  # what it tells first would be counted too
    video = alone.num_tokens(whole, "")
    assert alone.num_tokens(clip, "") == video and video < alone.num_tokens(close, "") < 2.2 * video
