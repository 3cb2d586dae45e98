"""How much of a model's skill is time: accuracy by kind of question, beside clips without their order or pictures."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from course_lib.clipworld.questions import NOTHING, Question, questions
from course_lib.progress import progress
from course_lib.temporal.asker import takes_pairs
from course_lib.temporal.controls import CONTROLS, frames_a_moment
from course_lib.temporal.footage import DRAWN
from course_lib.temporal.judge import judge
from course_lib.temporal.metrics import bootstrap, match, order_score, wilson
from course_lib.temporal.mitigate.abstention import calibration
from course_lib.temporal.told import told_events
from course_lib.timeline import Timeline

if TYPE_CHECKING:
    from course_lib.video import Clip

ASKED = ("at", "after", "before", "order", "when", "count", "frames", "unanswerable")
BATCH = 64


def bench_pocket(
    model: Any,
    seeds: Sequence[int],
    controls: Sequence[str] = ("shuffled", "blank", "question only"),
    seconds: float = 30.0,
    scene_kind: str = "story",
    each: int = 2,
    num_frames: int | None = None,
    phrasing: str = "any",
    asked: Sequence[str] = ASKED,
    paint: Callable[[Clip], Clip] | None = None,
) -> dict[str, Any]:
    """Ask `model` `each` questions of every kind, and for a summary, of one clip a seed; and the same of the controls.

    model: as in the zoo, and besides `.moments(duration, num_frames=None) -> seconds` and `.size` (pixels or None), so
    that clips are drawn at the moments that it wants, without a file. controls: names in `controls.CONTROLS`. asked:
    kinds of question. paint: changes a clip before it is shown (for robustness). Gives a dict
    (plain data): for the clips and for each control, by kind of question, the share right with its 95 % Wilson interval
    and n; the summary's event F1 (mean over clips, with its bootstrap interval), its share of invented events and its
    order score; the share of answerable questions that were refused; and, of a model that says how sure it is, the
    expected calibration error of its answers. Questions and controls follow from the seeds.
    """
    tallies = {name: _Tally() for name in ("clip", *controls)}
    for seed in progress(list(seeds), f"asking {model.name}"):
        clip, timeline = clip_of(model, seed, seconds, scene_kind, num_frames)
        put = questions(timeline, random.Random(seed), asked, each, phrasing, _num_moments(clip))
        clip = clip if paint is None else paint(clip)
        for name, tally in tallies.items():
            shown = clip if name == "clip" else CONTROLS[name](clip)
            for q, (answer, confidence) in zip(put, _answers(model, shown, [q.text for q in put]), strict=True):
                tally.add(q, answer, timeline, confidence)
            tally.add_summary(model.summarize(shown), timeline)
    return {
        "model": model.name,
        "clips": len(seeds),
        "seeds": [min(seeds), max(seeds)] if seeds else [],
        "seconds": seconds,
        "scene_kind": scene_kind,
        "phrasing": phrasing,
        "num_frames": num_frames,
        "conditions": {name: tally.result() for name, tally in tallies.items()},
    }


def clip_of(
    model: Any, seed: int, seconds: float = 30.0, kind: str = "story", num_frames: int | None = None
) -> tuple[Clip, Timeline]:
    """The drawn clip of a seed at the moments that the model wants, and its timeline."""
    import numpy as np

    from course_lib.clipworld import make_scene
    from course_lib.video import Clip

    scene = make_scene(seed, seconds, kind)
    moments = np.asarray(model.moments(scene.duration, num_frames=num_frames), dtype=np.float64)
    frames = scene.render([float(t) for t in moments], model.size or DRAWN)
    source, pairs = f"clipworld seed {seed}", takes_pairs(model, scene.duration)
    return Clip(frames, moments, scene.duration, source, pairs=pairs), scene.timeline


def _answers(model: Any, clip: Clip, questions: list[str]) -> list[tuple[str, float | None]]:
    """Answers with the model's confidence in each, None of a model that has none."""
    out: list[tuple[str, float | None]] = []
    for i in range(0, len(questions), BATCH):
        part = questions[i : i + BATCH]
        out += model.scored(clip, part) if hasattr(model, "scored") else [(a, None) for a in model.answers(clip, part)]
    return out


def _num_moments(clip: Clip) -> int:
    """What "frame 3" counts: a close pair of frames is one."""
    return len(clip.seconds) // frames_a_moment(clip)


class _Tally:
    def __init__(self) -> None:
        self.right: dict[str, list[bool]] = defaultdict(list)
        self.failures: dict[str, int] = defaultdict(int)
        self.refused: list[bool] = []
        self.sure: list[tuple[float, bool]] = []
        self.f1: list[float] = []
        self.order: list[float] = []
        self.told = self.invented = 0

    def add(self, question: Question, answer: str, timeline: Timeline, confidence: float | None = None) -> None:
        verdict = judge(question, answer, timeline)
        # An idle second or the end of the story is a question of its own: whoever always says "nothing" is right there.
        kind = "nothing" if question.answer == NOTHING else question.kind
        self.right[kind].append(verdict.ok)
        if confidence is not None:
            self.sure.append((min(confidence, 1.0), verdict.ok))
        if verdict.kind:
            self.failures[verdict.kind] += 1
        if question.kind != "unanswerable":
            self.refused.append(verdict.kind == "false_abstain")

    def add_summary(self, summary: str, timeline: Timeline) -> None:
        told = told_events(summary, timeline.duration, timeline)
        found = match(told, timeline.events)
        self.f1.append(found.f1)
        self.told += found.num_told
        self.invented += len(found.invented)
        if (score := order_score(told, timeline.events)) is not None:
            self.order.append(score)

    def calibration_error(self) -> float | None:
        if not self.sure:
            return None
        return round(calibration([c for c, _ in self.sure], [ok for _, ok in self.sure]).ece, 4)

    def result(self) -> dict[str, Any]:
        order = [kind for kind in (*ASKED, "nothing") if kind in self.right]
        return {
            "kinds": {kind: _share(self.right[kind]) for kind in order},
            "failures": dict(self.failures),
            "answerable_refused": _share(self.refused),
            "calibration_error": self.calibration_error(),
            "summary": {
                "event_f1": _mean(self.f1),
                "order_score": _mean(self.order),
                "invented_share": self.invented / self.told if self.told else None,
                "told": self.told,
            },
        }


def _share(flags: Sequence[bool]) -> dict[str, Any]:
    low, high = wilson(sum(flags), len(flags))
    return {"share": sum(flags) / len(flags) if flags else None, "low": low, "high": high, "n": len(flags)}


def _mean(values: Sequence[float]) -> dict[str, Any]:
    if not values:
        return {"mean": None, "low": None, "high": None, "n": 0}
    low, high = bootstrap(values)
    return {"mean": sum(values) / len(values), "low": low, "high": high, "n": len(values)}


def as_rows(result: dict[str, Any]) -> list[list[str]]:
    """The result as a table: a header, then a row a kind; a column for the clips and for each control."""
    conditions = result["conditions"]
    names = list(conditions)
    rows = [["", "n", *names]]
    for kind in conditions["clip"]["kinds"]:
        cells = [c["kinds"].get(kind) for c in conditions.values()]
        rows.append([kind, str(cells[0]["n"]), *(_percent(c) for c in cells)])
    first = conditions["clip"]
    rows.append(
        ["answerable, but refused", str(first["answerable_refused"]["n"])]
        + [_percent(c["answerable_refused"]) for c in conditions.values()]
    )
    for key, title in (("event_f1", "summary: event F1"), ("order_score", "summary: pairs in order")):
        cells = [c["summary"][key] for c in conditions.values()]
        rows.append([title, str(cells[0]["n"]), *(_number(c) for c in cells)])
    shares = [c["summary"]["invented_share"] for c in conditions.values()]
    rows.append(
        ["summary: invented events", str(first["summary"]["told"])] + ["–" if s is None else f"{s:.0%}" for s in shares]
    )
    errors = [c.get("calibration_error") for c in conditions.values()]
    if errors[0] is not None:
        rows.append(["calibration error", "", *("–" if e is None else f"{e:.2f}" for e in errors)])
    return rows


def _percent(cell: dict[str, Any] | None) -> str:
    if cell is None or cell["share"] is None:
        return "–"
    return f"{cell['share']:.0%} ({cell['low']:.0%} to {cell['high']:.0%})"


def _number(cell: dict[str, Any]) -> str:
    return "–" if cell["mean"] is None else f"{cell['mean']:.2f} ({cell['low']:.2f} to {cell['high']:.2f})"
