"""Vote: the same question in several phrasings, and the answer that most of them get."""

from __future__ import annotations

from collections.abc import Sequence

from course_lib.temporal.asker import Answered, Asker, Look
from course_lib.temporal.asking import put
from course_lib.temporal.footage import Footage
from course_lib.temporal.mitigate.layer import Mitigated
from course_lib.temporal.mitigate.meaning import agree, meaning
from course_lib.temporal.mitigate.reading import TEMPLATES, Asked, parse
from course_lib.temporal.plain import plain

PHRASINGS = 3


def vote(below: Asker, phrasings: int = PHRASINGS) -> Mitigated:
    """Each question in `phrasings` phrasings, all in one call; answers are counted by what they mean, not by string.

    Ties go to the higher confidence, then to the phrasing that was asked. The winner's confidence is the mean over the
    phrasings of what each gives to it: the probability of the answer when the phrasing is drawn by lot. A question in
    nobody's phrasing is asked once. Source: self-consistency (Wang et al., 2023), over phrasings instead of samples.
    """

    def way(below: Asker, footage: Footage, questions: Sequence[str], look: Look) -> list[Answered]:
        read = [parse(q) for q in questions]
        ballots = [[q] if asked is None else ways(q, asked, phrasings) for q, asked in zip(questions, read)]
        answers = iter(below(footage, [q for ballot in ballots for q in ballot], look))
        given = [[next(answers) for _ in ballot] for ballot in ballots]
        return [
            votes[0] if asked is None else winner(ballot, asked, votes, footage.duration)
            for ballot, asked, votes in zip(ballots, read, given)
        ]

    return Mitigated("vote", below, way)


def ways(question: str, asked: Asked, number: int) -> list[str]:
    """The question itself and up to number - 1 other phrasings of it. Those that end in their key are left out: only a
    model that was trained on them takes them for questions."""
    out = [question]
    for template in TEMPLATES[asked.kind] if asked.kind not in ("summary", "frames") else ():
        fits = ("{t}" not in template or asked.t is not None) and ("{a_" not in template or asked.a is not None)
        narrower = "{a_kind}" in template or ("{clock}" in template and asked.t != int(asked.t or 0))
        if not fits or narrower or template.endswith(":"):
            continue
        other = put(template, asked.a, asked.b, asked.t)
        if len(out) < number and plain(other) not in {plain(q) for q in out}:
            out.append(other)
    return out


def winner(ballot: Sequence[str], asked: Asked, votes: Sequence[Answered], duration: float) -> Answered:
    """The answer that most of the votes mean."""
    meant = [meaning(q, asked, vote.answer, duration) for q, vote in zip(ballot, votes)]
    for_it = [[v for m, v in zip(meant, votes) if agree(m, own)] for own in meant]
    sure = [sum(v.confidence or 0.0 for v in supporters) for supporters in for_it]
    i = max(range(len(votes)), key=lambda i: (len(for_it[i]), sure[i], -i))
    known = all(v.confidence is not None for v in votes)
    return Answered(votes[i].answer, sure[i] / len(votes) if known else None)
