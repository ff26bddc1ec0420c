"""A cue laid over a finished plot: a vertical line at one column, and marks on it. Cheaper than drawing it all again."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.style import Style

from tutor.drawing.frame import MARGIN
from tutor.drawing.lines import PLAIN, Lines, runs

Mark = tuple[int, str, Style]
"""The row inside the plot, the sign, its style."""


def inside(height: int) -> int:
    """Rows of the inside of a plot of `height` lines: what title, axis line and labels leave."""
    return height - (3 if height >= 7 else 2)


def column_of(x: float, limit: tuple[float, float], width: int) -> int:
    """The column of an x inside a plot of `width` cells, counted from the plot's own left edge."""
    columns = width - MARGIN
    share = (x - limit[0]) / (limit[1] - limit[0])
    return MARGIN + min(columns - 1, max(0, int(share * columns)))


def row_of(y: float, limit: tuple[float, float], height: int, log_y: bool = False) -> int | None:
    """The row of a y inside a plot, 0 at the top; beyond the limits at the edge. None for NaN, and where a log axis
    has no place for it."""
    if math.isnan(y) or (log_y and y <= 0):
        return None
    low, high, value = (*limit, y)
    if log_y:
        low, high, value = math.log10(low), math.log10(high), math.log10(y) if math.isfinite(y) else y
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    rows = inside(height)
    return rows - 1 - min(rows - 1, int(share * rows))


def lay_over(lines: Lines, column: int, line: tuple[str, Style], marks: Sequence[Mark]) -> Lines:
    """The plot with a vertical line behind its curves, and marks in front of them, at a column of cells."""
    rows = inside(len(lines))
    signs = {row: (char, look) for row, char, look in marks}
    out = list(lines)
    for row in range(rows):
        chars = [char for segment in lines[row + 1] for char in segment.text]
        looks = [segment.style or PLAIN for segment in lines[row + 1] for _ in segment.text]
        if row in signs:
            chars[column], looks[column] = signs[row]
        elif chars[column] in " \u2800":
            chars[column], looks[column] = line
        else:
            continue
        out[row + 1] = runs(chars, looks)
    return out
