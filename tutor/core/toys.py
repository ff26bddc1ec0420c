"""Small datasets drawn by seeded code: two classes in the plane, a wave, pairs of digits."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

Pair = tuple[Tensor, Tensor]


def _balanced(count: int, generator: Generator) -> Tensor:
    """Labels 0 and 1 in equal numbers and in random order, (N,) int64."""
    return (torch.arange(count) % 2)[torch.randperm(count, generator=generator)]


def blobs(count: int, generator: Generator) -> Pair:
    """Two round clouds at (-2, -2) and (2, 2), standard deviation 0.7. (N, 2), (N,)."""
    labels = _balanced(count, generator)
    centres = (labels * 4.0 - 2.0).unsqueeze(1)  # (N, 1)
    return centres + 0.7 * torch.randn(count, 2, generator=generator), labels


def moons(count: int, generator: Generator) -> Pair:
    """Two half circles that interlock, noise 0.1, about the origin. (N, 2), (N,)."""
    labels = _balanced(count, generator)
    angle = math.pi * torch.rand(count, generator=generator)
    upper = torch.stack([angle.cos() - 0.5, angle.sin() - 0.25], dim=1)
    lower = torch.stack([0.5 - angle.cos(), 0.25 - angle.sin()], dim=1)
    points = torch.where(labels.unsqueeze(1) == 0, upper, lower)
    return points + 0.1 * torch.randn(count, 2, generator=generator), labels


def circles(count: int, generator: Generator) -> Pair:
    """A disc of radius about 0.5 inside a ring of radius about 1.2. (N, 2), (N,)."""
    labels = _balanced(count, generator)
    angle = 2 * math.pi * torch.rand(count, generator=generator)
    radius = torch.where(labels == 0, 1.2, 0.5) + 0.1 * torch.randn(count, generator=generator)
    return radius.unsqueeze(1) * torch.stack([angle.cos(), angle.sin()], dim=1), labels


def spirals(count: int, generator: Generator) -> Pair:
    """Two arms of one and a half turns, noise 0.03, radius up to 1.2. (N, 2), (N,)."""
    labels = _balanced(count, generator)
    along = torch.rand(count, generator=generator).sqrt()
    angle = 3 * math.pi * along + math.pi * labels
    points = 1.2 * along.unsqueeze(1) * torch.stack([angle.cos(), angle.sin()], dim=1)
    return points + 0.03 * torch.randn(count, 2, generator=generator), labels


def sine(count: int, generator: Generator) -> Pair:
    """y = sin(2x) + noise 0.1, x uniform in [-3, 3]. (N, 1), (N, 1) float32."""
    x = 6 * torch.rand(count, 1, generator=generator) - 3
    return x, (2 * x).sin() + 0.1 * torch.randn(count, 1, generator=generator)


TOYS: dict[str, Callable[[int, Generator], Pair]] = {
    "blobs": blobs,
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "sine": sine,
}


def pair_up(images: Tensor, labels: Tensor, generator: Generator) -> Pair:
    """Two digits of different classes side by side, and which digits are there.

    images (N, 1, 28, 28), labels (N,) -> (M, 1, 28, 56) and (M, 10) float32 of zeros and two ones.
    """
    left, right = torch.randperm(len(images), generator=generator).chunk(2)
    left = left[: len(right)]
    differ = labels[left] != labels[right]
    left, right = left[differ], right[differ]
    answers = torch.zeros(len(left), 10)
    answers.scatter_(1, torch.stack([labels[left], labels[right]], dim=1), 1.0)
    return torch.cat([images[left], images[right]], dim=3), answers
