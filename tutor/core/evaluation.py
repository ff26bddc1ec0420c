"""evaluate(): loss, accuracy and confusion on a split. A plain function, so that no_grad never leaks out of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from tutor.core.data import Split
from tutor.core.events import Evaluated, Row
from tutor.core.experiment import Experiment
from tutor.core.losses import Criterion, count_correct, predict

CHUNK = 2000  # samples at a time


def evaluate(
    model: nn.Module,
    split: Split,
    criterion: Criterion,
    experiment: Experiment,
    name: str = "test",
    step: int = 0,
    run: int = 0,
) -> Evaluated:
    """Evaluate on every sample of `split`. The model is left in the mode it was in.

    Two mistakes live here: `wrong-mode` evaluates in train mode, `no-no-grad` keeps the graph.
    The loss is the mean over samples; `saved_bytes` is what autograd kept for a backward pass.
    """
    was_training = model.training
    model.train(experiment.mistake == "wrong-mode")
    with torch.set_grad_enabled(experiment.mistake == "no-no-grad"), saved_bytes_of(model, split) as saved:
        logits, loss = _forward(model, split, criterion)
    model.train(was_training)
    per_class, confusion = _count(logits.detach(), split.labels, experiment)
    return Evaluated(
        split=name,
        step=step,
        samples=len(split),
        loss=loss.item(),
        accuracy=_accuracy(logits.detach(), split.labels, experiment),
        per_class=per_class,
        confusion=confusion,
        saved_bytes=sum(saved.values()),
        run=run,
    )


def _forward(model: nn.Module, split: Split, criterion: Criterion) -> tuple[Tensor, Tensor]:
    """Logits of all samples, and the mean loss over them. With gradients on, both hold the whole graph."""
    logits, total = [], torch.zeros((), device=split.inputs.device)
    for inputs, targets in zip(split.inputs.split(CHUNK), split.targets.split(CHUNK), strict=True):
        logits.append(model(inputs))
        total = total + criterion(logits[-1], targets) * len(inputs)
    return torch.cat(logits), total / max(1, len(split))


@contextmanager
def saved_bytes_of(model: nn.Module, split: Split) -> Iterator[dict[int, int]]:
    """Bytes of every tensor that autograd keeps, by its storage; parameters and the data itself do not count."""
    ours = {
        tensor.untyped_storage().data_ptr() for tensor in [*model.parameters(), split.inputs, split.targets]
    }
    saved: dict[int, int] = {}
    kept: list[Tensor] = []  # a freed storage's address would be used again

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in ours:
            saved[storage.data_ptr()] = storage.nbytes()
            kept.append(tensor.detach())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        yield saved


def _accuracy(logits: Tensor, labels: Tensor, experiment: Experiment) -> float:
    if experiment.about.task == "regression":
        return math.nan
    return int(count_correct(logits, labels, experiment)) / max(1, len(labels))


def _count(logits: Tensor, labels: Tensor, experiment: Experiment) -> tuple[Row, tuple[tuple[int, ...], ...]]:
    """Recall per class, and the confusion matrix where a sample has one class. nan for a class without samples."""
    task, classes = experiment.about.task, len(experiment.about.classes)
    if task == "regression":
        return (), ()
    predicted = predict(logits, experiment)
    if task == "multi-label":
        found = (predicted & (labels > 0)).sum(dim=0) / (labels > 0).sum(dim=0)
        return tuple(found.tolist()), ()
    counts = torch.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)
    recall = counts.diagonal() / counts.sum(dim=1)
    return tuple(recall.tolist()), tuple(tuple(row) for row in counts.tolist())
