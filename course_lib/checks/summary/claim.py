"""7.claim: one instance where a model is wrong about time. It is asked again, and the timeline decides."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from course_lib.checks.answer import Answer
from course_lib.checks.check import Judged, Mistake, Passed, Wrong
from course_lib.checks.outcome import Ticks
from course_lib.checks.summary import clips
from course_lib.checks.summary.asked import about_time, bearing, contradicted, right_answers
from course_lib.checks.values import shown
from course_lib.errors import CourseError, ModelError
from course_lib.temporal import stance
from course_lib.temporal.mentions import mentions
from course_lib.temporal.naming import lexicon
from course_lib.temporal.plain import plain
from course_lib.timeline import Event, Timeline

if TYPE_CHECKING:
    from course_lib.video import Clip

SECONDS = "a number of seconds"
KEYS = {"clip": "a seed, \"demo\", or the path of a file", "model": "a name", "question": "a string",
        "answer": "a string", "shows": "a string", "start": SECONDS, "end": SECONDS}  # fmt: skip
CRITERIA = ("the model says it", "what happens contradicts it", "the evidence is true", "it is where you say")
SHARE = 1 / len(CRITERIA)
TOLERANCE = 1.5  # seconds before or after an event that its place may reach; the neighbour, 3 s on, is turned away
LONGEST = 1000  # characters of a string
LONGEST_PLACE = 10.0  # seconds; of 30, whoever points at all of them points at nothing
Wrongs = Callable[..., Wrong]

MISTAKES = [
    Mistake(
        "not a dict",
        "A claim is a dict with the keys clip, model, question, answer, shows, start and end; yours is {yours}.",
    ),
    Mistake(
        "a missing key",
        "The claim has no `{key}`: {what}. All seven are needed, so that somebody else can look for themselves.",
    ),
    Mistake(
        "a value of the wrong type",
        "`{key}` of your claim is {value}. It has to be {what}.",
    ),
    Mistake(
        "start after end",
        "The place goes from {start} to {end} s: it has to begin before it ends. Two swapped?",
    ),
    Mistake(
        "no such clip",
        'The clip {clip} cannot be watched: {why} Give a seed below a million (a whole number), "demo", or the path'
        " of a video file.",
    ),
    Mistake(
        "not replayed here",
        "A class is graded with the clips and the models that the course brings along. This one needs somebody who has "
        "its file, or its model. {form}",
    ),
    Mistake(
        "no such model",
        "The model {model} cannot be asked here: {why}",
    ),
    Mistake(
        "no question about time",
        'The question "{question}" asks neither when nor in which order. A model that takes red for orange is wrong'
        " too, but not about time. Ask what happens at a second, before, after, or when.",
    ),
    Mistake(
        "the model does not say that",
        "Asked again, {model} does not give this answer. Copy the question to the letter, and the answer as the "
        "model wrote it (spaces and capitals do not matter); and ask about the whole clip, with the frames that the"
        " model chooses.",
    ),
    Mistake(
        "the answer is right",
        "The model is right, or near enough: {right}. What happens within half a second of the second asked about, "
        "and a time that begins within 1.5 s of the true one, is no mistake. Look for another.",
    ),
    Mistake(
        "nothing that can be judged",
        "Nobody can tell from the timeline whether this answer is wrong: the question is in none of the forms that "
        "can be read, and the answer puts no event of the clip at a wrong time. Ask what happens at a second, right"
        " before or right after an event, which of two is first, or when.",
    ),
    Mistake(
        "not one event",
        '`shows` has to name one event in words, such as "the red car turns right"; in yours {n} can be read.',
    ),
    Mistake(
        "the evidence is not in the clip",
        '"{shows}" does not happen in this clip, at no time. What do the frames from {start} to {end} s show?',
    ),
    Mistake(
        "the evidence is of something else",
        '"{shows}" is true, but says nothing of this answer: it is neither what the question asks about nor what '
        "the answer tells. Show what happens instead.",
    ),
    Mistake(
        "the whole clip as the place",
        "From {start} to {end} s is {length} s. A reader has to know where to look: at most 10 s, around the one "
        "event that decides.",
    ),
    Mistake(
        "the evidence is elsewhere in time",
        '"{shows}" is true, but not from {start} to {end} s: who looks there does not see it. Look at the frames '
        "again and give the seconds in which it goes on (1.5 s of grace at either end).",
    ),
]


@dataclass(frozen=True)
class Claim:
    """clip: a seed, "demo", or a path."""

    clip: int | str
    model: str
    question: str
    answer: str
    shows: str
    start: float
    end: float


def judge_claim(answer: Answer, rng: Random, wrong: Wrongs) -> Passed:
    """The claim says itself which clip it is about; nothing is drawn."""
    claim = _read(answer(), wrong)
    if not answer.own:
        _not_here(claim, wrong)
    model = _model(claim, wrong)
    clip, timeline = _clip(claim, model, wrong)
    if claim.end > clip.duration + TOLERANCE:
        raise wrong("a value of the wrong type", key="end", value=claim.end, what=f"at most {clip.duration:g} s")
    if not about_time(claim.question):
        raise wrong("no question about time", question=claim.question)
    try:
        said = str(model.answer(clip, claim.question))
    except CourseError as problem:  # a question longer than the model can read
        raise wrong("no such model", model=claim.model, why=str(problem)) from problem
    if _normal(said) != _normal(claim.answer):
        raise wrong(
            "the model does not say that", model=claim.model, call=f"{claim.model}: {claim.question}",
            yours=claim.answer, expected=said, criteria=_reached(0),
        )  # fmt: skip
    if timeline is None:
        replayed = f"Replayed: {claim.model} gives this answer. Nobody has a timeline of the file. "
        return Passed(replayed + _form(claim), None, {CRITERIA[0]: 1.0}, SHARE)
    _contradiction(claim, timeline, wrong)
    event = _evidence(claim, timeline, wrong)
    what = event.text if event else "nothing happens"
    return Passed(
        f'{claim.model} says "{said}", and the clip shows "{what}" there. Replayed, and it holds.',
        _picture(claim, timeline), _reached(4),
    )  # fmt: skip


def _read(value: Any, wrong: Wrongs) -> Claim:
    if not isinstance(value, dict):
        raise wrong("not a dict", yours=value)
    for key, what in KEYS.items():
        if key not in value:
            raise wrong("a missing key", key=key, what=what)
        kinds: tuple[type, ...] = (int, float) if what == SECONDS else (int, str) if key == "clip" else (str,)
        given = value[key]
        fits = type(given) in kinds and not (type(given) is str and not 0 < len(given.strip()) <= LONGEST)
        if not fits or (type(given) is not str and not abs(given) < 1e9):
            raise wrong("a value of the wrong type", key=key, value=shown(given, 60), what=what)
    claim = Claim(**{key: value[key] for key in KEYS})
    if claim.start < 0:
        raise wrong("a value of the wrong type", key="start", value=claim.start, what="seconds from 0 on")
    if claim.start >= claim.end:
        raise wrong("start after end", start=claim.start, end=claim.end)
    return claim


def _not_here(claim: Claim, wrong: Wrongs) -> None:
    """Raises for a claim whose replay would open a file or load a model that a student names on somebody's machine."""
    from course_lib import zoo

    shipped = re.fullmatch(r"[\w-]{1,64}", claim.model) and (zoo.WEIGHTS / claim.model).is_dir()
    own_file = not re.fullmatch(r"demo|[0-9]+", str(claim.clip).strip())
    if own_file or not (shipped or claim.model == clips.chosen_model()):
        raise wrong("not replayed here", form=_form(claim))


def _model(claim: Claim, wrong: Wrongs) -> Any:
    """A model of the zoo by its name there. Folders and repositories, which anybody can fill, are not loaded."""
    from course_lib import zoo

    try:
        if claim.model not in {row.name for row in zoo.models()}:
            raise ModelError("The zoo has none of this name.", "`course models` lists them.")
        return clips.model_named(claim.model)
    except CourseError as problem:
        raise wrong("no such model", model=claim.model, why=str(problem)) from problem


def _clip(claim: Claim, model: Any, wrong: Wrongs) -> tuple[Clip, Timeline | None]:
    """What the model sees of the clip, and what is true of it; None of a learner's own file."""
    name = str(claim.clip).strip()
    if name == "demo":
        folder = Path(clips.__file__).parents[2] / "clips"
        return model.watch(folder / "demo.mp4"), Timeline.load(folder / "demo.timeline.json")
    if re.fullmatch(r"[0-9]+", name):
        if len(name) > 9 or int(name) >= clips.SEEDS:
            raise wrong("no such clip", clip=claim.clip, why="The seed is too large.")
        from course_lib.temporal.benchmark import clip_of

        return clip_of(model, int(name), clips.SECONDS)
    if "\0" in name or not Path(name).is_file():
        raise wrong("no such clip", clip=claim.clip, why="There is no such file.")
    try:
        return model.watch(name), None
    except CourseError as problem:
        raise wrong("no such clip", clip=claim.clip, why=problem.what) from problem


def _contradiction(claim: Claim, timeline: Timeline, wrong: Wrongs) -> None:
    right = right_answers(claim.question, timeline)
    if contradicted(claim.answer, right, timeline):
        return
    facts = {"criteria": _reached(1), "share": SHARE, "call": f"{claim.model}: {claim.question}"}
    if right.kind == "unread":
        raise wrong("nothing that can be judged", **facts)
    answers = " or ".join(f'"{q.answer}"' for q in right.questions[:2])
    raise wrong("the answer is right", right=f"right is {answers}", yours=claim.answer,
                picture=_picture(claim, timeline), **facts)  # fmt: skip


def _evidence(claim: Claim, timeline: Timeline, wrong: Wrongs) -> Event | None:
    """The event that the claim shows; None where it rightly says that nothing happens. Raises Wrong."""
    words = lexicon(timeline)
    facts = {"shows": claim.shows, "start": claim.start, "end": claim.end, "length": claim.end - claim.start}
    two = facts | {"share": 2 * SHARE, "criteria": _reached(2)}
    three = facts | {"share": 3 * SHARE, "criteria": _reached(3), "picture": _picture(claim, timeline)}
    named = [m for m in mentions(plain(claim.shows), words) if not m.denied]
    right = right_answers(claim.question, timeline)
    if not named and stance.nothing_happens(plain(claim.shows)):
        _short(claim, wrong, two)
        if any(e.overlaps(claim.start + 0.25, claim.end - 0.25) for e in timeline):
            raise wrong("the evidence is elsewhere in time", **three)
        return None
    if len(named) != 1:
        raise wrong("not one event", n=len(named), **two)
    fits = named[0].means(words, timeline.events)
    if not fits:
        raise wrong("the evidence is not in the clip", **two)
    bears = bearing(claim.answer, right, timeline)
    if bears and not any(e is b for e in fits for b in bears):
        raise wrong("the evidence is of something else", **two)
    _short(claim, wrong, three)
    for event in fits:
        if _there(claim, event):
            return event
    raise wrong("the evidence is elsewhere in time", **three)


def _short(claim: Claim, wrong: Wrongs, facts: dict[str, Any]) -> None:
    if claim.end - claim.start > LONGEST_PLACE:
        raise wrong("the whole clip as the place", **facts)


def _there(claim: Claim, event: Event) -> bool:
    """Whether the place shows the event: within its time and a grace, and at least half of the place is in it."""
    both = min(claim.end, event.end) - max(claim.start, event.start)
    inside = event.start - TOLERANCE <= claim.start and claim.end <= event.end + TOLERANCE
    return inside and both >= 0.5 * (claim.end - claim.start)


def _normal(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(". ")


def _reached(n: int) -> dict[str, float]:
    return {name: float(i < n) for i, name in enumerate(CRITERIA)}


def _picture(claim: Claim, timeline: Timeline) -> Ticks:
    return Ticks(
        {"your place": [claim.start, min(claim.end, timeline.duration)]}, timeline.duration,
        tuple((e.start, e.end, e.action) for e in timeline),
    )  # fmt: skip


def _form(claim: Claim) -> str:
    return (
        "The rest is your instructor's to judge:\n"
        f"Clip: {Path(str(claim.clip)).name}, model: {claim.model}\n"
        f"Question: {claim.question}\n"
        f"The model's answer: {claim.answer}\n"
        f"Look at it from {claim.start:g} to {claim.end:g} s. It is said to show: {claim.shows}\n"
        "Does it? [ ] yes [ ] no    Does it contradict the answer? [ ] yes [ ] no    Points (of the other three "
        "quarters): ____"
    )


CLAIM = Judged(judge_claim, MISTAKES)
