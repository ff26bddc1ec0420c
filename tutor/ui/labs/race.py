"""The race: live bars of samples per second, measured by a program of its own that ends when you leave."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segment
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor.core.race import CONTESTANTS, SECONDS, race_words
from tutor.drawing.lines import PLAIN, Lines, fit, style
from tutor.drawing.palette import Palette
from tutor.drawing.tables import bars
from tutor.learning.steps import Lab
from tutor.ui import terminal
from tutor.ui.screens.predicted import PredictedScreen
from tutor.ui.trouble import put_down
from tutor.ui.widgets.markdown import LessonMarkdown
from tutor.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from tutor.learning.steps import Lesson

NAMES = [contestant.name for contestant in CONTESTANTS]
PATIENCE = 2.0  # seconds for the program to end when it is told to


class RaceLab(PredictedScreen):
    """Space starts the race or ends it."""

    show_steps = False
    lead_keys = ("run", "stop", "reset", "view", "next")
    DEFAULT_CSS = """
    RaceLab #step-body { padding: 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "run", "Start", tooltip="Start the race, once more if it has ended"),
        Binding("s", "stop", "Stop", tooltip="End the race; what was measured stays"),
        Binding("x", "reset", "Reset", show=False, tooltip="Forget what was measured"),
        Binding("v", "view", "Text", tooltip="Show the text of this step, or the race"),
        Binding("pagedown", "words(1)", "Words down", show=False, tooltip="Scroll the words below the race"),
        Binding("pageup", "words(-1)", "Words up", show=False),
        Binding("enter", "go_on", "Go on", show=False, tooltip="Start; when it has ended, the next step"),
    ]

    seconds: ClassVar[float] = SECONDS  # for each contestant

    class Measured(Message):
        """A line of the race came."""

        def __init__(self, number: int, figures: dict[str, Any]) -> None:
            super().__init__()
            self.number, self.figures = number, figures

    class Over(Message):
        """The race has ended; `error` says why when it was not by itself."""

        def __init__(self, number: int, error: str = "") -> None:
            super().__init__()
            self.number, self.error = number, error

    def __init__(self, lesson: Lesson, step: Lab) -> None:
        super().__init__(lesson, step)
        self.lab = step
        self.glyphs, self.colours = terminal.glyphs(), terminal.colours()
        self.process: subprocess.Popen[str] | None = None
        self.number = 0  # of the race: lines of an earlier one come too late
        self.running = False
        self.rates: dict[str, float] = {}
        self.errors: dict[str, str] = {}
        self.measured: set[str] = set()  # who has run to the end

    def compose_step(self) -> ComposeResult:
        yield Picture(self._draw, id="lab-panels")
        with VerticalScroll(id="lab-text", can_focus=True):
            yield LessonMarkdown(self.lab.text)
        with VerticalScroll(id="lab-words-scroll", can_focus=False):
            yield Static(id="lab-words")

    def on_mount(self) -> None:
        self._show_text(True)

    def on_unmount(self) -> None:
        self._end()

    @property
    def busy(self) -> str:
        return "The race is going on. Quitting ends it." if self.running else ""

    # The program

    def action_run(self) -> None:
        if self.locked:
            self._show_words()
            return
        if self.running:
            return
        self._forget()
        self.number, self.running = self.number + 1, True
        words = (self.lab.dataset, str(self.app.data_dir), str(self.seconds))
        command = [sys.executable, "-m", "tutor.core.race", *words]
        try:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,  # its workers end with it
            )
        except OSError as error:
            self.running = False
            self._say(put_down(error), warning=True)
            return
        threading.Thread(
            target=self._read, args=(self.process, self.number), name="race", daemon=True
        ).start()
        self._show_text(False)

    def _read(self, process: subprocess.Popen[str], number: int) -> None:
        """On a thread: the program's lines as messages."""
        assert process.stdout is not None
        error = ""
        for line in process.stdout:
            with contextlib.suppress(json.JSONDecodeError):
                figures = json.loads(line)
                if "name" in figures:
                    self.post_message(self.Measured(number, figures))
                else:
                    error = str(figures.get("error", ""))
        code = process.wait()
        if code and not error:
            error = f"The race ended before its time (code {code}). Press Space to start it again."
        self.post_message(self.Over(number, error))

    def _end(self) -> None:
        """End the program and its workers, and wait for it."""
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        self.number += 1  # what it still says is not heard
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)

    @on(Measured)
    def _measured(self, event: Measured) -> None:
        if event.number != self.number:
            return
        figures = event.figures
        if "error" in figures:
            self.errors[figures["name"]] = figures["error"]
        else:
            self.rates[figures["name"]] = figures["rate"]
        if figures["done"]:
            self.measured.add(figures["name"])
        self._show()

    @on(Over)
    def _over(self, event: Over) -> None:
        if event.number != self.number:
            return
        self.running = False
        if event.error:
            self._say(event.error, warning=True)
            return
        self.mark_done()
        self._show()

    # Keys

    def action_stop(self) -> None:
        if self.running:
            self._end()
            self.running = False
            self._show()

    def action_reset(self) -> None:
        self.action_stop()
        self._forget()
        self._show_text(True)

    def _forget(self) -> None:
        self.rates, self.errors, self.measured = {}, {}, set()

    def action_words(self, by: int) -> None:
        words = self.query_one("#lab-words-scroll")
        words.scroll_relative(y=by * max(1, words.size.height - 1), animate=False)

    def action_view(self) -> None:
        self._show_text(not self.query_one("#lab-text").display)

    def action_go_on(self) -> None:
        if self.measured and not self.running:
            self.action_next()
        else:
            self.action_run()

    # What is shown

    def _show_text(self, text: bool) -> None:
        self.query_one("#lab-text").display = text
        self.query_one(Picture).display = not text
        if text:
            self.query_one("#lab-text").focus()
        else:
            self.set_focus(None)
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        self.query_one(Picture).redraw()
        self._show_words()

    def _show_words(self) -> None:
        step = self.prediction_step
        if self.locked and step is not None:
            self._say(f"Predict first: press p to answer “{step.title}”.", warning=True)
        elif self.running:
            here = next((name for name in NAMES if name not in self.measured), NAMES[-1])
            self._say(f"Measuring: {here}." if self.rates else "Loading torch and the data.")
        elif not self.measured:
            self.query_one("#lab-words", Static).update(
                Content.assemble(("Space", "bold $accent"), ("  Start the race", "$quiet"))
            )
        else:
            self._say_result()

    def _say_result(self) -> None:
        done = {name: rate for name, rate in self.rates.items() if name in self.measured}
        parts = [Content(race_words(done, self.errors, os.cpu_count() or 1))]
        if len(self.measured) < len(NAMES):
            parts.append(Content("The race was stopped: the others did not run."))
        elif (predicted := self.prediction_words()) is not None:
            parts.append(predicted)
        parts.append(Content.assemble(("Enter", "bold $accent"), ("  " + self.next_words(), "$quiet")))
        self.query_one("#lab-words", Static).update(Content("\n").join(parts))

    def _say(self, words: str, *, warning: bool = False) -> None:
        self.query_one("#lab-words", Static).update(Content.styled(words, "$warning" if warning else ""))

    @property
    def palette(self) -> Palette:
        return terminal.palette(self.app.current_theme.dark)

    def _draw(self, width: int, height: int) -> Lines:
        """A bar for each; who runs now or has won is marked."""
        values = [float("nan") if name in self.errors else self.rates.get(name, 0.0) for name in NAMES]
        known = [name for name in NAMES if self.rates.get(name)]
        marked = next((name for name in NAMES if name not in self.measured), "") if self.running else ""
        if not self.running and known:
            marked = max(known, key=lambda name: self.rates[name])
        drawn = bars(
            [round(value) if value == value else value for value in values],
            NAMES,
            width=width,
            palette=self.palette,
            highlight=NAMES.index(marked) if marked else None,
            glyphs=self.glyphs,
            color=self.colours,
        )
        look = style(self.palette.muted) if self.colours else PLAIN
        head = [Segment(fit(f"  samples per second, batches of 64 from {self.lab.dataset}", width), look)]
        spaced = [head, []] if height >= len(drawn) + 2 else []
        return [*spaced, *drawn][:height]
