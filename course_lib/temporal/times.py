"""Times as people and models write them: `from second 3 to 6`, `0:05`, `5 s`, `3-6 seconds`, `at the 5-second mark`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_NUM = r"\d+(?:\.\d+)?"
_CLOCK = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:\.\d+)?"
_UNIT = r"(?:s|secs?|seconds?)\b"
_ABOUT = r"(?:(?:approximately|approx\.?|about|around|roughly|the|second|seconds|at|t ?=|~) ?){0,4}"
_MINUTES = re.compile(rf"\b(\d{{1,6}}) ?(?:m|mins?|minutes?)(?: and)?[ ,]*(\d+(?:\.\d+)?) ?{_UNIT}")
_WHOLE_MINUTES = re.compile(r"\b(\d+(?:\.\d+)?)[ -]?(?:mins?|minutes?)\b(?! (?:later|long|video|clip))")
_RANGE = re.compile(
    rf"(?P<pre>\bfrom\b|\bbetween\b|\bseconds?\b|[\[(]|\bt ?=)? ?{_ABOUT}(?<![\d.:])(?P<a>{_CLOCK}|"
    rf"{_NUM}) ?(?P<ua>{_UNIT})?"
    rf" ?(?P<mid>-|to|until|till|through|up to|and|,) ?{_ABOUT}(?P<b>{_CLOCK}|{_NUM})(?!\d|"
    rf":\d)(?: ?-? ?(?P<ub>{_UNIT}))?"
)
_STARTS_ENDS = re.compile(
    rf"\b(?:start|begin)\w*\W+{_ABOUT}(?P<a>{_CLOCK}|{_NUM}) ?(?:{_UNIT})?\W+(?:and |it |then |event )*"
    rf"(?:end|finish|conclud|stop|last)\w*\W+(?:until )?{_ABOUT}(?P<b>{_CLOCK}|{_NUM}) ?(?:{_UNIT})?"
)
_POINT = re.compile(
    rf"(?P<clock>(?<![\d:])\b{_CLOCK}\b)|\bsecond (?P<second>{_NUM})|\bt ?= ?(?P<t>{_NUM})"
    rf"|(?<![\d.])\b(?P<num>{_NUM}) ?-? ?{_UNIT}|(?P<nth>\b\d+)(?:st|nd|rd|th) second\b"
)
_FIRST = re.compile(rf"\bfirst (?:few )?({_NUM}) ?{_UNIT}")
_LAST = re.compile(rf"\b(?:last|final) ({_NUM}) ?{_UNIT}")
# "for 3 seconds", "3 seconds later" and "a 30-second clip" measure; they do not say when.
_LENGTH_BEFORE = re.compile(
    r"(?:\bfor|\blasts?|\blasting|\btakes?|\bover|\bonly|\bis|\bevery|\bduration of|\bnext|"
    r"\blength:?)(?: (?:about|around|a|the|another|"
    r"approximately|roughly|only))*$"
)
_LENGTH_AFTER = re.compile(
    r"^\W*(?:later|long|after|before|video|clip|recording|earlier|of footage|in (?:length|total)|apart)\b"
)


@dataclass(frozen=True)
class Span:
    """A stretch of the clip that a text names. start, end in seconds; equal for a point in time ("at 0:05").
    place: where it stands in the text, as character offsets [from, to)."""

    start: float
    end: float
    place: tuple[int, int]

    @property
    def point(self) -> bool:
        return self.start == self.end


def _seconds(token: str) -> float:
    value = 0.0
    for part in token.split(":"):
        value = value * 60 + float(part)
    return value


def times(text: str, duration: float | None = None) -> list[Span]:
    """Every time that the plain text names, in the order of the text. `text` as made by `plain`.

    duration (seconds) is needed only for "the last 5 seconds". Frame numbers and lengths ("for 3 seconds") are none.
    """
    found: list[Span] = []
    taken = bytearray(len(text))

    def add(start: float, end: float, place: tuple[int, int]) -> None:
        if not any(taken[place[0] : place[1]]):
            taken[place[0] : place[1]] = b"\1" * (place[1] - place[0])
            if start <= end < math.inf:
                found.append(Span(start, end, place))

    text = _MINUTES.sub(lambda m: f"{int(m[1])}:{float(m[2]):05.2f}".ljust(len(m[0])), text)
    for m in _STARTS_ENDS.finditer(text):
        add(_seconds(m["a"]), _seconds(m["b"]), m.span())
    for m in _RANGE.finditer(text):
        clock = ":" in m["a"] or ":" in m["b"]
        said = m["ua"] or m["ub"] or clock or m["pre"] in ("from", "between", "second", "seconds") or "second" in m[0]
        joined = m["mid"] not in ("and", ",") or (m["mid"] == "and" and "between" in m[0]) or m["pre"] in ("[", "(")
        a, b = _seconds(m["a"]), _seconds(m["b"])
        if said and joined and a <= b:
            add(a, b, m.span())
    for m in _FIRST.finditer(text):
        add(0.0, float(m[1]), m.span())
    for m in _LAST.finditer(text):
        if duration is not None:
            add(max(0.0, duration - float(m[1])), duration, m.span())
    for m in _POINT.finditer(text):
        if m["num"] and (_LENGTH_BEFORE.search(text[: m.start()].rstrip()) or _LENGTH_AFTER.search(text[m.end() :])):
            continue
        t = _seconds(next(g for g in (m["clock"], m["second"], m["t"], m["num"], m["nth"]) if g))
        add(t, t, m.span())
    for m in _WHOLE_MINUTES.finditer(text):
        if not _LENGTH_BEFORE.search(text[: m.start()].rstrip()):
            add(60 * float(m[1]), 60 * float(m[1]), m.span())
    return sorted(found, key=lambda s: s.place)
