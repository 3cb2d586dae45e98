"""Pages for people: what a student wrote is text in them, and nobody reads of another."""

import re
from html.parser import HTMLParser

import pytest
from handed_in import EXERCISE, cell, submission
from test_export import PARTS, grade, lost, outcome

from course_lib.checks.outcome import Bars, Matrices, Ticks
from course_lib.grade import judge, pages
from course_lib.grade.overview import mistakes, overview
from course_lib.grade.records import STATES

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(1)>&lt;b&gt;`</style></title><!--' onload=x"


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text.append(data)


def evil():
    parts = [
        outcome("1.times", "wrong", EVIL, mistake=EVIL, call=EVIL, yours=EVIL, expected=EVIL, criteria={EVIL: 0.5}),
        outcome("1.uniform", "error", f"{EVIL}\n`{EVIL}`"),
        outcome("1.by_time", "crashed", EVIL),
        outcome("1.seek", "wrong", EVIL, picture=Ticks({EVIL: [1.0], "expected": [2.0]}, 3.0, unit=EVIL)),
    ]
    return [grade(EVIL, "crashed", EVIL, parts, notes=(EVIL,)), grade(f"{EVIL}2", "rejected", EVIL, notes=(EVIL,))]


@pytest.mark.parametrize(
    "make", [lambda: pages.feedback(EVIL, evil()), lambda: overview(evil(), [submission(EVIL)] * 2)]
)
def test_what_a_student_wrote_is_text_wherever_it_stands(make):
    html = make()
    seen = Tags(html)
    assert not {"script", "iframe", "object", "embed", "link", "form", "base"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert all(value.startswith("data:image/svg+xml;base64,") for name, value in seen.attributes if name == "src")
    assert "alert(1)" in "".join(seen.text) and seen.tags.count("style") == seen.tags.count("title") == 1


@pytest.mark.parametrize("make", [lambda: pages.feedback("ann", [grade()]), lambda: overview([grade()], [])])
def test_a_page_needs_nothing_from_elsewhere_and_says_so_to_the_browser(make):
    html = make()
    assert "default-src 'none'" in html.split("<style")[0]
    assert not re.search(r"""(?:src|href)=["'](?!data:)|url\(|@import|https?://""", html)
    assert "prefers-color-scheme: dark" in html and 'name="viewport"' in html


def test_feedback_says_what_was_wrong_and_where_to_go_on(sandbox):
    wrong = submission("ann", one_seek=cell("decode_runs", "return [[0, max(given[1])]]"))
    html = pages.feedback("ann", [judge.grade(wrong, sandbox, "salt")])
    text = " ".join("".join(Tags(html).text).split())
    assert "9 of 12 points" in text and "To mend: 1.seek." in text and "Everything from frame 0 on is decoded." in text
    assert 'hint("1.seek")' in text and f"exercises/{EXERCISE.id}.ipynb" in text
    assert html.count("data:image/svg+xml") == 1


def test_feedback_has_nothing_of_others_and_no_seed(sandbox):
    wrong = {f"one_{p.name}": cell(p.function, "return 1", p.id) for p in EXERCISE.parts}
    ann, bob = (judge.grade(submission(name, **wrong), sandbox, "salt") for name in ("ann", "bobby"))
    html = pages.feedback("ann", [ann])
    assert ann.seed and ann.seed not in html and "seed" not in html
    assert "bobby" not in html and bob.seed not in html and ann.checks not in html


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_told_to_its_student_in_words(state):
    html = pages.feedback("ann", [grade(state=state, message="Why it was so.")])
    if state == "graded":
        assert "notice" not in html.split("</style>")[1]
    else:
        assert f"<b>{state.capitalize()}.</b>" in html
    if state in ("rejected", "infrastructure"):
        assert "Why it was so." in html and "0 of 12" not in html and "no points yet" in html


@pytest.mark.parametrize(
    "picture",
    [
        Ticks({"yours": [1e308, -1e308, float("inf")], "expected": [1.0]}, 1.0),
        Ticks({"yours": [float("nan")], "expected": []}, 0.0),
        Matrices({"yours": [[float("nan")]], "expected": [[1e308]]}),
        Matrices({"$\\frac{$": [[]], "expected": [[1.0]]}),
        Bars({"$\\undefined$": float("inf")}),
    ],
)
def test_numbers_that_no_axis_holds_do_not_cost_the_page(picture):
    html = pages.feedback("ann", [grade(parts=[outcome("1.times", "wrong", "why", picture=picture)])])
    assert "why" in html and ("data:image/svg+xml" in html or "There is no picture" in html)


def test_an_instructor_sees_who_needs_help_what_was_hard_and_what_was_not_graded():
    half = [outcome("1.times"), *(outcome(part, "not attempted", "") for part in PARTS[1:])]
    past = [outcome("1.uniform", "wrong", "m", mistake="one past the end")]
    grades = [
        grade("ann"), grade("bob", parts=half), grade("cat", parts=[*past, *map(outcome, PARTS)]), lost("dan"),
        grade("eve", "rejected", "The file is empty."), grade("flo", parts=[*past, *map(outcome, PARTS[1:])]),
    ]  # fmt: skip
    html = overview(grades, [], {"bob": "feedback/bob-1.html"})
    text = " ".join(" ".join(Tags(html).text).split())
    assert "6 students, 6 notebooks: 4 graded, 1 crashed, 1 rejected." in text
    assert re.search(r"eve 1_frames: rejected , no points The file is empty. Ask for another file", text)
    assert "Under half of the points. bob : 3 of 12, 3 of 4 parts not attempted" in text
    assert "1.uniform one past the end 2 cat, flo" in text
    assert html.count('href="feedback/bob-1.html"') == 2
    assert "students by percent of the points, in fifths from 0 to 100: 0, 1, 0, 1, 2." in html


def test_mistakes_are_counted_by_name_and_errors_by_kind():
    parts = [
        [outcome("1.seek", "error", "ValueError: <b>")],
        [outcome("1.seek", "error", "ValueError: other")],
        [outcome("1.seek", "wrong", "m")],
        [outcome("1.times", "timeout", "m"), outcome("1.seek", "not attempted", "")],
    ]
    assert mistakes([grade(f"s{i}", parts=rows) for i, rows in enumerate(parts)]) == [
        ("1.seek", "error: ValueError", ["s0", "s1"]),
        ("1.seek", "another wrong answer", ["s2"]),
        ("1.times", "timeout", ["s3"]),
    ]


def test_a_class_of_which_nothing_was_graded_has_a_page():
    assert "none scored" in overview([grade(state="infrastructure"), grade("bob", "rejected")], [])
