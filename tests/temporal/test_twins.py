import random
from collections import Counter, defaultdict
from math import log

import pytest

from course_lib.clipworld import phrasings as say
from course_lib.clipworld.questions import KINDS, NOTHING, UNSEEN, questions
from course_lib.clipworld.story import make_story
from course_lib.errors import CourseError
from course_lib.temporal.absent import could_happen
from course_lib.temporal.asking import put
from course_lib.temporal.judge import judge
from course_lib.temporal.judge_choice import LETTERS, opened
from course_lib.temporal.mentions import mentions
from course_lib.temporal.metrics import wilson
from course_lib.temporal.naming import lexicon
from course_lib.temporal.plain import plain
from course_lib.temporal.times import times
from course_lib.temporal.twins import multiple_choice, unanswerable_twins, yes_no
from course_lib.timeline import Event, Timeline

SHOP = Timeline(
    (
        Event(1, 4, "cyclist", "rides past the shop"),
        Event(6, 9, "man in a black hat", "opens the door"),
        Event(11, 14, "delivery truck", "backs up"),
        Event(12, 16, "grey cat", "crosses the street"),
        Event(17, 19, "cyclist", "rides past the shop"),
    ),
    20.0,
)
ODD = {
    "a learner's own words": SHOP,
    "one event": Timeline((Event(1, 4, "cyclist", "rides past the shop"),), 20.0),
    "no event": Timeline((), 10.0),
    "two seconds": Timeline((Event(0.2, 1.8, "cat", "naps"),), 2.0),
    "one thing all the time": Timeline((Event(0, 30, "river", "flows"),), 30.0),
    "not a word of English": Timeline((Event(1, 4, "骑车人", "经过商店"), Event(5, 9, "猫", "睡觉")), 12.0),
}


def made(twin, seeds, seed=0):
    """(timeline, twins) of each clip, a question of every kind asked twice."""
    out = []
    for s in seeds:
        rng = random.Random(f"{seed}/{s}")
        timeline = make_story(s, rng.choice((20.0, 30.0, 60.0))).timeline
        out.append((timeline, twin(questions(timeline, rng, each=2, phrasing="any"), timeline, rng)))
    return out


@pytest.fixture(scope="module")
def choices():
    return made(multiple_choice, range(30))


@pytest.fixture(scope="module")
def pairs():
    return made(yes_no, range(30))


def share(clips, answer, kinds=KINDS):
    """(right, asked) of a model that answers by `answer(question, timeline)`."""
    verdicts = [judge(q, answer(q, t), t).ok for t, asked in clips for q in asked if q.kind in kinds]
    assert len(verdicts) >= 200
    return sum(verdicts), len(verdicts)


def around(chance, right, n):
    low, high = wilson(right, n, z=3.0)
    return low <= chance <= high


def test_every_letter_is_right_equally_often(choices):
    for _, asked in choices:
        times_right = Counter(q.answer for q in asked)
        assert max(times_right.values()) - min(times_right[x] for x in "ABCD") <= 1
        assert all(len(q.options) == 4 and len(set(map(plain, q.options))) == 4 for q in asked)


def test_every_kind_but_the_summary_has_both_twins(choices, pairs):
    for clips in (choices, pairs):
        assert {q.kind for _, asked in clips for q in asked} == set(KINDS) - {"summary"}


@pytest.mark.parametrize("letter", "ABCD")
def test_one_letter_for_everything_scores_chance(choices, letter):
    assert around(0.25, *share(choices, lambda q, t: letter))


@pytest.mark.parametrize("word", ["yes", "no"])
def test_one_word_for_everything_is_right_of_exactly_half(pairs, word):
    right, n = share(pairs, lambda q, t: word)
    assert 2 * right == n


@pytest.mark.parametrize(
    "say_it",
    [
        lambda q: q.answer,
        lambda q: f"**{q.answer})** {q.options[LETTERS.index(q.answer)]}",
        lambda q: f"The correct answer is ({q.answer.lower()}), because that is what the frames show.",
        lambda q: q.options[LETTERS.index(q.answer)],
        lambda q: f"{q.options[LETTERS.index(q.answer)].capitalize()}.",
    ],
)
def test_a_model_that_knows_is_always_right_by_letter_or_by_words(choices, say_it):
    right, n = share(choices, lambda q, t: say_it(q))
    assert right == n


def test_a_model_that_knows_is_always_right_of_yes_and_no(pairs):
    right, n = share(pairs, lambda q, t: f"{q.answer.capitalize()}, that is what the clip shows.")
    assert right == n


def test_every_wrong_letter_is_wrong_and_says_how(choices):
    kinds = defaultdict(Counter)
    for timeline, asked in choices:
        for q in asked:
            for letter in LETTERS[:4]:
                if letter != q.answer:
                    verdict = judge(q, letter, timeline)
                    assert not verdict.ok and verdict.kind not in (None, "unread"), (q, letter, verdict)
                    kinds[q.kind][verdict.kind] += 1
    assert {"order", "skipped"} <= set(kinds["after"]) and set(kinds["when"]) <= {"shifted", "false_abstain"}
    assert set(kinds["unanswerable"]) == {"false_confident"}
    assert kinds["order"].most_common(1)[0][0] == "order" and {"invented", "skipped"} <= set(kinds["count"])


def test_what_stands_first_or_is_longest_scores_chance(choices):
    for pick in (lambda q: q.options[0], lambda q: max(q.options, key=len), lambda q: min(q.options, key=len)):
        assert around(0.25, *share(choices, lambda q, t, pick=pick: pick(q)))


@pytest.mark.parametrize("special", [NOTHING, UNSEEN])
def test_an_answer_that_stands_out_is_right_no_more_often_than_chance_where_it_is_offered(choices, special):
    offered = [q for _, asked in choices for q in asked if special in q.options]
    right = sum(q.options[LETTERS.index(q.answer)] == special for q in offered)
    assert len(offered) >= 60 and wilson(right, len(offered), z=3.0)[0] <= 0.25


def test_to_know_what_is_in_the_clip_but_not_when_is_not_enough():
    """Options of the clip itself come first: whoever rejects all that is not in it is left to guess."""

    def pick(q, timeline):
        told = {e.text for e in timeline}
        rng = random.Random(q.text)
        return rng.choice([o for o in q.options if o in told] or list(q.options))

    clips = made(multiple_choice, range(100, 140))
    right, n = share(clips, pick, ("at", "after", "before", "order"))
    assert wilson(right, n, z=3.0)[0] <= 0.25 and right / n < 0.36


def words_of(q):
    return set(plain(q.text).split())


class BlindLearner:
    """Naive Bayes over the words of questions that it saw with their answers: the best of the question-only models."""

    def __init__(self, clips, kinds):
        self.seen = {"yes": Counter(), "no": Counter()}
        for _, asked in clips:
            for q in asked:
                if q.kind in kinds:
                    self.seen[q.answer].update(words_of(q))

    def __call__(self, q, timeline):
        return max(("yes", "no"), key=lambda a: sum(log(1 + self.seen[a][w]) for w in words_of(q)))


# A second past the end can be guessed by its number, and the number of events by what clips mostly have.
BALANCED = ("at", "after", "before", "order", "when", "frames")


def test_a_model_that_learns_from_questions_alone_scores_chance_on_yes_and_no():
    blind = BlindLearner(made(yes_no, range(200, 260)), BALANCED)
    assert around(0.5, *share(made(yes_no, range(300, 330)), blind, BALANCED))


@pytest.mark.parametrize("name", ODD)
def test_any_timeline_can_be_asked_and_the_right_answers_are_right(name):
    timeline, rng = ODD[name], random.Random(3)
    asked = questions(timeline, rng, each=6, phrasing="any")
    gone = unanswerable_twins(asked, timeline, rng)
    for twins in (multiple_choice([*asked, *gone], timeline, rng), yes_no([*asked, *gone], timeline, rng), gone):
        for q in twins:
            assert judge(q, q.answer, timeline).ok, (q, judge(q, q.answer, timeline))
            others = set(LETTERS[:4]) if q.form == "choice" else {"yes", "no"} if q.form == "yes-no" else set()
            for other in others - {q.answer}:
                assert not judge(q, other, timeline).ok, (q, other)


def test_a_learners_own_words_are_in_the_options_and_the_questions():
    rng = random.Random(1)
    asked = questions(SHOP, rng, each=4, phrasing="any")
    assert "the man in a black hat opens the door" in {o for q in multiple_choice(asked, SHOP, rng) for o in q.options}
    told = " ".join(q.text for q in yes_no(asked, SHOP, rng))
    assert "the delivery truck back up" in told and "the delivery truck backs up" in told


TEMPLATES = (*say.AT, *say.AFTER, *say.BEFORE, *say.ORDER_FIRST, *say.ORDER_RELATION, *say.WHEN, *say.COUNT_TIMES)


@pytest.mark.parametrize("template", (*TEMPLATES, say.BEFORE_SAME_SUBJECT))
def test_the_known_prompts_are_asked_word_for_word_of_any_words(template):
    cyclist, cat = SHOP.events[0], SHOP.events[3]
    text = put(template, cyclist, cat, t=7)
    fixed = [part for part in template.replace("}", "{").split("{")[::2] if part.strip()]
    assert all(part in text for part in fixed) and "{" not in text
    if "{a_base}" in template:
        assert "cyclist ride past the shop" in text
    named = mentions(plain(text), lexicon(SHOP))
    assert [m.means(lexicon(SHOP), SHOP.events)[0].text for m in named] == [
        e.text for e, key in ((cyclist, "{a_s}"), (cat, "{b_s}")) if key in template
    ]


def test_every_answerable_question_has_a_twin_about_what_is_not_there():
    for seed in range(20):
        rng = random.Random(seed)
        timeline = make_story(seed).timeline
        asked = questions(timeline, rng, each=2, phrasing="any")
        twins = unanswerable_twins(asked, timeline, rng)
        assert len(twins) == sum(q.kind != "unanswerable" for q in asked)
        words = lexicon(timeline)
        for q in twins:
            named = mentions(plain(q.text), words)
            gone = any(not m.means(words, timeline.events) for m in named)
            late = any(s.start > timeline.duration for s in times(plain(q.text)))
            assert gone or late or "rame" in q.text, q
            assert judge(q, UNSEEN, timeline).ok and q.kind == "unanswerable"
            assert judge(q, timeline.events[0].text, timeline).kind == "false_confident"


def test_a_twin_about_what_is_not_there_keeps_its_phrasing():
    timeline = Timeline((Event(2, 5, "red car", "stops"), Event(7, 9, "blue car", "turns left")), 20.0)
    for seed in range(10):
        rng = random.Random(seed)
        for q in questions(timeline, rng, kinds=("at", "after", "when"), phrasing="key-last"):
            (twin,) = unanswerable_twins([q], timeline, rng)
            assert twin.text.split()[0] == q.text.split()[0] and twin.text[-1] == ":"


def test_how_often_something_that_is_not_there_happens_is_also_right_as_zero():
    timeline = Timeline((Event(2, 5, "red car", "stops"),), 20.0)
    asked = questions(timeline, random.Random(0), kinds=("count",), each=4)
    for q in unanswerable_twins(asked, timeline, random.Random(0)):
        assert judge(q, "0", timeline).ok and judge(q, "Zero times.", timeline).ok and judge(q, "never", timeline).ok
        assert judge(q, "1", timeline).kind == "false_confident"


def test_nothing_that_a_timeline_leaves_open_is_called_absent():
    timeline = Timeline((Event(1, 3, "car", "stops"),), 10.0)
    assert could_happen(Event(0, 1, "red car", "stops"), timeline)
    assert not could_happen(Event(0, 1, "red car", "turns left"), timeline)


def test_the_same_seed_makes_the_same_twins():
    timeline = make_story(5).timeline
    asked = questions(timeline, random.Random(0), each=2)
    for twin in (multiple_choice, yes_no, unanswerable_twins):
        assert twin(asked, timeline, random.Random(7)) == twin(asked, timeline, random.Random(7))
        assert twin(asked, timeline, random.Random(7)) != twin(asked, timeline, random.Random(8))


def test_the_open_question_of_a_choice_can_be_had_back():
    timeline = make_story(5).timeline
    asked = questions(timeline, random.Random(0), kinds=("at", "after", "when", "count"), each=2)
    back = {opened(q) for q in multiple_choice(asked, timeline, random.Random(0))}
    assert back <= set(asked)


@pytest.mark.parametrize("options", [0, 1, 9])
def test_a_number_of_options_that_has_no_letters_is_refused(options):
    with pytest.raises(CourseError, match=f"A choice of {options} options cannot be made. Ask for 2 to 8."):
        multiple_choice([], Timeline((), 10.0), random.Random(0), options)


@pytest.mark.parametrize("options", [2, 3, 8])
def test_other_numbers_of_options_are_balanced_too(options):
    rng = random.Random(0)
    timeline = make_story(3, 60.0).timeline
    asked = multiple_choice(questions(timeline, rng, each=3), timeline, rng, options)
    counts = Counter(q.answer for q in asked)
    assert asked and max(counts.values()) - min(counts[x] for x in LETTERS[:options]) <= 1
    assert all(judge(q, q.answer, timeline).ok for q in asked)
