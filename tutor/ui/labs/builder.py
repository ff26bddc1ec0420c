"""The builder: choose a network with knobs; see its modules, its shapes and its code; then train it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor.core.experiment import Experiment, parse
from tutor.core.words import ACTIVATIONS, INITS, NORMS
from tutor.drawing.lines import Lines
from tutor.drawing.trees import Row, module_tree
from tutor.errors import TutorError
from tutor.learning.steps import Knob, Lab
from tutor.ui import terminal
from tutor.ui.screens.lab import LabScreen
from tutor.ui.training import torch_alone
from tutor.ui.trouble import put_down
from tutor.ui.widgets.knobs import Knobs
from tutor.ui.widgets.markdown import LessonFence
from tutor.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from tutor.core.blueprint import Blueprint
    from tutor.learning.steps import Lesson

DEPTHS = ("0", "1", "2", "3", "4")
WIDTHS = ("0", "1", "4", "8", "16", "32", "64", "128", "256", "512")  # 0 cannot be built, and says so
DROPOUTS = ("0", "0.1", "0.2", "0.5", "0.8")
PLANS = ("tree", "sequential", "subclass")
USUAL = ("128", "64", "32", "16")  # widths of layers that the experiment does not name


class BuilderLab(LabScreen):
    """Turning a knob draws the network up again, on a thread; Space trains it."""

    lead_keys = ("run", "stop", "turn(-1)", "choose(-1)", "view", "next", "one_step", "keep", "reset")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "view", "View", tooltip="Tree, Sequential, class, training, text"),
        Binding(
            "y", "copy_line", "Copy", tooltip="Copy the code that is shown, or the experiment as one line"
        ),
        Binding("pageup", "scroll_plan(-1)", "Scroll", show=False),
        Binding("pagedown", "scroll_plan(1)", "Scroll", show=False),
    ]

    class DrawnUp(Message):
        """A network was built and a batch went through it, or an `error` says why not."""

        def __init__(self, number: int, blueprint: Blueprint | None = None, error: str = "") -> None:
            super().__init__()
            self.number, self.blueprint, self.error = number, blueprint, error

    def __init__(self, lesson: Lesson, step: Lab) -> None:
        super().__init__(lesson, replace(step, panels=("loss", "weights"), pace=step.pace or 150))
        own = parse(step.experiment)
        self.widths = [*map(str, own.widths), *USUAL[len(own.widths) :]]
        self.values = {
            "depth": str(len(own.widths)),
            "activation": own.activation,
            "norm": own.norm,
            "dropout": f"{own.dropout:g}",
            "init": own.init,
        }
        self.plan: int | None = 0  # which plan is shown; None: the run, or the text
        self.blueprint: Blueprint | None = None
        self.asked = 0  # how often a blueprint was asked for: an answer to an earlier one is too late
        self._left = threading.Event()

    # Knobs

    def make_knobs(self) -> Knobs:
        return Knobs(*self._offered(), id="lab-knobs")

    def _offered(self) -> tuple[list[Knob], list[str]]:
        """The knobs that a network of this depth has, and their values."""
        now, depth = self.values, int(self.values["depth"])
        knobs = [(Knob("depth", "hidden layers", _with(DEPTHS, now["depth"])), now["depth"])]
        for number, width in enumerate(self.widths[:depth], 1):
            knobs.append((Knob(f"width{number}", f"layer {number}", _with(WIDTHS, width)), width))
        if depth:
            knobs.append((Knob("activation", "activation", ACTIVATIONS), now["activation"]))
            knobs.append((Knob("norm", "norm", NORMS), now["norm"]))
            knobs.append((Knob("dropout", "dropout", _with(DROPOUTS, now["dropout"])), now["dropout"]))
        inits = tuple(one for one in INITS if one != "wrong" or one == now["init"])
        knobs.append((Knob("init", "start", inits), now["init"]))
        return [knob for knob, _ in knobs], [value for _, value in knobs]

    def knob_words(self) -> str:
        now, depth = self.values, int(self.values["depth"])
        if not depth:
            return f"linear norm=none dropout=0 init={now['init']}"
        model = f"mlp:{','.join(self.widths[:depth])}:{now['activation']}"
        return f"{model} norm={now['norm']} dropout={now['dropout']} init={now['init']}"

    @on(Knobs.Turned)
    def _offer_again(self) -> None:
        """Another depth has other knobs. The base ends a run that is going on, after this."""
        knobs = self.query_one(Knobs)
        for knob, value in zip(knobs.knobs, knobs.values, strict=True):
            if knob.key.startswith("width"):
                self.widths[int(knob.key.removeprefix("width")) - 1] = value
            else:
                self.values[knob.key] = value
        knobs.offer(*self._offered())
        if self.plan is None:
            self._show_plan(0)
        self._draw_up()

    # The blueprint

    def compose_views(self) -> ComposeResult:
        with VerticalScroll(id="builder"):
            yield Static(id="builder-line", markup=False)
            yield Picture(self._tree, id="builder-tree")
            yield Static(id="builder-code", markup=False)

    def on_mount(self) -> None:
        self.call_next(self._draw_up)  # the base's own handler comes after this one

    def on_unmount(self) -> None:
        self._left.set()

    def _draw_up(self) -> None:
        """Ask for the blueprint of what the knobs say."""
        self.asked += 1
        try:
            (experiment,) = self._experiments(self.knob_words())
        except TutorError as error:
            self._refuse(str(error))
            return
        if self.blueprint is None:
            self._say("Building the network.")
        self.run_worker(
            asyncio.to_thread(self._build, self.asked, experiment), name="drawing up", exit_on_error=False
        )

    def _build(self, number: int, experiment: Experiment) -> None:
        """On a thread: imports torch, opens the data, builds the network."""
        try:
            from tutor.core.blueprint import draw_up

            with torch_alone():
                if number == self.asked and not self._left.is_set():
                    plan = draw_up(experiment, self.app.data_dir, should_stop=self._left.is_set)
                    self._tell(self.DrawnUp(number, plan))
        except TutorError as error:
            self._tell(self.DrawnUp(number, error=str(error)))
        except Exception as error:
            self._tell(self.DrawnUp(number, error=put_down(error)))

    def _tell(self, message: Message) -> None:
        if not self._left.is_set():
            self.post_message(message)

    @on(DrawnUp)
    def _drawn_up(self, event: DrawnUp) -> None:
        if event.number != self.asked:
            return
        if event.blueprint is None:
            self._refuse(event.error)
            return
        self.blueprint = event.blueprint
        self._show_blueprint()

    def _refuse(self, words: str) -> None:
        """What cannot be built: nothing is shown but the reason."""
        self.blueprint = None
        self._show_blueprint()
        self._say(words, warning=True)

    # What is shown

    def _show_text(self, text: bool) -> None:
        super()._show_text(text)
        self._arrange()

    def _start(self, *, paused: bool = False) -> None:
        before, self.plan = self.plan, None
        super()._start(paused=paused)
        if not self.run_.live:  # locked, or not to be built
            self.plan = before
            self._arrange()

    def action_reset(self) -> None:
        super().action_reset()
        self._show_plan(0)

    def action_view(self) -> None:
        """The three plans, then the run's pages, then the text."""
        if self.plan is not None and self.plan + 1 < len(PLANS):
            self._show_plan(self.plan + 1)
        elif self.plan is not None:
            self.plan, self.view = None, 0
            self._show_text(False)
        elif self.view < 0:
            self._show_plan(0)
        else:
            super().action_view()

    def _show_plan(self, plan: int) -> None:
        self.plan, self.view = plan, 0
        self._arrange()
        self._show_blueprint()

    def _arrange(self) -> None:
        """One of plan, panels and text has the room."""
        plan = self.plan is not None
        self.query_one("#builder").display = plan
        if plan:
            self.query_one("#lab-text").display = False
            self.query_one("#lab-panels").display = False

    def _show_blueprint(self) -> None:
        """Fill the plan that is shown, and say what it comes to."""
        plan, name = self.blueprint, PLANS[self.plan or 0]
        tree, code = self.query_one("#builder-tree", Picture), self.query_one("#builder-code", Static)
        tree.display, code.display = name == "tree", name != "tree"
        self.query_one("#builder-line", Static).update(
            Content.styled(str(plan.experiment) if plan else "", "$quiet")
        )
        if plan is None:
            code.update("")
            tree.styles.height = 1
            self.call_after_refresh(tree.redraw)
            return
        tree.styles.height = len(plan.layers) + 2
        text = plan.sequential if name == "sequential" else plan.subclass
        code.update(LessonFence.highlight(text, "python") if name != "tree" else "")
        self.call_after_refresh(tree.redraw)
        if self.plan is not None and not self.run_.live:
            self._say(blueprint_words(plan))

    def _tree(self, width: int, height: int) -> Lines:
        if self.blueprint is None:
            return []
        return module_tree(
            tree_rows(self.blueprint),
            ("module", "what leaves it", "parameters"),
            width=width,
            palette=terminal.palette(self.app.current_theme.dark),
            glyphs=self.shown.glyphs,
            color=self.shown.color,
        )

    def action_scroll_plan(self, by: int) -> None:
        scroll = self.query_one("#builder", VerticalScroll)
        (scroll.scroll_page_down if by > 0 else scroll.scroll_page_up)(animate=False)

    def action_copy_line(self) -> None:
        if self.plan and self.blueprint:
            name = PLANS[self.plan]
            self.app.copy_code(
                (self.blueprint.sequential if name == "sequential" else self.blueprint.subclass).rstrip()
                + "\n"
            )
            return
        try:
            super().action_copy_line()
        except TutorError as error:
            self._say(str(error), warning=True)


def tree_rows(plan: Blueprint) -> list[Row]:
    """The batch that goes in, then a row for each module."""
    rows = [Row("", "a batch of real samples", str(plan.inputs))]
    for layer in plan.layers:
        count = f"{layer.parameters:,}" if layer.parameters else ""
        share = layer.parameters / plan.parameters if layer.leaf and layer.name and plan.parameters else 0.0
        rows.append(Row(layer.name, layer.kind, str(layer.shape), count, share, strong=not layer.name))
    return rows


def blueprint_words(plan: Blueprint) -> str:
    """What the network comes to, in this network's numbers."""
    heavy = max((layer for layer in plan.layers if layer.leaf), key=lambda layer: layer.parameters)
    share = 100 * heavy.parameters / max(1, plan.parameters)
    words = f"{plan.parameters:,} parameters, {plan.bytes:,} bytes as float32; {share:.0f} % of them are in {heavy.name}, {heavy.kind}."
    if plan.buffers:
        words += f" {plan.buffers:,} more numbers are buffers: saved, and not trained."
    narrow = min(plan.experiment.widths, default=0)
    if 0 < narrow < plan.outputs[-1]:
        words += f" All that the head learns of a sample passes through {narrow} number{'s' if narrow > 1 else ''}."
    if not plan.experiment.widths:
        words += " Without a hidden layer nothing is there to activate, normalise or drop."
    return words


def _with(values: Sequence[str], own: str) -> tuple[str, ...]:
    """The values, and the own one where it is not among them."""
    return tuple(values) if own in values else tuple(sorted({*values, own}, key=float))
