"""The clinic: patients drawn in an order that differs each time, what their tests and errors cost, and the score.

Standard library only. A patient is an experiment line with one planted bug; what its learner has done with it is a Case.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tutor.core.conditions import CONDITIONS, Condition, Repair, condition_named
from tutor.core.experiment import Experiment, parse
from tutor.core.vitals import TESTS, test_named

BASE = "digits mlp:128,64 ce sgd lr=0.1 batch=64 scale=unit steps=400 train=3200"
ROUND = 8  # patients whose points are added up
POINTS = 10  # of a patient
WRONG = 3  # points that a wrong diagnosis costs
USELESS = 2  # points that a repair without effect on the cause costs
VERSION = 1  # of what `values` gives
REMEMBERED = 200  # patients of the past


@dataclass(frozen=True)
class Patient:
    """A run with one planted bug: `words` plant it into the BASE."""

    id: str
    condition: str
    words: str


MAIN = (
    Patient("other-optimizer", "other-optimizer", "mistake=other-optimizer"),
    Patient("zero-init", "zero-init", "init=zero"),
    Patient("softmax-twice", "softmax-twice", "mistake=softmax-before-ce"),
    Patient("lr-10", "rate-too-large", "lr=10"),
    Patient("no-zero-grad", "no-zero-grad", "mistake=no-zero-grad"),
    Patient("sorted", "sorted", "order=sorted"),
    Patient("val-transposed", "val-transposed", "mistake=val-transposed"),
    Patient("eval-forgotten", "eval-forgotten", "dropout=0.5 mistake=wrong-mode"),
)
RESERVES = (
    Patient("shuffled-labels", "shuffled-labels", "noise=1"),
    Patient("head-only", "head-only", "mistake=head-only"),
    Patient("val-unscaled", "val-unscaled", "mistake=val-unscaled"),
    Patient("raw-pixels", "raw-pixels", "scale=raw"),
    Patient("lr-small", "rate-too-small", "lr=1e-3"),
    Patient("few-images", "over-fitting", "train=100"),
    Patient("leaky-nan", "rate-too-large", "mlp:128,64:leaky-relu lr=2"),
    Patient("healthy", "healthy", "dropout=0.5"),
)
PATIENTS = {patient.id: patient for patient in (*MAIN, *RESERVES)}


@dataclass
class Case:
    """What has been done with the patient that is here: tests ordered, diagnoses and repairs that were wrong."""

    tests: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    useless: list[int] = field(default_factory=list)
    named: bool = False  # the condition is known
    given_up: bool = False
    cured: bool = False

    @property
    def points(self) -> int:
        """What is left of the patient's ten points."""
        if self.given_up:
            return 0
        spent = sum(test_named(id).price for id in self.tests)
        return max(0, POINTS - spent - WRONG * len(self.wrong) - USELESS * len(self.useless))


@dataclass
class Ward:
    """A learner's clinic: its seed decides who comes and in which order, `number` how many have come before."""

    seed: int
    number: int = 0
    past: list[tuple[str, int]] = field(default_factory=list)  # patients and the points they brought
    case: Case = field(default_factory=Case)

    @property
    def patient(self) -> Patient:
        """Who is here now."""
        turn, place = divmod(self.number, len(PATIENTS))
        return self._deck(turn)[place]

    def _deck(self, turn: int) -> list[Patient]:
        """The order of one turn through all patients; the first turn begins with the main ones."""
        draw = random.Random(f"{self.seed}/{turn}")
        if turn:
            return draw.sample([*MAIN, *RESERVES], len(PATIENTS))
        return [*draw.sample(MAIN, len(MAIN)), *draw.sample(RESERVES, len(RESERVES))]

    @property
    def condition(self) -> Condition:
        """What the patient has."""
        return condition_named(self.patient.condition)

    @property
    def experiment(self) -> Experiment:
        """The patient's run, with a seed of its own."""
        seed = random.Random(f"{self.seed}:{self.number}").randrange(1, 100_000)
        return parse(BASE).change(f"{self.patient.words} seed={seed}")

    @property
    def repairs(self) -> list[Repair]:
        """The repairs on offer, in this patient's order."""
        offered = self.condition.repairs
        return random.Random(f"{self.seed}.{self.number}").sample(offered, len(offered))

    def repaired(self, index: int) -> Experiment:
        """The patient's run with a repair."""
        return self.experiment.change(self.repairs[index].words)

    # What the learner does

    def order(self, test: str) -> bool:
        """Order a test. False where it was ordered before, which costs nothing."""
        fresh = test not in self.case.tests
        if fresh:
            self.case.tests.append(test_named(test).id)
        return fresh

    def name(self, condition: str) -> bool:
        """Say what the patient has. True when it is right; a wrong one costs, once."""
        if condition == self.patient.condition:
            self.case.named = True
            self.case.cured = not self.condition.repairs
        elif condition not in self.case.wrong:
            self.case.wrong.append(condition_named(condition).id)
        return self.case.named

    def give_up(self) -> None:
        """Be told what it is, for no points."""
        self.case.given_up = self.case.named = True
        self.case.cured = not self.condition.repairs

    def try_repair(self, index: int) -> bool:
        """Try a repair. True when it is the cure; a useless one costs, once."""
        if self.repairs[index] == self.condition.cure:
            self.case.cured = True
        elif index not in self.case.useless:
            self.case.useless.append(index)
        return self.case.cured

    def discharge(self) -> None:
        """The cured patient goes, and the next one comes."""
        self.past = [*self.past, (self.patient.id, self.case.points)][-REMEMBERED:]
        self.number += 1
        self.case = Case()

    # The score

    @property
    def place(self) -> int:
        """The patient's place in the round, from 1."""
        return self.number % ROUND + 1

    @property
    def round_points(self) -> list[int]:
        """The points of the patients of this round who have left."""
        count = self.number % ROUND
        return [points for _, points in self.past[len(self.past) - count :]]

    @property
    def last_round(self) -> list[int]:
        """The points of the round that ended with the last patient; [] while one goes on."""
        return [points for _, points in self.past[-ROUND:]] if self.number and self.place == 1 else []

    # Kept

    def values(self) -> dict[str, Any]:
        """The ward as plain JSON values."""
        case = self.case
        return {
            "version": VERSION,
            "seed": self.seed,
            "number": self.number,
            "past": [list(one) for one in self.past],
            "case": {
                "tests": case.tests,
                "wrong": case.wrong,
                "useless": case.useless,
                "named": case.named,
                "given_up": case.given_up,
                "cured": case.cured,
            },
        }

    @classmethod
    def from_values(cls, values: Mapping[str, Any], seed: int) -> Ward:
        """The ward that was kept; a new one with `seed` where nothing, or nothing that can be read, was."""
        try:
            if values["version"] != VERSION:
                return cls(seed)
            number = _count(values["number"])
            past = [(PATIENTS[id].id, _count(points)) for id, points in values["past"]]
            case = _case(values["case"])
            if len(past) < number % ROUND:
                return cls(seed)
            return cls(_count(values["seed"]), number, past, case)
        except (KeyError, TypeError, ValueError):
            return cls(seed)


def _case(values: Mapping[str, Any]) -> Case:
    conditions = {condition.id for condition in CONDITIONS}
    return Case(
        [id for id in values["tests"] if id in {test.id for test in TESTS}],
        [id for id in values["wrong"] if id in conditions],
        [_count(index) for index in values["useless"]],
        values["named"] is True,
        values["given_up"] is True,
        values["cured"] is True,
    )


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**31:
        raise ValueError(value)
    return value
