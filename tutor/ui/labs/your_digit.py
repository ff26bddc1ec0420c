"""Your own digit: a pad to draw on, the model's probabilities while you draw, and a test set of your own."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor.core.experiment import Experiment, parse
from tutor.drawing.errors import page_size
from tutor.drawing.lines import Lines
from tutor.drawing.pad import SIDE
from tutor.errors import TutorError
from tutor.learning.own_digits import OwnDigits
from tutor.learning.steps import Lab
from tutor.ui import terminal
from tutor.ui.labrun import LabRun
from tutor.ui.labs.desk_view import DeskView, View
from tutor.ui.labstatus import run_status
from tutor.ui.screens.predicted import PredictedScreen
from tutor.ui.styles import styles
from tutor.ui.trouble import put_down
from tutor.ui.widgets.markdown import LessonMarkdown
from tutor.ui.widgets.picture import Picture
from tutor.ui.widgets.sketch import Sketch
from tutor.ui.widgets.status import StatusLine

if TYPE_CHECKING:
    from tutor.core.reading import Reader
    from tutor.learning.steps import Lesson
    from tutor.ui.labs.desk import Desk

TICKS = 8  # looks at the training per second
ENOUGH = 8  # points of a stroke that is a digit rather than a dot


class YourDigitLab(PredictedScreen):
    """Trains the step's experiment once; then reads what is drawn."""

    CSS_PATH = styles("reading", "step", "lab", "your_digit")
    show_steps = False
    lead_keys = ("pen", "move(-1, 0)", "stop", "undo", "clear", "keep", "drop", "centre", "view", "next")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space", "pen", "Pen", tooltip="Put the pen down, lift it; train the model where there is none"
        ),
        Binding(
            "left,h", "move(-1, 0)", "Move", key_display="←↓↑→", tooltip="Move the pen; it draws while down"
        ),
        Binding("down,j", "move(0, 1)", "Move", show=False),
        Binding("up,k", "move(0, -1)", "Move", show=False),
        Binding("right,l", "move(1, 0)", "Move", show=False),
        Binding("u", "undo", "Undo", tooltip="Take the last stroke away"),
        Binding("x", "clear", "Clear", tooltip="Clear the pad"),
        Binding("a", "keep", "Keep", tooltip="Add the digit to your own test set, with its true label"),
        Binding("d", "drop", "Drop", tooltip="Take the chosen digit out of your own test set"),
        Binding("c", "centre", "Centring", tooltip="Give the model the pad as it is, or centred and fitted"),
        Binding("v", "view", "View", tooltip="Show the pad, what the model sees, your test set, or the text"),
        Binding(
            "plus,equals_sign", "brush(1)", "Wider", key_display="+", show=False, tooltip="A wider brush"
        ),
        Binding("minus", "brush(-1)", "Thinner", key_display="-", show=False, tooltip="A thinner brush"),
        Binding("t", "train", "Train", show=False, tooltip="Train the model again"),
        Binding("s", "stop", "Stop", tooltip="End the training"),
        Binding("y", "copy_line", "Copy line", show=False, tooltip="Copy the experiment as one line"),
        Binding("enter", "go_on", "Go on", show=False, tooltip="Go on to the next step"),
        Binding("escape", "back", "Back", show=False),
        *[Binding(str(digit), f"label({digit})", f"It is a {digit}", show=False) for digit in range(10)],
    ]

    class Ended(Message):
        """The training thread has nothing more to give."""

    def __init__(self, lesson: Lesson, step: Lab) -> None:
        super().__init__(lesson, step)
        self.lab = step
        self.experiment: Experiment = parse(step.experiment)
        self.desk_view = DeskView(terminal.glyphs(), terminal.colours())
        self.desk: Desk | None = None
        self.view: View = "text"
        self.looked = False  # whether weights were looked for on disk
        self.asking = False  # for the true label of the digit to keep
        self.chosen = 0  # in the own test set
        self._pending = False
        self._rows = 0  # that the words take
        self._keys: tuple[View, bool, bool] | None = None  # what the line of keys was drawn for

    def compose_step(self) -> ComposeResult:
        yield Sketch(self._draw, id="lab-panels")
        with VerticalScroll(id="lab-text"):
            yield LessonMarkdown(self.lab.text)
            yield Static(Content.styled(str(self.experiment), "$quiet"), id="lab-line")
            yield Static(id="lab-invitation")
        yield Static(id="digit-state")
        yield StatusLine(id="lab-status", ascii_only=self.desk_view.glyphs == "ascii")
        yield Static(id="lab-words")

    def on_mount(self) -> None:
        self.run_ = LabRun(self.lab, self.app.data_dir, lambda: self.post_message(self.Ended()))
        self._timer = self.set_interval(1 / TICKS, self._tick, pause=True)
        self._show_view("text")
        self.run_worker(self._open(), name="opening the pad", exit_on_error=False)

    def on_unmount(self) -> None:
        self.run_.stop()

    @property
    def busy(self) -> str:
        return "The model is being trained. Quitting ends it." if self.run_.live else ""

    # The model

    async def _open(self) -> None:
        """The pad first, since it needs no torch; then the weights that an earlier opening kept."""
        desk = await asyncio.to_thread(import_module, "tutor.ui.labs.desk")
        own = await asyncio.to_thread(OwnDigits.load)
        self.desk = desk.Desk(self.experiment.about.classes, own)
        self._show()
        found = await asyncio.to_thread(self._find_reader)
        self.looked = True
        if isinstance(found, str):
            self._say(found, warning=True)
        elif found is not None and self.desk.reader is None:
            self.desk.take(found)
            if not self.locked:
                self._show_view("pad")
        self._show()

    def _find_reader(self) -> Reader | str | None:
        """On a thread: the kept model, None where there is none, or a sentence on what went wrong."""
        try:
            from tutor.core.reading import load_reader

            return load_reader(self.experiment, self.app.data_dir)
        except Exception as error:
            return put_down(error)

    def _shut(self) -> bool:
        """Whether the prediction is still to be made; says so."""
        if self.locked and self.prediction_step:
            self._say(f"Predict first: press p to answer “{self.prediction_step.title}”.", warning=True)
        return self.locked

    def action_train(self) -> None:
        if not self._shut() and not self.run_.live:
            self.run_.start([self.experiment])
            self._timer.resume()
            self._show_view("pad")

    def action_stop(self) -> None:
        self.run_.stop()

    def _tick(self) -> None:
        self.run_.drain()
        self.query_one(StatusLine).show(run_status(self.run_, self.app.built_in))

    @on(Ended)
    def _ended(self) -> None:
        self.run_.drain()
        if self.run_.live or self.run_.trainer is None:
            return
        self._timer.pause()
        finished = self.run_.finished
        if self.run_.error or not finished or finished[0].reason != "done":
            self._show()
            self._say(self.run_.words() or "You stopped the training.", warning=True)
            return
        self.run_worker(self._take_trained(finished[0].test_accuracy), name="keeping the model")

    async def _take_trained(self, accuracy: float) -> None:
        reader, trouble = await asyncio.to_thread(self._keep_trained, accuracy)
        if reader is not None and self.desk is not None:
            self.desk.take(reader)
        self._show()
        if trouble:
            self._say(trouble, warning=True)

    def _keep_trained(self, accuracy: float) -> tuple[Reader | None, str]:
        """On a thread: the trained model, kept on disk for the next opening."""
        from tutor.core.reading import keep_trained

        setup = self.run_.trainer.kept[0].setup if self.run_.trainer and self.run_.trainer.kept else None
        try:
            return keep_trained(setup, accuracy, self.app.data_dir) if setup else (None, "")
        except Exception as error:
            return None, put_down(error)

    # The pen

    def action_pen(self) -> None:
        if self._shut() or self.desk is None or not self.looked:
            return
        if self.desk.reader is None and not self.run_.live:
            self.action_train()
        elif self.view in ("set", "text"):
            self._show_view("pad")
        else:
            self.desk.toggle()
            self._drew()

    def action_move(self, dx: int, dy: int) -> None:
        if self.desk is None or self.view == "text":
            return
        if self.view == "set":
            last = max(0, len(self.desk.own.digits) - 1)
            across, _ = page_size(*self.query_one(Sketch).size)
            self.chosen = min(last, max(0, self.chosen + dx + dy * across))
        else:
            self.desk.move(dx, dy)
        self._drew()

    @on(Sketch.Touched)
    def _touched(self, event: Sketch.Touched) -> None:
        if self.desk is None or self.view in ("set", "text"):
            return
        x, y = self.desk_view.point(event.x, event.y, *self.query_one(Sketch).size)
        if event.start and not (0 <= x < SIDE and 0 <= y < SIDE):
            return
        if event.start or self.desk.down:
            self.desk.touch(x, y, event.start)
            self._drew()

    @on(Sketch.Lifted)
    def _lifted(self) -> None:
        if self.desk is not None:
            self.desk.lift()
            self._drew()

    def action_undo(self) -> None:
        if self.desk is not None:
            self.desk.undo()
            self._drew()

    def action_clear(self) -> None:
        if self.desk is not None:
            self.desk.clear()
            self._drew()

    def action_brush(self, by: int) -> None:
        if self.desk is not None:
            self.desk.wider(by)
            self._drew()

    def action_centre(self) -> None:
        if self.desk is not None:
            self.desk.toggle_centring()
            self._drew()

    def _drew(self) -> None:
        """Show what changed, once for all the keys and mouse moves that wait."""
        self.asking = False
        if not self._pending:
            self._pending = True
            self.call_later(self._show)

    # The own test set

    def action_keep(self) -> None:
        desk = self.desk
        if desk is None or desk.pad.empty or self.view in ("set", "text"):
            self._say("There is no digit on the pad to keep. Draw one first.")
            return
        desk.lift()
        self.asking = True
        self._say("Which digit is it? Press 0 to 9; Escape forgets it.")
        self._show()

    def action_label(self, digit: int) -> None:
        assert self.desk is not None  # check_action allows this only while asking
        self.asking = False
        try:
            self.desk.keep(digit)
        except TutorError as error:
            self._say(str(error), warning=True)
            return
        self.chosen = len(self.desk.own.digits) - 1
        self.desk.clear()
        self._show()

    def action_drop(self) -> None:
        if self.desk is None or not self.desk.own.digits:
            return
        try:
            self.desk.drop(self.chosen)
        except TutorError as error:
            self._say(str(error), warning=True)
            return
        self.chosen = max(0, min(self.chosen, len(self.desk.own.digits) - 1))
        self._show()

    # Keys for all views

    def action_view(self) -> None:
        if self._shut():
            return
        views = self.desk_view.views(*self.query_one(Sketch).size)
        here = views.index(self.view) if self.view in views else 0
        self._show_view(views[(here + 1) % len(views)])

    def action_back(self) -> None:
        if self.asking:
            self._drew()
        else:
            self.action_home()

    def action_go_on(self) -> None:
        if self.desk is not None and self.desk.reader is None and self.looked:
            self.action_train()
        else:
            self.action_next()

    def action_copy_line(self) -> None:
        self.app.copy_code(f"{self.experiment}\n")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "label":
            return self.asking
        if action == "drop":
            return self.view == "set"
        if action == "stop":
            return self.is_mounted and self.run_.live
        return True

    # What is shown

    def _show_view(self, view: View) -> None:
        self.view = view
        self.query_one("#lab-text").display = view == "text"
        self.query_one(Sketch).display = view != "text"
        self.query_one("#lab-invitation", Static).update(self._invitation())
        self.call_after_refresh(self._show)

    def _invitation(self) -> Content:
        if self.locked:
            return Content.assemble(
                ("Predict first. ", "bold $warning"),
                "The pad opens when you have answered: press ",
                ("p", "bold $accent"),
                ".",
            )
        there = self.desk is not None and self.desk.reader is not None
        return Content.assemble(
            ("Space", "bold $accent"),
            ("  Open the pad" if there else "  Train the model and open the pad", "$quiet"),
        )

    def _show(self) -> None:
        """Bring everything up to date with the desk."""
        self._pending = False
        desk = self.desk
        if desk is None or not self.is_mounted:
            return
        live = self.run_.live
        self.query_one(StatusLine).display = live
        state = self.query_one("#digit-state", Static)
        state.display = not live and self.view != "text"
        state.update(desk.state_words(), layout=False)
        if self.view == "text":
            self.query_one("#lab-invitation", Static).update(self._invitation())
        self.query_one(Picture).redraw()
        if not self.asking:
            self._say_reading(desk)
        self._note_done(desk)
        keys = (self.view, self.asking, live)
        if keys != self._keys:
            self._keys = keys
            self.refresh_bindings()

    def _say_reading(self, desk: Desk) -> None:
        if self.view == "text":
            self._say("")
            return
        parts = [
            Content(words) for words in (desk.own.notice, self._training_words(desk), desk.words()) if words
        ]
        if own := desk.own_words():
            parts.append(Content.styled(own, "$quiet"))
        predicted = self.prediction_words()
        if not desk.centring and desk.probabilities and predicted is not None:
            parts.append(predicted)
        self._tell(Content("\n").join(parts))

    def _training_words(self, desk: Desk) -> str:
        if desk.reader is not None:
            return ""
        if self.run_.live:
            return "The model is learning. You can draw already: it reads when it is done."
        return (
            "No model is there yet. Press Space to train it."
            if self.looked
            else "Loading torch and the model."
        )

    def _note_done(self, desk: Desk) -> None:
        """The step is done when a digit was drawn and read."""
        longest = max((len(stroke.points) for stroke in desk.pad.strokes), default=0)
        if (
            desk.probabilities
            and longest >= ENOUGH
            and not self.progress.is_done(self.lesson.id, self.step.id)
        ):
            self.mark_done()

    def _say(self, words: str, *, warning: bool = False) -> None:
        self._tell(Content.styled(words, "$warning" if warning else ""))

    def _tell(self, content: Content) -> None:
        """Show the words; the screen is laid out anew only where they take another number of lines."""
        place = self.query_one("#lab-words", Static)
        rows = sum(1 + line.cell_length // max(1, place.size.width) for line in content.split("\n"))
        place.update(content, layout=rows != self._rows)
        self._rows = rows

    def _draw(self, width: int, height: int) -> Lines:
        self.desk_view.palette = terminal.palette(self.app.current_theme.dark)
        return (
            [] if self.desk is None else self.desk_view.draw(self.desk, self.view, self.chosen, width, height)
        )
