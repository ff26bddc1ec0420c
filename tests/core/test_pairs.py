"""Paired runs: in turn, step by step, each exactly as it would be alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from recording import end_of, losses_of, only

from tutor.core.control import Control
from tutor.core.events import RunFinished, RunStarted, StepDone
from tutor.core.experiment import Experiment, parse
from tutor.core.training import Kept, train, train_together

PAIRS = [
    ("blobs linear bce sgd lr=0.1 batch=0 epochs=30 init=wrong seed=1", "mse"),
    ("moons mlp:16 bce adam batch=100 epochs=2 dropout=0.5 seed=2", "optimizer"),
    ("moons mlp:16 bce adam batch=100 epochs=2 norm=batch dropout=0.3 seed=3", "dropout=0.6"),
]


def pair(line: str, change: str) -> list[Experiment]:
    one = parse(line)
    return [one, one.change("sgd lr=0.1" if change == "optimizer" else change)]


@pytest.mark.parametrize(("line", "change"), PAIRS)
def test_each_run_has_the_losses_that_it_has_alone(line: str, change: str) -> None:
    experiments = pair(line, change)
    together = list(train_together(experiments))
    for number, experiment in enumerate(experiments):
        alone = list(train(experiment))
        assert losses_of(together, number) == losses_of(alone)
        assert end_of(together, number).test_loss == end_of(alone).test_loss
    assert losses_of(together, 0) != losses_of(together, 1)


def test_the_same_experiment_twice_is_the_same_run() -> None:
    experiments = [parse("moons mlp:16 bce adam batch=50 epochs=2 dropout=0.5")] * 2
    events = list(train_together(experiments))
    assert losses_of(events, 0) == losses_of(events, 1)


def test_both_start_from_the_same_weights_and_see_the_same_batches() -> None:
    kept = [Kept(), Kept()]
    events = train_together(pair("moons mlp:16 bce adam batch=100 seed=4", "mse"), keep=kept)
    assert isinstance(next(events), RunStarted)
    first = [parameter.clone() for parameter in kept[0].setup.model.parameters()]
    while kept[1].setup is None:
        next(events)
    second = list(kept[1].setup.model.parameters())
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    one, other = (setup.setup.train_loader for setup in kept)
    for loader in (one, other):
        loader.generator.manual_seed(4)
    assert torch.equal(one.indices(), other.indices())


def test_the_runs_take_turns_step_by_step() -> None:
    events = list(train_together(pair("moons mlp:16 batch=300 epochs=2", "lr=0.5")))
    steps = [(event.step, event.run) for event in events if isinstance(event, StepDone)]
    assert steps == [(step, run) for step in range(1, 13) for run in (0, 1)]
    assert [event.run for event in events if isinstance(event, RunStarted)] == [0, 1]
    assert [event.run for event in events if isinstance(event, RunFinished)] == [0, 1]


def test_one_that_diverges_does_not_end_the_other() -> None:
    events = list(train_together(pair("sine linear mse sgd lr=0.01 batch=64 epochs=20", "lr=10")))
    assert end_of(events, 1).reason == "diverged"
    assert end_of(events, 0).reason == "done"
    assert end_of(events, 0).steps > end_of(events, 1).steps
    assert losses_of(events, 0) == losses_of(train(parse("sine linear mse sgd lr=0.01 batch=64 epochs=20")))


def test_one_that_fails_does_not_end_the_other() -> None:
    events = list(train_together(pair("moons mlp:8 batch=1 steps=5", "norm=batch")))
    assert [end_of(events, run).reason for run in (0, 1)] == ["done", "failed"]


def test_a_stop_ends_both() -> None:
    control, seen = Control(), []
    for event in train_together(pair("moons mlp:8 steps=1000000", "mse"), control=control):
        seen.append(event)
        if isinstance(event, StepDone) and event.step == 5:
            control.stop()
    assert [end_of(seen, run).reason for run in (0, 1)] == ["stopped", "stopped"]


def test_closing_ends_both() -> None:
    kept = [Kept(), Kept()]
    events = train_together(pair("moons mlp:8 steps=1000000", "mse"), keep=kept)
    for event in events:
        if isinstance(event, StepDone) and event.run == 1:
            break
    events.close()  # type: ignore[attr-defined]
    assert list(events) == []


def test_three_runs(drawn_data: Path) -> None:
    one = parse("digits mlp:8 ce sgd train=300 steps=4")
    events = list(train_together([one, one.change("lr=1"), one.change("adam lr=0.01")], data_dir=drawn_data))
    assert [len(only(events, StepDone, run)) for run in range(3)] == [4, 4, 4]
