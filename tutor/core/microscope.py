"""One sample under a microscope: four ways to write a binary loss, each as float32 computes it.

Everything here is what torch itself gives, autograd included: infinities, NaN and zeros are measured, not told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

Loss = Callable[[Tensor, Tensor], Tensor]
FINEST = 1000  # places of a logit per unit: edges are found to a thousandth
LOWEST, HIGHEST = -100.0, 100.0


def _mse(z: Tensor, y: Tensor) -> Tensor:
    return (torch.sigmoid(z) - y) ** 2


def _naive(z: Tensor, y: Tensor) -> Tensor:
    p = torch.sigmoid(z)
    return -(y * p.log() + (1 - y) * (1 - p).log())


def _bce(z: Tensor, y: Tensor) -> Tensor:
    return F.binary_cross_entropy(torch.sigmoid(z), y, reduction="none")


def _with_logits(z: Tensor, y: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(z, y, reduction="none")


LOSSES: dict[str, Loss] = {"mse": _mse, "naive": _naive, "bce": _bce, "with-logits": _with_logits}


@dataclass(frozen=True)
class Reading:
    """What stands at one logit `z` for a target `y`: p = σ(z) and 1 - p, and (loss, d loss / dz) of each loss.

    `exact` is BCE in float64 from the logit, the mathematics to compare with.
    """

    z: float
    y: int
    p: float
    rest: float
    values: dict[str, tuple[float, float]]
    exact: tuple[float, float]


@dataclass(frozen=True)
class Curves:
    """Loss and slope of each loss over the same logits."""

    zs: list[float]
    losses: dict[str, list[float]]
    slopes: dict[str, list[float]]


def read(z: float, y: int) -> Reading:
    """The four losses at one logit, each as torch computes it for a batch of one."""
    logit, target = torch.tensor([float(z)]), torch.tensor([float(y)])
    p = torch.sigmoid(logit)
    values = {}
    for name, loss in LOSSES.items():
        value, slope = _with_slope(loss, logit, target)
        values[name] = (value.item(), slope.item())
    exact, slope = _with_slope(_exact, logit.double(), target.double())
    return Reading(z, y, p.item(), (1 - p).item(), values, (exact.item(), slope.item()))


def curves(zs: Sequence[float], y: int) -> Curves:
    """The four losses over many logits at once."""
    logits = torch.tensor(list(zs), dtype=torch.float32)
    targets = torch.full_like(logits, float(y))
    measured = {name: _with_slope(loss, logits, targets) for name, loss in LOSSES.items()}
    return Curves(
        list(zs),
        {name: value.tolist() for name, (value, _) in measured.items()},
        {name: slope.tolist() for name, (_, slope) in measured.items()},
    )


def edges(y: int) -> list[float]:
    """The logits, to a thousandth, where float32 begins to matter for this target, the nearest to 0 first.

    The sigmoid becomes 1; it becomes 0; for y = 1 the slope of BCELoss begins to fade; for y = 0 the value
    of BCEWithLogitsLoss is rounded to 0.
    """
    one = _first(lambda z: read(z, y).p == 1.0, 0.0, HIGHEST)
    nothing = _first(lambda z: read(z, y).p == 0.0, 0.0, LOWEST)
    if y == 1:
        between = _first(lambda z: abs(read(z, y).values["bce"][1]) < 0.98, -10.0, LOWEST)
    else:
        between = _first(lambda z: read(z, y).values["with-logits"][0] == 0.0, -1.0, LOWEST)
    return [one, between, nothing]


def _first(holds: Callable[[float], bool], start: float, end: float) -> float:
    """The first logit from `start` towards `end`, to a thousandth, at which a condition holds that then stays so."""
    before, after = round(start * FINEST), round(end * FINEST)
    while abs(after - before) > 1:
        middle = (before + after) // 2
        if holds(middle / FINEST):
            after = middle
        else:
            before = middle
    return after / FINEST


def _exact(z: Tensor, y: Tensor) -> Tensor:
    """BCE from the logit: ln(1 + e^u) with u = z for y = 0 and u = -z for y = 1. Above 60 that is u."""
    return F.softplus(z * (1 - 2 * y), threshold=60)


def _with_slope(loss: Loss, logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The loss of each logit (N,), and its derivative by that logit (N,)."""
    z = logits.clone().requires_grad_()
    value = loss(z, targets)
    (slope,) = torch.autograd.grad(value.sum(), z)
    return value.detach(), slope
