"""What a learner sees of a check: its data, the words that stand for a picture, and the picture."""

from xml.etree import ElementTree

import pytest

from course_lib.checks.manifest import Part
from course_lib.checks.outcome import Bars, Matrices, Outcome, Ticks
from course_lib.viz.checks import Bar, ProgressShown, Said, Shown
from course_lib.viz.failures import LETTER, WIDTH, svg

PART = Part("9.f", "9_none", "a title", "f", 2, 5, ("a", "b", "c"))
PICTURES = [
    Ticks({"yours": [0.5, 3], "expected": [1, 2], "wanted": []}, 4, [(0, 2, "the car stops")]),
    Ticks({"yours": []}, 30, unit="frames"),
    Matrices({"yours": [[1, 0], [1, 1]], "expected": [[1, 0], [0, 1]]}, ["a", "b"], ["video", "asked"]),
    Matrices({"yours": [[0.25] * 20], "expected": [[1] * 20]}, columns=["K"] + [""] * 19),
    Matrices({"one": [[0] * 40] * 40}),
    Bars({"yours": 0.25, "a good one": 0.9}, ("to be reached", 0.8)),
]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda p: type(p).__name__)
def test_every_picture_is_an_image_no_wider_than_a_notebook_with_nothing_outside_it(picture):
    root = ElementTree.fromstring(svg(picture))
    wide, high = float(root.get("width")), float(root.get("height"))
    assert 100 < wide <= WIDTH and 40 < high < 700
    for text in root.findall(".//{*}text"):
        if text.get("x") != "0.0":  # those of turned labels have a place of their own
            room = LETTER * float(text.get("font-size")) * len(text.text or "")
            before = {"start": 0.0, "middle": room / 2, "end": room}[text.get("text-anchor")]
            left = float(text.get("x")) - before
            assert left > -1 and left + room < wide + 1, text.text
            assert 0 < float(text.get("y")) < high


def test_a_picture_of_a_student_s_words_holds_no_markup_of_theirs():
    words = '</text><script>alert(1)</script>"&'
    for picture in (
        Ticks({words: [1]}, 4, [(0, 2, words)], words),
        Matrices({words: [[1]]}, [words], [words]),
        Bars({words: 0.5}, (words, 0.5)),
    ):
        root = ElementTree.fromstring(svg(picture))
        assert not root.findall(".//{*}script") and words in "".join(root.itertext())


@pytest.mark.parametrize(
    "picture",
    [Ticks({"yours": [-1e308, 1e308]}, 4), Matrices({"yours": [[-1e308, 1e308]]})],
    ids=lambda p: type(p).__name__,
)
def test_numbers_that_no_axis_holds_are_refused(picture):
    with pytest.raises(ValueError, match="no axis holds"):
        svg(picture)


def test_yours_and_the_expected_differ_in_shape_and_not_in_colour_alone():
    root = ElementTree.fromstring(svg(PICTURES[0]))
    assert len(root.findall(".//{*}path")) == 2 and len(root.findall(".//{*}circle")) == 2
    assert 'fill="url(#hatch)"' in svg(PICTURES[5])


def test_the_words_beside_a_picture_say_what_it_shows():
    assert PICTURES[0].alt == "Moments on an axis of 4 seconds. yours: 0.5, 3; expected: 1, 2; wanted: ."
    assert PICTURES[2].alt == "Matrices, yours: 2 x 2; expected: 2 x 2. They differ in 1 places, first at (1, 0)."
    assert PICTURES[5].alt == "yours 25%; a good one 90%. To be reached: 80% (to be reached)."


def test_an_outcome_says_what_was_wrong_how_it_was_called_and_what_to_do_next():
    outcome = Outcome(
        "9.f", "wrong", 0.5, 2, "Too `small`.", "small", "f(1)", "1", "2", seed=7, criteria={"size": 0.25}
    )
    assert Shown(outcome, PART).text().splitlines() == [
        "✘ 9.f · a title: wrong, 0.5 of 2 points",
        "  Too `small`.",
        "  f(1)",
        "    yours     1",
        "    expected  2",
        "     25%  size",
        '  A hint: `hint("9.f")`. The same inputs again: `check("9.f", f, seed=7)`.',
    ]
    assert "<code>small</code>" in Shown(outcome, PART).html()


@pytest.mark.parametrize("state", ["pass", "wrong", "error", "not attempted"])
def test_every_state_has_a_word_and_a_sign_of_its_own(state):
    text = Shown(Outcome("9.f", state, 2.0 if state == "pass" else 0.0, 2, "m"), PART).text()
    assert state in text and text[0] in "✔✘!○"


def test_markup_in_a_message_stays_text():
    outcome = Outcome("9.f", "wrong", 0, 2, "<b>`x`", call="f('<i>')", yours="<u>", expected="<s>")
    html = Shown(outcome, PART).html() + Said("<q>", "<em>").html()
    assert not any(tag in html for tag in ("<b>`", "<i>", "<u>", "<s>", "<q>", "<em>"))


def test_progress_counts_and_names_the_next_part():
    bars = [Bar("1 A", 3, 3, 1, 1, 1, 0, ()), Bar("2 B", 0.5, 2, 0, 2, 0, 2, ("2.x", "2.y"))]
    assert ProgressShown(bars).text().splitlines() == [
        "1 A  ████████████████████  3 of 3 points, 1 of 1 parts, 1 hint",
        "2 B  █████░░░░░░░░░░░░░░░  0.5 of 2 points, 0 of 2 parts, 2 solutions opened early",
        "3.5 of 5 points. Next: 2.x.",
    ]


def test_the_panel_says_how_many_hints_were_used_and_how_far_the_exercise_is():
    bar = Bar("1 <A>", 3, 12, 1, 4, 2, 0, ("9.f",))
    outcome = Outcome("9.f", "wrong", 0, 2, "m", seed=7)
    shown = Shown(outcome, PART, hints=2, so_far=bar)
    assert shown.text().splitlines()[-2:] == [
        '  A hint: `hint("9.f")` (2 of 3 used). The same inputs again: `check("9.f", f, seed=7)`.',
        "  1 <A>  █████░░░░░░░░░░░░░░░  3 of 12 points, 1 of 4 parts, 2 hints",
    ]
    assert '<progress max="12" value="3" aria-label="1 &lt;A&gt;: 3 of 12 points' in shown.html()
    unread = Shown(Outcome("9.f", "not attempted", 0, 2, "m"), PART, hints=0, so_far=bar).text()
    assert "(0 of 3 used)" in unread and "again" not in unread


def test_a_page_of_grades_shows_neither_hints_nor_progress():
    html = Shown(Outcome("9.f", "wrong", 0, 2, "m"), PART, again=False).html()
    assert "progress" not in html and "hint" not in html
