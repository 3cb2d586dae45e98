"""Probe a model on one clip: ask about time, judge every answer, and report."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.clipworld.questions import SUMMARY_QUESTION, Question, summary_text
from course_lib.errors import TimelineError
from course_lib.progress import progress, waiting
from course_lib.temporal.asker import takes_pairs
from course_lib.temporal.asking import probes_of
from course_lib.temporal.contradictions import Checked, contradictions
from course_lib.temporal.footage import Footage, of_clip, of_file
from course_lib.temporal.judge import judge
from course_lib.temporal.report import Probe, ProbeReport
from course_lib.temporal.told import told_events
from course_lib.timeline import Timeline

if TYPE_CHECKING:
    from course_lib.temporal.asker import Asker
    from course_lib.video import Clip

BATCH = 16  # questions a call: small enough that progress is seen
ROUNDING = 1.0  # seconds by which a timeline's duration may miss the clip's


def probe(
    model: Any,
    path_or_clip: str | Path | Clip,
    timeline: Timeline | None = None,
    seed: int = 0,
    each: int = 3,
    mitigation: str | None = None,
) -> ProbeReport:
    """Ask `model` about time in a clip and judge what it says.

    model: anything with the interface of the zoo (`.name, .watch, .answer, .answers, .summarize`). With a timeline: the
    summary, and up to `each` questions of the kinds at, after, before, order, when and unanswerable, each judged
    against it. Without one: contradictions alone, between answers about the events that the model told itself. The
    same seed asks the same questions. mitigation: ask them in this way instead (`mitigate.MITIGATIONS`, joined by "+");
    the summary stays the model's own. Raises TimelineError if the timeline is of another length than the clip or
    not in English, and ModelError for a mitigation that is unknown or that the model cannot do.
    """
    name = path_or_clip if isinstance(path_or_clip, str | Path) else path_or_clip.source
    with waiting(f"probing {Path(name).name}"):
        return _probed(model, path_or_clip, timeline, seed, each, mitigation)


def _probed(
    model: Any, path_or_clip: str | Path | Clip, timeline: Timeline | None, seed: int, each: int, mitigation: str | None
) -> ProbeReport:
    began = time.monotonic()
    asker = _mitigated(model, mitigation) if mitigation is not None else None
    clip, footage = _watched(model, path_or_clip)
    if timeline is not None and abs(timeline.duration - clip.duration) > ROUNDING:
        raise TimelineError(
            f"The timeline is of {timeline.duration:g} s, the clip of {clip.duration:g} s.",
            "Give the timeline that belongs to this clip.",
        )
    if timeline is not None and (foreign := next((e for e in timeline if not e.text.isascii()), None)):
        raise TimelineError(
            f"The timeline tells {foreign.text!r}; questions and judge know English alone.", "Tell it in English words."
        )
    summary = model.summarize(clip)
    told = told_events(summary, clip.duration, timeline)
    asking = _Asking(model, _label(clip), asker, clip, footage)
    probes: list[Probe] = []
    checked = Checked((), {})
    if timeline is not None:
        asked = [_summary_question(timeline), *probes_of(timeline, seed, each)]
        answers = [summary, *asking(clip, [q.text for q in asked[1:]])]
        probes = [Probe(q, a, judge(q, a, timeline)) for q, a in zip(asked, answers, strict=True)]
    else:
        checked = contradictions(asking, clip, told, again=_other_frames(model, footage, path_or_clip))
    return ProbeReport(
        model=model.name,
        source=str(clip.source),
        duration=clip.duration,
        seed=seed,
        timeline=timeline,
        summary=summary,
        told=told,
        probes=tuple(probes),
        contradictions=checked.contradictions,
        checks=checked.checks,
        sampled=tuple(float(s) for s in clip.seconds),
        took=round(time.monotonic() - began, 2),
        tokens=model.num_tokens(clip, SUMMARY_QUESTION) if hasattr(model, "num_tokens") else None,
        mitigation=mitigation,
        cost=asker.cost if asker is not None else None,
        clip=clip,
    )


def _mitigated(model: Any, name: str) -> Asker:
    from course_lib.temporal.mitigate import mitigated

    return mitigated(model, name)


def _watched(model: Any, path_or_clip: str | Path | Clip) -> tuple[Clip, Footage]:
    """What the model sees by itself, and what a mitigation can look at again."""
    if not isinstance(path_or_clip, str | Path):
        return path_or_clip, of_clip(path_or_clip)
    with waiting(f"watching {Path(path_or_clip).name}"):
        return model.watch(path_or_clip), of_file(path_or_clip)


def _other_frames(model: Any, footage: Footage, path_or_clip: str | Path | Clip) -> Clip | None:
    """The clip of a file as the model would see it, all moments a third of their distance later."""
    if not isinstance(path_or_clip, str | Path) or not hasattr(model, "moments"):
        return None
    seconds = np.asarray(model.moments(footage.duration), dtype=np.float64)
    pairs = takes_pairs(model, footage.duration)
    later = footage.duration / (len(seconds) // (2 if pairs else 1)) / 3
    clip = footage.look([float(s) for s in np.minimum(seconds + later, footage.duration)], model.size)
    return replace(clip, pairs=pairs)


def _summary_question(timeline: Timeline) -> Question:
    answer = summary_text(timeline.events)
    return Question(SUMMARY_QUESTION, answer, "summary", (0.0, timeline.duration), (answer,), False)


def _label(clip: Clip) -> str:
    return f"asking about {Path(str(clip.source)).name}"


class _Asking:
    """(clip, questions) -> answers, in batches, with progress; by the asker, where there is one."""

    def __init__(self, model: Any, label: str, asker: Asker | None, clip: Clip, footage: Footage) -> None:
        self.model, self.label, self.asker, self.clip, self.footage = model, label, asker, clip, footage

    def __call__(self, clip: Clip, questions: Sequence[str]) -> list[str]:
        footage = self.footage if clip is self.clip else of_clip(clip)
        batches = [list(questions[i : i + BATCH]) for i in range(0, len(questions), BATCH)]
        answers: list[str] = []
        for batch in progress(batches, self.label):
            if self.asker is None:
                answers += self.model.answers(clip, batch)
            else:
                answers += [a.answer for a in self.asker(footage, batch)]
        return answers
