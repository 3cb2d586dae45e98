import io
import json
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from course_lib.errors import TimelineError
from course_lib.temporal import FAILURES, probe
from course_lib.temporal.contradictions import contradictions
from course_lib.timeline import Event, Timeline
from course_lib.video import Clip


def as_text(report):
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(report.table())
    return console.export_text()


def test_a_model_that_knows_the_timeline_makes_no_mistake(models, clip, timeline):
    for seed in range(5):
        report = probe(models.Oracle(timeline), clip, timeline, seed=seed)
        assert report.wrong == () and report.counts == {}
        assert {p.question.kind for p in report.probes} == {
            "summary", "at", "after", "before", "order", "when", "unanswerable",
        }  # fmt: skip
        assert report.matched.f1 == 1.0


def test_a_model_that_knows_the_timeline_contradicts_itself_nowhere(models, clip, timeline):
    report = probe(models.Oracle(timeline), clip)
    assert [c for c in report.contradictions if c.rule != "backwards"] == []
    assert sum(report.checks.values()) > 15


def test_swapped_before_and_after_is_found_as_order(models, clip, timeline):
    report = probe(models.Swapper(timeline), clip, timeline, each=4)
    kinds = {p.question.kind: p.verdict.kind for p in report.wrong}
    assert kinds["order"] == "order"
    assert "order" in {p.verdict.kind for p in report.wrong if p.question.kind in ("after", "before")}
    assert all(p.verdict.ok for p in report.probes if p.question.kind in ("summary", "when", "at", "unanswerable"))


def test_late_times_are_found_as_shifted_by_their_seconds(models, clip, timeline):
    report = probe(models.Late(timeline), clip, timeline)
    late = [p for p in report.wrong if p.question.kind == "when"]
    assert late and all(p.verdict.kind == "shifted" and p.verdict.off_by == pytest.approx(6, abs=0.5) for p in late)
    summary = next(p for p in report.probes if p.question.kind == "summary")
    assert {m.kind for m in summary.verdict.mistakes} == {"shifted"}


def test_one_answer_to_everything_is_false_confident_where_nothing_can_be_known(models, clip, timeline):
    report = probe(models.Constant(timeline), clip, timeline)
    assert {p.verdict.kind for p in report.probes if p.question.kind == "unanswerable"} == {"false_confident"}
    assert not any(p.verdict.ok for p in report.probes)


def test_refusing_everything_is_right_only_where_nothing_can_be_known(models, clip, timeline):
    report = probe(models.Abstainer(timeline), clip, timeline)
    assert all(p.verdict.ok == (p.question.kind == "unanswerable") for p in report.probes)
    assert set(report.counts) == {"false_abstain"}


def test_an_order_that_follows_the_question_contradicts_itself_without_a_timeline(models, clip, timeline):
    report = probe(models.FirstNamed(timeline), clip)
    found = [c for c in report.contradictions if c.rule == "two ways round"]
    assert len(found) >= 3 and all(c.kind == "order" and len(c.asked) == 2 and c.seconds for c in found)


def test_before_and_after_that_do_not_fit_each_other_are_a_contradiction(models, clip, timeline):
    class OneWay(models.Oracle):
        """Takes "before" for "after", but not the other way round."""

        def answer(self, clip, question, max_new_tokens=96):
            return super().answer(clip, question.replace("right before", "right after"))

    rules = {c.rule for c in probe(OneWay(timeline), clip).contradictions}
    assert "round trip" in rules


def test_times_asked_that_differ_from_those_of_the_summary_are_a_contradiction(models, clip, timeline):
    class Wavering(models.Late):
        summarize = models.Oracle.summarize

    found = [c for c in probe(Wavering(timeline), clip).contradictions if c.rule == "summary time"]
    assert found and all(c.kind == "shifted" and c.off_by == pytest.approx(6, abs=0.6) for c in found)


def test_a_second_past_the_end_must_not_be_described(models, clip, timeline):
    found = probe(models.Constant(timeline), clip).contradictions
    assert [c.rule for c in found] == ["past the end"]


def test_a_model_that_does_not_look_says_the_same_of_the_clip_backwards(models, clip, timeline):
    found = [c for c in probe(models.Blind(timeline), clip).contradictions if c.rule == "backwards"]
    assert found and found[0].asked[1][0].startswith("(backwards)")


def test_the_same_seed_asks_the_same_questions_and_another_seed_others(models, clip, timeline):
    asked = []
    for seed in (1, 1, 2):
        model = models.Oracle(timeline)
        probe(model, clip, timeline, seed=seed)
        asked.append(model.asked)
    assert asked[0] == asked[1] != asked[2]


def test_the_report_is_plain_json_that_holds_what_was_asked_and_found(models, clip, timeline):
    report = probe(models.Late(timeline), clip, timeline)
    data = json.loads(report.to_json())
    assert data["model"] == "late" and len(data["sampled"]) == 16
    assert len(data["probes"]) == len(report.probes) and set(data["counts"]) <= set(FAILURES)
    assert data["timeline"]["events"][0]["subject"] == "person in red"
    without = json.loads(probe(models.FirstNamed(timeline), clip).to_json())
    assert without["timeline"] is None and without["contradictions"][0]["asked"][0]["answer"]


def test_the_table_marks_the_wrong_ones_with_a_word(models, clip, timeline):
    text = as_text(probe(models.Late(timeline), clip, timeline))
    assert "WRONG shifted" in text and "right" in text
    assert "event F1 0.00" in text
    assert "two ways round" in as_text(probe(models.FirstNamed(timeline), clip))


def test_control_characters_of_an_answer_do_not_reach_the_terminal(models, clip, timeline):
    class Rude(models.Constant):
        text = "\x1b[2Jthe red car \x07turns right [/bold] [red]"

    text = as_text(probe(Rude(timeline), clip, timeline))
    assert "\x1b" not in text and "\x07" not in text and "[/bold]" in text


def test_a_timeline_of_another_length_is_refused(models, clip, timeline):
    with pytest.raises(TimelineError, match=r"12 s, the clip of 30 s"):
        probe(models.Oracle(timeline), clip, Timeline((), 12.0))


def test_a_timeline_without_events_is_probed(models, clip):
    empty = Timeline((), 30.0)
    report = probe(models.Oracle(empty), clip, empty)
    assert report.probes and not report.wrong


def test_a_learners_own_words_are_probed(models, clip):
    own = Timeline(
        (
            Event(4.5, 8.6, "white car", "drives up"),
            Event(14.5, 18.4, "light blue car", "parks near the shop"),
            Event(20.0, 24.0, "man in a black hat", "opens the door"),
        ),
        30.0,
    )
    report = probe(models.Oracle(own), clip, own)
    assert report.wrong == (), report.wrong


def test_a_second_told_otherwise_in_other_frames_is_a_contradiction(timeline, clip, models):
    oracle = models.Oracle(timeline)
    other = replace(clip, source="in other frames")

    def ask(shown, questions):
        wrong = "the blue car stops"
        return [wrong] * len(questions) if shown is other else oracle.answers(shown, questions)

    found = contradictions(ask, clip, timeline.events, again=other)
    assert found.checks["two looks"] == 4
    apart = [c for c in found.contradictions if c.rule == "two looks"]
    assert len(apart) == 4 and all("(other frames)" in c.asked[1][0] for c in apart)
    steady = contradictions(oracle.answers, clip, timeline.events, again=other)
    assert steady.checks["two looks"] == 4
    assert not [c for c in steady.contradictions if c.rule == "two looks"]


def test_a_bird_that_lands_and_flies_is_not_asked_about_against_itself_played_backwards():
    """Both are then "flies": a right answer would be taken for a contradiction."""
    told = [Event(1.0, 4.0, "black bird", "lands"), Event(5.0, 9.0, "black bird", "flies")]
    clip = Clip(np.zeros((4, 8, 8, 3), np.uint8), np.array([1.0, 3.0, 6.0, 8.0]), 10.0, "drawn")
    asked: list[str] = []

    def ask(clip: Clip, questions: list[str]) -> list[str]:
        asked.extend(questions)
        return ["the black bird lands" for _ in questions]

    contradictions(ask, clip, told)
    assert not any(q.count("black bird flies") > 1 for q in asked)
