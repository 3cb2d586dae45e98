"""What every model of the zoo can do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from course_lib.video import Clip


class VideoLLM(Protocol):
    """A model that answers questions about a clip.

    size: pixels of the square frames it wants; None: frames in the video's own shape, which it resizes itself.
    """

    name: str

    @property
    def size(self) -> int | None: ...

    def moments(self, duration: float, num_frames: int | None = None, fps: float | None = None) -> list[float]:
        """The seconds at which it wants frames of a clip of `duration` seconds."""

    def watch(self, path: str | Path, num_frames: int | None = None, fps: float | None = None) -> Clip:
        """Sample a file the way this model wants it."""

    def answer(self, clip: Clip, question: str, max_new_tokens: int = 96) -> str: ...

    def answers(self, clip: Clip, questions: Sequence[str], max_new_tokens: int = 96) -> list[str]:
        """Answers to many questions on one clip; what they have in common is computed once."""

    def summarize(self, clip: Clip) -> str: ...

    def num_tokens(self, clip: Clip, question: str) -> int:
        """Tokens of the whole prompt, the video's among them."""
