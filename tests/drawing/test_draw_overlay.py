"""A cue over a finished plot: the right cells, nothing else changed, every line as wide as before."""

from __future__ import annotations

import math

from tutor.drawing.lines import plain, style
from tutor.drawing.overlay import column_of, inside, lay_over, row_of
from tutor.drawing.palette import Palette
from tutor.drawing.plots import Line, plot

LIMITS = (0.0, 10.0)


def a_plot(height: int) -> list[str]:
    return plain(drawn(height))


def drawn(height: int):  # type: ignore[no-untyped-def]
    line = Line("", [0, 5, 10], [0, 5, 10])
    return plot(
        [line], width=40, height=height, x_limit=LIMITS, y_limit=LIMITS, palette=Palette(), glyphs="ascii"
    )


def test_rows_and_columns() -> None:
    assert inside(12) == 9 and inside(6) == 4
    assert [row_of(y, LIMITS, 12) for y in (0.0, 5.0, 10.0, -3.0, 99.0, math.inf)] == [8, 4, 0, 8, 0, 0]
    assert row_of(math.nan, LIMITS, 12) is None
    assert [row_of(y, (1e-4, 1.0), 12, True) for y in (1e-4, 1e-2, 1.0, 1e-9, math.inf)] == [8, 4, 0, 8, 0]
    assert row_of(0.0, (1e-4, 1.0), 12, True) is None
    assert [column_of(x, LIMITS, 40) for x in (0.0, 10.0, -5.0, 50.0)] == [7, 39, 7, 39]


def test_a_mark_stands_on_its_curve_and_the_line_behind_it() -> None:
    for height in (6, 12, 20):
        before = a_plot(height)
        column = column_of(5.0, LIMITS, 40)
        row = row_of(5.0, LIMITS, height)
        assert row is not None
        after = plain(lay_over(drawn(height), column, ("|", style()), [(row, "O", style(bold=True))]))
        assert [len(line) for line in after] == [40] * height
        assert after[row + 1][column] == "O"
        assert before[row + 1][column] == "*"
        others = [after[line + 1][column] for line in range(inside(height)) if line != row]
        assert others == ["|" if before[line + 1][column] == " " else before[line + 1][column]
                          for line in range(inside(height)) if line != row]  # fmt: skip
        changed = {
            index
            for old, new in zip(before, after, strict=True)
            for index, pair in enumerate(zip(old, new, strict=True))
            if pair[0] != pair[1]
        }
        assert changed == {column}
