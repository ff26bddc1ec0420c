"""What happens in a run, as frozen values that may cross threads. Standard library only.

A run is RunStarted, then StepDone for every step, EpochDone after every epoch, Evaluated for every full
evaluation, Looked whenever a watcher asked for a picture, and one RunFinished at the end, whatever the end was.
Events carry numbers, strings and small tuples, never live tensors. `run` tells paired runs apart: 0, 1, …
"""

from __future__ import annotations

import dataclasses
import math
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run is about to make its first step. Sizes are in samples."""

    experiment: str
    device: str
    parameters: int
    train_size: int
    val_size: int
    test_size: int
    classes: tuple[str, ...]
    batches_per_epoch: int
    total_steps: int
    versions: dict[str, str]
    run: int = 0


class StepDone(NamedTuple):
    """One optimizer step. A tuple, because thousands a second are made. `accuracy` is of this batch.

    `loss` is the mean over the batch before the step; `accuracy` is nan for regression.
    """

    step: int
    epoch: int
    loss: float
    accuracy: float
    run: int = 0


@dataclass(frozen=True, slots=True)
class EpochDone:
    """One pass over the training data. The train figures are means over samples while the weights moved."""

    step: int
    epoch: int
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float
    seconds: float
    run: int = 0


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation on `samples` samples. `confusion[true][predicted]` counts them; `per_class` is recall per class.

    `saved_bytes` is what autograd kept for a backward pass that never comes: 0 under `torch.no_grad()`.
    """

    split: str
    step: int
    samples: int
    loss: float
    accuracy: float
    per_class: Row
    confusion: tuple[tuple[int, ...], ...]
    saved_bytes: int = 0
    run: int = 0


@dataclass(frozen=True, slots=True)
class Looked:
    """A picture of the model at one step, made because a watcher asked; training is not changed by it.

    `boundary`: P(class 1) on a grid over `extent` (x low, x high, y low, y high), row 0 at the lowest y.
    `weights`: the first layer's first rows as images. `fit`: the predicted curve, points (x, y).
    `points`: some of the training data, (x, y, label), or (x, y, 0) for regression.
    """

    step: int
    boundary: tuple[Row, ...] = ()
    extent: Row = ()
    points: tuple[tuple[float, float, int], ...] = ()
    weights: tuple[tuple[Row, ...], ...] = ()
    fit: tuple[tuple[float, float], ...] = ()
    run: int = 0


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The end of a run. `reason` is done, stopped, diverged or failed; `cause` says why in a sentence."""

    reason: str
    steps: int
    seconds: float
    samples_per_second: float
    train_loss: float
    val_loss: float
    val_accuracy: float
    test_loss: float
    test_accuracy: float
    cause: str = ""
    run: int = 0


Event = RunStarted | StepDone | EpochDone | Evaluated | Looked | RunFinished


def event_name(event: Event) -> str:
    """`StepDone` -> `step_done`: the name of the event in JSON."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()


def to_dict(event: Event) -> dict[str, Any]:
    """The event as plain JSON values. A number that is not finite becomes None, with a `cause`."""
    fields = event._asdict() if isinstance(event, StepDone) else _fields(event)
    lost: list[str] = []
    plain = {name: _finite(value, name, lost) for name, value in fields.items()}
    if lost and not plain.get("cause"):
        plain["cause"] = "not finite or not measured: " + ", ".join(dict.fromkeys(lost))
    return {"event": event_name(event), **plain}


def _fields(event: Any) -> dict[str, Any]:
    return {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}


def _finite(value: Any, name: str, lost: list[str]) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        lost.append(name)
        return None
    if isinstance(value, (tuple, list)):
        return [_finite(item, name, lost) for item in value]
    return value
