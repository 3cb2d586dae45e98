"""The words of clipworld: who can do what, and how a sentence says so.

Kept apart from pixels so that questions, judging and training share one vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from course_lib.clipworld.verbs import base, base_of_gerund, principal

COLOURS = ("red", "blue", "green", "yellow", "white", "black", "orange", "purple")
KINDS = ("car", "person", "dog", "ball", "bird", "light")


@dataclass(frozen=True)
class Action:
    """A verb phrase in the four forms that questions need. kinds: who can do it; views: where it happens."""

    present: str  # the car "turns right"
    past: str  # after the car "turned right"
    gerund: str  # the car is "turning right"
    base: str  # does the car "turn right"
    kinds: tuple[str, ...]
    views: tuple[str, ...]


ACTIONS = (
    Action("turns right", "turned right", "turning right", "turn right", ("car",), ("road",)),
    Action("turns left", "turned left", "turning left", "turn left", ("car",), ("road",)),
    Action("stops", "stopped", "stopping", "stop", ("car",), ("road",)),
    Action("drives up", "drove up", "driving up", "drive up", ("car",), ("road",)),
    Action("drives down", "drove down", "driving down", "drive down", ("car",), ("road",)),
    Action("drives away", "drove away", "driving away", "drive away", ("car",), ("road",)),
    Action("turns red", "turned red", "turning red", "turn red", ("light",), ("road",)),
    Action("turns green", "turned green", "turning green", "turn green", ("light",), ("road",)),
    Action("walks", "walked", "walking", "walk", ("person",), ("park", "road")),
    Action("jumps", "jumped", "jumping", "jump", ("person", "dog"), ("park",)),
    Action("waves", "waved", "waving", "wave", ("person",), ("park",)),
    Action("sits down", "sat down", "sitting down", "sit down", ("person", "dog"), ("park",)),
    Action("picks up a box", "picked up a box", "picking up a box", "pick up a box", ("person",), ("park",)),
    Action("runs", "ran", "running", "run", ("dog",), ("park",)),
    Action("rolls", "rolled", "rolling", "roll", ("ball",), ("park",)),
    Action("bounces", "bounced", "bouncing", "bounce", ("ball",), ("park",)),
    Action("flies", "flew", "flying", "fly", ("bird",), ("park", "road")),
    Action("lands", "landed", "landing", "land", ("bird",), ("park",)),
)
ACTION = {a.present: a for a in ACTIONS}


def action_of(words: str) -> Action:
    """The action that an event's words name, with its forms: clipworld's, or any verb's ("parks", "parking a van").
    Words that do not begin with a verb ending in -s or -ing stay as they are in every form."""
    if words in ACTION:
        return ACTION[words]
    first, _, rest = words.partition(" ")
    if first.endswith("ing") and len(first) > 5:
        plain = base_of_gerund(first)
    elif first.endswith("s") and len(first) > 1:
        plain = base(first)
    else:
        return Action(*(words,) * 4, kinds=(), views=())
    present, past, gerund, infinitive = (f"{verb} {rest}".strip() for verb in (*principal(plain), plain))
    return Action(present, past, gerund, infinitive, kinds=(), views=())


def subject(kind: str, colour: str | None) -> str:
    """How a sentence names it: "red car", "person in red", "white dog", "light" (a traffic light has no colour)."""
    if kind == "light":
        return "light"
    return f"{kind} in {colour}" if kind == "person" else f"{colour} {kind}"


@cache
def kind_and_colour(name: str) -> tuple[str, str | None]:
    """The inverse of `subject`: "person in red" -> ("person", "red"). Raises ValueError for a name not made by it."""
    for kind in KINDS:
        for colour in (None,) if kind == "light" else COLOURS:
            if subject(kind, colour) == name:
                return kind, colour
    raise ValueError(f"{name!r} is no subject of clipworld")
