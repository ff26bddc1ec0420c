"""The words an experiment may use: datasets, models, losses, optimizers, mistakes. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Task = Literal["multi-class", "binary", "regression", "multi-label"]

DIGITS = tuple("0123456789")
GARMENTS = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


@dataclass(frozen=True)
class DatasetWords:
    """What is known of a dataset before it is opened: its task, classes, and the shape of one sample."""

    task: Task
    classes: tuple[str, ...]
    shape: tuple[int, ...]
    says: str
    defaults: dict[str, object] = field(default_factory=dict)

    @property
    def targets(self) -> str:
        """The targets in words, for messages."""
        return {
            "multi-class": f"one class of {len(self.classes)}",
            "binary": "0 or 1",
            "regression": "real numbers",
            "multi-label": f"{len(self.classes)} yes-or-no answers",
        }[self.task]


_IMAGES: dict[str, object] = {}
_TOYS: dict[str, object] = {"model": "mlp:16", "loss": "bce", "lr": 0.01, "batch": 32, "epochs": 30}

DATASETS: dict[str, DatasetWords] = {
    "digits": DatasetWords("multi-class", DIGITS, (1, 28, 28), "handwritten digits, drawn by tutor", _IMAGES),
    "garments": DatasetWords("multi-class", GARMENTS, (1, 28, 28), "clothes, drawn by tutor", _IMAGES),
    "mnist": DatasetWords("multi-class", DIGITS, (1, 28, 28), "real handwritten digits", _IMAGES),
    "fashion-mnist": DatasetWords("multi-class", GARMENTS, (1, 28, 28), "real clothes", _IMAGES),
    "blobs": DatasetWords("binary", ("0", "1"), (2,), "two clouds of points", {**_TOYS, "model": "linear"}),
    "moons": DatasetWords("binary", ("0", "1"), (2,), "two half circles that interlock", _TOYS),
    "circles": DatasetWords("binary", ("0", "1"), (2,), "a circle inside a ring", _TOYS),
    "spirals": DatasetWords(
        "binary", ("0", "1"), (2,), "two arms of a spiral", {**_TOYS, "model": "mlp:32,32"}
    ),
    "sine": DatasetWords(
        "regression", (), (1,), "a noisy sine wave", {**_TOYS, "model": "mlp:32:tanh", "loss": "mse"}
    ),
    "digit-pairs": DatasetWords(
        "multi-label", DIGITS, (1, 28, 56), "two digits side by side: which digits are there", {"loss": "bce"}
    ),
}

MODELS = ("linear", "mlp", "cnn")
ACTIVATIONS = ("relu", "tanh", "sigmoid", "gelu", "leaky-relu", "none")
LOSSES = ("ce", "bce", "mse", "mae")
OPTIMIZERS = ("sgd", "adam", "adamw")
NORMS = ("none", "batch", "layer")
# wrong: every weight -3 and no bias, a start that is confidently wrong on blobs.
INITS = ("default", "zero", "xavier", "kaiming", "small", "large", "wrong")
DEVICES = ("auto", "cpu", "cuda", "mps")
ORDERS = ("shuffled", "sorted", "file")
SCALES = ("standard", "unit", "raw")
MISTAKES = (
    "softmax-before-ce",
    "no-zero-grad",
    "wrong-mode",
    "no-no-grad",
    "wrong-device",
    "list-of-layers",
    "other-optimizer",
    "head-only",
    "val-transposed",
    "val-unscaled",
)

TASK_LOSSES: dict[Task, tuple[str, ...]] = {
    "multi-class": ("ce", "bce", "mse", "mae"),
    "binary": ("bce", "ce", "mse", "mae"),
    "regression": ("mse", "mae"),
    "multi-label": ("bce", "ce", "mse", "mae"),
}
