"""An experiment: one frozen value that says everything about a run, and its one-line form.

    DATASET MODEL LOSS OPTIMIZER key=value…
    digits mlp:128,64 ce adam lr=1e-3 batch=64 epochs=3 seed=7

Only DATASET is required. Standard library only, so that a lesson can be read without torch.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tutor.core.words import (
    ACTIVATIONS,
    DATASETS,
    DEVICES,
    INITS,
    LOSSES,
    MISTAKES,
    MODELS,
    NORMS,
    OPTIMIZERS,
    ORDERS,
    SCALES,
    TASK_LOSSES,
    DatasetWords,
)
from tutor.errors import ExperimentError

Number = Callable[[str, str], Any]


@dataclass(frozen=True)
class Experiment:
    """Everything about a run. `batch=0` is the whole training set; `steps=0` means by epochs.

    `train=0` is every sample; `positives=0` leaves a two-class set balanced; `val` is a share of the training set.
    """

    dataset: str = "digits"
    model: str = "mlp:128,64"
    loss: str = "ce"
    optimizer: str = "adam"
    lr: float = 1e-3
    batch: int = 64
    epochs: int = 3
    steps: int = 0
    seed: int = 0
    threads: int = 1
    momentum: float = 0.0
    weight_decay: float = 0.0
    dropout: float = 0.0
    norm: str = "none"
    init: str = "default"
    device: str = "auto"
    test: str = ""
    val: float = 0.1
    mistake: str = ""
    train: int = 0
    order: str = "shuffled"
    scale: str = "standard"
    noise: float = 0.0
    positives: float = 0.0
    pos_weight: float = 1.0

    def __str__(self) -> str:
        return " ".join([self.dataset, self.model, self.loss, self.optimizer, *_pairs(self)])

    @property
    def about(self) -> DatasetWords:
        """What the dataset is: task, classes, shape of one sample."""
        return DATASETS[self.dataset]

    @property
    def widths(self) -> tuple[int, ...]:
        """Hidden widths of an `mlp`; empty for `linear` and `cnn`."""
        _, _, rest = self.model.partition(":")
        widths = rest.partition(":")[0]
        return tuple(int(width) for width in widths.split(",")) if widths else ()

    @property
    def activation(self) -> str:
        """The activation of an `mlp`; ReLU unless it is named."""
        parts = self.model.split(":")
        return parts[2] if len(parts) == 3 else "relu"

    def change(self, words: str) -> Experiment:
        """This experiment with the words changed: `lr=0.5 bce mistake=no-zero-grad`.

        Raises ExperimentError, as `parse` does.
        """
        changed = self
        for word in words.split():
            changed = dataclasses.replace(changed, **_read_word(word))
        return _checked(changed)


def parse(line: str) -> Experiment:
    """Read the one-line form. Raises ExperimentError that names the unknown word and the nearest known one."""
    words = line.split()
    if not words:
        raise ExperimentError(
            f"The experiment line was empty. Write a dataset first: {', '.join(DATASETS)}. "
            "Example: digits mlp:128,64 ce adam lr=1e-3 epochs=3"
        )
    if words[0] not in DATASETS:
        raise _unknown(words[0], "dataset", DATASETS)
    named: dict[str, Any] = {}
    for word in words:
        for key, value in _read_word(word).items():
            if key in named:
                raise ExperimentError(
                    f"The experiment named {_spoken(key)} twice, as “{named[key]}” and as “{value}”. Keep one of them."
                )
            named[key] = value
    return _checked(Experiment(**{**_defaults(named), **named}))


def _defaults(named: dict[str, Any]) -> dict[str, Any]:
    """Good defaults for what was not named; they depend on the dataset and the optimizer."""
    about = DATASETS[named["dataset"]]
    defaults = dict(about.defaults)
    optimizer = named.get("optimizer", defaults.get("optimizer", "adam"))
    if optimizer == "sgd":
        defaults["lr"] = 0.1
    return defaults


def _read_word(word: str) -> dict[str, Any]:
    key, equals, text = word.partition("=")
    if equals:
        name = key.replace("-", "_")
        if name not in _KEYS:
            raise _unknown(key, "key", _KEY_WORDS)
        if not text:
            raise ExperimentError(f"The key {key}= had no value. Write one after the equals sign.")
        return {name: _KEYS[name](key, text)}
    if word in DATASETS:
        return {"dataset": word}
    if word in LOSSES:
        return {"loss": word}
    if word in OPTIMIZERS:
        return {"optimizer": word}
    if word.partition(":")[0] in MODELS:
        return {"model": _model(word)}
    raise _unknown(
        word, "word", [*DATASETS, *MODELS, *LOSSES, *OPTIMIZERS, *(f"{key}=" for key in _KEY_WORDS)]
    )


def _model(word: str) -> str:
    kind, *parts = word.split(":")
    if kind != "mlp":
        if parts:
            raise ExperimentError(
                f"The model “{word}” was not understood: {kind} takes no widths. Write {kind} alone."
            )
        return word
    if not 1 <= len(parts) <= 2:
        raise ExperimentError(
            f"The model “{word}” needs its hidden widths, and at most one activation: mlp:128,64 or mlp:8:tanh."
        )
    widths = [_width(width, word) for width in parts[0].split(",")]
    if len(widths) > 20:
        raise ExperimentError(f"The model “{word}” had {len(widths)} hidden layers. Take 20 or fewer.")
    if len(parts) == 2 and parts[1] not in ACTIVATIONS:
        raise _unknown(parts[1], "activation", ACTIVATIONS)
    activation = "" if len(parts) == 1 or parts[1] == "relu" else f":{parts[1]}"
    return f"mlp:{','.join(map(str, widths))}{activation}"


def _width(text: str, word: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 10_000:
        raise ExperimentError(
            f"The width “{text}” in “{word}” cannot be built: a layer has 1 to 10000 units. Example: mlp:128,64"
        )
    return int(text)


def _whole(low: int, high: int) -> Number:
    def read(key: str, text: str) -> int:
        if (
            re.fullmatch(r"[0-9_]{1,19}", text)
            and text.strip("_")
            and low <= int(text.replace("_", "")) <= high
        ):
            return int(text.replace("_", ""))
        raise ExperimentError(
            f"{key}={text} was not understood: {key} is a whole number from {low} to {high}."
        )

    return read


def _real(low: float, high: float) -> Number:
    def read(key: str, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if low <= value <= high:
            return value
        raise ExperimentError(f"{key}={text} was not understood: {key} is a number from {low:g} to {high:g}.")

    return read


def _one_of(words: Iterable[str]) -> Number:
    known = tuple(words)

    def read(key: str, text: str) -> str:
        if text in known:
            return "" if text == "none" and key == "mistake" else text
        raise _unknown(text, f"value for {key}=", known)

    return read


_KEYS: dict[str, Number] = {
    "lr": _real(0, 1e6),
    "batch": _whole(0, 10_000_000),
    "epochs": _whole(1, 1_000_000),
    "steps": _whole(0, 1_000_000_000),
    "seed": _whole(0, 2**31 - 1),
    "threads": _whole(1, 1024),
    "momentum": _real(0, 0.9999),
    "weight_decay": _real(0, 100),
    "dropout": _real(0, 0.99),
    "norm": _one_of(NORMS),
    "init": _one_of(INITS),
    "device": _one_of(DEVICES),
    "test": _one_of(DATASETS),
    "val": _real(0, 0.9),
    "mistake": _one_of(["none", *MISTAKES]),
    "train": _whole(0, 10_000_000),
    "order": _one_of(ORDERS),
    "scale": _one_of(SCALES),
    "noise": _real(0, 1),
    "positives": _real(0, 0.99),
    "pos_weight": _real(0.001, 10_000),
}
_KEY_WORDS = [key.replace("_", "-") for key in _KEYS]
_ALWAYS = ("lr", "batch", "epochs", "seed")


def _checked(experiment: Experiment) -> Experiment:
    """Refuse what each word allows but the whole does not."""
    about, name = experiment.about, experiment.dataset
    if experiment.loss not in TASK_LOSSES[about.task]:
        raise ExperimentError(
            f"The loss {experiment.loss} cannot be used on {name}, whose targets are {about.targets}. "
            f"Take one of: {', '.join(TASK_LOSSES[about.task])}."
        )
    if experiment.model == "cnn" and len(about.shape) != 3:
        raise ExperimentError(
            f"The model cnn needs images, and {name} has points in the plane or on a line. Take mlp:16."
        )
    same = [
        other
        for other, words in DATASETS.items()
        if (words.task, words.classes) == (about.task, about.classes)
    ]
    if experiment.test and experiment.test not in same:
        raise ExperimentError(
            f"test={experiment.test} has other classes than {name}, so an accuracy would mean nothing. "
            f"Take one of: {', '.join(same)}."
        )
    if experiment.mistake == "softmax-before-ce" and experiment.loss != "ce":
        raise ExperimentError(
            f"mistake=softmax-before-ce needs the loss ce, and the line says {experiment.loss}. Write ce, or leave the mistake out."
        )
    if experiment.mistake == "list-of-layers" and not experiment.widths:
        raise ExperimentError(
            f"mistake=list-of-layers needs hidden layers to put in a list, and {experiment.model} has none. Take mlp:128,64."
        )
    if experiment.mistake.startswith("val-") and len(about.shape) != 3:
        raise ExperimentError(
            f"mistake={experiment.mistake} is made with the images of the validation, and {name} has none. Take digits or garments."
        )
    if experiment.mistake == "val-unscaled" and experiment.scale != "unit":
        raise ExperimentError(
            f"mistake=val-unscaled needs scale=unit, which it forgets in the validation, and the line says scale={experiment.scale}."
        )
    if experiment.order == "sorted" and about.task not in ("binary", "multi-class"):
        raise ExperimentError(
            f"order=sorted sorts samples by their class, and those of {name} have no single one. Leave it out."
        )
    if experiment.scale != "standard" and len(about.shape) != 3:
        raise ExperimentError(
            f"scale={experiment.scale} is for the pixels of images, and {name} has none. Leave it out."
        )
    if (experiment.positives or experiment.pos_weight != 1) and about.task != "binary":
        raise ExperimentError(
            f"positives= and pos-weight= need a dataset of two classes, and {name} is not one. Take blobs or moons."
        )
    return experiment


def _pairs(experiment: Experiment) -> list[str]:
    """`key=value` for the keys always shown and for every other that differs from its default."""
    plain = Experiment()
    return [
        f"{key.replace('_', '-')}={_short(getattr(experiment, key))}"
        for key in _KEYS
        if key in _ALWAYS or getattr(experiment, key) != getattr(plain, key)
    ]


def _short(value: Any) -> str:
    """The shortest text that reads back to the same value: 0.001 as 1e-3."""
    if not isinstance(value, float):
        return str(value)
    plain = repr(value).removesuffix(".0")
    digits = next(n for n in range(18) if float(f"{value:.{n}e}") == value)
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    scientific = f"{mantissa}e{int(exponent)}"
    return min(plain, scientific, key=len)


def _spoken(key: str) -> str:
    return f"the {key}" if key in ("dataset", "model", "loss", "optimizer") else f"{key.replace('_', '-')}="


def _unknown(word: str, what: str, known: Iterable[str]) -> ExperimentError:
    words = list(known)
    near = difflib.get_close_matches(word.partition(":")[0], words, n=1, cutoff=0.5)
    meant = f" Did you mean “{near[0]}”?" if near else ""
    return ExperimentError(f"There is no {what} “{word}”.{meant} Known: {', '.join(words)}.")
