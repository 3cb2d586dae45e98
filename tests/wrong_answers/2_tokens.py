"""Wrong answers to exercise 2, as people write them."""

import math

import torch
import torch.nn.functional as F

# 2.budget: from the size in units to the tokens of the clip


def _units(rule, height, width, nearest=round, down=math.floor):
    unit = rule["patch"] * rule["pool"]
    h, w = max(1, nearest(height / unit)), max(1, nearest(width / unit))
    if h * w * unit**2 > rule["most"]:
        scale = math.sqrt(rule["most"] / (height * width))
        return max(1, down(height * scale / unit)), max(1, down(width * scale / unit))
    if h * w * unit**2 < rule["least"]:
        scale = math.sqrt(rule["least"] / (height * width))
        return math.ceil(height * scale / unit), math.ceil(width * scale / unit)
    return h, w


def budget__pooling_forgotten(rule, frames, height, width):
    h, w = _units(rule, height, width)
    grids = math.ceil(frames / rule["pair"])
    return grids * (h * rule["pool"]) * (w * rule["pool"]) + (grids - 1) * rule["between"]


def budget__pooled_along_one_side_only(rule, frames, height, width):
    h, w = _units(rule, height, width)
    patches = h * w * rule["pool"] ** 2
    grids = math.ceil(frames / rule["pair"])
    return grids * (patches // rule["pool"]) + (grids - 1) * rule["between"]


def budget__an_odd_frame_dropped(rule, frames, height, width):
    h, w = _units(rule, height, width)
    grids = frames // rule["pair"]
    return grids * h * w + (grids - 1) * rule["between"]


def budget__pairs_forgotten(rule, frames, height, width):
    h, w = _units(rule, height, width)
    return frames * h * w + (frames - 1) * rule["between"]


def budget__a_separator_after_the_last(rule, frames, height, width):
    h, w = _units(rule, height, width)
    return math.ceil(frames / rule["pair"]) * (h * w + rule["between"])


def budget__separators_between_frames_that_share(rule, frames, height, width):
    h, w = _units(rule, height, width)
    return math.ceil(frames / rule["pair"]) * h * w + (frames - 1) * rule["between"]


def budget__no_separators(rule, frames, height, width):
    h, w = _units(rule, height, width)
    return math.ceil(frames / rule["pair"]) * h * w


def _total(rule, frames, h, w):
    grids = math.ceil(frames / rule["pair"])
    return grids * h * w + (grids - 1) * rule["between"]


def budget__a_side_of_nothing_2(rule, frames, height, width):
    unit = rule["patch"] * rule["pool"]
    h, w = _units(rule, height, width)
    if max(1, round(height / unit)) * max(1, round(width / unit)) * unit**2 > rule["most"]:
        scale = math.sqrt(rule["most"] / (height * width))
        h, w = int(height * scale / unit), int(width * scale / unit)
    return _total(rule, frames, h, w)


def budget__limits_asked_of_the_frame_as_it_came(rule, frames, height, width):
    unit = rule["patch"] * rule["pool"]
    scale, way = 1.0, round
    if height * width > rule["most"]:
        scale, way = math.sqrt(rule["most"] / (height * width)), math.floor
    elif height * width < rule["least"]:
        scale, way = math.sqrt(rule["least"] / (height * width)), math.ceil
    return _total(rule, frames, *(max(1, way(side * scale / unit)) for side in (height, width)))


def _scaled(rule, height, width, sides, area):
    unit = rule["patch"] * rule["pool"]
    h, w = (max(1, round(side / unit)) * unit for side in (height, width))
    height, width = (h, w) if sides else (height, width)
    size = h * w if area else height * width
    if h * w > rule["most"]:
        scale = math.sqrt(rule["most"] / size)
        return max(1, math.floor(height * scale / unit)), max(1, math.floor(width * scale / unit))
    if h * w < rule["least"]:
        scale = math.sqrt(rule["least"] / size)
        return math.ceil(height * scale / unit), math.ceil(width * scale / unit)
    return h // unit, w // unit


def budget__scaled_from_the_rounded_sides(rule, frames, height, width):
    return _total(rule, frames, *_scaled(rule, height, width, True, True))


def budget__scaled_from_the_rounded_sides_2(rule, frames, height, width):
    return _total(rule, frames, *_scaled(rule, height, width, False, True))


def budget__exactly_at_the_limit(rule, frames, height, width):
    unit = rule["patch"] * rule["pool"]
    h, w = (max(1, round(side / unit)) for side in (height, width))
    if h * w * unit**2 == rule["most"]:
        scale = math.sqrt(rule["most"] / (height * width))
        return _total(rule, frames, *(max(1, int(side * scale / unit)) for side in (height, width)))
    return _total(rule, frames, *_units(rule, height, width))


def budget__too_large_stays_large(rule, frames, height, width):
    return _total(rule, frames, *_units({**rule, "most": 10**9}, height, width))


def budget__too_small_stays_small(rule, frames, height, width):
    return _total(rule, frames, *_units({**rule, "least": 0}, height, width))


def budget__over_the_limit_again(rule, frames, height, width):
    return _total(rule, frames, *_units(rule, height, width, down=round))


def budget__squashed_to_a_square(rule, frames, height, width):
    unit = rule["patch"] * rule["pool"]
    h, w = _units({**rule, "most": 10**9}, height, width)
    if h * w * unit**2 > rule["most"]:
        h = w = int(rule["most"] ** 0.5) // unit
    return _total(rule, frames, h, w)


def budget__cut_off_for_the_nearest(rule, frames, height, width):
    return _total(rule, frames, *_units(rule, height, width, nearest=int))


def budget__a_side_of_nothing(rule, frames, height, width):
    unit = rule["patch"] * rule["pool"]
    h, w = round(height / unit), round(width / unit)
    if h and w:
        h, w = _units(rule, height, width)
    return _total(rule, frames, h, w)


# 2.pool


def pool__the_last_two_axes(x, k):
    return F.avg_pool2d(x, k)


def pool__the_first_two_axes(x, k):
    T, H, W, D = x.shape
    x = x[: T // k * k, : H // k * k]
    return x.reshape(T // k, k, H // k, k, W, D).mean(dim=(1, 3))


def pool__channels_left_in_front(x, k):
    return F.avg_pool2d(x.permute(0, 3, 1, 2), k)


def pool__H_and_W_swapped(x, k):
    return F.avg_pool2d(x.permute(0, 3, 1, 2), k).permute(0, 3, 2, 1)


def pool__reshape_for_permute(x, k):
    T, H, W, D = x.shape
    return F.avg_pool2d(x.reshape(T, D, H, W), k).permute(0, 2, 3, 1)


def pool__reshape_for_permute_2(x, k):
    T, H, W, D = x.shape
    return F.avg_pool2d(x.reshape(T, D, H, W), k).reshape(T, H // k, W // k, D)


def pool__squares_cut_wrongly(x, k):
    T, H, W, D = x.shape
    x = x[:, : H // k * k, : W // k * k]
    return x.reshape(T, H // k, W // k, k * k, D).mean(dim=3)


def pool__reshaped_before_the_edge_is_cut(x, k):
    T, H, W, D = x.shape
    return x.reshape(T, H // k, k, W // k, k, D).mean(dim=(2, 4))


def pool__the_edge_kept(x, k):
    return F.avg_pool2d(x.permute(0, 3, 1, 2), k, ceil_mode=True).permute(0, 2, 3, 1)


def pool__the_edge_filled_with_zeros(x, k):
    T, H, W, D = x.shape
    h, w = math.ceil(H / k), math.ceil(W / k)
    full = x.new_zeros(T, h * k, w * k, D)
    full[:, :H, :W] = x
    return full.reshape(T, h, k, w, k, D).mean(dim=(2, 4))


def pool__every_kth_token(x, k):
    return x[:, ::k, ::k]


def pool__every_kth_token_2(x, k):
    return x[:, : x.shape[1] // k * k : k, : x.shape[2] // k * k : k]


def pool__the_largest_for_the_mean(x, k):
    return F.max_pool2d(x.permute(0, 3, 1, 2), k).permute(0, 2, 3, 1)


def pool__the_sum_for_the_mean(x, k):
    T, H, W, D = x.shape
    x = x[:, : H // k * k, : W // k * k]
    return x.reshape(T, H // k, k, W // k, k, D).sum(dim=(2, 4))


def pool__mean_over_time(x, k):
    return F.avg_pool2d(x.mean(dim=0).permute(2, 0, 1), k).permute(1, 2, 0)


def pool__mean_over_time_2(x, k):
    T, H, W, D = x.shape
    x = x[:, : H // k * k, : W // k * k]
    return x.reshape(T, H // k, k, W // k, k, D).mean(dim=(0, 2, 4))[None]


def pool__a_type_that_cannot_pass(x, k):
    return iter(x)


def pool__borrowed_from_the_library(x, k):
    from course_lib.tokens.pool import pool

    return pool(x, k, "average")


# 2.bilinear


def _bilinear(x, size, **how):
    return F.interpolate(x.permute(0, 3, 1, 2), size=size, **{"mode": "bilinear", **how}).permute(0, 2, 3, 1)


def bilinear__corners_aligned(x, h, w):
    return _bilinear(x, (h, w), align_corners=True)


def _by_hand(x, h, w, where, mirrored=False):
    T, H, W, D = x.shape
    out = x.new_zeros(T, h, w, D)
    for i in range(h):
        for j in range(w):
            y, z = min(where(i, H, h), H - 1), min(where(j, W, w), W - 1)
            top, left = int(y), int(z)
            bottom, right = min(top + 1, H - 1), min(left + 1, W - 1)
            a, b = (top + 1 - y, left + 1 - z) if mirrored else (y - top, z - left)
            upper = (1 - b) * x[:, top, left] + b * x[:, top, right]
            lower = (1 - b) * x[:, bottom, left] + b * x[:, bottom, right]
            out[:, i, j] = (1 - a) * upper + a * lower
    return out


def bilinear__the_half_token_left_out(x, h, w):
    return _by_hand(x, h, w, lambda i, old, new: i * old / new)


def bilinear__half_a_token_too_far(x, h, w):
    return _by_hand(x, h, w, lambda i, old, new: (i + 0.5) * old / new)


def bilinear__the_shares_swapped(x, h, w):
    return _by_hand(x, h, w, lambda i, old, new: (i + 0.5) * old / new - 0.5, mirrored=True)


def bilinear__nearest(x, h, w):
    return F.interpolate(x.permute(0, 3, 1, 2), size=(h, w)).permute(0, 2, 3, 1)


def bilinear__nearest_2(x, h, w):
    H, W = x.shape[1:3]
    rows = [int((i + 0.5) * H / h) for i in range(h)]
    columns = [int((j + 0.5) * W / w) for j in range(w)]
    return x[:, rows][:, :, columns]


def bilinear__average(x, h, w):
    return F.adaptive_avg_pool2d(x.permute(0, 3, 1, 2), (h, w)).permute(0, 2, 3, 1)


def bilinear__smoothed_first(x, h, w):
    return _bilinear(x, (h, w), antialias=True)


def bilinear__H_and_W_swapped(x, h, w):
    return _bilinear(x, (w, h))


def bilinear__H_and_W_swapped_2(x, h, w):
    return F.interpolate(x.permute(0, 3, 2, 1), size=(h, w), mode="bilinear").permute(0, 2, 3, 1)


def bilinear__the_last_two_axes(x, h, w):
    return F.interpolate(x, size=(h, w), mode="bilinear")


def bilinear__across_time(x, h, w):
    x = F.interpolate(x.permute(2, 3, 0, 1), size=(h, w), mode="bilinear")  # [W, D, T, H] -> [W, D, h, w]
    return x.permute(2, 3, 0, 1)


def bilinear__across_time_2(x, h, w):
    mixed = F.interpolate(x.permute(3, 0, 1, 2)[None], size=(1, h, w), mode="trilinear")[0]  # [D, 1, h, w]
    return mixed.permute(1, 2, 3, 0).expand(len(x), -1, -1, -1)


def bilinear__channels_left_in_front(x, h, w):
    return F.interpolate(x.permute(0, 3, 1, 2), size=(h, w), mode="bilinear")


def bilinear__reshape_for_permute(x, h, w):
    T, H, W, D = x.shape
    return F.interpolate(x.view(T, D, H, W), size=(h, w), mode="bilinear").permute(0, 2, 3, 1)


# 2.merge


def merge__the_last_frame_dropped(x):
    whole = len(x) // 2 * 2
    return (x[:whole:2] + x[1:whole:2]) / 2


def merge__the_last_frame_halved(x):
    if len(x) % 2:
        x = torch.cat([x, torch.zeros_like(x[:1])])
    return x.unflatten(0, (-1, 2)).mean(dim=1)


def merge__an_odd_frame(x):
    return x.reshape(len(x) // 2, 2, *x.shape[1:]).mean(dim=1)


def merge__an_odd_frame_2(x):
    return (x[::2] + x[1::2]) / 2 if len(x) > 1 else x


def merge__a_sliding_mean(x):
    return torch.stack([(x[t] + x[t + 1]) / 2 for t in range(len(x) - 1)]) if len(x) > 1 else x


def merge__pairs_shifted_by_one(x):
    merged = [x[0]]
    for t in range(1, len(x), 2):
        merged.append(x[t : t + 2].mean(dim=0))
    return torch.stack(merged)


def merge__first_half_with_second_half(x):
    half = (len(x) + 1) // 2
    first, second = x[:half], x[half:]
    merged = first.clone()
    merged[: len(second)] = (first[: len(second)] + second) / 2
    return merged


def merge__every_second_frame(x):
    return x[::2]


def merge__the_sum_for_the_mean(x):
    return torch.stack([x[t : t + 2].sum(dim=0) for t in range(0, len(x), 2)])


def merge__rows_for_frames(x):
    return torch.stack([x[:, r : r + 2].mean(dim=1) for r in range(0, x.shape[1], 2)], dim=1)


def merge__mean_over_all_frames(x):
    return x.mean(dim=0, keepdim=True)


# 2.prune


def _pruned(x, changed):
    """changed(now, last) for all places at once; last: what was kept last."""
    last, found = x[0].clone(), [(0, p) for p in range(x.shape[1])]
    for t in range(1, len(x)):
        for p in changed(x[t], last).nonzero().flatten().tolist():
            last[p] = x[t, p]
            found.append((t, p))
    frame, place = (torch.tensor([pair[i] for pair in found]) for i in (0, 1))
    return x[frame, place], frame, place


def _right(x, threshold):
    return _pruned(x, lambda now, last: (now - last).abs().mean(-1) > threshold)


def prune__compared_with_the_frame_before(x, threshold):
    change = (x[1:] - x[:-1]).abs().mean(dim=-1)
    keep = torch.cat([torch.ones(1, x.shape[1], dtype=torch.bool), change > threshold])
    return x[keep], *keep.nonzero(as_tuple=True)


def prune__compared_with_the_first_frame(x, threshold):
    keep = (x - x[0]).abs().mean(dim=-1) > threshold
    keep[0] = True
    return x[keep], *keep.nonzero(as_tuple=True)


def prune__change_without_abs(x, threshold):
    return _pruned(x, lambda now, last: (now - last).mean(dim=-1) > threshold)


def prune__change_without_abs_2(x, threshold):
    return _pruned(x, lambda now, last: (now - last).mean(dim=-1).abs() > threshold)


def prune__the_sum_for_the_mean(x, threshold):
    return _pruned(x, lambda now, last: (now - last).abs().sum(dim=-1) > threshold)


def prune__another_distance(x, threshold):
    return _pruned(x, lambda now, last: torch.linalg.vector_norm(now - last, dim=-1) > threshold)


def prune__another_distance_2(x, threshold):
    return _pruned(x, lambda now, last: (now - last).abs().max(dim=-1).values > threshold)


def prune__another_distance_4(x, threshold):
    return _pruned(x, lambda now, last: ((now - last) ** 2).mean(dim=-1) ** 0.5 > threshold)


def prune__frame_0_overwritten(x, threshold):
    memory, keep = x[0], torch.ones(x.shape[:2], dtype=torch.bool)
    for t in range(1, len(x)):
        keep[t] = (x[t] - memory).abs().mean(dim=-1) > threshold
        memory[keep[t]] = x[t][keep[t]]
    return x[keep], *keep.nonzero(as_tuple=True)


def prune__another_distance_3(x, threshold):
    return _pruned(x, lambda now, last: ((now - last) ** 2).mean(dim=-1) > threshold)


def prune__kept_at_the_threshold(x, threshold):
    return _pruned(x, lambda now, last: (now - last).abs().mean(dim=-1) >= threshold)


def prune__the_wrong_half_kept(x, threshold):
    change = (x[1:] - x[:-1]).abs().mean(dim=-1)
    keep = torch.cat([torch.ones(1, x.shape[1], dtype=torch.bool), change <= threshold])
    return x[keep], *keep.nonzero(as_tuple=True)


def prune__the_first_frame_dropped(x, threshold):
    kept, frame, place = _right(x, threshold)
    return kept[frame > 0], frame[frame > 0], place[frame > 0]


def prune__frames_numbered_from_the_second(x, threshold):
    P = x.shape[1]
    kept, frame, place = _right(x, threshold)
    later = frame[P:] - 1  # nonzero() of a mask that has T - 1 rows
    return kept, torch.cat([torch.zeros(P, dtype=torch.int64), later]), place


def prune__frame_and_place_swapped(x, threshold):
    kept, frame, place = _right(x, threshold)
    return kept, place, frame


def prune__numbered_through_the_clip(x, threshold):
    kept, frame, place = _right(x, threshold)
    return kept, frame, frame * x.shape[1] + place


def prune__numbered_among_the_kept(x, threshold):
    kept, frame, _ = _right(x, threshold)
    return kept, frame, torch.cat([torch.arange(n) for n in frame.bincount().tolist()])


def prune__place_after_place(x, threshold):
    _, frame, place = _right(x, threshold)
    pairs = sorted(zip(place.tolist(), frame.tolist(), strict=True))
    frames, places = [t for _, t in pairs], [p for p, _ in pairs]
    return x[frames, places], frames, places


def prune__zeros_in_their_stead(x, threshold):
    T, P, D = x.shape
    _, frame, place = _right(x, threshold)
    full = torch.zeros_like(x)
    full[frame, place] = x[frame, place]
    return full.reshape(-1, D), torch.arange(T).repeat_interleave(P), torch.arange(P).repeat(T)


# 2.plan


def _choose(clips, duration, plans, timed=True, sized=True):
    def recall(n, size):
        found, count = 0, 0
        for clip in clips:
            for e in clip:
                looks = [t for t in ((i + 0.5) * duration / n for i in range(n)) if e["start"] <= t < e["end"]]
                found += (bool(looks) or not timed) and (e["height"] * (size // 28) >= 1 or not sized)
                count += 1
        return found / count

    best = max(plans, key=lambda plan: (recall(*plan), -plan[0] * plan[1] ** 2))
    return {"frames": best[0], "size": best[1]}


def _affordable(frames, sizes, budget):
    return [(n, size) for n in frames for size in sizes if n * (size // 28) ** 2 <= budget]


def plan__not_a_plan(clips, duration, budget, frames, sizes):
    return max(_affordable(frames, sizes, budget))


def plan__not_among_the_offered(clips, duration, budget, frames, sizes):
    return {"frames": budget // 16, "size": 112}


def plan__over_the_budget(clips, duration, budget, frames, sizes):
    plans = [(n, size) for n in frames for size in sizes if n * (size // 28) <= budget]
    return _choose(clips, duration, plans)


def plan__over_the_budget_2(clips, duration, budget, frames, sizes):
    return {"frames": frames[-1], "size": sizes[-1]}


def plan__size_left_out(clips, duration, budget, frames, sizes):
    return _choose(clips, duration, _affordable(frames, sizes, budget), sized=False)


def plan__time_left_out(clips, duration, budget, frames, sizes):
    return _choose(clips, duration, _affordable(frames, sizes, budget), timed=False)


def plan__as_many_frames_as_possible(clips, duration, budget, frames, sizes):
    n = max(n for n in frames if n * (sizes[0] // 28) ** 2 <= budget)
    return {"frames": n, "size": max(s for s in sizes if n * (s // 28) ** 2 <= budget)}


def plan__as_large_as_possible(clips, duration, budget, frames, sizes):
    size = max(s for s in sizes if frames[0] * (s // 28) ** 2 <= budget)
    return {"frames": max(n for n in frames if n * (size // 28) ** 2 <= budget), "size": size}


def plan__pooling_forgotten(clips, duration, budget, frames, sizes):
    plans = [(n, size) for n in frames for size in sizes if n * (size // 14) ** 2 <= budget]
    return _choose(clips, duration, plans)


def plan__the_cheapest(clips, duration, budget, frames, sizes):
    return {"frames": min(frames), "size": min(sizes)}


def plan__the_dearest(clips, duration, budget, frames, sizes):
    n, size = max(_affordable(frames, sizes, budget), key=lambda plan: plan[0] * (plan[1] // 28) ** 2)
    return {"frames": n, "size": size}


def plan__the_same_plan_always(clips, duration, budget, frames, sizes):
    return {"frames": 12, "size": 112}


def plan__sees_less_than_it_could(clips, duration, budget, frames, sizes):
    size = 224 if budget > 1000 else 112
    return {"frames": max(n for n in frames if n * (size // 28) ** 2 <= budget), "size": size}
