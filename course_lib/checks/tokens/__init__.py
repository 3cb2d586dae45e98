"""Exercise 2, Tokens: budget, pooling in space, merging and pruning over time, a plan."""

from course_lib.checks.tokens.budget import BUDGET
from course_lib.checks.tokens.merging import MERGE
from course_lib.checks.tokens.plan import PLAN
from course_lib.checks.tokens.pooling import POOL
from course_lib.checks.tokens.pruning import PRUNE
from course_lib.checks.tokens.sampling import BILINEAR

CHECKS = {"budget": BUDGET, "pool": POOL, "bilinear": BILINEAR, "merge": MERGE, "prune": PRUNE, "plan": PLAN}
