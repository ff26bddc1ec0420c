"""The pad: strokes become pictures that lie as the training digits do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from penmanship import drawn

from tutor.core.drawn import pen
from tutor.core.drawn.digits import draw_digits
from tutor.core.pad import BRUSHES, EDGE, Pad, Stroke, blank, centred

POINT = st.tuples(st.floats(-5, 33), st.floats(-5, 33))


def box(picture: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, width and height of the ink."""
    rows, columns = picture.max(axis=1).nonzero()[0], picture.max(axis=0).nonzero()[0]
    return columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1


def centre_of_mass(picture: np.ndarray) -> tuple[float, float]:
    weights = picture.astype(float)
    places = np.arange(28)
    return (weights.sum(axis=0) @ places) / weights.sum(), (weights.sum(axis=1) @ places) / weights.sum()


def cut(picture: np.ndarray) -> bool:
    """Whether ink touches the border, so that some may lie beyond."""
    return bool(picture[[0, -1]].any() or picture[:, [0, -1]].any())


def test_centring_finds_the_place_of_every_training_digit_again() -> None:
    images, _ = draw_digits(0, 100, "train")
    whole = [picture for picture in images if not cut(picture)]
    assert len(whole) > 90
    for picture in whole:
        assert (centred(picture) == picture).all()
        left, top, width, height = box(picture)
        for down, right in [(-top, -left), (28 - top - height, 28 - left - width), (0, -left)]:
            assert (centred(np.roll(picture, (down, right), (0, 1))) == picture).all()


def test_a_sheet_is_centred_as_the_training_sheets_are() -> None:
    sheet = np.zeros((pen.SHEET, pen.SHEET), dtype=np.uint8)
    for digit in range(10):
        picture = drawn(digit, size=0.8, left=6, top=8).drawn()
        sheet[2 : 2 + 28, 5 : 5 + 28] = picture
        assert (centred(sheet) == pen.centred(sheet[None])[0]).all()


def test_centring_leaves_an_empty_picture_empty() -> None:
    assert not centred(blank()).any()
    assert not Pad().fitted().any() and not Pad().drawn().any()


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize(("size", "left", "top"), [(0.5, 1, 1), (1.0, 9, 6), (1.5, 6, 2)])
def test_a_digit_fits_the_box_wherever_and_however_large_it_was_drawn(
    digit: int, size: float, left: int, top: int
) -> None:
    pad = drawn(digit, size=size, left=left, top=top, keys=False)
    picture = pad.fitted()
    _, _, width, height = box(picture)
    assert 19 <= max(width, height) <= 22  # the soft edge lies outside the box
    assert all(13.4 <= place <= 14.6 for place in centre_of_mass(picture))
    moved = Pad([Stroke(one.radius, [(x + 1, y + 2) for x, y in one.points]) for one in pad.strokes])
    assert np.abs(moved.fitted().astype(int) - picture.astype(int)).max() <= 2


def test_the_ink_is_that_of_the_training_digits() -> None:
    pad = drawn(3, keys=False)
    picture = pad.drawn()
    x, y = (np.linspace(9.5, 9.5, 40), np.linspace(6.5, 20.5, 40))
    line = Pad([Stroke(BRUSHES[1], [(9.5, 6.5), (9.5, 20.5)])])
    one = [
        values.astype(np.float32)[None]
        for values in (x + pen.MARGIN, y + pen.MARGIN, np.full(40, BRUSHES[1]))
    ]
    sheet = pen.ink(*one, np.array([40]), np.array([EDGE], dtype=np.float32))[0]
    inside = slice(pen.MARGIN, -pen.MARGIN)
    assert np.abs(line.drawn().astype(int) - sheet[inside, inside].astype(int)).max() <= 4
    assert picture.max() == 255 and 0.1 < (picture > 0).mean() < 0.4


def test_the_pen_keeps_its_width_however_large_the_digit_was() -> None:
    small, large = (drawn(0, size=size, left=4, top=2, keys=False).fitted() for size in (0.5, 1.4))
    assert abs(small.astype(float).mean() - large.astype(float).mean()) < 0.04 * 255
    thin, thick = (Pad([Stroke(radius, [(14, 4), (14, 24)])]).fitted() for radius in (BRUSHES[0], BRUSHES[2]))
    assert thick.astype(float).sum() > 1.6 * thin.astype(float).sum()


def test_a_diagonal_by_arrow_keys_is_no_staircase() -> None:
    stairs, straight = Pad(), Pad([Stroke(BRUSHES[1], [(6.5, 6.5), (20.5, 20.5)])])
    stairs.begin(6.5, 6.5)
    for k in range(14):
        stairs.extend(7.5 + k, 6.5 + k)
        stairs.extend(7.5 + k, 7.5 + k)
    difference = np.abs(stairs.fitted().astype(int) - straight.fitted().astype(int))
    assert difference.mean() < 8


def test_undo_takes_one_stroke_and_clear_all() -> None:
    pad = drawn(4)
    whole = pad.drawn()
    pad.undo()
    assert len(pad.strokes) == 1 and (pad.drawn() <= whole).all() and pad.drawn().any()
    pad.clear()
    pad.undo()
    assert pad.empty and not pad.fitted().any()


@given(st.lists(st.lists(POINT, min_size=1, max_size=30), min_size=1, max_size=4), st.sampled_from(BRUSHES))
def test_any_scribble_is_a_picture_in_the_middle(
    strokes: list[list[tuple[float, float]]], radius: float
) -> None:
    pad = Pad()
    for stroke in strokes:
        pad.begin(*stroke[0], radius)
        for point in stroke[1:]:
            pad.extend(*point)
    for picture in (pad.drawn(), pad.fitted()):
        assert picture.shape == (28, 28) and picture.dtype == np.uint8 and picture.max() > 0
    assert cut(pad.fitted()) or all(13.4 <= place <= 14.6 for place in centre_of_mass(pad.fitted()))
    _, _, width, height = box(pad.fitted())
    assert max(width, height) <= 22
