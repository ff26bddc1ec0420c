"""What a learner has done, kept over restarts: versioned JSON, replaced whole, shared by tutors that run at once.

A file that is broken, newer, or cannot be written never stops the tutor: `notice` says what happened.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutor import paths
from tutor.errors import ProgressError
from tutor.learning.state import Broken, Newer, State, locked, read_state, set_aside, write_whole
from tutor.learning.steps import Course, Lesson, Step


class Progress:
    """A learner's progress in memory, and the file behind it. Safe to save on one thread and mark on another.

    Lessons and steps are named by their ids, or by the values themselves.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = Path(path) if path is not None else paths.state_dir() / "progress.json"
        self.notice = ""
        self._state = State()
        self._changes = State()
        self._untouchable = False  # the file is another version's, or could not be read: write nothing
        self._told = False
        self._guard = threading.Lock()
        self._saving = threading.Lock()

    @classmethod
    def load(cls, path: Path | None = None) -> Progress:
        """The progress in a file, by default in the state folder. Never raises for a bad file: see `notice`."""
        progress = cls(path)
        try:
            progress._state = read_state(progress.path) or State()
        except Broken:
            progress._keep_broken()
        except (Newer, OSError) as error:
            progress._leave_alone(error)
        return progress

    @property
    def first_start(self) -> bool:
        """Whether nobody has been welcomed yet."""
        return not self._state.started

    def mark_started(self) -> None:
        """Note that the learner has been welcomed."""
        self._change(State(started=True))

    def mark_done(self, lesson: Lesson | str, step: Step | str) -> None:
        """Note that a step is done."""
        self._change(State(done={place(lesson, step)}))

    def is_done(self, lesson: Lesson | str, step: Step | str) -> bool:
        """Whether a step is done."""
        return place(lesson, step) in self._state.done

    def answer(self, lesson: Lesson | str, step: Step | str, question: int, option: int) -> None:
        """Note the option chosen for a question of a quiz, both counted from 0. A later answer replaces it."""
        self._change(State(answers={place(lesson, step): {question: option}}))

    def answers(self, lesson: Lesson | str, step: Step | str) -> dict[int, int]:
        """The options chosen in a quiz, by question."""
        with self._guard:
            return dict(self._state.answers.get(place(lesson, step), {}))

    def predict(self, lesson: Lesson | str, step: Step | str, option: int) -> int:
        """Lock a prediction and return it. One that is locked already stays, and is returned."""
        self._change(State(predictions={place(lesson, step): option}))
        return self._state.predictions[place(lesson, step)]

    def prediction(self, lesson: Lesson | str, step: Step | str) -> int | None:
        """The locked prediction, or None."""
        return self._state.predictions.get(place(lesson, step))

    def keep_lab(self, lesson: Lesson | str, step: Step | str, values: Mapping[str, Any]) -> None:
        """Note what a lab wants back when it is opened again: plain JSON values, with a version of its own among them.

        It replaces what the lab kept before. Raises TypeError or ValueError for values that JSON does not know.
        """
        kept = json.loads(json.dumps(values, allow_nan=False))  # a copy, and a check
        self._change(State(labs={place(lesson, step): kept}))

    def lab(self, lesson: Lesson | str, step: Step | str) -> dict[str, Any]:
        """What a lab kept; {} where it kept nothing. The lab checks what it reads."""
        return copy.deepcopy(self._state.labs.get(place(lesson, step), {}))

    def visit(self, lesson: Lesson | str, step: Step | str) -> None:
        """Note where the learner is."""
        self._change(State(last=place(lesson, step)))

    @property
    def last(self) -> str:
        """Where the learner was last, as `lesson-id/step-id`; "" before the first step."""
        return self._state.last

    def count_done(self, lesson: Lesson) -> int:
        """How many of the lesson's steps are done."""
        return sum(self.is_done(lesson, step) for step in lesson.steps)

    def next_step(self, course: Course) -> tuple[Lesson, Step] | None:
        """Where to go on: the last place if it is not done, else the next undone after it, else the first undone."""
        steps = [(lesson, step) for lesson in course.lessons for step in lesson.steps]
        places = [place(lesson, step) for lesson, step in steps]
        start = _start(places, self.last)
        return next((at for at in [*steps[start:], *steps[:start]] if not self.is_done(*at)), None)

    def save(self) -> None:
        """Write what is new on top of what the file holds by now. Never raises: a failure becomes a `notice`."""
        with self._saving:
            if self._untouchable:
                return
            try:
                self._merge_into_file()
                self._told = False
            except Newer as error:
                self._leave_alone(error)
            except (OSError, NotImplementedError, RecursionError) as error:
                self._say_unsaved(error)

    def export(self, path: Path) -> None:
        """Write the progress to another file. Raises ProgressError."""
        try:
            with self._guard:
                text = self._state.to_json()
            write_whole(Path(path), text)
        except (OSError, ValueError) as error:
            raise ProgressError(
                f"Your progress could not be written to {path}: {_why(error)}. Name a file in a folder that you may write to."
            ) from None

    def import_(self, path: Path) -> None:
        """Add the progress of another file and save; what is known here already stays. Raises ProgressError."""
        if self._untouchable:
            raise ProgressError(self.notice)
        try:
            found = read_state(Path(path))
        except Newer as error:
            raise ProgressError(
                f"{path} was written by a newer tutor (version {error} of the file). Upgrade nn-tutor, then import it."
            ) from None
        except (Broken, OSError) as error:
            raise ProgressError(
                f"{path} could not be imported: {_why(error)}. Name a file that “tutor progress export” wrote."
            ) from None
        if found is None:
            raise ProgressError(f"{path} could not be imported: there is no such file. Check its name.")
        with self._guard:
            found.add(self._state)
        self._change(found)
        self.save()
        if self._told or self._untouchable:
            raise ProgressError(self.notice)

    def reset(self) -> Path | None:
        """Start anew and return the backup of what was there, None if there was nothing. Raises ProgressError."""
        if self._untouchable:
            raise ProgressError(self.notice)
        with self._saving, self._guard:
            try:
                with locked(self.path):
                    kept = set_aside(self.path, "backup") if self.path.exists() else None
                    write_whole(self.path, State().to_json())
            except (OSError, NotImplementedError) as error:
                raise ProgressError(
                    f"Your progress was not reset: {self.path} cannot be replaced ({_why(error)}). "
                    "Give yourself the right to write there."
                ) from None
            self._state, self._changes = State(), State()
        return kept

    def _change(self, change: State) -> None:
        with self._guard:
            self._state.add(change)
            self._changes.add(change)

    def _merge_into_file(self) -> None:
        with self._guard:
            changes, self._changes = self._changes, State()
            whole = self._state.copy()
        try:
            if changes == State():
                return
            with locked(self.path):
                merged = self._fresh_state() or whole
                merged.add(changes)
                write_whole(self.path, merged.to_json())
        except BaseException:
            self._put_back(changes)
            raise
        with self._guard:
            merged.add(self._changes)
            self._state = merged

    def _put_back(self, changes: State) -> None:
        with self._guard:
            changes.add(self._changes)
            self._changes = changes

    def _fresh_state(self) -> State | None:
        """What the file holds now; a file broken meanwhile is kept aside and counts as missing."""
        try:
            return read_state(self.path)
        except Broken as error:
            self._say_broken(set_aside(self.path, "broken"), error)
            return None

    def _keep_broken(self) -> None:
        """Look again under the lock, since another tutor may have mended it, and set a broken file aside."""
        try:
            with locked(self.path):
                self._state = self._fresh_state() or State()
        except (Newer, OSError, NotImplementedError) as error:
            self._leave_alone(error)

    def _leave_alone(self, error: Exception) -> None:
        self._untouchable = True
        if isinstance(error, Newer):
            self.notice = (
                f"Your progress in {self.path} was written by a newer tutor (version {error} of the file), "
                "so this one leaves it untouched and saves nothing. Upgrade nn-tutor to go on from it."
            )
        else:
            self.notice = (
                f"Your progress in {self.path} could not be read: {_why(error)}. You can go on, and nothing is saved. "
                "Mend the file or its permissions, then start again."
            )

    def _say_broken(self, kept: Path, error: Broken) -> None:
        self.notice = (
            f"Your progress could not be read: {error}. The file was kept as {kept}, and a fresh one begins. "
            "To get it back, mend the file and run: tutor progress import FILE"
        )

    def _say_unsaved(self, error: Exception) -> None:
        if not self._told:
            self.notice = (
                f"Your progress could not be saved in {self.path}: {_why(error)}. You can go on; it is kept until you "
                "leave. Make room or give yourself the right to write there, and it is saved with the next step."
            )
        self._told = True


def place(lesson: Lesson | str, step: Step | str) -> str:
    """The key of a step: `lesson-id/step-id`."""
    return f"{lesson if isinstance(lesson, str) else lesson.id}/{step if isinstance(step, str) else step.id}"


def _start(places: list[str], last: str) -> int:
    """Where to begin looking: at the last place, else at the start of its lesson, else at the first step."""
    if last in places:
        return places.index(last)
    lesson = last.partition("/")[0]
    return next((at for at, name in enumerate(places) if name.partition("/")[0] == lesson), 0)


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).rstrip(".")
