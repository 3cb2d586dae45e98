import json
import random
from pathlib import Path

import pytest

from course_lib.clipworld.questions import KINDS, Question, questions
from course_lib.clipworld.words import ACTIONS, COLOURS, subject
from course_lib.temporal.judge import judge
from course_lib.temporal.verdict import FAILURES
from course_lib.timeline import Event, Timeline

HERE = Path(__file__).parent


def asked() -> tuple[dict[str, Timeline], dict[str, tuple[Question, str]]]:
    """Timelines by name, and questions by key with the name of their timeline."""
    data = json.loads((HERE / "asked.json").read_text())
    timelines = {name: Timeline.from_json(json.dumps(t)) for name, t in data["timelines"].items()}
    questions = {}
    for key, q in data["questions"].items():
        accepted = (q["answer"], *q.get("also", ()))
        form, options = q.get("form", "open"), tuple(q.get("options", ()))
        questions[key] = (
            Question(q["text"], q["answer"], q["kind"], tuple(q["evidence"]), accepted, False, form, options),
            q["timeline"],
        )
    return timelines, questions


def triples() -> list[dict]:
    return [json.loads(line) for line in (HERE / "judged.jsonl").read_text().splitlines()]


TIMELINES, QUESTIONS = asked()
TRIPLES = triples()


def agrees(triple):
    question, timeline = QUESTIONS[triple["q"]]
    verdict = judge(question, triple["answer"], TIMELINES[timeline])
    return (verdict.ok, verdict.kind) == (triple["ok"], triple["kind"])


def random_timeline(rng):
    """Non-overlapping events in clipworld's words, some repeated."""
    actors = [(k, c) for k in ("car", "person", "dog", "bird") for c in rng.sample(COLOURS, 2)] + [("light", None)]
    events, t = [], rng.uniform(0.5, 2)
    while t < 26:
        kind, colour = rng.choice(actors)
        action = rng.choice([a for a in ACTIONS if kind in a.kinds]).present
        end = t + rng.uniform(1.2, 3)
        events.append(Event(round(t, 1), round(end, 1), subject(kind, colour), action))
        t = end + rng.uniform(0.4, 2.5)
    return Timeline(tuple(events), 30.0)


def test_the_hand_written_set_is_big_enough_and_names_every_kind_of_failure():
    assert len(TRIPLES) >= 150
    assert {t["kind"] for t in TRIPLES} == {None, *FAILURES}
    assert {QUESTIONS[t["q"]][0].kind for t in TRIPLES} == set(KINDS)
    assert sum(QUESTIONS[t["q"]][0].form == "choice" for t in TRIPLES) >= 40
    assert sum(QUESTIONS[t["q"]][0].form == "yes-no" for t in TRIPLES) >= 30


def test_the_judge_agrees_with_at_least_97_percent_of_the_hand_written_verdicts():
    missed = [f"{t['q']}: {t['answer'][:80]!r} is {t['kind'] or 'right'}" for t in TRIPLES if not agrees(t)]
    assert len(missed) <= 0.03 * len(TRIPLES), "\n".join(missed)


@pytest.mark.parametrize("phrasing", ["training", "held-out"])
def test_every_accepted_answer_of_every_question_is_right(phrasing):
    for seed in range(15):
        rng = random.Random(seed)
        timeline = random_timeline(rng)
        for q in questions(timeline, rng, each=2, phrasing=phrasing):
            for answer in (q.answer, *q.accepted):
                verdict = judge(q, answer, timeline)
                assert verdict.ok, (seed, q, answer, verdict)


def test_another_event_than_the_right_one_is_never_right():
    for seed in range(15):
        rng = random.Random(seed)
        timeline = random_timeline(rng)
        for q in questions(timeline, rng, kinds=("at", "after", "before", "order"), each=2):
            if q.answer in ("before", "after"):
                continue
            for e in timeline:
                if e.text != q.answer and e.text not in q.accepted:
                    verdict = judge(q, e.text, timeline)
                    assert not verdict.ok and verdict.kind in ("order", "shifted", "skipped"), (q, e.text, verdict)


def test_a_right_event_at_a_wrong_second_is_shifted_by_the_seconds_between():
    timeline = TIMELINES["road"]
    early = judge(QUESTIONS["when"][0], "from second 4 to 7", timeline)
    assert (early.kind, early.off_by) == ("shifted", -6.0)
    too_soon = judge(QUESTIONS["at4"][0], "the red car stops", timeline)
    assert (too_soon.kind, too_soon.off_by) == ("shifted", -4.0)


def test_a_verdict_quotes_the_words_that_decided():
    verdict = judge(QUESTIONS["at4"][0], "Well, I think the blue car turns right here.", TIMELINES["road"])
    assert verdict.words == ("blue car turns right",)
    assert "blue car turns right" in verdict.why and "the red car turns right" in verdict.why


def test_an_answer_that_leaves_open_which_of_two_cars_is_half_a_point():
    timeline = Timeline((Event(1, 3, "red car", "stops"), Event(5, 7, "blue car", "stops")), 10.0)
    question = Question("What happens at second 2?", "the red car stops", "at", (1, 3), ("the red car stops",), False)
    assert judge(question, "the car stops", timeline).score == 0.5
    assert judge(question, "the red car stops", timeline).score == 1.0


def test_every_wrong_event_of_a_summary_is_listed_with_its_kind():
    answer = (
        "from second 3 to 6 the red car turns right. from 20 to 22 s the light turns red. from 1 to 2 s a dog runs."
    )
    verdict = judge(QUESTIONS["sum"][0], answer, TIMELINES["road"])
    kinds = [m.kind for m in verdict.mistakes]
    assert (kinds.count("invented"), kinds.count("shifted"), kinds.count("skipped")) == (1, 1, 5)
    assert next(m.off_by for m in verdict.mistakes if m.kind == "shifted") == 12.0
    assert verdict.score == pytest.approx(2 * 1 / (3 + 7))


@pytest.mark.parametrize("key", QUESTIONS)
@pytest.mark.parametrize(
    "answer",
    [
        "",
        " \n",
        "\x00\x1b[31m",
        "🙂" * 50,
        "the " * 5000,
        "Der rote Wagen hält an.",
        "((((((((((",
        "0:0:0:0:0",
        "9" * 400,
        "-" * 3000,
    ],
)
def test_any_text_has_a_verdict_and_none_of_these_is_right(key, answer):
    question, timeline = QUESTIONS[key]
    verdict = judge(question, answer, TIMELINES[timeline])
    assert not verdict.ok and verdict.kind in FAILURES


def test_the_prompt_given_back_is_no_answer():
    for question, timeline in QUESTIONS.values():
        if question.kind != "unanswerable":
            assert not judge(question, question.text, TIMELINES[timeline]).ok, question.text
