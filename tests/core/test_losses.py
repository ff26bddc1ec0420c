"""Losses against their formulas: values, gradients, floors."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from tutor.core.experiment import parse
from tutor.core.losses import build_criterion, count_correct, predict, prepare_targets, to_outputs


def value_and_gradient(line: str, logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    experiment = parse(line)
    logits = logits.clone().requires_grad_()
    loss = build_criterion(experiment)(logits, prepare_targets(labels, experiment))
    loss.backward()
    assert logits.grad is not None
    return loss.detach(), logits.grad


@pytest.fixture
def ten() -> tuple[Tensor, Tensor]:
    """logits (32, 10) and labels (32,)."""
    generator = torch.Generator().manual_seed(0)
    return 3 * torch.randn(32, 10, generator=generator), torch.randint(0, 10, (32,), generator=generator)


@pytest.fixture
def one() -> tuple[Tensor, Tensor]:
    """logits (32, 1) and labels (32,)."""
    generator = torch.Generator().manual_seed(1)
    return 4 * torch.randn(32, 1, generator=generator), torch.randint(0, 2, (32,), generator=generator)


def test_cross_entropy(ten: tuple[Tensor, Tensor]) -> None:
    logits, labels = ten
    loss, gradient = value_and_gradient("digits ce", logits, labels)
    p, onehot = logits.softmax(dim=1), F.one_hot(labels, 10)
    torch.testing.assert_close(loss, -p[torch.arange(32), labels].log().mean())
    torch.testing.assert_close(gradient, (p - onehot) / 32)
    torch.testing.assert_close(gradient.sum(dim=1), torch.zeros(32), atol=1e-7, rtol=0)


def test_binary_cross_entropy(one: tuple[Tensor, Tensor]) -> None:
    logits, labels = one
    loss, gradient = value_and_gradient("moons bce", logits, labels)
    y, p = labels.unsqueeze(1).float(), logits.double().sigmoid()
    torch.testing.assert_close(loss.double(), -(y * p.log() + (1 - y) * (1 - p).log()).mean())
    torch.testing.assert_close(gradient, (logits.sigmoid() - y) / 32)


def test_binary_cross_entropy_with_a_weight_on_positives(one: tuple[Tensor, Tensor]) -> None:
    logits, labels = one
    loss, gradient = value_and_gradient("moons bce pos-weight=18", logits, labels)
    y, p = labels.unsqueeze(1).double(), logits.double().sigmoid()
    torch.testing.assert_close(loss.double(), -(18 * y * p.log() + (1 - y) * (1 - p).log()).mean())
    torch.testing.assert_close(gradient.double(), (18 * y * (p - 1) + (1 - y) * p) / 32)


def test_squared_error_of_a_probability_starves(one: tuple[Tensor, Tensor]) -> None:
    logits, labels = one
    loss, gradient = value_and_gradient("moons mse", logits, labels)
    y, p = labels.unsqueeze(1).float(), logits.sigmoid()
    torch.testing.assert_close(loss, ((p - y) ** 2).mean())
    torch.testing.assert_close(gradient, 2 * (p - y) * p * (1 - p) / 32)
    wrong = torch.full((32, 1), 17.0)  # a float32 sigmoid is exactly 1 from 16.64 on
    assert not value_and_gradient("moons mse", wrong, torch.zeros(32, dtype=torch.int64))[1].any()


def test_errors_of_real_numbers() -> None:
    outputs, targets = torch.tensor([[1.0], [5.0]]), torch.tensor([[2.0], [2.0]])
    loss, gradient = value_and_gradient("sine mse", outputs, targets)
    assert loss == 5.0 and gradient.tolist() == [[-1.0], [3.0]]
    loss, gradient = value_and_gradient("sine mae", outputs, targets)
    assert loss == 2.0 and gradient.tolist() == [[-0.5], [0.5]]


def test_losses_on_probabilities_of_ten_classes(ten: tuple[Tensor, Tensor]) -> None:
    logits, labels = ten
    p, onehot = logits.softmax(dim=1), F.one_hot(labels, 10).float()
    torch.testing.assert_close(
        value_and_gradient("digits mse", logits, labels)[0], ((p - onehot) ** 2).mean()
    )
    torch.testing.assert_close(value_and_gradient("digits mae", logits, labels)[0], (p - onehot).abs().mean())
    q = logits.double().sigmoid()
    expected = -(onehot * q.log() + (1 - onehot) * (1 - q).log()).mean()
    torch.testing.assert_close(value_and_gradient("digits bce", logits, labels)[0].double(), expected)


def test_many_labels() -> None:
    logits = torch.tensor([[5.0, -5.0, 0.0] + [-9.0] * 7])
    answers = torch.tensor([[1.0, 0.0, 1.0] + [0.0] * 7])
    _, gradient = value_and_gradient("digit-pairs bce", logits, answers)
    torch.testing.assert_close(gradient, (logits.sigmoid() - answers) / 10)
    targets = prepare_targets(answers, parse("digit-pairs ce"))
    torch.testing.assert_close(targets, answers / 2)  # probabilities that sum to 1
    experiment = parse("digit-pairs bce")
    assert predict(logits, experiment).tolist() == [[True] + [False] * 9]
    assert count_correct(logits, answers, experiment) == 0
    assert count_correct(logits, torch.tensor([[1.0] + [0.0] * 9]), experiment) == 1


def test_a_model_that_knows_nothing_pays_the_logarithm_of_the_classes() -> None:
    assert value_and_gradient("digits ce", torch.zeros(4, 10), torch.arange(4))[0] == pytest.approx(
        math.log(10)
    )
    assert value_and_gradient("moons ce", torch.zeros(2, 2), torch.arange(2))[0] == pytest.approx(math.log(2))
    assert value_and_gradient("moons bce", torch.zeros(2, 1), torch.arange(2))[0] == pytest.approx(
        math.log(2)
    )


def test_the_mistake_softmax_has_a_floor() -> None:
    sure = 100 * F.one_hot(torch.arange(10), 10).float()
    line = "digits ce mistake=softmax-before-ce"
    assert value_and_gradient(line, sure, torch.arange(10))[0] == pytest.approx(math.log(math.e + 9) - 1)
    assert value_and_gradient("digits ce", sure, torch.arange(10))[0] == pytest.approx(0)


def test_a_probability_over_one_half_is_a_yes() -> None:
    logits = torch.tensor([[-0.1], [0.1], [3.0]])
    experiment = parse("moons bce")
    assert predict(logits, experiment).tolist() == [0, 1, 1]
    torch.testing.assert_close(to_outputs(logits, experiment), logits.sigmoid())
    assert count_correct(logits, torch.tensor([0, 1, 0]), experiment) == 2


def test_what_outputs_mean() -> None:
    logits = torch.tensor([[1.0, 2.0]])
    assert torch.equal(to_outputs(logits, parse("sine")), logits)
    torch.testing.assert_close(to_outputs(logits, parse("moons ce")), logits.softmax(dim=1))
    assert predict(logits, parse("moons ce")).tolist() == [1]
