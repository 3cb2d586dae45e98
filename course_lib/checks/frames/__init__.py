"""Exercise 1, Frames: times, indices, sampling by time, seeking."""

from course_lib.checks.frames.by_time import BY_TIME
from course_lib.checks.frames.seek import SEEK
from course_lib.checks.frames.times import TIMES
from course_lib.checks.frames.uniform import UNIFORM

CHECKS = {"times": TIMES, "uniform": UNIFORM, "by_time": BY_TIME, "seek": SEEK}
