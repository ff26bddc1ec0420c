"""The five mistakes, measured: each does what the lessons say, over three seeds."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from recording import end_of, losses_of, only, run
from torch import Tensor

from tutor.core.evaluation import evaluate
from tutor.core.events import Evaluated
from tutor.core.experiment import parse
from tutor.core.setup import Setup, prepare
from tutor.core.training import Kept, train

SEEDS = (1, 2, 3)
SGD = "digits mlp:128,64 ce sgd lr=0.1 scale=unit steps=300"
FLOOR = math.log(math.e + 9) - 1  # 1.461


def trained(line: str, data_dir: Path) -> Setup:
    kept = Kept()
    assert list(train(parse(line), data_dir=data_dir, keep=kept))[-1].reason == "done"
    assert kept.setup is not None
    return kept.setup


def norm(tensors: list[Tensor]) -> float:
    return torch.cat([tensor.detach().flatten() for tensor in tensors]).norm().item()


def first_gradient(line: str, data_dir: Path) -> float:
    setup = prepare(parse(line), data_dir)
    inputs, targets, _ = next(iter(setup.train_loader))
    setup.criterion(setup.model(inputs), targets).backward()
    return norm([parameter.grad for parameter in setup.model.parameters()])


@pytest.mark.parametrize("seed", SEEDS)
def test_softmax_before_cross_entropy(seed: int, drawn_data: Path) -> None:
    line = f"{SGD} seed={seed}"
    right, wrong = run(line, drawn_data), run(f"{line} mistake=softmax-before-ce", drawn_data)
    ratio = first_gradient(line, drawn_data) / first_gradient(f"{line} mistake=softmax-before-ce", drawn_data)
    assert 8.5 < ratio < 11.5  # a tenth of the gradient
    assert min(losses_of(wrong)) > FLOOR
    assert end_of(right).test_accuracy > end_of(wrong).test_accuracy + 0.2


def test_softmax_before_cross_entropy_under_adam_has_only_the_floor(drawn_data: Path) -> None:
    line = "digits mlp:128,64 ce adam steps=300"
    right, wrong = run(line, drawn_data), run(f"{line} mistake=softmax-before-ce", drawn_data)
    assert FLOOR < losses_of(wrong)[-1] < 1.7
    assert end_of(right).test_accuracy - end_of(wrong).test_accuracy < 0.2


@pytest.mark.parametrize("seed", SEEDS)
def test_no_zero_grad(seed: int, drawn_data: Path) -> None:
    line = f"{SGD} seed={seed}"
    right, wrong = trained(line, drawn_data), trained(f"{line} mistake=no-zero-grad", drawn_data)
    assert norm(list(wrong.model.parameters())) > 30 * norm(list(right.model.parameters()))
    accuracies = [
        evaluate(one.model, one.data.test, one.criterion, one.experiment).accuracy for one in (right, wrong)
    ]
    assert accuracies[0] > 0.6 and accuracies[1] < 0.2


def test_no_zero_grad_first_looks_better(drawn_data: Path) -> None:
    line = "digits mlp:128,64 ce sgd lr=0.01 scale=unit steps=100"
    right, wrong = (end_of(run(f"{line}{more}", drawn_data)) for more in ("", " mistake=no-zero-grad"))
    assert wrong.train_loss < right.train_loss


def test_the_gradient_without_zero_grad_is_the_sum_of_all(drawn_data: Path) -> None:
    line = "digits mlp:128,64 ce sgd lr=0 steps=3"  # no step moves a weight
    wrong, by_hand = trained(f"{line} mistake=no-zero-grad", drawn_data), prepare(parse(line), drawn_data)
    for _, (inputs, targets, _) in zip(range(3), by_hand.train_loader, strict=False):
        by_hand.criterion(by_hand.model(inputs), targets).backward()
    for ours, theirs in zip(wrong.model.parameters(), by_hand.model.parameters(), strict=True):
        assert torch.equal(ours.grad, theirs.grad)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_wrong_mode_draws_dropout_in_the_evaluation(seed: int, drawn_data: Path) -> None:
    line = f"digits mlp:128,64 ce adam steps=300 dropout=0.5 seed={seed}"
    right, wrong = (end_of(run(f"{line}{more}", drawn_data)) for more in ("", " mistake=wrong-mode"))
    assert right.test_accuracy > wrong.test_accuracy + 0.04


def test_the_wrong_mode_reads_a_sorted_test_set_badly_and_spoils_the_statistics(drawn_data: Path) -> None:
    setup = trained("digits mlp:128,64 ce adam epochs=8 norm=batch", drawn_data)
    test, wrong = setup.data.test, setup.experiment.change("mistake=wrong-mode")
    order = test.labels.argsort(stable=True)
    right = evaluate(setup.model, test, setup.criterion, setup.experiment).accuracy
    counted = {name: buffer.clone() for name, buffer in setup.model.named_buffers()}
    scores = []
    for chunk in order.split(50):  # one class at a time
        part = type(test)(test.inputs[chunk], test.labels[chunk], test.targets[chunk])
        scores.append(evaluate(setup.model, part, setup.criterion, wrong).accuracy * len(chunk))
    assert right > 0.7 and sum(scores) / len(test) < 0.4
    moved = {name: buffer for name, buffer in setup.model.named_buffers() if "num_batches" in name}
    assert len(moved) == 2
    assert all(buffer == counted[name] + 10 for name, buffer in moved.items())


def test_the_wrong_mode_is_not_the_same_twice(drawn_data: Path) -> None:
    setup = trained("digits mlp:64 ce adam steps=50 dropout=0.5 mistake=wrong-mode", drawn_data)
    first, second = (
        evaluate(setup.model, setup.data.test, setup.criterion, setup.experiment).loss for _ in range(2)
    )
    assert first != second


def test_no_no_grad_keeps_the_activations(drawn_data: Path) -> None:
    line = "digits mlp:128,64 ce adam steps=2"
    right = only(run(line, drawn_data), Evaluated)[-1]
    wrong = only(run(f"{line} mistake=no-no-grad", drawn_data), Evaluated)[-1]
    assert right.saved_bytes == 0
    least = 4 * 500 * (128 + 64)  # float32, samples, hidden units
    assert least <= wrong.saved_bytes < 1.5 * least
    assert (right.loss, right.accuracy) == (wrong.loss, wrong.accuracy)


@pytest.mark.parametrize("model", ["linear", "mlp:128,64"])
def test_the_wrong_device_ends_the_run_in_torch_s_words(model: str, drawn_data: Path) -> None:
    events = run(f"digits {model} ce adam mistake=wrong-device device=cpu", drawn_data)
    end = end_of(events)
    assert end.reason == "failed" and end.steps == 0 and losses_of(events) == []
    assert "RuntimeError" in end.cause and "meta" in end.cause and "cpu" in end.cause


def test_a_forgotten_shuffle_fails_the_test(drawn_data: Path) -> None:
    for seed in SEEDS:
        line = f"digits mlp:128,64 ce sgd lr=0.1 epochs=5 seed={seed}"
        right, wrong = (end_of(run(f"{line}{more}", drawn_data)) for more in ("", " order=sorted"))
        assert right.test_accuracy > 0.6 and wrong.test_accuracy < 0.3


def test_evaluating_in_the_wrong_mode_leaves_the_training_as_it_is() -> None:
    line = "moons mlp:16 bce adam dropout=0.5 epochs=3"
    right, wrong = run(line), run(f"{line} mistake=wrong-mode")
    assert losses_of(right) == losses_of(wrong)
    assert end_of(right).val_loss != end_of(wrong).val_loss
