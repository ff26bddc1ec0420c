"""The clinic: ill runs come one by one; look, order tests, diagnose, repair, and see them cured."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.core import clinic_words
from tutor.core.clinic import BASE, Ward
from tutor.core.conditions import CONDITIONS, condition_named
from tutor.core.experiment import Experiment
from tutor.core.history import History
from tutor.core.vitals import TESTS, Test, Vitals, test_named
from tutor.drawing.before_after import BESIDE, before_after
from tutor.drawing.lines import Lines, notice
from tutor.errors import TutorError
from tutor.learning.steps import Lab
from tutor.ui import terminal
from tutor.ui.screens.lab import LabScreen
from tutor.ui.training import torch_alone
from tutor.ui.trouble import put_down
from tutor.ui.widgets.markdown import LessonMarkdown
from tutor.ui.widgets.picture import Picture
from tutor.ui.widgets.status import StatusLine

if TYPE_CHECKING:
    from tutor.core.setup import Setup
    from tutor.learning.steps import Lesson

ENOUGH = 3  # patients that make the step done
PACE = 110  # steps per second: a patient takes about four seconds
NAME, VALUE = 35, 19  # cells of a test's row


class ClinicList(OptionList):
    """The tests, the diagnoses or the repairs."""

    help_title: ClassVar[str] = "In the list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Choose", key_display="Enter", tooltip="Order, diagnose or repair"),
        Binding("j,down", "cursor_down", "Down", show=False, tooltip="Choose the line below"),
        Binding("k,up", "cursor_up", "Up", show=False, tooltip="Choose the line above"),
    ]


class ClinicLab(LabScreen):
    """One patient after another. The ward, kept in the progress, knows who is here and what was done."""

    lead_keys = (
        "run",
        "stop",
        "select",
        "diagnose",
        "next_patient",
        "one_step",
        "view",
        "give_up",
        "next",
    )
    DEFAULT_CSS = """
    #clinic-head { height: 1; }
    #clinic-columns { height: 1; color: $quiet; }
    ClinicList { height: auto; max-height: 27%; min-height: 3; border: none; padding: 0; background: transparent; }
    ClinicLab.-high ClinicList { max-height: 40%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "diagnose", "Diagnose", tooltip="Show the diagnoses; again for the tests"),
        Binding("x", "give_up", "Give up", tooltip="Be told what it is, for no points"),
        Binding("v", "view", "Text", tooltip="Show the text, or the patient; on a narrow screen each plot"),
        Binding("enter", "go_on", "Go on", show=False, tooltip="Run the patient; choose; the next patient"),
    ]

    class Measured(Message):
        """The patient's numbers are known, or an `error` says why not."""

        def __init__(self, patient: int, vitals: Vitals | None = None, error: str = "") -> None:
            super().__init__()
            self.patient, self.vitals, self.error = patient, vitals, error

    def __init__(self, lesson: Lesson, step: Lab) -> None:
        super().__init__(lesson, replace(step, panels=("loss", "accuracy"), experiment=BASE, pace=PACE))
        self.ward = Ward(0)
        self.sick: History | None = None  # the patient's own run, once it has ended
        self.vitals: Vitals | None = None
        self.trying: int | None = None  # the repair whose run is shown
        self.diagnosing = False
        self._giving_up = False
        self._left = threading.Event()

    @property
    def stage(self) -> str:
        """new, tests, diagnosis, repair, cured: what the patient waits for."""
        if self.sick is None:
            return "new"
        if self.ward.case.cured:
            return "cured"
        if self.ward.case.named:
            return "repair"
        return "diagnosis" if self.diagnosing else "tests"

    # The screen

    def compose_step(self) -> ComposeResult:
        yield Static(id="clinic-head")
        yield self.make_knobs()
        with VerticalScroll(id="lab-text", can_focus=True):
            yield LessonMarkdown(self.lab.text)
            yield Static(self._invitation(), id="lab-invitation")
        yield Picture(self._draw, id="lab-panels")
        yield StatusLine(id="lab-status", ascii_only=self.shown.glyphs == "ascii")
        yield Static(id="clinic-columns")
        yield ClinicList(id="clinic-list")
        with VerticalScroll(id="lab-words-scroll", can_focus=False):
            yield Static(id="lab-words")

    def on_mount(self) -> None:
        kept = self.progress.lab(self.lesson.id, self.step.id)
        self.ward = Ward.from_values(kept, random.SystemRandom().randrange(1, 2**31))
        if self.ward.case.cured:
            self.ward.discharge()
        self._show_ward()
        self._say("Space lets the patient run.")

    def on_unmount(self) -> None:
        self._left.set()

    def _invitation(self) -> Content:
        return Content.assemble(("Space", "bold $accent"), ("  Let the patient run", "$quiet"))

    def _keep_ward(self) -> None:
        self.progress.keep_lab(self.lesson.id, self.step.id, self.ward.values())
        self.app.save_progress()
        self._show_ward()

    # The runs

    def _experiments(self, words: str = "") -> list[Experiment]:
        return [self.ward.experiment if self.trying is None else self.ward.repaired(self.trying)]

    def _start(self, *, paused: bool = False) -> None:
        if self.stage == "cured":
            self.action_next_patient()
        elif self.stage == "new":
            self._begin(None, paused)
        else:
            self._say(
                {
                    "tests": "This run has ended. Order a test with Enter, or press d to diagnose.",
                    "diagnosis": "This run has ended. Choose what it has, with Enter; d goes back to the tests.",
                    "repair": "Choose a repair, and press Enter to try it.",
                }[self.stage]
            )

    def _begin(self, trying: int | None, paused: bool = False) -> None:
        """Run the patient as it came, or with a repair."""
        self.trying = trying
        super()._start(paused=paused)
        self._offer()
        self.query_one(ClinicList).focus()

    def _find(self) -> None:
        """The curves are not to be named here: that is the learner's part."""

    def _say_result(self) -> None:
        """A run has ended, one way or another."""
        if self.run_.error:
            self._say(self.run_.error, warning=True)
        elif self.run_.finished and self.run_.finished[0].reason in ("stopped", "failed"):
            self._say_cut_short()
        elif self.trying is None:
            self.sick = self.run_.histories[0]
            self._measure()
            self._show_ward()
            self._say(
                clinic_words.named(self.ward) if self.ward.case.named else clinic_words.symptoms(self.sick)
            )
        else:
            self._say_repaired(self.trying)

    def _say_cut_short(self) -> None:
        if self.run_.finished[0].reason == "failed":
            self._say(self.run_.finished[0].cause, warning=True)
        elif self.trying is None:
            self._say("You stopped the run. Tests need a whole one: press Space to run the patient again.")
        else:
            self._say("You stopped the repaired run. Choose a repair again.")

    def _say_repaired(self, index: int) -> None:
        assert self.sick is not None
        repair = self.ward.repairs[index]
        cured = self.ward.try_repair(index)
        self._keep_ward()
        words = [Content(clinic_words.tried(self.ward, repair, self.sick, self.run_.histories[0]))]
        if cured:
            words.append(self._balance())
        self.query_one("#lab-words", Static).update(Content("\n").join(words))

    def _balance(self) -> Content:
        """What the patient brought, and the key that lets the next one come."""
        return Content.assemble(
            (clinic_words.balance(self.ward), "bold"),
            ("  Enter", "bold $accent"),
            (" Next patient", "$quiet"),
        )

    def mark_done(self) -> None:
        if self.ward.number + self.ward.case.cured >= ENOUGH:
            super().mark_done()

    # Measuring, off the UI thread

    def _measure(self) -> None:
        trainer = self.run_.trainer
        setup = trainer.kept[0].setup if trainer and trainer.kept else None
        if setup is None or self.sick is None:
            return
        self.vitals = None
        self.run_worker(
            asyncio.to_thread(self._measured, self.ward.number, setup, self.sick),
            name="measuring a patient",
            exit_on_error=False,
        )

    def _measured(self, patient: int, setup: Setup, run: History) -> None:
        """On a thread."""
        try:
            from tutor.core.bedside import measure

            with torch_alone():
                if self._left.is_set():
                    return
                message = self.Measured(patient, measure(setup, run, self.app.data_dir))
        except TutorError as error:
            message = self.Measured(patient, error=str(error))
        except Exception as error:
            message = self.Measured(patient, error=put_down(error))
        if not self._left.is_set():
            self.post_message(message)

    @on(Measured)
    def _take(self, event: Measured) -> None:
        if event.patient != self.ward.number:
            return
        self.vitals = event.vitals
        if event.error:
            self._say(event.error, warning=True)
        self._offer()

    # What the learner does

    def action_diagnose(self) -> None:
        self.diagnosing = not self.diagnosing
        self._offer()
        self._say(
            "What does this run have? Enter says it; a wrong one costs 3 points." if self.diagnosing else ""
        )

    def action_give_up(self) -> None:
        """The first press asks, the second one tells."""
        if not self._giving_up:
            self._giving_up = True
            self._say("Press x again to be told what it is. This patient then brings no points.")
            return
        self._giving_up = False
        self.ward.give_up()
        self._known()

    def action_next_patient(self) -> None:
        self.ward.discharge()
        self.sick, self.vitals, self.trying, self.diagnosing = None, None, None, False
        self.run_.reset()
        self._keep_ward()
        self._begin(None)

    def action_go_on(self) -> None:
        if self.stage == "cured":
            self.action_next_patient()
        else:
            self.action_run()

    def action_view(self) -> None:
        """The plots, each alone where it is narrow, then the text."""
        count = 1 if self._wide else 2
        self.view = self.view + 1 if self.view + 1 < count else -1
        self._show_text(self.view < 0)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        chosen = event.option_id or ""
        self._giving_up = False
        if self.stage == "cured":
            self.action_next_patient()
        elif self.run_.live:
            self._say("The run goes on. Its end comes first.")
        elif self.stage == "new":
            self._start()
        elif self.stage == "repair":
            self._begin(int(chosen))
        elif self.vitals is None:
            self._say("The patient is being measured. In a moment.")
        elif self.stage == "tests":
            self._order(test_named(chosen))
        else:
            self._diagnose(chosen)

    def _order(self, test: Test) -> None:
        assert self.vitals is not None
        if self.ward.order(test.id):
            self._keep_ward()
        self._say(clinic_words.result(test, self.vitals))

    def _diagnose(self, condition: str) -> None:
        assert self.vitals is not None
        known = condition in self.ward.case.wrong
        if self.ward.name(condition):
            self._known()
            return
        self._keep_ward()
        self._say(clinic_words.refused(condition_named(condition), self.vitals, again=known))

    def _known(self) -> None:
        """The condition was named: on to the repairs, or to the next patient where none is needed."""
        self.diagnosing = False
        self._keep_ward()
        words = [Content(clinic_words.named(self.ward))]
        if self.ward.case.cured:
            self.mark_done()
            words.append(self._balance())
        self.query_one("#lab-words", Static).update(Content("\n").join(words))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("keep", "reread", "reset", "copy_line"):
            return False  # the line would name the fault
        if action == "next_patient":
            return self.stage == "cured"
        if action in ("diagnose", "give_up"):
            return self.stage in ("tests", "diagnosis")
        if action == "stop":
            return self.is_mounted and self.run_.live
        if action in ("run", "one_step"):
            return self.is_mounted and (self.run_.live or self.stage == "new")
        return super().check_action(action, parameters)

    # What is shown

    @property
    def _wide(self) -> bool:
        return self.size.width - 4 >= BESIDE

    @property
    def _roomy(self) -> bool:
        """Whether a test's row has room for the healthy run's figure."""
        return self.size.width >= NAME + VALUE + 24

    def _show_ward(self) -> None:
        words = clinic_words.head(self.ward)
        self.query_one("#clinic-head", Static).update(Content.styled(words, "bold"))
        self._offer()

    def _show_text(self, text: bool) -> None:
        super()._show_text(text)
        for name in ("#clinic-columns", "#clinic-list"):
            self.query_one(name).display = not text
        self.query_one("#lab-text" if text else "#clinic-list").focus()
        self._offer()

    def _offer(self) -> None:
        """The list of this stage; the chosen line stays chosen within a stage."""
        listed = self.query_one(ClinicList)
        offers: dict[str, Callable[[], list[tuple[str, Content]]]] = {
            "diagnosis": self._diagnoses,
            "repair": self._repairs,
            "cured": lambda: [*self._repairs(), ("next", Content("  the next patient"))],
        }
        rows = offers.get(self.stage, self._tests)()
        before, ids = listed.highlighted, [option.id for option in listed.options]
        listed.set_options([Option(content, id=id) for id, content in rows])
        stays = before is not None and ids == [id for id, _ in rows]
        listed.highlighted = before if stays else len(rows) - 1 if self.stage == "cured" else 0
        self.query_one("#clinic-columns", Static).update(self._columns())
        self.refresh_bindings()

    def _columns(self) -> str:
        if self.stage in ("new", "tests"):
            found = "found" if self.ward.case.tests else "price"
            return f"{'  test':<{NAME + 2}}{found:<{VALUE}} {'healthy' if self._roomy else ''}".rstrip()
        return {"diagnosis": "What does it have?", "repair": "What removes the cause?"}.get(
            self.stage, "The repairs"
        )

    def _tests(self) -> list[tuple[str, Content]]:
        return [(test.id, self._test_row(test)) for test in TESTS]

    def _test_row(self, test: Test) -> Content:
        ordered, mark = test.id in self.ward.case.tests, self._tick_mark
        if not ordered:
            return Content.assemble("  ", f"{test.name:<{NAME}}", (clinic_words.points(test.price), "$quiet"))
        value = test.value(self.vitals) if self.vitals else "…"
        row = Content.assemble((f"{mark} ", "$success"), f"{test.name:<{NAME}}", (value, "bold"))
        if not self._roomy:
            return row
        return Content.assemble(row, " " * (VALUE + 1 - len(value)), (test.healthy, "$quiet"))

    def _diagnoses(self) -> list[tuple[str, Content]]:
        return [(one.id, self._crossed(one.name, one.id in self.ward.case.wrong)) for one in CONDITIONS]

    def _repairs(self) -> list[tuple[str, Content]]:
        case, cure = self.ward.case, self.ward.condition.cure
        rows = []
        for index, repair in enumerate(self.ward.repairs):
            if case.cured and repair == cure:
                rows.append(
                    (str(index), Content.assemble((f"{self._tick_mark} ", "$success"), (repair.code, "bold")))
                )
            else:
                rows.append((str(index), self._crossed(repair.code, index in case.useless)))
        return rows

    def _crossed(self, words: str, wrong: bool) -> Content:
        cross = "x" if self.shown.glyphs == "ascii" else "✗"
        return (
            Content.assemble((f"{cross} ", "$error"), (words, "$quiet")) if wrong else Content(f"  {words}")
        )

    @property
    def _tick_mark(self) -> str:
        return "+" if self.shown.glyphs == "ascii" else "✓"

    def _draw(self, width: int, height: int) -> Lines:
        shown = self.shown
        shown.palette = terminal.palette(self.app.current_theme.dark)
        now = self.run_.histories[0] if self.run_.histories else None
        if now is None:
            return notice("the curves show when it runs", width, height, shown.glyphs == "ascii")
        before = self.sick if self.sick is not now else None
        shown.runs, shown.kept, shown.labels = [now], [before] if before else [], ()
        only = "" if width >= BESIDE else ("loss", "accuracy")[min(1, max(0, self.view))]
        return before_after(now, before, shown, width, height, only=only)
