"""Questions about time, answers judged by words, kinds of failure, controls and reports.

What loads here is light: no torch, no matplotlib.
"""

from course_lib.temporal.contradictions import RULES, Contradiction
from course_lib.temporal.judge import judge
from course_lib.temporal.probe import probe
from course_lib.temporal.report import Probe, ProbeReport
from course_lib.temporal.told import told_events
from course_lib.temporal.verdict import FAILURES, Mistake, Verdict

__all__ = [
    "FAILURES",
    "RULES",
    "Contradiction",
    "Mistake",
    "Probe",
    "ProbeReport",
    "Verdict",
    "judge",
    "probe",
    "told_events",
]
