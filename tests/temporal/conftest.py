"""Small models of known character: real objects with the interface of the zoo, whose answers follow from a timeline."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest

from course_lib.clipworld.questions import NOTHING, UNSEEN, summary_text, told_together
from course_lib.temporal.mentions import mentions
from course_lib.temporal.naming import lexicon
from course_lib.temporal.plain import plain
from course_lib.temporal.times import times
from course_lib.timeline import Event, Timeline
from course_lib.video import Clip


class Oracle:
    """Knows the timeline, and reads the question."""

    name = "oracle"

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.asked: list[str] = []

    def watch(self, path, num_frames=None, fps=None):
        raise AssertionError("the tests hand over a clip")

    def answers(self, clip, questions):
        return [self.answer(clip, q) for q in questions]

    def summarize(self, clip):
        return summary_text(self.timeline.events)

    def answer(self, clip, question, max_new_tokens=96):
        self.asked.append(question)
        text = plain(question)
        named = [m.means(lexicon(self.timeline), self.timeline.events) for m in mentions(text, lexicon(self.timeline))]
        if any(not events for events in named):
            return UNSEEN
        events = [e[0] for e in named]
        if len(events) == 2:
            if "before or after" in text:
                return "before" if events[0].start < events[1].start else "after"
            return min(events, key=lambda e: e.start).text
        if events and re.search(r"\bbefore\b|preced", text):
            return self.side(self.timeline.before(events[0]))
        if re.search(r"\bafter\b|\bnext\b|follows", text):
            spots = [e for when in times(text) for e in self.timeline.at(when.start)]
            if not events and not spots:
                return UNSEEN
            event = (events or spots)[0]
            return self.side(self.timeline.after(event))
        if events:
            return self.when(events[0])
        if not times(text):
            return str(len(self.timeline))
        t = times(text)[0].start
        return UNSEEN if t > self.timeline.duration else told_together(self.timeline.at(t), "and")

    def side(self, event):
        return event.text if event else NOTHING

    def when(self, event):
        return f"from second {round(event.start)} to {round(event.end)}"


class Swapper(Oracle):
    """Takes before for after, and last for first."""

    name = "swapper"

    def answer(self, clip, question, max_new_tokens=96):
        if "before or after" in question:
            return {"before": "after", "after": "before"}[super().answer(clip, question)]
        for a, b in (("before", "after"), ("next", "before")):
            if re.search(rf"\b{a}\b", question):
                question = question.replace(a, b)
                break
            if re.search(rf"\b{b}\b", question):
                question = question.replace(b, a)
                break
        if re.search("first|earlier", question):
            events = [
                e for m in mentions(plain(question), lexicon(self.timeline))
                for e in m.means(lexicon(self.timeline), self.timeline.events)
            ]  # fmt: skip
            return max(events, key=lambda e: e.start).text
        return super().answer(clip, question)


class Late(Oracle):
    """Right events, told 6 s late."""

    name = "late"

    def when(self, event):
        return f"from second {round(event.start) + 6} to {round(event.end) + 6}"

    def summarize(self, clip):
        return summary_text([Event(e.start + 6, e.end + 6, e.subject, e.action) for e in self.timeline])


class Constant(Oracle):
    name = "constant"
    text = "the red car turns right"

    def answer(self, clip, question, max_new_tokens=96):
        return self.text

    def summarize(self, clip):
        return self.text


class Abstainer(Constant):
    name = "abstainer"
    text = UNSEEN


class FirstNamed(Oracle):
    """Thinks that what is named first in a question came first."""

    name = "first named"

    def answer(self, clip, question, max_new_tokens=96):
        words = lexicon(self.timeline)
        named = [e for m in mentions(plain(question), words) for e in m.means(words, self.timeline.events)]
        return named[0].text if len(named) == 2 else super().answer(clip, question)


class Blind(Oracle):
    """Tells the same of any clip, so also of one played backwards."""

    name = "blind"


def story():
    return Timeline(
        (
            Event(2, 5, "person in red", "walks"),
            Event(6.5, 8.5, "white dog", "runs"),
            Event(10, 12, "person in red", "waves"),
            Event(14, 16, "yellow ball", "bounces"),
            Event(18, 21, "white bird", "lands"),
            Event(24, 27, "white dog", "sits down"),
        ),
        30.0,
    )


def grey_clip(count=16, duration=30.0, size=32):
    frames = np.full((count, size, size, 3), 100, np.uint8)
    frames += np.arange(count, dtype=np.uint8)[:, None, None, None]
    return Clip(frames, (np.arange(count) + 0.5) * duration / count, duration, "story.mp4")


@pytest.fixture
def timeline():
    return story()


@pytest.fixture
def clip():
    return grey_clip()


@pytest.fixture
def models():
    kinds = (Oracle, Swapper, Late, Constant, Abstainer, FirstNamed, Blind)
    return SimpleNamespace(**{kind.__name__: kind for kind in kinds})
