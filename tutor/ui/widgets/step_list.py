"""The steps of a lesson with their marks."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Static

if TYPE_CHECKING:
    from tutor.learning.progress import Progress
    from tutor.learning.steps import Lesson, Step

DONE, HERE, OPEN = "✓", "▸", "·"
TITLE_WIDTH = 26
SPACED_FROM = 36
"""From this height on an empty line stands between the steps."""


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


class StepList(VerticalScroll, can_focus=False):
    """The list at the left of a step; a click on a step asks for it."""

    class Chosen(Message):
        """A step was clicked."""

        def __init__(self, step: Step) -> None:
            super().__init__()
            self.step = step

    def __init__(self, lesson: Lesson, step: Step, progress: Progress) -> None:
        super().__init__()
        self.lesson = lesson
        self.step = step
        self.progress = progress

    def compose(self) -> ComposeResult:
        # One widget for all lines: a widget a step would double the time to open a step.
        yield Static(self._lines())

    def on_mount(self) -> None:
        self.call_after_refresh(self._show_here)

    def show_marks(self) -> None:
        """Draw every mark again."""
        self.query_one(Static).update(self._lines())

    def rows(self) -> list[tuple[Step, str]]:
        """Each step and its title as it stands, wrapped, with the empty line after it."""
        space = "\n" if self.app.size.height >= SPACED_FROM else ""
        return [(step, hang(step.title, TITLE_WIDTH, 2) + space) for step in self.lesson.steps]

    def _lines(self) -> Content:
        return Content("\n").join(self._row(step, words) for step, words in self.rows())

    def _row(self, step: Step, words: str) -> Content:
        here = step.id == self.step.id
        done = self.progress.is_done(self.lesson.id, step.id)
        style = "bold" if here else "$quiet" if done else ""
        return Content.assemble(step_mark(self.lesson, step, self.progress, here), " ", (words, style))

    def _show_here(self) -> None:
        top = 0
        for step, words in self.rows():
            height = words.count("\n") + 1
            if step.id == self.step.id:
                self.scroll_to_region(Region(0, top, 1, height), animate=False)
                return
            top += height

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        line = offset.y + round(self.scroll_offset.y)
        for step, words in self.rows():
            line -= words.count("\n") + 1
            if line < 0:
                self.post_message(self.Chosen(step))
                return
