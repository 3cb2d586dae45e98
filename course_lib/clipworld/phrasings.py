"""How a question about time is put. The last phrasing of every kind is held out: training never uses it.

`{a}`, `{b}` are events in the form that their suffix names: `_s` subject, `_present`, `_past`, `_gerund`, `_base`.
A phrasing that ends in ":" puts its key last; the answer follows at once, so it needs one look-up only.
"""

from __future__ import annotations

AT = (
    "What action occurs at the {t}-second mark?",
    "What happens at second {t}?",
    "What is happening {t} seconds in?",
    "At {t} seconds, what can be seen?",
    "Which event is in progress at {clock}?",
    "second {t}:",
    "Tell me what goes on at second {t}.",
)
AFTER = (
    "What happened after the {a_s} {a_past}?",
    "What action occurs at the {t}-second mark? What happens immediately after?",
    "What happens right after the {a_s} {a_present}?",
    "What comes next after the {a_s} {a_past}?",
    "The {a_s} {a_past}. What happens next?",
    "What follows the {a_s} {a_gerund}?",
    "after the {a_s} {a_present}:",
    "What is next after the {a_s} {a_present}?",
    "Tell me what happens after the {a_s} {a_past}.",
    "What is the next thing that happens after the {a_s} {a_past}?",
)
BEFORE = (
    "What happened before the {a_s} {a_past}?",
    "What happens right before the {a_s} {a_present}?",
    "What came just before the {a_s} {a_past}?",
    "The {a_s} {a_past}. What happened before that?",
    "What precedes the {a_s} {a_gerund}?",
    "before the {a_s} {a_present}:",
    "Which event comes last before the {a_s} {a_present}?",
    "Tell me what happens before the {a_s} {a_past}.",
    "What is the last thing that happens before the {a_s} {a_past}?",
)
# Asked only where the event before was the same subject's, so that "before that" has one reading.
BEFORE_SAME_SUBJECT = "The {a_s} {a_past}. What action was the {a_kind} doing before that?"
ORDER_FIRST = (
    "Which happens first: the {a_s} {a_present} or the {b_s} {b_present}?",
    "What comes first, the {a_s} {a_gerund} or the {b_s} {b_gerund}?",
    "Which of these is earlier: the {a_s} {a_present}, or the {b_s} {b_present}?",
    "Which came first: the {a_s} {a_gerund} or the {b_s} {b_gerund}?",
    "first of the {a_s} {a_present}, the {b_s} {b_present}:",
    "Which one comes first: the {a_s} {a_gerund} or the {b_s} {b_gerund}?",
    "Which is seen first in the video, the {a_s} {a_gerund} or the {b_s} {b_gerund}?",
    "Which one is seen earlier in the video, the {a_s} {a_gerund} or the {b_s} {b_gerund}?",
)
ORDER_RELATION = (
    "Does the {a_s} {a_base} before or after the {b_s} {b_present}?",
    "Is the {a_s} {a_gerund} seen before or after the {b_s} {b_gerund}?",
)
WHEN = (
    "When does the {a_s} {a_base}?",
    "At what second does the {a_s} {a_base}?",
    "From when to when is the {a_s} {a_gerund}?",
    "Find the moment when the {a_s} {a_present}.",
    "In which seconds can the {a_s} be seen {a_gerund}?",
    "when the {a_s} {a_present}:",
    "Give the seconds in which the {a_s} {a_present}.",
    "In which part of the video does the {a_s} {a_base}?",
    "Find the start and the end of the {a_s} {a_gerund}.",
    "Give the start and end of the part where the {a_s} {a_present}.",
)
COUNT_TIMES = (
    "How many times does the {a_s} {a_base}?",
    "How often does the {a_s} {a_base} in the video?",
    "Count how many times the {a_s} {a_present}.",
    "times the {a_s} {a_present}:",
)
COUNT_EVENTS = (
    "How many events happen in the video?",
    "How many things happen in this clip?",
    "Count the events in the video.",
    "number of events:",
    "What is the number of events that can be seen?",
)
STRUCTURED = (
    "The video contains events in sequence. Answer using ONLY information visible in the video. "
    "- Frame 1-{h} shows: … - Frame {h1}-{n} shows: … "
    "Question: What happens after Frame {h}? Answer from Frames {h1}-{n} only:"
)
FRAMES = (
    STRUCTURED,
    "What happens in frames {f} to {g}?",
    "Describe frames {f} to {g}.",
    "Which events can be seen from frame {f} to frame {g}?",
    "Look only at frames {f} to {g}. What happens?",
    "frames {f} to {g}:",
    "Between frame {f} and frame {g}, what can be seen?",
)
SUMMARY = (
    "Describe the video.",
    "Summarize the video with times.",
    "What happens in this video?",
    "Describe what happens, in order.",
    "List the events of this clip with their times.",
    "summary:",
    "Tell me everything that happens in the clip, and when.",
)
PAST_THE_END = AT[:4] + AT[5:]
ABSENT = (
    *(AFTER[i] for i in (0, 2, 3, 6)),
    *(BEFORE[i] for i in (0, 1, 5)),
    *(WHEN[i] for i in (0, 1, 5, 6, 8, -1)),
)
UNCERTAIN = "If you are uncertain, say so rather than guessing."
