# %% [markdown]
# # 01 · Video as data: frames, timestamps, seeking
#
# A video file is a list of packets, each with a time. Everything a video model knows of time begins there.
# After this you can read any file's times, pick frames by the second, and tell when a loader picks the wrong ones.
#
# {measured} A CPU is enough.

# %%
from course_lib import video, viz
from IPython.core.pylabtools import print_figure
from IPython.display import Image, Markdown

# %% [markdown]
# ## 1. Four frames by hand
#
# A file is a **container** (mp4, mkv). It holds **streams**: video, sound. A stream is cut into **packets**: compressed
# bytes. A decoder turns packets into **frames**: pixels. Start with four frames, each of one grey: a pixel tells which.

# %%
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np

box = TemporaryDirectory()
folder = Path(box.name)
greys = [40, 100, 160, 220]
grey_frames = [np.full((16, 16, 3), grey, np.uint8) for grey in greys]  # four of [16, 16, 3]

# %% [markdown]
# `write` puts pictures into a file. Each frame gets a whole number, its **pts** (presentation time stamp), that counts
# ticks of the **time base**. The chapter makes all its files with it.


# %%
def write(name, pictures, seconds, rate, ticks=None, codec="libx264", gop=250, **options):
    """A picture for each of `seconds`. rate: what the header will claim; ticks: a second's, when not the rate."""
    base = Fraction(1, ticks or rate)
    with av.open(folder / name, "w") as out:
        stream = out.add_stream(codec, rate=rate, options=options)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt, stream.codec_context.gop_size = "yuv420p", gop
        stream.codec_context.time_base, stream.codec_context.thread_count = base, 1
        for picture, second in zip(pictures, seconds, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = round(second / base), base
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return folder / name


# %% [markdown]
# Four frames, half a second apart. Now read the packets back, in the order in which they lie in the file.
# **Predict:** what does the `pts` column hold, from top to bottom?

# %%
reorder = {"x264-params": "bframes=2:b-adapt=0:b-pyramid=none:scenecut=0"}
four = write("four.mp4", grey_frames, [0, 0.5, 1, 1.5], rate=2, **reorder)
with av.open(four) as file:
    packets = [p for p in file.demux(video=0) if p.size]  # the last one is empty: it marks the end
print("packet    pts     dts  time_base  seconds  keyframe")
for number, p in enumerate(packets):
    print(f"{number:6} {p.pts:6} {p.dts:7}  {p.time_base!s:>9}  {float(p.pts * p.time_base):7.2f}  {p.is_keyframe}")

# %% [markdown]
# You wrote ticks of half a second and the container chose its own: read the time base, never assume it.
# And the last frame lies second. The two between lean on *both sides*, so it must be decoded before them.
# **dts** is the decoder's order, **pts** the viewer's. The decoder hands frames out in the viewer's:

# %%
from av.video.frame import PictureType


def grey_of(picture):
    """Which of the four greys a picture has: its frame number."""
    return int(np.abs(picture[8, 8, 0].astype(int) - greys).argmin())


with av.open(four) as file:
    frames = list(file.decode(video=0))
print("   pts  seconds  frame  type")
for f in frames:
    number, kind = grey_of(f.to_ndarray(format="rgb24")), PictureType(f.pict_type).name
    print(f"{f.pts:6}  {float(f.pts * f.time_base):7.2f}  {number:5}  {kind}")

# %% [markdown]
# The library's call gives the same seconds and the same frames:

# %%
clip = video.sample(four, at=[0, 0.5, 1, 1.5])
print("seconds", clip.seconds.tolist(), " frames", [grey_of(frame) for frame in clip.frames])
print("pixels ", clip.frames.shape, clip.frames.dtype)  # [T, H, W, 3]

# %% [markdown]
# Where each packet goes. `I` stands alone (a keyframe), `P` leans on one side, `B` on both (Le Gall, 1991).

# %%
from matplotlib.figure import Figure

figure = Figure(figsize=(7, 2.8), layout="constrained")
axis = figure.add_subplot()
kinds = {f.pts: PictureType(f.pict_type).name for f in frames}
colours = {"I": "#D55E00", "P": "#0072B2", "B": "#009E73"}
for place, p in enumerate(packets):
    second, colour = float(p.pts * p.time_base), colours[kinds[p.pts]]
    axis.plot([place / 2, second], [1, 0], color=colour, lw=2, zorder=0)
    label = f"{kinds[p.pts]}\npts {p.pts}\ndts {p.dts}"
    axis.text(place / 2, 1, label, ha="center", va="center", color="w", bbox={"boxstyle": "round", "fc": colour})
    axis.plot(second, 0, "s", ms=32, mfc=str(greys[round(second * 2)] / 255), mec="k")
axis.set(xlim=(-0.3, 1.8), ylim=(-0.4, 1.4), xticks=[0, 0.5, 1, 1.5], yticks=[0, 1], xlabel="seconds (of the frames)")
axis.set_yticklabels(["frames,\nas shown", "packets,\nas in the file"])
axis.spines[["top", "right", "left"]].set_visible(False)
alt = "Four packets in file order, I P B B, and lines to the frames, which are shown in the order I B B P."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# ## 2. The shipped clip, the same way
#
# Thirty seconds, drawn: what the header says, and the first packets.
# **Predict:** by how many ticks do two frames differ that are shown one after the other?

# %%
from types import SimpleNamespace

import course_lib


def header(path):
    """What the header says of the video, before anything is decoded. duration: in ticks of time_base."""
    with av.open(path) as file:
        s = file.streams.video[0]
        return SimpleNamespace(time_base=s.time_base, duration=s.duration, frames=s.frames, rate=s.average_rate)


def packets_of(path):
    """The packets of the video, in file order. Nothing is decoded."""
    with av.open(path) as file:
        return [p for p in file.demux(video=0) if p.size]


# %%
film = Path(course_lib.__file__).parent / "clips" / "demo.mp4"
head, packets = header(film), packets_of(film)
print(f"time_base {head.time_base}, duration {head.duration}, frames {head.frames}, rate {head.rate}")
print("   pts    dts  seconds  bytes  keyframe")
for p in packets[:7]:
    print(f"{p.pts:6} {p.dts:6}  {float(p.pts * p.time_base):7.2f}  {p.size:5}  {p.is_keyframe}")

# %%
keys = [p for p in packets if p.is_keyframe]
share = sum(p.size for p in keys) / sum(p.size for p in packets)
Markdown(
    f"Two frames in a row are **{sorted(p.pts for p in packets)[1]} ticks** apart: {head.time_base.denominator:,} "
    f"ticks a second over {float(head.rate)} frames a second. `dts` starts at {packets[0].dts}, so that each frame is "
    f"decoded before it is due. {len(keys)} of {len(packets)} packets are keyframes, with {share:.0%} of the bytes."
)

# %% [markdown]
# A packet's size shows how much is new in its frame. A keyframe is a whole picture; the others say what changed.

# %%
figure = Figure(figsize=(7, 2.6), layout="constrained")
axis = figure.add_subplot()
rest = [p for p in packets if not p.is_keyframe]
for some, colour, name in [(rest, "#0072B2", "leans on other frames"), (keys, "#D55E00", "keyframe")]:
    seconds, sizes = [float(p.pts * p.time_base) for p in some], [p.size for p in some]
    axis.vlines(seconds, 0, sizes, colour, lw=1.2 if some is rest else 3, label=name)
axis.set(xlabel="seconds", ylabel="bytes of the packet", xlim=(-0.5, 30.5), ylim=(0, None))
figure.legend(loc="outside upper right", ncols=2, frameon=False)
alt = f"Bytes of each packet over the seconds of the clip; the {len(keys)} keyframes stand far above the others."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# ## 3. `duration` is not a frame count
#
# A second clip, 30 seconds at 30 frames a second. Each picture carries its frame number: in figures for you, and as ten
# black or white blocks for a program. The hand goes round once in 30 seconds.

# %%
from PIL import Image as Picture
from PIL import ImageDraw


def draw(number, second, lit=False):
    """Frame `number`: its number in figures and in blocks, a hand for the second, another colour when `lit`."""
    picture = Picture.new("RGB", (160, 112), "#E69F00" if lit else "#BBDDEE")
    pen = ImageDraw.Draw(picture)
    angle = 2 * np.pi * second / 30
    pen.ellipse((74, 14, 150, 90), outline="black", width=3)
    pen.line((112, 52, 112 + 32 * np.sin(angle), 52 - 32 * np.cos(angle)), fill="black", width=5)
    pen.text((6, 30), str(number), fill="black", font_size=34)
    for bit in range(10):
        pen.rectangle((16 * bit, 96, 16 * bit + 15, 111), fill="white" if number >> bit & 1 else "black")
    return np.asarray(picture)  # [112, 160, 3]


# %%
def number_of(frame):
    """The number back from the blocks of a frame of any size, [h, w, 3] -> int."""
    h, w = frame.shape[:2]
    return sum(1 << bit for bit in range(10) if frame[h - h // 14, (2 * bit + 1) * w // 20].mean() > 127)


even_seconds = np.arange(900) / 30
even_pictures = [draw(i, s) for i, s in enumerate(even_seconds)]
even = write("even.mp4", even_pictures, even_seconds, rate=30, sc_threshold="0")
shown = video.sample(even, 8)
alt = f"Eight frames of the clip; they carry the numbers {', '.join(str(number_of(f)) for f in shown.frames)}."
Image(print_figure(viz.frame_strip(shown), dpi=110), alt=alt)

# %% [markdown]
# Here is a loader as it is often written. It wants 16 frames, evenly spaced, and takes `stream.duration` for the total.
# **Predict:** how many frames does it return?


# %%
def sketch(path, total):
    """The usual sketch: the wanted indices by linspace, and then `if i in indices`."""
    with av.open(path) as container:
        indices = np.linspace(0, total - 1, 16)
        return [f for i, f in enumerate(container.decode(video=0)) if i in indices]


by_duration = sketch(even, header(even).duration)
print(f"kept {len(by_duration)} of 16 frames, at {[f.time for f in by_duration]} s")
print("wanted:", np.linspace(0, header(even).duration - 1, 16).round().astype(int).tolist())

# %%
head = header(even)
each = head.duration // head.frames
Markdown(
    f"`duration` is **{head.duration:,}** for **{head.frames}** frames. It counts ticks of {head.time_base} s, "
    f"{each} a frame. {len(by_duration)} of the 16 wanted indices exists. No error, no warning: the model gets "
    f"{len(by_duration)} still picture and answers questions about the clip."
)

# %% [markdown]
# So take `stream.frames`, which is right here.
# **Predict:** with the right total, how many of the 16 does the sketch keep?

# %%
by_frames = sketch(even, header(even).frames)
print(f"kept {len(by_frames)} of 16 frames: numbers {[number_of(f.to_ndarray(format='rgb24')) for f in by_frames]}")
print("wanted:", np.linspace(0, header(even).frames - 1, 16).round(2).tolist())

# %% [markdown]
# `linspace` gives fractions, and no whole `i` equals 59.93. What does not match is dropped without a word.
# Whole numbers repair it:


# %%
def whole(path, total):
    """The sketch, its indices made whole."""
    with av.open(path) as container:
        indices = np.linspace(0, total - 1, 16).astype(int)
        return [f for i, f in enumerate(container.decode(video=0)) if i in indices]


# %%
ways = {"duration": by_duration, "frames": by_frames, "frames, whole": whole(even, header(even).frames)}
figure = Figure(figsize=(7, 2.2), layout="constrained")
axis = figure.add_subplot()
axis.vlines(np.linspace(0, 899, 16) / 30, -2.4, 0.4, "#BBBBBB", lw=1, zorder=0)
for row, some in enumerate(ways.values()):
    colour = ["#D55E00", "#E69F00", "#0072B2"][row]
    axis.plot([f.time for f in some], [-row] * len(some), "o", color=colour, clip_on=False)
    axis.text(31, -row, f"{len(some)} of 16", va="center")
axis.set(xlim=(0, 30), ylim=(-2.5, 0.5), yticks=[0, -1, -2], yticklabels=list(ways), xlabel="seconds; grey: wanted")
axis.set_title("what is kept, by where the total comes from", fontsize=10)
axis.spines[["top", "right", "left"]].set_visible(False)
alt = "Frames kept over 30 s: " + ", ".join(f"total from {name}: {len(some)} of 16" for name, some in ways.items())
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# The same 900 pictures in other containers, and `whole` on each: once with `duration`, once with `frames`.
# **Predict:** which of the four files break it?

# %%
write("even.mkv", even_pictures, even_seconds, rate=30)
write("even.webm", even_pictures, even_seconds, rate=30, codec="libvpx", deadline="realtime", **{"cpu-used": "8"})
write("even.avi", even_pictures, even_seconds, rate=30, codec="mpeg4")
print("file       time_base  duration  frames  packets  kept by duration  kept by frames")
for path in (folder / f"even.{kind}" for kind in ("mp4", "mkv", "webm", "avi")):
    head, count = header(path), len(packets_of(path))
    kept = [len(whole(path, total)) if total is not None else "TypeError" for total in (head.duration, head.frames)]
    said = f"{head.time_base!s:>9}  {head.duration!s:>8}  {head.frames:6}"
    print(f"{path.name:9}  {said}  {count:7}  {kept[0]!s:>16}  {kept[1]:14}")

# %% [markdown]
# mkv and webm have no frame count: PyAV says 0, and the repaired loader keeps one frame again. In avi a tick *is* a
# frame, so `duration` is right by luck. Counting packets works in all four. But is a count what you want?

# %% [markdown]
# ## 4. A rate in the header, and what it is worth
#
# Screen recorders, phones and meetings save a frame when something moves. Here: 10 frames a second at rest, 70 between
# seconds 1 and 3. The header claims 10. At second 2.5 a lamp goes on.
# **Predict:** at which second does `index / rate` put the lamp?

# %%
uneven_seconds = np.concatenate([np.arange(10) / 10, 1 + np.arange(140) / 70, 3 + np.arange(20) / 10])
uneven_pictures = [draw(i, s, lit=s >= 2.5) for i, s in enumerate(uneven_seconds)]
uneven = write("uneven.mkv", uneven_pictures, uneven_seconds, rate=10, ticks=1000)
head, count = header(uneven), len(packets_of(uneven))
print(f"header: rate {head.rate}, frames {head.frames}, duration {head.duration}")
print(f"{count} packets / {head.rate} a second = {float(count / head.rate)} s claimed")
print(f"last pts + its frame = {video.probe(uneven).duration:.1f} s")

# %%
with av.open(uneven) as file:
    frames = list(file.decode(video=0))
pts = np.array([float(f.pts * f.time_base) for f in frames])
by_rate = np.arange(count) / float(head.rate)
lamp = next(i for i, f in enumerate(frames) if f.to_ndarray(format="rgb24")[4, 4, 2] < 120)  # orange has little blue
print(f"the lamp goes on in frame {lamp}: index / rate says {by_rate[lamp]:.1f} s, pts says {pts[lamp]:.1f} s")

# %% [markdown]
# The same pictures in mp4. It stores no rate, so the reader divides: frames by seconds.
# **Predict:** claimed and real length agree now. Is `index / rate` right then?

# %%
averaged = write("uneven.mp4", uneven_pictures, uneven_seconds, rate=10, ticks=1000)
mean = header(averaged).rate
by_mean = np.arange(count) / float(mean)
length = video.probe(averaged).duration
print(f"header: rate {mean}, {count} frames / {mean} = {float(count / mean):.1f} s, lasts {length:.1f} s")
print(f"the lamp: index / rate says {by_mean[lamp]:.2f} s, pts says {pts[lamp]:.2f} s")
late, early = (by_mean - pts).max(), (pts - by_mean).max()
print(f"worst in the file: {late:.2f} s too late, {early:.2f} s too early")

# %% [markdown]
# An average is made to be right at the end; in between it is right only where it happens to cross the truth.

# %%
figure = Figure(figsize=(7, 3.4), layout="constrained")
axis = figure.add_subplot()
lines = {
    "index / rate of the mkv": (by_rate, "#D55E00", "-", -10),
    "index / rate of the mp4": (by_mean, "#E69F00", "--", 8),
    "pts, both files": (pts, "#0072B2", "-", -12),
}
for name, (told, colour, style, up) in lines.items():
    axis.plot(pts, told, style, color=colour, lw=2, label=name)
    axis.plot(pts[lamp], told[lamp], "ko", ms=5)
    axis.annotate(f"{told[lamp]:.1f}", (pts[lamp], told[lamp]), (6, up), textcoords="offset points")
axis.axvline(pts[lamp], color="#BBBBBB", lw=1, zorder=0)
axis.set(xlabel="true second (grey: the lamp goes on)", ylabel="told second", xlim=(0, 5), ylim=(0, 17.5))
figure.legend(loc="outside upper center", ncols=3, frameon=False)
alt = f"Told over true seconds. The lamp, true {pts[lamp]:.1f}: told {by_rate[lamp]:.1f} and {by_mean[lamp]:.1f} s."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# ## 5. Sixteen frames by index and by time
#
# Now with a story. Take the shipped clip, whose events are known. Keep all frames of its first eight seconds, and about
# one a second after that, as a recorder does that saves power.

# %%
from course_lib.timeline import Timeline

truth = Timeline.load(film.with_name("demo.timeline.json"))
full = video.sample(film, fps=12.5, size=192)
keep = [i for i, s in enumerate(full.seconds) if s < 8 or i % 12 == 0]
pictures, seconds = full.frames[keep], full.seconds[keep]
gappy = write("gappy.mkv", pictures, seconds, rate=12, ticks=1000)
length = video.probe(gappy).duration
print(f"{len(keep)} frames in {length:.1f} s, {sum(seconds < 8)} of them before second 8")

# %% [markdown]
# Sixteen of them, evenly spaced by index, and sixteen evenly spaced by time.
# **Predict:** which of the six events gets no frame at all?

# %%
with av.open(gappy) as file:
    frames = list(file.decode(video=0))
chosen = [frames[i] for i in np.linspace(0, len(frames) - 1, 16).round().astype(int)]
index_pictures = [f.to_ndarray(format="rgb24") for f in chosen]
index_seconds = np.array([float(f.pts * f.time_base) for f in chosen])
timed = video.sample(gappy, 16)
print("by index  by time  frames that show")
for e in truth:
    n, m = (sum(e.start <= s < e.end for s in some) for some in (index_seconds, timed.seconds))
    print(f"{n:8}  {m:7}  {e.start:4.1f} to {e.end:4.1f} s  {e.text}")

# %%
import textwrap

figure = Figure(figsize=(7, 6.4), layout="constrained")
upper, lower = figure.subfigures(2, height_ratios=[4.4, 2])
picked = [("by index", index_pictures, index_seconds, "#D55E00"), ("by time", timed.frames, timed.seconds, "#0072B2")]
axis = lower.add_subplot()
for row, (side, (name, some, at, colour)) in enumerate(zip(upper.subfigures(1, 2, wspace=0.08), picked)):
    side.suptitle(name, color=colour, weight="bold")
    for small, picture, second in zip(side.subplots(4, 4).flat, some, at):
        small.imshow(picture)
        small.set_title(f"{second:.1f} s", fontsize=8, pad=2)
        small.axis("off")
    axis.plot(at, [-row] * 16, "|", ms=14, mew=2, color=colour)

# %%
for e in truth:
    name = textwrap.fill(e.text.removeprefix("the "), 15)
    axis.barh(-2.2, e.end - e.start, 0.9, e.start, color="#DDDDDD")
    axis.text((e.start + e.end) / 2, -2.2, name, ha="center", va="center", fontsize=7)
axis.set(xlim=(0, 30), ylim=(-2.9, 0.6), yticks=[0, -1, -2.2], yticklabels=["by index", "by time", "true"])
axis.set_xlabel("seconds")
axis.spines[["top", "right", "left"]].set_visible(False)
missed = [e.text for e in truth if not any(e.start <= s < e.end for s in index_seconds)]
alt = f"Two grids of 16 frames over the true timeline. By index most are early; not seen: {', '.join(missed)}."
Image(print_figure(figure, dpi=110), alt=alt)

# %%
rate = float(header(gappy).rate)
labels = np.linspace(0, len(frames) - 1, 16).round() / rate
worst = np.abs(labels - index_seconds).max()
gaps = np.diff(index_seconds).max(), np.diff(timed.seconds).max()
Markdown(
    f"By index, {sum(index_seconds < 8)} of 16 frames are of the first 8 seconds; the longest gap is {gaps[0]:.1f} s. "
    f"By time, {sum(timed.seconds < 8)}; {gaps[1]:.1f} s. Labelled by `index / rate` ({rate:g} a second in this "
    f"header), the left frames would be off by up to **{worst:.1f} s**: wrong frames, and wrong seconds on them."
)

# %% [markdown]
# ## 6. Keyframes, and what a seek costs
#
# Decoding can start at a keyframe only. The 900 frames again, once with a keyframe each 250 frames (x264's habit), once
# each 30. **Predict:** you seek to second 29.5. On which second do you land in each file?

# %%
often = write("often.mp4", even_pictures, even_seconds, rate=30, gop=30, sc_threshold="0")


def land(path, offset, in_ticks=True):
    """The second of the first frame after a seek to `offset`."""
    with av.open(path) as file:
        file.seek(offset, stream=file.streams.video[0] if in_ticks else None)
        return next(file.decode(video=0)).time


for path, every in ((even, 250), (often, 30)):
    keys = [float(p.pts * p.time_base) for p in packets_of(path) if p.is_keyframe]
    tick = round(29.5 / header(path).time_base)
    print(f"a keyframe each {every:3}: {len(keys):2} of them, at {', '.join(f'{k:.2f}' for k in keys[:4])} s …")
    print(f"   seek to 29.50 s lands on {land(path, tick):.2f} s")

# %% [markdown]
# A seek goes to the keyframe *at or before*. What you asked for comes only after decoding up to it. And mind the unit:
# without `stream=` the offset counts microseconds. **Predict:** where do these three land, all meant for second 29.5?

# %%
tick = round(29.5 / header(often).time_base)
offsets = {f"{tick}, stream=…": (tick, True), f"{tick}": (tick, False), "29500000": (29_500_000, False)}
for call, (offset, in_ticks) in offsets.items():
    unit = "ticks" if in_ticks else "microseconds"
    print(f"seek({call})".ljust(22), f"lands on {land(often, offset, in_ticks):5.2f} s: read as {unit}")

# %% [markdown]
# **Predict:** how many frames must be decoded to see the one at second 29.5, in either file and from the start?


# %%
def decode_to(path, second, seek=True):
    """Decode until the frame that is due at `second`: (how many frames that took, the frame)."""
    with av.open(path) as file:
        stream = file.streams.video[0]
        tick = round(second / stream.time_base)
        if seek:
            file.seek(tick, stream=stream)
        for count, frame in enumerate(file.decode(stream), 1):
            if frame.pts >= tick:
                return count, frame


# %%
tries = {
    "from the start": (even, False),
    "seek, keyframe each 250": (even, True),
    "seek, keyframe each 30": (often, True),
}
decoded = {name: decode_to(path, 29.5, seek) for name, (path, seek) in tries.items()}
for name, (count, frame) in decoded.items():
    print(f"{name:24} {count:4} frames decoded, arrived at number {number_of(frame.to_ndarray(format='rgb24'))}")

# %%
figure = Figure(figsize=(7, 2.2), layout="constrained")
axis = figure.add_subplot()
for row, (name, (path, seek)) in enumerate(tries.items()):
    keys = [float(p.pts * p.time_base) for p in packets_of(path) if p.is_keyframe]
    count = decoded[name][0]
    axis.barh(-row, count / 30, 0.5, 29.5 - (count - 1) / 30, color=["#D55E00", "#E69F00", "#0072B2"][row])
    axis.plot(keys, [-row] * len(keys), "|", color="k", ms=16, mew=1.5)
    axis.text(31, -row, f"{count} decoded", va="center")
axis.set(xlim=(-0.3, 30), ylim=(-2.5, 0.5), yticks=[0, -1, -2], yticklabels=list(tries))
axis.set_xlabel("seconds (black: keyframes)")
axis.spines[["top", "right", "left"]].set_visible(False)
alt = "What is decoded for second 29.5: " + ", ".join(f"{name}: {count} frames" for name, (count, _) in decoded.items())
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# Now the clock: processor time, the cheapest of five calls, opening the file included. Only ratios; yours will differ.
# **Predict:** is the time in proportion to the frames decoded?

# %% tags=["nbval-ignore-output"]
from time import process_time


def fastest(call, times=5):
    """The cheapest of `times` calls, in seconds of the processor."""
    took = []
    for _ in range(times):
        began = process_time()
        call()
        took.append(process_time() - began)
    return min(took)


base = fastest(lambda: decode_to(often, 29.5))
for name, (path, seek) in tries.items():
    frames_ratio = decoded[name][0] / decoded["seek, keyframe each 30"][0]
    time_ratio = fastest(lambda: decode_to(path, 29.5, seek)) / base
    print(f"{name:24} {frames_ratio:5.1f} x the frames {time_ratio:5.1f} x the time")

# %% [markdown]
# Less than in proportion: each way also opens the file and sets a decoder up. In the same unit: opening alone; the
# library's call, which first reads the packets at both ends; and all packets read without decoding, to count them.

# %% tags=["nbval-ignore-output"]
calls = {
    "file opened, nothing read": lambda: header(often),
    "video.sample, keyframe each 250": lambda: video.sample(even, at=[29.5]),
    "video.sample, keyframe each 30": lambda: video.sample(often, at=[29.5]),
    "all packets read, none decoded": lambda: packets_of(even),
}
for name, call in calls.items():
    print(f"{name:32} {fastest(call) / base:5.1f} x the time")

# %%
bytes_of = {path: path.stat().st_size for path in (even, often)}
Markdown(
    f"Keyframes cost bytes: with one each 30 frames this file is **{bytes_of[often] / bytes_of[even]:.1f} times** as "
    "large. What is read at random, as in training, wants them near; an archive wants them far."
)

# %% [markdown]
# ## 7. What `sample` promises
#
# `video.sample(path, num_frames | fps | at, size)` promises as many frames as asked, each the one *shown* at its
# second, and `clip.seconds` from pts, counted from the first shown frame, never index / rate. Check it on these files.
# **Predict:** for which of them would `index / rate` have been right?


# %%
def check(path):
    """16 sampled frames, the indices due by the packets' pts, the errors in seconds of the clip and of index / rate."""
    shown = np.sort([float(p.pts * p.time_base) for p in packets_of(path)])
    shown -= shown[0]
    clip = video.sample(path, 16, size=96)
    asked = (np.arange(16) + 0.5) * clip.duration / 16  # the middles of 16 equal parts
    due = np.searchsorted(shown, asked + 1e-6, side="right") - 1  # the last frame at or before each
    by_rate = np.arange(len(shown)) / float(header(path).rate)
    return clip, due, np.abs(clip.seconds - shown[due]).max(), np.abs(by_rate - shown).max()


# %%
drawn = sorted(p for p in folder.iterdir() if p.stem in ("even", "often", "uneven"))
print("file         frames  off by pts  off by index / rate  right pictures  shape")
for path in (four, film, gappy, *drawn):
    clip, due, error, rate_error = check(path)
    right = sum(number_of(f) == i for f, i in zip(clip.frames, due)) if path in drawn else "-"
    print(f"{path.name:11}  {len(clip):6}  {error:8.3f} s  {rate_error:17.3f} s  {right:>14}  {clip.frames.shape}")

# %% [markdown]
# By pts none is off, and each drawn picture is the one that was due. `index / rate` holds where the rate is constant,
# which no header tells. `size=96` is the longer side. four.mp4 gave its frames more than once, so that 16 are 16.

# %% [markdown]
# Phones store pictures on their side, some cameras pixels that are not square; `probe` reads both from the file, and a
# bare decoder does not care. **Predict:** which shape does the decoder give, and which should you see?

# %%
upright = draw(417, 13.9)  # [112, 160, 3]
lying = np.rot90(upright)[:, ::2]  # [160, 56, 3]: turned, and squeezed to half its width
stored = write("stored.mp4", [np.ascontiguousarray(lying)] * 4, [0, 1, 2, 3], rate=1)
with av.open(stored) as source, av.open(folder / "phone.mp4", "w") as out:
    stream = out.add_stream_from_template(source.streams.video[0])  # the same packets, another header
    stream.set_display_rotation(-90)
    stream.sample_aspect_ratio = Fraction(2)
    for p in source.demux(video=0):
        if p.size:
            p.stream = stream
            out.mux(p)
info = video.probe(folder / "phone.mp4")
print(f"stored {info.coded_width} x {info.coded_height}, a pixel is {info.sample_aspect:g} times as wide as high,")
print(f"to be turned by {info.rotation} degrees: shown {info.width} x {info.height}")

# %%
with av.open(folder / "phone.mp4") as file:
    bare = next(file.decode(video=0)).to_ndarray(format="rgb24")
shown = video.sample(folder / "phone.mp4", 1).frames[0]
figure = Figure(figsize=(5, 2.6), layout="constrained")
for axis, picture, name in zip(figure.subplots(1, 2), (bare, shown), ("a bare decoder", "video.sample")):
    axis.imshow(picture)
    axis.set_title(f"{name}\n{picture.shape[1]} x {picture.shape[0]}, reads {number_of(picture)}", fontsize=10)
    axis.axis("off")
alt = "The stored picture lies on its side and is squeezed; the sampled one is upright with a round clock."
Image(print_figure(figure, dpi=110), alt=alt)

# %% [markdown]
# And where a promise cannot be kept, it says so, with what to do:

# %%
from contextlib import chdir

from course_lib.errors import VideoError

(folder / "notes.mp4").write_text("not a video")
with chdir(folder):
    for name, request in [("uneven.mkv", {"at": [11.5]}), ("notes.mp4", {}), ("four.mp4", {"num_frames": 4, "fps": 1})]:
        try:
            video.sample(name, **request)
        except VideoError as problem:
            print(problem)

# %% [markdown] tags=["quiz"]
# ## Five questions for you
#
# <details><summary>1. A file says time_base 1/90000. A frame has pts 225000. When is it shown?</summary>225000 / 90000 = 2.5 seconds, if the first frame has pts 0. Otherwise take the first frame's time off.</details>
# <details><summary>2. Can dts be above pts for a packet?</summary>No. A frame must be decoded before it is shown. Where frames are reordered, dts starts below pts, even below zero.</details>
# <details><summary>3. Your loader takes stream.frames and makes whole indices. It works on mp4, and a colleague's mkv gives one frame. Why?</summary>mkv writes no frame count, so <code>stream.frames</code> is 0, and only index 0 is ever found. No error is raised.</details>
# <details><summary>4. Frame count over average rate gives just the right length. May you use index / rate for the seconds?</summary>No. In section 4 the length was right, and the lamp was not: an average says nothing about the middle.</details>
# <details><summary>5. You need one frame from each of 1000 clips, at random seconds. What decides how long that takes?</summary>How far back the keyframe before it lies: from there to your frame all is decoded but what no other frame leans on.</details>

# %% [markdown]
# - **You built** a reader that knows when each frame is shown, and a check that catches a loader with the wrong frames.
# - **It cannot yet** say *which* frames a model needs, or how many tokens they become. That is the next chapter.
# - **Exercise:** [Frames](../exercises/1_frames.ipynb): times, even looks, the frame at a second, decoding no more than needed.
