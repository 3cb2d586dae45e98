"""1.times: when each packet's frame is shown."""

from __future__ import annotations

import io
from fractions import Fraction
from random import Random
from typing import Any

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Ticks

Packet = dict[str, Any]


def packets_of_a_file(rng: Random) -> tuple[list[Packet], list[int]]:
    """The packets of a small file that is really written, with frames that lean on later ones; and its time base."""
    import av
    import numpy as np

    base, count, gap = Fraction(1, rng.choice([600, 1000, 90_000])), rng.randint(8, 14), rng.randint(2, 6)
    shift = rng.randint(1, 5)
    file = io.BytesIO()
    with av.open(file, "w", format="matroska" if rng.random() < 0.5 else "mp4") as out:
        leaning = "bframes=2:b-adapt=0:b-pyramid=none:scenecut=0"
        options = {"x264-params": leaning, "threads": "1", "preset": "superfast"}
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
    zero = [{"pts": 40 * i, "dts": 40 * i, "size": 9} for i in range(rng.randint(3, 5))]
    cases.append(Case(([*zero, end], [1, 1000])))
    cut = [{"pts": 500 + 40 * i, "dts": 400 + 40 * k, "size": 9} for k, i in enumerate([2, 0, 1, 3])]
    cases.append(Case(([*cut, end], [1, 1000])))  # cut out of a longer file: two frames lean on the one behind them
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
            "the first packet for the first frame",
            "You take the first packet's time off. The first packet of a file need not be the frame that is shown "
            "first: here others lean on it and are shown before it. Take off the smallest pts.",
            lambda packets, base: sorted(
                (p["pts"] - packets[0]["pts"]) * base[0] / base[1] for p in _carrying(packets)
            ),
        ),
        Mistake(
            "tick 0 dropped",
            "The frame of tick 0 is missing: `if pts` is not true of 0. Ask for the size, or whether pts is None.",
            lambda packets, base: _less_first(sorted(p["pts"] * base[0] / base[1] for p in packets if p["pts"])),
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
            "These are rounded. A tick of 1/90000 s is 0.011 ms: leave the seconds as they are (float32, torch's usual "
            "dtype, rounds, too).",
            when=lambda args, yours, expected: (
                isinstance(yours, list)
                and len(yours) == len(expected)
                and 1e-6 < max(abs(a - b) for a, b in zip(yours, expected)) < 0.06
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
