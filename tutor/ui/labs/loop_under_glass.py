"""The loop under glass: one line of the training loop at a time, and what it changed. Any line may be left out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tutor.core.experiment import parse
from tutor.core.glass_lines import LINES, loop_code
from tutor.core.glass_words import explain
from tutor.drawing.glass import loop_lines, state_lines
from tutor.drawing.lines import Lines, beside, sized
from tutor.drawing.plots import Line, plot
from tutor.learning.steps import Lab
from tutor.ui.labs.number_lab import NumberLab
from tutor.ui.training import torch_alone

if TYPE_CHECKING:
    from tutor.core.glass import Glass
    from tutor.learning.steps import Lesson

CODE, SHORT_CODE, GAP, MANY = 50, 42, 3, 10
PLOT = 9  # rows that a plot needs
STATE = 30  # the least cells that the state needs beside the code


class LoopUnderGlassLab(NumberLab):
    """Space executes a line; up and down choose a line, `o` leaves it out or puts it back."""

    lead_keys = ("line", "choose(-1)", "leave_out", "finish", "many", "view", "next", "reset")
    DEFAULT_CSS = """
    LoopUnderGlassLab #lab-words { min-height: 3; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,full_stop", "line", "Line", tooltip="Execute the next line"),
        Binding("up,k", "choose(-1)", "Choose", key_display="↑ ↓", tooltip="Choose a line of the loop"),
        Binding("down,j", "choose(1)", "Choose", show=False),
        Binding("o", "leave_out", "Leave out", tooltip="Leave the chosen line out, or put it back"),
        Binding("e", "finish", "Batch", tooltip="Execute the rest of this batch, or of the validation"),
        Binding("plus,equals_sign", "many", "Ten", key_display="+", tooltip="Execute ten batches"),
        Binding("x", "reset", "Reset", tooltip="Begin again with another seed; lines stay left out"),
        Binding("y", "copy_loop", "Copy", show=False, tooltip="Copy the loop as it stands"),
    ]

    def __init__(self, lesson: Lesson, step: Lab) -> None:
        super().__init__(lesson, step)
        self.experiment = parse(step.experiment)
        self.glass: Glass | None = None
        self.left_out: frozenset[str] = frozenset()
        self.chosen = next(index for index, line in enumerate(LINES) if line.name == "zero_grad")
        self.notice = ""

    # What the base asks for

    def prepare(self) -> Glass:
        from tutor.core.glass import Glass

        with torch_alone():
            return Glass.open(self.experiment, self.app.data_dir, should_stop=self._left.is_set)

    def prepared(self, result: Glass) -> None:
        result.left_out = set(self.left_out)
        self.glass = result

    def measure(self) -> None:
        """Nothing to compute: the line that was executed has told what there is."""

    @property
    def answered(self) -> bool:
        return self.glass is not None and self.glass.seen.line == "backward" and not self.left_out

    def head(self) -> Content:
        return Content.styled(f"{self.experiment}", "$quiet")

    def words(self) -> str:
        if self.glass is None:
            return ""
        if self.notice:
            return self.notice
        return explain(self.glass.seen, self.glass.before, self.experiment.optimizer, self.experiment.lr)

    def _sentences(self) -> Content:
        sentences = super()._sentences()
        if self.glass is None or not self.ready or self.text_shown or self.notice:
            return sentences
        told = [Content.styled(words, "bold $warning") for words in self.glass.told.values()]
        return Content("\n").join([*told, sentences])

    def draw_lab(self, width: int, height: int) -> Lines:
        if self.glass is None:
            return []
        wide = CODE if width >= CODE + GAP + 40 else SHORT_CODE
        if width < wide + GAP + STATE:
            code = self._code(width)
            return [sized(line, width) for line in [*code, [], *self._state(width, height)]][:height]
        room = width - wide - GAP
        lines = beside([(self._code(wide), wide), (self._state(room, height), room)], GAP)
        left = height - len(lines) - 1
        return [*lines, [], *self._curves(width, left)] if left >= PLOT else lines[:height]

    def _code(self, width: int) -> Lines:
        assert self.glass is not None
        return loop_lines(
            self.glass.seen,
            self.glass.upcoming,
            self.left_out,
            LINES[self.chosen].name,
            width=width,
            palette=self.palette,
            glyphs=self.glyphs,
            color=self.colours,
        )

    def _state(self, width: int, height: int) -> Lines:
        assert self.glass is not None
        return state_lines(
            self.glass.seen,
            self.glass.before,
            width=width,
            height=height,
            palette=self.palette,
            glyphs=self.glyphs,
            color=self.colours,
        )

    def _curves(self, width: int, height: int) -> Lines:
        """Loss and gradient from batch to batch, where there is room below."""
        assert self.glass is not None
        curves = self.glass.curves
        end = (0.0, max(10.0, curves["loss"].points()[0][-1] if len(curves["loss"]) else 0.0))
        losses = [Line("train", *curves["loss"].points(), "train")]
        if len(curves["val_loss"]):
            losses.append(Line("val", *curves["val_loss"].points(), "validation"))
        half = (width - GAP) // 2
        drawn = [
            plot(
                lines,
                width=half,
                height=height,
                title=title,
                x_limit=end,
                palette=self.palette,
                glyphs=self.glyphs,
                x_label="batch",
            )
            for title, lines in (
                ("loss", losses),
                ("norm of .grad after backward", [Line("all", *curves["grad"].points(), "second")]),
            )
        ]
        return beside([(lines, half) for lines in drawn], GAP)

    # Keys

    def action_line(self) -> None:
        self._execute(lambda glass: glass.next_line())

    def action_finish(self) -> None:
        self._execute(lambda glass: glass.finish())

    def action_many(self) -> None:
        self._execute(lambda glass: glass.run(MANY))

    def _execute(self, run: Callable[[Glass], object]) -> None:
        """Over the text, the key opens the lab and executes nothing yet."""
        if not self.may_move() or self.glass is None:
            return
        run(self.glass)
        self.notice = ""
        self.changed()
        if self.glass.seen.line == "val_loss" or (self.glass.told and self.glass.seen.steps > 1):
            self.mark_done()

    def action_choose(self, by: int) -> None:
        if self.may_move():
            self.chosen = (self.chosen + by) % len(LINES)
            self.changed()

    def action_leave_out(self) -> None:
        if not self.may_move() or self.glass is None:
            return
        line = LINES[self.chosen]
        if not self.glass.toggle(line.name):
            self.notice = (
                f"“{line.code}” stays: without it there is no loop. Choose another line with ↑ and ↓."
            )
        elif line.name in self.glass.left_out:
            self.notice = f"“{line.code}” is left out from now on. Go on, and look for what changes."
        else:
            self.notice = f"“{line.code}” is back."
        self.left_out = frozenset(self.glass.left_out)
        self.changed()

    def action_reset(self) -> None:
        if not self.ready:
            return
        self.ready, self.notice = False, ""
        self.experiment = self.experiment.change(f"seed={(self.experiment.seed + 1) % 2**31}")
        self.run_worker(asyncio.to_thread(self._prepare), name="preparing a lab", exit_on_error=False)

    def action_copy_loop(self) -> None:
        self.app.copy_code(loop_code(self.left_out))

    def clicked(self, x: int, y: int) -> None:
        if 0 <= y < len(LINES):
            self.chosen = y
            self.changed()
