"""The drawings themselves: the same bytes everywhere, framed like MNIST, and good enough to learn from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tutor.core.drawn.cloth import profile
from tutor.core.drawn.digits import draw_digits
from tutor.core.drawn.draws import Draws
from tutor.core.drawn.garments import draw_garments
from tutor.core.drawn.idx import Bytes, read_idx
from tutor.core.drawn.skeletons import SKELETONS
from tutor.core.drawn.strokes import build_table

Draw = Callable[[int, int, str], tuple[Bytes, Bytes]]
BOTH = pytest.mark.parametrize("draw", [draw_digits, draw_garments])

# SHA-256 of the first 200 images and labels of each split. A change here changes every result that was
# reported on drawn data: make it on purpose, and say so in the changelog.
HASHES = {
    ("draw_digits", "train"): "ae12d4edd8237a35bc5422c83d2d9d53309ef39f7d0d91f3a7f4e3eea025b53e",
    ("draw_digits", "test"): "14b2c8be44c6b2bbfd8b79abe9ddbbf1d6363516bb4142fb9c812f5e2f5bc684",
    ("draw_garments", "train"): "253e1ec483b9b339364b348051ed6bf0c5bfc681cd88b6888cf071359610f7a6",
    ("draw_garments", "test"): "638ce44491187e5d49a351a3ccd8b5a1da410931bce987043b2caf994428e5bb",
}


@BOTH
@pytest.mark.parametrize("split", ["train", "test"])
def test_the_same_bytes_on_every_machine(draw: Draw, split: str) -> None:
    images, labels = draw(0, 200, split)
    digest = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
    assert digest == HASHES[draw.__name__, split]


@BOTH
def test_an_image_depends_on_its_number_alone(draw: Draw) -> None:
    images, labels = draw(0, 150, "train")
    for start, count in ((0, 1), (37, 60), (149, 1)):
        part_images, part_labels = draw(start, count, "train")
        assert np.array_equal(part_images, images[start : start + count])
        assert np.array_equal(part_labels, labels[start : start + count])


@BOTH
def test_shapes_labels_and_variety(draw: Draw) -> None:
    images, labels = draw(0, 400, "train")
    other, _ = draw(0, 400, "test")
    assert images.shape == (400, 28, 28) and images.dtype == np.uint8
    assert labels.shape == (400,) and labels.dtype == np.uint8
    assert np.bincount(labels, minlength=10).min() > 15
    assert len(np.unique(np.concatenate([images, other]), axis=0)) == 800
    assert (images.reshape(400, -1).max(axis=1) > 20).all()


def test_no_images_at_all_and_an_unknown_split() -> None:
    images, labels = draw_digits(5, 0, "train")
    assert images.shape == (0, 28, 28) and labels.shape == (0,)
    with pytest.raises(KeyError):
        draw_digits(0, 1, "validation")


def test_digits_are_framed_as_in_mnist() -> None:
    """20 pixels at the longer side, the centre of mass in the middle, about MNIST's mean 0.131."""
    images, _ = draw_digits(0, 400, "train")
    ink = images > 127
    heights = ink.any(axis=2).sum(axis=1)
    widths = ink.any(axis=1).sum(axis=1)
    longer = np.maximum(heights, widths)
    assert longer.min() >= 16 and np.median(longer) in (19, 20) and longer.max() <= 21
    places = np.arange(28)
    mass = images.sum(axis=(1, 2), dtype=np.int64)
    row = (images.sum(axis=2, dtype=np.int64) * places).sum(axis=1) / mass
    column = (images.sum(axis=1, dtype=np.int64) * places).sum(axis=1) / mass
    # A digit is moved in whole pixels, and never so far that it would be cut off.
    assert np.mean(np.abs(row - 14) <= 0.5) > 0.97
    assert np.mean(np.abs(column - 14) <= 0.5) > 0.97
    assert 0.12 < images.mean() / 255 < 0.145


def test_poses_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="poses of a 0 differ"):
        build_table([[(1, "0,0 10,10", "0,0 10,10 20,20")]])


def test_the_path_goes_through_its_points_and_stays_on_its_stroke() -> None:
    table = build_table(SKELETONS)
    assert np.allclose(table.mix.sum(axis=0), 1, atol=1e-6)
    for variant, dots in enumerate(table.dots):
        stroke = table.stroke[variant]
        weights, source = table.mix[:, variant, :dots], table.source[:, variant, :dots]
        used = np.where(np.abs(weights) > 1e-7, stroke[source], -1)
        owner = used.max(axis=0)
        assert ((used == owner) | (used == -1)).all()


def test_random_numbers_have_the_right_spread() -> None:
    draws = Draws(9, "train", 0, 4000, 40)
    normal = draws.normal(10, 2.0)
    assert abs(float(normal.mean())) < 0.05
    assert abs(float(normal.std()) - 2.0) < 0.05
    uniform = draws.uniform(10, -1.0, 3.0)
    assert uniform.min() >= -1 and uniform.max() < 3
    assert abs(float(uniform.mean()) - 1.0) < 0.05
    shares = np.bincount(draws.pick(np.array([1, 0, 3]))) / 4000
    assert abs(shares[0] - 0.25) < 0.03 and shares[1] == 0
    with pytest.raises(IndexError, match="40 random values"):
        draws.take(20)


def test_a_profile_runs_through_its_knots() -> None:
    at = [np.full((2, 1), place, dtype=np.float32) for place in (0.5, 10.5, 27.5)]
    value = [np.full((2, 1), v, dtype=np.float32) for v in (3.0, 8.0, 1.0)]
    line = profile(*zip(at, value, strict=True))
    assert line.shape == (2, 28)
    assert line[0, [0, 10, 27]].tolist() == [3.0, 8.0, 1.0]
    assert (np.diff(line[0, :11]) >= 0).all() and (np.diff(line[0, 10:]) <= 0).all()


def real_mnist() -> Path:
    """The folder of a real MNIST, or a skip that says how to provide one."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "datasets"
    root = Path(os.environ.get("TUTOR_REAL_DATA", beside))
    if not (root / "MNIST" / "raw" / "t10k-images-idx3-ubyte").is_file():
        pytest.skip(f"no real MNIST in {root}: name its folder in TUTOR_REAL_DATA to run this test")
    return root / "MNIST" / "raw"


def test_a_model_that_saw_only_drawn_digits_reads_real_ones() -> None:
    """12,000 drawn digits, three epochs: about 90 % of MNIST's test images; 85 is asked for."""
    raw = real_mnist()
    torch = pytest.importorskip("torch")

    def pixels(images: Bytes) -> object:
        return (torch.from_numpy(images).float().flatten(1) / 255 - 0.1307) / 0.3081

    images, labels = draw_digits(0, 12_000, "train")
    inputs, targets = pixels(images), torch.from_numpy(labels).long()
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    try:
        layers = [torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)]
        model = torch.nn.Sequential(*layers)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        for _ in range(4):
            for batch in torch.randperm(len(targets)).split(64):
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(model(inputs[batch]), targets[batch]).backward()
                optimizer.step()
        real = pixels(read_idx(raw / "t10k-images-idx3-ubyte"))
        truth = torch.from_numpy(read_idx(raw / "t10k-labels-idx1-ubyte")).long()
        with torch.no_grad():
            accuracy = (model(real).argmax(1) == truth).float().mean().item()
    finally:
        torch.set_num_threads(threads)
        torch.set_rng_state(state)
    assert accuracy > 0.85
