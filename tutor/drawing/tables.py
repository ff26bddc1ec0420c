"""Counts and shares as tables: the confusion matrix, and horizontal bars."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tutor.drawing.lines import PLAIN, Lines, clean, fit, notice, sized, style
from tutor.drawing.palette import Glyphs, Palette
from tutor.drawing.scales import number, short

_EIGHTHS = " ▏▎▍▌▋▊▉"


def confusion(
    matrix: Sequence[Sequence[int]],
    classes: Sequence[str],
    *,
    width: int,
    cursor: tuple[int, int] | None = None,
    palette: Palette,
    glyphs: Glyphs = "braille",
    color: bool = True,
) -> Lines:
    """The confusion matrix: row = the true class, column = the prediction, counts; the last column is recall.

    Heat follows a count's share of its row, in one colour on the diagonal (right) and another off it
    (wrong); zeros are dots. The `cursor` cell (row, column) stands in brackets. Ten classes need 61 columns;
    in less than that, cells hold whole percents of their row, without a cursor. Every line has `width` cells.
    """
    count = len(classes)
    ascii_only = glyphs == "ascii"
    rows = [[_count(row[column]) if column < len(row) else 0 for column in range(count)] for row in matrix]
    rows = (rows + [[0] * count] * count)[:count]
    if not count:
        return notice("nothing to count yet", width, 1, ascii_only)
    looks = _looks(palette, color)
    layout = _layout(rows, classes, width, ascii_only)
    if layout is None:
        return _shares(rows, classes, width, looks, ascii_only, palette, color)
    name_width, cell = layout
    out = _heads(classes, name_width, cell, cursor, looks, ascii_only)
    for index, row in enumerate(rows):
        name = fit(classes[index], name_width - 1, ascii_only=ascii_only) + " "
        line = [Segment(name, looks[0] if cursor is None or cursor[0] == index else looks[1])]
        total = sum(row)
        for column, value in enumerate(row):
            here = cursor == (index, column)
            look = _heat(value / total if total else 0.0, value, index == column, here, palette, color)
            line.append(Segment(_cell(value, cell, here, ascii_only), look))
        recall = f"{100 * row[index] / total:.0f} %" if total else "-"
        out.append([*line, Segment(recall.rjust(7), looks[1])])
    return [sized(line, width) for line in out]


def _shares(
    rows: Sequence[Sequence[int]],
    classes: Sequence[str],
    width: int,
    looks: tuple[Style, Style],
    ascii_only: bool,
    palette: Palette,
    color: bool,
) -> Lines:
    """The same in three cells a class: what percent of the row a count is."""
    cell = 3
    name_width = min(9, width - cell * len(classes))
    if name_width < 3:
        return notice("too small", width, 1, ascii_only)
    heads = "".join(fit(name, cell - 1, "right", ascii_only) + " " for name in classes)
    out: Lines = [[Segment(fit("% of row", name_width, ascii_only=ascii_only) + heads, looks[1])]]
    for index, row in enumerate(rows):
        total = sum(row)
        line = [Segment(fit(classes[index], name_width - 1, ascii_only=ascii_only) + " ", looks[0])]
        for column, value in enumerate(row):
            share = value / total if total else 0.0
            look = _heat(share, value, index == column, False, palette, color)
            line.append(Segment(_percent(share, value, ascii_only).rjust(cell), look))
        out.append(line)
    return [sized(line, width) for line in out]


def _percent(share: float, value: int, ascii_only: bool) -> str:
    """A whole percent in two places; a dot for none, `all` for the whole row."""
    if not value:
        return "." if ascii_only else "·"
    return "all" if share >= 0.995 else str(round(100 * share))


def _heads(
    classes: Sequence[str],
    name_width: int,
    cell: int,
    cursor: tuple[int, int] | None,
    looks: tuple[Style, Style],
    ascii_only: bool,
) -> Lines:
    """The two lines above the counts; the name of the cursor's column stands out."""
    text, muted = looks
    above = fit("true", name_width, ascii_only=ascii_only) + fit(
        " predicted", cell * len(classes) + 7, ascii_only=ascii_only
    )
    names: list[Segment] = [Segment(" " * name_width, PLAIN)]
    for column, name in enumerate(classes):
        chosen = cursor is not None and column == cursor[1]
        names.append(Segment(fit(name, cell - 1, "right", ascii_only) + " ", text if chosen else muted))
    return [[Segment(above, muted)], [*names, Segment(" recall", muted)]]


def _count(value: float) -> int:
    value = number(value)
    return 0 if math.isnan(value) else max(0, int(value))


def _layout(
    rows: Sequence[Sequence[int]], classes: Sequence[str], width: int, ascii_only: bool
) -> tuple[int, int] | None:
    """Widths of the names and of a cell, or None where the counts do not fit."""
    count = max(1, len(classes))
    digits = max((len(_digits(value, 99)) for row in rows for value in row), default=1)
    names = max((cell_len(clean(name, ascii_only)) for name in classes), default=1)
    for name_width in range(min(max(names, 4), 14) + 1, 3, -1):
        cell = (width - name_width - 7) // count
        if cell >= min(digits, 4) + 2 and (cell >= 6 or name_width <= 8 or names + 1 == name_width):
            return name_width, min(cell, max(digits, min(names, 8)) + 2, 10)
    return None


def _digits(value: int, room: int) -> str:
    """A count, in thousands or millions where it would not fit."""
    text = str(value)
    for divisor, unit in ((1000, "k"), (1_000_000, "M"), (1_000_000_000, "G")):
        if len(text) > room:
            text = f"{value // divisor}{unit}"
    return text if len(text) <= room else ">" * room


def _cell(value: int, width: int, here: bool, ascii_only: bool) -> str:
    text = _digits(value, width - 2) if value else ("." if ascii_only else "·")
    return f"[{text}]".rjust(width) if here else f"{text} ".rjust(width)


def _looks(palette: Palette, color: bool) -> tuple[Style, Style]:
    return (style(palette.text), style(palette.muted)) if color else (PLAIN, PLAIN)


def _heat(share: float, value: int, right: bool, here: bool, palette: Palette, color: bool) -> Style:
    """The look of a count. Errors reach full heat at a quarter of the row; the diagonal pales as they grow."""
    if not color:
        return style(bold=here or (value > 0 and not right))
    steps = palette.right if right else palette.wrong
    heat = share * share if right else min(1.0, 4 * share)
    level = round(heat * (len(steps) - 1))
    front = palette.text if value else palette.muted
    return style(front, steps[level], bold=here or (value > 0 and not right))


def bars(
    values: Sequence[float],
    labels: Sequence[str],
    *,
    width: int,
    palette: Palette,
    highlight: int | Collection[int] | None = None,
    limit: float | None = None,
    percent: bool = False,
    glyphs: Glyphs = "braille",
    color: bool = True,
) -> Lines:
    """Horizontal bars, one line each: label, bar, number; for probabilities and for races.

    A full bar is `limit` (the largest value when None); negative values have no bar, only their number.
    The `highlight`ed bars (one index or several) carry a mark as well as a colour. `percent` writes 0.93 as
    93.0 %. Every line has `width` cells.
    """
    ascii_only = glyphs == "ascii"
    if not values:
        return notice("nothing to show yet", width, 1, ascii_only)
    cleaned = [number(value) for value in values]
    whole = all(value == int(value) for value in cleaned if math.isfinite(value)) and not percent
    numbers = [
        f"{value:,.0f}" if whole and math.isfinite(value) else _value(value, percent) for value in cleaned
    ]
    names = [clean(labels[i], ascii_only) if i < len(labels) else "" for i in range(len(values))]
    number_width = max(map(len, numbers))
    name_width = max(0, min(max(map(cell_len, names)), width - number_width - 10, width // 2))
    room = max(0, width - name_width - number_width - 3)
    top = number(limit)
    if not top > 0:
        top = max((value for value in cleaned if value > 0), default=1.0)
    chosen = {highlight} if isinstance(highlight, int) else set(highlight or ())
    text, muted = _looks(palette, color)
    out: Lines = []
    for index, value in enumerate(cleaned):
        marked = index in chosen
        tint = style(palette.validation if marked else palette.train) if color else PLAIN
        front = style(palette.text if color else None, bold=True) if marked else text
        line = [
            Segment((">" if ascii_only else "▸") if marked else " ", tint),
            Segment(fit(names[index], name_width, ascii_only=ascii_only) + " ", front),
            Segment(_bar(value / top, room, ascii_only), tint),
            Segment(" " + numbers[index].rjust(number_width), front if marked else muted),
        ]
        out.append(sized(line, width))
    return out


def _value(value: float, percent: bool) -> str:
    if math.isnan(value):
        return "NaN"
    return f"{100 * value:.1f} %" if percent and abs(value) < 1e4 else short(value)


def _bar(share: float, room: int, ascii_only: bool) -> str:
    """A bar of `room` cells filled to a share, to an eighth of a cell; whatever is above 0 shows."""
    if math.isnan(share) or share <= 0 or room <= 0:
        return " " * room
    if ascii_only:
        return ("#" * max(1, round(min(1.0, share) * room))).ljust(room)
    eighths = max(1, round(min(1.0, share) * room * 8))
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(room)
