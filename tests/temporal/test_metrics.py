import math
from pathlib import Path

import numpy as np
import pytest

from course_lib.temporal.benchmark import as_rows, bench_pocket
from course_lib.temporal.controls import CONTROLS, frames_a_moment, frozen, question_only, reversed_clip, shuffled
from course_lib.temporal.metrics import bootstrap, iou, match, order_score, same_time, wilson
from course_lib.timeline import Event
from course_lib.video import Clip

TRUE = (Event(2, 5, "red car", "turns right"), Event(8, 9, "light", "turns red"), Event(12, 15, "red car", "stops"))


def moved(events, seconds):
    return [Event(e.start + seconds, e.end + seconds, e.subject, e.action) for e in events]


def test_a_perfect_telling_has_f1_1_and_an_empty_one_0():
    assert match(TRUE, TRUE).f1 == 1.0
    assert match((), TRUE).f1 == 0.0
    assert match((), ()).f1 == 1.0


def test_one_right_one_moved_one_invented_one_missed():
    told = [TRUE[0], Event(20, 21, "light", "turns red"), Event(3, 4, "white dog", "runs")]
    found = match(told, TRUE)
    assert (len(found.pairs), len(found.moved), len(found.invented), len(found.missed)) == (1, 1, 1, 1)
    assert found.f1 == pytest.approx(2 / 6) and found.invented_share == pytest.approx(1 / 3)


def test_an_event_told_twice_counts_once():
    assert match([TRUE[0], TRUE[0]], TRUE).f1 == pytest.approx(2 / 5)


def test_repeated_events_are_paired_with_the_nearest():
    true = (Event(2, 3, "white dog", "jumps"), Event(20, 21, "white dog", "jumps"))
    assert match(tuple(reversed(true)), true).f1 == 1.0


def test_a_start_may_miss_by_the_tolerance_and_a_vague_stretch_is_not_right():
    e = TRUE[2]
    assert same_time(moved([e], 1.4)[0], e) and not same_time(moved([e], 3.5)[0], e)
    assert not same_time(Event(11, 30, e.subject, e.action), e)
    assert iou(Event(0, 2, "a", "b"), Event(1, 3, "a", "b")) == pytest.approx(1 / 3)


def test_a_telling_backwards_has_order_score_0_and_one_left_out_costs_its_pairs():
    assert order_score(TRUE, TRUE) == 1.0
    back = [Event(30 - e.end, 30 - e.start, e.subject, e.action) for e in TRUE]
    assert order_score(back, TRUE) == 0.0
    assert order_score(TRUE[:2], TRUE) == pytest.approx(1 / 3)
    assert order_score(TRUE, TRUE[:1]) is None


def test_wilson_and_bootstrap_give_known_intervals():
    low, high = wilson(80, 100)
    assert (low, high) == (pytest.approx(0.711, abs=1e-3), pytest.approx(0.867, abs=1e-3))
    assert wilson(0, 0) == (0.0, 1.0)
    assert bootstrap([1.0] * 20) == (1.0, 1.0) and math.isnan(bootstrap([])[0])
    low, high = bootstrap([0.0, 1.0] * 50)
    assert 0.37 < low < 0.45 and 0.55 < high < 0.63
    assert bootstrap([0.0, 1.0] * 50) == (low, high)


def numbered(seconds):
    frames = np.arange(len(seconds), dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 3), np.uint8)
    return Clip(frames, np.array(seconds, float), 30.0, "numbered")


def marks(clip):
    return clip.frames[:, 0, 0, 0].tolist()


def test_shuffled_keeps_every_frame_and_every_second_but_not_the_order():
    clip = numbered(range(10))
    other = shuffled(clip, seed=3)
    assert sorted(marks(other)) == marks(clip) != marks(other)
    assert other.seconds.tolist() == clip.seconds.tolist()
    assert marks(shuffled(clip, seed=3)) == marks(other)


def test_shuffled_keeps_close_pairs_together():
    pairs = [t + d for t in (1, 5, 9, 13, 17) for d in (0, 0.5)]
    clip = numbered(pairs)
    assert frames_a_moment(clip) == 2 and frames_a_moment(numbered(list(np.arange(10.0)))) == 1
    other = marks(shuffled(clip))
    assert other != marks(clip) and all(b == a + 1 and a % 2 == 0 for a, b in zip(other[::2], other[1::2], strict=True))


def test_reversed_twice_is_the_clip():
    clip = numbered([0.5, 1.0, 7.0, 20.0])
    back = reversed_clip(clip)
    assert marks(back) == [3, 2, 1, 0] and back.seconds.tolist() == [10.0, 23.0, 29.0, 29.5]
    again = reversed_clip(back)
    assert marks(again) == marks(clip) and np.allclose(again.seconds, clip.seconds)


def test_frozen_blank_and_question_only_leave_no_time_in_the_pictures():
    clip = numbered(range(10))
    assert set(marks(frozen(clip))) == {5} and set(marks(frozen(clip, 2))) == {2}
    assert len(set(marks(CONTROLS["blank"](clip)))) == 1
    only = question_only(clip)
    assert len(only.seconds) == 1 and only.frames.max() == 0 and only.duration == clip.duration


def test_controls_of_a_clip_of_one_frame_are_clips():
    for control in CONTROLS.values():
        assert len(control(numbered([0.0])).frames) == 1


class Looking:
    """Knows the story of a seed, but says it only if the pictures are those of the story."""

    name, size = "looking", 16

    def __init__(self, oracle):
        from course_lib.clipworld import make_scene

        self.make_scene, self.oracle = make_scene, oracle

    def moments(self, duration, num_frames=None):
        n = num_frames or 8
        return [(i + 0.5) * duration / n for i in range(n)]

    def _who(self, clip):
        scene = self.make_scene(int(clip.source.split()[2]), 30.0)
        real = scene.render(self.moments(30.0), self.size)
        return self.oracle(scene.timeline) if np.array_equal(real, clip.frames) else None

    def answers(self, clip, questions):
        known = self._who(clip)
        return [known.answer(clip, q) if known else "the red car stops" for q in questions]

    def summarize(self, clip):
        known = self._who(clip)
        return known.summarize(clip) if known else "from second 1 to 2 the green dog runs."


def test_the_benchmark_tells_a_model_that_looks_from_one_that_does_not(models):
    result = bench_pocket(Looking(models.Oracle), range(3), each=1)
    assert set(result["conditions"]) == {"clip", "shuffled", "blank", "question only"}
    clip, blank = result["conditions"]["clip"], result["conditions"]["blank"]
    assert clip["kinds"]["order"]["share"] == 1.0 and clip["summary"]["event_f1"]["mean"] == 1.0
    assert clip["kinds"]["when"]["n"] == 3 and clip["kinds"]["when"]["share"] == 1.0
    assert blank["kinds"]["when"]["share"] == 0.0 and blank["summary"]["invented_share"] == 1.0
    assert bench_pocket(Looking(models.Oracle), range(3), each=1) == result
    rows = as_rows(result)
    assert all(len(row) == len(rows[0]) for row in rows)


def test_the_benchmark_writes_its_table(models, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).resolve().parents[2])
    import benchmarks.pocket
    import benchmarks.record

    monkeypatch.setattr(benchmarks.record, "RESULTS", tmp_path)
    monkeypatch.setattr(benchmarks.pocket, "RESULTS", tmp_path)
    benchmarks.pocket.run(Looking(models.Oracle), range(2), each=1, controls=("blank",))
    assert "summary: event F1" in (tmp_path / "pocket.md").read_text()
    assert '"detail"' in (tmp_path / "pocket.json").read_text()
