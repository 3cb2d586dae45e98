"""A bar that shows to a person, after a while, and to nobody else."""

import subprocess
import sys

import pytest
from terminal import child_with_terminal, read_until

from course_lib.progress import numbers, progress, waiting

# The work waits for a line on standard input, which comes when the bar has been seen: no clock is involved.
SHOWN_AT_ONCE = """
import sys
from course_lib import progress as p
p.SHOW_AFTER = 0
def work():
    yield "first"
    sys.stdin.readline()
    yield "last"
print(*p.progress(work(), "reading [frames]", total=2))
"""


@pytest.mark.parametrize("items", [[], [1, 2, 3], "abc", range(4), (n for n in range(3))])
def test_the_items_pass_through_unchanged(items):
    expected = [0, 1, 2] if not hasattr(items, "__len__") else list(items)
    assert list(progress(items, "items")) == expected


def test_a_bar_shows_in_a_terminal_while_the_work_goes_on_and_is_gone_after_it():
    child, terminal = child_with_terminal(SHOWN_AT_ONCE)
    assert "reading [frames]" in read_until(terminal, "reading [frames]")
    out, _ = child.communicate("go on\n", timeout=60)
    rest = read_until(terminal, "no such text")
    assert out == "first last\n"
    assert rest.endswith("\x1b[2K") or "\x1b[2K" in rest  # rich wipes the line of a transient bar
    assert child.returncode == 0


@pytest.mark.parametrize(("after", "how"), [("0", ""), ("1e6", ", at_once=True")], ids=["by its timer", "at once"])
def test_a_bar_shows_while_the_very_first_item_is_still_being_made(after, how):
    """At once: before work that lets no other thread run."""
    child, terminal = child_with_terminal(
        f"import sys\nfrom course_lib import progress as p\np.SHOW_AFTER = {after}\n"
        f"with p.waiting('loading pocket'{how}): sys.stdin.readline()"
    )
    assert "loading pocket" in read_until(terminal, "loading pocket")
    child.communicate("go on\n", timeout=60)
    assert child.returncode == 0


def test_quick_work_shows_nothing():
    child, terminal = child_with_terminal(
        "from course_lib.progress import progress\nprint(sum(progress(range(1000), 'adding')))"
    )
    assert child.communicate(timeout=60)[0] == "499500\n"
    assert read_until(terminal, "adding") == ""


@pytest.mark.parametrize("silence", ["no terminal", "switched off"])
def test_nothing_is_written_without_a_person_to_see_it(silence):
    if silence == "no terminal":
        run = subprocess.run(
            [sys.executable, "-c", SHOWN_AT_ONCE], input="\n", capture_output=True, text=True, check=True
        )
        assert (run.stdout, run.stderr) == ("first last\n", "")
    else:
        child, terminal = child_with_terminal(SHOWN_AT_ONCE, COURSE_PROGRESS="off")
        assert child.communicate("\n", timeout=60)[0] == "first last\n"
        assert read_until(terminal, "reading") == ""


def test_a_bar_inside_a_bar_leaves_the_drawing_to_the_outer_one():
    child, terminal = child_with_terminal(
        "import sys\nfrom course_lib import progress as p\np.SHOW_AFTER = 0\n"
        "for _ in p.progress([0], 'outer'):\n    sys.stdin.readline()\n    print(*p.progress([1, 2], 'inner'))\n"
    )
    shown = read_until(terminal, "outer")
    assert child.communicate("\n", timeout=60)[0] == "1 2\n"
    assert "inner" not in shown + read_until(terminal, "inner")


def test_a_count_inside_a_wait_shows_in_its_place():
    child, terminal = child_with_terminal(
        "import sys\nfrom course_lib import progress as p\np.SHOW_AFTER = 0\n"
        "with p.waiting('loading'):\n    sys.stdin.readline()\n"
        "    for n in p.progress([1, 2], 'the weights'): sys.stdin.readline()\n"
        "print('done')\n"
    )
    assert "loading" in read_until(terminal, "loading")
    child.stdin.write("go on\n")
    child.stdin.flush()
    assert "the weights" in read_until(terminal, "0/2")
    assert child.communicate("\n\n", timeout=60)[0] == "done\n"


def test_a_process_that_does_a_share_of_the_work_draws_no_bar_of_its_own():
    child, _ = child_with_terminal(
        "from multiprocessing import get_context\nfrom course_lib import progress as p\n"
        "with get_context('spawn').Pool(1) as pool: print(pool.apply(p._place), p._place())"
    )
    assert child.communicate(timeout=60)[0] == "nowhere terminal\n"


def test_an_error_in_the_work_comes_through_and_ends_the_bar():
    with pytest.raises(ZeroDivisionError), waiting("dividing"):
        1 / 0  # noqa: B018
    assert list(progress([1], "after it")) == [1]


def test_no_timer_is_left_behind():
    code = (
        "import threading, sys\nfrom course_lib.progress import progress\n"
        "for item in progress(range(9), 'nine'):\n    if item == 3: break\n"
        "print([t.is_alive() and not t.finished.is_set() for t in threading.enumerate() if hasattr(t, 'finished')])"
    )
    child, _ = child_with_terminal(code)
    assert child.communicate(timeout=60)[0] in ("[]\n", "[False]\n")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((0, None, 0.0), "0"),
        ((12, 40, 4.0), "12/40 · 3.0/s · 9 s left"),
        ((40, 40, 4.0), "40/40 · 10.0/s"),
        ((7, None, 2.0), "7 · 3.5/s"),
        ((1, 4, 90.0), "1/4 · 90.0 s each · 4 min 30 s left"),
        ((1, 100, 120.0), "1/100 · 120.0 s each · 3 h 18 min left"),
        ((1.4, 2.8, 2.0, "MB"), "1.4/2.8 MB · 0.7 MB/s · 2 s left"),
    ],
)
def test_the_numbers_say_how_far_how_fast_and_how_long(arguments, text):
    assert numbers(*arguments) == text
