"""Base of the labs that show a dataset's images: opens it off the UI thread, says how far it is, draws one picture."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor.core.words import DATASETS
from tutor.drawing.lines import PLAIN, Lines, fit, style
from tutor.drawing.palette import Palette
from tutor.errors import TutorError
from tutor.learning.steps import Lab
from tutor.ui import terminal
from tutor.ui.screens.step import StepScreen
from tutor.ui.trouble import put_down
from tutor.ui.widgets.markdown import LessonMarkdown
from tutor.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from torch import Tensor

    from tutor.learning.steps import Lesson


class ImageLab(StepScreen):
    """Subclasses draw `draw_lab(width, height)` once `images` are there."""

    show_steps = False
    lead_keys = ("page(1)", "move(-1)", "next_batch", "to_end", "turn(-1)", "choose(-1)", "view", "next")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "view", "View", tooltip="Show another view, or the text"),
        Binding("enter", "next", "Go on", show=False, tooltip="Go on to the next step"),
    ]
    views: ClassVar[tuple[str, ...]] = ()

    class Opened(Message):
        """The dataset is open: its images and labels, or an `error` that says why not."""

        def __init__(self, opened: tuple[Tensor, Tensor] | None = None, error: str = "") -> None:
            super().__init__()
            self.opened, self.error = opened, error

    class Progressed(Message):
        """The dataset is being drawn."""

        def __init__(self, done: float, what: str) -> None:
            super().__init__()
            self.done, self.what = done, what

    def __init__(self, lesson: Lesson, step: Lab) -> None:
        super().__init__(lesson, step)
        self.lab = step
        self.class_names = DATASETS[step.dataset].classes
        self.glyphs, self.colours = terminal.glyphs(), terminal.colours()
        self.images: Tensor | None = None
        self.labels: Tensor | None = None
        self.view = 0
        self._left = threading.Event()

    def compose_step(self) -> ComposeResult:
        yield from self.compose_controls()
        yield Picture(self._draw, id="lab-panels")
        with VerticalScroll(id="lab-text"):
            yield LessonMarkdown(self.lab.text)
        yield Static(id="lab-words")

    def compose_controls(self) -> ComposeResult:
        """What stands above the picture."""
        yield from ()

    def on_mount(self) -> None:
        self.query_one("#lab-text").display = False
        self._say(f"Opening {self.lab.dataset}.")
        self.run_worker(asyncio.to_thread(self._open), name="opening images", exit_on_error=False)

    def on_unmount(self) -> None:
        self._left.set()

    def _open(self) -> None:
        """On a thread: importing torch and drawing the data take a while."""
        try:
            from tutor.core.data import open_images

            opened = open_images(
                self.lab.dataset,
                "train",
                self.app.data_dir,
                lambda done, what: self._tell(self.Progressed(done, what)),
                self._left.is_set,
            )
            self._tell(self.Opened(opened))
        except TutorError as error:
            self._tell(self.Opened(error=str(error)))
        except Exception as error:
            self._tell(self.Opened(error=put_down(error)))

    def _tell(self, message: Message) -> None:
        if not self._left.is_set():
            self.post_message(message)

    def on_image_lab_progressed(self, event: Progressed) -> None:
        self._say(f"{event.what}: {100 * event.done:.0f} %")

    def on_image_lab_opened(self, event: Opened) -> None:
        if event.opened is None:
            self._say(event.error, warning=True)
            return
        self.images, self.labels = event.opened
        self.opened()
        self.mark_done()
        self.redraw()

    def opened(self) -> None:
        """The images are there."""

    def draw_lab(self, width: int, height: int) -> Lines:
        """The lab's picture."""
        raise NotImplementedError

    def words(self) -> str:
        """What the picture shows, in a sentence."""
        return ""

    def redraw(self) -> None:
        """Draw again, and say what is shown."""
        self.query_one(Picture).redraw()
        if self.images is not None:
            self._say(self.words())

    def action_view(self) -> None:
        self.view = (self.view + 1) % (len(self.views) + 1)
        text = self.view == len(self.views)
        self.query_one("#lab-text").display = text
        self.query_one(Picture).display = not text
        self.call_after_refresh(self.redraw)

    @property
    def palette(self) -> Palette:
        return terminal.palette(self.app.current_theme.dark)

    @property
    def mode(self) -> str:
        """How images are drawn: half blocks, or characters without colours."""
        return "half" if self.colours and self.glyphs != "ascii" else "ascii"

    def label_words(self, label: int) -> str:
        """`6 Shirt`; for digits the digit alone."""
        name = self.class_names[label]
        return name if name == str(label) else f"{label} {name}"

    def text_lines(self, texts: Sequence[str], width: int, *, quiet: bool = False) -> Lines:
        """Plain lines of text."""
        colour = self.palette.muted if quiet else self.palette.text
        look = style(colour) if self.colours else PLAIN
        return [[Segment(fit(text, width, ascii_only=self.glyphs == "ascii"), look)] for text in texts]

    def _draw(self, width: int, height: int) -> Lines:
        return [] if self.images is None else self.draw_lab(width, height)

    def _say(self, words: str, *, warning: bool = False) -> None:
        self.query_one("#lab-words", Static).update(
            Content.styled(words, "$warning" if warning else "$quiet")
        )
