"""6.match: told events paired with true ones."""

from __future__ import annotations

from course_lib.checks.check import Mistake, Values
from course_lib.checks.time.match_cases import cases
from course_lib.checks.time.pairing import again, by_fit, changed, common, greedy, iou, late, length, match_events
from course_lib.checks.time.varied import Varied

VALUES = Values(
    cases,
    match_events,
    tolerance=1e-6,  # F1 rounded to two places is off by up to 5e-3, and is turned away
    mistakes=[
        Mistake(
            "text ignored",
            "Yours pairs events that have only their time in common. The dog that runs is not the ball that rolls at "
            "the same second: `what` has to be the same.",
            by_fit(iou, text=False),
        ),
        Mistake(
            "union is the sum",
            "The part in common is counted twice in your union. What two stretches cover together is the one's length "
            "plus the other's minus what they share; an event with itself then has an IoU of 1.",
            by_fit(lambda a, b: common(a, b) / (length(a) + length(b))),
        ),
        Mistake(
            "covered not IoU",
            'You divide by the length of one of the two. Then whoever tells "from 0 to 30" covers everything and is '
            "always right: divide by what both cover together.",
            by_fit(lambda a, b: common(a, b) / length(b)),
        ),
        Mistake(
            "covered not IoU",
            "You divide by the length of the told one. Then a tenth of a second inside the true event is a perfect "
            "match: divide by what both cover together.",
            by_fit(lambda a, b: common(a, b) / length(a)),
        ),
        Mistake(
            "one second too many",
            "Your lengths are end - start + 1, as for pixels or frames that are counted. Seconds are measured: from 2 "
            "to 5 it is 3, and two events that touch have nothing in common.",
            by_fit(
                lambda a, b: (
                    (x := max(0.0, min(a["end"], b["end"]) - max(a["start"], b["start"]) + 1))
                    / (length(a) + length(b) + 2 - x)
                )
            ),
        ),
        Mistake(
            "more than least",
            "An IoU of exactly `least` is enough: at least is `>=`.",
            lambda told, true, least: by_fit(iou)(told, true, least + 1e-9),
        ),
        Mistake(
            "matched twice",
            "A true event is in two of your pairs, so telling it over and over is rewarded. Take it out of what is "
            "free once it has a partner.",
            again,
        ),
        Mistake(
            "matched twice",
            "Everything that fits is a pair in yours, several times over. One to one: an event that has a partner is "
            "not free any more.",
            lambda told, true, least: again(told, true, least, each=True),
        ),
        Mistake(
            "greedy in order",
            "Each told event in turn takes the first that fits, also one that another told event would fit "
            "better. The result depends on who comes first: take the pairing with the largest sum of all.",
            greedy(True),
        ),
        Mistake(
            "greedy in order",
            "Each told event in turn takes what is best for itself, and leaves nothing for the next. Compare whole "
            "pairings by their sum of IoUs.",
            greedy(False),
        ),
        Mistake(
            "best pair first",
            "Yours takes the best pair of all first, then the best of the rest. Near, but not the largest sum: two "
            "middling pairs together can be more than a good one and none. Try all pairings.",
            greedy(False, best_first=True),
        ),
        Mistake(
            "least put afterwards",
            "You look for the best pairing of all events and then drop the pairs below `least`. Those had taken "
            "partners from pairs that hold: only what has an IoU of at least `least` may be a pair from the start.",
            late,
        ),
        Mistake(
            "precision and recall swapped",
            "Precision and recall have changed places: precision is the share of what was told, recall the share of "
            "what is true.",
            changed(precision=lambda r: r["recall"], recall=lambda r: r["precision"]),
        ),
        Mistake(
            "the plain mean",
            "Your F1 is the plain mean of precision and recall. It is the harmonic mean, 2 · pairs / (told + true): "
            "otherwise one safe event of nine already earns more than a half.",
            changed(f1=lambda r: (r["precision"] + r["recall"]) / 2),
        ),
        Mistake(
            "nothing to divide by",
            "Your function divides by zero: nothing was told, or nothing is true. Both empty is perfect agreement, "
            "1.0; one empty is none, 0.0.",
            raises="ZeroDivisionError",
        ),
        Mistake(
            "an empty list",
            "Where nothing was told, or nothing is true, there is nothing to divide by. Agreed is: 1.0 in all three if "
            "both lists are empty, and 0.0 if only one of them is.",
            when=lambda args, yours, expected: not (args[0] and args[1]) and yours["pairs"] == [],
        ),
        Mistake(
            "pairs in another order",
            "These are the right pairs. Asked for is [index in told, index in true], ascending: sort them.",
            when=lambda args, yours, expected: (
                yours["pairs"] != expected["pairs"]
                and sorted(sorted(p) for p in yours["pairs"]) == sorted(sorted(p) for p in expected["pairs"])
            ),
        ),
        Mistake(
            "rounded",
            "These are rounded. Leave the numbers as they are; round when you print them.",
            when=lambda args, yours, expected: (
                yours["pairs"] == expected["pairs"]
                and 0 < max(abs(yours[k] - expected[k]) for k in ("precision", "recall", "f1")) < 0.051
            ),
        ),
    ],
)


MATCH = Varied(
    VALUES,
    Mistake(
        "never a pair",
        "You find no pair anywhere, not even of an event that is told half a second late. What two stretches have in "
        "common goes from the later start to the earlier end, and is 0 only where that is no length.",
    ),
    lambda result: result["pairs"],
)
