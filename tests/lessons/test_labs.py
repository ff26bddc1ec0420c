"""Every lab of the course runs as its knobs say, and shows what its text and its question claim.

The claims are checked on small drawn data, so the margins are wide: what counts is the shape of the effect.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tutor import paths
from tutor.core.data import open_images
from tutor.core.events import Evaluated, RunFinished
from tutor.core.experiment import Experiment, parse
from tutor.core.glass import Glass
from tutor.core.history import History
from tutor.core.models import MLP, build_model
from tutor.core.reading import Reader, reader_of
from tutor.core.setup import Kept
from tutor.core.training import train, train_together
from tutor.learning.lessons import Course, Lab, Predict, load_course

COURSE = load_course(paths.lessons_dir())
PLACES = [
    f"{lesson.number}/{step.id}"
    for lesson in COURSE.lessons
    for step in lesson.steps
    if isinstance(step, Lab)
    and (not step.lab or step.panels)  # those without panels have mechanics and tests of their own
]
GUESS = 0.25  # of ten classes: above what a network that learned nothing gets, constant or by chance
Run = Callable[..., list[History]]
Pictures = NDArray[np.generic]


def lab_at(course: Course, place: str) -> Lab:
    """The lab of `3/mse-against-bce`."""
    step = course.find(place)[1]
    assert isinstance(step, Lab)
    return step


def experiments(lab: Lab, words: str = "") -> list[Experiment]:
    """What the lab runs with these words changed, as its screen does."""
    first = parse(lab.experiment).change(words)
    return [first, first.change(lab.compare)] if lab.compare else [first]


def trained(lines: Sequence[Experiment], data: Path) -> list[History]:
    """Train them side by side."""
    histories = [History() for _ in lines]
    for event in train_together(lines, data_dir=data):
        histories[event.run].fold(event)
    return histories


@pytest.fixture
def run(drawn_data: Path) -> Run:
    """Runs the lab at a place, with words changed; a history for each of its runs."""
    return lambda place, words="": trained(experiments(lab_at(COURSE, place), words), drawn_data)


def end(history: History) -> RunFinished:
    """How the run ended."""
    assert history.finished is not None
    return history.finished


def measured(history: History) -> Evaluated:
    """The evaluation on the test set."""
    return history.evaluated["test"]


@pytest.mark.parametrize("place", PLACES)
def test_each_value_of_each_knob_trains(place: str, drawn_data: Path) -> None:
    lab = lab_at(COURSE, place)
    for words in ["", *(knob.word(value) for knob in lab.knobs for value in knob.values)]:
        short = [one.change("steps=3") for one in experiments(lab, words)]
        for experiment, history in zip(short, trained(short, drawn_data), strict=True):
            expected = "failed" if experiment.mistake == "wrong-device" else "done"
            assert end(history).reason == expected, f"{place}: {experiment}: {end(history)}"
            assert history.step == (0 if expected == "failed" else 3)


def test_the_labs_with_a_claim_are_all_checked_here() -> None:
    predicted = {
        f"{lesson.number}/{step.about}"
        for lesson in COURSE.lessons
        for step in lesson.steps
        if isinstance(step, Predict)
    }
    claims = {
        place.partition("/")[2] for place in PLACES if place in predicted or lab_at(COURSE, place).compare
    }
    missing = [claim for claim in sorted(claims) if f"test_{claim.replace('-', '_')}" not in globals()]
    assert not missing


# 0 Before you start


def test_first_run(run: Run) -> None:
    (right,) = run("0/first-run")
    (straight,) = run("0/first-run", "linear")
    (slow,) = run("0/first-run", "lr=0.001")
    assert end(right).test_accuracy > 0.97
    assert end(straight).test_accuracy < 0.93
    assert end(slow).test_accuracy < 0.93


def test_learning_rate(run: Run) -> None:
    ends = {rate: end(run("0/learning-rate", f"lr={rate}")[0]) for rate in ("0.001", "0.01", "0.1", "10")}
    assert ends["0.1"].val_accuracy > 0.6
    assert max(ends, key=lambda rate: accuracy(ends[rate])) == "0.1"
    assert abs(ends["0.001"].train_loss - math.log(10)) < 0.1
    assert accuracy(ends["10"]) < GUESS


def accuracy(finished: RunFinished) -> float:
    """Of the validation set; 0 for a run that diverged."""
    return 0.0 if finished.reason == "diverged" else finished.val_accuracy


def test_over_fitting(run: Run) -> None:
    few, many = map(end, run("0/over-fitting"))
    assert few.train_loss < 0.03 < many.train_loss
    assert few.val_loss > 1.2 * many.val_loss


# 1 nn.Module


def test_list_of_layers(run: Run) -> None:
    for seed in (1, 2, 3):
        right, listed = run("1/list-of-layers", f"seed={seed}")
        assert right.started and listed.started
        assert (right.started.parameters, listed.started.parameters) == (109_386, 650)
        assert right.train_loss.first == listed.train_loss.first
        assert listed.train_loss.last < listed.train_loss.first - 0.15
        assert GUESS < end(listed).test_accuracy < end(right).test_accuracy - 0.15
    deep = run("1/list-of-layers", "mlp:128,64,32,16")[1]
    assert end(deep).test_accuracy < end(listed).test_accuracy - 0.05


def test_zero_init(run: Run) -> None:
    default, zero = run("1/zero-init")
    assert end(default).test_accuracy > 0.6
    assert math.isclose(zero.train_loss.first, math.log(10), abs_tol=1e-4)
    assert sum(any(column) for column in zip(*measured(zero).confusion, strict=True)) == 1
    assert abs(end(zero).test_loss - math.log(10)) < 0.1
    linear = run("1/zero-init", "linear")
    assert all(end(history).test_accuracy > 0.6 for history in linear)


def test_no_activation(run: Run) -> None:
    relu, without = map(end, run("1/no-activation"))
    assert relu.test_accuracy > 0.95
    assert 0.55 < without.test_accuracy < 0.8
    assert all(end(history).test_accuracy > 0.97 for history in run("1/no-activation", "blobs"))
    relu, without = map(end, run("1/no-activation", "circles"))
    assert relu.test_accuracy > 0.97
    assert without.test_accuracy < 0.7


def test_builder(run: Run) -> None:
    right = {
        words: [end(run("1/builder", f"batch=4 seed={seed} {words}")[0]).test_accuracy for seed in (1, 2, 3)]
        for words in ("init=default", "norm=batch", "dropout=0.2", "init=small")
    }
    alone = end(run("1/builder", "batch=4 mlp:128:sigmoid")[0])
    plain = right["init=default"]
    assert max(plain) + 0.1 < min(right["norm=batch"])
    assert max(plain) + 0.1 < alone.test_accuracy
    assert sum(right["dropout=0.2"]) < sum(plain) + 0.1
    assert sum(right["init=small"]) < sum(plain) + 0.1
    assert spread_of_the_last_layer("init=default") < 0.02
    assert spread_of_the_last_layer("norm=batch") > 0.1


def spread_of_the_last_layer(words: str) -> float:
    """How far apart samples lie in the outputs of the builder's last hidden layer, before any training."""
    experiment = experiments(lab_at(COURSE, "1/builder"), words)[0]
    torch.manual_seed(experiment.seed)
    model = build_model(experiment)
    assert isinstance(model, MLP)
    hidden = model.hidden(torch.randn(256, 784))
    return hidden.std(dim=0).mean().item()


# 2 Datasets and DataLoaders


def test_normalisation(run: Run) -> None:
    standard, raw = run("2/normalisation", "batch=16")
    assert abs(standard.train_loss.first - math.log(10)) < 0.3
    assert raw.train_loss.first > 5
    assert end(standard).test_accuracy > 0.45
    assert end(raw).test_accuracy < GUESS


def test_sorted_data(run: Run) -> None:
    shuffled, in_order = run("2/sorted-data", "batch=8")
    answers = [sum(row[9] for row in measured(history).confusion) for history in (shuffled, in_order)]
    assert end(shuffled).test_accuracy > 0.5
    assert end(in_order).train_loss < 0.7 * end(shuffled).train_loss
    assert answers[1] > 0.9 * measured(in_order).samples > 3 * answers[0]
    assert end(in_order).test_accuracy < GUESS


def test_batch_size(run: Run) -> None:
    small, large = (end(run("2/batch-size", f"batch={size}")[0]) for size in (32, 1024))
    assert small.steps > 10 * large.steps
    assert small.test_accuracy > large.test_accuracy + 0.1


# 3 Binary cross-entropy


def test_mse_against_bce(run: Run) -> None:
    bce, mse = run("3/mse-against-bce")
    assert end(bce).val_accuracy > 0.95
    assert end(mse).val_accuracy < 0.05
    assert mse.train_loss.first - mse.train_loss.last < 0.01
    assert all(end(history).val_accuracy > 0.95 for history in run("3/mse-against-bce", "init=default"))


def test_good_start(run: Run) -> None:
    bce, mse = run("3/good-start")
    assert math.isclose(bce.train_loss.first, math.log(2), abs_tol=1e-5)
    assert math.isclose(mse.train_loss.first, 0.25, abs_tol=1e-5)
    for history in (bce, mse):
        assert end(history).val_accuracy > 0.99
        assert 0 < history.first_over_95 < 6


def test_moons(run: Run) -> None:
    bce, mse = run("3/moons")
    assert 0 < bce.first_over_95 < mse.first_over_95
    assert end(bce).val_accuracy > 0.97
    assert end(mse).val_accuracy > 0.97


def test_imbalance(run: Run) -> None:
    plain, weighted = run("3/imbalance")
    assert end(weighted).val_accuracy < end(plain).val_accuracy - 0.03
    missed, found = (history.evaluated["val"].per_class[1] for history in (plain, weighted))
    assert missed < 0.8
    assert found > missed + 0.15


# 4 Categorical cross-entropy


def test_ten_classes(run: Run) -> None:
    (history,) = run("4/ten-classes", "epochs=10")
    confusion, sleeves = measured(history).confusion, (0, 2, 4, 6)
    errors = sum(sum(row) - row[true] for true, row in enumerate(confusion))
    among = sum(confusion[true][said] for true in sleeves for said in sleeves if true != said)
    assert end(history).test_accuracy > 0.75
    assert among > 0.6 * errors > 0


def test_softmax_twice(run: Run) -> None:
    plain, twice = run("4/softmax-twice")
    floor = math.log(math.e + 9) - 1
    assert min(twice.train_loss.points()[1]) > floor > end(plain).train_loss
    assert end(plain).val_accuracy > end(twice).val_accuracy + 0.05
    plain, twice = run("4/softmax-twice", "adam lr=1e-3")
    assert end(plain).val_accuracy - end(twice).val_accuracy < 0.15


def test_choose_the_loss(run: Run) -> None:
    questions, softmax = run("4/choose-the-loss")
    assert end(questions).val_accuracy > 0.05
    assert end(softmax).val_accuracy == 0
    assert softmax.train_loss.last < softmax.train_loss.first - 0.3


# 5 The training loop


def test_loop_under_glass(drawn_data: Path) -> None:
    glass = Glass.open(parse(lab_at(COURSE, "5/loop-under-glass").experiment), drawn_data)
    assert glass.seen.batches == 4
    for _ in range(3):
        while glass.next_line().line != "backward":
            assert glass.seen.grad is None or glass.seen.line != "zero_grad"
        assert all(parameter.grad for parameter in glass.seen.parameters)
        assert glass.seen.moved == 0
        assert glass.next_line().moved > 0
    assert [glass.finish().line for _ in range(2)] == ["step", "val_loss"]


def test_no_zero_grad(run: Run) -> None:
    right, wrong = run("5/no-zero-grad")
    assert end(right).val_accuracy > 0.6
    assert max(wrong.train_accuracy.points()[1]) > 0.4
    assert end(wrong).reason == "done"
    assert end(wrong).val_accuracy < GUESS


def test_wrong_mode(run: Run) -> None:
    right, wrong = run("5/wrong-mode")
    assert right.train_loss.first == wrong.train_loss.first
    assert end(wrong).test_accuracy < end(right).test_accuracy - 0.03
    assert end(wrong).test_loss > end(right).test_loss


def test_no_no_grad(run: Run) -> None:
    right, wrong = run("5/no-no-grad")
    assert right.train_loss.points() == wrong.train_loss.points()
    assert (end(right).test_loss, end(right).test_accuracy) == (
        end(wrong).test_loss,
        end(wrong).test_accuracy,
    )
    assert measured(right).saved_bytes == 0
    assert 808 <= measured(wrong).saved_bytes / measured(wrong).samples < 809


def test_wrong_device(run: Run) -> None:
    right, wrong = run("5/wrong-device")
    assert end(right).reason == "done"
    assert (end(wrong).reason, end(wrong).steps) == ("failed", 0)
    assert "meta" in end(wrong).cause and "cpu" in end(wrong).cause


def test_the_learning_rate_of_the_last_lesson(run: Run) -> None:
    good, large = (run("5/learning-rate", f"lr={rate}")[0] for rate in ("0.3", "3"))
    assert end(good).val_accuracy > 0.6
    assert max(large.train_loss.points()[1]) > 2 * large.train_loss.first
    assert accuracy(end(large)) < GUESS


def test_early_stopping(run: Run) -> None:
    right, shuffled = run("5/early-stopping")
    for history in (right, shuffled):
        losses = [epoch.val_loss for epoch in history.epochs]
        assert end(history).train_loss < 0.1
        assert losses.index(min(losses)) < 0.6 * len(losses)
        assert losses[-1] > 1.2 * min(losses)
    best, worse = ([epoch.val_accuracy for epoch in history.epochs] for history in (right, shuffled))
    assert max(worse) - worse[-1] > max(best) - best[-1]
    assert worse[-1] < best[-1] - 0.05


@pytest.mark.parametrize("place", ["3/imbalance", "5/early-stopping"])
def test_a_run_of_short_epochs_shows_its_validation_curve_as_it_goes(run: Run, place: str) -> None:
    for history in run(place):
        steps, _ = history.val_loss.points()
        assert len(steps) >= 8
        assert steps[0] < history.step / 4


def test_complete_classifier(run: Run) -> None:
    (history,) = run("5/complete-classifier", "batch=4")
    first, *_, last = [epoch.val_accuracy for epoch in history.epochs]
    assert abs(history.train_loss.first - math.log(10)) < 0.4
    assert first - 0.1 > 2 * (last - first)
    assert abs(end(history).test_accuracy - end(history).val_accuracy) < 0.15


def test_your_digit(drawn_data: Path) -> None:
    """Nobody centres: most pictures of a corner are read wrong, and the wrong digit gets half and more."""
    kept = Kept()
    line = parse(lab_at(COURSE, "5/your-digit").experiment).change("batch=4")
    *_, end_of_run = train(line, data_dir=drawn_data, keep=kept)
    assert isinstance(end_of_run, RunFinished) and kept.setup is not None
    reader = reader_of(kept.setup, end_of_run.test_accuracy)
    images, labels = (part.numpy() for part in open_images("digits", "test", drawn_data))
    right, _ = read_as(reader, images, labels)
    cornered, sure = read_as(reader, np.roll(images, (-5, -4), (1, 2)), labels)
    assert cornered < 0.2 < 0.5 < right
    assert sure > 0.45


def read_as(reader: Reader, pictures: Pictures, labels: Pictures) -> tuple[float, float]:
    """The share that is read right, and the mean probability of the answers that are wrong."""
    chances = np.array(reader.read_all(list(pictures)))
    wrong = chances.argmax(axis=1) != labels
    return 1 - wrong.mean(), chances.max(axis=1)[wrong].mean()
