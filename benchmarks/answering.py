"""What an answer costs with pocket: the shipped clip's summary, a token with the cache, questions in company."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from benchmarks.record import record

REPEATS = 5


def run() -> dict[str, Any]:
    """Medians in seconds, after imports and loading."""
    from course_lib import zoo
    from course_lib.clipworld.questions import questions
    from course_lib.model.decode import complete, prefill
    from course_lib.model.prompt import place_video, turn
    from course_lib.timeline import Timeline
    from course_lib.zoo.pocket import Pocket, pair_up

    pocket = zoo.load("pocket", device="cpu")
    assert isinstance(pocket, Pocket)
    clips = Path(str(files("course_lib"))) / "clips"
    film, truth = clips / "demo.mp4", Timeline.load(clips / "demo.timeline.json")
    clip = pocket.watch(film)
    asked = [q.text for q in questions(truth, random.Random(0), each=5) if q.kind != "summary"]

    def anew(work: Callable[[], object]) -> Callable[[], object]:
        def forgetful() -> object:
            pocket.forget()
            return work()

        return forgetful

    def one_by_one() -> None:
        for question in asked:
            pocket.forget()
            pocket.answer(clip, question)

    model = pocket.model
    ids = lambda text: model.tokenizer(text, add_special_tokens=False)["input_ids"]  # noqa: E731
    seconds, _ = pair_up(clip, pocket.tubelet)
    place = ids(place_video(list(seconds), model.projector.tokens, model.time_signal))
    video = pocket.video_tokens(clip)
    prompt = ids(turn("Describe the video."))
    prefix = prefill(model, place, video)

    def with_cache(n: int) -> Callable[[], object]:
        return lambda: complete(model, prefix, [prompt], n, stop=False)

    def without_cache(n: int) -> Callable[[], object]:
        def write() -> None:
            row = list(prompt)
            for _ in range(n):
                row += complete(model, prefill(model, place, video), [row], 1, stop=False)[0].ids

        return write

    rows: list[tuple[object, ...]] = []

    def add(what: str, seconds: float, beside: float | None = None) -> None:
        rows.append((what, f"{seconds:.3f}", f"{beside / seconds:.1f}" if beside else ""))

    add("watch and summarize the shipped 30-second clip", _median(anew(lambda: pocket.summarize(pocket.watch(film)))))
    add("of that, decoding the frames", _median(lambda: pocket.watch(film)))
    together = _median(anew(lambda: pocket.answers(clip, asked)))
    add(f"{len(asked)} questions on it, one by one", (alone := _median(one_by_one, 1)))
    add(f"{len(asked)} questions on it, in company", together, alone)
    add("1,000 questions on 100 clips, drawing left out", _many(pocket))
    for n in (16, 64, 192):
        bare = _median(without_cache(n), 1) / n
        add(f"a token of an answer of {n}, without the cache", bare)
        add(f"a token of an answer of {n}, with the cache", _median(with_cache(n)) / n, bare)
    return record(
        "answering",
        "What an answer costs with pocket on a CPU",
        ("what", "seconds (median)", "times faster than the row above"),
        rows,
        "After imports and loading. In company, the clip is encoded and told once. Again: `course bench answering`.",
    )


def _many(pocket: Any) -> float:
    """Seconds for ten questions on each of a hundred drawn clips, each clip encoded once."""
    from course_lib.clipworld import make_scene
    from course_lib.clipworld.questions import questions
    from course_lib.temporal.footage import of_scene

    taken = 0.0
    for seed in range(100):
        scene = make_scene(seed)
        clip = of_scene(scene).look(pocket.moments(scene.duration), pocket.size)
        asked = [q.text for q in questions(scene.timeline, random.Random(seed), each=2) if q.kind != "summary"][:10]
        begin = time.perf_counter()
        pocket.answers(clip, asked)
        taken += time.perf_counter() - begin
    return taken


def _median(work: Callable[[], object], repeats: int = REPEATS) -> float:
    taken = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


if __name__ == "__main__":
    run()
