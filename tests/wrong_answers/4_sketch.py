"""Wrong answers to exercise 4: the sketch's fault left in by other words, halves of the mend, and mends that break."""

import numpy as np
import torch


def choose__one_past_the_end(total, n):
    return [i * total // (n - 1) for i in range(n)]


def choose__the_last_one_clamped(total, n):
    return np.linspace(0, total, n).astype(int).clip(max=total - 1).tolist()


def choose__the_last_one_dropped(total, n):
    return [i for i in np.linspace(0, total, n).astype(int).tolist() if i < total]


def choose__the_end_never_reached(total, n):
    return np.linspace(0, total, n, endpoint=False).astype(int).tolist()


def choose__the_end_never_reached_2(total, n):
    return [int(i * (total - 1) / n) for i in range(n)]


def choose__middles_of_the_parts(total, n):
    return [int((i + 0.5) * total / n) for i in range(n)]


def choose__rounded(total, n):
    return np.linspace(0, total - 1, n).round().astype(int).tolist()


def choose__a_fixed_step(total, n):
    step = (total - 1) // (n - 1)
    return [step * i for i in range(n)]


def choose__a_step_in_floats(total, n):
    step = (total - 1) / (n - 1)
    return [int(k * step) for k in range(n)]


def choose__counted_from_one(total, n):
    return np.linspace(1, total - 1, n).astype(int).tolist()


def choose__no_repeats(total, n):
    return np.unique(np.linspace(0, total - 1, n).astype(int)).tolist()


def choose__borrowed_from_the_library(total, n):
    from course_lib.checks.sketch.choose import choose_frames

    return choose_frames(total, n)


def seconds__a_whole_rate(frames, pts, time_base, rate):
    fps = int(rate)
    return (np.array(frames) / fps).tolist()


def seconds__number_over_rate(frames, pts, time_base, rate):
    return [frame / float(rate) for frame in frames]


def seconds__number_over_rate_2(frames, pts, time_base, rate):
    return [frame / (rate or 25) for frame in frames]


def seconds__an_average_rate(frames, pts, time_base, rate):
    duration = (pts[-1] - pts[0]) * time_base[0] / time_base[1]
    return [duration * frame / (len(pts) - 1) for frame in frames]


def seconds__ticks_for_seconds(frames, pts, time_base, rate):
    return [pts[frame] - pts[0] for frame in frames]


def seconds__the_start_left_in(frames, pts, time_base, rate):
    return [pts[frame] * time_base[0] / time_base[1] for frame in frames]


def seconds__from_the_first_chosen_frame(frames, pts, time_base, rate):
    seconds = [pts[frame] * time_base[0] / time_base[1] for frame in frames]
    return [s - seconds[0] for s in seconds]


def seconds__time_base_upside_down(frames, pts, time_base, rate):
    return [(pts[frame] - pts[0]) * time_base[1] / time_base[0] for frame in frames]


def seconds__half_a_time_base(frames, pts, time_base, rate):
    return [(pts[i] - pts[0]) / time_base[1] for i in frames]


def seconds__rounded(frames, pts, time_base, rate):
    num, den = time_base
    return [round((pts[i] - pts[0]) * num / den, 2) for i in frames]


def seconds__a_place_for_a_frame(frames, pts, time_base, rate):
    return [(pts[i] - pts[0]) * time_base[0] / time_base[1] for i, _ in enumerate(frames)]


def size__squashed_to_a_square(height, width, patch, most):
    per_side = int((most / patch**2) ** 0.5)
    return [per_side * patch, per_side * patch]


def size__height_and_width_swapped(height, width, patch, most):
    scale = (most / (height * width)) ** 0.5
    return [max(patch, int(width * scale) // patch * patch), max(patch, int(height * scale) // patch * patch)]


def size__a_factor_without_its_root(height, width, patch, most):
    scale = most / (height * width)
    return [max(patch, int(height * scale) // patch * patch), max(patch, int(width * scale) // patch * patch)]


def size__no_whole_patches(height, width, patch, most):
    scale = (most / (height * width)) ** 0.5
    return [max(patch, int(height * scale)), max(patch, int(width * scale))]


def size__rounded_up(height, width, patch, most):
    scale = (most / (height * width)) ** 0.5
    return [max(patch, patch * round(height * scale / patch)), max(patch, patch * round(width * scale / patch))]


def size__no_side_left(height, width, patch, most):
    scale = (most / (height * width)) ** 0.5
    return [int(height * scale / patch) * patch, int(width * scale / patch) * patch]


def size__small_frames_not_enlarged(height, width, patch, most):
    scale = min((most / (height * width)) ** 0.5, 1)
    return [max(patch, int(height * scale) // patch * patch), max(patch, int(width * scale) // patch * patch)]


def size__fitted_into_the_square(height, width, patch, most):
    scale = most**0.5 / max(height, width)
    return [max(patch, int(height * scale) // patch * patch), max(patch, int(width * scale) // patch * patch)]


def size__over_the_budget(height, width, patch, most):
    side = int(most**0.5)
    if height < width:
        return [side // patch * patch, side * width // height // patch * patch]
    return [side * height // width // patch * patch, side // patch * patch]


def size__one_side_from_a_cut_one(height, width, patch, most):
    h = max(patch, int((most * height / width) ** 0.5) // patch * patch)
    return [h, max(patch, int(h * width / height) // patch * patch)]


def pictures__frames_and_colours_mixed(video):
    B, C, T, H, W = video.shape
    return video.reshape(B, T, C, H, W).flatten(0, 1)


def pictures__frames_and_colours_mixed_2(video):
    return torch.cat([clip.reshape(clip.shape[1], clip.shape[0], *clip.shape[2:]) for clip in video])


def pictures__moments_before_clips(video):
    return torch.cat([video[:, :, t] for t in range(video.shape[2])])


def pictures__not_joined(video):
    return video.permute(0, 2, 1, 3, 4)


def pictures__colours_for_frames(video):
    B, C, T, H, W = video.shape
    return video.reshape(B * C, T, H, W)


def pictures__the_first_clip_only(video):
    return torch.stack([video[0, :, t] for t in range(video.shape[2])])


def pictures__colours_last(video):
    B, C, T, H, W = video.shape
    return video.permute(0, 2, 3, 4, 1).reshape(B * T, H, W, C)


def pictures__height_and_width_swapped(video):
    B, C, T, H, W = video.shape
    return video.permute(0, 2, 1, 4, 3).reshape(B * T, C, W, H)


def pictures__view_of_what_lies_apart(video):
    B, C, T, H, W = video.shape
    return video.transpose(1, 2).view(B * T, C, H, W)


def encode__clips_mixed(pictures, batch, vision):
    features = vision(pictures)
    return torch.stack([features[b::batch] for b in range(batch)])


def encode__clips_mixed_2(pictures, batch, vision):
    return vision(pictures).unflatten(0, (-1, batch)).permute(1, 0, 2, 3)


def encode__moments_first(pictures, batch, vision):
    return vision(pictures).unflatten(0, (-1, batch))


def encode__moments_first_2(pictures, batch, vision):
    return vision(pictures).unflatten(0, (batch, -1)).transpose(0, 1)


def encode__all_one_clip(pictures, batch, vision):
    return vision(pictures).unsqueeze(0)


def encode__the_first_clip_only(pictures, batch, vision):
    return vision(pictures[: len(pictures) // batch])[None]


def encode__tokens_for_moments(pictures, batch, vision):
    features = vision(pictures)
    N, K, D = features.shape
    return features.reshape(batch, K, N // batch, D).permute(0, 2, 1, 3)


def encode__joined_too_early(pictures, batch, vision):
    features = vision(pictures)
    return features.reshape(batch, -1, features.shape[-1])


def encode__tokens_averaged(pictures, batch, vision):
    return vision(pictures).mean(dim=1, keepdim=True).unflatten(0, (batch, -1))


def encode__tokens_averaged_2(pictures, batch, vision):
    features = vision(pictures).mean(dim=1)
    return features.reshape(batch, -1, features.shape[-1])


def project__averaged_over_time(features, projector):
    return projector(features.sum(dim=1, keepdim=True) / features.shape[1]).squeeze(1)


def project__averaged_over_time_2(features, projector):
    return projector(features).mean(dim=1)


def project__averaged_over_time_3(features, projector):
    return projector(features.mean(dim=1))


def project__averaged_and_repeated(features, projector):
    T = features.shape[1]
    return projector(features.mean(dim=1, keepdim=True)).repeat(1, T, 1, 1).flatten(1, 2)


def project__averaged_over_places_3(features, projector):
    return projector(features.mean(dim=2, keepdim=True)).flatten(1, 2)


def project__averaged_over_places(features, projector):
    return projector(features.mean(dim=2, keepdim=True).repeat(1, 1, features.shape[2], 1)).flatten(1, 2)


def project__averaged_over_places_2(features, projector):
    return projector(features).mean(dim=2)


def project__one_moment_for_all(features, projector):
    return projector(features[:, -1:]).flatten(1, 2)


def project__one_moment_for_all_2(features, projector):
    return projector(features)[:, 0]


def project__not_joined(features, projector):
    return projector(features)


def project__clips_joined_too(features, projector):
    tokens = projector(features)
    return tokens.reshape(-1, tokens.shape[-1])


def project__places_before_moments(features, projector):
    tokens = projector(features)
    return torch.cat([tokens[:, :, k] for k in range(tokens.shape[2])], dim=1)


def project__joined_before_the_projector(features, projector):
    return projector(features.flatten(1, 2))


def _pieces(row, video_id):
    at = row.tolist().index(video_id)
    return row[:at], row[at + 1 :]


def _embeds(ids, tokens, table, video_id):
    rows = []
    for row, video in zip(ids, tokens):
        before, behind = _pieces(row, video_id)
        rows.append(torch.cat([table[before], video, table[behind]]))
    return torch.stack(rows)


def _real(ids, tokens, video_id, pad_id):
    rows = []
    for row, video in zip(ids, tokens):
        before, behind = _pieces(row, video_id)
        rows.append(torch.cat([before != pad_id, torch.ones(len(video)).bool(), behind != pad_id]).long())
    return torch.stack(rows)


def splice__the_video_in_front(ids, tokens, table, video_id, pad_id):
    table = torch.cat([table, torch.zeros(1, table.shape[1])])  # a row for the placeholder, so that nothing raises
    embeds = torch.cat([tokens, table[ids]], dim=1)
    mask = torch.ones(embeds.shape[:2], dtype=torch.long)
    mask[:, tokens.shape[1] :] = ids != pad_id
    return embeds, mask


def splice__the_video_in_front_2(ids, tokens, table, video_id, pad_id):
    text = ids[ids != video_id].reshape(len(ids), -1)
    seen = torch.ones(tokens.shape[:2], dtype=torch.long)
    return torch.cat([tokens, table[text]], dim=1), torch.cat([seen, (text != pad_id).long()], dim=1)


def splice__the_video_at_the_end(ids, tokens, table, video_id, pad_id):
    text = ids[ids != video_id].reshape(len(ids), -1)
    seen = torch.ones(tokens.shape[:2], dtype=torch.long)
    return torch.cat([table[text], tokens], dim=1), torch.cat([(text != pad_id).long(), seen], dim=1)


def _left(ids, tokens, table, video_id, pad_id, behind):
    embeds, mask = [], []
    for row, video in zip(ids, tokens):
        at = row.tolist().index(video_id) + behind
        words, real = table[row.clamp(max=len(table) - 1)], (row != pad_id).long()
        embeds.append(torch.cat([words[:at], video, words[at:]]))
        mask.append(torch.cat([real[:at], torch.ones(len(video), dtype=torch.long), real[at:]]))
    return torch.stack(embeds), torch.stack(mask)


def splice__the_placeholder_left(ids, tokens, table, video_id, pad_id):
    return _left(ids, tokens, table, video_id, pad_id, behind=1)


def splice__the_placeholder_left_2(ids, tokens, table, video_id, pad_id):
    return _left(ids, tokens, table, video_id, pad_id, behind=0)


def splice__the_first_place_for_all(ids, tokens, table, video_id, pad_id):
    at = ids[0].tolist().index(video_id)
    words, real = table[ids.clamp(max=len(table) - 1)], (ids != pad_id).long()
    seen = torch.ones(tokens.shape[:2], dtype=torch.long)
    embeds = torch.cat([words[:, :at], tokens, words[:, at + 1 :]], dim=1)
    return embeds, torch.cat([real[:, :at], seen, real[:, at + 1 :]], dim=1)


def splice__one_token_for_the_clip(ids, tokens, table, video_id, pad_id):
    words = table[ids.masked_fill(ids == video_id, 0)]
    words[ids == video_id] = tokens.mean(dim=1)
    return words, (ids != pad_id).long()


def splice__one_token_for_the_clip_2(ids, tokens, table, video_id, pad_id):
    is_video = ids == video_id
    words = table[ids.masked_fill(is_video, 0)]  # masked_scatter takes what it needs, here the first, in silence
    return words.masked_scatter(is_video[..., None], tokens), (ids != pad_id).long()


def splice__a_mask_of_the_text_alone(ids, tokens, table, video_id, pad_id):
    return _embeds(ids, tokens, table, video_id), (ids != pad_id).long()


def splice__the_mask_of_before(ids, tokens, table, video_id, pad_id):
    seen = torch.ones(tokens.shape[:2], dtype=torch.long)
    return _embeds(ids, tokens, table, video_id), torch.cat([seen, (ids != pad_id).long()], dim=1)


def splice__the_mask_of_before_2(ids, tokens, table, video_id, pad_id):
    text = ids[ids != video_id].reshape(len(ids), -1)
    seen = torch.ones(tokens.shape[:2], dtype=torch.long)
    return _embeds(ids, tokens, table, video_id), torch.cat([seen, (text != pad_id).long()], dim=1)


def splice__padding_seen(ids, tokens, table, video_id, pad_id):
    embeds = _embeds(ids, tokens, table, video_id)
    return embeds, torch.ones(embeds.shape[:2], dtype=torch.long)


def splice__a_placeholder_without_a_row(ids, tokens, table, video_id, pad_id):
    words, embeds = table[ids], []
    for row, looked_up, video in zip(ids, words, tokens):
        at = row.tolist().index(video_id)
        embeds.append(torch.cat([looked_up[:at], video, looked_up[at + 1 :]]))
    return torch.stack(embeds), _real(ids, tokens, video_id, pad_id)


def _labels(ids, mask, starts):
    labels = ids.clone()
    for row, start in enumerate(starts):
        labels[row, :start] = -100
    labels[mask == 0] = -100
    return labels


def labels__shifted_twice(ids, mask, starts):
    labels = torch.full_like(ids, -100)
    labels[:, :-1] = _labels(ids, mask, starts)[:, 1:]
    return labels


def labels__shifted_the_other_way(ids, mask, starts):
    return torch.nn.functional.pad(_labels(ids, mask, starts)[:, :-1], (1, 0), value=-100)


def labels__a_label_too_few(ids, mask, starts):
    return _labels(ids, mask, starts)[:, 1:]


def labels__the_prompt_learned_too(ids, mask, starts):
    labels = ids.clone()
    labels[mask == 0] = -100
    return labels


def labels__the_prompt_learned_too_2(ids, mask, starts):
    return ids


def labels__padding_learned(ids, mask, starts):
    labels = ids.clone()
    for row, start in enumerate(starts):
        labels[row, :start] = -100
    return labels


def labels__the_first_word_left_out(ids, mask, starts):
    labels = _labels(ids, mask, starts)
    for row, start in enumerate(starts):
        labels[row, : start + 1] = -100
    return labels


def labels__a_word_of_the_prompt(ids, mask, starts):
    return _labels(ids, mask, [start - 1 for start in starts])


def labels__another_number_for_the_ignored(ids, mask, starts):
    labels = _labels(ids, mask, starts)
    labels[labels == -100] = -1
    return labels


def labels__the_first_start_for_all(ids, mask, starts):
    labels = ids.clone()
    labels[:, : starts[0]] = -100
    labels[mask == 0] = -100
    return labels


def _until_end(row, end_id):
    return row[: row.index(end_id)]


def answer__a_prompt_that_is_not_there(embeds, mask, generate, end_id):
    L = mask.shape[1]
    return [_until_end(row[L:], end_id) for row in generate(embeds, mask).tolist()]


def answer__a_prompt_that_is_not_there_2(embeds, mask, generate, end_id):
    answers = []
    for row in generate(embeds, mask)[:, embeds.shape[1] :].tolist():
        answers.append(_until_end(row, end_id) if end_id in row else row)
    return answers


def answer__the_end_kept(embeds, mask, generate, end_id):
    return [row[: row.index(end_id) + 1] for row in generate(embeds, mask).tolist()]


def answer__a_word_cut_off(embeds, mask, generate, end_id):
    return [row[1 : row.index(end_id)] for row in generate(embeds, mask).tolist()]


def answer__padding_kept(embeds, mask, generate, end_id):
    return [[i for i in row if i != end_id] for row in generate(embeds, mask).tolist()]


def answer__padding_kept_2(embeds, mask, generate, end_id):
    return generate(embeds, mask).tolist()


def answer__padding_by_its_id(embeds, mask, generate, end_id):
    return [[i for i in row if i not in (0, end_id)] for row in generate(embeds, mask).tolist()]


def answer__the_first_row_alone(embeds, mask, generate, end_id):
    return [_until_end(generate(embeds, mask).tolist()[0], end_id)]


def answer__the_first_row_alone_2(embeds, mask, generate, end_id):
    return _until_end(generate(embeds, mask)[0].tolist(), end_id)


def answer__the_first_end_for_all(embeds, mask, generate, end_id):
    written = generate(embeds, mask)
    end = written[0].tolist().index(end_id)
    return written[:, :end].tolist()


def answer__the_mask_forgotten(embeds, mask, generate, end_id):
    every = torch.ones(embeds.shape[:2], dtype=torch.long)
    return [_until_end(row, end_id) for row in generate(embeds, every).tolist()]


def answer__the_mask_forgotten_2(embeds, mask, generate, end_id):
    return [_until_end(row, end_id) for row in generate(embeds).tolist()]
