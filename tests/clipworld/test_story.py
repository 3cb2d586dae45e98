"""Stories: possible, balanced, and the same everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise

import pytest

from course_lib.clipworld.moves import moves
from course_lib.clipworld.story import Story, make_story
from course_lib.clipworld.words import ACTION, ACTIONS, COLOURS

SEEDS = range(1200)


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    return [make_story(seed) for seed in SEEDS]


def test_thirty_seconds_hold_four_to_eight_events_of_watchable_length(stories: list[Story]) -> None:
    for story in stories:
        assert 4 <= len(story.steps) <= 8
        assert all(2.0 <= s.end - s.start <= 5.05 for s in story.steps)
        assert story.steps[0].start >= 0 and story.steps[-1].end <= 30
    lengths = [s.end - s.start for story in stories for s in story.steps]
    assert sum(x >= 2.35 for x in lengths) / len(lengths) > 0.97


def test_events_follow_one_another_with_a_pause_between(stories: list[Story]) -> None:
    pauses = [b.start - a.end for story in stories for a, b in pairwise(story.steps)]
    assert min(pauses) > 0.3
    assert sum(0.45 <= p <= 4 for p in pauses) / len(pauses) > 0.9


def test_nobody_does_the_same_thing_twice_in_a_plain_story(stories: list[Story]) -> None:
    for story in stories:
        done = Counter((s.actor, s.action) for s in story.steps)
        assert max(done.values()) == 1, story.seed


def test_no_two_of_a_cast_share_a_name(stories: list[Story]) -> None:
    for story in stories:
        names = [actor.name for actor in story.cast]
        assert 2 <= len(names) <= 6 and len(set(names)) == len(names)


def test_every_move_starts_where_the_last_one_ended_and_ends_where_nobody_is(stories: list[Story]) -> None:
    for story in stories:
        place = [actor.place for actor in story.cast]
        for s in story.steps:
            kind = story.cast[s.actor].kind
            taken = [p for p in place if p != "off"]
            allowed = moves(story.view, kind, s.action, place[s.actor], taken, s.end - s.start)
            assert s.src.split(":")[0] == place[s.actor] if place[s.actor] == "off" else s.src == place[s.actor]
            assert (s.src, s.dst) in allowed, (story.seed, s)
            place[s.actor] = "off" if s.dst.startswith("off") else s.dst
            standing = [p for p, a in zip(place, story.cast) if p != "off" and a.kind != "light"]
            assert len(set(standing)) == len(standing), (story.seed, s)


def test_only_those_act_who_can_and_where_they_can(stories: list[Story]) -> None:
    for story in stories:
        for s in story.steps:
            assert story.cast[s.actor].kind in ACTION[s.action].kinds
            assert story.view in ACTION[s.action].views


def test_a_light_turns_to_the_colour_it_does_not_show(stories: list[Story]) -> None:
    for story in stories:
        shown = {i: a.place for i, a in enumerate(story.cast) if a.kind == "light"}
        for s in story.steps:
            if s.actor in shown:
                assert s.action == f"turns {s.dst}" and s.dst != shown[s.actor]
                shown[s.actor] = s.dst


def test_all_actions_colours_and_views_are_about_equally_common(stories: list[Story]) -> None:
    actions = Counter(s.action for story in stories for s in story.steps)
    even = sum(actions.values()) / len(ACTIONS)
    assert set(actions) == {a.present for a in ACTIONS}
    assert all(0.75 * even < n < 1.3 * even for n in actions.values()), actions
    colours = Counter(a.colour for story in stories for a in story.cast if a.colour)
    assert min(colours[c] for c in COLOURS) > 0.8 * max(colours.values())
    roads = sum(story.view == "road" for story in stories) / len(stories)
    assert 0.44 < roads < 0.56


def test_what_comes_next_cannot_be_guessed_from_what_came_before(stories: list[Story]) -> None:
    """Within a view, no action is followed by one certain other: the commonest follower stays under a quarter."""
    after: dict[str, Counter[str]] = {}
    for story in stories:
        for a, b in pairwise(story.steps):
            after.setdefault(a.action, Counter())[b.action] += 1
    for action, followers in after.items():
        assert max(followers.values()) / sum(followers.values()) < 1 / 4, (action, followers)


def test_a_box_alone_does_not_tell_that_it_will_be_picked_up(stories: list[Story]) -> None:
    with_box = [story for story in stories if story.boxes]
    idle = [story for story in with_box if all(box.step is None for box in story.boxes)]
    assert len(idle) / len(with_box) > 0.2


@pytest.mark.parametrize("seconds", [5, 30, 120])
def test_each_hard_kind_keeps_its_promise_at_any_length(seconds: float) -> None:
    for seed in range(25):
        short = make_story(seed, seconds, "short")
        assert min(s.end - s.start for s in short.steps) < seconds / 16
        repeated = Counter((e.subject, e.action) for e in make_story(seed, seconds, "repeated").timeline)
        assert max(repeated.values()) >= 2
        two = make_story(seed, seconds, "two").steps
        assert any(b.start < a.end and a.actor != b.actor for a, b in pairwise(two))
        assert not make_story(seed, seconds, "empty").steps
        for kind in ("short", "repeated", "two", "empty", "near_colours"):
            assert all(0 <= e.start < e.end <= seconds for e in make_story(seed, seconds, kind).timeline)


def test_near_colours_puts_two_alike_side_by_side_that_both_act() -> None:
    for seed in range(60):
        story = make_story(seed, kind="near_colours")
        a, b = story.cast[:2]
        assert a.kind == b.kind and a.colour != b.colour
        assert {s.actor for s in story.steps} >= {0, 1}


def test_longer_clips_hold_more_events() -> None:
    count = {seconds: sum(len(make_story(seed, seconds).steps) for seed in range(30)) for seconds in (5, 30, 120)}
    assert count[5] == 30
    assert 3.5 < count[120] / count[30] < 4.5


def test_a_story_is_the_same_in_another_process_with_other_hashes() -> None:
    code = "from course_lib.clipworld.story import make_story; print([make_story(s) for s in range(20)])"
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": h}, capture_output=True, check=True
        ).stdout
        for h in ("1", "2")
    }
    assert len(told) == 1
