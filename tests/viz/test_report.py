import re

import numpy as np
import pytest
from PIL import Image

from course_lib.clipworld import make_scene, write_video
from course_lib.clipworld.questions import summary_text
from course_lib.temporal import probe
from course_lib.timeline import Event, Timeline
from course_lib.video import Clip, sample
from course_lib.viz import frame_strip, timelines, write_report
from course_lib.viz.timelines import _placed, _stack, strip_frames


class Fixed:
    """Says the same to every question, and tells its events in a summary."""

    def __init__(self, events, text="<script>alert(1)</script> the red car stops"):
        self.name, self.events, self.text = "fixed <model>", events, text

    def answers(self, clip, questions):
        return [self.text for _ in questions]

    def summarize(self, clip):
        return summary_text(self.events) if self.events else self.text


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    scene = make_scene(7, 6.0)
    path = tmp_path_factory.mktemp("film") / "a <b> & c.mp4"
    write_video(scene, path, fps=6, size=96)
    return sample(path, num_frames=6, size=(64, 64)), scene.timeline


def test_the_report_is_one_page_that_needs_nothing_beside_it(film, tmp_path):
    clip, timeline = film
    page, picture = write_report(probe(Fixed(()), clip, timeline), tmp_path / "new" / "folder")
    html = page.read_text()
    assert 'src="data:image/png;base64,' in html and 'src="data:video/mp4;base64,' in html
    assert not re.search(r'(?:src|href)="(?!data:)', html)
    assert "prefers-color-scheme: dark" in html and 'alt="Frames of the clip' in html
    with Image.open(picture) as image:
        width, height = image.size
    assert width > 1200 and height > 300


def test_what_a_model_wrote_cannot_act_in_the_page(film, tmp_path):
    clip, timeline = film
    html = write_report(probe(Fixed(()), clip, timeline), tmp_path)[0].read_text()
    assert "<script" not in html and "&lt;script&gt;" in html
    assert "fixed &lt;model&gt;" in html and "a &lt;b&gt; &amp; c.mp4" in html


def test_wrong_answers_are_marked_by_a_word_and_not_by_colour_alone(film, tmp_path):
    clip, timeline = film
    report = probe(Fixed(()), clip, timeline)
    html = write_report(report, tmp_path)[0].read_text()
    assert html.count("wrong: ") == len(report.wrong) > 0


def test_a_large_clip_is_left_out_of_the_page(film, tmp_path):
    clip, timeline = film
    large = tmp_path / "large.mp4"
    large.write_bytes(b"\0" * 2_000_001)
    other = Clip(clip.frames, clip.seconds, clip.duration, str(large))
    assert "<video" not in write_report(probe(Fixed(()), other, timeline), tmp_path)[0].read_text()


def test_contradictions_are_shown_with_their_frames(film, tmp_path):
    clip, _ = film
    events = (Event(0.5, 1.5, "red car", "turns right"), Event(3, 4, "red car", "stops"))
    report = probe(Fixed(events), clip)
    html = write_report(report, tmp_path)[0].read_text()
    assert report.contradictions and html.count('<tr class="wrong">') == len(report.contradictions)
    assert 'class="small" alt="The frame at' in html


def texts(figure):
    return [t.get_text() for axis in figure.axes for t in axis.texts]


def test_the_picture_says_what_is_wrong_with_each_event():
    true = Timeline((Event(1, 3, "red car", "stops"), Event(5, 7, "light", "turns red")), 20.0)
    told = (Event(9, 11, "red car", "stops"), Event(14, 15, "white dog", "runs"))
    shown = texts(timelines(true, told, [2.0, 6.0]))
    assert "red car stops · shifted +8.0 s" in shown and "white dog runs · invented" in shown
    assert "light turns red · not told" in shown and "red car stops" in shown


def test_labels_do_not_lie_over_each_other():
    rng = np.random.default_rng(0)
    for _ in range(50):
        starts = rng.uniform(0, 35, 12)  # some past the end
        items = [(Event(s, s + 2, "person in white", "picks up a box"), "invented") for s in starts]
        lanes = _stack(items, 30.0)
        spans = [_placed(e, w, 30.0) for e, w in items]
        for i in range(12):
            for j in range(i):
                if lanes[i] == lanes[j]:
                    a, b = sorted((spans[i].label, spans[j].label))
                    assert a[1] <= b[0]


def test_a_picture_is_drawn_of_a_telling_past_the_end_of_nothing_and_of_one_frame(tmp_path):
    one = Clip(np.zeros((1, 20, 40, 3), np.uint8), np.zeros(1), 0.04, "one")
    timelines(None, (Event(33, 36, "red car", "stops"),), [1, 2], 30.0).savefig(tmp_path / "a.png")
    timelines(Timeline((), 0.04), (), [0.0], clip=one).savefig(tmp_path / "b.png")
    frame_strip(one).savefig(tmp_path / "c.png")
    assert "nothing" in texts(timelines(Timeline((), 5.0), (), []))


def test_the_strip_shows_frames_at_their_own_seconds(film):
    clip, _ = film
    assert texts(frame_strip(clip))[:2] == [f"{clip.seconds[0]:.1f} s", f"{clip.seconds[1]:.1f} s"]


def test_the_strip_takes_the_frames_nearest_to_the_middles_of_equal_parts():
    seconds = np.array([0.0, 0.1, 0.2, 4.0, 9.9])
    clip = Clip(np.zeros((5, 20, 40, 3), np.uint8), seconds, 10.0, "five")
    assert strip_frames(clip, 2) == [3, 4]  # 2.5 s and 7.5 s
    assert strip_frames(clip, 9) == [2, 3, 3, 4, 4] and len(strip_frames(clip)) == 5
