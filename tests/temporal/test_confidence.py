import json
from pathlib import Path

import numpy as np
import pytest

from course_lib.model.video_llama import VideoLLaMA
from course_lib.temporal.confidence import asked_of, calibrate, platt
from course_lib.temporal.mitigate.abstention import calibration
from course_lib.zoo import load
from course_lib.zoo.pocket import Pocket


def logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def test_platt_finds_the_slope_and_the_offset_that_made_the_verdicts():
    rng = np.random.default_rng(0)
    x = rng.normal(0, 2, 20_000)
    right = rng.random(len(x)) < logistic(0.5 * x - 0.7)
    slope, offset = platt(list(logistic(x)), list(right))
    assert slope == pytest.approx(0.5, abs=0.03) and offset == pytest.approx(-0.7, abs=0.05)


def test_platt_makes_too_high_confidences_honest():
    rng = np.random.default_rng(1)
    sure = rng.uniform(0.6, 1.0, 4000)
    right = rng.random(len(sure)) < sure - 0.3
    slope, offset = platt(list(sure), list(right))
    fitted = logistic(slope * np.log(sure / (1 - sure)) + offset)
    assert calibration(list(sure), list(right)).ece > 0.25
    assert calibration(list(fitted), list(right)).ece < 0.06


def test_platt_stays_finite_when_confidence_and_verdict_agree_wholly():
    assert all(np.isfinite(platt([0.0, 0.1, 0.9, 1.0], [False, False, True, True])))


@pytest.mark.parametrize("right", [[True, True], [False, False], [True]])
def test_platt_needs_right_and_wrong_ones(right: list[bool]):
    with pytest.raises(ValueError, match="some right and some wrong"):
        platt([0.5, 0.6], right)


def test_calibrating_changes_nothing_but_how_sure_the_model_says_it_is(tmp_path: Path):
    pocket = load("pocket", device="cpu")
    pocket.model.save_pretrained(tmp_path / "model")
    before = json.loads((tmp_path / "model" / "config.json").read_text())
    weights = (tmp_path / "model" / "model.safetensors").read_bytes()
    slope, offset = calibrate(tmp_path / "model", seeds=(900, 901))
    after = json.loads((tmp_path / "model" / "config.json").read_text())
    assert after.pop("confidence") == [slope, offset] and slope > 0
    before.pop("confidence", None)
    assert after == before and (tmp_path / "model" / "model.safetensors").read_bytes() == weights

    told = asked_of(Pocket(VideoLLaMA.from_pretrained(tmp_path / "model")), [902])
    (tmp_path / "model" / "config.json").write_text(json.dumps(before | {"confidence": [1.0, 0.0]}))
    raw = asked_of(Pocket(VideoLLaMA.from_pretrained(tmp_path / "model")), [902])
    assert [ok for _, ok in told] == [ok for _, ok in raw]
    odds = [np.log(c / (1 - c)) for c, _ in raw if 1e-5 < c < 1 - 1e-5]
    fitted = [np.log(c / (1 - c)) for (c, _), (r, _) in zip(told, raw, strict=True) if 1e-5 < r < 1 - 1e-5]
    assert np.allclose(fitted, slope * np.array(odds) + offset, atol=1e-3)
