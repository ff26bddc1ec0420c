"""The screen of a live experiment: knobs above, what to look for, then the run's panels, and its words below."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor.core.autopsy import Finding
from tutor.core.experiment import Experiment
from tutor.drawing.arrange import Page, arrange, pages
from tutor.drawing.lines import Lines
from tutor.drawing.panels import Shown
from tutor.errors import TutorError
from tutor.learning.steps import Lab
from tutor.ui import terminal
from tutor.ui.labrun import LabRun, lab_experiments, own_values
from tutor.ui.labstatus import run_status
from tutor.ui.screens.predicted import PredictedScreen
from tutor.ui.widgets.knobs import Knobs
from tutor.ui.widgets.markdown import LessonMarkdown
from tutor.ui.widgets.picture import Picture
from tutor.ui.widgets.status import RunStatus, StatusLine

if TYPE_CHECKING:
    from tutor.learning.steps import Lesson

TICKS = 10  # looks at the run per second
FRAMES, WORDS = 5, 2  # drawings of the panels, and changes of the status line, per second at the most
SLOWEST = 0.6  # seconds between two frames, however busy this thread is
SHARE = 0.04  # of the time, at the most, this thread works: training waits for it, for Python has one lock


class LabScreen(PredictedScreen):
    """A lab whose content is an experiment, its knobs and its panels."""

    show_steps = False
    lead_keys = ("run", "stop", "turn(-1)", "choose(-1)", "next", "one_step", "view", "keep", "reset")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "run", "Run", tooltip="Start the run; pause it; go on"),
        Binding(
            "full_stop", "one_step", "One step", key_display=".", tooltip="Make a single step, then hold"
        ),
        Binding("s", "stop", "Stop", tooltip="End the run; what it showed stays"),
        Binding("x", "reset", "Reset", tooltip="Forget the run and its overlays"),
        Binding(
            "o", "keep", "Overlay", tooltip="Keep this run as an overlay for the next; again to let it go"
        ),
        Binding("v", "view", "View", tooltip="Show the panels together, each alone, or the text"),
        Binding(
            "minus", "slower", "Slower", key_display="-", show=False, tooltip="Half the steps per second"
        ),
        Binding(
            "plus,equals_sign", "faster", "Faster", key_display="+", show=False, tooltip="Twice the steps"
        ),
        Binding("m", "smooth", "Smooth", show=False, tooltip="Smooth the train curves, or not"),
        Binding("g", "log", "Log scale", show=False, tooltip="Draw the loss on a log scale, or not"),
        Binding("t", "cursor", "Read values", show=False, tooltip="Read the curves at a step; move with ← →"),
        Binding(
            "r", "reread", "Reread", tooltip="Read again the step that explains what the curves give away"
        ),
        Binding("pagedown", "words(1)", "Words down", show=False, tooltip="Scroll the words below the run"),
        Binding("pageup", "words(-1)", "Words up", show=False),
        Binding("w", "playground", "Playground", show=False, tooltip="Open this line in the playground"),
        Binding("y", "copy_line", "Copy line", show=False, tooltip="Copy the experiment as one line"),
        Binding(
            "enter", "go_on", "Go on", show=False, tooltip="Start the run; when it has ended, the next step"
        ),
        Binding("left,h", "move_cursor(-1)", "Cursor", show=False, priority=True),
        Binding("right,l", "move_cursor(1)", "Cursor", show=False, priority=True),
    ]

    class Ended(Message):
        """The training thread has nothing more to give."""

    def __init__(self, lesson: Lesson, step: Lab) -> None:
        super().__init__(lesson, step)
        self.lab = step
        self.view = 0  # the page shown; -1 is the text
        self.shown = Shown(glyphs=terminal.glyphs(), color=terminal.colours())
        self.findings: list[Finding] = []  # what the curves of the last runs give away
        self._frame = 0.0  # when the panels were last drawn
        self._spent = 0.0  # the processor time of this thread then
        self._told = ("", 0.0)  # the state that the status line shows, and since when

    def compose_step(self) -> ComposeResult:
        yield self.make_knobs()
        with VerticalScroll(id="lab-text", can_focus=True):
            if self.lab.text:
                yield LessonMarkdown(self.lab.text)
            yield Static(self._line_words(self._experiments()), id="lab-line", markup=False)
            yield Static(self._invitation(), id="lab-invitation")
        yield from self.compose_views()
        yield Picture(self._draw, id="lab-panels")
        yield StatusLine(id="lab-status", ascii_only=self.shown.glyphs == "ascii")
        with VerticalScroll(id="lab-words-scroll", can_focus=False):
            yield Static(id="lab-words")

    def make_knobs(self) -> Knobs:
        """The knobs, each at the value of the lab's own experiment."""
        return Knobs(self.lab.knobs, own_values(self.lab), id="lab-knobs")

    def compose_views(self) -> ComposeResult:
        """What a lab shows beside its text and its panels."""
        yield from ()

    def on_mount(self) -> None:
        self.run_ = LabRun(self.lab, self.app.data_dir, lambda: self.post_message(self.Ended()))
        self._timer = self.set_interval(1 / TICKS, self._tick, pause=True)
        self._show_text(True)
        knobs = self.query_one(Knobs)
        (knobs if knobs.knobs else self.query_one("#lab-text")).focus()

    def on_unmount(self) -> None:
        self.run_.stop()

    @property
    def busy(self) -> str:
        return "A run is going on. Quitting ends it." if self.run_.live else ""

    # The experiment

    def knob_words(self) -> str:
        """The knobs as words of an experiment line."""
        return self.query_one(Knobs).words()

    def _experiments(self, words: str = "") -> list[Experiment]:
        return lab_experiments(self.lab, words)

    def _line_words(self, experiments: list[Experiment]) -> Content:
        lines = [str(experiment) for experiment in experiments]
        return Content.styled("\n".join(lines), "$quiet")

    @on(Knobs.Turned)
    def _turned(self, event: Knobs.Turned) -> None:
        """Another value is another experiment: a run that is going on ends."""
        try:
            experiments = self._experiments(self.knob_words())
        except TutorError as error:
            self._say(str(error), warning=True)
            return
        self.query_one("#lab-line", Static).update(self._line_words(experiments))
        if self.run_.live:
            self._say("The knob was turned, so the run ended. Press Space to run it with the new value.")
        elif self.run_.histories:
            self._say("Press Space to run it with the new value.")
        self.run_.stop()

    def _invitation(self) -> Content:
        if self.locked:
            return Content.assemble(
                ("Predict first. ", "bold $warning"),
                "This run opens when you have answered: press ",
                ("p", "bold $accent"),
                ".",
            )
        return Content.assemble(("Space", "bold $accent"), ("  Run it", "$quiet"))

    # Keys

    def action_run(self) -> None:
        if self.run_.state in ("running", "paused"):
            self.run_.toggle()
            self._tick()
        elif not self.run_.live:
            self._start()

    def action_one_step(self) -> None:
        if self.run_.state in ("running", "paused"):
            self.run_.step()
        elif not self.run_.live:
            self._start(paused=True)
            self.run_.step()

    def action_go_on(self) -> None:
        if self.run_.state == "ended" and not self.run_.error:
            self.action_next()
        else:
            self.action_run()

    def _start(self, *, paused: bool = False) -> None:
        if not (experiments := self._ready()):
            return
        self.run_.start(experiments, paused=paused)
        self.findings, self.shown.cursor = [], None
        self._show_text(False)
        self._say("")
        self._timer.resume()
        self._tick()

    def _ready(self) -> list[Experiment]:
        """The experiments, where they may run; else says why not."""
        if self.locked and self.prediction_step:
            self._say(f"Predict first: press p to answer “{self.prediction_step.title}”.", warning=True)
            return []
        try:
            return self._experiments(self.knob_words())
        except TutorError as error:
            self._say(str(error), warning=True)
            return []

    def action_stop(self) -> None:
        self.run_.stop()

    def action_reset(self) -> None:
        self.run_.reset()
        self.run_.overlays = []
        self.findings, self.shown.cursor = [], None
        self._timer.pause()
        self._say("")
        self.query_one(StatusLine).show(RunStatus())
        self._show_text(True)

    def action_keep(self) -> None:
        if not self.run_.histories and not self.run_.overlays:
            self._say("There is no run to keep yet. Press Space to run it.")
            return
        if self.run_.keep():
            self._say("Kept as an overlay, in grey. Turn a knob and press Space to compare.")
        else:
            self._say("The overlays are gone.")
        self._redraw()

    def action_view(self) -> None:
        count = len(self._pages())
        self.view = self.view + 1 if self.view + 1 < count else -1
        self._show_text(self.view < 0)

    def action_smooth(self) -> None:
        self.shown.smooth = not self.shown.smooth
        self._redraw()

    def action_log(self) -> None:
        self.shown.log = not self.shown.log
        self._redraw()

    def action_cursor(self) -> None:
        step = max([history.step for history in self.run_.histories] or [0])
        self.shown.cursor = float(step) if self.shown.cursor is None and step else None
        self._redraw()

    def action_move_cursor(self, by: int) -> None:
        assert self.shown.cursor is not None  # check_action allows this only then
        moved = self.shown.cursor + by * max(1, self.shown.steps // 60)
        self.shown.cursor = min(float(self.shown.steps), max(0.0, moved))
        self._redraw()

    def action_slower(self) -> None:
        self.run_.faster(0.5)
        self._show_status()

    def action_faster(self) -> None:
        self.run_.faster(2.0)
        self._show_status()

    def action_copy_line(self) -> None:
        self.app.copy_code("\n".join(map(str, self._experiments(self.knob_words()))) + "\n")

    def action_playground(self) -> None:
        if experiments := self._ready():
            self.app.open_playground(str(experiments[0]))

    def action_words(self, by: int) -> None:
        words = self.query_one("#lab-words-scroll")
        words.scroll_relative(y=by * max(1, words.size.height - 1), animate=False)

    def action_reread(self) -> None:
        from tutor.ui.screens.reread import RereadScreen

        lesson, step = self.app.course.find(self.findings[0].step)
        if step is not None:
            self.app.push_screen(RereadScreen(lesson, step))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "move_cursor":
            return self.shown.cursor is not None
        if action == "reread":
            return bool(self.findings)
        return True

    # What is shown

    def _tick(self) -> None:
        """Take in what came, and draw it as often as its cost allows."""
        came = self.run_.drain()
        now = time.perf_counter()
        state = self.run_.state
        if state in ("paused", "preparing") or state != self._told[0] or now - self._told[1] >= 0.9 / WORDS:
            self._show_status()
        # By this thread since the last frame, Textual's own work and answers to keys among it.
        spent = time.thread_time() - self._spent
        wait = min(SLOWEST, max(0.9 / FRAMES, spent / SHARE))
        if came and now - self._frame >= wait:
            self.run_.look()
            self._redraw()

    @on(Ended)
    def _ended(self) -> None:
        self.run_.drain()
        if self.run_.live or self.run_.state == "ready":
            return  # the end of a run that was reset or replaced
        self._timer.pause()
        self._show_status()
        self._redraw()
        self._find()
        self._say_result()
        if any(end.reason != "stopped" for end in self.run_.finished):
            self.mark_done()

    def _redraw(self) -> None:
        self._frame, self._spent = time.perf_counter(), time.thread_time()
        self.query_one(Picture).redraw()

    def _pages(self) -> list[Page]:
        size = self.query_one(Picture).size
        return pages(self.lab.panels, size.width or self.size.width, size.height or self.size.height - 8)

    def _draw(self, width: int, height: int) -> Lines:
        shown = self.shown
        shown.runs, shown.kept, shown.labels = self.run_.histories, self._kept(), self.run_.labels
        shown.palette = terminal.palette(self.app.current_theme.dark)
        all_pages = pages(self.lab.panels, width, height)
        return arrange(all_pages[min(max(0, self.view), len(all_pages) - 1)], shown, width, height)

    def _kept(self) -> list:  # type: ignore[type-arg]
        return [kept for kept in self.run_.overlays if kept not in self.run_.histories]

    def _show_text(self, text: bool) -> None:
        """The text, or the panels; after the last page comes the text, then the first page again."""
        self.view = -1 if text else max(0, self.view)
        self.query_one("#lab-text").display = text
        self.query_one(Picture).display = not text
        self.query_one("#lab-invitation", Static).update(self._invitation())
        self.call_after_refresh(self._redraw)

    def _find(self) -> None:
        """Look for signatures in the runs that ended; a step of another course cannot be reread here."""
        found = self.run_.findings()
        here = {f"{lesson.id}/{step.id}" for lesson in self.app.course.lessons for step in lesson.steps}
        self.findings = [finding for finding in found if finding.step in here]
        self.refresh_bindings()

    def _say(self, words: str, *, warning: bool = False) -> None:
        self.query_one("#lab-words", Static).update(Content.styled(words, "$warning" if warning else ""))

    def result_words(self) -> str:
        """What the runs that ended showed, in sentences with their own numbers."""
        return self.run_.words()

    def _say_result(self) -> None:
        if self.run_.error:
            self._say(self.run_.error, warning=True)
            return
        parts = [Content(self.result_words())]
        if (predicted := self.prediction_words()) is not None:
            parts.append(predicted)
        parts += [
            Content.assemble(
                (f"{finding.name}: ", "bold $warning"),
                finding.says,
                ("  r", "bold $accent"),
                (" Reread", "$quiet"),
            )
            for finding in self.findings
        ]
        parts.append(Content.assemble(("Enter", "bold $accent"), ("  " + self.next_words(), "$quiet")))
        self.query_one("#lab-words", Static).update(Content("\n").join(parts))

    def _show_status(self) -> None:
        self._told = (self.run_.state, time.perf_counter())
        self.query_one(StatusLine).show(run_status(self.run_, self.app.built_in))
