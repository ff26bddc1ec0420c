"""Places in the course, in order and in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.learning.progress import Progress
    from tutor.learning.steps import Course, Lesson, Step

KINDS = {"read": "read", "predict": "predict", "lab": "lab", "quiz": "quiz"}


def all_places(course: Course) -> Iterator[tuple[Lesson, Step]]:
    """Every step of every lesson, in the order in which they are walked."""
    for lesson in course.lessons:
        for step in lesson.steps:
            yield lesson, step


def neighbour(course: Course, lesson: Lesson, step: Step, offset: int) -> tuple[Lesson, Step] | None:
    """The place `offset` steps further on (or back), over the borders of lessons; None past the ends."""
    places = list(all_places(course))
    here = next(i for i, (a, b) in enumerate(places) if a.id == lesson.id and b.id == step.id)
    there = here + offset
    return places[there] if 0 <= there < len(places) else None


def position(lesson: Lesson, step: Step) -> int:
    """The number of the step in its lesson, from 1."""
    return 1 + next(i for i, other in enumerate(lesson.steps) if other.id == step.id)


def minutes_left(lesson: Lesson, progress: Progress) -> int:
    """The minutes of the steps that are not done yet."""
    return sum(step.minutes for step in lesson.steps if not progress.is_done(lesson.id, step.id))


def lesson_name(lesson: Lesson) -> str:
    """`3 Binary cross-entropy`."""
    return f"{lesson.number} {lesson.title}"


def first_open(lesson: Lesson, progress: Progress) -> Step:
    """The first step of a lesson that is not done, or its first when all are."""
    steps = lesson.steps
    return next((step for step in steps if not progress.is_done(lesson.id, step.id)), steps[0])
