"""The first start: what this is, what this machine and this terminal can do, and nothing to configure."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tutor import paths
from tutor.ui.screens.over import OverScreen

if TYPE_CHECKING:
    from tutor.ui.app import TutorApp

COLORS = {
    "standard": "16 colours",
    "256": "256 colours",
    "truecolor": "16 million colours",
    None: "no colours",
}


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def gpu_words() -> str:
    """Whether an NVIDIA driver is there, told without opening it."""
    if Path("/proc/driver/nvidia/version").exists():
        return "an NVIDIA driver"
    return "no NVIDIA driver"


class WelcomeScreen(OverScreen[None]):
    """One page, then Enter."""

    app: TutorApp
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "back", "Go on", tooltip="Go to the home screen"),
        Binding("q", "app.quit", "Quit"),
    ]

    def action_back(self) -> None:
        self.app.progress.mark_started()
        self.app.save_progress()
        self.dismiss(None)

    def compose(self) -> ComposeResult:
        with Vertical(id="over"):
            yield Static(Content.styled("Welcome", "bold $accent"))
            yield Static(self._what(), classes="over-part")
            yield Static(self._here(), classes="over-part")
            yield Static(Content.assemble(("Enter", "bold $accent"), "  go on"), classes="over-part")

    def _what(self) -> Content:
        return Content(
            "Here you learn how neural networks are built and trained in PyTorch. "
            "You read a little, predict what a training will do, run it, and see. "
            "Enter goes on, ? shows the keys of every screen, q quits."
        )

    def _here(self) -> Content:
        color = "no colours" if self.app.no_color else COLORS.get(self.app.console.color_system, "colours")
        rows = [
            ("Machine", f"{cores()} processor core{'s' if cores() != 1 else ''}, {gpu_words()}"),
            (
                "Terminal",
                f"{self.app.size.width} x {self.app.size.height}, {color}, {self.app.console.encoding}",
            ),
            ("Progress", f"kept in {paths.state_dir()}"),
            ("Data", "drawn on this machine now; nothing is downloaded"),
        ]
        lines = [Content.assemble((f"{name:<10}", "$quiet"), words) for name, words in rows]
        return Content("\n").join(lines)
