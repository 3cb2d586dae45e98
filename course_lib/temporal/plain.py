"""An answer as plain words: what judging reads after markdown, typography and number words are out of the way."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
]
_UNITS += ["seventeen", "eighteen", "nineteen"]
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_NUMBER = {word: i for i, word in enumerate(_UNITS)} | _TENS
_TENS_AND_UNITS = re.compile(rf"\b({'|'.join(_TENS)})[- ]({'|'.join(_UNITS[1:10])})\b")
# "one" alone is mostly no number ("no one", "the first one"): it counts only before a unit or a noun that is counted.
_WORD = re.compile(rf"\b({'|'.join(w for w in _NUMBER if w != 'one')})\b")
_ONE = re.compile(r"\bone(?=[- ](?:seconds?|secs?|minutes?|times?)\b)|(?<=second )one\b")
_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|$)", re.S)
_TAG = re.compile(r"<(?:/\w+|(\w+))>")  # <start>10.2</start> reads "start 10.2"
_DASH = re.compile(r"[ \t]*[\u2012-\u2015\u2212\u2192][ \t]*|[ \t]*->[ \t]*|[ \t]+--?[ \t]+")
_MARKS = re.compile(r"[*_`#>|~\"“”«»{}]+")
_BULLET = re.compile(r"^[ \t]*(?:[-•+]|\(?\d{1,2}[.)](?=\s))[ \t]*", re.M)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Lower case, one kind of dash and apostrophe, no markdown or control characters, numbers as digits; line ends
    kept, because a list says one event a line. A thought in <think> tags is not part of the answer."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = _THOUGHT.sub(" ", text)
    text = _TAG.sub(r" \1 ", text)
    text = "".join(c if c == "\n" or not unicodedata.category(c).startswith("C") else " " for c in text)
    text = text.replace("’", "'").replace("‘", "'")
    text = text.replace("\u2010", "-").replace("\u2011", "-")
    text = _DASH.sub(" - ", _BULLET.sub("", _MARKS.sub(" ", text)))
    text = _TENS_AND_UNITS.sub(lambda m: str(_TENS[m[1]] + _NUMBER[m[2]]), text)
    text = _ONE.sub("1", _WORD.sub(lambda m: str(_NUMBER[m[1]]), text))
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


def count(text: str) -> int | None:
    """The number of times that an answer gives: "3", "twice", "it happens two times"; None without one.

    A number that is a time ("at 0:05", "5 s") is not a count."""
    words = plain(text)
    if found := re.search(
        r"\b(\d{1,9}) (?:separate |different |distinct |total )?(?:times?|occurrences?|instances?)\b", words
    ):
        return int(found[1])
    for word, value in (("never", 0), ("once", 1), ("twice", 2), ("thrice", 3)):
        if re.search(rf"\b{word}\b(?! again)", words):
            return value
    bare = re.sub(
        r"\b\d+(?::\d\d)+|\bseconds? \d+(?:\.\d+)?(?: (?:to|-) \d+(?:\.\d+)?)?|\b\d+(?:\.\d+)? ?-? ?s(?:ec\w*)?\b",
        " ",
        words,
    )
    if found := re.search(r"\b(\d{1,9})\b", bare):
        return int(found[1])
    if re.search(r"\b(?:only|just|exactly) one\b|^one\b|\bone(?= (?:car|person|dog|ball|bird|light)\b)", words):
        return 1
    return 0 if re.search(r"\bnone\b|\bno times?\b", words) else None
