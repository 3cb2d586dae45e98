# %% [markdown]
# # Exercise 1 · Frames
#
# {facts} It goes with chapter {chapter}.
#
# Four small functions, and you can read any file's times, choose frames by the second, and fetch them without decoding
# the whole file. Write each where it says `YOUR CODE HERE` and run its cell: the check says what is wrong, and why.
# `hint("1.times")` helps in three steps. A part that you skip blocks nothing.

# %%
from course_lib.learn import check, hint, points, progress, solution

# %% [markdown]
# ## 1.times: presentation times
#
# A demuxer gives packets in the order of the file, each a dict with `pts`, `dts` (whole ticks, or None) and `size` in
# bytes. `time_base` is `[num, den]`: a tick lasts num / den seconds. When is each frame shown?
#
# - In the order in which the viewer sees them.
# - In seconds from the first frame that is shown. Many files' clocks do not start at 0.
# - The last packet may be empty (`size` 0, no `pts`): it only marks the end.

# %% part="1.times"
def presentation_times(packets, time_base):
    """When each frame is shown: list of float, seconds from the first frame, ascending.

    >>> presentation_times([{"pts": 90, "dts": 60, "size": 9}, {"pts": 150, "dts": 90, "size": 9},
    ...                     {"pts": 120, "dts": 120, "size": 9}, {"pts": None, "dts": None, "size": 0}], [1, 60])
    [0.0, 0.5, 1.0]
    """
    ### BEGIN SOLUTION
    num, den = time_base
    ticks = sorted(packet["pts"] for packet in packets if packet["size"])
    return [(tick - ticks[0]) * num / den for tick in ticks]
    ### END SOLUTION


check("1.times", presentation_times)

# %% [markdown]
# ## 1.uniform: evenly spaced looks
#
# A clip has `total` frames, numbered from 0, and you may look at `n`. Cut the clip into n equal parts and take the frame
# in the *middle* of each: frame number (i + 0.5) * total / n, cut off to a whole number. With more looks than frames,
# frames come twice.

# %% part="1.uniform"
def uniform_indices(total, n):
    """n frame numbers, each in the middle of one of n equal parts: list of int.

    >>> uniform_indices(10, 4)  # middles at 1.25, 3.75, 6.25, 8.75
    [1, 3, 6, 8]
    """
    ### BEGIN SOLUTION
    return [int((i + 0.5) * total / n) for i in range(n)]
    ### END SOLUTION


check("1.uniform", uniform_indices)

# %% [markdown]
# ## 1.by_time: the frame that is shown at a second
#
# A phone films 20 frames a second by day and 4 in the dark, all in one file. So the frame at a second cannot be computed
# from a rate; it has to be looked up. Shown at a second is the last frame that has come by then. Before the first frame,
# take the first. The seconds may be asked in any order.

# %% part="1.by_time"
def frames_at(seconds, wanted):
    """For each second of `wanted`, the index of the frame that is shown then: list of int.

    seconds: when each frame is shown, ascending (what `presentation_times` gives).

    >>> frames_at([0.0, 0.5, 1.0, 3.0], [0.75, 2.9, 3.0])
    [1, 2, 3]
    """
    ### BEGIN SOLUTION
    from bisect import bisect_right

    return [max(0, bisect_right(seconds, t) - 1) for t in wanted]
    ### END SOLUTION


check("1.by_time", frames_at)

# %% [markdown]
# ## 1.seek: decode no more than needed
#
# Only a keyframe can be decoded alone; every other frame needs all frames from the keyframe before it. Which runs of
# frames have to be decoded to get the wanted ones?
#
# - A run `[first, last]`, both included, begins at a keyframe and ends at a wanted frame.
# - Wanted frames behind the same keyframe share a run; those behind another keyframe have their own, even where the two
#   touch. No frame is decoded twice.
# - Runs in the order of the file. The frames may be asked in any order, and more than once.

# %% part="1.seek"
def decode_runs(keyframes, wanted):
    """The runs to decode: list of [first, last].

    keyframes: for each frame in the order shown, True if it is a keyframe; the first one is. wanted: frame numbers.

    >>> decode_runs([True, False, False, True, False, False], [5, 1, 4])
    [[0, 1], [3, 5]]
    """
    ### BEGIN SOLUTION
    runs = {}
    for frame in sorted(wanted):
        key = max(i for i in range(frame + 1) if keyframes[i])
        runs[key] = frame  # a later frame behind the same keyframe makes its run longer
    return [[first, last] for first, last in runs.items()]
    ### END SOLUTION


check("1.seek", decode_runs)

# %% [markdown]
# ## All four on a real file
#
# Sixteen looks at the shipped clip, by your functions alone. With parts missing, this cell stops at the first of them.

# %%
from pathlib import Path

import av
import course_lib

with av.open(str(Path(course_lib.__file__).parent / "clips" / "demo.mp4")) as file:
    time_base = file.streams.video[0].time_base
    packets = [{"pts": p.pts, "dts": p.dts, "size": p.size, "key": p.is_keyframe} for p in file.demux(video=0)]
try:
    seconds = presentation_times(packets, [time_base.numerator, time_base.denominator])
    wanted = [seconds[-1] * (i + 0.5) / 16 for i in range(16)]
    frames = frames_at(seconds, wanted)
    shown = sorted((p for p in packets if p["size"]), key=lambda p: p["pts"])
    runs = decode_runs([p["key"] for p in shown], frames)
    print(f"{len(seconds)} frames; looks at frames {frames}")
    print(f"{sum(last - first + 1 for first, last in runs)} frames to decode, in {len(runs)} runs")
except NotImplementedError:
    print("There is a part to be written yet.")
