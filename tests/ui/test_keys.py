"""Keys: every action on safe keys, the same everywhere, shown below, in Help, and in the palette."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.app import App
from textual.binding import Binding
from textual.widgets import Input
from ui_helpers import AppFactory, PlainLab, wait_for, words

from tutor.ui import keys
from tutor.ui.app import TutorApp
from tutor.ui.commands import Palette
from tutor.ui.screens.exporting import ExportScreen
from tutor.ui.screens.help import HelpScreen, groups, join_keys
from tutor.ui.screens.home import HomeList, HomeScreen
from tutor.ui.screens.leave import LeaveScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.over import OverScreen
from tutor.ui.screens.playground import LineInput, PlaygroundScreen
from tutor.ui.screens.reference import CardList, ReferenceScreen
from tutor.ui.screens.reread import RereadScreen
from tutor.ui.screens.runs import DeleteScreen, RunList, RunsScreen
from tutor.ui.screens.step import StepScreen
from tutor.ui.screens.steps import Choices, StepsScreen
from tutor.ui.screens.welcome import WelcomeScreen
from tutor.ui.widgets.key_bar import Key, KeyBar, fit
from tutor.ui.widgets.question import QuestionView
from tutor.ui.widgets.reading import Reading

BOUND = [
    TutorApp,
    *(HomeScreen, StepScreen, LessonScreen, ReferenceScreen, RereadScreen),
    *(OverScreen, HelpScreen, LeaveScreen, StepsScreen, WelcomeScreen),
    *(HomeList, CardList, Choices, QuestionView, Reading),
    *(PlaygroundScreen, LineInput, RunsScreen, RunList, DeleteScreen, ExportScreen),
]
SHELL = {"n": "next", "p": "previous", "b": "home", "i": "steps", "f": "reference", "q": "quit"}
LAB_KEYS = {".", "s", "x", "o", "g", "m", "+", "-", "y", "t", "Space"}
UNSAFE = ("alt+", "shift+", "ctrl+z", "ctrl+b", "ctrl+a", "ctrl+h", "ctrl+enter", "ctrl+shift")


def bindings(bound: type) -> Iterator[Binding]:
    yield from Binding.make_bindings(bound.__dict__.get("BINDINGS", []))


@pytest.mark.parametrize("bound", BOUND)
def test_no_key_is_one_that_terminals_swallow(bound: type) -> None:
    assert not [b.key for b in bindings(bound) if b.key.startswith(UNSAFE)]


@pytest.mark.parametrize("bound", BOUND)
def test_escape_is_never_the_only_way(bound: type) -> None:
    found: dict[str, set[str]] = {}
    for binding in bindings(bound):
        found.setdefault(binding.action, set()).add(binding.key)
    assert not [action for action, on_keys in found.items() if on_keys == {"escape"}]


@pytest.mark.parametrize("bound", BOUND)
def test_every_key_says_what_it_does(bound: type) -> None:
    assert not [b.key for b in bindings(bound) if not b.description]


def test_the_keys_of_the_shell_leave_the_lab_its_own() -> None:
    taken = {keys.key_words(b.key) for bound in (TutorApp, StepScreen) for b in bindings(bound)}
    assert not taken & LAB_KEYS


def test_a_step_and_the_app_bind_what_help_promises() -> None:
    bound = {b.key: b.action for one in (TutorApp, StepScreen) for b in bindings(one)}
    assert {key: bound[key] for key in SHELL} == SHELL


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("question_mark", "?"),
        ("full_stop", "."),
        ("plus", "+"),
        ("minus", "-"),
        ("hyphen_minus", "-"),
        ("plus_sign", "+"),
        ("colon", ":"),
        ("f1", "F1"),
        ("f", "f"),
        ("ctrl+q", "Ctrl+Q"),
        ("pagedown", "PgDn"),
        ("escape", "Esc"),
        ("3", "3"),
    ],
)
def test_keys_are_named_as_on_a_keyboard(key: str, name: str) -> None:
    assert keys.key_words(key) == name


def test_a_row_of_digits_is_said_shortly() -> None:
    assert join_keys(list("123456789")) == "1 … 9"
    assert join_keys(["Enter", "Space"]) == "Enter, Space"


# The line of keys

LINE = [Key(name[0], name[0], name, action) for name, action in [("next", "next"), ("steps", "steps")]]
OUT = [Key("?", "?", "Help", "help"), Key("q", "q", "Quit", "quit")]


@pytest.mark.parametrize("width", range(13, 60))
def test_what_does_not_fit_is_left_out_but_never_help_and_quit(width: int) -> None:
    kept = fit(LINE + OUT, width)
    assert [key for key in kept if key in OUT] == OUT
    text = "  ".join(f"{key.name} {key.words}" for key in kept)
    assert len(text) <= width or kept == OUT


async def test_the_line_follows_the_focus_and_a_click_presses_the_key(app_factory: AppFactory) -> None:
    app = app_factory(start="1/check")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "Enter Answer" in words(app))
        await pilot.press("tab", "tab")
        await wait_for(pilot, lambda: "Enter Read on" in words(app) or "Enter Answer" in words(app))
        line = words(app).splitlines()[-1]
        await pilot.click(KeyBar, offset=(line.index("n Next"), 0))
        await wait_for(pilot, lambda: "The end" in words(app)[:80])


# Help


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help_shows_the_keys_of_the_screen_it_was_opened_from(
    app_factory: AppFactory, key: str
) -> None:
    app = app_factory(start="1/long")
    async with app.run_test(size=(80, 40)) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, LessonScreen) and "Enter Read on" in words(app))
        step = app.screen
        await pilot.press(key)
        await wait_for(pilot, lambda: isinstance(app.screen, HelpScreen) and "Everywhere" in words(app))
        text = words(app)
        for sentence in (
            "Go a page down; at the end, to the next step",
            "Go on to the next step",
            "Go back to the home screen",
            "Open the quick reference; come back where you were",
        ):
            assert sentence in text
        await pilot.press("b")
        await wait_for(pilot, lambda: app.screen is step)


async def test_help_scrolls_where_there_is_little_room(app_factory: AppFactory) -> None:
    app = app_factory(start="1/long")
    async with app.run_test(size=(60, 18)) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, LessonScreen) and "Enter Read on" in words(app))
        await pilot.press("question_mark")
        await wait_for(pilot, lambda: isinstance(app.screen, HelpScreen) and "b  back" in words(app))
        assert "Ctrl+Q" not in words(app)
        await pilot.press(*["j"] * 30)
        await wait_for(pilot, lambda: "Ctrl+Q" in words(app))


@pytest.mark.parametrize("start", ["", "1/start", "1/guess", "1/run", "1/check"])
async def test_everything_on_the_line_of_keys_is_in_help(
    app_factory: AppFactory, plain_lab: type[PlainLab], start: str
) -> None:
    app = app_factory(start=start)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.screen.query(KeyBar) and app.screen.query_one(KeyBar).keys)
        helped = {
            key for rows in groups(app.screen).values() for names, _ in rows for key in names.split(", ")
        }
        shown = {key.name for key in app.screen.query_one(KeyBar).keys}
        assert shown <= helped


# The palette


async def palette(app: App[None], pilot: object) -> None:
    await wait_for(pilot, lambda: isinstance(app.screen, Palette) and app.screen.query(Input))  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_the_palette_opens_on_two_keys_with_a_cursor_that_does_not_blink(
    app_factory: AppFactory, key: str
) -> None:
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        await palette(app, pilot)
        await wait_for(pilot, lambda: not app.screen.query_one(Input).cursor_blink)


async def test_the_palette_finds_a_step_by_name(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        await palette(app, pilot)
        await pilot.press(*"long")
        await wait_for(pilot, lambda: "1.2 A long text" in words(app))
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: "A long text" in words(app)[:80] and len(app.screen_stack) == 2)


async def test_the_palette_runs_the_actions_of_the_screen(app_factory: AppFactory) -> None:
    app = app_factory(start="1/long")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "Enter Read on" in words(app))
        await pilot.press("colon")
        await palette(app, pilot)
        await pilot.press(*"next")
        await wait_for(pilot, lambda: "Go on to the next step" in words(app))
        await pilot.press("enter", "enter")
        await wait_for(pilot, lambda: "Predict: which is it?" in words(app)[:80])


async def test_every_lesson_step_card_and_theme_is_a_command(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, HomeScreen))
        titles = {command.title for command in app.get_system_commands(app.screen)}
    wanted = {"1 First lesson", "2 Second lesson", "1.5 Check yourself", "Reference: A slip", "Quit", "Help"}
    assert wanted | {"Theme: dark", "Theme: light"} <= titles


async def test_the_light_theme_is_chosen_by_name(app_factory: AppFactory) -> None:
    app = app_factory(start="1/start")
    async with app.run_test(size=(80, 24)) as pilot:
        commands = {command.title: command.callback for command in app.get_system_commands(app.screen)}
        commands["Theme: light"]()
        await wait_for(pilot, lambda: not app.current_theme.dark)
