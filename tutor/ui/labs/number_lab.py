"""Base of the labs that compute a few numbers at each key press: imports torch off the UI thread, then answers keys."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor.drawing.lines import PLAIN, Lines, style
from tutor.drawing.palette import Palette
from tutor.errors import TutorError
from tutor.learning.steps import Lab
from tutor.ui import terminal
from tutor.ui.screens.predicted import PredictedScreen
from tutor.ui.trouble import put_down
from tutor.ui.widgets.markdown import LessonMarkdown
from tutor.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from tutor.learning.steps import Lesson


class NumberLab(PredictedScreen):
    """Subclasses `prepare` on a thread, then `measure` at each key and draw in `draw_lab` what they measured."""

    show_steps = False
    DEFAULT_CSS = """
    NumberLab #step-body { padding: 0 2; }
    NumberLab #lab-head { height: auto; margin: 0 0 1 0; }
    NumberLab.-low #lab-head { margin: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "view", "Text", tooltip="Show the text of this step, or the lab again"),
        Binding("x", "reset", "Reset", tooltip="Begin again from the first state"),
        Binding("enter", "go_on", "Go on", show=False, tooltip="Open the lab; then go on to the next step"),
    ]

    class Prepared(Message):
        """What `prepare` gave, or an `error` that says why there is nothing."""

        def __init__(self, result: Any = None, error: str = "") -> None:
            super().__init__()
            self.result, self.error = result, error

    def __init__(self, lesson: Lesson, step: Lab) -> None:
        super().__init__(lesson, step)
        self.lab = step
        self.glyphs, self.colours = terminal.glyphs(), terminal.colours()
        self.ready = False
        self.error = ""
        self._left = threading.Event()

    def compose_step(self) -> ComposeResult:
        yield Static(id="lab-head")
        yield Picture(self._draw, id="lab-panels")
        with VerticalScroll(id="lab-text", can_focus=True):
            yield LessonMarkdown(self.lab.text)
        yield Static(id="lab-words")

    def on_mount(self) -> None:
        self._show_text(True)
        self.run_worker(asyncio.to_thread(self._prepare), name="preparing a lab", exit_on_error=False)

    def on_unmount(self) -> None:
        self._left.set()

    def _prepare(self) -> None:
        """On a thread: importing torch takes a while."""
        try:
            message = self.Prepared(self.prepare())
        except TutorError as error:
            message = self.Prepared(error=str(error))
        except Exception as error:
            message = self.Prepared(error=put_down(error))
        if not self._left.is_set():
            self.post_message(message)

    def on_number_lab_prepared(self, event: Prepared) -> None:
        self.error = event.error
        if not event.error:
            self.prepared(event.result)
            self.measure()
            self.ready = True
        self._show()

    # What a lab of this kind gives

    def prepare(self) -> Any:
        """Imports torch and computes what every state needs; runs on a thread of its own."""
        raise NotImplementedError

    def prepared(self, result: Any) -> None:
        """`prepare` has ended with this result."""
        raise NotImplementedError

    def measure(self) -> None:
        """Compute the numbers of the present state."""
        raise NotImplementedError

    def draw_lab(self, width: int, height: int) -> Lines:
        """The picture of the present state."""
        raise NotImplementedError

    def head(self) -> Content:
        """The line above the picture: where you are."""
        raise NotImplementedError

    def words(self) -> str:
        """What the picture shows, in sentences."""
        raise NotImplementedError

    @property
    def answered(self) -> bool:
        """Whether the present state answers the prediction."""
        return False

    # What is shown

    @property
    def text_shown(self) -> bool:
        """Whether the text stands in the place of the lab."""
        return bool(self.query_one("#lab-text").display)

    def may_move(self) -> bool:
        """Whether a key may change the state now. Over the text the key opens the lab instead."""
        if self.text_shown and not self.locked:
            self._show_text(False)
            return False
        return self.ready and not self.locked

    def changed(self) -> None:
        """The state is another: measure, draw, and say what is to be seen."""
        if self.ready:
            self.measure()
            self._show()

    def _show(self) -> None:
        if self.ready:
            self.query_one("#lab-head", Static).update(self.head())
            self.query_one(Picture).redraw()
        self.query_one("#lab-words", Static).update(self._sentences())

    def _sentences(self) -> Content:
        step = self.prediction_step
        if self.locked and step is not None:
            return Content.assemble(
                ("Predict first. ", "bold $warning"),
                f"“{step.title}” opens this lab: press ",
                ("p", "bold $accent"),
                ".",
            )
        if self.error:
            return Content.styled(self.error, "$warning")
        if self.text_shown:
            return Content.assemble(("Space", "bold $accent"), ("  Open the lab", "$quiet"))
        if not self.ready:
            return Content.styled("Loading torch.", "$quiet")
        parts = [Content(self.words())]
        if self.answered and (predicted := self.prediction_words()) is not None:
            parts.append(predicted)
        return Content("\n").join(parts)

    def action_view(self) -> None:
        if not self.locked:
            self._show_text(not self.text_shown)

    def action_go_on(self) -> None:
        if self.text_shown and not self.locked:
            self._show_text(False)
        else:
            self.action_next()

    def _show_text(self, text: bool) -> None:
        for name in ("#lab-head", "#lab-panels"):
            self.query_one(name).display = not text
        self.query_one("#lab-text").display = text
        if text:
            self.query_one("#lab-text").focus()
        else:
            self.set_focus(None)
        self._show()
        self.call_after_refresh(self.query_one(Picture).redraw)

    def action_reset(self) -> None:
        raise NotImplementedError

    def on_click(self, event: events.Click) -> None:
        """A click in the picture means a place in it."""
        if isinstance(event.widget, Picture) and self.may_move():
            self.clicked(event.x, event.y)

    def clicked(self, x: int, y: int) -> None:
        """A cell of the picture was clicked."""

    @property
    def palette(self) -> Palette:
        """The drawing colours of the theme."""
        return terminal.palette(self.app.current_theme.dark)

    def look(self, slot: str = "text", *, bold: bool = False) -> Style:
        """The style of a slot; without colours, plain or bold."""
        return style(self.palette.colour(slot), bold=bold) if self.colours else style(bold=bold)

    def _draw(self, width: int, height: int) -> Lines:
        return self.draw_lab(width, height) if self.ready else []


def row(parts: Sequence[tuple[str, Style]]) -> list[Segment]:
    """One line from texts and their styles."""
    return [Segment(text, look or PLAIN) for text, look in parts]
