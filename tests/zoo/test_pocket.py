"""The shipped model through the interface that every model has."""

from __future__ import annotations

import random
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch

from course_lib import zoo
from course_lib.clipworld import make_scene
from course_lib.clipworld.questions import SUMMARY_QUESTION, questions
from course_lib.errors import ModelError
from course_lib.model.pocket import PocketConfig, build_pocket
from course_lib.temporal import judge, told_events
from course_lib.temporal.controls import CONTROLS
from course_lib.temporal.metrics import match
from course_lib.timeline import Timeline
from course_lib.video import Clip
from course_lib.zoo.pocket import Pocket, pair_up, runs, whole_seconds

CLIPS = Path(str(files("course_lib"))) / "clips"


@pytest.fixture(scope="module")
def pocket() -> Pocket:
    torch.set_num_threads(1)
    model = zoo.load("pocket", device="cpu")
    assert isinstance(model, Pocket)
    return model


def drawn(pocket: Pocket, seed: int) -> tuple[Clip, Timeline]:
    scene = make_scene(seed)
    seconds = pocket.moments(scene.duration)
    frames = scene.render(seconds, pocket.size)
    return Clip(frames, np.array(seconds), scene.duration, f"seed {seed}", pairs=True), scene.timeline


def test_the_shipped_clip_is_told_with_most_of_its_events_at_their_times(pocket: Pocket) -> None:
    clip = pocket.watch(CLIPS / "demo.mp4")
    assert len(clip) == 32 and clip.frames.shape[1:] == (96, 96, 3)
    told = told_events(pocket.summarize(clip), clip.duration)
    truth = Timeline.load(CLIPS / "demo.timeline.json")
    assert match(told, truth.events).f1 >= 0.6


def test_it_is_right_about_seconds_and_is_not_when_the_clip_is_blank(pocket: Pocket) -> None:
    right = {"clip": 0, "blank": 0}
    asked = 0
    for seed in range(10):
        clip, timeline = drawn(pocket, seed)
        made = questions(timeline, random.Random(seed), kinds=["at"], each=4)
        made = [q for q in made if q.answer != "nothing happens"]
        asked += len(made)
        for name, shown in (("clip", clip), ("blank", CONTROLS["blank"](clip))):
            for q, answer in zip(made, pocket.answers(shown, [q.text for q in made]), strict=True):
                right[name] += judge(q, answer, timeline).ok
    assert right["clip"] >= 0.6 * asked
    assert right["blank"] <= 0.2 * asked


def test_a_question_in_company_and_alone_get_one_answer(pocket: Pocket) -> None:
    clip, timeline = drawn(pocket, 11)
    texts = [q.text for q in questions(timeline, random.Random(0), each=2)]
    together = pocket.answers(clip, texts)
    pocket.forget()
    assert [pocket.answer(clip, text) for text in texts] == together


def test_the_summary_question_is_answered_with_the_summary(pocket: Pocket) -> None:
    clip, _ = drawn(pocket, 12)
    assert pocket.answer(clip, SUMMARY_QUESTION) == pocket.summarize(clip)
    assert pocket.answers(clip, []) == []


def test_another_clip_of_the_same_length_is_not_taken_for_the_one_before(pocket: Pocket) -> None:
    summaries = [pocket.summarize(drawn(pocket, seed)[0]) for seed in (13, 14)]
    assert summaries[0] != summaries[1]


def test_words_it_never_met_are_answered_and_not_a_traceback(pocket: Pocket) -> None:
    clip, _ = drawn(pocket, 15)
    for question in ("Où est le zèbre?", "🙂" * 5, "x" * 300, "<|video|> <|end|>"):
        assert isinstance(pocket.answer(clip, question), str)


def test_one_frame_and_many_frames_are_watched(pocket: Pocket) -> None:
    scene = make_scene(16)
    for seconds in (np.array([4.0]), np.arange(60) * 0.5):
        clip = Clip(scene.render(list(seconds), 96), seconds, 30.0, "seed 16")
        assert isinstance(pocket.summarize(clip), str)


def test_a_question_longer_than_its_memory_is_an_error_that_counts(pocket: Pocket) -> None:
    clip, _ = drawn(pocket, 17)
    with pytest.raises(ModelError, match="tokens; the model has"):
        pocket.answer(clip, "what " * 3000)


def test_tokens_are_those_of_the_whole_prompt(pocket: Pocket) -> None:
    clip, _ = drawn(pocket, 18)
    longer = pocket.num_tokens(clip, "What happens at second 5?") - pocket.num_tokens(clip, "What happens?")
    assert longer == 3 and pocket.num_tokens(clip, "What?") > 2 * 16


def at(seconds: object, pairs: bool | None = None) -> Clip:
    seconds = np.asarray(seconds, dtype=np.float64)
    return Clip(np.zeros((len(seconds), 8, 8, 3), np.uint8), seconds, 30.0, "grey", pairs=pairs)


def test_pairs_stay_pairs_and_single_frames_find_a_partner_or_stand_still() -> None:
    moments, frames = pair_up(at([1.0, 1.5, 4.0, 4.5]), 2)
    assert moments.tolist() == [1.25, 4.25] and frames.tolist() == [0, 1, 2, 3]
    _, frames = pair_up(at(np.arange(5) * 0.25), 2)  # 4 frames a second: the partner is two frames on, or the nearest
    assert frames.tolist() == [0, 2, 1, 3, 2, 4, 3, 4, 4, 4]
    dense = np.array([0.0, 0.5, 0.9, 1.4, 1.8, 2.3])  # closer than a tubelet is long: only the clip can tell
    assert len(pair_up(at(dense, pairs=True), 2)[0]) == 3 and len(pair_up(at(dense, pairs=False), 2)[0]) == 6
    moments, frames = pair_up(at([0.0, 2.0, 4.0]), 2)
    assert moments.tolist() == [0, 2, 4] and frames.tolist() == [0, 0, 1, 1, 2, 2]


def test_what_is_seen_at_two_seconds_on_end_is_an_event_and_at_one_a_slip() -> None:
    car, dog = ("red car", "stops"), ("white dog", "runs")
    seen = [{car}, {car, dog}, {car}, set(), {dog}, {dog}, {car}]
    told = [(e.start, e.end, e.subject) for e in runs(range(3, 10), [frozenset(s) for s in seen])]
    assert told == [(3, 5, "red car"), (7, 8, "white dog")]
    (alone,) = runs([4], [frozenset({dog})])
    assert (alone.start, alone.end) == (4, 5)
    assert runs([1, 2], [frozenset(), frozenset()]) == []
    (long,) = runs([0, 4, 8, 12], [frozenset({car})] * 3 + [frozenset()])
    assert (long.start, long.end) == (0, 8)
    assert len(runs(range(7), [frozenset({car})] * 2 + [frozenset()] * 3 + [frozenset({car})] * 2)) == 2


def test_the_seconds_asked_are_those_that_the_moments_stand_for() -> None:
    assert whole_seconds(np.arange(16) * 1.875 + 0.9375, 30.0) == list(range(30))
    assert whole_seconds(np.arange(16) * 0.9375 + 15.47, 30.0) == list(range(15, 30))
    assert whole_seconds(np.arange(16) * 18.75 + 9.375, 300.0) == list(range(200))  # it has no words for later ones
    assert whole_seconds(np.array([0.2]), 30.0) == [0] and whole_seconds(np.array([0.1]), 0.4) == [0]


def test_telling_second_by_second_is_no_worse_than_in_one_go(pocket: Pocket) -> None:
    scores = {"second by second": 0.0, "in one go": 0.0}
    for how in scores:
        teller = Pocket(pocket.model, tells=how)
        for seed in range(20, 32):
            clip, timeline = drawn(teller, seed)
            scores[how] += match(told_events(teller.summarize(clip), clip.duration), timeline.events).f1 / 12
    assert scores["second by second"] >= max(0.8, scores["in one go"] - 0.02)
    with pytest.raises(ModelError, match="cannot tell 'backwards'"):
        Pocket(pocket.model, tells="backwards")


def test_the_two_shipped_files_hold_at_most_12_million_parameters_and_25_megabytes() -> None:
    shipped = {row.name: row for row in zoo.models() if row.name.startswith("pocket")}
    assert {"pocket", "pocket-notime"} <= set(shipped)
    assert all(row.parameters <= 12_000_000 for row in shipped.values())
    assert sum(p.stat().st_size for p in zoo.WEIGHTS.rglob("*") if p.is_file()) < 25_000_000


def test_the_card_has_the_table_that_the_benchmark_made() -> None:
    results = Path(__file__).parents[2] / "benchmarks" / "results" / "pocket.md"
    rows = [line for line in results.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    card = (zoo.WEIGHTS / "CARD.md").read_text(encoding="utf-8")
    assert len(rows) > 8 and all(row in card for row in rows)


def test_an_unknown_model_names_the_known_ones_and_none_is_taken_in_its_place() -> None:
    with pytest.raises(ModelError, match=r"no model 'gpt-9'\. Give one of: pocket, pocket-notime, llava-video-7b"):
        zoo.load("gpt-9")


def test_a_device_that_is_not_there_is_a_model_error() -> None:
    with pytest.raises(ModelError, match="device 'cuda:99' cannot be used"):
        zoo.load("pocket", device="cuda:99")


def test_a_folder_with_a_trained_model_loads_by_its_path(tmp_path: Path) -> None:
    build_pocket(PocketConfig(size=32, widths=(8, 8, 16, 16), hidden=32, layers=1, heads=4)).save_pretrained(tmp_path)
    model = zoo.load(tmp_path, device="cpu")
    assert model.name == tmp_path.name and model.size == 32
    with pytest.raises(ModelError, match=r"has no config\.json"):
        zoo.load(tmp_path.parent)


def test_the_real_clip_is_summarized(pocket: Pocket) -> None:
    path = Path(__file__).parents[3] / "shared" / "clips" / "car-detection.mp4"
    if not path.exists():
        pytest.skip("the real clip is not here: course clip --download car-detection")
    assert told_events(pocket.summarize(pocket.watch(path)), 30.16)
