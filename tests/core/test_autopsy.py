"""Real runs with a planted fault, and what their curves give away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor import paths
from tutor.core.autopsy import autopsy
from tutor.core.experiment import parse
from tutor.core.history import History
from tutor.core.training import train
from tutor.learning.lessons import load_course

COURSE = load_course(paths.lessons_dir())

FAULTY = {
    "digits mistake=wrong-device": "two devices",
    "digits sgd lr=0.1 epochs=8 mistake=list-of-layers": "parameters that nobody trains",
    "sine linear mse sgd lr=100 epochs=20": "loss not finite",
    "digits sgd lr=0 epochs=4": "no change at all",
    "digits sgd lr=0.1 scale=unit epochs=10 mistake=no-zero-grad": "rose, then collapsed",
    "digits sgd lr=0.1 epochs=10 mistake=softmax-before-ce": "a floor under the loss",
    "digits adam epochs=4 mistake=softmax-before-ce": "a floor under the loss",
    "digits sgd lr=0.01 scale=raw epochs=2": "a first loss far over ln C",
    "digits sgd lr=10 scale=unit epochs=3": "a leap, then guessing",
    "digits sgd lr=0.1 steps=300 scale=unit mistake=no-zero-grad": "rose, then collapsed",
    "digits sgd lr=0.1 init=zero epochs=4": "a plateau at ln C",
    "digits sgd lr=1e-5 epochs=4": "a plateau at ln C",
    "digits sgd lr=0.1 order=sorted epochs=1 batch=4": "perfect in training, lost in the test",
    "digits adam train=200 epochs=60": "over-fitting",
    "digits sgd lr=0.1 epochs=10 mistake=val-transposed": "a gap from the first look",
    "digits sgd lr=0.1 scale=unit steps=400 mistake=val-transposed": "a gap from the first look",
    "digits sgd lr=0.1 scale=unit steps=400 mistake=val-unscaled": "right answers at a huge loss",
    "digits sgd lr=0.1 scale=unit steps=400 mistake=other-optimizer": "no change at all",
    "digits sgd lr=0.1 scale=unit epochs=3 order=sorted batch=16": "perfect in training, lost in the test",
    "digits sgd lr=0.1 scale=unit steps=400 noise=1": "a plateau at ln C",
    "digits mlp:128,64:leaky-relu sgd lr=2 scale=unit steps=400": "loss not finite",
}
HEALTHY = [
    "digits mlp:32,16 adam epochs=4 norm=batch",
    "digits adam epochs=3",
    "digits sgd lr=0.1 scale=unit steps=400 train=800 batch=8 val=0.3",  # quick and whole validations take turns
    "digits sgd lr=0.1 scale=unit steps=400",
    "digits sgd lr=0.1 scale=unit steps=400 dropout=0.5",
    "digits sgd lr=0.1 epochs=6",
    "digits adam dropout=0.5 epochs=4",
    "moons mlp:16 bce adam",
    "blobs linear bce sgd lr=0.1",
    "circles mlp:16 mse adam lr=0.01",
    "sine",
]


def found(line: str, data_dir: Path, seed: int) -> str:
    experiment = parse(f"{line} seed={seed}")
    run = History()
    for event in train(experiment, data_dir=data_dir):
        run.fold(event)
    finding = autopsy(run, experiment)
    if finding is None:
        return ""
    lesson, _, step = finding.step.partition("/")
    assert COURSE.lesson(lesson).step(step).id == step
    assert finding.says.endswith((".", ")."))
    return finding.name


@pytest.mark.parametrize("line", FAULTY)
def test_a_planted_fault_is_named(line: str, drawn_data: Path) -> None:
    assert [found(line, drawn_data, seed) for seed in (1, 2)] == [FAULTY[line]] * 2


@pytest.mark.parametrize("line", HEALTHY)
def test_a_healthy_run_is_left_in_peace(line: str, drawn_data: Path) -> None:
    assert [found(line, drawn_data, seed) for seed in (1, 2)] == ["", ""]
