"""The steps of a lesson with their marks."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

if TYPE_CHECKING:
    from tutor.learning.progress import Progress
    from tutor.learning.steps import Lesson, Step

DONE, HERE, OPEN = "✓", "▸", "·"
TITLE_WIDTH = 26


def hang(text: str, width: int, indent: int) -> str:
    """The text wrapped to `width` cells, its later lines indented."""
    return ("\n" + " " * indent).join(textwrap.wrap(text, width) or [""])


def step_mark(lesson: Lesson, step: Step, progress: Progress, here: bool) -> Content:
    """`✓` for done, `▸` for the step that is open, `·` for what is to come."""
    if here:
        return Content.styled(HERE, "bold $accent")
    if progress.is_done(lesson.id, step.id):
        return Content.styled(DONE, "$success")
    return Content.styled(OPEN, "$quiet")


class StepRow(Static):
    """One step; a click opens it."""

    class Chosen(Message):
        """A step was clicked."""

        def __init__(self, step: Step) -> None:
            super().__init__()
            self.step = step

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.step = step

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Chosen(self.step))


class StepList(VerticalScroll, can_focus=False):
    """The list at the left of a step."""

    def __init__(self, lesson: Lesson, step: Step, progress: Progress) -> None:
        super().__init__()
        self.lesson = lesson
        self.step = step
        self.progress = progress

    def compose(self) -> ComposeResult:
        for step in self.lesson.steps:
            yield StepRow(step)

    def on_mount(self) -> None:
        self.show_marks()
        here = next(row for row in self.query(StepRow) if row.step.id == self.step.id)
        self.call_after_refresh(here.scroll_visible, animate=False)

    def show_marks(self) -> None:
        """Draw every mark again."""
        for row in self.query(StepRow):
            here = row.step.id == self.step.id
            mark = step_mark(self.lesson, row.step, self.progress, here)
            done = self.progress.is_done(self.lesson.id, row.step.id)
            style = "bold" if here else "$quiet" if done else ""
            row.update(Content.assemble(mark, " ", (hang(row.step.title, TITLE_WIDTH, 2), style)))
