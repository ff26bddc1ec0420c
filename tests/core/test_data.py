"""Data: opened, scaled, split, spoiled on purpose, and handed out in batches."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
import torch
from torch import Generator

from tutor.core.data import Batches, load
from tutor.core.drawn.cache import DrawingStopped
from tutor.core.experiment import parse
from tutor.errors import DataError

RAW = Path("digits") / "MNIST" / "raw"
LABELS = "train-labels-idx1-ubyte"


def test_digits_are_scaled_by_the_training_set(drawn_data: Path) -> None:
    data = load(parse("digits val=0"), drawn_data)
    assert data.train.inputs.shape == (2000, 1, 28, 28) and len(data.val) == 0 and len(data.test) == 500
    assert data.train.inputs.mean().item() == pytest.approx(0, abs=1e-4)
    assert data.train.inputs.std().item() == pytest.approx(1, abs=1e-4)
    assert abs(data.test.inputs.mean().item()) > 1e-6  # by the training set's figures, not its own


def test_other_scales(drawn_data: Path) -> None:
    raw = load(parse("digits scale=raw"), drawn_data).train.inputs
    unit = load(parse("digits scale=unit"), drawn_data).train.inputs
    assert raw.min() == 0 and raw.max() == 255
    torch.testing.assert_close(unit, raw / 255)


def test_validation_is_apart_from_training_and_from_test(drawn_data: Path) -> None:
    whole, data = load(parse("digits val=0"), drawn_data), load(parse("digits val=0.25"), drawn_data)
    assert (len(data.train), len(data.val), len(data.test)) == (1500, 500, 500)
    assert torch.equal(torch.cat([data.train.inputs, data.val.inputs]), whole.train.inputs)
    assert torch.equal(data.test.inputs, whole.test.inputs)
    seen = {image.numpy().tobytes() for image in data.train.inputs}
    assert not seen & {image.numpy().tobytes() for image in data.val.inputs}
    assert not seen & {image.numpy().tobytes() for image in data.test.inputs}


def test_fewer_training_samples_keep_a_validation_set_of_its_own(drawn_data: Path) -> None:
    data, small = load(parse("digits"), drawn_data), load(parse("digits train=100"), drawn_data)
    assert (len(small.train), len(small.val)) == (100, 200)
    assert torch.equal(small.train.inputs, data.train.inputs[:100])
    assert torch.equal(small.val.inputs, data.val.inputs)
    assert len(load(parse("digits train=999999"), drawn_data).train) == 1800


def test_test_may_be_of_another_kind(drawn_data: Path, real_data: Path) -> None:
    shutil.copytree(drawn_data / "digits", (both := drawn_data / "both") / "digits", dirs_exist_ok=True)
    if not (both / "MNIST").exists():
        (both / "MNIST").symlink_to(real_data / "MNIST")
    data = load(parse("digits test=mnist"), both)
    assert len(data.train) == 1800 and len(data.test) == 10_000
    # Each by the statistics of its own training set: MNIST's own mean is then about 0.
    assert abs(data.test.inputs.mean().item()) < 0.05


def test_real_mnist(real_data: Path) -> None:
    data = load(parse("mnist"), real_data)
    assert (len(data.train), len(data.val), len(data.test)) == (54_000, 6_000, 10_000)
    assert data.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert data.test.labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_garments(drawn_data: Path) -> None:
    data = load(parse("garments"), drawn_data)
    assert data.train.inputs.shape == (1800, 1, 28, 28)
    assert data.train.labels.bincount(minlength=10).min() > 100


def test_digit_pairs(drawn_data: Path) -> None:
    data = load(parse("digit-pairs"), drawn_data)
    assert data.train.inputs.shape[1:] == (1, 28, 56) and data.train.targets.shape[1:] == (10,)
    assert (data.train.labels.sum(dim=1) == 2).all()


def test_noise_spoils_a_share_of_the_training_labels_only(drawn_data: Path) -> None:
    clean, noisy = load(parse("digits"), drawn_data), load(parse("digits noise=0.3"), drawn_data)
    wrong = (clean.train.labels != noisy.train.labels).float().mean().item()
    assert wrong == pytest.approx(0.3 * 0.9, abs=0.04)  # one random label in ten is right
    assert torch.equal(noisy.train.targets, noisy.train.labels)
    assert torch.equal(clean.val.labels, noisy.val.labels) and torch.equal(
        clean.test.labels, noisy.test.labels
    )


def test_positives_unbalance_two_classes() -> None:
    data = load(parse("blobs positives=0.05"))
    for split in (data.train, data.val, data.test):
        assert split.labels.float().mean().item() == pytest.approx(0.05, abs=0.02)
    assert data.train.targets.shape == (len(data.train), 1)


def test_sorted_labels_come_in_order(drawn_data: Path) -> None:
    data = load(parse("digits"), drawn_data).train
    labels = torch.cat([labels for *_, labels in Batches(data, 64, "sorted", Generator())])
    assert torch.equal(labels, data.labels.sort().values)


def test_file_order_is_the_order_of_the_file(drawn_data: Path) -> None:
    data = load(parse("digits"), drawn_data).train
    inputs, targets, labels = next(iter(Batches(data, 64, "file", Generator())))
    assert torch.equal(inputs, data.inputs[:64])
    assert torch.equal(labels, data.labels[:64]) and torch.equal(targets, labels)


def test_each_epoch_has_every_sample_once_in_a_new_order(drawn_data: Path) -> None:
    data = load(parse("digits bce"), drawn_data).train
    batches = Batches(data, 64, "shuffled", Generator().manual_seed(3))
    assert len(batches) == 29
    first, second = batches.indices(), batches.indices()
    assert not torch.equal(first, second)
    assert torch.equal(first.sort().values, torch.arange(1800))
    assert torch.equal(first, torch.randperm(1800, generator=Generator().manual_seed(3)))
    sizes = [len(labels) for *_, labels in batches]
    assert sizes == [64] * 28 + [8]
    for inputs, targets, labels in batches:
        assert targets.argmax(dim=1).equal(labels) and len(inputs) == len(targets)


def test_batch_zero_is_everything_at_once() -> None:
    data = load(parse("moons")).train
    [(inputs, _, _)] = Batches(data, 0, "shuffled", Generator())
    assert len(inputs) == len(data) == 1800


def test_a_missing_dataset_says_where_to_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_DATA_DIR", str(tmp_path))
    with pytest.raises(DataError, match=r"mnist was not found in .* --data-dir .* digits, which is built in"):
        load(parse("mnist"), tmp_path)
    with pytest.raises(DataError, match=r"FashionMNIST/raw.*garments, which is built in"):
        load(parse("fashion-mnist"))


def test_a_malformed_dataset_says_what_is_wrong(drawn_data: Path, tmp_path: Path) -> None:
    shutil.copytree(drawn_data / "digits" / "MNIST", tmp_path / "MNIST")
    labels = tmp_path / "MNIST" / "raw" / LABELS
    labels.write_bytes(labels.read_bytes()[:900])
    with pytest.raises(DataError, match=r"mnist in .* could not be opened"):
        load(parse("mnist"), tmp_path)
    labels.unlink()
    with pytest.raises(DataError, match=r"mnist in .* could not be opened"):
        load(parse("mnist"), tmp_path)


def test_a_torchvision_that_cannot_load_is_said(
    real_or_fake_mnist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)
    with pytest.raises(DataError, match=r"torchvision could not be loaded .* digits, which is built in"):
        load(parse("mnist"), real_or_fake_mnist)


@pytest.fixture
def real_or_fake_mnist(drawn_data: Path) -> Path:
    """A root where torchvision finds an MNIST: the drawn digits have its layout."""
    return drawn_data / "digits"


def test_torchvision_opens_the_drawn_digits(real_or_fake_mnist: Path) -> None:
    ours, theirs = (
        load(parse("digits scale=raw"), real_or_fake_mnist.parent),
        load(parse("mnist scale=raw"), real_or_fake_mnist),
    )
    assert torch.equal(ours.test.inputs, theirs.test.inputs)
    assert torch.equal(ours.test.labels, theirs.test.labels)


def test_drawing_can_be_stopped(tmp_path: Path) -> None:
    with pytest.raises(DrawingStopped):
        load(parse("digits"), tmp_path, should_stop=lambda: True)
    assert not list(tmp_path.rglob("*ubyte"))


def test_drawing_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    stop = iter([False, False, False, True])
    with pytest.raises(DrawingStopped):
        load(
            parse("digits"),
            tmp_path,
            lambda share, what: told.append((share, what)),
            lambda: next(stop, True),
        )
    assert told and {what for _, what in told} == {"Drawing the digits"}
    assert [share for share, _ in told] == sorted(share for share, _ in told)
