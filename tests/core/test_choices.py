"""Choose the loss: in every task the fitting choice beats each tempting one, by the figures that its words give."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.core.choices import TASKS, Choice, Endings, Result, Task, result
from tutor.core.control import Control
from tutor.core.events import StepDone
from tutor.core.history import History
from tutor.core.setup import Kept

PAIRS = [(task, choice) for task in TASKS for choice in task.tempting]


def trained(
    task: Task, chosen: Choice, data: Path, control: Control | None = None, words: str = ""
) -> list[History]:
    runs = [History(), History()]
    lines = [one.change(words) for one in task.experiments(chosen)]
    source = Endings(task.pair(chosen))
    for event in source(lines, keep=[Kept(), Kept()], data_dir=data, control=control):
        runs[event.run].fold(event)
        if control and isinstance(event, StepDone) and event.step == 2:
            control.stop()
    return runs


@pytest.mark.parametrize(("task", "chosen"), PAIRS, ids=lambda one: one.name)
def test_what_fits_does_better(task: Task, chosen: Choice, drawn_data: Path) -> None:
    words = (
        "epochs=40 steps=0" if task.name == "any of ten" else "batch=16" if task.name == "one of ten" else ""
    )
    found = result(task, chosen, trained(task, chosen, drawn_data, words=words))
    assert isinstance(found, Result) and not found.right
    if task.name == "regression":
        assert found.fitting < 0.15 and found.tempting > 0.3
        assert f"MSE {found.fitting:.3f}" in found.words()
    else:
        assert found.fitting > found.tempting + (0.01 if task.name == "any of ten" else 0.04)
        assert f"{100 * found.tempting:.1f} %" in found.words()
    assert chosen.reason in found.words() and task.fitting.reason in found.words()


def test_every_task_offers_what_fits_once_and_not_always_first() -> None:
    places = [task.choices.index(task.fitting) for task in TASKS]
    assert len(set(places)) > 1
    for task in TASKS:
        assert len({choice.name for choice in task.choices}) == 3
        assert task.pair(task.fitting) == (task.fitting, task.tempting[0])
        assert task.pair(task.tempting[1]) == (task.fitting, task.tempting[1])


def test_a_pair_that_was_stopped_gives_no_row(drawn_data: Path) -> None:
    task = TASKS[1]
    assert result(task, task.fitting, trained(task, task.fitting, drawn_data, Control())) is None
    assert result(task, task.fitting, []) is None
