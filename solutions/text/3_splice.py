# %% [markdown]
# # Exercise 3 · Splice
#
# {facts} It goes with chapter {chapter}, sections 4 to 7.
#
# Five functions, and a language model that has only ever read words reads a video. At the end they run inside the
# shipped model, which must compute with them what it computes by itself. Write each where it says `YOUR CODE HERE` and
# run its cell: the check says what is wrong, and why. `hint("3.expand")` helps in three steps. A part that you skip
# blocks nothing.
#
# B is the number of rows in a batch, L the length of a row, N the number of a clip's video tokens, D the width of a
# vector.

# %%
import torch
from course_lib.learn import check, hint, points, progress, solution

# %% [markdown]
# ## 3.expand: a place for each video token
#
# A prompt is written with one placeholder for each clip, the token `video_id`. The encoder gives many tokens for a
# clip, and each needs its place. Replace every placeholder by as many as its clip has tokens.
#
# - `rows` is a batch: a list of ids for each prompt, of any lengths. `clips[b]` has a number of tokens for each clip of
#   row b, in order of appearance; `[]` for a row without video. A clip may have 0 tokens: its placeholder goes.
# - All other ids stay as they are, padding too. Rows may come out differently long.
# - A row with fewer or more placeholders than clips must raise `ValueError`; so must `clips` for another number of
#   rows.
# - Leave the lists that you are given as they are.


# %% part="3.expand"
def expand_placeholders(rows, clips, video_id):
    """Each row with N placeholders for each clip of N tokens: a list of lists of ids.

    >>> expand_placeholders([[1, 9, 2, 9, 3], [4, 9]], [[3, 2], [1]], 9)
    [[1, 9, 9, 9, 2, 9, 9, 3], [4, 9]]
    """
    ### BEGIN SOLUTION
    expanded = []
    for row, counts in zip(rows, clips, strict=True):  # strict: another number of rows is a ValueError
        if row.count(video_id) != len(counts):
            raise ValueError(f"{row.count(video_id)} placeholders for {len(counts)} clips")
        remaining = iter(counts)
        expanded.append([t for token in row for t in [token] * (next(remaining) if token == video_id else 1)])
    return expanded
    ### END SOLUTION


check("3.expand", expand_placeholders)

# %% [markdown]
# ## 3.positions: mask and positions of the longer rows
#
# The tokenizer padded the short rows, and its mask has a 1 for each real token; both were made before the placeholders
# were expanded. Make the mask and the positions of the expanded rows. (That placeholders and clips fit has been
# checked.)
#
# - Drop the padding that is there, on whichever side. L' is the length of the longest expanded row without padding;
#   shorter ones are padded to it on `side`, "left" or "right".
# - `mask` has 1 for a real token, 0 for padding. Video tokens are real. Only the mask that you are given tells what is
#   padding: its id may be that of a real token, too.
# - `positions` count a row's real tokens from 0. Padding has position 0, on either side.
# - Return a dict with both, each [B, L'] and int64 (torch's `long`). Leave your arguments as they are.


# %% part="3.positions"
def mask_and_positions(ids, mask, clips, video_id, side):
    """Of rows after the expansion: {"mask": [B, L'], "positions": [B, L']}, int64.

    ids, mask [B, L] int64 before the expansion; clips as in 3.expand; side: "left" or "right".

    >>> ids, mask = torch.tensor([[0, 1, 2], [3, 9, 4]]), torch.tensor([[0, 1, 1], [1, 1, 1]])
    >>> mask_and_positions(ids, mask, [[], [2]], 9, "left")
    {'mask': tensor([[0, 0, 1, 1],
            [1, 1, 1, 1]]), 'positions': tensor([[0, 0, 0, 1],
            [0, 1, 2, 3]])}
    """
    ### BEGIN SOLUTION
    lengths = []
    for row, real, counts in zip(ids, mask.bool(), clips):
        lengths.append(int((row[real] != video_id).sum()) + sum(counts))
    longer = torch.zeros(len(lengths), max(lengths), dtype=torch.long)  # [B, L']
    for row, length in zip(longer, lengths):
        if side == "left":
            row[len(row) - length :] = 1
        else:
            row[:length] = 1
    return {"mask": longer, "positions": (longer.cumsum(dim=1) - 1) * longer}
    ### END SOLUTION


check("3.positions", mask_and_positions)

# %% [markdown]
# ## 3.splice: video tokens among the words
#
# The ids have become vectors, `text` [B, L, D], and at the placeholders stands a vector that means nothing. Put the
# video there.
#
# - `video[b]` has the tokens of row b, [N_b, D], its clips one behind the other; rows may differ, and N_b may be 0.
#   `is_video` [B, L] is True at the placeholders. They need not stand side by side. The first takes the first token.
# - The result is [B, L, D] and has the dtype of `text`; the video may have another.
# - In any row, as many placeholders as tokens, or raise `ValueError` whose message has both numbers, in digits. Check
#   each row: torch does not do it for you.
# - Leave your arguments as they are: `text` belongs to the caller.


# %% part="3.splice"
def splice(text, video, is_video):
    """Text with each row's video tokens at its placeholders: [B, L, D] in text's dtype.

    >>> text = torch.tensor([[[0.1], [0.0], [0.0], [0.2]]])
    >>> splice(text, [torch.tensor([[7.0], [8.0]])], torch.tensor([[False, True, True, False]])).flatten()
    tensor([0.1000, 7.0000, 8.0000, 0.2000])
    """
    ### BEGIN SOLUTION
    out = text.clone()
    for b, tokens in enumerate(video):
        places = int(is_video[b].sum())
        if places != len(tokens):
            raise ValueError(f"row {b} has {places} placeholders and {len(tokens)} video tokens")
        out[b, is_video[b]] = tokens.to(text.dtype)
    return out
    ### END SOLUTION


check("3.splice", splice)

# %% [markdown]
# ## 3.decode: write an answer, read everything once
#
# `step(vectors)` lets a language model read vectors [n, D] behind all that it has read before, which it keeps in its
# cache. It returns the logits [V] of the token that comes next. `prompt` [L, D] has words and video as vectors; `words`
# [V, D] has the vector of each token. Write the answer.
#
# - Greedy: each time the likeliest token, the one with the largest logit.
# - Done at the token `end`, or after `max_new_tokens` tokens (at least 1), whichever comes first.
# - The model reads the prompt from its first vector to its last, then each new token, in order, and nothing twice. Do
#   not feed the last one, be it `end` or the last that may be written: nobody needs its successor. `step` counts.
# - Return a list of int without the end token; `[]` if that comes at once.


# %% part="3.decode"
def greedy_decode(step, prompt, words, end, max_new_tokens):
    """The likeliest answer: list of token ids, without the end token.

    >>> read = []
    >>> def step(vectors):  # writes 1, 2 and then 3, whatever the prompt says
    ...     read.append(len(vectors))
    ...     return torch.eye(4)[len(read)]
    >>> greedy_decode(step, torch.zeros(5, 1), torch.rand(4, 1), end=3, max_new_tokens=9), read
    ([1, 2], [5, 1, 1])
    """
    ### BEGIN SOLUTION
    written, vectors = [], prompt
    while True:
        token = int(step(vectors).argmax())
        if token == end:
            return written
        written.append(token)
        if len(written) == max_new_tokens:
            return written
        vectors = words[token][None]  # [1, D]: the cache knows the rest
    ### END SOLUTION


check("3.decode", greedy_decode)

# %% [markdown]
# ## 3.whole: what the language model reads
#
# Put it together. From prompts and clips, make all that a language model is given. You may call your functions above;
# this one is given, too:


# %%
def pad_left(rows):
    """ids and mask [B, L], int64, of rows of any lengths: 0 on the left where a row is short."""
    L = max(map(len, rows))
    ids = torch.tensor([[0] * (L - len(row)) + row for row in rows])
    return ids, torch.tensor([[0] * (L - len(row)) + [1] * len(row) for row in rows])


# %% [markdown]
# - `rows` are lists of ids with one `video_id` for each clip, without padding; `videos[b]` lists the clips of row b,
#   each [N, D] (`[]`: no video). They fit.
# - The video has to be told the time. `seconds[b]` has a list for each clip: for each moment the id of a word, the
#   number of its second. A clip of M such ids has N / M tokens for each moment, side by side. To each of them add the
#   vector of its moment's word.
# - `words` [V, D] has the vector of each id.
# - Return a dict: `embeddings` [B, L', D], and `mask` and `positions` as in 3.positions, padding on the left. What
#   vectors stand at the padding does not matter.
#
# The check runs the shipped model on yours, with a clip drawn now, and compares the logits with those that the model
# computes by itself.


# %% part="3.whole"
def embed_prompt(rows, videos, seconds, words, video_id):
    """What a language model reads: {"embeddings": [B, L', D], "mask": [B, L'], "positions": [B, L']}.

    >>> words = torch.tensor([[0.0], [1.0], [2.0], [3.0]])
    >>> found = embed_prompt([[1, 3, 1]], [[torch.tensor([[10.0], [20.0]])]], [[[2]]], words, video_id=3)
    >>> found["embeddings"].flatten()  # a clip of one moment with two tokens, at the second whose word is 2
    tensor([ 1., 12., 22.,  1.])
    """
    ### BEGIN SOLUTION
    counts = [[len(clip) for clip in clips] for clips in videos]
    ids, mask = pad_left(rows)
    found = mask_and_positions(ids, mask, counts, video_id, "left")
    ids, _ = pad_left(expand_placeholders(rows, counts, video_id))  # [B, L']
    tokens = []
    for clips, times in zip(videos, seconds):
        told = [clip + words[when].repeat_interleave(len(clip) // len(when), dim=0) for clip, when in zip(clips, times)]
        tokens.append(torch.cat(told) if told else words[:0])  # [N_b, D]
    return {"embeddings": splice(words[ids], tokens, ids == video_id), **found}
    ### END SOLUTION


check("3.whole", embed_prompt)

# %% [markdown]
# ## A question about a real clip
#
# The shipped clip, the shipped model's encoder and language model, and everything between them by your functions. With
# parts missing, this cell stops at the first of them.

# %%
from pathlib import Path

import course_lib
from course_lib import zoo
from course_lib.model.prompt import VIDEO, turn
from course_lib.zoo.pocket import pair_up

torch.set_num_threads(1)  # tensors this small gain nothing from a second core
pocket = zoo.load("pocket")
model, watched = pocket.model, pocket.watch(Path(course_lib.__file__).parent / "clips" / "demo.mp4")
pixels = torch.from_numpy(watched.frames).permute(0, 3, 1, 2)  # [T, H, W, 3] -> [T, 3, H, W]
moments, _ = pair_up(watched, 2)  # [16]: the middle of each pair of frames, in seconds
words = model.llm.get_input_embeddings().weight.detach()  # [V, D]
video = model.encode(pixels[None])[0].detach()  # [32, D]
numbers = [model.tokenizer.convert_tokens_to_ids(str(round(second))) for second in moments.tolist()]


def reader():
    """A `step` with a cache of its own."""
    kept = {"cache": None}

    @torch.no_grad()
    def step(vectors):
        out = model.llm(inputs_embeds=vectors[None], past_key_values=kept["cache"], use_cache=True, logits_to_keep=1)
        kept["cache"] = out.past_key_values
        return out.logits[0, -1]

    return step


# %%
asked = [f"What happens at second {second}?" for second in (5, 17)]
rows = [
    model.tokenizer(f"the video lasts {watched.duration:.0f} seconds {VIDEO}" + turn(question)).input_ids
    for question in asked
]
try:
    read = embed_prompt(rows, [[video]] * 2, [[numbers]] * 2, words, model.video_token_id)
    ids = torch.tensor(expand_placeholders(rows, [[len(video)]] * 2, model.video_token_id))
    with torch.no_grad():
        yours = model.llm(
            inputs_embeds=read["embeddings"], attention_mask=read["mask"], position_ids=read["positions"]
        ).logits
        own = model(ids, [[pixels]] * 2, seconds=[[moments]] * 2).logits
    agree = torch.allclose(yours, own, atol=1e-3)
    print(f"{own.numel():,} logits, up to {own.abs().max():.0f}; yours are the model's own to a thousandth: {agree}")
    for question, prompt in zip(asked, read["embeddings"]):
        answer = greedy_decode(reader(), prompt, words, model.tokenizer.eos_token_id, 40)
        print(f"{question} {model.tokenizer.decode(answer)}")
except NotImplementedError:
    print("There is a part to be written yet.")
