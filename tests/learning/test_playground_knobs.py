"""The knobs of the playground: every value that is offered is an experiment, and every key can be turned."""

from __future__ import annotations

import pytest

from tutor.core.experiment import Experiment, parse
from tutor.core.words import DATASETS, MISTAKES
from tutor.learning.labs import KNOB_KEYS
from tutor.learning.playground import MAIN, MORE, START, knobs_for, panels_for, turned, value_of

LINES = [
    START,
    "digits cnn ce sgd lr=0.07 momentum=0.85 dropout=0.15 mistake=wrong-mode",
    "moons mlp:3,3,3:gelu bce lr=0.5 test=blobs positives=0.2 noise=0.15",
    "sine mae adamw batch=77 steps=123 weight-decay=0.003",
    "digit-pairs linear ce val=0 train=55 order=file scale=raw seed=99",
]


@pytest.mark.parametrize("line", LINES)
def test_each_value_that_is_offered_can_be_taken(line: str) -> None:
    experiment = parse(line)
    knobs, values = knobs_for(experiment, more=True)
    for knob, own in zip(knobs, values, strict=True):
        assert own in knob.values and len(set(knob.values)) == len(knob.values) > 1
        for value in knob.values:
            changed = turned(experiment, knob, value)
            assert value_of(changed, knob.key) in (value, value_of(parse(str(changed)), knob.key))
            assert knobs_for(changed, more=True)
        assert knob.key in ("dataset", "test") or turned(experiment, knob, own) == experiment


def test_every_key_of_an_experiment_has_a_knob() -> None:
    assert {key for key, *_ in (*MAIN, *MORE)} == set(KNOB_KEYS)


def test_a_value_of_the_line_stands_among_the_others() -> None:
    knobs, values = knobs_for(parse("moons mlp:7 lr=0.05 batch=100"))
    by_key = {knob.key: (knob.values, value) for knob, value in zip(knobs, values, strict=True)}
    assert by_key["lr"] == (("1e-4", "1e-3", "0.01", "0.03", "0.05", "0.1", "0.3", "1", "10"), "0.05")
    assert by_key["batch"][1] == "100" and by_key["batch"][0][:5] == ("0", "1", "8", "32", "64")
    assert by_key["model"][0][-1] == by_key["model"][1] == "mlp:7"
    assert "cnn" not in by_key["model"][0]


def test_what_does_not_go_with_the_rest_is_not_offered() -> None:
    offered = {knob.key: knob.values for knob in knobs_for(parse("sine"), more=True)[0]}
    assert offered["loss"] == ("mse", "mae")
    assert "positives" not in offered and "scale" not in offered and "test" not in offered
    assert "softmax-before-ce" not in offered["mistake"]
    assert set(offered["dataset"]) == set(DATASETS)


def test_another_kind_of_dataset_brings_its_own_defaults() -> None:
    dataset = knobs_for(parse(START))[0][0]
    start = parse(f"{START} seed=7 mistake=no-zero-grad")
    moons = turned(start, dataset, "moons")
    assert moons == parse("moons seed=7 mistake=no-zero-grad")
    assert turned(start, dataset, "garments") == start.change("garments")
    softmax = parse(f"{START} mistake=softmax-before-ce")
    assert turned(softmax, dataset, "moons") == parse("moons")
    assert turned(start.change("test=mnist"), dataset, "garments").about == parse("garments").about


@pytest.mark.parametrize(
    ("line", "panels"),
    [
        ("moons", ("loss", "accuracy", "boundary", "confusion")),
        ("sine", ("loss", "fit")),
        ("digits", ("loss", "accuracy", "confusion", "weights")),
        ("digits cnn", ("loss", "accuracy", "confusion")),
        ("digit-pairs", ("loss", "accuracy", "weights")),
    ],
)
def test_the_panels_are_those_that_can_show_it(line: str, panels: tuple[str, ...]) -> None:
    assert panels_for(parse(line)) == panels


def test_a_value_is_written_as_a_line_has_it() -> None:
    experiment = Experiment()
    assert [value_of(experiment, key) for key in ("lr", "mistake", "val", "test", "model", "steps")] == [
        *("1e-3", "none", "0.1", "digits", "mlp:128,64", "0"),
    ]
    scaled = experiment.change("scale=unit")
    assert all(value_of(scaled.change(f"mistake={word}"), "mistake") == word for word in MISTAKES)
