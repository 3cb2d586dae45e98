"""`course summarize` and `course probe`, file to output, with an untrained model: what is printed, how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import course_lib
from course_lib.cli import main
from course_lib.clipworld import make_scene, write_video
from course_lib.timeline import Timeline
from course_lib.video import probe

COURSE = str(Path(sys.executable).parent / "course")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A model with random weights, a 4-second clip and its timeline."""
    from course_lib.model.pocket import PocketConfig, build_pocket

    folder = tmp_path_factory.mktemp("watching")
    small = PocketConfig(size=32, widths=(8, 8, 8, 8), hidden=32, layers=1, heads=2)
    build_pocket(small).save_pretrained(folder / "untrained")
    scene = make_scene(5, seconds=4)
    write_video(scene, folder / "clip.mp4", size=64)
    scene.timeline.save(folder / "clip.timeline.json")
    return folder


@pytest.fixture
def here(folder, monkeypatch):
    monkeypatch.chdir(folder)


def test_the_json_of_a_summary_has_the_promised_keys_and_nothing_else_is_printed(folder):
    run = subprocess.run(
        [COURSE, "summarize", "clip.mp4", "--model", "untrained", "--json"],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(run.stdout)
    assert set(told) == {"model", "duration", "seconds", "tokens", "note", "answer", "events"}
    assert told["model"] == "untrained"
    assert told["duration"] == pytest.approx(4, abs=0.1)
    assert told["seconds"] and all(0 <= s <= told["duration"] for s in told["seconds"])
    assert told["tokens"] > len(told["seconds"])
    assert run.stderr == ""


@pytest.mark.parametrize("option", [["--frames", "2"], ["--fps", "0.5"]])
def test_fewer_frames_are_seen_and_cost_fewer_tokens(here, capsys, option):
    counts = []
    for options in ([], option):
        assert main(["summarize", "clip.mp4", "--model", "untrained", "--json", *options]) == 0
        told = json.loads(capsys.readouterr().out)
        counts.append((len(told["seconds"]), told["tokens"]))
    assert counts[1][0] < counts[0][0]
    assert counts[1][1] < counts[0][1]


def test_a_person_reads_how_much_was_seen_and_then_the_answer(here, capsys):
    assert main(["summarize", "clip.mp4", "-m", "untrained", "-q", "What [happens] first?"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("clip.mp4: 4.0 s. untrained saw 32 frames as ")


def test_a_model_that_is_not_there_is_refused_by_name(here, capsys):
    assert main(["summarize", "clip.mp4", "--model", "gpt-9"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("ModelError: There is no model 'gpt-9'.")
    assert err.count("\n") == 1


def test_a_probe_with_a_timeline_judges_and_its_json_is_json_alone(here, capsys):
    assert main(["probe", "clip.mp4", "-m", "untrained", "-t", "clip.timeline.json", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["model"] == "untrained"
    assert report["timeline"]["duration"] == 4
    assert report["probes"]


def test_a_probe_without_a_timeline_looks_for_contradictions(here, capsys):
    assert main(["probe", "clip.mp4", "-m", "untrained"]) == 0
    assert "contradiction" in capsys.readouterr().out


def test_a_timeline_of_another_clip_is_refused(here, folder, capsys):
    make_scene(5, seconds=9).timeline.save(folder / "longer.json")
    assert main(["probe", "clip.mp4", "-m", "untrained", "-t", "longer.json"]) == 2
    assert capsys.readouterr().err.startswith("TimelineError: The timeline is of 9 s")


def test_a_timeline_in_another_language_is_refused(here, folder, capsys):
    events = [{"start": 1, "end": 2, "subject": "weißer Hund", "action": "läuft"}]
    (folder / "deutsch.json").write_text(json.dumps({"duration": 4, "events": events}), encoding="utf-8")
    assert main(["probe", "clip.mp4", "-m", "untrained", "-t", "deutsch.json"]) == 2
    assert "questions and judge know English alone" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--fps", "1e9"], ["--frames", "9" * 24], ["--frames", "513"]])
def test_more_frames_than_can_be_read_are_refused_before_any_is_decoded(here, capsys, option):
    assert main(["summarize", "clip.mp4", "-m", "untrained", *option]) == 2
    assert "moments are more than untrained can read. Give at most 512 frames." in capsys.readouterr().err


def test_a_damaged_film_is_said_to_be_one(here, folder, capsys):
    scene = make_scene(5, seconds=20)
    write_video(scene, folder / "long.mp4", size=64)
    data = bytearray((folder / "long.mp4").read_bytes())
    data[len(data) // 2 : len(data) * 5 // 8] = bytes(len(data) * 5 // 8 - len(data) // 2)
    (folder / "hole.mp4").write_bytes(data)
    assert main(["summarize", "hole.mp4", "-m", "untrained"]) == 0
    assert "The file is damaged: " in capsys.readouterr().out
    assert main(["probe", "hole.mp4", "-m", "untrained"]) == 0
    assert "hole.mp4 is damaged: " in capsys.readouterr().out
    assert main(["probe", "hole.mp4", "-m", "untrained", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["note"].startswith("damaged: ")


def test_an_unknown_mitigation_is_refused(here, capsys):
    assert main(["probe", "clip.mp4", "-m", "untrained", "--mitigation", "prayer"]) == 2
    assert "'prayer'" in capsys.readouterr().err


def test_the_report_is_written_into_the_folder_that_is_named(here, folder, capsys):
    assert main(["probe", "clip.mp4", "-m", "untrained", "-t", "clip.timeline.json", "--report", "out/here"]) == 0
    assert sorted(p.name for p in (folder / "out" / "here").iterdir()) == ["report.html", "report.png"]
    assert "out/here/report.html" in capsys.readouterr().out


def test_the_demo_tells_asks_marks_what_is_wrong_and_leaves_a_report(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "--model", str(folder / "untrained")]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("demo.mp4: 30 s. untrained saw 32 frames and tells:")
    assert "WRONG" in out
    assert "answers about time are right" in out
    assert out.rstrip().endswith("Written: report.html, report.png")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report.html", "report.png"]
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")


def test_the_shipped_clip_is_small_and_its_timeline_belongs_to_it():
    clips = Path(course_lib.__file__).parent / "clips"
    info = probe(clips / "demo.mp4")
    assert (clips / "demo.mp4").stat().st_size < 1_500_000
    assert info.duration == pytest.approx(30, abs=0.2)
    assert Timeline.load(clips / "demo.timeline.json").duration == pytest.approx(info.duration, abs=0.2)


def test_the_shipped_model_is_listed_with_its_size_and_runs_by_default(capsys):
    assert main(["models", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert 0 < rows["pocket"]["parameters"] <= 12_000_000
    assert rows["pocket"]["available"]
    clips = Path(course_lib.__file__).parent / "clips"
    assert main(["summarize", str(clips / "demo.mp4"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["model"] == "pocket"
    assert len(told["events"]) >= 2
