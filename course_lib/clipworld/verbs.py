"""English verbs in their forms, so that "drove down", "is driving down" and "drives down" are read as one action."""

from __future__ import annotations

import re
from functools import cache

# base -> past forms; verbs that are not here are regular
_IRREGULAR = {
    "be": "was were been", "begin": "began begun", "bend": "bent", "break": "broke broken", "bring": "brought",
    "build": "built", "buy": "bought", "catch": "caught", "climb": "climbed", "come": "came", "cut": "cut",
    "dive": "dived dove", "draw": "drew drawn", "drink": "drank drunk", "drive": "drove driven",
    "eat": "ate eaten", "fall": "fell fallen", "feed": "fed", "fight": "fought", "find": "found",
    "fly": "flew flown", "get": "got gotten", "give": "gave given", "go": "went gone", "grow": "grew grown",
    "hang": "hung", "have": "had", "hide": "hid hidden", "hit": "hit", "hold": "held", "keep": "kept",
    "lay": "laid", "lead": "led", "lean": "leaned leant", "leap": "leaped leapt", "leave": "left", "let": "let",
    "lie": "lay lain", "light": "lit lighted", "make": "made", "meet": "met", "put": "put", "read": "read",
    "ride": "rode ridden", "ring": "rang rung", "rise": "rose risen", "run": "ran", "see": "saw seen",
    "shake": "shook shaken", "shine": "shone", "shoot": "shot", "shut": "shut", "sing": "sang sung",
    "sink": "sank sunk", "sit": "sat", "sleep": "slept", "slide": "slid", "speak": "spoke spoken",
    "speed": "sped speeded", "spin": "spun", "stand": "stood", "steal": "stole stolen", "strike": "struck",
    "sweep": "swept", "swim": "swam swum", "swing": "swung", "take": "took taken", "tear": "tore torn",
    "throw": "threw thrown", "turn": "turned", "wear": "wore worn", "write": "wrote written",
}  # fmt: skip


def base(present: str) -> str:
    """The base form of a third-person verb: "drives" -> "drive", "flies" -> "fly", "goes" -> "go"."""
    odd = {"has": "have", "is": "be", "does": "do", "lies": "lie", "ties": "tie", "dies": "die"}
    if present in odd:
        return odd[present]
    if present.endswith("ies"):
        return present[:-3] + "y"
    if re.search(r"(?:ch|sh|ss|x|zz|o)es$", present):
        return present[:-2]
    return present[:-1] if present.endswith("s") and not present.endswith("ss") else present


def _doubles(verb: str) -> bool:
    """Stop -> stopping, run -> running; but open -> opening, bow -> bowing."""
    return bool(re.fullmatch(r"[^aeiou]*(?:qu)?[aeiou][bdgklmnprtvz]", verb)) and not verb.endswith("rk")


@cache
def forms(verb: str) -> tuple[str, ...]:
    """Every form of a base verb, each once: base, third person, past forms, gerund."""
    third, past, gerund = _forms(verb)
    return tuple(dict.fromkeys((verb, third, *past, gerund)))


def base_of_gerund(gerund: str) -> str:
    """ "running" -> "run", "driving" -> "drive", "rolling" -> "roll"."""
    stem = gerund.removesuffix("ing")
    doubled = len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "lsz"
    tried = [*([stem[:-1]] if doubled else []), *([stem + "e"] if stem + "e" in _IRREGULAR else []), stem, stem + "e"]
    return next((verb for verb in tried if _forms(verb)[2] == gerund), stem)


def principal(verb: str) -> tuple[str, str, str]:
    """Third person, past and gerund of a base verb: "hit" -> ("hits", "hit", "hitting")."""
    third, past, gerund = _forms(verb)
    return third, past[0], gerund


def _forms(verb: str) -> tuple[str, list[str], str]:
    third = verb + "es" if re.search(r"(?:ch|sh|ss|x|zz|o)$", verb) else verb + "s"
    if re.search(r"[^aeiou]y$", verb):
        third = verb[:-1] + "ies"
    third = {"be": "is", "have": "has"}.get(verb, third)
    stem = verb + verb[-1] if _doubles(verb) else verb
    if verb.endswith("ie"):
        gerund = verb[:-2] + "ying"
    elif verb.endswith("e") and not verb.endswith("ee") and verb != "be":
        gerund = verb[:-1] + "ing"
    else:
        gerund = stem + "ing"
    if verb in _IRREGULAR:
        past = _IRREGULAR[verb].split()
    elif verb.endswith("e"):
        past = [verb + "d"]
    elif re.search(r"[^aeiou]y$", verb):
        past = [verb[:-1] + "ied"]
    else:
        past = [stem + "ed"]
    return third, past, gerund


def any_form(*verbs: str) -> str:
    """A regular expression for any form of any of the verbs: any_form("halt", "stop")."""
    words = sorted({f for v in verbs for f in forms(v)}, key=len, reverse=True)
    return rf"\b(?:{'|'.join(map(re.escape, words))})\b"
