"""Bounded series: spikes survive, memory does not grow, what is not finite keeps its place."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.core.events import EpochDone, Evaluated, Looked, RunFinished, RunStarted, StepDone
from tutor.core.history import History, Series

finite = st.floats(allow_nan=False, allow_infinity=False, width=32)


def filled(values: list[float], capacity: int = 8) -> Series:
    series = Series(capacity)
    for x, y in enumerate(values):
        series.append(x, y)
    return series


@given(st.lists(finite, min_size=1, max_size=400))
def test_the_extremes_are_those_of_the_whole(values: list[float]) -> None:
    series = filled(values)
    xs, ys = series.points()
    assert len(xs) == len(ys) <= 2 * 8
    assert min(ys) == min(values) and max(ys) == max(values)
    assert all(values[int(x)] == y for x, y in zip(xs, ys, strict=True))  # every point is a true one
    assert xs == sorted(xs)
    assert len(series) == len(values)
    assert series.first == values[0] and series.last == values[-1]


@given(st.lists(finite | st.just(math.nan) | st.just(math.inf), max_size=200))
def test_what_is_not_finite_is_a_place_not_a_point(values: list[float]) -> None:
    series = filled(values)
    lost = [x for x, y in enumerate(values) if not math.isfinite(y)]
    assert series.lost == lost[:3]
    assert all(math.isfinite(y) for y in series.points()[1])
    assert len(series) == len(values) - len(lost)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=300))
def test_the_smooth_curve_stays_inside(values: list[float]) -> None:
    xs, ys = filled(values).points(smooth=True)
    assert len(xs) == len(ys) <= 8 and xs == sorted(xs)
    assert all(min(values) * 0.999 <= y <= max(values) * 1.001 for y in ys)


def test_a_spike_in_a_million_steps_survives_in_little_memory() -> None:
    series = Series()
    for x in range(100_000):
        series.append(x, 13.0 if x == 31_415 else 0.5)
    xs, ys = series.points()
    assert len(xs) <= 2 * 64
    assert xs[ys.index(13.0)] == 31_415
    smooth = series.points(smooth=True)[1]
    assert max(smooth) < 1


def test_few_points_are_kept_as_they_are() -> None:
    series = filled([3.0, 1.0, 2.0])
    assert series.points() == ([0, 1, 2], [3.0, 1.0, 2.0])


def test_an_empty_series() -> None:
    series = Series()
    assert series.points() == ([], []) and series.points(smooth=True) == ([], [])
    assert math.isnan(series.last) and len(series) == 0


def test_a_history_folds_a_run() -> None:
    history = History()
    started = RunStarted("moons", "cpu", 3, 10, 2, 5, ("0", "1"), 1, 2, {})
    looked = Looked(2)
    end = RunFinished("done", 2, 0.1, 20.0, 0.5, 0.4, 0.9, 0.4, 0.9)
    events = [
        started,
        StepDone(1, 1, 0.7, 0.5),
        StepDone(2, 1, math.nan, math.nan),
        Evaluated("val", 2, 2, 0.4, 0.9, (), ()),
        looked,
        EpochDone(2, 1, 0.6, 0.75, 0.4, 0.9, 0.1),
        Evaluated("test", 2, 5, 0.3, 0.8, (), ()),
        end,
    ]
    for event in events:
        history.fold(event)
    assert history.started is started and history.finished is end and history.looked is looked
    assert (history.step, history.epoch) == (2, 1)
    assert history.train_loss.points() == ([1], [0.7]) and history.train_loss.lost == [2]
    assert history.train_accuracy.points() == ([1], [0.5])
    assert history.val_loss.points() == ([2], [0.4])
    assert history.evaluated["test"].accuracy == 0.8
    assert [epoch.train_loss for epoch in history.epochs] == [0.6]


def test_regression_has_no_accuracy() -> None:
    history = History()
    history.fold(StepDone(1, 1, 0.7, math.nan))
    history.fold(Evaluated("val", 1, 2, 0.4, math.nan, (), ()))
    assert len(history.train_accuracy) == len(history.val_accuracy) == 0
    assert history.val_loss.last == pytest.approx(0.4)


def test_a_validation_is_compared_with_the_last_on_as_many_samples() -> None:
    run = History()
    for step, samples, loss in [(1, 300, 2.0), (2, 6000, 2.1), (3, 300, 2.0), (4, 6000, 2.1)]:
        run.fold(Evaluated("val", step, samples, loss, 0.1, (), ()))
    assert not run.val_moved and run.val_stood == 2
    run.fold(Evaluated("val", 5, 300, 1.9, 0.1, (), ()))
    assert run.val_moved and run.val_stood == 2
