"""The knobs of the playground: every key of an experiment, with values that the rest of the line allows."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from tutor.core.experiment import Experiment, parse
from tutor.core.words import (
    DATASETS,
    DEVICES,
    INITS,
    LOSSES,
    MISTAKES,
    NORMS,
    OPTIMIZERS,
    ORDERS,
    SCALES,
)
from tutor.errors import ExperimentError
from tutor.learning.labs import PANELS, impossible
from tutor.learning.steps import WORD_KEYS, Knob

START = "digits mlp:128,64 ce adam lr=1e-3 epochs=1"

# The key, its name, its values; another value that the line has is put among them.
MAIN: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("dataset", "dataset", tuple(DATASETS)),
    ("model", "model", ("linear", "mlp:8", "mlp:16", "mlp:32,32", "mlp:128,64", "mlp:16:tanh", "cnn")),
    ("loss", "loss", LOSSES),
    ("optimizer", "optimizer", OPTIMIZERS),
    ("lr", "lr", ("1e-4", "1e-3", "0.01", "0.03", "0.1", "0.3", "1", "10")),
    ("batch", "batch", ("1", "8", "32", "64", "256", "1024", "0")),
    ("epochs", "epochs", ("1", "2", "3", "5", "10", "30", "100")),
    ("mistake", "mistake", ("none", *MISTAKES)),
)
MORE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("seed", "seed", ("0", "1", "2", "3")),
    ("steps", "steps", ("0", "100", "500", "2000")),
    ("momentum", "momentum", ("0", "0.5", "0.9", "0.99")),
    ("weight-decay", "weight decay", ("0", "1e-4", "0.01", "0.1")),
    ("dropout", "dropout", ("0", "0.2", "0.5", "0.8")),
    ("norm", "norm", NORMS),
    ("init", "init", INITS),
    ("train", "train samples", ("0", "100", "1000", "10000")),
    ("val", "val", ("0", "0.1", "0.3")),
    ("test", "test", tuple(DATASETS)),
    ("order", "order", ORDERS),
    ("scale", "scale", SCALES),
    ("noise", "wrong labels", ("0", "0.1", "0.3", "0.5")),
    ("positives", "positives", ("0", "0.05", "0.1", "0.3")),
    ("pos-weight", "pos weight", ("1", "3", "9", "19")),
    ("threads", "threads", ("1", "2", "4")),
    ("device", "device", DEVICES),
)


def panels_for(experiment: Experiment) -> tuple[str, ...]:
    """The panels that can show this experiment."""
    return tuple(panel for panel in PANELS if not impossible(panel, experiment))


def knobs_for(experiment: Experiment, *, more: bool = False) -> tuple[list[Knob], list[str]]:
    """The knobs that can be turned from here, and the value that each has; `more` gives those of every key."""
    knobs, values = [], []
    for key, label, known in (*MAIN, *MORE) if more else MAIN:
        offered = [value for value in known if key == "dataset" or _allows(experiment, key, value)]
        own = next((value for value in offered if _is_own(experiment, key, value)), "")
        if not own:
            own = value_of(experiment, key)
            offered = _among(own, offered)
        if len(offered) > 1:
            knobs.append(Knob(key, label, tuple(offered)))
            values.append(own)
    return knobs, values


def turned(experiment: Experiment, knob: Knob, value: str) -> Experiment:
    """The experiment with one knob turned. A dataset of another kind comes with defaults of its own.

    Raises ExperimentError where the value does not go with the rest.
    """
    if knob.key != "dataset":
        return experiment.change(knob.word(value))
    fresh = parse(value)
    if (fresh.about.task, fresh.about.shape) == (experiment.about.task, experiment.about.shape):
        fresh = replace(experiment, test="").change(value)
        kept = [f"test={experiment.test}"] if experiment.test else []
    else:
        kept = [f"seed={experiment.seed}", f"mistake={experiment.mistake or 'none'}"]
    for word in kept:
        with contextlib.suppress(ExperimentError):  # a word that does not go with this dataset
            fresh = fresh.change(word)
    return fresh


def value_of(experiment: Experiment, key: str) -> str:
    """The value of a key as an experiment line has it."""
    if key in WORD_KEYS:
        return str(getattr(experiment, key))
    if key == "test":
        return experiment.test or experiment.dataset
    written = (word.partition("=") for word in str(experiment).split())
    found = {name: value for name, equals, value in written if equals}
    plain = getattr(Experiment(), key.replace("-", "_"))
    return found.get(key, f"{plain:g}" if isinstance(plain, float) else str(plain) or "none")


def _allows(experiment: Experiment, key: str, value: str) -> bool:
    try:
        experiment.change(Knob(key, key, ()).word(value))
    except ExperimentError:
        return False
    return True


def _is_own(experiment: Experiment, key: str, value: str) -> bool:
    if key == "test":
        return value == value_of(experiment, key)
    try:
        return experiment.change(Knob(key, key, ()).word(value)) == experiment
    except ExperimentError:
        return False


def _among(own: str, values: list[str]) -> list[str]:
    """The values with one more in its place: numbers in order, words at the end."""
    try:
        return sorted([*values, own], key=float)
    except ValueError:
        return [*values, own]
