"""Every answer of a model: against the evaluation's own counts, and without touching the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from tutor.core.data import open_images
from tutor.core.evaluation import evaluate
from tutor.core.events import StepDone
from tutor.core.examine import examine
from tutor.core.experiment import parse
from tutor.core.setup import Kept, Setup, prepare
from tutor.core.training import train
from tutor.errors import ExperimentError

LINE = "digits mlp:32 ce adam lr=1e-3 batch=32 epochs=2 seed=3 dropout=0.2"


def trained(line: str, data: Path) -> Setup:
    kept = Kept()
    for _ in train(parse(line), data_dir=data, keep=kept):
        pass
    assert kept.setup
    return kept.setup


@pytest.fixture(scope="module")
def setup(drawn_data: Path) -> Setup:
    return trained(LINE, drawn_data)


@pytest.mark.parametrize("part", ["val", "test"])
def test_the_counts_are_those_of_the_evaluation(setup: Setup, part: str) -> None:
    found = examine(setup, part)  # type: ignore[arg-type]
    split = setup.data.val if part == "val" else setup.data.test
    evaluated = evaluate(setup.model, split, setup.criterion, setup.experiment, part)
    assert found.confusion() == evaluated.confusion
    assert len(found) == len(split) and found.part == part
    assert np.allclose(found.probabilities.sum(axis=1), 1, atol=1e-5)
    assert (found.probabilities.argmax(axis=1) == found.predictions).all()


def test_cells_and_errors_come_the_surest_first(setup: Setup) -> None:
    found = examine(setup)
    errors = found.errors()
    assert errors and len(errors) == sum(found.labels != found.predictions)
    sure = [found.sureness(index) for index in errors]
    assert sure == sorted(sure, reverse=True)
    true, said = int(found.labels[errors[0]]), int(found.predictions[errors[0]])
    assert errors[0] == found.cell(true, said)[0]
    assert len(found.cell(true, said)) == found.confusion()[true][said]
    assert sum(len(found.cell(a, b)) for a in range(10) for b in range(10)) == len(found)


@pytest.mark.parametrize("scale", ["standard", "unit", "raw"])
def test_the_pictures_are_those_of_the_file(drawn_data: Path, scale: str) -> None:
    found = examine(prepare(parse(f"{LINE} scale={scale}"), drawn_data))
    images, labels = open_images("digits", "test", drawn_data)
    assert found.pictures is not None and (found.pictures == images.numpy()).all()
    assert (found.labels == labels.numpy()).all()
    with pytest.raises(ValueError, match="read-only"):
        found.labels[0] = 1


def test_asking_changes_nothing_in_the_run(drawn_data: Path) -> None:
    def losses(ask: bool) -> list[float]:
        kept, found = Kept(), []
        for event in train(parse(f"{LINE} steps=12"), data_dir=drawn_data, keep=kept):
            if isinstance(event, StepDone):
                found.append(event.loss)
                if ask and kept.setup:
                    examine(kept.setup, "val")
                    assert kept.setup.model.training
        return found

    assert losses(ask=True) == losses(ask=False)


def test_points_have_answers_and_no_pictures(drawn_data: Path) -> None:
    found = examine(trained("moons mlp:8 bce adam epochs=3", drawn_data))
    assert found.pictures is None and found.probabilities.shape == (1000, 2)
    assert (found.probabilities.argmax(axis=1) == found.predictions).all()


def test_a_model_of_nan_is_examined_like_any(drawn_data: Path) -> None:
    setup = prepare(parse(LINE), drawn_data)
    with torch.no_grad():
        setup.model.head.bias.fill_(float("nan"))  # type: ignore[union-attr, operator]
    found = examine(setup)
    assert np.isnan(found.sureness(0)) and len(found.errors()) > 0


def test_a_sample_with_several_classes_is_refused(drawn_data: Path) -> None:
    with pytest.raises(ExperimentError, match="no single class"):
        examine(prepare(parse("sine"), drawn_data))
