"""The playground: knobs and line say the same, any experiment runs, and it is written out as a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_lab import ScriptedTrainer, finished, started
from textual.pilot import Pilot
from ui_helpers import AppFactory, wait_for, words

from tutor.core.events import StepDone
from tutor.core.experiment import parse
from tutor.core.export import to_script
from tutor.ui import keeping, labrun, training
from tutor.ui.app import TutorApp
from tutor.ui.screens.exporting import ExportScreen, target_folder
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lab import LabScreen
from tutor.ui.screens.playground import LineInput, PlaygroundScreen
from tutor.ui.widgets.knobs import Knobs

SIZE = (120, 40)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labrun, "Trainer", ScriptedTrainer)


async def opened(pilot: Pilot[None], app: TutorApp) -> PlaygroundScreen:
    await wait_for(pilot, lambda: isinstance(app.screen, PlaygroundScreen) and "dataset ‹" in words(app))
    assert isinstance(app.screen, PlaygroundScreen)
    return app.screen


async def write(pilot: Pilot[None], screen: PlaygroundScreen, line: str) -> None:
    """Write a line in the place of the one that stands there."""
    await pilot.press("w")
    await wait_for(pilot, lambda: isinstance(screen.focused, LineInput))
    screen.query_one(LineInput).value = line
    await pilot.pause()


async def test_a_knob_changes_the_line_and_the_line_the_knobs(app_factory: AppFactory) -> None:
    app = app_factory(start="playground")
    async with app.run_test(size=SIZE) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("down", "right")
        assert screen.experiment.model == "mlp:16:tanh"
        assert screen.query_one(LineInput).value == str(screen.experiment)
        await write(pilot, screen, "sine mlp:5 lr=0.07")
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(screen.focused, Knobs))
        assert screen.experiment == parse("sine mlp:5 lr=0.07")
        assert "lr ‹ 0.07 ›" in words(app) and "model ‹ mlp:5 ›" in words(app)


async def test_every_key_has_a_knob(app_factory: AppFactory) -> None:
    app = app_factory(start="playground")
    async with app.run_test(size=SIZE) as pilot:
        screen = await opened(pilot, app)
        assert "momentum" not in words(app)
        await pilot.press("a")
        await wait_for(pilot, lambda: "momentum ‹ 0 ›" in words(app) and "device ‹ auto ›" in words(app))
        knobs = screen.query_one(Knobs)
        knobs.current = next(at for at, knob in enumerate(knobs.knobs) if knob.key == "dropout")
        await pilot.press("l")
        assert screen.experiment.dropout == 0.2
        await pilot.press("a")
        await wait_for(pilot, lambda: "momentum" not in words(app))
        assert "dropout=0.2" in words(app)


async def test_a_wrong_line_is_a_sentence_as_it_is_written(app_factory: AppFactory) -> None:
    app = app_factory(start="playground")
    async with app.run_test(size=SIZE) as pilot:
        screen = await opened(pilot, app)
        before = screen.experiment
        await write(pilot, screen, "mons")
        await wait_for(pilot, lambda: "There is no dataset “mons”. Did you mean “moons”?" in words(app))
        await pilot.press("enter")
        assert isinstance(screen.focused, LineInput) and screen.experiment == before
        screen.query_one(LineInput).value = "moons"
        await wait_for(pilot, lambda: "Did you mean" not in words(app))
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(screen.focused, Knobs))
        assert screen.query_one(LineInput).value == str(before) and screen.experiment == before


async def test_the_keys_of_the_lab_are_letters_in_the_line(app_factory: AppFactory, scripted: None) -> None:
    app = app_factory(start="playground")
    async with app.run_test(size=SIZE) as pilot:
        screen = await opened(pilot, app)
        await write(pilot, screen, "")
        await pilot.press(*"blobs", "space", *"lr=1")
        assert screen.query_one(LineInput).value == "blobs lr=1" and screen.run_.state == "ready"
        await pilot.press("tab")
        await wait_for(pilot, lambda: screen.experiment == parse("blobs lr=1"))


async def test_it_runs_what_the_line_says_with_the_panels_that_show_it(
    app_factory: AppFactory, scripted: None
) -> None:
    app = app_factory(start="playground")
    async with app.run_test(size=SIZE) as pilot:
        screen = await opened(pilot, app)
        await write(pilot, screen, "moons mistake=no-zero-grad")
        await pilot.press("enter", "space")
        trainer = ScriptedTrainer.latest
        assert trainer.experiments == [parse("moons mistake=no-zero-grad")]
        assert screen.lab.panels == ("loss", "accuracy", "boundary", "confusion")
        trainer.give(started(), StepDone(1, 1, 0.7, 0.5))
        await wait_for(pilot, lambda: "step 1 of 20" in words(app))
        await pilot.press("right")  # another dataset: the run ends
        assert trainer.control.stopping
        await wait_for(pilot, lambda: "The experiment was changed, so the run ended." in words(app))
        trainer.finish(finished("stopped", "You stopped the run."))
        await wait_for(pilot, lambda: "Run it again" in words(app))
        await pilot.press("o", "enter")
        assert ScriptedTrainer.latest is not trainer
        assert ScriptedTrainer.latest.experiments == [screen.experiment] and screen.run_.overlays
        await app.workers.wait_for_complete()


async def test_a_real_run(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=SIZE) as pilot:
        app.open_playground("sine mlp:4 steps=3 batch=100")
        screen = await opened(pilot, app)
        await pilot.press("space")
        for _ in range(6000):
            if "The test loss is" in words(app):
                break
            await pilot.pause(0.01)
        assert "fit" in words(app) and "the fit shows when it runs" not in words(app)
        assert screen.run_.histories[0].step == 3
    training.stop_all()


async def test_a_lab_opens_its_line_here_and_comes_back(app_factory: AppFactory, scripted: None) -> None:
    app = app_factory(start="first/run")
    async with app.run_test(size=SIZE) as pilot:
        await wait_for(pilot, lambda: "Predict first" in words(app))
        await pilot.press("w")
        await wait_for(pilot, lambda: "press p to answer" in words(app))
        await pilot.press("p", "1", "enter")
        app.open_place("first/run")
        await wait_for(pilot, lambda: "Space  Run it" in words(app))
        await pilot.press("right", "space")
        trainer = ScriptedTrainer.latest
        await pilot.press("w")
        screen = await opened(pilot, app)
        assert screen.experiment == parse("blobs linear bce sgd lr=1 batch=0 epochs=20 seed=1")
        assert trainer.control.stopping
        await pilot.press("b")
        await wait_for(pilot, lambda: type(app.screen) is LabScreen)


async def test_steps_and_lessons_keys_are_not_here(app_factory: AppFactory) -> None:
    app = app_factory(start="playground")
    async with app.run_test(size=SIZE) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("n", "p", "i")
        assert app.screen is screen
        assert not {"next", "previous", "steps"} & {b.binding.action for b in screen.active_bindings.values()}
        await pilot.press("b")
        await wait_for(pilot, lambda: isinstance(app.screen, HomeScreen))


@pytest.mark.parametrize(("key", "name"), [("p", "moons-mlp.py"), ("n", "moons-mlp.ipynb")])
async def test_it_is_exported_into_the_current_folder(
    app_factory: AppFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, name: str
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    app = app_factory()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        app.open_playground("moons")
        screen = await opened(pilot, app)
        await pilot.press("e")
        await wait_for(pilot, lambda: name in words(app))
        await pilot.press(key)
        await wait_for(pilot, lambda: app.screen is screen and "Wrote" in words(app))
        text = (here / name).read_text(encoding="utf-8")
        if key == "p":
            assert text == to_script(parse("moons"), app.data_dir)
        else:
            assert json.loads(text)["nbformat"] == 4


async def test_an_export_that_is_refused_says_so(app_factory: AppFactory, tmp_path: Path) -> None:
    app = app_factory()
    (tmp_path / "folder").write_text("in the way")
    async with app.run_test(size=SIZE) as pilot:
        app.push_screen(ExportScreen(parse("moons"), tmp_path / "folder"))
        await wait_for(pilot, lambda: "script" in words(app))
        await pilot.press("p")
        await wait_for(pilot, lambda: "File exists" in words(app))
        await pilot.press("b")
        await wait_for(pilot, lambda: isinstance(app.screen, HomeScreen))


def test_the_folder_of_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert target_folder() == tmp_path
    monkeypatch.setenv("TUTOR_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr("os.access", lambda *_: False)
    assert target_folder() == tmp_path / "state"


def test_a_current_folder_that_was_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    monkeypatch.setenv("TUTOR_STATE_DIR", str(tmp_path / "state"))
    gone.rmdir()
    assert target_folder() == tmp_path / "state"


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_it_fits(app_factory: AppFactory, scripted: None, size: tuple[int, int]) -> None:
    app = app_factory(start="playground")
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("space")
        ScriptedTrainer.latest.give(started(), *[StepDone(n, n, 1.0 / n, 0.5) for n in range(1, 9)])
        await wait_for(pilot, lambda: "step 8 of 20" in words(app) and "loss" in words(app))
        ScriptedTrainer.latest.finish(finished())
        await wait_for(pilot, lambda: "Run it again" in words(app) or "The train loss went" in words(app))
        assert screen.query_one("#lab-panels").size.height >= 6
    keeping.wait_until_kept()
