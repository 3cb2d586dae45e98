# %% [markdown]
# # 05 · How a model is wrong about time, and how to know
#
# After this you can ask a video model about time, name *how* an answer is wrong, tell by controls whether it used time
# at all, say how sure your number is, and find mistakes in a clip that nobody has labelled.
# {measured} A CPU is enough.

# %%
from course_lib import temporal, viz, zoo
from IPython.core.pylabtools import print_figure
from IPython.display import Image, Markdown

# %% [markdown]
# ## 1. One timeline, one question of each kind
#
# Four things happen in 20 seconds. Whatever can be asked about time follows from this list.

# %%
from course_lib.timeline import Event, Timeline

dog = Event(2, 5, "white dog", "runs")
person = Event(7, 10, "person in red", "waves")
ball = Event(11, 14, "yellow ball", "bounces")
bird = Event(16, 19, "white bird", "lands")
story = Timeline((dog, person, ball, bird), 20.0)
for e in story:
    print(f"second {e.start:2} to {e.end:2}: {e.text}")

# %% [markdown]
# **Predict:** what happens at second 8, what right after it, and what right before? Read it off, then write the loop,
# then let the library say it. All three must agree.

# %%
read_off = [person, ball, dog]

now = [e for e in story if e.start <= 8 < e.end][0]
later = min((e for e in story if e.start > now.start), key=lambda e: e.start)
earlier = max((e for e in story if e.start < now.start), key=lambda e: e.start)

library = [story.at(8)[0], story.after(person), story.before(person)]
print([now, later, earlier] == read_off, library == read_off)

# %% [markdown]
# A question is its words, the answer that is right, and a kind. You make one from events of a timeline.
# Without events it asks for what is not there, and the right answer is a refusal.

# %%
from course_lib.clipworld.questions import NOTHING, UNSEEN, Question


def ask_about(kind, text, truth, *events):
    """The question `text` about events of a timeline, with the answer that is right."""
    whole = (0.0, truth.duration)
    if not events:
        return Question(text, UNSEEN, "unanswerable", whole, (UNSEEN,), False)
    first = min(events, key=lambda e: e.start)
    meant = {"after": truth.after, "before": truth.before}.get(kind, lambda e: e)(first)
    answer = meant.text if meant else NOTHING
    if kind == "when":
        answer = f"from second {round(first.start)} to {round(first.end)}"
    seen = (first.start, first.end) if kind in ("at", "when") else whole
    return Question(text, answer, kind, seen, (answer,), False)


# %%
six = {
    "at": ask_about("at", "What happens at second 8?", story, person),
    "after": ask_about("after", "What happens right after the person in red waves?", story, person),
    "before": ask_about("before", "What happens right before the person in red waves?", story, person),
    "order": ask_about("order", "Which happens first: the white bird lands or the white dog runs?", story, bird, dog),
    "when": ask_about("when", "When does the yellow ball bounce?", story, ball),
    "unanswerable": ask_about("when", "When does the blue car stop?", story),
}
rows = ["| kind | question | right is |", "|---|---|---|"]
Markdown("\n".join(rows + [f"| `{kind}` | {q.text} | {q.answer} |" for kind, q in six.items()]))

# %% [markdown]
# The library makes the same from any timeline, each in many phrasings: `questions` at random, `probes_of` without
# repeats. The picture shows which seconds an answer needs: `at` and `when` one event, the others two or all.

# %%
from matplotlib.figure import Figure

needs = {
    "at": [person], "after": [person, ball], "before": [dog, person], "order": [dog, bird], "when": [ball],
    "unanswerable": list(story),
}
figure = Figure(figsize=(7, 2.3), layout="constrained")
axis = figure.add_subplot()
axis.broken_barh([(e.start, e.end - e.start) for e in story], (5.6, 0.8), color="#5B6770")
for y, (kind, events) in enumerate(reversed(needs.items())):
    axis.broken_barh([(e.start, e.end - e.start) for e in events], (y - 0.5, 0.8), color="#0072B2")
for e in story:
    axis.text((e.start + e.end) / 2, 6.0, e.action, ha="center", va="center", color="white", fontsize=8)
axis.set(xlim=(0, 20), xticks=range(0, 21, 5), yticks=range(7), yticklabels=[*reversed(needs), "what happens"])
axis.set_xlabel("seconds")
axis.spines[["top", "left", "right"]].set_visible(False)
Image(print_figure(figure, dpi=110), alt="Four events over 20 s; under them those that each kind of question needs.")

# %% [markdown]
# ## 2. Seven ways to be wrong
#
# *Wrong* is too coarse: a model that swaps before and after needs another cure than one that makes things up.
# **Predict:** these eight answers are wrong. Give each its kind: `order`, `invented`, `skipped`, `shifted`, …

# %%
wrong = [
    ("after", "the white dog runs"),
    ("at", "the blue car stops"),
    ("after", "the white bird lands"),
    ("at", "the yellow ball bounces"),
    ("when", "from second 16 to 19"),
    ("before", "That cannot be seen in the video."),
    ("unanswerable", "from second 3 to 6"),
    ("order", "Frankly, my dear"),
]
for number, (kind, answer) in enumerate(wrong, 1):
    print(f"{number}. {six[kind].text} -> {answer}")

# %% [markdown]
# `judge` compares words and seconds with the timeline. No model judges another, so the same answer always gets the
# same verdict, and `why` says which words decided.

# %%
probes = [temporal.Probe(six[k], answer, temporal.judge(six[k], answer, story)) for k, answer in wrong]
rows = ["| | kind of failure | that is | why |", "|---|---|---|---|"]
for number, p in enumerate(probes, 1):
    rows.append(f"| {number} | **{p.verdict.kind}** | {temporal.FAILURES[p.verdict.kind]} | {p.verdict.why} |")
assert {p.verdict.kind for p in probes} == set(temporal.FAILURES)
Markdown("\n".join(rows))

# %% [markdown]
# On two axes of seconds: across, when it is true; up, when it was told. Right answers would lie on the diagonal.
# `shifted` and `order` lie off it. What the clip does not have is on the left margin, what was not told on the lower one.

# %%
from course_lib.viz.confusion import confusion_alt

data = viz.confusion_data(probes, story)
Image(print_figure(viz.draw_confusion(data), dpi=110), alt=confusion_alt(data))

# %% [markdown]
# A judge by words can be unfair in two ways: it may not know your words, or be fooled by them.
# **Predict:** which of these does it take for right? (Right is: the person in red waves.)

# %%
for answer in (
    "At 0:08 you can see somebody in red waving.",
    "**Waving!**",
    "Not the dog. The person in red waves.",
    "The person in red greets the camera.",
    "The dog runs, then the person in red waves.",
):
    v = temporal.judge(six["at"], answer, story)
    print(f"{'right' if v.ok else v.kind:9} {answer}")

# %% [markdown]
# It knows synonyms, clocks and denials; *greets the camera* it does not know, and a story told before the answer counts
# as the answer. A summary is many answers at once. By hand: 2 right, 4 told, 4 true.

# %%
summary = (
    "the white dog runs from second 2 to 5. the person in red waves from second 12 to 15. "
    "the blue car stops from second 8 to 9. the yellow ball bounces from second 11 to 14."
)
print("by hand:", 2 * 2 / (4 + 4))
verdict = temporal.judge(ask_about("summary", "Describe the video.", story, *story), summary, story)
print("library:", verdict.score)
print(verdict.why)

# %% [markdown]
# ## 3. How sure is 19 of 25?
#
# A model is right on 19 of 25 questions: 76%. Another has 15 of 25. Is the first one better?
# **Predict:** how low could the true share of the first be, and how high?

# %%
import numpy as np

draws = np.random.default_rng(0)
print("true share   19 or more of 25   19 or fewer of 25")
for true in (0.5, 0.57, 0.65, 0.76, 0.85, 0.89, 0.95):
    right = draws.binomial(25, true, 200_000)  # 200,000 tests of 25 questions
    print(f"{true:10.0%} {np.mean(right >= 19):20.1%} {np.mean(right <= 19):18.1%}")

# %% [markdown]
# At both ends of the table, 19 of 25 would be a rare accident; in the middle it is none. The interval is the middle.
# By hand: try every share, and keep those from which 19 of 25 is no further off than 1.96 standard errors: 19 times in
# 20 a test is no further off (Wilson, 1927).

# %%
from course_lib.temporal.metrics import wilson

shares = np.linspace(0, 1, 100_001)
error = np.sqrt(shares * (1 - shares) / 25)
kept = shares[np.abs(19 / 25 - shares) <= 1.96 * error]
print(f"by hand: {kept.min():.3f} to {kept.max():.3f}")
print("library: {:.3f} to {:.3f}".format(*wilson(19, 25)))

# %%
figure = Figure(figsize=(7.4, 2.6), layout="constrained")
left, right = figure.subplots(1, 2)
for true, colour, hatch in ((0.57, "#D55E00", "//"), (0.89, "#009E73", "")):
    counts = np.bincount(draws.binomial(25, true, 200_000), minlength=26) / 2000  # percent of the tests
    left.bar(range(26), counts, color=colour, alpha=0.65, hatch=hatch, edgecolor="w", label=f"truly {true:.0%}")
left.axvline(19, color="#1b1f24", linestyle="--", linewidth=1)
left.set(xlabel="right of 25", ylabel="percent of tests", xlim=(5, 25.6))
left.legend(fontsize=8, frameon=False, loc="upper left")
n = np.array([25, 50, 100, 200, 500, 1000])
ends = 100 * np.array([wilson(round(0.76 * k), int(k)) for k in n])
right.vlines(range(6), ends[:, 0], ends[:, 1], color="#0072B2", linewidth=5)
right.set(xticks=range(6), xticklabels=n, xlabel="questions", ylabel="95% interval of 76%", ylim=(50, 100))
alt = f"Left: of 25, a true share of 57% and one of 89% both reach 19. Right: 76% of 25 is {ends[0, 0]:.0f} to "
Image(print_figure(figure, dpi=110), alt=alt + f"{ends[0, 1]:.0f}%, of 1,000 {ends[-1, 0]:.0f} to {ends[-1, 1]:.0f}%.")

# %% [markdown]
# Does the interval keep its promise? Test a model whose true share you know, again and again.
# **Predict:** in how many of 100 tests does the interval hold the true share?

# %%
for questions in (25, 100, 400):
    right = draws.binomial(questions, 0.76, 2000)
    held = [low <= 0.76 <= high for low, high in (wilson(int(r), questions) for r in right)]
    low, high = wilson(round(0.76 * questions), questions)
    print(f"{questions:3} questions: held in {np.mean(held):.0%} of tests, {100 * (high - low):2.0f} points wide")

# %% [markdown]
# Four times the questions, half the width. With 25, only a wide gap between two models means anything. And all this
# takes questions for independent; ten about one clip are not. Section 6 draws whole clips instead.

# %% [markdown]
# ## 4. Controls: did it use time at all?
#
# A right answer may come from the question alone, or from one picture. A control takes something away and asks the same.
# First four frames of one grey each: what does each control leave?

# %%
from course_lib.temporal.controls import CONTROLS
from course_lib.video import Clip

greys = np.array([0, 60, 120, 180], dtype=np.uint8)
frames = np.broadcast_to(greys[:, None, None, None], (4, 2, 2, 3))  # [T, H, W, 3]
tiny = Clip(frames, np.array([1.0, 3.0, 5.0, 7.0]), 8.0, "four greys", pairs=False)
print("by hand, reversed:", greys[::-1], 8.0 - tiny.seconds[::-1])
for name, control in CONTROLS.items():
    changed = control(tiny)
    print(f"{name:13} {changed.frames[:, 0, 0, 0]} at {changed.seconds}")

# %% [markdown]
# `frozen` is one frame for every second, `blank` a grey picture for every second, `question only` one black picture.
# On a drawn clip:

# %%
from course_lib.temporal.benchmark import clip_of

model = zoo.load("pocket")
clip, truth = clip_of(model, seed=3)
figure = Figure(figsize=(7.4, 6.2), layout="constrained")
for row, (name, control) in zip(figure.subplots(6, 8), {"clip": lambda clip: clip, **CONTROLS}.items()):
    shown = control(clip)
    for axis in row:
        axis.axis("off")
    for axis, frame, second in zip(row, shown.frames[::4], shown.seconds[::4]):
        axis.imshow(frame)
        axis.set_title(f"{name}, " * (axis is row[0]) + f"{second:.0f} s", fontsize=7.5, pad=3, loc="left")
alt = "Six rows of frames: the clip, shuffled, reversed, one frame for every second, grey, and a single black one."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Now *pocket*, on clips that training never saw, and up to four questions of each kind on each. A question whose right
# answer is that nothing happens is counted by itself: whoever always says *nothing* is right there.
# **Predict:** on the reversed clip, will `order` fall to half (chance), or lower?

# %%
from course_lib.progress import progress
from course_lib.temporal.asking import probes_of

SEEDS = range(20)
clips = [clip_of(model, seed) for seed in SEEDS]
asked = [probes_of(truth, seed, 4) for seed, (_, truth) in zip(SEEDS, clips)]


def put_to(model, clips, asked, change=lambda clip: clip):
    """The judged answers to the questions, a list a clip."""
    told = []
    for (clip, truth), qs in progress(list(zip(clips, asked)), f"asking {model.name}"):
        answers = model.answers(change(clip), [q.text for q in qs])
        told.append([temporal.Probe(q, a, temporal.judge(q, a, truth)) for q, a in zip(qs, answers)])
    return told


told = {"clip": put_to(model, clips, asked)}
told |= {name: put_to(model, clips, asked, control) for name, control in CONTROLS.items()}

# %% [markdown]
# One baseline more, without a model: always the same answer, the commonest of its kind in training clips.

# %%
from course_lib.temporal.clipwork import constant_answer
from course_lib.viz.breakdown import Panel, breakdown_alt, cells, draw_breakdown

KINDS = ("at", "after", "before", "order", "when", "unanswerable", "nothing")
always = {kind: constant_answer(kind, "story", 30.0) for kind in KINDS}
told["constant"] = [
    [temporal.Probe(q, always[q.kind], temporal.judge(q, always[q.kind], truth)) for q in qs]
    for qs, (_, truth) in zip(asked, clips)
]


def by_kind(lists, kinds=KINDS):
    """A cell (right, n) for each kind of question."""
    probes = [p for probes in lists for p in probes]
    places = ["nothing" if p.question.answer == NOTHING else p.question.kind for p in probes]
    return cells(places, [p.verdict.ok for p in probes], kinds)


# %%
table = {name: by_kind(lists) for name, lists in told.items()}
rows = ["| percent right | n | " + " | ".join(table) + " |", "|---|---|" + "---|" * len(table)]
for i, kind in enumerate(KINDS):
    cell = [column[i] for column in table.values()]
    ends = [c.interval() for c in cell]
    text = [f"**{100 * c.share():.0f}** ({100 * a:.0f} to {100 * b:.0f})" for c, (a, b) in zip(cell, ends)]
    rows.append(f"| {kind} | {cell[0].n} | " + " | ".join(text) + " |")
Markdown("\n".join(rows) + f"\n\n{len(clips)} clips of 30 s; in brackets the 95% interval.")

# %%
panel = Panel("pocket, and what is left without …", "kind of question", KINDS, table)
Image(print_figure(draw_breakdown([panel]), dpi=110), alt=breakdown_alt([panel]))

# %%
order = {name: column[KINDS.index("order")] for name, column in table.items()}
kept = {name: column[KINDS.index("unanswerable")] for name, column in table.items()}
low, high = order["reversed"].interval()
Markdown(
    f"On the reversed clip `order` is right on **{order['reversed'].right} of {order['reversed'].n}** ({low:.0%} to "
    f"{high:.0%}), {'surely' if high < 0.5 else 'not surely'} below half: it sees the other order and says so. "
    f"Shuffled it stands at {order['shuffled'].share():.0%}, from the question alone at "
    f"{order['question only'].share():.0%}: two events are offered, so half is chance. `unanswerable` is "
    f"{kept['blank'].share():.0%} right on grey pictures: by itself it proves nothing about seeing."
)

# %% [markdown]
# Three readings of a control. *As high as on the clip:* that question did not need what was taken away. *At chance:* it
# did. *Below chance, reversed:* the model follows the order that it is shown, as it should. (One frame as a control:
# Buch et al., 2022; shuffled and reversed films: Cores et al., 2024.)

# %% [markdown]
# ## 5. What kind of wrong?
#
# **Predict:** which kind of failure grows most on the reversed clip, and which on grey pictures?

# %%
from collections import Counter

from course_lib.viz import palette

names = [name for name in told if name != "constant"]
ended = {name: Counter(p.verdict.kind or "right" for probes in told[name] for p in probes) for name in names}
for name in names:
    print(f"{name:13}", ", ".join(f"{kind} {n}" for kind, n in ended[name].most_common()))

# %%
figure = Figure(figsize=(7.4, 2.8), layout="constrained")
axis = figure.add_subplot()
edge = np.zeros(len(names))
for kind, hatch in zip(palette.MARKS, ("", "//", "\\\\", "xx", "..", "--", "**", "")):
    wide = np.array([100 * ended[name][kind] / ended[name].total() for name in names])
    axis.barh(names, wide, left=edge, color=palette.MARKS[kind][0], hatch=hatch, edgecolor="w", label=kind)
    edge += wide
axis.set(xlim=(0, 100), xlabel="percent of all answers")
axis.invert_yaxis()
axis.spines[["top", "right"]].set_visible(False)
figure.legend(loc="outside upper center", ncols=4, fontsize=8, frameon=False)
Image(print_figure(figure, dpi=110), alt="A bar for the clip and each control: how its answers end, as counted above.")

# %% [markdown]
# Swapped time makes `order` and `shifted`, missing pictures make refusals. So the mix is a fingerprint: many `order`
# means that events are seen and put on the wrong side; many `false_abstain`, that they are not seen at all.
# **Predict:** true second across, told second up. Where will the answers about the reversed clip lie?

# %%
figure = Figure(figsize=(7.4, 3.0), layout="constrained")
axes = figure.subplots(1, 3, sharey=True)
for axis, name in zip(axes, ("clip", "shuffled", "reversed")):
    points = [p for probes, (_, truth) in zip(told[name], clips) for p in viz.confusion_data(probes, truth).points]
    placed = [p for p in points if p.true is not None and p.told is not None]
    for kind in ("right", "shifted", "order"):
        here = [p for p in placed if p.kind == kind]
        colour, marker = palette.MARKS[kind]
        axis.scatter([p.true for p in here], [p.told for p in here], 10, colour, marker=marker, alpha=0.6, label=kind)
    axis.set(title=name, xlabel="true second", aspect="equal", xlim=(-1, 31), ylim=(-1, 31))
axes[0].set_ylabel("told second")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8, frameon=False)
alt = "True against told second: the diagonal for the clip, anywhere for the shuffled, mirrored for the reversed one."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# The picture of section 2, of all clips. Reversed, what was asked by its second (`shifted`) lies on the *other*
# diagonal: what is true at second 5 is told of second 25. The model is right about the clip that it was shown.

# %% [markdown]
# ## 6. Two models on the same questions: pocket against pocket-notime
#
# *pocket-notime* has the same parts, but is never told at which second a moment is. (It was also trained a third
# shorter, says its card: keep that in mind.) Compare models on the same questions, and look at the pairs: where both
# are right or both wrong, the question says nothing about which is better.

# %%
from course_lib.temporal.paired import Resampling

mine = [1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1]
other = [1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1]
print(f"by hand: {(10 - 8) / 12:.3f}")
only_mine = sum(a and not b for a, b in zip(mine, other))
only_other = sum(b and not a for a, b in zip(mine, other))
print(f"loop:    {(only_mine - only_other) / 12:.3f} ({only_mine} only mine, {only_other} only the other's)")
score = Resampling(range(12)).score(range(12), mine, other)  # each question from a clip of its own
print(f"library: {score.gain:.3f} (95%: {score.gain_low:+.2f} to {score.gain_high:+.2f})")

# %% [markdown]
# The interval comes from drawing *clips* again, with replacement, all questions of a clip together (cluster bootstrap:
# Davison and Hinkley, 1997). **Predict:** training clips were mostly of 30 s. Where will the missing seconds hurt more,
# on clips of 30 s or of 20 s?

# %%
notime = zoo.load("pocket-notime")
TIMED = KINDS[:5]
clips20 = [clip_of(model, seed, 20.0) for seed in SEEDS]
asked20 = [probes_of(truth, seed, 4) for seed, (_, truth) in zip(SEEDS, clips20)]
sets = {"30 s": (clips, asked), "20 s": (clips20, asked20)}
pairs = {}
for length, (films, asks) in sets.items():
    asks = [[q for q in qs if q.kind in TIMED and q.answer != NOTHING] for qs in asks]
    pairs[length] = put_to(model, films, asks), put_to(notime, films, asks)

# %%
rows = ["| clips | kind | n | pocket | pocket-notime | gain in points | only pocket | only notime |"]
rows += ["|---" * 8 + "|"]
for length, (ours, theirs) in pairs.items():
    both = [(i, p, q) for i, lists in enumerate(zip(ours, theirs)) for p, q in zip(*lists)]
    draw = Resampling([i for i, _, _ in both])
    for kind in (*TIMED, "all"):
        some = [x for x in both if kind in (x[1].question.kind, "all")]
        a, b = ([x[k].verdict.ok for x in some] for k in (1, 2))
        s = draw.score([i for i, _, _ in some], a, b)
        only = sum(x and not y for x, y in zip(a, b)), sum(y and not x for x, y in zip(a, b))
        gain = f"**{100 * s.gain:+.0f}** ({100 * s.gain_low:+.0f} to {100 * s.gain_high:+.0f})"
        right = f"{sum(a) / s.n:.0%} | {sum(b) / s.n:.0%}"
        rows.append(f"| {length} | {kind} | {s.n} | {right} | {gain} | {only[0]} | {only[1]} |")
Markdown("\n".join(rows))

# %%
panels = []
for length, lists in pairs.items():
    series = {name: by_kind(each, TIMED) for name, each in zip(("pocket", "pocket-notime"), lists)}
    panels.append(Panel(f"clips of {length}", "kind of question", TIMED, series))
Image(print_figure(draw_breakdown(panels), dpi=110), alt=breakdown_alt(panels))

# %% [markdown]
# On 30 s the place of a moment in the prompt tells its second; on 20 s it does not, and *when* and *at* fall most.
# `order` needs no second and falls least. Does pairing pay? Compare with the same numbers as if of different questions.

# %%
ours, theirs = ([p.verdict.ok for probes in lists for p in probes] for lists in pairs["30 s"])
clusters = [i for i, probes in enumerate(pairs["30 s"][0]) for _ in probes]
draw = Resampling(clusters)
paired, one, two = draw.score(clusters, ours, theirs), draw.score(clusters, ours), draw.score(clusters, theirs)
wide = 100 * (paired.gain_high - paired.gain_low)
loose = 100 * np.hypot(one.high - one.low, two.high - two.low)
Markdown(f"The gain on 30 s is known to within **{wide:.0f} points** when paired, and to {loose:.0f} if it were not.")

# %% [markdown]
# ## 7. Error against length, gap, frames and position
#
# An average hides where a model fails. So sort the answers by something that you can measure, and look at each bin.
# Six answers by hand: how often is it wrong on events below 2 s, of 2 to 4 s, and above?

# %%
from course_lib.viz.breakdown import by_value

lengths = [1.0, 1.2, 2.5, 3.0, 3.9, 4.5]
right = [False, True, True, False, True, True]
print("by hand:", ["1 of 2", "1 of 3", "0 of 1"])
for low, high in ((0, 2), (2, 4), (4, 6)):
    here = [ok for length, ok in zip(lengths, right) if low <= length < high]
    print("loop:   ", here.count(False), "of", len(here))
row = by_value("", "seconds", [0, 2, 4, 6], {"six": list(zip(lengths, right))}).series["six"]
print("library:", [f"{c.n - c.right} of {c.n}" for c in row])

# %% [markdown]
# Now clips in which one event is shorter than the gap between two moments. For every event one `at` and one `when`, for
# every two events one `order`; and all of it with 4, 8, 16 and 32 moments of the clip.

# %%
import itertools
import random

from course_lib.clipworld import phrasings as say
from course_lib.temporal.asking import put


def about_all(truth, rng):
    """(question, its events) for every event that has its words to itself, and for every two of them."""
    once = [e for e in truth if sum(e.text == other.text for other in truth) == 1]
    made = []
    for e in once:
        t = round((e.start + e.end) / 2)
        if truth.at(t) == (e,):
            made.append((ask_about("at", put(say.AT[1], t=t), truth, e), (e,)))
        made.append((ask_about("when", put(say.WHEN[0], e), truth, e), (e,)))
    for a, b in itertools.combinations(once, 2):
        made.append((ask_about("order", put(say.ORDER_FIRST[0], *rng.sample([a, b], 2)), truth, a, b), (a, b)))
    return made


# %%
hard = range(100, 116)
results = []  # (moments, kind, events, right)
unseen = Counter()  # events without a moment inside, by the number of moments
for moments, seed in progress([(m, s) for m in (4, 8, 16, 32) for s in hard], "asking pocket"):
    clip, truth = clip_of(model, seed, 30.0, "short", moments)
    made = about_all(truth, random.Random(seed))
    answers = model.answers(clip, [q.text for q, _ in made])
    for (q, events), answer in zip(made, answers):
        results.append((moments, q.kind, events, temporal.judge(q, answer, truth).ok))
    middles = clip.seconds.reshape(-1, 2).mean(axis=1)
    unseen[moments] += sum(not ((e.start <= middles) & (middles < e.end)).any() for e in truth)
    unseen["events"] += len(truth) / 4

# %% [markdown]
# **Predict:** which of the four curves is flat: length of the event, gap between two events, number of moments, or
# position in the clip?

# %%
sixteen = [(kind, events, ok) for moments, kind, events, ok in results if moments == 16]


def measured(kinds, measure):
    return {k: [(measure(*events), ok) for kind, events, ok in sixteen if kind == k] for k in kinds}


def at_moments(k):
    return cells([r[0] for r in results if r[1] == k], [r[3] for r in results if r[1] == k], (4, 8, 16, 32))


length = measured(("at", "when"), lambda e: e.end - e.start)
gap = measured(("order",), lambda a, b: b.start - a.end)
place = measured(("at", "when"), lambda e: (e.start + e.end) / 2)
number = {k: at_moments(k) for k in ("at", "when", "order")}

# %%
four = [
    by_value("length of the event", "seconds", [0, 2, 3, 4, 6], length),
    by_value("gap between two events", "seconds", [0, 1.5, 3, 8, 15, 30], gap),
    Panel("number of moments", "moments", ("4", "8", "16", "32"), number, ordered=True),
    by_value("position in the clip", "second", [0, 6, 12, 18, 24, 30], place),
]
Image(print_figure(draw_breakdown(four, wrong=True), dpi=110), alt=breakdown_alt(four, wrong=True))

# %%
def tally(short):
    """(wrong, asked) of `at` and `when` about events below 2 s, or about the others."""
    oks = [ok for kind, (e, *_), ok in sixteen if kind != "order" and (e.end - e.start < 2) == short]
    return oks.count(False), len(oks)


(a, b), (c, d) = tally(True), tally(False)
Markdown(
    f"With 16 moments, `at` and `when` are wrong on **{a} of {b}** about events below 2 s and on {c} of {d} about the "
    f"others. Of {unseen['events']:.0f} events, {unseen[4]} have no moment inside them at 4 moments, {unseen[8]} at 8, "
    f"{unseen[16]} at 16 and {unseen[32]} at 32. What no moment shows did not happen for the model."
)

# %% [markdown]
# So the error follows how many moments show an event, much more than where in the clip it lies. Mind what a bin
# holds: a few dozen answers, and its bar says so. Only differences beyond the bars are worth a sentence.

# %% [markdown]
# ## 8. The well-known prompts, word for word
#
# Papers and demos ask in their own words. *pocket* knows few words, and only the phrasings that it was trained on.
# **Predict:** for which of these will it still find the right answer?

# %%
TIMES = (
    "The video lasts for {length:.2f} seconds, and {frames} frames are uniformly sampled from it. These frames are "
    "located at {times}.Please answer the following questions related to this video."
)
PROMPTS = [
    ("its own", "when", "When does the {a_s} {a_base}?"),
    ("everyday", "when", "At what time does the {a_s} {a_base}?"),
    ("LLaVA-Video, before its own", "when", TIMES + "\nWhen does the {a_s} {a_base}?"),
    ("VTimeLLM", "when", "During which frames can we see the {a_s} {a_present}?"),
    ("TimeChat", "when", "Localize the visual content described by the given textual query 'the {a_s} {a_present}' "
     "in the video, and output the start and end timestamps in seconds."),
    ("its own, and MVBench", "after", "What happened after the {a_s} {a_past}?"),
    ("its own, and everyday", "before", "What happened before the {a_s} {a_past}?"),
]  # fmt: skip

# %%
CAREFULLY = (
    "Carefully watch the video and pay attention to the cause and sequence of events, the detail and movement of "
    "objects, and the action and pose of persons. Based on your observations, select the best option that accurately "
    "addresses the question.\n"
)
PROMPTS += [
    ("MVBench, with preface", "choice", CAREFULLY + "Question: {q}\nOptions:\n(A) {A}\n(B) {B}\n(C) {C}\n"
     "Only give the best option."),
    ("TempCompass", "choice", "{q}\nA. {A}\nB. {B}\nC. {C}\nPlease directly give the best option:"),
    ("its own", "summary", "Summarize the video with times."),
    ("everyday", "summary", "What happens in this video? Describe the events in chronological order."),
    ("everyday", "summary", "Describe the video in detail."),
    ("LLaVA-Video", "summary", TIMES + "\nPlease describe this video in detail."),
]  # fmt: skip

# %% [markdown]
# Sources: the code of LLaVA-Video (Zhang et al., 2024), VTimeLLM (Huang et al., 2023), TimeChat (Ren et al., 2023),
# MVBench (Li et al., 2023) and TempCompass (Liu et al., 2024). Each is filled in with one event of each clip.

# %%
from course_lib.clipworld.questions import event_forms
from course_lib.temporal.twins import multiple_choice


def filled(kind, words, clip, truth, rng):
    """The question that a prompt asks about the second event of a clip, and the prompt with that event in it."""
    e = truth.events[1]
    asked = ask_about("after" if kind == "choice" else kind, put(say.AFTER[0], e), truth, e)
    times = ",".join(f"{s:.2f}s" for s in clip.seconds)
    fields = event_forms("a", e) | {"q": asked.text, "length": clip.duration, "frames": len(clip), "times": times}
    if kind == "choice":
        asked = multiple_choice([asked], truth, rng, options=3)[0]
        fields |= dict(zip("ABC", asked.options))
    return asked, words.format(**fields)


# %%
films = [(c, t) for c, t in clips if len(t) > 2 and len({e.text for e in t}) == len(t)][:16]
scores = [[] for _ in PROMPTS]
first = {}  # what was asked and answered of the first clip
for i, (clip, truth) in progress(list(enumerate(films)), "asking pocket"):
    prompts = [filled(kind, words, clip, truth, random.Random(i)) for _, kind, words in PROMPTS]
    for k, ((q, text), answer) in enumerate(zip(prompts, model.answers(clip, [text for _, text in prompts]))):
        first.setdefault(k, (text, answer))
        scores[k].append(temporal.judge(q, answer, truth))

# %%
import re


def known(text):
    """How many of a text's words pocket has in its vocabulary. It spells the others letter by letter."""
    words = re.findall(r"[a-z]+", text.lower())
    return sum(len(model.model.tokenizer.tokenize(word)) == 1 for word in words), len(words)


rows = ["| from | prompt | words known | it says of the first clip | right |", "|---|---|---|---|---|"]
for k, (source, kind, words) in enumerate(PROMPTS):
    text, answer = first[k]
    right, n = sum(v.ok for v in scores[k]), len(scores[k])
    result = f"F1 {np.mean([v.score for v in scores[k]]):.2f}" if kind == "summary" else f"{right} of {n}"
    told_so = answer if len(answer) < 90 else answer[:89] + "…"
    shown = re.sub(r"(\d+\.\d+s,)(\d+\.\d+s,)+", r"\1 …, ", text).replace("\n", "<br>")
    rows.append(f"| {source} | {shown} | {'%d of %d' % known(text)} | {told_so} | **{result}** |")
Markdown("\n".join(rows))

# %%
names = [f"{source}: {kind}" for source, kind, _ in PROMPTS]
values = [100 * np.mean([v.score if p[1] == "summary" else v.ok for v in vs]) for p, vs in zip(PROMPTS, scores)]
colours = ["#0072B2" if source.startswith("its own") else "#E69F00" for source, *_ in PROMPTS]
figure = Figure(figsize=(7.4, 3.6), layout="constrained")
axis = figure.add_subplot()
bars = axis.barh(range(len(names)), values, color=colours)
axis.bar_label(bars, [f"{v:.0f}" for v in values], fontsize=8, padding=2)
axis.set(yticks=range(len(names)), yticklabels=names, xlim=(0, 108))
axis.set_xlabel("percent right (summaries: event F1); blue: its own words")
axis.tick_params(labelsize=8)
axis.invert_yaxis()
axis.spines[["top", "right"]].set_visible(False)
alt = "Bars: " + "; ".join(f"{name} {v:.0f}" for name, v in zip(names, values))
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Known words in a known order work. A preface of unknown ones breaks even its own question, and choices it cannot do at
# all (chance is one in three). This measures *pocket* and no other model: one that has read the web may well
# understand them all. The rule holds for both: report the prompt with the number, and try more than one.

# %% [markdown]
# ## 9. Mistakes without labels: contradictions
#
# Nobody has written the timeline of your own film. Still, some answers cannot both be true. After-then-before must
# return to where it started; of two events one is first, whichever is named first; a reversed clip must reverse.
# (Jung et al., 2024, ask video models back about their own answers in this way.)

# %%
from course_lib.temporal.contradictions import RULES, contradictions

for rule, must in RULES.items():
    print(f"{rule:14} {must}")

# %% [markdown]
# To know what such a test is worth you need the truth once more. `truth_of` finds what is right of a test's questions
# in a timeline, and with it you can build models whose mind you know.

# %%
from dataclasses import replace

from course_lib.temporal.case import read

STARTS = {
    "What happens right before": "before", "What happens right after": "after", "What comes next after": "after",
    "What happens at": "at", "What action occurs at": "at", "Which happens first": "order", "When does": "when",
}


def at_second(text, t, truth):
    """What is right of a second, within a second; past the end nothing is."""
    near = [e for e in truth if e.overlaps(t - 1, t + 1)]
    idle = [NOTHING] if any(not truth.at(s) for s in (t - 1, t, t + 1)) else []
    right = [e.text for e in near] + idle if t < truth.duration else [UNSEEN]
    kind = "at" if t < truth.duration else "unanswerable"
    return Question(text, right[0], kind, (t - 1, t + 1), tuple(right), False)


# %%
def truth_of(text, truth):
    """The question of a contradiction test, with the answer that is right by a timeline."""
    kind = next(kind for start, kind in STARTS.items() if text.startswith(start))
    if kind == "at":
        return at_second(text, int(re.search(r"\d+", text)[0]), truth)
    bare = Question(text, "", kind, (0.0, truth.duration), (), False)
    named = read(bare, "", truth).asked  # the events of the timeline that the words name
    enough = 2 if kind == "order" else 1
    return ask_about(kind, text, truth, *(named[:enough] if len(named) >= enough else ()))


print(truth_of("What happens right after the white dog runs?", story).answer)
print(truth_of("What happens right after the blue car stops?", story).answer)

# %% [markdown]
# Three models by hand. One has the true story in mind. One has a wrong story in mind: the ball and the dog have changed
# places. One knows the story, but says of two events always the one that was named first.
# **Predict:** which of them contradict themselves?

# %%
from course_lib.temporal.time_map import backwards


def believer(world):
    """A model that answers everything from one timeline, and from its mirror when the clip is played backwards."""
    def ask(clip, questions):
        seen = backwards(world).timeline if "reversed" in clip.source else world
        return [truth_of(q, seen).answer for q in questions]
    return ask


def parrot(clip, questions):
    """The first-named of two events, else the truth."""
    named = [re.match("Which happens first: (.*) or ", q) for q in questions]
    return [m[1] if m else answer for m, answer in zip(named, believer(story)(clip, questions))]


# %%
mixed = Timeline((replace(ball, start=2, end=5), person, replace(dog, start=11, end=14), bird), 20.0)
film = replace(tiny, duration=20.0)
for name, ask, mind in (
    ("the true story", believer(story), story), ("a wrong story", believer(mixed), mixed), ("a parrot", parrot, story),
):
    found = contradictions(ask, film, tuple(mind))
    order = "Which happens first: the white dog runs or the yellow ball bounces?"
    ok = temporal.judge(truth_of(order, story), ask(film, [order])[0], story).ok
    n = len(found.contradictions)
    print(f"{name:14} {n} of {sum(found.checks.values())} tests contradict; right about the dog: {ok}")
    for c in found.contradictions[:1]:
        print("   ", c.why)

# %% [markdown]
# So a contradiction shows a mistake, and none shows nothing: whoever is wrong in a consistent way is never caught.
# How many mistakes *are* caught? Drawn clips tell. Let *pocket* look at 8 moments only, so that it makes mistakes.
# And in two ways: as it is, with the story that it told itself in sight, and from the video alone.

# %%
from course_lib.zoo.pocket import Pocket


def tested(model, clip, truth):
    """The contradictions of a model on a clip, and of each answer given on the way whether it is right."""
    right = {}

    def ask(shown, questions):
        world, mark = (truth, "") if shown is clip else (backwards(truth).timeline, "(backwards) ")
        answers = model.answers(shown, questions)
        for q, a in zip(questions, answers):
            right[mark + q] = temporal.judge(truth_of(q, world), a, world).ok
        return answers

    events = temporal.told_events(model.summarize(clip), clip.duration)
    return contradictions(ask, clip, events), right


coarse = [clip_of(model, seed, num_frames=8) for seed in SEEDS]
alone = Pocket(model.model, "video alone", timeline_first=False)
tests = {m.name: [tested(m, clip, truth) for clip, truth in progress(coarse, "testing")] for m in (model, alone)}

# %%
shown = {}  # one contradiction of each rule
for found, right in tests["video alone"]:
    for c in found.contradictions:
        shown.setdefault(c.rule, (c, right))
rows = ["| rule | asked | it answers | in truth |", "|---|---|---|---|"]
for rule in ("round trip", "two ways round", "backwards"):
    c, right = shown[rule]
    for q, answer in c.asked:
        rows.append(f"| {rule} | {q} | {answer} | {'right' if right[q] else '**wrong**'} |")
Markdown("\n".join(rows))

# %% [markdown]
# **Predict:** an answer is *flagged* if it is part of a contradiction. How many of the flagged are wrong (precision),
# and how many of the wrong are flagged (recall)? By lot, the precision would be the share of wrong answers.

# %%
def detector(tests):
    """Answers as (clip, question): all, wrong, flagged. Contradictions: how many, and how many hold a wrong answer."""
    given = {(i, q) for i, (_, right) in enumerate(tests) for q in right}
    wrong = {(i, q) for i, q in given if not tests[i][1][q]}
    every = [(i, c) for i, (found, _) in enumerate(tests) for c in found.contradictions]
    flagged = {(i, q) for i, c in every for q, _ in c.asked}
    return given, wrong, flagged, len(every), sum(any((i, q) in wrong for q, _ in c.asked) for i, c in every)


rows = ["| | wrong answers | contradictions | with a wrong answer | precision | recall |", "|---|---|---|---|---|---|"]
for name, tested_so in tests.items():
    given, wrong, flagged, made, true = detector(tested_so)
    row = [f"**{name}** | {len(wrong)} of {len(given)}, {len(wrong) / len(given):.0%} | {made} | {true}"]
    for whole in (flagged, wrong):
        low, high = wilson(len(flagged & wrong), len(whole))
        row.append(f"{len(flagged & wrong)} of {len(whole)}: **{low:.0%} to {high:.0%}**")
    rows.append("| " + " | ".join(row) + " |")
Markdown("\n".join(rows))

# %%
rules = [rule for rule in RULES if rule != "two looks"]  # that one needs other frames
figure = Figure(figsize=(7.4, 3.2), layout="constrained")
left, right = figure.subplots(1, 2, width_ratios=(1.3, 1))
for k, (name, tested_so) in enumerate(tests.items()):
    broken = Counter(c.rule for found, _ in tested_so for c in found.contradictions)
    made = [sum(found.checks.get(rule, 0) for found, _ in tested_so) for rule in rules]
    wide = [100 * broken[rule] / n for rule, n in zip(rules, made)]
    colour = ("#0072B2", "#D55E00")[k]
    bars = left.barh(np.arange(7) + 0.4 * k, wide, 0.38, color=colour, label=name)
    left.bar_label(bars, [f"{broken[rule]} of {n}" for rule, n in zip(rules, made)], fontsize=7.5, padding=2)
    x = [len(found.contradictions) + 0.15 * k for found, _ in tested_so]
    right.plot(x, [100 * np.mean([not ok for ok in oks.values()]) for _, oks in tested_so], "os"[k], color=colour)
left.set(yticks=np.arange(7) + 0.2, yticklabels=rules, ylim=(6.8, -0.4), xlim=(0, 50), xlabel="percent of tests")
right.set(xlabel="contradictions in a clip", ylabel="wrong answers, percent", ylim=(0, 100))
figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=2, fontsize=8, frameon=False)
Image(print_figure(figure, dpi=110), alt="Left: how often each rule is broken. Right: clips by contradictions, errors.")

# %%
def together(tests):
    """The correlation over clips of contradictions and the share of wrong answers."""
    x = [len(found.contradictions) for found, _ in tests]
    return np.corrcoef(x, [np.mean([not ok for ok in right.values()]) for _, right in tests])[0, 1]


Markdown(
    f"Over {len(coarse)} clips, the number of contradictions and the share of wrong answers have a correlation of "
    f"**{together(tests['pocket']):+.2f}** as it is, and of **{together(tests['video alone']):+.2f}** from the video "
    "alone."
)

# %% [markdown]
# With its own story in sight *pocket* is right more often, contradicts itself much less, and is caught less: its
# mistakes agree with each other. Count contradictions to distrust a model, never to trust it. (Those without a mistake
# had two readings: a second between two events, or a landing that is, played backwards, a flight.)

# %% [markdown]
# Now a film that nobody drew: a road from above, four cars. This cell needs the network once, so it is not run here.
# **Predict:** *pocket* knows only drawn clips. How will that show, without any label?

# %% tags=["skip-execution", "nbval-skip"]
from course_lib.cli import main

fetched = main(["clip", "--download", "car-detection"])  # a real clip, checked by its sha256
proved = main(["probe", "car-detection.mp4"])  # no timeline: by contradiction alone; 1 if it found any

# %% [markdown]
# ## 10. What the public benchmarks found
#
# The same ideas on real film: pairs that differ in order alone, reversed and shuffled clips, single frames, questions
# without a clip. **Predict:** how far apart are the best models and people where only time tells two clips apart?


# %%
found = [
    ("Vinoground", "Zhang, Cai, Lee, 2024", "2410.02763", "two films, and the same words in two orders",
     "GPT-4o about 50% on texts and on films, 35% with all right; people about 90%"),
    ("TVBench", "Cores et al., 2024", "2410.07752", "questions that one frame or the text alone cannot answer",
     "chance 33.3%; GPT-4o 33.8% from the text, 35.8% from one frame; VideoChat2 33.0%; Tarsier-34B 53.8%, and below "
     "chance on reversed films, as it should be"),
    ("MVBench", "Li et al., 2023", "2311.17005", "20 tasks made from older data sets",
     "VideoChat2 over 15% above earlier models; Cores et al. (above): scores hardly lower on reversed films"),
    ("TempCompass", "Liu et al., 2024", "2403.00476", "films that differ in speed, direction or order alone",
     "Gemini 1.5 Pro, choices: action 96.7%, direction 43.3%, order 55.6%; Video-LLaVA 76.0%, 35.2%, 37.7%"),
    ("TOMATO", "Shangguan et al., 2024", "2410.23266", "1,484 questions that need many frames in order",
     "the best model 57.3 points below people"),
]  # fmt: skip

# %%
found += [
    ("TemporalBench", "Cai et al., 2024", "2410.10818", "fine differences: how often, how far, in which order",
     "GPT-4o 38.5%; people about 30 points higher"),
    ("TimeBlind", "Li et al., 2026", "2602.00288", "pairs of films with the same pictures, other time",
     "the best of over 20 models tells both films of a pair apart in 48.2%, people in 98.2%"),
    ("Charades-STA", "Gao et al., 2017", "1705.02101", "from when to when? Right is an overlap (IoU) of one half",
     "TimeChat (Ren et al., 2023, arXiv 2312.02051) 27.5 points above earlier video models; Otani et al. (2020, arXiv "
     "2009.00325): substantial biases in the data, and baselines that never see the film compete"),
    ("Video-MME", "Fu et al., 2024", "2405.21075", "11 seconds to 1 hour of film; understanding, not order",
     "Gemini 1.5 Pro 75%, GPT-4o 71.9% on average"),
]  # fmt: skip
rows = ["| benchmark | paper | asks | found |", "|---|---|---|---|"]
for name, paper, number, asks, result in found:
    rows.append(f"| **{name}** | {paper}, [arXiv {number}](https://arxiv.org/abs/{number}) | {asks} | {result} |")
Markdown("\n".join(rows))

# %%
scores = {"Vinoground\n(GPT-4o)": (50, 90, None), "TimeBlind\n(best of 20)": (48.2, 98.2, None),
          "TVBench\n(VideoChat2)": (33.0, None, 33.3), "TVBench\n(Tarsier-34B)": (53.8, None, 33.3)}  # fmt: skip
figure = Figure(figsize=(7, 2.4), layout="constrained")
axis = figure.add_subplot()
for y, (model_score, people, chance) in enumerate(scores.values()):
    axis.plot(model_score, y, "o", color="#0072B2", label="model" * (y == 0))
    if people is not None:
        axis.plot([model_score, people], [y, y], ":", color="#5B6770", linewidth=1)
        axis.plot(people, y, "D", color="#009E73", label="people" * (y == 0))
    if chance is not None:
        axis.plot(chance, y, "|", color="#D55E00", markersize=16, markeredgewidth=2, label="chance" * (y == 2))
axis.set(yticks=range(len(scores)), yticklabels=scores, ylim=(3.5, -0.5), xlim=(0, 100), xlabel="percent right")
axis.legend(fontsize=8, frameon=False, loc="lower right")
axis.tick_params(axis="y", labelsize=8)
Image(print_figure(figure, dpi=110), alt="Percent right: Vinoground 50 and people 90; TimeBlind 48.2 and people 98.2; "
      "TVBench, chance 33.3: VideoChat2 33.0 and Tarsier-34B 53.8.")

# %% [markdown]
# The numbers are those of the papers, or of the tables and judged answers in their repositories, each for the models of
# its time. What lasts is the method: where a shuffled clip, one frame or the text alone does as well, time is not
# measured. The library makes pairs like those of Vinoground from any clip: `course_lib.temporal.minimal_pairs`.

# %% [markdown] tags=["quiz"]
# ## Five questions for you
#
# <details><summary>1. Asked what comes after B (the story is A, B, C, D), a model says D. Asked again, A. Which kinds of failure?</summary><code>skipped</code> (C is left out) and <code>order</code> (A lies on the wrong side).</details>
# <details><summary>2. A model has 90% on <code>order</code>, and 88% on the same clips shuffled. What do you conclude?</summary>That it hardly used the order. The pictures one by one, or the questions, give the answers away: the test does not measure time.</details>
# <details><summary>3. One model is right on 19 of 25, another on 15 of the same 25. What do you look at first?</summary>At the questions on which they differ, and at whether they come from many clips. By the intervals alone, 57 to 89% against 41 to 77%, nothing is shown.</details>
# <details><summary>4. A model on your own film shows no contradiction in 40 tests. Is it right?</summary>You do not know. A consistent mistake, such as two events swapped in its mind, contradicts nothing.</details>
# <details><summary>5. Why is 0% on the reversed clip better news than 50%?</summary>At 50% it guesses. At 0% it saw the order that it was shown, which is the wrong one for the question as it stands.</details>

# %% [markdown]
# - **You** measured a video model by kind of question and of failure, against controls, with intervals, and without labels.
# - **It cannot yet** tell you how to make the model better, nor judge answers in words that the judge does not know.
# - **Exercise:** [Time](../exercises/6_time.ipynb): judge answers, match events, find contradictions, test for order.
