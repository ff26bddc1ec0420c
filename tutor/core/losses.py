"""Losses: what the targets look like, what is minimised, what counts as right."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tutor.core.experiment import Experiment

Criterion = Callable[[Tensor, Tensor], Tensor]


def prepare_targets(labels: Tensor, experiment: Experiment) -> Tensor:
    """Labels in the shape and dtype that the criterion wants.

    labels: (N,) int64 for classes, (N, 1) float32 for regression, (N, C) float32 for multi-label.
    """
    task, loss = experiment.about.task, experiment.loss
    if task == "regression":
        return labels
    if task == "multi-label":
        return labels / labels.sum(dim=1, keepdim=True) if loss == "ce" else labels
    if loss == "ce":
        return labels  # (N,) int64
    if task == "binary":
        return labels.float().unsqueeze(1)  # (N, 1)
    return F.one_hot(labels, len(experiment.about.classes)).float()  # (N, C)


def build_criterion(experiment: Experiment) -> Criterion:
    """The function (logits, targets) -> loss, a mean over the batch (and over outputs, except for ce)."""
    if experiment.loss == "ce":
        return _softmax_first if experiment.mistake == "softmax-before-ce" else nn.CrossEntropyLoss()
    if experiment.loss == "bce":
        if experiment.pos_weight != 1:
            return nn.BCEWithLogitsLoss(pos_weight=torch.tensor([experiment.pos_weight]))
        return nn.BCEWithLogitsLoss()
    distance: Criterion = nn.MSELoss() if experiment.loss == "mse" else nn.L1Loss()
    return lambda logits, targets: distance(to_outputs(logits, experiment), targets)


def _softmax_first(logits: Tensor, targets: Tensor) -> Tensor:
    """The mistake: CrossEntropyLoss applies log-softmax itself, so this softmax is one too many."""
    return F.cross_entropy(logits.softmax(dim=1), targets)


def to_outputs(logits: Tensor, experiment: Experiment) -> Tensor:
    """Logits as what they mean: real numbers for regression, probabilities for classes."""
    if experiment.about.task == "regression":
        return logits
    if experiment.about.task == "multi-class" or experiment.loss == "ce":
        return logits.softmax(dim=1)
    return logits.sigmoid()


def predict(logits: Tensor, experiment: Experiment) -> Tensor:
    """The predicted class (N,) int64; for multi-label, the predicted answers (N, C) bool.

    A probability over one half is a yes; for logits under a sigmoid that is a logit over 0.
    """
    if experiment.about.task == "multi-label":
        return to_outputs(logits, experiment) > 0.5
    if logits.shape[1] == 1:
        return (logits.squeeze(1) > 0).long()
    return logits.argmax(dim=1)


def count_correct(logits: Tensor, labels: Tensor, experiment: Experiment) -> Tensor:
    """How many samples are wholly right, as a tensor of one number: no wait for a GPU."""
    right = predict(logits, experiment) == labels
    return torch.count_nonzero(right.all(dim=1) if right.dim() > 1 else right)  # cheaper than sum()
