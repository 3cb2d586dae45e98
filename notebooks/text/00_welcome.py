# %% [markdown]
# # 00 · The whole thing in three minutes
#
# A small video language model watches a 30-second clip, tells it, and is caught being wrong about time.
# After this you can ask a model about a clip, judge its answers, and check whether it used time at all.
#
# {measured} A CPU is enough.

# %%
from course_lib import temporal, video, viz, zoo
from IPython.core.pylabtools import print_figure
from IPython.display import HTML, Image, Markdown, Video, display

# %% [markdown]
# ## 1. A clip whose truth is known
#
# The clip was drawn from a seed: what happens was decided first, and then painted. So the table is exact. It is one of
# those that the model is wrong about, chosen for that.
# Play it. If your viewer shows no player, section 2 shows the frames.

# %%
from pathlib import Path

import course_lib
from course_lib.timeline import Timeline

folder = Path(course_lib.__file__).parent / "clips"
film = folder / "demo.mp4"
truth = Timeline.load(folder / "demo.timeline.json")
left = '<td style="text-align: left">'
rows = "".join(f"<tr>{left}{e.start:.1f} to {e.end:.1f} s</td>{left}{e.text}</td></tr>" for e in truth)
player = Video(film, embed=True, html_attributes='controls muted loop width="340" aria-label="The clip"')
HTML(
    '<div style="display: flex; flex-wrap: wrap; gap: 2em; align-items: center">'
    f"{player._repr_html_()}<table><tr>{left}<b>when</b></td>{left}<b>what happens</b></td></tr>{rows}</table></div>"
)

# %% [markdown]
# ## 2. What the model sees of it
#
# A model does not watch a film. It looks at a few frames, each with its second, and all between them is lost.
# **Predict:** which event of the table has the fewest frames to be seen in?

# %%
model = zoo.load("pocket")
clip = model.watch(film)
print(f"{len(clip)} of {video.probe(film).frames} frames, in pairs: a moment and half a second later.")
for e in truth:
    print(f"{sum(e.start <= s < e.end for s in clip.seconds):4d} frames while {e.text}")
alt = f"Sixteen frames of the clip from {clip.seconds[0]:.1f} to {clip.seconds[-1]:.1f} s over an axis of seconds."
Image(print_figure(viz.frame_strip(clip, most=16), dpi=110), alt=alt)

# %% [markdown]
# ## 3. What it tells
#
# *pocket* was trained by this repository's own code, from nothing, and knows only clips of this kind.
# **Predict:** will it get the *what* or the *when* wrong more often?

# %%
print(model.summarize(clip).replace(". ", ".\n"))

# %% [markdown]
# On one axis of seconds: the film, what is true, what it told, and where it looked.
# What is wrong is hatched and says how: `invented`, `shifted` by so many seconds, or `not told`.
# Play it, or click an event to go there.

# %%
report = temporal.probe(model, clip, truth)
m = report.matched
viz.view(film, truth, report.told, clip.seconds, clip=clip)
Markdown(
    f"Of {m.num_true} true events it tells **{len(m.pairs)}** at the right time, {len(m.moved)} at a wrong time and "
    f"{len(m.missed)} not at all. It invents {len(m.invented)}. Event F1: **{m.f1:.2f}** (1 is perfect)."
)

# %% [markdown]
# ## 4. Five questions about time
#
# One question of each kind: one that the probe found wrongly answered, where it did. So these five are no average.
# **Predict:** answer them from the table in section 1. Which will the model get wrong?

# %%
kinds = ("at", "after", "before", "order", "when")
five = []
for kind in kinds:
    asked = [p for p in report.probes if p.question.kind == kind]
    five.append(min(asked, key=lambda p: p.verdict.ok).question)  # False sorts before True
for number, question in enumerate(five, 1):
    print(f"{number}. {question.text}")

# %% [markdown]
# `judge` compares words and seconds with the true timeline; no model judges another.

# %%
answers = model.answers(clip, [question.text for question in five])
verdicts = [temporal.judge(q, a, truth) for q, a in zip(five, answers)]
rows = ["| | question | it answers | true is |", "|---|---|---|---|"]
for q, a, v in zip(five, answers, verdicts):
    rows.append(f"| {'right' if v.ok else f'**wrong: {v.kind}**'} | {q.text} | {a} | {q.answer} |")
Markdown("\n".join(rows))

# %% [markdown]
# Take one that is wrong about time, and look for yourself at the seconds that decide it.

# %%
from io import BytesIO

import numpy as np
from PIL import Image as Picture

about_time = ("order", "shifted")  # these first, if there are any, then what else is wrong
i = min(range(5), key=lambda i: (verdicts[i].ok, verdicts[i].kind not in about_time))
q, v = five[i], verdicts[i]
near = video.sample(film, at=list(np.linspace(*q.evidence, 7)[:-1]), size=(170, 170))
row = np.hstack(np.pad(near.frames, ((0, 0), (0, 0), (0, 4), (0, 0)), constant_values=255))  # [170, 6 * 174, 3]
Picture.fromarray(row).save(png := BytesIO(), "PNG")
seconds = ", ".join(f"{s:.1f}" for s in near.seconds)
display(Image(png.getvalue(), alt=f"Six frames of the clip, at {seconds} s. True is: {q.answer}."))
how = "right" if v.ok else f"**{v.kind}**: {temporal.FAILURES[v.kind]}"
Markdown(f"Frames at {seconds} s. *{q.text}* It answers *{answers[i]}*. That is {how}. {v.why}")

# %% [markdown]
# ## 5. The control: the same questions, the clip in disorder
#
# Right answers prove little: perhaps the question alone gives them away. So shuffle the moments and ask again.
# **Predict:** the same pictures, at other seconds. How many of the answers stay right if the model uses time?

# %%
from course_lib.temporal.controls import shuffled

mixed = shuffled(clip)
alt = "The same frames in another order; the seconds under them are as before."
Image(print_figure(viz.frame_strip(mixed), dpi=110), alt=alt)

# %%
from course_lib.progress import progress

SHUFFLES = 5
seeds = progress(range(SHUFFLES), "asking of shuffled clips")
controls = [temporal.probe(model, shuffled(clip, seed), truth) for seed in seeds]


def share(reports, kind):
    """Right answers and all answers to questions of one kind."""
    oks = [p.verdict.ok for r in reports for p in r.probes if p.question.kind == kind]
    return sum(oks), len(oks)


print("kind        clip    shuffled")
for kind in kinds:
    print(f"{kind:8} {'%3d of %d' % share([report], kind):>8}  {'%4d of %d' % share(controls, kind):>10}")

# %% [markdown]
# As a picture: the share of right answers, on the clip and on the same clip shuffled five ways.

# %%
from matplotlib.figure import Figure

figure = Figure(figsize=(7, 2.4), layout="constrained")
axis = figure.add_subplot()
for side, (reports, name, colour) in enumerate([([report], "the clip", "#0072B2"), (controls, "shuffled", "#D55E00")]):
    heights = [np.divide(*share(reports, kind)) for kind in kinds]
    where = np.arange(5) + 0.38 * side
    bars = axis.bar(where, heights, 0.36, label=name, color=colour, hatch="//" * side, edgecolor="w")
    axis.bar_label(bars, [f"{h:.0%}" for h in heights], fontsize=8)
axis.set(xticks=np.arange(5) + 0.19, xticklabels=kinds, ylim=(0, 1.15), yticks=[])
axis.spines[["top", "left", "right"]].set_visible(False)
figure.legend(loc="outside right upper", frameon=False)
Image(print_figure(figure, dpi=110), alt="Bars of the share of right answers, kind by kind: the table above, drawn.")

# %%
from course_lib.temporal.metrics import wilson

right, asked = np.sum([share([report], kind) for kind in kinds], axis=0)
kept, again = np.sum([share(controls, kind) for kind in kinds], axis=0)
words = f"{right} of {asked} answers about time are right on the clip, {kept} of {again} on its shuffles."
low, high = wilson(right, asked)
side = "inside" if low <= kept / again <= high else "outside"
interval = f"The 95% interval of the first is {low:.0%} to {high:.0%}"
Markdown(f"**{words}** {interval}; the second, {kept / again:.0%}, lies {side} it.")

# %% [markdown]
# What is lost rested on *when*; what is kept may be chance, or the question alone. And one clip is an anecdote:
# `course bench pocket` measures the same on 500 clips that training never saw.

# %% [markdown]
# ## 6. How to work
#
# Run a cell with Shift+Enter; change a number and run it again. *Restart Kernel and Run All Cells* must always work.
# Predict before you run: write the guess down, since a guess in the head is always right afterwards.
# Is your machine ready? `course doctor` says what is missing and how to mend it. (Yours prints something else.)

# %% tags=["nbval-ignore-output"]
from course_lib.cli import main

exit_code = main(["doctor"])

# %% [markdown]
# Where this goes. No notebook needs another one's kernel, or a solved exercise.

# %%
import tomllib

root = next(p for p in Path.cwd().resolve().parents if (p / "course.toml").is_file())
manifest = tomllib.loads((root / "course.toml").read_text(encoding="utf-8"))
rows = ["| notebook | what it is about | minutes | its exercises |", "|---|---|---:|---|"]
for c in manifest["chapters"]:
    mine = [e for e in manifest["exercises"] if e["chapter"] == c["id"]]
    links = ", ".join(f"[{e['title']}](../exercises/{e['id']}.ipynb) ({e['points']} points)" for e in mine)
    rows.append(f"| [{c['id']}]({c['id']}.ipynb) | {c['title']} | {c['minutes']} | {links} |")
Markdown("\n".join(rows))

# %% [markdown]
# In an exercise you write a function, and `check` says whether it is right. Here is one that is not, of the first
# exercise: frames in the middles of n equal parts. **Predict:** what is wrong with it?

# %% tags=["nbval-ignore-output"]
from course_lib.learn import check


def uniform_indices(total, n):
    return [i * total // n for i in range(n)]


check("1.uniform", uniform_indices)

# %% [markdown]
# Stuck? `hint("1.uniform")` helps in three steps. `solution("1.uniform")` opens after a pass, `progress()` shows how far
# you are. Or in a terminal: `course check 1`, `course progress`.

# %% [markdown]
# Try your own: `course clip --seed 7` draws another story, `course summarize VIDEO` tells any file, and
# `course probe VIDEO` looks for answers that contradict each other. Of real video *pocket* can say little.

# %% [markdown] tags=["quiz"]
# ## Five questions for you
#
# <details><summary>1. Something happens between two of its frames. What does the model know of it?</summary>Nothing. What no frame shows did not happen for it.</details>
# <details><summary>2. It tells the right event four seconds late. Which kind of failure is that?</summary><code>shifted</code>: right event, wrong time. <code>invented</code> would be an event that is not in the clip.</details>
# <details><summary>3. A model scores the same on the shuffled clip. What did it use?</summary>Not the order: the pictures one by one, or the question alone.</details>
# <details><summary>4. Why do some answers stay right on the shuffled clip?</summary>By chance: a moment can land near its old second, and a question that offers two events is right half the time.</details>
# <details><summary>5. Of the five in section 4, is the share of right ones the model's accuracy?</summary>No. Wrong ones were picked first, and five questions on one clip are too few.</details>

# %% [markdown]
# - **You** asked a video model about time, and judged it against the truth and against a control.
# - **It cannot yet** tell you *why* it is wrong. That needs frames, tokens and attention: the chapters above.
# - **Exercise:** none of its own. The first is [Frames](../exercises/1_frames.ipynb), with chapter 01.
