"""The one-line form of an experiment: it reads back to itself, and its errors name the word and a known one."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.core import words
from tutor.core.experiment import Experiment, parse
from tutor.errors import ExperimentError

KEYS = ["lr", "batch", "epochs", "steps", "seed", "threads", "momentum", "weight-decay", "dropout", "norm"]
KEYS += ["init", "device", "test", "val", "mistake", "train", "order", "scale", "noise", "positives"]
KEYS += ["pos-weight"]
VOCABULARY = [*words.DATASETS, *words.LOSSES, *words.OPTIMIZERS, "linear", "cnn", "mlp:8", "mlp:", "mlp:0"]
VOCABULARY += ["mlp:8:tanh", "mlp:8:tanh:relu", *(f"{key}=" for key in KEYS), *(f"{key}=1" for key in KEYS)]


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    """Any experiment that a line can name."""
    name = draw(st.sampled_from(list(words.DATASETS)))
    about = words.DATASETS[name]
    image, binary = len(about.shape) == 3, about.task == "binary"
    widths = ",".join(map(str, draw(st.lists(st.integers(1, 10_000), min_size=1, max_size=4))))
    activation = draw(st.sampled_from(["", *(f":{word}" for word in words.ACTIVATIONS if word != "relu")]))
    one_class = about.task in ("binary", "multi-class")
    loss = draw(st.sampled_from(words.TASK_LOSSES[about.task]))
    mistakes = [word for word in words.MISTAKES if word != "softmax-before-ce" or loss == "ce"]
    mistakes.remove("list-of-layers")  # needs hidden layers
    mistakes.remove("val-unscaled")  # needs scale=unit
    mistakes = [word for word in mistakes if image or not word.startswith("val-")]
    same = [n for n, w in words.DATASETS.items() if (w.task, w.classes) == (about.task, about.classes)]
    return Experiment(
        dataset=name,
        model=draw(st.sampled_from(["linear", f"mlp:{widths}{activation}", *(["cnn"] if image else [])])),
        loss=loss,
        optimizer=draw(st.sampled_from(words.OPTIMIZERS)),
        lr=draw(st.floats(0, 1e6)),
        batch=draw(st.integers(0, 10_000_000)),
        epochs=draw(st.integers(1, 1_000_000)),
        steps=draw(st.integers(0, 1_000_000_000)),
        seed=draw(st.integers(0, 2**31 - 1)),
        threads=draw(st.integers(1, 1024)),
        momentum=draw(st.floats(0, 0.9999)),
        weight_decay=draw(st.floats(0, 100)),
        dropout=draw(st.floats(0, 0.99)),
        norm=draw(st.sampled_from(words.NORMS)),
        init=draw(st.sampled_from(words.INITS)),
        device=draw(st.sampled_from(words.DEVICES)),
        test=draw(st.sampled_from(["", *same])),
        val=draw(st.floats(0, 0.9)),
        mistake=draw(st.sampled_from(["", *mistakes])),
        train=draw(st.integers(0, 10_000_000)),
        order=draw(st.sampled_from([o for o in words.ORDERS if one_class or o != "sorted"])),
        scale=draw(st.sampled_from(words.SCALES)) if image else "standard",
        noise=draw(st.floats(0, 1)),
        positives=draw(st.floats(0, 0.99)) if binary else 0.0,
        pos_weight=draw(st.floats(0.001, 10_000)) if binary and loss == "bce" else 1.0,
    )


@given(experiments())
def test_a_line_reads_back_to_the_same_experiment(experiment: Experiment) -> None:
    assert parse(str(experiment)) == experiment


@given(st.text())
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    refuses_in_words(text)


@given(st.lists(st.sampled_from(VOCABULARY) | st.text(max_size=6), max_size=8).map(" ".join))
def test_any_words_are_read_or_refused_in_words(line: str) -> None:
    refuses_in_words(f"digits {line}")


@given(st.sampled_from(KEYS), st.text(max_size=12))
def test_any_value_is_read_or_refused_in_words(key: str, value: str) -> None:
    refuses_in_words(f"blobs {key}={value}")


def refuses_in_words(line: str) -> None:
    try:
        experiment = parse(line)
    except ExperimentError as error:
        assert error.exit_code == 2
        assert ". " in f"{error} " or "Example: " in str(error)  # sentences
    else:
        assert parse(str(experiment)) == experiment


def test_what_is_not_named_has_good_defaults() -> None:
    assert parse("digits") == Experiment()
    assert parse("digits sgd").lr == 0.1
    assert parse("digits sgd lr=0.5").lr == 0.5
    assert parse("moons").loss == "bce"
    assert parse("sine").loss == "mse"
    assert parse("sine").activation == "tanh"


def test_words_may_come_in_any_order() -> None:
    assert parse("digits seed=3 adam ce mlp:128,64") == parse("digits mlp:128,64 ce adam seed=3")


def test_a_line_shows_the_shortest_numbers() -> None:
    assert str(parse("digits lr=0.001")).endswith("lr=1e-3 batch=64 epochs=3 seed=0")
    assert "lr=0.5 " in str(parse("digits lr=5e-1"))
    assert "weight-decay=1e-4" in str(parse("digits weight_decay=0.0001"))


def test_a_model_says_its_widths_and_activation() -> None:
    assert parse("digits mlp:128,64").widths == (128, 64)
    assert parse("digits mlp:8:tanh").activation == "tanh"
    assert parse("digits mlp:8:relu").model == "mlp:8"
    assert parse("digits linear").widths == ()
    assert parse("digits cnn").widths == ()


def test_change_makes_a_new_experiment() -> None:
    one = parse("blobs linear bce sgd")
    other = one.change("mse lr=0.5 mistake=no-zero-grad")
    assert (other.loss, other.lr, other.mistake) == ("mse", 0.5, "no-zero-grad")
    assert other.change("bce lr=0.1 mistake=none") == one
    with pytest.raises(ExperimentError, match="cnn needs images"):
        one.change("cnn")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.lr = 1.0  # type: ignore[misc]


UNKNOWN = [
    ("digts", "digts", "digits"),
    ("mnst", "mnst", "mnist"),
    ("digits mpl:8", "mpl:8", "mlp"),
    ("digits adma", "adma", "adam"),
    ("digits bcee", "bcee", "bce"),
    ("digits bath=3", "bath", "batch"),
    ("digits wieght-decay=3", "wieght-decay", "weight-decay"),
    ("digits mlp:8:tahn", "tahn", "tanh"),
    ("digits norm=bach", "bach", "batch"),
    ("digits init=xavir", "xavir", "xavier"),
    ("digits device=cud", "cud", "cuda"),
    ("digits test=mnits", "mnits", "mnist"),
    ("digits mistake=no-zero", "no-zero", "no-zero-grad"),
    ("digits order=shufled", "shufled", "shuffled"),
    ("digits scale=unti", "unti", "unit"),
]


@pytest.mark.parametrize(("line", "word", "meant"), UNKNOWN)
def test_an_error_names_the_unknown_word_and_the_nearest_known_one(line: str, word: str, meant: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        parse(line)
    assert f"“{word}”" in str(caught.value)
    assert f"Did you mean “{meant}" in str(caught.value)


REFUSED = [
    ("", "empty"),
    ("digits lr=", "lr= had no value"),
    ("digits lr=nan", "lr is a number from 0"),
    ("digits lr=fast", "lr=fast was not understood"),
    ("digits batch=1.5", "batch is a whole number"),
    ("digits batch=-1", "batch=-1 was not understood"),
    ("digits seed=99999999999999999999", "seed is a whole number"),
    ("digits mlp", "needs its hidden widths"),
    ("digits mlp:0", "width “0”"),
    ("digits mlp:,", "width “”"),
    ("digits linear:8", "takes no widths"),
    ("digits mlp:" + ",".join("8" * 21), "21 hidden layers"),
    ("digits adam sgd", "the optimizer twice"),
    ("digits moons", "the dataset twice"),
    ("sine ce", "targets are real numbers"),
    ("moons cnn", "cnn needs images"),
    ("digits test=garments", "other classes"),
    ("moons mistake=softmax-before-ce", "needs the loss ce"),
    ("moons scale=raw", "pixels of images"),
    ("sine order=sorted", "no single one"),
    ("digits positives=0.1", "dataset of two classes"),
]


@pytest.mark.parametrize(("line", "says"), REFUSED)
def test_what_cannot_be_run_is_refused_with_the_reason(line: str, says: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        parse(line)
    assert says in str(caught.value)
