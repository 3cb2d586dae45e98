"""A small model and work that other processes can import (their PYTHONPATH has this folder)."""

import os
import signal
import time
from pathlib import Path

from course_lib.errors import TimelineError
from course_lib.temporal.asker import PlainAsker


class Guesser:
    """Answers by the length of the question; four frames. WAIT: seconds a call."""

    name, size = "guesser", 16

    def moments(self, duration, num_frames=None, fps=None):
        n = num_frames or 4
        return [duration * (i + 0.5) / n for i in range(n)]

    def num_tokens(self, clip, question):
        return 2 * len(clip.seconds) + len(question.split())

    def answers(self, clip, questions, max_new_tokens=96):
        time.sleep(float(os.environ.get("WAIT", "0")))
        return [self.answer(clip, q) for q in questions]

    def answer(self, clip, question, max_new_tokens=96):
        return ("that cannot be seen in the video", "nothing happens", "before", "5")[len(question) % 4]


def load(name):
    if "LOADS" in os.environ:
        with Path(os.environ["LOADS"]).open("a") as file:
            file.write(f"{os.getpid()}\n")
    return Guesser()


def make(model, spec):
    """Any mitigation: the first answer of two."""
    return PlainAsker(model)


def square(x):
    return x * x


def killed_once(item):
    """Work during which the process dies, the first time that it comes to item 3. item: (number, a path)."""
    number, marker = item
    if number == 3 and not Path(marker).exists():
        Path(marker).write_text("was here")
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def always_killed(item):
    os.kill(os.getpid(), signal.SIGKILL)


def refused(item):
    raise TimelineError(f"Item {item} is of no use.", "Give another.")


def times_out(item):
    raise TimeoutError(f"item {item} took too long")
