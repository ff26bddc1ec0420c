"""A sweep of learning rates: its experiments, where the valley lies, and what the words say of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from tutor.core.experiment import parse
from tutor.core.history import History
from tutor.core.sweep import Outcome, best, experiments_for, outcomes, rates_for, useful, words
from tutor.core.training import train_together


def swept(losses: Sequence[float], *more: Sequence[float], highest: float = 2.3) -> list[Outcome]:
    """Outcomes of rates 1, 2, 3 … that began at 2.3, with a loss a seed."""
    columns = zip(losses, *more, strict=True)
    return [
        Outcome(str(number), tuple(column), (0.5,) * len(column), 2.3, highest)
        for number, column in enumerate(columns, 1)
    ]


def test_every_rate_comes_with_every_seed() -> None:
    experiment = parse("digits mlp:128,64 ce sgd lr=0.1 steps=20 seed=4")
    lines = experiments_for(experiment, 3)
    assert [(line.lr, line.seed) for line in lines[:4]] == [(0.001, 4), (0.001, 5), (0.001, 6), (0.01, 4)]
    assert len(lines) == 3 * len(rates_for(experiment))
    assert rates_for(experiment.change("adamw")) != rates_for(experiment)
    for optimizer in ("sgd", "adam"):
        rates = [float(rate) for rate in rates_for(experiment.change(optimizer))]
        assert rates == sorted(rates)


@pytest.mark.parametrize(
    ("losses", "at", "stretch"),
    [
        ([2.3, 2.0, 1.0, 0.7, 1.2, 2.3], 3, range(2, 5)),
        ([0.5, 2.3, 0.6], 0, range(1)),  # a stretch has no holes
        ([2.3, math.inf, 1.0], 2, range(2, 3)),
        ([math.nan, math.nan], -1, range(0)),
    ],
)
def test_the_valley_lies_around_the_lowest_end(losses: list[float], at: int, stretch: range) -> None:
    found = swept(losses)
    assert best(found) == at
    assert useful(found) == stretch


def test_the_words_name_the_valley_and_both_sides() -> None:
    said = words(swept([2.29, 1.2, 0.7, 2.35], highest=39.0))
    assert "lr=3 ended lowest: loss 0.7, 50.0 % of the validation set right." in said
    assert "From 2 to 3 a run gained at least half as much" in said
    assert "At 1 the loss went from 2.3 to 2.29: too small" in said
    assert "At 4 it leapt to 39 and ended at 2.35: too large, and nothing was learned." in said
    assert "One seed" in said
    assert "no longer finite" in words(swept([2.2, 0.7, math.inf]))
    assert words(swept([math.inf, math.inf])) == "No rate gave a loss."


def test_the_words_tell_how_far_seeds_are_apart() -> None:
    said = words(swept([2.3, 0.7, 0.9], [2.3, 0.72, 2.3], [2.3, 0.71, 1.5]))
    assert "Over 3 seeds, 2 lies between 0.7 and 0.72; 3 between 0.9 and 2.3: there the seed decides." in said
    said = words(swept([2.3, 0.7, 0.9], [2.3, 0.72, 0.91]))
    assert "no rate's seeds are far apart" in said


def test_a_real_sweep_has_its_valley_between_two_walls(drawn_data: Path) -> None:
    experiment = parse("digits mlp:64 ce sgd lr=0.1 batch=64 steps=60 train=1000 scale=unit seed=1")
    lines = experiments_for(experiment, 1)
    runs = [History() for _ in lines]
    for event in train_together(lines, data_dir=drawn_data):
        runs[event.run].fold(event)
    found = outcomes(runs, rates_for(experiment))
    assert found[best(found)].rate in ("0.3", "1")
    assert abs(found[0].loss - math.log(10)) < 0.1 and found[-1].highest > 5
    assert found[best(found)].loss < 0.6 * found[0].loss
    assert math.isfinite(found[0].accuracy)
