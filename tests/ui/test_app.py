"""The app as a whole: what it imports, where it starts, how it leaves, and how little it writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ui_helpers import AppFactory, PlainLab, wait_for, words

from tutor.errors import TutorError
from tutor.learning.lessons import Course
from tutor.learning.progress import Progress
from tutor.ui import drawing_data
from tutor.ui.drawing_data import DrawingData
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.leave import LeaveScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.room import RoomScreen
from tutor.ui.screens.welcome import WelcomeScreen
from tutor.ui.warming import Warming

SIZES = [(80, 24), (80, 23), (120, 40), (60, 20)]

PAINTED = """
import asyncio, sys
from pathlib import Path
from tutor.learning.lessons import load_course
from tutor.learning.progress import Progress
from tutor.ui.app import TutorApp

async def main(folder):
    app = TutorApp(load_course(folder / "lessons"), Progress.load(folder / "p.json"), data_dir=folder)
    app._after_first_paint = lambda: None
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("enter", "enter")

asyncio.run(main(Path(sys.argv[1])))
heavy = {"torch", "torchvision", "numpy", "plotext"} & set(sys.modules)
assert not heavy, heavy
"""


def python(code: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, timeout=120)


def test_importing_the_app_loads_nothing_heavy_and_no_screen() -> None:
    child = python(
        "import sys, tutor.ui.app\n"
        "heavy = {'torch', 'torchvision', 'numpy', 'plotext', 'markdown_it', 'pygments'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "screens = [name for name in sys.modules if name.startswith('tutor.ui.screens.')]\n"
        "assert not screens, screens"
    )
    assert child.returncode == 0, child.stderr


def test_home_and_reading_need_no_torch(small_course: Course, tmp_path: Path) -> None:
    child = python(PAINTED, str(tmp_path))
    assert child.returncode == 0, child.stderr


@pytest.mark.parametrize("size", SIZES)
async def test_it_starts_at_home(app_factory: AppFactory, size: tuple[int, int]) -> None:
    app = app_factory()
    async with app.run_test(size=size) as pilot:
        await wait_for(pilot, lambda: "Start: 1 First lesson, step 1 of 5" in words(app))
        assert isinstance(app.screen, HomeScreen)


async def test_the_first_start_welcomes_once(app_factory: AppFactory, tmp_path: Path) -> None:
    progress = Progress.load(tmp_path / "new" / "progress.json")
    app = app_factory(progress=progress)
    async with app.run_test(size=(80, 23)) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, WelcomeScreen))
        await wait_for(pilot, lambda: "Enter  go on" in words(app))
        assert "80 x 23" in words(app)
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, HomeScreen))
    assert not Progress.load(tmp_path / "new" / "progress.json").first_start


@pytest.mark.parametrize(
    ("start", "title"), [("1", "A short text"), ("1/long", "A long text"), ("second", "The end")]
)
async def test_it_starts_at_a_place(app_factory: AppFactory, start: str, title: str) -> None:
    app = app_factory(start=start)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, LessonScreen) and title in words(app))
        assert len(app.screen_stack) == 2


async def test_a_place_that_does_not_exist_is_said_and_home_is_open(app_factory: AppFactory) -> None:
    app = app_factory(start="1/lung")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await wait_for(pilot, lambda: "There is no step in lesson 1 “lung”." in words(app))
        assert isinstance(app.screen, HomeScreen)


async def test_q_quits(app_factory: AppFactory) -> None:
    app = app_factory(start="1")
    async with app.run_test() as pilot:
        await pilot.press("q")
        await wait_for(pilot, lambda: not app.is_running)


async def test_quitting_asks_only_when_a_run_would_be_lost(
    app_factory: AppFactory, plain_lab: type[PlainLab], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain_lab, "lost", "The run of 20 epochs would be lost.")
    app = app_factory(start="1/run")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, PlainLab))
        await pilot.press("ctrl+q")
        await wait_for(pilot, lambda: isinstance(app.screen, LeaveScreen))
        await wait_for(pilot, lambda: "The run of 20 epochs would be lost." in words(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, PlainLab))
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(app.screen, LeaveScreen))
        await pilot.press("q")
        await wait_for(pilot, lambda: not app.is_running)


async def test_ctrl_c_only_says_how_to_quit(app_factory: AppFactory) -> None:
    app = app_factory()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("ctrl+c")
        await wait_for(pilot, lambda: "Press q or Ctrl+Q to quit." in words(app))
        assert app.is_running


async def test_too_little_room_is_said_and_what_is_open_stays(app_factory: AppFactory) -> None:
    app = app_factory(start="1/long")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, LessonScreen))
        step = app.screen
        await pilot.resize_terminal(50, 16)
        await wait_for(pilot, lambda: "50 x 16" in words(app))
        assert isinstance(app.screen, RoomScreen)
        await pilot.press("n", "enter")
        await pilot.resize_terminal(60, 18)
        await wait_for(pilot, lambda: app.screen is step)


async def test_a_small_terminal_at_the_start_is_said_over_the_step(app_factory: AppFactory) -> None:
    app = app_factory(start="1/long")
    async with app.run_test(size=(40, 10)) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, RoomScreen))
        await pilot.resize_terminal(80, 24)
        await wait_for(pilot, lambda: isinstance(app.screen, LessonScreen))


async def test_a_storm_of_resizes_ends_as_the_last_size(app_factory: AppFactory) -> None:
    app = app_factory(start="1")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, LessonScreen))
        for width in (50, 120, 60, 30, 100, 80, 20, 119):
            await pilot.resize_terminal(width, 10 + width // 4)
        await wait_for(pilot, lambda: "A short text" in words(app) and app.size.width == 119)
        assert len(app.screen_stack) == 2


async def test_opening_steps_keeps_the_stack_flat(app_factory: AppFactory, small_course: Course) -> None:
    app = app_factory(start="1")
    lesson = small_course.lessons[0]
    async with app.run_test() as pilot:
        for step in (lesson.steps[1], lesson.steps[0], lesson.steps[4]):
            app.open_step(lesson, step)
            await wait_for(pilot, lambda title=step.title: title in words(app)[:80])
            assert len(app.screen_stack) == 2
        assert app.progress.last == "first/check"


async def test_a_state_that_cannot_be_saved_is_a_sentence_and_nothing_stops(
    app_factory: AppFactory, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    progress = Progress.load(blocked / "progress.json")
    progress.mark_started()
    blocked.write_text("a file where the folder should be")
    app = app_factory(progress=progress)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("enter")
        await wait_for(pilot, lambda: "could not be saved" in words(app))
        assert app.is_running
        app.go_home()
        await wait_for(
            pilot, lambda: isinstance(app.screen, HomeScreen) and "could not be saved" in words(app)
        )


async def test_a_notice_about_lessons_stands_on_home(app_factory: AppFactory) -> None:
    app = app_factory(notice="Lesson 7 has a fault and is left out.")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "Lesson 7 has a fault and is left out." in words(app))


async def test_torch_is_imported_on_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    imported: list[str] = []
    monkeypatch.setattr("tutor.ui.warming.load_libraries", lambda: True)
    monkeypatch.setattr("tutor.ui.warming.importlib.import_module", imported.append)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    warming = Warming()
    warming.start()
    assert warming.wait(30)
    assert imported == ["tutor.ui.screens.lesson", "torch"]
    assert not warming.error


async def test_a_torch_that_cannot_be_imported_is_kept_as_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise ImportError("libcudart is missing")

    monkeypatch.setattr("tutor.ui.warming.load_libraries", lambda: True)
    monkeypatch.setattr("tutor.ui.warming.importlib.import_module", fail)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    warming = Warming()
    warming.start()
    assert warming.wait(30)
    assert warming.error == "torch cannot be imported: libcudart is missing"


def test_torch_works_after_its_libraries_were_loaded_first() -> None:
    child = python(
        "from tutor.ui.warming import load_libraries\n"
        "load_libraries()\n"
        "import torch\n"
        "assert (torch.ones(2, 3) @ torch.ones(3, 2)).tolist() == [[3, 3], [3, 3]]"
    )
    assert child.returncode == 0, child.stderr


# Drawing the built-in data

CHILD = """
import sys
for line in {lines!r}:
    print(line, flush=True)
sys.exit({code})
"""


async def drawn(
    monkeypatch: pytest.MonkeyPatch, folder: Path, lines: list[str], code: int = 0, done: bool = True
) -> tuple[DrawingData, list[tuple[str, float, str]]]:
    """Draw with a child that says `lines` and leaves with `code`; `done` is whether the data is there then."""
    told: list[tuple[str, float, str]] = []
    finished: set[str] = set()

    def command(name: str, data_dir: Path) -> list[str]:
        if done:
            finished.add(name)
        return [sys.executable, "-c", CHILD.format(lines=lines, code=code)]

    monkeypatch.setattr(drawing_data, "command", command)
    monkeypatch.setattr(drawing_data, "is_drawn", lambda name, folder: name in finished)
    drawing = DrawingData(
        folder, lambda message: told.append((message.name, message.fraction, message.error))
    )
    await drawing.draw_all()
    return drawing, told


async def test_missing_data_is_drawn_one_after_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    drawing, told = await drawn(monkeypatch, tmp_path, ["0.25", "0.50"])
    assert told == [
        (name, fraction, "") for name in ("digits", "garments") for fraction in (0.0, 0.25, 0.5, 1.0)
    ]
    assert drawing.fractions == {"digits": 1.0, "garments": 1.0}


async def test_data_that_is_there_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(drawing_data, "is_drawn", lambda name, folder: True)
    monkeypatch.setattr(drawing_data, "command", lambda *_: pytest.fail("a child was started"))
    drawing = DrawingData(tmp_path, lambda message: None)
    await drawing.draw_all()
    assert drawing.fractions == {"digits": 1.0, "garments": 1.0}


async def test_a_child_that_fails_leaves_a_sentence_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    drawing, _ = await drawn(monkeypatch, tmp_path, ["0.10", "The folder is read-only."], code=1, done=False)
    assert drawing.errors == dict.fromkeys(("digits", "garments"), "The folder is read-only.")


async def test_a_silent_failure_names_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    drawing, _ = await drawn(monkeypatch, tmp_path, [], code=1, done=False)
    assert str(tmp_path) in drawing.errors["digits"]


async def test_a_program_that_cannot_be_started_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(drawing_data, "is_drawn", lambda name, folder: False)
    monkeypatch.setattr(drawing_data, "command", lambda *_: [str(tmp_path / "missing")])
    drawing = DrawingData(tmp_path, lambda message: None)
    await drawing.draw_all()
    assert drawing.errors["digits"] == "The digits could not be drawn: No such file or directory."


async def test_leaving_ends_the_child(app_factory: AppFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_factory()
    waits = "import signal; print(0.5, flush=True); signal.pause()"
    monkeypatch.setattr(drawing_data, "is_drawn", lambda name, folder: False)
    monkeypatch.setattr(drawing_data, "command", lambda *_: [sys.executable, "-c", waits])
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "digits 50% drawn" in words(app), turns=4000)
        assert app.built_in == {"digits": 0.5}
        child = app.drawing._child
        assert child is not None
        assert child.returncode is None
    assert child.returncode is not None


def test_errors_of_the_app_are_sentences(small_course: Course) -> None:
    with pytest.raises(TutorError, match="Did you mean"):
        small_course.find("1/lung")
