"""Exercise 1, Frames: times, indices, sampling by time, seeking."""

from __future__ import annotations

import io
from bisect import bisect_left, bisect_right
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices, Ticks

Packet = dict[str, Any]


def packets_of_a_file(rng: Random) -> tuple[list[Packet], list[int]]:
    """The packets of a small file that is really written, with frames that lean on later ones; and its time base."""
    import av
    import numpy as np

    base, count, gap = Fraction(1, rng.choice([600, 1000, 90_000])), rng.randint(8, 14), rng.randint(2, 6)
    shift = rng.randint(1, 5)
    file = io.BytesIO()
    with av.open(file, "w", format="matroska" if rng.random() < 0.5 else "mp4") as out:
        options = {"x264-params": "bframes=2:b-adapt=0:b-pyramid=none:scenecut=0", "threads": "1"}
        stream = out.add_stream("libx264", rate=10, options=options)
        stream.width = stream.height = 32
        stream.pix_fmt, stream.codec_context.time_base = "yuv420p", base
        tick = 0
        for _ in range(count):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), rng.randrange(256), np.uint8), "rgb24")
            frame.pts, frame.time_base = round((shift + tick / 20) / base), base
            tick += rng.randint(1, gap)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    file.seek(0)
    with av.open(file, "r") as read:
        base = read.streams.video[0].time_base or base
        found = [{"pts": p.pts, "dts": p.dts, "size": p.size} for p in read.demux(video=0)]
    return found, [base.numerator, base.denominator]


def presentation_times(packets: list[Packet], time_base: list[int]) -> list[float]:
    num, den = time_base
    ticks = sorted(p["pts"] for p in packets if p["size"])
    return [(tick - ticks[0]) * num / den for tick in ticks]


def _times_cases(rng: Random) -> list[Case]:
    offset = rng.randint(1, 9) * 3000
    order = [0, 3, 1, 2]  # the last is decoded second: the two between lean on it
    by_hand = [{"pts": offset + 3000 * i * i, "dts": offset + 3000 * (k - 1), "size": 50} for k, i in enumerate(order)]
    end = {"pts": None, "dts": None, "size": 0}
    cases = [Case(([*by_hand, end], [1, 90_000]))]
    odd = [{"pts": 1001 * i + 7, "dts": 1001 * i, "size": 9} for i in range(5)]
    cases.append(Case((odd, [1001, 30_000])))
    for _ in range(3):
        packets, base = packets_of_a_file(rng)
        cases.append(Case((packets, base), f"FUNCTION(the {len(packets)} packets of a real file, {base})"))
    return cases


def _carrying(packets: list[Packet]) -> list[Packet]:
    return [p for p in packets if p["size"]]


def _less_first(seconds: list[float]) -> list[float]:
    return [s - seconds[0] for s in seconds]


TIMES = Values(
    _times_cases,
    presentation_times,
    tolerance=1e-6,  # rounding to milliseconds is off by up to 5e-4 at 1001/30000, and is turned away
    mistakes=[
        Mistake(
            "file order",
            "These are the right seconds in the order of the file. Frames that lean on a later one lie behind it: the "
            "viewer's order is that of pts. Sort them.",
            lambda packets, base: [
                (p["pts"] - min(q["pts"] for q in _carrying(packets))) * base[0] / base[1] for p in _carrying(packets)
            ],
        ),
        Mistake(
            "file order",
            "These stand in the order of the file, and the first packet's time is taken off, which need not be "
            "the first "
            "frame's. The viewer's order is that of pts: sort before you take anything off.",
            lambda packets, base: _less_first([p["pts"] * base[0] / base[1] for p in _carrying(packets)]),
        ),
        Mistake(
            "dts for pts",
            "These come from dts, when a packet is to be decoded. A frame is shown at its pts.",
            lambda packets, base: _less_first(sorted(p["dts"] * base[0] / base[1] for p in _carrying(packets))),
        ),
        Mistake(
            "time base upside down",
            "The time base is upside down: {yours} are not seconds. A tick lasts num / den seconds, 1/90000 for "
            "[1, 90000].",
            lambda packets, base: _less_first(sorted(p["pts"] * base[1] / base[0] for p in _carrying(packets))),
        ),
        Mistake(
            "start left in",
            "These begin at {yours}: the clock of this file does not start at 0. Take the first frame's time off.",
            lambda packets, base: sorted(p["pts"] * base[0] / base[1] for p in _carrying(packets)),
        ),
        Mistake(
            "ticks for seconds",
            "These are ticks of the time base. Multiply by num / den to make seconds of them.",
            lambda packets, base: _less_first(sorted(p["pts"] for p in _carrying(packets))),
        ),
        Mistake(
            "whole division",
            "`//` cuts off everything behind the point: a tick of 1/90000 s is 0 then. Divide with `/`.",
            lambda packets, base: _less_first(sorted(p["pts"] * (base[0] // base[1]) for p in _carrying(packets))),
        ),
        Mistake(
            "even gaps",
            "These are evenly apart, as if index / rate gave the time. The frames of this file are not: their "
            "pts says when.",
            when=lambda args, yours, expected: (
                len(yours) == len(expected) > 2
                and max(abs((yours[i + 1] - yours[i]) - (yours[1] - yours[0])) for i in range(len(yours) - 1))
                < 1e-6
                < yours[1]
            ),
        ),
        Mistake(
            "rounded",
            "These are rounded. A tick of 1/90000 s is 0.011 ms: leave the seconds as they are.",
            when=lambda args, yours, expected: (
                len(yours) == len(expected) and max(abs(a - b) for a, b in zip(yours, expected)) < 0.06
            ),
        ),
        Mistake(
            "the empty packet",
            "The last packet that a demuxer gives is empty: size 0, no pts. It only says that the file has "
            "ended. Leave "
            "packets of size 0 out. ({yours})",
            raises="TypeError",
            looks="None",
        ),
    ],
    picture=lambda args, yours, expected: (
        Ticks({"yours": yours[:40], "expected": expected[:40]}, max(max(expected), 0.1))
        if max(yours) < 10 * max(expected) + 1 and sorted(yours) != expected
        else None
    ),
)


def uniform_indices(total: int, n: int) -> list[int]:
    return [(2 * i + 1) * total // (2 * n) for i in range(n)]


def _linspace(first: float, last: float, n: int) -> list[float]:
    return [first + (last - first) * i / (n - 1) if n > 1 else first for i in range(n)]


def _uniform_cases(rng: Random) -> list[Case]:
    sizes = [(4, 2), (10, 4), (rng.randint(5, 9), 1), (3, 5), (rng.randint(11, 40), rng.randint(3, 9)), (900, 16)]
    sizes += [(rng.randint(100, 2000), rng.randint(5, 64)) for _ in range(4)]
    return [Case(size) for size in sizes]


UNIFORM = Values(
    _uniform_cases,
    uniform_indices,
    mistakes=[
        Mistake(
            "one past the end",
            "Your last index is one past the end: frames are numbered from 0 to `total - 1`. Did you use `total` where "
            "`total - 1` belongs? ({call} gave {yours})",
            when=lambda args, yours, expected: isinstance(yours, list) and max(yours, default=0) >= args[0],
        ),
        Mistake(
            "both ends",
            "Yours go from the first frame to the very last one. Asked for are the middles of equal parts: each look "
            "stands for the time around it, and none is wasted on an edge.",
            lambda total, n: [int(x) for x in _linspace(0, total - 1, n)],
        ),
        Mistake(
            "both ends",
            "Yours go from the first frame to the very last one, rounded. Asked for are the middles of equal parts.",
            lambda total, n: [round(x) for x in _linspace(0, total - 1, n)],
        ),
        Mistake(
            "starts of the parts",
            "These are the starts of the parts. Half a part is missing: the middle of part i is at (i + 0.5) * "
            "total / n.",
            lambda total, n: [i * total // n for i in range(n)],
        ),
        Mistake(
            "a fixed step",
            "A step of `total // n` loses what the division leaves over: the last frames are never looked at, or "
            "there is "
            "one look too many. Compute each index from i.",
            when=lambda args, yours, expected: (
                len(yours) > 1
                and len({b - a for a, b in pairwise(yours)}) == 1
                and yours[1] - yours[0] == max(1, args[0] // args[1])
                and yours != expected
            ),
        ),
        Mistake(
            "no repeats",
            "When there are fewer frames than looks, some frames are looked at twice: n indices were asked for. Did a "
            "`set` or `unique` take them out?",
            lambda total, n: sorted(set(uniform_indices(total, n))),
        ),
        Mistake(
            "rounded up",
            "Yours are rounded to the nearest whole number. A frame is shown from its index on to the next: cut "
            "off, do "
            "not round.",
            lambda total, n: [round((i + 0.5) * total / n) for i in range(n)],
        ),
    ],
    picture=lambda args, yours, expected: (
        Ticks({"yours": yours, "expected": expected}, args[0], unit="frames") if args[0] <= 60 else None
    ),
)


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
    return cases


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


def decode_runs(keyframes: list[bool], wanted: list[int]) -> list[list[int]]:
    runs: dict[int, int] = {}
    for frame in sorted(wanted):
        runs[_key_before(keyframes, frame)] = frame
    return [[first, last] for first, last in runs.items()]


def _key_before(keyframes: list[bool], frame: int) -> int:
    return max(i for i in range(frame + 1) if keyframes[i])


def _seek_cases(rng: Random) -> list[Case]:
    keys = [True, False, False, False, True, False, False, False]
    cases = [Case((keys, [6])), Case((keys, [1, 2])), Case((keys, [4])), Case((keys, [6, 2, 5]))]
    for count in (20, 60):
        many = [i == 0 or rng.random() < 0.15 for i in range(count)]
        cases.append(Case((many, [rng.randrange(count) for _ in range(count // 6)])))
    return cases


def _gop_end(keyframes: list[bool], frame: int) -> int:
    return next((i - 1 for i in range(frame + 1, len(keyframes)) if keyframes[i]), len(keyframes) - 1)


def _mask(runs: list[list[int]], count: int) -> list[int]:
    """How often each frame is decoded."""
    return [sum(first <= i <= last for first, last in runs) for i in range(count)]


SEEK = Values(
    _seek_cases,
    decode_runs,
    mistakes=[
        Mistake(
            "no keyframe",
            "A run begins at a frame that leans on others: its decoder shows grey mush. Begin at the keyframe at or "
            "before it.",
            when=lambda args, yours, expected: any(not args[0][first] for first, _ in yours),
        ),
        Mistake(
            "from the beginning",
            "Everything from frame 0 on is decoded. That is right and slow: a keyframe nearer by saves the "
            "frames before it.",
            lambda keys, wanted: [[0, max(wanted)]],
        ),
        Mistake(
            "a run for each frame",
            "Two wanted frames behind one keyframe need one run: yours decodes the frames before them twice.",
            lambda keys, wanted: [[_key_before(keys, f), f] for f in wanted],
        ),
        Mistake(
            "a run for each frame",
            "Two wanted frames behind one keyframe need one run: yours decodes the frames before them twice.",
            lambda keys, wanted: [[_key_before(keys, f), f] for f in sorted(set(wanted))],
        ),
        Mistake(
            "up to the next keyframe",
            "Your runs go on to the next keyframe. Stop at the last frame that is wanted; nobody needs the rest.",
            lambda keys, wanted: [[first, _gop_end(keys, last)] for first, last in decode_runs(keys, wanted)],
        ),
        Mistake(
            "the end left out",
            "A run [first, last] holds its last frame too. Yours ends one too late, as a slice would.",
            lambda keys, wanted: [[first, last + 1] for first, last in decode_runs(keys, wanted)],
        ),
        Mistake(
            "in the order asked",
            "Runs come in the order of the file, whatever order the frames are asked in: a file is read "
            "forwards. Sort first.",
            when=lambda args, yours, expected: sorted(yours) == expected or (len(yours) > 1 and yours != sorted(yours)),
        ),
        Mistake(
            "one run over all",
            "One run over all of it decodes what lies between two keyframes for nothing. Begin anew at each "
            "keyframe that "
            "has a wanted frame behind it.",
            lambda keys, wanted: [[_key_before(keys, min(wanted)), max(wanted)]],
        ),
    ],
    picture=lambda args, yours, expected: Matrices(
        {
            "yours: how often decoded": [_mask(yours, len(args[0]))],
            "expected": [_mask(expected, len(args[0]))],
        },
        columns=["K" if key else "" for key in args[0]] if len(args[0]) <= 24 else (),
    ),
)


CHECKS = {"times": TIMES, "uniform": UNIFORM, "by_time": BY_TIME, "seek": SEEK}
