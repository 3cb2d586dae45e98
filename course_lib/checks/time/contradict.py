"""6.contradict: a model's answers held against each other."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from course_lib.checks.answer import Answer, Raised
from course_lib.checks.check import Judged, Mistake
from course_lib.checks.compare import difference
from course_lib.checks.time.minds import NOTHING, Mind, minds, parsed, plain
from course_lib.checks.values import shown

EACH = 4  # questions for each event: two there, two back
OTHER = {"after": "before", "before": "after"}
Quotes = list[list[str]]  # [[question, answer], [question, answer]]


def contradictions(mind: Mind) -> list[Quotes]:
    found = []
    for start in mind.told:
        for there, back in OTHER.items():
            first = f"What happens right {there} {start}?"
            named = mind.ask(first)
            if plain(named) == NOTHING:
                continue
            second = f"What happens right {back} {plain(named)}?"
            returned = mind.ask(second)
            if plain(returned) != start:
                found.append([[first, named], [second, returned]])
    return found


def _key(quotes: Quotes) -> frozenset:
    """What was asked, however the questions were put and whichever comes first."""
    return frozenset(parsed(question) for question, _ in quotes)


def _told(quotes: Quotes) -> str:
    return "\n".join(f"{question}  {answer}" for question, answer in quotes)


def _judged(answer: Answer, rng: Random, wrong: Any) -> None:
    tried = []  # (model, their contradictions, the right ones)
    for make in minds(rng):
        mind = make()
        mind.budget = EACH * len(mind.told)
        yours = _asked(answer, mind, wrong)
        tried.append((mind, yours, contradictions(make())))
    never = not any(yours for _, yours, _ in tried)
    for mind, yours, expected in tried:
        right, found = {_key(quotes): quotes for quotes in expected}, set[frozenset]()
        said = {parsed(question): words for question, words in mind.log}
        for quotes in yours:
            _true_quotes(quotes, said, wrong)
            found.add(_key(quotes))
            if _key(quotes) not in right:
                _unfounded(quotes, mind, wrong)
        if missing := [right[key] for key in right if key not in found]:
            raise wrong(_missed(missing, yours, never), model=mind.name,
                        call=f"FUNCTION(ask, {shown(mind.told, 400)}), where ask is {mind.name}",
                        yours=f"{len(yours)} contradictions", expected=f"{len(expected)}, among them:\n"
                        + _told(missing[0]))  # fmt: skip
        if (different := len(found)) < len(yours):
            raise wrong("told twice", yours=f"{len(yours)} contradictions, {different} of them different")


def _asked(answer: Answer, mind: Mind, wrong: Any) -> list[Quotes]:
    call = f"FUNCTION(ask, {shown(mind.told, 400)}), where ask is {mind.name}"
    try:
        yours = answer(mind.ask, list(mind.told))
    except Raised as problem:
        if mind.overspent:
            raise wrong("over the budget", call=call, budget=str(mind.budget), events=str(len(mind.told))) from problem
        if problem.kind == "Stopped":
            raise wrong("another question", call=call, yours=problem.message) from problem
        if problem.kind == "KeyError" or (problem.kind == "ValueError" and "in list" in problem.message):
            raise wrong("looked up in the list", call=call, yours=problem.shown) from problem
        raise
    if mind.overspent:
        raise wrong("over the budget", call=call, budget=str(mind.budget), events=str(len(mind.told)))
    found = difference(yours, [], where="") or ("", "")
    if found[0] == "type":
        raise wrong("not a list of quotes", call=call, yours=yours, why=found[1])
    for i, quotes in enumerate(yours):
        if not (isinstance(quotes, list) and len(quotes) == 2 and all(_is_quote(quote) for quote in quotes)):
            raise wrong("not a list of quotes", call=call, yours=yours, why=f"Your element [{i}] is {shown(quotes)}.")
    return yours


def _is_quote(quote: Any) -> bool:
    return isinstance(quote, list) and len(quote) == 2 and all(isinstance(words, str) for words in quote)


def _true_quotes(quotes: Quotes, said: Mapping[Any, str], wrong: Any) -> None:
    """said: what the model answered to each question that it was asked."""
    for question, words in quotes:
        if (asked := parsed(question)) is None or asked not in said:
            raise wrong("never asked", yours=f"{question}  {words}", quote=question)
        if said[asked] != words:
            raise wrong("not its own words", yours=words, expected=said[asked])


def _unfounded(quotes: Quotes, mind: Mind, wrong: Any) -> None:
    """Say why this is no contradiction. (One that begins at an event that was not given is one all the same.)"""
    first, named, second, returned = (*_flat(quotes[0]), *_flat(quotes[1]))
    facts = {"yours": _told(quotes), "model": mind.name, "start": first[1], "named": named, "returned": quotes[1][1]}
    if named == NOTHING or second[1] == NOTHING:
        raise wrong("the end flagged", **facts)
    if (odd := next((asked[1] for asked in (first, second) if asked[1] not in mind.known), None)) is not None:
        raise wrong("a mangled event", **facts, odd=odd)
    if second[1] != named:
        raise wrong("held against something else", **facts)
    if second[0] == first[0]:
        raise wrong("asked on not back", **facts)
    if returned == first[1] and quotes[1][1] != first[1]:
        raise wrong("other words flagged", **facts)
    if returned == first[1]:
        raise wrong("always flagged", **facts)


def _flat(quote: list[str]) -> tuple[tuple[str, str], str]:
    return parsed(quote[0]) or ("", ""), plain(quote[1])


def _missed(missing: list[Quotes], yours: list[Quotes], never: bool) -> str:
    if never:
        return "never a contradiction"
    if all(plain(quotes[1][1]) == NOTHING for quotes in missing):
        return "nothing as the way back"
    ways = {_flat(quotes[0])[0][0] for quotes in missing}
    if len(ways) == 1 and not any(_flat(quotes[0])[0][0] in ways for quotes in yours):
        return "one way only"
    return "one missed"


CONTRADICT = Judged(
    _judged,
    [
        Mistake(
            "not a list of quotes",
            "Return a list with two quotes for each contradiction, [[question, answer], [question, answer]]: who reads "
            "it wants to see what was said, not only that there is something. {why}",
        ),
        Mistake(
            "over the budget",
            "You asked more than the {budget} questions that there are for {events} events. Each event needs four: "
            "one there and one back, both ways. Nobody has to ask about every two events.",
        ),
        Mistake(
            "another question",
            "The model was asked something that it does not understand: {yours} Ask about one event, in the two "
            "wordings of the task.",
        ),
        Mistake(
            "looked up in the list",
            "Your function looks the model's answer up in `events`, and it is not there. The model may name an event "
            "that it did not tell before, in other words, or nothing. Ask back about whatever it names. ({yours})",
        ),
        Mistake(
            "never asked",
            "A quote has to be something that was said, and this was never asked: {quote}",
        ),
        Mistake(
            "not its own words",
            "The answer is quoted in other words than the model's. Compare the plain forms, and quote what it said: "
            "it is your evidence.",
        ),
        Mistake(
            "the end flagged",
            "`Nothing happens` is no event to ask back about: after the last event nothing comes, and that contradicts "
            "nothing. Go on with the next question.",
        ),
        Mistake(
            "a mangled event",
            "You asked about {odd}, which nobody has named: the event lost or changed words on its way into the "
            "question. Only the article in front becomes the; what comes behind it stays (`replace` changes every "
            "place of a text).",
        ),
        Mistake(
            "held against something else",
            "The second question has to be about what the first answer named, {named}. You hold the answer against "
            "another event (the next one of the list?). The list is in no order, and it is not the truth: only what "
            "the model says itself can contradict it.",
        ),
        Mistake(
            "asked on not back",
            "Both questions look the same way. After {start} comes {named}; what must return is before {named}. "
            "Asking on only walks through the story.",
        ),
        Mistake(
            "other words flagged",
            'The answer returns to the event where it began, {start}, in other words: "{returned}". Put both into the '
            "same form before you compare: lower case, no final period, no article in front.",
        ),
        Mistake(
            "always flagged",
            "The model returns to where it began, {start}, and you flag it all the same. Was it wrong about the clip, "
            "or against your list? Without a label you cannot know: a consistent mistake contradicts nothing.",
        ),
        Mistake(
            "never a contradiction",
            "You find none in any model, and this is {model}. One is shown below.",
        ),
        Mistake(
            "nothing as the way back",
            "It named an event, and asked back about it says that nothing happens there. That is a contradiction too: "
            "only as the first answer does it leave nothing to ask.",
        ),
        Mistake(
            "one way only",
            "You begin in one direction only. This is {model}, and there is something that only the other direction "
            "shows: from each event ask after and then before, and also before and then after.",
        ),
        Mistake(
            "one missed",
            "You missed a contradiction of {model}. After each first answer compare what comes back with the event "
            "where you began, for every event and both ways.",
        ),
        Mistake(
            "told twice",
            "The same two answers are in your list more than once ({yours}). Each contradiction once, or their number "
            "says nothing.",
        ),
    ],
)
