"""Clips with exact ground truth: who does what and when is decided first, and then drawn."""

from course_lib.clipworld.scene import Scene, SceneError, make_scene
from course_lib.clipworld.story import make_story
from course_lib.clipworld.write import write_video

__all__ = ["Scene", "SceneError", "make_scene", "make_story", "write_video"]
