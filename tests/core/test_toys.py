"""The toy sets: their shapes in the plane, their balance, their seeds."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Generator, Tensor

from tutor.core.toys import TOYS, blobs, circles, moons, pair_up, sine, spirals


def seeded(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


@pytest.mark.parametrize("name", TOYS)
def test_the_generator_decides_the_points(name: str) -> None:
    one, same, other = (TOYS[name](50, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(one[0], same[0]) and torch.equal(one[1], same[1])
    assert not torch.equal(one[0], other[0])


@pytest.mark.parametrize("name", [name for name in TOYS if name != "sine"])
def test_two_classes_are_balanced_and_mixed(name: str) -> None:
    points, labels = TOYS[name](1000, seeded())
    assert points.shape == (1000, 2) and points.dtype == torch.float32
    assert labels.dtype == torch.int64 and labels.bincount().tolist() == [500, 500]
    assert 400 < (labels[1:] != labels[:-1]).sum() < 600
    assert points.mean(dim=0).abs().max() < 0.25  # about the origin


def test_blobs_are_two_round_clouds() -> None:
    points, labels = blobs(4000, seeded())
    for label, centre in ((0, -2.0), (1, 2.0)):
        cloud = points[labels == label]
        torch.testing.assert_close(cloud.mean(dim=0), torch.full((2,), centre), atol=0.06, rtol=0)
        torch.testing.assert_close(cloud.std(dim=0), torch.full((2,), 0.7), atol=0.03, rtol=0)


def test_circles_are_a_disc_in_a_ring() -> None:
    points, labels = circles(4000, seeded())
    radius = points.norm(dim=1)
    assert radius[labels == 0].mean() == pytest.approx(1.2, abs=0.02)
    assert radius[labels == 1].mean() == pytest.approx(0.5, abs=0.02)
    assert ((radius < 0.85) == (labels == 1)).float().mean() > 0.995


def test_moons_interlock() -> None:
    points, labels = moons(4000, seeded())
    upper, lower = points[labels == 0], points[labels == 1]
    from_upper = (upper + torch.tensor([0.5, 0.25])).norm(dim=1)
    from_lower = (lower - torch.tensor([0.5, 0.25])).norm(dim=1)
    assert from_upper.mean() == pytest.approx(1, abs=0.02) and from_lower.mean() == pytest.approx(1, abs=0.02)
    assert upper[:, 1].mean() > lower[:, 1].mean()
    assert upper[:, 0].max() > lower[:, 0].min()  # no straight line up and down between them


def test_spirals_are_one_curve_and_its_mirror() -> None:
    points, labels = spirals(4000, seeded())
    folded = torch.where(labels.unsqueeze(1) == 1, -points, points)  # half a turn
    radius = folded.norm(dim=1)
    assert radius.max() < 1.4
    turned = torch.atan2(folded[:, 1], folded[:, 0]) - 3 * math.pi * radius / 1.2
    outer = torch.remainder(turned, 2 * math.pi)[radius > 0.4]
    assert (torch.minimum(outer, 2 * math.pi - outer) < 0.6).float().mean() > 0.97


def test_a_sine_is_a_noisy_wave() -> None:
    x, y = sine(4000, seeded())
    assert x.shape == y.shape == (4000, 1)
    assert x.min() >= -3 and x.max() <= 3
    noise = y - (2 * x).sin()
    assert noise.mean().abs() < 0.01 and noise.std() == pytest.approx(0.1, abs=0.005)


@pytest.fixture
def digits() -> tuple[Tensor, Tensor]:
    """Images whose pixels say their class: (200, 1, 28, 28) and (200,)."""
    labels = torch.arange(200) % 10
    return labels.float().reshape(-1, 1, 1, 1).expand(-1, 1, 28, 28), labels


def test_pairs_show_two_different_digits(digits: tuple[Tensor, Tensor]) -> None:
    images, answers = pair_up(*digits, seeded())
    assert images.shape[1:] == (1, 28, 56) and answers.shape == (len(images), 10)
    assert 80 <= len(images) <= 100
    assert (answers.sum(dim=1) == 2).all() and set(answers.unique().tolist()) == {0.0, 1.0}
    for image, answer in zip(images, answers, strict=True):
        shown = sorted({int(image[0, 5, 5]), int(image[0, 5, 40])})
        assert answer.nonzero().flatten().tolist() == shown


def test_pairs_of_an_odd_number_leave_one_out(digits: tuple[Tensor, Tensor]) -> None:
    images, labels = digits
    assert 30 < len(pair_up(images[:99], labels[:99], seeded())[0]) <= 49
