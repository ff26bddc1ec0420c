"""The base of what lies over a screen for a while and returns to it."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tutor.ui.styles import styles

FRAME = 8
"""Lines of a box around the part that scrolls: border, padding, a heading, the keys, and space between."""

Result = TypeVar("Result")


class OverScreen(ModalScreen[Result], Generic[Result]):
    """Closed by `b` or Escape. App keys do not reach through it, but Ctrl+Q does."""

    CSS_PATH = styles("over")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "b,escape", "back", "Back", tooltip="Close this and go back to where you were", key_display="b"
        ),
    ]

    rest_lines = 0
    """Lines of the part that scrolls when there is no room for all of it; 0 for a box without one."""

    def on_resize(self, event: events.Resize) -> None:
        if self.rest_lines:
            self.query_one("#over").styles.height = min(event.size.height - 2, self.rest_lines + FRAME)

    def action_back(self) -> None:
        self.dismiss(None)
