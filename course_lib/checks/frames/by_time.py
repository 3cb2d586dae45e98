"""1.by_time: the frame that is shown at a second."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from random import Random

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Ticks


def frames_at(seconds: list[float], wanted: list[float]) -> list[int]:
    return [max(0, bisect_right(seconds, t) - 1) for t in wanted]


def _uneven(rng: Random, count: int) -> list[float]:
    """Times as a phone films when it gets dark: first 20 a second, then 4; in 64ths, so that sums are exact."""
    seconds, now = [], 0.0
    for i in range(count):
        seconds.append(now)
        now += (rng.randint(2, 4) if i < count // 2 else rng.randint(14, 18)) / 64
    return seconds


def _by_time_cases(rng: Random) -> list[Case]:
    cases = [Case(([0.0, 0.5, 1.0, 3.0], [0.75, 2.0])), Case(([0.0, 0.5, 1.0, 3.0], [0.5, 3.0, 9.0]))]
    cases.append(Case(([0.25, 0.5, 2.0], [0.0, 2.5])))
    for count in (8, 30, 60):
        seconds = _uneven(rng, count)
        wanted = [(i + 0.5) * seconds[-1] / 6 for i in range(6)] + [rng.choice(seconds)]
        cases.append(Case((seconds, sorted(wanted))))
    return [*cases, Case(([0.0, 0.5, 1.0, 3.0], [2.0, 3.5, 0.75, 1.0]))]


def _forwards(seconds: list[float], wanted: list[float]) -> list[int]:
    shown, now = [], 0
    for t in wanted:
        while now + 1 < len(seconds) and seconds[now + 1] <= t:
            now += 1
        shown.append(now)
    return shown


def _by_rate(seconds: list[float], wanted: list[float]) -> list[int]:
    rate = (len(seconds) - 1) / (seconds[-1] - seconds[0])
    return [min(len(seconds) - 1, int(t * rate)) for t in wanted]


BY_TIME = Values(
    _by_time_cases,
    frames_at,
    mistakes=[
        Mistake(
            "index for time",
            "These are `t * rate`, as if frames were evenly apart. Here the rate changes on the way, so an index says "
            "nothing about a second. Look the second up in `seconds`.",
            _by_rate,
        ),
        Mistake(
            "index for time",
            "These are `t * rate` rounded, as if frames were evenly apart. Look the second up in `seconds`.",
            lambda seconds, wanted: [
                min(len(seconds) - 1, round(t * (len(seconds) - 1) / (seconds[-1] - seconds[0]))) for t in wanted
            ],
        ),
        Mistake(
            "the nearest frame",
            "These are the nearest frames. The nearest may lie in the future: at 2.0 s a frame that comes at 3.0 "
            "s is not "
            "on the screen yet. What is shown is the last frame that has come.",
            lambda seconds, wanted: [min(range(len(seconds)), key=lambda i: abs(seconds[i] - t)) for t in wanted],
        ),
        Mistake(
            "the next frame",
            "These are the frames that come next. Shown is the one before: take one off.",
            lambda seconds, wanted: [min(len(seconds) - 1, bisect_right(seconds, t)) for t in wanted],
        ),
        Mistake(
            "missed at its own second",
            "A frame is shown from its own second on: at 0.5 s it is the frame of 0.5 s, not the one before. Is it `<` "
            "where `<=` belongs (or side='left' for 'right')?",
            lambda seconds, wanted: [max(0, bisect_left(seconds, t) - 1) for t in wanted],
        ),
        Mistake(
            "in the order of time",
            "The right frames, sorted. The seconds may be asked in any order, and each answer stands where its second "
            "stands in `wanted`.",
            lambda seconds, wanted: sorted(frames_at(seconds, wanted)),
        ),
        Mistake(
            "never back",
            "Yours only goes forwards through `seconds`, and stays where it is when an earlier second is asked next. "
            "The seconds may be asked in any order: look each up by itself.",
            _forwards,
        ),
        Mistake(
            "before the first",
            "Before the first frame there is none; take the first. Your -1 is, in Python, the last one.",
            lambda seconds, wanted: [bisect_right(seconds, t) - 1 for t in wanted],
        ),
    ],
    picture=lambda args, yours, expected: Ticks(
        {"your frames": [args[0][i] for i in yours], "expected": [args[0][i] for i in expected], "wanted": args[1]},
        max(*args[0], *args[1]),
    ),
)
