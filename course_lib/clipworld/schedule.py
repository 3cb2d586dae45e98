"""When things happen in a story."""

from __future__ import annotations

import random
from collections.abc import Iterator

SHORTEST = 2.4  # seconds of an event, where the clip is long enough
LONGEST = 5.0
PAUSE = 0.4  # seconds at least between two events
SHOT_FRAMES = 16  # a `short` event fits between two of so many samples spread over the clip


def schedule(rng: random.Random, seconds: float, kind: str) -> Iterator[tuple[float, float]]:
    """When events happen: 4 to 8 in 30 s, 2.4 to 5 s long, nothing in between for 0.4 to some 4 s."""
    n = max(1, round(rng.uniform(3.7, 8.4) * seconds / 30))
    fewest = 2 if kind == "repeated" else 1
    n = max(n, fewest)
    pause = min(PAUSE, 0.2 * seconds / (n + 1))
    while n > fewest and n * SHORTEST + (n + 1) * (pause + 0.1) > seconds:
        n -= 1
    least = min(SHORTEST, 0.75 * seconds / n)
    most = max(least, min(LONGEST, 2 * 0.74 * seconds / n - least))
    lengths = [rng.uniform(least, most) for _ in range(n)]
    room = 0.95 * (seconds - pause * (n + 1))
    lengths = [length * min(1.0, room / sum(lengths)) for length in lengths]
    if kind == "short":
        lengths[rng.randrange(n)] = rng.uniform(0.4, 0.8) * seconds / SHOT_FRAMES
    spare = seconds - sum(lengths) - pause * (n + 1)
    shares = [rng.uniform(0.2, 1.0) for _ in range(n + 1)]
    t = 0.0
    for length, share in zip(lengths, shares, strict=False):
        t += pause + spare * share / sum(shares)
        yield round(t, 1), round(round(t, 1) + length, 1 if length > 1 else 2)
        t += length
