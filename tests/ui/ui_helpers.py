"""What the tests of the screens share: waiting on conditions, reading the screen, a lab that only shows its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widgets import Static

from tutor.ui.app import TutorApp
from tutor.ui.screens.step import StepScreen

TURNS = 400


class AppFactory(Protocol):
    """Makes an app; keyword arguments as TutorApp's, and `progress`."""

    def __call__(self, **options: Any) -> TutorApp: ...


async def wait_for(pilot: Pilot[Any], condition: Callable[[], object], turns: int = TURNS) -> None:
    """Let the app work until `condition` holds; fails after a bounded number of turns."""
    for _ in range(turns):
        if condition():
            return
        await pilot.pause()
    raise AssertionError(f"still not so after {turns} turns: {condition}")


def words(app: TutorApp) -> str:
    """Everything that is on the screen, as text."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in lines)


class PlainLab(StepScreen):
    """A lab that only shows its name, and may be told that a run would be lost."""

    show_steps = False
    lost = ""

    @property
    def busy(self) -> str:
        return self.lost

    def compose_step(self) -> ComposeResult:
        yield Static(f"lab {self.step.id}")
