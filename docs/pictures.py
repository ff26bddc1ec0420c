"""Makes the pictures of the README: the real app, without a terminal, on data that a seed decides.

    python docs/pictures.py

The curves and boundaries come out the same each time. How far the run is when it is photographed, and how fast
it went, differ a little.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SECONDS = 120  # the most that anything is waited for

os.environ.pop("NO_COLOR", None)
os.environ["TUTOR_GLYPHS"] = "braille"
os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"

from textual.pilot import Pilot  # noqa: E402

from tutor import paths  # noqa: E402
from tutor.core.drawn.cache import ensure_drawn  # noqa: E402
from tutor.learning.lessons import Predict, load_course  # noqa: E402
from tutor.learning.progress import Progress  # noqa: E402
from tutor.ui.app import TutorApp  # noqa: E402
from tutor.ui.screens.lab import LabScreen  # noqa: E402


def make_app(folder: Path, start: str = "") -> TutorApp:
    """The app of someone in the middle of lesson 1, with every question before a lab answered."""
    course = load_course(paths.lessons_dir())
    progress = Progress.load(folder / "progress.json")
    progress.mark_started()
    for lesson in course.lessons:
        for step in lesson.steps:
            if isinstance(step, Predict):
                progress.predict(lesson, step, step.question.answer)
    first, here = course.lesson("0"), course.lesson("1")
    lab = here.step("no-activation")
    for step in first.steps:
        progress.mark_done(first, step)
    for step in here.steps[: here.steps.index(lab)]:
        progress.mark_done(here, step)
    progress.visit(here, lab)
    return TutorApp(course, progress, start=start, data_dir=folder)


async def wait_for(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app work until the condition holds."""
    async with asyncio.timeout(SECONDS):
        while not condition():
            await pilot.pause(0.02)


def save(app: TutorApp, name: str) -> None:
    """Write what is on the screen into docs/NAME.svg."""
    picture = app.export_screenshot(title="tutor")
    (FOLDER / f"{name}.svg").write_text(picture, encoding="utf-8")


async def picture_of_home(folder: Path) -> None:
    """Home, with a lesson under way and the built-in data ready."""
    app = make_app(folder)
    async with app.run_test(size=(100, 38)) as pilot:
        await wait_for(pilot, lambda: list(app.built_in.values()) == [1.0, 1.0])
        await pilot.pause()
        save(app, "home")


async def picture_of_a_lab(folder: Path) -> None:
    """Two networks on a spiral in the middle of their run."""
    app = make_app(folder, start="1/no-activation")
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, LabScreen))
        lab = app.screen
        assert isinstance(lab, LabScreen)
        await pilot.press("space", "minus", "minus")  # slowly, so that curves and numbers are of one moment
        await wait_for(pilot, lambda: lab.run_.histories and lab.run_.histories[0].step >= 500)
        save(app, "lab")
        await pilot.press("s")
        await wait_for(pilot, lambda: not lab.run_.live)


def main() -> None:
    """Make every picture, in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["TUTOR_STATE_DIR"] = name
        for dataset in ("digits", "garments"):
            ensure_drawn(dataset, folder, train=1000, test=200)
        asyncio.run(picture_of_home(folder))
        asyncio.run(picture_of_a_lab(folder))


if __name__ == "__main__":
    main()
