"""Stop and resume: one run whole, the same run stopped and resumed from a file, with a part of it left out or not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.content import Content

from tutor.core.experiment import Experiment
from tutor.core.resuming import RESUMED, WHOLE, StopAndResume
from tutor.drawing.compared import compared
from tutor.drawing.lines import Lines
from tutor.drawing.panels import Shown
from tutor.learning.steps import Knob, Lab
from tutor.ui.labs.bench import BenchLab

if TYPE_CHECKING:
    from tutor.learning.steps import Lesson

LEFT_OUT = {
    "nothing": "",
    "optimizer": "optimizer",
    "random state": "rng",
    "generator": "generator",
    "buffers": "buffers",
}
LABELS = ("whole", "resumed")


class StopAndResumeLab(BenchLab):
    """A knob says what the checkpoint lacks; both runs go on side by side."""

    own_knobs = (
        Knob("left-out", "left out of the checkpoint", tuple(LEFT_OUT)),
        Knob("stop", "stop at", ("50 %", "25 %", "75 %")),
    )

    def __init__(self, lesson: Lesson, step: Lab) -> None:
        super().__init__(lesson, replace(step, labels=LABELS))
        self.compared = StopAndResume(0)

    def _experiments(self, words: str = "") -> list[Experiment]:
        return super()._experiments(words) * 2

    def _line_words(self, experiments: list[Experiment]) -> Content:
        return super()._line_words(experiments[:1])

    def source(self) -> StopAndResume:
        (whole, _) = self._experiments(self.knob_words())
        share = int(self.values["stop"].split()[0]) / 100
        self.compared = StopAndResume(round(share * whole.steps), LEFT_OUT[self.values["left-out"]])
        return self.compared

    def draw_runs(self, shown: Shown, width: int, height: int) -> Lines:
        both = self.compared
        return compared(
            [list(both.train[run].items()) for run in (WHOLE, RESUMED)],
            both.differences(),
            labels=LABELS,
            stop=both.stop_at,
            shown=shown,
            width=width,
            height=height,
        )

    def result_words(self) -> str:
        started = self.run_.histories[WHOLE].started
        return self.compared.words(started.batches_per_epoch if started else 0)

    def prediction_words(self) -> Content | None:
        """The question is about the optimizer's state: other runs do not answer it."""
        return super().prediction_words() if self.compared.left_out == "optimizer" else None
