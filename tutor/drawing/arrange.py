"""Several panels in one rectangle: plots at the left, pictures at the right, or one alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tutor.drawing.lines import Lines, beside, blank, sized
from tutor.drawing.panels import PANELS, Shown

PLOTS = ("loss", "accuracy", "fit")
GAP = 2
TABLE, ROOM = 62, 40  # cells that ten classes of counts need, and that a plot should have
LOW = 12  # with fewer rows, two plots stand side by side instead of one above the other


class Page(NamedTuple):
    """The panels seen together, in columns."""

    columns: tuple[tuple[str, ...], ...]


def pages(panels: Sequence[str], width: int, height: int) -> list[Page]:
    """All panels together where there is room, then each alone."""
    plots = tuple(panel for panel in panels if panel in PLOTS)
    pictures = tuple(panel for panel in panels if panel not in PLOTS)
    if width >= 100 and height >= LOW:
        together = [Page(tuple(column for column in (plots, pictures) if column))]
    elif pictures and height >= LOW and pictures[0] != "confusion":
        together = [Page((plots, pictures[:1]))]
    else:
        together = [Page(tuple((plot,) for plot in plots[:2]))] if plots else []
    alone = [Page(((panel,),)) for panel in panels]
    return together + [page for page in alone if page not in together]


def arrange(page: Page, shown: Shown, width: int, height: int) -> Lines:
    """Exactly `height` lines of exactly `width` cells."""
    columns = [column for column in page.columns if column]
    if not columns:
        return [blank(width) for _ in range(height)]
    widths = _widths(columns, len(shown.runs), width)
    blocks = [
        (_stack(column, shown, cells, height), cells) for column, cells in zip(columns, widths, strict=True)
    ]
    return [sized(line, width) for line in beside(blocks, GAP)]


def _widths(columns: Sequence[Sequence[str]], runs: int, width: int) -> list[int]:
    """Equal columns; a table of counts gets what it needs, where that leaves room for the plots."""
    room = width - GAP * (len(columns) - 1)
    if len(columns) == 2 and "confusion" in columns[1] and runs < 2 and room - TABLE >= ROOM:
        return [room - max(TABLE, room // 2), max(TABLE, room // 2)]
    return [room // len(columns)] * len(columns)


def _stack(column: Sequence[str], shown: Shown, width: int, height: int) -> Lines:
    lines: Lines = []
    for index, panel in enumerate(column):
        rows = (height - len(lines)) // (len(column) - index)
        drawn = [sized(line, width) for line in PANELS[panel](shown, width, rows)[:rows]]
        lines += [*drawn, *[blank(width) for _ in range(rows - len(drawn))]]
    return lines
