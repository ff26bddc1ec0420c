"""The table of classes, pages of pictures, and the pad: exact sizes, with and without colours."""

from __future__ import annotations

import pytest

from tutor.core.answers import ClassRow
from tutor.drawing.errors import class_table, page_size, picture_page
from tutor.drawing.images import image
from tutor.drawing.lines import plain
from tutor.drawing.pad import pad, pad_size, picture, reading, titled
from tutor.drawing.palette import Palette

PALETTE = Palette.default()
ROWS = [
    ClassRow("T-shirt/top", 1000, 0.834, 0.91, ("Shirt", 101)),
    ClassRow("Bag", 0, None, None, None),
    ClassRow("Shirt", 12, 0.5, 0.25, ("T-shirt/top", 6)),
]
BLACK = [[0] * 28 for _ in range(28)]


@pytest.mark.parametrize("width", [40, 56, 76, 90])
@pytest.mark.parametrize(("glyphs", "color"), [("braille", True), ("ascii", False)])
def test_the_table_is_as_wide_as_asked_and_marks_the_hardest(width: int, glyphs: str, color: bool) -> None:
    lines = class_table(ROWS, width=width, palette=PALETTE, glyphs=glyphs, color=color)  # type: ignore[arg-type]
    texts = plain(lines)
    assert len(texts) == 4 and all(len(text) == width for text in texts)
    assert texts[3].startswith((">" if glyphs == "ascii" else "▸") + " Shirt")
    assert "50.0 %" in texts[3] and "25.0 %" in texts[3]
    if width >= 56:
        assert "Shirt (101)" in texts[1] and texts[2].split() == ["Bag", "0", "-", "-", "-"]
    assert "\n".join(texts).isascii() or glyphs != "ascii"


def test_a_page_holds_what_fits() -> None:
    across, down = page_size(76, 17)
    assert (across, down) == (4, 2) and page_size(5, 3) == (1, 1)
    lines = picture_page([BLACK] * 8, [f"p{k}" for k in range(8)], 5, width=76, palette=PALETTE, mode="half")
    texts = plain(lines)
    assert len(texts) == 17 and all(len(text) == 76 for text in texts)
    assert "▸ p5" in texts[16] and "▸" not in texts[7]


@pytest.mark.parametrize("zoom", [1, 2])
@pytest.mark.parametrize("framed", [True, False])
@pytest.mark.parametrize("mode", ["half", "ascii"])
@pytest.mark.parametrize("pen", [(0, 0), (27, 27), (13, 6)])
def test_the_pad_has_its_size_and_shows_the_pen(
    zoom: int, framed: bool, mode: str, pen: tuple[int, int]
) -> None:
    lines = pad(BLACK, pen, down=True, zoom=zoom, framed=framed, mode=mode, palette=PALETTE)  # type: ignore[arg-type]
    texts = plain(lines)
    assert (len(texts[0]), len(texts)) == pad_size(zoom, framed)
    assert all(len(text) == len(texts[0]) for text in texts)
    border = 1 if framed else 0
    row, column = border + pen[1] * zoom // 2, border + pen[0] * zoom
    if mode == "ascii":
        assert texts[row][column : column + zoom] == "X" * zoom and "".join(texts).isascii()
    else:
        cells = [segment.style for segment in lines[row] for _ in segment.text]
        colours = str(cells[column])
        assert PALETTE.validation in colours
    assert ("pen down" in texts[0]) == framed


def test_bars_for_a_reading_and_none_before() -> None:
    names = [str(number) for number in range(10)]
    read = plain(
        reading((0.0,) * 7 + (0.8, 0.2, 0.0), names, width=40, palette=PALETTE, glyphs="ascii", color=False)
    )
    assert len(read) == 10 and read[7].startswith(">7") and "80.0 %" in read[7]
    empty = plain(reading((), names, width=40, palette=PALETTE, glyphs="ascii", color=False))
    assert not any(">" in line or "#" in line for line in empty)
    under = titled("what the model sees", [], width=12, palette=PALETTE, color=True, ascii_only=True)
    assert plain(under) == ["what the mo~"]


@pytest.mark.parametrize("mode", ["half", "ascii"])
def test_a_picture_is_the_one_that_image_draws(mode: str) -> None:
    ramp = [[(row * 28 + column) % 256 for column in range(28)] for row in range(28)]
    assert picture(ramp, mode=mode) == image(ramp, mode=mode)  # type: ignore[arg-type]
