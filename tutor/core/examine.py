"""Every answer of a model on the validation or test set, so that its errors can be looked at one by one."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tutor.core.data import Split
from tutor.core.experiment import Experiment
from tutor.core.losses import predict, to_outputs
from tutor.core.setup import Setup
from tutor.errors import ExperimentError

CHUNK = 2000  # samples at a time
Part = Literal["val", "test"]


@dataclass(frozen=True)
class Examined:
    """What a model answers for N samples of a split, as arrays that nothing writes to.

    `labels` and `predictions` (N,) int64, `probabilities` (N, C) float32, `pictures` (N, H, W) uint8, or None
    where a sample is no image.
    """

    part: Part
    labels: NDArray[np.int64]
    predictions: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    pictures: NDArray[np.uint8] | None

    def __len__(self) -> int:
        return len(self.labels)

    def cell(self, true: int, predicted: int) -> list[int]:
        """Indices of the samples of one class that were called another, the surest answer first."""
        return self._surest((self.labels == true) & (self.predictions == predicted))

    def errors(self) -> list[int]:
        """Indices of all wrong answers, the surest first."""
        return self._surest(self.labels != self.predictions)

    def sureness(self, index: int) -> float:
        """The probability of the class that was answered."""
        return float(self.probabilities[index, self.predictions[index]])

    def confusion(self) -> tuple[tuple[int, ...], ...]:
        """counts[true][predicted]."""
        classes = self.probabilities.shape[1]
        counts = np.bincount(self.labels * classes + self.predictions, minlength=classes**2)
        return tuple(tuple(row) for row in counts.reshape(classes, classes).tolist())

    def _surest(self, chosen: NDArray[np.bool_]) -> list[int]:
        indices = chosen.nonzero()[0]
        sure = self.probabilities[indices, self.predictions[indices]]
        ordered: list[int] = indices[np.argsort(-sure, kind="stable")].tolist()
        return ordered


def examine(setup: Setup, part: Part = "test") -> Examined:
    """Ask a run's model, as it is now, for every sample of the validation or test set.

    The run may go on meanwhile: a copy is asked, in eval mode, and no random number is drawn.
    Raises ExperimentError where a sample does not have exactly one class.
    """
    experiment = setup.experiment
    if experiment.about.task not in ("multi-class", "binary"):
        raise ExperimentError(
            f"The errors of {experiment.dataset} cannot be sorted into a table: a sample has no single class. "
            "Take a dataset with one class per sample, such as digits."
        )
    split = setup.data.val if part == "val" else setup.data.test
    model = copy.deepcopy(setup.model).eval()
    predictions, probabilities = _answers(model, split, experiment)
    return Examined(
        part,
        _array(split.labels.long()),
        _array(predictions),
        _array(probabilities),
        _pictures(split.inputs) if len(experiment.about.shape) == 3 else None,
    )


def _answers(model: nn.Module, split: Split, experiment: Experiment) -> tuple[Tensor, Tensor]:
    """Predictions (N,) and probabilities (N, C)."""
    with torch.no_grad():
        logits = torch.cat([model(inputs) for inputs in split.inputs.split(CHUNK)])
    probabilities = to_outputs(logits, experiment)
    if probabilities.shape[1] == 1:  # one logit: the probability of class 1
        probabilities = torch.cat([1 - probabilities, probabilities], dim=1)
    return predict(logits, experiment), probabilities


def _pictures(inputs: Tensor) -> NDArray[np.uint8]:
    """Inputs (N, 1, H, W) of any scale as pixels: the lowest becomes 0 and the highest 255."""
    low, high = (float(value) for value in torch.aminmax(inputs))
    pixels = (inputs.squeeze(1) - low) * (255 / max(high - low, 1e-12))
    return _array(pixels.round().to(torch.uint8))


def _array(tensor: Tensor) -> NDArray[Any]:
    array = tensor.cpu().numpy()
    array.setflags(write=False)
    return array
