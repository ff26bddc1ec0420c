"""Choose the loss on the screen: four tasks from the first to the last, and the table that they fill."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bench_helpers import bench_course, said, until
from ui_helpers import AppFactory

from tutor.core import choices
from tutor.learning.progress import Progress
from tutor.ui.labs import choose_the_loss
from tutor.ui.labs.choose_the_loss import ChooseTheLossLab

LINES = """
lab = "choose-the-loss"
"""


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)])
async def test_four_tasks_fill_the_table(
    app_factory: AppFactory,
    tmp_path: Path,
    progress: Progress,
    drawn_data: Path,
    size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    short = tuple(replace(task, line=f"{task.line} steps=40".replace("steps=300 ", "").replace("steps=500 ", ""))
                  for task in choices.TASKS)  # fmt: skip
    monkeypatch.setattr(choose_the_loss, "TASKS", short)
    progress.predict("only", "guess", 0)
    course = bench_course(tmp_path / "course", LINES)
    app = app_factory(course=course, start="1/bench", data_dir=drawn_data)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ChooseTheLossLab) and app.screen.is_mounted)
        screen = app.screen
        assert isinstance(screen, ChooseTheLossLab)
        screen.run_.pace = 0.0
        await pilot.pause()
        await pilot.press("down", "right")  # what fits, in the first task
        await until(pilot, lambda: screen.choice is short[0].fitting)
        for count, task in enumerate(short, 1):
            assert screen.at_hand is task
            await pilot.press("space")
            await until(pilot, lambda count=count: len(screen.results) == count)
            await until(pilot, lambda: "You chose" in said(app))
            assert not screen.run_.live
            assert screen.progress.is_done("only", "bench") == (count == 4)
            if count < 4:
                await pilot.press("enter")
                await until(pilot, lambda count=count: screen.at_hand is short[count])
        assert screen.results["regression"].right
        assert "All four tasks are run: you chose what fits in" in screen.result_words()
        screen.query_one("#lab-words").scroll_visible()
        for task in short:
            assert size[1] < 24 or task.name in said(app)
