"""The word for what is wrong with a told event, or with a true one that was left out: the same in every drawing."""

from __future__ import annotations

from collections.abc import Sequence

from course_lib.temporal.metrics import match
from course_lib.timeline import Event, Timeline


def judged(
    true: Timeline | Sequence[Event] | None, told: Sequence[Event] | None
) -> list[tuple[str, list[tuple[Event, str]]]]:
    """The rows of events of every drawing: (name, [(event, word for what is wrong with it or "")]).

    "true" and "told", of those that are given; each is judged only by the other. The words: "not told", "invented",
    "shifted +3.0 s".
    """
    rows = []
    if true is not None:
        rows.append(("true", _true_bars(tuple(true), told)))
    if told is not None:
        rows.append(("told", _told_bars(told, None if true is None else tuple(true))))
    return rows


def kind_of(word: str) -> str:
    """The kind of failure that a word of `judged` names: a key of palette.HATCH; "" for none."""
    return "skipped" if word == "not told" else word.split(" ")[0]


def bar_text(event: Event, word: str, length: float) -> str:
    """What stands on an event's bar: "red ball rolls · shifted +3.0 s", on an axis of `length` seconds."""
    text = f"{event.subject} {event.action}".strip() + (f" · {word}" if word else "")
    if event.start >= length:  # told of a second that the clip does not have
        text += f" (at {event.start:g} s)"
    return text


def _told_bars(told: Sequence[Event], true: Sequence[Event] | None) -> list[tuple[Event, str]]:
    """(event, word for what is wrong with it or "")."""
    if true is None:
        return [(e, "") for e in told]
    found = match(told, true)
    words = {id(e): "" for e, _ in found.pairs}
    words |= {id(e): f"shifted {e.start - t.start:+.1f} s" for e, t in found.moved}
    words |= {id(e): "invented" for e in found.invented}
    return [(e, words[id(e)]) for e in told]


def _true_bars(true: Sequence[Event], told: Sequence[Event] | None) -> list[tuple[Event, str]]:
    if told is None:
        return [(e, "") for e in true]
    missed = {id(e) for e in match(told, true).missed}
    return [(e, "not told" if id(e) in missed else "") for e in true]
