"""What the drawn datasets are worth: `python benchmarks/drawn_data.py [--real DIR] [--seeds N] [--quick]`.

Trains on drawn images only and tests on the drawn test set and, where a folder with torchvision's MNIST and
FashionMNIST is given or found, on their 10,000 real test images. Prints the cost of drawing as a multiple of
one epoch of the MLP, measured in CPU seconds of the same process, one torch thread.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from tutor.core.drawn.cache import CLASSES, SIZES
from tutor.core.drawn.digits import draw_digits
from tutor.core.drawn.garments import draw_garments
from tutor.core.drawn.idx import Bytes, read_idx

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "datasets"
DRAW = {"digits": draw_digits, "garments": draw_garments}
REAL = {"digits": "MNIST", "garments": "FashionMNIST"}
EPOCHS = {"mlp": 5, "cnn": 3}

# What is demanded of the real test images, in percent: (mean over seeds, each seed).
BARS = {
    ("digits", 60_000, "mlp"): (92.0, 90.0),
    ("digits", 60_000, "cnn"): (95.0, 94.0),
    ("digits", 12_000, "mlp"): (88.0, 0.0),
    ("digits", 12_000, "cnn"): (93.0, 0.0),
    ("garments", 60_000, "mlp"): (55.0, 0.0),
    ("garments", 60_000, "cnn"): (65.0, 0.0),
}
OWN = {"digits": (88.0, 95.0), "garments": (80.0, 92.0)}  # a set that nobody errs on teaches nothing
DRAWING_BAR = 5.0  # epochs


def mlp() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)
    )


def cnn() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 10),
    )


MODELS: dict[str, Callable[[], nn.Module]] = {"mlp": mlp, "cnn": cnn}


@dataclass(frozen=True)
class Split:
    inputs: Tensor  # (N, 1, 28, 28), standardised
    targets: Tensor  # (N,)


def standardised(images: Bytes, labels: Bytes, mean: float, std: float) -> Split:
    inputs = (torch.from_numpy(images).float() / 255 - mean) / std
    return Split(inputs.unsqueeze(1), torch.from_numpy(labels).long())


def train(model: nn.Module, data: Split, epochs: int) -> float:
    """Adam 1e-3, batches of 64. Returns the CPU seconds of one epoch."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    started = time.process_time()
    for _ in range(epochs):
        for batch in torch.randperm(len(data.targets)).split(64):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(data.inputs[batch]), data.targets[batch])
            loss.backward()
            optimizer.step()
    return (time.process_time() - started) / epochs


@torch.no_grad()
def predict(model: nn.Module, data: Split) -> Tensor:
    return torch.cat([model(part).argmax(1) for part in data.inputs.split(1000)])


def accuracy(predicted: Tensor, data: Split) -> float:
    return 100 * (predicted == data.targets).float().mean().item()


def worst(name: str, predicted: Tensor, data: Split) -> str:
    """The five most frequent confusions, as `truth > answer count`."""
    counts = np.zeros((10, 10), dtype=int)
    np.add.at(counts, (data.targets.numpy(), predicted.numpy()), 1)
    np.fill_diagonal(counts, 0)
    pairs = [divmod(int(at), 10) for at in np.argsort(-counts, axis=None)[:5]]
    return ", ".join(f"{CLASSES[name][t]} > {CLASSES[name][p]} {counts[t, p]}" for t, p in pairs)


def numbers(values: list[float]) -> str:
    return " ".join(f"{value:5.1f}" for value in values)


def verdict(fine: bool) -> str:
    return "reached" if fine else "MISSED"


@dataclass
class Drawn:
    """One drawn dataset, its real counterpart where there is one, and what drawing it cost."""

    name: str
    images: Bytes
    labels: Bytes
    own: Split
    real: Split | None
    mean: float
    std: float
    seconds: float


def draw(name: str, real_root: Path | None) -> Drawn:
    started = time.process_time()
    images, labels = DRAW[name](0, SIZES["train"], "train")
    seconds = time.process_time() - started
    mean, std = (0.1307, 0.3081) if name == "digits" else (images.mean() / 255, images.std() / 255)
    real = None
    raw = real_root and real_root / REAL[name] / "raw"
    if raw and (raw / "t10k-images-idx3-ubyte").exists():
        real = standardised(
            read_idx(raw / "t10k-images-idx3-ubyte"), read_idx(raw / "t10k-labels-idx1-ubyte"), mean, std
        )
    own = standardised(*DRAW[name](0, SIZES["test"], "test"), mean, std)
    return Drawn(name, images, labels, own, real, mean, std, seconds)


def measure(drawn: Drawn, count: int, kind: str, seeds: int) -> float:
    """Train `seeds` models on the first `count` images, print the row, return the seconds of an epoch."""
    data = standardised(drawn.images[:count], drawn.labels[:count], drawn.mean, drawn.std)
    own: list[float] = []
    real: list[float] = []
    epoch_seconds = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        model = MODELS[kind]()
        epoch_seconds.append(train(model, data, EPOCHS[kind]))
        answers = predict(model, drawn.own)
        own.append(accuracy(answers, drawn.own))
        if drawn.real:
            real.append(accuracy(predict(model, drawn.real), drawn.real))
    row = f"{drawn.name:9} {count:6,} {kind:4} own {numbers(own)}"
    if real:
        mean_bar, seed_bar = BARS[drawn.name, count, kind]
        mean = sum(real) / len(real)
        fine = mean >= mean_bar and min(real) >= seed_bar
        row += f"   real {numbers(real)}   mean {mean:5.1f} (at least {mean_bar:.0f}: {verdict(fine)})"
    print(row, flush=True)
    if count == SIZES["train"]:
        low, high = OWN[drawn.name]
        fine = all(low <= value <= high for value in own)
        print(f"{'':22}own test within {low:.0f} to {high:.0f}: {verdict(fine)}")
        print(f"{'':22}own errors: {worst(drawn.name, answers, drawn.own)}", flush=True)
    return min(epoch_seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description="Accuracy and cost of the drawn datasets.")
    found = os.environ.get("TUTOR_REAL_DATA", BESIDE)
    parser.add_argument(
        "--real", type=Path, default=Path(found), help="folder with MNIST/raw, FashionMNIST/raw"
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--quick", action="store_true", help="leave out the CNNs, which take most of the time"
    )
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    kinds = ["mlp"] if arguments.quick else ["mlp", "cnn"]
    print(f"accuracy in percent, {arguments.seeds} seeds; mlp 784-128-64-10, 5 epochs; cnn 16, 32, 3 epochs")
    cost = {}
    for name in DRAW:
        drawn = draw(name, arguments.real)
        if drawn.real is None:
            print(f"{name}: no real {REAL[name]} in {arguments.real}, tested on drawn images only")
        epoch = measure(drawn, SIZES["train"], "mlp", arguments.seeds)
        cost[name] = drawn.seconds / epoch
        sizes = [SIZES["train"], 12_000] if name == "digits" else [SIZES["train"]]
        rest = [
            (count, kind) for count in sizes for kind in kinds if (count, kind) != (SIZES["train"], "mlp")
        ]
        for count, kind in rest:
            measure(drawn, count, kind, arguments.seeds)
    limits = {"digits": DRAWING_BAR, "garments": 3 * cost["digits"]}
    for name, ratio in cost.items():
        fine = verdict(ratio <= limits[name])
        print(
            f"drawing 60,000 {name} costs {ratio:.1f} epochs of the MLP (at most {limits[name]:.1f}: {fine})"
        )


if __name__ == "__main__":
    main()
