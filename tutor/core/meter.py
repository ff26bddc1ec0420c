"""Adds up what the steps of an epoch gave, and brings their losses over from the device."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tutor.core.events import StepDone
from tutor.core.experiment import Experiment
from tutor.core.losses import count_correct
from tutor.core.place import Place

GPU_BLOCK = 32  # reading a loss waits for the GPU: read them in blocks


class Meter:
    """Means over samples, not over batches: a short last batch counts for what it holds. `place` keeps the sums."""

    def __init__(self, experiment: Experiment, device: torch.device, run: int, place: Place) -> None:
        self.experiment, self.run, self.place = experiment, run, place
        self.counts_right = experiment.about.task != "regression"
        self.block = 1 if device.type == "cpu" else GPU_BLOCK
        self._waiting: list[tuple[int, int, int, Tensor, Tensor | None]] = []

    def start_epoch(self) -> None:
        """Forget the epoch before."""
        self.place.samples, self.place.loss, self.place.right = 0, 0.0, 0.0

    @property
    def loss(self) -> float:
        """Mean loss over the samples of this epoch."""
        return self.place.loss / self.place.samples if self.place.samples else math.nan

    @property
    def accuracy(self) -> float:
        """Share of the samples of this epoch that were right; nan for regression."""
        place = self.place
        return place.right / place.samples if place.samples and self.counts_right else math.nan

    def add(self, step: int, epoch: int, loss: Tensor, logits: Tensor, labels: Tensor) -> list[StepDone]:
        """Take in one step. Returns the steps whose figures are known by now: on the CPU, this one."""
        right = count_correct(logits, labels, self.experiment) if self.counts_right else None
        if self.block == 1:  # the CPU: nothing to wait for, so the shortest way
            return [self._done(step, epoch, len(labels), loss.item(), 0 if right is None else right.item())]
        self._waiting.append((step, epoch, len(labels), loss.detach(), right))
        return self.flush() if len(self._waiting) >= self.block else []

    def flush(self) -> list[StepDone]:
        """The steps still waiting, read in one go."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return []
        losses = torch.stack([loss for *_, loss, _ in waiting]).tolist()
        known = [right for *_, right in waiting if right is not None]
        rights = torch.stack(known).tolist() if known else [0] * len(losses)
        return [
            self._done(step, epoch, size, loss, right)
            for (step, epoch, size, _, _), loss, right in zip(waiting, losses, rights, strict=True)
        ]

    def _done(self, step: int, epoch: int, size: int, loss: float, right: float) -> StepDone:
        place = self.place
        place.samples += size
        place.loss += loss * size
        place.right += right
        return StepDone(step, epoch, loss, right / size if self.counts_right else math.nan, self.run)
