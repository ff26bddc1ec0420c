"""Why a diagnosis does not fit: for each condition the questions that tell it from its neighbours, in order.

Exactly one condition has nothing against it on each patient of the clinic; `tests/core/test_clinic.py` holds that.
"""

from __future__ import annotations

from collections.abc import Callable

from tutor.core.vitals import EVEN, FLOOR, Vitals, figure, share

Check = Callable[[Vitals], str]  # "" where the patient does not speak against it


def against(condition: str, vitals: Vitals) -> str:
    """What this patient's numbers say against a condition; "" where they agree with it. Raises KeyError."""
    return next((reason for check in _CHECKS[condition] if (reason := check(vitals))), "")


def _finite(v: Vitals) -> str:
    return (
        f"The loss left the finite numbers at step {v.lost_at}, and this never leads there." if v.lost else ""
    )


def _some_moved(v: Vitals) -> str:
    if not v.moved:
        return ""
    return (
        f"The first step moved {v.moved:,} of {v.parameters:,} weights. "
        "With the optimizer of another model not one would move."
    )


def _gradient_inside(v: Vitals) -> str:
    if v.hidden_gradient == 0:
        return ""
    return (
        f"The first gradient has the norm {figure(v.hidden_gradient)} in the hidden layers. "
        "From a start of zeros it would be exactly 0 there."
    )


def _under_the_floor(v: Vitals) -> str:
    if v.low_loss > FLOOR - 1e-3:
        return ""
    return f"A batch had a loss of {figure(v.low_loss)}. After a softmax too many no loss gets under {FLOOR:.3f}."


def _whole_gradient(v: Vitals) -> str:
    if v.hidden_gradient == 0:
        return "The first gradient is exactly 0 in the hidden layers. A softmax too many makes it small, never 0."
    if v.gradient < 0.06:
        return ""
    return f"The first gradient has the norm {figure(v.gradient)}. A softmax too many leaves about 0.03."


def _large_before(v: Vitals) -> str:
    if v.first_loss < 2 * EVEN:
        return ""
    return f"The loss was {figure(v.first_loss)} before the first step, when no learning rate had acted yet."


def _learned_after_all(v: Vitals) -> str:
    if not v.end_accuracy > 0.5:
        return ""
    return f"{share(v.end_accuracy)} of the last batches are right. After steps far too large nothing is learned."


def _never_leapt(v: Vitals) -> str:
    if v.lost or v.high_loss > 1.5 * EVEN:
        return ""
    return f"The loss never rose over {figure(v.high_loss)}. Steps that are too large throw it up at once."


def _short_step(v: Vitals) -> str:
    if v.update > 0.03:
        return ""
    return (
        f"The first step changed the weights by {figure(v.update)} of their size, as in a healthy run. "
        "Too large a rate changes them by some hundredths or more."
    )


def _still(v: Vitals) -> str:
    if not v.moved:
        return (
            f"The first step moved 0 of {v.parameters:,} weights. The smallest rate moves them all a little."
        )
    if not v.hidden_moved:
        return "In the hidden layers the first step moved 0 weights. The smallest rate moves them a little."
    return ""


def _small_gradient(v: Vitals) -> str:
    if v.gradient > 0.06:
        return ""
    return (
        f"The first gradient has the norm {figure(v.gradient)}, a tenth of a healthy one, and no rate had acted yet: "
        "the gradient is small, not the step."
    )


def _long_step(v: Vitals) -> str:
    if v.update < 5e-4:
        return ""
    return (
        f"The first step changed the weights by {figure(v.update)} of their size. "
        "A healthy first step is 0.002 to 0.007; a rate too small is far below that."
    )


def _never_learned(v: Vitals) -> str:
    if v.best_accuracy > 0.4:
        return ""
    return (
        f"It never had more than {share(v.best_accuracy)} right. "
        "Without zero_grad a run learns first, and falls later."
    )


def _no_fall(v: Vitals) -> str:
    if v.end_accuracy < 0.25:
        return ""
    return f"{share(v.end_accuracy)} of the last batches are right: it did not fall back to guessing."


def _mixed_batches(v: Vitals) -> str:
    if v.classes < 4:
        return ""
    return f"A batch holds {v.classes:.1f} different classes. Of sorted data it holds one or two."


def _one_class(v: Vitals) -> str:
    if v.classes > 4:
        return ""
    return (
        f"A batch holds {v.classes:.1f} different classes. In training the model only ever needs the class of the moment: "
        "look there first."
    )


def _bad_in_training(v: Vitals) -> str:
    if not v.lost and v.end_accuracy > 0.5:
        return ""
    return (
        f"In training, {share(v.end_accuracy)} of the last batches are right. "
        "What is wrong happens before any validation."
    )


def _other_scale(v: Vitals) -> str:
    if v.val_brightest < 2 * v.train_brightest:
        return ""
    return (
        f"The brightest pixel is {v.train_brightest:.0f} in training and {v.val_brightest:.0f} in the validation. "
        "Swapping rows and columns changes no pixel."
    )


def _path_does_no_harm(v: Vitals) -> str:
    if v.path_accuracy < v.end_accuracy - 0.25:
        return ""
    return (
        f"Training images that are sent the way of the validation are {share(v.path_accuracy)} right. "
        "Transposed, most of them would be lost."
    )


def _same_scale(v: Vitals) -> str:
    if v.val_brightest > 2 * v.train_brightest:
        return ""
    return (
        f"The brightest pixel is {v.train_brightest:.0f} in training and {v.val_brightest:.0f} in the validation: "
        "one scale for both."
    )


def _same_twice(v: Vitals) -> str:
    if v.twice[0] != v.twice[1]:
        return ""
    return (
        f"Validated twice, the same images gave {v.twice[0]:.4f} both times. "
        "Dropout that is still on draws other units each time."
    )


def _alike(v: Vitals) -> str:
    if v.alike < 0.35:
        return ""
    return (
        f"{share(v.alike)} of the training images bear the label of the image most like them. "
        "Among shuffled labels one in ten does."
    )


def _hidden_moved(v: Vitals) -> str:
    if not v.moved:
        return f"The first step moved 0 of {v.parameters:,} weights, and none in the last layer."
    if v.hidden_moved:
        return (
            f"The first step moved {v.hidden_moved:,} weights of the hidden layers. "
            "An optimizer that holds the last layer only moves none of them."
        )
    if v.hidden_gradient == 0:
        return "The first gradient is exactly 0 in the hidden layers: no optimizer could move them."
    return ""


def _even_at_first(v: Vitals) -> str:
    if v.first_loss > 2 * EVEN:
        return ""
    return (
        f"The loss before the first step is {figure(v.first_loss)}, near ln 10 = 2.30. "
        "Raw pixels give it 8 or more."
    )


def _not_by_heart(v: Vitals) -> str:
    if v.end_accuracy > 0.9:
        return ""
    return (
        f"In training, {share(v.end_accuracy)} of the last batches are right. "
        "A run that over-fits knows its training images by heart."
    )


def _no_gap(v: Vitals) -> str:
    if v.end_accuracy - v.val_accuracy > 0.15:
        return ""
    return (
        f"In training {share(v.end_accuracy)} are right, in the validation {share(v.val_accuracy)}. "
        "Over-fitting is a gap between the two."
    )


def _lost_on_the_path(v: Vitals) -> str:
    if v.path_accuracy > v.end_accuracy - 0.25:
        return ""
    return (
        f"Training images that are sent the way of the validation are {share(v.path_accuracy)} right. "
        "What is known by heart would be right there too."
    )


def _sick(v: Vitals) -> str:
    """What a healthy run never shows, the plainest first."""
    if v.lost:
        return f"The loss left the finite numbers at step {v.lost_at}."
    if v.twice[0] != v.twice[1]:
        return f"Validated twice, the same images gave {v.twice[0]:.4f} and {v.twice[1]:.4f}. A healthy run repeats itself."
    if v.val_loss > 2 * EVEN:
        return f"The validation loss is {figure(v.val_loss)}; even guessing has 2.30."
    if v.end_accuracy - v.val_accuracy > 0.15:
        return (
            f"In training {share(v.end_accuracy)} are right, in the validation only {share(v.val_accuracy)}."
        )
    if v.val_accuracy < 0.6:
        return f"After so many steps {share(v.val_accuracy)} are right; a healthy run has about 80 %."
    return ""


_CHECKS: dict[str, tuple[Check, ...]] = {
    "other-optimizer": (_some_moved,),
    "zero-init": (_gradient_inside,),
    "softmax-twice": (_under_the_floor, _whole_gradient),
    "rate-too-large": (_large_before, _never_leapt, _learned_after_all, _short_step),
    "rate-too-small": (_finite, _large_before, _still, _small_gradient, _long_step),
    "no-zero-grad": (_finite, _large_before, _never_learned, _no_fall),
    "sorted": (_finite, _mixed_batches),
    "val-transposed": (_one_class, _bad_in_training, _other_scale, _path_does_no_harm),
    "val-unscaled": (_finite, _same_scale),
    "eval-forgotten": (_finite, _same_twice),
    "shuffled-labels": (_alike,),
    "head-only": (_hidden_moved,),
    "raw-pixels": (_even_at_first,),
    "over-fitting": (_finite, _one_class, _not_by_heart, _no_gap, _lost_on_the_path),
    "healthy": (_sick,),
}
