"""The playground: any experiment, from knobs or from its line, run and compared as in a lab, and exported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tutor.core.experiment import Experiment, parse
from tutor.errors import ExperimentError
from tutor.learning.playground import START, knobs_for, panels_for, turned
from tutor.learning.steps import Lab, Lesson
from tutor.ui.screens.lab import LabScreen
from tutor.ui.sizes import size_classes
from tutor.ui.styles import styles
from tutor.ui.widgets.key_bar import KeyBar
from tutor.ui.widgets.knobs import Knobs

TEXT = """\
Any dataset, model, loss, optimizer, planted mistake and key. Turn the knobs, or press `w` and write the line
yourself: `DATASET MODEL LOSS OPTIMIZER key=value…`. Only the dataset is required.

Press Space to run it, `o` to keep the run as an overlay, and compare. `y` copies the line: it is the same in a
lab, on the command line (`tutor train`) and in a message to someone else. `e` writes it out as a plain PyTorch
script or a notebook that needs no tutor and gives the same losses.
"""


class LineInput(Input):
    """The experiment's line. Enter or Tab takes it, Escape gives up what was written."""

    help_title: ClassVar[str] = "In the line"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Take it", tooltip="Take the line as it is written"),
        Binding("escape,ctrl+g", "give_up", "Give up", key_display="Esc", tooltip="Leave the line as it was"),
    ]

    class GivenUp(Message):
        """The learner wants the old line back."""

    def action_give_up(self) -> None:
        self.post_message(self.GivenUp())


class PlaygroundScreen(LabScreen):
    """A lab whose experiment is free."""

    CSS_PATH = styles("reading", "step", "lab", "playground")
    lead_keys = ("run", "stop", "turn(-1)", "choose(-1)", "write", "keep", "view", "export", "all_knobs")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b,escape", "back", "Back", key_display="b", tooltip="Go back to where you were"),
        Binding("w", "write", "Write", tooltip="Write the experiment's line yourself"),
        Binding("a", "all_knobs", "All knobs", tooltip="Show the knobs of every key, or the main ones"),
        Binding("e", "export", "Export", tooltip="Write the experiment as a plain script or a notebook"),
        Binding("enter", "go_on", "Run", show=False, tooltip="Start the run; pause it; go on"),
    ]

    def __init__(self, line: str = "") -> None:
        self.experiment = parse(line or START)
        self.more = False  # whether the knobs of every key are shown
        lab = _lab(self.experiment)
        super().__init__(Lesson("playground", 0, lab.title, "", (), (), 0, "", (lab,), Path()), lab)

    def compose(self) -> ComposeResult:
        self.add_class(*size_classes(self.app.size))
        yield Static(Content.styled("Playground", "bold $accent"), classes="bar")
        with Horizontal(id="step-columns"), Vertical(id="step-body"):
            yield LineInput(str(self.experiment), id="playground-line", compact=True, select_on_focus=False)
            yield Static(id="playground-error", markup=False)
            yield from self.compose_step()
        yield KeyBar()

    def make_knobs(self) -> Knobs:
        return Knobs(*knobs_for(self.experiment), id="lab-knobs")

    def on_mount(self) -> None:
        self.query_one(LineInput).cursor_blink = False
        self.query_one("#lab-line").display = False  # the line stands above

    def mark_done(self) -> None:
        """There is nothing to be done with."""

    def next_words(self) -> str:
        return "Run it again"

    # The experiment

    def _experiments(self, words: str = "") -> list[Experiment]:
        return [self.experiment]

    def _start(self, *, paused: bool = False) -> None:
        self.lab = self.run_.lab = replace(_lab(self.experiment), text=self.lab.text)
        super()._start(paused=paused)

    @on(Knobs.Turned)
    def _turned(self, event: Knobs.Turned) -> None:
        event.prevent_default()
        knobs = self.query_one(Knobs)
        try:
            self._take(turned(self.experiment, knobs.knobs[knobs.current], knobs.values[knobs.current]))
        except ExperimentError as error:
            knobs.offer(*knobs_for(self.experiment, more=self.more))
            self._say(str(error), warning=True)

    @on(Input.Changed)
    def _check(self, event: Input.Changed) -> None:
        """Say what is wrong with the line while it is written."""
        try:
            parse(event.value)
            self._show_error("")
        except ExperimentError as error:
            self._show_error(str(error))

    @on(Input.Submitted)
    def _written(self) -> None:
        if self._take_line():
            self.query_one(Knobs).focus()

    @on(LineInput.GivenUp)
    def _give_up(self) -> None:
        self.query_one(LineInput).value = str(self.experiment)
        self.query_one(Knobs).focus()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if isinstance(event.widget, LineInput):
            self._take_line()

    def _take_line(self) -> bool:
        """Take what was written, where it is an experiment."""
        try:
            experiment = parse(self.query_one(LineInput).value)
        except ExperimentError as error:
            self._show_error(str(error))
            return False
        self._take(experiment)
        return True

    def _take(self, experiment: Experiment) -> None:
        """Another experiment: a run that is going on ends, and knobs and line show the new one."""
        changed, self.experiment = experiment != self.experiment, experiment
        self.query_one(LineInput).value = str(experiment)
        self._show_error("")
        self.query_one(Knobs).offer(*knobs_for(experiment, more=self.more))
        if not changed:
            return
        if self.run_.live:
            self._say("The experiment was changed, so the run ended. Press Space to run the new one.")
        elif self.run_.histories:
            self._say("Press Space to run it. Press o first to keep the run before as an overlay.")
        self.run_.stop()

    def _show_error(self, words: str) -> None:
        error = self.query_one("#playground-error", Static)
        error.update(Content.styled(words, "$warning"))
        error.display = bool(words)

    # Keys

    def action_write(self) -> None:
        line = self.query_one(LineInput)
        line.focus()
        line.cursor_position = len(line.value)

    def action_all_knobs(self) -> None:
        self.more = not self.more
        knobs = self.query_one(Knobs)
        knobs.offer(*knobs_for(self.experiment, more=self.more))
        knobs.focus()

    def action_export(self) -> None:
        from tutor.ui.screens.exporting import export

        export(self.app, self.experiment)

    def action_go_on(self) -> None:
        self.action_run()

    def action_back(self) -> None:
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("next", "previous", "steps", "home", "playground"):
            return False
        if action == "move_cursor" and isinstance(self.focused, Input):
            return False  # the keys write
        return super().check_action(action, parameters)


def _lab(experiment: Experiment) -> Lab:
    """The experiment as a step: the panels that can show it, one run."""
    return Lab(
        "playground",
        "Playground",
        0,
        TEXT,
        experiment=str(experiment),
        labels=("model",),
        panels=panels_for(experiment),
    )
