"""What an attacker may do: hand in a cell. What came of it, as grading sees it; and what could be seen from inside."""

from dataclasses import dataclass

from course_lib.checks import check_of
from course_lib.checks.check import run
from course_lib.checks.manifest import part_of
from course_lib.checks.stubs import solution_of, stub_of
from course_lib.grade.judge import Sandboxed
from course_lib.grade.session import Broken

PART = part_of("1.uniform")
FIRST = "from course_lib.learn import check"


@dataclass(frozen=True)
class Came:
    """state: of the outcome, or of the process that broke. said: why."""

    state: str
    points: float
    said: str
    outcome: object = None


def handed_in(sandbox, source, seconds=20.0, limits=None, part=PART, check=None):
    """Grade a cell as the answer to a part."""
    with sandbox.open(limits) as session:
        session.deadline(seconds)
        try:
            failed = session.run([("first", FIRST), (part.cell, source)])
            if part.cell in failed:
                return Came("error", 0.0, failed[part.cell].shown)
            outcome = run(
                part, check or check_of(part), Sandboxed(session, part, source), "seed", "" if check else stub_of(part)
            )
        except Broken as end:
            return Came(end.state, 0.0, end.why)
    return Came(outcome.state, outcome.points, outcome.message, outcome)


def answering(body, before=""):
    """A cell whose answer to 1.uniform is a function of `total` and `n` with this body."""
    lines = "\n    ".join(body.splitlines())
    return f"{before}\ndef uniform_indices(total, n):\n    {lines}\ncheck('1.uniform', uniform_indices)"


def honest(sandbox):
    """What the reference gets in the same sandbox."""
    return handed_in(sandbox, f"{solution_of(PART)}\ncheck('1.uniform', uniform_indices)")


def seen(sandbox, body, arguments=(), limits=None, seconds=20.0):
    """What a function with this body (of `given`) hands back from inside. Raises what a call of it raises."""
    lines = "\n    ".join(body.splitlines())
    with sandbox.open(limits) as session:
        session.deadline(seconds)
        failed = session.run([("first", FIRST), ("probe", f"def probe(*given):\n    {lines}\ncheck('p', probe)")])
        if failed:
            raise failed["probe"]
        return session.call("p", list(arguments))
