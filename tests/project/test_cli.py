"""The command line: quick to start, exact in its exit codes, one line when it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from repository import ROOT

from course_lib import video
from course_lib.cli import main
from course_lib.timeline import Timeline

COURSE = str(Path(sys.executable).parent / "course")
HEAVY = {"torch", "transformers", "tokenizers", "numpy", "av", "PIL", "matplotlib", "rich.progress", "IPython"}


def loaded_after(code: str) -> set[str]:
    """The heavy modules that a fresh interpreter has loaded after `code`."""
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('\\n', *sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return HEAVY & set(run.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    ["import course_lib", "import course_lib.errors, course_lib.timeline, course_lib.progress, course_lib.doctor"]
    + [
        f"from course_lib.cli import main; main({arguments})"
        for arguments in (["--help"], [], ["--version"], ["train", "--help"], ["clip"], ["nonsense"], ["bench"])
    ],
)
def test_starting_and_being_refused_load_nothing_heavy(code):
    assert loaded_after(code) == set()


@pytest.mark.parametrize("room", ["video", "clipworld", "timeline"])
def test_the_rooms_without_a_model_load_without_torch(room):
    assert loaded_after(f"import course_lib.{room}") & {"torch", "transformers", "matplotlib"} == set()


LESSON = ["train", "pocket", "--lesson", "--out"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "course: No such command 'nonsense'. See: course --help"),
        (["summarize"], "course summarize: Missing argument 'VIDEO'. See: course summarize --help"),
        (["summarize", "a.mp4", "--frames", "0"], "--frames"),
        (["summarize", "a.mp4", "--frames", "many"], "valid integer"),
        (["summarize", "a.mp4", "--frames", "4", "--fps", "2"], "give one of --frames and --fps, not both"),
        (["summarize", "a.mp4", "--fps", "nan"], "--fps is nan: give a number above 0"),
        (["summarize", "a.mp4", "--question", " "], "--question is empty"),
        (["summarize", "a.mp4", "--colour"], "No such option"),
        (["summarize", "a.mp4"], "VideoError: a.mp4 does not exist. Check the path."),
        (["summarize", "."], "is a directory"),
        (["summarize", "notes.txt"], "VideoError: notes.txt"),
        (["probe", "a.mp4", "--timeline", "gone.json"], "TimelineError: gone.json does not exist"),
        (["probe", "a.mp4", "--timeline", "notes.txt"], "TimelineError: The text is not a timeline"),
        (["clip"], "give one of --seed N and --download NAME"),
        (["clip", "--seed", "1", "--download", "car-detection"], "give one of --seed N and --download NAME"),
        (["clip", "--seed", "-1"], "--seed"),
        (["clip", "--seed", "1", "--seconds", "nan"], "SceneError: A scene of nan s"),
        (["clip", "--seed", "1", "--kind", "opera"], "SceneError: There is no kind of scene 'opera'"),
        (["clip", "--seed", "1", "--out", "gone/a.mp4"], "The folder gone is not there. Make it first: mkdir -p gone"),
        (["clip", "--seed", "1", "--out", "notes.doc"], "SceneError: notes.doc names no container"),
        (["clip", "--seed", "1", "--out", "."], "is a folder"),
        (["bench", "nonsense"], "BenchError: There is no benchmark 'nonsense'. Choose one of: "),
        (["train", "gpt"], "'gpt' cannot be trained here"),
        ([*LESSON, "run", "--base", "gone"], "ModelError: gone holds no training run."),
        ([*LESSON, "notes.txt"], "ModelError: notes.txt is a file."),
        (
            [*LESSON, "run", "--device", "nonsense"],
            "The device 'nonsense' cannot be used",
        ),
        (
            [*LESSON, "run", "--stage", "vision"],
            "Stage vision is taken from another model",
        ),
        (["summarize", "a.mp4", "--question", "bad \udcff\udcfe"], "--question is no valid text"),
        (["clip", "--seed", "1", "--out", "a.mp4", "--timeline-out", "./a.mp4"], "both to be a.mp4"),
        (["probe", "--seeds", "0:1", "--out", "notes.txt"], "notes.txt cannot be made a folder (File exists)"),
        (["probe", "a.mp4", "--out", "notes.txt"], "notes.txt cannot be made a folder (File exists)"),
        (["probe", "--seeds", "0:1", "--mitigation", "frozen"], "ModelError: There is no mitigation 'frozen'"),
    ],
)
def test_bad_input_ends_with_2_and_one_line_on_standard_error(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("notes.txt").write_text("a car turns right\n")
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_the_installed_command_passes_the_exit_code_on(tmp_path):
    run = subprocess.run([COURSE, "summarize", "a.mp4"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "VideoError: a.mp4 does not exist. Check the path.\n"


def test_help_goes_to_standard_output_and_no_description_is_cut_off(capsys):
    assert main(["--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "..." not in out.split("Commands:")[1]
    assert main([]) == 0
    assert capsys.readouterr().out == out


def test_a_reader_who_closes_the_pipe_early_sees_no_error():
    run = subprocess.run(
        f"'{COURSE}' --help | head -n 1 >&2; exit ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0
    assert run.stderr.strip() == "Usage: course [OPTIONS] COMMAND [ARGS]..."


def test_a_stopped_command_ends_with_130_and_without_a_traceback(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("course_lib.doctor.examine", interrupted)
    assert main(["doctor"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_clip_is_written_with_its_timeline_beside_it_and_can_be_read(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["clip", "--seed", "5", "--seconds", "4", "--out", "five.mp4"]) == 0
    assert capsys.readouterr().out == "five.mp4 with its timeline five.timeline.json\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["five.mp4", "five.timeline.json"]
    timeline = Timeline.load("five.timeline.json")
    assert timeline.duration == 4
    assert video.probe("five.mp4").duration == pytest.approx(4, abs=0.1)


def test_clip_writes_to_the_paths_it_is_given(tmp_path):
    out, truth = tmp_path / "a.mkv", tmp_path / "b.json"
    assert main(["clip", "--seed", "5", "--seconds", "4", "--out", str(out), "--timeline-out", str(truth)]) == 0
    assert sorted(tmp_path.iterdir()) == [out, truth]


def test_bench_lists_every_comparison_with_what_it_compares(capsys):
    assert main(["bench", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["cli"].startswith("How long the command line takes to start")
    assert all(found.values()), "each has a docstring"
    assert set(found) <= {p.stem for p in (ROOT / "benchmarks").glob("*.py")}


def test_bench_outside_the_repository_says_where_the_comparisons_are(tmp_path, monkeypatch, capsys):
    import course_lib

    monkeypatch.setattr(course_lib, "__file__", str(tmp_path / "site-packages" / "course_lib" / "__init__.py"))
    assert main(["bench"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("BenchError: The comparisons are not part of the installed package. Clone the repository")
