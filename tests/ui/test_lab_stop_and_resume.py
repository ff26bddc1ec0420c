"""Stop and resume on the screen: the same to the last bit, or parted where the knob says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench_helpers import bench_course, said, until
from textual.pilot import Pilot
from ui_helpers import AppFactory

from tutor.learning.progress import Progress
from tutor.ui.app import TutorApp
from tutor.ui.labs.stop_and_resume import StopAndResumeLab

LINES = """
lab = "stop-and-resume"
experiment = "moons mlp:8 bce adam lr=0.01 batch=400 steps=24 norm=batch dropout=0.2 seed=1"
"""


@pytest.fixture
def app(app_factory: AppFactory, tmp_path: Path, progress: Progress) -> TutorApp:
    progress.predict("only", "guess", 0)
    return app_factory(course=bench_course(tmp_path / "course", LINES), start="1/bench")


async def opened(pilot: Pilot[Any], app: TutorApp) -> StopAndResumeLab:
    await until(pilot, lambda: isinstance(app.screen, StopAndResumeLab) and app.screen.is_mounted)
    assert isinstance(app.screen, StopAndResumeLab)
    await pilot.pause()
    return app.screen


async def run(pilot: Pilot[Any], screen: StopAndResumeLab) -> None:
    before = screen.run_.trainer
    await pilot.press("space")
    await until(pilot, lambda: screen.run_.trainer is not before and screen.run_.state == "ended")


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)])
async def test_with_everything_saved_the_curves_are_one(app: TutorApp, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot, app)
        await run(pilot, screen)
        await until(pilot, lambda: "same as without the stop" in said(app))
        assert "Stopped after step 12" in said(app)
        assert "You predicted" not in said(app)
        assert "train loss" in said(app)
        assert screen.progress.is_done("only", "bench")


async def test_without_the_optimizer_they_part_and_the_prediction_is_answered(app: TutorApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("right")
        await run(pilot, screen)
        await until(pilot, lambda: "The curves part at step 14:" in said(app))
        assert "You predicted this: This." in said(app)
        assert "difference" in said(app)
        await pilot.press("right", "right", "right")
        await run(pilot, screen)
        await until(pilot, lambda: "train losses after it are the same, and yet" in said(app))
        await pilot.press("down", "right")
        await run(pilot, screen)
        await until(pilot, lambda: "Stopped after step 6" in said(app))
        await pilot.press("v")
        await until(pilot, lambda: "What to look for." in said(app))


async def test_the_run_is_locked_until_the_prediction(
    app_factory: AppFactory, tmp_path: Path, progress: Progress
) -> None:
    app = app_factory(course=bench_course(tmp_path / "course", LINES), start="1/bench")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("space")
        await until(pilot, lambda: "Predict first" in said(app))
        assert screen.run_.state == "ready"
