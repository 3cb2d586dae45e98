"""What a mitigation gains over the model without it, on the same questions: with intervals, cost and baselines."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.clipworld.controls import CONTROLS as SCENE_CONTROLS
from course_lib.clipworld.questions import KINDS
from course_lib.clipworld.story import KINDS as SCENES
from course_lib.errors import CourseError
from course_lib.progress import progress
from course_lib.scale import map_work
from course_lib.temporal.clipwork import PLAIN, ClipWork, Item, Make
from course_lib.temporal.controls import CONTROLS
from course_lib.temporal.identity import identity
from course_lib.temporal.journal import Journal
from course_lib.temporal.mitigate import parts_of
from course_lib.temporal.ways import COSTS, Way, ways_of

if TYPE_CHECKING:
    from rich.console import RenderableType

# "Frames 3 to 5" is left out: what a frame is, is what some mitigations change.
COMPARED = ("at", "after", "before", "order", "when", "count", "unanswerable")
BASELINES = ("frozen", "question only")  # the single frame, and no picture


@dataclass(frozen=True)
class Comparison:
    """Made by `compare`. ways: the plain model, the mitigations, the baselines, in this order.

    seeds, scene_kinds, seconds (of a clip), kinds, each, seed: as `compare` took them. clips and questions: how many.
    """

    model: str
    seeds: tuple[int, ...]
    scene_kinds: tuple[str, ...]
    seconds: float
    kinds: tuple[str, ...]
    each: int
    seed: int
    clips: int
    questions: int
    ways: tuple[Way, ...]

    def __getitem__(self, name: str) -> Way:
        return next(w for w in self.ways if w.name == name)

    @property
    def plain(self) -> Way:
        return self[PLAIN]

    @property
    def mitigations(self) -> tuple[Way, ...]:
        return tuple(w for w in self.ways if w.role == "mitigation")

    @property
    def baselines(self) -> tuple[Way, ...]:
        return tuple(w for w in self.ways if w.role == "baseline")

    def ratio(self, way: Way, what: str) -> float | None:
        """A cost ("tokens", "seconds", "frames", "calls") as a multiple of the plain model's; None where unknown."""
        own, plain = (w.seconds if what == "seconds" else (w.cost or {}).get(what) for w in (way, self.plain))
        return own / plain if own is not None and plain else None

    def headline(self) -> str:
        """One sentence: which mitigations help, or how much is right."""
        share = self.plain.overall.share
        base = f"{share:.0%} of {self.questions} questions on {self.clips} clips are right" if share is not None else ""
        if not base:
            return "No question could be asked."
        if not self.mitigations:
            return f"{base}."
        good = [
            f"{w.name} ({100 * w.overall.gain:+.1f} points)"
            for w in self.mitigations
            if w.overall.gain is not None and w.overall.helps
        ]
        found = f"surely better with {', '.join(good)}" if good else "no mitigation is surely better"
        return f"{base} without a mitigation; {found}."

    def to_dict(self) -> dict[str, Any]:
        """Plain data: what `to_json` writes."""
        out = {k: v for k, v in asdict(self).items() if k != "ways"}
        out["seeds"] = list(self.seeds)
        out["headline"] = self.headline()
        out["ways"] = [
            {**asdict(w), "title": w.title, "hurts": list(w.hurts), "ratios": {c: self.ratio(w, c) for c in COSTS}}
            for w in self.ways
        ]
        return out

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def table(self) -> RenderableType:
        """For `rich.print`."""
        from course_lib.temporal.comparison_shown import terminal

        return terminal(self)

    def _repr_html_(self) -> str:
        from course_lib.temporal.comparison_shown import html

        return html(self)


def compare(
    model: Any,
    mitigations: Sequence[str],
    seeds: Sequence[int],
    kinds: Sequence[str] = COMPARED,
    scene_kinds: Sequence[str] = ("short", "repeated", "two"),
    seconds: float = 30.0,
    each: int = 2,
    seed: int = 0,
    journal: str | Path | None = None,
    *,
    controls: Sequence[str] = BASELINES,
    scheduler: str | None = None,
    workers: int = 1,
    make: Make | None = None,
    load: Callable[[str], Any] | None = None,
) -> Comparison:
    """Ask the same questions about the clips of `seeds` without and with every mitigation, and judge.

    model: a name (loaded where it is needed, once a process) or a model of the zoo. `each` questions of every kind
    about every clip; seed draws the questions and the intervals. Baselines: a constant answer, and `controls`, names in
    `controls.CONTROLS`. journal: a file in which each finished clip is kept; the same call goes on with it, and gives
    the result without asking where all is finished. scheduler, workers: as `scale.map_work` takes them; they need the
    model's name. make, load: as in `ClipWork`. The same arguments give the same numbers, seconds of the clock excepted.
    Raises CourseError.
    """
    seeds, scene_kinds = tuple(dict.fromkeys(seeds)), tuple(dict.fromkeys(scene_kinds))
    if make is None:
        mitigations = ["+".join(parts_of(spec)) for spec in mitigations if spec.strip() != PLAIN]
    ways = tuple(dict.fromkeys((PLAIN, *mitigations)))
    _refuse(model, seeds, kinds, scene_kinds, each, controls, scheduler, workers)
    work = ClipWork(model, ways, tuple(controls), tuple(kinds), float(seconds), each, seed, make, load)
    items = list(itertools.product(scene_kinds, seeds))
    run = {
        "model": identity(model), "mitigations": list(ways[1:]), "controls": list(controls), "kinds": list(kinds),
        "scene_kinds": list(scene_kinds), "seconds": float(seconds), "each": each, "seed": seed, "seeds": list(seeds),
    }  # fmt: skip
    records = _records(work, items, run, journal, scheduler, workers)
    name = model if isinstance(model, str) else str(model.name)
    ways_asked, n = ways_of(work, [(item, records[_key(item)]) for item in items])
    return Comparison(
        Path(name).name, seeds, scene_kinds, work.seconds, work.kinds, each, seed, len(items), n, ways_asked
    )


def _refuse(
    model: Any,
    seeds: Sequence[int],
    kinds: Sequence[str],
    scene_kinds: Sequence[str],
    each: int,
    controls: Sequence[str],
    scheduler: str | None,
    workers: int,
) -> None:
    """What could not be done is said before a model is loaded."""
    if not isinstance(model, str) and (scheduler is not None or workers > 1):
        raise CourseError("A loaded model cannot be sent to other processes.", "Give its name: they load it.")
    if not seeds or not scene_kinds or not kinds or each < 1:
        raise CourseError("There is nothing to ask.", "Give at least one seed, kind of scene and kind of question.")
    for what, names, known in (
        ("question", kinds, [k for k in KINDS if k != "summary"]),
        ("scene", scene_kinds, (*SCENES, *SCENE_CONTROLS)),
        ("control", controls, CONTROLS),
    ):
        if unknown := [name for name in names if name not in known]:
            raise CourseError(f"There is no kind of {what} {unknown[0]!r}.", f"Choose among {', '.join(known)}.")


def _key(item: Item) -> str:
    return f"{item[0]} {item[1]}"


def _records(
    work: ClipWork,
    items: Sequence[Item],
    run: dict[str, Any],
    journal: str | Path | None,
    scheduler: str | None,
    workers: int,
) -> dict[str, Any]:
    label = f"asking {run['model']['name']}"
    if journal is None:
        found = map_work(work, items, scheduler, workers)
        return {_key(item): record for item, record in progress(found, label, total=len(items))}
    with Journal(journal, run) as kept:
        left = [item for item in items if _key(item) not in kept.done]
        if left:
            for item, record in progress(map_work(work, left, scheduler, workers), label, total=len(left)):
                kept.add(_key(item), record)
        return kept.done
