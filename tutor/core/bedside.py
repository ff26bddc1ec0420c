"""Measures a run of the clinic: on the model and data that it left, and by making its first step once more.

Imports torch: call it from a thread, while no other run goes on.
"""

from __future__ import annotations

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from tutor.core.data import Split, as_evaluated
from tutor.core.evaluation import evaluate
from tutor.core.events import RunStarted, StepDone
from tutor.core.experiment import Experiment
from tutor.core.history import History
from tutor.core.setup import Kept, Setup
from tutor.core.training import train
from tutor.core.vitals import Vitals

SOME = 1000  # images for a question about many
BATCHES = 20
STEPS = 300  # on one batch
HEAD = "head"  # the last layer, in every network of `models`


def measure(setup: Setup, run: History, data_dir: Path | None = None) -> Vitals:
    """Everything about a run that ended. The model and its data stay as they are; about a second on one core."""
    loss, finished = run.train_loss, run.finished
    val = run.evaluated.get("val")
    twice = [_evaluated(setup, setup.data.val.first(SOME))[0] for _ in range(2)]
    before, *first = first_step(setup.experiment, data_dir)
    return Vitals(
        lost_at=finished.steps if finished and finished.reason == "diverged" else 0,
        first_loss=loss.first,
        high_loss=loss.high,
        low_loss=loss.low,
        end_accuracy=run.train_accuracy.mean(0.875, 1),
        best_accuracy=_best(run),
        val_loss=val.loss if val else math.nan,
        val_accuracy=val.accuracy if val else math.nan,
        gradient=first[0],
        hidden_gradient=first[1],
        moved=int(first[2]),
        hidden_moved=int(first[3]),
        parameters=int(first[4]),
        update=first[5] / before if before else math.inf,
        size_before=before,
        size_after=_norm(list(setup.model.parameters())),
        twice=(twice[0], twice[1]),
        path_accuracy=_evaluated(setup, as_evaluated(setup.data.train.first(SOME), setup.experiment))[1],
        train_brightest=float(setup.data.train.inputs.max()),
        val_brightest=float(setup.data.val.inputs.max()),
        classes=_classes(setup),
        batch=setup.train_loader.batch_size,
        images=len(setup.data.train),
        one_batch=one_batch(setup.experiment, data_dir),
        lowest=_lowest(setup),
        alike=_alike(setup.data.train),
    )


def first_step(experiment: Experiment, data_dir: Path | None = None) -> tuple[float, ...]:
    """The run's first step once more, on the CPU, watched from outside the loop.

    Norm of the parameters; of the gradient, in all and without the head's; how many parameters moved, in all and
    without the head's; how many there are; norm of the change.
    """
    kept = Kept()
    before: dict[str, Tensor] = {}
    events = train(experiment.change("device=cpu"), data_dir=data_dir, keep=kept)
    for event in events:
        if isinstance(event, RunStarted) and kept.model is not None:
            before = {name: parameter.detach().clone() for name, parameter in kept.model.named_parameters()}
        elif isinstance(
            event, StepDone
        ):  # zero_grad comes with the next step, so the gradients are still there
            break
    assert kept.model is not None
    after = dict(kept.model.named_parameters())
    events.close()  # type: ignore[attr-defined]
    hidden = [name for name in after if not name.startswith(HEAD)]
    moved = {name: int((after[name] != before[name]).sum()) for name in after}
    gradients = {name: parameter.grad for name, parameter in after.items() if parameter.grad is not None}
    return (
        _norm(list(before.values())),
        _norm(list(gradients.values())),
        _norm([gradients[name] for name in hidden if name in gradients]),
        sum(moved.values()),
        sum(moved[name] for name in hidden),
        sum(parameter.numel() for parameter in after.values()),
        _norm([after[name].detach() - before[name] for name in after]),
    )


def one_batch(experiment: Experiment, data_dir: Path | None = None) -> float:
    """The loss after 300 steps on nothing but one batch of 64: a loop that works brings it near 0."""
    alone = experiment.change(f"train=64 batch=64 steps={STEPS} val=0 device=cpu")
    loss = math.nan
    for event in train(alone, data_dir=data_dir):
        if isinstance(event, StepDone):
            loss = event.loss
            if event.step == STEPS:
                break
    return loss


def _evaluated(setup: Setup, split: Split) -> tuple[float, float]:
    """Loss and accuracy, measured as this run measures its validation."""
    with setup.eval_rng:
        found = evaluate(setup.model, split, setup.criterion, setup.experiment)
    return found.loss, found.accuracy


def _norm(tensors: list[Tensor]) -> float:
    flat = [tensor.detach().double().flatten() for tensor in tensors]  # float32 would overflow near 1e19
    return float(torch.cat(flat).norm()) if flat else 0.0


def _best(run: History) -> float:
    means = [run.train_accuracy.mean(part / 16, (part + 1) / 16) for part in range(16)]
    return max((mean for mean in means if not math.isnan(mean)), default=math.nan)


def _classes(setup: Setup) -> float:
    counts = []
    for _, _, labels in setup.train_loader:
        counts.append(len(labels.unique()))
        if len(counts) == BATCHES:
            break
    return sum(counts) / len(counts)


def _lowest(setup: Setup) -> float:
    """The criterion's value for logits that could not be better."""
    targets = setup.data.val.targets[:64]
    logits = 1000.0 * F.one_hot(setup.data.val.labels[:64], len(setup.experiment.about.classes)).float()
    with torch.no_grad():
        return float(setup.criterion(logits, targets))


def _alike(split: Split) -> float:
    """Of some images: the share whose label is that of the most similar other image."""
    inputs = split.inputs[: 4 * SOME].flatten(1)
    labels = split.labels[: len(inputs)]
    asked = min(SOME // 2, len(inputs))
    distances = torch.cdist(inputs[:asked], inputs)  # (asked, N)
    distances.fill_diagonal_(math.inf)
    return float((labels[distances.argmin(dim=1)] == labels[:asked]).double().mean())
