"""The screen of the steps that are read or answered: read, predict and quiz."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tutor.learning.markdown import python_blocks
from tutor.learning.steps import Predict, Quiz
from tutor.ui.screens.step import StepScreen
from tutor.ui.widgets.markdown import LessonMarkdown
from tutor.ui.widgets.question import QuestionView
from tutor.ui.widgets.reading import Reading

if TYPE_CHECKING:
    from tutor.learning.steps import Lesson, Step


class LessonScreen(StepScreen):
    """A read, predict or quiz step."""

    AUTO_FOCUS = ".start-here"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "reread", "Reread", tooltip="Read again the step that a wrong answer points to"),
        Binding("y", "copy", "Copy code", tooltip="Copy the Python of this step, and save it to a file"),
    ]

    def __init__(self, lesson: Lesson, step: Step) -> None:
        super().__init__(lesson, step)
        self.views: list[QuestionView] = []
        self._shown: dict[str, Content] = {}

    def compose_step(self) -> ComposeResult:
        self.views = list(self._questions())
        reading = Reading(id="reading")
        first_open = next((view for view in self.views if view.chosen is None), reading)
        first_open.add_class("start-here")
        with reading:
            if self.step.text:
                yield LessonMarkdown(self.step.text)
            yield from self.views
            for name, content in self._results().items():
                self._shown[name] = content
                yield Static(content, id=name)

    def _questions(self) -> Iterator[QuestionView]:
        if isinstance(self.step, Predict):
            chosen = self.progress.prediction(self.lesson.id, self.step.id)
            done = self.progress.is_done(self.lesson.id, self.step.about)
            yield QuestionView(self.step.question, chosen=chosen, reveal=done, final=True)
        elif isinstance(self.step, Quiz):
            answers = self.progress.answers(self.lesson.id, self.step.id)
            count = len(self.step.questions)
            for index, question in enumerate(self.step.questions):
                heading = f"Question {index + 1} of {count}"
                yield QuestionView(question, heading=heading, chosen=answers.get(index))

    def _bring_up(self, view: QuestionView) -> None:
        view.scroll_visible(animate=False, top=True)

    @on(Reading.Finished)
    def _go_on(self) -> None:
        self.action_next()

    @on(QuestionView.Answered)
    def _keep(self, event: QuestionView.Answered) -> None:
        if isinstance(self.step, Predict):
            self.progress.predict(self.lesson.id, self.step.id, event.option)
            self.mark_done()
        else:
            index = self.views.index(event.view)
            self.progress.answer(self.lesson.id, self.step.id, index, event.option)
            if all(view.chosen is not None for view in self.views):
                self.mark_done()
            self.app.save_progress()
        self._show_result()
        self.call_after_refresh(event.view.scroll_visible, animate=False)

    @on(QuestionView.Passed)
    def _pass(self, event: QuestionView.Passed) -> None:
        if isinstance(self.step, Predict):
            self.action_next()
            return
        index = self.views.index(event.view)
        later = self.views[index + 1 :] + self.views[:index]
        target = next((view for view in later if view.chosen is None), None)
        if target is None and index + 1 < len(self.views):
            target = self.views[index + 1]
        if target is None:
            reading = self.query_one(Reading)
            reading.focus(scroll_visible=False)
            reading.scroll_end(animate=False)
        else:
            target.focus(scroll_visible=False)
            self._bring_up(target)

    def _results(self) -> dict[str, Content]:
        return {"result": self._result(), "onward": self._onward()}

    def _show_result(self) -> None:
        for name, content in self._results().items():
            # Focus moves also while the screen is built up and taken down, when there is nothing to show it in.
            for static in self.query(f"#{name}").results(Static):
                if content != self._shown[name]:
                    self._shown[name] = content
                    static.update(content)
        self.refresh_bindings()

    def _result(self) -> Content:
        if isinstance(self.step, Predict):
            return self._prediction_words()
        if not isinstance(self.step, Quiz):
            return Content("")
        answered = [view for view in self.views if view.chosen is not None]
        if len(answered) < len(self.views):
            return Content.styled(f"{len(answered)} of {len(self.views)} answered.", "$quiet")
        right = sum(view.right for view in self.views)
        if right == len(self.views):
            return Content.styled(f"All {right} answers are right.", "bold $success")
        words = [Content.styled(f"{right} of {len(self.views)} answers are right.", "bold")]
        if step := self._to_reread():
            words.append(Content(f"Press r to reread: {step.title}."))
        return Content("\n").join(words)

    def _prediction_words(self) -> Content:
        view = self.views[0]
        if view.chosen is None:
            return Content("")
        if view.reveal:
            return Content.styled("You have run it.", "$quiet")
        return Content.styled("Locked. Now run it.", "bold $accent")

    def _onward(self) -> Content:
        # While a question waits for its answer, Enter answers it and only n goes on.
        asked = self.views if not self.is_mounted else [view for view in self.views if view.has_focus]
        waiting = any(not view.locked for view in asked)
        key = "n" if waiting else "Enter"
        return Content.assemble((key, "bold $accent"), ("  " + self.next_words(), "$quiet"))

    def on_descendant_focus(self) -> None:
        self._show_result()

    # Reread and copy

    def _to_reread(self) -> Step | None:
        """The step that the last wrong answer points to; the question in focus comes first."""
        wrong = [view for view in self.views if view.chosen is not None and not view.right and view.reveal]
        wrong.sort(key=lambda view: not view.has_focus)
        ids = [view.question.refresh for view in wrong if view.question.refresh]
        return self.lesson.step(ids[0]) if ids else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "reread":
            return self.is_mounted and self._to_reread() is not None
        if action == "copy":
            return bool(python_blocks(self.step.text))
        return True

    def action_reread(self) -> None:
        if step := self._to_reread():
            from tutor.ui.screens.reread import RereadScreen

            self.app.lay_over(RereadScreen(self.lesson, step))

    def action_copy(self) -> None:
        self.app.copy_code("\n\n".join(block.code.rstrip() for block in python_blocks(self.step.text)) + "\n")
