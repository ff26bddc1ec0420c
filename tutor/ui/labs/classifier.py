"""The complete classifier: a live run whose confusion matrix is walked, and whose errors open to their images."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tutor.core.answers import (
    cell_words,
    class_rows,
    classes_words,
    largest_error,
    sample_words,
)
from tutor.core.events import Evaluated
from tutor.drawing.arrange import Page
from tutor.drawing.errors import class_table, page_size, picture_page
from tutor.drawing.images import Mode, image
from tutor.drawing.lines import PLAIN, Lines, beside, blank, fit, notice, sized, style
from tutor.drawing.tables import bars, confusion
from tutor.errors import TutorError
from tutor.ui import terminal
from tutor.ui.screens.lab import LabScreen
from tutor.ui.trouble import put_down
from tutor.ui.widgets.knobs import Knobs

if TYPE_CHECKING:
    from tutor.core.examine import Examined, Part
    from tutor.core.setup import Setup

CELLS, CLASSES, ERRORS = (Page(((name,),)) for name in ("confusion", "classes", "errors"))
OWN = (CELLS, CLASSES, ERRORS)
DETAIL, GAP = 44, 2  # cells for the chosen picture with its probabilities, where there is room
WIDE = 100
SETS = {"val": "validation", "test": "test"}


class ClassifierLab(LabScreen):
    """A live run, then its errors: the matrix's cells, a table of the classes, the most confident errors."""

    lead_keys = ("run", "stop", "move_row(-1)", "cells", "classes", "errors", "turn(-1)", "next", "view")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "cells", "Cells", tooltip="Walk the confusion matrix; Enter opens a cell to its images"),
        Binding("a", "classes", "Classes", tooltip="Show recall and precision of each class"),
        Binding("e", "errors", "Errors", tooltip="Show the most confident errors"),
        Binding("up,k", "move_row(-1)", "Walk", key_display="←↓↑→", priority=True, tooltip="Walk the matrix"),
        Binding("down,j", "move_row(1)", "Walk", show=False, priority=True),
        Binding("escape", "close", "Back", show=False, tooltip="Close the opened cell"),
    ]

    def __init__(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.cell: tuple[int, int] | None = None  # (true, predicted), once somebody walks
        self.opened: tuple[int, int] | None = None  # the cell whose images are shown
        self.examined: Examined | None = None
        self.chosen = 0  # in the images of the cell, or among the errors
        self._asked: Setup | None = None  # the run whose model is being asked

    # Where the learner is

    @property
    def page(self) -> Page | None:
        """The page shown; None for the text."""
        all_pages = self._pages()
        return all_pages[min(self.view, len(all_pages) - 1)] if self.view >= 0 else None

    @property
    def own_page(self) -> bool:
        """Whether one of this lab's own pages is shown."""
        return self.page in OWN

    def _pages(self) -> list[Page]:
        """The panels' pages, and this lab's own after them; the matrix alone is the one that is walked."""
        return [page for page in super()._pages() if page not in OWN] + list(OWN)

    @property
    def evaluated(self) -> Evaluated | None:
        """The evaluation whose matrix is shown: of the validation set, and at the end of the test set."""
        found = self.run_.histories[0].evaluated if self.run_.histories else {}
        shown = found.get("test") or found.get("val")
        return shown if shown is not None and shown.confusion else None

    @property
    def class_names(self) -> tuple[str, ...]:
        started = self.run_.histories[0].started if self.run_.histories else None
        return started.classes if started else ()

    @property
    def indices(self) -> list[int]:
        """The samples that the page shows as images."""
        if self.examined is None:
            return []
        return self.examined.cell(*self.opened) if self.opened else self.examined.errors()

    # Keys

    def action_cells(self) -> None:
        self._open(CELLS)

    def action_classes(self) -> None:
        self._open(CLASSES)

    def action_errors(self) -> None:
        self._open(ERRORS)

    def _open(self, page: Page) -> None:
        if not self.run_.histories:
            self._say("There is no run to look into yet. Press Space to run it.")
            return
        self.view, self.opened, self.chosen = self._pages().index(page), None, 0
        self._show_text(False)

    def action_view(self) -> None:
        self.opened = None
        super().action_view()

    def action_move_cursor(self, by: int) -> None:
        self._walk(0, by) if self._walking else super().action_move_cursor(by)

    def action_move_row(self, by: int) -> None:
        self._walk(by, 0)

    @property
    def _walking(self) -> bool:
        return self.page == CELLS or self.page == ERRORS

    def _walk(self, down: int, right: int) -> None:
        if self.opened or self.page == ERRORS:
            across, _ = self._grid_size(*self._picture_size())
            self.chosen = min(max(0, len(self.indices) - 1), max(0, self.chosen + down * across + right))
        elif self.cell is not None and self.class_names:
            last = len(self.class_names) - 1
            true, predicted = self.cell
            self.cell = (min(last, max(0, true + down)), min(last, max(0, predicted + right)))
        self._redraw()

    def action_go_on(self) -> None:
        if self.page == CELLS and self.run_.histories:
            self._open_cell() if self.opened is None else self.action_close()
        else:
            super().action_go_on()

    def _open_cell(self) -> None:
        if self.cell is None or self.evaluated is None:
            return
        self.opened, self.chosen = self.cell, 0
        if self.run_.live:
            self.examined = None  # its answers are those of an earlier step
        self._show_text(False)

    def action_close(self) -> None:
        if self.opened is None:
            self.action_home()
            return
        self.opened = None
        self._show_text(False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("move_cursor", "move_row"):
            walking = self.is_mounted and self.is_current and self._walking
            return walking or (action == "move_cursor" and self.shown.cursor is not None)
        return super().check_action(action, parameters)

    # The model's answers

    def _start(self, *, paused: bool = False) -> None:
        self.cell = self.opened = self.examined = self._asked = None
        super()._start(paused=paused)

    def action_reset(self) -> None:
        self.cell = self.opened = self.examined = self._asked = None
        super().action_reset()

    def _ask(self) -> None:
        """Ask the model for every answer, off the UI thread: the validation set while it trains, the test set after."""
        trainer = self.run_.trainer
        setup = trainer.kept[0].setup if trainer and trainer.kept else None
        if setup is None or self._asked is setup:
            return
        self._asked = setup
        part: Part = "val" if self.run_.live else "test"
        self.run_worker(self._take(setup, part), name="asking the model", exit_on_error=False)

    async def _take(self, setup: Setup, part: Part) -> None:
        found = await asyncio.to_thread(_examine, setup, part)
        if self._asked is not setup:
            return  # another run has begun
        self._asked = None
        if isinstance(found, str):
            self._say(found, warning=True)
            return
        self.examined = found
        self._redraw()

    # What is shown

    def _show_text(self, text: bool) -> None:
        super()._show_text(text)
        self.query_one(Knobs).display = bool(self.lab.knobs) and (text or not self.own_page)
        self.call_after_refresh(self._say_page)
        self.refresh_bindings()

    def _redraw(self) -> None:
        self._prepare()
        super()._redraw()
        if self.own_page:
            self._say_page()

    def _prepare(self) -> None:
        """What an own page needs before it is drawn: a chosen cell, or the model's answers."""
        if self.page == CELLS and self.cell is None and self.evaluated is not None:
            self.cell = largest_error(self.evaluated.confusion)
        if self.examined is not None and self.examined.part == "val" and not self.run_.live:
            self.examined = None
        wanted = self.page == ERRORS or self.opened is not None or (self.page == CELLS and not self.run_.live)
        if wanted and self.examined is None and self.evaluated is not None:
            self._ask()

    def _say_result(self) -> None:
        super()._say_result()
        if self.own_page:
            self._say_page()

    def _say_page(self) -> None:
        """The words of an own page; on the others, of the run's end."""
        if not self.is_mounted:
            return
        if self.own_page:
            words = self._page_words()
            self.query_one("#lab-words", Static).update(Content(words))
        elif self.run_.state == "ended":
            super()._say_result()
        elif self.page is None:
            self._say("")

    def _page_words(self) -> str:
        shown, names = self.evaluated, self.class_names
        if shown is None:
            return ""
        if self.opened or self.page == ERRORS:
            return self._sample_words(names)
        if self.page == CLASSES or self.cell is None:
            return classes_words(shown.confusion, names)
        where = f"In the {SETS[shown.split]} set, "
        return f"{where}{cell_words(shown.confusion, *self.cell, names)} Enter opens them."

    def _sample_words(self, names: tuple[str, ...]) -> str:
        examined, indices = self.examined, self.indices
        back = " Escape goes back." if self.opened else ""
        if examined is None:
            return "The model is being asked for every image."
        if not indices:
            return f"There is no such image in the {SETS[examined.part]} set.{back}"
        place = min(self.chosen, len(indices) - 1)
        index = indices[place]
        true, answer = int(examined.labels[index]), int(examined.predictions[index])
        said = sample_words(true, answer, examined.probabilities[index].tolist(), names)
        return (
            f"{'Image' if self.opened else 'Error'} {place + 1:,} of {len(indices):,}, the surest first: "
            f"{SETS[examined.part]} image {index:,} {said}.{back}"
        )

    def _picture_size(self) -> tuple[int, int]:
        size = self.query_one("#lab-panels").size
        return size.width, size.height

    def _grid_size(self, width: int, height: int) -> tuple[int, int]:
        return page_size(width - (DETAIL + GAP if width >= WIDE else 0), height)

    def _draw(self, width: int, height: int) -> Lines:
        self.shown.palette = terminal.palette(self.app.current_theme.dark)
        if not self.own_page:
            return super()._draw(width, height)
        shown, ascii_only = self.evaluated, self.shown.glyphs == "ascii"
        if shown is None:
            return notice("this shows when it runs", width, height, ascii_only)
        if self.opened or self.page == ERRORS:
            return self._draw_samples(width, height)
        if self.page == CLASSES:
            return self._draw_classes(shown, width)
        return self._draw_cells(shown, width, height)

    def _draw_cells(self, shown: Evaluated, width: int, height: int) -> Lines:
        """The matrix; where there is room, the images of the chosen cell beside it."""
        beside_it = width >= WIDE and self.examined is not None and self.cell is not None
        left = width - DETAIL - GAP if beside_it else width
        words = f"{SETS[shown.split]} set, {shown.samples:,} samples, at step {shown.step:,}"
        matrix = confusion(
            shown.confusion,
            self.class_names,
            width=left,
            cursor=self.cell,
            palette=self.shown.palette,
            glyphs=self.shown.glyphs,
            color=self.shown.color,
        )
        table = [self._quiet(words, left), *matrix]
        if not beside_it or self.examined is None or self.cell is None:
            return table
        images = self._pictures(self.examined, self.examined.cell(*self.cell), -1, DETAIL, height)
        return beside([(table, left), (images, DETAIL)], GAP)

    def _draw_classes(self, shown: Evaluated, width: int) -> Lines:
        palette, glyphs, color = self.shown.palette, self.shown.glyphs, self.shown.color
        words = f"{SETS[shown.split]} set, {shown.samples:,} samples, at step {shown.step:,}"
        rows = class_rows(shown.confusion, self.class_names)
        table = class_table(rows, width=min(width, 90), palette=palette, glyphs=glyphs, color=color)
        return [self._quiet(words, width), blank(width), *table]

    def _draw_samples(self, width: int, height: int) -> Lines:
        examined, indices, ascii_only = self.examined, self.indices, self.shown.glyphs == "ascii"
        if examined is None:
            return notice("the model is being asked", width, height, ascii_only)
        if not indices or examined.pictures is None:
            words = "these samples are no images" if indices else "no image is here"
            return notice(words, width, height, ascii_only)
        wide = width >= WIDE
        left = width - DETAIL - GAP if wide else width
        place = min(self.chosen, len(indices) - 1)
        grid = self._pictures(examined, indices, place, left, height)
        return beside([(grid, left), (self._detail(examined, indices[place]), DETAIL)], GAP) if wide else grid

    def _pictures(self, examined: Examined, indices: list[int], place: int, width: int, height: int) -> Lines:
        """The page of images that holds the one at `place`; the first page, with none marked, for -1."""
        if not indices or examined.pictures is None:
            return []
        across, down = page_size(width, height)
        start = max(0, place - place % (across * down))
        page = indices[start : start + across * down]
        return picture_page(
            [examined.pictures[index].tolist() for index in page],
            [self._caption(examined, index) for index in page],
            place - start,
            width=width,
            palette=self.shown.palette,
            mode=self._mode,
        )

    def _caption(self, examined: Examined, index: int) -> str:
        """What is not the same for all: in an opened cell the probability, among the errors the two classes first."""
        sure = f"{math.floor(1000 * examined.sureness(index)) / 10:.1f} %"
        if self.page == CELLS:
            return sure
        arrow = ">" if self._mode == "ascii" else "→"
        true, answer = (self.class_names[values[index]] for values in (examined.labels, examined.predictions))
        return f"{true}{arrow}{answer} {sure}" if len(true + answer) < 4 else f"{true}{arrow}{answer}"

    def _detail(self, examined: Examined, index: int) -> Lines:
        """The chosen picture at full size, and the probability of each class."""
        assert examined.pictures is not None
        answer = int(examined.predictions[index])
        shares = bars(
            examined.probabilities[index].tolist(),
            self.class_names,
            width=DETAIL,
            palette=self.shown.palette,
            highlight=answer,
            limit=1.0,
            percent=True,
            glyphs=self.shown.glyphs,
            color=self.shown.color,
        )
        lines = [*image(examined.pictures[index].tolist(), mode=self._mode), blank(DETAIL), *shares]
        return [sized(line, DETAIL) for line in lines]

    @property
    def _mode(self) -> Mode:
        return "half" if self.shown.color and self.shown.glyphs != "ascii" else "ascii"

    def _quiet(self, words: str, width: int) -> list[Segment]:
        look = style(self.shown.palette.muted) if self.shown.color else PLAIN
        return [Segment(fit(words, width, ascii_only=self.shown.glyphs == "ascii"), look)]


def _examine(setup: Setup, part: Part) -> Examined | str:
    """On a thread: every answer of the model, or a sentence on why there is none."""
    from tutor.core.examine import examine

    try:
        return examine(setup, part)
    except TutorError as error:
        return str(error)
    except Exception as error:
        return put_down(error)
