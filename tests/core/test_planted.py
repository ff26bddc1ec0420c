"""The mistakes of the clinic that live in the optimizer and in the validation's own transform."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from recording import end_of, losses_of, run

from tutor.core.data import as_evaluated, load
from tutor.core.events import Evaluated
from tutor.core.experiment import parse
from tutor.core.setup import Setup, prepare
from tutor.core.training import Kept, train
from tutor.errors import ExperimentError

LINE = "digits mlp:32 ce sgd lr=0.1 scale=unit steps=20 seed=1"


def trained(line: str, data_dir: Path) -> tuple[Setup, Setup]:
    """The run as it begins, and as it ended."""
    kept = Kept()
    list(train(parse(line), data_dir=data_dir, keep=kept))
    assert kept.setup is not None
    return prepare(parse(line), data_dir), kept.setup


def moved(line: str, data_dir: Path) -> dict[str, bool]:
    before, after = trained(line, data_dir)
    pairs = zip(before.model.named_parameters(), after.model.parameters(), strict=True)
    return {name: not torch.equal(start, end) for (name, start), end in pairs}


def test_the_optimizer_of_another_model_moves_no_weight(drawn_data: Path) -> None:
    assert set(moved(f"{LINE} mistake=other-optimizer", drawn_data).values()) == {False}
    assert all(moved(LINE, drawn_data).values())


def test_it_starts_as_the_right_run_does(drawn_data: Path) -> None:
    lines = [LINE, f"{LINE} mistake=other-optimizer", f"{LINE} mistake=head-only"]
    assert len({losses_of(run(line, drawn_data))[0] for line in lines}) == 1


def test_an_optimizer_on_the_head_leaves_the_rest_as_it_was(drawn_data: Path) -> None:
    for model in ("mlp:32", "mlp:16,8", "cnn"):
        found = moved(LINE.replace("mlp:32", model) + " mistake=head-only", drawn_data)
        assert {name for name, did in found.items() if did} == {"head.weight", "head.bias"}


@pytest.mark.parametrize("mistake", ["val-transposed", "val-unscaled"])
def test_only_what_is_evaluated_is_treated_otherwise(mistake: str, drawn_data: Path) -> None:
    right, wrong = load(parse(LINE), drawn_data), load(parse(f"{LINE} mistake={mistake}"), drawn_data)
    assert torch.equal(right.train.inputs, wrong.train.inputs)
    for name in ("val", "test"):
        good, bad = getattr(right, name), getattr(wrong, name)
        expected = good.inputs.mT if mistake == "val-transposed" else 255 * good.inputs
        assert torch.equal(bad.inputs, expected) and torch.equal(bad.labels, good.labels)
        assert as_evaluated(good, parse(LINE)) is good


def test_training_is_the_same_and_the_evaluation_is_not(drawn_data: Path) -> None:
    right, turned, unscaled = (
        run(f"{LINE}{words}", drawn_data)
        for words in ("", " mistake=val-transposed", " mistake=val-unscaled")
    )
    assert losses_of(right) == losses_of(turned) == losses_of(unscaled)
    assert end_of(turned).val_accuracy < end_of(right).val_accuracy
    assert end_of(unscaled).val_loss > 10 * end_of(right).val_loss
    assert any(isinstance(event, Evaluated) and event.split == "test" for event in turned)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("moons mistake=val-transposed", "made with the images of the validation"),
        ("sine mistake=val-unscaled", "made with the images of the validation"),
        ("digits mistake=val-unscaled", "needs scale=unit"),
        ("digits scale=raw mistake=val-unscaled", "the line says scale=raw"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(line: str, why: str) -> None:
    with pytest.raises(ExperimentError, match=why):
        parse(line)
