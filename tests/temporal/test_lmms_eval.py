"""The task for lmms-eval: its keys are the harness's, its docs are whole, its scores are our verdicts."""

import json

import pytest
import yaml

from course_lib.clipworld import make_scene
from course_lib.temporal.lmms_eval import task, write_task
from course_lib.temporal.lmms_eval.__main__ import main
from course_lib.video import probe

# Fields of lmms_eval.api.task.TaskConfig, release 0.7.3, that a task of generated answers uses.
FIELDS = {
    "task", "dataset_path", "dataset_kwargs", "test_split", "output_type", "doc_to_visual", "doc_to_text",
    "doc_to_target", "generation_kwargs", "process_results", "cluster_key", "score_key", "metric_list", "metadata",
}  # fmt: skip


def fields():
    """Those of the installed harness, where it is."""
    try:
        from lmms_eval.api.task import TaskConfig
    except ImportError:
        return FIELDS
    return set(TaskConfig.__dataclass_fields__)


class Loader(yaml.SafeLoader):
    """Resolves `!function` as the harness does where the folder has no such file: by import."""


def function(loader, node):
    module, _, name = loader.construct_scalar(node).rpartition(".")
    return getattr(__import__(module, fromlist=[name]), name)


Loader.add_constructor("!function", function)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = write_task(tmp_path_factory.mktemp("task") / "new", range(2), ["short"], 8.0, each=1, size=64)
    config = yaml.load(path.read_text(), Loader)
    docs = [json.loads(line) for line in (path.parent / "docs.jsonl").read_text().splitlines()]
    return path.parent, config, docs


def test_its_keys_are_those_that_the_harness_knows(written):
    _, config, _ = written
    assert set(config) <= fields()
    assert config["dataset_kwargs"]["data_files"] == {config["test_split"]: "docs.jsonl"}, "beside the task file"


def test_every_doc_has_its_clip_its_question_and_its_truth(written):
    folder, config, docs = written
    assert {d["clip"] for d in docs} == {"short-0", "short-1"}
    for doc in docs:
        [video] = config["doc_to_visual"](doc)
        assert video.startswith(str(folder))
        assert config["doc_to_text"](doc) == doc["question"]
        assert config["doc_to_text"](doc, {"post_prompt": " Be brief."}) == doc["question"] + " Be brief."
    assert probe(docs[0]["video"]).duration == pytest.approx(8, abs=0.2)


def test_the_right_answers_score_one_and_every_metric_is_declared(written):
    _, config, docs = written
    metrics = {m["metric"] for m in config["metric_list"]}
    scores = [config["process_results"](doc, [doc["answer"]]) for doc in docs]
    for doc, metric in zip(docs, scores):
        assert set(metric) <= metrics and len(metric) == 2
        assert all(s[config["score_key"]] == 1 for s in metric.values())
        assert all(s[config["cluster_key"]] == doc["clip"] for s in metric.values())
    assert config["metric_list"][0]["aggregation"]([s["accuracy"] for s in scores]) == 1


@pytest.mark.parametrize("answer", ["", "zzz", "\x00\x07", "Ich weiß es nicht. " * 300])
def test_wrong_answers_score_nothing_whatever_they_are(written, answer):
    _, _, docs = written
    for doc in docs:
        if doc["kind"] != "unanswerable":
            assert task.results(doc, [answer])["accuracy"]["score"] == 0


def test_a_model_that_gave_no_answer_at_all_is_wrong(written):
    assert task.results(written[2][0], [])["accuracy"]["score"] == 0


def test_idle_seconds_are_a_metric_of_their_own():
    timeline = make_scene(0, 8.0, "empty").timeline
    doc = {"question": "What happens at second 3?", "answer": "nothing happens", "accepted": ["nothing happens"],
           "kind": "at", "evidence": [2, 4], "timeline": timeline.to_json(), "clip": "c", "video": "v"}  # fmt: skip
    assert set(task.results(doc, ["nothing happens"])) == {"accuracy", "nothing"}


def test_the_command_writes_the_task_and_refuses_what_it_cannot_write(tmp_path, capsys):
    assert main([str(tmp_path / "t"), "3:4", "--seconds", "4", "--each", "1"]) == 0
    assert f"lmms_eval --include_path {tmp_path / 't'} --tasks clipworld" in capsys.readouterr().out
    assert main([str(tmp_path / "t"), "3:4", "--scene-kind", "opera"]) == 2
    assert capsys.readouterr().err.startswith("SceneError: There is no kind of scene 'opera'.")
    for seeds in ("5:2", "a:b", ":"):
        with pytest.raises(SystemExit) as end:
            main([str(tmp_path / "t"), seeds])
        assert end.value.code == 2
        assert "give FROM:TO, like 0:50" in capsys.readouterr().err
