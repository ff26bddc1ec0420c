"""Line plots: numbers in, lines of styled text out. The only module that touches plotext.

plotext draws the curves; the frame around them is ours, so that labels keep their width and rows stay
still while a run grows. plotext 6 ends the whole process (an uncaught C++ exception) on a NaN in a line
and on a point far outside its limits. It therefore sees nothing but cell coordinates inside the canvas.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import plotext

from tutor.drawing.frame import MARGIN, Entry, Grid, inside_rows, title_row, x_rows
from tutor.drawing.lines import Lines, clean, notice, sized, style
from tutor.drawing.palette import Glyphs, Palette, symbol
from tutor.drawing.scales import Scale, number, short, x_scale, y_scale

plotext.terminal.limit(False, False)  # otherwise a plot is cut to the size of the terminal

MIN_WIDTH, MIN_HEIGHT = 14, 5
_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_DOTS: dict[Glyphs, tuple[int, int]] = {"braille": (2, 4), "block": (2, 2), "ascii": (1, 1)}
_FIGURE = threading.Lock()  # plotext has one figure a process


@dataclass(frozen=True)
class Line:
    """A series: `ys` over `xs` (any numbers; NaN and infinities allowed) in the colour and sign of its slot."""

    label: str
    xs: Sequence[float]
    ys: Sequence[float]
    slot: str = "train"
    marker: Literal["line", "points"] = "line"


@dataclass(frozen=True)
class Marker:
    """A vertical cue at `x`, such as the step where a loss became NaN."""

    x: float
    label: str


@dataclass(frozen=True)
class _Curve:
    """A cleaned series: finite points in data coordinates, and the places where it was not finite."""

    line: Line
    points: list[tuple[float, float]]
    holes: list[Marker]


def plot(
    lines: Sequence[Line],
    *,
    width: int,
    height: int,
    title: str = "",
    x_limit: tuple[float, float] | None = None,
    y_limit: tuple[float, float] | None = None,
    log_y: bool = False,
    markers: Sequence[Marker] = (),
    cursor: float | None = None,
    palette: Palette,
    glyphs: Glyphs = "braille",
    x_label: str = "",
) -> Lines:
    """Draw the series into exactly `height` lines of exactly `width` cells. Never raises on numbers.

    With `x_limit` the horizontal axis stands still, so only the rows with new points change. Values that
    are not finite are left out and marked at their place; what lies above or below the limits runs along
    the edge. `cursor` is an x: a vertical line there, and the legend reads the series at that place.
    """
    ascii_only = glyphs == "ascii"
    if width < MIN_WIDTH or height < MIN_HEIGHT:
        return notice("too small", width, height, ascii_only)
    curves = [_clean(line, log_y) for line in lines]
    with_line = height >= 7
    grid = Grid(width - MARGIN, height - (3 if with_line else 2))
    xs = [x for curve in curves for x, _ in curve.points]
    ys = [y for curve in curves for _, y in curve.points]
    across = x_scale(xs, x_limit, max(2, grid.columns // 16))
    up = y_scale(ys, y_limit, log_y, 2 if grid.rows < 6 else 4)

    _draw_curves(curves, across, up, grid, palette, glyphs)
    holes = [hole for curve in curves for hole in curve.holes]
    _draw_markers([*markers, *holes], cursor, across, grid, palette, ascii_only)

    entries = [_entry(curve, cursor, palette, glyphs) for curve in curves if clean(curve.line.label)]
    rows = [
        title_row(title, entries, width, palette, ascii_only),
        *inside_rows(grid, up, palette, glyphs),
        *x_rows(across, grid.columns, with_line, _cursor_label(x_label, cursor), palette, glyphs),
    ]
    return [sized(row, width) for row in rows]


def describe(lines: Sequence[Line]) -> str:
    """The series in one plain sentence, for those who cannot see the plot."""
    parts = [_describe(_clean(line, False)) for line in lines if not line.slot.endswith("_faint")]
    if not parts:
        return "Nothing is drawn yet."
    text = "; ".join(parts)
    return text[0].upper() + text[1:] + "."


def _describe(curve: _Curve) -> str:
    label = clean(curve.line.label) or "the series"
    hole = f", not finite from {short(curve.holes[0].x)}" if curve.holes else ""
    if not curve.points:
        return f"{label} has no points yet" if not hole else f"{label} has no finite value{hole}"
    ys = [y for _, y in curve.points]
    first, last, best = ys[0], ys[-1], (min(ys) if ys[-1] <= ys[0] else max(ys))
    if len(ys) == 1:
        return f"{label} is {short(last)}{hole}"
    if short(first) == short(last):
        span = "" if min(ys) == max(ys) else f", between {short(min(ys))} and {short(max(ys))}"
        return f"{label} ended where it began, at {short(last)}{span}{hole}"
    verb = "fell" if last < first else "rose"
    extreme = "lowest" if last < first else "highest"
    beyond = f" ({extreme} {short(best)})" if short(best) != short(last) else ""
    return f"{label} {verb} from {short(first)} to {short(last)}{beyond}{hole}"


def _clean(line: Line, log_y: bool) -> _Curve:
    """Split a series into finite points and the first place of each stretch that is not finite."""
    points: list[tuple[float, float]] = []
    holes: list[Marker] = []
    fine = True
    for raw_x, raw_y in zip(line.xs, line.ys, strict=False):
        x, y = number(raw_x), number(raw_y)
        if x != x:
            continue
        if y == y:
            if not log_y or y > 1e-300:
                points.append((x, y))
        elif fine:
            holes.append(Marker(x, "inf" if raw_y in (math.inf, -math.inf) else "NaN"))
        fine = y == y
    return _Curve(line, points, holes)


def _entry(curve: _Curve, cursor: float | None, palette: Palette, glyphs: Glyphs) -> Entry:
    """The legend's entry, with the last value, or the value at the cursor."""
    slot = curve.line.slot
    upto = [y for x, y in curve.points if cursor is None or x <= cursor]
    value = short(upto[-1]) if upto else "-"
    return Entry(symbol(slot, glyphs), curve.line.label, value.ljust(5), palette.colour(slot))


def _cursor_label(x_label: str, cursor: float | None) -> str:
    return x_label if cursor is None else f"{x_label or 'x'} {short(cursor, 9).removesuffix('.000')}"


def _draw_markers(
    markers: Sequence[Marker],
    cursor: float | None,
    across: Scale,
    grid: Grid,
    palette: Palette,
    ascii_only: bool,
) -> None:
    dotted, solid = (":", "|") if ascii_only else ("┊", "│")
    for marker in markers:
        x = number(marker.x)
        if across.low <= x <= across.high:
            column = _cell(across.place(x), grid.columns)
            grid.upright(column, dotted, style(palette.error))
            grid.write(
                column, 0, clean(marker.label, ascii_only)[: grid.columns], style(palette.error, bold=True)
            )
    x = number(cursor)
    if across.low <= x <= across.high:
        grid.upright(_cell(across.place(x), grid.columns), solid, style(palette.text))


def _cell(place: float, count: int) -> int:
    return min(count - 1, int(place * count))


# The curves


def _draw_curves(
    curves: Sequence[_Curve], across: Scale, up: Scale, grid: Grid, palette: Palette, glyphs: Glyphs
) -> None:
    """Draw ghosts and faint curves first, so that what matters lies on top; then the signs of the series."""
    order = sorted(
        curves, key=lambda curve: curve.line.slot == "previous" or curve.line.slot.endswith("_faint")
    )
    order = [*reversed([c for c in order if _behind(c)]), *[c for c in order if not _behind(c)]]
    dots = [_dots(curve.points, across, up, grid, glyphs) for curve in order]
    looks = [style(palette.colour(curve.line.slot)) for curve in order]
    signs = [symbol(curve.line.slot, glyphs) for curve in order]
    text = _plotext(
        [(points, signs[i] if order[i].line.marker == "points" else None) for i, points in enumerate(dots)],
        signs, grid, glyphs,
    )  # fmt: skip
    _read(text, looks, grid)
    in_front = [i for i, curve in enumerate(order) if not _behind(curve) and curve.line.marker == "line"]
    for turn, index in enumerate(in_front):
        bold = style(palette.colour(order[index].line.slot), bold=True)
        for column, row in _sign_cells(dots[index], turn, len(in_front), grid, glyphs):
            grid.put(column, row, signs[index], bold)


def _behind(curve: _Curve) -> bool:
    return curve.line.slot == "previous" or curve.line.slot.endswith("_faint")


def _dots(
    points: Iterable[tuple[float, float]], across: Scale, up: Scale, grid: Grid, glyphs: Glyphs
) -> list[tuple[int, int]]:
    """The points as dots of the canvas (column, row from below), at most four for each column of dots.

    First, lowest, highest and last survive, so no spike is lost, and the cost stays bounded.
    """
    wide, high = grid.columns * _DOTS[glyphs][0], grid.rows * _DOTS[glyphs][1]
    out: list[tuple[int, int]] = []
    column: list[int] = []
    at = -1
    for x, y in points:
        if not across.low <= x <= across.high:
            continue
        place = _cell(across.place(x), wide)
        if place != at:
            out += [(at, row) for row in _outline(column)]
            at, column = place, []
        column.append(_cell(up.place(y), high))
    return out + [(at, row) for row in _outline(column)]


def _outline(column: list[int]) -> list[int]:
    if len(column) < 2:
        return column
    low, high = min(column), max(column)
    inner = [low, high] if column.index(low) <= column.index(high) else [high, low]
    path = [column[0], *inner, column[-1]]
    return [row for index, row in enumerate(path) if index == 0 or row != path[index - 1]]


def _sign_cells(
    dots: Sequence[tuple[int, int]], turn: int, of: int, grid: Grid, glyphs: Glyphs
) -> list[tuple[int, int]]:
    """Cells for the sign of a series: its end; and with several series, places along it that stay still."""
    if not dots:
        return []
    per_x, per_y = _DOTS[glyphs]
    cells = {dot[0] // per_x: grid.rows - 1 - dot[1] // per_y for dot in dots}
    chosen = [dots[-1][0] // per_x]
    if of > 1 and glyphs != "ascii":
        period = max(16, grid.columns // 4)
        wanted = range(period * (2 * turn + 1) // (2 * of), grid.columns, period)
        sparse = len(cells) <= grid.columns // 6
        chosen += list(cells) if sparse else [column for column in wanted if column in cells]
    return [(column, cells[column]) for column in chosen]


def _plotext(
    curves: Sequence[tuple[list[tuple[int, int]], str | None]],
    signs: Sequence[str],
    grid: Grid,
    glyphs: Glyphs,
) -> str:
    """plotext's drawing of the curves without any frame; curve `i` is written in the colour (i, 0, 0)."""
    per_x, per_y = _DOTS[glyphs]
    with _FIGURE:
        figure = plotext.figure
        figure.clear()
        figure.theme("colorless")
        figure.plot_size(grid.columns, grid.rows)
        figure.canvas("default")
        figure.axes(False)
        for axis, limit in (("x", grid.columns), ("y", grid.rows)):
            figure.ruler(axis).lim(0, limit).frequency(0).alignment(lim="edge")
        for index, (dots, sign) in enumerate(curves):
            if not dots:
                continue
            kind = sign or {"braille": "braille", "block": "hd", "ascii": signs[index]}[glyphs]
            marker = plotext.marker(kind).fill(plotext.pixel(foreground=(index, 0, 0)))
            signal = figure.signal(
                [(x + 0.5) / per_x for x, _ in dots], [(y + 0.5) / per_y for _, y in dots], marker=marker
            )
            _spare_colour_search(signal)
            figure.draw(signal.lines(sign is None))
        text: str = figure.build().string()
        return text


def _spare_colour_search(signal: Any) -> None:
    """Half of plotext's time goes into listing the colours of every point; there is one, and it is not asked."""
    none: Callable[[], list[Any]] = list
    signal._get_unique_pixels = none


def _read(text: str, looks: Sequence[Any], grid: Grid) -> None:
    """Put plotext's text, which may be coloured, into the grid."""
    for row, line in enumerate(text.rstrip("\n").split("\n")[: grid.rows]):
        column, look = 0, None
        for index, part in enumerate(_SGR.split(line)):
            if index % 2:
                look = looks[int(part.split(";")[2])] if part.startswith("38;2;") else None
                continue
            for char in part:
                if look is not None and char not in " ⠀":
                    grid.put(column, row, char, look)
                column += 1
