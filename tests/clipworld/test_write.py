"""Scenes as files: real containers, true times."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from course_lib.clipworld import SceneError, make_scene, write_video


def _decode(path: Path) -> tuple[list[float], list[np.ndarray]]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return [float(f.time) for f in frames], [f.to_ndarray(format="rgb24") for f in frames]


def test_a_written_clip_shows_the_scene_at_the_times_it_says(tmp_path: Path) -> None:
    scene = make_scene(7, 5)
    times, frames = _decode(write_video(scene, tmp_path / "a.mp4", fps=10, size=96))
    assert np.allclose(times, np.arange(50) / 10)
    drawn = scene.render(times, 96)
    assert max(np.abs(a.astype(int) - b).mean() for a, b in zip(frames, drawn)) < 12
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert container.duration == pytest.approx(5e6, abs=1e5)


def test_uneven_frames_carry_their_own_times(tmp_path: Path) -> None:
    scene = make_scene(7, 5)
    times, frames = _decode(write_video(scene, tmp_path / "a.mkv", fps=10, vfr=True, size=64))
    gaps = np.diff(times)
    assert len(times) == 50 and times[0] == 0 and gaps.min() > 0.01 and gaps.std() > 0.02
    drawn = scene.render(times, 64)
    assert max(np.abs(a.astype(int) - b).mean() for a, b in zip(frames, drawn)) < 14


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".avi", ".ts", ".m4v"])
def test_each_container_holds_every_frame(tmp_path: Path, suffix: str) -> None:
    times, frames = _decode(write_video(make_scene(2, 4), tmp_path / f"a{suffix}", fps=6.25, size=(48, 80)))
    assert len(frames) == 25 and frames[0].shape == (48, 80, 3)
    assert np.allclose(np.diff(times), 0.16, atol=0.002)


def test_thirty_seconds_at_384_px_are_small_enough_to_ship(tmp_path: Path) -> None:
    noisiest = max(range(60), key=lambda seed: (make_scene(seed).looks.noise, make_scene(seed).looks.jitter))
    path = write_video(make_scene(noisiest, 10), tmp_path / "a.mp4")
    assert path.stat().st_size < 1.5e6 / 3


def test_the_same_scene_writes_the_same_file_twice(tmp_path: Path) -> None:
    a, b = (write_video(make_scene(4, 4), tmp_path / n, fps=5, size=64) for n in ("a.mp4", "b.mp4"))
    assert _decode(a)[0] == _decode(b)[0]
    assert all((x == y).all() for x, y in zip(_decode(a)[1], _decode(b)[1]))


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("a.txt", {}, "a.txt"),
        ("a.mp4", {"size": 95}, "95"),
        ("a.mp4", {"fps": 0}, "0 frames"),
        ("a.avi", {"vfr": True}, "avi"),
        ("missing/a.mp4", {}, "missing"),
    ],
)
def test_what_cannot_be_written_is_refused_before_drawing(tmp_path: Path, name: str, options: dict, says: str) -> None:
    with pytest.raises(SceneError, match=says):
        write_video(make_scene(1, 4), tmp_path / name, **options)
    assert not list(tmp_path.glob("a.*"))
