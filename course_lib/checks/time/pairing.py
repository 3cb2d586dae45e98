"""Told and true events in pairs: the best pairing of all, and those that people write first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course_lib.checks.time.draw import Event

Fit = Callable[[Event, Event], float]
Pairs = list[list[int]]


def common(a: Event, b: Event) -> float:
    return max(0.0, min(a["end"], b["end"]) - max(a["start"], b["start"]))


def length(e: Event) -> float:
    return float(e["end"] - e["start"])


def iou(a: Event, b: Event) -> float:
    both = common(a, b)
    return both / (length(a) + length(b) - both)


def fits(told: list[Event], true: list[Event], least: float, fit: Fit, text: bool = True) -> list[tuple]:
    """(fit, i, j) of every two that may be a pair."""
    both = [(fit(t, e), i, j) for i, t in enumerate(told) for j, e in enumerate(true)
             if t["what"] == e["what"] or not text]  # fmt: skip
    return [f for f in both if f[0] >= least]


def best(every: list[tuple]) -> list[tuple[float, Pairs]]:
    """All pairings, one to one, as (sum, pairs); the largest sum first."""
    found: list[tuple[float, Pairs]] = [(0.0, [])]
    for fit, i, j in every:
        found += [(total + fit, [*pairs, [i, j]]) for total, pairs in found
                  if all(i != a and j != b for a, b in pairs)]  # fmt: skip
    return sorted(found, key=lambda f: -f[0])


def best_pairs(told: list[Event], true: list[Event], least: float, fit: Fit = iou, text: bool = True) -> Pairs:
    return sorted(best(fits(told, true, least, fit, text))[0][1])


def scored(pairs: Pairs, told: list[Event], true: list[Event]) -> dict[str, Any]:
    def share(part: int, whole: int) -> float:
        return part / whole if whole else float(not told and not true)

    return {
        "pairs": pairs, "precision": share(len(pairs), len(told)), "recall": share(len(pairs), len(true)),
        "f1": share(2 * len(pairs), len(told) + len(true)),
    }  # fmt: skip


def match_events(told: list[Event], true: list[Event], least: float) -> dict[str, Any]:
    return scored(best_pairs(told, true, least), told, true)


def by_fit(fit: Fit, text: bool = True) -> Callable[..., dict[str, Any]]:
    return lambda told, true, least: scored(best_pairs(told, true, least, fit, text), told, true)


def greedy(first: bool, best_first: bool = False) -> Callable[..., dict[str, Any]]:
    """One told event after the other takes the first that fits, or its best one; or the best pair of all goes first."""

    def answer(told: list[Event], true: list[Event], least: float) -> dict[str, Any]:
        every = fits(told, true, least, iou)
        key = (lambda f: -f[0]) if best_first else (lambda f: (f[1], f[2] if first else -f[0]))
        pairs: Pairs = []
        for _, i, j in sorted(every, key=key):
            if all(i != a and j != b for a, b in pairs):
                pairs.append([i, j])
        return scored(sorted(pairs), told, true)

    return answer


def late(told: list[Event], true: list[Event], least: float) -> dict[str, Any]:
    """Paired without a threshold, which is then put to the pairs."""
    pairs = best_pairs(told, true, 1e-9)
    return scored([[i, j] for i, j in pairs if iou(told[i], true[j]) >= least], told, true)


def again(told: list[Event], true: list[Event], least: float, each: bool = False) -> dict[str, Any]:
    """Every told event takes the best true one, taken or not; each: all that fit."""
    every = sorted(fits(told, true, least, iou), reverse=True)
    if not each:
        every = [f for k, f in enumerate(every) if all(f[1] != g[1] for g in every[:k])]
    return scored(sorted([i, j] for _, i, j in every), told, true)


def changed(**change: Callable[[dict[str, Any]], Any]) -> Callable[..., dict[str, Any]]:
    def answer(told: list[Event], true: list[Event], least: float) -> dict[str, Any]:
        right = match_events(told, true, least)
        return right | {key: new(right) for key, new in change.items()}

    return answer
