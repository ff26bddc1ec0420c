"""The lessons as values: `load_course` reads and checks a folder of lessons, and runs nothing of what it reads.

FOLDER/0_prerequisites/lesson.toml   with a markdown file per step that has text
FOLDER/reference/reference.toml      with a markdown file per card
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.errors import LessonError
from tutor.learning.folder import inside
from tutor.learning.labs import OWN_LABS, PANELS
from tutor.learning.loading import Draft, read_cards, read_lesson
from tutor.learning.markdown import Fence, PythonBlock, fences, python_blocks
from tutor.learning.steps import (
    Card,
    Course,
    Knob,
    Lab,
    Lesson,
    Option,
    Predict,
    Question,
    Quiz,
    Read,
    Step,
    unknown,
)
from tutor.learning.tables import Fault

if TYPE_CHECKING:
    from tutor.learning.progress import Progress

__all__ = [
    "OWN_LABS",
    "PANELS",
    "Card",
    "Course",
    "Fault",
    "Fence",
    "Knob",
    "Lab",
    "Lesson",
    "Option",
    "Predict",
    "PythonBlock",
    "Question",
    "Quiz",
    "Read",
    "Step",
    "check_course",
    "fences",
    "listing",
    "load_course",
    "python_blocks",
]


def load_course(folder: Path, faults: list[Fault] | None = None) -> Course:
    """The course in a folder of lessons, or in the folder of a single one.

    Raises LessonError that lists every fault. With `faults` given, they are added there instead, and a lesson
    or card with a fault is left out.
    """
    course, found = _read(Path(folder))
    if faults is not None:
        faults.extend(found)
    elif found:
        listed = "\n".join(map(str, found))
        count = "a fault" if len(found) == 1 else f"{len(found)} faults"
        raise LessonError(
            f"The lessons in {folder} cannot be opened, because of {count}:\n{listed}\nCorrect them and try again."
        )
    return course


def check_course(folder: Path) -> list[Fault]:
    """Every fault of a folder of lessons, or of the folder of a single one; empty when it is good."""
    return _read(Path(folder))[1]


def listing(course: Course, progress: Progress) -> list[dict[str, Any]]:
    """Lessons and steps with what is done, as `tutor lessons --json` prints them."""
    return [
        {
            "number": lesson.number,
            "id": lesson.id,
            "title": lesson.title,
            "steps": [
                {
                    "id": step.id,
                    "kind": step.kind,
                    "title": step.title,
                    "done": progress.is_done(lesson, step),
                }
                for step in lesson.steps
            ],
        }
        for lesson in course.lessons
    ]


def _read(folder: Path) -> tuple[Course, list[Fault]]:
    faults: list[Fault] = []
    alone = (folder / "lesson.toml").exists()
    paths = [folder] if alone else _folders(folder, faults)
    with warnings.catch_warnings():  # compiling a block may warn, on a screen that is in use
        warnings.simplefilter("ignore")
        drafts = [read_lesson(path) if alone else _draft(folder, path) for path in paths]
    _check_together(drafts, alone)
    for draft in drafts:
        faults += draft.faults
    good = [draft.lesson for draft in drafts if draft.lesson and not draft.faults]
    lessons = tuple(sorted(good, key=lambda lesson: lesson.number))
    return Course(lessons, _cards(folder, drafts, lessons, faults)), faults


def _folders(folder: Path, faults: list[Fault]) -> list[Path]:
    """The lesson folders in order of their names; a fault when there is none."""
    try:
        paths = sorted(Path(entry.path) for entry in os.scandir(folder) if entry.is_dir())
    except OSError as error:
        reason = f"cannot be opened: {error.strerror}. Name a folder that holds lessons."
        faults.append(Fault(folder, "folder", reason))
        return []
    found = [path for path in paths if path.name[0] not in "._" and path.name != "reference"]
    if not found:
        faults.append(
            Fault(folder, "folder", "holds no lessons. Name a folder with a subfolder for each lesson.")
        )
    return found


def _draft(folder: Path, path: Path) -> Draft:
    if inside(folder, path):
        return read_lesson(path)
    return Draft(
        path, [Fault(path, "folder", "leads out of the folder of lessons. Put the lesson itself there.")]
    )


def _check_together(drafts: list[Draft], alone: bool) -> None:
    """What lessons say of each other: ids and numbers once each, `needs` naming earlier lessons."""
    read = [(draft, draft.lesson) for draft in drafts if draft.lesson]
    ids: dict[str, int | None] = {}
    numbers: dict[int | None, str] = {}
    for draft, lesson in read:
        number = None if any(fault.key == "number" for fault in draft.faults) else lesson.number
        if lesson.id and lesson.id in ids:
            draft.faults.append(
                Fault(draft.file, "id", f"another lesson is called “{lesson.id}” too. Rename one.")
            )
        if number is not None and number in numbers:
            reason = f"{numbers[number]} has the number {number} too. Change one."
            draft.faults.append(Fault(draft.file, "number", reason))
        ids.setdefault(lesson.id, number)
        numbers.setdefault(number, lesson.folder.name)
    for draft, lesson in read if not alone else ():
        draft.faults += [Fault(draft.file, "needs", reason) for reason in _needs_faults(lesson, ids)]


def _needs_faults(lesson: Lesson, ids: dict[str, int | None]) -> Iterator[str]:
    own = ids[lesson.id]
    for need in lesson.needs:
        number = ids.get(need)
        if need not in ids:
            yield unknown("lesson", need, [id for id in ids if id not in ("", lesson.id)])
        elif need == lesson.id or (own is not None and number is not None and number >= own):
            yield f"“{need}” does not come before this lesson. Name earlier lessons only."


def _cards(
    folder: Path, drafts: list[Draft], lessons: tuple[Lesson, ...], faults: list[Fault]
) -> tuple[Card, ...]:
    """The quick reference. A card whose lab was left out with its lesson stays, without the lab."""
    reference = folder / "reference"
    if not reference.is_dir():
        return ()
    read = [draft.lesson for draft in drafts if draft.lesson]
    known = {f"{lesson.id}/{step.id}": step.kind for lesson in read for step in lesson.steps}
    cards, found = read_cards(reference, known if len(read) == len(drafts) else None)
    faults += found
    there = {f"{lesson.id}/{step.id}" for lesson in lessons for step in lesson.steps}
    return tuple(card if card.lab in there else replace(card, lab="") for card in cards)
