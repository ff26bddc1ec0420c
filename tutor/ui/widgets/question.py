"""A question with options: choose with arrows or digits, answer with Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from tutor.ui.widgets.inline import inline
from tutor.ui.widgets.markdown import LessonMarkdown

if TYPE_CHECKING:
    from tutor.learning.steps import Option, Question

VERDICT_STYLES = {"right": "bold $success", "wrong": "bold $error", "locked": "bold $accent"}
INDENT = 5
RIGHT, WRONG, CURSOR, LOCKED = "✓", "✗", "▸", "■"


class OptionRow(Widget):
    """One option: its mark, its number, its text, and the reason once it may be known.

    Draws its own lines, because a widget for every part made a quiz slow to open.
    """

    class Clicked(Message):
        """The option was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, index: int, option: Option) -> None:
        super().__init__()
        self.index = index
        self.option = option
        self.mark = " "
        self.state = ""
        self.verdict = ""

    def show(self, mark: str, state: str, verdict: str, here: bool) -> None:
        """Draw the row as `state` ("", "right", "wrong" or "locked"), with a verdict before the reason."""
        self.set_class(here, "-highlighted")
        if (mark, state, verdict) != (self.mark, self.state, self.verdict):
            grows = verdict != self.verdict
            self.mark, self.state, self.verdict = mark, state, verdict
            self.refresh(layout=grows)

    def parts(self) -> list[Content]:
        """The text and, once there is a verdict, the reason."""
        parts = [inline(self.option.text)]
        if self.verdict:
            reason = inline(self.option.reason) if self.state in ("right", "wrong") else ""
            parts.append(Content.assemble((self.verdict, VERDICT_STYLES[self.state]), " ", reason))
        return parts

    def lines(self, width: int) -> list[Content]:
        """The lines of the row, later ones under the text of the first."""
        wrapped = [line for part in self.parts() for line in part.wrap(max(10, width - INDENT))]
        mark = Content.styled(self.mark, VERDICT_STYLES.get(self.state, "$accent"))
        number = f" {self.index + 1}  "
        style = "bold $accent" if self.has_class("-highlighted") else "$quiet"
        first = Content.assemble(mark, (number, style), wrapped[0])
        return [first, *(line.pad_left(INDENT) for line in wrapped[1:])]

    def render(self) -> Content:
        return Content("\n").join(self.lines(self.size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.lines(width))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Clicked(self.index))


class QuestionView(Vertical, can_focus=True):
    """Shows a question. `reveal` judges an answer at once, in a mark and in words; `final` takes only one
    answer, otherwise a wrong one may be tried again."""

    help_title: ClassVar[str] = "In the question"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, tooltip="Choose the option below"),
        Binding("up,k", "move(-1)", "Up", show=False, tooltip="Choose the option above"),
        *(
            Binding(str(digit), f"choose({digit - 1})", "Choose", show=False, tooltip="Choose by its number")
            for digit in range(1, 10)
        ),
        Binding("enter,space", "answer", "Answer", tooltip="Answer with the chosen option; then go on"),
    ]

    highlighted = reactive(0)

    class Answered(Message):
        """An option was chosen for good (or for now, where another try is allowed)."""

        def __init__(self, view: QuestionView, option: int) -> None:
            super().__init__()
            self.view = view
            self.option = option

    class Passed(Message):
        """The learner goes on from an answered question."""

        def __init__(self, view: QuestionView) -> None:
            super().__init__()
            self.view = view

    def __init__(
        self,
        question: Question,
        *,
        heading: str = "",
        chosen: int | None = None,
        reveal: bool = True,
        final: bool = False,
    ) -> None:
        super().__init__()
        self.question = question
        self.heading = heading
        # A state file may come from an older text of the lesson, with more options than there are now.
        self.chosen = chosen if chosen is not None and chosen < len(question.options) else None
        self.reveal = reveal
        self.final = final
        self._hint_words = ""
        self.set_reactive(QuestionView.highlighted, self.chosen or 0)

    @property
    def right(self) -> bool:
        """Whether the answer given is the correct one."""
        return self.chosen is not None and self.chosen == self.question.answer

    @property
    def locked(self) -> bool:
        """Whether no other answer is taken any more."""
        return self.chosen is not None if self.final else self.right

    def compose(self) -> ComposeResult:
        if self.heading:
            yield Static(Content.styled(self.heading, "$quiet"))
        plain = "```" not in self.question.text and "\n\n" not in self.question.text.strip()
        yield Static(inline(self.question.text)) if plain else LessonMarkdown(self.question.text)
        for index, option in enumerate(self.question.options):
            yield OptionRow(index, option)
        yield Static(classes="question-hint")

    def on_mount(self) -> None:
        self._show()

    def on_focus(self) -> None:
        self._show()

    def on_blur(self) -> None:
        self._show()

    def watch_highlighted(self) -> None:
        if self.is_mounted:
            self._show()

    def action_move(self, by: int) -> None:
        if not self.locked:
            self.highlighted = min(len(self.question.options) - 1, max(0, self.highlighted + by))

    def action_choose(self, index: int) -> None:
        if not self.locked and index < len(self.question.options):
            self.highlighted = index

    def action_answer(self) -> None:
        if self.locked or self.highlighted == self.chosen:
            self.post_message(self.Passed(self))
            return
        self.chosen = self.highlighted
        self._show()
        self.post_message(self.Answered(self, self.chosen))

    def on_option_row_clicked(self, event: OptionRow.Clicked) -> None:
        event.stop()
        self.focus()
        self.action_choose(event.index)

    def _show(self) -> None:
        for row in self.query(OptionRow):
            here = row.index == self.highlighted and self.has_focus and not self.locked
            row.show(*self._state(row.index, here), here)
        hint = self._hint()
        if hint != self._hint_words:
            self._hint_words = hint
            self.query_one(".question-hint", Static).update(Content.styled(hint, "$quiet"))

    def _state(self, index: int, here: bool) -> tuple[str, str, str]:
        """Mark, state and verdict of an option."""
        if index == self.chosen and not self.reveal:
            return LOCKED, "locked", "Your prediction."
        if index == self.chosen:
            return (RIGHT, "right", "Right.") if self.right else (WRONG, "wrong", "Wrong.")
        if self.final and self.reveal and self.chosen is not None and index == self.question.answer:
            return RIGHT, "right", "This is what happens."
        return (CURSOR if here else " "), "", ""

    def _hint(self) -> str:
        if not self.has_focus or self.locked:
            return ""
        if self.chosen is None:
            return "↑ ↓ or a number chooses, Enter answers."
        return "Choose another option and press Enter, or press Enter to go on."
