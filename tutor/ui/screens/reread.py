"""A step to read again, over the quiz that pointed to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tutor.ui.sizes import HEIGHTS, WIDTHS, size_classes
from tutor.ui.styles import styles
from tutor.ui.widgets.key_bar import KeyBar
from tutor.ui.widgets.markdown import LessonMarkdown
from tutor.ui.widgets.reading import Reading

if TYPE_CHECKING:
    from tutor.learning.steps import Lesson, Step
    from tutor.ui.app import TutorApp


class RereadScreen(Screen[None]):
    """The text of one step; `b` or the end of the text goes back."""

    CSS_PATH = styles("reading", "step")
    app: TutorApp
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b,escape", "back", "Back", tooltip="Go back to where you were", key_display="b"),
        Binding("o", "open", "Open", tooltip="Leave the quiz and open this step"),
    ]

    def __init__(self, lesson: Lesson, step: Step) -> None:
        super().__init__()
        self.lesson = lesson
        self.step = step

    def compose(self) -> ComposeResult:
        self.add_class(*size_classes(self.app.size))
        title = Content.assemble(("Reread: ", "$quiet"), (self.step.title, "bold $accent"))
        yield Static(title, classes="bar")
        with Horizontal(id="step-columns"), Vertical(id="step-body"), Reading(id="reading"):
            yield LessonMarkdown(self.step.text or "This step has no text. Press o to open it.")
            yield Static(Content.assemble(("Enter", "bold $accent"), ("  back", "$quiet")), id="onward")
        yield KeyBar()

    def on_reading_finished(self) -> None:
        self.action_back()

    def action_back(self) -> None:
        self.dismiss(None)

    def action_open(self) -> None:
        self.app.open_step(self.lesson, self.step)
