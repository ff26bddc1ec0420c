"""A model that reads single pictures: drawn strokes, and its weights on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from penmanship import drawn

from tutor import paths
from tutor.core.data import open_images
from tutor.core.events import RunFinished
from tutor.core.experiment import parse
from tutor.core.pad import Pad
from tutor.core.reading import Reader, load_reader, reader_of, save_reader, weights_path
from tutor.core.setup import Kept
from tutor.core.training import train

LINE = parse("digits mlp:128,64 ce adam lr=1e-3 batch=16 epochs=6 seed=7")
MEASURED = 0.9


@pytest.fixture(scope="module")
def kept(drawn_data: Path) -> Kept:
    """A run on the small drawn set."""
    kept = Kept()
    *_, finished = train(LINE, data_dir=drawn_data, keep=kept)
    assert isinstance(finished, RunFinished) and finished.reason == "done"
    return kept


@pytest.fixture
def reader(kept: Kept) -> Reader:
    assert kept.setup
    return reader_of(kept.setup, MEASURED)


def answer(reader: Reader, pad: Pad) -> int:
    return int(np.argmax(reader.read(pad.fitted())))


def test_strokes_are_read(reader: Reader) -> None:
    ways = [
        {"size": 1.0},
        {"size": 0.6, "left": 2, "top": 2},
        {"size": 1.2, "left": 5, "top": 4, "keys": False},
    ]
    right = [answer(reader, drawn(digit, **way)) == digit for way in ways for digit in range(10)]
    assert sum(right) >= 20, right
    assert answer(reader, drawn(1)) == 1 and answer(reader, drawn(0)) == 0


def test_pictures_become_inputs_as_the_training_data_did(kept: Kept, reader: Reader) -> None:
    assert kept.setup
    data = kept.setup.data.test
    images, _ = open_images("digits", "test", paths.data_dir())
    torch.testing.assert_close(reader.inputs(list(images[:20].numpy())), data.inputs[:20], rtol=0, atol=1e-5)
    with torch.no_grad():
        expected = kept.setup.model.eval()(data.inputs[:20]).softmax(dim=1)
    found = reader.read_all(list(images[:20].numpy()))
    torch.testing.assert_close(torch.tensor(found), expected, rtol=0, atol=1e-5)
    assert reader.read_all([]) == []


def test_weights_come_back_as_they_were(reader: Reader, drawn_data: Path) -> None:
    picture = drawn(5).fitted()
    save_reader(reader, LINE, drawn_data)
    before = torch.get_rng_state()
    again = load_reader(LINE, drawn_data)
    assert torch.equal(before, torch.get_rng_state())
    assert again is not None and again.accuracy == MEASURED
    assert again.read(picture) == reader.read(picture)
    assert not again.model.training and not any(p.is_meta for p in again.model.parameters())


def test_another_line_or_other_data_find_no_weights(reader: Reader, drawn_data: Path, tmp_path: Path) -> None:
    save_reader(reader, LINE, drawn_data)
    assert load_reader(LINE.change("seed=8"), drawn_data) is None
    raw = tmp_path / "digits" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "train-images-idx3-ubyte").write_bytes(b"others")
    assert load_reader(LINE, tmp_path) is None
    old = weights_path(LINE, drawn_data)
    save_reader(reader, LINE, tmp_path)  # the weights of the older data are of no use any more
    assert not old.exists() and load_reader(LINE, tmp_path) is not None


@pytest.mark.parametrize("content", [b"", b"not a file of weights", b"PK\x03\x04 cut"])
def test_a_broken_file_counts_as_none(content: bytes, reader: Reader, drawn_data: Path) -> None:
    save_reader(reader, LINE, drawn_data)
    path = weights_path(LINE, drawn_data)
    path.write_bytes(content)
    assert load_reader(LINE, drawn_data) is None
    torch.save({"state_dict": {}, "experiment": str(LINE)}, path)
    assert load_reader(LINE, drawn_data) is None
