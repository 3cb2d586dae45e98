"""Judge an answer to a yes-no question, short or hedged, and say how a wrong one fails."""

from __future__ import annotations

import re

from course_lib.temporal import stance
from course_lib.temporal.case import Case
from course_lib.temporal.judge_event import answering
from course_lib.temporal.mentions import Mention, mentions
from course_lib.temporal.plain import count, plain
from course_lib.temporal.times import times
from course_lib.temporal.verdict import Verdict, right, wrong

_SURELY = r"(?:absolutely|certainly|definitely|exactly|likely|surely|sure|of course|indeed|probably)"
_IT = r"(?:it|he|she|they|that|this)"
_CLAIM = r"(?:the |this |that )?(?:statement|claim|description|assertion|premise)"
_NO = re.compile(
    rf"{_CLAIM} (?:is|would be) (?:false|wrong|incorrect|untrue|not)\b|"
    rf"not (?!sure|certain|clear|enough|possible|visible|shown|known|only)|{_SURELY},? not\b|(?:i )?(?:don't|do not) "
    rf"(?:think|believe) (?:so|that|it)\b|there(?:'s| is| are| was| were) (?:no|not)\b"
    rf"|{_IT} (?:does|did|do)(?:n't| not)\b"
    rf"|{_IT}(?:'s| is| was| are| has)(?:n't| not) (?:the case|true|correct|right|so|what)\b|{_IT} (?:isn't|wasn't)\W*$"
    rf"|{_IT}(?:'s| is) (?:false|wrong|incorrect|untrue)\b|(?:never|incorrect|false|untrue|nope|negative|unlikely)\b"
)
_YES = re.compile(
    rf"{_CLAIM} (?:is|would be) (?:true|right|correct|accurate)\b|"
    rf"{_SURELY}\b(?! not)|affirmative\b|(?:i )?(?:think|believe) so\b"
    rf"|{_IT}(?:'s| is) (?:right|correct|true|the case)\b"
    rf"|{_IT} (?:does|did|is|was|has|do|are)\W*(?:$|[.,;!\n])"
)


def yes_or_no(text: str) -> str | None:
    """What a plain answer says to a yes-no question, hedged or not; None for neither or both."""
    body = re.sub(r"^\W*(?:most likely|probably|i (?:think|believe|would say))\W+(?=(?:yes|no)\b)", "", text)
    body = re.sub(r"^\W*(?:well|hmm|sure|okay|ok|based on [^,]*|in the (?:video|clip)|looking at [^,]*)\W+", "", body)
    if re.search(r"\byes\W+(?:and|or)\W+no\b|\bno\W+(?:and|or)\W+yes\b|\byes/no\b", body):
        return None
    if concluded := re.findall(r"\banswer(?: is| would be|:)*\W*(yes|no)\b", body):
        return str(concluded[-1])
    begins = re.match(r"\W*(?:yes|no)\b\W*(?:[.,;:!]|$)", body)
    if not begins and stance.cannot_know(re.split(r"[.!;\n]", body)[0]):
        return None
    if re.match(r"no (?:idea|information|evidence|way|answer)\b|not (?:sure|certain|clear|enough|possible)\b", body):
        return None
    if _NO.match(body):
        return "no"
    if _YES.match(body):
        return "yes"
    if not re.match(r"right (?:after|before|when|at|then|there)\b", body) and (said := stance.yes_or_no(body)):
        return said
    late = re.findall(r"(?:\b(?:so|thus|therefore|hence)\b|[,.:;]|\n)\W*(yes|no)(?=\W*(?:$|[.,;!\n]))", body)
    return str(late[-1]) if late and len(set(late)) == 1 else None


def judge_yes_no(case: Case) -> Verdict:
    """A yes or a no, said or told in a sentence that repeats what was asked or denies it."""
    expected = case.question.answer
    said = yes_or_no(case.text) or _by_sentence(case)
    if said is None and case.question.kind == "unanswerable" and expected == "no":  # "no dog can be seen"
        said = "no" if stance.cannot_know(case.text) or stance.denies(case.text) else None
    if said is None:
        if found := stance.cannot_know(case.text):
            return wrong("false_abstain", f'It refuses ("{found}"); right is "{expected}".', found)
        return wrong("unread", f'"{case.text[:60]}" says neither yes nor no; right is "{expected}".', case.text[:60])
    if said == expected:
        return right(f'Right: "{said}".', said)
    return wrong(
        _false_yes(case) if said == "yes" else _false_no(case), f'It says "{said}"; right is "{expected}".', said
    )


def _by_sentence(case: Case) -> str | None:
    """ "yes" where the answer repeats what was asked, "no" where it denies it; None where it does neither."""
    asked = mentions(plain(case.question.text), case.words)
    claim = asked[0] if asked else None
    if "?" in case.text:  # the question given back
        return None
    if case.question.kind == "order" and len(asked) > 1 and len(case.heard) > 1 and case.told:
        first, denied = answering(case)[0], any(m.denied for m in case.heard)
        for m, said in zip(asked, ("yes", "no")):
            if not denied and first.action == m.action and _fit(first, m):
                return said
    heard = [m for m in case.heard if claim and m.action == claim.action and _fit(m, claim)]
    if not heard:
        return None
    if heard[0].denied and not stance.cannot_know(case.text):
        return "no"
    told, question = ({(m.action, m.relation) for m in found} for found in (case.heard, asked))
    clock = [(s.start, s.end) for s in times(case.text)] == [(s.start, s.end) for s in times(plain(case.question.text))]
    return "yes" if told == question and clock and heard[0].told else None


def _fit(a: Mention, b: Mention) -> bool:
    return a.name is None or b.name is None or a.name.fits(b.name) is not None


def _false_no(case: Case) -> str:
    """A no to what is so: swapped for an order, else it denies what the clip shows."""
    return "order" if case.question.kind == "order" else "skipped"


def _false_yes(case: Case) -> str:
    """A yes to what is not so fails by what was asked: an event that is nowhere, elsewhere, or on the other side."""
    kind, text = case.question.kind, plain(case.question.text)
    if kind == "unanswerable":
        return "false_confident"
    if kind == "order":
        return "order"
    asked = mentions(text, case.words)
    claimed = case.true(asked[0]) if asked else []
    if kind == "count":
        events = len(claimed) if asked else len(case.timeline)
        return "invented" if (count(text) or 0) > events else "skipped"
    if asked and not claimed:
        return "invented"
    if not asked:  # "does anything happen …": nothing does
        return "invented"
    if kind in ("after", "before") and len(asked) > 1 and (pivot := case.true(asked[1])):
        early = all(e.start < pivot[0].start for e in claimed)
        return "order" if early == (kind == "after") else "skipped"
    return "shifted"
