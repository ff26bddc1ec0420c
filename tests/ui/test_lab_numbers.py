"""The labs of single numbers: the loss microscope and the softmax explorer, with the keyboard and the mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from ui_helpers import wait_for, words

from tutor import paths
from tutor.learning.lessons import load_course
from tutor.learning.progress import Progress
from tutor.ui.app import TutorApp
from tutor.ui.labs.loss_microscope import LossMicroscopeLab
from tutor.ui.labs.number_lab import NumberLab
from tutor.ui.labs.softmax_explorer import SoftmaxExplorerLab
from tutor.ui.warming import Warming

COURSE = load_course(paths.lessons_dir())
MICROSCOPE = ("3/loss-microscope", "binary-cross-entropy", "predict-pull")
EXPLORER = ("4/softmax-explorer", "categorical-cross-entropy", "predict-wrong")
SIZE = (120, 40)
Place = tuple[str, str, str]


@pytest.fixture
def progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Progress:
    monkeypatch.setenv("TUTOR_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(Warming, "start", lambda self: None)
    progress = Progress.load(tmp_path / "progress.json")
    progress.mark_started()
    return progress


def app_at(place: Place, progress: Progress, predicted: int | None = 0) -> TutorApp:
    """The app at a lab, its question answered with an option (or not)."""
    if predicted is not None:
        progress.predict(place[1], place[2], predicted)
    return TutorApp(COURSE, progress, start=place[0])


async def opened(pilot: Pilot[None], app: TutorApp) -> NumberLab:
    """Wait until the lab is ready, and open it over its text."""
    for _ in range(3000):
        if isinstance(app.screen, NumberLab) and app.screen.ready:
            break
        await pilot.pause(0.01)
    assert isinstance(app.screen, NumberLab) and app.screen.ready
    await wait_for(pilot, lambda: "Open the lab" in words(app))
    await pilot.press("space")
    await wait_for(pilot, lambda: "Open the lab" not in words(app))
    return app.screen


def flat(app: TutorApp) -> str:
    """The screen's words without line breaks."""
    return " ".join(words(app).split())


@pytest.mark.parametrize("place", [MICROSCOPE, EXPLORER])
async def test_a_lab_is_locked_until_it_was_predicted(place: Place, progress: Progress) -> None:
    app = app_at(place, progress, predicted=None)
    async with app.run_test(size=SIZE) as pilot:
        await wait_for(pilot, lambda: "Predict first." in words(app))
        assert isinstance(app.screen, NumberLab)
        await pilot.press("space", "right", "v", "e")
        assert app.screen.text_shown and not progress.is_done(place[1], app.screen.step.id)
        await pilot.press("p")
        await wait_for(pilot, lambda: "Predict:" in words(app))


async def test_the_microscope_slides_flips_and_says_what_it_sees(progress: Progress) -> None:
    app = app_at(MICROSCOPE, progress)
    async with app.run_test(size=SIZE) as pilot:
        lab = await opened(pilot, app)
        assert isinstance(lab, LossMicroscopeLab) and (lab.z, lab.y) == (3.0, 0)
        await wait_for(pilot, lambda: "BCEWithLogitsLoss" in words(app) and "d loss / dz" in words(app))
        await pilot.press("right", "right", "l", "h")
        assert lab.z == 4.0
        await pilot.press("e")
        assert lab.z == pytest.approx(16.636, abs=0.01)
        await wait_for(pilot, lambda: "The naive loss is infinite and its slope NaN." in flat(app))
        assert "cut off at 100, slope 0" in words(app)
        assert "You predicted: The three forms of BCE" in flat(app)
        await pilot.press("space")
        await wait_for(pilot, lambda: "the naive loss is NaN all the same" in flat(app))
        assert lab.y == 1 and "You predicted" not in flat(app)
        assert progress.is_done(MICROSCOPE[1], "loss-microscope")
        await pilot.press("minus", "minus", "minus", "left")
        await wait_for(pilot, lambda: "1 - 1.19e-07" in words(app))
        await pilot.press("x")
        assert (lab.z, lab.y) == (3.0, 0)


async def test_the_microscope_visits_the_edges_in_turn(progress: Progress) -> None:
    app = app_at(MICROSCOPE, progress)
    async with app.run_test(size=SIZE) as pilot:
        lab = await opened(pilot, app)
        assert isinstance(lab, LossMicroscopeLab)
        await pilot.press("space", "e", "e")
        await wait_for(pilot, lambda: "The slope of BCELoss has faded to -0.9" in flat(app))
        assert lab.window == 50
        await pilot.press("e")
        await wait_for(pilot, lambda: "BCEWithLogitsLoss gives 88.723 with slope -1" in flat(app))
        assert lab.window == 100
        await pilot.press("e")
        assert lab.z == lab.edges[1][0] and lab.window == 20
        for _ in range(12):
            await pilot.press("pagedown")
        assert lab.z == 100
        for _ in range(3):
            await pilot.press("w")
        assert lab.window == 100


async def test_one_loss_alone_and_the_log_scale(progress: Progress) -> None:
    app = app_at(MICROSCOPE, progress)
    async with app.run_test(size=SIZE) as pilot:
        lab = await opened(pilot, app)
        assert isinstance(lab, LossMicroscopeLab)
        for name in ("MSE of sigmoid", "naive -log", "BCELoss of sigmoid", "BCEWithLogitsLoss"):
            await pilot.press("down")
            await wait_for(pilot, lambda name=name: f"loss, {name}" in words(app))
        await pilot.press("down", "g")
        await wait_for(pilot, lambda: "size of d loss / dz" in words(app) and "1e-12" in words(app))
        assert lab.chosen == -1 and lab.log_scale


async def test_a_click_puts_the_logit_under_it(progress: Progress) -> None:
    app = app_at(MICROSCOPE, progress)
    async with app.run_test(size=SIZE) as pilot:
        lab = await opened(pilot, app)
        assert isinstance(lab, LossMicroscopeLab)
        await pilot.click("#lab-panels", offset=(7, 5))
        assert -20 <= lab.z < -19
        await pilot.click("#lab-panels", offset=(56, 5))
        assert 19 < lab.z <= 20


async def test_the_explorer_turns_shifts_heats_and_says_what_it_did(progress: Progress) -> None:
    app = app_at(EXPLORER, progress, predicted=1)
    async with app.run_test(size=SIZE) as pilot:
        lab = await opened(pilot, app)
        assert isinstance(lab, SoftmaxExplorerLab)
        await wait_for(pilot, lambda: "better than knowing nothing" in flat(app))
        await pilot.press("right", "up", "up")
        assert lab.state.scores == (2.0, 2.0, 0.0, -1.0, 0.5)
        await wait_for(pilot, lambda: "and every other class has" in flat(app))
        await pilot.press("plus")
        await wait_for(pilot, lambda: "bit for bit the same" in flat(app) and "shift +3" in words(app))
        await pilot.press("minus", "d")
        await wait_for(pilot, lambda: "claims to be surer" in flat(app) and "T 0.5" in words(app))
        await pilot.press("right", "right", "space", "pagedown")
        assert lab.state.target == 3 and lab.answered
        await wait_for(pilot, lambda: "You predicted this: About −1." in flat(app))
        assert progress.is_done(EXPLORER[1], "softmax-explorer")
        await pilot.press("x")
        assert lab.state.scores == (2.0, 1.0, 0.0, -1.0, 0.5) and lab.state.target == 0


async def test_the_explorer_visits_the_edges(progress: Progress) -> None:
    app = app_at(EXPLORER, progress)
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app)
        for expected in (
            "worse than knowing nothing",
            "e^89 is infinite in float32",
            "1 / p overflows",
            "softmax and log apart give inf",
            "e^-105 is 0 in float32",
        ):
            await pilot.press("e")
            await wait_for(pilot, lambda expected=expected: expected in flat(app))
        await pilot.press("u", "u", "u")
        for _ in range(12):
            await pilot.press("plus")
        await wait_for(pilot, lambda: "shift +1e+08" in words(app))


async def test_a_click_chooses_a_class(progress: Progress) -> None:
    app = app_at(EXPLORER, progress)
    async with app.run_test(size=SIZE) as pilot:
        lab = await opened(pilot, app)
        assert isinstance(lab, SoftmaxExplorerLab)
        await pilot.click("#lab-panels", offset=(4, 1 + 2 * 4))
        assert lab.chosen == 2


@pytest.mark.parametrize("place", [MICROSCOPE, EXPLORER])
@pytest.mark.parametrize("size", [(80, 24), (80, 23), (60, 20), (60, 18), (140, 50)])
async def test_every_size_shows_the_numbers(place: Place, size: tuple[int, int], progress: Progress) -> None:
    app = app_at(place, progress)
    async with app.run_test(size=size) as pilot:
        await opened(pilot, app)
        number = "3.04859" if place is MICROSCOPE else "0.5630"
        await wait_for(pilot, lambda: number in words(app) and "loss" in words(app))
        await pilot.resize_terminal(100, 30)
        await wait_for(pilot, lambda: number in words(app))
        await pilot.press("v")
        await wait_for(pilot, lambda: "Open the lab" in words(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: number in words(app))


@pytest.mark.parametrize("place", [MICROSCOPE, EXPLORER])
async def test_without_colours_and_unicode_it_is_all_there(
    place: Place, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TUTOR_GLYPHS", "ascii")
    app = app_at(place, progress)
    async with app.run_test(size=(80, 24)) as pilot:
        lab = await opened(pilot, app)
        picture = "\n".join("".join(part.text for part in line) for line in lab.draw_lab(76, 16))
        assert picture.isascii() and "loss" in picture


async def test_a_lab_that_cannot_prepare_says_so(progress: Progress, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object) -> None:
        raise ImportError("torch is broken")

    monkeypatch.setattr(SoftmaxExplorerLab, "prepare", broken)
    app = app_at(EXPLORER, progress)
    async with app.run_test(size=SIZE) as pilot:
        await wait_for(pilot, lambda: "Something went wrong inside tutor (ImportError)" in flat(app), 2000)
        await pilot.press("space", "up", "e", "x", "v")
        assert isinstance(app.screen, SoftmaxExplorerLab) and not app.screen.ready
