"""The base of what lies over a screen for a while and returns to it."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

Result = TypeVar("Result")


class OverScreen(ModalScreen[Result], Generic[Result]):
    """Closed by `b` or Escape. App keys do not reach through it, but Ctrl+Q does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b,escape", "back", "Back", tooltip="Close this and go back to where you were", key_display="b"),
    ]

    def action_back(self) -> None:
        self.dismiss(None)
