"""Runs: every run that ended, the newest first; choose several to see their curves together."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import Worker

from tutor.core.experiment import parse
from tutor.core.summary import percent
from tutor.drawing.arrange import arrange, pages
from tutor.drawing.lines import Lines
from tutor.drawing.panels import RUN_SLOTS, Shown
from tutor.errors import ProgressError
from tutor.learning.run_history import KeptRun, KeptRuns, delete_run, load_runs
from tutor.ui import keeping, terminal
from tutor.ui.screens.over import OverScreen
from tutor.ui.sizes import HEIGHTS, WIDTHS, size_classes
from tutor.ui.styles import styles
from tutor.ui.widgets.key_bar import KeyBar
from tutor.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from tutor.ui.app import TutorApp

MOST = len(RUN_SLOTS)  # runs that can lie over one another
BEFORE = 43  # cells of a line that stand before its experiment
EMPTY = "No run is kept yet. Run any lab, or open the playground with w: every run that ends comes here."


class RunList(OptionList):
    """The runs; moving shows the curves of the run under the cursor where none is chosen."""

    help_title: ClassVar[str] = "In the list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,l,right",
            "select",
            "Reopen",
            key_display="Enter",
            tooltip="Open its experiment in the playground",
        ),
        Binding("j,down", "cursor_down", "Down", show=False, tooltip="Go to the older run"),
        Binding("k,up", "cursor_up", "Up", show=False, tooltip="Go to the newer run"),
        Binding("home", "first", "First", show=False, tooltip="Go to the newest run"),
        Binding("end", "last", "Last", show=False, tooltip="Go to the oldest run"),
    ]


class DeleteScreen(OverScreen[bool]):
    """Asks before runs are deleted: `d` or `y` deletes, anything else keeps them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d,y", "delete", "Delete", tooltip="Delete them for good"),
        Binding("n,enter,space", "back", "Keep", tooltip="Keep them"),
    ]

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.lines = lines

    def compose(self) -> ComposeResult:
        title = "Delete this run?" if len(self.lines) == 1 else f"Delete these {len(self.lines)} runs?"
        keys = Content.assemble(("d", "bold $accent"), "  delete      ", ("Enter", "bold $accent"), "  keep")
        with Vertical(id="over"):
            yield Static(Content.styled(title, "bold $accent"))
            yield Static(Content("\n".join(self.lines)), classes="over-part")
            yield Static(keys, classes="over-part")

    def action_delete(self) -> None:
        self.dismiss(True)


class RunsScreen(Screen[None]):
    """The list above, the curves below."""

    CSS_PATH = styles("runs")
    app: TutorApp
    lead_keys: ClassVar[tuple[str, ...]] = ("select", "choose", "delete", "export", "playground")
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "choose", "Overlay", tooltip="Put its curves with those of other runs, or take them out"),
        Binding("d", "delete", "Delete", tooltip="Delete the chosen runs, or this one; asks first"),
        Binding("e", "export", "Export", tooltip="Write its experiment as a plain script or a notebook"),
        Binding("w", "playground", "Playground", tooltip="Open the playground"),
        Binding("y", "copy_line", "Copy line", show=False, tooltip="Copy its experiment as one line"),
        Binding("m", "smooth", "Smooth", show=False, tooltip="Smooth the train curves, or not"),
        Binding("g", "log", "Log scale", show=False, tooltip="Draw the loss on a log scale, or not"),
        Binding("x", "none", "Choose none", show=False, tooltip="Take every run out of the overlay"),
        Binding("b,escape", "back", "Back", key_display="b", tooltip="Go back to where you were"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.kept = KeptRuns()
        self.loaded = False
        self.chosen: list[KeptRun] = []
        self.shown = Shown(glyphs=terminal.glyphs(), color=terminal.colours())

    def compose(self) -> ComposeResult:
        self.add_class(*size_classes(self.app.size))
        yield Static(Content.styled("Runs", "bold $accent"), classes="bar")
        with Vertical(id="runs"):
            yield Static("Reading the runs…", id="runs-words", markup=False)
            yield Static(id="runs-head")
            yield RunList(id="runs-list", compact=True, markup=False)
            yield Static(id="runs-line", markup=False)
            yield Picture(self._draw, id="runs-curves")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(RunList).focus()

    def on_screen_resume(self) -> None:
        self._reload()

    def on_resize(self) -> None:
        if self.loaded:
            self.call_after_refresh(self._show_list)

    def _reload(self) -> Worker[None]:
        return self.run_worker(self._load, name="reading runs", exclusive=True)

    async def _load(self) -> None:
        """Read the runs on a thread: there may be two hundred."""
        await asyncio.to_thread(keeping.wait_until_kept)
        self.kept, self.loaded = await asyncio.to_thread(load_runs), True
        there = {run.path: run for run in self.kept.runs}
        self.chosen = [there[run.path] for run in self.chosen if run.path in there]
        self._show_list()

    @property
    def run(self) -> KeptRun | None:
        """The run under the cursor."""
        at = self.query_one(RunList).highlighted
        return self.kept.runs[at] if at is not None and at < len(self.kept.runs) else None

    # What is shown

    def _show_list(self) -> None:
        runs, listed = self.kept.runs, self.query_one(RunList)
        words = [] if runs else [EMPTY]
        words += [notice for notice in (self.kept.notice, keeping.trouble()) if notice]
        self.query_one("#runs-words", Static).update("\n".join(words))
        self.query_one("#runs-words").display = bool(words)
        for part in ("#runs-head", "#runs-list", "#runs-curves"):
            self.query_one(part).display = bool(runs)
        head = f"    {'when':<14}{'end':<10}{'test':>8}{'steps':>9}  experiment"
        self.query_one("#runs-head", Static).update(Content.styled(head, "$quiet"))
        at = listed.highlighted or 0
        listed.set_options([Option(self._row(run)) for run in runs])
        if runs:
            listed.highlighted = min(at, len(runs) - 1)
            listed.focus()
        self._show_curves()

    def _row(self, run: KeptRun) -> Content:
        end = run.finished
        mark = f"{self.chosen.index(run) + 1} " if run in self.chosen else "  "
        moment = time.strftime("%d %b %H:%M", time.localtime(run.when))
        warning = end.reason in ("diverged", "failed")
        return Content.assemble(
            (mark, "bold $accent"),
            (f"{moment:<14}", "$quiet"),
            (f"{end.reason:<10}", "$warning" if warning else ""),
            f"{_result(run):>8}{end.steps:>9,}  ",
            (run.experiment, "$quiet"),
        ).truncate(self.room, ellipsis=True)

    @property
    def room(self) -> int:
        """Cells of a line of the list, without its padding."""
        return max(20, self.size.width - 9)

    def _show_curves(self) -> None:
        run = self.run
        words = [] if run is None else self._words(run)
        line = self.query_one("#runs-line", Static)
        line.update(Content.styled("\n".join(words), "$quiet"))
        line.display = bool(words)
        self.call_after_refresh(self.query_one(Picture).redraw)
        self.refresh_bindings()

    def _words(self, run: KeptRun) -> list[str]:
        """What the line of the list has no room for: the whole experiment, and why it ended early."""
        cut = BEFORE + len(run.experiment) > self.room
        cause = run.finished.cause if run.finished.reason != "stopped" else ""
        return [*([run.experiment] if cut else []), *([cause] if cause else [])]

    def _draw(self, width: int, height: int) -> Lines:
        runs = self.chosen or [run for run in [self.run] if run]
        lines = [run.experiment for run in runs]
        names = [f"{number} {words}" for number, words in enumerate(differing(lines), 1)]
        shown = self.shown
        shown.runs, shown.labels = [run.history for run in runs], names
        shown.palette = terminal.palette(self.app.current_theme.dark)
        classes = any(parse(line).about.classes for line in lines)
        panels = ("loss", "accuracy") if classes else ("loss",)
        return arrange(pages(panels, width, height)[0], shown, width, height)

    @on(OptionList.OptionHighlighted)
    def _highlighted(self) -> None:
        self._show_curves()

    # Keys

    @on(OptionList.OptionSelected)
    def _reopen(self) -> None:
        if run := self.run:
            self.app.open_playground(run.experiment)

    def action_choose(self) -> None:
        run = self.run
        if run is None:
            return
        if run in self.chosen:
            self.chosen.remove(run)
        elif len(self.chosen) == MOST:
            self.app.notify(
                f"{MOST} runs can lie over one another. Take one out with Space first.", markup=False
            )
            return
        else:
            self.chosen.append(run)
        self._show_list()

    def action_none(self) -> None:
        self.chosen = []
        self._show_list()

    def action_delete(self) -> None:
        doomed = list(self.chosen) or [run for run in [self.run] if run]
        if doomed:
            ask = DeleteScreen([run.experiment for run in doomed])
            self.app.push_screen(ask, lambda sure: self._delete(doomed) if sure else None)

    def _delete(self, runs: list[KeptRun]) -> None:
        try:
            for run in runs:
                delete_run(run)
        except ProgressError as error:
            self.app.notify(str(error), severity="warning", markup=False, timeout=15)
        self._reload()

    def action_export(self) -> None:
        if run := self.run:
            from tutor.ui.screens.exporting import export

            export(self.app, parse(run.experiment))

    def action_playground(self) -> None:
        self.app.open_playground(self.run.experiment if self.run else "")

    def action_copy_line(self) -> None:
        if run := self.run:
            self.app.copy_code(run.experiment + "\n")

    def action_smooth(self) -> None:
        self.shown.smooth = not self.shown.smooth
        self.query_one(Picture).redraw()

    def action_log(self) -> None:
        self.shown.log = not self.shown.log
        self.query_one(Picture).redraw()

    def action_back(self) -> None:
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("choose", "delete", "export", "copy_line", "smooth", "log"):
            return bool(self.kept.runs)
        return bool(self.chosen) if action == "none" else True


def differing(lines: list[str]) -> list[str]:
    """For each line the words that not all of them have; the dataset and model where they are the same."""
    words = [line.split() for line in lines]
    common = set.intersection(*map(set, words)) if words else set()
    own = [" ".join(word for word in line if word not in common) for line in words]
    return [mine or " ".join(line[:2]) for mine, line in zip(own, words, strict=True)]


def _result(run: KeptRun) -> str:
    """The test accuracy; for regression the test loss."""
    end = run.finished
    if not math.isnan(end.test_accuracy):
        return percent(end.test_accuracy)
    return "–" if math.isnan(end.test_loss) else f"{end.test_loss:.3g}"
