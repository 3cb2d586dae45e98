"""The loss picture of a training run, one panel a stage."""

from __future__ import annotations

import json
from pathlib import Path

STAGES = ("vision", "text", "align", "joint")


def draw_losses(log: Path, picture: Path) -> None:
    """Read log.jsonl, write a PNG: each stage's loss, and the score it is judged by, against its steps."""
    from matplotlib.figure import Figure

    rows = standing([json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()])
    stages = sorted({row["stage"] for row in rows}, key=STAGES.index)
    figure = Figure(figsize=(3.6 * len(stages), 3.2), layout="constrained")
    for panel, stage in zip(figure.subplots(1, len(stages), squeeze=False)[0], stages, strict=True):
        own = [row for row in rows if row["stage"] == stage]
        losses = [(row["step"], row["loss"]) for row in own if "loss" in row]
        scores = [(row["step"], score(row)) for row in own if "loss" not in row]
        panel.plot(*zip(*losses, strict=True), color="#0072b2") if losses else None
        panel.set(title=stage, xlabel="step", ylim=(0, None))
        panel.set_ylabel("loss", color="#0072b2")
        twin = panel.twinx()
        twin.plot(*zip(*scores, strict=True), "o-", color="#d55e00", markersize=4) if scores else None
        twin.set_ylim(0, 1)
        twin.set_ylabel("held-out: moments named" if stage == "vision" else "held-out: answers right", color="#d55e00")
    figure.savefig(picture, dpi=110)


def standing(rows: list[dict]) -> list[dict]:
    """The rows that count: a run taken up again behind its last line does those steps anew."""
    kept: list[dict] = []
    for row in rows:
        if "loss" in row:
            kept = [k for k in kept if k["stage"] != row["stage"] or k["step"] < row["step"]]
        kept.append(row)
    return kept


def score(row: dict[str, float | str]) -> float:
    """The mean of an evaluation's numbers: every kind of question has one vote."""
    values = [v for k, v in row.items() if k not in ("stage", "step") and isinstance(v, float)]
    return sum(values) / max(1, len(values))
