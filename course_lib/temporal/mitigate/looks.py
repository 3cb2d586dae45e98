"""Mitigations of the look: more frames, or numbers drawn on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from course_lib.temporal.asker import Answered, Asker, Look
from course_lib.temporal.footage import Footage
from course_lib.temporal.mitigate.layer import Mitigated, frames_a_moment, region
from course_lib.temporal.mitigate.reading import parse
from course_lib.video import Clip

RED = (255, 0, 0)
FONT_SIZE, AT_PIXELS = 40, 336
NUMBERED = "The red numbers on each frame represent the frame number."


def denser(below: Asker, times: int = 2) -> Mitigated:
    """`times` as many frames, evenly over the same stretch.

    A question about frames a to b is asked of the frames that it counts. Source: none; the plainest answer to an event
    that falls between two frames.
    """

    def way(below: Asker, footage: Footage, questions: Sequence[str], look: Look) -> list[Answered]:
        counted = [(asked := parse(q)) is not None and asked.frames is not None for q in questions]
        fine = iter(below(footage, [q for q, c in zip(questions, counted) if not c], denser_look(below, footage, look)))
        as_before = iter(below(footage, [q for q, c in zip(questions, counted) if c], look))
        return [next(as_before if c else fine) for c in counted]

    def denser_look(below: Asker, footage: Footage, look: Look) -> Look:
        return replace(look, num_frames=times * num_frames(below, footage, look))

    return Mitigated("denser", below, way, shown=denser_look)


def num_frames(below: Asker, footage: Footage, look: Look) -> int:
    """How many frames the look takes, as the model counts them."""
    if look.num_frames is not None:
        return look.num_frames
    begin, end = region(footage, look)
    return max(1, len(below.model.moments(end - begin)) // frames_a_moment(below.model, end - begin))


def numbers(below: Asker) -> Mitigated:
    """The frame's number drawn on every frame, and the prompt says so.

    Red, bottom right, size 40 at 336 pixels, counted from 1; the frames of one moment share their number. Source:
    NumPro, "Number it: Temporal Grounding Videos like Flipping Manga" (Wu et al., 2024), its training-free setting.
    """

    def looks(below: Asker, footage: Footage, look: Look) -> Look:
        begin, end = region(footage, look)
        return replace(look, paint=Numbered(frames_a_moment(below.model, end - begin), look.paint))

    def way(below: Asker, footage: Footage, questions: Sequence[str], look: Look) -> list[Answered]:
        return below(footage, [f"{NUMBERED} {q}" for q in questions], look)

    return Mitigated("numbers", below, way, looks)


@dataclass(frozen=True)
class Numbered:
    """A paint for `Look`: draws 1, 2, … on the frames, `a_moment` frames to a number, over what `before` painted."""

    a_moment: int = 1
    before: Callable[[Clip], Clip] | None = None

    def __call__(self, clip: Clip) -> Clip:
        clip = self.before(clip) if self.before is not None else clip
        drawn = [number_on(frame, 1 + i // self.a_moment) for i, frame in enumerate(clip.frames)]
        return replace(clip, frames=np.stack(drawn))


def number_on(frame: np.ndarray, number: int) -> np.ndarray:
    """A copy of the frame, uint8 [H, W, 3], with the number in its bottom right corner."""
    from PIL import Image, ImageDraw, ImageFont

    H, W, _ = frame.shape
    image = Image.fromarray(np.ascontiguousarray(frame))
    draw = ImageDraw.Draw(image)
    size = max(6, round(FONT_SIZE * min(H, W) / AT_PIXELS))
    margin = max(1, size // 8)
    draw.text((W - margin, H - margin), str(number), fill=RED, font=ImageFont.load_default(size), anchor="rb")
    return np.asarray(image)
