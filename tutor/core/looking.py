"""Pictures of a model for a watcher: its decision boundary, its first weights, its fit. Training is not changed."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tutor.core.data import Split
from tutor.core.events import Looked
from tutor.core.experiment import Experiment
from tutor.core.losses import to_outputs
from tutor.core.models import first_layer

GRID = (40, 64)  # rows and columns of a boundary
POINTS = 240
IMAGES = 12
MARGIN = 0.1


def look(
    model: nn.Module, train: Split, experiment: Experiment, watch: frozenset[str], step: int, run: int = 0
) -> Looked:
    """What the watcher asked for, of: boundary, weights, fit. Made in eval mode, without gradients.

    A boundary needs points in the plane, weights need images, a fit needs points on a line; else it stays empty.
    """
    was_training, size = model.training, len(experiment.about.shape)
    watch = watch & (
        {"weights"} if size == 3 else {"boundary"} if experiment.about.shape == (2,) else {"fit"}
    )
    model.eval()
    with torch.no_grad():
        looked = Looked(
            step=step,
            boundary=_boundary(model, train, experiment) if "boundary" in watch else (),
            extent=extent(train) if "boundary" in watch else (),
            points=_points(train, experiment) if watch & {"boundary", "fit"} else (),
            weights=_weights(model, experiment) if "weights" in watch else (),
            fit=_fit(model, train) if "fit" in watch else (),
            run=run,
        )
    model.train(was_training)
    return looked


def extent(train: Split) -> tuple[float, float, float, float]:
    """x low, x high, y low, y high of the points, with a margin."""
    low, high = train.inputs.amin(dim=0), train.inputs.amax(dim=0)
    margin = MARGIN * (high - low)
    (x_low, y_low), (x_high, y_high) = (low - margin).tolist(), (high + margin).tolist()
    return x_low, x_high, y_low, y_high


def _boundary(model: nn.Module, train: Split, experiment: Experiment) -> tuple[tuple[float, ...], ...]:
    """P(class 1) on a grid; row 0 lies at the lowest y, column 0 at the lowest x."""
    x_low, x_high, y_low, y_high = extent(train)
    rows, columns = GRID
    y = torch.linspace(y_low, y_high, rows)
    x = torch.linspace(x_low, x_high, columns)
    grid = torch.cartesian_prod(y, x).flip(1).to(train.inputs.device)  # (rows * columns, 2) as (x, y)
    probabilities = to_outputs(model(grid), experiment)[:, -1]
    return tuple(tuple(row) for row in probabilities.reshape(rows, columns).tolist())


def _points(train: Split, experiment: Experiment) -> tuple[tuple[float, float, int], ...]:
    some = train.first(POINTS)
    if experiment.about.task == "regression":
        return tuple((x, y, 0) for [x], [y] in zip(some.inputs.tolist(), some.labels.tolist(), strict=True))
    return tuple(
        (x, y, label) for [x, y], label in zip(some.inputs.tolist(), some.labels.tolist(), strict=True)
    )


def _weights(model: nn.Module, experiment: Experiment) -> tuple[tuple[tuple[float, ...], ...], ...]:
    """The first layer's weights as images: of an mlp a row per unit, of a cnn a filter per channel."""
    layer = first_layer(model)
    images = layer.weight[:IMAGES]
    if isinstance(layer, nn.Linear):
        images = images.reshape(-1, *experiment.about.shape)  # (12, 1, 28, 28)
    return tuple(tuple(tuple(row) for row in image) for image in _first_channel(images).tolist())


def _first_channel(images: Tensor) -> Tensor:
    return images[:, 0]


def _fit(model: nn.Module, train: Split) -> tuple[tuple[float, float], ...]:
    x = torch.linspace(float(train.inputs.min()), float(train.inputs.max()), 80, device=train.inputs.device)
    return tuple(zip(x.tolist(), model(x.unsqueeze(1)).squeeze(1).tolist(), strict=True))
