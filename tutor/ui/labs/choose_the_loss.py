"""Choose the loss: four tasks; you choose how the network ends, then the fitting and a tempting choice train side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widgets import Static

from tutor.core.choices import TASKS, Choice, Endings, Result, Task, result
from tutor.core.experiment import Experiment
from tutor.drawing.choices import Row, choices_table
from tutor.drawing.lines import Lines, blank
from tutor.drawing.panels import Shown, accuracy_panel, fit_panel
from tutor.drawing.plots import MIN_HEIGHT
from tutor.learning.steps import Knob, Lab
from tutor.ui.labs.bench import BenchLab
from tutor.ui.widgets.knobs import Knobs

if TYPE_CHECKING:
    from tutor.learning.steps import Lesson


class ChooseTheLossLab(BenchLab):
    """Space trains what the knobs say beside its counterpart; a table of four rows fills up."""

    def __init__(self, lesson: Lesson, step: Lab) -> None:
        line = TASKS[0].line
        super().__init__(lesson, replace(step, experiment=line, labels=("fitting", "other"), pace=150))
        self.results: dict[str, Result] = {}
        self.values = {"task": TASKS[0].name, "choice": TASKS[0].choices[0].name}
        self.trained: tuple[Task, Choice] | None = None  # what the runs that are shown were made for

    # What is chosen

    @property
    def at_hand(self) -> Task:
        """The task at hand."""
        return next(task for task in TASKS if task.name == self.values["task"])

    @property
    def choice(self) -> Choice:
        """The choice that the knob shows."""
        return next(choice for choice in self.at_hand.choices if choice.name == self.values["choice"])

    def make_knobs(self) -> Knobs:
        return Knobs(*self._offered(), id="lab-knobs")

    def _offered(self) -> tuple[list[Knob], list[str]]:
        names = tuple(choice.name for choice in self.at_hand.choices)
        tasks = Knob("task", "task", tuple(task.name for task in TASKS))
        return [tasks, Knob("choice", "you choose", names)], list(self.values.values())

    def knob_words(self) -> str:
        return ""

    @on(Knobs.Turned)
    def _note_values(self) -> None:
        """Another task has other choices."""
        knobs = self.query_one(Knobs)
        before, (task, choice) = self.values["task"], knobs.values
        self.values = {"task": task, "choice": choice}
        if task != before:
            self._take_up(self.at_hand)

    def _take_up(self, task: Task) -> None:
        self.values = {"task": task.name, "choice": task.choices[0].name}
        self.query_one(Knobs).offer(*self._offered())

    def _experiments(self, words: str = "") -> list[Experiment]:
        return self.at_hand.experiments(self.choice)

    def _line_words(self, experiments: list[Experiment]) -> Content:
        asks = Content.styled(self.at_hand.asks, "bold")
        return Content("\n").join([asks, super()._line_words(experiments[:1])])

    def source(self) -> Endings:
        self.trained = self.at_hand, self.choice
        return Endings(self.at_hand.pair(self.choice))

    # What is shown

    def draw_runs(self, shown: Shown, width: int, height: int) -> Lines:
        rows = [self._row(task) for task in TASKS]
        table = choices_table(rows, TASKS.index(self.at_hand), shown, width)
        room = height - len(table) - 1
        if not shown.runs or room < MIN_HEIGHT:
            return table
        panel = fit_panel if self.trained and self.trained[0] is TASKS[0] else accuracy_panel
        return [*panel(shown, width, room), blank(width), *table]

    def _row(self, task: Task) -> Row:
        found = self.results.get(task.name)
        if found is None:
            return Row(task.name)
        return Row(task.name, found.chosen.name, found.right, *found.figures())

    def result_words(self) -> str:
        found = result(*self.trained, self.run_.histories) if self.trained else None
        if found is None:
            return self.run_.words()
        self.results[found.task.name] = found
        self._redraw()
        return f"{found.words()} {self._score()}"

    def _score(self) -> str:
        left = [task.name for task in TASKS if task.name not in self.results]
        if left:
            return f"Still to choose: {', '.join(left)}."
        right = sum(found.right for found in self.results.values())
        return f"All four tasks are run: you chose what fits in {right} of {len(TASKS)}."

    def action_go_on(self) -> None:
        """From a task that has run to the next one that has not; then to the next step."""
        left = [task for task in TASKS if task.name not in self.results]
        if self.run_.state != "ended" or not left:
            super().action_go_on()
            return
        self.run_.reset()
        self._take_up(left[0])
        self.query_one("#lab-line", Static).update(self._line_words(self._experiments()))
        self._show_text(True)
        self._say("Choose with ← →, then press Space.")

    def next_words(self) -> str:
        left = [task.name for task in TASKS if task.name not in self.results]
        return f"Next task: {left[0]}" if left else super().next_words()

    def mark_done(self) -> None:
        """Done is the step when all four tasks have run."""
        if len(self.results) == len(TASKS):
            super().mark_done()

    def _find(self) -> None:
        """The lab names the cause itself."""
