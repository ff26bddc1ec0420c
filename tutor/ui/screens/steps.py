"""The steps of a lesson, to choose one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.ui.places import lesson_name, position
from tutor.ui.screens.over import OverScreen
from tutor.ui.widgets.step_list import step_mark

if TYPE_CHECKING:
    from tutor.learning.steps import Lesson, Step
    from tutor.ui.app import TutorApp


FRAME_AND_MARKS = 25
"""Cells of a row that are not its title: border, padding, scroll bar, mark, number and kind."""


class Choices(OptionList):
    """An option list that also moves with j and k."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,l,right", "select", "Open", key_display="Enter", tooltip="Open the step"),
        Binding("j,down", "cursor_down", "Down", show=False, tooltip="Choose the step below"),
        Binding("k,up", "cursor_up", "Up", show=False, tooltip="Choose the step above"),
    ]


class StepsScreen(OverScreen[None]):
    """Every step with its mark, kind and minutes."""

    app: TutorApp
    BINDINGS: ClassVar[list[BindingType]] = [Binding("i,q", "back", "Close", show=False)]

    def __init__(self, lesson: Lesson, step: Step) -> None:
        super().__init__()
        self.lesson = lesson
        self.step = step
        self.rest_lines = len(lesson.steps)

    def compose(self) -> ComposeResult:
        with Vertical(id="over"):
            yield Static(Content.styled(lesson_name(self.lesson), "bold $accent"))
            yield Choices(
                *(Option(self._row(step), id=step.id) for step in self.lesson.steps),
                compact=True,
                classes="over-rest",
            )
            keys = Content.assemble(
                ("Enter", "bold $accent"), "  open        ", ("b", "bold $accent"), "  back"
            )
            yield Static(keys)

    def on_mount(self) -> None:
        listed = self.query_one(Choices)
        listed.highlighted = position(self.lesson, self.step) - 1
        listed.focus()

    def _row(self, step: Step) -> Content:
        here = step.id == self.step.id
        mark = step_mark(self.lesson, step, self.app.progress, here)
        room = min(76, round(0.96 * self.app.size.width)) - FRAME_AND_MARKS
        title = Content(step.title).truncate(min(46, room), ellipsis=True, pad=True)
        return Content.assemble(
            mark, f" {position(self.lesson, step):>2}  ", title, (f"  {step.kind}", "$quiet")
        )

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == self.step.id:
            self.dismiss(None)
        else:
            self.app.open_step(self.lesson, self.lesson.step(event.option_id or ""))
