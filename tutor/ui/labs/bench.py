"""Base of the labs that arrange their runs in code: knobs of their own, a source of events, a picture and words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on

from tutor.drawing.lines import Lines
from tutor.drawing.panels import Shown
from tutor.learning.steps import Knob, Lab
from tutor.ui import terminal
from tutor.ui.labrun import own_values
from tutor.ui.screens.lab import LabScreen
from tutor.ui.widgets.knobs import Knobs

if TYPE_CHECKING:
    from tutor.learning.steps import Lesson
    from tutor.ui.training import Source


class BenchLab(LabScreen):
    """Subclasses give `source`, `draw_runs` and `result_words`; `values` holds their own knobs."""

    own_knobs: ClassVar[tuple[Knob, ...]] = ()

    def __init__(self, lesson: Lesson, step: Lab) -> None:
        super().__init__(lesson, replace(step, panels=step.panels or ("loss",)))
        self.values = {knob.key: knob.values[0] for knob in self.own_knobs}

    def make_knobs(self) -> Knobs:
        return Knobs(
            (*self.own_knobs, *self.lab.knobs),
            [*self.values.values(), *own_values(self.lab)],
            id="lab-knobs",
        )

    def knob_words(self) -> str:
        """The words of the step's own knobs; those of the code are in `values`."""
        knobs = self.query_one(Knobs)
        pairs = list(zip(knobs.knobs, knobs.values, strict=True))[len(self.own_knobs) :]
        return " ".join(knob.word(value) for knob, value in pairs)

    @on(Knobs.Turned)
    def _note_values(self) -> None:
        """Before the base, whose handler comes next, looks at what the knobs say."""
        knobs = self.query_one(Knobs)
        for knob, value in zip(self.own_knobs, knobs.values, strict=False):
            self.values[knob.key] = value

    def source(self) -> Source | None:
        """What gives the events of the runs, as the knobs say; None where the engine trains them together."""
        raise NotImplementedError

    def draw_runs(self, shown: Shown, width: int, height: int) -> Lines:
        """The picture of the runs, while they go on and after."""
        raise NotImplementedError

    def _start(self, *, paused: bool = False) -> None:
        self.run_.source = self.source()
        super()._start(paused=paused)

    def _draw(self, width: int, height: int) -> Lines:
        shown = self.shown
        shown.runs, shown.labels = self.run_.histories, self.run_.labels
        shown.palette = terminal.palette(self.app.current_theme.dark)
        return self.draw_runs(shown, width, height)
