"""What a run's curves give away: a signature, its likely cause in this run's own numbers, and the step to reread."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from tutor.core.events import Evaluated
from tutor.core.experiment import Experiment
from tutor.core.history import History
from tutor.core.summary import percent

ENOUGH = 50  # steps before a flat curve means anything


@dataclass(frozen=True)
class Finding:
    """A named signature. `says` is for the learner; `step` is LESSON/STEP to reread."""

    name: str
    says: str
    step: str


@dataclass(frozen=True)
class Signs:
    """The numbers that the rules look at. Accuracies and losses of the end are means over the last eighth."""

    run: History
    experiment: Experiment

    @property
    def classes(self) -> int:
        """How many classes; 0 for regression and for several answers at once."""
        return (
            len(self.experiment.about.classes)
            if self.experiment.about.task in ("binary", "multi-class")
            else 0
        )

    @property
    def even(self) -> float:
        """The loss of even guessing: ln C for ce, ln 2 for bce; nan where there is none."""
        if self.experiment.loss == "ce" and self.classes:
            return math.log(self.classes)
        return math.log(2) if self.experiment.loss == "bce" and self.classes == 2 else math.nan

    @property
    def floor(self) -> float:
        """What a softmax before cross-entropy cannot get below: ln(e + C - 1) - 1."""
        return math.log(math.e + self.classes - 1) - 1

    @property
    def end_loss(self) -> float:
        """The train loss at the end."""
        return self.run.train_loss.mean(0.875, 1)

    @property
    def end_accuracy(self) -> float:
        """The train accuracy at the end."""
        return self.run.train_accuracy.mean(0.875, 1)

    @property
    def best_accuracy(self) -> float:
        """The highest mean train accuracy of a sixteenth of the run."""
        means = [self.run.train_accuracy.mean(part / 16, (part + 1) / 16) for part in range(16)]
        return max((mean for mean in means if not math.isnan(mean)), default=math.nan)

    @property
    def chance(self) -> float:
        """The accuracy that guessing gives."""
        return 1 / self.classes if self.classes else math.nan

    @property
    def guesses(self) -> bool:
        """Whether the end is no better than guessing."""
        return self.end_accuracy < self.chance + 0.07

    @property
    def last(self) -> Evaluated | None:
        """The evaluation that counts: the test, else the validation."""
        return self.run.evaluated.get("test") or self.run.evaluated.get("val")

    @property
    def only_class(self) -> str:
        """The class that is predicted for every sample, or ""."""
        if self.last is None or not self.last.confusion:
            return ""
        taken = [index for index, column in enumerate(zip(*self.last.confusion, strict=True)) if any(column)]
        return self.experiment.about.classes[taken[0]] if len(taken) == 1 else ""


Rule = Callable[[Signs], Finding | None]


def autopsy(run: History, experiment: Experiment) -> Finding | None:
    """The first signature that fits a finished run, or None for a run that shows none. A stopped run has none."""
    if run.finished is None or run.finished.reason == "stopped":
        return None
    signs = Signs(run, experiment)
    return next((finding for finding in (rule(signs) for rule in RULES) if finding), None)


def _failed(signs: Signs) -> Finding | None:
    finished = signs.run.finished
    if finished is None or finished.reason != "failed":
        return None
    if "device" in finished.cause:
        says = "The model and the data were on two devices. Move both to one: model.to(device), inputs.to(device)."
        return Finding("two devices", says, "training-loop/wrong-device")
    if "shapes cannot be multiplied" in finished.cause or "size mismatch" in finished.cause:
        says = "The width of one layer's output is not the width of the next layer's input."
        return Finding("shapes that do not fit", says, "nn-module/shapes-and-counts")
    return None


def _not_finite(signs: Signs) -> Finding | None:
    finished = signs.run.finished
    if finished is None or finished.reason != "diverged":
        return None
    says = (
        f"The loss was {signs.run.train_loss.first:.3g} at first, rose to {signs.run.train_loss.high:.3g} and left "
        f"float32 at step {finished.steps:,}. A step that is too large is the usual cause; a NaN in the data gives NaN at step 1."
    )
    return Finding("loss not finite", says, "training-loop/learning-rate")


def _nothing_moved(signs: Signs) -> Finding | None:
    run = signs.run
    if run.step < ENOUGH or run.val_moved or not run.val_stood:
        return None
    says = (
        f"The validation loss was {run.val_loss.last:.4g} every time, to the last bit: no weight moved in "
        f"{run.step:,} steps. Look at the optimizer: its parameters, and its learning rate."
    )
    return Finding("no change at all", says, "training-loop/loop")


def _rose_and_fell(signs: Signs) -> Finding | None:
    if not signs.guesses or signs.best_accuracy < signs.chance + 0.3 * (1 - signs.chance):
        return None
    says = (
        f"It had learned, to {percent(signs.best_accuracy)} of a batch, and fell back to {percent(signs.end_accuracy)}. "
        "Gradients that are never cleared add up and do that: look for zero_grad."
    )
    return Finding("rose, then collapsed", says, "training-loop/no-zero-grad")


def _unregistered(signs: Signs) -> Finding | None:
    """Fewer parameters than the layers of the line have: (inputs + 1) x outputs each, and two a unit for a norm."""
    experiment, started = signs.experiment, signs.run.started
    if started is None or experiment.model == "cnn":
        return None
    features, count = math.prod(experiment.about.shape), 0
    for width in experiment.widths:
        count += (features + 1) * width + (2 * width if experiment.norm != "none" else 0)
        features = width
    if started.parameters >= count:  # the head comes on top
        return None
    says = (
        f"The optimizer saw {started.parameters:,} parameters, and the hidden layers alone have {count:,}. "
        "Layers in a plain Python list are not registered: no gradient step reaches them."
    )
    return Finding("parameters that nobody trains", says, "nn-module/list-of-layers")


def _double_softmax(signs: Signs) -> Finding | None:
    if signs.experiment.loss != "ce" or signs.classes < 3 or signs.best_accuracy < 0.3:
        return None
    lowest, error = signs.run.train_loss.low, 1 - signs.end_accuracy
    if lowest < signs.floor - 1e-4 or signs.end_loss > math.log(signs.classes) + 0.1:
        return None
    says = (
        f"{percent(signs.end_accuracy)} of the last batches were right, and yet the loss is {signs.end_loss:.3g} and was "
        f"never under {signs.floor:.3f}, which is the floor of a softmax before CrossEntropyLoss with {signs.classes} classes "
        f"(floor and error rate together: {signs.floor + error:.3g})."
    )
    return Finding("a floor under the loss", says, "categorical-cross-entropy/softmax-twice")


def _raw_input(signs: Signs) -> Finding | None:
    if (
        math.isnan(signs.even)
        or signs.run.train_loss.first < 2 * signs.even
        or len(signs.experiment.about.shape) != 3
    ):
        return None
    says = (
        f"The first loss was {signs.run.train_loss.first:.3g}, where a network that knows nothing has "
        f"ln {signs.classes} = {signs.even:.2f}. The inputs, or the first weights, are far too large."
    )
    return Finding("a first loss far over ln C", says, "datasets-and-dataloaders/normalisation")


def _leapt(signs: Signs) -> Finding | None:
    if math.isnan(signs.even) or signs.run.train_loss.high < 2 * signs.even + 0.5 or not signs.guesses:
        return None
    says = (
        f"The loss began at {signs.run.train_loss.first:.3g}, leapt to {signs.run.train_loss.high:.3g} and ended at "
        f"{signs.end_loss:.3g}, as good as guessing. The steps were too large: try a tenth of lr={signs.experiment.lr:g}."
    )
    return Finding("a leap, then guessing", says, "training-loop/learning-rate")


def _even_guessing(signs: Signs) -> Finding | None:
    if math.isnan(signs.even) or signs.run.step < ENOUGH or not signs.guesses:
        return None
    if abs(signs.end_loss - signs.even) > 0.05 * signs.even:
        return None
    one = f" Every answer was “{signs.only_class}”." if signs.only_class else ""
    says = (
        f"The loss stayed near {signs.even:.3f} = ln {signs.classes}, the loss of even guessing.{one} "
        "The gradients do not reach the weights, or the steps are too small: look at the start (all zero?) and at lr."
    )
    return Finding("a plateau at ln C", says, "nn-module/zero-init")


def _other_path(signs: Signs) -> Finding | None:
    """Learned in training, lost in the validation at every look, and no peak in the train loss: not sorted batches."""
    run, lost = signs.run, signs.chance + 0.25 * (1 - signs.chance)
    if not signs.classes or len(run.val_accuracy) < 3 or not run.val_accuracy.high < lost:
        return None
    if signs.end_accuracy < lost + 0.15 or run.train_loss.high > 1.5 * max(signs.even, run.train_loss.first):
        return None
    says = (
        f"{percent(signs.end_accuracy)} of the last training batches were right, and of the validation never more than "
        f"{percent(run.val_accuracy.high)}, from the first look on. Over-fitting would come later. The two sets are not "
        "treated alike: compare their transforms, axes and labels."
    )
    return Finding("a gap from the first look", says, "datasets-and-dataloaders/transforms")


def _other_scale(signs: Signs) -> Finding | None:
    """A validation loss that no such accuracy has: the order of the logits is right, and their size is not."""
    val = signs.run.evaluated.get("val")
    if val is None or math.isnan(signs.even) or signs.end_loss > signs.even:
        return None
    if val.loss < 4 * signs.even or val.accuracy < signs.chance + 0.4 * (1 - signs.chance):
        return None
    says = (
        f"{percent(val.accuracy)} of the validation are right, at a loss of {val.loss:.3g}; in training it is "
        f"{signs.end_loss:.3g}. The logits are far too large there: look at the scale of the validation's inputs."
    )
    return Finding("right answers at a huge loss", says, "datasets-and-dataloaders/normalisation")


def _sorted_batches(signs: Signs) -> Finding | None:
    last, high = signs.last, signs.run.train_loss.high
    if last is None or not signs.classes or last.accuracy > signs.chance + 0.25 * (1 - signs.chance):
        return None
    peaks = high > 1.5 * max(signs.even, signs.run.train_loss.first)  # where a new class comes
    if signs.end_loss > 0.5 and not (peaks and signs.end_accuracy > 0.5):
        return None
    says = (
        f"The train loss ended at {signs.end_loss:.3g}, and only {percent(last.accuracy)} of the {last.split} set are right. "
        "Each batch was easy by itself: look at how many classes a batch holds, and shuffle."
    )
    return Finding("perfect in training, lost in the test", says, "datasets-and-dataloaders/sorted-data")


def _over_fitted(signs: Signs) -> Finding | None:
    val = signs.run.val_loss
    if len(val) < 4 or not val.low > 0 or val.last < 1.25 * val.low or signs.end_loss > 0.5 * val.last:
        return None
    says = (
        f"The validation loss fell to {val.low:.3g} and rose again to {val.last:.3g}, while the train loss went on to "
        f"{signs.end_loss:.3g}: over-fitting. Stop where the validation loss is lowest, or find more data."
    )
    return Finding("over-fitting", says, "training-loop/early-stopping")


RULES: tuple[Rule, ...] = (
    _failed,
    _not_finite,
    _nothing_moved,
    _unregistered,
    _rose_and_fell,
    _double_softmax,
    _raw_input,
    _leapt,
    _even_guessing,
    _other_path,
    _other_scale,
    _sorted_batches,
    _over_fitted,
)
