"""The blueprint: names and shapes against the model itself, and the code it writes against the weights of a run."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tutor.core.blueprint import draw_up, forward_shapes
from tutor.core.experiment import Experiment, parse
from tutor.core.model_code import sequential_code, subclass_code
from tutor.core.models import MLP, build_model, count_outputs, count_parameters
from tutor.core.words import ACTIVATIONS, INITS, NORMS
from tutor.errors import ExperimentError

MODELS = ["linear", "mlp:7", "mlp:128,64", "mlp:9,8,7,6"]
LINES = [
    f"digits {model} ce adam norm={norm} dropout={dropout} init=default seed=3"
    for model, norm, dropout in product(MODELS, NORMS, ("0", "0.2"))
]
LINES += [f"digits mlp:12,8:{activation} init=kaiming seed=4" for activation in ACTIVATIONS]
LINES += [f"digits mlp:12,8 norm=batch dropout=0.5 init={init} seed=5" for init in INITS if init != "wrong"]
LINES += ["blobs linear init=wrong", "moons mlp:16,4:tanh seed=9", "sine mlp:8", "digit-pairs mlp:16 bce"]


def run_code(code: str) -> nn.Module:
    """The `model` that a piece of code leaves behind."""
    names: dict[str, Any] = {}
    exec(code, names)
    model = names["model"]
    assert isinstance(model, nn.Module)
    return model


def built(experiment: Experiment) -> nn.Module:
    torch.manual_seed(experiment.seed)
    return build_model(experiment)


def trained_on(model: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    """Logits in train mode, with dropout from a seed of its own; BatchNorm keeps what it saw."""
    torch.manual_seed(0)
    logits = model.train()(inputs)
    assert isinstance(logits, torch.Tensor)
    return logits


@pytest.mark.parametrize("line", LINES)
def test_both_codes_are_the_model_of_a_run_number_by_number(line: str) -> None:
    experiment = parse(line)
    outputs, own = count_outputs(experiment), built(experiment)
    models = [
        run_code(sequential_code(experiment, outputs)),
        run_code(subclass_code(experiment, outputs)),
    ]
    inputs = torch.randn(6, *experiment.about.shape)
    logits = trained_on(own, inputs)
    for model in models:
        assert count_parameters(model) == count_parameters(own)
        pairs = list(zip(model.parameters(), own.parameters(), strict=True))
        assert all(torch.equal(one, other) for one, other in pairs)
        assert torch.equal(trained_on(model, inputs), logits)
        assert torch.equal(model.eval()(inputs), own.eval()(inputs))


def test_the_code_of_a_class_says_each_shape() -> None:
    code = subclass_code(parse("digits mlp:128,64 norm=batch dropout=0.2 seed=7"), 10)
    lines = [" ".join(line.split()) for line in code.splitlines()]
    assert "x = inputs.flatten(1) # (N, 784)" in lines
    assert "x = self.norm1(self.hidden1(x)) # (N, 128)" in lines
    assert "x = self.dropout(torch.relu(x)) # (N, 64)" in lines
    assert "torch.manual_seed(7)\nmodel = Network()" in code
    assert max(map(len, code.splitlines())) < 76


def test_the_tree_and_the_shapes_come_from_the_model_and_a_real_batch(drawn_data: Path) -> None:
    plan = draw_up(parse("digits mlp:128,64 dropout=0.2 seed=1"), drawn_data)
    rows = [(layer.name, layer.kind, layer.shape, layer.parameters) for layer in plan.layers]
    assert plan.inputs == (64, 1, 28, 28) and plan.outputs == (64, 10)
    assert rows == [
        ("", "MLP", (64, 10), 109_386),
        ("flatten", "Flatten", (64, 784), 0),
        ("hidden", "Sequential", (64, 64), 108_736),
        ("hidden.0", "Linear(784, 128)", (64, 128), 100_480),
        ("hidden.1", "ReLU", (64, 128), 0),
        ("hidden.2", "Dropout(0.2)", (64, 128), 0),
        ("hidden.3", "Linear(128, 64)", (64, 64), 8_256),
        ("hidden.4", "ReLU", (64, 64), 0),
        ("hidden.5", "Dropout(0.2)", (64, 64), 0),
        ("head", "Linear(64, 10)", (64, 10), 650),
    ]
    assert (plan.parameters, plan.bytes, plan.buffers) == (109_386, 437_544, 0)


def test_the_buffers_of_batch_norm_are_counted_apart() -> None:
    plan = draw_up(parse("moons mlp:8 norm=batch"))
    assert plan.parameters == 2 * 8 + 8 + 8 + 8 + 9
    assert plan.buffers == 8 + 8 + 1
    assert [layer.kind for layer in plan.layers if layer.leaf] == [
        "Flatten",
        "Linear(2, 8)",
        "BatchNorm1d(8)",
        "ReLU",
        "Linear(8, 1)",
    ]


def test_nothing_is_left_behind() -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    draw_up(parse("moons mlp:8 dropout=0.5"))
    assert torch.equal(torch.get_rng_state(), before)
    model = MLP(2, [4], 1, dropout=0.5)
    assert forward_shapes(model, torch.randn(3, 2))["hidden.0"] == (3, 4)
    assert model.training and not any(module._forward_hooks for module in model.modules())


def test_what_cannot_be_built_says_so() -> None:
    with pytest.raises(ExperimentError, match="init=wrong sets the weights of a linear model"):
        draw_up(parse("moons mlp:8 init=wrong"))
