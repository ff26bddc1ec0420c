"""The learning-rate sweep: the same run at eight rates at once, the valley of their end losses, and the seeds' spread."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tutor.core import sweep as sweeps
from tutor.core.experiment import Experiment
from tutor.drawing.lines import Lines
from tutor.drawing.panels import Shown
from tutor.drawing.sweeps import Row, sweep
from tutor.errors import TutorError
from tutor.learning.steps import Knob, Lab
from tutor.ui.labs.bench import BenchLab
from tutor.ui.widgets.knobs import Knobs

if TYPE_CHECKING:
    from tutor.learning.steps import Lesson


class SweepLab(BenchLab):
    """Space trains every rate side by side; a knob takes three seeds instead of one."""

    own_knobs = (Knob("seeds", "seeds", ("1", "3")),)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "seeds", "Seeds", tooltip="Take three seeds for each rate, or one"),
    ]

    def __init__(self, lesson: Lesson, step: Lab) -> None:
        super().__init__(lesson, replace(step, pace=0))
        self.swept: Experiment | None = None  # what the histories were made from

    @property
    def labels(self) -> tuple[str, ...]:
        """The rates of the sweep that is shown."""
        return sweeps.rates_for(self.swept) if self.swept else ()

    def _experiments(self, words: str = "") -> list[Experiment]:
        (own,) = super()._experiments(words)
        return sweeps.experiments_for(own, int(self.values["seeds"]))

    def _line_words(self, experiments: list[Experiment]) -> Content:
        rates = ", ".join(sweeps.rates_for(experiments[0]))
        return Content.assemble(
            super()._line_words(experiments[:1]), (f"\nand the same with lr = {rates}", "$quiet")
        )

    def source(self) -> None:
        """They are trained together, as the engine does it."""
        try:
            (self.swept, *_) = self._experiments(self.knob_words())
        except TutorError:
            self.swept = None

    def action_seeds(self) -> None:
        knobs = self.query_one(Knobs)
        knobs.values[0] = "1" if knobs.values[0] == "3" else "3"
        knobs.refresh()
        knobs.post_message(Knobs.Turned())

    def draw_runs(self, shown: Shown, width: int, height: int) -> Lines:
        if not shown.runs:
            return []
        found = sweeps.outcomes(shown.runs, self.labels)
        seeds = len(shown.runs) // len(found)
        rows = [
            Row(
                one.rate,
                one.losses,
                one.accuracy,
                one.first,
                shown.runs[index * seeds].train_loss.points(smooth=True)[1],
            )
            for index, one in enumerate(found)
        ]
        return sweep(rows, sweeps.best(found), sweeps.useful(found), shown, width, height)

    def result_words(self) -> str:
        return sweeps.words(sweeps.outcomes(self.run_.histories, self.labels))

    def _find(self) -> None:
        """Rates at both ends go wrong on purpose here."""
