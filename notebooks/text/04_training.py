# %% [markdown]
# # 04 · Training in four stages
#
# After this you can train a video language model yourself: pack questions, mask labels, overfit one batch, go through
# the stages with controls beside, take a part away to see its worth, and say what 7B would need.
#
# {measured} A CPU is enough.

# %%
from course_lib.viz.training import Share, draw_blocks, draw_shares, draw_stage, stage_alt
from IPython.core.pylabtools import print_figure
from IPython.display import Image, Markdown

# %% [markdown]
# ## 1. What a training example is
#
# Encoding a video is dear, asking is cheap. So many questions stand behind one video in a row, each blind to the
# others. By hand: three video tokens, and two questions of one word, answered in one word.

# %%
import torch

words = ["v1", "v2", "v3", "who?", "Ann", "when?", "noon"]
owner = [0, 0, 0, 2, 2, 3, 3]  # 0 the video; 2 and 3 the questions with their answers (1: a summary)
may = torch.zeros(7, 7, dtype=torch.bool)
for i in range(7):
    for j in range(i + 1):  # never ahead
        may[i, j] = owner[j] == 0 or owner[j] == owner[i]
print(may.int())

# %% [markdown]
# A row looks, a column is looked at: "when?" sees the video and itself. **Predict:** "who?" is the fourth word, "when?"
# the sixth. Which *positions* must they have, to be read as if alone?

# %%
from course_lib.model.train.packing import Block, pack

untold = Block([], 0)  # a summary could stand behind the video; here none does
two = [Block([21, 22], asked=1), Block([31, 32], asked=1)]
tiny = pack([[11, 12, 13]], [untold], [two])
print("mask as by hand:", torch.equal(tiny.mask[0, 0], may), "  shape", list(tiny.mask.shape))  # [B, 1, L, L]
print("positions", tiny.positions[0].tolist())
print("labels   ", tiny.labels[0].tolist(), "  to be predicted from each place; -100: nothing")

# %% [markdown]
# Each question's positions start behind the video. Now the real size: *pocket*'s encoder and words, a new projector and
# a new, small language model.

# %%
from course_lib.model.projector import MergingProjector
from course_lib.model.train.run import SHIPPED
from course_lib.model.train.start import start_values
from course_lib.model.video_llama import VideoLLaMA
from transformers import LlamaConfig, LlamaForCausalLM

torch.set_num_threads(1)  # sums always in the same order, so that a run repeats itself
pocket = VideoLLaMA.from_pretrained(SHIPPED).eval()
heads = {"num_attention_heads": 4, "num_key_value_heads": 4, "head_dim": 32}
small = {"hidden_size": 128, "intermediate_size": 352, "num_hidden_layers": 3, **heads}

# %% [markdown]
# A teacher turns a story into token ids. It asks one thing: what happens at a second?

# %%
from course_lib.model.train.world import Teacher


def fresh(time_signal="timestamp vector"):
    """An untrained model; always the same one."""
    torch.manual_seed(0)
    llm = LlamaForCausalLM(LlamaConfig(**{**pocket.llm.config.to_dict(), **small}))
    start_values(llm, pocket.tokenizer)  # its heads begin as look-ups, not as noise
    projector = MergingProjector(256, 4, 2, 128)  # a moment's 4 features of 256 -> 2 tokens of 128
    return VideoLLaMA(pocket.encoder, projector, llm, pocket.tokenizer, time_signal=time_signal)


def a_teacher(time_signal="timestamp vector", questions=6):
    return Teacher(pocket.tokenizer, 2, time_signal, asked=("at",) * questions, from_timeline=0.0)


# %%
import random

from course_lib.clipworld import make_story
from course_lib.tokens.sampling import uniform

model, teacher = fresh(), a_teacher()
say = model.tokenizer.decode
timeline, moments = make_story(1_000_004, 30).timeline, uniform(30, 16)
lesson = teacher.lesson(timeline, moments, random.Random(1))
print(f"{len(lesson.prefix)} tokens of prefix: {say(lesson.prefix[:8])} …\n")
for block in lesson.blocks:
    print(f"{block.asked:2} asked + {len(block.ids) - block.asked} answered: {say(block.ids)}")

# %% [markdown]
# Some questions are bare look-ups, as the first: *pocket* learned look-ups before sentences
# ([its card](../course_lib/weights/CARD.md)).

# %%
from matplotlib.figure import Figure

together = pack([lesson.prefix], [untold], [lesson.blocks])
figure = Figure(figsize=(7, 3.7), layout="constrained")
left, right = figure.subplots(1, 2)
draw_blocks(tiny, words=words, axis=left)
draw_blocks(together, axis=right)
left.set_title("by hand", fontsize=10)
right.set_title(f"a real row: {together.ids.shape[1]} places", fontsize=10)
alt = f"Two masks, of 7 and of {together.ids.shape[1]} places. Grey: all look at the video. Then a triangle each for "
alt += f"2 and for {len(lesson.blocks)} questions, which look at themselves alone; all else is white: not looked at."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Is a packed question the question asked alone? Compare all its logits, under this mask and under a plain causal one with
# positions counted through. **Predict:** how far apart?

# %%
from dataclasses import replace

from course_lib.model.train.language import hidden_states

video = torch.randn(1, 32, 128, generator=torch.Generator().manual_seed(0)) * 0.1  # stands in for a clip


@torch.no_grad()
def logits(packed):
    return model.llm.lm_head(hidden_states(model, packed, video, [moments]))[0]  # [L, V]


alone = [logits(pack([lesson.prefix], [untold], [[block]])) for block in lesson.blocks]
through = torch.arange(together.ids.shape[1])[None]
plain = replace(together, mask=torch.ones_like(together.mask).tril(), positions=through)
for name, row in [("blocks", together), ("causal", plain)]:
    parts = [logits(row)[row.owner[0] == number] for number in range(2, 2 + len(alone))]  # each block's own
    gaps = [(part - one[-len(part) :]).abs().max().item() for part, one in zip(parts, alone)]
    print(f"{name}: largest difference of each question's logits", *(f"{gap:.2f}" for gap in gaps))

# %%
apart = sum(len(lesson.prefix) + len(block.ids) for block in lesson.blocks)
Markdown(
    f"The block mask changes the cost alone: **{together.ids.shape[1]}** tokens in place of {apart}, "
    f"{apart / together.ids.shape[1]:.1f} times fewer. Under the causal mask later questions can read earlier answers."
)

# %% [markdown]
# ## 2. Which tokens carry loss
#
# The model shall learn to answer, not to ask. So only answers are labels, and each stands one place *before* its token,
# where it is predicted. In an answer of n tokens each weighs 1/√n: long answers count for more, but not n-fold.

# %%
here = together.owner[0] == 2
print("word        predict from here  weight")
columns = together.ids, together.labels, together.weights
for word, label, weight in zip(*(x[0][here].tolist() for x in columns)):
    print(f"{say([word]):11} {'' if label == -100 else say([label]):18} {weight or '':.4}")

# %% [markdown]
# What if every next token were a label, as with `labels = input_ids`? Two runs from one start, on bare look-ups.

# %%
def everything(packed):
    """The same rows with every next token as a label, the prompt's too."""
    next_id, next_owner = packed.ids.roll(-1, 1), packed.owner.roll(-1, 1)
    inside = (next_owner == packed.owner) & (packed.owner >= 0)
    return replace(packed, labels=next_id.where(inside, -100), weights=torch.ones_like(packed.weights))


counted = together.labels != -100
masked, all_of_it = counted.sum().item(), (everything(together).labels != -100).sum().item()
print(f"{masked} labels in this row when only answers count, {all_of_it} when everything does")

# %% [markdown]
# A `Stage` says what is trained on what, `run` does it; `matrix_lr` is Muon's (Jordan et al., 2024). No video yet: each
# moment's caption stands in, fused into as many vectors as its video will have.

# %%
import json
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from course_lib.model.train.language import exact_by_kind, fuse, loss_of
from course_lib.model.train.loop import Stage, run

box = TemporaryDirectory()


def train(stage):
    """Run a stage; its log as rows, with the scores before the first step."""
    folder = Path(mkdtemp(dir=box.name))
    before = {"stage": stage.name, "step": 0, **stage.evaluate()}
    run(stage, folder, torch.device("cpu"), workers=0, say=lambda line: None)
    return [before, *map(json.loads, (folder / "log.jsonl").read_text().splitlines())]


# %%
from course_lib.model.train.text import TextTimelines

LOOK_UPS = (("seconds", 1.0),)  # a curriculum of one thing
data = TextTimelines(teacher, clips=8, seed=0, steps=120, curriculum=LOOK_UPS)


def read(model, batch):
    return fuse(batch.words, model.llm.get_input_embeddings().weight)  # captions [B, 32, W] -> [B, 32, 128]


def learn(labels):
    model = fresh()

    def loss(batch):
        return loss_of(model, labels(batch.packed), read(model, batch), batch.seconds)

    return model, train(Stage("text", 120, data, loss, dict, [model.llm], model, matrix_lr=0.01))


# %% [markdown]
# **Predict:** which run reports the lower loss half-way? Which answers better at the end, on unseen stories?

# %% tags=["nbval-ignore-output"]
answers_only, all_tokens = learn(lambda packed: packed), learn(everything)
unseen = TextTimelines(teacher, clips=8, seed=0, steps=10**6, plain=True, curriculum=LOOK_UPS)
held = [unseen[i] for i in range(8)]


def found(model, batches):
    """Whether each question is answered word for word."""
    each = [exact_by_kind(model, b.packed, read(model, b), b.seconds, b.blocks) for b in batches]
    return [right for kinds in each for flags in kinds.values() for right in flags]


for name, (trained, log) in [("answers only", answers_only), ("everything  ", all_tokens)]:
    losses, right = [row["loss"] for row in log if "loss" in row], found(trained, held)
    print(f"{name}: loss {losses[4]:.2f} half-way, {losses[-1]:.2f} at the end; right {sum(right)} of {len(right)}")

# %% [markdown]
# What is the second run's loss made of?

# %%
import numpy as np
from torch.nn import functional as F


@torch.no_grad()
def by_part(model):
    """The loss of each token, by what it is."""
    losses = {"placeholders": [], "prompt's words": [], "answers": []}
    for b in held:
        row = everything(b.packed)
        states = hidden_states(model, row, read(model, b), b.seconds)
        each = F.cross_entropy(model.llm.lm_head(states).mT, row.labels, reduction="none")  # [B, L]
        answer, place = b.packed.labels != -100, row.labels == model.video_token_id
        masks = place, (row.labels != -100) & ~place & ~answer, answer
        for name, mask in zip(losses, masks):
            losses[name] += each[mask].tolist()
    return losses


# %% tags=["nbval-ignore-output"]
pieces, mine = by_part(all_tokens[0]), np.mean(by_part(answers_only[0])["answers"])
figure = Figure(figsize=(7, 2.8), layout="constrained")
left, right = figure.subplots(1, 2)
for (_, log), name, line in [(answers_only, "answers only", "-"), (all_tokens, "everything", "--")]:
    points = [(row["step"], row["loss"]) for row in log if "loss" in row]
    left.plot(*zip(*points), line, color="#0072B2" if line == "-" else "#D55E00", label=name)
left.set(xlabel="step", ylabel="reported loss", xlim=(0, None), ylim=(0, 4))
left.legend(frameon=False)
names = ["answers,\nanswers only", *(f"{name},\neverything" for name in reversed(pieces))]
heights = [mine, *map(np.mean, reversed(pieces.values()))]
bars = right.barh(names[::-1], heights[::-1], color=["#D55E00"] * 3 + ["#0072B2"])
right.bar_label(bars, fmt=" %.2f")
right.set(xlabel="loss of a token, unseen stories", xlim=(0, 1.25 * max(heights)))
told = "; ".join(f"{name} {height:.2f}" for name, height in zip(names, heights)).replace("\n", " ")
alt = f"Left: both runs' reported loss falls, and the curves cross. Right, loss of a token: {told}."
Image(print_figure(figure, dpi=110), alt=alt)

# %% tags=["nbval-ignore-output"]
share = len(pieces["placeholders"]) / sum(map(len, pieces.values()))
place, prompt, answer = map(np.mean, pieces.values())
Markdown(
    f"{share:.0%} of its labels are placeholders, at a loss of {place:.2f}: they pull the mean down and teach nothing. "
    f"The prompt's words, mostly seconds that nobody could guess, stand at {prompt:.2f} and pull it up. On the answers "
    f"it is at {answer:.2f}, against {mine:.2f} with the mask. (One seed.) Always say what a loss is the loss *of*."
)

# %% [markdown]
# ## 3. Overfit one batch first
#
# Before hours of training, some seconds: can the model learn four films by heart? If not, more data will not help. From
# here on *pocket*'s encoder watches.

# %%
from types import SimpleNamespace

from course_lib.model.train.films import draw, film


@torch.no_grad()
def watch(number, held_out=False):
    """Film `number`, drawn and encoded."""
    shown = film(number, held_out)
    frames, timeline = draw(shown, pocket.encoder.size, pocket.encoder.tubelet)  # uint8 [32, 96, 96, 3]
    pixels = torch.from_numpy(frames).permute(0, 3, 1, 2)[None]  # -> [1, 32, 3, 96, 96]
    features = pocket.encoder(pixels)[0]  # [16, 4, 256]
    return SimpleNamespace(timeline=timeline, moments=shown.moments, features=features)


def see(model, batch):
    return model.project(batch.features)  # [B, 16, 4, 256] -> [B, 32, 128]


four = [watch(number, held_out=True) for number in range(1000, 1004)]
drills = [teacher.second_drill(f.timeline, f.moments) for f in four]  # the same seconds of each film
print(*(say(drill.blocks[0].ids) for drill in drills), sep="\n")

# %% [markdown]
# All four are asked for the same seconds. What a model without eyes could reach at best can be computed: where it is
# "red" in two films and "blue" in two, a loss of ln 2.

# %%
import math
from collections import Counter, defaultdict

follows = defaultdict(Counter)  # what was read of question and answer -> how often each word comes next
for drill in drills:
    for block in drill.blocks:
        for k in range(block.asked, len(block.ids)):
            follows[tuple(block.ids[:k])][block.ids[k]] += (len(block.ids) - block.asked) ** -0.5
weight = sum(sum(c.values()) for c in follows.values())
floor = sum(-n * math.log(n / sum(c.values())) for c in follows.values() for n in c.values()) / weight
print(f"ln 2 = {math.log(2):.3f}; of these {sum(len(d.blocks) for d in drills)} questions: {floor:.3f}")

# %% [markdown]
# Four runs: as it should be; zeros in place of the video; labels not shifted, so that each place tells its own token; the
# projector cut off from its gradient. **Predict:** which reach a loss near zero? Which answer?

# %%
batch = pack([d.prefix for d in drills], [untold] * 4, [d.blocks for d in drills])
features, seconds = torch.stack([f.features for f in four]), [f.moments for f in four]
labels, weights = torch.full_like(batch.labels, -100), torch.zeros_like(batch.weights)
labels[:, 1:], weights[:, 1:] = batch.labels[:, :-1], batch.weights[:, :-1]  # each at its own token
unshifted = replace(batch, labels=labels, weights=weights)


def overfit(rows, seen, cut=lambda tokens: tokens):
    model = fresh()

    def loss(_):
        return loss_of(model, rows, cut(model.project(seen)), seconds)

    parts = [model.projector, model.llm]
    log = train(Stage("overfit", 60, range(60), loss, dict, parts, model, matrix_lr=0.01, warmup=10))
    right = exact_by_kind(model, batch, model.project(seen), seconds, [d.blocks for d in drills])
    return [(row["step"], row["loss"]) for row in log if "loss" in row], sum(right.values(), [])


# %% tags=["nbval-ignore-output"]
runs = {
    "as it should be": overfit(batch, features),
    "video forgotten": overfit(batch, torch.zeros_like(features)),
    "labels not shifted": overfit(unshifted, features),
    "projector cut off": overfit(batch, features, torch.detach),
}
for name, (points, right) in runs.items():
    print(f"{name:18}  loss {points[-1][1]:.3f} after {points[-1][0]} steps; right {sum(right)} of {len(right)}")

# %% tags=["nbval-ignore-output"]
figure = Figure(figsize=(7, 3.2), layout="constrained")
axis = figure.add_subplot()
for (name, (points, right)), style in zip(runs.items(), ["o-#0072B2", "^-#D55E00", "s-#009E73", "D:#CC79A7"]):
    label = f"{name}: {sum(right)} of {len(right)} right"
    axis.plot(*zip(*points), style[0] + style[1], color=style[2:], label=label, markersize=5)
axis.axhline(floor, color="black", lw=0.8)
axis.text(5, floor * 0.85, "the best without eyes", va="top", fontsize=9)
axis.set(xlabel="step", ylabel="loss", yscale="log", ylim=(5e-4, 10))
axis.spines[["top", "right"]].set_visible(False)
figure.legend(loc="outside upper left", ncols=2, frameon=False)
ends = "; ".join(f"{name} {points[-1][1]:.3f}" for name, (points, _) in runs.items())
alt = f"Loss of four runs by step, logarithmic. The best without eyes {floor:.3f}; at the end: {ends}."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Stuck *at* the line: the words are learned, the video never arrives. Near zero *at once*: too easy to be the task, so
# count answers. The cut-off projector passes: random projections tell four films apart too. So ask for the gradients.

# %%
for name, cut in [("as it should be", lambda tokens: tokens), ("cut off", torch.detach)]:
    model = fresh()
    loss_of(model, batch, cut(model.project(features)), seconds).backward()
    for part in ("projector", "llm"):
        there = any(p.grad is not None for p in getattr(model, part).parameters())
        print(f"{name:16} {part:10} {'gradient' if there else 'NO gradient'}")

# %% [markdown]
# ## 4. The four stages
#
# **Vision** teaches the encoder to name what goes on, **text** the language model to look a second up, **align** joins
# the two, **joint** tunes both.

# %% [markdown]
# ### Vision
# *pocket*'s took hours (see its card). Here is the idea with one thing to learn: which way does the ball roll? An encoder
# from nothing, on pairs of frames half a second apart.

# %%
from course_lib.clipworld import Scene
from course_lib.clipworld.script import Actor, Step, Story
from course_lib.clipworld.words import COLOURS


def rolling(seed):
    """Three frames [3, 48, 48, 3] of a ball, a quarter of a second apart; whether it rolls to the right."""
    rng = random.Random(seed)
    right = rng.random() < 0.5
    way = ("s0", "s4") if right else ("s4", "s0")
    ball = Actor("ball", rng.choice(COLOURS), way[0])
    story = Story(seed, "story", "park", 6.0, (ball,), (Step(1.0, 5.0, 0, "rolls", *way),))
    middle = rng.uniform(1.4, 4.6)
    return Scene(story, "story").render([middle - 0.25, middle, middle + 0.25], 48), right


# %%
frames, rolls = zip(*(rolling(seed) for seed in range(500)))
frames = torch.from_numpy(np.stack(frames)).permute(0, 1, 4, 2, 3)  # [500, 3, 3, 48, 48]
rolls = torch.tensor(rolls).long()  # 1: to the right
pairs, middles = frames[:, [0, 2]], frames[:, [1]]
figure = Figure(figsize=(7, 1.6), layout="constrained")
for axis, i, k in zip(figure.subplots(1, 6), [0, 0, 1, 1, 2, 2], [0, 1] * 3):
    axis.imshow(pairs[i, k].permute(1, 2, 0))
    axis.set_title("0.5 s later" if k else f"pair {i + 1}", fontsize=10)
    axis.axis("off")
ways = ", ".join("right" if way else "left" for way in rolls[:3])
alt = f"Three pairs of pictures of a ball in a park; from one to the other it rolls: {ways}."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Controls: the pair **backwards**, judged by its old answer, so that a model that uses motion must be wrong; **frozen**,
# the first frame twice. **Predict:** where do the three curves end?

# %%
from course_lib.model.encoder import TubeletEncoder
from torch import nn


def direction_net(tubelet):
    """[B, tubelet, 3, 48, 48] -> [B, 1, 2, 64] -> logits of left and right [B, 2]"""
    torch.manual_seed(0)
    encoder = TubeletEncoder(48, tubelet, (16, 32, 64), tokens=2)
    return nn.Sequential(encoder, nn.Flatten(), nn.Linear(2 * 64, 2))


@torch.no_grad()
def told_right(net, clips):
    return (net(clips[300:]).argmax(-1) == rolls[300:]).float()  # of the last 200, which are not trained on


# %% tags=["nbval-ignore-output"]
def learn_direction(clips, changes):
    """Encoder and head from nothing, on the first 300; the log, and how many of the others are right."""
    net = direction_net(tubelet=clips.shape[1])
    batches = torch.randint(300, (100, 32), generator=torch.Generator().manual_seed(0))

    def loss(some):
        return F.cross_entropy(net(clips[some]), rolls[some])

    def score():
        return {name: told_right(net, change(clips)).mean().item() for name, change in changes.items()}

    stage = Stage("vision", 100, batches, loss, score, [net], net, lr=2e-3, warmup=20)
    return train(stage), int(told_right(net, clips).sum())


changes = {"clip": lambda x: x, "backwards": lambda x: x.flip(1), "frozen": lambda x: x[:, [0, 0]]}
vision_log, right_of_pairs = learn_direction(pairs, changes)
Image(print_figure(draw_stage(vision_log, chance=0.5), dpi=110), alt=stage_alt(vision_log))

# %% [markdown]
# Backwards it is wrong: it goes by motion. The real stage learns all actions; its encoder takes over from here, frozen,
# as LLaVA (Liu et al., 2023) takes CLIP's.

# %% [markdown]
# ### What is trained, and what is frozen
# The other three stages work on one model. Films are encoded once: the encoder no longer changes.

# %%
from course_lib.model.train.joint import SeenBatch
from course_lib.progress import progress


def as_batch(teacher, films, rng, bare=0.1, phrasing="training"):
    """Fresh questions on some films, packed: a row a film."""
    lessons = [teacher.lesson(f.timeline, f.moments, rng, bare, phrasing) for f in films]
    words = [torch.from_numpy(teacher.captions(f.timeline, f.moments)).flatten(0, 1) for f in films]
    rows = pack(*zip(*[(x.prefix, x.timeline, x.blocks) for x in lessons]))
    features = torch.stack([f.features for f in films])  # [B, 16, 4, 256]
    moments, blocks = [f.moments for f in films], [x.blocks for x in lessons]
    return SeenBatch(rows, features, torch.stack(words), moments, blocks)


class Films(torch.utils.data.Dataset):
    def __init__(self, seed):
        self.seed = seed

    def __getitem__(self, step):
        rng = random.Random(f"{self.seed}/{step}")
        return as_batch(teacher, rng.sample(films, 8), rng)


# %%
films = [watch(number) for number in progress(range(160), "drawing and watching films")]
unseen_films = [watch(number, held_out=True) for number in progress(range(40), "and those for the exam")]
print(len(films), "films to learn from,", len(unseen_films), "for the exam; features", [*films[0].features.shape])

# %% [markdown]
# The exam: films of other stories, in a phrasing that training never uses; right is what is right word for word.
# Controls: the moments **shuffled** under the same seconds, and the video **blank**.

# %%
def exam_on(films, time_signal="timestamp vector"):
    examiner = a_teacher(time_signal, questions=12)
    groups = [films[i : i + 8] for i in range(0, len(films), 8)]
    return [as_batch(examiner, group, random.Random(i), 0.0, "held-out") for i, group in enumerate(groups)]


def shuffled(tokens):
    order = torch.randperm(16, generator=torch.Generator().manual_seed(0))
    return tokens.unflatten(1, (16, 2))[:, order].flatten(1, 2)  # [B, 32, D] -> [B, 16, 2, D] -> [B, 32, D]


CHANGES = {"clip": lambda tokens: tokens, "shuffled": shuffled, "blank": torch.zeros_like}
exam = exam_on(unseen_films)
print(sum(len(blocks) for b in exam for blocks in b.blocks), "questions on", len(unseen_films), "films")

# %%
@torch.no_grad()
def per_film(model, exam, video, change=lambda tokens: tokens):
    """Of each film, the share of its questions that is answered right. video: read or see."""
    shares = []
    for b in exam:
        right = exact_by_kind(model, b.packed, change(video(model, b)), b.seconds, b.blocks)["at"]
        ends = np.cumsum([len(blocks) for blocks in b.blocks])[:-1]
        shares += [part.mean() for part in np.split(np.array(right, float), ends)]
    return shares


def scores(model, video):
    return lambda: {name: np.mean(per_film(model, exam, video, c)).item() for name, c in CHANGES.items()}


# %%
from course_lib.model.train.text import text_stage

CPU = torch.device("cpu")
CURRICULUM = (("seconds", 0.3), ("mixed", 1.0))  # bare look-ups first


def text(model, teacher):
    """The library's stage, in float32 and with this chapter's exam."""
    table = model.llm.get_input_embeddings()

    def loss(b):
        return loss_of(model, b.packed, fuse(b.words, table.weight), b.seconds)

    stage = text_stage(model, teacher, 450, 8, 0, CPU, CURRICULUM)
    return replace(stage, loss=loss, evaluate=scores(model, read))


# %%
def from_captions(model, b):
    """How far the video tokens are from the fused captions that they stand for; 1: as far as their mean is."""
    captions = read(model, b).detach()
    return F.mse_loss(see(model, b), captions) / captions.var()


def align(model, steps=60, seed=0):
    """The projector alone, on the answers and on the captions."""

    def loss(b):
        return loss_of(model, b.packed, see(model, b), b.seconds) + from_captions(model, b)

    data, parts = Films(f"align {seed}"), [model.projector]
    return Stage("align", steps, data, loss, scores(model, see), parts, model, lr=2e-3, warmup=20)


# %%
def joint(model, steps=150, seed=0, captions=False):
    """Projector and language model, on the answers alone; section 5 needs it with align's captions and data too."""

    def loss(b):
        answers = loss_of(model, b.packed, see(model, b), b.seconds)
        return answers + from_captions(model, b) if captions else answers

    data, parts = Films(f"{'align' if captions else 'joint'} {seed}"), [model.projector, model.llm]
    rates = {"lr": 1e-3, "matrix_lr": 0.01, "warmup": 20}
    return Stage("joint", steps, data, loss, scores(model, see), parts, model, **rates)


# %% [markdown]
# **Predict:** which stage trains the fewest parameters? Which parts does no stage of this lesson train?

# %%
def count(module):
    return sum(p.numel() for p in module.parameters())


model = fresh()
stages = [text(model, teacher), align(model), joint(model)]
rows = ["| part | parameters | text | align | joint |", "|---|---:|---|---|---|"]
for part in ("encoder", "projector", "llm"):
    module = getattr(model, part)
    cells = ["**trained**" if any(module is m for m in stage.trained) else "frozen" for stage in stages]
    rows.append(f"| {part} | {count(module):,} | {' | '.join(cells)} |")
sums = [f"{sum(map(count, s.trained)):,}, {s.steps} steps" for s in stages]
Markdown("\n".join([*rows, f"| trained | of {count(model):,} | {' | '.join(sums)} |"]))

# %% [markdown]
# ### Text
# The language model learns on stories that are told and not drawn, so every batch can be new. Its exam is read from
# captions. **Predict:** what will the same exam on pixels give?

# %% tags=["nbval-ignore-output"]
text_log = train(stages[0])
after_text = {name: value.clone() for name, value in model.state_dict().items()}  # the ablations begin here
Image(print_figure(draw_stage(text_log), dpi=110), alt=stage_alt(text_log))

# %% tags=["nbval-ignore-output"]
read_share, seen_share = np.mean(per_film(model, exam, read)), np.mean(per_film(model, exam, see))
Markdown(
    f"From captions **{read_share:.0%}**, from pixels **{seen_share:.0%}**: the projector is still random. Captions "
    f"shuffled: {text_log[-1]['shuffled']:.0%}. It looks the second up, and finds another moment there."
)

# %% [markdown]
# ### Align
# The projector learns to say in the language model's words what the encoder sees: from the answers, and from captions,
# which it is told here. **Predict:** how near does the exam on pixels come to the one on captions?

# %% tags=["nbval-ignore-output"]
align_log = train(stages[1])
Image(print_figure(draw_stage(align_log), dpi=110), alt=stage_alt(align_log))

# %% [markdown]
# ### Joint
# Projector and language model together. (*pocket* kept a quarter of these steps on text; left out here.)
# **Predict:** the loss falls. Does every step help the exam? And what becomes of the exam on captions?

# %% tags=["nbval-ignore-output"]
joint_log = train(stages[2])
Image(print_figure(draw_stage(joint_log), dpi=110), alt=stage_alt(joint_log))

# %% tags=["nbval-ignore-output"]
from course_lib.temporal.metrics import bootstrap


def share(name, films):
    """Their mean, with the 95% interval of drawing the films anew."""
    return Share(name, float(np.mean(films)), *bootstrap(films))


ours = per_film(model, exam, see)
known = per_film(model, [as_batch(teacher, films[:40], random.Random(0), bare=0.0)], see)
blind = {name: share(name, per_film(model, exam, see, CHANGES[name])) for name in ("shuffled", "blank")}
Markdown(
    f"Unseen films: **{share('', ours).text}**; shuffled {blind['shuffled'].text}, blank {blind['blank'].text}. "
    f"At its lowest it stood at {min(row['clip'] for row in joint_log if 'clip' in row):.0%}. Films of the training, "
    f"known phrasings: {share('', known).text}. From captions: {np.mean(per_film(model, exam, read)):.0%}."
)

# %% [markdown]
# ## 5. What is each part worth?
#
# Take one away and train again, for as many steps. A seed here is the order of films and questions; text stage and first
# weights are the same in all runs, so two seeds understate the noise.

# %% [markdown]
# **No align stage.** Align differs from joint in two things: the language model is frozen, and the captions are told. So
# two ways without it: joint that is told the captions in align's steps, and joint alone. Two seeds each. **Predict:**
# which of the two things matters?

# %% tags=["nbval-ignore-output"]
def from_text(seed, *stages):
    """The exam by step, and its end film by film, of a model that goes on from the text stage."""
    model = fresh()
    model.load_state_dict(after_text)
    log, done = [], 0
    for stage in [make(model, seed=seed) for make in stages]:
        log += [{**row, "step": row["step"] + done} for row in train(stage)]
        done += stage.steps
    return log, per_film(model, exam, see)


# %% tags=["nbval-ignore-output"]
from functools import partial

told, longer = partial(joint, steps=60, captions=True), partial(joint, steps=60 + 150)
first = [*align_log, *({**row, "step": row["step"] + 60} for row in joint_log)]  # section 4's run
runs = {
    "align, then joint": [(first, ours), from_text(1, align, joint)],
    "captions, then joint": [from_text(seed, told, joint) for seed in (0, 1)],
    "joint alone": [from_text(seed, longer) for seed in (0, 1)],
}
for name, both in runs.items():
    print(f"{name:20} ", ";  ".join(share("", films).text for _, films in both))

# %% tags=["nbval-ignore-output"]
figure = Figure(figsize=(7, 3), layout="constrained")
axis = figure.add_subplot()
for (name, both), style in zip(runs.items(), ["o-#0072B2", "s:#009E73", "^--#D55E00"]):
    for seed, (log, _) in enumerate(both):
        points = [(row["step"], row["clip"]) for row in log if "clip" in row]
        axis.plot(*zip(*points), style[:-7], color=style[-7:], label="_" if seed else name)
axis.axvline(60, color="black", lw=0.8, ls=":")
axis.set(xlabel="step after the text stage (dotted: align ends)", ylabel="right on the exam", ylim=(0, None))
axis.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
axis.spines[["top", "right"]].set_visible(False)
axis.legend(frameon=False, loc="lower right")
ends = "; ".join(f"{name} " + " and ".join(f"{np.mean(films):.0%}" for _, films in runs[name]) for name in runs)
Image(print_figure(figure, dpi=110), alt=f"The exam by step, three ways with two seeds each. At the end: {ends}.")

# %% [markdown]
# Is a gap noise? Here it holds if other films would not turn it round, and if it is over twice what another seed changed.

# %% tags=["nbval-ignore-output"]
def compared(name, other):
    """A row: points apart on the same films, their interval, how far the seeds of one way differ, and the verdict."""
    ways = [[100 * np.array(films) for _, films in runs[way]] for way in (name, other)]  # [way][seed][40]
    gap = np.mean(ways[0], axis=0) - np.mean(ways[1], axis=0)  # [40]
    (low, high), noise = bootstrap(list(gap)), max(abs(a.mean() - b.mean()) for a, b in ways)
    holds = low * high > 0 and abs(gap.mean()) > 2 * noise
    verdict = "holds" if holds else "**not shown**: it may be noise"
    return f"| {name}, over {other} | {gap.mean():+.1f} | {low:+.1f} to {high:+.1f} | {noise:.1f} | {verdict} |"


names = list(runs)
rows = ["| | points | 95% interval by films | between two seeds | |", "|---|---:|---:|---:|---|"]
Markdown("\n".join([*rows, *(compared(names[a], names[b]) for a, b in [(0, 2), (0, 1), (1, 2)])]))

# %% [markdown]
# The second row is what freezing is worth, the third what the captions are. And a lesson is short: Karamcheti et al.
# (2024) leave the stage out at 7B, with far more steps, and lose nothing.

# %% [markdown]
# **No time signal.** The text stage again, never told when a moment is (one seed). All films of the exam have their
# moments at the same seconds, so it could count them. **Predict:** will it?

# %% tags=["nbval-ignore-output"]
timeless, timed = fresh("none"), fresh()
train(replace(text(timeless, a_teacher("none")), evaluate=dict))
timed.load_state_dict(after_text)
silent = exam_on(unseen_films, "none")  # the same questions behind a prompt without seconds
by_signal = [
    share("told", per_film(timed, exam, read)),
    share("not told", per_film(timeless, silent, read)),
    share("not told, shuffled", per_film(timeless, silent, read, shuffled)),
]
print(*(f"{s.name}: {s.text}" for s in by_signal), sep="\n")

# %% [markdown]
# Judge it beside its own shuffled control. Trained far longer, *pocket-notime* does count, best at the length of clip that
# it saw most: "What the time signal is worth" in [the results](../benchmarks/RESULTS.md).

# %% [markdown]
# **Single frames.** The vision stage again, on the frame in the middle of each pair (one seed). **Predict:** what can one
# picture of a ball tell about its way?

# %% tags=["nbval-ignore-output"]
from course_lib.temporal.metrics import wilson

_, right_of_singles = learn_direction(middles, {"clip": lambda x: x})
n = len(rolls) - 300
balls = {"pairs": right_of_pairs, "single frames": right_of_singles}
drawn = [replace(s, group="no time signal: the exam on captions") for s in by_signal]
for name, right in balls.items():
    group = f"single frames: which way the ball rolls, {n} clips (chance: 50%)"
    drawn.append(Share(name, right / n, *wilson(right, n), group))
alt = "Right answers with and without a part: " + "; ".join(f"{s.name} {s.text}" for s in drawn) + "."
Image(print_figure(draw_shares(drawn), dpi=110), alt=alt)

# %% [markdown]
# The last one no budget can mend: what is not in a picture cannot be learned from it.

# %% [markdown]
# ## 6. On a GPU, and at seven billion
#
# Training holds in memory: weights, a gradient of each, the optimiser's moments, and the **activations**, what the way
# forward keeps for the way back. A hook of autograd can count those.

# %%
def kept(forward, *parts):
    """What autograd keeps of a way forward: bytes by shape, weights left out, a block of memory once."""
    weights = {p.untyped_storage()._cdata for part in parts for p in [*part.parameters(), *part.buffers()]}
    blocks = {}

    def note(tensor):
        blocks[tensor.untyped_storage()._cdata] = tensor  # held, so that no other takes its place
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        result = forward()
    sizes = Counter()
    for key, tensor in blocks.items():
        sizes[tuple(tensor.shape)] += 0 if key in weights else tensor.untyped_storage().nbytes()
    return sizes, result


# %% [markdown]
# First *pocket* itself in its joint stage: eight films, all kinds of questions, one step of AdamW. **Predict:** which of
# the four is the largest?

# %%
student = VideoLLaMA.from_pretrained(SHIPPED)
student.encoder.requires_grad_(False)
world = Teacher(student.tokenizer, 2, "timestamp vector")  # asks all kinds, and has the film told
batch = as_batch(world, unseen_films[:8], random.Random(0))
sizes, loss = kept(lambda: loss_of(student, batch.packed, see(student, batch), batch.seconds), student)
learning = [p for p in student.parameters() if p.requires_grad]
optimiser = torch.optim.AdamW(learning)
loss.backward()
optimiser.step()
states = [t for state in optimiser.state.values() for t in state.values() if t.ndim]

# %% tags=["nbval-ignore-output"]
def mb(tensors):
    return sum(t.numel() * t.element_size() for t in tensors) / 1e6


n, k = count(student) / 1e6, sum(p.numel() for p in learning) / 1e6
rows = ["| MB | by arithmetic | measured |", "|---|---:|---:|"]
rows += [f"| weights: 4 bytes of {n:.1f} M | {4 * n:.1f} | {mb(student.parameters()):.1f} |"]
rows += [f"| gradients: 4 bytes of {k:.1f} M | {4 * k:.1f} | {mb(p.grad for p in learning):.1f} |"]
rows += [f"| AdamW: 2 moments of 4 bytes | {8 * k:.1f} | {mb(states):.1f} |"]
rows += [f"| activations, {batch.packed.ids.numel():,} tokens | | **{sum(sizes.values()) / 1e6:.0f}** |"]
Markdown("\n".join(rows))

# %% [markdown]
# A small model's memory is activations. Now LLaVA-Video-7B: on the device "meta" it has shapes and no storage, so a
# laptop can count it.

# %%
from course_lib.model.encoder import FrameEncoder
from course_lib.model.projector import PoolingProjector
from course_lib.zoo.manifest import entries
from course_lib.zoo.native import SIGLIP_SO400M
from transformers import Qwen2Config, Qwen2ForCausalLM, SiglipVisionConfig, SiglipVisionModel

entry = entries()["llava-video-7b"]
QWEN2_7B = {
    "vocab_size": 152_064, "hidden_size": 3584, "intermediate_size": 18_944, "num_attention_heads": 28,
    "num_key_value_heads": 4, "tie_word_embeddings": False,
}  # fmt: skip

# %%
vision = SIGLIP_SO400M | {"num_hidden_layers": 26, "vision_use_head": False}
with torch.device("meta"):
    llm = Qwen2ForCausalLM(Qwen2Config(**QWEN2_7B, num_hidden_layers=28))
    parts = {"encoder": FrameEncoder(SiglipVisionModel(SiglipVisionConfig(**vision)), layer=-1, skip=0),
             "projector": PoolingProjector(1152, 3584), "llm": llm}  # fmt: skip
total = sum(map(count, parts.values()))
print({name: f"{count(part):,}" for name, part in parts.items()}, "as published:", total == entry.parameters)

# %% [markdown]
# Its activations: one layer of the language model on one clip, trained, and frozen with the gradient passing through to
# the projector; one layer of the encoder. **Predict:** how much does freezing save?

# %%
def layer_keeps(model, length, **inputs):
    """What a model of one layer keeps, in bytes: all but, and of, its attention's scores [.., L, L]."""
    sizes, _ = kept(lambda: model(**inputs), model)
    of_scores = sum(size for shape, size in sizes.items() if shape[-2:] == (length, length))
    return sum(sizes.values()) - of_scores, of_scores


num_frames, length = entry.clip_tokens(30.0)
side, patches = vision["image_size"], (vision["image_size"] // vision["patch_size"]) ** 2
with torch.device("meta"):
    one = Qwen2ForCausalLM(Qwen2Config(**QWEN2_7B, num_hidden_layers=1)).to(torch.bfloat16).model
    eye = SiglipVisionModel(SiglipVisionConfig(**vision | {"num_hidden_layers": 1})).to(torch.bfloat16)
    tokens = torch.empty(1, length, 3584, dtype=torch.bfloat16, requires_grad=True)
    pixels = torch.empty(num_frames, 3, side, side, dtype=torch.bfloat16)

# %% tags=["nbval-ignore-output"]
whole = {"inputs_embeds": tokens, "attention_mask": {"full_attention": None}, "use_cache": False}
trained_layer, of_scores = layer_keeps(one, length, **whole)
frozen_layer, _ = layer_keeps(one.requires_grad_(False), length, **whole)
eye_layer, _ = layer_keeps(eye, patches, pixel_values=pixels)
inputs, eye_inputs = length * 3584 * 2, num_frames * patches * 1152 * 2  # bytes that a layer is given
print(f"{num_frames} frames, {length:,} tokens. GB a layer: scores {of_scores / 1e9:.1f}; all else", end=" ")
print(f"{trained_layer / 1e9:.2f} trained, {frozen_layer / 1e9:.2f} frozen; its input alone {inputs / 1e9:.2f}")
print(f"encoder, {num_frames} x {patches} patches: {eye_layer / 1e9:.2f} trained; input {eye_inputs / 1e9:.2f}")

# %% tags=["nbval-ignore-output"]
saved = {"trained": 28 * inputs + trained_layer, "frozen": 28 * inputs + frozen_layer}  # with checkpointing
saved["encoder too"] = saved["trained"] + 26 * eye_inputs + eye_layer
logits_gb = 4 * length * QWEN2_7B["vocab_size"] / 1e9
Markdown(
    f"28 layers' scores would be {28 * of_scores / 1e9:.0f} GB; fused attention (Dao et al., 2022) never stores them. "
    f"The rest is {28 * trained_layer / 1e9:.0f} GB, frozen {28 * frozen_layer / 1e9:.0f} GB. **Checkpointing** (Chen "
    "et al., 2016) keeps each layer's input and computes one layer at a time anew: "
    f"**{saved['trained'] / 1e9:.1f} GB** for about one more way forward; with the encoder "
    f"{saved['encoder too'] / 1e9:.1f} GB. Ask the head only where a label is, as `loss_of` does: logits at every "
    f"place would be {logits_gb:.0f} GB more."
)

# %% [markdown]
# A trained parameter takes 16 bytes: 2 of weight, 2 of gradient, 12 of a float32 copy and Adam's moments (Rajbhandari et
# al., 2020). A frozen one takes 2, and fewer in 4 bits. LoRA (Hu et al., 2021) trains two thin matrices beside each
# frozen one. **Predict:** which of five ways to train fit one GPU of 80 GB?

# %%
from course_lib.zoo.fit import BYTES

linear = [m for m in llm.model.layers.modules() if isinstance(m, nn.Linear)]
adapters = sum(128 * (m.in_features + m.out_features) for m in linear)  # rank 128, as LLaVA-1.5's script has it
bridge, body = count(parts["projector"]), count(llm)
plans = {  # name -> parameters trained, parameters added, bytes of a frozen one, activations
    "projector (align)": (bridge, 0, 2.0, "frozen"),
    "projector, LoRA": (bridge + adapters, adapters, 2.0, "trained"),
    "projector, LoRA, 4 bits": (bridge + adapters, adapters, BYTES["4bit"], "trained"),
    "projector, llm (joint)": (bridge + body, 0, 2.0, "trained"),
    "everything": (total, 0, 2.0, "encoder too"),
}
gb = {}  # weights; gradients, float32 copies and moments; activations
for name, (trained, added, frozen, activations) in plans.items():
    weights = frozen * (total + added - trained) + 2 * trained
    gb[name] = [weights / 1e9, 14 * trained / 1e9, saved[activations] / 1e9]

# %% tags=["nbval-ignore-output"]
rows = ["| trained | parameters | weights | gradients, Adam | activations | GB | a tenth to spare |"]
rows += ["|---|---:|---:|---:|---:|---:|---|"]
for name, (weights, moments_gb, activations) in gb.items():
    whole, shared = weights + moments_gb + activations, weights + moments_gb
    cards = next((f"one GPU of {card} GB" for card in (24, 40, 80) if 1.1 * whole <= card), None)
    n = next(n for n in range(1, 99) if 1.1 * (shared / n + activations) <= 80)
    cells = [f"{plans[name][0] / 1e6:,.0f} M", *(f"{x:.1f}" for x in gb[name]), f"**{whole:.0f}**"]
    rows.append(f"| {name} | {' | '.join(cells)} | {cards or f'{n} GPUs of 80 GB'} |")
Markdown("\n".join(rows))

# %% tags=["nbval-ignore-output"]
figure = Figure(figsize=(7, 2.9), layout="constrained")
axis, start = figure.add_subplot(), np.zeros(len(gb))
looks = [("weights", "#0072B2", ""), ("gradients, Adam", "#D55E00", "//"), ("activations", "#009E73", "..")]
for kind, (name, colour, hatch) in enumerate(looks):
    sizes = np.array([row[kind] for row in gb.values()])
    axis.barh(list(gb), sizes, left=start, color=colour, hatch=hatch, edgecolor="w", label=name)
    start += sizes
for card in (24, 40, 80):
    axis.axvline(card, color="black", lw=0.9, ls=":")
    axis.text(card, -0.78, f"{card} GB", ha="center", fontsize=9)
axis.set(xlabel=f"GB, one clip of {num_frames} frames at a time", ylim=(4.6, -0.7))
axis.spines[["top", "right"]].set_visible(False)
figure.legend(loc="outside upper right", ncols=3, frameon=False)
alt = "Memory to train LLaVA-Video-7B, against GPUs of 24, 40 and 80 GB: "
alt += "; ".join(f"{name} {sum(row):.0f} GB, {row[2]:.0f} of them activations" for name, row in gb.items()) + "."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Arithmetic, not a run: allocator and buffers come on top; on several GPUs all but the activations is shared out. What
# others used, as their scripts state it, beside this lesson:

# %%
batch_here, (_, a, j) = "8 films x 6 questions", stages
recipes = [
    ("this lesson, align", "projector", batch_here, f"{a.lr:g}", "section 4"),
    ("this lesson, joint", "projector, llm", batch_here, f"{j.lr:g}, matrices {j.matrix_lr:g} (Muon)", "section 4"),
    ("LLaVA-1.5, align", "projector", "256", "1e-3", "Liu et al., 2023: scripts/v1_5/pretrain.sh"),
    ("LLaVA-1.5, tuning", "projector, llm", "128", "2e-5", "Liu et al., 2023; finetune.sh"),
    ("LLaVA-1.5, LoRA of rank 128", "projector, adapters", "128", "2e-4, projector 2e-5", "finetune_lora.sh"),
    ("LLaVA-Video-7B", "everything", "not in the script", "1e-5, encoder 2e-6",
     "Zhang et al., 2024; SO400M_Qwen2_7B_ov_to_video_am9.sh"),  # fmt: skip
]
rows = ["| | trained | batch | learning rate | source |", "|---|---|---|---|---|"]
Markdown("\n".join([*rows, *(f"| {' | '.join(row)} |" for row in recipes)]))

# %% [markdown]
# What is well trained already takes smaller steps. For a batch k times as large begin looking at k times the rate (SGD;
# Goyal et al., 2017) or √k times (Adam; Malladi et al., 2022). `course train pocket --device cuda` runs these stages on
# a GPU; how fast has not been measured here.

# %% [markdown]
# ## 7. Your model beside the shipped one
#
# The same exam, the same encoder. *pocket*'s language model is larger and was trained for hours. **Predict:** how far
# apart?

# %% tags=["nbval-ignore-output"]
theirs = per_film(pocket, exam, see)
pair = [share("pocket", theirs), share("yours", ours), replace(blind["shuffled"], name="yours, shuffled")]
times = count(pocket.llm) / count(model.llm)
print(f"pocket {pair[0].text}, yours {pair[1].text}; {times:.1f} times the parameters in the language model")
alt = f"Right on the exam: pocket {pair[0].text}, yours {pair[1].text}, yours on shuffled films {pair[2].text}."
Image(print_figure(draw_shares(pair), dpi=110), alt=alt)

# %% [markdown]
# And in use: the zoo's `Pocket` takes any model of this class, samples the file, and writes answers word by word.

# %% tags=["nbval-ignore-output"]
import course_lib
from course_lib.timeline import Timeline
from course_lib.zoo.pocket import Pocket

clips = Path(course_lib.__file__).parent / "clips"
truth = Timeline.load(clips / "demo.timeline.json")
models = [Pocket(model, "yours", timeline_first=False), Pocket(pocket, "pocket", timeline_first=False)]
clip = models[0].watch(clips / "demo.mp4")
times = [round((e.start + e.end) / 2) for e in truth]  # the middle of each event
told = [m.answers(clip, [f"What happens at second {t}?" for t in times]) for m in models]
true = [", ".join(e.text for e in truth.at(t)) for t in times]
rows = [f"| {t} | {right} | {mine} | {pockets} |" for t, right, mine, pockets in zip(times, true, *told)]
Markdown("\n".join(["| second | true | yours | pocket |", "|---|---|---|---|", *rows]))

# %% [markdown]
# Outside a notebook: `course train pocket --lesson --out DIR` takes minutes, without `--lesson` hours; a run that was
# stopped goes on where it was.

# %% [markdown] tags=["quiz"]
# ## Five questions for you
#
# <details><summary>1. Questions are packed behind one video with a plain causal mask. The loss falls well. What is wrong?</summary>Later questions see earlier ones with their answers, and stand at other positions than when asked alone.</details>
# <details><summary>2. Two runs report losses of 0.5 and 0.8. Which model is better?</summary>Unknown, until it is said which tokens count. Placeholders and prompts move a loss without one answer being better.</details>
# <details><summary>3. One batch: the loss stops at the value that questions alone allow. Where do you look?</summary>At the video's way in: encoder, splice, mask. The words are learned, so labels and optimiser work.</details>
# <details><summary>4. Why train the projector alone first, if it is trained in the joint stage anyway?</summary>At its start it hands on noise, and a language model that is trained meanwhile may adapt to it. Section 5 tells that apart from the captions, which only align is told: read its table, row by row. With many more steps it may cost nothing.</details>
# <details><summary>5. The language model is frozen, yet a 7B model's align stage needs far more memory than its weights. Why?</summary>The gradient goes through all its layers to the projector, so most activations are kept. Checkpointing helps, freezing hardly.</details>

# %% [markdown]
# - **You built** the training of a video model: packed rows, masked labels, four stages with controls, three ablations.
# - **It cannot yet** answer anything but "what happens at second t?", and a good part of that wrongly.
# - **Exercise:** [Train](../exercises/5_train.ipynb): label masking, the block mask, freezing, and a training run of your own.
