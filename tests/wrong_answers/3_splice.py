"""Wrong answers to exercise 3, as people write them."""

from itertools import pairwise

import torch
from torch.nn.utils.rnn import pad_sequence


def expand__one_more(rows, clips, video_id):
    out = []
    for row, counts in zip(rows, clips, strict=True):
        if row.count(video_id) != len(counts):
            raise ValueError("count")
        new, k = [], 0
        for token in row:
            new.append(token)
            if token == video_id:
                new.extend([video_id] * counts[k])
                k += 1
        out.append(new)
    return out


def expand__as_many_as_the_first_clip(rows, clips, video_id):
    return [
        [t for token in row for t in ([video_id] * counts[0] if token == video_id else [token])]
        for row, counts in zip(rows, clips)
    ]


def expand__clips_of_the_first_row(rows, clips, video_id):
    out = []
    for row in rows:
        counts = iter(clips[0])
        out.append([t for token in row for t in ([token] * next(counts, 1) if token == video_id else [token])])
    return out


def expand__only_the_first_placeholder(rows, clips, video_id):
    out = []
    for row, counts in zip(rows, clips):
        if counts:
            i = row.index(video_id)
            row = row[:i] + [video_id] * counts[0] + row[i + 1 :]
        out.append(row)
    return out


def expand__found_again(rows, clips, video_id):
    out = []
    for row, counts in zip(rows, clips):
        row = list(row)
        for count in counts:
            i = row.index(video_id)
            row = row[:i] + [video_id] * count + row[i + 1 :]
        out.append(row)
    return out


def expand__clips_from_the_back(rows, clips, video_id):
    out = []
    for row, counts in zip(rows, clips):
        left = list(counts)
        out.append([t for token in row for t in ([token] * left.pop() if token == video_id else [token])])
    return out


def expand__all_in_front(rows, clips, video_id):
    return [[video_id] * sum(c) + [t for t in row if t != video_id] for row, c in zip(rows, clips)]


def _expanded(rows, clips, video_id):
    out = []
    for row, counts in zip(rows, clips):
        left = list(counts)
        out.append([t for token in row for t in ([token] * left.pop(0) if token == video_id else [token])])
    return out


def expand__padded_already(rows, clips, video_id):
    out = _expanded(rows, clips, video_id)
    longest = max(len(row) for row in out)
    return [[0] * (longest - len(row)) + row for row in out]


def expand__clips_left_over(rows, clips, video_id):
    return _expanded(rows, clips, video_id)


def expand__placeholders_left_over(rows, clips, video_id):
    out = []
    for row, counts in zip(rows, clips):
        if row.count(video_id) < len(counts):
            raise ValueError("too many clips")
        counts = iter(counts)
        out.append([t for token in row for t in [token] * (next(counts, 1) if token == video_id else 1)])
    return out


def expand__a_row_left_out(rows, clips, video_id):
    for row, counts in zip(rows, clips):
        if row.count(video_id) != len(counts):
            raise ValueError(f"{row.count(video_id)} placeholders, {len(counts)} clips")
    return _expanded(rows, clips, video_id)


def expand__another_exception(rows, clips, video_id):
    for row, counts in zip(rows, clips, strict=True):
        assert row.count(video_id) == len(counts)
    return _expanded(rows, clips, video_id)


def expand__input_changed(rows, clips, video_id):
    out = []
    for row, counts in zip(rows, clips, strict=True):
        if row.count(video_id) != len(counts):
            raise ValueError("count")
        out.append([t for token in row for t in ([token] * counts.pop(0) if token == video_id else [token])])
    return out


def _rows(ids, mask, clips, video_id):
    rows = [row[real.bool()].tolist() for row, real in zip(ids, mask)]
    return _expanded(rows, clips, video_id)


def _lay(lengths, side):
    longest = max(lengths)
    rows = []
    for n in lengths:
        pad = [0] * (longest - n)
        rows.append(pad + [1] * n if side == "left" else [1] * n + pad)
    return torch.tensor(rows)


def _mask(ids, mask, clips, video_id, side):
    return _lay([len(row) for row in _rows(ids, mask, clips, video_id)], side)


def positions__not_lengthened(ids, mask, clips, video_id, side):
    return {"mask": mask, "positions": (mask.cumsum(1) - 1) * mask}


def positions__padding_is_counted(ids, mask, clips, video_id, side):
    new = _mask(ids, mask, clips, video_id, side)
    return {"mask": new, "positions": torch.arange(new.shape[1]).repeat(len(new), 1)}


def positions__padding_is_counted_2(ids, mask, clips, video_id, side):
    new = _mask(ids, mask, clips, video_id, side)
    return {"mask": new, "positions": torch.arange(new.shape[1])[None] * new}


def positions__counted_from_one(ids, mask, clips, video_id, side):
    new = _mask(ids, mask, clips, video_id, side)
    return {"mask": new, "positions": new.cumsum(1) * new}


def positions__padding_below_zero(ids, mask, clips, video_id, side):
    new = _mask(ids, mask, clips, video_id, side)
    return {"mask": new, "positions": new.cumsum(1) - 1}


def positions__padding_repeats_the_last(ids, mask, clips, video_id, side):
    new = _mask(ids, mask, clips, video_id, side)
    return {"mask": new, "positions": (new.cumsum(1) - 1).clamp(min=0)}


def positions__padding_at_one(ids, mask, clips, video_id, side):
    new = _mask(ids, mask, clips, video_id, side)
    return {"mask": new, "positions": (new.cumsum(1) - 1).masked_fill(new == 0, 1)}


def positions__the_other_side(ids, mask, clips, video_id, side):
    rows = [torch.ones(len(row), dtype=torch.long) for row in _rows(ids, mask, clips, video_id)]
    new = pad_sequence(rows, batch_first=True, padding_side="right" if side == "left" else "left")
    return {"mask": new, "positions": (new.cumsum(1) - 1) * new}


def positions__the_other_side_2(ids, mask, clips, video_id, side):
    new = _mask(ids, mask, clips, video_id, "left")
    return {"mask": new, "positions": (new.cumsum(1) - 1) * new}


def positions__a_clip_counts_once(ids, mask, clips, video_id, side):
    new = _mask(ids, mask, clips, video_id, side)
    positions = torch.zeros_like(new)
    for b, counts in enumerate(clips):
        flat, k = [], 0
        for p, token in enumerate(ids[b][mask[b] == 1].tolist()):
            if token == video_id:
                flat += [p] * counts[k]
                k += 1
            else:
                flat.append(p)
        positions[b, new[b] == 1] = torch.tensor(flat)
    return {"mask": new, "positions": positions}


def positions__padding_told_by_its_id(ids, mask, clips, video_id, side):
    pad = int(ids[mask == 0][0]) if (mask == 0).any() else -1
    rows = _rows(ids, mask, clips, video_id)
    longest = max(map(len, rows))
    full = torch.tensor(
        [[pad] * (longest - len(r)) + r if side == "left" else r + [pad] * (longest - len(r)) for r in rows]
    )
    new = (full != pad).long()
    return {"mask": new, "positions": (new.cumsum(1) - 1) * new}


def positions__padding_of_the_tokenizer_kept(ids, mask, clips, video_id, side):
    many = [len(row) for row in _expanded(ids.tolist(), clips, video_id)]
    real = [len(row) for row in _rows(ids, mask, clips, video_id)]
    new = torch.zeros(len(ids), max(many), dtype=torch.long)
    for b, n in enumerate(real):
        if side == "left":
            new[b, -n:] = 1
        else:
            new[b, :n] = 1
    return {"mask": new, "positions": (new.cumsum(1) - 1) * new}


def positions__video_masked(ids, mask, clips, video_id, side):
    rows = _rows(ids, mask, clips, video_id)
    new = _mask(ids, mask, clips, video_id, side)
    for b, row in enumerate(rows):
        new[b, new[b] == 1] = torch.tensor([int(token != video_id) for token in row])
    return {"mask": new, "positions": (new.cumsum(1) - 1) * new}


def positions__clips_of_the_first_row(ids, mask, clips, video_id, side):
    lengths = [int(((row != video_id) & (m == 1)).sum()) + sum(clips[0]) for row, m in zip(ids, mask)]
    new = _lay(lengths, side)
    return {"mask": new, "positions": (new.cumsum(1) - 1) * new}


def positions__input_changed(ids, mask, clips, video_id, side):
    lengths = []
    for b in range(len(ids)):
        n = 0
        for token in ids[b][mask[b] == 1].tolist():
            n += clips[b].pop(0) if token == video_id else 1
        lengths.append(n)
    new = _lay(lengths, side)
    return {"mask": new, "positions": (new.cumsum(1) - 1) * new}


def splice__video_in_front(text, video, is_video):
    rows = [torch.cat([v.to(text.dtype), t[~at]]) for t, v, at in zip(text, video, is_video)]
    return torch.stack(rows)


def splice__video_behind(text, video, is_video):
    return torch.stack([torch.cat([t[~at], v.to(text.dtype)]) for t, v, at in zip(text, video, is_video)])


def splice__in_one_block(text, video, is_video):
    rows = []
    for t, v, at in zip(text, video, is_video):
        first = int(at.nonzero()[0]) if at.any() else 0
        words = t[~at]
        rows.append(torch.cat([words[:first], v.to(text.dtype), words[first:]]))
    return torch.stack(rows)


def splice__side_by_side(text, video, is_video):
    out = text.clone()
    for b, tokens in enumerate(video):
        if len(tokens) != int(is_video[b].sum()):
            raise ValueError(f"{int(is_video[b].sum())} places, {len(tokens)} tokens")
        if len(tokens):
            first = is_video[b].tolist().index(True)
            out[b, first : first + len(tokens)] = tokens.to(text.dtype)
    return out


def splice__the_first_clip_in_every_row(text, video, is_video):
    out = text.clone()
    for b in range(len(text)):
        places = is_video[b].nonzero().flatten().tolist()
        for place, token in zip(places, video[0]):
            out[b, place] = token
    return out


def splice__written_into_a_copy(text, video, is_video):
    out = text.clone()
    for b, tokens in enumerate(video):
        out[b, is_video[b]][:] = tokens.to(text.dtype)
    return out


def splice__only_the_first_row(text, video, is_video):
    out = text.clone()
    out[0, is_video[0]] = video[0].to(text.dtype)
    return out


def splice__column_by_column(text, video, is_video):
    out, flat = text.clone(), iter(torch.cat(video))
    for place in range(text.shape[1]):
        for row in range(text.shape[0]):
            if is_video[row, place]:
                out[row, place] = next(flat)
    return out


def splice__backwards(text, video, is_video):
    out = text.clone()
    for b, tokens in enumerate(video):
        left = list(tokens)
        for place in is_video[b].nonzero().flatten():
            out[b, place] = left.pop()
    return out


def splice__mean_over_time(text, video, is_video):
    out = text.clone()
    for b, tokens in enumerate(video):
        if len(tokens):
            out[b, is_video[b]] = tokens.mean(dim=0).to(text.dtype)
    return out


def splice__transposed(text, video, is_video):
    out = text.clone()
    for b, tokens in enumerate(video):
        N, D = tokens.shape
        out[b, is_video[b]] = tokens.reshape(D, N).transpose(0, 1).to(text.dtype)
    return out


def splice__truncated_features(text, video, is_video):
    out = text.clone()
    half = text.shape[-1] // 2
    for b, tokens in enumerate(video):
        out[b, is_video[b], :half] = tokens[:, :half].to(text.dtype)
    return out


def splice__added_to_the_placeholder(text, video, is_video):
    out = text.clone()
    for b, tokens in enumerate(video):
        out[b, is_video[b]] += tokens.to(text.dtype)
    return out


def splice__dtype_of_the_video(text, video, is_video):
    rows = []
    for t, v, at in zip(text, video, is_video):
        left = iter(v)
        rows.append(torch.stack([next(left) if there else word.float() for word, there in zip(t, at)]))
    return torch.stack(rows)


def splice__dtypes_left_apart(text, video, is_video):
    return text.masked_scatter(is_video[..., None], torch.cat(video))


def splice__dtypes_left_apart_2(text, video, is_video):
    out = text.clone()
    for b, tokens in enumerate(video):
        out[b, is_video[b]] = tokens
    return out


def splice__cut_in_silence(text, video, is_video):
    return text.masked_scatter(is_video[..., None], torch.cat(video).to(text.dtype))


def splice__cut_in_silence_2(text, video, is_video):
    out = text.clone()
    for b, tokens in enumerate(video):
        for place, token in zip(is_video[b].nonzero().flatten(), tokens):
            out[b, place] = token
    return out


def splice__places_left_empty(text, video, is_video):
    out = text.clone()
    for b, tokens in enumerate(video):
        places = is_video[b].nonzero().flatten().tolist()
        if len(tokens) > len(places):
            raise ValueError(f"{len(tokens)} tokens, {len(places)} places")
        for place, token in zip(places, tokens):
            out[b, place] = token
    return out


def splice__one_token_for_all_places(text, video, is_video):
    out = text.clone()
    for b, tokens in enumerate(video):
        out[b, is_video[b]] = tokens.to(text.dtype)
    return out


def splice__counted_over_the_batch(text, video, is_video):
    flat = torch.cat(video).to(text.dtype)
    if len(flat) != is_video.sum():
        counts = [(int(at.sum()), len(v)) for at, v in zip(is_video, video)]
        raise ValueError(f"placeholders and tokens: {counts}")
    return text.masked_scatter(is_video[..., None], flat)


def splice__torch_complains(text, video, is_video):
    rows = []
    for t, v, at in zip(text, video, is_video):
        rows.append(t.index_copy(0, at.nonzero().flatten(), v.to(t.dtype)))
    return torch.stack(rows)


def splice__counts_not_named(text, video, is_video):
    for at, tokens in zip(is_video, video, strict=True):
        if at.sum() != len(tokens):
            raise ValueError("placeholders and video tokens do not match")
    return splice__one_token_for_all_places(text, video, is_video)


def splice__input_overwritten(text, video, is_video):
    for b, tokens in enumerate(video):
        places = int(is_video[b].sum())
        if places != len(tokens):
            raise ValueError(f"{places} placeholders, {len(tokens)} tokens")
        text[b, is_video[b]] = tokens.to(text.dtype)
    return text


def decode__prefix_read_again(step, prompt, words, end, max_new_tokens):
    row, out = prompt, []
    while len(out) < max_new_tokens:
        token = int(step(row).argmax())
        if token == end:
            break
        out.append(token)
        row = torch.cat([row, words[token][None]])
    return out


def decode__answer_read_again(step, prompt, words, end, max_new_tokens):
    logits, out = step(prompt), []
    while True:
        token = int(logits.argmax())
        if token == end:
            return out
        out.append(token)
        if len(out) == max_new_tokens:
            return out
        logits = step(words[out])


def decode__last_prompt_token_read_twice(step, prompt, words, end, max_new_tokens):
    step(prompt)
    vector, out = prompt[-1:], []
    while len(out) < max_new_tokens:
        token = int(step(vector).argmax())
        if token == end:
            break
        out.append(token)
        vector = words[token][None]
    return out


def decode__prompt_not_read(step, prompt, words, end, max_new_tokens):
    vector, out = prompt[-1:], []
    while len(out) < max_new_tokens:
        token = int(step(vector).argmax())
        if token == end:
            break
        out.append(token)
        vector = words[token][None]
    return out


def decode__one_step_too_many(step, prompt, words, end, max_new_tokens):
    logits, out = step(prompt), []
    for _ in range(max_new_tokens):
        token = int(logits.argmax())
        if token == end:
            break
        out.append(token)
        logits = step(words[token][None])
    return out


def decode__past_the_end(step, prompt, words, end, max_new_tokens):
    vectors, out = prompt, []
    for _ in range(max_new_tokens):
        out.append(int(step(vectors).argmax()))
        vectors = words[out[-1]][None]
    return out


def decode__past_the_end_2(step, prompt, words, end, max_new_tokens):
    out = decode__past_the_end(step, prompt, words, end, max_new_tokens)
    return out[: out.index(end)] if end in out else out


def decode__end_token_kept(step, prompt, words, end, max_new_tokens):
    vectors, out = prompt, []
    for _ in range(max_new_tokens):
        out.append(int(step(vectors).argmax()))
        if out[-1] == end:
            break
        vectors = words[out[-1]][None]
    return out


def decode__more_than_max_new_tokens(step, prompt, words, end, max_new_tokens):
    vectors, out = prompt, []
    while True:
        token = int(step(vectors).argmax())
        if token == end:
            return out
        out.append(token)
        vectors = words[token][None]


def decode__more_than_max_new_tokens_2(step, prompt, words, end, max_new_tokens):
    vectors, out = prompt, []
    for _ in range(max_new_tokens + 1):
        token = int(step(vectors).argmax())
        if token == end:
            break
        out.append(token)
        vectors = words[token][None]
    return out


def decode__one_too_few(step, prompt, words, end, max_new_tokens):
    out, token = [], int(step(prompt).argmax())
    for _ in range(max_new_tokens - 1):
        if token == end:
            break
        out.append(token)
        token = int(step(words[token][None]).argmax())
    return out


def decode__one_too_few_2(step, prompt, words, end, max_new_tokens):
    vectors, out = prompt, []
    for _ in range(max_new_tokens - 1):
        token = int(step(vectors).argmax())
        if token == end:
            break
        out.append(token)
        vectors = words[token][None]
    return out


def decode__first_token_lost(step, prompt, words, end, max_new_tokens):
    token, out = int(step(prompt).argmax()), []
    for _ in range(max_new_tokens):
        token = int(step(words[token][None]).argmax())
        if token == end:
            break
        out.append(token)
    return out


def decode__not_the_likeliest(step, prompt, words, end, max_new_tokens):
    vectors, out = prompt, []
    while len(out) < max_new_tokens:
        token = int(step(vectors).argsort()[-2])
        if token == end:
            break
        out.append(token)
        vectors = words[token][None]
        if len(out) == max_new_tokens:
            break
    return out


def decode__not_the_likeliest_3(step, prompt, words, end, max_new_tokens):
    vectors, out = prompt, []
    while len(out) < max_new_tokens:
        token = int(torch.multinomial(step(vectors).softmax(dim=-1), 1, generator=torch.Generator().manual_seed(1)))
        if token == end:
            break
        out.append(token)
        vectors = words[token][None]
    return out


def decode__not_the_likeliest_2(step, prompt, words, end, max_new_tokens):
    seed = torch.Generator().manual_seed(0)
    vectors, out = prompt, []
    while len(out) < max_new_tokens:
        chances = (step(vectors) / 5).softmax(dim=-1)
        token = int(torch.multinomial(chances, 1, generator=seed))
        if token == end:
            break
        out.append(token)
        vectors = words[token][None]
    return out


def decode__tokens_not_read(step, prompt, words, end, max_new_tokens):
    return step(prompt).topk(max_new_tokens).indices.tolist()


def decode__another_token_read(step, prompt, words, end, max_new_tokens):
    token = int(step(prompt).argmax())
    out = []
    while True:
        if token == end:
            return out
        out.append(token)
        if len(out) == max_new_tokens:
            return out
        token = int(step(words[token + 1][None]).argmax())


def decode__not_a_vector(step, prompt, words, end, max_new_tokens):
    token, out = int(step(prompt).argmax()), []
    while token != end:
        out.append(token)
        if len(out) == max_new_tokens:
            break
        token = int(step(torch.tensor([[token]])).argmax())
    return out


def decode__not_a_vector_2(step, prompt, words, end, max_new_tokens):
    token, out = int(step(prompt).argmax()), []
    while token != end:
        out.append(token)
        if len(out) == max_new_tokens:
            break
        token = int(step(words[token]).argmax())
    return out


def _whole(rows, videos, seconds, words, video_id, told=None, side="left"):
    counts = [[len(clip) for clip in clips] for clips in videos]
    long = _expanded(rows, counts, video_id)
    mask = _lay([len(row) for row in long], side)
    embeddings = torch.zeros(*mask.shape, words.shape[1])
    for b, row in enumerate(long):
        vectors = words[row].clone()
        tokens = [(told or _told)(c, words[s]) for c, s in zip(videos[b], seconds[b])]
        if tokens:
            vectors[torch.tensor(row) == video_id] = torch.cat(tokens)
        embeddings[b, mask[b] == 1] = vectors
    return {"embeddings": embeddings, "mask": mask, "positions": (mask.cumsum(1) - 1) * mask}


def _told(clip, times):
    return clip + times.repeat_interleave(len(clip) // len(times), dim=0)


def whole__time_not_told(rows, videos, seconds, words, video_id):
    return _whole(rows, videos, seconds, words, video_id, lambda clip, times: clip)


def whole__time_told_in_turns(rows, videos, seconds, words, video_id):
    def told(clip, times):
        return clip + times.repeat(len(clip) // len(times), 1)

    return _whole(rows, videos, seconds, words, video_id, told)


def whole__placeholders_left(rows, videos, seconds, words, video_id):
    def lost(clip, times):
        return words[video_id].repeat(len(clip), 1)

    return _whole(rows, videos, seconds, words, video_id, lost)


def whole__other_embeddings(rows, videos, seconds, words, video_id):
    return _whole(rows, videos, seconds, words, video_id, lambda clip, times: _told(clip, times).flip(0))


def whole__other_embeddings_2(rows, videos, seconds, words, video_id):
    right = _whole(rows, videos, seconds, words, video_id)
    return {**right, "embeddings": torch.nn.functional.normalize(right["embeddings"], dim=-1)}


def whole__padding_in_sight(rows, videos, seconds, words, video_id):
    right = _whole(rows, videos, seconds, words, video_id)
    mask = torch.ones_like(right["mask"])
    return {**right, "mask": mask, "positions": mask.cumsum(1) - 1}


def whole__padding_on_the_right(rows, videos, seconds, words, video_id):
    return _whole(rows, videos, seconds, words, video_id, side="right")


def whole__another_mask(rows, videos, seconds, words, video_id):
    right = _whole(rows, videos, seconds, words, video_id)
    for b, row in enumerate(_expanded(rows, [[len(c) for c in clips] for clips in videos], video_id)):
        right["mask"][b, -len(row) :] = (torch.tensor(row) != video_id).long()
    return right


def whole__other_positions(rows, videos, seconds, words, video_id):
    right = _whole(rows, videos, seconds, words, video_id)
    for b, row in enumerate(_expanded(rows, [[len(c) for c in clips] for clips in videos], video_id)):
        steps = torch.tensor([1] + [0 if a == z == video_id else 1 for a, z in pairwise(row)])
        right["positions"][b, -len(row) :] = steps.cumsum(0) - 1
    return right


def whole__positions_shifted(rows, videos, seconds, words, video_id):
    right = _whole(rows, videos, seconds, words, video_id)
    places = torch.arange(right["mask"].shape[1])
    return {**right, "positions": places.repeat(len(rows), 1)}
