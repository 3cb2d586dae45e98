"""Which time is taken for which: where each answer lies, and what is drawn of it."""

import itertools
import re

import numpy as np
import pytest

from course_lib.clipworld.questions import UNSEEN, Question, summary_text
from course_lib.temporal import probe
from course_lib.temporal.judge import judge
from course_lib.temporal.report import Probe
from course_lib.temporal.verdict import FAILURES
from course_lib.timeline import Event, Timeline
from course_lib.video import Clip
from course_lib.viz import palette, write_report
from course_lib.viz.confusion import _letters, apart, confusion_alt, confusion_data, draw_confusion
from course_lib.viz.confusion_points import Point

STORY = Timeline(
    (
        Event(2, 5, "person in red", "walks"),
        Event(6.5, 8.5, "white dog", "runs"),
        Event(10, 12, "person in red", "waves"),
        Event(14, 16, "yellow ball", "bounces"),
        Event(18, 21, "white bird", "lands"),
    ),
    30.0,
)
WALKS, RUNS, WAVES, BOUNCES, LANDS = STORY.events


def asked(kind, text, answer, event=None, evidence=None):
    evidence = evidence or (event.start, event.end)
    return Question(text, answer, kind, evidence, (answer,), False)


def points(*pairs):
    """The points of (question, answer) pairs."""
    return confusion_data([Probe(q, a, judge(q, a, STORY)) for q, a in pairs], STORY)


AT = asked("at", "What happens at second 7?", RUNS.text, RUNS)
AFTER = asked("after", "What happens after the dog runs?", WAVES.text, evidence=(6.5, 12))
ORDER = asked("order", "Which is first: the ball bounces, or the bird lands?", BOUNCES.text, evidence=(14, 21))
WHEN = asked("when", "When does the dog run?", "from second 6 to 8", RUNS)
NEVER = asked("unanswerable", "When does the blue car stop?", UNSEEN, evidence=(0, 30))


@pytest.mark.parametrize(
    ("question", "answer", "true", "told", "kind"),
    [
        (AT, "the white dog runs", 6.5, 6.5, "right"),
        (AT, "the ball bounces", 6.5, 14, "shifted"),
        (AT, "the blue car stops", None, 6.5, "invented"),
        (AT, "That cannot be seen.", 6.5, None, "false_abstain"),
        (AT, "", 6.5, None, "skipped"),
        (AT, "qwrt zzz", 6.5, None, "unread"),
        (AFTER, "the person in red waves", 10, 10, "right"),
        (AFTER, "the person in red walks", 10, 2, "order"),
        (AFTER, "the bird lands", 10, None, "skipped"),
        (ORDER, "the bird lands", 14, 18, "order"),
        (WHEN, "from second 6 to 8", 6.5, 6, "right"),
        (WHEN, "at second 20", 6.5, 20, "shifted"),
        (WHEN, "That cannot be determined.", 6.5, None, "false_abstain"),
        (NEVER, "at second 12", None, 12, "false_confident"),
    ],
)
def test_an_answer_lies_at_its_true_and_at_its_told_time(question, answer, true, told, kind):
    [point] = points((question, answer)).points
    assert (point.true, point.told, point.kind) == (true, told, kind)


def test_a_refusal_that_is_right_and_a_count_have_no_place_and_are_counted():
    count = asked("count", "How many events are there?", "5", evidence=(0, 30))
    data = points((NEVER, UNSEEN), (count, "4"))
    assert data.points == () and data.unplaced == 2


def test_two_answers_in_one_place_are_one_point_of_two():
    data = points((AT, "the white dog runs"), (AT, "the white dog runs"))
    assert data.points == (Point(6.5, 6.5, "right", RUNS.text, 2),)


def test_a_summary_is_a_point_an_event():
    told = (WALKS, Event(20, 22, "white dog", "runs"), Event(25, 27, "blue car", "stops"))
    q = asked("summary", "Describe the video.", summary_text(STORY.events), evidence=(0, 30))
    data = points((q, summary_text(told)))
    found = {(p.true, p.told, p.kind) for p in data.points}
    assert found == {
        (2, 2, "right"), (6.5, 20, "shifted"), (None, 25, "invented"),
        (10, None, "skipped"), (14, None, "skipped"), (18, None, "skipped"),
    }  # fmt: skip


def test_where_nothing_more_happens_the_end_of_the_clip_stands_for_it():
    last = asked("after", "What happens after the bird lands?", "nothing happens", evidence=(18, 30))
    assert points((last, "nothing happens")).points[0].true == 30
    assert points((last, "the white dog runs")).points[0].told == 6.5


@pytest.mark.parametrize("letter", ["B", "Yes", "(a) the white dog runs"])
def test_a_letter_or_a_yes_tells_no_event(letter):
    yes = Question("Does the dog run at second 7?", "yes", "at", (6.5, 8.5), ("yes",), False, "yes-no")
    p = Probe(yes, letter, judge(yes, letter, STORY))
    assert confusion_data([p], STORY).points == ()


def test_without_a_timeline_there_is_no_true_time():
    with pytest.raises(ValueError, match="Without a timeline"):
        confusion_data([])


def test_every_kind_of_failure_has_a_colour_and_a_shape_of_its_own():
    assert set(palette.MARKS) == {"right", *FAILURES}
    colours, shapes = zip(*palette.MARKS.values())
    assert len(set(colours)) == len(set(shapes)) == len(palette.MARKS)


def texts(figure):
    return [t.get_text() for axis in figure.axes for t in axis.texts]


def drawn(figure):
    """Axis number -> how many markers lie on it: main, not told, not in the clip, neither."""
    return [len(axis.collections) for axis in figure.axes]


def test_events_are_lettered_and_named_and_what_is_invented_or_skipped_lies_on_the_margins():
    figure = draw_confusion(points((AT, "the ball bounces"), (AT, "the blue car stops"), (AFTER, "the bird lands")))
    shown = texts(figure)
    assert [t for t in shown if re.match(r"[A-E]  ", t)] == [
        "A  person in red walks", "B  white dog runs", "C  person in red waves", "D  yellow ball bounces",
        "E  white bird lands",
    ]  # fmt: skip
    assert "blue car stops" in shown
    assert drawn(figure) == [1, 1, 1, 0]
    legend = [t.get_text() for t in figure.legends[0].get_texts()]
    assert legend == [
        "1 shifted: right event, wrong time", "1 invented: not in the clip", "1 skipped: a step left out",
    ]  # fmt: skip


def test_a_picture_is_drawn_of_no_answers_of_no_events_and_of_sixty(tmp_path):
    many = Timeline(tuple(Event(2 * i, 2 * i + 1, "person in orange", "picks up a box") for i in range(60)), 120.0)
    for i, timeline in enumerate((STORY, Timeline((), 5.0), many)):
        draw_confusion(confusion_data([], timeline), "a title").savefig(tmp_path / f"{i}.png")
    assert _letters(60)[25:28] == ["Z", "AA", "AB"] and len(set(_letters(60))) == 60


def test_labels_keep_their_distance_and_stay_within_the_picture():
    rng = np.random.default_rng(0)
    for n in (1, 2, 12, 25):
        for _ in range(40):
            wanted = rng.uniform(0, 4.9, n).tolist()
            places = apart(wanted, 4.9 / 25, 4.9)
            assert all(-1e-9 <= p <= 4.9 + 1e-9 for p in places)
            ordered = [places[i] for i in np.argsort(wanted)]
            assert all(b - a >= 4.9 / 25 - 1e-9 for a, b in itertools.pairwise(ordered))
    assert apart([1.0, 3.0], 0.2, 4.9) == [1.0, 3.0]


def test_the_words_for_those_who_cannot_see_it_say_how_many_and_the_farthest():
    alt = confusion_alt(points((AT, "the ball bounces"), (AT, "the white dog runs")))
    assert "1 right, 1 shifted" in alt
    assert '"the yellow ball bounces", true at 6.5 s, told at 14 s' in alt


class Late:
    """Everything 6 seconds late, in an untrusted voice."""

    name = "late"

    def answers(self, clip, questions):
        return ["<script>x</script> the blue car stops" for _ in questions]

    def summarize(self, clip):
        return summary_text([Event(e.start + 6, e.end + 6, e.subject, e.action) for e in STORY])


def test_the_report_has_the_picture_with_its_words_where_there_is_a_timeline(tmp_path):
    clip = Clip(np.zeros((16, 32, 32, 3), np.uint8), np.arange(16) * 1.9, 30.0, "story.mp4")
    html = write_report(probe(Late(), clip, STORY), tmp_path)[0].read_text()
    assert "Which time is taken for which" in html
    assert 'alt="Answers by true time (across) and told time (up)' in html
    assert "<script" not in html
    assert "Which time is taken for which" not in write_report(probe(Late(), clip), tmp_path)[0].read_text()
