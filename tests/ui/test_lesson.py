"""Reading, predicting and answering; what was answered is kept."""

from __future__ import annotations

import pytest
from textual.app import App
from ui_helpers import AppFactory, PlainLab, wait_for, words

from tutor import paths
from tutor.learning.lessons import Course, load_course
from tutor.learning.progress import Progress
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.reread import RereadScreen
from tutor.ui.screens.steps import StepsScreen
from tutor.ui.widgets.markdown import LessonFence
from tutor.ui.widgets.question import QuestionView
from tutor.ui.widgets.reading import Reading


def step_id(app: App[None]) -> str:
    """The id of the step that is open and laid out, or ""."""
    readings = app.screen.query(Reading)
    ready = not readings or readings.first().ready
    return getattr(getattr(app.screen, "step", None), "id", "") if ready else ""


def view(app: App[None], index: int = 0) -> QuestionView:
    return list(app.screen.query(QuestionView))[index]


# Reading


@pytest.mark.parametrize("key", ["enter", "space"])
async def test_one_key_reads_to_the_end_and_goes_on(app_factory: AppFactory, key: str) -> None:
    app = app_factory(start="1/long")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "long")
        reading = app.screen.query_one(Reading)
        assert reading.max_scroll_y > 40
        pages = 0
        while step_id(app) == "long" and pages < 20:
            await pilot.press(key)
            pages += 1
        assert 3 <= pages < 10
        await wait_for(pilot, lambda: step_id(app) == "guess")
        assert app.progress.is_done("first", "long")


async def test_no_line_is_skipped_by_paging(app_factory: AppFactory) -> None:
    app = app_factory(start="1/long")
    seen = ""
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "long")
        reading = app.screen.query_one(Reading)
        while True:
            seen += words(app)
            if reading.at_end:
                break
            await pilot.press("enter")
    assert all(f"Paragraph {number} " in seen for number in range(1, 41))


async def test_lines_pages_and_ends(app_factory: AppFactory) -> None:
    app = app_factory(start="1/long")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "long")
        reading = app.screen.query_one(Reading)
        places = []
        for key in ("j", "down", "k", "up", "pagedown", "pageup", "end", "home"):
            await pilot.press(key)
            places.append(round(reading.scroll_offset.y))
        assert places == [1, 2, 1, 0, reading.size.height - 2, 0, reading.max_scroll_y, 0]


async def test_a_step_that_is_left_forward_is_done_and_backward_is_not(app_factory: AppFactory) -> None:
    app = app_factory(start="1/long")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "long")
        await pilot.press("p")
        await wait_for(pilot, lambda: step_id(app) == "start")
        assert not app.progress.is_done("first", "long")
        await pilot.press("n")
        await wait_for(pilot, lambda: step_id(app) == "long")
        assert app.progress.is_done("first", "start")


async def test_the_bar_says_where_and_how_much_is_left(app_factory: AppFactory) -> None:
    app = app_factory(start="1/long")
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: "1 First lesson · step 2 of 5 · about 12 min left" in words(app))
        await pilot.resize_terminal(60, 20)
        await wait_for(pilot, lambda: "1 First lesson · 2 of 5 · 12 min left" in words(app))


async def test_the_steps_stand_at_the_left_where_there_is_room(
    app_factory: AppFactory, progress: Progress
) -> None:
    progress.mark_done("first", "start")
    app = app_factory(start="1/long")
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: "✓ A short text" in words(app) and "▸ A long text" in words(app))
        assert "· Check yourself" in words(app)
        await pilot.resize_terminal(99, 40)
        await wait_for(pilot, lambda: "✓ A short text" not in words(app))


async def test_a_click_on_a_step_opens_it(app_factory: AppFactory) -> None:
    app = app_factory(start="1/long")
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: "· Check yourself" in words(app))
        await pilot.click("StepList Static", offset=(4, 8))
        await wait_for(pilot, lambda: step_id(app) == "check")


async def test_code_and_formulas_are_as_written(app_factory: AppFactory) -> None:
    app = app_factory(start="1/start")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "p = σ(z) = 1 / (1 + e^(−z))" in words(app))
        assert "print(math.pi)" in words(app)
        kinds = [fence.language for fence in app.screen.query(LessonFence)]
        assert kinds == ["python", "text", "math"]


async def test_y_copies_the_code_and_keeps_it_in_a_file(app_factory: AppFactory) -> None:
    app = app_factory(start="1/start")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "start")
        await pilot.press("y")
        copied = paths.state_dir() / "copied.py"
        await wait_for(pilot, lambda: "Copied. Also in" in words(app))
        assert copied.read_text() == app.clipboard == "import math\n\nprint(math.pi)\n"


async def test_the_last_step_of_a_lesson_leads_to_the_next_lesson_and_says_so(
    app_factory: AppFactory,
) -> None:
    app = app_factory(start="1/check")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "check")
        await pilot.press("end")
        await wait_for(pilot, lambda: "Lesson 1 ends here. Next: 2 Second lesson" in words(app))
        await pilot.press("n")
        await wait_for(pilot, lambda: step_id(app) == "end")
        await wait_for(pilot, lambda: "Now lesson 2 Second lesson" in words(app))


async def test_after_the_very_last_step_home_is_open(app_factory: AppFactory) -> None:
    app = app_factory(start="2")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "This is the last step. Next: home" in words(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, HomeScreen))
        assert app.progress.is_done("second", "end")


async def test_before_the_very_first_step_there_is_none(app_factory: AppFactory) -> None:
    app = app_factory(start="1")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "start")
        await pilot.press("p")
        await wait_for(pilot, lambda: "This is the first step." in words(app))


async def test_i_lists_the_steps_and_opens_one(app_factory: AppFactory) -> None:
    app = app_factory(start="1/start")
    async with app.run_test(size=(80, 23)) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "start")
        await pilot.press("i")
        await wait_for(
            pilot, lambda: isinstance(app.screen, StepsScreen) and "5  Check yourself" in words(app)
        )
        await pilot.press("j", "enter")
        await wait_for(pilot, lambda: step_id(app) == "long" and len(app.screen_stack) == 2)
        await pilot.press("i", "enter")
        await wait_for(pilot, lambda: step_id(app) == "long" and len(app.screen_stack) == 2)


# Predicting


async def test_a_prediction_is_locked_kept_and_not_judged(
    app_factory: AppFactory, plain_lab: type[PlainLab], progress: Progress
) -> None:
    app = app_factory(start="1/guess")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "guess")
        await pilot.press("2", "enter")
        await wait_for(pilot, lambda: "Locked. Now run it." in words(app))
        assert "vanishes" not in words(app)
        assert "Right" not in words(app)
        assert "Wrong" not in words(app)
        await pilot.press("1")
        assert view(app).highlighted == 1
        await wait_for(pilot, lambda: Progress.load(progress.path).prediction("first", "guess") == 1)
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, PlainLab))
        await pilot.press("p")
        await wait_for(pilot, lambda: "Locked. Now run it." in words(app))


async def test_once_the_lab_has_run_the_prediction_is_judged_with_reasons(
    app_factory: AppFactory, progress: Progress
) -> None:
    progress.predict("first", "guess", 1)
    progress.mark_done("first", "run")
    app = app_factory(start="1/guess")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "Wrong. Its slope [vanishes] where it is wrong." in words(app))
        assert "This is what happens. Its slope stays." in words(app)


# Answering


async def test_a_wrong_answer_says_why_and_may_be_tried_again(app_factory: AppFactory) -> None:
    app = app_factory(start="1/check")
    async with app.run_test(size=(80, 40)) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "check")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "✗ 1  One" in words(app))
        assert "Wrong. That is only half." in words(app)
        assert "1 of 2 answered." in words(app)
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: "✓ 2  Two" in words(app))
        assert "Right. One more than one." in words(app)
        assert "That is only half." not in words(app)
        await pilot.press("1", "up")
        assert view(app).highlighted == 1


async def test_enter_alone_walks_through_a_quiz(app_factory: AppFactory, progress: Progress) -> None:
    app = app_factory(start="1/check")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "check")
        await pilot.press("enter", "enter")
        await wait_for(pilot, lambda: view(app, 1).has_focus)
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.progress.is_done("first", "check"))
        await wait_for(pilot, lambda: "Right. Twice two." in words(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: "1 of 2 answers are right." in words(app))
        assert Progress.load(progress.path).answers("first", "check") == {0: 0, 1: 0}
        await pilot.press("enter")
        await wait_for(pilot, lambda: step_id(app) == "end")


async def test_answers_are_there_again(app_factory: AppFactory, progress: Progress) -> None:
    progress.answer("first", "check", 0, 1)
    progress.answer("first", "check", 1, 2)
    app = app_factory(start="1/check")
    async with app.run_test(size=(80, 40)) as pilot:
        await wait_for(pilot, lambda: "✓ 2  Two" in words(app) and "✗ 3  Three" in words(app))
        assert "1 of 2 answers are right." in words(app)


async def test_the_first_open_question_has_the_focus(app_factory: AppFactory, progress: Progress) -> None:
    progress.answer("first", "check", 0, 1)
    app = app_factory(start="1/check")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "check" and view(app, 1).has_focus)


async def test_all_right_is_said(app_factory: AppFactory, progress: Progress) -> None:
    progress.answer("first", "check", 0, 1)
    app = app_factory(start="1/check")
    async with app.run_test(size=(80, 40)) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "check" and view(app, 1).has_focus)
        await pilot.press("1", "enter")
        await wait_for(pilot, lambda: "All 2 answers are right." in words(app))


async def test_an_answer_to_an_option_that_is_gone_counts_as_none(
    app_factory: AppFactory, progress: Progress
) -> None:
    progress.answer("first", "check", 0, 7)
    app = app_factory(start="1/check")
    async with app.run_test(size=(80, 40)) as pilot:
        await wait_for(pilot, lambda: "0 of 2 answered." in words(app))


async def test_r_rereads_the_step_behind_a_wrong_answer_and_comes_back(app_factory: AppFactory) -> None:
    app = app_factory(start="1/check")
    async with app.run_test(size=(80, 40)) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "check")
        quiz = app.screen
        await pilot.press("r")
        assert app.screen is quiz
        await pilot.press("enter", "r")
        await wait_for(pilot, lambda: isinstance(app.screen, RereadScreen))
        await wait_for(pilot, lambda: "Reread: A short text" in words(app) and "A heading" in words(app))
        await pilot.press("b")
        await wait_for(pilot, lambda: app.screen is quiz and view(app).has_focus)


async def test_a_click_chooses_an_option(app_factory: AppFactory) -> None:
    app = app_factory(start="1/check")
    async with app.run_test(size=(80, 40)) as pilot:
        await wait_for(pilot, lambda: step_id(app) == "check")
        await pilot.click("#reading QuestionView:last-of-type OptionRow:last-of-type")
        await wait_for(pilot, lambda: view(app, 1).has_focus and view(app, 1).highlighted == 2)


# The real lessons


@pytest.fixture(scope="session")
def real_course() -> Course:
    course = load_course(paths.lessons_dir(), faults=[])
    if not course.lessons:
        pytest.skip("there are no lessons here")
    return course


async def test_a_lesson_is_walked_with_enter_alone(
    app_factory: AppFactory, real_course: Course, plain_lab: type[PlainLab]
) -> None:
    """From the first step to the next lesson; a lab, which has keys of its own, is left with n."""
    app = app_factory(course=real_course)
    first, second = real_course.lessons[:2]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        for step in first.steps:
            await wait_for(pilot, lambda step=step: step_id(app) == step.id)
            presses = 0
            while step_id(app) == step.id and presses < 60:
                await pilot.press("n" if step.kind == "lab" else "enter")
                presses += 1
            assert presses < 60, f"{step.id} does not end"
            assert step.kind == "lab" or app.progress.is_done(first, step)
        await wait_for(pilot, lambda: step_id(app) == second.steps[0].id)
