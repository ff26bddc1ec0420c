"""What can be measured on a run that went wrong, as plain numbers, and the tests that show them one by one.

Standard library only: the measuring itself is in `bedside`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

EVEN = math.log(10)  # the loss of even guessing among ten classes: 2.303
FLOOR = math.log(math.e + 9) - 1  # what a softmax before cross-entropy cannot get below: 1.461


@dataclass(frozen=True)
class Vitals:
    """The numbers of one run. Losses in nats, accuracies from 0 to 1, norms over all parameters together."""

    # From the curves
    lost_at: int  # the step whose loss was not finite; 0 where none was
    first_loss: float  # of the first batch, before any step
    high_loss: float  # the highest of any batch
    low_loss: float  # the lowest of any batch
    end_accuracy: float  # of the batches of the last eighth
    best_accuracy: float  # the best sixteenth of the run
    val_loss: float
    val_accuracy: float
    # From the first step, made again
    gradient: float
    hidden_gradient: float  # of all layers but the last
    moved: int  # parameters that the step changed
    hidden_moved: int
    parameters: int
    update: float  # norm of the change over norm of the weights; inf where all weights were 0
    size_before: float  # norm of all parameters
    # From what the run left
    size_after: float
    twice: tuple[float, float]  # the validation loss of the same images, asked two times
    path_accuracy: float  # of training images, sent where the validation images go
    train_brightest: float  # the highest pixel
    val_brightest: float
    classes: float  # different classes in a batch, on average
    batch: int
    images: int
    # From small experiments
    one_batch: float  # the loss after 300 steps on one batch
    lowest: float  # what the criterion gives for perfect logits
    alike: float  # training images that bear the label of the image most like them

    @property
    def lost(self) -> bool:
        """Whether the loss left the finite numbers."""
        return self.lost_at > 0

    @property
    def growth(self) -> float:
        """How many times the parameters have grown."""
        return self.size_after / self.size_before if self.size_before else math.inf


@dataclass(frozen=True)
class Test:
    """A test that can be ordered: its price in points, how its figure reads, and what a healthy run shows."""

    id: str
    name: str
    price: int
    value: Callable[[Vitals], str]
    healthy: str


def figure(value: float) -> str:
    """Three digits that mean something: 0.0291, 2.30, 1,240, 4.1e12; exact zero as 0."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "infinite"
    size = abs(value)
    if value == 0:
        return "0"
    if size >= 1e5 or size < 1e-3:
        return f"{value:.1e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(size)))}f}"


def share(value: float) -> str:
    """0.9134 -> `91.3 %`."""
    return "NaN" if math.isnan(value) else f"{100 * value:.1f} %"


def _update(vitals: Vitals) -> str:
    return "all weights were 0" if math.isinf(vitals.update) else figure(vitals.update)


TESTS: tuple[Test, ...] = (
    Test("first-loss", "loss before the first step", 1, lambda v: figure(v.first_loss), "2.30 = ln 10"),
    Test(
        "gradient",
        "first gradient: all, hidden layers",
        1,
        lambda v: f"{figure(v.gradient)}, {figure(v.hidden_gradient)}",
        "0.2 to 0.5 both",
    ),
    Test(
        "moved",
        "weights that the first step moved",
        1,
        lambda v: f"{v.moved:,} of {v.parameters:,}",
        "about half",
    ),
    Test("update", "first update over weights", 1, _update, "0.002 to 0.005"),
    Test(
        "size",
        "size of the weights, start to end",
        1,
        lambda v: f"{figure(v.size_before)} to {figure(v.size_after)}",
        "9 to 9.5 to 10",
    ),
    Test(
        "classes",
        "classes in a batch, images in all",
        1,
        lambda v: f"{v.classes:.1f} in {v.batch}, {v.images:,}",
        "10 in 64, thousands",
    ),
    Test(
        "pixels",
        "brightest pixel, training and val.",
        1,
        lambda v: f"{v.train_brightest:.0f} and {v.val_brightest:.0f}",
        "1 and 1",
    ),
    Test(
        "twice",
        "validate twice: the losses",
        1,
        lambda v: f"{v.twice[0]:.4f}, {v.twice[1]:.4f}",
        "the same twice",
    ),
    Test(
        "path",
        "training images as validated",
        2,
        lambda v: f"{share(v.path_accuracy)} right",
        "as in training",
    ),
    Test(
        "one-batch", "over-fit one batch, 300 steps", 2, lambda v: f"loss {figure(v.one_batch)}", "under 0.1"
    ),
    Test("lowest", "loss of perfect answers", 2, lambda v: figure(v.lowest), "0"),
    Test("alike", "label as of the most similar image", 2, lambda v: share(v.alike), "over 80 %"),
)


def test_named(id: str) -> Test:
    """The test of that id. Raises KeyError."""
    return {test.id: test for test in TESTS}[id]
