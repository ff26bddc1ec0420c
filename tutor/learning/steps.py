"""What a lesson is made of: frozen values that a screen shows and nothing here draws."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeAlias

from tutor.errors import LessonError

WORD_KEYS = ("dataset", "model", "loss", "optimizer")


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like `word`, or "" when none is near."""
    if len(word) > 80:  # comparing costs its length; nobody mistypes that much
        return ""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)), "")


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """A sentence for a word that does not exist: names the nearest known one, then all of them."""
    words = list(known)
    near = nearest(word, words)
    meant = f" Did you mean “{near}”?" if near else ""
    listed = f" Known: {', '.join(words)}." if words else ""
    return f"There is no {what} “{word}”.{meant}{listed}"


@dataclass(frozen=True)
class Option:
    """One answer to choose, and why it tempts, holds or fails."""

    text: str
    correct: bool
    reason: str


@dataclass(frozen=True)
class Question:
    """A question with exactly one correct option; `refresh` is the step to reread after a wrong answer."""

    text: str
    options: tuple[Option, ...]
    refresh: str = ""

    @property
    def answer(self) -> int:
        """Index of the correct option."""
        return next(index for index, option in enumerate(self.options) if option.correct)


@dataclass(frozen=True)
class Knob:
    """A part of the experiment that the learner may turn, with the values that it may take."""

    key: str
    label: str
    values: tuple[str, ...]

    def word(self, value: str) -> str:
        """The value as a word of an experiment line: `lr=0.1`, or `mse` alone for a loss."""
        return value if self.key in WORD_KEYS else f"{self.key}={value}"


@dataclass(frozen=True)
class Read:
    """A page of markdown."""

    id: str
    title: str
    minutes: int
    text: str
    kind: ClassVar[str] = "read"


@dataclass(frozen=True)
class Predict:
    """A question about the lab `about`, which stays locked until this is answered."""

    id: str
    title: str
    minutes: int
    text: str
    question: Question
    about: str
    kind: ClassVar[str] = "predict"


@dataclass(frozen=True)
class Quiz:
    """Questions to check yourself with."""

    id: str
    title: str
    minutes: int
    text: str
    questions: tuple[Question, ...]
    kind: ClassVar[str] = "quiz"


@dataclass(frozen=True)
class Lab:
    """A live run of `experiment`, or a lab with mechanics of its own (`lab`) on `dataset`.

    `compare` holds the words that differ in a paired run, `labels` the names of the two runs. `pace` is the
    most steps per second at normal speed, 0 for no limit; `seconds` is about how long a run takes, 0 if unsaid.
    """

    id: str
    title: str
    minutes: int
    text: str
    experiment: str = ""
    compare: str = ""
    labels: tuple[str, ...] = ()
    panels: tuple[str, ...] = ()
    knobs: tuple[Knob, ...] = ()
    pace: int = 0
    lab: str = ""
    dataset: str = ""
    seconds: int = 0
    kind: ClassVar[str] = "lab"


Step: TypeAlias = Read | Predict | Quiz | Lab


@dataclass(frozen=True)
class Lesson:
    """A lesson and its steps in order. `main` is the lab that `tutor tour` runs, "" when no lab trains."""

    id: str
    number: int
    title: str
    summary: str
    teaches: tuple[str, ...]
    needs: tuple[str, ...]
    minutes: int
    main: str
    steps: tuple[Step, ...]
    folder: Path

    def step(self, id: str) -> Step:
        """The step of that id. Raises LessonError naming the nearest one."""
        for step in self.steps:
            if step.id == id:
                return step
        raise LessonError(unknown(f"step in lesson {self.number}", id, [step.id for step in self.steps]))


@dataclass(frozen=True)
class Card:
    """A page of the quick reference: a `card`, or a `mistake` with its symptom and repair."""

    id: str
    title: str
    kind: str
    lab: str
    text: str


@dataclass(frozen=True)
class Course:
    """All lessons, by number, and the cards of the quick reference."""

    lessons: tuple[Lesson, ...]
    cards: tuple[Card, ...]

    def lesson(self, name: str) -> Lesson:
        """The lesson of that number or id. Raises LessonError naming the nearest one."""
        number = int(name) if name.isascii() and name.isdigit() and len(name) < 4 else -1
        for lesson in self.lessons:
            if name == lesson.id or number == lesson.number:
                return lesson
        if number >= 0:
            known = ", ".join(f"{lesson.number} {lesson.id}" for lesson in self.lessons)
            raise LessonError(f"There is no lesson {number}. Known: {known}.")
        raise LessonError(unknown("lesson", name, [lesson.id for lesson in self.lessons]))

    def find(self, place: str) -> tuple[Lesson, Step | None]:
        """The lesson and step of `3/mse-against-bce`, or the lesson alone of `3`. Raises LessonError."""
        name, slash, id = place.partition("/")
        lesson = self.lesson(name)
        return lesson, lesson.step(id) if slash and id else None

    def card(self, id: str) -> Card:
        """The card of that id. Raises LessonError naming the nearest one."""
        for card in self.cards:
            if card.id == id:
                return card
        raise LessonError(unknown("card", id, [card.id for card in self.cards]))
