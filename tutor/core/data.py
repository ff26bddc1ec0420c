"""Datasets as tensors: opened, scaled once, split, and handed out in seeded batches."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Generator, Tensor

from tutor import paths
from tutor.core.drawn.cache import ensure_drawn
from tutor.core.drawn.idx import read_idx
from tutor.core.experiment import Experiment
from tutor.core.losses import prepare_targets
from tutor.core.toys import TOYS, pair_up
from tutor.errors import DataError

Progress = Callable[[float, str], None]  # the share done, and what is being done

TOY_SIZES = {"train": 2000, "test": 1000}
# Where torchvision's classes look below their root.
FOLDERS = {"digits": "MNIST", "garments": "FashionMNIST", "mnist": "MNIST", "fashion-mnist": "FashionMNIST"}
FILES = {"train": "train", "test": "t10k"}


@dataclass(frozen=True)
class Split:
    """Part of a dataset. inputs (N, ...) float32, labels (N,) int64 or as drawn, targets as the loss wants."""

    inputs: Tensor
    labels: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    def first(self, count: int) -> Split:
        """The first `count` samples; views, no copies."""
        return Split(self.inputs[:count], self.labels[:count], self.targets[:count])

    def to(self, device: torch.device) -> Split:
        """The same samples on a device."""
        return Split(self.inputs.to(device), self.labels.to(device), self.targets.to(device))


@dataclass(frozen=True)
class Data:
    """What a run needs: train and val come from the training set, test from a set of its own."""

    train: Split
    val: Split
    test: Split


class Batches:
    """A train_loader: mini-batches of a split that is already in memory, by slices of indices.

    shuffled: a new order each epoch from `generator`; sorted: by label; file: as stored.
    batch_size 0 is everything at once.
    """

    def __init__(self, split: Split, batch_size: int, order: str, generator: Generator) -> None:
        self.split, self.order, self.generator = split, order, generator
        self.batch_size = batch_size or max(1, len(split))
        self.place: torch.device | None = None  # where inputs are sent: the mistake wrong-device
        self.drawn_from = (
            generator.get_state()
        )  # the generator's state before it drew the present epoch's order
        self.skip = 0  # mini-batches of the next epoch that a resumed run has behind it
        self._one = split.targets.data_ptr() == split.labels.data_ptr()  # under ce, targets are the labels
        self._sorted = split.labels.argsort(stable=True) if order == "sorted" else None

    def __len__(self) -> int:
        return -(-len(self.split) // self.batch_size)

    def indices(self) -> Tensor:
        """The order of one epoch, (N,) int64. Moves the generator on where the order is drawn."""
        if self._sorted is not None:
            return self._sorted
        if self.order == "file":
            return torch.arange(len(self.split))
        self.drawn_from = self.generator.get_state()
        return torch.randperm(len(self.split), generator=self.generator)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """(inputs, targets, labels) of each mini-batch of one epoch; without those that `skip` says, once."""
        split, device = self.split, self.split.inputs.device
        done, self.skip = self.skip, 0
        for indices in self.indices().to(device).split(self.batch_size)[done:]:
            # index_select is several times faster here than split.inputs[indices]
            inputs = split.inputs.index_select(0, indices)
            labels = split.labels.index_select(0, indices)
            targets = labels if self._one else split.targets.index_select(0, indices)
            yield inputs if self.place is None else inputs.to(self.place), targets, labels


def load(
    experiment: Experiment,
    data_dir: Path | None = None,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Data:
    """The data of an experiment, on the CPU. Built-in images are drawn first where they are not there yet.

    Raises DataError for a missing, malformed or empty dataset.
    """
    folder = paths.data_dir(data_dir)
    train = _samples(experiment, experiment.dataset, "train", folder, progress, should_stop)
    test = _samples(experiment, experiment.test or experiment.dataset, "test", folder, progress, should_stop)
    train, val = _split_off(train, experiment)
    return Data(_spoil(train, experiment), as_evaluated(val, experiment), as_evaluated(test, experiment))


def as_evaluated(split: Split, experiment: Experiment) -> Split:
    """The split as an evaluation gets it. Two mistakes live here: images turned about, pixels left at 0 to 255."""
    if experiment.mistake == "val-transposed":
        return Split(split.inputs.transpose(-1, -2).contiguous(), split.labels, split.targets)
    if experiment.mistake == "val-unscaled":
        return Split(split.inputs * 255, split.labels, split.targets)
    return split


def _split_off(whole: Split, experiment: Experiment) -> tuple[Split, Split]:
    """The last share of the training set validates; what is left, or its first `train=`, trains."""
    count = round(experiment.val * len(whole))
    left = len(whole) - count
    kept = min(experiment.train or left, left)
    if experiment.train:
        count = min(count, max(1000, kept))
    val = Split(*(part[len(whole) - count :] for part in (whole.inputs, whole.labels, whole.targets)))
    return whole.first(kept), val


def _spoil(train: Split, experiment: Experiment) -> Split:
    """Replace the share `noise=` of the training labels by random ones."""
    if not experiment.noise or experiment.about.task == "regression":
        return train
    generator = Generator().manual_seed(experiment.seed)
    wrong = torch.rand(len(train), generator=generator) < experiment.noise
    others = torch.randperm(len(train), generator=generator)
    mask = wrong.reshape(-1, *[1] * (train.labels.dim() - 1))
    labels = torch.where(mask, train.labels[others], train.labels)
    return Split(train.inputs, labels, prepare_targets(labels, experiment))


def _samples(
    experiment: Experiment,
    name: str,
    split: str,
    folder: Path,
    progress: Progress | None,
    should_stop: Callable[[], bool] | None,
) -> Split:
    if name in TOYS:
        inputs, labels = _toy(name, split)
    elif name == "digit-pairs":
        images, digits = _images("digits", split, folder, experiment.scale, progress, should_stop)
        inputs, labels = pair_up(images[:20_000], digits[:20_000], Generator().manual_seed(0))
    else:
        inputs, labels = _images(name, split, folder, experiment.scale, progress, should_stop)
    if experiment.positives:
        inputs, labels = _unbalance(inputs, labels, experiment.positives)
    return Split(inputs, labels, prepare_targets(labels, experiment))


def _toy(name: str, split: str) -> tuple[Tensor, Tensor]:
    generator = Generator().manual_seed(0 if split == "train" else 1)
    return TOYS[name](TOY_SIZES[split], generator)


def _unbalance(inputs: Tensor, labels: Tensor, positives: float) -> tuple[Tensor, Tensor]:
    """Leave out positives until their share is `positives`; those that stay are spread over the whole set."""
    negative, positive = (labels == 0).nonzero().flatten(), (labels == 1).nonzero().flatten()
    count = round(len(negative) * positives / (1 - positives))
    spread = torch.arange(count) * len(positive) // max(1, count)
    kept = torch.cat([negative, positive[spread]]).sort().values
    return inputs[kept], labels[kept]


def open_images(
    name: str,
    split: str,
    folder: Path,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[Tensor, Tensor]:
    """images (N, 28, 28) uint8 as they are stored, labels (N,) int64. Raises DataError, as `load` does."""
    root, stamp = _find(name, split, folder, progress, should_stop)
    return _open(name, split, root, stamp)


def images_root(name: str, folder: Path) -> Path:
    """The folder that torchvision's classes take as their root. Raises DataError, as `load` does."""
    return _find(name, "train", folder, None, None)[0]


def _images(
    name: str,
    split: str,
    folder: Path,
    scale: str,
    progress: Progress | None,
    should_stop: Callable[[], bool] | None,
) -> tuple[Tensor, Tensor]:
    """inputs (N, 1, 28, 28) float32, labels (N,) int64."""
    root, stamp = _find(name, split, folder, progress, should_stop)
    images, labels = _open(name, split, root, stamp)
    mean, deviation = _statistics(name, root, stamp) if scale == "standard" else (0.0, 1.0)
    return _scaled(images, scale, mean, deviation), labels


def _find(
    name: str,
    split: str,
    folder: Path,
    progress: Progress | None,
    should_stop: Callable[[], bool] | None,
) -> tuple[Path, int]:
    """torchvision's root, and a number that changes when the files are drawn again."""
    if name not in ("digits", "garments"):
        return _real_root(name, folder), 0
    root = ensure_drawn(
        name, folder, progress=_told(progress, f"Drawing the {name}"), should_stop=should_stop
    )
    images = root / FOLDERS[name] / "raw" / f"{FILES[split]}-images-idx3-ubyte"
    return root, images.stat().st_mtime_ns


def _told(progress: Progress | None, what: str) -> Callable[[float], None] | None:
    return None if progress is None else lambda done: progress(done, what)


@functools.lru_cache(maxsize=4)
def _scaled(images: Tensor, scale: str, mean: float, deviation: float) -> Tensor:
    """Pixels as numbers: raw 0 to 255, unit 0 to 1, standard with the training set's mean 0 and deviation 1."""
    pixels = images.unsqueeze(1).float()  # (N, 1, 28, 28)
    return pixels if scale == "raw" else pixels.div_(255).sub_(mean).div_(deviation)


@functools.lru_cache(maxsize=8)
def _statistics(name: str, root: Path, stamp: int) -> tuple[float, float]:
    """Mean and standard deviation of the training pixels, in 0 to 1."""
    images, _ = _open(name, "train", root, stamp)
    counts = torch.bincount(images.flatten(), minlength=256).double()
    values = torch.arange(256, dtype=torch.float64) / 255
    mean = (counts * values).sum() / counts.sum()
    variance = (counts * (values - mean) ** 2).sum() / counts.sum()
    return float(mean), max(float(variance.sqrt()), 1e-6)


@functools.lru_cache(maxsize=8)
def _open(name: str, split: str, root: Path, stamp: int) -> tuple[Tensor, Tensor]:
    """images (N, 28, 28) uint8 and labels (N,) int64. `stamp` makes a redrawn file a new one."""
    if name in ("mnist", "fashion-mnist"):
        return _open_real(name, split, root)
    raw = root / FOLDERS[name] / "raw"
    images = torch.from_numpy(read_idx(raw / f"{FILES[split]}-images-idx3-ubyte"))
    labels = torch.from_numpy(read_idx(raw / f"{FILES[split]}-labels-idx1-ubyte")).long()
    return images, labels


def _real_root(name: str, folder: Path) -> Path:
    """The chosen folder, or the usual one, whichever holds the real dataset."""
    for root in dict.fromkeys([folder, paths.data_dir()]):
        if (root / FOLDERS[name] / "raw").is_dir():
            return root
    built_in = "digits" if name == "mnist" else "garments"
    raise DataError(
        f"{name} was not found in {folder}: there is no folder {FOLDERS[name]}/raw. "
        f"Give the folder that holds it with --data-dir or TUTOR_DATA_DIR, or take {built_in}, which is built in."
    )


def _open_real(name: str, split: str, root: Path) -> tuple[Tensor, Tensor]:
    built_in = "digits" if name == "mnist" else "garments"
    try:
        from torchvision import datasets  # here only: it is slow to import, and the built-in data need none
    except Exception as error:
        raise DataError(
            f"torchvision could not be loaded ({_first_line(error)}), so {name} cannot be opened. "
            f"Install the torchvision that belongs to torch {torch.__version__}, or take {built_in}, which is built in."
        ) from error
    kind = datasets.MNIST if name == "mnist" else datasets.FashionMNIST
    try:
        dataset = kind(str(root), train=split == "train", download=False)
        images, labels = dataset.data, torch.as_tensor(dataset.targets).long()
        if len(images) == 0 or len(images) != len(labels) or tuple(images.shape[1:]) != (28, 28):
            raise ValueError(f"{len(images)} images {tuple(images.shape[1:])}, {len(labels)} labels")
    except Exception as error:
        raise DataError(
            f"{name} in {root / FOLDERS[name]} could not be opened: {_first_line(error)}. "
            f"A file is missing, cut or not MNIST's format. Fetch it again, or take {built_in}, which is built in."
        ) from error
    return images, labels


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
