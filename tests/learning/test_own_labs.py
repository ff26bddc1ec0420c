"""Labs in code that train: their experiment, knobs, panels and pace are read as those of any lab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tutor.learning.labs import read_lab
from tutor.learning.steps import Knob, Lab
from tutor.learning.tables import Fault, Table

VALUES: dict[str, Any] = {
    "lab": "classifier",
    "experiment": "digits mlp:128,64 ce adam lr=1e-3 epochs=3 seed=7",
}
KNOB = {"key": "lr", "label": "learning rate", "values": ["1e-3", "1e-2"]}


def read(values: dict[str, Any]) -> tuple[Lab, list[str]]:
    """The lab, and the keys of its faults."""
    faults: list[Fault] = []
    table = Table(values, Path("lesson.toml"), faults)
    lab = read_lab(table, "own", "Own", 1, "")
    table.done()
    return lab, [fault.key for fault in faults]


def test_an_experiment_is_enough() -> None:
    lab, faults = read(VALUES)
    assert not faults
    assert (lab.lab, lab.experiment, lab.panels, lab.knobs) == ("classifier", VALUES["experiment"], (), ())


def test_knobs_panels_pace_and_a_pair_are_kept() -> None:
    more = {
        "panels": ["loss", "confusion"],
        "knobs": [KNOB],
        "pace": 60,
        "compare": "sgd",
        "labels": ["a", "b"],
    }
    lab, faults = read({**VALUES, **more})
    assert not faults
    assert (lab.panels, lab.pace, lab.compare, lab.labels) == (("loss", "confusion"), 60, "sgd", ("a", "b"))
    assert lab.knobs == (Knob("lr", "learning rate", ("1e-3", "1e-2")),)


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        ({"experiment": None}, ["experiment"]),
        ({"experiment": "digts"}, ["experiment"]),
        ({"panels": ["loss", "boundary"]}, ["panels"]),
        ({"panels": []}, ["panels"]),
        ({"knobs": [{**KNOB, "values": ["1e-2"]}]}, ["knobs.1.values"]),
        ({"experiment": "sine"}, ["experiment"]),
        ({"lab": "your-digit", "experiment": "blobs"}, ["experiment"]),
        ({"lab": "your-digit", "experiment": "digit-pairs"}, ["experiment"]),
        ({"dataset": "digits"}, ["dataset"]),
        ({"lab": "clasifier", "knobs": [KNOB]}, ["lab"]),
        ({"lab": "gallery", "experiment": None}, ["dataset"]),
        ({"lab": "gallery", "dataset": "digits"}, ["experiment"]),
    ],
)
def test_each_fault_is_named_once(change: dict[str, Any], keys: list[str]) -> None:
    values = {key: value for key, value in {**VALUES, **change}.items() if value is not None}
    assert read(values)[1] == keys
