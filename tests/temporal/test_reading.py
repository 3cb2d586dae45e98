import pytest

from course_lib.clipworld.verbs import forms
from course_lib.temporal.mentions import mentions
from course_lib.temporal.naming import lexicon
from course_lib.temporal.plain import count, plain
from course_lib.temporal.times import times
from course_lib.temporal.told import told_events
from course_lib.timeline import Event


def spans(text, duration=30.0):
    return [(s.start, s.end) for s in times(plain(text), duration)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from second 3 to 6 the red car stops", [(3, 6)]),
        ("at the 5-second mark", [(5, 5)]),
        ("**0:03–0:06**: a turn", [(3, 6)]),
        ("[00:03 - 00:06]", [(3, 6)]),
        ("at around five seconds", [(5, 5)]),
        ("between twelve and twenty-five seconds", [(12, 25)]),
        ("3.5s to 6.25s", [(3.5, 6.25)]),
        ("1:05", [(65, 65)]),
        ("at 1 minute and 5 seconds", [(65, 65)]),
        ("in the first 4 seconds", [(0, 4)]),
        ("in the last five seconds", [(25, 30)]),
        ('{"start": 3.0, "end": 6.5}', [(3, 6.5)]),
        ("it starts at 3 s and ends at 6 s", [(3, 6)]),
        ("from 3 to 6 and then at 9 s", [(3, 6), (9, 9)]),
        ("frames 3 to 6", []),
        ("it lasts for 3 seconds", []),
        ("2 seconds later", []),
        ("a 30-second video", []),
        ("two cars and 3 dogs", []),
    ],
)
def test_times_are_read_as_people_and_models_write_them(text, expected):
    assert spans(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2", 2), ("twice", 2), ("It jumps three times.", 3), ("once, at 0:05", 1), ("never", 0), ("at second 14", None)],
)
def test_counts_are_told_from_times(text, expected):
    assert count(text) == expected


@pytest.mark.parametrize(
    ("verb", "others"),
    [
        ("stop", {"stops", "stopped", "stopping"}),
        ("drive", {"drives", "drove", "driven", "driving"}),
        ("fly", {"flies", "flew", "flown", "flying"}),
        ("cross", {"crosses", "crossed", "crossing"}),
        ("open", {"opens", "opened", "opening"}),
        ("carry", {"carries", "carried", "carrying"}),
    ],
)
def test_verbs_are_known_in_all_their_forms(verb, others):
    assert set(forms(verb)) == {verb, *others}


def heard(text, events=()):
    return [(m.name and m.name.kind, m.action, m.relation, m.denied) for m in mentions(plain(text), lexicon(events))]


def test_an_event_referred_to_is_told_apart_from_one_that_is_told():
    assert heard("After the car turned right, it stopped.") == [
        ("car", "turns right", "after", False),
        ("car", "stops", None, False),
    ]


def test_an_event_that_is_denied_is_not_told():
    assert heard("The red car does not stop, but it turns left.") == [
        ("car", "stops", None, True),
        ("car", "turns left", None, False),
    ]


def test_a_place_in_a_sentence_is_not_its_subject():
    assert heard("The car stops at the light and turns right.") == [
        ("car", "stops", None, False),
        ("car", "turns right", None, False),
    ]


def test_a_learners_own_words_are_read_in_every_form():
    events = (Event(0, 1, "man in a black hat", "opens the door"), Event(2, 3, "light blue car", "backs up"))
    assert heard("A man wearing a black hat was slowly opening a door while the blue car backed up", events) == [
        ("person", "opens the door", None, False),
        ("car", "backs up", None, False),
    ]


def test_told_events_are_read_from_a_numbered_list_in_markdown():
    text = "1. **0:03–0:06**: The red car makes a right turn.\n2. **0:08 – 0:11**: the light changes from red to green"
    assert told_events(text, 30) == (Event(3, 6, "red car", "turns right"), Event(8, 11, "light", "turns green"))


def test_a_time_on_a_line_of_its_own_belongs_to_the_line_below():
    assert told_events("0:03 - 0:06\nThe red car stops", 30) == (Event(3, 6, "red car", "stops"),)


def test_a_mark_is_an_event_of_one_second():
    assert told_events("at 0:05 the red car stops", 30) == (Event(5, 6, "red car", "stops"),)


def test_a_naming_that_fits_one_event_of_the_vocabulary_takes_its_words():
    vocabulary = (Event(0, 1, "light blue car", "drives down"),)
    told = told_events("from 3 to 6 s a blue vehicle moves down the street", 30, vocabulary)
    assert told == (Event(3, 6, "light blue car", "drives down"),)


def test_words_of_no_vocabulary_are_read_as_subject_and_verb():
    assert told_events("0:04 - 0:09: A cyclist rides past the shop.", 30) == (
        Event(4, 9, "cyclist", "rides past the shop"),
    )


def test_denied_and_untimed_events_are_not_told_events():
    assert told_events("The red car stops. No dog jumps at 4 s. At 5 s nothing happens.", 30) == ()


def test_a_number_of_thousands_of_digits_is_read_without_a_traceback() -> None:
    assert [e.start for e in told_events("9" * 5000 + " minutes 5 s the red car stops.", 30.0)] == [5.0]
    assert count("9" * 5000) is None
