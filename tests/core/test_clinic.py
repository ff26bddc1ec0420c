"""The clinic: signatures on real runs, reasons against every wrong diagnosis, the order of the patients, the score."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import pytest

from tutor.core.bedside import measure
from tutor.core.clinic import BASE, MAIN, PATIENTS, POINTS, RESERVES, ROUND, USELESS, WRONG, Ward
from tutor.core.conditions import CONDITIONS, condition_named
from tutor.core.experiment import parse
from tutor.core.history import History
from tutor.core.training import Kept, train
from tutor.core.verdicts import against
from tutor.core.vitals import TESTS, Vitals, figure

SEEDS = (1, 2, 3)


def run(words: str, data_dir: Path) -> tuple[History, Kept]:
    history, kept = History(), Kept()
    for event in train(parse(BASE).change(words), data_dir=data_dir, keep=kept):
        history.fold(event)
    return history, kept


@lru_cache
def vitals(patient: str, seed: int, data_dir: Path) -> Vitals:
    history, kept = run(f"{PATIENTS[patient].words} seed={seed}", data_dir)
    assert kept.setup is not None
    return measure(kept.setup, history, data_dir)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("patient", PATIENTS)
def test_one_condition_fits_and_every_other_has_its_reason(patient: str, seed: int, drawn_data: Path) -> None:
    found = vitals(patient, seed, drawn_data)
    reasons = {condition.id: against(condition.id, found) for condition in CONDITIONS}
    assert [id for id, reason in reasons.items() if not reason] == [PATIENTS[patient].condition]
    for id, reason in reasons.items():
        assert not reason or (reason.endswith(".") and any(char.isdigit() for char in reason)), (id, reason)
    for test in TESTS:
        assert test.value(found) and test.healthy


@pytest.mark.parametrize("patient", PATIENTS)
def test_the_cure_cures(patient: str, drawn_data: Path) -> None:
    condition = condition_named(PATIENTS[patient].condition)
    if condition.cure is None:
        return
    cured, kept = run(f"{PATIENTS[patient].words} seed=1 {condition.cure.words}", drawn_data)
    assert kept.setup is not None
    after = measure(kept.setup, cured, drawn_data)
    assert against("healthy", after) == "" and against(condition.id, after)
    assert not after.val_loss >= vitals(patient, 1, drawn_data).val_loss  # which may be NaN


TEMPTING = {"softmax-twice": "lr=1", "no-zero-grad": "lr=0.01 steps=1200", "eval-forgotten": "dropout=0.2"}


@pytest.mark.parametrize("condition", TEMPTING)
def test_a_tempting_repair_leaves_the_cause(condition: str, drawn_data: Path) -> None:
    patient = next(one for one in PATIENTS.values() if one.condition == condition)
    assert TEMPTING[condition] in {repair.words for repair in condition_named(condition).repairs[1:]}
    history, kept = run(f"{patient.words} seed=1 {TEMPTING[condition]}", drawn_data)
    assert kept.setup is not None
    assert against(condition, measure(kept.setup, history, drawn_data)) == ""


def test_a_healthy_run_shows_what_the_tests_call_healthy(drawn_data: Path) -> None:
    for seed in SEEDS:
        found = vitals("healthy", seed, drawn_data)
        assert 2.2 < found.first_loss < 2.4 and 0.2 < found.hidden_gradient < found.gradient < 0.6
        assert 0.4 < found.moved / found.parameters < 0.7 and 0.002 < found.update < 0.008
        assert 7 < found.size_before < 9 < found.size_after < 12
        assert found.classes > 9 and (found.train_brightest, found.val_brightest) == (1, 1)
        assert found.twice[0] == found.twice[1] and found.path_accuracy > found.end_accuracy - 0.1
        assert found.one_batch < 0.4 and found.lowest == 0 and found.alike > 0.6


def test_the_patients_come_in_an_order_of_their_own_and_all_come() -> None:
    def order(seed: int, count: int) -> list[str]:
        return [Ward(seed, number).patient.id for number in range(count)]

    assert order(1, 32) == order(1, 32) and len({tuple(order(seed, 8)) for seed in range(20)}) == 20
    for seed in range(20):
        assert sorted(order(seed, ROUND)) == sorted(patient.id for patient in MAIN)
        assert sorted(order(seed, 16)[ROUND:]) == sorted(patient.id for patient in RESERVES)
        assert sorted(order(seed, 32)[16:]) == sorted(PATIENTS)
    assert len({Ward(1, number).experiment.seed for number in range(20)}) == 20


def test_every_repair_is_an_experiment_and_the_cure_is_not_always_first() -> None:
    places = set()
    for number in range(32):
        ward = Ward(3, number)
        lines = {str(ward.repaired(index)) for index in range(len(ward.repairs))}
        assert len(lines) == len(ward.repairs) and str(ward.experiment) not in lines
        if ward.condition.cure:
            places.add(ward.repairs.index(ward.condition.cure))
    assert places == {0, 1, 2}


def treat(ward: Ward) -> None:
    """Name the condition and choose the cure."""
    ward.name(ward.condition.id)
    if ward.condition.cure:
        assert ward.try_repair(ward.repairs.index(ward.condition.cure))


def test_what_tests_and_errors_cost() -> None:
    ward = Ward(5)
    assert ward.case.points == POINTS
    assert ward.order("gradient") and not ward.order("gradient") and ward.case.points == POINTS - 1
    assert ward.order("path") and ward.case.points == POINTS - 3
    assert not ward.name("healthy") and not ward.name("healthy") and ward.case.points == POINTS - 3 - WRONG
    useless = next(at for at, repair in enumerate(ward.repairs) if repair != ward.condition.cure)
    assert ward.name(ward.condition.id) and not ward.case.cured
    assert not ward.try_repair(useless) and ward.case.points == POINTS - 3 - WRONG - USELESS
    treat(ward)
    assert ward.case.cured
    ward.discharge()
    assert ward.round_points == [2] and ward.number == 1 and ward.case.points == POINTS
    for test in TESTS:
        ward.order(test.id)
    assert ward.case.points == 0


def test_who_gives_up_is_told_and_a_healthy_run_needs_no_repair() -> None:
    ward = Ward(5)
    ward.give_up()
    assert ward.case.named and not ward.case.cured and ward.case.points == 0
    while ward.patient.id != "healthy":
        ward.discharge()
    assert ward.name("healthy") and ward.case.cured


def test_eight_patients_make_a_round() -> None:
    ward = Ward(2)
    for _ in range(ROUND):
        assert ward.last_round == []
        treat(ward)
        ward.discharge()
    assert ward.last_round == [POINTS] * ROUND and ward.round_points == [] and ward.place == 1


def test_a_ward_comes_back_as_it_was_kept() -> None:
    ward = Ward(7)
    treat(ward)
    ward.discharge()
    ward.order("twice")
    ward.name("healthy")
    again = Ward.from_values(json.loads(json.dumps(ward.values())), 99)
    assert again == ward and again.experiment == ward.experiment


@pytest.mark.parametrize(
    "change",
    [{"version": 2}, {"number": -1}, {"past": [["nobody", 3]]}, {"past": []}, {"case": None}, {"seed": "x"}],
)
def test_what_cannot_be_read_begins_anew(change: dict[str, object]) -> None:
    ward = Ward(7)
    treat(ward)
    ward.discharge()
    assert Ward.from_values({**ward.values(), **change}, 99) == Ward(99)
    assert Ward.from_values({}, 99) == Ward(99)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.0291, "0.0291"), (2.3026, "2.30"), (12.63, "12.6"), (640.2, "640"), (2150.0, "2,150"),
     (6.68e9, "6.7e9"), (3.3e-5, "3.3e-5"), (float("nan"), "NaN"), (float("inf"), "infinite"), (1e20, "1.0e20")],
)  # fmt: skip
def test_figures_read_well(value: float, text: str) -> None:
    assert figure(value) == text
