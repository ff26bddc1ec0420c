"""The networks: sizes, shapes, starts."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from tutor.core.experiment import parse
from tutor.core.models import MLP, build_model, count_outputs, count_parameters
from tutor.core.words import ACTIVATIONS, DATASETS, TASK_LOSSES
from tutor.errors import ExperimentError


def build(line: str, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return build_model(parse(line))


def layers(model: nn.Module) -> list[nn.Linear]:
    return [module for module in model.modules() if isinstance(module, nn.Linear)]


def spread(layer: nn.Linear) -> float:
    return layer.weight.std().item()


SIZES = [
    ("digits mlp:128,64", 784 * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10),
    ("digits linear", 7850),
    ("digits cnn", 16 * 9 + 16 + 32 * 16 * 9 + 32 + 32 * 49 * 10 + 10),
    ("moons mlp:16", 2 * 16 + 16 + 17),
    ("sine mlp:32:tanh", 32 + 32 + 33),
    ("digit-pairs linear", 28 * 56 * 10 + 10),
    ("digits mlp:8 norm=batch", 784 * 8 + 8 + 16 + 90),
]


@pytest.mark.parametrize(("line", "parameters"), SIZES)
def test_the_number_of_parameters(line: str, parameters: int) -> None:
    assert count_parameters(build(line)) == parameters


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_model_gives_a_row_of_outputs_per_sample(dataset: str) -> None:
    about = DATASETS[dataset]
    models = ["linear", "mlp:8", "mlp:8 norm=layer dropout=0.5", *(["cnn"] if len(about.shape) == 3 else [])]
    for model in models:
        for loss in TASK_LOSSES[about.task]:
            experiment = parse(f"{dataset} {model} {loss}")
            logits = build_model(experiment)(torch.randn(5, *about.shape))
            assert logits.shape == (5, count_outputs(experiment))


def test_outputs_fit_the_task_and_the_loss() -> None:
    assert count_outputs(parse("digits")) == 10
    assert count_outputs(parse("moons bce")) == 1
    assert count_outputs(parse("moons ce")) == 2
    assert count_outputs(parse("sine")) == 1


def test_a_model_without_hidden_widths_is_linear() -> None:
    model = build("moons linear")
    one, other = torch.randn(4, 2), torch.randn(4, 2)
    torch.testing.assert_close(model(one + other) + model(0 * one), model(one) + model(other))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_mlp_is_the_formula(activation: str) -> None:
    model = build(f"moons mlp:4:{activation}")
    first, last = layers(model)
    functions = {
        "relu": torch.relu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "gelu": lambda z: z * 0.5 * (1 + torch.erf(z / 2**0.5)),
        "leaky-relu": lambda z: torch.where(z > 0, z, 0.01 * z),
        "none": lambda z: z,
    }
    x = torch.randn(6, 2)
    expected = functions[activation](x @ first.weight.T + first.bias) @ last.weight.T + last.bias
    torch.testing.assert_close(model(x), expected)


def test_the_seed_decides_the_weights() -> None:
    one, same, other = (build("digits mlp:8", seed) for seed in (3, 3, 4))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), same.parameters(), strict=True))
    assert not torch.equal(layers(one)[0].weight, layers(other)[0].weight)


def test_the_default_start_is_pytorch_s() -> None:
    model = build("digits mlp:128,64", seed=5)
    torch.manual_seed(5)
    plain = [nn.Linear(784, 128), nn.Linear(128, 64), nn.Linear(64, 10)]
    for ours, theirs in zip(layers(model), plain, strict=True):
        assert torch.equal(ours.weight, theirs.weight) and torch.equal(ours.bias, theirs.bias)


def test_starts_by_name() -> None:
    assert all(not layer.weight.any() and not layer.bias.any() for layer in layers(build("digits init=zero")))
    assert spread(layers(build("digits init=small"))[0]) == pytest.approx(0.01, rel=0.02)
    assert spread(layers(build("digits init=large"))[0]) == pytest.approx(1.0, rel=0.02)
    assert spread(layers(build("digits init=kaiming"))[0]) == pytest.approx((2 / 784) ** 0.5, rel=0.02)
    bound = (6 / (784 + 128)) ** 0.5
    assert layers(build("digits init=xavier"))[0].weight.abs().max().item() == pytest.approx(bound, rel=0.01)
    assert layers(build("blobs linear init=wrong"))[0].weight.tolist() == [[-3.0, -3.0]]
    assert layers(build("blobs linear init=wrong"))[0].bias.tolist() == [0.0]


def test_the_wrong_start_is_for_a_linear_model() -> None:
    with pytest.raises(ExperimentError, match="init=wrong"):
        build("blobs mlp:8 init=wrong")


def test_dropout_and_norm_are_where_they_belong() -> None:
    model = build("digits mlp:8,4 norm=batch dropout=0.25")
    assert isinstance(model, MLP)
    kinds = [type(module).__name__ for module in model.hidden]
    assert kinds == ["Linear", "BatchNorm1d", "ReLU", "Dropout"] * 2
