"""The race of the ways to make batches, measured on the files at hand: `python -m tutor.core.race DATASET DATA_DIR`.

It is a program of its own, because a DataLoader's workers are processes, and those are best started from a process
without threads. One line of JSON at a time: `{"name": …, "rate": samples per second, "done": false}`, the last one
of a contestant with `"done": true`, or with an `error`. torch is imported inside functions: the screen reads this file.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.errors import TutorError

if TYPE_CHECKING:
    from torch import Tensor

BATCH = 64
SECONDS = 0.8  # each contestant is measured for so long, after its first batch
TOLD = 0.1  # seconds between two lines of one contestant


@dataclass(frozen=True)
class Contestant:
    """A way to make batches. `way`: pil, items, batched or slices; `workers` are processes of a DataLoader."""

    name: str
    way: str
    workers: int = 0


CONTESTANTS = (
    Contestant("PIL, one by one", "pil"),
    Contestant("PIL, 2 workers", "pil", 2),
    Contestant("PIL, 4 workers", "pil", 4),
    Contestant("tensor, one by one", "items"),
    Contestant("tensor, 2 workers", "items", 2),
    Contestant("tensor, __getitems__", "batched"),
    Contestant("tensor, index_select", "slices"),
)


class InMemory:
    """A dataset that hands out whole batches: the DataLoader asks `__getitems__` for all indices at once."""

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.images[index], self.labels[index]

    def __getitems__(self, indices: list[int]) -> tuple[Tensor, Tensor]:
        return self.images[indices], self.labels[indices]


def as_it_is(batch: Any) -> Any:
    """A collate_fn for what is a batch already."""
    return batch


def batches_of(
    contestant: Contestant, name: str, root: Path, images: Tensor, labels: Tensor
) -> Iterable[Any]:
    """One epoch, shuffled: (inputs (B, 1, 28, 28) float32, labels (B,) int64) each."""
    from torch import Generator
    from torch.utils.data import DataLoader, Dataset, TensorDataset

    if contestant.way == "slices":
        from tutor.core.data import Batches, Split

        return Batches(Split(images, labels, labels), BATCH, "shuffled", Generator().manual_seed(0))
    dataset: Any
    if contestant.way == "pil":
        dataset = _through_pil(name, root)
    else:
        dataset = TensorDataset(images, labels) if contestant.way == "items" else InMemory(images, labels)
    whole: Dataset[Any] = dataset
    return DataLoader(
        whole,
        batch_size=BATCH,
        shuffle=True,
        generator=Generator().manual_seed(0),
        num_workers=contestant.workers,
        collate_fn=as_it_is if contestant.way == "batched" else None,
    )


def _through_pil(name: str, root: Path) -> Any:
    """torchvision's dataset with its usual transform: each image becomes a PIL image, then a tensor."""
    from torchvision import datasets, transforms

    kind = datasets.MNIST if name in ("digits", "mnist") else datasets.FashionMNIST
    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    return kind(str(root), train=True, download=False, transform=transform)


def measure(loader: Iterable[Any], seconds: float) -> Iterator[dict[str, Any]]:
    """Go through epochs of `loader` for so long after the first batch; what it came to, again and again."""
    asked = time.perf_counter()
    begun = told = 0.0
    samples = 0
    while True:
        for inputs, _, *_ in loader:
            now = time.perf_counter()
            if not begun:
                begun = told = now
                continue  # the first batch holds the start of the workers
            samples += len(inputs)
            if now - begun >= seconds:
                yield _figures(samples, now - begun, begun - asked, done=True)
                return
            if now - told >= TOLD:
                told = now
                yield _figures(samples, now - begun, begun - asked, done=False)


def _figures(samples: int, seconds: float, first: float, *, done: bool) -> dict[str, Any]:
    return {"rate": samples / seconds, "samples": samples, "first": first, "done": done}


def race(name: str, folder: Path, seconds: float = SECONDS) -> Iterator[dict[str, Any]]:
    """Every contestant after the other, as plain values. Raises DataError where there are no images."""
    import torch

    from tutor.core.data import images_root, open_images

    torch.set_num_threads(1)  # as in a run
    stored, labels = open_images(name, "train", folder)
    images = stored.unsqueeze(1).float().div_(255).sub_(0.5).div_(0.5)  # (N, 1, 28, 28)
    root = images_root(name, folder)
    for contestant in CONTESTANTS:
        try:
            for figures in measure(batches_of(contestant, name, root, images, labels), seconds):
                yield {"name": contestant.name, **figures}
        except Exception as error:  # this one is out; the others run
            yield {"name": contestant.name, "error": _first_line(error), "done": True}


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0].rstrip('.')}" if lines else type(error).__name__


def race_words(rates: Mapping[str, float], errors: Mapping[str, str], cores: int) -> str:
    """Which way won by what factor, and what workers did, in this race's numbers. `cores` of this machine."""
    if not rates:
        return "Nobody could run."
    winner, last = max(rates, key=lambda name: rates[name]), min(rates, key=lambda name: rates[name])
    said = [f"{winner} won: {rates[winner]:,.0f} samples per second"]
    said[0] += f", {_times(rates[winner] / rates[last])} as many as {last}." if winner != last else "."
    said += [_workers(rates, "PIL"), _four(rates, cores), _workers(rates, "tensor")]
    if {"tensor, one by one", "tensor, __getitems__"} <= rates.keys():
        factor = rates["tensor, __getitems__"] / rates["tensor, one by one"]
        said.append(f"Asked for a whole batch at once, the same loader gave {_times(factor)} as many.")
    if errors:
        name, error = next(iter(errors.items()))
        said.append(f"Out of the race: {', '.join(errors)}. {name}: {error}.")
    return " ".join(filter(None, said))


def _workers(rates: Mapping[str, float], kind: str) -> str:
    """Two workers against none, and why."""
    alone, two = f"{kind}, one by one", f"{kind}, 2 workers"
    if not {alone, two} <= rates.keys():
        return ""
    cost, factor = 1e6 / rates[alone], rates[two] / rates[alone]
    head = f"{'Through PIL' if kind == 'PIL' else 'From the tensor'} a sample costs {cost:,.0f} µs; two workers gave {_times(factor)} as many"
    if factor > 1.1:
        return f"{head}: they share that work."
    if factor < 0.9:
        return f"{head}: carrying a batch from process to process costs more than they save."
    return f"{head}: what they share and what carrying a batch between processes costs are about equal."


def _four(rates: Mapping[str, float], cores: int) -> str:
    """Four workers against two."""
    two, four = "PIL, 2 workers", "PIL, 4 workers"
    if not {two, four} <= rates.keys():
        return ""
    plural = "s" if cores != 1 else ""
    return f"Four gave {_times(rates[four] / rates[two])} as many as two, on {cores} core{plural}."


def _times(factor: float) -> str:
    return (
        f"{factor:,.0f} times"
        if factor >= 10
        else f"{factor:.1f} times"
        if factor >= 0.1
        else f"{factor:.2f} times"
    )


def main(words: list[str]) -> int:
    """Print the race. The first line may be an `error` that says why there is none."""
    name, folder, *seconds = words
    try:
        for figures in race(name, Path(folder), float(seconds[0]) if seconds else SECONDS):
            print(json.dumps(figures), flush=True)
    except TutorError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
