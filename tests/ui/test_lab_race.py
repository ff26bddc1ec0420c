"""The race on the screen: it runs in a program of its own, shows its bars, and ends when you stop it or leave."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from bench_helpers import bench_course, said, until
from textual.pilot import Pilot
from ui_helpers import AppFactory

from tutor.learning.progress import Progress
from tutor.ui.app import TutorApp
from tutor.ui.labs.race import NAMES, RaceLab

LINES = """
lab = "race"
dataset = "digits"
"""


@pytest.fixture
def app(app_factory: AppFactory, tmp_path: Path, progress: Progress, drawn_data: Path) -> TutorApp:
    progress.predict("only", "guess", 0)
    return app_factory(course=bench_course(tmp_path / "course", LINES), start="1/bench", data_dir=drawn_data)


async def opened(pilot: Pilot[Any], app: TutorApp) -> RaceLab:
    await until(pilot, lambda: isinstance(app.screen, RaceLab) and app.screen.is_mounted)
    await pilot.pause()
    assert isinstance(app.screen, RaceLab)
    return app.screen


def gone(group: int) -> bool:
    """Whether no process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_the_race_is_run_and_told(
    app: TutorApp, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RaceLab, "seconds", 0.02)
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot, app)
        assert "Start the race" in said(app)
        await pilot.press("space")
        await until(pilot, lambda: screen.number and not screen.running)
        assert screen.measured == set(NAMES) and not screen.errors
        await until(pilot, lambda: "samples per second" in said(app))
        assert " won: " in said(app)
        assert screen.progress.is_done("only", "bench")
        await pilot.press("pagedown", "v")
        await until(pilot, lambda: "What to look for." in said(app))
        await pilot.press("x")
        await until(pilot, lambda: "Start the race" in said(app))


async def test_stopping_and_leaving_end_the_program_and_its_workers(
    app: TutorApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RaceLab, "seconds", 60.0)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("space")
        await until(pilot, lambda: screen.rates)
        assert screen.process is not None and screen.busy
        group = screen.process.pid
        await pilot.press("s")
        await until(pilot, lambda: gone(group))
        assert not screen.running and not screen.busy
        await pilot.press("space")
        await until(pilot, lambda: screen.process is not None)
        group = screen.process.pid
        await pilot.press("p")
        await until(pilot, lambda: app.screen is not screen and gone(group))


async def test_data_that_is_missing_is_told(
    app_factory: AppFactory, tmp_path: Path, progress: Progress
) -> None:
    progress.predict("only", "guess", 0)
    course = bench_course(tmp_path / "course", LINES.replace("digits", "mnist"))
    app = app_factory(course=course, start="1/bench", data_dir=tmp_path / "none")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("space")
        await until(pilot, lambda: "mnist was not found" in said(app))
        assert not screen.running and not screen.progress.is_done("only", "bench")


async def test_the_race_is_locked_until_the_prediction(
    app_factory: AppFactory, tmp_path: Path, progress: Progress
) -> None:
    app = app_factory(course=bench_course(tmp_path / "course", LINES), start="1/bench")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("space")
        await until(pilot, lambda: "Predict first" in said(app))
        assert screen.process is None
