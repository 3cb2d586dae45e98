"""Mentions: every event that a text names, what it says of it (told, denied, or only "after the …") and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from course_lib.temporal.naming import Lexicon, Name
from course_lib.temporal.stance import REFUSAL
from course_lib.temporal.times import Span, times
from course_lib.timeline import Event

_SENTENCE = re.compile(r"[^.!?;\n]+(?:\.(?=\d)[^.!?;\n]+)*")
_PRONOUN = re.compile(r"\b(?:it|he|she|they|this car|that car)\b")
_AUX = re.compile(
    r"[ ,]*(?:(?:is|are|was|were|be|been|being|has|have|had|will|can|could|may|might|does|do|did|then|seen|"
    r"first|next|"
    r"appears?|appeared|seems?|to|starts?|started|begins?|began|starting|beginning|starting to|continues?|"
    r"proceeds?|also|"
    r"now|who|that|which|not|never|doesn't|didn't|isn't|wasn't|\w+ly)[ ,]*)*"
)
_OBJECT_OF = re.compile(
    r"\b(?:at|near|past|behind|beside|by|towards?|around|from|for|in front of|next to|on|under|of|to)(?: the| a|"
    r" an)? ?$"
)
_CONTEXT = re.compile(
    r"\b(after|before|when|once|following|prior to|until|as soon as|since|by the time)"
    r"(?: (?:the (?:moment|time|event)(?: that| when| of| where)?|the|an?|its|their))* ?$"
)
_JOINT = re.compile(
    r"(?:[ ,]*\b(?:and|while|as|with|at the same time|meanwhile|simultaneously)\b[ ,]*)+(?:the |a |an )?"
)
_THEN = re.compile(r"\b(?:then|next|followed|after(?:wards?)?|later|finally|subsequently|second(?:ly)?|before)\b")
_RESTART = re.compile(
    r"\b(?:but|however|instead|rather|although|though|it (?:appears|looks|seems)|"
    r"(?:best )?guess)\b"
)
_TAIL_DENIAL = re.compile(r"^[ ,]*(?:(?:is|was|does|did|has|can)(?:n't| not)|never|cannot|can't)\b")


@dataclass(frozen=True)
class Mention:
    """One naming of an event. name: who (None if unsaid); action: what, as the lexicon names it; said: the words.

    relation: "after", "before", "when", … if the text only refers to it ("after the car turned right, …"), else None.
    denied: the text says that it does not happen or cannot be seen. joint: told as at once with the one before.
    when: the time told for it, if any. place: character offsets in the plain text.
    """

    name: Name | None
    action: str
    said: str
    place: tuple[int, int]
    relation: str | None = None
    denied: bool = False
    joint: bool = False
    when: Span | None = None

    @property
    def told(self) -> bool:
        return self.relation is None and not self.denied

    def means(self, words: Lexicon, events: tuple[Event, ...] | list[Event]) -> list[Event]:
        return words.resolve(self.name, self.action, events)


@lru_cache(maxsize=4096)  # one question is judged for many answers
def mentions(text: str, words: Lexicon, duration: float | None = None) -> tuple[Mention, ...]:
    """Every event that the plain text names, in the order of the text."""
    found: list[Mention] = []
    last: Name | None = None
    carried: Span | None = None  # a time that stands on a line of its own, above its event
    for sentence in _SENTENCE.finditer(text):
        offset, body = sentence.start(), sentence[0]
        here, last = _in_sentence(body, words, last, offset)
        spans = times(body, duration)
        found += _timed(here, spans, offset, carried)
        if here:
            carried = None
        elif len(spans) == 1 and len(body.split()) <= 8:
            carried = spans[0]
    return tuple(found)


def _in_sentence(body: str, words: Lexicon, last: Name | None, offset: int) -> tuple[list[Mention], Name | None]:
    subjects = words.subjects(body)
    pronouns = [(m.start(), m.end(), None) for m in _PRONOUN.finditer(body)]
    deeds = words.deeds(body)
    # "the light" inside "turns right at the light" is a place, "red" inside "turns red" no colour of a car
    subjects = [s for s in subjects if not any(d[0] < s[1] and s[0] < d[1] for d in deeds)]
    found: list[Mention] = []
    end_of_last = 0
    for start, end, action in deeds:
        who = _who(body, subjects, pronouns, start, end_of_last)
        if not who and not found and (following := [s for s in subjects if s[0] >= end]):
            who = (
                [following[0]]
                if re.fullmatch(r"[ ,]*(?:(?:by|of|from) )?(?:the |a |an )?", body[end : following[0][0]])
                else []
            )
        names: list[Name | None] = []
        begins = start
        for s, _, name in who:
            begins = min(begins, s)
            if name is None:
                name = last
            names.append(name)
        if not names:
            names = [found[-1].name if found else last]
        gap = body[end_of_last:begins]
        between = body[end_of_last:start]
        context = _CONTEXT.search(gap)
        clause = body[:begins]
        if restart := list(_RESTART.finditer(clause)):
            clause = clause[restart[-1].end() :]
        denied = bool(
            REFUSAL.search(clause) or re.search(r"\b(?:not|never|no|without|neither|nor)\b|n't\b", body[begins:start])
        )
        denied = (
            denied
            or bool(re.search(r"\b(?:no|without|not|never)(?: \w+)?$", clause.rstrip()))
            or bool(_TAIL_DENIAL.match(body[end:]))
        )
        joint = (
            bool(found) and bool(_JOINT.search(gap if who else between)) and not _THEN.search(between) and not context
        )
        for i, name in enumerate(names):
            if words.possible(action, name):
                place = (offset + begins, offset + end)
                relation = context[1] if context else None
                found.append(Mention(name, action, body[begins:end].strip(), place, relation, denied, joint or i > 0))
        if names[-1] is not None:
            last = names[-1]
        end_of_last = end
    if subjects and not deeds:
        last = subjects[0][2]
    return found, last


def _who(
    body: str, subjects: list[tuple[int, int, Name]], pronouns: list[tuple[int, int, None]], start: int, after: int
) -> list[tuple[int, int, Name | None]]:
    """The subjects of the action that begins at `start`: those since the last action, nearest first by grammar."""
    nearby: list[tuple[int, int, Name | None]] = sorted(
        [s for s in [*subjects, *pronouns] if after <= s[0] and s[1] <= start]
    )
    if not nearby:
        return []
    at_verb = bool(_AUX.fullmatch(body[nearby[-1][1] : start]))
    if at_verb:
        group = [nearby[-1]]
        for before in reversed(nearby[:-1]):  # "the red car and the white bird stop": both
            if re.fullmatch(r",? and (?:the |a |an )?|, (?:the |a )?", body[before[1] : group[0][0]]):
                group.insert(0, before)
            else:
                break
        return group
    free = [s for s in nearby if not _OBJECT_OF.search(body[: s[0]])]
    return [free[-1]] if free else []


def _timed(here: list[Mention], spans: list[Span], offset: int, carried: Span | None) -> list[Mention]:
    """Give each mention of a sentence its time: the times stand either all before their events or all behind."""
    if not spans:
        return [_at(m, carried) for m in here]
    marks = [(s.place[0] + offset, s) for s in spans]
    leading = bool(here) and marks[0][0] < here[0].place[1]
    out = []
    for m in here:
        before = [s for p, s in marks if p < m.place[1]]
        after = [s for p, s in marks if p >= m.place[1]]
        own = (before[-1:] or after[:1]) if leading else (after[:1] or before[-1:])
        out.append(_at(m, own[0] if own else None))
    return out


def _at(mention: Mention, span: Span | None) -> Mention:
    return Mention(**{**mention.__dict__, "when": span})
