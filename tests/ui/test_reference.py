"""The quick reference: it opens over anything, shows cards, copies code, and returns."""

from __future__ import annotations

import pytest
from textual.app import App
from ui_helpers import AppFactory, PlainLab, wait_for, words

from tutor import paths
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.reference import ReferenceScreen
from tutor.ui.widgets.reading import Reading


def shows(app: App[None], text: str) -> bool:
    return isinstance(app.screen, ReferenceScreen) and text in words(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_it_opens_over_a_step_and_returns_to_the_same_place(
    app_factory: AppFactory, size: tuple[int, int]
) -> None:
    app = app_factory(start="1/long")
    async with app.run_test(size=size) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, LessonScreen) and "Paragraph 1 " in words(app))
        step = app.screen
        await pilot.press("j", "j", "j")
        reading = step.query_one(Reading)
        await wait_for(pilot, lambda: reading.scroll_offset.y == 3)
        await pilot.press("f")
        await wait_for(pilot, lambda: shows(app, "x = 1"))
        await pilot.press("f")
        await wait_for(pilot, lambda: app.screen is step)
        assert reading.scroll_offset.y == 3
        assert reading.has_focus


async def test_moving_shows_the_card_at_once(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f")
        await wait_for(pilot, lambda: shows(app, "x = 1"))
        await pilot.press("j")
        await wait_for(pilot, lambda: shows(app, "x = 2") and "x = 1" not in words(app))
        await pilot.press("up")
        await wait_for(pilot, lambda: shows(app, "x = 1"))


async def test_y_copies_the_code_of_the_card(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("f")
        await wait_for(pilot, lambda: shows(app, "x = 1"))
        await pilot.press("j")
        await wait_for(pilot, lambda: shows(app, "x = 2"))
        await pilot.press("y")
        await wait_for(pilot, lambda: "Copied. Also in" in words(app))
        assert app.clipboard == "x = 2\n"
        assert (paths.state_dir() / "copied.py").read_text() == "x = 2\n"


async def test_a_copy_that_cannot_be_kept_says_so(app_factory: AppFactory) -> None:
    folder = paths.state_dir()
    app = app_factory()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("f")
        await wait_for(pilot, lambda: shows(app, "x = 1"))
        folder = paths.state_dir()
        (folder / "copied.py").mkdir(parents=True)
        await pilot.press("y")
        await wait_for(pilot, lambda: "Copied to the clipboard. No file was written" in words(app))
        assert app.clipboard == "x = 1\n"


async def test_enter_opens_the_lab_of_the_card(app_factory: AppFactory, plain_lab: type[PlainLab]) -> None:
    app = app_factory(start="1/long")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, LessonScreen))
        await pilot.press("f")
        await wait_for(pilot, lambda: shows(app, "x = 1"))
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, PlainLab))
        assert len(app.screen_stack) == 2


async def test_a_second_f_does_not_stack_a_second_reference(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        app.action_reference()
        app.action_reference()
        await wait_for(pilot, lambda: shows(app, "x = 1"))
        assert len(app.screen_stack) == 2


async def test_the_palette_opens_a_card_by_name(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        app.action_reference("slip")
        await wait_for(pilot, lambda: shows(app, "x = 2"))
