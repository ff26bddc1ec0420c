"""A step that may stand behind a prediction: what must be answered first, and what came of the answer."""

from __future__ import annotations

from textual.content import Content

from tutor.learning.steps import Predict
from tutor.ui.screens.step import StepScreen
from tutor.ui.widgets.inline import inline


class PredictedScreen(StepScreen):
    """Base of the labs: a question about this step keeps it locked until it is answered."""

    @property
    def prediction_step(self) -> Predict | None:
        """The question that must be answered before this step may run."""
        steps = (step for step in self.lesson.steps if isinstance(step, Predict))
        return next((step for step in steps if step.about == self.step.id), None)

    @property
    def locked(self) -> bool:
        """True until the learner has predicted what will come."""
        step = self.prediction_step
        return step is not None and self.progress.prediction(self.lesson.id, step.id) is None

    def prediction_words(self) -> Content | None:
        """What the learner predicted, and the reason that it holds or fails; None where nothing was predicted."""
        step = self.prediction_step
        chosen = self.progress.prediction(self.lesson.id, step.id) if step else None
        if step is None or chosen is None:
            return None
        option = step.question.options[chosen]
        right = ("You predicted this: ", "bold $success")
        verdict = right if option.correct else ("You predicted: ", "bold $warning")
        return Content.assemble(verdict, inline(f"{option.text}. {option.reason}"))
