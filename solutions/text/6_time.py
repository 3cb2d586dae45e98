# %% [markdown]
# # Exercise 6 · Time
#
# {facts} It goes with chapter {chapter}.
#
# Four functions that measure how a video model is wrong about time: name the kind of a failure, match what was told
# with what is true, catch a model without any label, and find out by a control whether it used the order at all. Write
# each where it says `YOUR CODE HERE` and run its cell: the check says what is wrong, and why. `hint("6.judge")`
# helps in three steps. A part that you skip blocks nothing.
#
# An event is a dict, `{"start": 7.0, "end": 10.0, "what": "the dog runs"}`, in seconds.

# %%
from course_lib.learn import check, hint, points, progress, solution

# %% [markdown]
# ## 6.judge: which kind of wrong?
#
# `timeline` holds the true events in order of their start. Two may overlap, and the same words may stand there twice.
# `question` is `{"kind": "at", "second": 8.0}` (what happens at second 8?), `{"kind": "after", "what": words}` (what
# happens right after …?) or the same with `"before"`; it asks about an event that happens at most once. `answer` is the
# words of an event, or `None`: the model says that there is nothing to tell.
#
# **Right** is, for `at`, each event whose stretch of time holds the second, the stretch made longer by `tolerance`
# seconds at both ends. For `after` it is the one event that starts next after the start of the event asked about; for
# `before` the one that starts last before it. There may be none: nothing is near that second, the event asked about
# never happens, or it is the last one (the first). Return the first of these that is true:
#
# | | if | return |
# |---|---|---|
# | 1 | no event is right | `"right"` for the answer `None`, else `"false_confident"` |
# | 2 | the answer is `None` | `"false_abstain"` |
# | 3 | the answer is right | `"right"` |
# | 4 | it is nowhere in the timeline | `"invented"` |
# | 5 | `at` was asked | `"shifted"` |
# | 6 | it happens on the side that was asked for, further away | `"skipped"` |
# | 7 | it happens on the other side | `"order"` |
# | 8 | it is the event asked about | `"shifted"` |

# %% part="6.judge"
def judge(question, answer, timeline, tolerance):
    """The verdict on an answer, one of seven words: str.

    >>> story = [{"start": 2.0, "end": 5.0, "what": "the dog runs"},
    ...          {"start": 7.0, "end": 10.0, "what": "the ball rolls"},
    ...          {"start": 11.0, "end": 14.0, "what": "the bird lands"}]
    >>> judge({"kind": "after", "what": "the dog runs"}, "the bird lands", story, 1.0)
    'skipped'
    >>> judge({"kind": "at", "second": 10.5}, "the ball rolls", story, 1.0)
    'right'
    """
    ### BEGIN SOLUTION
    told = [event["what"] for event in timeline]
    right, side, other = [], [], []
    if question["kind"] == "at":
        t = question["second"]
        right = [e["what"] for e in timeline if e["start"] - tolerance <= t <= e["end"] + tolerance]
    elif question["what"] in told:
        i = told.index(question["what"])
        side, other = told[i + 1 :], told[:i][::-1]  # both from near to far
        if question["kind"] == "before":
            side, other = other, side
        right = side[:1]
    if not right:
        return "right" if answer is None else "false_confident"
    if answer is None:
        return "false_abstain"
    if answer in right:
        return "right"
    if answer not in told:
        return "invented"
    return "skipped" if answer in side else "order" if answer in other else "shifted"
    ### END SOLUTION


check("6.judge", judge)

# %% [markdown]
# ## 6.match: what was told, and what is true
#
# Pair the events that a model told with the true ones. Both are lists of events in any order.
#
# - Two may be a pair if their `what` is the same and their IoU is at least `least` (above 0): the length of what they
#   have in common, divided by the length of what they cover together.
# - Every event is in one pair at most. Of all such pairings, take the one with the largest sum of IoUs. (The same words
#   come a few times at most, so trying all of them is fast enough.)
# - `pairs`: a list of `[index in told, index in true]`, ascending. `precision`: pairs per told event; `recall`: pairs
#   per true event; `f1`: 2 · pairs / (told + true).
# - Where that would divide by zero: 1.0 if both lists are empty, else 0.0.

# %% part="6.match"
def match_events(told, true, least):
    """The best pairing, as {"pairs": …, "precision": …, "recall": …, "f1": …}.

    >>> told = [{"start": 1.0, "end": 5.0, "what": "the dog runs"},
    ...         {"start": 6.0, "end": 9.0, "what": "the ball rolls"}]
    >>> true = [{"start": 2.0, "end": 5.0, "what": "the dog runs"}]
    >>> match_events(told, true, 0.5)  # IoU 3 / 4
    {'pairs': [[0, 0]], 'precision': 0.5, 'recall': 1.0, 'f1': 0.6666666666666666}
    """
    ### BEGIN SOLUTION
    def iou(a, b):
        both = max(0.0, min(a["end"], b["end"]) - max(a["start"], b["start"]))
        return both / (a["end"] - a["start"] + b["end"] - b["start"] - both)

    def best(i, free):
        """(sum of IoUs, pairs) of the told events from i on with the true ones that are free."""
        if i == len(told):
            return 0.0, []
        found = best(i + 1, free)  # without a pair for i
        for j in free:
            fit = iou(told[i], true[j])
            if told[i]["what"] == true[j]["what"] and fit >= least:
                total, pairs = best(i + 1, free - {j})
                if total + fit > found[0]:
                    found = total + fit, [[i, j], *pairs]
        return found

    def share(part, whole):
        return part / whole if whole else float(not told and not true)

    pairs = best(0, frozenset(range(len(true))))[1]
    return {
        "pairs": pairs,
        "precision": share(len(pairs), len(told)),
        "recall": share(len(pairs), len(true)),
        "f1": share(2 * len(pairs), len(told) + len(true)),
    }
    ### END SOLUTION


check("6.match", match_events)

# %% [markdown]
# ## 6.contradict: caught without a label
#
# Nobody knows the truth of this clip; but what comes right before the event that comes right after A must be A.
# `ask(question)` gives the model's answer as text. `events` are words of some events that the model told, in no
# particular order: there may be others. Hold the model's answers against each other, and nothing else:
#
# - For each event A of `events` ask `What happens right after A?`, then what happens right **before** the event that
#   it names; and the other way: right before A, then right **after** what it names. So `What happens right after the
#   dog runs?`, and if the answer is *the ball rolls*: `What happens right before the ball rolls?` That must be the dog.
# - *A dog runs.*, *the dog runs* and *The dog runs.* are the same event, and *an* is like *a*: the article in front,
#   capitals and the final period do not count. Write events into questions as `events` does, with *the*.
# - *Nothing happens.* to the first question: there is nothing to ask back about. To the second: a contradiction.
# - You have 4 questions for each event of `events`; one more, and `ask` raises an error.
#
# Return every contradiction as `[[question, answer], [question, answer]]`, the answers as the model gave them.

# %% part="6.contradict"
def find_contradictions(ask, events):
    """Pairs of answers that cannot both be true: list of [[question, answer], [question, answer]], in any order.

    With this model it is [[["What happens right after the dog runs?", "The ball rolls."],
    ["What happens right before the ball rolls?", "a bird lands"]]]:

    >>> said = {"What happens right after the dog runs?": "The ball rolls.",
    ...         "What happens right before the ball rolls?": "a bird lands",
    ...         "What happens right before the dog runs?": "Nothing happens."}
    >>> len(find_contradictions(lambda question: said[question], ["the dog runs"]))
    1
    """
    ### BEGIN SOLUTION
    def event(answer):
        words = answer.lower().strip(" .").split()
        return " ".join(["the", *words[1:]] if words[:1] in (["a"], ["an"], ["the"]) else words)

    found = []
    for start in events:
        for there, back in (("after", "before"), ("before", "after")):
            first = f"What happens right {there} {start}?"
            named = ask(first)
            if event(named) == "nothing happens":
                continue
            second = f"What happens right {back} {event(named)}?"
            returned = ask(second)
            if event(returned) != event(start):
                found.append([[first, named], [second, returned]])
    return found
    ### END SOLUTION


check("6.contradict", find_contradictions)

# %% [markdown]
# ## 6.control: did it use the order?
#
# `ask(order, question)` gives the model's answer when the clip is played with its `moments` moments in that order, a
# list of their numbers from 0. `questions` are dicts `{"question": …, "answer": …}`, with the answer that is right of
# the clip as it is; an answer is right if it is the same text. Ask every question twice: of the clip in its own order,
# and of the control, the same moments **reversed**.
#
# Let n be the number of questions, b the number that is right *only* in the clip's own order, and c right *only*
# reversed. Where the outcome is the same, the order did not matter. Return
#
# - `accuracy` and `control`: the shares that are right in the clip's own order, and reversed;
# - `low` and `high`: `wilson(b, b + c)`, the 95% interval of b's share of the outcomes that changed (without any
#   preference it is ½: this is McNemar's test, 1947);
# - `verdict`: `"uses order"` if `low` is above 0.5; else `"order-blind"` if the upper end of `wilson(b + c, n)` is
#   below 0.1, so that surely hardly any outcome changed; else `"undecided"`.
#
# `wilson` is given.

# %%
def wilson(k, n, z=1.96):
    """The 95% interval of a share, k of n (Wilson, 1927); (0.0, 1.0) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    p = k / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return max(0.0, centre - half), min(1.0, centre + half)


# %% part="6.control"
def order_control(ask, moments, questions):
    """{"accuracy": float, "control": float, "low": float, "high": float, "verdict": str}.

    A model that says whichever is played first, asked one question:

    >>> order_control(lambda order, question: "the dog" if order.index(1) < order.index(3) else "the bird",
    ...               5, [{"question": "Which comes first: the dog or the bird?", "answer": "the dog"}])["verdict"]
    'undecided'
    """
    ### BEGIN SOLUTION
    order, n = list(range(moments)), len(questions)
    as_it_is, reversed_ = (
        [ask(played, q["question"]) == q["answer"] for q in questions] for played in (order, order[::-1])
    )
    only_as_it_is = sum(a and not r for a, r in zip(as_it_is, reversed_))
    only_reversed = sum(r and not a for a, r in zip(as_it_is, reversed_))
    changed = only_as_it_is + only_reversed
    low, high = wilson(only_as_it_is, changed)
    verdict = "uses order" if low > 0.5 else "order-blind" if wilson(changed, n)[1] < 0.1 else "undecided"
    return {"accuracy": sum(as_it_is) / n, "control": sum(reversed_) / n, "low": low, "high": high, "verdict": verdict}
    ### END SOLUTION


check("6.control", order_control)

# %% [markdown]
# ## All four on a real model
#
# *pocket* watches the shipped clip, and your functions say what it gets wrong. Each paragraph stands for itself: one
# whose function is not written yet says so. First, everything that a timeline can be asked.

# %%
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import course_lib
from course_lib import temporal, zoo
from course_lib.timeline import Timeline

clips = Path(course_lib.__file__).parent / "clips"
model = zoo.load("pocket")
clip = model.watch(clips / "demo.mp4")
truth = [{"start": e.start, "end": e.end, "what": e.text} for e in Timeline.load(clips / "demo.timeline.json")]
told = temporal.told_events(model.summarize(clip), clip.duration)
told = [{"start": e.start, "end": e.end, "what": e.text} for e in told]


@contextmanager
def unless_missing(part):
    try:
        yield
    except NotImplementedError:
        print(f"{part} is to be written yet.")


# %%
asked = [({"kind": "at", "second": t}, f"What happens at second {t}?") for t in range(3, 43, 6)]
for e in truth:
    for kind in ("after", "before"):
        asked.append(({"kind": kind, "what": e["what"]}, f"What happens right {kind} {e['what']}?"))
with unless_missing("6.judge"):
    ends = Counter()
    for (question, text), said in zip(asked, model.answers(clip, [text for _, text in asked])):
        refused = "nothing" in said or "cannot be seen" in said
        verdict = judge(question, None if refused else said, truth, 1.5)
        ends[verdict] += 1
        if verdict != "right":
            print(f"{verdict:15} {text} -> {said}")
    print(", ".join(f"{verdict}: {n}" for verdict, n in ends.most_common()))

# %% [markdown]
# Its summary against the truth, and its answers against each other. For the second, no truth is used.

# %%
with unless_missing("6.match"):
    found = match_events(told, truth, 0.5)
    for i, j in found["pairs"]:
        print(f"{told[i]['what']}: told {told[i]['start']:g} to {told[i]['end']:g}, is {truth[j]['start']:g} to "
              f"{truth[j]['end']:g}")  # fmt: skip
    print(f"precision {found['precision']:.2f}, recall {found['recall']:.2f}, F1 {found['f1']:.2f}")

# %%
with unless_missing("6.contradict"):
    for pair in find_contradictions(lambda question: model.answer(clip, question), [e["what"] for e in told]):
        print(*(f"{question} -> {answer}" for question, answer in pair), "", sep="\n")

# %% [markdown]
# And the control. A moment of *pocket* is two frames, which stay together.

# %%
reordered = {}  # the clip in each order that was asked for: the model remembers a clip that it has watched


def played(order, question):
    frames = [2 * i + k for i in order for k in (0, 1)]
    shown = reordered.setdefault(tuple(order), replace(clip, frames=clip.frames[frames].copy()))
    return model.answer(shown, question)


which = []
for a, b in permutations(truth, 2):
    first = min(a, b, key=lambda e: e["start"])["what"]
    which.append({"question": f"Which happens first: {a['what']} or {b['what']}?", "answer": first})
with unless_missing("6.control"):
    for name, value in order_control(played, len(clip.frames) // 2, which).items():
        print(f"{name:9}", value if isinstance(value, str) else f"{value:.2f}")
