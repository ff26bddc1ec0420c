"""The app: its keys, its themes, and which screen is open. Heavy things are imported where they are opened."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen

from tutor import paths
from tutor.errors import TutorError
from tutor.ui.drawing_data import BuiltInChanged, DrawingData
from tutor.ui.theme import THEMES
from tutor.ui.trouble import put_down
from tutor.ui.warming import Warming

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.learning.progress import Progress
    from tutor.learning.steps import Course, Lesson, Step
    from tutor.ui.screens.step import StepScreen

MIN_WIDTH, MIN_HEIGHT = 60, 18
SETTLING = 0.1
"""Seconds for the widgets of a screen to find their places: painted once, not four times over a slow link."""


class TutorApp(App[None]):
    """The tutor on a terminal. The screen stack is home, then one step, then what lies over them for a while."""

    TITLE = "tutor"
    ENABLE_COMMAND_PALETTE = True
    # What the first screen needs; every other screen brings its own, because parsing it takes time.
    CSS_PATH: ClassVar = ["styles/app.tcss", "styles/home.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "reference", "Reference", tooltip="Open the quick reference; come back where you were"),
        Binding("question_mark,f1", "help", "Help", tooltip="Show the keys of this screen", key_display="?"),
        Binding("colon", "command_palette", "Commands", tooltip="Find any lesson, step or command by name"),
        # Its usual key too; some terminals keep that one for themselves.
        Binding("ctrl+p", "command_palette", "Commands", show=False, tooltip="Find any command by name"),
        Binding("q", "quit", "Quit", tooltip="Quit; asks first if a run would be lost"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self,
        course: Course,
        progress: Progress,
        *,
        start: str = "",
        data_dir: Path | None = None,
        notice: str = "",
    ) -> None:
        super().__init__()
        self.course = course
        self.progress = progress
        self.data_dir = paths.data_dir(data_dir)
        self.drawing = DrawingData(self.data_dir, self._tell_screens)
        self.warming = Warming()
        self.notice = notice
        self._start = start
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        self.set_reactive(App.theme, THEMES[0].name)  # now, so that the style sheets are read only once
        self.stylesheet.set_variables(self.get_css_variables())

    @property
    def built_in(self) -> dict[str, float]:
        """How far each built-in dataset is drawn, from 0 to 1. `BuiltInChanged` tells of changes."""
        return self.drawing.fractions

    def get_default_screen(self) -> Screen[None]:
        from tutor.ui.screens.home import HomeScreen

        return HomeScreen()

    def on_mount(self) -> None:
        self._open_start()
        self.call_after_refresh(self._after_first_paint)

    async def on_unmount(self) -> None:
        await self.drawing.stop()
        self.progress.save()

    def _open_start(self) -> None:
        if self._start:
            self.open_place(self._start)
        elif self.progress.first_start:
            from tutor.ui.screens.welcome import WelcomeScreen

            self.push_screen(WelcomeScreen())

    def _after_first_paint(self) -> None:
        self.warming.start()
        self.run_worker(self.drawing.draw_all(), name="drawing data", exit_on_error=False)

    def _tell_screens(self, message: BuiltInChanged) -> None:
        for screen in self.screen_stack:
            screen.post_message(BuiltInChanged(message.name, message.fraction, message.error))

    def _fatal_error(self) -> None:
        """A fault of tutor's own: the traceback goes to the log, one sentence to the person."""
        self._exit_renderables.append(Text(put_down(self._exception or RuntimeError("unknown"))))
        self._close_messages_no_wait()

    # Where to

    def open_place(self, place: str) -> None:
        """Open `3` or `3/mse-against-bce`; says what is wrong with a place that does not exist."""
        from tutor.ui.places import first_open

        if place in ("playground", "runs"):
            self.open_playground() if place == "playground" else self.open_runs()
            return
        try:
            lesson, step = self.course.find(place)
        except TutorError as error:
            self.notify(str(error), severity="warning", markup=False, timeout=15)
            return
        self.open_step(lesson, step or first_open(lesson, self.progress))

    def open_step(self, lesson: Lesson, step: Step) -> None:
        """Show a step in place of the one that is open; screens that lie over it are closed."""
        self.progress.visit(lesson.id, step.id)
        self.save_progress()
        from tutor.ui.screens.room import RoomScreen

        screen = self._screen_for(lesson, step)
        self.delay_update(SETTLING)
        while len(self.screen_stack) > 2 or isinstance(self.screen, RoomScreen):
            self.pop_screen()
        if len(self.screen_stack) == 2:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)
        self._check_room(self.size)

    def lay_over(self, screen: Screen[None]) -> None:
        """Open a screen over what is open; leaving it comes back."""
        self.delay_update(SETTLING)
        self.push_screen(screen)

    def open_playground(self, line: str = "") -> None:
        """Open the playground over what is open, with an experiment's line; leaving it comes back."""
        from tutor.ui.screens.playground import PlaygroundScreen

        self._open_once(PlaygroundScreen(line))

    def open_runs(self) -> None:
        """Show the runs that are kept, over what is open."""
        from tutor.ui.screens.runs import RunsScreen

        self._open_once(RunsScreen())

    def _open_once(self, screen: Screen[None]) -> None:
        """Lay a screen over what is open, in place of one of its kind. Runs that go on below are ended."""
        kinds = [type(other) for other in self.screen_stack]
        if type(screen) in kinds:
            for _ in kinds[kinds.index(type(screen)) :]:
                self.pop_screen()
        for below in self.screen_stack:
            if (run := getattr(below, "run_", None)) is not None:
                run.stop()
        self.lay_over(screen)

    def _screen_for(self, lesson: Lesson, step: Step) -> StepScreen:
        from tutor.learning.steps import Lab

        if isinstance(step, Lab):
            from tutor.ui.labs import open_lab

            return open_lab(lesson, step)
        from tutor.ui.screens.lesson import LessonScreen

        return LessonScreen(lesson, step)

    def go_home(self) -> None:
        """Close everything that lies over the home screen."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def copy_code(self, text: str, name: str = "copied.py") -> None:
        """Copy text to the clipboard and to a file, and say where the file is."""
        from tutor.ui.copying import keep_copy

        self.copy_to_clipboard(text)
        self.notify(keep_copy(text, name), markup=False, timeout=10)

    def save_progress(self) -> None:
        """Write the progress off the UI thread. A failure shows as a sentence, and nothing stops."""
        self.run_worker(self._save(), name="saving", group="saving", exit_on_error=False)

    async def _save(self) -> None:
        before = self.progress.notice
        await asyncio.to_thread(self.progress.save)
        if self.progress.notice not in ("", before):
            self.notify(self.progress.notice, severity="warning", markup=False, timeout=15)

    # Keys

    def action_reference(self, card: str = "") -> None:
        """Open the quick reference over whatever is open."""
        from tutor.ui.screens.reference import ReferenceScreen

        if not any(isinstance(screen, ReferenceScreen) for screen in self.screen_stack):
            self.lay_over(ReferenceScreen(card))

    def action_help(self) -> None:
        """Show the keys of the screen that is open."""
        from tutor.ui.screens.help import HelpScreen

        self.lay_over(HelpScreen(self.screen))

    def action_command_palette(self) -> None:
        from tutor.ui.commands import Palette

        if not isinstance(self.screen, Palette):
            self.lay_over(Palette(id="--command-palette"))

    async def action_quit(self) -> None:
        """Quit, after a question if a run would be lost."""
        from tutor.ui.screens.leave import LeaveScreen

        if isinstance(self.screen, LeaveScreen):
            self.exit()
        elif lost := self.busy():
            self.push_screen(LeaveScreen(lost), lambda leave: self.exit() if leave else None)
        else:
            self.exit()

    def action_help_quit(self) -> None:
        """Ctrl+C is for copying and stopping elsewhere; here it says how to quit."""
        self.notify("Press q or Ctrl+Q to quit.", markup=False)

    def busy(self) -> str:
        """A sentence on what would be lost by quitting now, or ""."""
        sentences = (getattr(screen, "busy", "") for screen in self.screen_stack)
        return next((sentence for sentence in sentences if sentence), "")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        from tutor.ui.commands import commands

        yield from commands(self, screen)

    # Painting

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Send less to the terminal, where the driver knows what it shows."""
        painter = getattr(self._driver, "painter", None)
        super()._display(screen, painter.sparing(renderable) if painter else renderable)

    # Room

    def on_resize(self, event: events.Resize) -> None:
        self._check_room(event.size)

    def _check_room(self, size: Size) -> None:
        """Ask for more room over everything else while the terminal is too small."""
        from tutor.ui.screens.room import RoomScreen

        small = size.width < MIN_WIDTH or size.height < MIN_HEIGHT
        if small and not isinstance(self.screen, RoomScreen):
            self.push_screen(RoomScreen(MIN_WIDTH, MIN_HEIGHT))
        elif not small and isinstance(self.screen, RoomScreen):
            self.pop_screen()
