"""Training: four stages run, a killed run goes on, what must stay frozen stays frozen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from course_lib.clipworld.story import make_story
from course_lib.errors import ModelError
from course_lib.model.train.films import Reel, film
from course_lib.model.train.loop import run
from course_lib.model.train.picture import standing
from course_lib.model.train.recipe import ASKED, Recipe
from course_lib.model.train.run import SHIPPED, train_pocket
from course_lib.model.train.start import start_values
from course_lib.model.train.text import text_stage
from course_lib.model.train.vision import NamingEncoder, label, vary, vision_stage
from course_lib.model.train.world import ACTION_INDEX, SUBJECT_INDEX, TRAINING_SEEDS, Teacher
from course_lib.model.video_llama import VideoLLaMA
from course_lib.timeline import Event, Timeline
from tests.model.conftest import TINY

CPU = torch.device("cpu")
MICRO = Recipe(vision=2, text=2, align=2, joint=2, films=2, clips=2)


def quiet(_: str) -> None: ...


def test_all_four_stages_run_and_leave_a_model_that_loads(tmp_path: Path) -> None:
    numbers = train_pocket(tmp_path, device="cpu", config=TINY, recipe=MICRO, say=quiet)
    assert list(numbers) == ["vision", "text", "align", "joint"]
    assert all(0 <= v <= 1 for stage in numbers.values() for v in stage.values())
    model = VideoLLaMA.from_pretrained(tmp_path / "model")
    assert model.time_signal == TINY.time_signal
    assert (tmp_path / "loss.png").stat().st_size > 1000
    with pytest.raises(ModelError, match="already holds a training run"):
        train_pocket(tmp_path, device="cpu", config=TINY, recipe=MICRO, resume=False)
    with pytest.raises(ModelError, match="another recipe"):
        train_pocket(tmp_path, device="cpu", config=TINY, recipe=replace(MICRO, joint=3))


def test_a_model_without_a_time_signal_goes_on_from_the_other_s_encoder_and_text_stage(tmp_path: Path) -> None:
    train_pocket(tmp_path / "a", device="cpu", config=TINY, recipe=MICRO, say=quiet)
    blind = replace(TINY, time_signal="none")
    numbers = train_pocket(tmp_path / "b", device="cpu", config=blind, recipe=MICRO, base=tmp_path / "a", say=quiet)
    assert list(numbers) == ["align", "joint"]
    one, other = (VideoLLaMA.from_pretrained(tmp_path / name / "model") for name in "ab")
    assert other.time_signal == "none" and other.extra["timeline_first"]
    for a, b in zip(one.encoder.parameters(), other.encoder.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not (tmp_path / "b" / "films").exists()


def test_a_lesson_takes_the_shipped_encoder_and_asks_what_its_recipe_asks(tmp_path: Path) -> None:
    recipe = replace(MICRO, vision=0, asked=("at",) * 3, from_timeline=0.0)
    numbers = train_pocket(tmp_path, device="cpu", recipe=recipe, say=quiet)
    assert list(numbers) == ["text", "align", "joint"]
    assert set(numbers["joint"]) == {"at", "at new"}
    model, shipped = VideoLLaMA.from_pretrained(tmp_path / "model"), VideoLLaMA.from_pretrained(SHIPPED)
    assert not model.extra["timeline_first"]
    for a, b in zip(model.encoder.parameters(), shipped.encoder.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_stage_without_the_one_before_it_says_which(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Stage align needs stage vision"):
        train_pocket(tmp_path, device="cpu", config=TINY, recipe=MICRO, stages=("align",))
    with pytest.raises(ModelError, match="no stage 'fly'"):
        train_pocket(tmp_path, device="cpu", config=TINY, recipe=MICRO, stages=("fly",))


def test_a_killed_run_goes_on_to_the_same_weights(tiny: VideoLLaMA, tmp_path: Path) -> None:
    start = {k: v.clone() for k, v in tiny.state_dict().items()}
    teacher = Teacher(tiny.tokenizer, 2, tiny.time_signal)

    def train(folder: Path, until: int) -> dict[str, torch.Tensor]:
        tiny.load_state_dict(start)
        folder.mkdir(exist_ok=True)
        stage = replace(text_stage(tiny, teacher, 4, 2, 0, CPU), save_every=2, evaluate=dict)
        if until < 4:  # killed behind the checkpoint: step 3 raises
            stage = replace(stage, loss=_dies_after(stage.loss, until))
            with pytest.raises(KeyboardInterrupt):
                run(stage, folder, CPU, workers=0, say=quiet)
        else:
            run(stage, folder, CPU, workers=0, say=quiet)
        return {k: v.clone() for k, v in tiny.state_dict().items()}

    unbroken = train(tmp_path / "a", 4)
    train(tmp_path / "b", 3)
    resumed = train(tmp_path / "b", 4)
    for name, value in unbroken.items():
        torch.testing.assert_close(resumed[name], value, msg=name)
    assert any(not torch.equal(unbroken[k], start[k]) for k in start)


def _dies_after(loss, steps: int):  # type: ignore[no-untyped-def]
    done = []

    def dying(batch):  # type: ignore[no-untyped-def]
        done.append(1)
        if len(done) > steps:
            raise KeyboardInterrupt
        return loss(batch)

    return dying


def test_the_text_stage_trains_the_language_model_and_nothing_else(tiny: VideoLLaMA, tmp_path: Path) -> None:
    before = {k: v.clone() for k, v in tiny.state_dict().items()}
    teacher = Teacher(tiny.tokenizer, 2, tiny.time_signal)
    stage = replace(text_stage(tiny, teacher, 2, 2, 0, CPU), evaluate=dict)
    run(stage, tmp_path, CPU, workers=0, say=quiet)
    changed = {k.split(".")[0] for k, v in tiny.state_dict().items() if not torch.equal(v, before[k])}
    assert changed == {"llm"}


def test_the_vision_stage_learns_what_a_moment_shows(tiny: VideoLLaMA, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = NamingEncoder(tiny.encoder)
    stage = vision_stage(model, Reel(tmp_path / "films", 32, 2, batch=2), 30, 1, CPU)
    stage = replace(stage, evaluate=dict, warmup=2)
    model.eval()
    with torch.no_grad():
        first = stage.loss(stage.data[0])
    run(stage, tmp_path, CPU, workers=0, say=quiet)
    with torch.no_grad():
        assert stage.loss(stage.data[0]) < 0.7 * first


def test_a_moment_is_labelled_by_what_goes_on_and_left_open_at_an_edge() -> None:
    timeline = Timeline((Event(2, 5, "red car", "stops"),), 10)
    labels = label(timeline, np.array([1.0, 2.1, 3.5, 4.9, 6.0]))[:, ACTION_INDEX["stops"]]
    assert labels.tolist() == [-1, -2, SUBJECT_INDEX["red car"], -2, -1]


def test_training_films_and_held_out_films_share_no_seed() -> None:
    assert min(film(i).seed for i in range(1000)) >= TRAINING_SEEDS > max(film(i, True).seed for i in range(1000))


def test_another_camera_changes_every_frame_of_a_clip_alike() -> None:
    torch.manual_seed(1)
    frames = torch.randint(0, 255, (4, 1, 3, 32, 32), dtype=torch.uint8).expand(-1, 4, -1, -1, -1)
    seen = vary(frames)
    assert seen.shape == frames.shape and seen.min() >= 0 and seen.max() <= 1
    spread = (seen - seen[:, :1]).abs().mean()  # only sensor noise differs between frames
    assert spread < 0.05 < (seen - frames.float() / 255).abs().mean()


def test_near_numbers_start_near_each_other(tiny: VideoLLaMA) -> None:
    start_values(tiny.llm, tiny.tokenizer)
    table = tiny.llm.get_input_embeddings().weight
    five, six, forty = (table[tiny.tokenizer.convert_tokens_to_ids(n)] for n in ("5", "6", "40"))
    assert (five - six).norm() < (five - forty).norm() / 2


def test_a_lesson_asks_every_kind_and_held_out_phrasings_stay_out_of_training(tiny: VideoLLaMA) -> None:
    import random

    from course_lib.clipworld import phrasings

    teacher = Teacher(tiny.tokenizer, 2, tiny.time_signal)
    timeline = make_story(5, 30).timeline
    asked = [
        tiny.tokenizer.decode(block.ids)
        for seed in range(40)
        for block in teacher.lesson(timeline, [1.0] * 16, random.Random(seed)).blocks
    ]
    kinds = {b.kind for seed in range(40) for b in teacher.lesson(timeline, [1.0] * 16, random.Random(seed)).blocks}
    assert {kind.removesuffix(" bare") for kind in kinds} == set(ASKED)
    held_out = ("tell me what goes on", "give the start and end", "which one is seen earlier", "what is the next thing")
    assert phrasings.AT[-1].lower().startswith(held_out[0])
    assert not [text for text in asked if any(phrase in text for phrase in held_out)]


def test_steps_done_anew_replace_the_lines_of_the_first_time() -> None:
    lines = [("text", 50, 3.0), ("text", 100, 2.0), ("vision", 50, 1.0), ("text", 50, 2.5)]
    rows = [{"stage": stage, "step": step, "loss": loss} for stage, step, loss in lines]
    assert standing(rows) == [rows[2], rows[3]]


def test_the_log_has_a_line_for_each_evaluation(tiny: VideoLLaMA, tmp_path: Path) -> None:
    teacher = Teacher(tiny.tokenizer, 2, tiny.time_signal)
    stage = replace(text_stage(tiny, teacher, 2, 2, 0, CPU), evaluate=lambda: {"at": 0.5}, evaluate_every=1)
    assert run(stage, tmp_path, CPU, workers=0, say=quiet) == {"at": 0.5}
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows if "at" in row] == [1, 2]
