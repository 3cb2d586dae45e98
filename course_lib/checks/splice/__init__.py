"""Exercise 3, Splice: placeholders, mask and positions, video tokens among words, cached decoding, and the whole."""

from course_lib.checks.splice.decode import DECODE
from course_lib.checks.splice.expand import EXPAND
from course_lib.checks.splice.positions import POSITIONS
from course_lib.checks.splice.put import SPLICE
from course_lib.checks.splice.whole import WHOLE

CHECKS = {"expand": EXPAND, "positions": POSITIONS, "splice": SPLICE, "decode": DECODE, "whole": WHOLE}
