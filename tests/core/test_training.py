"""The training loop: the events in their order, and the same numbers as a loop written out by hand."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from recording import end_of, losses_of, only, run
from torch import Generator, nn

from tutor.core.control import Control
from tutor.core.data import Data, load
from tutor.core.events import EpochDone, Evaluated, Event, Looked, RunFinished, RunStarted, StepDone
from tutor.core.experiment import parse
from tutor.core.training import Kept, train
from tutor.core.words import DATASETS, TASK_LOSSES
from tutor.errors import DataError, ExperimentError

MOONS = "moons mlp:16 bce adam lr=0.01 batch=500 epochs=3 seed=1"


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_the_events_of_a_run_in_their_order() -> None:
    epoch = [
        "StepDone",
        "StepDone",
        "Evaluated",
        "StepDone",
        "StepDone",
    ]  # a check at every second step of 12
    expected = ["RunStarted", *[*epoch, "Evaluated", "EpochDone"] * 3, "Evaluated", "RunFinished"]
    events = run(MOONS)
    assert names(events) == expected
    assert [event.step for event in only(events, StepDone)] == list(range(1, 13))
    assert [event.epoch for event in only(events, StepDone)] == [1] * 4 + [2] * 4 + [3] * 4
    assert [event.split for event in only(events, Evaluated)][-2:] == ["val", "test"]


def test_the_first_event_says_what_the_run_is() -> None:
    [started] = only(run(MOONS), RunStarted)
    assert parse(started.experiment) == parse(MOONS)
    assert (started.train_size, started.val_size, started.test_size) == (1800, 200, 1000)
    assert (started.batches_per_epoch, started.total_steps) == (4, 12)
    assert started.parameters == 65 and started.device == "cpu" and started.classes == ("0", "1")
    assert started.versions["torch"] == str(torch.__version__)


def test_the_last_event_says_how_it_ended() -> None:
    events = run(MOONS)
    end, val, test = end_of(events), *only(events, Evaluated)[-2:]
    assert (end.reason, end.cause, end.steps) == ("done", "", 12)
    assert (end.val_loss, end.val_accuracy) == (val.loss, val.accuracy)
    assert (end.test_loss, end.test_accuracy) == (test.loss, test.accuracy)
    assert end.train_loss == only(events, EpochDone)[-1].train_loss
    assert end.samples_per_second == pytest.approx(3 * 1800 / end.seconds)
    assert (val.samples, test.samples) == (200, 1000)


def test_a_run_is_lazy() -> None:
    kept = Kept()
    events = train(parse("moons steps=100000000"), keep=kept)
    assert kept.setup is None  # nothing happened yet
    assert isinstance(next(events), RunStarted)
    before = [parameter.clone() for parameter in kept.setup.model.parameters()]
    assert isinstance(next(events), StepDone)
    after = list(kept.setup.model.parameters())
    assert not any(torch.equal(old, new) for old, new in zip(before, after, strict=True))


PLAIN = [
    ("digits mlp:32,16 ce adam lr=1e-3 batch=64 epochs=2 seed=5", torch.optim.Adam, {}),
    ("digits mlp:32,16 ce sgd lr=0.1 momentum=0.9 batch=50 epochs=1 seed=6", torch.optim.SGD, {"momentum": 0.9}),
    (
        "digits mlp:32,16 ce adamw lr=2e-3 weight-decay=0.1 batch=64 epochs=1 seed=7",
        torch.optim.AdamW,
        {"weight_decay": 0.1},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("line", "kind", "settings"), PLAIN)
def test_the_losses_are_those_of_a_plain_loop(
    line: str, kind: type[torch.optim.Optimizer], settings: dict[str, float], drawn_data: Path
) -> None:
    experiment = parse(line)
    data = load(experiment, drawn_data)
    torch.manual_seed(experiment.seed)
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 10)
    )
    optimizer = kind(model.parameters(), lr=experiment.lr, fused=True, **settings)
    losses = plain_loop(model, optimizer, data, experiment.batch, experiment.epochs, experiment.seed)
    events = run(line, drawn_data)
    assert losses_of(events) == losses
    with torch.no_grad():
        right = (model(data.test.inputs).argmax(dim=1) == data.test.labels).float().mean().item()
    assert end_of(events).test_accuracy == pytest.approx(right, abs=1e-6)


def plain_loop(
    model: nn.Module, optimizer: torch.optim.Optimizer, data: Data, batch: int, epochs: int, seed: int
) -> list[float]:
    """The loop of any tutorial, and its losses."""
    criterion, generator, losses = nn.CrossEntropyLoss(), Generator().manual_seed(seed), []
    for _ in range(epochs):
        for indices in torch.randperm(len(data.train), generator=generator).split(batch):
            loss = criterion(model(data.train.inputs[indices]), data.train.labels[indices])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


def test_the_losses_with_dropout_are_those_of_a_plain_loop(drawn_data: Path) -> None:
    line = "digits mlp:32 ce sgd lr=0.1 dropout=0.5 epochs=1 val=0 seed=9"
    torch.manual_seed(9)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, fused=True)
    assert losses_of(run(line, drawn_data)) == plain_loop(
        model, optimizer, load(parse(line), drawn_data), 64, 1, 9
    )


def test_no_other_momentum_or_decay_than_the_line_says(drawn_data: Path) -> None:
    plain = losses_of(run("digits mlp:8 sgd steps=20", drawn_data))
    assert plain != losses_of(run("digits mlp:8 sgd momentum=0.9 steps=20", drawn_data))
    assert plain != losses_of(run("digits mlp:8 sgd weight-decay=0.1 steps=20", drawn_data))


CHILD = """
import json, sys
from pathlib import Path
from tutor.core.events import StepDone
from tutor.core.experiment import parse
from tutor.core.training import train
events = train(parse(sys.argv[1]), data_dir=Path(sys.argv[2]))
print(json.dumps([event.loss.hex() for event in events if isinstance(event, StepDone)]))
"""


def test_a_line_gives_the_same_losses_to_the_last_bit_in_another_process(drawn_data: Path) -> None:
    line = "digits mlp:32,16 ce adam dropout=0.2 norm=batch epochs=2 seed=3"
    first, second = (losses_of(run(line, drawn_data)) for _ in range(2))
    done = subprocess.run(
        [sys.executable, "-c", CHILD, line, str(drawn_data)], capture_output=True, text=True, check=True
    )
    assert first == second == [float.fromhex(loss) for loss in json.loads(done.stdout)]
    assert first != losses_of(run(line.replace("seed=3", "seed=4"), drawn_data))


@pytest.mark.parametrize("more", ["", "dropout=0.5"])
def test_a_consumer_that_draws_and_looks_changes_nothing(more: str) -> None:
    experiment, control = parse(f"{MOONS} {more}"), Control()
    undisturbed = losses_of(list(train(experiment)))
    disturbed: list[Event] = []
    for event in train(experiment, control=control, watch=frozenset({"boundary", "weights"})):
        torch.rand(7)
        torch.manual_seed(99)
        control.look()
        assert torch.is_grad_enabled()
        disturbed.append(event)
    assert losses_of(disturbed) == undisturbed
    assert len(only(disturbed, Looked)) == 11 + 2  # as it starts and ends, and after each step but the first


def test_a_run_leaves_the_random_state_of_its_consumer_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    run("moons mlp:8 dropout=0.5 steps=5")
    assert torch.equal(torch.rand(3), expected)


def test_a_control_stops_the_run_after_the_step_under_way() -> None:
    control, seen = Control(), []
    for event in train(parse("moons mlp:8 steps=1000000 batch=32"), control=control):
        seen.append(event)
        if isinstance(event, StepDone) and event.step == 7:
            control.stop()
    end = end_of(seen)
    assert (end.reason, end.steps) == ("stopped", 7) and "stopped" in end.cause
    assert len(losses_of(seen)) == 7
    assert not math.isnan(end.test_accuracy)  # what was learned so far is measured


def test_closing_the_generator_ends_it() -> None:
    events = train(parse("moons mlp:8 steps=1000000"))
    assert isinstance(next(events), RunStarted) and isinstance(next(events), StepDone)
    events.close()  # type: ignore[attr-defined]
    assert list(events) == []


@pytest.mark.parametrize("line", ["sine linear mse sgd lr=10", "sine mlp:16:leaky-relu mse sgd lr=50"])
def test_a_loss_that_is_not_finite_ends_the_run_with_its_cause(line: str) -> None:
    events = run(f"{line} batch=64 steps=20000")
    end, losses = end_of(events), losses_of(events)
    assert end.reason == "diverged" and end is events[-1]
    assert not math.isfinite(losses[-1]) and all(math.isfinite(loss) for loss in losses[:-1])
    assert end.steps == len(losses) < 20_000
    assert f"at step {end.steps}" in end.cause and "learning rate" in end.cause and "sgd" in end.cause
    assert math.isnan(end.test_accuracy)


def test_leaky_relu_with_a_large_rate_diverges_on_digits(drawn_data: Path) -> None:
    for seed in (1, 2, 3):
        end = end_of(run(f"digits mlp:128,64:leaky-relu ce sgd lr=2 scale=unit seed={seed}", drawn_data))
        assert end.reason == "diverged" and end.steps < 60


def test_a_run_that_torch_refuses_ends_with_torch_s_words() -> None:
    end = end_of(run("moons mlp:8 norm=batch batch=1 steps=5"))
    assert end.reason == "failed"
    assert end.cause.startswith("ValueError: Expected more than 1 value per channel when training")


def test_what_cannot_start_raises_before_the_first_event(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError):
        next(train(parse("moons mlp:8 init=wrong")))
    with pytest.raises(DataError):
        next(train(parse("fashion-mnist"), data_dir=tmp_path))


def test_drawing_that_is_stopped_ends_the_run(tmp_path: Path) -> None:
    control = Control()
    control.stop()
    [end] = train(parse("digits"), data_dir=tmp_path, control=control)
    assert isinstance(end, RunFinished) and end.reason == "stopped" and end.steps == 0


def test_an_epoch_s_loss_is_the_mean_over_samples() -> None:
    events = run("moons mlp:16 bce adam batch=700 epochs=2")  # batches of 700, 700 and 400
    for number, epoch in enumerate(only(events, EpochDone), start=1):
        steps = [event for event in only(events, StepDone) if event.epoch == number]
        sizes = [700, 700, 400]
        for ours, theirs in ((epoch.train_loss, "loss"), (epoch.train_accuracy, "accuracy")):
            mean = sum(getattr(step, theirs) * size for step, size in zip(steps, sizes, strict=True)) / 1800
            assert ours == pytest.approx(mean, rel=1e-12)
        of_batches = sum(step.loss for step in steps) / 3
        assert abs(epoch.train_loss - of_batches) > 1e-6


def test_steps_end_a_run_within_an_epoch() -> None:
    events = run("moons mlp:8 batch=100 steps=25")
    assert len(losses_of(events)) == 25 == end_of(events).steps
    assert only(events, RunStarted)[0].total_steps == 25
    assert [event.step for event in only(events, EpochDone)] == [18, 25]


def test_batch_zero_is_one_step_an_epoch() -> None:
    events = run("blobs linear bce sgd batch=0 epochs=4")
    assert len(losses_of(events)) == 4
    assert [event.step for event in only(events, EpochDone)] == [1, 2, 3, 4]


def test_regression_has_losses_and_no_accuracy() -> None:
    events = run("sine mlp:16:tanh mse epochs=2")
    assert all(math.isnan(event.accuracy) for event in only(events, StepDone))
    assert math.isnan(end_of(events).test_accuracy) and end_of(events).test_loss < 1
    assert only(events, Evaluated)[-1].confusion == ()


def test_without_a_validation_set_nothing_is_made_up() -> None:
    events = run("moons mlp:8 val=0 epochs=1")
    assert [event.split for event in only(events, Evaluated)] == ["test"]
    assert math.isnan(end_of(events).val_loss)
    assert math.isnan(only(events, EpochDone)[0].val_loss)


def test_drawn_digits_are_learned_and_real_ones_tested(drawn_data: Path, real_data: Path) -> None:
    root = drawn_data.parent / "both"
    root.mkdir(exist_ok=True)
    for name, target in (("digits", drawn_data), ("MNIST", real_data)):
        if not (root / name).exists():
            (root / name).symlink_to(target / name)
    events = run("digits mlp:64 ce adam epochs=3 test=mnist", root)
    test = only(events, Evaluated)[-1]
    assert test.samples == 10_000
    assert test.accuracy > 0.3  # three times what guessing gives, from 1,800 drawings


LINES = [
    f"{dataset} {model} {loss}"
    for dataset, about in DATASETS.items()
    if dataset not in ("mnist", "fashion-mnist")
    for loss in TASK_LOSSES[about.task]
    for model in ("linear", "mlp:8", *(["cnn"] if len(about.shape) == 3 else []))
]


@pytest.mark.parametrize("line", LINES)
def test_everything_that_can_be_named_trains(line: str, drawn_data: Path) -> None:
    events = run(f"{line} steps=3 train=200 batch=64 device=cpu", drawn_data)
    assert end_of(events).reason == "done"
    assert len(losses_of(events)) == 3 and all(math.isfinite(loss) for loss in losses_of(events))


@pytest.mark.parametrize("more", ["order=sorted", "order=file", "noise=0.4", "scale=raw", "scale=unit"])
def test_a_change_of_the_data_changes_the_losses(more: str, drawn_data: Path) -> None:
    line = "digits mlp:8 train=500 steps=6"
    assert losses_of(run(line, drawn_data)) != losses_of(run(f"{line} {more}", drawn_data))


def test_a_weight_on_positives_finds_more_of_them() -> None:
    line = "moons linear bce adam lr=0.05 positives=0.05 epochs=20"
    plain, weighted = (only(run(f"{line} {more}"), Evaluated)[-1] for more in ("", "pos-weight=19"))
    assert weighted.per_class[1] > plain.per_class[1] + 0.2  # recall of the positives
    assert weighted.accuracy < plain.accuracy
