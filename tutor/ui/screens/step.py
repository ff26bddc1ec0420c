"""The screen of one step: where you are above, the steps at the left, the keys below."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from tutor.ui.places import lesson_name, neighbour
from tutor.ui.sizes import HEIGHTS, WIDTHS, size_classes
from tutor.ui.styles import styles
from tutor.ui.widgets.key_bar import KeyBar
from tutor.ui.widgets.step_list import StepList
from tutor.ui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from tutor.learning.progress import Progress
    from tutor.learning.steps import Lesson, Step
    from tutor.ui.app import TutorApp


class StepScreen(Screen[None]):
    """Base of the reading screen and of the lab. Subclasses write `compose_step`."""

    CSS_PATH = styles("reading", "step", "lab")
    app: TutorApp
    show_steps: ClassVar[bool] = True
    lead_keys: ClassVar[tuple[str, ...]] = ()
    """Actions whose keys stand first on the line of keys."""
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next", "Next", tooltip="Go on to the next step"),
        Binding("p", "previous", "Previous", tooltip="Go back to the step before"),
        Binding("i", "steps", "Steps", tooltip="Show the steps of this lesson and choose one"),
        Binding("b,escape", "home", "Home", tooltip="Go back to the home screen", key_display="b"),
    ]

    def __init__(self, lesson: Lesson, step: Step) -> None:
        super().__init__()
        self.lesson = lesson
        self.step = step

    @property
    def progress(self) -> Progress:
        return self.app.progress

    @property
    def busy(self) -> str:
        """A sentence on what would be lost by quitting now, or ""."""
        return ""

    def compose(self) -> ComposeResult:
        self.add_class(*size_classes(self.app.size))
        yield TopBar(self.lesson, self.step, self.progress)
        with Horizontal(id="step-columns"):
            if self.show_steps:
                yield StepList(self.lesson, self.step, self.progress)
            with Vertical(id="step-body"):
                yield from self.compose_step()
        yield KeyBar()

    def compose_step(self) -> ComposeResult:
        """The body of the step."""
        raise NotImplementedError

    def mark_done(self) -> None:
        """Keep that this step is done, and show it."""
        self.progress.mark_done(self.lesson.id, self.step.id)
        self.app.save_progress()
        self.show_progress()

    def show_progress(self) -> None:
        """Draw the marks and the minutes left again."""
        self.query_one(TopBar).refresh()
        for steps in self.query(StepList):
            steps.show_marks()

    def next_words(self) -> str:
        """What `n` opens, in words."""
        there = neighbour(self.app.course, self.lesson, self.step, 1)
        if there is None:
            return "This is the last step. Next: home"
        lesson, step = there
        if lesson.id != self.lesson.id:
            return f"Lesson {self.lesson.number} ends here. Next: {lesson_name(lesson)}"
        return f"Next: {step.title}"

    def action_next(self) -> None:
        if self.step.kind == "read":
            self.mark_done()
        there = neighbour(self.app.course, self.lesson, self.step, 1)
        if there is None:
            self.app.go_home()
            return
        lesson, step = there
        if lesson.id != self.lesson.id:
            self.app.notify(f"Now lesson {lesson_name(lesson)}", markup=False)
        self.app.open_step(lesson, step)

    def action_previous(self) -> None:
        there = neighbour(self.app.course, self.lesson, self.step, -1)
        if there is None:
            self.app.notify("This is the first step.", markup=False)
        else:
            self.app.open_step(*there)

    def action_home(self) -> None:
        self.app.go_home()

    def action_steps(self) -> None:
        from tutor.ui.screens.steps import StepsScreen

        self.app.lay_over(StepsScreen(self.lesson, self.step))

    @on(StepList.Chosen)
    def _open_chosen(self, event: StepList.Chosen) -> None:
        if event.step.id != self.step.id:
            self.app.open_step(self.lesson, event.step)
