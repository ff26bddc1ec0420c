"""Over-fit one batch on the screen: a fault is planted with the knob, and its sentence comes from the run."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_helpers import bench_course, said, until
from ui_helpers import AppFactory

from tutor.learning.progress import Progress
from tutor.ui.labs.one_batch import OneBatchLab

LINES = """
lab = "one-batch"
experiment = "digits mlp:64 ce sgd lr=0.3 batch=64 steps=300 scale=unit seed=1"
"""


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)])
async def test_the_right_loop_passes_and_a_planted_fault_shows(
    app_factory: AppFactory, tmp_path: Path, progress: Progress, drawn_data: Path, size: tuple[int, int]
) -> None:
    progress.predict("only", "guess", 1)
    course = bench_course(tmp_path / "course", LINES)
    app = app_factory(course=course, start="1/bench", data_dir=drawn_data)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, OneBatchLab) and app.screen.is_mounted)
        screen = app.screen
        assert isinstance(screen, OneBatchLab)
        await pilot.pause()
        await pilot.press("space")
        await until(pilot, lambda: "The right loop: passed" in said(app))
        assert "loss of the one batch" in said(app) and "with the fault" not in said(app)
        await pilot.press("right", "right", "space")
        await until(pilot, lambda: "exactly the first loss" in said(app))
        assert "You predicted" not in said(app)
        await pilot.press("right", "right", "right", "right", "space")
        await until(pilot, lambda: "does not find that fault" in said(app))
        assert "no zero_grad" in screen.tested
        assert "You predicted" in said(app)
        assert screen.progress.is_done("only", "bench")
