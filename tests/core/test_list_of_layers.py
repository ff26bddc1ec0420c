"""The mistake list-of-layers: the same network, and an optimizer that sees its head only."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tutor.core.experiment import Experiment, parse
from tutor.core.history import History
from tutor.core.models import ListedMLP, build_model, count_parameters, first_layer
from tutor.core.summary import summarise
from tutor.core.training import Kept, train_together
from tutor.errors import ExperimentError

LINE = "moons mlp:16,8 bce sgd lr=0.5 batch=64 steps=40 seed=3"


def both(line: str = LINE) -> list[Experiment]:
    right = parse(line)
    return [right, right.change("mistake=list-of-layers")]


def built(experiment: Experiment) -> torch.nn.Module:
    torch.manual_seed(experiment.seed)
    return build_model(experiment)


def test_it_computes_the_same_and_registers_the_head_only() -> None:
    right, listed = (built(experiment) for experiment in both())
    inputs = torch.randn(5, 2)
    assert isinstance(listed, ListedMLP)
    assert torch.equal(right(inputs), listed(inputs))
    assert count_parameters(right) == 2 * 16 + 16 + 16 * 8 + 8 + 9
    assert count_parameters(listed) == 9
    assert list(listed.state_dict()) == ["head.weight", "head.bias"]


def test_its_hidden_weights_move_exactly_nothing() -> None:
    kept = [Kept(), Kept()]
    histories = [History(), History()]
    for event in train_together(both(), keep=kept):
        histories[event.run].fold(event)
    for keep, experiment, moves in zip(kept, both(), (True, False), strict=True):
        assert keep.model is not None
        start, end = first_layer(built(experiment)), first_layer(keep.model)
        assert torch.equal(start.weight, end.weight) is not moves
    sentence = summarise(histories, ["ModuleList", "list"])
    assert "ModuleList: the optimizer saw 193 parameters" in sentence
    assert "list: the optimizer saw 9 parameters" in sentence


def test_a_picture_of_the_first_layer_shows_what_is_not_registered(drawn_data: Path) -> None:
    pictures = []
    lines = both("digits mlp:8 ce adam steps=2 seed=1")
    for event in train_together(lines, data_dir=drawn_data, watch=frozenset({"weights"})):
        if hasattr(event, "weights") and event.run == 1:
            pictures.append(event.weights)
    assert len(pictures) == 2 and pictures[0] == pictures[1]
    assert (len(pictures[0]), len(pictures[0][0]), len(pictures[0][0][0])) == (8, 28, 28)


@pytest.mark.parametrize("model", ["linear", "cnn"])
def test_it_needs_hidden_layers(model: str) -> None:
    with pytest.raises(ExperimentError, match="needs hidden layers to put in a list"):
        parse(f"digits {model} mistake=list-of-layers")
