"""The complete classifier: a real small run, its matrix walked, its cells opened, its classes and errors shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from ui_helpers import AppFactory, wait_for, words

from tutor.learning.lessons import Course, load_course
from tutor.ui import training
from tutor.ui.app import TutorApp
from tutor.ui.labs.classifier import CELLS, CLASSES, ERRORS, ClassifierLab
from tutor.ui.widgets.knobs import Knobs

LESSON = """
id = "errors"
number = 1
title = "Errors"
summary = "A classifier."
teaches = ["errors"]
needs = []
minutes = 2
main = "classifier"

[[steps]]
id = "classifier"
kind = "lab"
title = "Classifier"
minutes = 1
lab = "classifier"
experiment = "digits mlp:16 ce adam lr=1e-3 batch=32 epochs=2 seed=7"
panels = ["loss", "accuracy", "confusion"]
[[steps.knobs]]
key = "lr"
label = "learning rate"
values = ["1e-3", "1e-2"]

[[steps]]
id = "clothes"
kind = "lab"
title = "Clothes"
minutes = 1
lab = "classifier"
experiment = "garments mlp:16 ce adam lr=1e-3 batch=32 epochs=1 seed=7"
panels = ["loss", "confusion"]
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    folder = tmp_path / "course" / "1_errors"
    folder.mkdir(parents=True)
    (folder / "lesson.toml").write_text(LESSON, encoding="utf-8")
    for name in ("classifier.md", "clothes.md"):
        (folder / name).write_text("Look at the *errors*.\n", encoding="utf-8")
    return load_course(tmp_path / "course")


@pytest.fixture
def make(app_factory: AppFactory, course: Course, drawn_data: Path) -> Any:
    """Makes an app that opens at a step of the course."""
    return lambda step="classifier": app_factory(course=course, start=f"errors/{step}", data_dir=drawn_data)


def lab(app: TutorApp) -> ClassifierLab:
    assert isinstance(app.screen, ClassifierLab)
    return app.screen


def said(app: TutorApp) -> str:
    return " ".join(words(app).split())


async def wait_patiently(pilot: Pilot[None], condition: Any) -> None:
    for _ in range(6000):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError("the lab did not come so far")


async def trained(pilot: Pilot[None], app: TutorApp) -> ClassifierLab:
    """Run the lab to its end."""
    await wait_for(pilot, lambda: isinstance(app.screen, ClassifierLab) and "Run it" in words(app))
    await pilot.press("space")
    await wait_patiently(pilot, lambda: lab(app).run_.state == "ended")
    await wait_for(pilot, lambda: "On the test set" in said(app))
    return lab(app)


async def test_the_matrix_is_walked_and_a_cell_opens_to_its_images(make: Any) -> None:
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await trained(pilot, app)
        await pilot.press("c")
        await wait_for(pilot, lambda: screen.page == CELLS and "Enter opens them." in words(app))
        counts = screen.run_.histories[0].evaluated["test"].confusion
        most = max(counts[a][b] for a in range(10) for b in range(10) if a != b)
        assert screen.cell is not None and counts[screen.cell[0]][screen.cell[1]] == most
        assert f"[{most}]" in words(app)
        await wait_patiently(pilot, lambda: screen.examined is not None)
        assert screen.examined and screen.examined.confusion() == counts
        screen.cell = (1, 1)
        await pilot.press("up", "up", "left", "h", "h")
        assert screen.cell == (0, 0)
        await pilot.press("j", "right")
        assert screen.cell == (1, 1) and screen.query_one(Knobs).values == ["1e-3"]
        await wait_for(
            pilot, lambda: f"{counts[1][1]:,} of {sum(counts[1]):,} samples of 1 are read right" in said(app)
        )
        await pilot.press("enter")
        await wait_for(pilot, lambda: f"Image 1 of {counts[1][1]}" in said(app))
        indices = screen.examined.cell(1, 1)
        assert f"test image {indices[0]:,} is 1, read as 1 with" in said(app)
        await pilot.press("right")
        await wait_for(pilot, lambda: f"Image 2 of {counts[1][1]}" in said(app))
        await pilot.press("escape")
        await wait_for(pilot, lambda: "Enter opens them." in words(app))
        assert isinstance(app.screen, ClassifierLab)
    training.stop_all()


async def test_classes_and_errors_and_back_to_the_curves(make: Any) -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await trained(pilot, app)
        await pilot.press("a")
        await wait_for(pilot, lambda: "precision" in words(app) and "is found least" in said(app))
        assert screen.page == CLASSES and not screen.query_one(Knobs).display
        await pilot.press("e")
        await wait_patiently(pilot, lambda: "Error 1 of" in said(app))
        assert screen.page == ERRORS and screen.examined
        first = screen.examined.errors()[0]
        assert f"test image {first:,} is {screen.examined.labels[first]}, read as" in said(app)
        assert f"▸ {screen.examined.labels[first]}→{screen.examined.predictions[first]}" in words(app)
        await pilot.press("down", "right")
        across, _ = screen._grid_size(*screen._picture_size())
        await wait_for(pilot, lambda: f"Error {across + 2} of" in said(app))
        await pilot.press("v")
        assert screen.page is None
        await pilot.press("v")
        await wait_for(pilot, lambda: "On the test set" in said(app) and screen.query_one(Knobs).display)
        await pilot.press("x")
        assert screen.examined is None and screen.cell is None
        await pilot.press("c")
        await wait_for(pilot, lambda: "no run to look into yet" in words(app))
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)
    training.stop_all()


async def test_a_cell_opens_while_the_run_goes_on(make: Any) -> None:
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, ClassifierLab) and "Run it" in words(app))
        screen = lab(app)
        screen.run_.pace = 20.0  # steps per second: it does not end by itself
        await pilot.press("space")
        await wait_patiently(pilot, lambda: screen.evaluated is not None)
        await pilot.press("c")
        await wait_for(pilot, lambda: "In the validation set" in said(app))
        await pilot.press("enter")
        await wait_patiently(pilot, lambda: screen.examined is not None)
        assert screen.examined and screen.examined.part == "val" and screen.run_.live
        await pilot.press("enter", "s")
        await wait_patiently(pilot, lambda: screen.run_.state == "ended")
        await wait_patiently(pilot, lambda: screen.examined is not None and screen.examined.part == "test")
        await wait_for(pilot, lambda: "In the test set" in said(app))
        assert not app.progress.is_done("errors", "classifier")
    training.stop_all()


async def test_another_run_forgets_what_was_opened(make: Any) -> None:
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await trained(pilot, app)
        await pilot.press("e")
        await wait_patiently(pilot, lambda: screen.examined is not None)
        first = screen.examined
        await pilot.press("space")
        assert screen.examined is not first
        await wait_patiently(pilot, lambda: screen.run_.state == "ended")
        await wait_patiently(pilot, lambda: screen.examined is not None and screen.examined.part == "test")
    training.stop_all()


@pytest.mark.parametrize("size", [(60, 20), (80, 23), (140, 50)])
@pytest.mark.parametrize("ascii_only", [False, True])
async def test_long_names_fit_everywhere(
    make: Any, size: tuple[int, int], ascii_only: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ascii_only:
        monkeypatch.setenv("TUTOR_GLYPHS", "ascii")
        monkeypatch.setenv("NO_COLOR", "1")
    app = make("clothes")
    async with app.run_test(size=size) as pilot:
        screen = await trained(pilot, app)
        await pilot.press("c")
        await wait_for(pilot, lambda: "samples of" in said(app))
        await pilot.press("enter")
        await wait_patiently(pilot, lambda: "the surest first" in said(app))
        assert screen.opened == screen.cell
        await pilot.press("a")
        await wait_for(pilot, lambda: "Sneaker" in words(app) and "recall" in words(app))
        await pilot.press("e")
        await wait_patiently(pilot, lambda: "Error 1 of" in said(app))
        picture = "\n".join(line for line in words(app).splitlines()[2:8])
        assert picture.isascii() or not ascii_only
    training.stop_all()
