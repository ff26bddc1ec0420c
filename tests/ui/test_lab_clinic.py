"""The clinic on the screen: look, test, diagnose, repair, the next patient, and what is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from ui_helpers import AppFactory, words

from tutor import paths
from tutor.core.clinic import Ward
from tutor.core.conditions import CONDITIONS
from tutor.core.vitals import TESTS
from tutor.learning.lessons import load_course
from tutor.learning.progress import Progress
from tutor.ui import training
from tutor.ui.app import TutorApp
from tutor.ui.labs.clinic import ClinicLab, ClinicList
from tutor.ui.screens.home import HomeList

COURSE = load_course(paths.lessons_dir())
PATIENCE = 6000  # turns of 10 ms: torch and the training share the machine with other tests
PLACE = ("training-loop", "clinic")


async def until(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    for _ in range(PATIENCE):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError(words(pilot.app))  # type: ignore[arg-type]


def ward_with(patient: str, after: int = 0) -> Ward:
    """A ward where this patient is here, and so many have come before."""
    wards = (Ward(seed, after, [("healthy", 7)] * after) for seed in range(1, 500))
    return next(ward for ward in wards if ward.patient.id == patient)


@pytest.fixture
def open_clinic(
    app_factory: AppFactory, progress: Progress, drawn_data: Path
) -> Callable[[Ward | None], TutorApp]:
    def make(ward: Ward | None) -> TutorApp:
        if ward is not None:
            progress.keep_lab(*PLACE, ward.values())
        return app_factory(course=COURSE, start="5/clinic", data_dir=drawn_data)

    return make


async def opened(pilot: Pilot[Any], app: TutorApp) -> ClinicLab:
    await until(pilot, lambda: isinstance(app.screen, ClinicLab) and "Patient" in words(app))
    assert isinstance(app.screen, ClinicLab)
    app.screen.run_.pace = 0.0  # full speed
    return app.screen


async def examined(pilot: Pilot[Any], screen: ClinicLab) -> None:
    """Let the patient run to its end, and be measured."""
    await pilot.press("space")
    await until(pilot, lambda: screen.vitals is not None)
    await pilot.pause()


def said(app: TutorApp) -> str:
    return " ".join(words(app).split())


async def sees(pilot: Pilot[Any], text: str) -> None:
    await until(pilot, lambda: text in said(pilot.app))  # type: ignore[arg-type]


async def choose(pilot: Pilot[Any], screen: ClinicLab, id: str) -> None:
    """Move to a line of the list with the arrows, and press Enter."""
    listed = screen.query_one(ClinicList)
    await until(pilot, lambda: id in [option.id for option in listed.options])
    ids = [option.id for option in listed.options]
    assert screen.app.focused is listed and listed.highlighted is not None
    by = ids.index(id) - listed.highlighted
    await pilot.press(*(["down"] * by if by > 0 else ["up"] * -by), "enter")
    await pilot.pause()


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)])
async def test_a_patient_from_its_curves_to_its_cure(
    open_clinic: Callable[[Ward | None], TutorApp], progress: Progress, size: tuple[int, int]
) -> None:
    ward = ward_with("other-optimizer", after=2)
    app = open_clinic(ward)
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot, app)
        await sees(pilot, "Patient 3 of 8")
        await examined(pilot, screen)
        await sees(pilot, "Train loss 2.3")
        assert "no change at all" not in said(app)
        await choose(pilot, screen, "moved")
        await sees(pilot, "0 of 109,386")
        await pilot.press("d")
        await choose(pilot, screen, "rate-too-small")
        await sees(pilot, "Not “the learning rate is too small”. The first step moved 0 of")
        await choose(pilot, screen, "other-optimizer")
        assert screen.stage == "repair" and screen.ward.case.points == 10 - 1 - 3
        cure = screen.ward.repairs.index(screen.ward.condition.cure)  # type: ignore[arg-type]
        useless = next(index for index in range(3) if index != cure)
        await choose(pilot, screen, str(useless))
        await sees(pilot, "Not the cure.")
        assert screen.ward.case.points == 4 and screen.stage == "repair"
        await choose(pilot, screen, str(cure))
        await sees(pilot, "Cured.")
        assert screen.stage == "cured" and screen.run_.histories[0] is not screen.sick
        await sees(pilot, "brings 4 of 10 points")
        await until(pilot, lambda: progress.is_done(*PLACE))
        await pilot.press("enter")
        await until(pilot, lambda: screen.ward.number == 3 and screen.run_.state != "ready")
        await sees(pilot, "Patient 4 of 8")
        await sees(pilot, "18 of 30 so far")
        assert Ward.from_values(progress.lab(*PLACE), 0) == screen.ward
    training.stop_all()


async def test_leaving_and_coming_back_goes_on(
    open_clinic: Callable[[Ward | None], TutorApp], progress: Progress
) -> None:
    app = open_clinic(None)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app)
        await examined(pilot, screen)
        await choose(pilot, screen, "moved")
        ward = screen.ward
        line = str(ward.experiment)
        await pilot.press("b")
        await until(pilot, lambda: app.screen is not screen)
        app.open_place("5/clinic")
        again = await opened(pilot, app)
        assert again is not screen and again.ward == ward and str(again.ward.experiment) == line
        await sees(pilot, "9 of 10 points left")
        await examined(pilot, again)
        assert again.vitals == screen.vitals
        assert TESTS[2].value(again.vitals) in words(app)  # type: ignore[arg-type]
    training.stop_all()


async def test_a_healthy_run_needs_no_repair_and_the_eighth_ends_the_round(
    open_clinic: Callable[[Ward | None], TutorApp], progress: Progress
) -> None:
    app = open_clinic(ward_with("healthy", after=15))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app)
        await examined(pilot, screen)
        await pilot.press("d")
        await choose(pilot, screen, "eval-forgotten")
        await sees(pilot, "both times")
        await choose(pilot, screen, "healthy")
        assert screen.stage == "cured" and progress.is_done(*PLACE)
        await sees(pilot, "the round of 8 ends with 56 of 80.")
        await pilot.press("enter")
        await until(pilot, lambda: screen.ward.number == 16 and "Patient 1 of 8" in said(app))
    training.stop_all()


async def test_giving_up_is_asked_twice_and_brings_nothing(
    open_clinic: Callable[[Ward | None], TutorApp], progress: Progress
) -> None:
    app = open_clinic(ward_with("sorted"))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("x")
        assert screen.stage == "new"  # there is nothing to give up yet
        await examined(pilot, screen)
        await pilot.press("x")
        await sees(pilot, "Press x again")
        assert not screen.ward.case.named
        await pilot.press("x")
        await sees(pilot, "It was: the training data are sorted by class.")
        cure = screen.ward.repairs.index(screen.ward.condition.cure)  # type: ignore[arg-type]
        await choose(pilot, screen, str(cure))
        await sees(pilot, "Cured.")
        await sees(pilot, "brings 0 of 10 points")
        assert not progress.is_done(*PLACE)
    training.stop_all()


async def test_a_stopped_run_cannot_be_tested_and_nothing_names_the_fault(
    open_clinic: Callable[[Ward | None], TutorApp], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_clinic(ward_with("lr-10"))
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_code", copied.append)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app)
        screen.run_.pace = 20.0
        await pilot.press("space")
        await until(pilot, lambda: screen.run_.histories and screen.run_.histories[0].step)
        await pilot.press("enter")
        await sees(pilot, "The run goes on.")
        await pilot.press("s")
        await sees(pilot, "You stopped the run.")
        await pilot.press("y", "r", "o", "d", "x")
        assert screen.stage == "new" and not copied and not screen.ward.case.tests
        screen.run_.pace = 0.0
        await examined(pilot, screen)
        assert "lr=10" not in words(app) and "too large" not in words(app)
        await sees(pilot, "with peaks up to")
    training.stop_all()


async def test_the_views_are_the_plots_and_the_text(open_clinic: Callable[[Ward | None], TutorApp]) -> None:
    app = open_clinic(ward_with("zero-init"))
    async with app.run_test(size=(60, 20)) as pilot:
        screen = await opened(pilot, app)
        await examined(pilot, screen)
        await until(pilot, lambda: "loss" in words(app).splitlines()[3])
        await pilot.press("v")
        await until(pilot, lambda: "accuracy" in words(app).splitlines()[3])
        await pilot.press("v")
        await until(pilot, lambda: "Runs come that are ill" in words(app))
        await pilot.press("v", "d")
        await until(pilot, lambda: CONDITIONS[0].name in words(app))
    training.stop_all()


async def test_home_opens_the_clinic_and_says_who_waits(
    app_factory: AppFactory, progress: Progress, drawn_data: Path
) -> None:
    progress.keep_lab(*PLACE, ward_with("healthy", after=15).values())
    app = app_factory(course=COURSE, data_dir=drawn_data)
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, "Clinic")
        await sees(pilot, "patient 16")
        listed = app.screen.query_one(HomeList)
        while listed.highlighted is None or listed.options[listed.highlighted].id != "clinic":
            await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ClinicLab))
