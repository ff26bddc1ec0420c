"""Home: what is next, what is done, the state of the data."""

from __future__ import annotations

import pytest
from ui_helpers import AppFactory, wait_for, words

from tutor.learning.lessons import Course
from tutor.learning.progress import Progress
from tutor.ui.drawing_data import BuiltInChanged
from tutor.ui.screens.home import HomeList, HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.reference import ReferenceScreen


def step_id(app: object) -> str:
    """The id of the step that is open, or ""."""
    return getattr(getattr(app.screen, "step", None), "id", "")  # type: ignore[attr-defined]


async def test_one_enter_starts_the_first_step(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "Start: 1 First lesson" in words(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: step_id(app) == "start")


async def test_one_enter_continues_where_the_learner_left(
    app_factory: AppFactory, progress: Progress
) -> None:
    progress.mark_done("first", "start")
    progress.visit("first", "long")
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "Continue: 1 First lesson, step 2 of 5" in words(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: step_id(app) == "long")


async def test_it_shows_steps_done_and_minutes_left(app_factory: AppFactory, progress: Progress) -> None:
    progress.mark_done("first", "start")
    progress.mark_done("second", "end")
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "━━────────   1 of 5    10 min" in words(app))
        assert "━━━━━━━━━━   1 of 1      done" in words(app)


async def test_when_all_is_done_it_says_so(
    app_factory: AppFactory, progress: Progress, small_course: Course
) -> None:
    for lesson in small_course.lessons:
        for step in lesson.steps:
            progress.mark_done(lesson, step)
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "Every lesson is done." in words(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: step_id(app) == "start")


async def test_moving_down_chooses_a_lesson_and_tells_about_it(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "down")
        await wait_for(pilot, lambda: "It has one step." in words(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: step_id(app) == "end")


async def test_a_lesson_opens_at_its_first_open_step(app_factory: AppFactory, progress: Progress) -> None:
    progress.mark_done("first", "start")
    progress.mark_done("first", "long")
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1")
        await wait_for(pilot, lambda: step_id(app) == "guess")


async def test_the_last_line_opens_the_reference(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, ReferenceScreen))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 18)])
async def test_it_fits(app_factory: AppFactory, size: tuple[int, int]) -> None:
    app = app_factory()
    async with app.run_test(size=size) as pilot:
        await wait_for(pilot, lambda: "2  Second lesson" in words(app) and "Built-in data" in words(app))
        listed = app.screen.query_one(HomeList)
        assert listed.max_scroll_y == 0
        assert listed.max_scroll_x == 0


async def test_coming_home_shows_what_was_done_meanwhile(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, LessonScreen))
        await pilot.press("n")
        await wait_for(pilot, lambda: step_id(app) == "long")
        await pilot.press("b")
        await wait_for(pilot, lambda: isinstance(app.screen, HomeScreen))
        await wait_for(pilot, lambda: "Continue: 1 First lesson, step 2 of 5" in words(app))


async def test_the_data_line_follows_the_drawing(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "Built-in data: digits ready, garments ready" in words(app))
        app.drawing.fractions["garments"] = 0.43
        app.screen.post_message(BuiltInChanged("garments", 0.43, ""))
        await wait_for(pilot, lambda: "digits ready, garments 43% drawn" in words(app))
        app.drawing.errors["garments"] = "The garments could not be drawn into [/data]."
        app.screen.post_message(BuiltInChanged("garments", 0.43, app.drawing.errors["garments"]))
        await wait_for(pilot, lambda: "The garments could not be drawn into [/data]." in words(app))
