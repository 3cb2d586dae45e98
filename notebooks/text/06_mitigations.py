# %% [markdown]
# # 06 · What helps, by how much, and at what cost
#
# A model that you cannot train again can still be asked in other ways. Here you try them by hand, and then measure them.
# After this you can say of such a way what it gains, what it costs, where it hurts, and whether to use it.
#
# {measured} A CPU is enough.

# %%
from course_lib import temporal, zoo
from IPython.core.pylabtools import print_figure
from IPython.display import Image, Markdown, display

# %% [markdown]
# ## 1. One clip, asked as it is
#
# A drawn clip, so what happens in it is known. It was picked because the ways below disagree about it.
# Two subjects may act at once, which makes it one of the *hard* clips.

# %%
import torch
from course_lib.clipworld.scene import make_scene
from course_lib.temporal.footage import of_scene

torch.set_num_threads(1)  # a small model: two threads would wait for each other
model = zoo.load("pocket")
scene = make_scene(2005, 30.0, "two")
truth = scene.timeline
footage = of_scene(scene)  # can be looked at again, at any second
letters = dict(zip(truth, "ABCDEFGHIJK"))  # event -> its letter in the pictures
for e, letter in letters.items():
    print(f"{letter}  {e.start:4.1f} to {e.end:4.1f} s  {e.text}")

# %% [markdown]
# An **asker** answers questions about footage. Each way is an asker around an asker, so they compose. The innermost
# asks the model. This one also notes what reached the model: where it looked, and which words it read.

# %%
from course_lib.temporal.asker import Look, PlainAsker


class Noted(PlainAsker):
    """Asks the model as it is; keeps (look, questions, answers) of every call."""

    def __init__(self, model):
        super().__init__(model)
        self.notes = []

    def __call__(self, footage, questions, look=Look()):
        answers = super().__call__(footage, questions, look)
        self.notes.append((look, list(questions), list(answers)))
        return answers


# %% [markdown]
# Five questions, of those that the comparison below would draw for this clip.
# **Predict:** from the list above, answer them yourself. Which will the model get wrong?

# %%
import random

from course_lib.clipworld.questions import questions
from course_lib.temporal.comparison import COMPARED

drawn = questions(truth, random.Random("compare/0/two/2005"), COMPARED, 2, "any")
five = [drawn[i] for i in (0, 3, 4, 5, 8)]
texts = [q.text for q in five]


def table(ways):
    """The five questions, and for each way of {name: answers} what it says, judged."""
    rows = [f"| question | {' | '.join(ways)} |", "|---" * (1 + len(ways)) + "|"]
    for i, q in enumerate(five):
        said = [(temporal.judge(q, some[i].answer, truth).ok, some[i].answer) for some in ways.values()]
        rows.append(f"| {q.text} | {' | '.join(f'{a} (right)' if ok else f'**{a} (wrong)**' for ok, a in said)} |")
    return Markdown("\n".join(rows))


# %%
plain = Noted(model)
as_it_is = plain(footage, texts)
table({"as it is": as_it_is})

# %% [markdown]
# Where it looked: 16 moments, evenly spaced, for all five. What lies between two of them, it has not seen.

# %%
from matplotlib.figure import Figure


def story(axis, rows):
    """The true events as lettered bars on top; under them a row of ticks for each (name, seconds, window) of `rows`."""
    for e, letter in letters.items():
        lane = 1.3 if any(other.start < e.start < other.end for other in truth) else 0.6
        axis.barh(lane, e.end - e.start, 0.6, e.start, color="#CCCCCC", edgecolor="w")
        axis.text((e.start + e.end) / 2, lane, letter, ha="center", va="center", fontsize=9)
    for y, (_, seconds, window) in enumerate(rows, 1):
        axis.barh(-y, window[1] - window[0], 0.7, window[0], color="#56B4E9", alpha=0.25)
        axis.plot(seconds, [-y] * len(seconds), "|", ms=13, mew=1.8, color="#0072B2")
    axis.set(xlim=(0, 30), ylim=(-len(rows) - 0.6, 1.7), xlabel="seconds")
    axis.set_yticks([0.95, *range(-1, -len(rows) - 1, -1)], ["true", *(name for name, _, _ in rows)])
    axis.spines[["top", "right", "left"]].set_visible(False)


# %%
moments = plain.clip(footage).seconds.reshape(-1, 2).mean(axis=1)  # pairs of frames -> [16] moments
figure = Figure(figsize=(7, 1.9), layout="constrained")
story(figure.add_subplot(), [("as it is", moments, (0, 30))])
seen = {letter: sum(e.start <= m < e.end for m in moments) for e, letter in letters.items()}
alt = f"The true events A to {list(seen)[-1]}, and 16 moments. Seen in one moment: {[x for x in seen if seen[x] == 1]}."
display(Image(print_figure(figure, dpi=110), alt=alt))
print("moments in which an event is seen:", ", ".join(f"{letter} {n}" for letter, n in seen.items()))

# %% [markdown]
# ## 2. Words in front of the question
#
# The first idea: a better prompt. Here is a known form with frame ranges, word for word.
# **Predict:** it tells the model no more than the question does. Will the five answers get better, worse, or stay?

# %%
import textwrap

from course_lib.temporal.mitigate import structured, timestamps

noted = Noted(model)
in_ranges = structured(noted)(footage, texts)
prompt = noted.notes[0][1][0]  # what reached the model for the first question, word for word
print(textwrap.fill(prompt, 110), "\n->", in_ranges[0].answer)

# %% [markdown]
# The second says what was seen when: a line with the second of each frame (LLaVA-Video, Zhang et al., 2024).

# %%
noted_times = Noted(model)
with_times = timestamps(noted_times)(footage, texts)
print(textwrap.fill(noted_times.notes[0][1][0], 110), "\n->", with_times[0].answer)
table({"as it is": as_it_is, "structured": in_ranges, "timestamps": with_times})

# %% [markdown]
# The "…" stands there as in the form. *pocket* met these words in training, with one question only: what do the frames
# show? It answers that one. What the words cost, in tokens:

# %%
tokens = {"as it is": plain, "structured": noted, "timestamps": noted_times}
video_tokens = model.num_tokens(plain.clip(footage), "")
figure = Figure(figsize=(7, 1.7), layout="constrained")
axis = figure.add_subplot()
for y, (name, asker) in enumerate(tokens.items()):
    words = model.num_tokens(plain.clip(footage), asker.notes[0][1][0]) - video_tokens
    axis.barh(-y, video_tokens, color="#CCCCCC", label="video and told timeline" if not y else None)
    label = None if y else "question"
    axis.barh(-y, words, left=video_tokens, color="#D55E00", hatch="//", edgecolor="w", label=label)
    axis.text(video_tokens + words + 5, -y, f"{words} for the question", va="center")
axis.set(xlim=(0, 420), yticks=[0, -1, -2], yticklabels=list(tokens), xlabel="tokens")
axis.spines[["top", "right", "left"]].set_visible(False)
figure.legend(loc="outside upper center", ncols=2, frameon=False)
alt = f"Tokens read for one question: {video_tokens} for the video in all three, and the question's as written there."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# ## 3. The same form as a program
#
# Fill in the "…": ask for a description of the first half, then of the second. Then a program reads the question, and
# looks the answer up in what was told (as LLoVi, Zhang et al., 2024, does with a language model).
# **Predict:** to which of the five does a program know the answer, once it has the told list?

# %%
from course_lib.temporal.mitigate import two_step


def log(asker):
    """What reached the model, call by call."""
    for look, asked, answers in asker.notes:
        where = "the whole clip" if look.window is None else "{:.1f} to {:.1f} s".format(*look.window)
        print(f"-- {where}, {look.num_frames or 16} moments")
        for question, a in zip(asked, answers):
            print(textwrap.fill(f"{question} -> {a.answer}", 110, initial_indent="   ", subsequent_indent="      "))


halves = Noted(model)
by_halves = two_step(halves, 15.0)(footage, texts)
log(halves)

# %% [markdown]
# Where the list has what a question names, the program answers: *after* is the told event that starts next. The rest
# went to the model as before. With parts of up to 60 seconds (`two-step:60`) this clip is told whole:

# %%
whole = Noted(model)
as_one = two_step(whole, 60.0)(footage, texts)
table({"as it is": as_it_is, "two-step": by_halves, "two-step:60": as_one})

# %% [markdown]
# The answers can be no better than the told list, so look at it. A told event carries the letter of the true one that
# it means; orange, hatched and "?" is one that is not there, or at a wrong time.

# %%
from course_lib.temporal.metrics import match
from course_lib.temporal.mitigate.steps import describe

parts = {"halves": 15.0, "whole": 60.0}
lists = {name: describe(PlainAsker(model), footage, Look(), part)[0] for name, part in parts.items()}
figure = Figure(figsize=(7, 2.3), layout="constrained")
axis = figure.add_subplot()
story(axis, [])
for y, told in zip((-0.6, -2.2), lists.values()):
    meant = dict(match(told, truth.events).pairs)  # told -> true
    for e in told:
        lane = y + 0.65 * any(other.start < e.start < other.end for other in told)
        good = e in meant
        colour = "#BFDDEE" if good else "#F5CDB0"
        axis.barh(lane, e.end - e.start, 0.6, e.start, color=colour, hatch="" if good else "///", edgecolor="w")
        axis.text((e.start + e.end) / 2, lane, letters[meant[e]] if good else "?", ha="center", va="center", fontsize=9)

# %%
axis.set(ylim=(-2.6, 1.7), yticks=[0.95, -0.6, -2.2], yticklabels=["true", *lists])
wrong = {name: len(told) - len(match(told, truth.events).pairs) for name, told in lists.items()}
alt = f"True events over those told. Told {[len(v) for v in lists.values()]} events, of which wrong: {wrong}."
display(Image(print_figure(figure, dpi=110), alt=alt))
for name, told in lists.items():
    print(f"{name}: {len(told) - wrong[name]} of {len(told)} told events are right; {len(truth)} are true")

# %% [markdown]
# ## 4. Other pictures
#
# Three ways change what is seen. **Numbers** (NumPro, Wu et al., 2024): each frame carries its number in red, and the
# prompt says so. Four of the moments, as the model gets them:

# %%
from course_lib.temporal.mitigate import coarse_to_fine, denser, numbers

painted = Noted(model)
numbered = numbers(painted)(footage, texts)
shown = numbers(painted).clip(footage).frames[::2]  # one frame of each pair
figure = Figure(figsize=(7, 1.9), layout="constrained")
for i, axis in zip((0, 5, 10, 15), figure.subplots(1, 4)):
    axis.imshow(shown[i])
    axis.set_title(f"moment {i + 1}, {moments[i]:.1f} s", fontsize=9)
    axis.axis("off")
alt = "Four frames of 96 pixels with the numbers 1, 6, 11, 16 in red, bottom right."
display(Image(print_figure(figure, dpi=110), alt=alt))
print(painted.notes[0][1][0])

# %% [markdown]
# **Denser**: twice the moments. **Coarse to fine** (as VideoTree, Wang et al., 2024): answer, then look again at a
# quarter or a half of the clip, where question or answer points.
# **Predict:** which seconds get a second look for "just before the green car turned left"? Which question gets none?

# %%
fine, twice = Noted(model), Noted(model)
closer = coarse_to_fine(fine)(footage, texts)
dense = denser(twice)(footage, texts)
log(fine)

# %% [markdown]
# It finds the place by asking itself *when*. If that is wrong, it looks closely at the wrong place. On the axis:

# %%
rows = [("as it is", moments, (0, 30))]
for name, asker in (("denser", twice), ("closer look", fine)):
    for look in dict.fromkeys(look for look, _, _ in asker.notes if look.num_frames):
        seconds = PlainAsker(model).clip(footage, look).seconds.reshape(-1, 2).mean(axis=1)
        rows.append((name, seconds, look.window or (0, 30)))
figure = Figure(figsize=(7, 1.3 + 0.35 * len(rows)), layout="constrained")
story(figure.add_subplot(), rows)
windows = ", ".join(f"{w[0]:.1f} to {w[1]:.1f} s" for name, _, w in rows if name == "closer look")
alt = f"Moments over seconds: 16; 32 for denser; 16 in each closer look ({windows}). The true events are above."
display(Image(print_figure(figure, dpi=110), alt=alt))
table({"as it is": as_it_is, "numbers": numbered, "denser": dense, "coarse-to-fine": closer})

# %% [markdown]
# ## 5. Ask more than once
#
# **Vote** (self-consistency, Wang et al., 2023, here over phrasings): three wordings of each question, the same frames,
# and the answer that most of them get. Answers are counted by what they *mean*.
# **Predict:** a majority is wrong when most are wrong. Which of the five can a vote mend, and can it break one?

# %%
from course_lib.temporal.mitigate import reverse, vote
from course_lib.temporal.mitigate.reading import parse
from course_lib.temporal.mitigate.votes import ways

voters = Noted(model)
voted = vote(voters)(footage, texts)
ballots = [ways(text, parse(text), 3) for text in texts]  # the question itself, and two more
given = iter(voters.notes[0][2])
votes = [[next(given) for _ in ballot] for ballot in ballots]
for ballot, said in list(zip(ballots, votes))[1:4:2]:
    print("\n".join(f"{question} -> {a.answer}" for question, a in zip(ballot, said)), "\n")

# %% [markdown]
# Only two wordings fit the second of these: a tie, and ties go to the surer answer. All five; hatched is wrong:

# %%
figure = Figure(figsize=(7, 2.6), layout="constrained")
axis = figure.add_subplot()
for y, (q, said, won) in enumerate(zip(five, votes, voted)):
    for x, a in [*enumerate(said), (3.25, won)]:
        ok = temporal.judge(q, a.answer, truth).ok
        axis.barh(-y, 0.96, 0.86, x, color="#BFDDEE" if ok else "#F5CDB0", hatch="" if ok else "//", edgecolor="w")
        axis.text(x + 0.48, -y, textwrap.fill(a.answer, 20), ha="center", va="center", fontsize=7)
axis.set(xlim=(0, 4.25), yticks=range(-4, 1), yticklabels=[q.kind for q in five][::-1])
axis.set_xticks([0.48, 1.48, 2.48, 3.73], ["as asked", "second wording", "third wording", "the vote"])
axis.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
axis.spines[:].set_visible(False)
right = [sum(temporal.judge(q, a.answer, truth).ok for q, a in zip(five, some)) for some in (as_it_is, voted)]
alt = f"A grid of answers: five questions, three wordings, the vote. Right as asked: {right[0]}, by vote: {right[1]}."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# **Reverse**: the mirrored question about the clip played backwards, second 7 for second 23. If the two answers differ,
# the surer one counts. A turn has no name backwards, so our cars leave it little to ask. On another clip, picked because
# it helps there:

# %%
other = make_scene(2002, 30.0, "two")
both = Noted(model)
question = "What is happening 23 seconds in?"
(chosen,) = reverse(both)(of_scene(other), [question])
for (_, (asked,), (a,)), which in zip(both.notes, ("forwards ", "backwards")):
    print(f"{which}: {asked} -> {a.answer} (confidence {a.confidence:.0%})")
print(f"kept: {chosen.answer}; true at second 23: {' and '.join(e.text for e in other.timeline.at(23.0))}")

# %% [markdown]
# ## 6. Contrast: take off what the model says without order
#
# If a word is as likely with the moments shuffled, order did not speak for it. So score each word with
# log p + ½ (log p - log q): p from the clip, q from its shuffle (as visual contrastive decoding, Leng et al., 2024).

# %%
from course_lib.clipworld.questions import SUMMARY_QUESTION
from course_lib.model.prompt import place_video, turn
from course_lib.model.splice import splice
from course_lib.zoo.pocket import pair_up


@torch.no_grad()
def next_word(clip, question, begun):
    """log p of every word that can come next, [V], where the answer has begun with `begun`."""
    llama, (seconds, _) = model.model, pair_up(clip, 2)
    video = place_video(list(seconds), llama.projector.tokens, llama.time_signal, clip.duration)
    told = turn(SUMMARY_QUESTION, model.summarize(clip))  # it tells the timeline first, and answers behind it
    text = f"{video}{told}{turn(question)} {begun}"
    row = torch.tensor([llama.tokenizer(text, add_special_tokens=False)["input_ids"]])
    embeds = splice(llama.llm.get_input_embeddings()(row), [model.video_tokens(clip)], row == llama.video_token_id)
    return llama.llm(inputs_embeds=embeds).logits[0, -1].log_softmax(dim=-1)


# %% [markdown]
# Both answers to the second question begin with "the". Then comes the word that decides.
# **Predict:** which of the three words below loses most by the shuffle?

# %%
from course_lib.temporal.controls import shuffled
from course_lib.temporal.mitigate import contrast

clip = plain.clip(footage)
log_p, log_q = (next_word(some, texts[1], "the") for some in (clip, shuffled(clip)))  # [V] each
score = log_p + 0.5 * (log_p - log_q)
top = log_p.topk(3).indices
names = [model.model.tokenizer.decode([i]) for i in top.tolist()]
print("word      log p   log q   score")
for i, name in zip(top, names):
    print(f"{name:8} {log_p[i]:6.1f}  {log_q[i]:6.1f}  {score[i]:6.1f}")
contrasted = contrast(Noted(model))(footage, texts)
print(f"as it is: {as_it_is[1].answer}; with contrast: {contrasted[1].answer}")

# %%
axis = (figure := Figure(figsize=(7, 2.2), layout="constrained")).add_subplot()
looks = ("#0072B2", ""), ("#E69F00", "//"), ("#333333", "..")
for k, (values, label) in enumerate([(log_p, "log p, the clip"), (log_q, "log q, shuffled"), (score, "score")]):
    heights, (colour, hatch) = values[top].tolist(), looks[k]
    where = [-j - 0.27 * k for j in range(3)]
    bars = axis.barh(where, heights, 0.25, color=colour, hatch=hatch, edgecolor="w", label=label)
    axis.bar_label(bars, [f"{h:.1f}" for h in heights], padding=3, fontsize=8)
axis.set_yticks([-0.27, -1.27, -2.27], [f"the {name} …" for name in names])
axis.set_xlabel("the further left, the less likely")
axis.margins(x=0.12)
axis.spines[["top", "right", "left"]].set_visible(False)
legend = figure.legend(loc="outside upper center", ncols=3, frameon=False)

# %%
best = names[int(score[top].argmax())]
alt = f"Bars of log p, log q and score of the words {', '.join(names)}. By log p {names[0]} leads, by score {best}."
display(Image(print_figure(figure, dpi=110), alt=alt))
table({"as it is": as_it_is, "contrast": contrasted})

# %% [markdown]
# ## 7. Refuse what is not sure
#
# *pocket* says how sure it is of each answer. **Abstention** gives only the surest. By hand, with the five answers of
# section 1, the surest first: **coverage** is the share given, **risk** the share wrong among those.

# %%
import numpy as np
from course_lib.temporal.mitigate.abstention import best_threshold, refusing, risk_coverage

five_sure = [a.confidence for a in as_it_is]
five_right = [temporal.judge(q, a.answer, truth).ok for q, a in zip(five, as_it_is)]
given = wrong = 0
print("confidence  right  coverage  risk")
for sure, ok in sorted(zip(five_sure, five_right), reverse=True):
    given, wrong = given + 1, wrong + (not ok)
    print(f"{sure:9.0%}   {ok!s:5}  {given}/5       {wrong}/{given} = {wrong / given:.2f}")
curve = risk_coverage(five_sure, five_right)
print("library:", curve.coverage.round(2).tolist(), curve.risk.round(2).tolist())

# %% [markdown]
# Now clips that nothing else here uses: eight to choose a threshold on, eight to check it. The rule: of the answers
# given at most one in four may be wrong.
# **Predict:** what share of the answers survives that? And does the rule still hold on the other eight?

# %%
from course_lib.progress import progress


def answers_of(seeds):
    """Of every answer [N]: confidence, right?, refused by the model itself?, can the question be answered?"""
    out = []
    for seed in progress(seeds, "answering about new clips"):
        scene = make_scene(seed, 30.0, "two")
        asked = questions(scene.timeline, random.Random(seed), COMPARED, 2, "any")
        for q, a in zip(asked, PlainAsker(model)(of_scene(scene), [q.text for q in asked])):
            v, can = temporal.judge(q, a.answer, scene.timeline), q.kind != "unanswerable"
            out.append((a.confidence, v.ok, v.kind == "false_abstain" if can else v.ok, can))
    sure, *flags = zip(*out)
    return np.array(sure), *(np.array(flag) for flag in flags)


choosing, checking = answers_of(range(3100, 3108)), answers_of(range(3108, 3116))


# %%
def given_at(threshold, half):
    """How many answers are so sure, and how many of those are wrong."""
    enough = half[0] >= threshold
    return int(enough.sum()), int((enough & ~half[1]).sum())


MOST = 1 / 4
tried = np.ceil(np.unique(choosing[0]) * 100) / 100
fits = [t for t in tried if given_at(t, choosing)[1] <= MOST * given_at(t, choosing)[0]]
threshold = float(min(fits))
for name, half in (("chosen on", choosing), ("checked on", checking)):
    (n, bad), wrong = given_at(threshold, half), int((~half[1]).sum())
    print(f"{name:10}: {len(half[0])} answers, {wrong} wrong; at {threshold:.2f} {n} are given, {bad} wrong")

# %%
from course_lib.temporal.metrics import wilson

figure = Figure(figsize=(7, 3.6), layout="constrained")
axis = figure.add_subplot()
for name, half, colour, line in (("chosen on", choosing, "#E69F00", "--"), ("checked on", checking, "#0072B2", "-")):
    curve, (n, bad) = risk_coverage(*half[:2]), given_at(threshold, half)
    axis.plot(curve.coverage, curve.risk, line, color=colour, label=f"{name}: AURC {curve.aurc:.2f}")
    axis.plot(n / len(half[0]), bad / n, "o", ms=9, color=colour)
axis.axhline((~checking[1]).mean(), color="#777777", lw=1, ls=":", label="refuse at random")
axis.axhline(MOST, color="#D55E00", lw=1, label="the rule")
axis.set(xlim=(0, 1.01), ylim=(0, None), xlabel="coverage: share of answers given", ylabel="risk: share of them wrong")
axis.spines[["top", "right"]].set_visible(False)
figure.legend(loc="outside upper center", ncols=2, frameon=False)
n, bad = given_at(threshold, checking)
alt = f"Risk over coverage on both halves; a dot at the threshold: {bad} of {n} wrong when checked."
Image(print_figure(figure, dpi=110), alt=alt)

# %%
low, high = wilson(bad, n)
best = best_threshold(*choosing)
after, never = refusing(best.threshold, *checking), refusing(0.0, *checking)
own = int((checking[2] & checking[3] & (checking[0] >= threshold)).sum())
Markdown(
    f"On the other half {bad / n:.0%} of the given answers are wrong (95% interval {low:.0%} to {high:.0%}), at "
    f"coverage {n / len(checking[0]):.0%}. Of these {bad} wrong ones {own} are refusals already: *that cannot be "
    "seen*, said with confidence. The product score, which wants known things answered *and* unknown ones refused, "
    f"has its best threshold at {best.threshold:.2f}; checked, that gives **{after.score:.2f}**, "
    f"and the model as it is {never.score:.2f}."
)

# %% [markdown]
# A threshold buys a lower risk with coverage, and makes no wrong answer right. In a table that counts right answers it
# can gain only where nothing can be known. If you must not be wrong, read this curve instead.

# %% [markdown]
# ## 8. What a gain is worth: the interval, by hand
#
# A way wins some questions and loses others. Ten clips of two questions each: right (1) or wrong (0), asked as it is
# and in some new way, which wins five and loses one.
# **Predict:** is it better, or was it luck?

# %%
as_is = np.array([[1, 0], [1, 1], [0, 0], [1, 1], [0, 0], [1, 0], [1, 1], [0, 1], [1, 1], [0, 1]])  # [clips, questions]
new = np.array([[1, 1], [1, 1], [0, 0], [1, 1], [1, 1], [1, 0], [1, 0], [1, 1], [1, 1], [1, 1]])
gains = (new - as_is).mean(axis=1)  # [10], a clip's own gain
print("gain of each clip:", gains.tolist())
print(f"mean gain {gains.mean():+.2f}: won {int((new > as_is).sum())}, lost {int((new < as_is).sum())}")

# %% [markdown]
# Questions on one clip hang together: same frames, same scenery. So redraw whole *clips*, with replacement, 2000 times,
# each with both ways' answers (**paired**). The middle 95% of the redrawn means is the interval.

# %%
from course_lib.temporal.paired import Resampling

lots = np.random.default_rng(0).integers(0, 10, (2000, 10))  # [rounds, clips]
redrawn = np.array([gains[some].mean() for some in lots])
apart = new.mean(axis=1)[lots].mean(axis=1) - as_is.mean(axis=1)[lots[::-1]].mean(axis=1)  # not paired
print("by hand: {:+.3f} to {:+.3f}".format(*np.quantile(redrawn, (0.025, 0.975))))
print("unpaired: {:+.3f} to {:+.3f}".format(*np.quantile(apart, (0.025, 0.975))))
clips = np.repeat(np.arange(10), 2)
score = Resampling(clips.tolist()).score(clips.tolist(), (new.ravel() == 1).tolist(), (as_is.ravel() == 1).tolist())
print(f"library: {score.gain_low:+.3f} to {score.gain_high:+.3f}")

# %%
figure = Figure(figsize=(7, 2.3), layout="constrained")
axis = figure.add_subplot()
values, counts = np.unique(redrawn.round(6), return_counts=True)
inside = (values >= score.gain_low - 1e-6) & (values <= score.gain_high + 1e-6)
axis.bar(values, counts, 0.035, color=np.where(inside, "#0072B2", "#CCCCCC"))
axis.axvline(0, color="#D55E00", lw=1.5)
axis.axvline(gains.mean(), color="k", lw=1, ls=":")
axis.set(xlabel="mean gain of ten redrawn clips (dotted: of the clips themselves; orange: no gain)", yticks=[])
axis.spines[["top", "right", "left"]].set_visible(False)
alt = (
    f"The redrawn gains, the middle 95% in blue: from {score.gain_low:+.2f} to {score.gain_high:+.2f}. Zero is marked."
)
Image(print_figure(figure, dpi=110), alt=alt)


# %% [markdown]
# Below, the library redraws *seeds*, since two clips of one seed share their scenery. From fewer than ten seeds it
# gives no interval. The rule for all that follows, so that nobody reads more out of a table than is in it:


# %%
def by_rule(score):
    """helps, hurts: the whole interval of the gain lies above, below zero. Otherwise these clips do not show it."""
    return "helps" if score.helps else "hurts" if score.hurts else "not shown"


print(f"the ten clips above: {by_rule(score)}")

# %% [markdown]
# ## 9. Every way, on 30-second clips
#
# Clips of the hard kind of section 1, two subjects at once; neither training nor the sections above used them. Two
# questions of each kind on each clip, the same for every way.
# **Predict:** which way helps most? Which hurts most? And how far do you get with the pictures away?

# %%
TRIED = "structured two-step:60 timestamps numbers denser coarse-to-fine reverse contrast vote".split()
TRIED += [f"abstain:{threshold:g}"]
same = {"each": 2, "controls": ("shuffled", "question only"), "workers": 1}
short = temporal.compare(model, TRIED, range(3000, 3012), scene_kinds=("two",), seconds=30.0, **same)
print(f"{short.questions} questions on {short.clips} clips of {short.seconds:g} s, {len(short.seeds)} seeds")

# %%
MARKS = {"helps": ("#0072B2", "o"), "hurts": ("#D55E00", "D"), "not shown": ("#777777", "s")}


def asked_ways(c):
    """Mitigations from best to worst, then baselines."""
    return [*sorted(c.mitigations, key=lambda w: -w.overall.gain), *c.baselines]


def gained(axis, y, score):
    """A gain in points with its interval, in the colour and shape of its verdict."""
    colour, shape = MARKS[by_rule(score)]
    if score.gain_low is not None:
        axis.plot([100 * score.gain_low, 100 * score.gain_high], [y, y], color=colour, lw=2)
    axis.plot(100 * score.gain, y, shape, color=colour, ms=7, mfc="w" if shape == "s" else colour)
    axis.spines[["top", "right", "left"]].set_visible(False)


# %%
def beside(axis, c, what):
    """Bars: what a way costs, as a multiple of the model as it is."""
    for y, w in enumerate(asked_ways(c)):
        if (ratio := c.ratio(w, what)) is not None:
            axis.barh(-y, ratio, 0.6, color="#CCCCCC")
            axis.text(ratio + 0.1, -y, f"{ratio:.1f}", va="center", fontsize=8)
    axis.set(xlim=(0, 12), xticks=[])
    axis.set_title(what, fontsize=10)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)


# %%
def forest(c):
    """Gains with their intervals, zero marked, and beside them the cost."""
    some = asked_ways(c)
    figure = Figure(figsize=(7, 0.8 + 0.28 * len(some)), layout="constrained")
    left, *costs = figure.subplots(1, 3, sharey=True, width_ratios=[4, 1, 1])
    for y, w in enumerate(some):
        gained(left, -y, w.overall)
    left.axvline(0, color="k", lw=1)
    left.axhline(0.5 - len(c.mitigations), color="#BBBBBB", lw=1)  # baselines below
    left.set_yticks(range(0, -len(some), -1), [w.title for w in some])
    left.set_xlabel("gain in points, 95% interval")
    for axis, what in zip(costs, ("tokens", "calls")):
        beside(axis, c, what)
    return figure


# %%
def in_words(c):
    """The picture for those who cannot see it: a gain and its interval a way."""
    said = (f"{w.title} {gain_of(w.overall)}" for w in asked_ways(c))
    return f"Gains in points over {c.plain.overall.share:.0%} right: {'; '.join(said)}."


def points_of(score):
    """The gain and the ends of its interval, in percentage points."""
    return [100 * v for v in (score.gain, score.gain_low, score.gain_high)]


def gain_of(score):
    """The same in words: "+3 (-1 to +6)"."""
    return "{:+.0f} ({:+.0f} to {:+.0f})".format(*points_of(score))


Image(print_figure(forest(short), dpi=110), alt=in_words(short))

# %% [markdown]
# Blue circle: helps; orange diamond: hurts; hollow square: not shown. Cost: multiples of the model as it is. Calls:
# answers that it wrote. Tokens that a clip's questions share count once, so the multiple depends on how many are asked.
# The same as a table, with the rule applied and the kinds of question that surely lose:


# %%
def ruled(c):
    """The table of this chapter."""
    rows = ["| way | right | gain, points | tokens | calls | by rule | surely loses at |", "|---" * 7 + "|"]
    for w in (c.plain, *asked_ways(c)):
        cost = [f"{r:.1f} x" if (r := c.ratio(w, what)) is not None else "" for what in ("tokens", "calls")]
        said = ["", *cost, ""] if w is c.plain else [gain_of(w.overall), *cost, f"**{by_rule(w.overall)}**"]
        rows.append(f"| {w.title} | {w.overall.share:.0%} | {' | '.join(said)} | {', '.join(w.hurts)} |")
    return Markdown("\n".join(rows))


ruled(short)

# %% [markdown]
# The last rows are **baselines**: a constant answer (for *when* a constant window, the middle third of the clip), the
# moments shuffled, and the question alone, without a picture.


# %%
def verdicts(c):
    """The names of the mitigations by verdict, and how many verdicts chance alone would give."""
    found = {rule: [w.title for w in c.mitigations if by_rule(w.overall) == rule] for rule in MARKS}
    said = [f"- **{rule}**: {', '.join(names) or 'none'}" for rule, names in found.items()]
    n = len(c.mitigations)
    luck = f"Of {n} ways that change nothing, {0.05 * n:.1f} would be said to help or hurt, by chance."
    return Markdown("\n".join([f"On {c.clips} clips of {c.seconds:g} s:", "", *said, "", luck]))


verdicts(short)

# %% [markdown]
# Where does a way hurt? Kind by kind; a frame marks what is surely below zero, or above.
# **Predict:** which kind of question suffers when something is written in front of it?


# %%
def by_kind(c, axis):
    """Gain in points of every mitigation at every kind of question."""
    some, kinds = asked_ways(c)[: len(c.mitigations)], list(c.plain.kinds)
    cells = np.array([[100 * w.kinds[k].gain for k in kinds] for w in some])  # [ways, kinds]
    axis.imshow(cells, cmap="PuOr_r", vmin=-150, vmax=150, aspect="auto")
    for (y, x), value in np.ndenumerate(cells):
        sure = by_rule(some[y].kinds[kinds[x]]) != "not shown"
        look = {"weight": "bold", "bbox": {"fc": "w", "ec": "k", "pad": 2}} if sure else {}
        ink = "w" if abs(value) > 80 and not sure else "k"
        axis.text(
            x, y, f"{round(value):+d}".replace("+0", "0"), ha="center", va="center", color=ink, fontsize=8, **look
        )
    names = [f"{k}\n{c.plain.kinds[k].share:.0%} of {c.plain.kinds[k].n}" for k in kinds]
    axis.set_yticks(range(len(some)), [w.title for w in some])
    axis.set_xticks(range(len(kinds)), names, fontsize=7.5)
    axis.tick_params(length=0, top=True, labeltop=True, labelbottom=False)


# %%
figure = Figure(figsize=(7, 4), layout="constrained")
by_kind(short, figure.add_subplot())
lost = (f"{w.title} surely loses at {', '.join(w.hurts)}" for w in short.mitigations if w.hurts)
Image(print_figure(figure, dpi=110), alt=f"Gains by way and kind of question. {'; '.join(lost)}.")

# %% [markdown]
# Above each column: the share right as it is, and of how many. So few questions a kind show little, and one cell in twenty
# is framed by chance. And time, by the clock of the machine that ran this (yours differs):


# %% tags=["nbval-ignore-output"]
def clock(c):
    """Seconds a question, as a multiple of the model as it is."""
    return ", ".join(f"{w.title} {c.ratio(w, 'seconds'):.1f} x" for w in c.mitigations)


print(textwrap.fill(clock(short), 110))

# %% [markdown]
# ## 10. Two minutes
#
# Sixteen moments over two minutes are one each 7.5 seconds. The ways that look more often, and **a composed one**:
# `two-step:60+denser` tells each minute from twice the moments.
# **Predict:** what did not help at 30 seconds: does it help now?

# %%
LONG = ("denser", "coarse-to-fine", "two-step:60", "two-step:60+denser")
long = temporal.compare(model, LONG, range(3000, 3010), scene_kinds=("story",), seconds=120.0, **same)
display(Image(print_figure(forest(long), dpi=110), alt=in_words(long)))
ruled(long)

# %%
verdicts(long)

# %% tags=["nbval-ignore-output"]
print(textwrap.fill(clock(long), 110))

# %% [markdown]
# Why should more looks matter more here? Count the true events that none of the 16 moments falls into.


# %%
def unseen(c):
    """Events of the clips of a comparison that no moment of the plain model shows: (those, all)."""
    timelines = [make_scene(seed, c.seconds, kind).timeline for seed in c.seeds for kind in c.scene_kinds]
    looks = np.reshape(model.moments(c.seconds), (-1, 2)).mean(axis=1)
    shown = [any(e.start <= m < e.end for m in looks) for timeline in timelines for e in timeline]
    return shown.count(False), len(shown)


lines = []
for c in (short, long):
    missed, n = unseen(c)
    lines.append(f"{c.seconds:g} s: **{missed} of {n} events** ({missed / n:.0%}) show in no moment")
Markdown("; ".join(lines) + ". What is not seen can be neither told nor looked up.")

# %% [markdown]
# ## 11. Beside a larger measurement
#
# The repository keeps a run on more clips, of other seeds and, at 30 seconds, of more kinds. It was not made here: it is
# read from its file.
# **Predict:** of the verdicts above, which will change with more clips?

# %%
import json
import re
import sys
from pathlib import Path

root = Path(temporal.__file__).resolve().parents[2]
file, kept, size = root / "benchmarks" / "results" / "mitigations.json", {}, {}
if file.is_file():
    stored = json.loads(file.read_text(encoding="utf-8"))
    sys.path.append(str(root))
    from benchmarks.mitigations import HARD, SEEDS

    for k, s in HARD.values():  # kinds and seconds, as its `run` takes them
        size[s] = f"{len(k) * len(SEEDS) if len(k) > 1 else len(SEEDS) * 2 // 3} ({', '.join(k)})"
    for name, way, _, gain, tokens, *_ in stored["rows"]:
        points = [int(v) for v in re.findall(r"[+-]\d+", gain)]  # gain, from, to
        kept[HARD[name][1], way] = (gain, points, float(tokens or 0))
print(stored["note"] if kept else "No benchmarks/ beside this course_lib: clone the repository to see the larger run.")


# %%
def larger(c):
    """This run beside the kept one."""
    clips = f"clips here: {c.clips} ({', '.join(c.scene_kinds)}) | clips of the kept run: {size.get(c.seconds, 'none')}"
    rows = [f"| {c.seconds:g} s | {clips} | its tokens |", "|---" * 4 + "|"]
    for w in asked_ways(c):
        gain, _, tokens = kept.get((c.seconds, w.title), ("not in it", [], 0))
        rows.append(f"| {w.title} | {gain_of(w.overall)} | {gain} | {f'{tokens:.1f} x' if tokens else ''} |")
    return Markdown("\n".join(rows))


display(larger(short), larger(long))

# %%
figure = Figure(figsize=(7, 5), layout="constrained")
for axis, c in zip(figure.subplots(2, 1, height_ratios=[5, 2]), (short, long)):
    some = asked_ways(c)[: len(c.mitigations)]
    for y, w in enumerate(some):
        gained(axis, -y, w.overall)
        if points := kept.get((c.seconds, w.title), ("", []))[1]:
            axis.plot(points[1:], [-y - 0.3] * 2, color="#CC79A7", lw=2)
            axis.plot(points[0], -y - 0.3, "*", color="#CC79A7", ms=10)
    axis.axvline(0, color="k", lw=1)
    axis.set_yticks(range(0, -len(some), -1), [w.title for w in some])
    axis.set_ylim(-len(some) + 0.4, 0.6)
    axis.set_title(f"{c.seconds:g} s; stars: the kept run", fontsize=10)
axis.set_xlabel("gain in points, 95% interval")
alt = "The gains of both runs with their intervals, 30 s above, 2 minutes below: the numbers of the two tables, drawn."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# More clips, shorter intervals: a small gain comes to be seen. *Not shown* never meant "no effect".

# %% [markdown]
# ## 12. Choose
#
# A rule, to be written down before looking: of the ways that surely help and whose tokens fit the budget, the one whose
# interval *begins* highest. If there is none, ask the model as it is.
# **Predict:** what will it choose for 30 seconds, and what for two minutes, if twice the tokens are allowed?


# %%
def choose(rows, budget):
    """rows: (name, the gain's interval from, tokens as a multiple). The name by the rule above."""
    good = [(low, name) for name, low, tokens in rows if low > 0 and tokens <= budget]
    return max(good, default=(0, "as it is"))[1] if rows else "no file"


here = {c.seconds: [(w.title, w.overall.gain_low, c.ratio(w, "tokens")) for w in c.mitigations] for c in (short, long)}
there = {s: [(way, p[1], t) for (sec, way), (_, p, t) in kept.items() if sec == s and p and t] for s in here}
rows = ["| tokens at most | 30 s, this run | 30 s, kept | 2 minutes, this run | 2 minutes, kept |", "|---" * 5 + "|"]
for budget in (1.0, 1.2, 1.5, 2.0, 3.0):
    picks = [choose(some[s], budget) for s in (30.0, 120.0) for some in (here, there)]
    rows.append(f"| {budget:.1f} x | {' | '.join(picks)} |")
Markdown("\n".join(rows))

# %% [markdown]
# The picture behind the rule: up is better, left is cheaper. What lies below -15 points is left out.


# %%
def named(axis, c):
    """Gain over tokens; a thin line leads from a way's name to its interval."""
    near = sorted((w for w in c.mitigations if w.overall.gain > -0.15), key=lambda w: c.ratio(w, "tokens"))
    for i, w in enumerate(near):
        x, (y, *ends), (colour, shape) = c.ratio(w, "tokens"), points_of(w.overall), MARKS[by_rule(w.overall)]
        axis.plot([x, x], ends, color=colour, lw=2)
        axis.plot(x, y, shape, color=colour, ms=7, mfc="w" if shape == "s" else colour)
        line = {"arrowstyle": "-", "color": "#AAAAAA", "lw": 0.8}
        place = {"xytext": ((i + 0.5) / len(near), 1.04), "textcoords": "axes fraction", "arrowprops": line}
        axis.annotate(w.title.replace("+", "\n+"), (x, ends[1]), ha="center", fontsize=8, **place)
    axis.axhline(0, color="k", lw=1)
    axis.set_ylabel(f"{c.seconds:g} s: gain in points")
    axis.spines[["top", "right"]].set_visible(False)


# %%
figure = Figure(figsize=(7, 5.4), layout="constrained")
for axis, c in zip(figure.subplots(2, 1), (short, long)):
    named(axis, c)
axis.set_xlabel("tokens, as a multiple of the model as it is")
alt = "Gain over tokens for both lengths of clip: the numbers of the tables of sections 9 and 10, drawn."
Image(print_figure(figure, dpi=110), alt=alt)

# %%
BUDGET = 2.0
said = []
for c, name in ((short, "30-second clip"), (long, "2-minute clip")):
    pick, larger_pick = (choose(rows, BUDGET) for rows in (here[c.seconds], there[c.seconds]))
    line = f"- For a {name}: **{pick}** by this run, **{larger_pick}** by the kept run."
    if gain := kept.get((c.seconds, pick), ("",))[0]:
        line += f" The kept run, on other clips, says of the first: {gain}."
    for way in (w for w in c.mitigations if w.title == larger_pick != pick):
        line += f" This run says of the second: {gain_of(way.overall)}, {by_rule(way.overall)}."
    said.append(line)
Markdown("\n".join([f"With at most {BUDGET:g} times the tokens:", "", *said]))

# %% [markdown]
# Where the runs disagree, ask which has clips like yours, and more of them. The best of many looks better than it is, so
# check your pick on other clips. And all this is *pocket* on drawn clips. For another model:
# `course probe --seeds 0:200 --mitigation vote --mitigation two-step:60+denser --model NAME`

# %% [markdown] tags=["quiz"]
# ## Five questions for you
#
# <details><summary>1. A way gains 4 points, and its interval goes from -1 to +9. Does it help?</summary>These clips do not show it. Nor do they show that it does not: more clips make the interval shorter.</details>
# <details><summary>2. Why are whole clips redrawn for the interval, and not questions?</summary>Questions on one clip share its frames and its scenery, so they are right or wrong together. Redrawn one by one they would count as more evidence than they are.</details>
# <details><summary>3. Abstention makes fewer answers wrong. Why does it not gain in the table?</summary>The table counts right answers, and refusing makes no wrong answer right. Its worth is a lower risk at a smaller coverage: read the curve.</details>
# <details><summary>4. You try twenty ways on the same clips, and one of them surely helps. What do you do?</summary>Ask it again on other clips: of twenty ways that change nothing, one gets such an interval by chance.</details>
# <details><summary>5. Denser looks help at two minutes. Will they at 30 seconds?</summary>That does not follow. They mend what falls between the moments, and at 30 seconds little does. Measure at the length that you need.</details>

# %% [markdown]
# - **You built** an asker that notes what reaches a model, a paired interval, and a rule that chooses from a table.
# - **It cannot yet** make the model itself better at time; that takes training. And it speaks for drawn clips only.
# - **Exercise:** none of its own. [Time](../exercises/6_time.ipynb) uses the same judge and the same controls.
