# %% [markdown]
# # 07 · The published models in the same pipeline
#
# Choose a published video model by what it costs, load it, ask it, and measure how it is wrong about time, beside *pocket*.
# After this you can read off a model what it is told of time, and why its stated seconds may be false.
#
# {measured} A CPU is enough. The cells that fetch gigabytes are marked, and were not run for what is stored here.

# %%
from course_lib import temporal, viz, zoo
from IPython.core.pylabtools import print_figure
from IPython.display import Image, Markdown, display

# %% [markdown]
# ## 1. Is a model hub within reach?
#
# The weights of published models lie on a model hub. Without one you can still do all that needs no weights: shapes, tokens,
# times, prompts. An answer of random weights means nothing, so none is shown.

# %%
import os
from importlib.util import find_spec

hub = os.environ.get("HF_HUB_OFFLINE") != "1" and find_spec("torchvision") is not None
without = "**Without a hub.** Cells that need weights say so and are passed over; all others run."
text = "**A hub may be asked.** Cells that need weights fetch them." if hub else without
Markdown(f"> {text} They need `pip install -c constraints.txt -e '.[hub]'`; `course doctor` checks it.")

# %% [markdown]
# ## 2. Choose by memory
#
# Parameters times bytes, a tenth more for the work, and the clip's keys and values twice. **Predict:** which of these
# models does a card of 12 GB hold, and in how many bits?

# %%
from course_lib.zoo.fit import needed
from course_lib.zoo.manifest import entries

chosen = ["llava-video-7b", "videochat-flash-2b", "smolvlm2-500m", "qwen3-vl-4b", "internvl3-2b"]
rows = ["| model | parameters | float16 | 8 bit | 4 bit |", "|---|---|---|---|---|"]
for name in chosen:
    e = entries()[name]
    cells = [f"{needed(e.size, how) / 1e9:.1f} GB" for how in ("float16", "8bit", "4bit")]
    rows.append(f"| {name} | {e.parameters / 1e9:.1f} B | {' | '.join(cells)} |")
Markdown("\n".join(rows))

# %%
from matplotlib.figure import Figure

figure = Figure(figsize=(7, 2.8), layout="constrained")
axis = figure.add_subplot()
colours = {"float16": "#0072B2", "8bit": "#E69F00", "4bit": "#009E73"}
for how, mark in zip(colours, "os^"):
    sizes = [needed(entries()[name].size, how) / 1e9 for name in chosen]
    axis.plot(sizes, range(len(chosen)), mark, color=colours[how], label=how)
for card in (8, 12, 24):
    axis.axvline(card, color="0.75", lw=1, zorder=0)
    axis.text(card, len(chosen) - 0.4, f"{card} GB card", ha="center", fontsize=8, color="0.35")
axis.set(yticks=range(len(chosen)), yticklabels=chosen, ylim=(-0.5, len(chosen)))
axis.set(xlabel="memory (GB)", xlim=(0, 26))
axis.spines[["top", "right"]].set_visible(False)
figure.legend(loc="outside right upper", frameon=False)
alt = "Memory of five models in 16, 8 and 4 bits against cards of 8, 12 and 24 GB."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# The library picks the same way: the largest that fits, among those that are told the second of every frame.

# %%
for gigabytes in (2, 8, 12, 24, 80):
    pick = zoo.best_for_this_machine("cuda", memory=gigabytes * 10**9, hub=True)
    print(f"a card of {gigabytes:2} GB: {pick.name} in {pick.quantize or pick.dtype}")
print(f"no card:        {zoo.best_for_this_machine('cpu', memory=8 * 10**9, hub=True).name}")

# %% [markdown]
# ## 3. What each is told of time
#
# A model knows of time what its prompt says. **Predict:** six frames, two seconds apart, the first at 1.0 s.
# What does a model make of them that is handed the frames alone?

# %%
import numpy as np
from course_lib.video import Clip

black = np.zeros((6, 48, 64, 3), np.uint8)
clip = Clip(black, np.array([1.0, 3.0, 5.0, 7.0, 9.0, 11.0]), duration=12.0, source="six frames")
rows = ["| family | told by | every second? |", "|---|---|---|"]
for family in {e.family.name: e.family for e in entries().values()}.values():
    rows.append(f"| {family.name} | {family.time_signal} | {'yes' if family.seconds else '**no**'} |")
Markdown("\n".join(rows))

# %% [markdown]
# The processors of transformers take the rate from the clip's metadata. Without any they take 24 frames a second.
# So the course hands every clip over with its own seconds, counted in thousandths.

# %%
from course_lib.zoo.families import metadata
from transformers.video_utils import VideoMetadata

bare, told = VideoMetadata(total_num_frames=6), metadata(clip)
for name, known in (("without metadata", bare), ("with the clip's", told)):
    rate = known.sampled_fps
    print(f"{name:16}: {rate:5.2f} frames a second, so two frames last {2 / rate:.3f} s")
print(f"its times: {told.timestamps}")

# %% [markdown]
# ### A published example whose times are wrong
#
# LLaVA-Video is told all times in one sentence. Its published example overwrites `fps` with the *number of frames between
# two samples* and divides by that. **Predict:** two frames a second are asked for. Where does it say that second 10 is?

# %%
from course_lib.zoo.native import time_instruction

twice = Clip(np.zeros((20, 48, 64, 3), np.uint8), np.arange(20) / 2, duration=10.0, source="twenty frames")
print(time_instruction(twice).split(". ")[1][:66], "…")
print(time_instruction(twice, compat=True).split(". ")[1][:66], "…")

# %%
figure = Figure(figsize=(6, 2.8), layout="constrained")
axis = figure.add_subplot()
for fps, colour in ((0.5, "#D55E00"), (1, "#009E73"), (2, "#0072B2")):
    true = np.arange(int(10 * fps)) / fps
    axis.plot(true, np.arange(len(true)), "o-", color=colour, ms=3, label=f"{fps:g} a second")
axis.set(xlabel="true second of a frame", ylabel="second that is stated", xlim=(0, 10.5), ylim=(-0.5, 20))
axis.spines[["top", "right"]].set_visible(False)
axis.legend(frameon=False, fontsize=8)
alt = "Stated against true seconds: right at one frame a second, half at 0.5, double at 2."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Only at one frame a second the two agree. A model that is told false times and believes them is not wrong itself:
# measure what it is told first. `zoo.load("llava-video-7b", compat=True)` keeps the original's words.

# %% [markdown]
# ## 4. LLaVA-Video, piece by piece
#
# Its checkpoint loads into the very class of chapter 03. Here are its real classes with the real grid and a width of 48
# instead of 1,152. **Predict:** 27 x 27 patches a frame, pooled by two, a newline token after each row. How many tokens?

# %%
import torch
from course_lib.model.encoder import FrameEncoder
from course_lib.model.projector import PoolingProjector
from transformers import SiglipVisionConfig, SiglipVisionModel

torch.manual_seed(0)
small = {"hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 3, "num_attention_heads": 4}
siglip = SiglipVisionModel(SiglipVisionConfig(**small, image_size=384, patch_size=14, vision_use_head=False))
encoder = FrameEncoder(siglip.eval(), layer=-1, skip=0)
with torch.no_grad():
    features = encoder(torch.rand(1, 4, 3, 384, 384))  # [B, T, C, H, W] -> [B, T, 27 * 27, 48]
    for mode in ("bilinear", "average"):
        tokens = PoolingProjector(48, 64, mode=mode)(features)  # [B, T, rows * (columns + 1), 64]
        print(f"{mode:8} {list(features.shape)} -> {list(tokens.shape)}")

# %% [markdown]
# Bilinear keeps a 14th row, average drops the 27th patch. The picture shows the tokens of one frame in reading order, and the
# newline that ends each row: without it a model must count to know where a row ends.

# %%
from matplotlib.patches import Rectangle

figure = Figure(figsize=(4.2, 4), layout="constrained")
axis = figure.add_subplot()
order = np.arange(14 * 15).reshape(14, 15)
axis.imshow(np.where(np.arange(15) < 14, order, np.nan), cmap="Blues", vmin=-60, vmax=230)
axis.add_patch(Rectangle((13.5, -0.5), 1, 14, color="#D55E00"))
for r, c in ((0, 0), (0, 14), (1, 0), (13, 14)):
    axis.text(c, r, order[r, c], ha="center", va="center", fontsize=7, color="w" if c == 14 else "k")
axis.set(xticks=[], yticks=[], title="14 x 14 tokens and 14 newlines", xlabel="the newline column is orange")
alt = "A 14 by 15 grid of token numbers, row by row; the last column holds newlines."
Image(print_figure(figure, dpi=100), alt=alt)

# %% [markdown]
# ### Slow and fast
#
# Not every frame needs 210 tokens. Slow-fast keeps each so-many-th frame whole and pools the others by four.
# **Predict:** what do 64 frames cost, all slow, and with one slow frame in ten?

# %%
for every in (None, 10, 3):
    projector = PoolingProjector(48, 64, fast_every=every)
    few, many = (projector.count(frames, encoder) for frames in (16, 64))
    name = "all slow" if every is None else f"one in {every}"
    print(f"{name:>9}: 16 frames {few:6,}   64 frames {many:6,}")

# %% [markdown]
# ## 5. VideoChat: tokens by likeness
#
# VideoChat-Flash gives four frames to one transformer, then merges the most similar of their tokens until
# 64 are left: 16 a frame, wherever they lie. **Predict:** a dark picture of 8 x 8 patches with a light square of four.
# Merged to 8 tokens, is there one for the square alone?

# %%
from course_lib.tokens.merge import merge_to

light = torch.zeros(8, 8)
light[1:3, 5:7] = 1.0
noise = 0.02 * torch.randn(64, 2, generator=torch.Generator().manual_seed(0))
patches = torch.stack([1 - light.flatten(), light.flatten()], dim=-1) + noise  # [64, 2]: dark, light
marked = torch.cat([patches, 1e-4 * torch.eye(64)], dim=-1)[None]  # a faint mark says which patch it was
members = {n: merge_to(marked, n, heads=1)[0, :, 2:] > 1e-9 for n in (32, 16, 8)}  # [n, 64]
for n, inside in members.items():
    shares = [light.flatten()[one].mean().item() for one in inside if light.flatten()[one].any()]
    print(f"{n:2} tokens: {len(shares)} hold the square, light in them {[f'{s:.0%}' for s in shares]}")

# %%
figure = Figure(figsize=(7, 2.6), layout="constrained")
for axis, (n, inside) in zip(figure.subplots(1, 3), members.items()):
    token = inside.float().argmax(dim=0).reshape(8, 8)  # which token each patch went into
    axis.imshow((token * 7) % n, cmap="viridis", alpha=0.8)
    axis.add_patch(Rectangle((4.5, 0.5), 2, 2, fill=False, edgecolor="#D55E00", lw=3))
    axis.set(xticks=[], yticks=[], title=f"{n} tokens")
alt = "Three grids of 8 by 8 patches coloured by the token they went into; the square is outlined."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Patches of one colour became one token. Each round that halves the tokens takes *every* second one, like or not: so the
# square is kept apart at first and shared in the end. And a merged token says neither where nor in which frame it was.

# %%
from course_lib.model.projector import TokenMergingProjector
from course_lib.model.umt import UMTEncoder

umt = UMTEncoder(size=224, width=48, layers=2, heads=4).eval()
with torch.no_grad():
    groups = umt(torch.rand(1, 8, 3, 224, 224))  # [B, T, C, H, W] -> [B, T / 4, 4 * 196, 48]
    tokens = TokenMergingProjector(48, 64, heads=4)(groups)  # -> [B, T / 4, 64, 64]
each = tokens.shape[1] * tokens.shape[2] // 8
print(f"8 frames: {list(groups.shape)} -> {list(tokens.shape)}, {each} a frame")

# %% [markdown]
# ### The older way: a Q-Former
#
# VideoChat2 asks instead: 96 learned queries attend to all patches of all frames and bring back 96 tokens, whatever the clip's
# length (Q-Former: Li et al., BLIP-2, 2023; VideoChat2: Li et al., MVBench, 2024). One layer of that, with random weights:

# %%
from course_lib.model.encoder import AttentionPool

queries = AttentionPool(places=8 * 196, width=48, queries=96).eval()
with torch.no_grad():
    asked = queries(groups.flatten(1, 2))  # [1, 8 * 196, 48] -> [1, 96, 48]
print(f"{list(groups.flatten(1, 2).shape)} -> {list(asked.shape)}")
print("frames  LLaVA-Video  VideoChat-Flash  Q-Former")
for frames in (8, 64, 512):
    print(f"{frames:6}  {210 * frames:11,}  {16 * frames:15,}  {asked.shape[1]:8}")

# %% [markdown]
# ## 6. What a clip costs each model
#
# Frames times tokens a frame, at each model's defaults. **Predict:** for 30 seconds, which takes the most?

# %%
names = [n for n in entries() if n == "llava-video-7b" or not n.endswith(("7b", "8b", "image"))]
rows = sorted([(n, *entries()[n].clip_tokens(30.0)) for n in names], key=lambda row: row[2])
figure = Figure(figsize=(7, 3.4), layout="constrained")
axis = figure.add_subplot()
bars = axis.barh([r[0] for r in rows], [r[2] for r in rows], color="#0072B2")
axis.bar_label(bars, [f"{tokens:,} of {frames} frames" for _, frames, tokens in rows], fontsize=8, padding=3)
axis.set(xlabel="video tokens for 30 s at 1280 x 720", xlim=(0, 1.3 * rows[-1][2]))
axis.spines[["top", "right"]].set_visible(False)
alt = "Bars of video tokens by model, from VideoChat-Flash's thousand to Qwen2.5-VL's."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# ## 7. Ask and probe: *pocket* here, yours there
#
# One interface: `watch`, `answer`, `summarize`. One probe for all. *pocket* first, on the shipped clip.

# %%
from importlib.resources import files

from course_lib.timeline import Timeline

film = files("course_lib") / "clips" / "demo.mp4"
truth = Timeline.load(files("course_lib") / "clips" / "demo.timeline.json")
pocket = zoo.load("pocket", device="cpu")
report = temporal.probe(pocket, pocket.watch(film), truth)
right = sum(p.verdict.ok for p in report.probes)
viz.view(film, truth, report.told, report.clip.seconds, clip=report.clip)
words = f"**{right} of {len(report.probes)}** answers about time are right"
Markdown(f"{pocket.name}: {words}, event F1 {report.matched.f1:.2f}.")

# %% [markdown]
# The same with a published model. Choose a name by your memory; 2 GB are fetched once for this one. Then the probe asks it the
# same questions. This needs a hub, so nothing is stored under it.

# %% tags=["gpu", "nbval-skip", "skip-execution"]
name = "smolvlm2-500m"  # on a card of 12 GB: "llava-video-7b" with quantize="4bit"
if hub:
    model = zoo.load(name)
    clip = model.watch(film)
    print(f"{len(clip)} frames, {model.num_tokens(clip, 'What happens?'):,} tokens")
    print(model.summarize(clip))
    theirs = temporal.probe(model, clip, truth)
    print(theirs.table())
else:
    print("Passed over: there is no hub, or no torchvision (section 1).")

# %% tags=["gpu", "nbval-skip", "skip-execution"]
from course_lib.temporal.comparison import compare

if hub:
    ours = compare("pocket", [], range(20), scene_kinds=["story"])
    other = compare(name, [], range(20), scene_kinds=["story"])
    print(ours.table(), other.table(), sep="\n\n")
else:
    print("Passed over: there is no hub, or no torchvision (section 1).")

# %% [markdown]
# On drawn clips *pocket* has an advantage that you should not forget: it was trained on that world and its words. What you compare is how
# errors are *shaped*: order swapped, seconds shifted, events invented. So run the probe on your own clip too.

# %% [markdown]
# It needs your clip's truth. Mark it: put your file's path in place of `film`, run the cell, and click the film. Space plays, S begins
# an event and S ends it, then say who does what; Ctrl+S saves. Half a minute of film takes about two.

# %%
viz.mark(film, save_to="my_clip.timeline.json")

# %% [markdown]
# It lies beside this notebook. In the clone's folder `course probe VIDEO --timeline notebooks/my_clip.timeline.json` asks any model here
# about it (`--model NAME`); here `temporal.probe(pocket, pocket.watch(VIDEO), Timeline.load("my_clip.timeline.json"))` does.

# %% [markdown]
# ## 8. Stored results
#
# Results of real runs are kept with model, revision, device and date, and shown here if there are any.

# %%
import json
from pathlib import Path

root = next((p for p in Path.cwd().resolve().parents if (p / "course.toml").is_file()), Path.cwd())
stored = [json.loads(p.read_text()) for p in sorted((root / "benchmarks" / "results").glob("pretrained-*.json"))]
lines = [f"- {r['model']} at {r['revision'][:8]} on {r['device']}, {r['date']}: {r['text']}" for r in stored]
Markdown("\n".join(lines) or "None yet: no published model has been run where this was built, so none is reported.")

# %% [markdown] tags=["quiz"]
# ## Five questions for you
#
# <details><summary>1. A model of 8 billion parameters, 4 bits each: why is it not 4 GB?</summary>Encoder, embeddings and scales stay larger, and the clip's cache needs room too.</details>
# <details><summary>2. A processor gets frames 2 s apart and no metadata. What may go wrong?</summary>It guesses a rate: at 24 frames a second two frames last 0.083 s for it.</details>
# <details><summary>3. A model is told false times and answers with them. Whose mistake is it?</summary>The prompt's. Print what the model reads before you judge what it says.</details>
# <details><summary>4. What does a newline token tell that pooling alone does not?</summary>Where a row of the picture ends: neighbours in the sequence are not always neighbours in the picture.</details>
# <details><summary>5. Merging leaves 16 tokens a frame. What has been lost beside detail?</summary>Place and frame: a merged token stands for patches anywhere in four frames.</details>

# %% [markdown]
# - **You** chose a model by its cost, saw what it is told of time, and put it through the same probe as *pocket*.
# - **It cannot yet** tell you how a published model does on your clips: run the marked cells where a hub is in reach.
# - **Exercise:** [The 30-second summary](../exercises/7_summary.ipynb): tell a clip, and prove one place where the model errs.
