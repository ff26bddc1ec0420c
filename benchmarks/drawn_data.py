"""What the drawn datasets are worth: `python benchmarks/drawn_data.py [--real DIR] [--seeds N] [--quick]`.

Trains on drawn images only and tests on the drawn test set and, where a folder with torchvision's MNIST and
FashionMNIST is given or found, on their 10,000 real test images. Prints the cost of drawing as a multiple of
one epoch of the MLP, measured in CPU seconds of the same process, one torch thread.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # also when it is run as a script

from benchmarks.figure import Figure, Settings, at_most, table
from tutor.core.drawn.cache import SIZES
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


def among_tops(predicted: Tensor, data: Split) -> float:
    """The share of the wrong answers that take one of T-shirt, pullover, coat and shirt for another."""
    tops = torch.tensor([0, 2, 4, 6])
    wrong = predicted != data.targets
    both = torch.isin(predicted, tops) & torch.isin(data.targets, tops)
    return 100 * (wrong & both).sum().item() / max(wrong.sum().item(), 1)


def percent(values: list[float]) -> str:
    return " ".join(f"{value:.1f}" for value in values) + " %"


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


@dataclass
class Trained:
    """The accuracies of one model and size, a value for each seed, and the CPU seconds of an epoch."""

    own: list[float]
    real: list[float]
    among_tops: list[float]
    epoch_seconds: float


def train_all(drawn: Drawn, count: int, kind: str, seeds: int) -> Trained:
    """Train on the first `count` images with seeds 0, 1, ... and test on both test sets."""
    data = standardised(drawn.images[:count], drawn.labels[:count], drawn.mean, drawn.std)
    result = Trained([], [], [], float("inf"))
    for seed in range(seeds):
        torch.manual_seed(seed)
        model = MODELS[kind]()
        result.epoch_seconds = min(result.epoch_seconds, train(model, data, EPOCHS[kind]))
        answers = predict(model, drawn.own)
        result.own.append(accuracy(answers, drawn.own))
        result.among_tops.append(among_tops(answers, drawn.own))
        if drawn.real:
            result.real.append(accuracy(predict(model, drawn.real), drawn.real))
    return result


def rows(drawn: Drawn, count: int, kind: str, result: Trained) -> Iterator[Figure]:
    """The figures of one model and size. The range of the own test is demanded of the full set only."""
    name = f"drawn {drawn.name} {count:,}, {kind}"
    mean_bar, seed_bar = BARS[drawn.name, count, kind]
    reach = f"mean at least {mean_bar:.0f} %" + (f", none under {seed_bar:.0f}" if seed_bar else "")
    if drawn.real is None:
        yield Figure(f"{name}: real test", reach, f"no real {REAL[drawn.name]}: name its folder", None)
    else:
        mean = sum(result.real) / len(result.real)
        fine = mean >= mean_bar and min(result.real) >= seed_bar
        yield Figure(f"{name}: real test", reach, f"{mean:.1f} % ({percent(result.real)})", fine)
    if count == SIZES["train"]:
        low, high = OWN[drawn.name]
        within = all(low <= value <= high for value in result.own)
        yield Figure(f"{name}: own test", f"{low:.0f} to {high:.0f} %", percent(result.own), within)
    if drawn.name == "garments":
        most = min(result.among_tops) > 50
        yield Figure(f"{name}: errors among tops", "more than 50 %", percent(result.among_tops), most)


def figures(real_root: Path | None, seeds: int, kinds: list[str]) -> Iterator[Figure]:
    """Every figure of the drawn data, each as soon as it is known."""
    torch.set_num_threads(1)
    limit = DRAWING_BAR
    for name in DRAW:
        drawn = draw(name, real_root)
        full = SIZES["train"]
        for count in (full, 12_000) if name == "digits" else (full,):
            for kind in kinds:
                result = train_all(drawn, count, kind, seeds)
                if (count, kind) == (full, "mlp"):
                    ratio = drawn.seconds / result.epoch_seconds
                    yield at_most(f"drawing 60,000 {name}", limit, ratio, "epochs of the MLP")
                    limit = round(3 * ratio, 1)  # the garments may cost three times as much as the digits
                yield from rows(drawn, count, kind, result)


def measure(settings: Settings) -> list[Figure]:
    """All figures, three seeds each: about eight minutes on one core."""
    threads = torch.get_num_threads()
    try:
        return list(figures(settings.real_dir, 3, list(MODELS)))
    finally:
        torch.set_num_threads(threads)


def main() -> int:
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
    print(
        f"{arguments.seeds} seeds; mlp 784-128-64-10, 5 epochs; cnn of 16 and 32 maps, 3 epochs", flush=True
    )
    found_figures = []
    for figure in figures(arguments.real, arguments.seeds, ["mlp"] if arguments.quick else list(MODELS)):
        print(f"  {figure.name}: {figure.gave}", flush=True)
        found_figures.append(figure)
    print(table(found_figures))
    return 1 if any(figure.ok is False for figure in found_figures) else 0


if __name__ == "__main__":
    sys.exit(main())
