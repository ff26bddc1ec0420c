"""evaluate() and look(): figures against a count by hand, and no trace left behind."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import nn

from tutor.core.evaluation import evaluate
from tutor.core.experiment import parse
from tutor.core.looking import extent, look
from tutor.core.losses import to_outputs
from tutor.core.setup import Setup, prepare


def prepared(line: str, data_dir: Path | None = None) -> Setup:
    return prepare(parse(line), data_dir)


def test_the_figures_are_those_of_a_count_by_hand(drawn_data: Path) -> None:
    setup = prepared("digits mlp:16", drawn_data)
    test = setup.data.test
    result = evaluate(setup.model, test, setup.criterion, setup.experiment, "test", step=7, run=1)
    with torch.no_grad():
        logits = setup.model(test.inputs)
    predicted = logits.argmax(dim=1)
    assert (result.split, result.step, result.run, result.samples) == ("test", 7, 1, 500)
    assert result.loss == pytest.approx(nn.functional.cross_entropy(logits, test.labels).item(), rel=1e-6)
    assert result.accuracy == (predicted == test.labels).sum().item() / 500
    for true in range(10):
        of_class = predicted[test.labels == true]
        assert list(result.confusion[true]) == of_class.bincount(minlength=10).tolist()
        assert result.per_class[true] == pytest.approx((of_class == true).float().mean().item())


def test_a_large_split_is_a_mean_over_samples_not_over_chunks() -> None:
    setup = prepared("sine mlp:8:tanh val=0")
    whole = setup.data.train
    double = type(whole)(
        *(torch.cat([part, part[:100] * 3]) for part in (whole.inputs, whole.labels, whole.targets))
    )
    result = evaluate(setup.model, double, setup.criterion, setup.experiment)  # chunks of 2000 and 100
    with torch.no_grad():
        expected = nn.functional.mse_loss(setup.model(double.inputs), double.targets)
    assert result.loss == pytest.approx(expected.item(), rel=1e-5)
    assert math.isnan(result.accuracy) and result.per_class == () and result.confusion == ()


def test_many_labels_count_as_right_when_all_are(drawn_data: Path) -> None:
    setup = prepared("digit-pairs linear", drawn_data)
    result = evaluate(setup.model, setup.data.test, setup.criterion, setup.experiment)
    with torch.no_grad():
        said = setup.model(setup.data.test.inputs) > 0
    right = (said == setup.data.test.labels.bool()).all(dim=1)
    assert result.accuracy == right.sum().item() / len(right)
    assert len(result.per_class) == 10 and result.confusion == ()


def test_a_class_without_samples_has_no_recall() -> None:
    setup = prepared("moons linear")
    test = setup.data.test
    ones = test.labels == 1
    only = type(test)(test.inputs[ones], test.labels[ones], test.targets[ones])
    result = evaluate(setup.model, only, setup.criterion, setup.experiment)
    assert math.isnan(result.per_class[0]) and not math.isnan(result.per_class[1])


def test_evaluating_changes_nothing() -> None:
    setup = prepared("moons mlp:16 norm=batch dropout=0.5")
    before = {name: tensor.clone() for name, tensor in setup.model.state_dict().items()}
    setup.model.train()
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    first, second = (
        evaluate(setup.model, setup.data.test, setup.criterion, setup.experiment) for _ in range(2)
    )
    assert first == second and first.saved_bytes == 0
    assert setup.model.training and torch.is_grad_enabled()
    assert torch.equal(torch.rand(2), expected)
    assert all(torch.equal(before[name], tensor) for name, tensor in setup.model.state_dict().items())
    assert all(parameter.grad is None for parameter in setup.model.parameters())


def test_a_boundary_is_the_probability_of_class_one_from_the_lowest_y() -> None:
    setup = prepared("moons mlp:16 dropout=0.5")
    setup.model.train()
    looked = look(setup.model, setup.data.train, setup.experiment, frozenset({"boundary"}), 3)
    x_low, x_high, y_low, y_high = looked.extent
    assert looked.extent == extent(setup.data.train)
    assert len(looked.boundary) == 40 and {len(row) for row in looked.boundary} == {64}
    setup.model.eval()
    corners = torch.tensor([[x_low, y_low], [x_high, y_low], [x_low, y_high], [x_high, y_high]])
    with torch.no_grad():
        expected = to_outputs(setup.model(corners), setup.experiment).squeeze(1).tolist()
    shown = [looked.boundary[row][column] for row in (0, -1) for column in (0, -1)]
    assert shown == pytest.approx(expected, abs=1e-5)
    x, y, label = looked.points[0]
    assert [x, y] == setup.data.train.inputs[0].tolist() and label == setup.data.train.labels[0]
    assert looked.weights == looked.fit == ()


def test_the_model_stays_in_its_mode_when_looked_at() -> None:
    setup = prepared("moons mlp:16 dropout=0.5")
    for training in (True, False):
        setup.model.train(training)
        look(setup.model, setup.data.train, setup.experiment, frozenset({"boundary"}), 0)
        assert setup.model.training is training and torch.is_grad_enabled()


@pytest.mark.parametrize(("model", "side"), [("mlp:16", 28), ("cnn", 3)])
def test_weights_are_the_first_rows_of_the_first_layer(model: str, side: int, drawn_data: Path) -> None:
    setup = prepared(f"digits {model} train=100 device=cpu", drawn_data)
    looked = look(setup.model, setup.data.train, setup.experiment, frozenset({"weights"}), 0)
    first = next(setup.model.parameters())
    assert len(looked.weights) == 12
    assert torch.equal(torch.tensor(looked.weights), first[:12].reshape(12, side, side))


def test_a_fit_is_the_curve() -> None:
    setup = prepared("sine mlp:16:tanh")
    looked = look(setup.model, setup.data.train, setup.experiment, frozenset({"fit"}), 0)
    x, y = torch.tensor(looked.fit).T
    with torch.no_grad():
        torch.testing.assert_close(setup.model(x.unsqueeze(1)).squeeze(1), y)
    assert len(x) == 80 and len(looked.points) == 240


def test_what_does_not_fit_the_data_is_left_out(drawn_data: Path) -> None:
    everything = frozenset({"boundary", "weights", "fit"})
    for line in ("moons mlp:8", "sine mlp:8", "digits mlp:8 train=100"):
        setup = prepared(line, drawn_data)
        looked = look(setup.model, setup.data.train, setup.experiment, everything, 0)
        assert sum(map(bool, (looked.boundary, looked.weights, looked.fit))) == 1
