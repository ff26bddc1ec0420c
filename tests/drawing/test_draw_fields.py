"""The decision boundary: regions, contour, points, and every way without colours."""

from __future__ import annotations

import math

import pytest
from rich.style import Style

from tutor.drawing.fields import boundary, legend
from tutor.drawing.lines import Lines, plain
from tutor.drawing.palette import Glyphs, Palette

PALETTE = Palette.default()
EXTENT = (-1.0, 1.0, -1.0, 1.0)
# Class 1 at the right: the probability rises with x.
RIGHT = [[column / 20 for column in range(21)] for _ in range(21)]
# Class 1 above: the probability rises with y, and row 0 is the lowest.
ABOVE = [[row / 20] * 21 for row in range(21)]


def draw(
    grid: list[list[float]], points: list[tuple[float, float, int]] | None = None, **options: object
) -> Lines:
    settings: dict[str, object] = {"extent": EXTENT, "width": 40, "height": 12, "palette": PALETTE, **options}
    return boundary(grid, points or [], **settings)  # type: ignore[arg-type]


def cells(lines: Lines) -> list[list[tuple[str, Style | None]]]:
    return [[(char, segment.style) for segment in line for char in segment.text] for line in lines]


def background(cell: tuple[str, Style | None]) -> str:
    assert cell[1] and cell[1].bgcolor
    return cell[1].bgcolor.name


@pytest.mark.parametrize("color", [True, False])
@pytest.mark.parametrize("glyphs", ["braille", "block", "ascii"])
@pytest.mark.parametrize("size", [(6, 3), (40, 12), (100, 31)])
def test_exact_size(color: bool, glyphs: Glyphs, size: tuple[int, int]) -> None:
    lines = draw(RIGHT, [(0, 0, 1)], width=size[0], height=size[1], color=color, glyphs=glyphs)
    assert len(lines) == size[1]
    assert {len(row) for row in plain(lines)} == {size[0]}
    assert glyphs != "ascii" or "".join(plain(lines)).isascii()


def test_regions_and_contour_lie_where_the_probabilities_say() -> None:
    row = cells(draw(RIGHT))[5]
    assert background(row[0]) == PALETTE.regions[0]
    assert background(row[39]) == PALETTE.regions[-1]
    contour = [i for i, cell in enumerate(row) if background(cell) == PALETTE.contour]
    assert contour and all(18 <= i <= 21 for i in contour)


def test_row_zero_is_at_the_bottom() -> None:
    grid = cells(draw(ABOVE))
    assert background(grid[0][3]) == PALETTE.regions[-1]
    assert background(grid[-1][3]) == PALETTE.regions[0]


def test_points_stand_at_their_place_in_the_sign_of_their_class() -> None:
    rows = plain(draw(RIGHT, [(-1, 1, 0), (1, -1, 1), (0, 0, 1), (5, 5, 1), (math.nan, 0, 1)]))
    assert rows[0][0] == "○" and rows[-1][-1] == "●" and rows[6][20] == "●"
    assert sum(row.count("●") + row.count("○") for row in rows) == 3


def test_highlighted_point_takes_the_colour_of_text() -> None:
    _, look = cells(draw(RIGHT, [(-1, 1, 0)], highlight=0))[0][0]
    assert look and look.color and look.color.name == PALETTE.text


def test_without_colour_characters_stand_for_the_regions() -> None:
    lines = draw(RIGHT, color=False)
    rows = plain(lines)
    assert rows[3][0] == " " and rows[3][39] == "░" and "█" in rows[3][18:22]
    assert all(
        look is None or (not look.color and not look.bgcolor) for row in cells(lines) for _, look in row
    )
    text = plain(draw(RIGHT, [(-1, 1, 0), (1, 1, 1)], color=False, glyphs="ascii"))
    assert text[0][0] == "o" and text[0][39] == "x" and text[3][39] == ":" and "#" in text[3]


def test_odd_grids() -> None:
    assert len(draw([[math.nan, math.inf], [2.0, -1.0]])) == 12
    assert len(draw([[0.7]])) == 12
    assert any("nothing to draw yet" in row for row in plain(draw([])))
    assert any("nothing to draw yet" in row for row in plain(draw([[]])))
    assert len(plain(draw(RIGHT, width=5, height=2))) == 2
    assert not any("●" in row for row in plain(draw(RIGHT, [(0, 0, 1)], extent=(1, 1, 0, 0))))


def test_legend_names_the_signs() -> None:
    assert plain(legend(("inner", "outer"), width=30, palette=PALETTE)) == ["○ inner  ● outer".ljust(30)]
    assert plain(legend(("a", "b"), width=12, palette=PALETTE, glyphs="ascii", color=False)) == [
        "o a  x b    "
    ]
