"""Wrong answers to exercise 1, as people write them."""

import numpy as np


def times__file_order(packets, time_base):
    kept = [p for p in packets if p["size"]]
    first = min(p["pts"] for p in kept)
    return [(p["pts"] - first) * time_base[0] / time_base[1] for p in kept]


def times__file_order_2(packets, time_base):
    seconds = [p["pts"] * time_base[0] / time_base[1] for p in packets if p["pts"] is not None]
    return [s - seconds[0] for s in seconds]


def times__the_first_packet_for_the_first_frame(packets, time_base):
    first = packets[0]["pts"]
    return [(t - first) * time_base[0] / time_base[1] for t in sorted(p["pts"] for p in packets if p["size"])]


def times__tick_0_dropped(packets, time_base):
    ticks = sorted(p["pts"] for p in packets if p["pts"])
    return [(t - ticks[0]) * time_base[0] / time_base[1] for t in ticks]


def times__dts_for_pts(packets, time_base):
    ticks = [p["dts"] for p in packets if p["dts"] is not None]
    return [(t - ticks[0]) * time_base[0] / time_base[1] for t in ticks]


def times__time_base_upside_down(packets, time_base):
    den, num = time_base
    ticks = sorted(p["pts"] for p in packets if p["size"])
    return [(t - ticks[0]) * num / den for t in ticks]


def times__start_left_in(packets, time_base):
    return sorted(p["pts"] * time_base[0] / time_base[1] for p in packets if p["size"])


def times__ticks_for_seconds(packets, time_base):
    ticks = sorted(p["pts"] for p in packets if p["size"])
    return [float(t - ticks[0]) for t in ticks]


def times__whole_division(packets, time_base):
    ticks = sorted(p["pts"] for p in packets if p["size"])
    return [float((t - ticks[0]) * (time_base[0] // time_base[1])) for t in ticks]


def times__even_gaps(packets, time_base):
    ticks = sorted(p["pts"] for p in packets if p["size"])
    rate = (len(ticks) - 1) / ((ticks[-1] - ticks[0]) * time_base[0] / time_base[1])
    return [i / rate for i in range(len(ticks))]


def times__rounded(packets, time_base):
    ticks = sorted(p["pts"] for p in packets if p["size"])
    return [round((t - ticks[0]) * time_base[0] / time_base[1], 2) for t in ticks]


def times__rounded_2(packets, time_base):
    ticks = sorted(p["pts"] for p in packets if p["size"])
    return ((np.array(ticks) - ticks[0]) * time_base[0] / time_base[1]).astype(np.float32).tolist()


def times__the_empty_packet(packets, time_base):
    ticks = sorted(p["pts"] for p in packets)
    return [(t - ticks[0]) * time_base[0] / time_base[1] for t in ticks]


def uniform__one_past_the_end(total, n):
    return np.linspace(0, total, n).astype(int).tolist()


def uniform__both_ends(total, n):
    return np.linspace(0, total - 1, n).astype(int).tolist()


def uniform__both_ends_2(total, n):
    return [round(i * (total - 1) / max(1, n - 1)) for i in range(n)]


def uniform__starts_of_the_parts(total, n):
    return [int(i * total / n) for i in range(n)]


def uniform__a_fixed_step(total, n):
    step = max(1, total // n)
    return list(range(0, total, step))


def uniform__no_repeats(total, n):
    return sorted({int((i + 0.5) * total / n) for i in range(n)})


def uniform__rounded_up(total, n):
    return [min(total - 1, round((i + 0.5) * total / n)) for i in range(n)]


def by_time__index_for_time(seconds, wanted):
    fps = (len(seconds) - 1) / (seconds[-1] - seconds[0])
    return [min(int(t * fps), len(seconds) - 1) for t in wanted]


def by_time__index_for_time_2(seconds, wanted):
    fps = (len(seconds) - 1) / (seconds[-1] - seconds[0])
    return [min(round(t * fps), len(seconds) - 1) for t in wanted]


def by_time__the_nearest_frame(seconds, wanted):
    return [int(np.abs(np.array(seconds) - t).argmin()) for t in wanted]


def by_time__the_next_frame(seconds, wanted):
    return np.searchsorted(seconds, wanted, side="right").clip(0, len(seconds) - 1).tolist()


def by_time__missed_at_its_own_second(seconds, wanted):
    return [max(0, sum(s < t for s in seconds) - 1) for t in wanted]


def by_time__in_the_order_of_time(seconds, wanted):
    return [max(0, sum(s <= t for s in seconds) - 1) for t in sorted(wanted)]


def by_time__never_back(seconds, wanted):
    frames, i = [], 0
    for t in wanted:
        while i < len(seconds) - 1 and seconds[i + 1] <= t:
            i += 1
        frames.append(i)
    return frames


def by_time__before_the_first(seconds, wanted):
    return (np.searchsorted(seconds, wanted, side="right") - 1).tolist()


def seek__no_keyframe(keyframes, wanted):
    return [[frame, frame] for frame in sorted(set(wanted))]


def seek__from_the_beginning(keyframes, wanted):
    return [[0, max(wanted)]]


def _key(keyframes, frame):
    while not keyframes[frame]:
        frame -= 1
    return frame


def seek__a_run_for_each_frame(keyframes, wanted):
    return [[_key(keyframes, frame), frame] for frame in wanted]


def seek__a_run_for_each_frame_2(keyframes, wanted):
    return [[_key(keyframes, frame), frame] for frame in sorted(set(wanted))]


def seek__up_to_the_next_keyframe(keyframes, wanted):
    runs = []
    for key in sorted({_key(keyframes, frame) for frame in wanted}):
        end = key + 1
        while end < len(keyframes) and not keyframes[end]:
            end += 1
        runs.append([key, end - 1])
    return runs


def _runs(keyframes, wanted):
    runs = {}
    for frame in wanted:
        key = _key(keyframes, frame)
        runs[key] = max(runs.get(key, 0), frame)
    return runs


def seek__the_end_left_out(keyframes, wanted):
    return [[key, end + 1] for key, end in sorted(_runs(keyframes, wanted).items())]


def seek__in_the_order_asked(keyframes, wanted):
    return [[key, end] for key, end in _runs(keyframes, wanted).items()]


def seek__neighbours_joined(keyframes, wanted):
    runs = []
    for key, end in sorted(_runs(keyframes, wanted).items()):
        if runs and key == runs[-1][1] + 1:
            runs[-1][1] = end
        else:
            runs.append([key, end])
    return runs


def seek__ends_at_the_one_asked_last(keyframes, wanted):
    runs = {}
    for frame in wanted:
        runs[_key(keyframes, frame)] = frame
    return sorted([key, end] for key, end in runs.items())


def seek__one_run_over_all(keyframes, wanted):
    return [[_key(keyframes, min(wanted)), max(wanted)]]
