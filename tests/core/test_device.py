"""Where a run computes."""

from __future__ import annotations

import pytest
import torch

from tutor.core.device import choose_device, describe
from tutor.core.experiment import parse
from tutor.errors import ExperimentError


@pytest.fixture
def no_accelerator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


def test_small_models_stay_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device(parse("digits")).type == "cpu"
    assert choose_device(parse("moons linear")).type == "cpu"
    assert choose_device(parse("digits cnn")).type == "cuda"
    assert choose_device(parse("digits cnn device=cpu")).type == "cpu"
    assert choose_device(parse("digits device=cuda")).type == "cuda"


@pytest.mark.usefixtures("no_accelerator")
def test_without_an_accelerator_everything_is_on_the_cpu() -> None:
    assert choose_device(parse("digits cnn")).type == "cpu"
    assert describe(torch.device("cpu")) == "cpu"


@pytest.mark.usefixtures("no_accelerator")
@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_refused_in_words(name: str) -> None:
    with pytest.raises(ExperimentError, match=rf"device={name} was asked for.*Leave device= out"):
        choose_device(parse(f"digits device={name}"))


def test_an_apple_gpu_is_taken_for_the_cnn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert choose_device(parse("digits cnn")).type == "mps"
    assert describe(torch.device("mps")) == "mps"
