"""The lab screen: fed with scripted events, and once with a real run."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from textual.pilot import Pilot
from ui_helpers import AppFactory, wait_for, words

from tutor.core.control import Control
from tutor.core.events import Evaluated, Event, Looked, RunFinished, RunStarted, StepDone
from tutor.core.experiment import Experiment, parse
from tutor.ui import labrun, training
from tutor.ui.app import TutorApp
from tutor.ui.screens.lab import LabScreen
from tutor.ui.widgets.knobs import Knobs
from tutor.ui.widgets.picture import Picture

SIZE = (120, 40)
NAN = float("nan")


class ScriptedTrainer:
    """Stands in for the training thread: gives the events that a test puts in."""

    latest: ScriptedTrainer

    def __init__(
        self, experiments: Sequence[Experiment], *, control: Control, ended: Callable[[], object], **_: Any
    ):
        self.experiments, self.control, self._ended = experiments, control, ended
        self.preparing: tuple[float, str] | None = None
        self.error = ""
        self.running = False
        self._events: deque[Event] = deque()
        ScriptedTrainer.latest = self

    def start(self) -> None:
        self.running = True

    def drain(self) -> list[Event]:
        return [self._events.popleft() for _ in range(len(self._events))]

    def stop(self) -> None:
        self.control.stop()

    def give(self, *events: Event) -> None:
        self._events.extend(events)

    def finish(self, *events: Event, error: str = "") -> None:
        self.give(*events)
        self.error, self.running = error, False
        self._ended()


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labrun, "Trainer", ScriptedTrainer)


def started(total: int = 20, run: int = 0) -> RunStarted:
    return RunStarted("blobs linear", "cpu", 3, 1800, 200, 1000, ("0", "1"), 1, total, {}, run)


def finished(reason: str = "done", cause: str = "", run: int = 0) -> RunFinished:
    return RunFinished(reason, 20, 1.5, 24_000.0, 0.1, 0.2, 0.95, 0.25, 0.94, cause, run)


async def open_lab(pilot: Pilot[None], app: TutorApp) -> LabScreen:
    """Answer the question and open its lab."""
    app.open_place("first/guess")
    await pilot.pause()
    await pilot.press("1", "enter")
    app.open_place("first/run")
    await wait_for(pilot, lambda: isinstance(app.screen, LabScreen) and app.screen.is_mounted)
    await pilot.pause()
    assert isinstance(app.screen, LabScreen)
    return app.screen


async def run_scripted(pilot: Pilot[None], app: TutorApp) -> tuple[LabScreen, ScriptedTrainer]:
    screen = await open_lab(pilot, app)
    await pilot.press("space")
    return screen, ScriptedTrainer.latest


async def test_a_run_is_locked_until_it_was_predicted(app_factory: AppFactory, scripted: None) -> None:
    app = app_factory(start="first/run")
    async with app.run_test(size=SIZE) as pilot:
        await wait_for(pilot, lambda: "Predict first" in words(app))
        await pilot.press("space")
        await wait_for(pilot, lambda: "press p to answer “Predict: which is it?”" in words(app))
        assert isinstance(app.screen, LabScreen) and app.screen.run_.state == "ready"
        await pilot.press("p", "2", "enter")
        app.open_place("first/run")
        await wait_for(pilot, lambda: "Space  Run it" in words(app))


async def test_events_become_curves_status_and_a_sentence(app_factory: AppFactory, scripted: None) -> None:
    app = app_factory()
    async with app.run_test(size=SIZE) as pilot:
        screen, trainer = await run_scripted(pilot, app)
        await wait_for(pilot, lambda: "Loading torch and the data" in words(app))
        trainer.give(started(), *[StepDone(n, n, 1.0 / n, 0.5 + n / 40) for n in range(1, 11)])
        await wait_for(pilot, lambda: "step 10 of 20" in words(app))
        assert "Running" in words(app) and "loss" in words(app) and "accuracy" in words(app)
        trainer.give(Looked(10, ((0.1, 0.9), (0.1, 0.9)), (-1.0, 1.0, -1.0, 1.0), ((0.5, 0.5, 1),)))
        trainer.give(StepDone(11, 11, 0.09, 0.8))
        await wait_for(pilot, lambda: "●" in words(app))
        confusion = ((480, 20), (40, 460))
        trainer.finish(Evaluated("test", 20, 1000, 0.25, 0.94, (0.96, 0.92), confusion), finished())
        await wait_for(pilot, lambda: "On the test set, 94.0 % are right (loss 0.25)" in words(app))
        assert "Done" in words(app) and "24,000 samples/s" in words(app)
        assert "You predicted this: bce. Its slope stays." in " ".join(words(app).split()).replace("`", "")
        assert app.progress.is_done("first", "run")
        assert screen.busy == ""


async def test_space_pauses_the_point_steps_and_s_stops(app_factory: AppFactory, scripted: None) -> None:
    app = app_factory()
    async with app.run_test(size=SIZE) as pilot:
        screen, trainer = await run_scripted(pilot, app)
        trainer.give(started(), StepDone(1, 1, 1.0, 0.5))
        await wait_for(pilot, lambda: screen.run_.state == "running")
        await pilot.press("space")
        assert trainer.control.paused
        await wait_for(pilot, lambda: "Paused" in words(app))
        await pilot.press("space")
        assert not trainer.control.paused
        await pilot.press("full_stop")
        assert trainer.control.paused and not trainer.control.stopping
        assert screen.busy
        await pilot.press("s")
        assert trainer.control.stopping
        trainer.finish(finished("stopped", "You stopped the run."))
        await wait_for(pilot, lambda: "Stopped" in words(app))
        assert not app.progress.is_done("first", "run")


async def test_a_diverged_run_says_why(app_factory: AppFactory, scripted: None) -> None:
    app = app_factory()
    async with app.run_test(size=SIZE) as pilot:
        _, trainer = await run_scripted(pilot, app)
        trainer.give(started(), StepDone(1, 1, 2.0, 0.5), StepDone(2, 2, NAN, 0.5))
        trainer.finish(
            finished("diverged", "The loss was NaN at step 2: too large a step. Try a tenth of it.")
        )
        await wait_for(pilot, lambda: "The loss was NaN at step 2" in words(app))
        assert "Diverged" in words(app)


async def test_an_error_before_the_run_is_shown(app_factory: AppFactory, scripted: None) -> None:
    app = app_factory()
    async with app.run_test(size=SIZE) as pilot:
        _, trainer = await run_scripted(pilot, app)
        trainer.finish(error="mnist was not found in [here]. Take digits.")
        await wait_for(pilot, lambda: "mnist was not found in [here]. Take digits." in words(app))
        assert "Could not run" in words(app)


async def test_a_turned_knob_ends_the_run_and_changes_the_next(
    app_factory: AppFactory, scripted: None
) -> None:
    app = app_factory()
    async with app.run_test(size=SIZE) as pilot:
        screen, first = await run_scripted(pilot, app)
        first.give(started(), StepDone(1, 1, 1.0, 0.5))
        await wait_for(pilot, lambda: screen.run_.state == "running")
        await pilot.press("right")
        assert first.control.stopping
        first.finish(finished("stopped"))
        await pilot.press("space")
        await wait_for(pilot, lambda: ScriptedTrainer.latest is not first)
        assert [one.lr for one in ScriptedTrainer.latest.experiments] == [1.0]
        assert screen.query_one(Knobs).values == ["1"]


async def test_an_overlay_stays_and_goes(app_factory: AppFactory, scripted: None) -> None:
    app = app_factory()
    async with app.run_test(size=SIZE) as pilot:
        screen, trainer = await run_scripted(pilot, app)
        trainer.give(started(), *[StepDone(n, n, 1.0, 0.5) for n in range(1, 20)])
        trainer.finish(finished())
        await wait_for(pilot, lambda: screen.run_.state == "ended")
        await pilot.press("o")
        assert "Kept as an overlay" in words(app)
        await pilot.press("space")
        await wait_for(pilot, lambda: ScriptedTrainer.latest is not trainer)
        ScriptedTrainer.latest.give(started(), StepDone(1, 1, 0.5, 0.5))
        await wait_for(pilot, lambda: "○ kept" in words(app))
        ScriptedTrainer.latest.finish(finished())
        await wait_for(pilot, lambda: screen.run_.state == "ended")
        await pilot.press("x")
        assert screen.run_.overlays == [] and screen.run_.state == "ready"
        await wait_for(pilot, lambda: "Space  Run it" in words(app))


async def test_views_smoothing_log_scale_and_cursor(app_factory: AppFactory, scripted: None) -> None:
    app = app_factory()
    async with app.run_test(size=SIZE) as pilot:
        screen, trainer = await run_scripted(pilot, app)
        trainer.give(started(), *[StepDone(n, n, 2.0 / n, n / 20) for n in range(1, 21)])
        trainer.finish(finished())
        await wait_for(pilot, lambda: screen.run_.state == "ended")
        await pilot.press("g", "m", "t")
        assert screen.shown.log and screen.shown.smooth and screen.shown.cursor == 20
        await wait_for(pilot, lambda: "step 20" in words(app))
        await pilot.press("left", "h")
        assert screen.shown.cursor == 18
        assert screen.query_one(Knobs).values == ["0.1"]  # the arrows moved the cursor, not the knob
        await pilot.press("t", "right")
        assert screen.query_one(Knobs).values == ["1"]
        await pilot.press("v")
        await wait_for(pilot, lambda: "accuracy" not in words(app).splitlines()[5] and screen.view == 1)
        for _ in range(3):
            await pilot.press("v")
        assert screen.view == -1 and not screen.query_one(Picture).display


async def test_leaving_in_mid_run_stops_it_at_once(app_factory: AppFactory, scripted: None) -> None:
    app = app_factory()
    async with app.run_test(size=SIZE) as pilot:
        _, trainer = await run_scripted(pilot, app)
        trainer.give(started(), StepDone(1, 1, 1.0, 0.5))
        await pilot.press("b")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)
        assert trainer.control.stopping


@pytest.mark.parametrize("size", [(80, 24), (80, 23), (60, 20), (140, 50)])
async def test_every_size_shows_the_run(
    app_factory: AppFactory, scripted: None, size: tuple[int, int]
) -> None:
    app = app_factory()
    async with app.run_test(size=size) as pilot:
        screen, trainer = await run_scripted(pilot, app)
        trainer.give(started(), *[StepDone(n, n, 2.0 / n, n / 20) for n in range(1, 11)])
        await wait_for(pilot, lambda: "step 10 of 20" in words(app))
        assert "loss" in words(app) and "Space" in words(app)
        await pilot.resize_terminal(100, 30)
        await wait_for(pilot, lambda: screen.query_one(Picture).size.width > 90)
        assert "step 10 of 20" in words(app)


async def test_a_real_run_trains_to_its_end(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_lab(pilot, app)
        await pilot.press("space")
        for _ in range(3000):
            if screen.run_.state == "ended":
                break
            await pilot.pause(0.01)
        await wait_for(pilot, lambda: "On the test set" in words(app))
        history = screen.run_.histories[0]
        assert history.finished and history.finished.reason == "done" and history.step == 20
        assert history.looked is not None and history.looked.step == 20
        assert history.started and parse(history.started.experiment).dataset == "blobs"
    training.stop_all()
    assert not screen.run_.live
