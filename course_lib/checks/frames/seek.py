"""1.seek: which frames have to be decoded to get some of them."""

from __future__ import annotations

from random import Random

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices


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
    cases.append(Case(([*keys, True, False], [3, 6, 8])))
    for count in (20, 60):
        many = [i == 0 or rng.random() < 0.15 for i in range(count)]
        cases.append(Case((many, [rng.randrange(count) for _ in range(count // 6)])))
    return cases


def _gop_end(keyframes: list[bool], frame: int) -> int:
    return next((i - 1 for i in range(frame + 1, len(keyframes)) if keyframes[i]), len(keyframes) - 1)


def _mask(runs: list[list[int]], count: int) -> list[int]:
    """How often each frame is decoded."""
    return [sum(first <= i <= last for first, last in runs) for i in range(count)]


def _joined(keyframes: list[bool], wanted: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for first, last in decode_runs(keyframes, wanted):
        if runs and runs[-1][1] + 1 == first:
            runs[-1][1] = last
        else:
            runs.append([first, last])
    return runs


def _last_asked(keyframes: list[bool], wanted: list[int]) -> list[list[int]]:
    runs = {_key_before(keyframes, frame): frame for frame in wanted}
    return [[first, runs[first]] for first in sorted(runs)]


def _picture(args: tuple[list[bool], list[int]], yours: list[list[int]], expected: list[list[int]]) -> Matrices | None:
    keyframes = args[0]
    mine, right = _mask(yours, len(keyframes)), _mask(expected, len(keyframes))
    if mine == right:  # another order, or runs joined: there is nothing to see
        return None
    columns = ["K" if key else "" for key in keyframes] if len(keyframes) <= 24 else ()
    return Matrices({"yours: how often decoded": [mine], "expected": [right]}, columns=columns)


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
            "neighbours joined",
            "You made one run of two that touch. Nothing is decoded for nothing, but each keyframe has a run of its "
            "own: a new one begins wherever decoding can begin anew.",
            _joined,
        ),
        Mistake(
            "ends at the one asked last",
            "A run ends at the wanted frame that was asked last, and one further on is missing. Frames may be asked in "
            "any order: the run has to reach the furthest of them.",
            _last_asked,
        ),
        Mistake(
            "one run over all",
            "One run over all of it decodes what lies between two keyframes for nothing. Begin anew at each "
            "keyframe that "
            "has a wanted frame behind it.",
            lambda keys, wanted: [[_key_before(keys, min(wanted)), max(wanted)]],
        ),
    ],
    picture=_picture,
)
