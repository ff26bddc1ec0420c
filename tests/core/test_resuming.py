"""The same run whole, and stopped and resumed: equal to the last bit, or parted from a step that the words name."""

from __future__ import annotations

import pytest

from tutor.core.control import Control
from tutor.core.events import RunFinished, RunStarted, StepDone
from tutor.core.experiment import parse
from tutor.core.resuming import RESUMED, WHOLE, StopAndResume

LINE = parse(
    "moons mlp:8 bce adam lr=0.01 batch=400 steps=24 norm=batch dropout=0.2 seed=1"
)  # 5 batches an epoch


@pytest.mark.parametrize("left_out", ["", "optimizer", "rng", "generator", "buffers"])
def test_what_was_left_out_shows_where_it_must(left_out: str) -> None:
    both = StopAndResume(13, left_out)
    events = list(both([LINE, LINE]))
    for run in (WHOLE, RESUMED):
        mine = [event for event in events if event.run == run]
        assert isinstance(mine[0], RunStarted) and isinstance(mine[-1], RunFinished)
        assert [event.step for event in mine if isinstance(event, StepDone)] == list(range(1, 25))
    first = {"": 0, "optimizer": 15, "rng": 14, "generator": 14, "buffers": 0}[left_out]
    assert both.first_difference() == first
    assert bool(both.first_difference("val")) == bool(left_out)
    assert both.place and (both.place.step, both.place.epoch, both.place.batch) == (13, 3, 3)
    said = both.words(5)
    assert "Stopped after step 13, in epoch 3, 3 of 5 batches done" in said and both.size > 1000
    if not left_out:
        assert "All 11 losses after it are the same as without the stop, to the last bit." in said
    elif left_out == "buffers":
        assert "All 11 train losses after it are the same, and yet the validation loss" in said
    else:
        one, other = both.train[RESUMED][first], both.train[WHOLE][first]
        assert f"part at step {first}: {one:.4g} instead of {other:.4g}." in said


def test_a_run_that_is_stopped_by_hand_before_says_so() -> None:
    control, both = Control(), StopAndResume(13)
    for event in both([LINE, LINE], control=control):
        if isinstance(event, StepDone) and event.step == 2:
            control.stop()
    assert both.words(5) == "The run ended before it could be stopped."
