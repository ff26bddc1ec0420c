"""Over-fit one batch: the loop of a training run on the same mini-batch again and again, right or with a planted fault."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.core.clock import Clock, timed
from tutor.core.events import Event, RunFinished, StepDone
from tutor.core.experiment import Experiment
from tutor.core.history import History

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer

    from tutor.core.control import Control
    from tutor.core.setup import Setup

ENOUGH = 0.01  # the loss that counts as learned by heart
RIGHT, FAULTY = 0, 1  # the two runs

FAULTS = {
    "none": "",
    "frozen hidden layers": "Only the head can move, on top of features that nobody trains. It learns something, and far too slowly for 64 images.",
    "another model's optimizer": "The gradients are there, and the optimizer holds the parameters of another model.",
    "softmax before the loss": "CrossEntropyLoss applies softmax itself. Of numbers between 0 and 1 it cannot make a loss under ln(e + 9) − 1 = 1.461.",
    "ReLU on the logits": "A logit cannot be negative. Where the ReLU cuts one off no gradient comes back, so a sample whose true logit is cut off stays at ln 10 or above.",
    "zero_grad before step": "The gradients are set to nothing between backward() and step(), so each step moves by nothing.",
    "no zero_grad": "The gradients add up from step to step. On one batch they mostly point the same way, so that acts like a longer step.",
    "random labels": "The labels are random, so there is nothing to understand, only to keep. This tests the plumbing, never the data.",
}


@dataclass
class OneBatch:
    """Trains the right loop and the one with the `fault`, a step each in turn, until the loss is under ENOUGH."""

    fault: str = "none"

    def __call__(
        self,
        experiments: Sequence[Experiment],
        *,
        data_dir: Path | None = None,
        control: Control | None = None,
        progress: Any = None,
        **_: Any,
    ) -> Iterator[Event]:
        """The events of the runs: RunStarted, StepDone and RunFinished. Raises ExperimentError or DataError first."""
        from tutor.core.control import Control
        from tutor.core.training import in_turn

        control = control or Control()
        runs = []
        for run, experiment in enumerate(experiments):
            fault, clock = self.fault if run == FAULTY else "none", Clock()
            events = _run(experiment, fault, run, data_dir, control, clock, progress)
            runs.append(timed(events, clock))
        return in_turn(runs)


def _run(
    experiment: Experiment,
    fault: str,
    run: int,
    data_dir: Path | None,
    control: Control,
    clock: Clock,
    progress: Any,
) -> Iterator[Event]:
    from tutor.core.drawn.cache import DrawingStopped
    from tutor.core.losses import count_correct
    from tutor.core.setup import prepare

    try:
        setup = prepare(experiment, data_dir, progress, lambda: control.stopping)
    except DrawingStopped as stopped:
        yield _finished("stopped", clock, math.nan, run, str(stopped))
        return
    optimizer = _planted(setup, fault)
    inputs, labels = _batch(setup, fault)
    yield setup.started(run)
    clock.start()
    loss = math.inf
    while clock.steps < setup.total_steps and not control.stopping:
        logits = setup.model(inputs)  # (64, 10)
        batch_loss = setup.criterion(_spoiled(logits, fault), labels)
        if fault not in ("no zero_grad", "zero_grad before step"):
            optimizer.zero_grad()
        batch_loss.backward()
        if fault == "zero_grad before step":
            optimizer.zero_grad()
        optimizer.step()
        loss, right = batch_loss.item(), int(count_correct(logits, labels, experiment))
        yield StepDone(clock.count(len(labels)), 1, loss, right / len(labels), run)
        if not loss >= ENOUGH:
            break
    clock.stop()
    if math.isnan(loss):
        yield _finished("diverged", clock, loss, run, f"The loss was NaN at step {clock.steps}.")
    else:
        yield _finished("stopped" if control.stopping and loss >= ENOUGH else "done", clock, loss, run)


def _planted(setup: Setup, fault: str) -> Optimizer:
    """The optimizer, and what else the fault changes before the first step."""
    from tutor.core.models import MLP, build_model
    from tutor.core.setup import build_optimizer

    if fault == "frozen hidden layers":
        assert isinstance(setup.model, MLP)
        setup.model.hidden.requires_grad_(False)
    if fault == "another model's optimizer":
        with setup.rng:
            other = build_model(setup.experiment).to(setup.device)
        return build_optimizer(other, setup.experiment, setup.device)
    return setup.optimizer


def _batch(setup: Setup, fault: str) -> tuple[Tensor, Tensor]:
    """The first mini-batch of the first epoch, with its labels or with others."""
    import torch

    inputs, targets, _ = next(iter(setup.train_loader))
    if fault != "random labels":
        return inputs, targets
    drawn = torch.Generator().manual_seed(setup.experiment.seed)
    classes = len(setup.experiment.about.classes)
    return inputs, torch.randint(classes, targets.shape, generator=drawn).to(targets.device)


def _spoiled(logits: Tensor, fault: str) -> Tensor:
    if fault == "softmax before the loss":
        return logits.softmax(dim=1)
    return logits.relu() if fault == "ReLU on the logits" else logits


def _finished(reason: str, clock: Clock, loss: float, run: int, cause: str = "") -> RunFinished:
    nan, speed = math.nan, clock.samples / clock.seconds if clock.seconds else 0.0
    return RunFinished(reason, clock.steps, clock.seconds, speed, loss, nan, nan, nan, nan, cause, run)


def words(runs: Sequence[History], fault: str, batch: int) -> str:
    """What came of the test, in the runs' own numbers."""
    said = f"The right loop: {_outcome(runs[RIGHT])}."
    if len(runs) == 1:
        passed = runs[RIGHT].train_loss.last < ENOUGH
        return said + (f" It knows its {batch} images by heart: the plumbing works." if passed else "")
    faulty = runs[FAULTY].train_loss
    said += f" With the fault: {_outcome(runs[FAULTY])}."
    if len(faulty) > 1 and faulty.low == faulty.high:
        said += f" That is exactly the first loss, {faulty.first:.4f}, at every step: no weight has moved."
    said += f" {FAULTS[fault]}"
    missed = fault == "no zero_grad" and faulty.last < ENOUGH
    return f"{said} This test does not find that fault." if missed else said


def _outcome(run: History) -> str:
    loss = run.train_loss.last
    if loss < ENOUGH:
        return f"passed, a loss under {ENOUGH:g} at step {run.step}"
    if run.finished and run.finished.reason == "stopped":
        return f"stopped at step {run.step} with a loss of {loss:.4g}"
    return f"failed, a loss of {loss:.4g} after {run.step} steps"
