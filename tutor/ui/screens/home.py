"""Home: what to do next, the lessons and what is done of them, the reference, the state of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.learning.run_files import count_runs
from tutor.ui.drawing_data import BUILT_IN, BuiltInChanged
from tutor.ui.places import all_places, first_open, lesson_name, minutes_left, position
from tutor.ui.widgets.key_bar import KeyBar
from tutor.ui.widgets.step_list import hang

if TYPE_CHECKING:
    from tutor.learning.steps import Lesson, Step
    from tutor.ui.app import TutorApp

TALL = 38
"""From this height on each lesson has its summary below it."""

ABOUT = {
    "clinic": "Runs that are ill: look, test, diagnose, repair, and see them cured.",
    "playground": "Any experiment: run it, compare it, write it out as a script or a notebook.",
    "runs": "Every run that ended, with its curves: compare several, reopen, export, delete.",
    "reference": "What to look up, and common mistakes with their repair.",
}

MAX_WIDTH = 88


def space() -> Option:
    """An empty line of the list, which cannot be chosen."""
    return Option("", disabled=True)


class HomeList(OptionList):
    """The list of home: continue, the lessons, the reference."""

    help_title: ClassVar[str] = "In the list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,l,right", "select", "Open", key_display="Enter", tooltip="Open what is chosen"),
        Binding("j,down", "cursor_down", "Down", show=False, tooltip="Choose the line below"),
        Binding("k,up", "cursor_up", "Up", show=False, tooltip="Choose the line above"),
        Binding("home", "first", "First", show=False, tooltip="Choose the first line"),
        Binding("end", "last", "Last", show=False, tooltip="Choose the last line"),
    ]


class HomeScreen(Screen[None]):
    """The first screen."""

    app: TutorApp
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                str(digit), f"lesson({digit})", "Lesson", show=False, tooltip="Open the lesson of that number"
            )
            for digit in range(10)
        ),
    ]

    _shown_at = Size(0, 0)
    _painted = False

    def compose(self) -> ComposeResult:
        """Everything is there from the start: filling it in afterwards would lay out and paint twice."""
        self._shown_at = self.app.size
        head = Content.assemble(("tutor", "bold $accent"), "   ", ("neural networks in PyTorch", "$quiet"))
        notice, about = Static(self._notices(), id="home-notice", markup=False), Static(id="home-about")
        notice.display, about.display = bool(self._notices()), not self.tall
        with Vertical(id="home"):
            yield Static(head, id="home-head")
            yield notice
            yield HomeList(*self._options(), id="home-list")
            yield about
            yield Static(self._data_words(), id="home-data")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(HomeList).focus()

    def on_screen_resume(self) -> None:
        if self._painted:
            self._show_all()
        self._painted = True

    def on_resize(self, event: events.Resize) -> None:
        if event.size != self._shown_at:  # Textual may tell the same size several times
            self._show_all()

    @on(BuiltInChanged)
    def _show_data(self) -> None:
        self.query_one("#home-data", Static).update(self._data_words())

    def _show_all(self) -> None:
        self._shown_at = self.size
        notice = self.query_one("#home-notice", Static)
        notice.update(self._notices())
        notice.display = bool(self._notices())
        self.query_one("#home-about", Static).display = not self.tall
        listed = self.query_one(HomeList)
        chosen, options = listed.highlighted or 0, self._options()
        listed.set_options(options)
        listed.highlighted = min(chosen, len(options) - 1)
        self._show_data()

    def _notices(self) -> str:
        return "\n".join(words for words in (self.app.progress.notice, self.app.notice) if words)

    def _options(self) -> list[Option]:
        options = [Option(self._continue(), id="continue"), space()]
        for lesson in self.app.course.lessons:
            options.append(Option(self._lesson(lesson), id=f"lesson-{lesson.id}"))
            if self.tall:
                options.append(space())
        options += [] if self.tall else [space()]
        if self._clinic() is not None:
            options.append(Option(self._counted("Clinic", self._patient()), id="clinic"))
        runs = count_runs()
        options.append(Option("Playground", id="playground"))
        options.append(Option(self._counted("Runs", f"{runs} kept" if runs else "none yet"), id="runs"))
        if cards := len(self.app.course.cards):
            options.append(Option(self._counted("Reference", f"{cards} cards"), id="reference"))
        return options

    def _clinic(self) -> tuple[Lesson, Step] | None:
        """The step that is the clinic."""
        places = all_places(self.app.course)
        return next((at for at in places if getattr(at[1], "lab", "") == "clinic"), None)

    def _patient(self) -> str:
        """Who waits in the clinic."""
        place = self._clinic()
        number = self.app.progress.lab(*place).get("number") if place else None
        return f"patient {number + 1}" if isinstance(number, int) else "not opened yet"

    @property
    def room(self) -> int:
        """Cells of a line of the list, without its padding."""
        return min(MAX_WIDTH, self._shown_at.width) - 8

    @property
    def tall(self) -> bool:
        return self._shown_at.height >= TALL

    def _continue(self) -> Content:
        progress = self.app.progress
        if (place := progress.next_step(self.app.course)) is None:
            done = "Every lesson is done. Open one to see it again."
            return Content.assemble((done, "bold"), "\n", ("Enter starts from the first.", "$quiet"))
        lesson, step = place
        verb = "Continue" if progress.last else "Start"
        where = f"{lesson_name(lesson)}, step {position(lesson, step)} of {len(lesson.steps)}"
        return Content.assemble((f"{verb}: ", "bold $accent"), (where, "bold"), "\n", (step.title, "$quiet"))

    def _lesson(self, lesson: Lesson) -> Content:
        done, count = self.app.progress.count_done(lesson), len(lesson.steps)
        left = minutes_left(lesson, self.app.progress)
        filled = round(10 * done / count)
        state = f"{done:>2} of {count:<2}  " + ("done" if done == count else f"{left} min").rjust(7)
        bar = [("━" * filled, "$success" if done == count else "$accent"), ("─" * (10 - filled), "$rule")]
        if self.room < 60:
            bar = []
        taken = sum(len(text) for text, _ in bar) + 2 + len(state)
        name = Content(f"{lesson.number}  {lesson.title}").truncate(self.room - taken - 2, ellipsis=True)
        gap = " " * max(1, self.room - taken - name.cell_length)
        line = Content.assemble(name, gap, *bar, "  ", (state, "$quiet"))
        if not self.tall:
            return line
        summary = hang(lesson.summary, self.room - 3, 3)
        return Content.assemble(line, "\n   ", (summary, "$quiet"))

    def _counted(self, words: str, state: str) -> Content:
        """A line of the list with what it holds at its right end."""
        return Content.assemble(words, " " * max(1, self.room - len(words) - len(state)), (state, "$quiet"))

    def _data_words(self) -> Content:
        drawing = self.app.drawing
        if drawing.errors:
            return Content("\n").join(Content.styled(words, "$warning") for words in drawing.errors.values())
        parts = []
        for name in BUILT_IN:
            fraction = drawing.fractions.get(name)
            if fraction is None:
                parts.append(f"{name} waiting")
            elif fraction < 1:
                parts.append(f"{name} {fraction:.0%} drawn")
            else:
                parts.append(f"{name} ready")
        return Content.styled("Built-in data: " + ", ".join(parts), "$quiet")

    @on(OptionList.OptionHighlighted)
    def _show_about(self, event: OptionList.OptionHighlighted) -> None:
        words = ""
        if event.option_id and event.option_id.startswith("lesson-"):
            words = self.app.course.lesson(event.option_id.removeprefix("lesson-")).summary
        else:
            words = ABOUT.get(event.option_id or "", "")
        self.query_one("#home-about", Static).update(Content.styled(words, "$quiet"))

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        chosen = event.option_id or ""
        if chosen == "reference":
            self.app.action_reference()
        elif chosen == "clinic" and (place := self._clinic()):
            self.app.open_step(*place)
        elif chosen == "playground":
            self.app.open_playground()
        elif chosen == "runs":
            self.app.open_runs()
        elif chosen == "continue":
            first = self.app.course.lessons[0]
            self.app.open_step(*(self.app.progress.next_step(self.app.course) or (first, first.steps[0])))
        else:
            lesson = self.app.course.lesson(chosen.removeprefix("lesson-"))
            self.app.open_step(lesson, first_open(lesson, self.app.progress))

    def action_lesson(self, number: int) -> None:
        for lesson in self.app.course.lessons:
            if lesson.number == number:
                self.app.open_step(lesson, first_open(lesson, self.app.progress))
