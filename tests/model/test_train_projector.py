"""The projector's training, between the shipped encoder and a small language model that knows clipworld's words."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from course_lib import zoo
from course_lib.cli import main
from course_lib.errors import ModelError
from course_lib.model.parts import from_parts
from course_lib.model.store import load
from course_lib.model.train.films import Reel
from course_lib.model.train.loop import run
from course_lib.model.train.projector import (
    Aligner,
    MomentBatch,
    Moments,
    ProjectorRecipe,
    another,
    choose,
    projector_stage,
    train_projector,
)
from course_lib.timeline import Event, Timeline
from course_lib.video import Clip

CPU = torch.device("cpu")
CHAT = (
    "{% for m in messages %}<|user|> {{ m.content }}{% endfor %}{% if add_generation_prompt %} <|assistant|>{% endif %}"
)
SHORT = ProjectorRecipe(steps=60, films=4, each=2, batches=2, held_out=2, lr=5e-3)


def quiet(_: str) -> None: ...


@pytest.fixture(scope="module")
def llm(tmp_path_factory) -> Path:
    """The shipped pocket's language model alone, as a folder of transformers."""
    folder = tmp_path_factory.mktemp("llm")
    model = load(zoo.WEIGHTS / "pocket")
    model.llm.save_pretrained(folder)
    model.tokenizer.chat_template = CHAT
    model.tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="module")
def trained(llm, films, tmp_path_factory):
    """A folder that 60 steps on eight films were run in, and what they began from."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "films").symlink_to(films)
    before = from_parts("pocket", llm)
    numbers = train_projector(folder, "pocket", llm, "cpu", recipe=SHORT, say=quiet)
    return folder, before, numbers


def test_it_learns_what_the_moments_show_and_not_only_how_answers_sound(trained, llm, films):
    folder, before, numbers = trained
    after = zoo.load(folder / "model", device="cpu").reader.model
    reel = Reel(films, 96, 2, SHORT.films)
    seen = [Moments(reel, SHORT.batches, SHORT.each, seed=9)[i] for i in range(2)]
    first, last = Aligner(before).judge(seen), Aligner(after).judge(seen)
    assert last["held-out loss"] < 0.2 * first["held-out loss"]
    assert abs(first["control loss"] - first["held-out loss"]) < 0.1 * first["held-out loss"]
    assert last["control loss"] > 1.5 * last["held-out loss"]
    assert last["right"] > max(last["control right"], last["constant right"]) + 0.2
    assert numbers["control loss"] > numbers["held-out loss"]  # on films that it has not seen


def test_it_leaves_a_log_a_picture_and_a_projector_alone(trained, llm):
    folder, _, numbers = trained
    assert set(numbers) == {"held-out loss", "control loss", "right", "control right", "constant right"}
    assert json.loads((folder / "projector.done").read_text()) == numbers
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows if "right" in row] == [20, 40, 60]
    assert [row["step"] for row in rows if "loss" in row] == list(range(6, 61, 6))
    assert (folder / "loss.png").stat().st_size > 5000
    assert sorted(p.name for p in (folder / "model").iterdir()) == ["config.json", "projector.safetensors"]
    stored = torch.load(folder / "projector.pt", weights_only=True)["model"]
    assert sorted(stored) == ["mlp.0.bias", "mlp.0.weight", "mlp.2.bias", "mlp.2.weight", "newline"]
    with pytest.raises(ModelError, match="already holds a training run"):
        train_projector(folder, "pocket", llm, "cpu", recipe=SHORT, resume=False, say=quiet)
    with pytest.raises(ModelError, match="another recipe"):
        train_projector(folder, "pocket", llm, "cpu", recipe=replace(SHORT, steps=61), say=quiet)


def test_only_the_projector_changes(trained):
    folder, before, _ = trained
    old, new = before.state_dict(), zoo.load(folder / "model", device="cpu").reader.model.state_dict()
    changed = {name for name, value in new.items() if not torch.equal(value, old[name])}
    assert changed == {f"projector.mlp.{i}.{kind}" for i in (0, 2) for kind in ("weight", "bias")}


def test_a_trained_folder_answers_the_question_that_it_was_trained_on(trained, films):
    """The prompt of the zoo has the clip's times in it, which training has not: with them left out, both are one."""
    folder, _, _ = trained
    llm = zoo.load(folder / "model", device="cpu")
    llm.reader.told = lambda clip: "\n"
    reel = Reel(films, 96, 2, SHORT.films)
    batch = Moments(reel, SHORT.batches, SHORT.each, seed=9)[0]
    for frames, answer in zip(batch.frames.numpy(), batch.answers, strict=True):
        clip = Clip(frames.transpose(0, 2, 3, 1), np.array([3.0, 3.5]), 30.0, "drawn", pairs=True)
        assert llm.answer(clip, "What happens?", 20) == answer


def test_a_killed_run_goes_on_to_the_same_weights(llm, films, tmp_path):
    recipe = replace(SHORT, steps=4, save_every=2)
    reel = Reel(films, 96, 2, recipe.films)

    def train(folder: Path, until: int) -> dict[str, torch.Tensor]:
        folder.mkdir(exist_ok=True)
        model = from_parts("pocket", llm)
        stage = replace(projector_stage(model, reel, recipe, seed=0), evaluate=dict)
        if until < 4:  # killed behind the checkpoint: step 3 raises
            stage = replace(stage, loss=_dies_after(stage.loss, until))
            with pytest.raises(KeyboardInterrupt):
                run(stage, folder, CPU, workers=0, say=quiet)
        else:
            run(stage, folder, CPU, workers=0, say=quiet)
        return {k: v.clone() for k, v in model.projector.state_dict().items()}

    unbroken = train(tmp_path / "a", 4)
    train(tmp_path / "b", 3)
    resumed = train(tmp_path / "b", 4)
    for name, value in unbroken.items():
        torch.testing.assert_close(resumed[name], value, msg=name)


def _dies_after(loss, steps: int):
    done = []

    def dying(batch):
        done.append(1)
        if len(done) > steps:
            raise KeyboardInterrupt
        return loss(batch)

    return dying


def test_an_encoder_of_frames_is_shown_one_frame_a_moment(llm, tmp_path):
    from transformers import SiglipVisionConfig, SiglipVisionModel

    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    SiglipVisionModel(SiglipVisionConfig(**sizes, image_size=32, patch_size=8)).save_pretrained(tmp_path / "siglip")
    recipe = replace(SHORT, steps=2, films=1, batches=1, held_out=1)
    numbers = train_projector(tmp_path / "run", tmp_path / "siglip", llm, "cpu", recipe=recipe, say=quiet)
    assert 0 <= numbers["right"] <= 1 and numbers["held-out loss"] > 0
    model = zoo.load(tmp_path / "run" / "model", device="cpu").reader.model
    assert Moments(Reel(tmp_path / "run" / "films", 32, 1, 1), 1, 2, 0)[0].frames.shape == (2, 1, 3, 32, 32)
    assert model.encode(torch.zeros(1, 3, 3, 32, 32)).shape == (1, 3 * 4, 256)


def test_what_is_read_once_before_the_video_changes_nothing(llm):
    model = from_parts("pocket", llm)
    aligner = Aligner(model)
    frames = torch.randint(0, 256, (3, 2, 3, 96, 96), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    answers = ["the red car turns left", "nothing happens", "the person in white walks and the blue dog sits down"]
    labels = aligner.labels(answers)
    assert (labels == -100).sum(1).tolist() == [6, 9, 0] and model.tokenizer.eos_token_id in labels[0]
    with torch.no_grad():
        logits = aligner.logits(aligner.features(frames), labels)
        for row, answer in enumerate(answers):
            ids = aligner.ids("<|user|> " + "<|video|>" * 4 + "\nWhat happens? <|assistant|> " + answer)
            whole = model(torch.tensor([ids]), [[frames[row]]]).logits[0]
            length = len(aligner.ids(answer))
            torch.testing.assert_close(logits[row, : length + 1], whole[-length - 1 :], rtol=1e-4, atol=1e-3)
    batch = MomentBatch(frames, answers)
    assert aligner.judge([batch])["held-out loss"] == pytest.approx(float(aligner.loss(batch).detach()), rel=1e-5)


def test_a_moment_near_an_edge_is_not_asked_about_and_one_without_events_seldom():
    timeline = Timeline((Event(2, 6, "red car", "stops"), Event(10, 14, "dog", "sits down")), 20)
    moments = np.array([0.5, 1.9, 3.0, 4.0, 5.8, 8.0, 9.7, 12.0, 18.0])
    drawn = choose(timeline, moments, 400, random.Random(0))
    assert set(drawn) == {0, 2, 3, 5, 7, 8}
    assert 0.1 < sum(i in (0, 5, 8) for i in drawn) / 400 < 0.2
    assert set(choose(Timeline((), 20), moments, 50, random.Random(0))) == set(range(9))


def test_the_control_is_another_moment_with_another_answer():
    assert another(["a", "a", "b", "a"]) == [2, 2, 3, 2]
    assert another(["a", "a"]) == [0, 1]


def test_moments_are_the_films_own_and_a_step_has_the_same_ones_again(films):
    data = Moments(Reel(films, 96, 2, 4), 2, 2, seed=0)
    one, again, other = data[1], data[1], data[3]
    assert one.frames.shape == (8, 2, 3, 96, 96) and one.frames.dtype == torch.uint8 and len(one.answers) == 8
    assert torch.equal(one.frames, again.frames) and one.answers == again.answers
    assert not torch.equal(one.frames, other.frames)
    still = Moments(Reel(films / "still", 48, 1, 1), 1, 2, seed=0)[0]
    assert still.frames.shape == (2, 1, 3, 48, 48)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["projector", "--stage", "vision"], "--stage says nothing about projector"),
        (["projector", "--lesson"], "--lesson says nothing about projector"),
        (["projector", "--base", "runs"], "--base says nothing about projector"),
        (["pocket", "--llm", "smollm2-135m"], "--llm says nothing about pocket"),
        (["pocket", "--vision", "pocket"], "--vision says nothing about pocket"),
        (["pocket-notime", "--steps", "5"], "--steps says nothing about pocket-notime"),
        (["projector", "--vision", "eye", "--out", "run"], "There is no vision encoder 'eye'. Give pocket"),
        (["projector", "--llm", "gpt", "--out", "run"], "There is no language model 'gpt'. Give smollm2-135m"),
        (["projector", "--steps", "0"], "--steps"),
        (["projector", "--out", "notes.txt"], "notes.txt is a file"),
        (["projector", "--device", "nonsense", "--out", "run"], "The device 'nonsense' cannot be used"),
    ],
)
def test_what_cannot_be_trained_ends_with_2_and_one_line(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("notes.txt").write_text("a car turns right\n")
    assert main(["train", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and said in err and err.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_the_command_trains_and_says_how_to_use_it(llm, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "projector", "--llm", str(llm), "--steps", "1", "--out", "run", "--device", "cpu"]) == 0
    assert "course summarize clip.mp4 --model run/model --frames 1 --question" in capsys.readouterr().out
    assert zoo.load("run/model", device="cpu").name == "model"
