"""The builder: knobs to a network, its tree and code, and the run of the same line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from ui_helpers import AppFactory, words

from tutor import paths
from tutor.core.experiment import parse
from tutor.learning.lessons import load_course
from tutor.learning.progress import Progress
from tutor.ui import training
from tutor.ui.app import TutorApp
from tutor.ui.labs.builder import BuilderLab
from tutor.ui.widgets.knobs import Knobs

COURSE = load_course(paths.lessons_dir())
PATIENCE = 3000  # turns of 10 ms: importing torch takes its time on a busy machine


async def until(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    for _ in range(PATIENCE):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError(words(pilot.app))  # type: ignore[arg-type]


@pytest.fixture
def app(app_factory: AppFactory, progress: Progress, drawn_data: Path) -> TutorApp:
    progress.predict("nn-module", "predict-builder", 2)
    return app_factory(course=COURSE, start="1/builder", data_dir=drawn_data)


async def built(pilot: Pilot[Any], app: TutorApp) -> BuilderLab:
    """The lab, once its first network stands."""
    await until(pilot, lambda: isinstance(app.screen, BuilderLab) and app.screen.blueprint is not None)
    await pilot.pause()
    assert isinstance(app.screen, BuilderLab)
    return app.screen


def said(app: TutorApp) -> str:
    """The screen's words without its line breaks."""
    return " ".join(words(app).split())


def line_of(screen: BuilderLab) -> str:
    return str(screen.blueprint.experiment) if screen.blueprint else ""


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (80, 23), (60, 20)])
async def test_the_tree_shows_names_shapes_and_parameters(app: TutorApp, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await built(pilot, app)
        await until(pilot, lambda: "Sequential" in words(app))
        shown = " ".join(words(app).split())
        assert "hidden layers ‹ 4 ›" in shown
        assert "a batch of real samples (64, 1, 28, 28)" in shown
        assert "111,514 parameters, 446,056 bytes as float32; 90 % of them are in hidden.0" in shown
        await pilot.press("pagedown", "pagedown")
        await until(pilot, lambda: "head" in words(app).split("111,514 parameters")[0])


async def test_a_turned_knob_is_another_network(app: TutorApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await built(pilot, app)
        await pilot.press("left", "left")  # two hidden layers
        await until(pilot, lambda: line_of(screen).startswith("digits mlp:128,64:sigmoid "))
        await pilot.press("down", "left")  # the first of them 64 wide
        await until(pilot, lambda: "mlp:64,64:sigmoid" in line_of(screen))
        await pilot.press("down", "down", "down", "right")  # batch norm
        await until(pilot, lambda: "norm=batch" in line_of(screen))
        await until(pilot, lambda: "BatchNorm1d(64)" in words(app))
        await until(pilot, lambda: "258 more numbers are buffers" in said(app))
        assert parse(line_of(screen)).change("norm=none dropout=0").widths == (64, 64)


async def test_without_hidden_layers_there_are_fewer_knobs_and_they_come_back(app: TutorApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await built(pilot, app)
        await pilot.press("left", "left", "left", "left")
        await until(pilot, lambda: line_of(screen).startswith("digits linear "))
        assert [knob.key for knob in screen.query_one(Knobs).knobs] == ["depth", "init"]
        assert "7,850 parameters" in words(app) and "Without a hidden layer" in words(app)
        await pilot.press("right")
        await until(pilot, lambda: line_of(screen).startswith("digits mlp:128:sigmoid "))


async def test_what_cannot_be_built_says_so_and_the_lab_goes_on(app: TutorApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await built(pilot, app)
        await pilot.press("down", *["left"] * 8)
        await until(pilot, lambda: "The width “0” in “mlp:0,64,32,16:sigmoid” cannot be built" in words(app))
        assert "Sequential" not in words(app)
        await pilot.press("space", "y")
        assert screen.run_.state == "ready" and screen.plan == 0
        assert "cannot be built" in words(app)
        await pilot.press("right")
        await until(pilot, lambda: "passes through 1 number." in " ".join(words(app).split()))


async def test_the_views_show_the_code_and_y_copies_what_is_shown(
    app: TutorApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_code", copied.append)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await built(pilot, app)
        await pilot.press("y", "v")
        await until(pilot, lambda: "nn.Linear(784, 128),  # (N, 128)" in words(app))
        await pilot.press("y", "v")
        await until(pilot, lambda: "class Network(nn.Module):" in words(app))
        await pilot.press("y")
        assert copied[0] == "digits mlp:128,64,32,16:sigmoid ce adam lr=1e-3 batch=64 epochs=1 seed=1\n"
        assert copied[1].startswith("import torch") and "nn.Sequential(" in copied[1]
        assert "def forward(self, inputs):" in copied[2]
        await pilot.press("v")
        assert screen.plan is None and screen.query_one("#lab-panels").display
        while screen.view >= 0:
            await pilot.press("v")
        await until(pilot, lambda: "Here you build the network yourself" in words(app))
        await pilot.press("v")
        assert screen.plan == 0
        await until(pilot, lambda: "Sequential" in words(app))


async def test_it_trains_what_it_shows_and_a_turned_knob_shows_the_tree_again(app: TutorApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await built(pilot, app)
        await pilot.press("space")
        assert screen.plan is None
        await until(pilot, lambda: screen.run_.state == "ended")
        await until(pilot, lambda: "On the test set" in words(app))
        (history,) = screen.run_.histories
        assert history.started and history.looked and history.started.experiment == line_of(screen)
        assert (len(history.looked.weights[0]), len(history.looked.weights[0][0])) == (28, 28)
        await until(pilot, lambda: "You predicted this: Norm" in said(app))
        assert app.progress.is_done("nn-module", "builder")
        await pilot.press("left")
        await until(pilot, lambda: screen.plan == 0 and "mlp:128,64,32:sigmoid" in line_of(screen))
        await pilot.press("x")
        assert screen.run_.state == "ready"
    training.stop_all()


async def test_it_waits_for_the_prediction(app_factory: AppFactory, drawn_data: Path) -> None:
    app = app_factory(course=COURSE, start="1/builder", data_dir=drawn_data)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await built(pilot, app)
        await pilot.press("space")
        await until(pilot, lambda: "press p to answer “Predict: rescue a deep network”" in words(app))
        assert screen.run_.state == "ready" and screen.query_one("#builder").display
