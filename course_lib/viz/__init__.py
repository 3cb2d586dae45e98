"""Pictures of what the other rooms return. matplotlib is loaded when something is drawn."""

from course_lib.viz.report import write_report
from course_lib.viz.timelines import frame_strip, timelines

__all__ = ["frame_strip", "timelines", "write_report"]
