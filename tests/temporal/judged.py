"""The hand-written (question, answer, verdict) triples, read from judged.jsonl and asked.json."""

from __future__ import annotations

import json
from pathlib import Path

from course_lib.clipworld.questions import Question
from course_lib.timeline import Timeline

HERE = Path(__file__).parent


def asked() -> tuple[dict[str, Timeline], dict[str, tuple[Question, str]]]:
    """Timelines by name, and questions by key with the name of their timeline."""
    data = json.loads((HERE / "asked.json").read_text())
    timelines = {name: Timeline.from_json(json.dumps(t)) for name, t in data["timelines"].items()}
    questions = {}
    for key, q in data["questions"].items():
        accepted = (q["answer"], *q.get("also", ()))
        questions[key] = (
            Question(q["text"], q["answer"], q["kind"], tuple(q["evidence"]), accepted, False),
            q["timeline"],
        )
    return timelines, questions


def triples() -> list[dict]:
    return [json.loads(line) for line in (HERE / "judged.jsonl").read_text().splitlines()]
