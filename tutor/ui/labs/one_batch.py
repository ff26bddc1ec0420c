"""Over-fit one batch: the right loop beside one with a planted fault, on the same 64 images, until they are known by heart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.content import Content

from tutor.core.experiment import Experiment
from tutor.core.one_batch import ENOUGH, FAULTS, OneBatch, words
from tutor.drawing.lines import Lines
from tutor.drawing.panels import RUN_SLOTS, Shown
from tutor.drawing.plots import Line, plot
from tutor.learning.steps import Knob, Lab
from tutor.ui.labs.bench import BenchLab

if TYPE_CHECKING:
    from tutor.learning.steps import Lesson

LABELS = ("right", "with the fault")
PASSES = "no zero_grad"  # what the prediction asks about


class OneBatchLab(BenchLab):
    """A knob plants the fault; Space trains both on one batch."""

    own_knobs = (Knob("fault", "planted fault", tuple(FAULTS)),)

    def __init__(self, lesson: Lesson, step: Lab) -> None:
        super().__init__(lesson, replace(step, labels=LABELS))
        self.shown.log = True
        self.tested: set[str] = set()

    def _experiments(self, words: str = "") -> list[Experiment]:
        return super()._experiments(words) * (1 if self.values["fault"] == "none" else 2)

    def _line_words(self, experiments: list[Experiment]) -> Content:
        return super()._line_words(experiments[:1])

    def source(self) -> OneBatch:
        return OneBatch(self.values["fault"])

    def draw_runs(self, shown: Shown, width: int, height: int) -> Lines:
        target = Line(f"target {ENOUGH:g}", [0, shown.steps], [ENOUGH, ENOUGH], "previous")
        lines = [
            Line(label, *run.train_loss.points(smooth=shown.smooth), slot)
            for run, label, slot in zip(shown.runs, LABELS, RUN_SLOTS, strict=False)
        ]
        return plot(
            [target, *lines],
            width=width,
            height=height,
            title="loss of the one batch",
            x_limit=(0, shown.steps),
            log_y=shown.log,
            cursor=shown.cursor,
            palette=shown.palette,
            glyphs=shown.glyphs,
            x_label="step",
        )

    def result_words(self) -> str:
        source, (first, *_) = self.run_.source, self.run_.experiments
        assert isinstance(source, OneBatch)
        self.tested.add(source.fault)
        return words(self.run_.histories, source.fault, first.batch)

    def prediction_words(self) -> Content | None:
        """The question is answered when the loop that it asks about has run."""
        return super().prediction_words() if PASSES in self.tested else None

    def _find(self) -> None:
        """The lab names the fault itself."""
