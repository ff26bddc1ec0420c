"""`tutor lessons` and `tutor check-lessons`. Needs no torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tutor.headless.streams import put, say
from tutor.learning.lessons import Course, check_course, listing, load_course
from tutor.learning.progress import Progress


def list_lessons(course: Course, progress: Progress, as_json: bool) -> None:
    """Lessons and their steps, with what is done: text, or one JSON list."""
    lessons = listing(course, progress)
    if as_json:
        put(json.dumps(lessons, indent=2))
        return
    for about, lesson in zip(lessons, course.lessons, strict=True):
        _put_lesson(about, lesson.minutes)


def _put_lesson(lesson: dict[str, Any], minutes: int) -> None:
    steps = lesson["steps"]
    done = sum(step["done"] for step in steps)
    put(f"{lesson['number']}  {lesson['title']}  ({minutes} min, {done} of {count(len(steps), 'step')} done)")
    places = [f"{lesson['number']}/{step['id']}" for step in steps]
    widest = max(map(len, places), default=0)
    for place, step in zip(places, steps, strict=True):
        put(f"   [{'x' if step['done'] else ' '}] {place:<{widest}}  {step['kind']:<7}  {step['title']}")


def check_lessons(folder: Path) -> int:
    """Print every fault of the folder as `FILE: KEY: REASON`. Returns the exit code: 1 when there are faults."""
    faults = check_course(folder)
    for fault in faults:
        put(str(fault))
    if faults:
        say(f"{count(len(faults), 'fault')} in {folder}.")
        return 1
    course = load_course(folder)
    steps = sum(len(lesson.steps) for lesson in course.lessons)
    say(f"{count(len(course.lessons), 'lesson')} and {count(steps, 'step')} in {folder}: no faults.")
    return 0


def count(number: int, noun: str) -> str:
    """`1 fault`, `2 faults`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
