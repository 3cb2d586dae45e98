"""Questions about time, answers judged by words, kinds of failure, controls and reports.

What loads here is light: no torch, no matplotlib.
"""

from course_lib.temporal.judge import judge
from course_lib.temporal.told import told_events
from course_lib.temporal.verdict import FAILURES, Mistake, Verdict

__all__ = ["FAILURES", "Mistake", "Verdict", "judge", "told_events"]
