"""`course probe --seeds`: many clips, a comparison, a run that goes on; and a mitigation on one video."""

import json
from pathlib import Path

import pytest

from course_lib import zoo
from course_lib.cli import main
from course_lib.clipworld import make_scene, write_video


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A model with random weights, a 4-second clip and its timeline."""
    from course_lib.model.pocket import PocketConfig, build_pocket

    folder = tmp_path_factory.mktemp("probing")
    small = PocketConfig(size=32, widths=(8, 8, 8, 8), hidden=32, layers=1, heads=2)
    build_pocket(small).save_pretrained(folder / "untrained")
    scene = make_scene(5, seconds=4)
    write_video(scene, folder / "clip.mp4", size=64)
    scene.timeline.save(folder / "clip.timeline.json")
    return folder


@pytest.fixture(autouse=True)
def here(folder, monkeypatch):
    monkeypatch.chdir(folder)


SEEDS = ["probe", "-m", "untrained", "--seeds", "0:2", "--seconds", "6", "--each", "1"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give a VIDEO or --seeds"),
        (["clip.mp4", "--seeds", "0:2"], "not both"),
        (["--seeds", "5:2"], "'5:2', which holds none"),
        (["--seeds", "2:2"], "'2:2', which holds none"),
        (["--seeds", "a:b"], "'a:b': give them as FROM:TO, like 0:200"),
        (["--seeds", ":"], "':': give them as FROM:TO"),
        (["--seeds", ""], "'': give them as FROM:TO"),
        (["--seeds", "3"], "'3': give them as FROM:TO"),
        (["--seeds=-1:3"], "'-1:3': give them as FROM:TO"),
        (["--seeds", "0:1e3"], "'0:1e3': give them as FROM:TO"),
        (["--seeds", "0:2000000"], "seeds from 1,000,000 on are trained on"),
        (["--seeds", "0:2", "--timeline", "clip.timeline.json"], "--timeline needs a VIDEO"),
        (["--seeds", "0:2", "--scheduler", "tcp://127.0.0.1:1", "--workers", "2"], "not both"),
        (["--seeds", "0:2", "--scheduler", "nowhere"], "'nowhere' is no address of a dask scheduler"),
        (["--seeds", "0:2", "--scene-kind", "opera"], "no kind of scene 'opera'"),
        (["--seeds", "0:2", "--seconds", "2"], "A scene of 2.0 s cannot be made"),
        (["--seeds", "0:2", "--mitigation", "prayer"], "'prayer'"),
        (["--seeds", "0:2", "--workers", "0"], "--workers"),
        (["--seeds", "0:2", "--each", "0"], "--each"),
        (["--seeds", "0:2", "-m", "gpt-9"], "There is no model 'gpt-9'"),
        (["clip.mp4", "--workers", "2"], "--workers needs --seeds"),
        (["clip.mp4", "--scheduler", "tcp://127.0.0.1:1"], "--scheduler needs --seeds"),
        (["clip.mp4", "--scene-kind", "two"], "--scene-kind needs --seeds"),
        (["clip.mp4", "--seconds", "9"], "--seconds needs --seeds"),
        (["clip.mp4", "--mitigation", "vote", "--mitigation", "denser"], "one --mitigation for a VIDEO"),
    ],
)
def test_bad_usage_ends_with_2_and_one_line(capsys, arguments, said):
    model = [] if "-m" in arguments else ["-m", "untrained"]
    assert main(["probe", *arguments, *model]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err and err.count("\n") == 1 and "Traceback" not in err


def test_clips_of_clipworld_are_probed_beside_controls_and_failures_are_counted(capsys):
    assert main([*SEEDS]) == 0
    out = capsys.readouterr().out
    for words in ("Right, by kind of question", "single frame", "question only", "shuffled frames", "constant answer",
                  "Wrong answers, by kind of failure", "on 2 clips of 6 s (story)"):  # fmt: skip
        assert words in out
    assert "Gain" not in out


def test_with_mitigations_it_is_a_comparison_and_its_json_is_json_alone(capsys):
    assert main([*SEEDS, "--mitigation", "denser", "--mitigation", "timestamps", "--scene-kind", "two", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [w["name"] for w in data["ways"]][:3] == ["none", "denser", "timestamps"]
    assert data["scene_kinds"] == ["two"] and data["seeds"] == [0, 1] and data["seconds"] == 6
    assert data["ways"][1]["ratios"]["frames"] == 2


def test_a_run_in_a_folder_leaves_its_reports_and_run_again_asks_nothing(folder, tmp_path, capsys, monkeypatch):
    out = ["--mitigation", "denser", "--out", str(tmp_path / "run")]
    assert main([*SEEDS, *out]) == 0
    first = capsys.readouterr().out
    names = ["journal.jsonl", "report.html", "report.json", "report.png"]
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == names
    assert "report.png" in first

    def gone(*given):
        raise AssertionError("the model is not needed")

    monkeypatch.setattr(zoo, "load", gone)
    assert main([*SEEDS, *out]) == 0
    assert capsys.readouterr().out == first
    assert main([*SEEDS, *out, "--seed", "1"]) == 2
    err = capsys.readouterr().err
    assert "is of another run: seed is 0 there and 1 here" in err and err.count("\n") == 1


def test_two_processes_print_what_one_prints(capsys):
    shown = []
    for workers in ([], ["--workers", "2"]):
        assert main([*SEEDS, "--json", *workers]) == 0
        data = json.loads(capsys.readouterr().out)
        for way in data["ways"]:
            del way["seconds"], way["ratios"]["seconds"]
        shown.append(data)
    assert shown[0] == shown[1]


@pytest.mark.parametrize("timeline", [["-t", "clip.timeline.json"], []])
def test_a_mitigation_on_a_video_is_used_and_named_in_the_report(tmp_path, capsys, timeline):
    command = ["probe", "clip.mp4", "-m", "untrained", *timeline]
    assert main([*command, "--mitigation", "denser", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["mitigation"] == "denser"
    assert report["cost"]["calls"] > 0 and report["cost"]["frames"] % 64 == 0, "twice the 32 frames a look"
    assert main([*command, "--mitigation", "denser", "--report", str(tmp_path)]) == 0
    assert "Asked with the mitigation denser: " in capsys.readouterr().out
    assert "<dt>mitigation</dt><dd>denser: " in (tmp_path / "report.html").read_text()
    assert main([*command, "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["mitigation"] is None and plain["cost"] is None
    assert [p["question"] for p in plain["probes"]] == [p["question"] for p in report["probes"]]
