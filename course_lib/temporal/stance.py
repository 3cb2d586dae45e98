"""What an answer does: tells, refuses (cannot be known), denies (does not happen), says yes or no."""

from __future__ import annotations

import re

_NEG = r"(?:not|n't|never|cannot)"
# Refusals: nothing can be known. Pocket's own: "that cannot be seen in the video".
CANNOT_KNOW = re.compile(
    r"\bcan(?:not|'t| not) be (?:seen|determined|known|answered|told|said|identified|confirmed|inferred|"
    r"established|verified)\b"
    r"|\b(?:can(?:not|'t| not)|could(?:n't| not)|unable to|not able to|impossible to|hard to|difficult to|"
    r"not possible to) "
    r"(?:\w+ly |be )?(?:tell|see|watch|view|help|assist|determine|say|know|identify|answer|confirm|judge|establish|"
    r"make out|sure|certain|verify|"
    r"find|pinpoint|provide|observe|locate|give)\b"
    r"|(?:\bnot|n't|\bisn't|\baren't) (?:\w+ly )?(?:visible|shown|clear|sure|certain|enough|sufficient|known|seen|"
    r"determinable|depicted|mentioned|specified|indicated|present(?:ed)?)\b"
    r"|^n/a\b|\bnot (?:applicable|available)\b"
    r"|\b(?:uncertain|unsure|unclear|unknown|unanswerable|indeterminate|undetermined|insufficient)\b"
    r"|\b(?:don't|do not) (?:know|see|have (?:enough|sufficient|any|that) )|\bno (?:idea|way to|information|"
    r"evidence|indication)\b"
    r"|\b(?:does|do|did)(?:n't| not) (?:\w+ly )?(?:show|contain|include|provide|depict|feature|reveal|"
    r"have (?:an?|any|enough|that)|"
    r"say|give|capture|extend|last|reach|run)\b"
)
# Denials: it is known, and there is nothing of the kind.
NOT_THERE = re.compile(
    r"\bnothing\b|\bno (?:such|event|action|activity|movement|visible|other|further|more|one|blue|red|green|"
    r"yellow|white|black|orange|"
    r"purple|car|person|dog|ball|bird|light|man|woman|vehicle|frames?|footage|next|subsequent|\d+-second|"
    r"\w+ (?:car|person|dog|ball|"
    r"bird|man|woman|vehicle|event|action)s?)\b|\bnone\b|\bnever\b"
    r"|\bat no (?:point|time|moment)\b|\bzero times\b|\b0 times\b"
    r"|\b(?:past|beyond|after|longer than|outside) (?:of )?the (?:end|length|duration|video's|range|clip's)\b"
    r"|\b(?:video|clip|recording|footage) (?:has (?:already )?(?:ended|finished)|had ended|ends (?:at|before|"
    r"after)|is over|"
    r"(?:is|lasts|runs)(?: for)? (?:only|just|about|approximately)|only (?:lasts|runs|has|is|goes))\b"
    r"|\b(?:is|are|was|were|does|do|did|has|have)(?:n't| not)\b(?! only)|\babsent\b|\bempty\b"
)
REFUSAL = re.compile(f"(?:{CANNOT_KNOW.pattern})|(?:{NOT_THERE.pattern})")
NOTHING_HAPPENS = re.compile(
    r"\bnothing\b|\bno (?:events?|actions?|activity|movement|motion|further events?|more events?|other events?|"
    r"visible (?:action|activity|event)s?)\b"
    r"|\b(?:video|clip) (?:ends|is over|has ended)\b|\bidle\b|\bthe last (?:event|thing|action)\b|"
    r"\bthe (?:final|first) event\b|\bempty\b"
)
_CONCLUSION = re.compile(
    r"(?:^|\n|\. ?|, )(?:so,? |therefore,? |thus,? |in conclusion,? |hence,? )?(?:(?:the |my )?(?:final |"
    r"correct |short )?answer(?: is)?(?: ?: ?|,? that | )|"
    r"(?:therefore|thus|in conclusion|hence|to summarize|in summary),? )"
)


def cannot_know(text: str) -> str | None:
    """The words by which a plain answer says that nothing can be known; None if it does not."""
    found = CANNOT_KNOW.search(text)
    return found[0] if found else None


def denies(text: str) -> str | None:
    """The words by which a plain answer says that there is no such thing; None if it does not."""
    found = NOT_THERE.search(text) or re.match(r"no\b", text)
    return found[0] if found else None


def nothing_happens(text: str) -> str | None:
    found = NOTHING_HAPPENS.search(text)
    return found[0] if found else None


def yes_or_no(text: str) -> str | None:
    """ "yes" or "no" as a plain answer begins; None if it begins otherwise."""
    found = re.match(r"\W*(yes|yeah|yep|correct|true|right|no|nope|false|incorrect)\b", text)
    if not found:
        return None
    return "yes" if found[1] in ("yes", "yeah", "yep", "correct", "true", "right") else "no"


def conclusion(text: str) -> str:
    """The part of a plain answer that answers: what follows the last "Answer:" or "therefore", else all of it."""
    ends = [m.end() for m in _CONCLUSION.finditer(text)]
    rest = text[ends[-1] :].strip() if ends else ""
    return rest if len(rest) > 2 else text
