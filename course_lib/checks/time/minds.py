"""Models whose mind is known: what they say comes right after and right before each event, and in which words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from course_lib.checks.answer import Stopped
from course_lib.checks.time.draw import Event, absent, all_once, story

NOTHING = "nothing happens"
LONGEST = 500  # characters of a question: each is kept, and read again for each quote of it
ASKED = re.compile(r"what happens right (after|before) (.+)", re.I)


def plain(words: str) -> str:
    """The event that words name, however they are put."""
    return re.sub(r"^(?:an?|the) ", "the ", " ".join(words.lower().strip(" .?!").split()))


def parsed(question: str) -> tuple[str, str] | None:
    """("after" | "before", event), or None for another question."""
    found = ASKED.fullmatch(" ".join(question.split()))
    return (found[1].lower(), plain(found[2])) if found else None


@dataclass
class Mind:
    """says[("after", event)]: the event that it names; nothing happens where there is none. name: for a message.
    other_words: it does not always put an event in the same words. told: the events that it told by itself."""

    name: str
    says: dict[tuple[str, str], str]
    told: list[str]
    other_words: bool = False
    salt: int = 0
    budget: int = 10**9
    log: list[tuple[str, str]] = field(default_factory=list)
    overspent: bool = False

    def ask(self, question: str) -> str:
        if len(self.log) >= self.budget:
            self.overspent = True
            raise Stopped(f"That would be question {self.budget + 1}; you have {self.budget}.")
        asked = parsed(question) if isinstance(question, str) and len(question) <= LONGEST else None
        if asked is None:
            raise Stopped(
                f'"{str(question)[:LONGEST]}" is not understood. Ask "What happens right after {self.told[0]}?"'
            )
        named = self.says.get(asked, NOTHING)
        answer = self._worded(named, Random(f"{self.salt}/{asked}")) if self.other_words else named
        self.log.append((question, answer))
        return answer

    @property
    def known(self) -> set[str]:
        """The events that it could have named, or told."""
        return {*self.told, *self.says.values(), *(event for _, event in self.says)}

    def _worded(self, event: str, rng: Random) -> str:
        bare = event.removeprefix("the ")
        if event != NOTHING:
            bare = f"{'an' if _vowel(bare) else rng.choice(['the', 'a'])} {bare}"
        capital = rng.random() < 0.5
        return f"{bare[0].upper()}{bare[1:]}{rng.choice(['', '.'])}" if capital else bare


def _vowel(words: str) -> bool:
    return words.removeprefix("the ")[0] in "aeiou"


def _all_once_and_an(events: list[Event]) -> bool:
    """Also: of one of them *an* is said, which somebody who knows *a* and *the* alone does not take off."""
    return all_once(events) and any(_vowel(e["what"]) for e in events)


def believing(events: list[str]) -> dict[tuple[str, str], str]:
    """What somebody says who has this order in mind."""
    said: dict[tuple[str, str], str] = {}
    for a, b in pairwise(events):
        said |= {("after", a): b, ("before", b): a}
    return said


def minds(rng: Random) -> list[Callable[[], Mind]]:
    """Makers of models, the plainest first; each makes the same one every time."""
    events = [e["what"] for e in story(rng, fewest=5, fits=_all_once_and_an)]
    small = [e["what"] for e in story(rng, most=4, fits=all_once)][:3]
    true, salt, n = believing(events), rng.randrange(10**9), len(events)
    told, few = rng.sample(events, n), rng.sample(small, 3)
    while few == small:
        rng.shuffle(few)
    while told == events:
        rng.shuffle(told)
    wrong = rng.sample(events, n)
    pick = Random(salt)
    blind = {(way, e): pick.choice([x for x in events if x != e]) for way in ("after", "before") for e in events}
    never, i = absent(rng, [{"what": e} for e in events]), rng.randrange(1, n - 1)
    late, early = rng.choice(events[2:]), rng.choice(events[:-2])

    def mind(name: str, says: dict, told: list[str] = told, other_words: bool = False) -> Callable[[], Mind]:
        return lambda: Mind(name, says, list(told), other_words, salt)

    return [
        mind("a model that knows the clip", believing(small), few),
        mind("a model that has another order in mind", believing(wrong)),
        mind("a model that sees the clip backwards", believing(events[::-1])),
        mind("a model that knows the clip, in other words each time", true, other_words=True),
        mind("a model that knows more than it told", true, told[: n - 2], True),
        mind("a model that takes before for after", true | {("before", a): b for a, b in pairwise(events)}),
        mind(
            "a model that always says the same", {(w, e): never for w in ("after", "before") for e in (*events, never)}
        ),
        mind("a model that says something comes before the first event", true | {("before", events[0]): late}),
        mind("a model that says something comes after the last event", true | {("after", events[-1]): early}),
        mind("a model that sees nothing before an event", true | {("before", events[i]): NOTHING}, other_words=True),
        mind("a model without any order", blind, other_words=True),
    ]
