"""Every lesson from its first step to its last, with the keyboard alone, on both small and wide terminals."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from ui_helpers import wait_for, words

from tutor import paths
from tutor.learning.lessons import load_course
from tutor.learning.progress import Progress
from tutor.learning.steps import Lesson
from tutor.ui import training
from tutor.ui.app import TutorApp
from tutor.ui.labs.image_lab import ImageLab
from tutor.ui.labs.your_digit import YourDigitLab
from tutor.ui.screens.lab import LabScreen
from tutor.ui.screens.step import StepScreen
from tutor.ui.warming import Warming
from tutor.ui.widgets.question import QuestionView

COURSE = load_course(paths.lessons_dir())
PATIENCE = 6000  # turns of 10 ms: a training thread shares two cores with other tests


def screen_of(app: TutorApp) -> StepScreen:
    assert isinstance(app.screen, StepScreen)
    return app.screen


async def walk_on(pilot: Pilot[None], app: TutorApp) -> None:
    """Do the step that is open, and go on to the next one."""
    screen = screen_of(app)
    await wait_for(pilot, lambda: screen.is_mounted and screen.step.title.split()[0] in words(app))
    if isinstance(screen, LabScreen):
        await run_lab(pilot, app, screen)
    elif isinstance(screen, ImageLab):
        await wait_patiently(pilot, lambda: screen.images is not None)
        await pilot.press("v", "v", "v", "space")
    elif isinstance(screen, YourDigitLab):
        await draw_a_digit(pilot, app, screen)
    for view in list(screen.query(QuestionView)):
        await wait_for(pilot, lambda view=view: view.is_mounted)
        view.focus()
        await pilot.press("1", "enter")
    await pilot.press("n")
    await wait_for(pilot, lambda: app.screen is not screen)


async def run_lab(pilot: Pilot[None], app: TutorApp, screen: LabScreen) -> None:
    """Start the lab, see that it trains and shows it, and stop it."""
    await pilot.press("space")
    assert not screen.locked, f"{screen.lab.id} was still locked on the way through the lesson"
    await wait_patiently(
        pilot, lambda: screen.run_.state == "ended" or any(history.step for history in screen.run_.histories)
    )
    await wait_patiently(pilot, lambda: " of " in words(app).splitlines()[-8:].__str__())
    await pilot.press("s")
    await wait_patiently(pilot, lambda: screen.run_.state == "ended")
    assert not screen.run_.error
    if any(history.step for history in screen.run_.histories) and "loss" in screen.lab.panels:
        assert "loss" in words(app)


async def draw_a_digit(pilot: Pilot[None], app: TutorApp, screen: YourDigitLab) -> None:
    """Train the model that reads, draw a line, and see it read."""
    assert not screen.locked
    await wait_patiently(pilot, lambda: screen.looked)
    await pilot.press("space")
    await wait_patiently(pilot, lambda: screen.desk is not None and screen.desk.reader is not None)
    await pilot.press("space", *["down"] * 10, "space")
    await wait_patiently(pilot, lambda: "Read as" in words(app))


async def wait_patiently(pilot: Pilot[None], condition: object) -> None:
    for _ in range(PATIENCE):
        if condition():  # type: ignore[operator]
            return
        await pilot.pause(0.01)
    raise AssertionError("the lab did not come so far")


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.id)
async def test_a_lesson_is_walked_from_first_to_last_step(
    lesson: Lesson, drawn_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTOR_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(Warming, "start", lambda self: None)
    progress = Progress.load(tmp_path / "progress.json")
    progress.mark_started()
    size = (80, 24) if lesson.number % 2 else (120, 40)
    app = TutorApp(COURSE, progress, start=f"{lesson.id}/{lesson.steps[0].id}", data_dir=drawn_data)
    async with app.run_test(size=size) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, StepScreen))
        for step in lesson.steps:
            assert screen_of(app).step.id == step.id
            await walk_on(pilot, app)
        undone = [
            s.id
            for s in lesson.steps
            if s.kind in ("read", "predict", "quiz") and not progress.is_done(lesson.id, s.id)
        ]
        assert undone == []
    training.stop_all()
