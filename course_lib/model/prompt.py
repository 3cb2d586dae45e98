"""The prompt: where the video stands in the text, and how the text says when.

A prompt is written with one `<|video|>` for each clip; `place_video` opens it into one placeholder for each video
token, with the moment's time beside it. Four time signals, so that the effect of each can be measured:

- `none`: placeholders alone; order is told by position only.
- `frame order`: the moment's number before its tokens.
- `timestamp text`: its second before its tokens, "5 <tokens>". No number beside it: two numbers a moment are two
  keys that look alike, and a look-up that takes one for the other.
- `timestamp vector`: placeholders alone; the word vector of the second is added to each of its video tokens
  (`VideoLLaMA.tell_time`), so that "second 5" matches them directly, without a hop over the text between.

With the last two the clip's length stands before its moments ("the video lasts 30 seconds"), as in LLaVA-Video's time
instruction: a second past the end can only be refused by a model that knows where the end is.
"""

from __future__ import annotations

from collections.abc import Sequence

from course_lib.errors import SpliceError

VIDEO = "<|video|>"
USER = "<|user|>"
ASSISTANT = "<|assistant|>"
END = "<|end|>"
TIME_SIGNALS = ("none", "frame order", "timestamp text", "timestamp vector")


def place_video(seconds: Sequence[float], tokens: int, time_signal: str, duration: float | None = None) -> str:
    """The text that stands for one clip: seconds [T] of its moments, `tokens` placeholders each; duration: of the clip,
    in seconds, told where the time signal tells seconds (None: not told)."""
    if time_signal not in TIME_SIGNALS:
        raise ValueError(f"time signal {time_signal!r} is none of {', '.join(TIME_SIGNALS)}")
    placeholders = VIDEO * tokens
    if time_signal == "none":
        return placeholders * len(seconds)
    if time_signal == "frame order":
        return "".join(f" {i} {placeholders}" for i in range(1, len(seconds) + 1))
    length = f"the video lasts {round(duration)} seconds " if duration is not None else ""
    if time_signal == "timestamp vector":
        return length + placeholders * len(seconds)
    return length + "".join(f" {round(s)} {placeholders}" for s in seconds)


def expand(prompt: str, clips: Sequence[Sequence[float]], tokens: int, time_signal: str) -> str:
    """Open each `<|video|>` of the prompt, in order, for the clip whose moments' seconds are given."""
    parts = prompt.split(VIDEO)
    if len(parts) - 1 != len(clips):
        raise SpliceError(
            f"The prompt has {len(parts) - 1} {VIDEO} and there are {len(clips)} clips.",
            f"Write one {VIDEO} for each clip.",
        )
    opened = [place_video(seconds, tokens, time_signal) for seconds in clips]
    return parts[0] + "".join(video + text for video, text in zip(opened, parts[1:], strict=True))


def turn(question: str, answer: str | None = None) -> str:
    """One turn of the dialogue; without an answer it ends where the model is to speak."""
    asked = f"{USER} {question} {ASSISTANT}"
    return asked if answer is None else f"{asked} {answer} {END}"
