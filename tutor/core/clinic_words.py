"""What the clinic says: symptoms, results, diagnoses and repairs, in this patient's own numbers. No torch."""

from __future__ import annotations

import math

from tutor.core.clinic import POINTS, ROUND, USELESS, WRONG, Ward
from tutor.core.conditions import Condition, Repair
from tutor.core.history import History
from tutor.core.verdicts import against
from tutor.core.vitals import Test, Vitals, figure, share


def points(count: int) -> str:
    """`1 point`, `3 points`."""
    return f"{count} point{'' if count == 1 else 's'}"


def head(ward: Ward) -> str:
    """Where the learner is: patient, points left, points so far."""
    so_far = ward.round_points
    words = f"Patient {ward.place} of {ROUND} · {ward.case.points} of {points(POINTS)} left"
    return f"{words} · {sum(so_far)} of {POINTS * len(so_far)} so far" if so_far else words


def symptoms(run: History) -> str:
    """What the curves show, without a word on why."""
    finished = run.finished
    if finished is not None and finished.reason == "diverged":
        return (
            f"The train loss began at {figure(run.train_loss.first)}, rose to {figure(run.train_loss.high)}, "
            f"and was no number any more at step {finished.steps}."
        )
    train = f"Train loss {figure(run.train_loss.first)} to {figure(run.train_loss.mean(0.875, 1))}"
    high = run.train_loss.high
    if high > run.train_loss.first + 0.5:
        train += f", with peaks up to {figure(high)}"
    words = f"{train}; {share(run.train_accuracy.mean(0.875, 1))} of the last batches right."
    val = run.evaluated.get("val")
    return f"{words} Validation loss {figure(val.loss)}, {share(val.accuracy)} right." if val else words


def result(test: Test, vitals: Vitals) -> str:
    """A test's figure, beside a healthy run's."""
    return f"{test.name[0].upper()}{test.name[1:]}: {test.value(vitals)}. In a healthy run: {test.healthy}."


def refused(condition: Condition, vitals: Vitals, *, again: bool = False) -> str:
    """Why a diagnosis does not fit this patient, and what it cost; said again it costs nothing."""
    cost = "" if again else f" It cost {points(WRONG)}."
    return f"Not “{condition.name}”. {against(condition.id, vitals)}{cost}"


def named(ward: Ward) -> str:
    """The condition is known: its cause, and what comes next."""
    condition = ward.condition
    verb = "It was" if ward.case.given_up else "Yes"
    words = f"{verb}: {condition.name}. {condition.cause}"
    return f"{words} Now choose the repair." if condition.repairs else words


def tried(ward: Ward, repair: Repair, before: History, after: History) -> str:
    """What a repair did, in the numbers of both runs."""
    if ward.case.cured:
        return f"Cured. {repair.why} {_change(before, after)}"
    return f"Not the cure. {repair.why} {_change(before, after)} It cost {points(USELESS)}."


def _change(before: History, after: History) -> str:
    """Validation before and after a repair; a run that left the numbers has none."""
    then, now = (_validation(run) for run in (before, after))
    return f"Validation before: {then}; with the repair: {now}."


def _validation(run: History) -> str:
    val = run.evaluated.get("val")
    if (
        val is None
        or math.isnan(val.loss)
        or (run.finished is not None and run.finished.reason == "diverged")
    ):
        return "no number"
    return f"loss {figure(val.loss)}, {share(val.accuracy)} right"


def balance(ward: Ward) -> str:
    """What the cured patient brought, and the round so far."""
    mine = ward.case.points
    so_far = [*ward.round_points, mine]
    words = f"This patient brings {mine} of {points(POINTS)}"
    if len(so_far) == 1:
        return f"{words}."
    total = f"{sum(so_far)} of {POINTS * len(so_far)}"
    return (
        f"{words}; the round of {ROUND} ends with {total}."
        if len(so_far) == ROUND
        else f"{words}: {total} so far."
    )
