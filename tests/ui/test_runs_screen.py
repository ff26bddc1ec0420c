"""Runs: what ends is kept, listed, laid over one another, reopened, exported and deleted."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from test_lab import ScriptedTrainer, finished, started
from textual.pilot import Pilot
from ui_helpers import AppFactory, wait_for, words

from tutor.core.events import RunFinished, RunStarted, StepDone
from tutor.core.experiment import parse
from tutor.core.history import History
from tutor.errors import ProgressError
from tutor.learning.run_files import folder, run_files
from tutor.learning.run_history import keep_run, load_runs, to_text
from tutor.ui import keeping, labrun
from tutor.ui.app import TutorApp
from tutor.ui.screens.exporting import ExportScreen
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.playground import PlaygroundScreen
from tutor.ui.screens.runs import DeleteScreen, RunsScreen, differing

SIZE = (120, 40)
LINES = [
    "moons mlp:16 bce adam lr=0.01 batch=32 epochs=30 seed=0",
    "moons mlp:16 bce adam lr=0.1 batch=32 epochs=30 seed=0",
    "digits mlp:128,64 ce adam lr=1e-3 batch=64 epochs=3 seed=0",
    "sine mlp:32:tanh mse adam lr=0.01 batch=32 epochs=30 seed=0",
    "blobs linear bce sgd lr=1e6 batch=32 epochs=30 seed=0",
]


def fill(*lines: str) -> None:
    """Keep a run of every line; the last line is the newest."""
    for line in lines:
        about, history = parse(line).about, History()
        history.fold(RunStarted(line, "cpu", 65, 1800, 200, 1000, about.classes, 57, 400, {}))
        for step in range(1, 301):
            history.fold(StepDone(step, 1, 1 / step, step / 300 if about.classes else math.nan))
        accuracy = 0.94 if about.classes else math.nan
        reason, cause = ("diverged", "It grew too large.") if "1e6" in line else ("done", "")
        history.fold(RunFinished(reason, 300, 1.0, 1e4, 0.1, 0.2, 0.9, 0.25, accuracy, cause))
        keep_run(to_text(history), folder())


async def listed(pilot: Pilot[None], app: TutorApp, count: int) -> RunsScreen:
    def there() -> bool:
        screen = app.screen
        return isinstance(screen, RunsScreen) and screen.loaded and len(screen.kept.runs) == count

    await wait_for(pilot, there)
    await pilot.pause()
    assert isinstance(app.screen, RunsScreen)
    return app.screen


async def test_nothing_yet_says_what_to_do(app_factory: AppFactory) -> None:
    app = app_factory(start="runs")
    async with app.run_test(size=SIZE) as pilot:
        await listed(pilot, app, 0)
        await wait_for(pilot, lambda: "No run is kept yet." in words(app))
        await pilot.press("space", "d", "e", "y", "x")
        assert isinstance(app.screen, RunsScreen)
        await pilot.press("w")
        await wait_for(pilot, lambda: isinstance(app.screen, PlaygroundScreen))


async def test_the_newest_comes_first_with_its_result_and_curves(app_factory: AppFactory) -> None:
    app = app_factory(start="runs")
    fill(*LINES)
    async with app.run_test(size=SIZE) as pilot:
        await listed(pilot, app, 5)
        await wait_for(pilot, lambda: "It grew too large." in words(app))
        rows = [row for row in words(app).splitlines() if ":" in row and "300" in row]
        assert ["diverged" in row for row in rows] == [True, False, False, False, False]
        assert [line in row for row, line in zip(rows, reversed(LINES), strict=True)] == [True] * 5
        assert "0.25" in rows[1] and "94.0 %" in rows[2]
        await pilot.press("j", "down")
        await wait_for(pilot, lambda: "loss" in words(app) and "accuracy" in words(app))
        assert "It grew too large." not in words(app)


async def test_chosen_runs_lie_over_one_another(app_factory: AppFactory) -> None:
    app = app_factory(start="runs")
    fill(*LINES)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen = await listed(pilot, app, 5)
        await pilot.press("end", "space", "up", "space")
        assert [run.experiment for run in screen.chosen] == LINES[:2]
        await wait_for(pilot, lambda: "1 lr=0.01" in words(app) and "2 lr=0.1" in words(app))
        await pilot.press("up", "space", "up", "space", "up", "space")
        await wait_for(pilot, lambda: "4 runs can lie over one another." in words(app))
        assert len(screen.chosen) == 4
        await pilot.press("down", "space")
        assert len(screen.chosen) == 3
        await pilot.press("m", "g")
        assert screen.shown.smooth and screen.shown.log
        await pilot.press("x")
        assert screen.chosen == []


def test_runs_are_named_by_what_differs() -> None:
    assert differing(LINES[:2]) == ["lr=0.01", "lr=0.1"]
    assert differing([LINES[0], LINES[0]]) == ["moons mlp:16"] * 2
    assert differing([LINES[0]]) == ["moons mlp:16"]
    assert differing([]) == []


async def test_enter_reopens_it_and_coming_back_lists_the_new_run(app_factory: AppFactory) -> None:
    app = app_factory(start="runs")
    fill(*LINES[:2])
    async with app.run_test(size=SIZE) as pilot:
        await listed(pilot, app, 2)
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, PlaygroundScreen))
        assert app.screen.experiment == parse(LINES[0])  # type: ignore[attr-defined]
        fill(LINES[2])
        await pilot.press("b")
        await listed(pilot, app, 3)
        app.open_runs()
        await listed(pilot, app, 3)
        assert [type(screen) for screen in app.screen_stack].count(RunsScreen) == 1
        await pilot.press("b")
        await wait_for(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_deleting_asks_first(app_factory: AppFactory) -> None:
    app = app_factory(start="runs")
    fill(*LINES[:3])
    async with app.run_test(size=SIZE) as pilot:
        screen = await listed(pilot, app, 3)
        await pilot.press("d")
        await wait_for(pilot, lambda: isinstance(app.screen, DeleteScreen) and LINES[2] in words(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.screen is screen)
        assert len(run_files()) == 3
        await pilot.press("space", "down", "space", "d")
        await wait_for(pilot, lambda: "Delete these 2 runs?" in words(app))
        await pilot.press("d")
        await listed(pilot, app, 1)
        assert [run.experiment for run in load_runs().runs] == LINES[:1]
        assert screen.chosen == []


async def test_a_run_is_exported_and_copied(app_factory: AppFactory) -> None:
    app = app_factory(start="runs")
    fill(LINES[0])
    async with app.run_test(size=SIZE) as pilot:
        await listed(pilot, app, 1)
        await pilot.press("y")
        await wait_for(pilot, lambda: app.clipboard == LINES[0] + "\n")
        await pilot.press("e")
        await wait_for(pilot, lambda: isinstance(app.screen, ExportScreen) and "moons-mlp.py" in words(app))


async def test_a_broken_file_is_told_and_the_others_are_listed(app_factory: AppFactory) -> None:
    app = app_factory(start="runs")
    fill(LINES[0])
    (folder() / "1.json").write_text("{")
    async with app.run_test(size=SIZE) as pilot:
        await listed(pilot, app, 1)
        await wait_for(pilot, lambda: "Left out, because it cannot be read: 1.json" in words(app))


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_it_fits(app_factory: AppFactory, size: tuple[int, int]) -> None:
    app = app_factory(start="runs")
    fill(*LINES * 5)
    async with app.run_test(size=size) as pilot:
        screen = await listed(pilot, app, 25)
        await wait_for(pilot, lambda: "loss" in words(app) and "diverged" in words(app))
        assert screen.query_one("#runs-curves").size.height >= 6
        await pilot.press("end")
        await wait_for(pilot, lambda: "loss" in words(app))


# What is kept


async def test_a_run_that_ends_in_a_lab_is_kept(
    app_factory: AppFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labrun, "Trainer", ScriptedTrainer)
    app = app_factory()
    async with app.run_test(size=SIZE) as pilot:
        app.open_playground("blobs")
        await wait_for(pilot, lambda: "Space  Run it" in words(app))
        for reason in ("done", "stopped"):
            await pilot.press("space")
            ScriptedTrainer.latest.give(started(), StepDone(1, 1, 0.7, 0.5))
            ScriptedTrainer.latest.finish(finished(reason))
            await wait_for(pilot, lambda: "Run it again" in words(app))
        await pilot.press("b")
        keeping.wait_until_kept()
        assert [run.finished.reason for run in load_runs().runs] == ["stopped", "done"]
        app.go_home()
        await wait_for(pilot, lambda: "2 kept" in words(app))


@pytest.mark.parametrize("way", ["b", "x"])
async def test_a_run_that_ends_when_nobody_looks_is_kept(
    app_factory: AppFactory, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(labrun, "Trainer", ScriptedTrainer)
    app = app_factory()
    async with app.run_test(size=SIZE) as pilot:
        app.open_playground("blobs")
        await wait_for(pilot, lambda: "Space  Run it" in words(app))
        screen = app.screen
        await pilot.press("space")
        ScriptedTrainer.latest.give(started(), StepDone(1, 1, 0.7, 0.5))
        await wait_for(pilot, lambda: "step 1 of 20" in words(app))
        await pilot.press(way)
        await wait_for(pilot, lambda: way == "x" or not screen.is_attached)
        assert ScriptedTrainer.latest.control.stopping
        ScriptedTrainer.latest.finish(finished("stopped"))
        keeping.wait_until_kept()
        [run] = load_runs().runs
        assert run.finished.reason == "stopped" and run.history.step == 1


async def test_what_cannot_be_kept_is_told_in_runs(
    app_factory: AppFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(text: str, where: Path) -> None:
        raise ProgressError("The run could not be kept here: no room. Make room.")

    monkeypatch.setattr(keeping, "keep_run", refuse)
    history = History()
    history.fold(started())
    history.fold(StepDone(1, 1, 0.7, 0.5))
    history.fold(finished())
    keeping.keep(history)
    app = app_factory(start="runs")
    async with app.run_test(size=SIZE) as pilot:
        await wait_for(pilot, lambda: "no room. Make room." in words(app))
    monkeypatch.undo()
    monkeypatch.setattr(keeping, "_trouble", "")


# The ways there


async def test_home_opens_both(app_factory: AppFactory) -> None:
    app = app_factory()
    fill(LINES[0])
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "Playground" in words(app) and "1 kept" in words(app))
        await pilot.press("end", "up", "enter")
        await listed(pilot, app, 1)
        await pilot.press("b")
        await wait_for(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.press("up", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, PlaygroundScreen))


async def test_the_palette_opens_both(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        names = {command.title for command in app.get_system_commands(app.screen)}
        assert {"Playground", "Runs"} <= names
        await pilot.pause()
