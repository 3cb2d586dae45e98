"""What the harness calls: a doc's clip and question, and the verdict on an answer. A doc is a line of docs.jsonl."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from course_lib.clipworld.questions import NOTHING, Question
from course_lib.temporal.judge import judge
from course_lib.timeline import Timeline

Doc = dict[str, Any]


def visual(doc: Doc) -> list[str]:
    return [doc["video"]]


def text(doc: Doc, lmms_eval_specific_kwargs: dict[str, Any] | None = None) -> str:
    """The question, with the model's own pre_prompt and post_prompt where the harness has them."""
    own = lmms_eval_specific_kwargs or {}
    return f"{own.get('pre_prompt', '')}{doc['question']}{own.get('post_prompt', '')}"


def results(doc: Doc, answers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Metric -> {score: 1 or 0, clip, failure}: of all questions ("accuracy"), and of this kind of question."""
    low, high = doc["evidence"]
    question = Question(doc["question"], doc["answer"], doc["kind"], (low, high), tuple(doc["accepted"]), False)
    verdict = judge(question, answers[0] if answers else "", Timeline.from_json(doc["timeline"]))
    score = {"score": int(verdict.ok), "clip": doc["clip"], "failure": verdict.kind or ""}
    return {"accuracy": score, "nothing" if doc["answer"] == NOTHING else doc["kind"]: score}


def mean(scores: Sequence[dict[str, Any]]) -> float:
    """The share right; not a number where no such question was asked."""
    return sum(s["score"] for s in scores) / len(scores) if scores else float("nan")
