"""Exercise 4, The sketch: nine functions of a video language model, each with one fault to be found and mended."""

from course_lib.checks.sketch.answer import ANSWER
from course_lib.checks.sketch.choose import CHOOSE
from course_lib.checks.sketch.encode import ENCODE
from course_lib.checks.sketch.labels import LABELS
from course_lib.checks.sketch.pictures import PICTURES
from course_lib.checks.sketch.project import PROJECT
from course_lib.checks.sketch.seconds import SECONDS
from course_lib.checks.sketch.size import SIZE
from course_lib.checks.sketch.splice import SPLICE

CHECKS = {
    "choose": CHOOSE,
    "seconds": SECONDS,
    "size": SIZE,
    "pictures": PICTURES,
    "encode": ENCODE,
    "project": PROJECT,
    "splice": SPLICE,
    "labels": LABELS,
    "answer": ANSWER,
}
