# %% [markdown]
# # Exercise 2 · Tokens
#
# {facts} It goes with chapter {chapter}.
#
# From frames to few tokens: count what a model makes of a clip, pool and merge and prune it, and choose how to spend a
# budget. Tokens are on a grid `[T, H, W, D]`: T frames, H rows, W columns, D numbers each. Write each function where it
# says `YOUR CODE HERE` and run its cell: the check says what is wrong, and why. `hint("2.pool")` helps in three steps.
# A part that you skip blocks nothing.

# %%
import torch
from course_lib.learn import check, hint, points, progress, solution

# %% [markdown]
# ## 2.budget: what a model makes of a clip
#
# A model's `rule` is a dict of whole numbers: `patch` (side of a patch in pixels), `pool` (pool x pool patches become
# one token), `pair` (frames that share one grid of tokens), `least` and `most` (pixels of a frame), `between` (tokens
# that separate two grids).
#
# - A token stands for a square of `unit = patch * pool` pixels. First, each side of the frame becomes the nearest
#   multiple of the unit, and at least one unit.
# - If that is more than `most` pixels: shrink both sides, as they came, by sqrt(most / (height * width)), and round
#   each *down* to a multiple of the unit, at least one unit.
# - If it is fewer than `least`: enlarge both sides, as they came, by sqrt(least / (height * width)), and round *up*.
# - Each `pair` frames in a row become one grid; a last group with fewer frames takes a whole grid too.
# - Between two grids in a row stand `between` tokens, none before the first or after the last.

# %% part="2.budget"
def count_tokens(rule, frames, height, width):
    """Tokens of a clip of `frames` frames of height x width pixels: int.

    >>> rule = {"patch": 14, "pool": 2, "pair": 2, "least": 0, "most": 50_000, "between": 1}
    >>> count_tokens(rule, 5, 50, 90)  # 56 x 84 pixels: 2 x 3 tokens; 3 grids with 2 separators between them
    20
    >>> count_tokens(rule, 1, 480, 800)  # shrunk to 173.2 x 288.7 pixels, then 168 x 280: 6 x 10 tokens
    60
    """
    ### BEGIN SOLUTION
    from math import ceil, floor, sqrt

    unit = rule["patch"] * rule["pool"]
    h, w = (max(1, round(side / unit)) for side in (height, width))
    if h * w * unit**2 > rule["most"]:
        scale = sqrt(rule["most"] / (height * width))
        h, w = (max(1, floor(side * scale / unit)) for side in (height, width))
    elif h * w * unit**2 < rule["least"]:
        scale = sqrt(rule["least"] / (height * width))
        h, w = (ceil(side * scale / unit) for side in (height, width))
    grids = ceil(frames / rule["pair"])
    return grids * h * w + (grids - 1) * rule["between"]
    ### END SOLUTION


check("2.budget", count_tokens)

# %% [markdown]
# ## 2.pool: average pooling
#
# Make one token of each square of k x k tokens of a frame: their mean.
#
# - `x` is a float tensor `[T, H, W, D]`; the result is `[T, H // k, W // k, D]`, of the same dtype.
# - Squares begin in the upper left corner. Rows and columns left over at the lower and right edge, which fill no
#   square, are dropped.
# - Frames do not mix, and neither do the D numbers of a token.

# %% part="2.pool"
def pool(x, k):
    """The mean of each k x k square of each frame: [T, H, W, D] -> [T, H // k, W // k, D].

    >>> x = torch.tensor([[1.0, 3, 5], [5, 7, 9]])[None, :, :, None]  # one frame of 2 x 3 tokens of one number
    >>> pool(x, 2).tolist()  # the third column fills no square
    [[[[4.0]]]]
    """
    ### BEGIN SOLUTION
    T, H, W, D = x.shape
    h, w = H // k, W // k
    squares = x[:, : h * k, : w * k].reshape(T, h, k, w, k, D)
    return squares.mean(dim=(2, 4))
    ### END SOLUTION


check("2.pool", pool)

# %% [markdown]
# ## 2.bilinear: sample a smaller grid
#
# LLaVA-Video drops nothing at the edge: it samples each frame's grid anew, at h x w places, as torch's
# `interpolate(..., mode="bilinear", align_corners=False)` does. Write it with that function or without: the check asks
# for the same numbers, which means without smoothing (`antialias`) beforehand.
#
# - The middle of the new row i lies in the old grid at y = (i + 0.5) * H / h - 0.5; columns likewise, with W and w.
# - A value between old tokens is a mix of the two neighbours: y = 2.25 is 0.75 of row 2 and 0.25 of row 3. Rows and
#   columns together: of 2 x 2 tokens.
# - `x` is a float tensor `[T, H, W, D]`, 1 <= h <= H and 1 <= w <= W; the result is `[T, h, w, D]`, of the same dtype.
#   h may be H: then it is the old rows. Frames do not mix.

# %% part="2.bilinear"
def bilinear_pool(x, h, w):
    """The grid of each frame sampled at h x w middles: [T, H, W, D] -> [T, h, w, D].

    >>> x = torch.tensor([0.0, 10, 20])[None, :, None, None]  # one frame of 3 x 1 tokens of one number
    >>> bilinear_pool(x, 2, 1).flatten().tolist()  # at rows 0.25 and 1.75
    [2.5, 17.5]
    """
    ### BEGIN SOLUTION
    x = x.permute(0, 3, 1, 2)  # [T, D, H, W]: interpolate works on the last two axes
    x = torch.nn.functional.interpolate(x, size=(h, w), mode="bilinear", align_corners=False)
    return x.permute(0, 2, 3, 1)
    ### END SOLUTION


check("2.bilinear", bilinear_pool)

# %% [markdown]
# ## 2.merge: two frames share their tokens
#
# Neighbouring frames are much alike. Put their tokens together: frames 0 and 1, frames 2 and 3, and so on, each pair
# as the mean of the two.
#
# - `x` is a float tensor whose first axis is the frames: `[T, H, W, D]`, but also the frames' seconds `[T]`, so that
#   a merged token still knows its time. The result has ceil(T / 2) in place of T, the other axes as they were, and
#   the same dtype.
# - With an odd T, the last frame has no partner and stays as it is.

# %% part="2.merge"
def merge_pairs(x):
    """The mean of each two frames in a row: [T, ...] -> [ceil(T / 2), ...].

    >>> merge_pairs(torch.tensor([0.0, 1, 4, 6, 9])).tolist()
    [0.5, 5.0, 9.0]
    """
    ### BEGIN SOLUTION
    whole = len(x) // 2 * 2
    pairs = (x[0:whole:2] + x[1:whole:2]) / 2
    return torch.cat([pairs, x[whole:]])
    ### END SOLUTION


check("2.merge", merge_pairs)

# %% [markdown]
# ## 2.prune: leave out what says nothing new
#
# Where nothing moves, a token says what the one before it said. Keep the first frame whole. Of each later frame keep a
# token only if it has changed: its distance from the *last kept* token at the same place is more than `threshold`.
#
# - Distance: the mean of the absolute differences of the D numbers. Exactly `threshold` is not more.
# - `x` is a float tensor `[T, P, D]`, with P places in a frame. The result is three tensors (a tuple or a list): the
#   kept tokens `[N, D]` as they were, their frames `[N]` and their places `[N]`, as whole numbers from 0.
# - In the order of the frames, and in a frame in the order of the places.

# %% part="2.prune"
def prune(x, threshold):
    """The tokens that are new, and the frame and place of each: [T, P, D] -> [N, D], [N], [N].

    >>> x = torch.tensor([[5.0, 0.0], [5.0, 0.6], [5.0, 1.2]])[..., None]  # 3 frames, 2 places, 1 number
    >>> kept, frame, place = prune(x, 1.0)  # 0.6 has changed by 0.6, and 1.2 by 1.2 since it was last kept
    >>> frame.tolist(), place.tolist()
    ([0, 0, 2], [0, 1, 1])
    """
    ### BEGIN SOLUTION
    keep = torch.ones(x.shape[:2], dtype=torch.bool)
    last = x[0].clone()
    for t in range(1, len(x)):
        keep[t] = (x[t] - last).abs().mean(dim=-1) > threshold
        last[keep[t]] = x[t][keep[t]]
    frame, place = keep.nonzero(as_tuple=True)
    return x[keep], frame, place
    ### END SOLUTION


check("2.prune", prune)

# %% [markdown]
# ## 2.plan: spend a budget
#
# A plan says how many frames of a clip a model looks at and how large they are, in pixels: one of `frames`, one of
# `sizes`. Frames are square, in patches of 14 pixels, pooled by 2: `(size // 28) ** 2` tokens each. All frames together
# may have at most `budget` tokens; at least one plan fits.
#
# - The n frames of a plan are taken at the seconds (i + 0.5) * duration / n, for i from 0 to n - 1.
# - An event is *seen* if at least one of them falls into it (`start <= t < end`) *and* its subject is at least a token
#   high: `height * (size // 28) >= 1`, where `height` is the subject's share of the frame.
# - Recall is the share of events that are seen, of all clips' events together. Choose the plan with the highest recall
#   on the example `clips`; of several, one with the fewest tokens.
#
# Your plans are scored on *other* clips of the same kind, in three situations. What counts is the one in which you do
# worst: nothing for what the better of two naive plans sees (as many frames, or frames as large, as the budget buys),
# all points for what a careful choice sees.

# %% part="2.plan"
def choose_plan(clips, duration, budget, frames, sizes):
    """The plan within the budget that sees most: {"frames": one of `frames`, "size": one of `sizes`}.

    clips: list of clips; a clip is a list of events; an event a dict of "start", "end" (seconds) and "height" (0 to 1).

    >>> clips = [[{"start": 1.0, "end": 3.0, "height": 0.3}], [{"start": 6.0, "end": 9.0, "height": 0.4}]]
    >>> choose_plan(clips, 10.0, 100, [1, 2, 4, 8], [56, 112, 224])  # looks at 2.5 and 7.5 s, for 32 tokens
    {'frames': 2, 'size': 112}
    """
    ### BEGIN SOLUTION
    events = [event for clip in clips for event in clip]

    def recall(n, size):
        seconds = [(i + 0.5) * duration / n for i in range(n)]
        large = [event for event in events if event["height"] * (size // 28) >= 1]
        seen = [event for event in large if any(event["start"] <= t < event["end"] for t in seconds)]
        return len(seen) / len(events)

    plans = [(n, size) for n in frames for size in sizes if n * (size // 28) ** 2 <= budget]
    n, size = max(plans, key=lambda plan: (recall(*plan), -plan[0] * (plan[1] // 28) ** 2))
    return {"frames": n, "size": size}
    ### END SOLUTION


check("2.plan", choose_plan)

# %% [markdown]
# ## All of them on a real clip
#
# Your plan for the shipped clip, and what your functions leave of it. The camera stands still, and pruning saves most.
# With parts missing, this cell stops at the first of them.

# %%
from pathlib import Path

import course_lib
from course_lib import video
from course_lib.timeline import Timeline
from course_lib.tokens.patches import patchify
from course_lib.viz.tokens import draw_kept
from IPython.core.pylabtools import print_figure
from IPython.display import Image, display

folder = Path(course_lib.__file__).parent / "clips"
story = Timeline.load(folder / "demo.timeline.json")
events = [{"start": e.start, "end": e.end, "height": 0.15} for e in story]  # about a bird's
try:
    plan = choose_plan([events], story.duration, 1000, [4, 8, 12, 16, 24, 32], [56, 112, 224, 448])
    rule = {"patch": 14, "pool": 2, "pair": 1, "least": 0, "most": plan["size"] ** 2, "between": 0}
    expected = count_tokens(rule, plan["frames"], plan["size"], plan["size"])
    print(f"The plan: {plan}. It will be {expected} tokens.")

    clip = video.sample(folder / "demo.mp4", plan["frames"], size=(plan["size"], plan["size"]))
    grid = patchify(torch.from_numpy(clip.frames).float() / 255, 14)  # [T, H, W, 588]
    small = pool(grid, 2)
    print(f"{grid[..., 0].numel()} patches, pooled to {small[..., 0].numel()} tokens")
    half = bilinear_pool(small, small.shape[1] // 2, small.shape[2] // 2)
    print(f"or these sampled anew to half the side: {half[..., 0].numel()}")

    merged, seconds = merge_pairs(small), merge_pairs(torch.from_numpy(clip.seconds))
    print(f"or merged in pairs: {merged[..., 0].numel()}, the first at {float(seconds[0]):.1f} s")
    kept, frame, place = prune(small.flatten(1, 2), 0.05)
    print(f"or pruned: {len(kept)}")

    keep = torch.zeros(small.shape[:3], dtype=torch.bool).flatten(1)
    keep[frame, place] = True
    figure = draw_kept(clip.frames[:8], keep.reshape(small.shape[:3])[:8].numpy(), clip.seconds[:8])
    alt = "Eight frames: the first whole, of the others only the tokens where something moved."
    display(Image(print_figure(figure, dpi=100), alt=alt))
except NotImplementedError:
    print("There is a part to be written yet.")
