"""One sandbox for all attacks; behind each of them an honest notebook is graded in it."""

import sys

import pytest

from tests.hostile.attack import PART, honest


@pytest.fixture(scope="session")
def sandbox():
    from course_lib.grade.sandbox import Sandbox

    if sys.platform != "linux":
        pytest.skip("Linux contains code by namespaces; elsewhere grading refuses")
    with Sandbox() as opened:
        yield opened


@pytest.fixture(autouse=True)
def the_next_notebook_gets_what_it_deserves(request):
    yield
    if "sandbox" in request.fixturenames:
        came = honest(request.getfixturevalue("sandbox"))
        assert (came.state, came.points) == ("pass", PART.points), came
