"""What a grade's state means for its points, and for the people who read it."""

from __future__ import annotations

from course_lib.grade.records import Grade

UNGRADED = ("rejected", "infrastructure")
TO_STUDENT = {
    "timeout": "Part of it took too long and was stopped. The other parts count.",
    "crashed": "Part of it ended the process that ran it. The other parts count.",
    "rejected": "It could not be graded. This is no judgement of your work: mend what is said here and ask whether you "
    "may hand it in again.",
    "infrastructure": "The grader failed, not you. It will be graded again.",
}
TO_INSTRUCTOR = {
    "timeout": "Read the code: slow, or endless?",
    "crashed": "Read the code: an accident, or an attack?",
    "rejected": "Ask for another file, or mend it; then run the same command again.",
    "infrastructure": "Run the same command again.",
}


def scored(grade: Grade) -> bool:
    """Whether its points may stand alone. Not where nothing was judged, and not a 0 of which a part never finished."""
    return grade.state not in UNGRADED and (grade.state == "graded" or grade.points > 0)
