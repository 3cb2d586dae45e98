"""Who and what: subjects and actions as a text may name them, matched to the words of a timeline."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from course_lib.clipworld.verbs import any_form, base
from course_lib.clipworld.words import ACTIONS, kind_and_colour
from course_lib.timeline import Event

KIND_WORDS = {
    "car": "car vehicle automobile sedan hatchback",
    "person": "person man woman pedestrian guy individual boy girl figure someone somebody lady gentleman human",
    "dog": "dog puppy canine hound",
    "ball": "ball",
    "bird": "bird",
    "light": "traffic_light stoplight traffic_signal stop_light signal light",
}
COLOUR_WORDS = [
    "red",
    "blue",
    "green",
    "yellow",
    "white",
    "black",
    "orange",
    "purple",
    "grey",
    "gray",
    "brown",
    "pink",
    "silver",
    "gold",
    "golden",
    "beige",
    "cyan",
    "teal",
    "navy",
    "maroon",
    "violet",
    "tan",
    "turquoise",
    "magenta",
]
_SAME_COLOUR = {"gray": "grey", "violet": "purple", "golden": "gold"}
_SHADES = ("light", "dark", "bright", "pale", "deep")
_CLOTHES = "shirt t-shirt jacket top coat clothes clothing outfit sweater dress hoodie suit garment"
_ADVERB = r"(?:(?:\w+ly|then|just|also|now|back|straight|sharp|hard|slightly) ){0,2}"
_MAKE = any_form("make", "take", "execute", "perform", "do")
_MOVE = any_form("drive", "move", "go", "travel", "head", "proceed", "continue", "roll")
_TURN = any_form("turn", "veer", "steer", "swerve", "bear", "curve", "bend")
_CHANGE = any_form("turn", "change", "switch", "become", "go", "shift", "flip")
_GRAB = any_form("pick", "lift", "grab", "take", "raise", "collect", "retrieve")
_BOX = r"(?:(?:a|the|an|some|that|his|her|their) )?(?:(?!up\b)\w+ )?(?:box|package|parcel|carton|crate)(?:es)?\b"


def _turning(side: str) -> str:
    return (
        rf"{_TURN} {_ADVERB}(?:to the |to its |towards? the |toward its )?{side}(?:ward)?s?\b"
        rf"|{_MAKE} an? (?:\w+ ){{0,2}}?{side}(?:[- ]hand)?(?: turn)?\b|\b{side}(?:[- ]hand)? turn\b"
    )


def _driving(way: str, edge: str) -> str:
    toward = rf"(?:to|towards?) the {edge}\b"
    filling = r"(?:(?:in an? |on |along |the |road |street |frame |screen |image ){0,5})"
    return rf"{_MOVE} {_ADVERB}{filling}(?:{way}(?:wards?)?\b(?! to (?:a|the) stop)|{toward})"


def _changing(colour: str) -> str:
    to = r"(?:(?:back |over )?(?:from (?:a )?\w+ )?(?:in)?to (?:a )?|from \w+ to |back )?"
    return rf"{_CHANGE} {_ADVERB}{to}{colour}\b"


# A state is no event: "the light is red" says nothing of when it turned.
_WAYS = {
    "turns right": _turning("right"),
    "turns left": _turning("left"),
    "stops": rf"{any_form('stop', 'halt', 'brake')}(?! (?:sign|light|line|walking|running|waving|jumping))"
    rf"|{any_form('come', 'slow', 'roll', 'brake', 'go')} {_ADVERB}(?:down )?to (?:an? )?(?:\w+ )?(?:stop|halt|"
    rf"standstill)\b",
    "drives up": _driving("up", "top"),
    "drives down": _driving("down", "bottom"),
    "drives away": rf"(?:{any_form('drive', 'move', 'go', 'pull', 'speed', 'head')}) {_ADVERB}(?:away|off)\b"
    rf"|{any_form('leave', 'depart', 'exit')}\b",
    "turns red": _changing("red"),
    "turns green": _changing("green"),
    "walks": any_form("walk", "stroll", "wander", "amble"),
    "jumps": any_form("jump", "leap", "hop"),
    "waves": any_form("wave"),
    "sits down": rf"{any_form('sit')}(?: {_ADVERB}?down)?\b|{any_form('take')} a seat\b",
    "picks up a box": rf"{_GRAB} {_ADVERB}(?:up )?{_BOX}(?: up)?",
    "runs": any_form("run", "sprint", "dash", "race", "gallop"),
    "rolls": rf"{any_form('roll')}(?! to an? (?:\w+ )?(?:stop|halt))",
    "bounces": any_form("bounce"),
    "flies": any_form("fly", "soar"),
    "lands": rf"{any_form('land', 'alight')}|{any_form('touch')} down\b",
}
assert set(_WAYS) == {a.present for a in ACTIONS}
# The same words for another kind of subject mean another thing: a bird leaves, a light goes off.
_ONLY_FOR = {
    "stops": {"light"},
    "drives away": {"light", "bird", "ball"},
    "drives up": {"light"},
    "drives down": {"light"},
}


@dataclass(frozen=True)
class Name:
    """A subject as named: kind ("car"), and the colours and other words that set it apart ({"light", "blue"})."""

    kind: str
    marks: frozenset[str]

    def fits(self, other: Name) -> int | None:
        """How well this naming, out of an answer, fits `other`, the true name: 3 the same, 2 it says more shades,
        1 it says less ("the car"), None another thing."""
        if self.kind != other.kind:
            return None
        if self.marks == other.marks or other.kind == "light":
            return 3
        if self.marks - set(_SHADES) == other.marks - set(_SHADES):
            return 2
        return 1 if self.marks < other.marks else None


def _generic(action: str) -> str:
    """A pattern for any action in the present tense: its verb in any form, articles free, an adverb let in."""
    if way := _WAYS.get(action):
        return way
    first, *rest = action.lower().split()
    parts = [any_form(base(first))]
    for word in rest:
        if word not in ("a", "an", "the", "his", "her", "its", "their"):
            parts.append(rf"{_ADVERB}(?:(?:a|an|the|his|her|its|their|some) )?{re.escape(word)}\b")
    return " ".join(parts)


def _head(name: str) -> tuple[str, list[str]]:
    """("light blue car") -> ("car", ["light", "blue"]); ("man in a black hat") -> ("man", ["black", "hat"])."""
    before, *after = re.split(r" (?:in|with|wearing|on|of) ", name.lower(), maxsplit=1)
    words = before.split()
    marks = words[:-1] + [w for part in after for w in part.split()]
    return words[-1], [w for w in marks if w not in ("a", "an", "the")]


class Lexicon:
    """The subjects and actions to look for: clipworld's, and those of the given events (a learner's own timeline)."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        pairs = list(pairs)
        actions = dict.fromkeys([*(a for _, a in pairs), *_WAYS])
        self.actions = {a: re.compile(_generic(a)) for a in actions}
        self._kind = {w.replace("_", " "): kind for kind, words in KIND_WORDS.items() for w in words.split()}
        marks: set[str] = set(COLOUR_WORDS)
        for subject, _ in pairs:
            head, own = _head(subject)
            self._kind.setdefault(head, head)
            marks.update(w for w in own if w not in _SHADES)
        kinds = "|".join(re.escape(w) for w in sorted(self._kind, key=len, reverse=True))
        mark = "|".join(re.escape(w) for w in sorted(marks, key=len, reverse=True))
        shade = "|".join(_SHADES)
        clothes = "|".join(_CLOTHES.split())
        one = rf"(?:(?:{shade})[- ])?(?:{mark})"
        self._subject = re.compile(
            rf"(?:\b(?P<marks>(?:{one}[- ,]+){{1,4}})(?:colou?red )?(?:(?!and\b|or\b|in\b|"
            rf"the\b)[a-z]+ )?)?\b(?P<kind>{kinds})s?\b(?!'s[- ]eye)"
            rf"(?! (?:{mark}) (?:{kinds})\b)(?:,? (?:who is |that is )?(?:in|wearing|dressed in|with)(?: an?|"
            rf" the| his| her| their)? (?P<worn>{one})\b"
            rf"(?: (?:{clothes})(?:es)?\b)?)?"
        )

    def subjects(self, text: str) -> list[tuple[int, int, Name]]:
        """Every subject that the plain text names: (from, to, Name)."""
        found = []
        for m in self._subject.finditer(text):
            said = re.split(r"[- ,]+", f"{m['marks'] or ''} {m['worn'] or ''}".strip())
            marks = frozenset(_SAME_COLOUR.get(w, w) for w in said if w)
            kind = self._kind[m["kind"]]
            found.append((m.start(), m.end(), Name(kind, frozenset() if kind == "light" else marks)))
        return found

    def name(self, subject: str) -> Name:
        """The Name of a timeline's subject."""
        for start, end, name in self.subjects(subject.lower()):
            if (start, end) == (0, len(subject)):
                return name
        head, own = _head(subject)
        return Name(self._kind.get(head, head), frozenset(_SAME_COLOUR.get(w, w) for w in own))

    def deeds(self, text: str) -> list[tuple[int, int, str]]:
        """Every action that the plain text names: (from, to, action); the longest where two overlap."""
        found = [(m.start(), m.end(), a) for a, way in self.actions.items() for m in way.finditer(text)]
        found.sort(key=lambda d: (d[0] - d[1], d[0]))
        kept: list[tuple[int, int, str]] = []
        for start, end, action in found:
            if all(end <= s or start >= e for s, e, _ in kept):
                kept.append((start, end, action))
        return sorted(kept)

    def possible(self, action: str, name: Name | None) -> bool:
        return name is None or name.kind not in _ONLY_FOR.get(action, ())

    def resolve(self, name: Name | None, action: str, events: Iterable[Event]) -> list[Event]:
        """The events that a naming can mean, the best fits only. A naming without subject fits by its action."""
        scored = []
        for e in events:
            if e.action == action:
                fit = 1 if name is None else name.fits(self.name(e.subject))
                if fit is not None:
                    scored.append((fit, e))
        best = max((s for s, _ in scored), default=0)
        return [e for s, e in scored if s == best]


@lru_cache(maxsize=64)
def _lexicon(pairs: frozenset[tuple[str, str]]) -> Lexicon:
    return Lexicon(sorted(pairs))


def lexicon(events: Iterable[Event] = ()) -> Lexicon:
    """The lexicon for some events, made once for each set of words. Clipworld's own words are always in it."""
    return _lexicon(frozenset((e.subject, e.action) for e in events if not _clipworlds(e)))


def _clipworlds(event: Event) -> bool:
    try:
        kind_and_colour(event.subject)
    except ValueError:
        return False
    return event.action in _WAYS
