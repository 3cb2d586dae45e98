# %% [markdown]
# # 02 · From frames to tokens: what is kept, what is missed
#
# A video model reads no film. It reads tokens, made from a few frames. After this you can build a video tokenizer that
# knows its seconds, measure which events it misses, and choose frames, size and pooling for a budget of tokens.
#
# {measured} A CPU is enough.

# %%
import numpy as np, torch
from IPython.core.pylabtools import print_figure
from IPython.display import Image, Markdown, display

# %% [markdown]
# ## 1. A token by hand
#
# The simplest token is a patch: the numbers of a small square of a frame. Four frames of 4 x 4 pixels, in which a
# bright spot moves one pixel to the right each time.
# **Predict:** in patches of 2 x 2, how many tokens are there, and in how many of them is the spot?

# %%
frames = torch.zeros(4, 4, 4, 1, dtype=torch.int64)  # [T, H, W, C]
for t in range(4):
    frames[t, 1, t] = 9

for t in range(4):
    row = []
    for y in (0, 2):
        for x in (0, 2):
            square = frames[t, y : y + 2, x : x + 2]  # [2, 2, 1]
            row.append(square.flatten().tolist())
    print(f"frame {t}:", *row)

# %% [markdown]
# Sixteen tokens, the spot in four of them: most tokens of a video say nothing new. The library cuts all frames at once
# and prints the same. Then the real size: eight frames of the shipped clip.

# %%
from importlib.resources import files

from course_lib import video
from course_lib.progress import progress
from course_lib.tokens.patches import patchify, unpatchify

for t, grid in enumerate(patchify(frames, 2)):  # [T, 2, 2, 4]
    print(f"frame {t}:", *grid.flatten(0, 1).tolist())

DEMO = files("course_lib") / "clips" / "demo.mp4"
clip = video.sample(DEMO, num_frames=8, size=(224, 224))
grid = patchify(torch.from_numpy(clip.frames), 14)  # [8, 224, 224, 3] -> [8, 16, 16, 588]
print(f"{list(clip.frames.shape)} -> {list(grid.shape)}: {grid[..., 0].numel():,} tokens of {grid.shape[-1]} numbers")

# %%
from course_lib.viz.tokens import draw_pictures

lined = clip.frames[1].copy()
lined[::14] = lined[:, ::14] = 255
tokens = grid[1, 10:14, 1:10].flatten(0, 1)  # 36 of the 256 tokens of this frame, row after row
apart = np.pad(unpatchify(tokens[:, None, None], 14), ((0, 0), (2, 2), (2, 2), (0, 0)), constant_values=255)
queue = np.vstack([np.hstack(apart[i : i + 6]) for i in range(0, 36, 6)])  # no grid any more: a queue, read in lines
figure = draw_pictures({"256 patches of a frame": lined, "36 of them, as a queue": queue}, most=2)
Image(print_figure(figure, dpi=110), alt="A frame cut into 16 x 16 squares; and 36 of the squares one after the other.")

# %% [markdown]
# ## 2. The usual sketch, and how it fails
#
# A first sketch of a video tokenizer often looks like this, and on the first clip that one tries it seems to work.
# **Predict:** read it. What happens with a file whose header has no duration, and with one whose frames are uneven?

# %%
import av


class FrameSamplingVideoTokenizer:
    def __init__(self, num_frames=8, size=224, patch=28):
        self.num_frames, self.size, self.patch = num_frames, size, patch

    def __call__(self, path):
        with av.open(str(path)) as file:
            stream = file.streams.video[0]
            total = int(stream.duration * stream.time_base * stream.average_rate)
            wanted = np.linspace(0, total, self.num_frames).astype(int)
            frames = [f.to_image() for i, f in enumerate(file.decode(stream)) if i in wanted]
        frames = [f.resize((self.size, self.size)) for f in frames]
        x = torch.from_numpy(np.stack(frames))  # [T, 224, 224, 3]
        x = x.unfold(1, self.patch, self.patch).unfold(2, self.patch, self.patch)
        return x.reshape(-1, 3 * self.patch**2)  # [N, 2352]


# %% [markdown]
# Three real files, filmed from one drawn scene: frames 0.1 s apart as MP4, the same as MKV, and as a phone films when
# it gets dark: 20 frames a second for ten seconds, then 4.

# %%
from fractions import Fraction

from course_lib.clipworld import make_scene

scene = make_scene(21, 30, kind="short")  # one of its events is shorter than the gap between 16 frames


def film(path, seconds, size=(144, 256)):
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.height, stream.width, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base, stream.codec_context.thread_count = Fraction(1, 1000), 1
        for t, picture in zip(seconds, scene.render(seconds, size)):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = round(t * 1000), Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


# %%
from pathlib import Path
from tempfile import TemporaryDirectory

box = TemporaryDirectory()
folder = Path(box.name)
film(folder / "even.mp4", np.arange(300) / 10)
film(folder / "even.mkv", np.arange(300) / 10)
film(folder / "phone.mp4", np.concatenate([np.arange(200) / 20, 10 + np.arange(80) / 4]))

sketch = FrameSamplingVideoTokenizer()
for path in sorted(folder.iterdir()):
    try:
        print(f"{path.name:9} {len(sketch(path)) // 64} frames of 64 tokens")
    except TypeError as problem:
        print(f"{path.name:9} TypeError: {problem}")

# %% [markdown]
# It asked for 8 frames. **Fault 1:** the MKV's header names no duration. **Fault 2:** frames are numbered from 0 to
# `total - 1`; the last number asked for, `total`, is no frame, and one is silently missing.
# **Predict:** mend that. Where in `phone.mp4` does it look now?

# %%
from course_lib.viz.tokens import draw_looks

with av.open(str(folder / "phone.mp4")) as file:
    times = np.array([float(f.pts * f.time_base) for f in file.decode(video=0)])
    rate = float(file.streams.video[0].average_rate)
taken = np.linspace(0, len(times) - 1, 8).astype(int)
print("it believes ", *(f"{i / rate:5.1f}" for i in taken))
print("it looks at ", *(f"{times[i]:5.1f}" for i in taken), " s")
events = list(scene.timeline)
figure = draw_looks({"believed": taken / rate, "looked at": times[taken]}, events, scene.duration)
alt = "Eight ticks, evenly where the sketch believes to look, and crowded into the first ten seconds where it does."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Blue bars are events with a look in them, hatched ones are missed. **Fault 3:** a frame's number is not its second.
# **Predict:** and what will a ball look like after `resize((224, 224))`?

# %%
wide = video.sample(folder / "even.mp4", at=[12.0])
squashed = video.sample(folder / "even.mp4", at=[12.0], size=(224, 224))
kept = video.sample(folder / "even.mp4", at=[12.0], size=(140, 252))
titles = ("the file\n144 x 256", "the sketch\n224 x 224: 64 tokens", "shape kept\n140 x 252: 45 tokens")
figure = draw_pictures(dict(zip(titles, (one.frames[0] for one in (wide, squashed, kept)))), most=3, height=1.5)
Image(print_figure(figure, dpi=110), alt="A wide frame; the same squashed to a square; the same with its shape kept.")

# %% [markdown]
# ## 3. Made right, in three steps
#
# That was **fault 4**. **Step 1, time:** ask for the frames shown at the seconds that you want. The library reads the
# packets' timestamps (chapter 01); no header is trusted and nothing is counted.
# **Predict:** how far from the wanted seconds will the frames of the phone's file be?

# %%
from course_lib.tokens.sampling import uniform

for path in sorted(folder.iterdir()):
    wanted = uniform(video.probe(path).duration, 8)  # the middles of 8 equal parts
    clip = video.sample(path, at=wanted)
    late = (wanted - clip.seconds).max()
    print(f"{path.name:9} {len(clip)} frames, each the one that is shown then; shown since at most {late:.2f} s")

# %% [markdown]
# **Step 2, shape:** sides that are multiples of the patch, nearly the file's shape, and no more pixels than allowed, as
# in Qwen2-VL (Wang et al., 2024).

# %%
from course_lib.tokens.budget import TokenRule

rule = TokenRule(patch=28, most=224 * 224)
for height, width in ((144, 256), (720, 1280), (1080, 608), (480, 480)):
    h, w = rule.resized(1, height, width)
    tokens = rule.count(1, height, width)
    print(f"{height:4} x {width:4} -> {h:3} x {w:3}: shape {width / height:.2f} -> {w / h:.2f}, {tokens} tokens")

# %% [markdown]
# **Step 3, memory** (and **fault 5**): a token must say which frame and which second it is from, or nothing after it
# can know. All three together, in no more lines than the sketch:

# %%
from typing import NamedTuple

Tokens = NamedTuple("Tokens", [("values", torch.Tensor), ("seconds", torch.Tensor), ("frame", torch.Tensor)])


class FrameSamplingVideoTokenizer:
    def __init__(self, num_frames=8, pixels=224 * 224, patch=28):
        self.num_frames, self.rule = num_frames, TokenRule(patch=patch, most=pixels)

    def __call__(self, path):
        info = video.probe(path)
        size = self.rule.resized(self.num_frames, info.height, info.width)
        clip = video.sample(path, at=uniform(info.duration, self.num_frames), size=size)
        grid = patchify(torch.from_numpy(clip.frames), self.rule.patch)  # [T, h, w, D]
        frame = torch.arange(len(grid)).repeat_interleave(grid.shape[1] * grid.shape[2])  # [N]
        return Tokens(grid.flatten(0, 2), torch.from_numpy(clip.seconds)[frame], frame)


# %%
tokenizer, found = FrameSamplingVideoTokenizer(), {}
for path in sorted(folder.iterdir()):
    values, seconds, frame = tokenizer(path)
    found[path.name] = seconds.unique().numpy()
    print(f"{path.name:9} {list(values.shape)} at", *(f"{s:.1f}" for s in found[path.name]), "s")
figure = draw_looks({"the sketch": times[taken], "made right": found["phone.mp4"]}, events, scene.duration)
Image(print_figure(figure, dpi=110), alt="The phone's file: the sketch looks early, the one made right evenly.")

# %% [markdown]
# And whatever is thrown away later, the tokens that are left know when they were:

# %%
few = (values.float().std(dim=1) > 45).nonzero().flatten()  # of the phone's file, those of most contrast
when, number = seconds[few].unique(return_counts=True)
told = ", ".join(f"{n} at {s:.1f} s" for s, n in zip(when.tolist(), number.tolist()))
Markdown(f"{len(few)} of {len(values)} tokens: {told}.")

# %% [markdown]
# ## 4. Which seconds? Five samplers
#
# *Uniform* looks at even distances, *by rate* so many times a second, at *keyframes* the encoder made a fresh start,
# *scene changes* are where a frame differs most from the one before, *motion-weighted* takes equal shares of all change
# (MGSampler, Zhi et al., 2021). **Predict:** six grey frames: 0 0 1 1 1 4. Where are four motion-weighted looks?

# %%
from course_lib.tokens.samplers import by_rate, change, keyframes, motion_weighted, scene_changes

levels = torch.tensor([0, 0, 1, 1, 1, 4]).double()  # six grey frames, a second apart
small = (levels[:, None, None] * torch.ones(2, 2)).numpy()  # [6, 2, 2]
moved = change(small)
total = moved.cumsum()  # a look in the middle of each quarter of what has changed in all
print("change ", moved, "\nsummed ", total)
by_hand = np.interp(total[-1] * np.array([1, 3, 5, 7]) / 8, total, range(6))
print("by hand", by_hand.round(2).tolist())
print("library", motion_weighted(small, range(6), 4).round(2).tolist())

# %% [markdown]
# A quarter of the change lies between seconds 1 and 2, the rest between 4 and 5. Now the real file. The last two need
# a first look at many small frames: here 4 a second, 128 pixels wide, grey.
# **Predict:** 8 even frames see all events. Will 16 even frames?

# %%
from course_lib.viz import race

path, duration = folder / "even.mp4", 30.0
first = video.sample(path, at=by_rate(duration, 4), size=128)
grey = first.frames.mean(axis=-1)  # [120, 72, 128]
samplers = {
    "uniform": lambda n: uniform(duration, n),
    "by rate": lambda n: by_rate(duration, n / duration),
    "keyframes": lambda n: keyframes(path, n),
    "scene changes": lambda n: scene_changes(grey, first.seconds, n),
    "motion": lambda n: motion_weighted(grey, first.seconds, n),
}
ran = race.race(samplers, events, duration)
race.widget(ran, frames=16)

# %% [markdown]
# Move the slider, and choose the one event that has to be seen: under each sampler stands a square for every number of
# frames, filled where it is enough. Or as numbers: from how many frames on all events are seen, and what comes after it.

# %%
for name in samplers:
    enough, again = ran.needed(name)
    print(f"{name:14} {enough or 'never'}{f', but not with {again}' if again else ''}")

# %% [markdown]
# More frames can see less: a comb has gaps, and an event shorter than a gap is a matter of luck. Keyframes are placed
# for compression, not for you. And by this one clip you would throw scene changes away: an anecdote. So count.

# %% [markdown]
# ## 5. What is missed: recall of short events
#
# An event is *seen* when a sampled frame falls into it. First by hand: three events, four frames.
# **Predict:** which are seen, and which are seen twice, as it takes to tell a direction?

# %%
from course_lib.timeline import Event
from course_lib.tokens.recall import elbow, expected_recall, seen

three = [Event(0.5, 3, "red car", "stops"), Event(4, 4.6, "light", "turns red"), Event(5, 7, "dog", "runs")]
at = [1, 2.5, 4.9, 6]
for e in three:
    inside = [t for t in at if e.start <= t < e.end]
    print(f"{e.text:22} {len(inside)} frames: {inside}")
print("library: once", seen(three, at).tolist(), "twice", seen(three, at, at_least=2).tolist())

# %% [markdown]
# Now 200 drawn stories of 30 s with one short event each, of 0.75 to 1.5 s. Nothing is rendered: seconds are enough.
# **Predict:** how many even frames does it take to see nine in ten of the short events?

# %%
from course_lib.clipworld.story import make_story
from course_lib.temporal.metrics import wilson

stories = [make_story(seed, 30, "short").timeline for seed in range(200)]
brief = [[e for e in story if e.end - e.start < 30 / 16] for story in stories]  # of each story, its short event
mean_length = np.mean([e.end - e.start for es in brief for e in es])


def recall(num, at_least=1):
    """(share, low, high) of the short events that `num` even frames see: 95% interval."""
    found = [ok for es in brief for ok in seen(es, uniform(30, num), at_least)]
    return np.mean(found), *wilson(sum(found), len(found))


counts = [2, 4, 8, 12, 16, 24, 32, 48, 64, 128]
once, twice = [recall(n) for n in counts], [recall(n, 2) for n in counts]
bend = elbow(counts, [share for share, *_ in once])

# %%
from course_lib.viz.tokens import draw_curves

print("frames      ", *(f"{n:5}" for n in counts))
print("seen once   ", *(f"{s:5.0%}" for s, *_ in once))
print("seen twice  ", *(f"{s:5.0%}" for s, *_ in twice))
print("by chance   ", *(f"{expected_recall(mean_length, 30, n):5.0%}" for n in counts))
curves = {"in at least 1 frame": once, "in at least 2": twice}
figure = draw_curves(counts, curves, ("frames in 30 s, evenly", "short events seen"), bend, tokens=196)
alt = f"Recall of short events against frames: it rises to an elbow at {counts[bend]} frames and is flat from there on."
Image(print_figure(figure, dpi=110), alt=alt)

# %%
gap, shortest = 30 / counts[bend], min(e.end - e.start for es in brief for e in es)
Markdown(
    f"The elbow, found as the point farthest above the line from the first to the last (Kneedle, Satopää et al., "
    f"2011), is at **{counts[bend]} frames**: {once[bend][0]:.0%} seen. There the gap between frames, {gap:.2f} s, "
    f"has nearly come down to the shortest events, {shortest:.2f} s. All more buy the last {1 - once[bend][0]:.0%}."
)

# %% [markdown]
# *By chance* is what an event at a random place would get: length x frames / duration. The measured curve is above
# it at 8 frames and below it at 16: these stories have a rhythm, and even frames fall into step with it.
# **Predict:** with 16 frames, do samplers that look at the change do better? And what do they lose?

# %%
SCENES, look = 60, by_rate(30, 4)
seeds = progress(range(SCENES), "drawing stories")
first_looks = [make_scene(seed, 30, "short").render(look, 64).mean(axis=-1) for seed in seeds]  # [120, 64, 64]
ways = {
    "uniform": lambda grey, n: uniform(30, n),
    "scene changes": lambda grey, n: scene_changes(grey, look, n),
    "motion-weighted": lambda grey, n: motion_weighted(grey, look, n),
}


def by_content(name, n, of=brief, greys=first_looks):
    """(share, low, high) of the events that a sampler sees with n frames."""
    found = [ok for grey, es in zip(greys, of) for ok in seen(es, ways[name](grey, n))]
    return np.mean(found), *wilson(sum(found), len(found))


# %%
few = [4, 8, 12, 16, 24, 32, 48]
others = [[e for e in story if e not in short] for story, short in zip(stories, brief)]
print(f"{SCENES} scenes, 16 frames        short events              others")
for name in ways:
    both = by_content(name, 16), by_content(name, 16, others)
    print(f"{name:16}", *(f"{share:10.0%} ({low:.0%} to {high:.0%})" for share, low, high in both))
curves = {name: [by_content(name, n) for n in few] for name in ways}
figure = draw_curves(few, curves, ("frames in 30 s", "short events seen"))
Image(print_figure(figure, dpi=110), alt="Recall of short events for three samplers; scene changes lead at 16 frames.")

# %% [markdown]
# They look where something moves, so fewer frames find more short events, and now and then a long one is lost. The
# price is a first look at 120 small frames: decoding, but no tokens. **Predict:** the camera pans. What is left?

# %%
panned = [np.stack([np.roll(f, -2 * t, axis=1) for t, f in enumerate(grey)]) for grey in first_looks]  # 2 px a frame
print("16 frames, short events       still   panning")
for name in ways:
    print(f"{name:28}{by_content(name, 16)[0]:7.0%}{by_content(name, 16, greys=panned)[0]:10.0%}")

# %% [markdown]
# A moving camera changes every pixel, and change says less of the events. These scenes have a nearly still camera, so
# take the gain as an upper bound for film from a hand.

# %% [markdown]
# ## 6. Size: the same tokens for few large or many small frames
#
# Tokens of a frame grow with the square of its side. With 2,304 tokens and patches of 14 pixels you can have 4 frames
# of 336 pixels, 16 of 168, 64 of 84 or 256 of 42.
# **Predict:** which would you take to see short events, and which to tell a colour?

# %%
def pixels(side):
    frames = video.sample(DEMO, 8, size=(side, side)).frames
    return torch.from_numpy(frames).permute(0, 3, 1, 2).float()  # [8, 3, side, side]


shown, rows = {}, ["| frames | side | tokens a frame | tokens | detail lost | short events seen |", "|-|-|-|-|-|-|"]
for num, side in ((4, 336), (16, 168), (64, 84), (256, 42)):
    small = pixels(side)
    lost = (torch.nn.functional.interpolate(small, 384, mode="bilinear") - pixels(384)).square().mean().sqrt()
    per_frame = (side // 14) ** 2
    rows.append(f"| {num} | {side} | {per_frame} | {num * per_frame:,} | {lost:.1f} | {recall(num)[0]:.0%} |")
    shown[f"{side} pixels"] = small[4].permute(1, 2, 0).byte().numpy()
alt = "The same frame with sides of 336, 168, 84 and 42 pixels: at 42 the dog is a few green squares."
display(Image(print_figure(draw_pictures(shown), dpi=110), alt=alt))
Markdown("\n".join(rows))

# %% [markdown]
# *Detail lost* is the root mean square error after scaling back up, in levels of 255. Time and detail come out of the
# same purse: there is no best size, only one for your question.

# %% [markdown]
# ## 7. Pooling: neighbours become one
#
# An encoder gives a grid of tokens for each frame; pooling makes it coarser. By hand: a grid of 5 x 5, of which only
# one token is lit, pooled by 2.
# **Predict:** how large is the result for *average*, for *bilinear*, and where is the light?

# %%
from course_lib.tokens.pool import pool

grid = torch.zeros(1, 5, 5, 1, dtype=torch.float64)  # [N, H, W, D]
grid[0, 3, 2] = 16
by_hand = [[grid[0, y : y + 2, x : x + 2].mean().item() for x in (0, 2)] for y in (0, 2)]
print("by hand, average", by_hand)
print("library, average", pool(grid, 2, "average")[0, ..., 0].tolist())
for mode in ("bilinear", "max"):
    print(f"library, {mode:8}", pool(grid, 2, mode)[0, ..., 0].round(decimals=2).tolist())

# %% [markdown]
# Averages drop the odd last row and column: of 27 x 27 patches, 13 x 13 are left and the lower and right edges unseen.
# Bilinear makes 14 x 14 of them, as in LLaVA-OneVision (Li et al., 2024). It looks at the 4 tokens around a point.
# **Predict:** on an even grid, how far do the two differ at stride 2, and at stride 4?

# %%
frame = torch.from_numpy(video.sample(DEMO, at=[23.0], size=(28, 28)).frames).float()  # tokens of 3 numbers
for stride in (2, 4):
    differ = (pool(frame, stride, "average") - pool(frame, stride, "bilinear")).abs().max()
    lit = torch.eye(stride**2).reshape(-1, stride, stride, 1)  # each token of a square lit once
    gone = (pool(lit, stride, "bilinear").flatten() == 0).sum()
    print(f"stride {stride}: they differ by up to {differ:.1f} of 255; bilinear drops {gone} of {stride**2} tokens")
pictures = {"28 x 28 tokens": frame}
pictures |= {f"{mode}, 7 x 7": pool(frame, 4, mode) for mode in ("average", "bilinear", "max")}
figure = draw_pictures({name: p[0].byte().numpy() for name, p in pictures.items()})
Image(print_figure(figure, dpi=110), alt="A frame of 28 x 28 tokens pooled to 7 x 7 by average, bilinear and max.")

# %% [markdown]
# At stride 2 on an even grid they are the same. At stride 4 bilinear never looks at most tokens, and a small bright
# thing can vanish between its points.

# %% [markdown]
# ## 8. Fewer tokens over time
#
# *Merge*: two frames share their tokens (the mean). *Slow-fast* (Feichtenhofer et al., 2019): every fourth frame whole,
# the others pooled. *Prune* (nearly as VideoLLaMA 3, Zhang et al., 2025): leave out what hardly differs from the last
# token kept at its place. **Predict:** three tokens over four frames, threshold 1: which are kept?

# %%
from course_lib.tokens.merge_frames import merge_frames
from course_lib.tokens.prune import prune
from course_lib.tokens.slow_fast import slow_fast

x = torch.tensor([[5, 0, 0], [5, 0.6, 9], [5, 1.2, 9], [5, 1.8, 0]], dtype=torch.float64)[..., None]  # [T=4, P=3, D=1]
last = x[0].clone()
for t in range(4):
    keep = torch.ones(3, dtype=torch.bool) if t == 0 else (x[t] - last).abs().mean(-1) > 1
    last[keep] = x[t][keep]
    print(f"frame {t}: {x[t, :, 0].tolist()} keep {keep.tolist()}")
print("library:", prune(x, 1.0).keep.tolist())
print("merged in pairs:", merge_frames(x)[..., 0].tolist())

# %% [markdown]
# The second token moves by 0.6 each time, never by 1: it is kept when the change has added up. The flash of the third
# lies across two pairs, and merging has halved it. Now the clip, in patches of 14 pixels, brightness from 0 to 1.
# **Predict:** 120 frames are 7.5 times as many as 16. How many times the tokens, after pruning?

# %%
def patches(num):
    frames = video.sample(DEMO, num, size=(224, 224)).frames
    return patchify(torch.from_numpy(frames).float() / 255, 14)  # [num, 16, 16, 588]


rows = ["| frames | all | merged in pairs | slow-fast | pruned | short events seen |", "|---|---|---|---|---|---|"]
for num in (16, 32, 64, 120):
    x = patches(num)
    pruned = prune(x.flatten(1, 2), 0.1)
    sizes = (num * 256, merge_frames(x)[..., 0].numel(), len(slow_fast(x).values), len(pruned.values))
    rows.append(f"| {num} | " + " | ".join(f"{n:,}" for n in sizes) + f" | {recall(num)[0]:.0%} |")
Markdown("\n".join(rows))

# %%
from course_lib.viz.tokens import draw_kept

clip = video.sample(DEMO, 16, size=(224, 224))
left = prune(patches(16).flatten(1, 2), 0.1)
keep = left.keep.reshape(16, 16, 16).numpy()
figure = draw_kept(clip.frames[:8], keep[:8], clip.seconds[:8])
alt = "Eight frames: the first whole, of the others only the few patches where something moved."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# What is left is the first frame, and then what moves: frames become cheap. The price is the error of what was left
# out, and both depend on the camera. **Predict:** the picture pans by a patch from frame to frame. What is kept?

# %%
still = torch.from_numpy(clip.frames).float() / 255
print("pan in pixels   kept of all tokens   error of what is restored, of 255")
for pixels in (0, 1, 7, 14):
    moving = torch.stack([f.roll(-pixels * t, dims=1) for t, f in enumerate(still)])
    x = patchify(moving, 14).flatten(1, 2)
    left = prune(x, 0.1)
    error = 255 * (left.restored() - x).square().mean().sqrt()
    print(f"{pixels:13} {len(left.values) / x[..., 0].numel():20.0%} {error:20.1f}")

# %% [markdown]
# ## 9. Merge by likeness, or ask
#
# *Token merging* (ToMe, Bolya et al., 2023) does not care where tokens stand: the most alike become one, as their mean.
# **Predict:** four tokens, of which two point nearly the same way. What are the three that are left?

# %%
from course_lib.tokens.merge import merge_to

four = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [0.0, -1.0], [1.0, 0.2]]])  # [1, 4, 2]
even, odd = four[0, ::2], four[0, 1::2]  # each even one looks for its most alike odd one
alike = torch.cosine_similarity(even[:, None], odd[None], dim=-1)  # [2, 2]
a, b = divmod(alike.argmax().item(), 2)
x, y = (even[a] + odd[b]) / 2
print(f"tokens {2 * a} and {2 * b + 1} are most alike ({alike.max():.2f}): their mean is [{x:.1f}, {y:.1f}]")
print("library:", [[round(v, 2) for v in token] for token in merge_to(four, 3, heads=1)[0].tolist()])

# %% [markdown]
# Real size: 256 patches of a frame to 64. In the picture each patch is drawn as that one of the 64 tokens that is
# nearest to it. **Predict:** which restores the frame better, 64 by likeness or 64 by place (average pooling)?

# %%
x = patches(16)[12][None] - 0.5  # [1, 16, 16, 588], around 0, so that likeness is not all brightness
merged = merge_to(x.flatten(1, 2), 64, heads=1)[0]  # [64, 588]
nearest = merged[torch.cdist(x.flatten(0, 2), merged).argmin(dim=1)].reshape(x.shape)
pooled = pool(x, 2, "average").repeat_interleave(2, 1).repeat_interleave(2, 2)
pictures = {"256 tokens": x, "64, merged by likeness": nearest, "64, pooled by place": pooled}
for name, p in list(pictures.items())[1:]:
    print(f"{name:24} error {255 * (p - x).square().mean().sqrt():.1f} of 255")
figure = draw_pictures({n: (255 * (unpatchify(p, 14)[0] + 0.5)).byte().numpy() for n, p in pictures.items()}, most=3)
alt = "A frame; restored from 64 tokens merged by likeness, blurred in parts; restored from 64 pooled ones, blurred."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Merging spends its tokens where the frame is rich. (The picture knows which patch belongs to which token; the model
# does not.) A *query resampler* asks instead: K learned vectors attend to all tokens, and K answers come out (Flamingo,
# Alayrac et al., 2022; BLIP-2, Li et al., 2023). **Predict:** a clip forwards and backwards: how do its answers differ?

# %%
from course_lib.tokens.resample import QueryResampler

torch.manual_seed(0)
ask = QueryResampler(width=32, queries=4)
with torch.no_grad():
    for frames in (8, 64):
        x = torch.randn(1, frames * 4, 32)  # [1, N, 32]
        when = torch.arange(frames).float().repeat_interleave(4)[None]  # [1, N] seconds
        bare = (ask(x) - ask(x.flip(1))).abs().max()
        timed = (ask(x, seconds=when) - ask(x.flip(1), seconds=when)).abs().max()
        answers = f"{x.shape[1]:3} tokens -> {ask(x).shape[1]}"
        print(f"{answers}: backwards differs by {bare:.2f} without seconds, by {timed:.2f} with them")

# %% [markdown]
# Attention reads a set. A resampler that is not told when its tokens were cannot know their order, however it is
# trained. Let it try: two flashes in a clip of noise, and the question which came first, with and without seconds.
# **Predict:** how many are right after 300 steps?

# %% tags=["nbval-ignore-output"]
def flashes(seed, clips=32):
    """Eight frames of four tokens, a flash of kind 0 in one frame and of kind 1 in another: was 0 first?"""
    g = torch.Generator().manual_seed(seed)
    x = 0.3 * torch.randn(clips, 8, 4, 32, generator=g)  # [B, T, P, D]
    when = torch.rand(clips, 8, generator=g).argsort(dim=1)[:, :2]  # two frames of each clip
    for kind in (0, 1):
        x[torch.arange(clips), when[:, kind], torch.randint(4, (clips,), generator=g), kind] += 4
    return x.flatten(1, 2), torch.arange(8.0).repeat_interleave(4).expand(clips, -1), (when[:, 0] < when[:, 1]).long()


def right(model, head, timed):
    """Right answers to 500 new clips and to the same 500 backwards, whose true answers are the opposite."""
    x, seconds, first = flashes(seed=10**6, clips=500)
    both, truth = torch.cat([x, x.flip(1)]), torch.cat([first, 1 - first])
    with torch.no_grad():
        answer = head(model(both, seconds=seconds.repeat(2, 1) if timed else None).flatten(1)).argmax(1)
    return int((answer == truth).sum())


# %% tags=["nbval-ignore-output"]
def learn(timed, steps=300):
    torch.manual_seed(0)
    model, head = QueryResampler(32, queries=4, layers=1), torch.nn.Linear(4 * 32, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], lr=4e-3)
    scores = [right(model, head, timed)]
    for step in progress(range(steps), "learning, with seconds" if timed else "learning, without"):
        x, seconds, first = flashes(step)
        answer = head(model(x, seconds=seconds if timed else None).flatten(1))
        loss = torch.nn.functional.cross_entropy(answer, first)
        optimizer.zero_grad(), loss.backward(), optimizer.step()
        if step % 50 == 49:
            scores.append(right(model, head, timed))
    return [(s / 1000, *wilson(s, 1000)) for s in scores]


scores = {"told the seconds": learn(True), "not told": learn(False)}
print({name: f"{s[-1][0]:.0%} right of 1,000" for name, s in scores.items()})

# %% tags=["nbval-ignore-output"]
figure = draw_curves(range(0, 301, 50), scores, ("steps of training", "right: which came first?"), log=False)
alt = "Right answers over training: nearly all with seconds; without them half, from the first step to the last."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Without seconds it is not *about* half but exactly half, since it must answer a clip and its reverse alike. So must
# anything that reads tokens as a set and is not told when they were.

# %% [markdown]
# ## 10. What the published models spend on 30 seconds
#
# The library knows each model's rule: how many frames, of which size, and what becomes of them. By hand for
# LLaVA-OneVision: 384 / 14 = 27 patches a side, pooled to 14. Now a clip of 30 s at 1280 x 720, each as it comes.
# **Predict:** between the cheapest and the dearest, how many times the tokens?

# %%
from course_lib.zoo.manifest import entries

known = entries()
print(f"by hand: 32 x 14 x 14 + 1 = {32 * 14 * 14 + 1:,}; library: {known['llava-onevision-7b'].clip_tokens(30)[1]:,}")
clips = {name: e.clip_tokens(seconds=30, height=720, width=1280) for name, e in known.items()}  # (frames, tokens)
CONTEXT = {  # tokens that each family's language model reads at most: max_position_embeddings of its config.json
    "llava_next_video": 4096, "smolvlm": 8192, "internvl": 32_768, "llava_onevision": 32_768, "llava_video": 32_768,
    "video_llama_3": 32_768, "videochat_flash": 32_768, "qwen2_5_vl": 128_000, "qwen3_vl": 262_144,
}

# %%
one_each = {(known[name].family.name, cost): name for name, cost in clips.items()}.values()  # of family and budget
budgets = sorted(((name, clips[name][1], CONTEXT[known[name].family.name]) for name in one_each), key=lambda b: b[1])
rows = ["| model | frames | tokens a frame | tokens | of its context | short events seen |", "|--|--|--|--|--|--|"]
for name, tokens, context in budgets:
    n = clips[name][0]
    rows.append(f"| {name} | {n} | {tokens / n:.0f} | {tokens:,} | {tokens / context:.1%} | {recall(n)[0]:.0%} |")
Markdown("\n".join(rows))

# %%
from course_lib.viz.tokens import draw_budgets

alt = "Bars of tokens for 30 s, model by model, with the context of each marked: the table above, drawn."
Image(print_figure(draw_budgets(budgets), dpi=110), alt=alt)

# %%
(cheap, least, _), (dear, most, _) = budgets[0], budgets[-1]
Markdown(
    f"**{most / least:.0f} times**: {least:,} tokens of {cheap} against {most:,} of {dear}. The last column is section "
    "5's measurement at that many even frames: what no frame shows, no model can tell. (VideoLLaMA3 prunes what is "
    "alike afterwards: an upper bound. Tests hold the counts against the processors that transformers has of them.)"
)

# %% [markdown]
# ## 11. What a token costs
#
# Reading N tokens, a language model of L layers of width D does about 2 N² L D multiply-adds of attention, and
# for each token on its own N L (4 D² + 3 D M) of the rest (M: width of its perceptron).
# **Predict:** for a model of 7 billion parameters and 13,440 tokens, is attention the larger part?

# %%
from course_lib.tokens.cost import reading_cost

cost = reading_cost(100, layers=2, width=8, mlp=16)
print(f"by hand: {2 * 100**2 * 2 * 8:,} + {100 * 2 * (4 * 8**2 + 3 * 8 * 16):,}")
print(f"library: {cost.attention:,} + {cost.rest:,}\n")
print("Qwen2-7B, 28 layers of 3,584:   attention's share   against 1,024 tokens")
base = reading_cost(1024, 28, 3584, 18_944).total
for tokens in (1024, 2048, 6273, 13_440, 21_600, 86_400):
    cost = reading_cost(tokens, 28, 3584, 18_944)
    print(f"{tokens:26,} {cost.attention / cost.total:21.0%} {cost.total / base:18.1f} x")
even = 2 * 3584 + 3 * 18_944 / 2  # where 2 N D = 4 D D + 3 D M
print(f"\nhalf and half at {even:,.0f} tokens: {30 * even / budgets[-1][1]:.0f} s of a clip for {budgets[-1][0]}")

# %% [markdown]
# For half a minute the square is not yet the larger part, at any of these budgets. For minutes it is. Counted is not
# measured, so: the language model of *pocket*, untrained, one forward.
# **Predict:** from 2,048 to 4,096 tokens, is it twice as long, or four times?

# %% tags=["nbval-ignore-output"]
import time

from course_lib.model.pocket import build_pocket

llm = build_pocket().llm.model.eval()
took, counts_of = [], (256, 512, 1024, 2048, 4096)
with torch.inference_mode():
    for n in counts_of:
        x, best = torch.randn(1, n, 256), float("inf")
        for _ in range(3):
            began = time.perf_counter()
            llm(inputs_embeds=x, use_cache=False)
            best = min(best, time.perf_counter() - began)
        took.append(best)
for n, t, u in zip(counts_of[1:], took, took[1:]):
    counted = reading_cost(n, 4, 256, 672).total / reading_cost(n // 2, 4, 256, 672).total
    print(f"{n // 2:4} -> {n:4} tokens: {u / t:.1f} times as long, counted {counted:.1f}")

# %% tags=["nbval-ignore-output"]
from matplotlib.figure import Figure

figure = Figure(figsize=(7, 2.8), layout="constrained")
axis = figure.add_subplot()
counted = np.array([reading_cost(n, 4, 256, 672).total for n in counts_of])
axis.loglog(counts_of, np.array(took) / took[0], "o-", color="#0072B2", label="measured")
axis.loglog(counts_of, counted / counted[0], "s--", color="#D55E00", label="counted")
axis.loglog(counts_of, np.array(counts_of) / 256, ":", color="#59636e", label="if only the number counted")
axis.set(xlabel="tokens", ylabel="cost, 256 tokens = 1")
axis.set_xticks(counts_of, [f"{n:,}" for n in counts_of])
axis.minorticks_off()
axis.spines[["top", "right"]].set_visible(False)
axis.legend(frameon=False)
alt = "Cost of a forward against tokens, measured and counted: both bend upwards from the straight line."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Twice the tokens cost twice at first, then more, on the way to four times. Measured stays below counted: a causal
# kernel may skip the half of attention that looks ahead.

# %% [markdown]
# ## 12. All of it in one picture
#
# Three sliders: frames a second, size and pooling, for the clip of section 4. Where nothing runs, the start is shown.
# **Predict:** which is the cheapest setting that misses no event? And does a few frames more always help?

# %%
from course_lib.viz import budget

budget.widget(duration, events, fps=0.53)

# %% [markdown]
# The same as data, without sliders: every number of frames from 1 to 60.

# %%
tried = [budget.explore(duration, events, fps=n / duration, size=224, pooling=4) for n in range(1, 61)]
best = next(b for b in tried if not b.missed)
misses = [len(b.seconds) for b in tried if b.missed]
print(f"{len(best.seconds)} frames are the first to miss nothing: at pooling 4, {best.tokens} tokens,")
print(f"with {best.attention:.4f} of the attention of one frame a second at pooling 2.")
later = [n for n in misses if n > len(best.seconds)]
print(f"But {len(later)} larger numbers of frames miss something again: {later}.")

# %% [markdown] tags=["quiz"]
# ## Five questions for you
#
# <details><summary>1. A file has 900 frames. Why is <code>linspace(0, 900, 8)</code> wrong, and <code>linspace(0, 899, 8)</code> still not right?</summary>Frame 900 does not exist, so one frame is silently missing. And numbers are no seconds: in an uneven file even numbers are uneven times.</details>
# <details><summary>2. 8 even frames see an event that 16 even frames miss. A bug?</summary>No. Both are combs, and the teeth of the finer one need not contain those of the coarser. Only when the gap is shorter than the event is it safe.</details>
# <details><summary>3. Where is the elbow of recall, and what moves it?</summary>Where the gap between frames has come down to the shortest events. Shorter events move it right; the number of tokens a frame does not.</details>
# <details><summary>4. Pruning keeps a tenth of the tokens of your clip. Will it on a film from a hand?</summary>No. A moving camera changes every patch, and more has to be kept, or the error grows. Measure it on your own material.</details>
# <details><summary>5. A resampler turns any clip into 32 tokens. Why can it be blind to order, and what mends it?</summary>Attention reads its tokens as a set. They must carry their time: as an added vector, or as words between them.</details>

# %% [markdown]
# - **You built** a tokenizer that knows its seconds, and measured five samplers and seven ways to fewer tokens.
# - **It cannot yet** say whether a model *uses* what it sees: an event seen is one that could be told, no more.
# - **Exercise:** [Tokens](../exercises/2_tokens.ipynb): budgets, pooling, merging, pruning, and a plan that sees short events.
