"""Choose the loss: four tasks, for each the fitting end of a network and tempting ones, all of which really train."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.core.events import Event, RunStarted
from tutor.core.experiment import Experiment, parse
from tutor.core.history import History
from tutor.core.summary import percent

if TYPE_CHECKING:
    from torch import Tensor, nn

    from tutor.core.setup import Kept

FITTING, TEMPTING = 0, 1  # the two runs


@dataclass(frozen=True)
class Choice:
    """A loss, and what stands between the last linear layer and it. `words` change the task's experiment.

    `ending` is an activation at the end of the model: "", sigmoid, softmax or relu.
    """

    name: str
    words: str
    ending: str
    reason: str


@dataclass(frozen=True)
class Task:
    """What the targets are, the run of the fitting choice, and the choices: the first one fits."""

    name: str
    asks: str
    line: str
    fitting: Choice
    tempting: tuple[Choice, ...]

    @property
    def choices(self) -> tuple[Choice, ...]:
        """In an order that gives nothing away: the fitting one stands at a place that depends on the name."""
        place = len(self.name) % (1 + len(self.tempting))
        return (*self.tempting[:place], self.fitting, *self.tempting[place:])

    def pair(self, chosen: Choice) -> tuple[Choice, Choice]:
        """The fitting choice and the one to train beside it: what was chosen, or the first tempting one."""
        return self.fitting, self.tempting[0] if chosen is self.fitting else chosen

    def experiments(self, chosen: Choice) -> list[Experiment]:
        """The lines of the two runs. The endings are not in them: `Endings` adds those."""
        return [parse(self.line).change(choice.words) for choice in self.pair(chosen)]


TASKS = (
    Task(
        "regression",
        "A noisy sine: the target is a real number between about -1.3 and 1.3.",
        "sine mlp:32:tanh mse sgd lr=0.1 batch=64 epochs=20 seed=1",
        Choice(
            "MSELoss on the plain output", "mse", "", "A plain output can be any number, as the target can."
        ),
        (
            Choice(
                "sigmoid, then MSELoss",
                "mse",
                "sigmoid",
                "A sigmoid gives numbers between 0 and 1: the lower half of the wave is out of reach.",
            ),
            Choice(
                "ReLU, then MSELoss",
                "mse",
                "relu",
                "A ReLU gives nothing below 0: the lower half of the wave is out of reach, and sends no gradient.",
            ),
        ),
    ),
    Task(
        "yes or no",
        "Two clouds of points: the target is 0 or 1. The start is confidently wrong.",
        "blobs linear bce sgd lr=0.1 batch=0 epochs=200 init=wrong seed=1",
        Choice(
            "BCEWithLogitsLoss on the logit",
            "bce",
            "",
            "Its gradient is p − y: the more wrong an answer is, the harder it pulls.",
        ),
        (
            Choice(
                "sigmoid, then MSELoss",
                "mse",
                "",
                "The slope of MSE through a sigmoid is nearly 0 where the sigmoid is flat, so confident errors hardly move.",
            ),
            Choice(
                "sigmoid, then BCEWithLogitsLoss",
                "bce",
                "sigmoid",
                "The loss applies a sigmoid itself. Twice is too often: what it sees lies between 0 and 1, so no answer ever becomes a no.",
            ),
        ),
    ),
    Task(
        "one of ten",
        "Digits: the target is one class of ten.",
        "digits mlp:128,64 ce sgd lr=0.1 batch=64 steps=300 seed=1",
        Choice(
            "CrossEntropyLoss on the logits",
            "ce",
            "",
            "One softmax, inside the loss, and the gradient softmax − target.",
        ),
        (
            Choice(
                "softmax, then CrossEntropyLoss",
                "mistake=softmax-before-ce",
                "",
                "Softmax twice: a first gradient of a tenth, and a loss that cannot go below 1.461.",
            ),
            Choice(
                "softmax, then MSELoss",
                "mse",
                "",
                "Averaged over ten outputs, and through the slope of the softmax, the gradient is small from the start.",
            ),
        ),
    ),
    Task(
        "any of ten",
        "Two digits in each image: ten answers, two of them yes. All ten must be right.",
        "digit-pairs mlp:128,64 bce adam lr=2e-3 batch=64 steps=500 seed=1",
        Choice(
            "BCEWithLogitsLoss on ten logits",
            "bce",
            "",
            "Ten separate questions, each with a probability of its own.",
        ),
        (
            Choice(
                "CrossEntropyLoss on ten logits",
                "ce",
                "",
                "Its softmax has one whole to give: two digits cannot both have more than a half.",
            ),
            Choice(
                "softmax, then BCEWithLogitsLoss",
                "bce",
                "softmax",
                "A logit above 0 means yes, and a softmax gives nothing below 0. A no is left only where a float32 runs down to exactly 0.",
            ),
        ),
    ),
)


@dataclass
class Endings:
    """Trains a pair together, each with the activation that its choice puts at the end of the model."""

    pair: tuple[Choice, Choice]

    def __call__(
        self, experiments: Sequence[Experiment], *, keep: Sequence[Kept], watch: Any = None, **options: Any
    ) -> Iterator[Event]:
        """The events of both runs. `watch` is widened, so that a fit can be drawn."""
        from tutor.core.training import train_together

        events = train_together(experiments, keep=keep, watch=frozenset({"fit"}), **options)
        for event in events:
            model = keep[event.run].model
            if isinstance(event, RunStarted) and model is not None:
                _end_with(model, self.pair[event.run].ending)
            yield event


def _end_with(model: nn.Module, ending: str) -> None:
    """Let what leaves the model pass through an activation, in training and in evaluation."""

    def apply(_module: nn.Module, _inputs: object, logits: Tensor) -> Tensor:
        if ending == "softmax":
            return logits.softmax(dim=1)
        return logits.relu() if ending == "relu" else logits.sigmoid()

    if ending:
        model.register_forward_hook(apply)


@dataclass(frozen=True)
class Result:
    """A row of the table: what was chosen for a task, and what both runs came to on the validation set."""

    task: Task
    chosen: Choice
    fitting: float
    tempting: float

    @property
    def right(self) -> bool:
        """Whether the fitting choice was made."""
        return self.chosen is self.task.fitting

    def figures(self) -> tuple[str, str]:
        """The figure of each run: a loss for regression, else the share of samples that are right."""
        if parse(self.task.line).about.task == "regression":
            return f"MSE {self.fitting:.3f}", f"MSE {self.tempting:.3f}"
        return percent(self.fitting), percent(self.tempting)

    def words(self) -> str:
        """The verdict, and both runs in numbers with their reasons."""
        fitting, other = self.task.pair(self.chosen)
        verdict = "You chose what fits." if self.right else "You chose a tempting one. What fits:"
        one, two = self.figures()
        return (
            f"{verdict} {fitting.name}: {one} on the validation set. {fitting.reason} "
            f"{other.name}: {two}. {other.reason}"
        )


def result(task: Task, chosen: Choice, runs: Sequence[History]) -> Result | None:
    """The row that two runs give; None where one of them has no validation at its end."""
    if len(runs) != 2 or any(run.finished is None or run.finished.reason == "stopped" for run in runs):
        return None
    regression = parse(task.line).about.task == "regression"
    values = [
        run.finished.val_loss if regression else run.finished.val_accuracy for run in runs if run.finished
    ]
    return None if any(map(math.isnan, values)) else Result(task, chosen, *values)
