"""Asks before a run is lost."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tutor.ui.screens.over import OverScreen


class LeaveScreen(OverScreen[bool]):
    """`q` or `y` leaves, anything else stays."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,y", "leave", "Quit", tooltip="Quit and lose the run"),
        Binding("n,enter,space", "back", "Stay", tooltip="Go back to the run"),
    ]

    def __init__(self, lost: str) -> None:
        super().__init__()
        self.lost = lost

    def compose(self) -> ComposeResult:
        keys = Content.assemble(("q", "bold $accent"), "  quit        ", ("Enter", "bold $accent"), "  stay")
        with Vertical(id="over"):
            yield Static(Content.styled("Quit now?", "bold $accent"))
            yield Static(Content(self.lost), classes="over-part")
            yield Static(keys, classes="over-part")

    def action_leave(self) -> None:
        self.dismiss(True)
