# %% [markdown]
# # 03 · The architecture: encode, project, splice, attend
#
# You build a video language model from one tensor up, and mend ten faults of the sketch that everybody writes.
# After this you can say for each tensor on the way what it holds, and prove it with a number.
#
# {measured} A CPU is enough.

# %%
import torch
from IPython.core.pylabtools import print_figure
from IPython.display import Image, Markdown, display

# %% [markdown]
# ## 1. A video small enough to write down
#
# One clip of two frames, one channel, 4 x 4 pixels. A block of 1 to 4 moves to the right; a block of 9 stays.

# %%
video = torch.tensor([[[[[1, 2, 0, 0], [3, 4, 0, 0], [0, 0, 9, 9], [0, 0, 9, 9]]],
                       [[[0, 0, 1, 2], [0, 0, 3, 4], [0, 0, 9, 9], [0, 0, 9, 9]]]]]).float()  # [B, T, C, H, W]
print(list(video.shape))
print(video[0, :, 0])

# %% [markdown]
# A vision transformer reads patches. **Predict:** how many patches of 2 x 2 does this video have, and which four numbers
# are in the last one? First as a loop.

# %%
B, T, C, H, W = video.shape
P = 2  # pixels on a patch's side
patches = []
for t in range(T):
    for y in range(0, H, P):
        for x in range(0, W, P):
            patches.append(video[0, t, :, y : y + P, x : x + P].flatten())
patches = torch.stack(patches).unflatten(0, (T, -1))  # [T * 4, C * 4] -> [T, 4, 4]
print(patches)

# %% [markdown]
# `unfold` cuts the same patches. And a linear layer on each patch is a convolution whose stride is its size. Two weights
# a patch are enough to see it: the sum of its pixels, and its right column minus its left one.

# %%
from torch.nn import functional as F

frames = video.flatten(0, 1)  # [B, T, C, H, W] -> [B * T, C, H, W]: each frame is a picture
same = torch.equal(F.unfold(frames, P, stride=P).transpose(1, 2), patches)  # [B * T, 4, places] -> [B * T, places, 4]
weights = torch.tensor([[1, 1, 1, 1], [-1, 1, -1, 1]]).float()  # [D, C * P * P]
by_loop = torch.stack([torch.stack([weights @ p for p in frame]) for frame in patches])  # [T, places, D]
grid = F.conv2d(frames, weights.reshape(2, C, P, P), stride=P)  # [B * T, D, 2, 2]
by_convolution = grid.flatten(2).transpose(1, 2)  # [B * T, D, 2, 2] -> [B * T, places, D]
print(by_loop)
print("unfold cuts the same patches:", same, "| the convolution agrees:", torch.equal(by_loop, by_convolution))

# %%
from matplotlib.figure import Figure

figure = Figure(figsize=(6.4, 2.9), layout="constrained")
for t, axis in enumerate(figure.subplots(1, 2)):
    axis.imshow(video[0, t, 0], cmap="Blues", vmax=14)
    for (y, x), value in [((y, x), video[0, t, 0, y, x]) for y in range(H) for x in range(W)]:
        axis.text(x, y, f"{value:.0f}", ha="center", va="center", fontsize=12)
    axis.set(xticks=[], yticks=[], title=f"frame {t}", xlabel="features " + str(by_loop[t].int().tolist()))
    axis.axhline(1.5, color="#D55E00", linewidth=2)
    axis.axvline(1.5, color="#D55E00", linewidth=2)
alt = "Two frames of 4 x 4 numbers, each cut into four patches: the block of 1 to 4 is in patch 0, then in patch 1."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# The real size. **Predict:** *pocket* takes 16 moments, two frames of 96 x 96 pixels each. How many numbers go in, and
# how many come out of its encoder?

# %%
from pathlib import Path

import course_lib
from course_lib import zoo

torch.set_num_threads(1)  # tensors this small gain nothing from a second core
film = Path(course_lib.__file__).parent / "clips" / "demo.mp4"
pocket = zoo.load("pocket")
model = pocket.model  # a VideoLLaMA
clip = pocket.watch(film)
pixels = torch.from_numpy(clip.frames).permute(0, 3, 1, 2)  # [T, H, W, 3] -> [T, 3, H, W]
with torch.no_grad():
    features = model.encoder(pixels[None])  # [1, 32, 3, 96, 96] -> [1, 16, 4, 256]
print(list(pixels.shape), "->", list(features.shape), f"= {pixels.numel():,} numbers -> {features.numel():,}")

# %% [markdown]
# ## 2. One frame, or two
#
# Play the hand-made video backwards: the block moves left. **Predict:** can an encoder of single frames tell the two
# apart, if all it hands on is what it saw in each frame?

# %%
backwards = video.flip(1)
forth, back = (F.conv2d(v[0], weights.reshape(2, 1, P, P), stride=P).flatten(1) for v in (video, backwards))  # [T, 8]
print("features frame by frame, forwards: ", forth.int().tolist())
print("features frame by frame, backwards:", back.int().tolist())
print("the same vectors, in another order:", sorted(forth.tolist()) == sorted(back.tolist()))

# %% [markdown]
# A tubelet is a patch that is two frames long. Its weights can subtract: later minus earlier. First the loop, then
# `conv3d`. The idea is *tubelet embedding* (ViViT, Arnab et al., 2021).

# %%
by_loop = [[(patch[1] - patch[0]).sum().item() for patch in zip(*cut)] for cut in (patches, patches.flip(0))]
kernel = torch.stack([-torch.ones(1, P, P), torch.ones(1, P, P)], dim=1)[None]  # [D, C, 2, P, P]


def tubelet(v):
    return F.conv3d(v.transpose(1, 2), kernel, stride=(2, P, P)).flatten().tolist()  # [B, C, T, H, W] -> [4]


print("loop:  ", *by_loop)
print("conv3d:", tubelet(video), tubelet(backwards))

# %% [markdown]
# The sign is the direction. Now the shipped encoder, and the course's drawn world: every car that drives up or down in
# some clips, as two frames half a second apart.

# %%
import numpy as np
from course_lib.clipworld import make_scene
from course_lib.progress import progress


def cars(seeds):
    """Pairs [N, 2, 3, 96, 96] of cars, and which way [N] each moves in the picture: 1 up, -1 down."""
    rng, pairs, ways = np.random.default_rng(seeds.start), [], []
    for scene in map(make_scene, progress(seeds, "filming cars")):
        for e in scene.timeline:
            if e.action in ("drives up", "drives down"):
                t = rng.uniform(e.start + 0.2, e.end - 0.7)
                pairs.append(scene.render([t, t + 0.5], 96))
                ways.append(1.0 if e.action == "drives up" else -1.0)
    return torch.from_numpy(np.stack(pairs)).permute(0, 1, 4, 2, 3), torch.tensor(ways)

# %% [markdown]
# A linear layer, fitted by least squares on some seeds and tested on others, tells the direction from the features. (The
# encoder was trained on other seeds.) For a single frame it gets the first one twice: a pair without motion.

# %%
from course_lib.temporal.metrics import wilson


@torch.no_grad()
def told_right(fit, test, as_seen):
    """How many of the test pairs' ways a linear layer tells, fitted to those of `fit`."""
    X, Z = (model.encoder(as_seen(pairs)).flatten(1) for pairs in (fit[0], test[0]))  # [N, 1, 4, 256] -> [N, 1024]
    middle, width = X.mean(0), X.std(0) + 1e-3
    X, Z = (X - middle) / width, (Z - middle) / width
    w = X.T @ torch.linalg.solve(X @ X.T + 100 * torch.eye(len(X)), fit[1])  # ridge regression
    return int((torch.sign(Z @ w) == test[1]).sum())


def tossed(pairs, ways):
    """A coin decides for each pair whether it is played backwards: then it moves the other way."""
    coin = torch.rand(len(ways), generator=torch.Generator().manual_seed(0)) < 0.5
    return torch.where(coin[:, None, None, None, None], pairs.flip(1), pairs), torch.where(coin, -ways, ways)

# %% [markdown]
# A car's front can be seen in one frame, and cars drive forwards: looks give the direction away. So half of the pairs are
# also played backwards, by the toss of a coin. **Predict:** half right is chance. What will each of the four reach?

# %%
fit, test = cars(range(0, 200)), cars(range(200, 400))
views = {"one frame": lambda pairs: pairs[:, [0, 0]], "tubelet": lambda pairs: pairs}
shares = {}
for played, change in {"as filmed": lambda *x: x, "coin tossed": tossed}.items():
    for name, as_seen in views.items():
        right, n = told_right(change(*fit), change(*test), as_seen), len(test[1])
        shares[name, played] = share, low, high = right / n, *wilson(right, n)
        print(f"{played:12} {name:10} {right:3d} of {n}: {share:.0%} ({low:.0%} to {high:.0%})")

# %%
figure = Figure(figsize=(7, 2.6), layout="constrained")
*pictures, axis = figure.subplots(1, 3, width_ratios=[1, 1, 1.6])
first = int((test[0][:, 1].float() - test[0][:, 0].float()).abs().flatten(1).mean(1).argmax())  # most motion
for k, picture in enumerate(pictures):
    picture.imshow(test[0][first, k].permute(1, 2, 0))
    picture.set(xticks=[], yticks=[], xlabel=f"frame {k} of a pair")
for k, ((name, played), (share, low, high)) in enumerate(shares.items()):
    axis.bar(k, share, 0.7, color=["#E69F00", "#0072B2"][k % 2])
    axis.plot([k, k], [low, high], "k_-", markersize=9, linewidth=1.3)
    axis.text(k, 0.04, f"{share:.0%}", ha="center", color="kw"[k % 2])
axis.axhline(0.5, color="k", linestyle=":", linewidth=1)
axis.set(xticks=range(4), ylim=(0, 1.05), yticks=[0, 0.5, 1], xlabel="as filmed            coin tossed")
axis.set_xticklabels([name.replace(" ", "\n") for name, _ in shares])
axis.set_title("direction told", fontsize=11)
alt = "Two frames with a car, and bars of how often its direction is told: with the coin tossed one frame is at chance."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Looks help one frame as long as nobody drives backwards; the pair has the motion itself. A frame encoder such as CLIP's
# leaves motion to whatever compares its frames later.

# %% [markdown]
# ## 3. Over time: what an average forgets
#
# Three moments of two features each. **Predict:** what does their mean say of the order?

# %%
three = torch.tensor([[1, 0], [0, 2], [5, 1]]).float()  # [T, D]
query = torch.tensor([0.5, 0.1])


def attend(x):
    return torch.softmax(x @ query, dim=0) @ x  # [T] weights over the moments, then their sum [D]


place = torch.tensor([[0.0, 0], [1, 0], [2, 0]])  # a vector for each position in time
for name, x, y in (("mean", three.mean(0), three.flip(0).mean(0)), ("attention", attend(three), attend(three.flip(0))),
                   ("with positions", attend(three + place), attend(three.flip(0) + place))):
    print(f"{name:15} {x}, of the reversed clip {y}")

# %% [markdown]
# Attention alone is a weighted mean: it forgets order just the same. Only the positions tell. Now the demo clip's 16
# moments, forwards and reversed; the language model reads them in a row, and its positions keep the order.

# %%
moments = features[0].flatten(1)  # [16, 4, 256] -> [16, 1024]
turned = moments.flip(0)
with torch.no_grad():
    tokens = [model.project(f) for f in (features, features.flip(1))]  # each [1, 32, hidden]
    read, read_turned = (model.llm(inputs_embeds=t).logits[0, -1] for t in tokens)
    mean, mean_turned = (model.llm(inputs_embeds=t.mean(1, keepdim=True)).logits[0, -1] for t in tokens)
print(f"means of the features differ by at most {(moments.mean(0) - turned.mean(0)).abs().max():.2f}")
print(f"next-word logits differ: {(mean - mean_turned).abs().max():.2f} with a mean, ", end="")
print(f"{(read - read_turned).abs().max():.2f} with 32 tokens in a row")

# %%
figure = Figure(figsize=(6.8, 2.6), layout="constrained")
loudest = moments.std(0).argsort(descending=True)[:40].sort().values
rows = [("clip", moments), ("reversed", turned)]
rows += [("mean of clip", moments.mean(0, True)), ("of reversed", turned.mean(0, True))]
for axis, (name, values) in zip(figure.subplots(4, 1, height_ratios=[4, 4, 1, 1]), rows):
    axis.imshow(values[:, loudest], aspect="auto", cmap="cividis", vmin=-3, vmax=3, interpolation="nearest")
    axis.set(xticks=[], yticks=[])
    axis.set_ylabel(name, rotation=0, ha="right", va="center")
axis.set_xlabel("forty of the features, one row a moment")
alt = "Features of the clip and of the reversed clip, upside down to each other; the two rows of means are the same."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# ## 4. The projector
#
# The encoder gives four features a moment, in its own width; the language model wants few tokens, in its width. By hand: a
# moment of four features of one number. **Predict:** two neighbours are joined to one token. What is in the first?

# %%
moment = torch.tensor([[1.0], [1], [4], [2]])  # [K, D]: four features
joined = moment.reshape(2, 2)  # [K, D] -> [K / 2, 2 * D]: neighbours side by side
linear = torch.tensor([[1.0, 1], [1, -1], [0, 2]])  # [hidden, 2 * D]
print(joined.tolist(), "->", (joined @ linear.T).tolist())  # [2, hidden]: the same layer for each token

# %% [markdown]
# The shipped one joins two features of 256 and uses two layers with a GELU between (LLaVA-1.5, Liu et al., 2023). The
# result must look to the language model like words. **Predict:** how long are the vectors, beside those of its words?

# %%
words = model.llm.get_input_embeddings().weight.detach()  # [vocabulary, hidden]
with torch.no_grad():
    tokens = model.projector(features)  # [1, 16, 4, 256] -> [1, 16, 2, 256]
print(list(features.shape), "->", list(tokens.shape), "| the language model's width:", words.shape[1])
for name, x in {"features": features, "video tokens": tokens, "words": words}.items():
    print(f"{name:13} length {x.norm(dim=-1).median():5.1f} (median)")

# %% [markdown]
# And which word is nearest to each moment's first token, by cosine? Nobody asked for this at the end of training, but
# the language model had first read the same stories as text.

# %%
from course_lib.zoo.pocket import pair_up

seconds, _ = pair_up(clip, 2)  # [16]: the middle of each pair
cosine = F.normalize(tokens[0, :, 0], dim=-1) @ F.normalize(words, dim=-1).T  # [16, vocabulary]
nearest = [model.tokenizer.convert_ids_to_tokens(row) for row in cosine.topk(3).indices.tolist()]
figure = Figure(figsize=(7, 3.1), layout="constrained")
for k, axis in enumerate(figure.subplots(2, 8).flat):
    axis.imshow(pixels[2 * k].permute(1, 2, 0))
    axis.set(xticks=[], yticks=[])
    axis.set_title(f"{seconds[k]:.1f} s", fontsize=8)
    axis.set_xlabel("\n".join(nearest[k]), fontsize=8)
alt = "Sixteen moments, under each its three nearest words: " + "; ".join(" ".join(n) for n in nearest) + "."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# ## 5. Placeholders and the splice
#
# The prompt is text. Where the video belongs it says `<|video|>`, once for every token to come; the tokenizer turns that
# into one id each. **Predict:** 3 moments of 2 tokens. How many ids carry the number of `<|video|>`?

# %%
from course_lib.model.prompt import VIDEO, place_video, turn

prompt = place_video([1, 2, 3], tokens=2, time_signal="none") + turn("What happens?")
ids = model.tokenizer(prompt, return_tensors="pt").input_ids  # [1, L]
print(prompt)
print(ids[0].tolist())
is_video = ids == model.video_token_id  # [1, L] bool
print(f"{VIDEO} is id {model.video_token_id}: {int(is_video.sum())} places")

# %% [markdown]
# By hand, with vectors of one number: text 0.1 and 0.2 around three places for the video 7, 8, 9. The loop; then
# `masked_scatter`, which fills the places of a mask in order; then the library's `splice`, which counts first.

# %%
from course_lib.errors import SpliceError
from course_lib.model.splice import splice

text = torch.tensor([[[0.1], [0], [0], [0], [0.2]]])  # [B, L, D]
three, places = torch.tensor([[7.0], [8], [9]]), torch.tensor([[False, True, True, True, False]])  # [N, D], [B, L]
looped, rest = text.clone(), iter(three)
for i in places[0].nonzero().flatten():
    looped[0, i] = next(rest)
scattered = text.masked_scatter(places[..., None], three)
print(looped.flatten(), torch.equal(looped, scattered), torch.equal(looped, splice(text, [three], places)))
try:
    splice(text, [three[:2]], places)
except SpliceError as problem:
    print(problem)

# %% [markdown]
# Why count? A token too few would put every later one at the wrong moment, in silence. Now the real prompt of the demo
# clip. *pocket* adds to each video token the word vector of its second (`tell_time`): time needs no words of its own.

# %%
def ids_of(text):
    return model.tokenizer(text, return_tensors="pt").input_ids


asked = "What happens at second 17?"
ids = ids_of(place_video(list(seconds), 2, model.time_signal, clip.duration) + turn(asked))  # [1, L]
with torch.no_grad():
    embeds = model.embed(ids, [[pixels]], [[seconds]])  # [1, L, hidden]
    tokens = model.tell_time(model.encode(pixels[None])[0], seconds)  # [32, hidden]
is_video = ids[0] == model.video_token_id
print("every video token at its place:", torch.allclose(embeds[0, is_video], tokens, atol=1e-5))
print("every word as it was:", torch.equal(embeds[0, ~is_video], words[ids[0, ~is_video]]))

# %%
figure = Figure(figsize=(7, 1.9), layout="constrained")
axis = figure.add_subplot()
names, across = model.tokenizer.convert_ids_to_tokens(ids[0].tolist()), 15
for i, name in enumerate(names):
    x, y, v = i % across, i // across, bool(is_video[i])
    axis.barh(y + 0.45, 0.94, 0.9, left=x, color="#0072B2" if v else "#e8eaed")
    label = f"{seconds[int(is_video[:i].sum()) // 2]:.0f} s" if v else name.strip("<|>")
    size = 6 if len(label) > 7 else 7
    axis.text(x + 0.47, y + 0.45, label, ha="center", va="center", fontsize=size, color="w" if v else "k")
axis.set(xlim=(0, across), ylim=(len(names) // across + 1, 0))
axis.axis("off")
alt = f"The prompt, token by token: {int((~is_video).sum())} words in grey, {int(is_video.sum())} video tokens in blue."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# ## 6. Masks and positions
#
# Two prompts in one batch must be equally long, so the shorter one is padded, on the left: the answer comes behind the
# last token. The mask says what is real. **Predict:** which position does the first real token of row 0 get?

# %%
mask = torch.tensor([[0, 0, 1, 1], [1, 1, 1, 1]])  # [B, L]: row 0 is two tokens short
positions = (mask.cumsum(dim=1) - 1).clamp(min=0)  # [B, L]
may_see = torch.ones(4, 4).tril().bool() & mask[:, None].bool()  # [B, L, L]: nobody looks ahead, nor at padding
print(positions.tolist())
print(may_see.int())

# %%
figure = Figure(figsize=(6, 2.7), layout="constrained")
for row, axis in enumerate(figure.subplots(1, 2)):
    axis.imshow(may_see[row], cmap="Blues", vmax=1.4)
    names = [str(int(n)) if real else "pad" for n, real in zip(positions[row], mask[row])]
    axis.set(xticks=range(4), yticks=range(4), xticklabels=names, yticklabels=names, title=f"row {row}")
    axis.set(xlabel="looks at", ylabel="position")
alt = "Which position may look at which: a triangle for row 1; in row 0 the two columns of the padding are empty."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# The real model: the whole clip in one row, its first half in the other. Company must not change an answer.
# **Predict:** how much do the logits of the short row differ from those that it gets alone, with and without a mask?

# %%
clips, times = [[pixels], [pixels[:16]]], [[seconds], [seconds[:8]]]
asked = turn("What happens at second 5?")
texts = [place_video(list(t[0]), 2, model.time_signal, n) + asked for t, n in zip(times, (30, 15))]
batch = model.tokenizer(texts, return_tensors="pt", padding=True, padding_side="left")
with torch.no_grad():
    alone = model(ids_of(texts[1]), clips[1:], seconds=times[1:]).logits[0]  # [L, vocabulary]
    masked = model(batch.input_ids, clips, batch.attention_mask, seconds=times).logits[1]
    bare = model(batch.input_ids, clips, seconds=times).logits[1]
for name, logits in {"with the mask": masked, "without it": bare}.items():
    print(f"{name:14} largest difference {(logits[-len(alone):] - alone).abs().max():.2f}")

# %% [markdown]
# What is left with the mask is rounding. Its positions were not even counted from 0: rotary positions (Su et al., 2021)
# compare places, so all that matters is the distance. **Predict:** and if you count them properly?

# %%
positions = (batch.attention_mask.cumsum(dim=1) - 1).clamp(min=0)
right = model.tokenizer(texts, return_tensors="pt", padding=True, padding_side="right")
with torch.no_grad():
    counted = model(batch.input_ids, clips, batch.attention_mask, seconds=times, position_ids=positions).logits[1]
    behind = model(right.input_ids, clips, right.attention_mask, seconds=times).logits[1, -1]
print(f"positions counted from the first real token: {(counted[-len(alone):] - alone).abs().max():.2f}")
print(f"the next word, read behind padding on the right:  {(behind - alone[-1]).abs().max():.2f}")

# %% [markdown]
# Absolute positions, as GPT-2 learns them, would need the counted ones. And padding on the right is for training only.

# %% [markdown]
# ## 7. Prefill and cached decoding
#
# A token looks back at keys and values of the tokens before it. Those never change, so keep them. By hand: the last row
# of the full attention, and the same from one query over a stored cache.

# %%
q = torch.tensor([[1, 0], [0, 1], [1, 1]]).float()  # queries, keys [L, D], values [L, 1]
k, v = torch.tensor([[1, 1], [0, 2], [2, 0]]).float(), torch.tensor([[3], [6], [9]]).float()
ahead = torch.ones(3, 3).triu(1).bool()
full = torch.softmax((q @ k.T).masked_fill(ahead, -torch.inf), dim=-1) @ v  # [3, 1]: three queries
cached = torch.softmax(q[2] @ k.T, dim=-1) @ v  # [1]: one query over the stored keys and values
print("three queries:", full.flatten(), "| the last one alone:", cached)

# %% [markdown]
# First the prompt in one go (*prefill*), then a token at a time. Without a cache the whole row is read again for each.
# **Predict:** a prompt of L tokens, N new ones. How many tokens are read in both ways?

# %%
@torch.no_grad()
def write(llm, prompt, new, cached):
    """The likeliest `new` tokens behind prompt [1, L, hidden], and how many tokens each step read."""
    piece, cache, written, read = prompt, None, [], []
    for _ in range(new):
        out = llm(inputs_embeds=piece, past_key_values=cache, use_cache=cached, logits_to_keep=1)
        written.append(out.logits[0, -1].argmax())
        read.append(piece.shape[1])
        word = llm.get_input_embeddings()(written[-1])[None, None]  # [1, 1, hidden]
        cache, piece = out.past_key_values, word if cached else torch.cat([piece, word], dim=1)
    return torch.stack(written), read


# %%
with torch.no_grad():
    summary = ids_of(place_video(list(seconds), 2, model.time_signal, clip.duration) + turn("Describe the video."))
    embeds = model.embed(summary, [[pixels]], [[seconds]])
N = 60
(slow, slow_read), (fast, fast_read) = (write(model.llm, embeds, N, cached) for cached in (False, True))
print(model.tokenizer.decode(fast[:24]), "…")

# %%
L = embeds.shape[1]
formula = N * L + N * (N - 1) // 2, L + N - 1
figure = Figure(figsize=(6.4, 2.6), layout="constrained")
axis = figure.add_subplot()
for read, name, style in ((slow_read, "without a cache", "-"), (fast_read, "with one", "--")):
    axis.plot(range(1, N + 1), np.cumsum(read), style, color="#D55E00" if style == "-" else "#0072B2", linewidth=2)
    axis.annotate(f"{name}: {sum(read):,}", (N, sum(read)), (-4, 6), textcoords="offset points", ha="right")
axis.set(xlabel="tokens written", ylabel="tokens read", ylim=(0, 1.15 * sum(slow_read)))
axis.spines[["top", "right"]].set_visible(False)
alt = "Tokens read in all, by tokens written: without a cache a steep curve, with one a flat line."
display(Image(print_figure(figure, dpi=110), alt=alt))
agree, saved = formula == (sum(slow_read), sum(fast_read)), 1 - sum(fast_read) / sum(slow_read)
print(f"L = {L}, N = {N}. The same tokens: {torch.equal(slow, fast)}. The formulas hold: {agree}. Saved: {saved:.0%}")

# %% tags=["nbval-ignore-output"]
from time import perf_counter

took = []
for cached in (False, True, False, True):
    began = perf_counter()
    write(model.llm, embeds, N, cached)
    took.append(perf_counter() - began)
Markdown(f"Without the cache it takes about **{min(took[::2]) / min(took[1::2]):.1f} times** as long here.")

# %% [markdown]
# Less than the count promises: in so small a model each call costs more than its tokens. The prefix also serves many
# questions: `course_lib.model.decode` reads the video once and answers all of them behind it.

# %% [markdown]
# ## 8. The sketch
#
# Asked for a video language model, people write some forty lines like these. Read them first. **Predict:** how many
# faults do you find? First, a clip becomes one vector.

# %%
from torch import nn


class VideoEncoder(nn.Module):
    def __init__(self, vision):
        self.vision = vision  # [N, 3, H, W] -> [N, D]
        super().__init__()

    def forward(self, video):  # [B, 3, T, H, W], as many video readers hand it over
        B, C, T, H, W = video.shape
        frames = video.reshape(B * T, C, H, W)  # every frame is a picture
        features = self.vision(frames)  # [B * T, D]
        features = features.reshape(T, B, -1)
        return features.mean(dim=0)  # [B, D]: average over time

# %% [markdown]
# Then the chat model: a projector, a new token, and the video in front of the text.

# %%
class VideoChat(nn.Module):
    def __init__(self, encoder, llm, tokenizer):
        super().__init__()
        self.encoder, self.llm, self.tokenizer = encoder, llm, tokenizer
        self.projector = nn.Linear(768, 4096)
        tokenizer.add_special_tokens({"additional_special_tokens": ["<video>"]})

    def embed(self, video, ids):
        token = self.projector(self.encoder(video))[:, None]  # [B, D] -> [B, 1, hidden]
        words = self.llm.get_input_embeddings()(ids)  # [B, L, hidden]
        return torch.cat([token, words], dim=1)

    def forward(self, video, ids, attention_mask, labels=None):
        return self.llm(inputs_embeds=self.embed(video, ids), attention_mask=attention_mask, labels=labels)

# %% [markdown]
# And what it takes to train and to ask it.

# %%
def training_batch(tokenizer, questions, answers):
    texts = [f"<video> {turn(q, a)}" for q, a in zip(questions, answers)]
    batch = tokenizer(texts, return_tensors="pt", padding=True)
    labels = F.pad(batch.input_ids[:, 1:], (0, 1), value=tokenizer.eos_token_id)  # predict the next token
    return batch.input_ids, batch.attention_mask, labels


def answer(chat, video, question):
    ids = chat.tokenizer(f"<video> {turn(question)}", return_tensors="pt").input_ids
    out = chat.llm.generate(inputs_embeds=chat.embed(video, ids), max_new_tokens=20)
    return chat.tokenizer.decode(out[0, ids.shape[1] :])  # without the prompt

# %% [markdown]
# It gets a language model of its own (a copy of *pocket*'s) and a stand-in for the vision model. Each fault is shown by a
# number; then comes the mend, and the same number again. The ledger collects them.

# %%
import copy

torch.manual_seed(0)
llm, tokenizer = copy.deepcopy(model.llm), copy.deepcopy(model.tokenizer)
vision = nn.Sequential(nn.Conv2d(3, 64, 16, 16), nn.AdaptiveAvgPool2d(1), nn.Flatten())  # [N, 3, H, W] -> [N, 64]
ledger = []


def attempt(run):
    """What comes of it: how it failed, or that it ran."""
    try:
        return f"ran: {run()}"
    except Exception as problem:
        return f"{type(problem).__name__}: {str(problem).splitlines()[0]}"


def enter(fault, before, after):
    ledger.append((fault, before, after))
    print(f"sketch: {before}\nmended: {after}")

# %% [markdown]
# ### Fault 1: parts before `super().__init__()`
#
# **Predict:** does the first line of `VideoEncoder` work?

# %%
before = attempt(lambda: type(VideoEncoder(vision)).__name__)


def init(self, vision):
    super(VideoEncoder, self).__init__()  # the mend: first, since it makes the place where parts are kept
    self.vision = vision


VideoEncoder.__init__ = init
after = attempt(lambda: type(VideoEncoder(vision)).__name__)
enter("parts before super().__init__()", before, after)

# %% [markdown]
# ### Fault 2: a token without a row
#
# The tokenizer knows a new word. **Predict:** the language model's table has as many rows as the tokenizer had words. Who
# tells the table?

# %%
chat = VideoChat(VideoEncoder(vision), llm, tokenizer)
ids = tokenizer("<video> what happens?", return_tensors="pt").input_ids
table = llm.get_input_embeddings()
print(f"<video> is id {ids[0, 0]}; the table has rows 0 to {table.num_embeddings - 1}")
before = attempt(lambda: table(ids).shape)
llm.resize_token_embeddings(len(tokenizer), mean_resizing=False)  # the mend
after = attempt(lambda: list(llm.get_input_embeddings()(ids).shape))
enter("a new token without a row", before, after)
print("tied to the output still:", llm.lm_head.weight is llm.get_input_embeddings().weight)

# %% [markdown]
# Llama-3.2's table is as full as this one. Others have spare rows: there nothing fails, and an untrained row is read. On
# a GPU the same fault is a failed assertion in a kernel, reported somewhere later.

# %% [markdown]
# ### Fault 3: widths from another model
#
# 768 and 4096 are right for one vision model and one language model. **Predict:** what does the projector say to these?

# %%
batch_of_one = torch.rand(1, 3, 8, 96, 96, generator=torch.Generator().manual_seed(0))  # [B, 3, T, H, W]
chat = VideoChat(VideoEncoder(vision), llm, tokenizer)
before = attempt(lambda: chat.embed(batch_of_one, ids).shape)
chat.projector = nn.Linear(64, llm.config.hidden_size)  # the mend: both widths read off the parts
after = attempt(lambda: list(chat.embed(batch_of_one, ids).shape))
enter("widths from another model", before, after)

# %% [markdown]
# These three were loud. **Now it runs, and that is worse:** what follows fails without a word.

# %% [markdown]
# ### Fault 4: a reshape that mixes frames and colours
#
# `[B, C, T, H, W]` is read off as if it were `[B, T, C, H, W]`. By hand: every pixel of frame t has the value t.
# **Predict:** which frames' values are in the first picture?

# %%
numbered = torch.arange(4.0).reshape(1, 1, 4, 1, 1).expand(1, 3, 4, 1, 1)  # [B, C, T, H, W]: frame t is all t
mixed = numbered.reshape(4, 3, 1, 1)  # the sketch
apart = numbered.transpose(1, 2).flatten(0, 1)  # the mend: [B, T, C, H, W] -> [B * T, C, H, W]
print(mixed.flatten(1).int().tolist(), "->", apart.flatten(1).int().tolist())


def pure(pictures):
    return f"{sum(len(set(p.flatten().tolist())) == 1 for p in pictures)} of {len(pictures)} pictures are one frame"


enter("frames and colours mixed", pure(mixed), pure(apart))

# %%
channels_first = pixels[::2].transpose(0, 1)[None]  # [16, 3, H, W] -> [1, 3, 16, H, W]: a frame of each moment
figure = Figure(figsize=(6.8, 2.9), layout="constrained")
rows = [channels_first.reshape(16, 3, 96, 96), channels_first.transpose(1, 2).flatten(0, 1)]
for axes, pictures, name in zip(figure.subplots(2, 5), rows, ("sketch", "mended")):
    for axis, k in zip(axes, (0, 4, 8, 12, 15)):
        axis.imshow(pictures[k].permute(1, 2, 0))
        axis.set(xticks=[], yticks=[], title=f"picture {k}")
    axes[0].set_ylabel(name)
alt = "Above: pictures whose red, green and blue come from three frames, ghosts in false colours. Below: the frames."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# ### Fault 5: clips of a batch mixed
#
# The encoder's rows are clip 0's frames, then clip 1's. The sketch reads them off as `[T, B]`. **Predict:** change clip 1
# alone. Does the vector of clip 0 change?

# %%
one, two, other = torch.rand(3, 3, 6, 32, 32, generator=torch.Generator().manual_seed(0))  # each [C, T, H, W]


@torch.no_grad()
def spread(unflatten):
    """How much clip 0's vector changes when clip 1 is another clip."""
    rows = [vision(torch.stack([one, x]).transpose(1, 2).flatten(0, 1)) for x in (two, other)]  # each [B * T, D]
    first, second = (unflatten(r) for r in rows)
    return float((first - second).abs().max())


before = spread(lambda rows: rows.reshape(6, 2, -1).mean(dim=0)[0])  # the sketch: [T, B, D]
after = spread(lambda rows: rows.unflatten(0, (2, 6)).mean(dim=1)[0])  # the mend: [B, T, D]
enter("clips of a batch mixed", f"clip 0 changes by {before:.3f}", f"clip 0 changes by {after:.3f}")

# %% [markdown]
# ### Fault 6: the average over time
#
# Section 3 showed that a mean has no order. What does that cost in answers? *pocket* itself, its 32 tokens averaged to
# one. **Predict:** of its answers at the clip's 30 seconds, how many are right then, and how many with all tokens?

# %%
from course_lib.timeline import Timeline

truth = Timeline.load(film.parent / "demo.timeline.json")
everywhere = ids_of([turn(f"What happens at second {t}?") for t in range(30)])  # [30, L]: all equally long
word = model.llm.get_input_embeddings()


@torch.no_grad()
def told(prefix):
    """The answers to the thirty questions behind a prefix [1, L, hidden]."""
    embeds = torch.cat([prefix.expand(30, -1, -1), word(everywhere)], dim=1)
    real = torch.ones(embeds.shape[:2], dtype=torch.long)
    out = model.llm.generate(inputs_embeds=embeds, attention_mask=real, max_new_tokens=12, do_sample=False)
    return model.tokenizer.batch_decode(out, skip_special_tokens=True)


# %%
with torch.no_grad():
    length = word(ids_of("the video lasts 30 seconds"))  # [1, 5, hidden]: what stands before the video
full = told(torch.cat([length, tokens[None]], dim=1))
averaged = told(torch.cat([length, tokens.mean(dim=0)[None, None]], dim=1))


def right(answers):
    """How many of the answers name what truly happens at their second."""
    true = [[e.text for e in truth if e.start <= t < e.end] or ["nothing"] for t in range(30)]
    return f"{sum(any(e in a for e in es) for es, a in zip(true, answers))} of 30 answers are right"


enter("the average over time", right(averaged), right(full))
print("second 17:", averaged[17], "->", full[17])

# %% [markdown]
# The mend is not to average: one or more tokens for each moment, in order, each with its position and its second.

# %% [markdown]
# ### Fault 7: the video in front, the placeholder left behind
#
# `cat` puts the video first, wherever `<video>` stands, and reads the word `<video>` as well. **Predict:** at how many
# places do the embeds hold what the ids say? And does *pocket* still answer?

# %%
@torch.no_grad()
def agreeing(ids, embeds):
    """At how many places the embeds hold what the ids say."""
    said, is_video = word(ids)[0], ids[0] == model.video_token_id
    said[is_video] = tokens[: int(is_video.sum())]
    same = (embeds[0, : len(said)] - said).abs().max(dim=1).values < 1e-5
    return f"{int(same.sum())} of {len(same)} places agree"


one = ids_of("the video lasts 30 seconds" + VIDEO)  # the sketch: one placeholder, which nobody takes out
many = ids_of("the video lasts 30 seconds" + VIDEO * len(tokens))  # the mend: one for each token, then splice
front = torch.cat([tokens[None], word(one).detach()], dim=1)
spliced = splice(word(many).detach(), [tokens], many == model.video_token_id)
enter("the video in front, the placeholder left", agreeing(one, front), agreeing(many, spliced))
print("and of the answers:", right(told(front)), "->", right(told(spliced)))

# %% [markdown]
# Nearly harmless, as answers go, and so it lives on. But from now on whatever is computed from the ids is off by the
# length of the video: the mask and the labels first of all.

# %% [markdown]
# ### Fault 8: a mask of the text alone
#
# The embeds are 32 tokens longer than the mask. **Predict:** an error? If not, which tokens go unseen? Two questions that
# differ in their second must not give the same logits.

# %%
def apart(lengthened):
    """How far the logits of the next word differ between second 5 and second 20."""
    logits = []
    for t in (5, 20):
        ids = torch.cat([one, ids_of(turn(f"What happens at second {t}?"))], dim=1)
        embeds = torch.cat([tokens[None], word(ids)], dim=1)
        mask = torch.ones(embeds.shape[:2] if lengthened else ids.shape, dtype=torch.long)
        with torch.no_grad():
            logits.append(model.llm(inputs_embeds=embeds, attention_mask=mask).logits[0, -1])
    return f"two seconds, logits {(logits[0] - logits[1]).abs().max():.2f} apart"


enter("a mask of the text alone", apart(False), apart(True))

# %% [markdown]
# transformers fills a short mask up with zeros, at the end: the question is hidden, and nothing is reported.
# `VideoLLaMA` refuses a mask that is not as long as the ids.

# %% [markdown]
# ### Fault 9: labels shifted twice, and nothing left out
#
# transformers shifts labels itself. **Predict:** the loss of the shipped model on an answer that it gives itself, with
# the sketch's labels, and with right ones (-100 counts for nothing)?

# %%
asked, given = turn("What happens at second 17?"), f" {full[17]} <|end|>"
ids = torch.cat([many, ids_of(asked + given)], dim=1)  # [1, L]: video, question, answer
start = many.shape[1] + ids_of(asked).shape[1]
shifted = F.pad(ids[:, 1:], (0, 1), value=model.tokenizer.eos_token_id)  # the sketch
masked = torch.where(torch.arange(ids.shape[1]) < start, -100, ids)  # the mend: no video, no question, no shift
with torch.no_grad():
    embeds = splice(word(ids), [tokens], ids == model.video_token_id)
    losses = [float(model.llm(inputs_embeds=embeds, labels=labels).loss) for labels in (shifted, ids, masked)]
counts = [int((labels[:, 1:] != -100).sum()) for labels in (shifted, ids, masked)]
lines = [f"loss {loss:.3f} over {count} labels" for loss, count in zip(losses, counts)]
enter("labels shifted twice, nothing left out", lines[0], lines[2])
print("not shifted, but nothing left out:", lines[1])
print("as VideoLLaMA.mask_labels makes them:", torch.equal(masked, model.mask_labels(ids, [start])))

# %% [markdown]
# With the sketch's labels the model would learn to write the word after next, and to write placeholders.

# %% [markdown]
# ### Fault 10: the answer cut off
#
# Given `input_ids`, `generate` returns prompt and answer; given `inputs_embeds` it returns the answer alone. **Predict:**
# what is left when the sketch takes off a prompt that is not there?

# %%
ids = torch.cat([many, ids_of(asked)], dim=1)
with torch.no_grad():
    embeds = splice(word(ids), [tokens], ids == model.video_token_id)
    out = model.llm.generate(inputs_embeds=embeds, attention_mask=torch.ones_like(ids), max_new_tokens=12)
sketched, mended = (model.tokenizer.decode(o, skip_special_tokens=True) for o in (out[0, ids.shape[1] :], out[0]))
enter("the answer cut off", *(f'"{text}" ({len(text.split())} words)' for text in (sketched, mended)))

# %% [markdown]
# ### All ten mended
#
# The same forty lines, right. Read them against the sketch.

# %%
class Mended(nn.Module):
    def __init__(self, encoder, projector, llm, tokenizer):
        super().__init__()
        self.encoder, self.projector, self.llm, self.tokenizer = encoder, projector, llm, tokenizer
        if VIDEO not in tokenizer.get_vocab():
            tokenizer.add_special_tokens({"additional_special_tokens": [VIDEO]})
        if len(tokenizer) > llm.get_input_embeddings().num_embeddings:
            llm.resize_token_embeddings(len(tokenizer))
        self.video_id = tokenizer.convert_tokens_to_ids(VIDEO)

    def tokens(self, video, seconds):  # [B, T, 3, H, W], whole seconds of the moments
        tokens = self.projector(self.encoder(video))  # [B, T, 3, H, W] -> [B, M, K, hidden]: no average
        numbers = self.tokenizer.convert_tokens_to_ids([str(n) for n in seconds])
        when = self.llm.get_input_embeddings()(torch.tensor(numbers))  # [M, hidden]
        return (tokens + when[:, None]).flatten(1, 2)  # [B, M, K, hidden] -> [B, M * K, hidden]

# %%
def embed(self, ids, video, seconds):
    is_video = ids == self.video_id  # [B, L], one place a token
    words = self.llm.get_input_embeddings()(ids)
    return words.masked_scatter(is_video[..., None], self.tokens(video, seconds))  # [B, L, hidden]


def forward(self, ids, video, seconds, mask, labels=None):  # mask and labels made from the same ids
    return self.llm(inputs_embeds=self.embed(ids, video, seconds), attention_mask=mask, labels=labels)


def answer(self, ids, video, seconds):
    embeds, real = self.embed(ids, video, seconds), torch.ones_like(ids)
    out = self.llm.generate(inputs_embeds=embeds, attention_mask=real, max_new_tokens=20)
    return self.tokenizer.decode(out[0], skip_special_tokens=True)


Mended.embed, Mended.forward, Mended.answer = embed, forward, answer

# %%
own = Mended(model.encoder, model.projector, model.llm, model.tokenizer).eval()
with torch.no_grad():
    whole = [round(s) for s in seconds]
    mine = own(ids, pixels[None], whole, torch.ones_like(ids)).logits
    library = model(ids, [[pixels]], seconds=[[seconds]]).logits
    print(own.answer(ids, pixels[None], whole))
print(f"logits {list(mine.shape)} differ from VideoLLaMA's by at most {(mine - library).abs().max():.6f}")

# %%
rows = ["| | fault | sketch | mended |", "|---|---|---|---|"]
for number, (fault, before, after) in enumerate(ledger, 1):
    rows.append(f"| {number} | {fault} | {before} | {after} |")
Markdown("\n".join(rows).replace("_", "\\_"))

# %% [markdown]
# `VideoLLaMA` adds what a library needs: clips of different lengths in one batch, several clips in a prompt, errors that
# name the row and both counts, a file format.

# %% [markdown]
# ## 9. Where an answer looks
#
# Attention is a table of numbers, so look at it. One question; for each word the share of its attention that goes to
# each moment (last two layers, all heads), each row against its own peak. **Predict:** where will "17" look?

# %%
from course_lib.viz.attention import attention_alt, attention_data, draw_attention

[looked] = attention_data(pocket, clip, ["What happens at second 17?"])
print(looked.answer)
Image(print_figure(draw_attention(looked, clip), dpi=110), alt=attention_alt(looked))

# %% [markdown]
# The words before the number look about. The number finds the moments that carry its own word vector, and what comes after
# it follows. Now every second of the clip, and of seven more. A hit is a peak within one moment of
# the second asked for. **Predict:** the share of hits?

# %%
from course_lib.temporal.footage import of_scene

clips = [clip] + [of_scene(make_scene(seed)).look(pocket.moments(30.0), 96) for seed in range(1, 8)]
questions = [f"What happens at second {t}?" for t in range(30)]
looks = [attention_data(pocket, c, questions) for c in progress(clips, "asking every second")]  # [clip][second]
hits = {"the answer's first word": [], "the number in the question": []}
for data in looks:
    for t, d in enumerate(data):
        for name, row in zip(hits, (d.first_answer, d.row(str(t)))):
            hits[name].append(abs(d.peak(row) - d.nearest(t)) <= 1)  # within one moment

# %%
for name, found in hits.items():
    low, high = wilson(sum(found), len(found))
    print(f"{name:27} {sum(found):3d} of {len(found)}: {np.mean(found):.0%} ({low:.0%} to {high:.0%})")
near = [abs(k - d.nearest(t)) <= 1 for data in looks for t, d in enumerate(data) for k in range(16)]
print(f"{'a moment taken at random':27} {np.mean(near):.0%}")

# %% [markdown]
# Move the second that is asked for, and see where its number looks: the framed moment of each row is its peak.

# %%
from course_lib.viz import attention

attention.widget(looks[0], clip, first=17, label="second asked for")

# %% [markdown]
# Attention is not yet a reason (Jain & Wallace, 2019). So take something away: paint three moments grey, keep their
# seconds, and ask again. **Predict:** does the answer change where the number looked? And eight moments from there?
# (The intervals count every question as if it had a clip of its own.)

# %%
from dataclasses import replace

from course_lib.model.decode import complete, prefill


def answers_without(clip):
    """[16][30]: what is answered at every second when moment k and its neighbours are grey; and [30]: when none is."""
    prefix = ids_of(place_video(list(pair_up(clip, 2)[0]), 2, model.time_signal, clip.duration))[0].tolist()
    seen = pocket.video_tokens(clip)  # [32, hidden]
    grey = pocket.video_tokens(replace(clip, frames=np.full_like(clip.frames, 127)))
    found = []
    for k in progress(range(17), "answering with grey moments"):
        hidden = (torch.arange(16) - k).abs() <= (1 if k < 16 else -1)
        tokens = torch.where(hidden.repeat_interleave(2)[:, None], grey, seen)
        found.append([w.ids for w in complete(model, prefill(model, prefix, tokens), everywhere.tolist(), 12)])
    return found[:16], found[16]

# %%
there, away, maps = [], [], []
for data, c in zip(looks[:4], clips):  # four of the clips: 17 times 30 answers each
    hidden, whole = answers_without(c)
    maps.append(np.array([[hidden[k][t] != whole[t] for k in range(16)] for t in range(30)]))  # [30, 16]
    for t, d in enumerate(data):
        k = d.peak(d.row(str(t)))
        there.append(maps[-1][t, k])
        away.append(maps[-1][t, (k + 8) % 16])
for name, changed in {"where the number looked": there, "eight moments away": away}.items():
    low, high = wilson(sum(changed), len(changed))
    share = f"{sum(changed):3d} of {len(changed)} answers change: {np.mean(changed):.0%}"
    print(f"grey {name:24} {share} ({low:.0%} to {high:.0%})")

# %%
figure = Figure(figsize=(7, 3.6), layout="constrained")
number = np.array([d.weights[d.row(str(t))] for t, d in enumerate(looks[0])])  # [30, 16]
first = np.array([d.weights[d.first_answer] for d in looks[0]])
titles = ("the number looks", "the first word looks", "grey here: answer changes")
for axis, picture, title in zip(figure.subplots(1, 3, sharey=True), (number, first, maps[0]), titles):
    axis.imshow(picture / picture.max(axis=1, keepdims=True).clip(1e-9), aspect="auto", cmap="Blues", origin="lower")
    axis.plot([looks[0][0].nearest(t) for t in range(30)], range(30), ".", color="#D55E00", markersize=3)
    axis.set(xticks=range(0, 16, 5), xticklabels=[f"{s:.0f}" for s in seconds[::5]], xlabel="moment, s")
    axis.set_title(title, fontsize=10)
figure.axes[0].set_ylabel("second asked for")
alt = "Three maps, seconds asked for up and moments across: in each, what is dark lies along the dotted diagonal."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# The demo clip; dots mark the moment nearest to the second asked for. On the right stands what an answer rests on. Where a
# row is empty there, the pictures around the grey ones may tell the same event.

# %% [markdown]
# ## 10. The class and the shipped weights
#
# Three files hold a model: what its parts are, their weights, the tokenizer. `from_pretrained` builds this very class and
# fills it. **Predict:** which of the three parts has the most parameters?

# %%
from course_lib.model.video_llama import VideoLLaMA

folder = Path(course_lib.__file__).parent / "weights" / "pocket"
shipped = VideoLLaMA.from_pretrained(folder)
print(*sorted(f.name for f in folder.iterdir()), sep=", ")
parts = {name: sum(p.numel() for p in getattr(shipped, name).parameters()) for name in ("encoder", "projector", "llm")}
print({name: f"{n / 1e6:.2f} M" for name, n in parts.items()}, f"| all: {sum(parts.values()) / 1e6:.2f} M")

# %%
figure = Figure(figsize=(6.4, 1.2), layout="constrained")
axis, left = figure.add_subplot(), 0
for (name, n), colour in zip(parts.items(), ("#0072B2", "#E69F00", "#009E73")):
    axis.barh(0, n, left=left, color=colour, edgecolor="w")
    axis.text(left + n / 2, 0.55, f"{name} {n / 1e6:.2f} M", ha="center")
    left += n
axis.set(ylim=(-0.5, 0.9))
axis.axis("off")
alt = "A bar of the model's parameters, part by part: " + ", ".join(f"{k} {n:,}" for k, n in parts.items()) + "."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Encode, project, splice, attend, decode; and the truth beside it. (Told second by second: in a pause between two events
# "nothing" is true.)

# %%
rows = ["| question | it answers | true then |", "|---|---|---|"]
for t in (3, 7, 12, 17, 24, 28):
    prompt = place_video(list(seconds), 2, shipped.time_signal, clip.duration) + turn(f"What happens at second {t}?")
    ids = shipped.tokenizer(prompt, return_tensors="pt").input_ids
    out = shipped.generate(ids, [[pixels]], seconds=[[seconds]], max_new_tokens=12)
    told_now = shipped.tokenizer.decode(out[0], skip_special_tokens=True)
    true_now = ", ".join(e.text for e in truth if e.start <= t < e.end) or "nothing"
    rows.append(f"| What happens at second {t}? | {told_now} | {true_now} |")
rows.append(f"| at each of the thirty | {right(full)} | |")
Markdown("\n".join(rows))

# %% [markdown]
# `zoo.load("pocket")` wraps this class: it samples the frames and puts its own timeline before a question, as in
# [00_welcome](00_welcome.ipynb). Published models are read into the same class, where their parts are the same.

# %% [markdown] tags=["quiz"]
# ## Five questions for you
#
# <details><summary>1. Two clips differ in the order of their moments alone. Which of these hand on the same: the mean, attention without positions, tokens in a row?</summary>The mean and attention without positions. Both are sums over the moments, and a sum has no order.</details>
# <details><summary>2. Why can one frame help to tell a car's direction, as long as nobody plays the clip backwards?</summary>It shows which way the car faces, and cars drive forwards. That is a guess from looks; motion is not in one frame.</details>
# <details><summary>3. The mask is as long as the text, the embeds are longer. What does transformers do?</summary>It fills the mask up with zeros at the end. The last tokens, here the question, are hidden, and nothing is reported.</details>
# <details><summary>4. Why does the prompt hold one placeholder for every video token, and not one for the video?</summary>Then ids and embeds have the same length: mask, labels and positions can be made from the ids, and the counts be checked.</details>
# <details><summary>5. A word's attention peaks at the right moment. Is that moment why the answer is right?</summary>Not proven. Take the moment away: if the answer changes there and not elsewhere, it rested on it.</details>

# %% [markdown]
# - **You built** a video language model from one tensor up, mended ten faults of its sketch, and saw where answers look.
# - **It cannot yet** learn anything: these weights were shipped. How they came about is the next chapter's matter.
# - **Exercises:** [Splice](../exercises/3_splice.ipynb), sections 5 to 7; [The sketch](../exercises/4_sketch.ipynb), section 8.
