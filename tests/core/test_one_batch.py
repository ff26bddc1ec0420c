"""Over-fitting one batch: which loops pass, which fail, and what the failed ones' losses equal."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tutor.core.control import Control
from tutor.core.experiment import parse
from tutor.core.history import History
from tutor.core.one_batch import ENOUGH, FAULTS, FAULTY, RIGHT, OneBatch, words

LINE = "digits mlp:128,64 ce sgd lr=0.1 batch=64 steps=500 scale=unit seed=1"


def outcome(fault: str, data: Path, line: str = LINE) -> list[History]:
    runs = [History() for _ in range(1 if fault == "none" else 2)]
    for event in OneBatch(fault)([parse(line)] * len(runs), data_dir=data):
        runs[event.run].fold(event)
    return runs


@pytest.mark.parametrize("fault", FAULTS)
def test_the_right_loop_passes_and_the_fault_shows_or_not(fault: str, drawn_data: Path) -> None:
    runs = outcome(fault, drawn_data)
    assert runs[RIGHT].train_loss.last < ENOUGH
    assert runs[RIGHT].finished and runs[RIGHT].finished.reason == "done"
    said = words(runs, fault, 64)
    assert f"passed, a loss under 0.01 at step {runs[RIGHT].step}" in said
    if fault == "none":
        assert "by heart" in said
        return
    loss = runs[FAULTY].train_loss
    assert FAULTS[fault] in said
    if fault in ("no zero_grad", "random labels"):
        assert loss.last < ENOUGH
        assert ("does not find" in said) == (fault == "no zero_grad")
    elif fault in ("another model's optimizer", "zero_grad before step"):
        assert loss.low == loss.high == loss.first == runs[RIGHT].train_loss.first
        assert f"exactly the first loss, {loss.first:.4f}" in said
    elif fault == "softmax before the loss":
        assert math.log(math.e + 9) - 1 <= loss.low < 2.3
    else:
        assert 0.1 < loss.last < 2.29
        assert "failed" in said


def test_a_missing_zero_grad_passes_sooner_on_every_seed(drawn_data: Path) -> None:
    for seed in (2, 3, 4):
        right, without = outcome("no zero_grad", drawn_data, LINE.replace("seed=1", f"seed={seed}"))
        assert without.train_loss.last < ENOUGH
        assert without.step < right.step / 2


def test_it_stops_when_it_is_told_to(drawn_data: Path) -> None:
    control, runs = Control(), [History()]
    for event in OneBatch()([parse(LINE)], data_dir=drawn_data, control=control):
        runs[0].fold(event)
        if runs[0].step == 3:
            control.stop()
    assert (runs[0].step, runs[0].finished and runs[0].finished.reason) == (3, "stopped")
    assert "stopped at step 3" in words(runs, "none", 64)


def test_a_loss_that_is_nan_ends_the_run(drawn_data: Path) -> None:
    line = "digits mlp:128,64:none ce sgd lr=10 batch=64 steps=200 seed=1"
    [run] = outcome("none", drawn_data, line)
    assert run.finished and run.finished.reason == "diverged"
    assert run.finished.cause == f"The loss was NaN at step {run.finished.steps}."
    assert run.finished.steps < 200
