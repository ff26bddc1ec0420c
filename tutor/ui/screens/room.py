"""Lies over everything while the terminal is too small; what runs beneath goes on."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.ui.styles import styles


class RoomScreen(ModalScreen[None]):
    """One sentence, until there is room."""

    CSS_PATH = styles("over")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", "Quit")]

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.need = (width, height)

    def compose(self) -> ComposeResult:
        yield Static(id="room", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        width, height = self.need
        words = (
            f"This terminal has {event.size.width} x {event.size.height} cells. "
            f"Make it at least {width} x {height} to go on. Everything keeps running."
        )
        self.query_one("#room", Static).update(words)
