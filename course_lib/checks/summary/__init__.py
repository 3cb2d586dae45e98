"""Exercise 7, The 30-second summary: a pipeline that tells a clip, and a mistake about time with its evidence."""

from __future__ import annotations

from course_lib.checks.summary.claim import CLAIM
from course_lib.checks.summary.summarize import SUMMARY

CHECKS = {"summary": SUMMARY, "claim": CLAIM}
