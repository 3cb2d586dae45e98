"""The clips that are asked about, and the model that is asked: lent to an answer with a budget."""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from course_lib.checks.answer import Stopped
from course_lib.checks.summary.rubric import score
from course_lib.timeline import Timeline

if TYPE_CHECKING:
    from course_lib.clipworld import Scene
    from course_lib.video import Clip

SECONDS = 30.0
SEEDS = 1_000_000  # training takes seeds from a million on: none below was ever trained on
BUDGET = 60  # questions: two for every second
MOST_MOMENTS = 64
LONGEST_QUESTION = 500
WORDS = 24  # of an answer, the rest is cut off: two events with their times, so that one question tells no clip
TOKENS = 64  # that the model may write for them
WITHIN_REACH = 0.85  # about nine drawn clips in ten are
FEWEST = 5  # events: of four, one answer of 24 words tells half
CANDIDATES = 20


@cache
def model_named(name: str) -> Any:
    """A model of the zoo, loaded once a process: one that the repository ships on the CPU in float32, so that it says
    the same everywhere."""
    from course_lib import zoo

    return zoo.load(name, "cpu", "float32") if (zoo.WEIGHTS / name).is_dir() else zoo.load(name)


@cache
def bare(name: str) -> Any:
    """The same without the pipeline that pocket brings along: it answers from the video alone, without telling a
    timeline first, and tells one in one go. Asking for every second is what the learner is to write."""
    from course_lib.zoo.pocket import Pocket

    model = model_named(name)
    return Pocket(model.model, model.name, False, "in one go") if isinstance(model, Pocket) else model


def chosen_model() -> str:
    return os.environ.get("COURSE_MODEL", "") or "pocket"


@dataclass(frozen=True)
class Drawn:
    """A clip drawn for a check. seed: of its scene; folder: a temporary one that holds the file, and nothing else."""

    seed: int
    timeline: Timeline
    folder: TemporaryDirectory[str]

    @property
    def path(self) -> Path:
        return Path(self.folder.name) / "clip.mp4"


def draw(rng: Random) -> Drawn:
    """A clip that takes some telling and can be told: what pocket answers of every second, put together, reaches at
    least `WITHIN_REACH`."""
    pocket, drawn = bare("pocket"), None
    for _ in range(CANDIDATES):
        scene = _of_enough(rng)
        if drawn is not None:
            drawn.folder.cleanup()
        drawn = written(scene)
        if score(second_by_second(pocket, pocket.watch(drawn.path)), scene.timeline).total >= WITHIN_REACH:
            break
    assert drawn is not None
    return drawn


def _of_enough(rng: Random) -> Scene:
    from course_lib.clipworld import make_scene

    while True:
        scene = make_scene(rng.randrange(SEEDS), SECONDS)
        if len(scene.timeline) >= FEWEST:
            return scene


def second_by_second(pocket: Any, clip: Clip) -> str:
    """What pocket is told to be able to: the library's own putting together of what it answers of every second."""
    from course_lib.clipworld.questions import read_together, summary_text
    from course_lib.zoo.pocket import ASK_OF_A_SECOND, runs, whole_seconds

    seconds = whole_seconds((clip.seconds[::2] + clip.seconds[1::2]) / 2, clip.duration)
    answers = pocket.answers(clip, [ASK_OF_A_SECOND.format(t=t) for t in seconds])
    return summary_text(runs(seconds, [frozenset(read_together(a)) for a in answers]))


def written(scene: Scene) -> Drawn:
    from course_lib.clipworld import write_video

    drawn = Drawn(scene.seed, scene.timeline, TemporaryDirectory(prefix="course-"))
    write_video(scene, drawn.path, fps=8, size=192)
    return drawn


class Lent:
    """`ask(question, at)`: asks the model about a file, counts the questions, and says no beyond the budget."""

    def __init__(self, model: Any, path: Path, duration: float, budget: int = BUDGET) -> None:
        self.model, self.path, self.duration, self.budget = model, path, duration, budget
        self.questions: list[str] = []
        self._clips: dict[tuple[float, ...], Clip] = {}

    def __call__(self, question: Any, at: Any = None, /) -> str:
        if not isinstance(question, str) or not question.strip() or len(question) > LONGEST_QUESTION:
            raise Stopped(f"A question is a string of 1 to {LONGEST_QUESTION} characters; got {str(question)[:40]!r}.")
        moments = self._moments(at)
        if len(self.questions) >= self.budget:
            raise Stopped(f"All {self.budget} questions are asked. Ask fewer: one a second is {self.duration:.0f}.")
        self.questions.append(question)
        if moments not in self._clips:
            self._clips[moments] = look(self.model, self.path, self.duration, moments)
        answer = str(self.model.answer(self._clips[moments], question, TOKENS))
        return " ".join(answer.split()[:WORDS])

    def _moments(self, at: Any) -> tuple[float, ...]:
        if at is None:
            return ()
        try:
            moments = [float(t) for t in at]
        except (TypeError, ValueError):
            moments = []
        if not 0 < len(moments) <= MOST_MOMENTS or not all(0 <= t <= self.duration for t in moments):
            most = f"1 to {MOST_MOMENTS} seconds from 0 to {self.duration:g}"
            raise Stopped(f"Give None, or a list of {most}; got {str(at)[:80]}.")
        return tuple(sorted(moments))


def practice(seed: int, name: str = "pocket") -> tuple[Lent, Clip, Timeline]:
    """What a check lends, to try a pipeline on: `ask` for the drawn clip of a seed, what the model sees of it by
    itself, and what really happens. The budget begins anew with each call of this."""
    from course_lib.clipworld import make_scene

    drawn = written(make_scene(seed, SECONDS))
    atexit.register(drawn.folder.cleanup)  # until then somebody may ask about its file
    ask = Lent(bare(name), drawn.path, SECONDS)
    return ask, ask.model.watch(drawn.path), drawn.timeline


def look(model: Any, path: Path, duration: float, moments: Sequence[float]) -> Clip:
    """The frames at these seconds as the model takes them (pocket: two around each); none: those that it chooses."""
    from dataclasses import replace

    import numpy as np

    from course_lib.temporal.asker import takes_pairs
    from course_lib.tokens.sampling import tubelets
    from course_lib.video import no_larger, probe, sample

    if not moments:
        clip: Clip = model.watch(path)
        return clip
    pairs = takes_pairs(model, duration)
    at = tubelets(np.array(moments), duration) if pairs else np.array(moments)
    size = no_larger(probe(path)) if model.size is None else (model.size, model.size)
    return replace(sample(path, at=[float(t) for t in at], size=size), pairs=pairs)
