"""Several panels in one rectangle: plots at the left, pictures at the right, or one alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tutor.drawing.lines import Lines, beside, blank, sized
from tutor.drawing.panels import PANELS, Shown

PLOTS = ("loss", "accuracy", "fit")
GAP = 2
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
    elif pictures and height >= LOW:
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
    each = (width - GAP * (len(columns) - 1)) // len(columns)
    blocks = [(_stack(column, shown, each, height), each) for column in columns]
    return [sized(line, width) for line in beside(blocks, GAP)]


def _stack(column: Sequence[str], shown: Shown, width: int, height: int) -> Lines:
    lines: Lines = []
    for index, panel in enumerate(column):
        rows = (height - len(lines)) // (len(column) - index)
        drawn = [sized(line, width) for line in PANELS[panel](shown, width, rows)[:rows]]
        lines += [*drawn, *[blank(width) for _ in range(rows - len(drawn))]]
    return lines
