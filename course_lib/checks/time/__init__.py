"""Exercise 6, Time: kinds of failure, matching in time, contradictions, a control."""

from __future__ import annotations

from course_lib.checks.time.contradict import CONTRADICT
from course_lib.checks.time.control import CONTROL
from course_lib.checks.time.judge import JUDGE
from course_lib.checks.time.match import MATCH

CHECKS = {"judge": JUDGE, "match": MATCH, "contradict": CONTRADICT, "control": CONTROL}
