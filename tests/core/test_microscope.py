"""The loss microscope: the table of what float32 makes of four losses, its edges, and its words."""

from __future__ import annotations

import math

import pytest
import torch

from tutor.core.loss_words import figure, place, probability, remark, sentences
from tutor.core.microscope import LOSSES, curves, edges, read

INF, NAN = math.inf, math.nan
Pair = tuple[float, float]

# (y, z): (loss, slope) of MSE of the sigmoid, naive log, BCELoss of the sigmoid, BCEWithLogitsLoss.
TABLE: dict[tuple[int, float], tuple[Pair, Pair, Pair, Pair]] = {
    (0, -20.0): ((4.25e-18, 8.5e-18), (0.0, 2.06e-9), (2.06e-9, 2.06e-9), (0.0, 2.06e-9)),
    (0, -5.0): ((4.48e-5, 8.9e-5), (0.00672, 0.00669), (0.00672, 0.00669), (0.00672, 0.00669)),
    (0, 0.0): ((0.25, 0.25), (0.6931, 0.5), (0.6931, 0.5), (0.6931, 0.5)),
    (0, 5.0): ((0.987, 0.0132), (5.007, 0.993), (5.007, 0.993), (5.007, 0.993)),
    (0, 10.0): ((1.0, 9.1e-5), (9.9996, 1.0), (9.9996, 1.0), (10.0, 1.0)),
    (0, 17.0): ((1.0, 0.0), (INF, NAN), (100.0, 0.0), (17.0, 1.0)),
    (0, 20.0): ((1.0, 0.0), (INF, NAN), (100.0, 0.0), (20.0, 1.0)),
    (0, 90.0): ((1.0, 0.0), (INF, NAN), (100.0, 0.0), (90.0, 1.0)),
    (1, -5.0): ((0.987, -0.0132), (5.007, -0.993), (5.007, -0.993), (5.007, -0.993)),
    (1, -20.0): ((1.0, -4.12e-9), (20.0, -1.0), (20.0, -1.0), (20.0, -1.0)),
    (1, 10.0): ((2.06e-9, -4.12e-9), (4.54e-5, -4.54e-5), (4.54e-5, -4.54e-5), (4.54e-5, -4.54e-5)),
    (1, 17.0): ((0.0, 0.0), (NAN, NAN), (0.0, 0.0), (4.14e-8, 0.0)),
}


def near(value: float, expected: float) -> bool:
    """Equal to three digits; infinities, NaN and zeros exactly."""
    if math.isnan(expected) or expected == 0 or math.isinf(expected):
        return value == expected or (math.isnan(value) and math.isnan(expected))
    return value == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize(("y", "z"), TABLE)
def test_the_table_of_values_and_slopes(y: int, z: float) -> None:
    reading = read(z, y)
    for name, (loss, slope) in zip(LOSSES, TABLE[y, z], strict=True):
        got = reading.values[name]
        assert near(got[0], loss) and near(got[1], slope), f"{name} at y={y}, z={z}: {got}"


@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize("z", [-30.0, -3.5, 0.0, 0.25, 12.0])
def test_the_exact_loss_is_the_mathematics(y: int, z: float) -> None:
    u = z if y == 0 else -z
    loss, slope = read(z, y).exact
    assert loss == pytest.approx(math.log1p(math.exp(u)), rel=1e-12)
    assert slope == pytest.approx(1 / (1 + math.exp(-z)) - y, rel=1e-12)


def test_curves_are_the_readings_of_their_logits() -> None:
    zs = [-40.0, -8.0, 0.0, 3.0, 16.0, 18.0]
    for y in (0, 1):
        drawn = curves(zs, y)
        for index, z in enumerate(zs):
            for name, (loss, slope) in read(z, y).values.items():
                assert near(drawn.losses[name][index], loss)
                assert near(drawn.slopes[name][index], slope)


def test_the_edges_are_where_float32_gives_out() -> None:
    one, fading, nothing = edges(1)
    assert one == pytest.approx(16.636, abs=0.01)
    assert read(one, 1).p == 1.0 and read(one - 0.001, 1).p < 1.0
    assert fading == pytest.approx(-27.65, abs=0.05)
    assert nothing == pytest.approx(-88.72, abs=0.1)
    assert read(nothing, 1).p == 0.0 and read(nothing + 0.001, 1).p > 0.0
    one_again, rounding, _ = edges(0)
    assert one_again == one
    assert -15.0 <= rounding <= -14.0
    assert read(rounding, 0).values["with-logits"][0] == 0.0 < read(rounding, 0).values["with-logits"][1]
    assert float(torch.sigmoid(torch.tensor(36.74, dtype=torch.float64))) == 1.0
    assert float(torch.sigmoid(torch.tensor(36.7, dtype=torch.float64))) < 1.0


def test_the_slope_of_bceloss_fades() -> None:
    for z, slope in ((-27.6, -1.0), (-28.0, -0.69), (-30.0, -0.094)):
        assert read(z, 1).values["bce"][1] == pytest.approx(slope, rel=0.01)
        assert read(z, 1).values["with-logits"][1] == pytest.approx(-1.0)


def test_the_value_of_bce_with_logits_is_rounded_and_its_slope_is_right() -> None:
    for z, off in ((-10.0, 0.008), (-12.0, -0.069)):
        reading = read(z, 0)
        loss, slope = reading.values["with-logits"]
        assert loss / reading.exact[0] - 1 == pytest.approx(off, abs=0.003)
        assert slope == pytest.approx(reading.exact[1], rel=1e-5)


def test_words_at_an_edge_name_every_loss() -> None:
    said = sentences(read(17, 0))
    assert said == (
        "At z = 17 the sigmoid is exactly 1 in float32, so 1 - p is 0 and its logarithm is -inf. "
        "The naive loss is infinite and its slope NaN. "
        "BCELoss cuts off at 100 with slope 0; BCEWithLogitsLoss gives 17 with slope 1."
    )
    assert "the naive loss is NaN all the same" in sentences(read(17, 1))
    assert "the naive loss is NaN all the same" in sentences(read(-89, 0))
    assert "BCEWithLogitsLoss gives 89 with slope -1" in sentences(read(-89, 1))


@pytest.mark.parametrize(
    ("y", "z", "expected"),
    [
        (0, 5, "p = 0.9933 and the truth is 0: confidently wrong"),
        (0, 5, "slope of 0.993, MSE with 0.0132, 75 times less. MSE hardly hears this mistake."),
        (0, 10, "p = 1 - 4.54e-05"),
        (0, 0, "a coin flip. BCE pulls with a slope of 0.5, MSE with 0.25, 2 times less."),
        (1, 0.5, "right, and not sure"),
        (1, -0.5, "wrong, and not sure"),
        (1, 8, "right and sure. The slopes are small"),
        (0, -15, "The value of BCEWithLogitsLoss is 0 where 3.06e-07 would be right"),
        (1, -28, "The slope of BCELoss has faded to -0.691"),
    ],
)
def test_words_elsewhere(y: int, z: float, expected: str) -> None:
    assert expected in sentences(read(z, y))


@pytest.mark.parametrize(
    ("name", "y", "z", "expected"),
    [
        ("mse", 0, 10, "BCE pulls 11,009 times harder"),
        ("mse", 0, 16, "next to no slope"),
        ("mse", 0, 17, "no slope left"),
        ("mse", 1, 17, "little left to learn"),
        ("naive", 0, 17, "log of 0; slope inf times 0"),
        ("naive", 1, 17, "0 times -inf is NaN"),
        ("bce", 0, 17, "cut off at 100, slope 0"),
        ("bce", 1, -28, "0.69 of the slope left"),
        ("with-logits", 0, -12, "value -7%, slope right"),
        ("with-logits", 0, -15, "value 0, slope right"),
        ("with-logits", 0, 17, "right"),
    ],
)
def test_remarks(name: str, y: int, z: float, expected: str) -> None:
    assert remark(name, read(z, y)) == expected


def test_figures_and_places() -> None:
    assert [figure(value) for value in (NAN, INF, -INF, -0.0, 16.636)] == [
        "NaN",
        "inf",
        "-inf",
        "0",
        "16.636",
    ]
    assert [place(value) for value in (0.0, -0.0, 16.0, -0.5, 16.636)] == ["0", "0", "16", "-0.5", "16.636"]
    assert probability(read(0, 0)) == "0.5" and probability(read(40, 0)) == "1"
