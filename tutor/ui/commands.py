"""The command palette: every lesson, step and card, the themes, and the keys' actions by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.command import CommandPalette
from textual.screen import Screen
from textual.widgets import Input

from tutor.ui.keys import key_words
from tutor.ui.places import lesson_name, position
from tutor.ui.theme import THEMES

if TYPE_CHECKING:
    from textual.binding import ActiveBinding

    from tutor.ui.app import TutorApp


class Palette(CommandPalette):
    """Textual's palette with a cursor that does not blink: a blinking one writes while idle."""

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False


def commands(app: TutorApp, screen: Screen[object]) -> Iterator[SystemCommand]:
    """All commands that make sense on `screen`."""
    yield from _actions(app, screen)
    yield SystemCommand("Playground", "Any experiment, from knobs or from its line", app.open_playground)
    yield SystemCommand("Runs", "Every run that ended, with its curves", app.open_runs)
    yield from _places(app)
    for card in app.course.cards:
        yield SystemCommand(
            f"Reference: {card.title}", "Open this card", partial(app.action_reference, card.id)
        )
    for theme in THEMES:
        name = "dark" if theme.dark else "light"
        yield SystemCommand(
            f"Theme: {name}", "Change the colours", partial(setattr, app, "theme", theme.name)
        )


def _actions(app: TutorApp, screen: Screen[object]) -> Iterator[SystemCommand]:
    """What the keys of this screen do, by name."""
    seen: set[str] = set()
    for key, active in screen.active_bindings.items():
        binding = active.binding
        if not binding.show or not binding.description or binding.action in seen or not active.enabled:
            continue
        if binding.action in ("command_palette", "app.command_palette"):
            continue
        seen.add(binding.action)
        help_words = f"{binding.tooltip or binding.description} (key {key_words(key)})"
        yield SystemCommand(binding.description, help_words, _runner(app, active))


def _runner(app: TutorApp, active: ActiveBinding) -> Callable[[], None]:
    async def run() -> None:
        await app.run_action(active.binding.action, active.node)

    return partial(_later, app, run)


def _later(app: TutorApp, run: Callable[[], Awaitable[None]]) -> None:
    app.call_later(run)


def _places(app: TutorApp) -> Iterator[SystemCommand]:
    for lesson in app.course.lessons:
        yield SystemCommand(
            lesson_name(lesson), f"Lesson: {lesson.summary}", partial(app.open_place, lesson.id)
        )
        for step in lesson.steps:
            words = f"{lesson.number}.{position(lesson, step)} {step.title}"
            about = f"{step.kind} · {lesson.title}"
            yield SystemCommand(words, about, partial(app.open_step, lesson, step), discover=False)
