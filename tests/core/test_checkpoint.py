"""Checkpoints: a resumed run gives the same events, bit for bit; a forgotten part shows where it must; bad files say so."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from recording import losses_of, only

from tutor.core import checkpoint as checkpoints
from tutor.core.checkpoint import PARTS, Checkpoint, take
from tutor.core.events import EpochDone, Evaluated, Event, RunFinished, RunStarted, StepDone
from tutor.core.experiment import Experiment, parse
from tutor.core.training import Kept, train
from tutor.errors import ExperimentError, RunError

FULL = "moons mlp:16 bce adam lr=0.01 batch=400 epochs=3 norm=batch dropout=0.3 seed=1"  # 5 batches, the last short
LINES = [
    FULL,
    "moons mlp:8:tanh bce sgd lr=0.1 momentum=0.9 batch=500 epochs=2 seed=2",
    "spirals mlp:8 ce adamw batch=600 steps=7 order=sorted norm=batch mistake=wrong-mode dropout=0.5 seed=3",
    "blobs linear mse sgd lr=0.1 batch=0 epochs=4 val=0 seed=4",
    "moons mlp:8,8 bce adam lr=0.01 batch=500 epochs=2 mistake=list-of-layers dropout=0.2 seed=5",
]
Point = Callable[[Event], bool]


def at_step(step: int) -> Point:
    return lambda event: isinstance(event, StepDone) and event.step == step


def stopped_at(experiment: Experiment, point: Point, data_dir: Path | None = None) -> Checkpoint:
    """Train until an event, take a checkpoint there, and let the run go."""
    keep = Kept()
    for event in train(experiment, keep=keep, data_dir=data_dir):
        if point(event):
            assert keep.setup is not None
            return take(keep.setup)
    raise AssertionError("the run ended before")


def comparable(events: list[Event]) -> list[object]:
    """The events without what a clock measured; nan equals nan."""
    plain = []
    for event in events:
        if isinstance(event, EpochDone):
            event = dataclasses.replace(event, seconds=0)
        elif isinstance(event, RunFinished):
            event = dataclasses.replace(event, seconds=0, samples_per_second=0)
        plain.append(repr(event))
    return plain


def after(events: list[Event], point: Point) -> list[Event]:
    index = next(index for index, event in enumerate(events) if point(event))
    return events[index + 1 :]


@pytest.mark.parametrize("line", LINES)
def test_a_resumed_run_gives_the_rest_bit_for_bit_from_every_step(line: str, tmp_path: Path) -> None:
    experiment = parse(line)
    whole = list(train(experiment))
    total = only(whole, StepDone)[-1].step
    for step in range(1, total + 1):
        stopped_at(experiment, at_step(step)).save(tmp_path / "checkpoint.pt")
        resumed = list(train(experiment, resume=checkpoints.load(tmp_path / "checkpoint.pt")))
        assert isinstance(resumed[0], RunStarted)
        assert comparable(resumed[1:]) == comparable(after(whole, at_step(step))), f"from step {step}"


@pytest.mark.parametrize("epoch", [1, 2])
def test_a_run_resumes_between_two_epochs(epoch: int) -> None:
    def ended(event: Event) -> bool:
        return isinstance(event, EpochDone) and event.epoch == epoch

    experiment = parse(FULL)
    resumed = list(train(experiment, resume=stopped_at(experiment, ended)))
    assert comparable(resumed[1:]) == comparable(after(list(train(experiment)), ended))


def test_the_run_that_was_saved_goes_on_undisturbed() -> None:
    experiment, keep = parse(FULL), Kept()
    losses = []
    for event in train(experiment, keep=keep):
        if isinstance(event, StepDone):
            losses.append(event.loss)
            assert keep.setup is not None
            take(keep.setup)
    assert losses == losses_of(train(experiment))


def test_images_and_a_cnn_resume_bit_for_bit(drawn_data: Path) -> None:
    experiment = parse(
        "digits cnn ce adam batch=50 steps=6 train=200 norm=batch dropout=0.2 device=cpu seed=1"
    )
    whole = list(train(experiment, data_dir=drawn_data))
    resumed = list(
        train(experiment, data_dir=drawn_data, resume=stopped_at(experiment, at_step(3), drawn_data))
    )
    assert comparable(resumed[1:]) == comparable(after(whole, at_step(3)))


def test_a_resumed_run_may_train_for_longer() -> None:
    experiment = parse(FULL)
    longer = experiment.change("epochs=4")
    resumed = list(train(longer, resume=stopped_at(experiment, at_step(15))))
    assert losses_of(resumed) == losses_of(train(longer))[15:]


@pytest.mark.parametrize(("part", "first"), [("optimizer", 9), ("rng", 8), ("generator", 8), ("buffers", 0)])
def test_a_forgotten_part_shows_from_its_step(part: str, first: int, tmp_path: Path) -> None:
    """Without the optimizer the next loss is still the same: it is computed before the step."""
    experiment = parse(FULL)
    stopped_at(experiment, at_step(7)).without(part).save(tmp_path / "part.pt")
    partial = checkpoints.load(tmp_path / "part.pt", partial=True)
    assert partial.missing == (part,)
    whole = list(train(experiment))
    resumed = list(train(experiment, resume=partial))
    pairs = zip(only(whole, StepDone)[7:], only(resumed, StepDone), strict=True)
    differ = [one.step for one, other in pairs if one.loss != other.loss]
    assert differ[:1] == ([first] if first else [])
    assert only(whole, Evaluated)[-1].loss != only(resumed, Evaluated)[-1].loss


def test_the_file_is_a_plain_dict_of_tensors_and_numbers(tmp_path: Path) -> None:
    stopped_at(parse(FULL), at_step(7)).save(tmp_path / "checkpoint.pt")
    plain = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert plain["experiment"] == str(parse(FULL))
    assert (plain["place"]["step"], plain["place"]["epoch"], plain["place"]["batch"]) == (7, 2, 2)
    assert set(plain["buffers"]) == {
        f"hidden.1.{name}" for name in ("running_mean", "running_var", "num_batches_tracked")
    }
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


@pytest.mark.parametrize("part", PARTS)
def test_a_file_that_lacks_a_part_is_refused_unless_that_was_asked_for(part: str, tmp_path: Path) -> None:
    stopped_at(parse(FULL), at_step(2)).without(part).save(tmp_path / "part.pt")
    with pytest.raises(RunError, match=f"lacks {part}"):
        checkpoints.load(tmp_path / "part.pt")


def test_a_file_that_is_no_checkpoint_is_told(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    with pytest.raises(RunError, match="There is no checkpoint"):
        checkpoints.load(path)
    stopped_at(parse(FULL), at_step(2)).save(path)
    whole = path.read_bytes()
    for wrong in (b"", b"not a checkpoint", whole[: len(whole) // 2], whole[:100]):
        path.write_bytes(wrong)
        with pytest.raises(RunError, match=r"could not be read as a checkpoint.*Train the run again"):
            checkpoints.load(path)
    for other in (torch.zeros(3), {"model": {}}, [1, 2], {"format": 1, "place": {}}):
        torch.save(other, path)
        with pytest.raises(RunError, match="could not be read as a checkpoint"):
            checkpoints.load(path)
    torch.save({"format": 99}, path)
    with pytest.raises(RunError, match="format 99"):
        checkpoints.load(path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="could not be written"):
        stopped_at(parse(FULL), at_step(2)).save(tmp_path / "none" / "checkpoint.pt")


def test_another_experiment_is_refused_before_the_first_event() -> None:
    checkpoint = stopped_at(parse(FULL), at_step(2))
    with pytest.raises(ExperimentError, match="differs in lr, seed"):
        next(iter(train(parse(FULL).change("lr=0.1 seed=2"), resume=checkpoint)))
    next(iter(train(parse(FULL).change("epochs=9"), resume=checkpoint)))


def test_tensors_that_do_not_fit_are_refused() -> None:
    checkpoint = stopped_at(parse(FULL), at_step(2))
    name = next(iter(checkpoint.model))
    damaged = dataclasses.replace(checkpoint, model={**checkpoint.model, name: torch.zeros(3)})
    with pytest.raises(RunError, match="does not fit"):
        next(iter(train(parse(FULL), resume=damaged)))
