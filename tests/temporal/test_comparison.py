"""What a mitigation gains: paired, clustered by seed, beside its baselines and its cost."""

import io
import json
import random
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from course_lib.clipworld import make_scene
from course_lib.errors import CourseError
from course_lib.temporal.asker import Answered, Cost, PlainAsker
from course_lib.temporal.clipwork import ClipWork, constant_answer
from course_lib.temporal.comparison import compare
from course_lib.temporal.identity import identity
from course_lib.temporal.paired import FEWEST, Resampling
from course_lib.temporal.ways import ways_of

SECONDS = 12.0


class Fake:
    """Answers `text` to everything, and keeps the clips it was shown."""

    name, size = "fake <model>", 16

    def __init__(self, text="nothing happens"):
        self.text, self.shown = text, []

    def moments(self, duration, num_frames=None, fps=None):
        n = num_frames or 4
        return [duration * (i + 0.5) / n for i in range(n)]

    def num_tokens(self, clip, question):
        return 10 * len(clip.seconds) + len(question)

    def answers(self, clip, questions):
        self.shown.append(clip)
        return [self.text for _ in questions]


class Twice(PlainAsker):
    """Asks twice, and takes the second answer."""

    def __call__(self, footage, questions, *look):
        super().__call__(footage, questions, *look)
        return super().__call__(footage, questions, *look)


def twice(model, spec):
    return PlainAsker(model) if spec == "none" else Twice(model)


def compared(model=None, mitigations=("twice",), seeds=range(4), **more):
    given = {"scene_kinds": ["story"], "seconds": SECONDS, "each": 1, "make": twice, **more}
    return compare(model or Fake(), mitigations, seeds, **given)


@pytest.fixture
def knowing(models):
    """Makes a model for which the plain one says nothing of use, and the mitigation "know" knows everything."""

    class Know:
        cost = Cost(calls=1)

        def __init__(self, model):
            self.model = model

        def __call__(self, footage, questions, look=None):
            timeline = make_scene(int(footage.source.split()[-1]), SECONDS).timeline
            return [Answered(models.Oracle(timeline).answer(None, q)) for q in questions]

    return lambda model, spec: PlainAsker(model) if spec == "none" else Know(model)


def test_a_mitigation_that_knows_everything_gains_and_does_not_hurt(knowing):
    kinds = ("at", "after", "before", "order", "when")
    c = compared(Fake("zzz"), ["know"], range(FEWEST), kinds=kinds, make=knowing)
    know = c["know"]
    assert c.plain.overall.share == 0
    assert know.overall.share > 0.9
    assert know.overall.helps and know.hurts == ()
    assert 0 < know.overall.gain_low <= know.overall.gain <= know.overall.gain_high
    assert "know" in c.headline()


def test_a_model_that_answers_everything_wrongly_is_wrong_everywhere_and_says_how():
    for text in ("", "zzz", "\x00\x1b[31m", "Das weiß ich nicht zu sagen. " * 400):
        c = compared(Fake(text), kinds=("at", "order", "when"))
        assert c.plain.overall.share == 0
        assert sum(c.plain.failures.values()) == c.questions == c.plain.overall.n > 0
        assert c["twice"].overall.gain == 0


def test_with_as_few_seeds_there_is_a_gain_but_no_interval_and_no_judgement(knowing):
    c = compared(Fake("zzz"), ["know"], range(FEWEST - 1), make=knowing)
    score = c["know"].overall
    assert score.gain > 0 and score.low is score.gain_low is None
    assert not score.helps and not score.hurts
    assert "no mitigation is surely better" in c.headline()


def test_the_same_arguments_give_the_same_numbers_in_any_order():
    one, other = (compared(seeds=seeds, seed=3) for seeds in (range(6), [5, 3, 1, 0, 2, 4]))
    assert one == compared(seeds=range(6), seed=3)
    assert one.ways == other.ways
    assert one != compared(seeds=range(6), seed=4)


def test_the_seconds_of_the_clock_are_told_and_not_compared():
    one = compared()
    assert one.plain.seconds is not None
    assert one.ratio(one["twice"], "seconds") > 0


def test_what_it_costs_is_told_as_a_multiple_of_the_plain_model():
    c = compared()
    twice = c["twice"]
    assert c.ratio(twice, "calls") == 2
    assert c.ratio(twice, "frames") == 1, "a clip that was looked at is not looked at again"
    assert 1 < c.ratio(twice, "tokens") < 2
    assert c.ratio(c["constant"], "tokens") is None
    assert c.ratio(c["question only"], "frames") == 0.25
    assert c.plain.cost["frames"] == pytest.approx(4 * c.clips / c.questions)


def test_the_baselines_see_one_frame_and_none_and_the_constant_answer_sees_nothing():
    model = Fake()
    c = compared(model, seeds=[1])
    frozen, blind = model.shown[-2:]
    assert [w.name for w in c.baselines] == ["constant", "frozen", "question only"]
    assert (frozen.frames == frozen.frames[0]).all() and len(frozen.frames) == 4
    assert blind.frames.shape[0] == 1 and not blind.frames.any()
    assert not (model.shown[0].frames == model.shown[0].frames[0]).all()


def test_the_constant_answer_is_the_middle_third_or_the_commonest_event_of_training_clips():
    assert constant_answer("when", "short", 30.0) == "from second 10 to 20"
    for kind in ("at", "after", "before"):
        assert constant_answer(kind, "short", 30.0).startswith("the ")
    assert constant_answer("count", "short", 30.0).isdigit()
    assert constant_answer("order", "empty", 30.0) == "nothing happens", "no clip has an answer"


def test_every_way_gets_the_same_questions_and_idle_seconds_are_a_kind_of_their_own():
    work = ClipWork(Fake(), ("none", "twice"), (), ("at", "after", "when"), SECONDS, 3, 0, twice)
    records = [work(("story", seed)) for seed in range(6)]
    for record in records:
        n = len(record["questions"])
        assert all(len(way["answers"]) == len(way["right"]) == n for way in record["told"].values())
    kinds = [(k, e) for r in records for k, e in zip(r["kinds"], r["expected"])]
    assert {e for k, e in kinds if k == "nothing"} == {"nothing happens"}
    assert json.loads(json.dumps(records)) == records


def record(kinds, plain, other):
    cost = {"calls": 1, "frames": 1, "tokens": 1, "seconds": 1.0}
    told = {name: {"right": right, "failures": [None if r else "order" for r in right], "cost": cost}
            for name, right in (("none", plain), ("x", other), ("constant", plain))}  # fmt: skip
    return {"kinds": kinds, "told": told}


def test_where_it_hurts_is_said_although_it_gains_in_all():
    work = ClipWork(None, ("none", "x"), (), ("at", "when"), 30.0, 4, 0)
    kinds = ["at"] * 4 + ["when"] * 2
    records = [
        (("story", s), record(kinds, [False, False, False, s % 2 == 0, True, True], [True] * 4 + [False, s % 3 == 0]))
        for s in range(30)
    ]
    ways, n = ways_of(work, records)
    x = next(w for w in ways if w.name == "x")
    assert n == 180
    assert x.overall.helps and x.kinds["at"].helps
    assert x.hurts == ("when",)
    assert x.kinds["when"].gain == pytest.approx(-1 + 1 / 6)
    assert x.failures == {"order": 50}


def test_seeds_are_redrawn_and_not_questions():
    rng = random.Random(0)
    clusters = [s for s in range(40) for _ in range(20)]
    together = {s: rng.random() < 0.5 for s in range(40)}  # the questions of a seed are right or wrong together
    score = Resampling(clusters).score(clusters, [together[c] for c in clusters])
    alone = Resampling(range(800)).score(list(range(800)), [together[c] for c in clusters])
    assert score.high - score.low > 3 * (alone.high - alone.low)


def test_pairing_makes_a_small_steady_gain_sure():
    rng = random.Random(1)
    clusters = [s for s in range(60) for _ in range(5)]
    plain = [rng.random() < 0.5 for _ in clusters]
    better = [p or i % 10 == 0 for i, p in enumerate(plain)]
    score = Resampling(clusters).score(clusters, better, plain)
    assert score.helps
    assert score.low < np.mean(plain), "the shares alone would not tell them apart"


def test_an_interval_of_gains_covers_the_truth_nineteen_times_of_twenty():
    rng = np.random.default_rng(0)
    clusters = [s for s in range(40) for _ in range(4)]
    hits = 0
    for _ in range(200):
        skill = np.repeat(rng.uniform(0.2, 0.8, 40), 4)
        plain, other = (rng.random(160) < skill for _ in range(2))  # the true gain is 0
        score = Resampling(clusters, rounds=500).score(clusters, other.tolist(), plain.tolist())
        hits += score.gain_low <= 0 <= score.gain_high
    assert 0.90 <= hits / 200 <= 0.99


def test_twelve_of_twelve_is_not_certainly_all():
    score = Resampling(range(12)).score(list(range(12)), [True] * 12)
    assert score.share == score.high == 1
    assert 0.7 < score.low < 0.8


def test_the_json_is_strict_and_complete(knowing):
    data = json.loads(compared(Fake("zzz"), ["know"], make=knowing).to_json(), parse_constant=pytest.fail)
    roles = [(w["name"], w["role"]) for w in data["ways"]]
    assert roles[:2] == [("none", "plain"), ("know", "mitigation")]
    assert {role for _, role in roles[2:]} == {"baseline"}
    assert set(data["ways"][1]["ratios"]) == {"tokens", "seconds", "frames", "calls"}
    assert data["seeds"] == [0, 1, 2, 3]


def test_the_table_fits_a_terminal_and_names_what_must_be_known():
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(compared(seeds=range(FEWEST)).table())
    text = console.export_text()
    assert all(len(line) <= 120 for line in text.splitlines())
    for word in (
        "as it is",
        "twice",
        "constant answer",
        "single frame",
        "question only",
        "hurts at",
        "bootstrap",
        "2x",
    ):
        assert word in text


def test_the_html_escapes_what_it_shows_and_takes_the_colours_of_its_surroundings():
    html = compared()._repr_html_()
    assert "fake &lt;model&gt;" in html and "<model>" not in html
    assert "color: inherit" in html and "background: #" not in html
    assert "src=" not in html and "<script" not in html


def test_where_nothing_can_be_asked_there_is_a_comparison_of_nothing():
    c = compared(seeds=range(2), kinds=["order"], scene_kinds=["empty"])
    assert c.questions == 0 and c.plain.overall.share is None
    assert c.headline() == "No question could be asked."
    json.loads(c.to_json())
    assert c._repr_html_() and c.table()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"kinds": ["why"]}, "no kind of question 'why'. Choose among at, "),
        ({"kinds": ["summary"]}, "no kind of question 'summary'"),
        ({"scene_kinds": ["opera"]}, "no kind of scene 'opera'. Choose among story, short"),
        ({"controls": ["upside down"]}, "no kind of control 'upside down'. Choose among shuffled"),
        ({"seeds": []}, "nothing to ask"),
        ({"each": 0}, "nothing to ask"),
        ({"workers": 2}, "A loaded model cannot be sent"),
        ({"scheduler": "tcp://x:1"}, "A loaded model cannot be sent"),
        ({"seconds": float("nan")}, "cannot be made"),
        ({"seconds": 2.0}, "cannot be made"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_anything_is_asked(more, message):
    model = Fake()
    with pytest.raises(CourseError, match=message):
        compared(model, **more)
    assert not model.shown


def test_a_model_is_known_by_its_weights_and_not_by_its_name_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    weights = tmp_path / "mine" / "model.safetensors"
    weights.write_bytes(b"one")
    one = identity(str(tmp_path / "mine"))
    weights.write_bytes(b"two")
    assert one["name"] == identity(Path(tmp_path / "mine"))["name"] == "mine"
    assert one["weights"] != identity(str(tmp_path / "mine"))["weights"]
    assert identity(Fake()) == {"name": "fake <model>", "weights": None}
    assert len(identity("pocket")["weights"]) == 64
