"""A clip whose truth is known: pixels at any time and size, and the timeline that goes with them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from course_lib.clipworld.camera import Camera
from course_lib.clipworld.choreography import Choreography
from course_lib.clipworld.controls import CONTROLS, control
from course_lib.clipworld.looks import Looks, make_looks
from course_lib.clipworld.stagecraft import draw_actors
from course_lib.clipworld.story import KINDS, Story, make_story
from course_lib.errors import CourseError
from course_lib.progress import progress
from course_lib.timeline import Timeline

SEVERAL = 20  # frames, from which on drawing them is worth a bar


class SceneError(CourseError):
    """A scene that cannot be made or drawn as asked."""


class Scene:
    """Made by `make_scene`. A pure function of (seed, duration, kind): the same pixels on every machine."""

    def __init__(self, story: Story, kind: str) -> None:
        self.seed, self.kind, self.view, self.duration = story.seed, kind, story.view, story.duration
        self.story = story
        self.timeline: Timeline
        self.timeline, self._clock = control(story, kind)
        self._last_camera: Camera | None = None

    @cached_property
    def looks(self) -> Looks:
        return make_looks(self.seed, self.view, len(self.story.cast))

    @cached_property
    def _choreography(self) -> Choreography:
        return Choreography(self.story, self.looks)

    def render(
        self, seconds: Sequence[float] | NDArray[np.float64], size: int | tuple[int, int] = 224
    ) -> NDArray[np.uint8]:
        """Frames at the given seconds, uint8 [T, H, W, 3] RGB.

        size: height and width, or one number for a square. The world's unit square fills the shorter side; a wide or
        tall picture shows more of the surroundings. A time outside the clip is held at its ends.
        """
        h, w = (size, size) if isinstance(size, int) else size
        if min(h, w) < 8 or max(h, w) > 4096:
            raise SceneError(f"A picture of {h} x {w} pixels cannot be drawn.", "Give a size of 8 to 4096 pixels.")
        camera = self._camera(h, w)
        frames = np.empty((len(seconds), h, w, 3), np.uint8)
        drawn = progress(seconds, "drawing frames", len(seconds)) if len(seconds) >= SEVERAL else seconds
        for k, t in enumerate(drawn):
            shown = self._clock(min(max(float(t), 0.0), self.duration))
            canvas, pen = camera.canvas()
            draw_actors(pen, self.story, self._choreography, self.looks, shown)
            frames[k] = camera.shoot(canvas, float(t), shown)
        return frames

    def _camera(self, h: int, w: int) -> Camera:
        if self._last_camera is None or self._last_camera.size != (h, w):
            self._last_camera = Camera(self.looks, self.view, h, w)
        return self._last_camera

    def questions(self, rng: random.Random) -> list[Any]:
        """Questions with their true answers. See `course_lib.clipworld.questions`."""
        from course_lib.clipworld.questions import questions

        return questions(self.timeline, rng)

    def image(self, t: float, size: int | tuple[int, int] = 224) -> Image.Image:
        """One frame as a picture, as notebooks show it."""
        return Image.fromarray(self.render([t], size)[0])


def make_scene(seed: int, seconds: float = 30.0, kind: str = "story") -> Scene:
    """The scene of a seed.

    kind: `story`, or one of the hard ones: `short` (an event shorter than the gap between 16 frames), `repeated` (an
    event happens twice), `two` (two at once), `near_colours` (two alike in colours that are easily confused), `empty`
    (nobody does anything); and the controls made of the story of the same seed: `reversed`, `frozen`, `shuffled` (see
    `controls`). Raises SceneError.
    """
    if kind not in (*KINDS, *CONTROLS):
        raise SceneError(f"There is no kind of scene {kind!r}.", f"Choose among {', '.join((*KINDS, *CONTROLS))}.")
    if not 4.0 <= seconds <= 3600:
        raise SceneError(f"A scene of {seconds} s cannot be made.", "Give 4 to 3600 seconds.")
    return Scene(make_story(seed, seconds, "story" if kind in CONTROLS else kind), kind)
