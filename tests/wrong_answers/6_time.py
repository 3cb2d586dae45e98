"""Wrong answers to exercise 6, as people write them."""

import itertools
import random

import numpy as np


def _judge(question, answer, timeline, right, verdict="skipped"):
    """What most of the wrong judges below have in common: what is right is found by them."""
    words = [e["what"] for e in timeline]
    if not right:
        return "right" if answer is None else "false_confident"
    if answer is None:
        return "false_abstain"
    if answer in right:
        return "right"
    if answer not in words:
        return "invented"
    if question["kind"] == "at" or answer == question["what"]:
        return "shifted"
    asked = next(e for e in timeline if e["what"] == question["what"])
    later = [e["what"] for e in timeline if e["start"] > asked["start"]]
    earlier = [e["what"] for e in timeline if e["start"] < asked["start"]]
    side = later if question["kind"] == "after" else earlier
    return "skipped" if answer in side else "order"


def _right(question, timeline, tolerance):
    if question["kind"] == "at":
        t = question["second"]
        return [e["what"] for e in timeline if e["start"] - tolerance <= t <= e["end"] + tolerance]
    words = [e["what"] for e in timeline]
    if question["what"] not in words:
        return []
    i = words.index(question["what"]) + (1 if question["kind"] == "after" else -1)
    return [words[i]] if 0 <= i < len(words) else []


def judge__an_unknown_word(question, answer, timeline, tolerance):
    verdict = _judge(question, answer, timeline, _right(question, timeline, tolerance))
    return verdict.replace("_", " ")


def judge__before_and_after_swapped(question, answer, timeline, tolerance):
    if question["kind"] == "at":
        return _judge(question, answer, timeline, _right(question, timeline, tolerance))
    turned = {"kind": {"after": "before", "before": "after"}[question["kind"]], "what": question["what"]}
    return _judge(turned, answer, timeline, _right(turned, timeline, tolerance))


def judge__no_tolerance(question, answer, timeline, tolerance):
    return _judge(question, answer, timeline, _right(question, timeline, 0))


def judge__the_start_alone(question, answer, timeline, tolerance):
    right = _right(question, timeline, tolerance)
    if question["kind"] == "at":
        right = [e["what"] for e in timeline if abs(question["second"] - e["start"]) <= tolerance]
    return _judge(question, answer, timeline, right)


def judge__invented_first(question, answer, timeline, tolerance):
    if answer is not None and answer not in [e["what"] for e in timeline]:
        return "invented"
    return _judge(question, answer, timeline, _right(question, timeline, tolerance))


def judge__refusals_are_wrong(question, answer, timeline, tolerance):
    if answer is None:
        return "false_abstain"
    return _judge(question, answer, timeline, _right(question, timeline, tolerance))


def judge__refusals_are_right(question, answer, timeline, tolerance):
    if not answer:
        return "right"
    return _judge(question, answer, timeline, _right(question, timeline, tolerance))


def judge__one_of_two(question, answer, timeline, tolerance):
    right = _right(question, timeline, tolerance)
    if question["kind"] == "at":
        when = {e["what"]: (e["start"], e["end"]) for e in timeline}  # the later one overwrites the earlier
        right = [w for w, (a, b) in when.items() if a - tolerance <= question["second"] <= b + tolerance]
    return _judge(question, answer, timeline, right)


def judge__one_of_two_2(question, answer, timeline, tolerance):
    right = _right(question, timeline, tolerance)
    words = [e["what"] for e in timeline]
    if question["kind"] == "at" and right and answer in words:
        e = timeline[words.index(answer)]
        near = e["start"] - tolerance <= question["second"] <= e["end"] + tolerance
        right = [answer] if near else ["something else"]
    return _judge(question, answer, timeline, right)


def judge__skipped_called_order(question, answer, timeline, tolerance):
    verdict = _judge(question, answer, timeline, _right(question, timeline, tolerance))
    return "order" if verdict == "skipped" else verdict


def judge__order_called_skipped(question, answer, timeline, tolerance):
    verdict = _judge(question, answer, timeline, _right(question, timeline, tolerance))
    return "skipped" if verdict == "order" else verdict


def judge__shifted_for_all(question, answer, timeline, tolerance):
    verdict = _judge(question, answer, timeline, _right(question, timeline, tolerance))
    return "shifted" if verdict in ("order", "skipped") else verdict


def judge__the_other_side_first(question, answer, timeline, tolerance):
    verdict = _judge(question, answer, timeline, _right(question, timeline, tolerance))
    if verdict == "skipped":
        i = [e["what"] for e in timeline].index(question["what"])
        other = timeline[:i] if question["kind"] == "after" else timeline[i + 1 :]
        if answer in [e["what"] for e in other]:
            return "order"
    return verdict


def judge__round_the_end(question, answer, timeline, tolerance):
    right = _right(question, timeline, tolerance)
    words = [e["what"] for e in timeline]
    if question["kind"] != "at" and question["what"] in words:
        i = words.index(question["what"])
        right = [words[i - 1]] if question["kind"] == "before" else words[i + 1 : i + 2]
    return _judge(question, answer, timeline, right)


def judge__from_its_end(question, answer, timeline, tolerance):
    right = _right(question, timeline, tolerance)
    asked = [e for e in timeline if e["what"] == question.get("what")]
    if asked and question["kind"] == "after":
        right = [e["what"] for e in timeline if e["start"] >= asked[0]["end"]][:1]
    if asked and question["kind"] == "before":
        right = [e["what"] for e in timeline if e["end"] <= asked[0]["start"]][-1:]
    return _judge(question, answer, timeline, right)


def judge__the_event_asked_about(question, answer, timeline, tolerance):
    verdict = _judge(question, answer, timeline, _right(question, timeline, tolerance))
    return "order" if verdict == "shifted" and answer == question.get("what") else verdict


def judge__the_event_asked_about_2(question, answer, timeline, tolerance):
    verdict = _judge(question, answer, timeline, _right(question, timeline, tolerance))
    return "skipped" if verdict == "shifted" and answer == question.get("what") else verdict


def judge__always_the_same(question, answer, timeline, tolerance):
    return "right"


def judge__always_the_same_2(question, answer, timeline, tolerance):
    return "order"


def judge__no_event_there(question, answer, timeline, tolerance):
    words = [e["what"] for e in timeline]
    if question["kind"] == "at":
        return _judge(question, answer, timeline, _right(question, timeline, tolerance))
    i = words.index(question["what"])
    return _judge(question, answer, timeline, [words[i + 1] if question["kind"] == "after" else words[i - 1]])


def judge__no_event_there_2(question, answer, timeline, tolerance):
    if question["kind"] != "at":
        asked = [e for e in timeline if e["what"] == question["what"]][0]  # noqa: RUF015
        right = [e["what"] for e in timeline if e["start"] > asked["start"]][0]  # noqa: RUF015
        return _judge(question, answer, timeline, [right])
    return _judge(question, answer, timeline, _right(question, timeline, tolerance))


def _iou(a, b):
    both = max(0, min(a["end"], b["end"]) - max(a["start"], b["start"]))
    return both / (max(a["end"], b["end"]) - min(a["start"], b["start"]) if both else 1)


def _optimal(told, true, least, fit=_iou, text=True):
    """Every true event in turn gets each told one, or none: the larger sum is kept."""

    def go(j, used):
        if j == len(true):
            return 0, []
        total, pairs = go(j + 1, used)
        for i, t in enumerate(told):
            if i not in used and (t["what"] == true[j]["what"] or not text) and fit(t, true[j]) >= least:
                more, others = go(j + 1, used | {i})
                if more + fit(t, true[j]) > total:
                    total, pairs = more + fit(t, true[j]), [*others, [i, j]]
        return total, pairs

    return sorted(go(0, set())[1])


def _scores(pairs, told, true):
    both_empty = float(not told and not true)
    return {
        "pairs": pairs,
        "precision": len(pairs) / len(told) if told else both_empty,
        "recall": len(pairs) / len(true) if true else both_empty,
        "f1": 2 * len(pairs) / (len(told) + len(true)) if told or true else 1.0,
    }


def match__text_ignored(told, true, least):
    return _scores(_optimal(told, true, least, text=False), told, true)


def match__union_is_the_sum(told, true, least):
    def fit(a, b):
        both = max(0, min(a["end"], b["end"]) - max(a["start"], b["start"]))
        return both / ((a["end"] - a["start"]) + (b["end"] - b["start"]))

    return _scores(_optimal(told, true, least, fit), told, true)


def match__covered_not_IoU(told, true, least):
    def fit(a, b):
        return max(0, min(a["end"], b["end"]) - max(a["start"], b["start"])) / (b["end"] - b["start"])

    return _scores(_optimal(told, true, least, fit), told, true)


def match__covered_not_IoU_2(told, true, least):
    def fit(a, b):
        return max(0, min(a["end"], b["end"]) - max(a["start"], b["start"])) / (a["end"] - a["start"])

    return _scores(_optimal(told, true, least, fit), told, true)


def match__one_second_too_many(told, true, least):
    def fit(a, b):
        both = max(0, min(a["end"], b["end"]) - max(a["start"], b["start"]) + 1)
        return both / ((a["end"] - a["start"] + 1) + (b["end"] - b["start"] + 1) - both)

    return _scores(_optimal(told, true, least, fit), told, true)


def match__more_than_least(told, true, least):
    pairs = _optimal(told, true, least)
    return _scores([[i, j] for i, j in pairs if _iou(told[i], true[j]) > least], told, true)


def match__matched_twice(told, true, least):
    pairs = []
    for i, t in enumerate(told):
        same = [(_iou(t, e), j) for j, e in enumerate(true) if e["what"] == t["what"]]
        if same and max(same)[0] >= least:
            pairs.append([i, max(same)[1]])
    return _scores(pairs, told, true)


def match__matched_twice_2(told, true, least):
    pairs = [
        [i, j] for i, t in enumerate(told) for j, e in enumerate(true) if t["what"] == e["what"] and _iou(t, e) >= least
    ]
    return _scores(pairs, told, true)


def match__greedy_in_order(told, true, least):
    pairs, used = [], set()
    for i, t in enumerate(told):
        for j, e in enumerate(true):
            if j not in used and t["what"] == e["what"] and _iou(t, e) >= least:
                pairs.append([i, j])
                used.add(j)
                break
    return _scores(pairs, told, true)


def match__greedy_in_order_2(told, true, least):
    pairs, free = [], list(range(len(true)))
    for i, t in enumerate(told):
        fits = [j for j in free if true[j]["what"] == t["what"] and _iou(t, true[j]) >= least]
        if fits:
            j = max(fits, key=lambda j: _iou(t, true[j]))
            pairs.append([i, j])
            free.remove(j)
    return _scores(pairs, told, true)


def match__best_pair_first(told, true, least):
    every = [(_iou(t, e), i, j) for i, t in enumerate(told) for j, e in enumerate(true) if t["what"] == e["what"]]
    pairs = []
    for fit, i, j in sorted(every, reverse=True):
        if fit >= least and i not in [p[0] for p in pairs] and j not in [p[1] for p in pairs]:
            pairs.append([i, j])
    return _scores(sorted(pairs), told, true)


def match__least_put_afterwards(told, true, least):
    pairs = _optimal(told, true, 1e-9)
    return _scores([[i, j] for i, j in pairs if _iou(told[i], true[j]) >= least], told, true)


def match__never_a_pair(told, true, least):
    return _scores([], told, true)


def match__precision_and_recall_swapped(told, true, least):
    return _scores(_optimal(told, true, least), told, true) | {
        "precision": _scores(_optimal(told, true, least), told, true)["recall"],
        "recall": _scores(_optimal(told, true, least), told, true)["precision"],
    }


def match__the_plain_mean(told, true, least):
    s = _scores(_optimal(told, true, least), told, true)
    return s | {"f1": (s["precision"] + s["recall"]) / 2}


def match__nothing_to_divide_by(told, true, least):
    pairs = _optimal(told, true, least)
    return {
        "pairs": pairs,
        "precision": len(pairs) / len(told),
        "recall": len(pairs) / len(true),
        "f1": 2 * len(pairs) / (len(told) + len(true)),
    }


def match__an_empty_list(told, true, least):
    pairs = _optimal(told, true, least)
    return {
        "pairs": pairs,
        "precision": len(pairs) / max(1, len(told)),
        "recall": len(pairs) / max(1, len(true)),
        "f1": 2 * len(pairs) / max(1, len(told) + len(true)),
    }


def match__an_empty_list_2(told, true, least):
    pairs = _optimal(told, true, least)
    precision = len(pairs) / len(told) if told else 1.0  # nothing told, nothing wrong
    return _scores(pairs, told, true) | {"precision": precision}


def match__pairs_in_another_order(told, true, least):
    return _scores(_optimal(told, true, least)[::-1], told, true)


def match__pairs_in_another_order_2(told, true, least):
    return _scores([[j, i] for i, j in _optimal(told, true, least)], told, true)


def match__rounded(told, true, least):
    return {k: v if k == "pairs" else round(v, 2) for k, v in _scores(_optimal(told, true, least), told, true).items()}


def _plain(answer):
    answer = answer.lower().rstrip(".")
    for article in ("a ", "an ", "the "):
        if answer.startswith(article):
            return "the " + answer[len(article) :]
    return answer


def _chains(ask, events, ways=(("after", "before"), ("before", "after")), plain=_plain):
    """(first question, its answer, second question, its answer, where it began)"""
    for event in events:
        for there, back in ways:
            one = f"What happens right {there} {event}?"
            named = ask(one)
            if plain(named) != "nothing happens":
                other = f"What happens right {back} {plain(named)}?"
                yield one, named, other, ask(other), event


def contradict__not_a_list_of_quotes(ask, events):
    return any(_plain(last) != event for *_, last, event in _chains(ask, events))


def contradict__not_a_list_of_quotes_2(ask, events):
    return [f"{one} {a}; {other} {b}" for one, a, other, b, event in _chains(ask, events) if _plain(b) != event]


def contradict__over_the_budget(ask, events):
    found = []
    for event in events:
        for one, a, other, b, start in _chains(ask, events):  # everything again for each event
            if _plain(b) != start and start == event:
                found.append([[one, a], [other, b]])
    return found


def contradict__over_the_budget_2(ask, events):
    found = list(_chains(ask, events))
    try:
        ask(f"What happens right after {events[0]}?")
        ask(f"What happens right after {events[1]}?")
        ask(f"What happens right after {events[2]}?")
    except Exception:
        found = found[:1]
    return [[[one, a], [other, b]] for one, a, other, b, event in found if _plain(b) != event]


def contradict__another_question(ask, events):
    return [[a, b] for a in events for b in events if a < b and ask(f"Which happens first: {a} or {b}?") == b]


def contradict__looked_up_in_the_list(ask, events):
    found = []
    for event in events:
        one = f"What happens right after {event}?"
        i = events.index(ask(one))
        other = f"What happens right before {events[i]}?"
        if ask(other) != event:
            found.append([[one, events[i]], [other, ask(other)]])
    return found


def contradict__never_asked(ask, events):
    return [[["What comes after the beginning?", "I"], ["Who are you?", "I"]]]


def contradict__not_its_own_words(ask, events):
    chains = _chains(ask, events)
    return [[[one, _plain(a)], [other, _plain(b)]] for one, a, other, b, event in chains if _plain(b) != event]


def contradict__the_end_flagged(ask, events):
    chains = _chains(ask, events, plain=lambda answer: _plain(answer).replace("nothing", "Nothing"))
    return [[[one, a], [other, b]] for one, a, other, b, event in chains if _plain(b) != event]


def contradict__held_against_something_else(ask, events):
    found = []
    for a, b in itertools.pairwise(events):
        one, other = f"What happens right after {a}?", f"What happens right before {b}?"
        x, y = ask(one), ask(other)
        if _plain(x) != b and "nothing" not in x.lower():
            found.append([[one, x], [other, y]])
    return found


def contradict__asked_on_not_back(ask, events):
    chains = _chains(ask, events, (("after", "after"), ("before", "before")))
    return [[[one, a], [other, b]] for one, a, other, b, event in chains if _plain(b) != event]


def contradict__other_words_flagged(ask, events):
    chains = _chains(ask, events)
    return [[[one, a], [other, b]] for one, a, other, b, event in chains if b != event]


def contradict__other_words_flagged_2(ask, events):
    chains = _chains(ask, events, plain=lambda answer: answer.lower().rstrip("."))  # a dog is not the dog
    return [[[one, a], [other, b]] for one, a, other, b, event in chains if b.lower().rstrip(".") != event]


def contradict__other_words_flagged_3(ask, events):
    def no_an(answer):
        return "the " + answer.lower().rstrip(".").removeprefix("a ").removeprefix("the ")

    return [[[one, a], [other, b]] for one, a, other, b, event in _chains(ask, events) if no_an(b) != event]


def contradict__a_mangled_event(ask, events):
    def short(answer):
        return "nothing happens" if "othing" in answer else " ".join(["the", *answer.split()[1:3]])

    chains = _chains(ask, events, plain=short)
    return [[[one, a], [other, b]] for one, a, other, b, event in chains if short(b) != short(event)]


def contradict__always_flagged(ask, events):
    return [[[one, a], [other, b]] for one, a, other, b, _ in _chains(ask, events)]


def contradict__never_a_contradiction(ask, events):
    return []


def contradict__nothing_as_the_way_back(ask, events):
    chains = [c for c in _chains(ask, events) if _plain(c[3]) != "nothing happens"]
    return [[[one, a], [other, b]] for one, a, other, b, event in chains if _plain(b) != event]


def contradict__one_way_only(ask, events):
    chains = _chains(ask, events, [("after", "before")])
    return [[[one, a], [other, b]] for one, a, other, b, event in chains if _plain(b) != event]


def contradict__one_way_only_2(ask, events):
    chains = _chains(ask, events, [("before", "after")])
    return [[[one, a], [other, b]] for one, a, other, b, event in chains if _plain(b) != event]


def contradict__one_missed(ask, events):
    for one, a, other, b, event in _chains(ask, events):
        if _plain(b) != event:
            return [[[one, a], [other, b]]]  # the first one is enough, is it not?
    return []


def contradict__told_twice(ask, events):
    found = [[[one, a], [other, b]] for one, a, other, b, event in _chains(ask, events) if _plain(b) != event]
    return found + found


def _wilson(k, n):
    if n == 0:
        return 0.0, 1.0
    z, p = 1.96, k / n
    centre, spread = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return float((centre - spread) / (1 + z**2 / n)), float((centre + spread) / (1 + z**2 / n))


def _asked(ask, order, questions):
    return [ask(order, q["question"]) == q["answer"] for q in questions]


def _both(ask, moments, questions):
    return _asked(ask, list(range(moments)), questions), _asked(ask, list(range(moments))[::-1], questions)


def _said(own, back, verdict=None, interval=None):
    n = len(own)
    b, c = sum(x and not y for x, y in zip(own, back)), sum(y and not x for x, y in zip(own, back))
    low, high = interval or _wilson(b, b + c)
    blind = "order-blind" if _wilson(b + c, n)[1] < 0.1 else "undecided"
    usual = "uses order" if low > 0.5 else blind
    return {"accuracy": sum(own) / n, "control": sum(back) / n, "low": low, "high": high, "verdict": verdict or usual}


def control__the_same_order_twice(ask, moments, questions):
    order = list(range(moments))
    order.reverse()
    back = sorted(order)
    return _said(_asked(ask, sorted(order), questions), _asked(ask, back, questions))


def control__questions_shuffled(ask, moments, questions):
    order = list(range(moments))
    mixed = [q["question"] for q in questions][::-1]
    back = [ask(order, text) == q["answer"] for text, q in zip(mixed, questions)]
    return _said(_asked(ask, order, questions), back)


def control__right_of_the_reversed_clip(ask, moments, questions):
    own, back = _both(ask, moments, questions)
    return _said(own, [not right for right in back])  # in the reversed clip the other one is first


def control__not_reversed(ask, moments, questions):
    order = list(range(moments))
    mixed = order[:]
    random.Random(0).shuffle(mixed)
    return _said(_asked(ask, order, questions), _asked(ask, mixed, questions))


def control__not_reversed_2(ask, moments, questions):
    order = list(range(moments))
    return _said(_asked(ask, order, questions), _asked(ask, order[1:] + order[:1], questions))


def control__words_that_are_in_it(ask, moments, questions):
    own, back = ([q["answer"] in ask(order, q["question"]) for q in questions]
                 for order in (list(range(moments)), list(range(moments))[::-1]))  # fmt: skip
    return _said(own, back)


def control__blind_first(ask, moments, questions):
    own, back = _both(ask, moments, questions)
    blind = _wilson(sum(x != y for x, y in zip(own, back)), len(own))[1] < 0.1
    return _said(own, back, "order-blind" if blind else None)


def control__blind_from_b_alone(ask, moments, questions):
    own, back = _both(ask, moments, questions)
    said = _said(own, back)
    blind = _wilson(sum(x and not y for x, y in zip(own, back)), len(own))[1] < 0.1
    return said | {"verdict": "uses order" if said["low"] > 0.5 else "order-blind" if blind else "undecided"}


def control__moments_that_are_not_there(ask, moments, questions):
    order = list(range(1, moments + 1))
    return _said(_asked(ask, order, questions), _asked(ask, order[::-1], questions))


def control__moments_that_are_not_there_2(ask, moments, questions):
    order = list(range(moments))
    return _said(_asked(ask, order, questions), _asked(ask, [0] * moments, questions))


def control__verdict_from_the_accuracy_alone(ask, moments, questions):
    own, back = _both(ask, moments, questions)
    return _said(own, back, "uses order" if _wilson(sum(own), len(own))[0] > 0.5 else None)


def control__verdict_from_the_accuracy_alone_2(ask, moments, questions):
    own, back = _both(ask, moments, questions)
    return _said(own, back, "uses order" if np.mean(own) > 0.5 else "order-blind")


def control__a_difference_without_an_interval(ask, moments, questions):
    own, back = _both(ask, moments, questions)
    return _said(own, back, "uses order" if sum(own) > sum(back) else "order-blind")


def control__a_difference_without_an_interval_2(ask, moments, questions):
    own, back = _both(ask, moments, questions)
    return _said(own, back, "uses order" if sum(own) > sum(back) else None)


def control__not_paired(ask, moments, questions):
    own, back = _both(ask, moments, questions)
    apart = _wilson(sum(own), len(own))[0] > _wilson(sum(back), len(back))[1]
    blind = _wilson(sum(a != b for a, b in zip(own, back)), len(own))[1] < 0.1
    return _said(own, back, "uses order" if apart else "order-blind" if blind else "undecided")


def control__not_shown_is_not_blind(ask, moments, questions):
    said = _said(*_both(ask, moments, questions))
    return said | {"verdict": "uses order" if said["low"] > 0.5 else "order-blind"}


def control__of_all_questions(ask, moments, questions):
    own, back = _both(ask, moments, questions)
    return _said(own, back, interval=_wilson(sum(a and not b for a, b in zip(own, back)), len(own)))


def control__all_that_were_right(ask, moments, questions):
    own, back = _both(ask, moments, questions)
    return _said(own, back, interval=_wilson(sum(own), len(own)))


def control__either_way(ask, moments, questions):
    own, back = _both(ask, moments, questions)
    said = _said(own, back)
    return _said(own, back, "uses order" if said["low"] > 0.5 or said["high"] < 0.5 else None)


def control__counts_for_shares(ask, moments, questions):
    own, back = _both(ask, moments, questions)
    return _said(own, back) | {"accuracy": sum(own), "control": sum(back)}


def control__nothing_changed(ask, moments, questions):
    own, back = _both(ask, moments, questions)
    b = sum(x and not y for x, y in zip(own, back))
    changed = sum(x != y for x, y in zip(own, back))
    p = b / changed
    half = 1.96 * (p * (1 - p) / changed) ** 0.5
    return _said(own, back, interval=(p - half, p + half))


def control__another_z(ask, moments, questions):
    return {k: v if k == "verdict" else round(v, 2) for k, v in _said(*_both(ask, moments, questions)).items()}


def control__always_the_same(ask, moments, questions):
    return _said(*_both(ask, moments, questions), "order-blind")


def control__always_the_same_2(ask, moments, questions):
    return _said(*_both(ask, moments, questions), "uses order")


def control__always_the_same_3(ask, moments, questions):
    return _said(*_both(ask, moments, questions), "undecided")
