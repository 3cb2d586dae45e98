"""Shares and gains with 95 % intervals, where the questions of one clip are not independent of each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.temporal.metrics import wilson

ROUNDS = 2000
FEWEST = 10  # seeds; from fewer than these an interval by resampling is much too narrow, so none is given


@dataclass(frozen=True)
class Score:
    """n questions; share of them right, 0 to 1; gain: the share less that of the plain model on the same questions.

    low and high, gain_low and gain_high: 95 % intervals, None where the questions come from fewer than `FEWEST` seeds
    (or there is nothing to compare with); Wilson's over the seeds for a share of 0 or 1. helps, hurts: all the interval
    of the gain lies above, below zero.
    """

    n: int
    share: float | None
    low: float | None = None
    high: float | None = None
    gain: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None

    @property
    def helps(self) -> bool:
        return self.gain_low is not None and self.gain_low > 0

    @property
    def hurts(self) -> bool:
        return self.gain_high is not None and self.gain_high < 0


class Resampling:
    """Draws seeds with replacement, always the same draws for the same (clusters, seed).

    Each question belongs to a cluster: the seed of its clip. A drawn seed brings all its questions, on every clip of
    it: what one clip of a seed shows (its scenery, who is there) its other questions share. Source: the cluster
    bootstrap (Davison and Hinkley, 1997, section 3.8); paired, because both ways of asking get the same questions.
    """

    def __init__(self, clusters: Sequence[int], seed: int = 0, rounds: int = ROUNDS) -> None:
        self.places = {c: i for i, c in enumerate(sorted(set(clusters)))}
        n = len(self.places)
        self._drawn = np.random.default_rng(seed).integers(0, n, (rounds, n)) if n else np.zeros((rounds, 0), int)

    def score(self, clusters: Sequence[int], right: Sequence[bool], plain: Sequence[bool] | None = None) -> Score:
        """The share of `right`, and with `plain` (the plain model's, question by question) the gain over it."""
        n = len(right)
        if n == 0:
            return Score(0, None)
        places = np.array([self.places[c] for c in clusters])
        share = float(np.mean(right))
        gain = None if plain is None else share - float(np.mean(plain))
        seen = len(set(places.tolist()))
        if seen < FEWEST:
            return Score(n, share, gain=gain)
        if all(right) or not any(right):  # nothing to redraw: 12 of 12 is not certainly 100 %
            low, high = wilson(seen * all(right), seen)
        else:
            low, high = self._interval(places, np.asarray(right, float))
        if plain is None:
            return Score(n, share, low, high)
        gain_low, gain_high = self._interval(places, np.asarray(right, float) - np.asarray(plain, float))
        return Score(n, share, low, high, gain, gain_low, gain_high)

    def _interval(self, places: np.ndarray, values: np.ndarray) -> tuple[float, float]:
        """values [n] of the questions, places [n] of their clusters -> the middle 95 % of their redrawn means."""
        sums = np.bincount(places, values, len(self.places))[self._drawn].sum(axis=1)  # [rounds]
        counts = np.bincount(places, minlength=len(self.places))[self._drawn].sum(axis=1)
        drawn = counts > 0
        low, high = np.quantile(sums[drawn] / counts[drawn], (0.025, 0.975))
        return float(low), float(high)
