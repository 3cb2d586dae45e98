"""Exercise 5, Train: labels, the block mask, what a stage trains, and a training run."""

from course_lib.checks.train.blocks import BLOCKS
from course_lib.checks.train.freeze import FREEZE
from course_lib.checks.train.labels import LABELS
from course_lib.checks.train.run import TRAIN

CHECKS = {"labels": LABELS, "blocks": BLOCKS, "freeze": FREEZE, "train": TRAIN}
