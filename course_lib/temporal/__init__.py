"""Questions about time, answers judged by words, kinds of failure, controls, mitigations and reports.

What loads here is light: no torch, no matplotlib.
"""

from course_lib.temporal.comparison import Comparison, compare
from course_lib.temporal.contradictions import RULES, Contradiction
from course_lib.temporal.judge import judge
from course_lib.temporal.mitigate import MITIGATIONS, mitigated
from course_lib.temporal.probe import probe
from course_lib.temporal.report import Probe, ProbeReport
from course_lib.temporal.told import told_events
from course_lib.temporal.verdict import FAILURES, Mistake, Verdict

__all__ = [
    "FAILURES",
    "MITIGATIONS",
    "RULES",
    "Comparison",
    "Contradiction",
    "Mistake",
    "Probe",
    "ProbeReport",
    "Verdict",
    "compare",
    "judge",
    "mitigated",
    "probe",
    "told_events",
]
