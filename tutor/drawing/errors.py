"""A classifier's errors: the table of its classes, and pages of pictures with what they were taken for."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment

from tutor.core.answers import ClassRow
from tutor.drawing.images import Mode, image_grid
from tutor.drawing.lines import PLAIN, Lines, fit, sized, style
from tutor.drawing.palette import Glyphs, Palette

Pixels = Sequence[Sequence[int]]
CELLS, ROWS = 14, 8  # a picture of 28x28 at half size with its caption
GAP = 2
NUMBER = 9


def class_table(
    rows: Sequence[ClassRow], *, width: int, palette: Palette, glyphs: Glyphs, color: bool
) -> Lines:
    """One line a class: how many samples, recall, precision, and what it is most often taken for.

    The class that is found least stands out, by a mark as well. Every line has `width` cells.
    """
    ascii_only = glyphs == "ascii"
    text, muted = (style(palette.text), style(palette.muted)) if color else (PLAIN, PLAIN)
    marked = style(palette.validation if color else None, bold=True)
    names = max([len("class"), *(len(row.name) for row in rows)])
    name_width = max(5, min(names, width - 2 - 3 * NUMBER - 12))
    found = [row.recall for row in rows if row.recall is not None]
    head = "  " + fit("class", name_width, ascii_only=ascii_only)
    head += "".join(fit(word, NUMBER, "right") for word in ("samples", "recall", "precision"))
    out: Lines = [sized([Segment(head + "   most often taken for", muted)], width)]
    for row in rows:
        hardest = row.recall is not None and row.recall == min(found) and row.recall < 1
        look = marked if hardest else text
        numbers = (f"{row.count:,}", _percent(row.recall), _percent(row.precision))
        taken = f"{row.taken_for[0]} ({row.taken_for[1]:,})" if row.taken_for else "-"
        mark = (">" if ascii_only else "▸") if hardest else " "
        line = f"{mark} {fit(row.name, name_width, ascii_only=ascii_only)}"
        line += "".join(fit(number, NUMBER, "right") for number in numbers)
        room = max(0, width - len(line) - 3)
        out.append(sized([Segment(line + "   " + fit(taken, room, ascii_only=ascii_only), look)], width))
    return out


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def page_size(width: int, height: int) -> tuple[int, int]:
    """Pictures in a row, and rows, of a page."""
    return max(1, (width + GAP) // (CELLS + GAP)), max(1, (height + 1) // (ROWS + 1))


def picture_page(
    pictures: Sequence[Pixels],
    captions: Sequence[str],
    chosen: int,
    *,
    width: int,
    palette: Palette,
    mode: Mode,
) -> Lines:
    """The pictures of one page at half size, each over its caption; the chosen one marked."""
    lines = image_grid(
        pictures,
        captions,
        width=width,
        palette=palette,
        scale=0.5,
        mode=mode,
        highlight={chosen},
        gap=GAP,
    )
    return [sized(line, width) for line in lines]
