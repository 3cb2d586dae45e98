"""What is named is what is shown: the way everybody takes."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from course_lib.clipworld import Scene, make_scene
from course_lib.clipworld.choreography import Choreography, Pose
from course_lib.clipworld.draw_animals import bounce_height
from course_lib.clipworld.draw_person import hop_height
from course_lib.clipworld.looks import make_looks
from course_lib.clipworld.story import Step, Story, make_story
from course_lib.clipworld.words import ACTIONS

SEEDS = range(250)


@pytest.fixture(scope="module")
def played() -> list[tuple[Story, Choreography]]:
    found = []
    for seed in SEEDS:
        story = make_story(seed)
        found.append((story, Choreography(story, make_looks(seed, story.view, len(story.cast)))))
    return found


def _poses(choreography: Choreography, step: Step, times: list[float]) -> list[Pose]:
    poses = [choreography.poses(t)[step.actor] for t in times]
    assert all(p is not None for p in poses)
    return [p for p in poses if p is not None]


def _each(played: list[tuple[Story, Choreography]], *actions: str):
    for story, choreography in played:
        for step in story.steps:
            if step.action in actions:
                a, b = step.start + 0.01, step.end - 0.01
                yield story, choreography, step, _poses(choreography, step, [a, (a + b) / 2, b])


def test_whoever_acts_is_in_the_picture_while_the_event_lasts(played: list[tuple[Story, Choreography]]) -> None:
    for story, choreography in played:
        for step in story.steps:
            for p in _poses(choreography, step, list(np.linspace(step.start + 0.2, step.end - 0.2, 5))):
                assert -0.08 < p.x < 1.08 and -0.08 < p.y < 1.08, (story.seed, step, p)
                assert p.action == step.action


def test_nobody_acts_outside_their_events(played: list[tuple[Story, Choreography]]) -> None:
    for story, choreography in played[:60]:
        for t in np.linspace(0, 30, 61):
            now = {s.actor for s in story.steps if s.start <= t < s.end}
            acting = {i for i, p in enumerate(choreography.poses(float(t))) if p is not None and p.action}
            assert acting == now


def test_cars_turn_to_the_driver_s_right_and_left_by_a_quarter(played: list[tuple[Story, Choreography]]) -> None:
    for _, _, step, (a, m, b) in _each(played, "turns right", "turns left"):
        turned = (b.heading - a.heading) * (1 if step.action == "turns right" else -1)
        assert turned == pytest.approx(math.pi / 2, abs=0.05)
        # it ends to the right of (left of) where it pointed
        ahead, right = (math.sin(a.heading), -math.cos(a.heading)), (math.cos(a.heading), math.sin(a.heading))
        way = (b.x - a.x, b.y - a.y)
        assert way[0] * ahead[0] + way[1] * ahead[1] > 0.1
        assert (way[0] * right[0] + way[1] * right[1]) * (1 if step.action == "turns right" else -1) > 0.1
        assert 0 < abs(m.heading - a.heading) < turned


def test_driving_up_goes_to_the_upper_edge_and_down_to_the_lower(played: list[tuple[Story, Choreography]]) -> None:
    for _, _, step, (a, m, b) in _each(played, "drives up", "drives down"):
        sign = -1 if step.action == "drives up" else 1
        assert sign * (m.y - a.y) > 0.08 and sign * (b.y - m.y) > 0.08
        assert abs(math.cos(a.heading) + sign) < 1e-6  # nose ahead
        assert m.y - a.y == pytest.approx(b.y - m.y, rel=0.05)  # at a steady speed


def test_a_car_that_stops_slows_down_and_then_stands(played: list[tuple[Story, Choreography]]) -> None:
    for _, choreography, step, (a, m, b) in _each(played, "stops"):
        first, second = math.dist((a.x, a.y), (m.x, m.y)), math.dist((m.x, m.y), (b.x, b.y))
        assert first > 0.1 and second < 0.2 * first
        late = _poses(choreography, step, [step.end - 0.5])[0]
        assert math.dist((late.x, late.y), (b.x, b.y)) < 1e-6


def test_a_car_that_drives_away_gathers_speed_and_is_gone(played: list[tuple[Story, Choreography]]) -> None:
    for _, choreography, step, (a, m, b) in _each(played, "drives away"):
        assert math.dist((a.x, a.y), (m.x, m.y)) < 0.7 * math.dist((m.x, m.y), (b.x, b.y))
        assert math.cos(a.heading) * (a.y - b.y) + math.sin(a.heading) * (b.x - a.x) > 0.2  # ahead
        later = [s for s in choreography.steps[step.actor] if s.start >= step.end]
        if not later or later[0].start > step.end + 3.5:
            assert choreography.poses(step.end + 1.7)[step.actor] is None


def test_walkers_runners_and_rolling_balls_cross_a_third_of_the_picture(
    played: list[tuple[Story, Choreography]],
) -> None:
    for _, _, _, (a, _, b) in _each(played, "walks", "runs", "rolls", "flies"):
        assert abs(b.x - a.x) > 0.3


def test_a_landing_bird_comes_down_and_sits_still(played: list[tuple[Story, Choreography]]) -> None:
    for _, choreography, step, (a, m, b) in _each(played, "lands"):
        assert a.y < m.y < b.y and a.flying and b.flying
        rest = choreography.poses(step.end + 0.1)[step.actor]
        assert rest is not None and not rest.flying and math.dist((rest.x, rest.y), (b.x, b.y)) < 0.02


def test_who_sits_stays_seated_until_something_else_is_done(played: list[tuple[Story, Choreography]]) -> None:
    for story, choreography, step, (a, m, b) in _each(played, "sits down"):
        assert a.seated < m.seated < b.seated
        later = [s for s in choreography.steps[step.actor] if s.start >= step.end and s.action != "waves"]
        until = later[0].start if later else story.duration
        for t in (step.end + 0.01, until - 0.61):  # getting up takes the last 0.6 s of a pause
            if step.end <= t and until - step.end > 0.65:
                assert _poses(choreography, step, [t])[0].seated == 1.0
        if later:
            assert _poses(choreography, step, [until + 0.3])[0].seated == 0.0


def test_hops_and_bounces_start_and_end_on_the_ground() -> None:
    for height in (hop_height, bounce_height):
        for length in (2.4, 3.3, 5.0):
            up = [height(t, length) for t in np.linspace(0, length, 400, endpoint=False)]
            assert up[0] == 0 and up[-1] < 0.1 and max(up) > 0.95
            assert sum(a < 0.5 <= b for a, b in pairwise(up)) >= 2  # several


def test_a_picked_up_box_is_on_the_ground_before_and_in_the_hands_after(
    played: list[tuple[Story, Choreography]],
) -> None:
    for story, choreography, step, (a, _, _) in _each(played, "picks up a box"):
        assert any(box.step is not None and story.steps[box.step] == step for box in story.boxes)
        assert not a.holding
        after = choreography.poses(min(step.end + 0.1, story.duration))[step.actor]
        assert after is None or after.holding


def _plain(scene: Scene) -> Scene:
    """The scene without what changes a picture when nothing happens."""
    scene.__dict__["looks"] = dataclasses.replace(scene.looks, noise=0, jitter=0.0, drift=0.0, blocks=0, blur=0.0)
    return scene


def test_every_event_can_be_seen_at_any_time_inside_it() -> None:
    """At 96 px, two looks half a second apart differ from how the picture looks when the event is over."""
    seen: Counter[str] = Counter()
    for seed in range(90):
        scene = make_scene(seed)
        new = [s for s in scene.story.steps if seen[s.action] < 3]
        for step in new:
            seen[step.action] += 1
            inside = np.arange(step.start + 0.2, step.end - 0.2, 0.25)
            frames = _plain(scene).render([*inside, step.end + 0.01], 96).astype(int)
            for a, b in pairwise(frames[:-1]):
                changed = np.abs(a - frames[-1]).sum(-1) > 60
                moved = np.abs(a - b).sum(-1) > 60
                assert max(changed.sum(), moved.sum()) >= 12, (seed, step)
    assert min(seen[a.present] for a in ACTIONS) >= 3


def test_nothing_moves_in_an_empty_scene() -> None:
    for seed in range(4):
        frames = _plain(make_scene(seed, kind="empty")).render([0, 7.3, 19.1, 30], 64)
        assert (frames == frames[0]).all()
