"""Judge an answer to a multiple-choice question: the option that it takes, by letter, number or words.

A wrong option fails in the way in which its text would fail as an answer to the open question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from course_lib.clipworld.questions import UNSEEN, Question
from course_lib.temporal import stance
from course_lib.temporal.case import LONGEST_READ
from course_lib.temporal.mentions import Mention, mentions
from course_lib.temporal.naming import Lexicon, lexicon
from course_lib.temporal.plain import count, plain
from course_lib.temporal.times import times
from course_lib.temporal.verdict import Verdict, right, wrong
from course_lib.timeline import Timeline

LETTERS = "ABCDEFGH"
ASK_FOR_LETTER = "Answer with the letter."
ROUNDING = 0.5  # seconds by which a told range may miss that of the option it means
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8}
_JUDGING = r"(?:final |correct |right |best |most likely |most accurate )*"
# "the answer is (B)", "option B", "I would go with B", "\boxed{B}"; what stands between is at most a sign or two
_CONCLUSIVE = (
    rf"(?i:\b{_JUDGING}(?:answer|choice|option|letter)(?: here)?(?: is| would be| must be| should be|:| -)*"
    rf"|\b(?:choose|chose|select|pick|go(?:ing)? with|i'd say)|\bboxed)(?i:[ \n]+(?:option|letter|choice|answer))?"
)
_AFTER_LETTER = r"(?:[)\].:,;]|\s*$|\s*\n|\s+[-–—=]|\s+(?:because|since|as|is|is:|i think|for)\b)"
_DENIED = re.compile(
    r"^[^\w,]{0,3}(?:'[^']*'|\"[^\"]*\"|\([^)]*\))?\s*"
    r"(?:is|are|was|would be|can be|does|do|did|has|seems?|comes?|happens?)?"
    r"(?:n't| not| never| incorrect| wrong| false| ruled out| excluded| impossible)\b",
    re.I,
)


def opened(question: Question) -> Question:
    """The open question that a choice was made of: the same text before its options, the right option its answer."""
    text = question.text.split(" (A) ")[0]
    right_text = question.options[LETTERS.index(question.answer)]
    also = tuple(a for a in question.accepted if a not in (question.answer, right_text))
    return replace(question, text=text, answer=right_text, accepted=(right_text, *also), form="open", options=())


def judge_choice(
    question: Question, answer: str, timeline: Timeline, judge_open: Callable[[Question, str], Verdict]
) -> Verdict:
    """Which option an answer takes, by its letter, its number or its words, and whether that is the right one.

    judge_open: judges an answer to the open question; it says how a wrong option fails, and whether an answer in other
    words is right. Two options at once, or a letter with the words of another option, is `unread`.
    """
    text = _without_prompt(question, unicodedata.normalize("NFKC", answer[:LONGEST_READ]))
    if not re.search(r"\w", text):
        return wrong("skipped", "The answer is empty.")
    options, correct = question.options, LETTERS.index(question.answer)
    named = _listed(text, options) or _letters(text, len(options))
    told = _options_told(text, options, timeline)
    if len(named) > 1:
        return wrong("unread", f"It names {' and '.join(LETTERS[i] for i in named)}.", *(LETTERS[i] for i in named))
    for i in told:
        if named and i != named[0] and _labels(text, LETTERS[named[0]], options[i]):
            return wrong("unread", f"It names {LETTERS[named[0]]} with the words of {LETTERS[i]}.", LETTERS[named[0]])
    if not named and len(told) > 1:
        if question.kind == "order" and not re.search(r"\bor\b", text):  # "A, then B"
            return _in_other_words(question, text, judge_open)
        return wrong("unread", f"It tells {' and '.join(LETTERS[i] for i in told)}.", text[:60])
    if not (picked := named or told):
        return _in_other_words(question, text, judge_open)
    said = f"({LETTERS[picked[0]]}) {options[picked[0]]}"
    if picked[0] == correct:
        return right(f'Right: "{said}".', said)
    return _wrong_pick(question, picked[0], said, judge_open)


def _wrong_pick(question: Question, i: int, said: str, judge_open: Callable[[Question, str], Verdict]) -> Verdict:
    """How a wrong option fails: as its text would."""
    truth = f"({question.answer}) {question.options[LETTERS.index(question.answer)]}"
    verdict = judge_open(opened(question), question.options[i])
    kind = verdict.kind or "shifted"
    if kind == "unread":  # an event where a time was asked for
        kind = "shifted"
    return wrong(kind, f'It takes "{said}"; right is "{truth}".', said, off_by=verdict.off_by)


def _in_other_words(question: Question, text: str, judge_open: Callable[[Question, str], Verdict]) -> Verdict:
    """No letter and the words of no option: judged like an answer to the open question."""
    body = plain(text)
    if opened(question).answer == UNSEEN and stance.cannot_know(body):
        return right(f'Right: "{stance.cannot_know(body)}".', body[:60])
    return judge_open(opened(question), text)


def _without_prompt(question: Question, text: str) -> str:
    """The answer without the thought before it, and without the prompt where that is given back first."""
    text = re.sub(r"(?is)<think(?:ing)?>.*?(?:</think(?:ing)?>|$)", " ", text)
    asked = re.search(r"(?i)answer with the letter\.?", text)
    before = len(plain(text[: asked.start()])) if asked else 0
    return text[asked.end() :] if asked and (before == 0 or before > 20) else text


def _letters(text: str, n: int) -> list[int]:
    """The options that an answer takes by letter or number. The last conclusion counts ("… so the answer is B"), then
    the letter that it begins with, then whatever letters are named and not ruled out."""
    text = re.sub(r"[*_`#>|~\"“”$\\]+", "", text).strip()
    one = rf"[{LETTERS[:n]}{LETTERS[:n].lower()}]"
    big = rf"[{LETTERS[:n]}]"
    bare = re.fullmatch(rf"\W*({one})\W*", text)
    if bare:
        return [LETTERS.index(bare[1].upper())]
    for pattern in (
        rf"{_CONCLUSIVE}[\s({{\[:'-]*(?:({big})|({one})(?=[)\]}}.:]|\W*(?:$|\n)))(?![\w'])",
        rf"(?i:\b(?:option|answer|choice)) ?#?(?:({big})|([1-{n}]))\b",
        rf"(?i:\b(?:so|therefore|thus|hence),? (?:it(?:'s| is| must be) )?)\(?({big})\)?(?=\W*$|[.,;:)])()",
        rf"\b({big})\)?(?: [^.\n]{{0,60}})? (?:is|seems|must be|would be) (?:the )?{_JUDGING}"
        rf"(?:correct|right|answer|option|choice)\b()",
    ):
        if found := [m for m in re.finditer(pattern, text) if not _DENIED.match(text[m.end() :])]:
            return _with_others(found[-1], text, big)
    joined = rf"(?=\)?\s*(?:/|&|\bor\b|\band\b)\s*(?:option )?\(?{big}(?!\w))"
    if m := re.match(rf"\W*(?:({one})(?={_AFTER_LETTER})|\(({one})\)|((?!A){big})(?=\s)|({big}){joined})", text):
        if not _DENIED.match(text[m.end() :]):
            return _with_others(m, text, big)
    if m := re.search(rf"(?i)\bthe (?:({'|'.join(_NTH)}) (?:option|choice|answer)|last (?:option|choice))\b", text):
        i = _NTH[m[1].lower()] - 1 if m[1] else n - 1
        return [i] if i < n else []
    alone = rf"(?<=[a-z,] )(A)(?:(?=\W*$|[,.;:)])|{joined})"  # else an article
    free = list(re.finditer(rf"\(({one})\)|(?<![\w'])((?!A){big})(?![\w'])|{alone}", text))
    kept = [m for m in free if not _DENIED.match(text[m.end() :]) and not _ruled_out(text[: m.start()])]
    return list(dict.fromkeys(_index(m) for m in kept))


def _ruled_out(before: str) -> bool:
    """Whether a letter stands behind a no: "not A", "neither A nor C", "rules out B and D"."""
    no = r"\b(?:not|nor|neither|isn't|cannot be|rather than|instead of|ruled? out|rules out|eliminate)"
    return bool(re.search(rf"(?i){no}(?: option)?\s*\(?(?:[{LETTERS}]\)?,?\s*(?:or|and|nor|,)?\s*\(?)*$", before))


def _listed(text: str, options: tuple[str, ...]) -> list[int]:
    """The options, where an answer is nothing but a list of two or more: the prompt's own, or "A) … or B) …"."""
    rest, found = plain(text), []
    for i, option in enumerate(options):
        less = re.sub(rf"(?<!\w){LETTERS[i].lower()}\W{{0,4}}{re.escape(plain(option))}(?!\w)", " ", rest)
        found += [i] if less != rest else []
        rest = less
    return found if len(found) > 1 and not re.sub(r"\b(?:or|and|either|both|it is|it's)\b|\W", "", rest) else []


def _index(m: re.Match[str]) -> int:
    letter = next(g for g in m.groups() if g)
    return int(letter) - 1 if letter.isdigit() else LETTERS.index(letter.upper())


def _with_others(m: re.Match[str], text: str, big: str) -> list[int]:
    """The letter and those that are named beside it: "A or B", "B and C", "A/B"."""
    found = [_index(m)]
    beside = re.compile(rf"\)?\s*(?:,|/|&|\bor\b|\band\b)+\s*(?:or |and )?(?:option )?\(?({big})(?![\w'])")
    at = m.end()
    while other := beside.match(text, at):
        found.append(LETTERS.index(other[1]))
        at = other.end()
    return list(dict.fromkeys(found))


def _labels(text: str, letter: str, option: str) -> bool:
    """Whether the letter stands right before the option's words: "B) the dog runs"."""
    return bool(re.search(rf"(?<!\w){letter.lower()}\W{{0,4}}{re.escape(plain(option))}", plain(text)))


def _options_told(text: str, options: tuple[str, ...], timeline: Timeline) -> list[int]:
    """The options whose words an answer says; those that it means in other words if it says none."""
    body = stance.conclusion(plain(text))
    if than := re.search(r"\bthan\b", body):  # "A takes longer than B" tells A, "A is shorter than B" tells B
        less = re.search(r"\b(?:less|shorter|briefer|quicker|faster|later)\b", body[: than.start()])
        body = body[than.end() :] if less else body[: than.start()]
    said: list[tuple[int, int, int]] = []
    for i, option in enumerate(options):
        said += [(m.start(), m.end(), i) for m in re.finditer(rf"(?<!\w){re.escape(plain(option))}(?!\w)", body)]
    longest = [a for a in said if not any(b[0] <= a[0] and a[1] <= b[1] and b[2] != a[2] and b != a for b in said)]
    if longest and not re.search(r"\bnot?\b|n't\b|\bnever\b", body[: longest[0][0]][-40:]):
        return list(dict.fromkeys(i for _, _, i in longest))
    words = lexicon(timeline)
    told = [m for m in mentions(body, words, timeline.duration) if m.told]
    return [i for i, option in enumerate(options) if _means(option, body, told, words)]


def _means(option: str, body: str, told: list[Mention], words: Lexicon) -> bool:
    """Whether an answer means an option without its very words."""
    text = plain(option)
    if option == UNSEEN:
        return not told and bool(stance.cannot_know(body))
    if stance.nothing_happens(text):
        return not told and bool(stance.nothing_happens(body))
    if text.isdigit():
        return count(body) == int(text)
    if spans := times(text):
        own = times(body)
        return bool(own) and abs(own[0].start - spans[0].start) + abs(own[0].end - spans[0].end) <= 2 * ROUNDING
    wanted = mentions(text, words)
    return bool(wanted) and len(told) == len(wanted) and all(_same(a, b) for a, b in zip(told, wanted, strict=True))


def _same(answer: Mention, option: Mention) -> bool:
    if answer.action != option.action:
        return False
    return answer.name is None or option.name is None or answer.name.fits(option.name) is not None
