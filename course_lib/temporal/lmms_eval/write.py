"""Clips, questions and the task file in one folder, for `lmms_eval --include_path FOLDER --tasks clipworld`."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from course_lib.clipworld import make_scene, write_video
from course_lib.clipworld.questions import questions
from course_lib.errors import CourseError
from course_lib.progress import progress

KINDS = ("at", "after", "before", "order", "when", "count", "unanswerable")


def write_task(
    folder: str | Path,
    seeds: Sequence[int],
    scene_kinds: Sequence[str] = ("story",),
    seconds: float = 30.0,
    each: int = 2,
    size: int = 384,
) -> Path:
    """Write clips/*.mp4, docs.jsonl and clipworld.yaml into `folder` (made if missing); gives the path of the last.

    `each` questions of every kind about the clip of every seed. size: pixels of the square clips. The docs name the
    clips by absolute paths: write the folder where it is to stay. Raises CourseError.
    """
    if not seeds or not scene_kinds or each < 1:
        raise CourseError("There is nothing to ask.", "Give at least one seed, one kind of scene and one question.")
    folder = Path(folder).resolve()
    (folder / "clips").mkdir(parents=True, exist_ok=True)
    lines = []
    for kind, seed in progress([(kind, seed) for kind in scene_kinds for seed in seeds], "writing clips"):
        scene = make_scene(seed, seconds, kind)
        name = f"{kind}-{seed}"
        video = folder / "clips" / f"{name}.mp4"
        write_video(scene, video, size=size)
        asked = questions(scene.timeline, random.Random(f"lmms_eval/{kind}/{seed}"), KINDS, each, "any")
        lines += [
            {
                "clip": name, "video": str(video), "kind": q.kind, "question": q.text, "answer": q.answer,
                "accepted": list(q.accepted), "evidence": list(q.evidence), "timeline": scene.timeline.to_json(),
            }
            for q in asked
        ]  # fmt: skip
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "docs.jsonl").write_text(text, encoding="utf-8")
    task = folder / "clipworld.yaml"
    task.write_text((files(__package__) / "clipworld.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return task
