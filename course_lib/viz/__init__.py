"""Pictures of what the other rooms return. matplotlib is loaded when something is drawn."""

from course_lib.viz.attention import attention_data, draw_attention
from course_lib.viz.comparison import comparison_data, draw_comparison, write_comparison
from course_lib.viz.confusion import confusion_data, draw_confusion
from course_lib.viz.marker import mark
from course_lib.viz.report import write_report
from course_lib.viz.timelines import frame_strip, timelines
from course_lib.viz.viewer import view, viewer_data

__all__ = [
    "attention_data",
    "comparison_data",
    "confusion_data",
    "draw_attention",
    "draw_comparison",
    "draw_confusion",
    "frame_strip",
    "mark",
    "timelines",
    "view",
    "viewer_data",
    "write_comparison",
    "write_report",
]
