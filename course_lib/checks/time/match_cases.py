"""What 6.match is asked: edges, traps for whoever takes the nearest thing first, and whole stories."""

from __future__ import annotations

from random import Random

from course_lib.checks.check import Case
from course_lib.checks.time.draw import Event, absent, listed, story
from course_lib.checks.time.pairing import best, fits, greedy, iou, late, length, match_events


def _stretch(rng: Random, what: str, start: float, length: float) -> Event:
    return {"start": round(start, 2), "end": round(start + length, 2), "what": what}


def _traps(rng: Random, what: str) -> list[Case]:
    """Two told and two true events with the same words, where whoever takes the nearest thing first loses a pair."""
    found: list[Case] = []
    for trap in (greedy(True), greedy(False), greedy(False, best_first=True), late):
        while True:
            start, gap = rng.uniform(1, 12), rng.uniform(0.3, 1.0)
            first = _stretch(rng, what, start, rng.uniform(3, 5))
            true = [first, _stretch(rng, what, first["end"] + gap, rng.uniform(3, 5))]
            told = [_stretch(rng, what, start + rng.uniform(-2, 7), rng.uniform(2.5, 6)) for _ in range(2)]
            least = rng.choice([0.3, 0.4] if trap is late else [0.1, 0.2])
            if trap(told, true, least) != match_events(told, true, least) and _clear(told, true, least):
                found.append(_case(told, true, least))
                break
    return found


def _clear(told: list[Event], true: list[Event], least: float) -> bool:
    """Whether one pairing is the best by far, and no two are a pair by a hair."""
    every = fits(told, true, 0.0, iou)
    order = best([f for f in every if f[0] >= least])
    return all(abs(f[0] - least) > 1e-3 for f in every) and (len(order) < 2 or order[0][0] - order[1][0] > 1e-3)


def _case(told: list[Event], true: list[Event], least: float) -> Case:
    return Case((told, true, least), f"FUNCTION(told, true, {least})\ntold:\n{listed(told)}\ntrue:\n{listed(true)}")


def _told_of(rng: Random, true: list[Event]) -> list[Event]:
    """What a model might tell: most of it, moved; something twice; something that never was; in any order."""
    told = [_stretch(rng, e["what"], max(0.0, e["start"] + rng.uniform(-1.5, 1.5)), length(e) * rng.uniform(0.6, 1.5))
            for e in rng.sample(true, len(true) - 1)]  # fmt: skip
    twice = rng.choice(told)
    told.append(_stretch(rng, twice["what"], twice["start"] + rng.uniform(0.2, 0.6), length(twice)))
    elsewhere = rng.choice(true)
    told.append(elsewhere | {"what": absent(rng, true)})
    rng.shuffle(told)
    return told


def cases(rng: Random) -> list[Case]:
    true = story(rng)
    one = true[0]
    moved = _stretch(rng, one["what"], one["start"] + 0.5, length(one))
    made = [_case([moved], [one], 0.5)]
    whole = {"start": float(rng.randint(2, 9)), "what": one["what"]}
    a, b = whole | {"end": whole["start"] + 2}, whole | {"end": whole["start"] + 4}
    made += [_case([a], [b], 0.5)]  # exactly one half
    touching = {"start": b["end"], "end": b["end"] + 3, "what": one["what"]}
    made += [_case([touching], [b], 0.1), _case([moved | {"what": absent(rng, true)}], true[:2], 0.3)]
    vague = {"start": 0.0, "end": 30.0, "what": one["what"]}
    inside = _stretch(rng, one["what"], one["start"] + 0.7, 0.6)
    made += [_case([vague], [one], 0.3), _case([inside], [one], 0.3)]
    twice = [moved, _stretch(rng, one["what"], moved["start"] + 0.4, length(one))]
    made += [_case(twice, [one], 0.2), *_traps(rng, one["what"])]
    made += [_case([], true[:2], 0.3), _case(true[:2], [], 0.3), _case([], [], 0.3)]
    for kind in ("story", "repeated", "two"):
        while True:
            true = story(rng, kind, 4, 12)
            told, least = _told_of(rng, true), rng.choice([0.2, 0.3, 0.5])
            rng.shuffle(true)
            if _clear(told, true, least):
                break
        made.append(_case(told, true, least))
    return made
