"""Draw a second of a story: everybody in it, the far ones first."""

from __future__ import annotations

import math

from course_lib.clipworld.choreography import Choreography, Pose, slot_x
from course_lib.clipworld.draw_animals import draw_ball, draw_bird, draw_dog
from course_lib.clipworld.draw_car import body_of, draw_car
from course_lib.clipworld.draw_person import BOX_SIZE, draw_box, draw_person
from course_lib.clipworld.looks import Looks
from course_lib.clipworld.pen import Pen
from course_lib.clipworld.story import Box, Story

LAMPS = {"red": (255, 40, 30), "green": (40, 235, 90)}
PULSE = 0.8  # seconds


def draw_actors(pen: Pen, story: Story, choreography: Choreography, looks: Looks, t: float) -> None:
    poses = choreography.poses(t)
    todo: list[tuple[float, int, Pose | Box]] = [(p.depth, i, p) for i, p in enumerate(poses) if p is not None]
    for box in story.boxes:
        if box.step is None or t < story.steps[box.step].start:
            todo.append((_box_spot(story, looks, box)[1] + 0.001, len(poses), box))
    for _, i, pose in sorted(todo, key=lambda item: item[:2]):
        if isinstance(pose, Box):
            draw_box(pen, *_box_spot(story, looks, pose), BOX_SIZE * looks.person)
            continue
        actor = story.cast[i]
        paint = looks.paint(actor.colour)
        if actor.kind == "car":
            draw_car(pen, pose, paint, body_of(looks, i), looks)
        elif actor.kind == "person":
            held = next((b for b in story.boxes if b.step is not None and story.steps[b.step].actor == i), None)
            draw_person(pen, pose, paint, looks, i, _box_spot(story, looks, held)[0] if held else None)
        elif actor.kind == "dog":
            draw_dog(pen, pose, paint, looks)
        elif actor.kind == "ball":
            draw_ball(pen, pose, paint, looks)
        elif actor.kind == "bird":
            draw_bird(pen, pose, paint, looks, story.view)
        else:
            _draw_light(pen, pose, looks)


def _box_spot(story: Story, looks: Looks, box: Box) -> tuple[float, float]:
    who = story.steps[box.step].actor if box.step is not None else None
    y = looks.depths[who] if who is not None else min(looks.depths) - 0.015
    return slot_x(box.place) + box.side * 0.3 * looks.person, y


def _draw_light(pen: Pen, pose: Pose, looks: Looks) -> None:
    x, y = pose.x, pose.y
    w, top = 0.053, y - 0.315
    pen.oval(x + 0.012 * looks.sun, y, 0.045, 0.012, (0, 0, 0, 80))
    pen.box(x - 0.009, y - 0.1, x + 0.009, y, (62, 64, 68))
    pen.box(x - w - 0.008, top - 0.008, x + w + 0.008, top + 0.258, (214, 210, 196))
    pen.box(x - w, top, x + w, top + 0.25, (32, 33, 38))
    for k, (name, off) in enumerate((("red", (84, 22, 20)), ("amber", (78, 62, 14)), ("green", (14, 66, 30)))):
        cy = top + 0.045 + 0.08 * k
        pen.disc((x, cy), 0.036, (14, 14, 16))
        if pose.lit != name:
            pen.disc((x, cy), 0.031, off)
            continue
        glow = LAMPS[name]
        if pose.action:
            beat = 0.5 - 0.5 * math.cos(2 * math.pi * pose.clock / PULSE)
            pen.disc((x, cy), 0.075 + 0.055 * beat, (*glow, 70))
            pen.disc((x, cy), 0.055 + 0.03 * beat, (*glow, 120))
        pen.disc((x, cy), 0.033, glow)
        pen.disc((x - 0.009, cy - 0.01), 0.011, (255, 255, 255, 190))
