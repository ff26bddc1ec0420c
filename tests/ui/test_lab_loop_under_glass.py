"""The loop under glass on the screen: a line a key, what it changed, and lines left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from ui_helpers import AppFactory, wait_for, words

from tutor import paths
from tutor.learning.lessons import load_course
from tutor.learning.progress import Progress
from tutor.ui.app import TutorApp
from tutor.ui.labs.loop_under_glass import LoopUnderGlassLab

COURSE = load_course(paths.lessons_dir())
PLACE = "5/loop-under-glass"
PATIENCE = 3000  # turns of 10 ms: importing torch takes its time on a busy machine


def said(app: TutorApp) -> str:
    """The screen's words without its line breaks."""
    return " ".join(words(app).split())


@pytest.fixture
def app(app_factory: AppFactory, progress: Progress, drawn_data: Path) -> TutorApp:
    progress.predict("training-loop", "predict-backward", 0)
    return app_factory(course=COURSE, start=PLACE, data_dir=drawn_data)


async def opened(pilot: Pilot[Any], app: TutorApp) -> LoopUnderGlassLab:
    """The lab, ready, with its text put away."""
    await wait_for(pilot, lambda: isinstance(app.screen, LoopUnderGlassLab))
    screen = app.screen
    assert isinstance(screen, LoopUnderGlassLab)
    for _ in range(PATIENCE):
        if screen.ready:
            break
        await pilot.pause(0.01)
    await pilot.press("space")
    await wait_for(pilot, lambda: "Nothing has run yet" in said(app))
    return screen


async def execute(pilot: Pilot[Any], screen: LoopUnderGlassLab, line: str) -> None:
    """Press Space until this line has been executed."""
    for _ in range(40):
        await pilot.press("space")
        if screen.glass and screen.glass.seen.line == line:
            return
    raise AssertionError(f"{line} never came")


async def test_each_press_executes_a_line_and_shows_what_it_changed(app: TutorApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, app)
        await execute(pilot, screen, "loss")
        await wait_for(pilot, lambda: "▶         loss = criterion(logits, targets)" in words(app))
        assert "NllLossBackward0 •" in said(app) and "hidden.0.weight None" in said(app)
        await execute(pilot, screen, "backward")
        await wait_for(pilot, lambda: "freed by backward •" in said(app))
        assert "hidden.0.weight None" not in said(app)
        assert "You predicted: Every weight has moved a little" in said(app)
        await execute(pilot, screen, "step")
        await wait_for(pilot, lambda: "All weights together moved by" in said(app) and "→" in words(app))
        assert not app.progress.is_done("training-loop", "loop-under-glass")
        await pilot.press("e", "e", "e", "e")
        await wait_for(pilot, lambda: "The validation loss is" in said(app))
        assert app.progress.is_done("training-loop", "loop-under-glass")
        assert "▲ val" in words(app) and "norm of .grad after backward" in words(app)


async def test_a_line_left_out_is_struck_and_its_consequence_named(app: TutorApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("o")
        await wait_for(pilot, lambda: "“optimizer.zero_grad()” is left out" in said(app))
        assert "# optimizer.zero_grad()" in words(app)
        await pilot.press("plus")
        await execute(pilot, screen, "backward")
        await wait_for(pilot, lambda: "Without zero_grad, backward added this batch's gradient" in said(app))
        assert " times the " in said(app)
        await pilot.press("o", "space")
        assert screen.left_out == frozenset() and "# optimizer" not in words(app)


async def test_a_line_that_must_stay_says_so(app: TutorApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("up", "up", "k", "o")
        await wait_for(pilot, lambda: "stays: without it there is no loop" in said(app))
        assert screen.left_out == frozenset()


async def test_an_error_of_python_ends_the_program_and_x_begins_again(app: TutorApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("up", "up", "o", "e")
        await wait_for(pilot, lambda: "NameError: name 'logits' is not defined" in said(app))
        assert "Without the forward pass" in said(app)
        await pilot.press("space", "plus")
        assert "NameError" in said(app)
        await pilot.press("o", "x")
        for _ in range(PATIENCE):
            if screen.ready and "seed=2" in said(app):
                break
            await pilot.pause(0.01)
        await pilot.press("e")
        await wait_for(pilot, lambda: "batch 1 of 4, epoch 1" in said(app))
        assert screen.glass and screen.glass.seen.steps == 1


async def test_the_loop_is_copied_as_it_stands(app: TutorApp, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_code", copied.append)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("o", "y")
        assert "        # optimizer.zero_grad()\n" in copied[0]


async def test_it_waits_for_the_prediction(app_factory: AppFactory, drawn_data: Path) -> None:
    app = app_factory(course=COURSE, start=PLACE, data_dir=drawn_data)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "Predict first" in said(app))
        await pilot.press("space", "o", "e")
        assert isinstance(app.screen, LoopUnderGlassLab)
        assert app.screen.left_out == frozenset() and app.screen.text_shown


@pytest.mark.parametrize("size", [(80, 24), (80, 23), (60, 20), (140, 50)])
async def test_every_size_shows_the_code_and_what_changed(app: TutorApp, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot, app)
        await execute(pilot, screen, "zero_grad")
        await wait_for(pilot, lambda: "There was nothing to clear" in said(app))
        assert "loss.backward()" in words(app) and "Space" in words(app)
        assert size[0] < 80 or "hidden.0.weight" in words(app)


async def test_without_colours_and_braille_a_change_is_still_marked(
    app_factory: AppFactory, progress: Progress, drawn_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTOR_GLYPHS", "ascii")
    monkeypatch.setenv("NO_COLOR", "1")
    progress.predict("training-loop", "predict-backward", 2)
    app = app_factory(course=COURSE, start=PLACE, data_dir=drawn_data)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app)
        await execute(pilot, screen, "loss")
        await wait_for(pilot, lambda: ">     loss = criterion" in words(app))
        assert "NllLossBackward0 *" in words(app)
