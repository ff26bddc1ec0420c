"""Events as JSON: their names, and numbers that JSON does not know."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.core.events import (
    EpochDone,
    Evaluated,
    Event,
    Looked,
    RunFinished,
    RunStarted,
    StepDone,
    event_name,
    to_dict,
)

number = st.floats()
steps = st.builds(StepDone, st.integers(1), st.integers(1), number, number)
epochs = st.builds(EpochDone, st.integers(1), st.integers(1), number, number, number, number, number)
rows = st.lists(number, max_size=3).map(tuple)
evaluated = st.builds(
    Evaluated, st.just("val"), st.integers(0), st.integers(0), number, number, rows, st.just(((1, 0), (0, 1)))
)
looked = st.builds(Looked, st.integers(0), boundary=st.lists(rows, max_size=2).map(tuple), extent=rows)
finished = st.builds(
    RunFinished, st.just("done"), st.integers(0), *[number] * 7, cause=st.sampled_from(["", "why"])
)


@given(steps | epochs | evaluated | looked | finished)
def test_every_event_is_json_without_nan(event: Event) -> None:
    plain = to_dict(event)
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["event"] == event_name(event)


def test_the_names_in_json() -> None:
    started = RunStarted("digits", "cpu", 10, 1, 1, 1, ("0", "1"), 1, 1, {"torch": "2"})
    assert event_name(started) == "run_started"
    assert event_name(StepDone(1, 1, 0.5, 0.5)) == "step_done"
    assert event_name(EpochDone(1, 1, 0, 0, 0, 0, 0)) == "epoch_done"
    assert event_name(Evaluated("val", 1, 1, 0, 0, (), ())) == "evaluated"
    assert event_name(Looked(1)) == "looked"
    assert to_dict(started)["versions"] == {"torch": "2"}


def test_a_number_that_is_not_finite_becomes_null_with_a_cause() -> None:
    plain = to_dict(StepDone(3, 1, math.inf, math.nan))
    assert plain["loss"] is None and plain["accuracy"] is None
    assert plain["cause"] == "not finite or not measured: loss, accuracy"
    assert "cause" not in to_dict(StepDone(3, 1, 0.5, 1.0))


def test_a_cause_that_is_there_stays() -> None:
    end = RunFinished("diverged", 3, 0.1, 10.0, math.nan, 1, 1, 1, 1, cause="The loss was NaN.")
    assert to_dict(end)["cause"] == "The loss was NaN."


def test_events_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Looked(1).step = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        StepDone(1, 1, 0.0, 0.0).step = 2  # type: ignore[misc]
