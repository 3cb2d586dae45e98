"""Abstention by threshold, and the numbers that say what it is worth: risk, coverage, product score, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.clipworld.questions import UNSEEN
from course_lib.errors import ModelError
from course_lib.temporal.asker import Answered, Asker, Look
from course_lib.temporal.footage import Footage
from course_lib.temporal.mitigate.layer import Mitigated
from course_lib.temporal.mitigate.logits import needs_logits

THRESHOLD = 0.5


def abstain(below: Asker, threshold: float = THRESHOLD) -> Mitigated:
    """An answer with less confidence than `threshold` (0 to 1) becomes "that cannot be seen in the video".

    The confidence stays as it was, so that a risk-coverage curve can be drawn of what was refused too. Raises
    ModelError where the model gives no logits, and for a threshold outside 0 to 1. Source: selective prediction
    (Geifman and El-Yaniv, 2017).
    """
    needs_logits(below, "abstain")
    if not 0.0 <= threshold <= 1.0:
        raise ModelError(f"The threshold of abstain is {threshold:g}.", "Give a number from 0 to 1, as in abstain:0.4.")

    def way(below: Asker, footage: Footage, questions: Sequence[str], look: Look) -> list[Answered]:
        return [_unless_sure(a, threshold, below.name) for a in below(footage, questions, look)]

    return Mitigated("abstain" if threshold == THRESHOLD else f"abstain:{threshold:g}", below, way)


def _unless_sure(answered: Answered, threshold: float, name: str) -> Answered:
    if answered.confidence is None:
        raise ModelError(f"{name} gives an answer without a confidence.", "Abstain over a model that gives logits.")
    return answered if answered.confidence >= threshold else Answered(UNSEEN, answered.confidence)


@dataclass(frozen=True)
class RiskCoverage:
    """coverage [N]: the share answered, from 1/N to 1; risk [N]: the share wrong among those answered then; aurc: the
    mean of the risk, the area under the curve."""

    coverage: np.ndarray
    risk: np.ndarray
    aurc: float


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> RiskCoverage:
    """What share is wrong if only the surest answers are given, for every share. confidences, right: [N].

    Answers of the same confidence cannot be told apart by a threshold: among them the wrong ones are spread evenly, so
    that the order of the questions does not matter. Raises ValueError for no answers, different lengths, or a
    confidence outside 0 to 1. Source: Geifman and El-Yaniv (2017); AURC: Geifman et al. (2019).
    """
    sure, wrong = _checked(confidences, right)
    N = len(sure)
    order = np.argsort(-sure, kind="stable")
    _, group = np.unique(-sure[order], return_inverse=True)  # [N], from the surest
    share_wrong = np.bincount(group, weights=wrong[order]) / np.bincount(group)
    answered = np.arange(1, N + 1)
    risk = np.cumsum(share_wrong[group]) / answered
    return RiskCoverage(answered / N, risk, float(risk.mean()))


@dataclass(frozen=True)
class Refusing:
    """What a threshold gives. accuracy: of the answerable questions, the share answered right; recall: of the others,
    the share refused; false_abstention: of the answerable ones, the share refused; score: their product score."""

    threshold: float
    accuracy: float
    recall: float
    false_abstention: float

    @property
    def score(self) -> float:
        return product_score(self.accuracy, self.recall, self.false_abstention)


def product_score(accuracy: float, recall_of_abstention: float, false_abstention: float) -> float:
    """accuracy x max(0, recall of abstention - false abstention), 0 to 1: neither a model that always answers nor one
    that always refuses scores."""
    return accuracy * max(0.0, recall_of_abstention - false_abstention)


def refusing(
    threshold: float,
    confidences: Sequence[float],
    right: Sequence[bool],
    refused: Sequence[bool],
    answerable: Sequence[bool],
) -> Refusing:
    """What comes of refusing below the threshold. All [N]: right and refused of the answer as the model gave it."""
    sure, wrong = _checked(confidences, right)
    can, no = np.asarray(answerable, bool), np.asarray(refused, bool) | (sure < threshold)
    if not len(can) == len(no) == len(sure):
        raise ValueError(f"{len(sure)} confidences, {len(no)} refusals and {len(can)} kinds of question do not match")
    if can.all() or not can.any():
        raise ValueError("needs answerable and unanswerable questions, both")
    hit = (wrong == 0) & (sure >= threshold)
    return Refusing(threshold, float(hit[can].mean()), float(no[~can].mean()), float(no[can].mean()))


def best_threshold(
    confidences: Sequence[float], right: Sequence[bool], refused: Sequence[bool], answerable: Sequence[bool]
) -> Refusing:
    """The threshold with the best product score; of equals the lowest, which refuses least. All [N].

    Choose it on other clips than those it is judged on: on its own clips every threshold looks too good. Raises
    ValueError unless there are answerable and unanswerable questions.
    """
    tried = sorted({0.0, *(float(c) for c in confidences)})
    return max((refusing(t, confidences, right, refused, answerable) for t in tried), key=lambda r: r.score)


@dataclass(frozen=True)
class Bin:
    """Answers with confidence above low, up to high: how many, their mean confidence, the share that is right."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Calibration:
    """ece: expected calibration error, the mean gap between confidence and accuracy, weighted by n; bins: those that
    hold answers."""

    ece: float
    bins: tuple[Bin, ...]


def calibration(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> Calibration:
    """Whether a confidence of 0.7 is right 7 times in 10. Source: Guo et al. (2017), bins of equal width.

    confidences, right: [N]. Raises ValueError as `risk_coverage` does, and for fewer than one bin.
    """
    sure, wrong = _checked(confidences, right)
    if bins < 1:
        raise ValueError(f"{bins} bins: give at least 1")
    edges = np.linspace(0.0, 1.0, bins + 1)
    place = np.clip(np.searchsorted(edges, sure, side="left") - 1, 0, bins - 1)  # [N]
    rows = []
    for i in range(bins):
        here = place == i
        if here.any():
            mean, share = float(sure[here].mean()), float(1 - wrong[here].mean())
            rows.append(Bin(float(edges[i]), float(edges[i + 1]), int(here.sum()), mean, share))
    return Calibration(sum(b.n * abs(b.confidence - b.accuracy) for b in rows) / len(sure), tuple(rows))


def _checked(confidences: Sequence[float], right: Sequence[bool]) -> tuple[np.ndarray, np.ndarray]:
    """confidence and wrongness (0 or 1), float64 [N]."""
    sure = np.asarray(confidences, dtype=np.float64)
    wrong = 1.0 - np.asarray(right, dtype=bool)
    if sure.ndim != 1 or sure.shape != wrong.shape or not len(sure):
        raise ValueError(f"{sure.size} confidences and {wrong.size} verdicts: give as many of both, at least 1")
    if not ((sure >= 0) & (sure <= 1)).all():
        raise ValueError("a confidence is outside 0 to 1")
    return sure, wrong
