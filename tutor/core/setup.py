"""Everything a run needs, made from its experiment: data, model, criterion, optimizer, loader, random state."""

from __future__ import annotations

import copy
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Generator, nn
from torch.optim import SGD, Adam, AdamW, Optimizer

from tutor.core.data import Batches, Data, Progress, load
from tutor.core.device import choose_device, describe
from tutor.core.events import RunStarted
from tutor.core.experiment import Experiment
from tutor.core.losses import Criterion, build_criterion
from tutor.core.models import build_model, count_parameters
from tutor.core.place import Place
from tutor.core.rng import RunRng

CHECKS = 8  # looks at the validation set in a run, beside those at the ends of epochs
CHECK_SAMPLES = 300  # together they cost about half a percent of a run on digits


@dataclass
class Kept:
    """Receives the parts of a run that events never carry: set before the first event."""

    setup: Setup | None = None

    @property
    def model(self) -> nn.Module | None:
        """The model under training."""
        return self.setup.model if self.setup else None


@dataclass(frozen=True)
class Setup:
    """The parts of one run."""

    experiment: Experiment
    device: torch.device
    data: Data
    model: nn.Module
    criterion: Criterion
    optimizer: Optimizer
    train_loader: Batches
    rng: RunRng
    eval_rng: RunRng  # apart, so that evaluating in the wrong mode does not change the training
    place: Place = field(default_factory=Place)

    @property
    def total_steps(self) -> int:
        """Optimizer steps from start to end."""
        return self.experiment.steps or self.experiment.epochs * len(self.train_loader)

    @property
    def check_every(self) -> int:
        """Steps between two quick looks at the validation set; more than an epoch means none are needed."""
        return max(1, -(-self.total_steps // CHECKS))

    @property
    def check_due(self) -> bool:
        """Whether a quick look comes now. The end of an epoch has a full evaluation of its own."""
        step = self.place.step
        due = step % self.check_every == 0 and step % len(self.train_loader) and self.place.checked != step
        return bool(due and len(self.data.val))

    def started(self, run: int) -> RunStarted:
        """The first event."""
        data = self.data
        return RunStarted(
            experiment=str(self.experiment),
            device=describe(self.device),
            parameters=count_parameters(self.model),
            train_size=len(data.train),
            val_size=len(data.val),
            test_size=len(data.test),
            classes=self.experiment.about.classes,
            batches_per_epoch=len(self.train_loader),
            total_steps=self.total_steps,
            versions={"torch": str(torch.__version__), "python": platform.python_version()},
            run=run,
        )


def prepare(
    experiment: Experiment,
    data_dir: Path | None = None,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Setup:
    """Open the data and build the rest. Raises ExperimentError or DataError.

    The seed decides the initial weights and the dropout (one random state) and the order of the batches
    (a generator of its own), so two runs that differ elsewhere share all three.
    """
    torch.set_num_threads(experiment.threads)
    device = choose_device(experiment)
    data = load(experiment, data_dir, progress, should_stop)
    data = Data(data.train.to(device), data.val.to(device), data.test.to(device))
    rng = RunRng(experiment.seed, device)
    with rng:
        model = build_model(experiment).to(device)
    eval_rng = RunRng(experiment.seed, device)
    rng.active = eval_rng.active = experiment.dropout > 0  # the only layer that draws
    generator = Generator().manual_seed(experiment.seed)
    train_loader = Batches(data.train, experiment.batch, experiment.order, generator)
    if experiment.mistake == "wrong-device":
        train_loader.place = torch.device("meta")
    criterion = build_criterion(experiment)
    if isinstance(criterion, nn.Module):
        criterion.to(device)
    optimizer = build_optimizer(optimized(model, experiment), experiment, device)
    return Setup(experiment, device, data, model, criterion, optimizer, train_loader, rng, eval_rng)


def optimized(model: nn.Module, experiment: Experiment) -> nn.Module:
    """What the optimizer is given: the model. Two mistakes give it another one, or the last layer alone."""
    if experiment.mistake == "other-optimizer":
        return copy.deepcopy(model)  # as when the model is made again after the optimizer
    if experiment.mistake == "head-only":
        return model.get_submodule("head")
    return model


def build_optimizer(model: nn.Module, experiment: Experiment, device: torch.device) -> Optimizer:
    """The optimizer that the experiment names; fused, which is faster on small batches and gives the same steps."""
    fused = device.type in ("cpu", "cuda")
    decay = experiment.weight_decay
    if experiment.optimizer == "sgd":
        return SGD(model.parameters(), experiment.lr, experiment.momentum, weight_decay=decay, fused=fused)
    kind = Adam if experiment.optimizer == "adam" else AdamW
    return kind(model.parameters(), experiment.lr, weight_decay=decay, fused=fused)
