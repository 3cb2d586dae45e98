"""The timeline viewer: what it shows, and the film that travels inside it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from course_lib import viz
from course_lib.errors import VideoError
from course_lib.timeline import Event, Timeline
from course_lib.video import probe, sample
from course_lib.viz import film as films
from course_lib.viz.esm import module
from course_lib.viz.film import Film, embeddable, stills
from course_lib.viz.viewer import viewer_data
from tests.video import video_files as make

FILM = Film(b"1234", 320, 240, 10.0, again=False)
TRUTH = Timeline(
    (Event(0, 2, "dog", "runs"), Event(3, 4, "red car", "stops"), Event(6, 7, "cat", "sleeps")), duration=10.0
)
TOLD = (Event(0.2, 2, "dog", "runs"), Event(8, 9, "red car", "stops"), Event(4, 5, "blue bird", "flies"))


def test_each_bar_has_its_times_its_text_and_the_word_for_what_is_wrong():
    view = viewer_data(FILM, TRUTH, TOLD, [1, 5], "Mine")
    assert (view.duration, view.width, view.height, view.bytes, view.title) == (10.0, 320, 240, 4, "Mine")
    assert view.ticks == (1.0, 5.0)
    true, told = view.rows
    assert (true.name, told.name) == ("true", "told")
    assert [(b.word, b.kind) for b in true.bars] == [("", ""), ("", ""), ("not told", "skipped")]
    assert [(b.word, b.kind) for b in told.bars] == [("", ""), ("shifted +5.0 s", "shifted"), ("invented", "invented")]
    assert told.bars[1].text == "red car stops · shifted +5.0 s"
    assert told.bars[1].label == "told: red car stops, 8.0 to 9.0 s, shifted +5.0 s"
    assert (told.bars[1].start, told.bars[1].end) == (8.0, 9.0)


def test_events_are_judged_only_by_the_other_side():
    assert viewer_data(FILM).rows == ()
    (true,) = viewer_data(FILM, TRUTH).rows
    assert {b.word for b in true.bars} == {""}
    (told,) = viewer_data(FILM, told=TOLD).rows
    assert told.name == "told" and {b.word for b in told.bars} == {""}
    true, told = viewer_data(FILM, TRUTH, ()).rows  # asked, and told nothing
    assert {b.word for b in true.bars} == {"not told"} and told.bars == ()


def test_an_event_told_after_the_end_says_its_second():
    (told,) = viewer_data(FILM, told=[Event(33, 35, "dog", "runs")]).rows
    assert told.bars[0].text == "dog runs (at 33 s)" and told.bars[0].start == 33


def test_the_data_travels_as_json():
    from dataclasses import asdict

    assert json.loads(json.dumps(asdict(viewer_data(FILM, TRUTH, TOLD, np.array([1.5])))))["ticks"] == [1.5]


def test_a_small_h264_film_is_embedded_as_it_is(tmp_path):
    path = make.write(tmp_path / "a.mp4", make.steady(20))
    film = embeddable(path)
    assert film.data == path.read_bytes() and not film.again
    assert (film.width, film.height, film.duration) == (80, 48, 2.0)


def browser_seconds(film: Film, path) -> list[tuple[int, float]]:
    """(number on it, second) of every frame of the embedded film, and that its own clock starts at 0."""
    path.write_bytes(film.data)
    info = probe(path)
    assert (info.codec, info.pixels, info.start, info.has_audio) == ("h264", "yuv420p", 0.0, False)
    assert info.duration == pytest.approx(film.duration, abs=0.002)
    clip = sample(path, fps=100)
    return list(dict.fromkeys((make.number_of(f), round(float(s), 2)) for f, s in zip(clip.frames, clip.seconds)))


UNEVEN = [0.0, 0.05, 0.3, 0.31, 0.9, 1.7, 1.75]


@pytest.mark.parametrize("case", ["sound", "vp9", "444", "late", "large"])
def test_a_film_that_is_encoded_again_keeps_the_second_of_every_frame(tmp_path, case):
    how = {
        "sound": ("a.mp4", {"audio_seconds": 2.0}),
        "vp9": ("a.webm", {"codec": "libvpx-vp9"}),
        "444": ("a.mkv", {"pixels": "yuv444p"}),
        "late": ("a.mp4", {}),
        "large": ("a.mp4", {"size": (480, 800)}),
    }
    name, options = how[case]
    path = make.write(tmp_path / name, UNEVEN, ticks=1000, **options)
    if case == "late":
        path = make.remux(path, tmp_path / "late.mkv", shift=7.0)
        assert probe(path).start > 6
    film = embeddable(path)
    assert film.again and max(film.width, film.height) <= films.SIDE
    wanted = sample(path, fps=100)
    original = dict.fromkeys((make.number_of(f), round(float(s), 2)) for f, s in zip(wanted.frames, wanted.seconds))
    assert browser_seconds(film, tmp_path / "out.mp4") == list(original)
    assert film.duration == probe(path).duration


def test_thirty_seconds_of_noise_stay_under_two_megabytes(tmp_path):
    rng = np.random.default_rng(0)
    path = make.write(
        tmp_path / "noise.mp4", make.steady(300), size=(360, 640), options={"preset": "ultrafast", "crf": "30"},
        picture=lambda number, h, w: np.roll(NOISE, rng.integers(0, 500, 2), (0, 1)),
    )  # fmt: skip
    assert path.stat().st_size > 5_000_000
    film = embeddable(path)
    assert film.again and len(film.data) < 2_000_000 and film.duration == 30.0


NOISE = np.random.default_rng(1).integers(0, 256, (360, 640, 3), np.uint8)


def test_a_film_of_over_ten_minutes_is_turned_away_in_one_line(tmp_path):
    path = make.write(tmp_path / "long.mp4", [0, 700], ticks=10)
    with pytest.raises(VideoError, match=r"lasts 12 minutes; a notebook holds at most 10\. Cut out a part"):
        embeddable(path)


def test_the_stills_are_frames_in_order_in_one_picture(tmp_path):
    path = make.write(tmp_path / "a.mp4", make.steady(24))
    strip = stills(path, most=12)
    sheet = np.asarray(Image.open(BytesIO(strip.jpeg)))
    assert sheet.shape == (2 * strip.height, 10 * strip.width, 3) and (strip.count, strip.columns) == (12, 10)
    tiles = [sheet[k // 10 * strip.height :, k % 10 * strip.width :][: strip.height, : strip.width] for k in range(12)]
    assert [make.number_of(tile) for tile in tiles] == [2 * k + 1 for k in range(12)]


def test_the_widget_and_its_picture_are_one_output(tmp_path, capsys):
    from IPython.core.interactiveshell import InteractiveShell

    path = make.write(tmp_path / "a.mp4", make.steady(100))
    shell = InteractiveShell.instance()
    with shell.display_trap, _caught(shell) as outputs:
        viz.view(path, TRUTH, TOLD, [1, 2])
    ((data, metadata),) = outputs
    assert "application/vnd.jupyter.widget-view+json" in data
    assert Image.open(BytesIO(base64.b64decode(data["image/png"]))).width > 1000
    assert "Told: 0.2 to 2.0 s the dog runs" in metadata["image/png"]["alt"]


def _caught(shell):
    from contextlib import contextmanager

    from IPython.core.displaypub import CapturingDisplayPublisher

    @contextmanager
    def catch():
        before, shell.display_pub = shell.display_pub, CapturingDisplayPublisher()
        outputs: list = []
        try:
            yield outputs
            outputs += [(o["data"], o["metadata"]) for o in shell.display_pub.outputs]
        finally:
            shell.display_pub = before

    return catch()


def test_the_script_is_one_module_that_loads_nothing():
    text = module("mark", "node.js", "player.js", "viewer.js", "naming.js", "ends.js", "marker.js")
    assert "import" not in text and "http" not in text
    assert text.count("export ") == 1


def test_importing_the_room_loads_no_widget_and_no_matplotlib():
    names = ("anywidget", "ipywidgets", "matplotlib", "av")
    loaded = f"import sys, course_lib.viz; print([m for m in {names} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True).stdout == "[]\n"
