"""What a probe found, as data, JSON and a table in a terminal."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.clipworld.questions import Question
from course_lib.temporal.contradictions import Contradiction
from course_lib.temporal.metrics import Matched, match
from course_lib.temporal.verdict import FAILURES, Verdict
from course_lib.timeline import Event, Timeline

if TYPE_CHECKING:
    from rich.console import RenderableType

    from course_lib.temporal.asker import Cost
    from course_lib.video import Clip


@dataclass(frozen=True)
class Probe:
    """One question, what the model answered, and the verdict."""

    question: Question
    answer: str
    verdict: Verdict


@dataclass(frozen=True)
class ProbeReport:
    """Everything a probe found.

    duration, sampled (where frames were taken), took (the probe itself): seconds. told: events of the model's summary.
    probes: judged answers, with a timeline; contradictions and checks (how many were made, by rule): without one.
    tokens: of the summary's prompt with its video, None for a model that does not say. mitigation: in which way the
    questions were asked, with what that cost; None for the model as it is. clip: the frames that were seen, for
    pictures; not in the JSON.
    """

    model: str
    source: str
    duration: float
    seed: int
    timeline: Timeline | None
    summary: str
    told: tuple[Event, ...]
    probes: tuple[Probe, ...]
    contradictions: tuple[Contradiction, ...]
    checks: dict[str, int]
    sampled: tuple[float, ...]
    took: float
    tokens: int | None
    mitigation: str | None = None
    cost: Cost | None = None
    clip: Clip | None = field(default=None, repr=False, compare=False)

    @property
    def wrong(self) -> tuple[Probe, ...]:
        return tuple(p for p in self.probes if not p.verdict.ok)

    @property
    def counts(self) -> dict[str, int]:
        """Failures by kind: of the probes, of each event of the summary, and of the contradictions."""
        kinds: Counter[str] = Counter(c.kind for c in self.contradictions)
        for p in self.wrong:
            kinds.update([m.kind for m in p.verdict.mistakes] or [str(p.verdict.kind)])
        return {kind: kinds[kind] for kind in FAILURES if kinds[kind]}

    @property
    def matched(self) -> Matched | None:
        """The told timeline against the true one; None without a timeline."""
        return match(self.told, self.timeline.events) if self.timeline else None

    @property
    def name(self) -> str:
        return Path(self.source).name or self.source

    def headline(self) -> str:
        """One sentence: how much was right."""
        if self.timeline is not None:
            right = len(self.probes) - len(self.wrong)
            return f"{right} of {len(self.probes)} answers about time are right."
        n, made = len(self.contradictions), sum(self.checks.values())
        return f"{n} contradiction{'' if n == 1 else 's'} in {made} check{'' if made == 1 else 's'}."

    def to_dict(self) -> dict[str, Any]:
        """Plain data: what `to_json` writes."""
        truth = json.loads(self.timeline.to_json()) if self.timeline else None
        return {
            "model": self.model, "source": self.source, "duration": self.duration, "seed": self.seed,
            "note": self.clip.note if self.clip is not None else "",
            "sampled": list(self.sampled), "tokens": self.tokens, "took": self.took,
            "mitigation": self.mitigation, "cost": asdict(self.cost) if self.cost else None,
            "summary": self.summary, "told": [asdict(e) for e in self.told], "timeline": truth,
            "headline": self.headline(), "counts": self.counts, "checks": dict(self.checks),
            "probes": [
                {"kind": p.question.kind, "question": p.question.text, "expected": p.question.answer,
                 "answer": p.answer, "ok": p.verdict.ok, "failure": p.verdict.kind, "why": p.verdict.why,
                 "score": p.verdict.score, "off_by": p.verdict.off_by, "words": list(p.verdict.words),
                 "mistakes": [asdict(m) for m in p.verdict.mistakes]}
                for p in self.probes
            ],
            "contradictions": [
                {"rule": c.rule, "kind": c.kind, "why": c.why, "seconds": list(c.seconds), "off_by": c.off_by,
                 "asked": [{"question": q, "answer": a} for q, a in c.asked]}
                for c in self.contradictions
            ],
        }  # fmt: skip

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def table(self) -> RenderableType:
        """For `rich.print`: every probe (wrong ones marked by a word and a colour), or every contradiction."""
        from rich.console import Group
        from rich.text import Text

        body = _probe_table(self.probes) if self.timeline is not None else _contradiction_table(self.contradictions)
        counts = ", ".join(f"{n} {kind} ({FAILURES[kind]})" for kind, n in self.counts.items())
        lines = [Text(self.headline(), style="bold")]
        if self.mitigation is not None:
            lines.append(Text(f"Asked with the mitigation {self.mitigation}{_at_cost(self.cost)}."))
        if counts:
            lines.append(Text(f"Failures: {counts}."))
        if self.matched is not None:
            m = self.matched
            lines.append(
                Text(f"Summary: event F1 {m.f1:.2f} ({len(m.pairs)} right of {m.num_told} told and {m.num_true} true).")
            )
        elif self.checks:
            made = ", ".join(f"{n} {rule}" for rule, n in self.checks.items())
            lines.append(Text(f"Checks: {made}."))
        if self.timeline is None and len(self.told) < 2:
            lines.append(
                Text("The summary tells fewer than two events with times, so little could be held against it.")
            )
        return Group(body, *lines)


def _probe_table(probes: tuple[Probe, ...]) -> RenderableType:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("question", ratio=5)
    table.add_column("answer, and why it is wrong", ratio=6)
    for p in probes:
        v = p.verdict
        answer = Text(_clean(p.answer if len(p.answer) <= 120 else p.answer[:119] + "…"))
        if v.ok:
            table.add_row(Text("right", "green"), Text(p.question.text), answer)
        else:
            answer.append(f"\n{v.why}", "dim")
            table.add_row(Text(f"WRONG {v.kind}", "bold red"), Text(p.question.text), answer)
    return table


def _contradiction_table(found: tuple[Contradiction, ...]) -> RenderableType:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in ("rule", "kind", "what cannot both be true", "look at"):
        table.add_column(column, no_wrap=column in ("kind", "look at"))
    for c in found:
        asked = "\n".join(f"{q} -> {_clean(a)}" for q, a in c.asked)
        seconds = ", ".join(f"{s:g} s" for s in c.seconds)
        table.add_row(Text(c.rule), Text(c.kind, "bold red"), Text(f"{c.why}\n{asked}"), Text(seconds))
    if not found:
        table.add_row(Text("none"), "", Text("No two answers contradict each other. That does not make them true."), "")
    return table


def _at_cost(cost: Cost | None) -> str:
    return "" if cost is None else f": {cost.calls} answers from {cost.frames} frames and {cost.tokens} tokens"


def _clean(text: str) -> str:
    """Without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text)
