"""4.seconds: when frames are shown."""

from __future__ import annotations

from random import Random

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Ticks


def seconds_of(frames: list[int], pts: list[int], time_base: list[int], rate: float | None) -> list[float]:
    num, den = time_base
    return [(pts[frame] - pts[0]) * num / den for frame in frames]


def _seconds_cases(rng: Random) -> list[Case]:
    start = rng.randint(1, 50) * 40
    cases = [Case(([0, 2, 4], [40 * i for i in range(5)], [1, 100], 2.5))]
    cases.append(Case(([1, 2], [start, start + 30, start + 90], [1, 60], 2.0)))
    for rate in (None, 29.97, 12.5):
        count = rng.randint(8, 20)
        ticks = [start]
        for i in range(count - 1):
            ticks.append(ticks[-1] + (rng.randint(40, 60) if i < count // 2 else rng.randint(200, 300)))
        chosen = sorted(rng.sample(range(1, count), 4))
        cases.append(Case((chosen, ticks, [rng.choice([1, 1001]), 30_000], rate)))
    return cases


SECONDS = Values(
    _seconds_cases,
    seconds_of,
    tolerance=1e-6,  # rounding to milliseconds is off by more at 1001/30000, and is turned away
    mistakes=[
        Mistake(
            "a whole rate",
            "{call} gives {yours}; these frames are shown at {expected}. Yours are too late, the later the more, as "
            "far as past the end of a clip; and a file whose header names no rate raises. The cause: a frame's number "
            "over a rate, and a rate cut off to a whole number at that. When a frame is shown stands in its pts.",
            lambda frames, pts, base, rate: [frame / int(rate) for frame in frames],
        ),
        Mistake(
            "number over rate",
            "Right for even frames, wrong here: this file's frames are not evenly apart, and a number over a rate "
            "does not see that. (And where the header names no rate there is nothing to divide by.) Look each frame "
            "up in `pts`.",
            lambda frames, pts, base, rate: [frame / rate for frame in frames],
        ),
        Mistake(
            "an average rate",
            "These are even steps of the average gap between frames. Frames that come in uneven gaps are shown at "
            "other seconds. Nothing is to be averaged: `pts[frame]` is when it is shown.",
            lambda frames, pts, base, rate: [
                frame * (pts[-1] - pts[0]) / (len(pts) - 1) * base[0] / base[1] for frame in frames
            ],
        ),
        Mistake(
            "ticks for seconds",
            "{yours} are ticks. A tick lasts num / den seconds.",
            lambda frames, pts, base, rate: [float(pts[frame] - pts[0]) for frame in frames],
        ),
        Mistake(
            "the start left in",
            "This file's clock does not start at 0, and yours still carries its start. Seconds count from the first "
            "frame of the file: take `pts[0]` off.",
            lambda frames, pts, base, rate: [pts[frame] * base[0] / base[1] for frame in frames],
        ),
        Mistake(
            "from the first chosen frame",
            "Your first second is always 0. Seconds count from the first frame of the file, `pts[0]`, and the first "
            "frame that was chosen may come later.",
            lambda frames, pts, base, rate: [(pts[f] - pts[frames[0]]) * base[0] / base[1] for f in frames],
        ),
        Mistake(
            "time base upside down",
            "The time base is upside down: a tick lasts num / den seconds, 1/90000 for [1, 90000].",
            lambda frames, pts, base, rate: [(pts[frame] - pts[0]) * base[1] / base[0] for frame in frames],
        ),
        Mistake(
            "half a time base",
            "The ticks are divided by den, and num is left out: it is 1 in many files and 1001 in others.",
            lambda frames, pts, base, rate: [(pts[frame] - pts[0]) / base[1] for frame in frames],
        ),
        Mistake(
            "rounded",
            "These are rounded. Leave the seconds as they are; round when you print them.",
            when=lambda args, yours, expected: (
                0 < max(abs(a - b) for a, b in zip(yours, expected, strict=True)) < 0.051
            ),
        ),
        Mistake(
            "a place for a frame",
            "These are the seconds of the file's first frames, whichever were chosen. `frames` holds the numbers to "
            "look up; a number's place in that list is not the number.",
            lambda frames, pts, base, rate: [(pts[i] - pts[0]) * base[0] / base[1] for i in range(len(frames))],
        ),
    ],
    picture=lambda args, yours, expected: (
        Ticks({"yours": yours, "expected": expected}, max(*expected, *yours))
        if max(yours) < 20 * max(expected)
        else None
    ),
)
