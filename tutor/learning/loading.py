"""One lesson's folder, or the quick reference's: lesson.toml and its markdown into values, with every fault."""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutor.learning.folder import Unreadable, read_text
from tutor.learning.labs import read_lab
from tutor.learning.markdown import MOST_LINES, markdown_faults
from tutor.learning.steps import Card, Lab, Lesson, Option, Predict, Question, Quiz, Read, Step, unknown
from tutor.learning.tables import Fault, Table

KINDS = ("read", "predict", "lab", "quiz")
CARD_KINDS = ("card", "mistake")
_FILE = re.compile(r"[A-Za-z0-9._/-]+\.md")


@dataclass
class Draft:
    """A folder as far as it could be read. What is faulty is named in `faults`; `lesson` may then hold gaps."""

    file: Path
    faults: list[Fault] = field(default_factory=list)
    lesson: Lesson | None = None


def read_lesson(folder: Path) -> Draft:
    """Read one lesson's folder. Raises nothing for a bad one: see `Draft.faults`."""
    draft = Draft(folder / "lesson.toml")
    values = read_toml(folder, "lesson.toml", draft.faults)
    if values is None:
        return draft
    table = Table(values, draft.file, draft.faults)
    pages = Pages(folder)
    step_tables = table.tables("steps")
    steps = [_step(step, pages) for step in step_tables]
    lesson = Lesson(
        id=table.identifier("id"),
        number=table.whole("number", 0, 99),
        title=table.text("title"),
        summary=table.text("summary"),
        teaches=table.texts("teaches"),
        needs=table.texts("needs", needed=False),
        minutes=table.whole("minutes", 1, 600),
        main=table.text("main", needed=any(map(_trains, steps))),
        steps=tuple(step for step in steps if step),
        folder=folder,
    )
    table.done("lesson.toml")
    if values.get("steps") == []:
        table.fault("steps", "is empty. Write at least one [[steps]] table.")
    _check_links(table, lesson, step_tables)
    pages.unused(draft.faults)
    draft.lesson = lesson
    return draft


def read_toml(folder: Path, name: str, faults: list[Fault]) -> dict[str, Any] | None:
    """The tables of a TOML file, or None and a fault."""
    try:
        return tomllib.loads(read_text(folder, name))
    except Unreadable as error:
        faults.append(Fault(folder / name, "file", str(error)))
    except tomllib.TOMLDecodeError as error:
        what, _, where = str(error).partition(" (at ")
        line = where.partition(",")[0].rstrip(")") or "file"
        faults.append(Fault(folder / name, line, f"is not TOML: {what}. Correct the line."))
    except RecursionError:
        faults.append(Fault(folder / name, "file", "is nested too deeply. Write plain tables."))
    return None


class Pages:
    """The markdown files of a folder: each read and checked once, and those that nobody named."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, str] = {}

    def text(self, table: Table, id: str, needed: bool) -> str:
        """The markdown of a step or card: of the file it names, else of `ID.md`; "" when it has none."""
        named = table.text("file", needed=False)
        if named and not _FILE.fullmatch(named):
            reason = f"“{named}” is not a markdown file of this folder. Write a name such as logits.md."
            table.fault("file", reason)
            return ""
        name = named or f"{id}.md"
        if not named and (not id or (not needed and not os.path.lexists(self.folder / name))):
            return ""
        if name not in self._read:
            self._read[name] = self._checked(table, name)
        return self._read[name]

    def unused(self, faults: list[Fault]) -> None:
        """Note the markdown files beside the TOML file that nothing names."""
        used = {str(Path(name)) for name in self._read}
        for path in sorted(self.folder.glob("*.md")):
            if path.name not in used:
                faults.append(
                    Fault(path, "file", "is used by no step. Name it after a step's id, or delete it.")
                )

    def _checked(self, table: Table, name: str) -> str:
        try:
            text = read_text(self.folder, name)
        except Unreadable as error:
            table.fault("file", f"{name} {error}")
            return ""
        path = self.folder / name
        if not text.strip():
            table.faults.append(Fault(path, "file", "is empty. Write the step's text."))
        lines = text.rstrip().count("\n") + 1
        if lines > MOST_LINES:
            reason = f"has {lines} lines; {MOST_LINES} is the most, about 100 reads well. Split the step."
            table.faults.append(Fault(path, f"line {MOST_LINES + 1}", reason))
        table.faults.extend(Fault(path, f"line {line}", reason) for line, reason in markdown_faults(text))
        return text


def _step(table: Table, pages: Pages) -> Step | None:
    id, kind, title = table.identifier("id"), table.one_of("kind", KINDS), table.text("title")
    minutes = table.whole("minutes", 1, 120, needed=kind == "read")
    text = pages.text(table, id, needed=kind == "read")
    step: Step | None = None
    if kind == "read":
        step = Read(id, title, minutes, text)
    elif kind == "predict":
        step = Predict(id, title, minutes, text, _question(table, "question"), table.text("about"))
    elif kind == "lab":
        step = read_lab(table, id, title, minutes, text)
    elif kind == "quiz":
        step = Quiz(id, title, minutes, text, _questions(table))
    if step:
        table.done(f"a {kind} step")
    return step


def _questions(table: Table) -> tuple[Question, ...]:
    found = table.tables("questions")
    if table.values.get("questions") == []:
        table.fault("questions", "is empty. Write at least one [[steps.questions]] table.")
    questions = []
    for inner in found:
        questions.append(_question(inner, "text", inner.text("refresh", needed=False)))
        inner.done("a question")
    return tuple(questions)


def _question(table: Table, name: str, refresh: str = "") -> Question:
    text = table.text(name, lines=True)
    if text:
        for line, reason in markdown_faults(text):
            table.fault(name, f"line {line} {reason}")
    options = []
    for inner in table.tables("options"):
        options.append(
            Option(inner.text("text", lines=True), inner.flag("correct"), inner.text("reason", lines=True))
        )
        inner.done("an option")
    if options or table.values.get("options") == []:
        _check_options(table, options)
    return Question(text, tuple(options), refresh)


def _check_options(table: Table, options: list[Option]) -> None:
    if len(options) < 2:
        table.fault("options", f"holds {len(options)}. A question needs at least two.")
    correct = sum(option.correct for option in options)
    unread = any(
        fault.key.startswith(table.key("options.")) and fault.key.endswith(".correct")
        for fault in table.faults
    )
    if correct != 1 and not unread:
        table.fault("options", f"has {correct} options with correct = true. Exactly one must be.")
    for text in repeated(option.text for option in options):
        table.fault("options", f"offers “{text}” twice. Keep one of them.")


def _trains(step: Step | None) -> bool:
    """Whether the step is a lab with an experiment; of a lab in code, not every one has that."""
    return isinstance(step, Lab) and (not step.lab or bool(step.experiment))


def _check_links(table: Table, lesson: Lesson, step_tables: list[Table]) -> None:
    """What steps say of each other: ids once each, `about` a later lab, `refresh` a step, `main` a lab that trains."""
    for id in repeated(
        table.values["id"] for table in step_tables if isinstance(table.values.get("id"), str)
    ):
        table.fault("steps", f"two steps have the id “{id}”. Rename one of them.")
    labs = [step.id for step in lesson.steps if _trains(step)]
    if lesson.main and lesson.main not in labs:
        table.fault("main", unknown("lab with an experiment", lesson.main, labs))
    for place, step in enumerate(lesson.steps):
        if isinstance(step, Predict) and step.about:
            _check_about(
                table, step, [later.id for later in lesson.steps[place + 1 :] if isinstance(later, Lab)]
            )
        elif isinstance(step, Quiz):
            _check_refresh(table, step, [other.id for other in lesson.steps if other.id != step.id])


def _check_about(table: Table, step: Predict, later: list[str]) -> None:
    if step.about not in later:
        known = (
            f"Later labs: {', '.join(later)}." if later else "There is none: write the lab below this step."
        )
        table.fault(f"steps.{step.id}.about", f"“{step.about}” is not a later lab of this lesson. {known}")


def _check_refresh(table: Table, step: Quiz, others: list[str]) -> None:
    for place, question in enumerate(step.questions, 1):
        if question.refresh and question.refresh not in others:
            reason = unknown("other step", question.refresh, others)
            table.fault(f"steps.{step.id}.questions.{place}.refresh", reason)


def repeated(words: Iterable[str]) -> list[str]:
    """The words that come more than once, in order; empty ones do not count."""
    return [word for word, times in Counter(words).items() if times > 1 and word]


def read_cards(folder: Path, places: dict[str, str] | None) -> tuple[list[Card], list[Fault]]:
    """The cards of reference.toml. `places` holds the kind of every step by `LESSON-ID/STEP-ID`; None: not checked."""
    faults: list[Fault] = []
    values = read_toml(folder, "reference.toml", faults)
    if values is None:
        return [], faults
    table = Table(values, folder / "reference.toml", faults)
    pages = Pages(folder)
    cards = []
    for inner in table.tables("cards"):
        before = len(faults)
        card = _card(inner, pages, places)
        if len(faults) == before:
            cards.append(card)
    table.done("reference.toml")
    for id in repeated(
        inner.values["id"] for inner in table.tables("cards") if isinstance(inner.values.get("id"), str)
    ):
        table.fault("cards", f"two cards have the id “{id}”. Rename one of them.")
    pages.unused(faults)
    return cards, faults


def _card(table: Table, pages: Pages, places: dict[str, str] | None) -> Card:
    id, title = table.identifier("id"), table.text("title")
    kind, lab = table.one_of("kind", CARD_KINDS), table.text("lab", needed=False)
    card = Card(id, title, kind, lab, pages.text(table, id, needed=True))
    table.done("a card")
    if lab and places is not None and places.get(lab) != "lab":
        labs = [place for place, kind in places.items() if kind == "lab"]
        table.fault("lab", unknown("lab", lab, labs))
    return card
