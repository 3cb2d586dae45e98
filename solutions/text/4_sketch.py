# %% [markdown]
# # Exercise 4 · The sketch
#
# {facts} It goes with chapter {chapter}, and with [02_tokenization](../notebooks/02_tokenization.ipynb), section 2.
#
# Asked for a video language model, people write some sixty lines like those below. They run, and that is the trouble:
# each of the nine functions has one fault. Some of them raise on some inputs; most say nothing and corrupt what comes
# after. Find each by reading and by running, and mend it in its part. Everything else in the function is right.
# `hint("4.choose")` says first what to look for, then where, then what the mend is. A part that you skip blocks
# nothing.

# %%
from course_lib.learn import check, hint, points, progress, solution

# %% [markdown]
# ## The whole sketch
#
# In the order of the pipeline: which frames, when they are, how large; pictures, features, tokens; the prompt with the
# video in it, what to learn from it, and the answer. Read it once before you run anything. **How many of the nine do
# you see?**

# %%
import numpy as np, torch


def choose_frames(total, n):
    return np.linspace(0, total, n).astype(int).tolist()


def seconds_of(frames, pts, time_base, rate):
    return [frame / int(rate) for frame in frames]


def frame_size(height, width, patch, most):
    side = int(most**0.5) // patch * patch
    return [side, side]


def pictures_of(video):  # [B, C, T, H, W]: B clips of T frames
    B, C, T, H, W = video.shape
    return video.reshape(B * T, C, H, W)


def encode(pictures, batch, vision):
    features = vision(pictures)  # [N, C, H, W] -> [N, K, D]
    N, K, D = features.shape
    return features.reshape(N // batch, batch, K, D).transpose(0, 1)


def project(features, projector):
    moments = features.mean(dim=1, keepdim=True)
    return projector(moments).flatten(1, 2)


def splice(ids, tokens, table, video_id, pad_id):
    seen = torch.ones(tokens.shape[:2], dtype=torch.long)
    embeds = torch.cat([tokens, table[ids]], dim=1)
    mask = torch.cat([seen, (ids != pad_id).long()], dim=1)
    return embeds, mask


def labels_of(ids, mask, starts):
    labels = ids.clone()
    for row, start in enumerate(starts):
        labels[row, :start] = -100  # nothing to learn from the prompt
    labels[mask == 0] = -100
    return torch.nn.functional.pad(labels[:, 1:], (0, 1), value=-100)


def read_answers(embeds, mask, generate, end_id):
    written = generate(embeds, mask).tolist()  # [B, new]
    answers = [row[embeds.shape[1] :] for row in written]
    return [row[: row.index(end_id)] for row in answers]

# %% [markdown]
# It gets the parts of the shipped model: its encoder, its projector, its language model. That model's "picture" is a
# pair of frames about half a second apart, so C is 6. The batch has two clips: the shipped one, and the same backwards.
# The two cells after the next only call the nine functions in turn and print what comes of it; there is nothing to mend
# there.

# %%
from pathlib import Path

import av
import course_lib
from course_lib import zoo
from course_lib.model.prompt import VIDEO, turn

torch.set_num_threads(1)  # tensors this small gain nothing from a second core
model = zoo.load("pocket").model
table = model.llm.get_input_embeddings().weight.detach()  # [words, hidden]
with av.open(str(Path(course_lib.__file__).parent / "clips" / "demo.mp4")) as file:
    stream = file.streams.video[0]
    rate, base = float(stream.average_rate), [stream.time_base.numerator, stream.time_base.denominator]
    decoded = list(file.decode(stream))
pts = [frame.pts for frame in decoded]


def vision(pictures):  # [N, 6, 96, 96] -> [N, 4, 256]
    return model.encoder(pictures.unflatten(1, (2, 3))).flatten(0, 1)


def generate(embeds, mask):
    return model.llm.generate(inputs_embeds=embeds, attention_mask=mask, max_new_tokens=12, do_sample=False)


def ids_of(text):
    return model.tokenizer(text, return_tensors="pt").input_ids  # [1, L]

# %%
def both_ways(chosen, height, width):
    """The clip and the same backwards: moments [2 * T, H, W, 6], and as video [2, 6, T, H, W]."""
    small = [frame.reformat(width, height, "rgb24").to_ndarray() for frame in decoded]
    last = len(small) - 1
    found = [i for i in range(len(small)) if i in chosen]  # as in chapter 02
    pairs = [(small[max(0, i - 3)], small[min(last, i + 3)]) for i in found]
    clips = [pairs, [(after, before) for before, after in reversed(pairs)]]
    stacked = np.array([[np.concatenate(pair, axis=-1) for pair in clip] for clip in clips])
    return stacked.reshape(-1, *stacked.shape[2:]), torch.from_numpy(stacked).permute(0, 4, 1, 2, 3)


def from_film_to_tokens():
    """The first six functions as they stand now, and what comes of each."""
    chosen = choose_frames(len(decoded), 16)
    print(f"{len(chosen)} frames are asked for: {chosen[0]} to {chosen[-1]}, of {len(decoded)}")
    seconds = seconds_of(chosen, pts, base, rate)
    print(f"they are shown from {seconds[0]:.2f} s to {seconds[-1]:.2f} s, in a clip of 30.00 s")
    print("a frame of 720 x 1280 becomes {} x {}".format(*frame_size(720, 1280, 28, 60_000)))
    moments, video = both_ways(chosen, *frame_size(384, 384, 16, 96 * 96))
    pictures = pictures_of(video)
    same = sum(np.array_equal(p.permute(1, 2, 0), moment) for p, moment in zip(pictures, moments))
    print(f"{list(video.shape)} -> {len(pictures)} pictures; {same} of them show their moment")
    features, half = encode(pictures, 2, vision), len(pictures) // 2
    other = encode(torch.cat([pictures[:half], 0 * pictures[half:]]), 2, vision)
    print(f"with clip 1 blackened, clip 0's features change by {(features - other)[0].abs().max():.1f}")
    tokens = project(features, model.projector)
    print(f"{features.shape[1]} moments of 2 tokens each -> {tokens.shape[1]} tokens a clip")
    numbers = ids_of(" ".join(str(round(s)) for s in seconds))[0]
    return tokens + table[numbers].repeat_interleave(2, dim=0)[: tokens.shape[1]]  # each moment told its second

# %%
def from_tokens_to_answers(tokens, question, answer):
    """The last three."""
    ids = ids_of(f"the video lasts 30 seconds {VIDEO} {turn(question)}").expand(2, -1)  # [2, L]
    embeds, mask = splice(ids, tokens, table, model.video_token_id, 0)
    print(f"{ids.shape[1]} ids, {tokens.shape[1]} tokens for one of them -> {embeds.shape[1]} places")
    full = torch.cat([ids[:1], ids_of(f"{answer} <|end|>")], dim=1)
    labels = labels_of(full, torch.ones_like(full), [ids.shape[1]])
    say = model.tokenizer.decode
    taught = [f"{say(i)} -> {say(j)}" for i, j in zip(full[0, :-1], labels[0, 1:]) if j != -100]
    print(f"behind each word it learns to write: {'; '.join(taught)}")
    print(question)
    for way, told in zip(("forwards", "backwards"), read_answers(embeds, mask, generate, 4)):
        print(f"  {way:9}: {say(told)!r}")


@torch.no_grad()
def whole_run(question="What happens at second 12?", answer="the red ball rolls"):
    try:
        from_tokens_to_answers(from_film_to_tokens(), question, answer)
    except Exception as problem:  # a sketch may stop anywhere
        print(f"{type(problem).__name__}: {problem}")


whole_run()

# %% [markdown]
# Ten lines, and hardly one of them right. Now one function at a time. What each has to do stands above it and in its
# docstring. As long as you change nothing, a part counts as not attempted.

# %% [markdown]
# ## 4.choose: which frames
#
# A clip has `total` frames, numbered from 0, and you may look at `n` of them, n at least 2. The looks are spread
# evenly: the first at the clip's first frame, the last at its last frame, and the n - 2 between at even distances, cut
# off to whole numbers. Every number is one of a frame that is there. There are always n of them: with fewer frames than
# looks, some frames come more than once.

# %% part="4.choose"
def choose_frames(total, n):
    """The numbers of n frames, evenly from the first to the last: list of int.

    >>> choose_frames(9, 3)
    [0, 4, 8]
    >>> choose_frames(10, 5)  # 0, 2.25, 4.5, 6.75, 9
    [0, 2, 4, 6, 9]
    """
    ### BEGIN STUB
    # return np.linspace(0, total, n).astype(int).tolist()
    ### END STUB
    ### BEGIN SOLUTION
    return np.linspace(0, total - 1, n).astype(int).tolist()
    ### END SOLUTION


check("4.choose", choose_frames)

# %% [markdown]
# ## 4.seconds: when they are shown
#
# `frames` are numbers of frames of a file, as `choose_frames` gives them. At which second of the clip is each shown?
#
# - Seconds count from the first frame of the file, frame 0. Files' clocks need not start at 0.
# - `pts` says when each frame of the file is shown, in ticks, in the order shown. `time_base` is `[num, den]`: a tick
#   lasts num / den seconds.
# - `rate` is what the header says about frames a second: a number such as 29.97, or None if it says nothing. Files
#   whose frames come at uneven distances have a rate in their header too.

# %% part="4.seconds"
def seconds_of(frames, pts, time_base, rate):
    """When the frames are shown: list of float, seconds from the first frame of the file.

    >>> seconds_of([0, 1, 3], [50, 75, 100, 150], [1, 50], 2.0)
    [0.0, 0.5, 2.0]
    """
    ### BEGIN STUB
    # return [frame / int(rate) for frame in frames]
    ### END STUB
    ### BEGIN SOLUTION
    num, den = time_base
    return [(pts[frame] - pts[0]) * num / den for frame in frames]
    ### END SOLUTION


check("4.seconds", seconds_of)

# %% [markdown]
# ## 4.size: how large a frame becomes
#
# A frame of height x width pixels is resized before it is cut into square patches of `patch` pixels a side. What is in
# the frame keeps its shape, as nearly as whole patches allow:
#
# - Both sides are multiplied by one and the same factor: the one with which the frame would have exactly `most` pixels.
#   Small frames grow.
# - Then each side is cut off, downwards, to a multiple of `patch`. A side is never below one patch, even if the frame
#   then has more than `most` pixels.

# %% part="4.size"
def frame_size(height, width, patch, most):
    """What a frame is resized to: [height, width], two int.

    >>> frame_size(90, 160, 10, 3700)  # times 0.507: 45.6 x 81.1
    [40, 80]
    """
    ### BEGIN STUB
    # side = int(most**0.5) // patch * patch
    # return [side, side]
    ### END STUB
    ### BEGIN SOLUTION
    scale = (most / (height * width)) ** 0.5
    return [max(patch, int(side * scale) // patch * patch) for side in (height, width)]
    ### END SOLUTION


check("4.size", frame_size)

# %% [markdown]
# ## 4.pictures: from clips to pictures (2 points)
#
# A batch of B clips comes as many video readers hand it over: [B, C, T, H, W], colours before frames. A vision model
# reads single pictures, [N, C, H, W]. Make a picture of every frame of every clip: all frames of clip 0 in their order,
# then those of clip 1, and so on. Picture b * T + t is frame t of clip b, with all its C colours.

# %% part="4.pictures"
def pictures_of(video):
    """A picture for every frame: video [B, C, T, H, W] -> [B * T, C, H, W], clip after clip.

    >>> video = torch.tensor([[[1, 2], [10, 20], [100, 200]]])[..., None, None]  # 3 colours, 2 frames
    >>> pictures_of(video)[:, :, 0, 0].tolist()
    [[1, 10, 100], [2, 20, 200]]
    """
    B, C, T, H, W = video.shape
    ### BEGIN STUB
    # return video.reshape(B * T, C, H, W)
    ### END STUB
    ### BEGIN SOLUTION
    return video.transpose(1, 2).reshape(B * T, C, H, W)  # reshape itself turns nothing
    ### END SOLUTION


check("4.pictures", pictures_of)

# %% [markdown]
# ## 4.encode: from pictures to features (2 points)
#
# `pictures` are those that `pictures_of` gives, [B * T, C, H, W] clip after clip; `batch` is B. `vision` is a function
# that reads pictures [N, C, H, W], any N, and gives K features of each, [N, K, D]. Give back [B, T, K, D]: features [b,
# t] are those of frame t of clip b. No clip's features depend on another clip.

# %% part="4.encode"
def encode(pictures, batch, vision):
    """The features of every frame: pictures [B * T, C, H, W], clip after clip -> [B, T, K, D].

    >>> pictures = torch.tensor([1.0, 2, 3, 10, 20, 30])[:, None, None, None]  # three of each clip
    >>> encode(pictures, 2, lambda p: p[:, 0]).flatten(2).squeeze(2).tolist()
    [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]
    """
    features = vision(pictures)  # [N, C, H, W] -> [N, K, D]
    N, K, D = features.shape
    ### BEGIN STUB
    # return features.reshape(N // batch, batch, K, D).transpose(0, 1)
    ### END STUB
    ### BEGIN SOLUTION
    return features.reshape(batch, N // batch, K, D)
    ### END SOLUTION


check("4.encode", encode)

# %% [markdown]
# ## 4.project: from features to video tokens
#
# `projector` is a function that brings features into the language model's space: [B, T, K, D] -> [B, T, K', hidden],
# with K' tokens for each of the moments that it gets. It refuses other numbers of axes. Give back the video tokens of
# each clip as one row, [B, T * K', hidden]: those of moment 0, then those of moment 1, to the last. Two clips with the
# same moments in another order have the same tokens in another order.

# %% part="4.project"
def project(features, projector):
    """The video tokens of each clip: features [B, T, K, D] -> [B, T * K', hidden], moment after moment.

    >>> features = torch.tensor([1.0, 2, 3]).reshape(1, 3, 1, 1)  # three moments of one feature
    >>> project(features, lambda f: f * 10).flatten().tolist()
    [10.0, 20.0, 30.0]
    """
    ### BEGIN STUB
    # moments = features.mean(dim=1, keepdim=True)
    # return projector(moments).flatten(1, 2)
    ### END STUB
    ### BEGIN SOLUTION
    return projector(features).flatten(1, 2)
    ### END SOLUTION


check("4.project", project)

# %% [markdown]
# ## 4.splice: the video in the prompt (2 points)
#
# Each row of `ids` [B, L] is a prompt in which `video_id` stands exactly once, at a place of its own in every row. The
# language model gets vectors: `table[i]` for the word with id i, and where `video_id` stands, the row's N video tokens.
#
# - Embeds: what is before `video_id` in the row, all N tokens in order, what is behind it. That makes L - 1 + N places.
# - `video_id` is no word. The table may have no row for it.
# - Mask: int64, as long as the embeds; 0 where `ids` has `pad_id`, 1 elsewhere, and 1 for every video token. A padding
#   id has a row in the table and is looked up like a word.

# %% part="4.splice"
def splice(ids, tokens, table, video_id, pad_id):
    """What the language model reads: embeds [B, L - 1 + N, hidden] and its mask [B, L - 1 + N].

    ids [B, L] int64; tokens [B, N, hidden]; table [words, hidden].

    >>> ids, tokens = torch.tensor([[0, 2, 9, 1]]), torch.tensor([[[7.0], [8.0]]])  # 9: video, 0: padding
    >>> embeds, mask = splice(ids, tokens, torch.tensor([[0.0], [0.5], [0.25]]), 9, 0)
    >>> embeds.flatten().tolist(), mask.tolist()
    ([0.0, 0.25, 7.0, 8.0, 0.5], [[0, 1, 1, 1, 1]])
    """
    seen = torch.ones(tokens.shape[:2], dtype=torch.long)
    ### BEGIN STUB
    # embeds = torch.cat([tokens, table[ids]], dim=1)
    # mask = torch.cat([seen, (ids != pad_id).long()], dim=1)
    # return embeds, mask
    ### END STUB
    ### BEGIN SOLUTION
    embeds, mask = [], []
    for row, video, ones in zip(ids, tokens, seen):
        at = int((row == video_id).nonzero())
        before, behind = row[:at], row[at + 1 :]
        embeds.append(torch.cat([table[before], video, table[behind]]))
        mask.append(torch.cat([(before != pad_id).long(), ones, (behind != pad_id).long()]))
    return torch.stack(embeds), torch.stack(mask)
    ### END SOLUTION


check("4.splice", splice)

# %% [markdown]
# ## 4.labels: what is learned
#
# For training, each row of `ids` [B, L] holds a prompt and its answer. The language model (of transformers) is handed
# labels beside the ids, and compares what it predicts *at* place i - 1 with the label *of* place i, by itself. It
# learns the answer, from its first word to its last, and nothing else.
#
# - `starts[b]` is the place in row b where the answer begins.
# - `mask` [B, L] is 0 where a row is padding, on either side. Padding is not learned.
# - The label of what is not learned is -100. The labels are int64 [B, L].

# %% part="4.labels"
def labels_of(ids, mask, starts):
    """The labels that a language model of transformers is handed: [B, L] int64, -100 where nothing is learned.

    >>> labels_of(torch.tensor([[5, 6, 7, 8, 0]]), torch.tensor([[1, 1, 1, 1, 0]]), [2]).tolist()
    [[-100, -100, 7, 8, -100]]
    """
    labels = ids.clone()
    for row, start in enumerate(starts):
        labels[row, :start] = -100  # nothing to learn from the prompt
    labels[mask == 0] = -100
    ### BEGIN STUB
    # return torch.nn.functional.pad(labels[:, 1:], (0, 1), value=-100)
    ### END STUB
    ### BEGIN SOLUTION
    return labels
    ### END SOLUTION


check("4.labels", labels_of)

# %% [markdown]
# ## 4.answer: reading the answers
#
# `generate(embeds, mask)` is that of a language model: it reads embeds [B, L, hidden] and the mask that goes with them,
# [B, L], and gives back an int64 tensor [B, new]. Given embeds, it gives the ids that it has written and no others. In
# each row there is an answer, then `end_id` once, then padding, whatever its id, up to the longest row. Give back each
# row's answer, without `end_id` and what is behind it. An answer may be empty.

# %% part="4.answer"
def read_answers(embeds, mask, generate, end_id):
    """The ids of each row's answer: list of B lists of int.

    >>> embeds, mask = torch.zeros(2, 4, 8), torch.ones(2, 4, dtype=torch.long)
    >>> read_answers(embeds, mask, lambda embeds, mask: torch.tensor([[7, 8, 2], [9, 2, 0]]), end_id=2)
    [[7, 8], [9]]
    """
    written = generate(embeds, mask).tolist()  # [B, new]
    ### BEGIN STUB
    # answers = [row[embeds.shape[1] :] for row in written]
    # return [row[: row.index(end_id)] for row in answers]
    ### END STUB
    ### BEGIN SOLUTION
    return [row[: row.index(end_id)] for row in written]
    ### END SOLUTION


check("4.answer", read_answers)

# %% [markdown]
# ## All nine together
#
# The same run as at the top, with your functions. With all nine mended, each line says what it should, and the model
# sees that a clip that runs backwards is another clip: at second 12 the ball rolls; backwards, somebody waves.

# %%
whole_run()

# %%
whole_run("What happens at second 17?", "the person in purple waves")
