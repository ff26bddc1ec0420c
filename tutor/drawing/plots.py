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
from tutor.drawing.scales import HUGE, TINY, Scale, number, short, x_scale, y_scale

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
    if math.isnan(number(cursor)):
        cursor = None
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
    bottom = x_rows(across, grid.columns, with_line, _cursor_label(x_label, cursor), palette, glyphs)
    return [
        title_row(title, entries, width, palette, ascii_only),
        *inside_rows(grid, up, palette, glyphs),
        *[sized(row, width) for row in bottom],
    ]


def describe(lines: Sequence[Line]) -> str:
    """The series in one plain sentence, for those who cannot see the plot."""
    parts = [_describe(_clean(line, False)) for line in lines if not line.slot.endswith("_faint")]
    if not parts:
        return "Nothing is drawn yet."
    text = "; ".join(parts)
    return text[0].upper() + text[1:] + "."


def _describe(curve: _Curve) -> str:
    label = clean(curve.line.label) or "the series"
    hole = f", not finite from {_place(curve.holes[0].x)}" if curve.holes else ""
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
    points = _all_finite(line)
    holes: list[Marker] = []
    if points is None:
        points, holes = _sort_out(line)
    if log_y:
        points = [point for point in points if point[1] >= TINY]
    return _Curve(line, points, holes)


def _all_finite(line: Line) -> list[tuple[float, float]] | None:
    """The points of a healthy series, the usual case, at a fifth of the cost of looking at each; else None."""
    try:
        xs, ys = [float(x) for x in line.xs], [float(y) for y in line.ys]
    except (TypeError, ValueError, OverflowError):
        return None
    healthy = all(map(math.isfinite, xs)) and all(map(math.isfinite, ys))
    sizes = [*map(abs, xs), *map(abs, ys)]
    if not healthy or max(sizes, default=0) > HUGE or any(0 < size < TINY for size in sizes):
        return None
    return list(zip(xs, ys, strict=False))


def _sort_out(line: Line) -> tuple[list[tuple[float, float]], list[Marker]]:
    points: list[tuple[float, float]] = []
    holes: list[Marker] = []
    fine = True
    for raw_x, raw_y in zip(line.xs, line.ys, strict=False):
        x, y = number(raw_x), number(raw_y)
        if math.isnan(x):
            continue
        if not math.isnan(y):
            points.append((x, y))
        elif fine:
            holes.append(Marker(x, "inf" if raw_y in (math.inf, -math.inf) else "NaN"))
        fine = not math.isnan(y)
    return points, holes


def _entry(curve: _Curve, cursor: float | None, palette: Palette, glyphs: Glyphs) -> Entry:
    """The legend's entry, with the last value, or the value at the cursor."""
    slot = curve.line.slot
    upto = [y for x, y in curve.points if cursor is None or x <= cursor]
    value = short(upto[-1]) if upto else "-"
    return Entry(symbol(slot, glyphs), curve.line.label, value.ljust(5), palette.colour(slot))


def _cursor_label(x_label: str, cursor: float | None) -> str:
    return x_label if cursor is None else f"{x_label or 'x'} {_place(cursor)}"


def _place(x: float) -> str:
    return f"{x:,.0f}" if abs(x) < 1e9 and x == round(x) else short(x)


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
    if cursor is not None and across.low <= cursor <= across.high:
        grid.upright(_cell(across.place(cursor), grid.columns), solid, style(palette.text))


def _cell(place: float, count: int) -> int:
    return min(count - 1, int(place * count))


# The curves


def _draw_curves(
    curves: Sequence[_Curve], across: Scale, up: Scale, grid: Grid, palette: Palette, glyphs: Glyphs
) -> None:
    """Draw ghosts and faint curves first, so that what matters lies on top; then the signs of the series."""
    order = [*filter(_behind, curves), *[curve for curve in curves if not _behind(curve)]]
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
    slot = curve.line.slot
    return curve.line.marker == "line" and (slot == "previous" or slot.endswith("_faint"))


def _dots(
    points: Iterable[tuple[float, float]], across: Scale, up: Scale, grid: Grid, glyphs: Glyphs
) -> list[tuple[int, int]]:
    """The points as dots of the canvas (column, row from below), at most four for each column of dots.

    First, lowest, highest and last survive, so no spike is lost, and the cost stays bounded.
    """
    wide, high = grid.columns * _DOTS[glyphs][0], grid.rows * _DOTS[glyphs][1]
    left, right, bottom, top = across.low, across.high, up.low, up.high
    per_x, per_y = wide / (right - left), high / (top - bottom)
    out: list[tuple[int, int]] = []
    column: list[int] = []
    at = -1
    for x, y in points:
        if not left <= x <= right:
            continue
        level = math.log10(y) if up.log else y
        row = (
            0
            if level <= bottom
            else high - 1
            if level >= top
            else min(high - 1, int((level - bottom) * per_y))
        )
        place = min(wide - 1, int((x - left) * per_x))
        if place != at:
            out += [(at, kept) for kept in _outline(column)]
            at, column = place, []
        column.append(row)
    return out + [(at, kept) for kept in _outline(column)]


def _outline(column: list[int]) -> list[int]:
    if len(column) <= 2:
        return column if len(column) < 2 or column[0] != column[1] else column[:1]
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
    spans: dict[int, list[int]] = {}
    for x, y in dots:
        spans.setdefault(x // per_x, []).append(y // per_y)
    cells = {column: grid.rows - 1 - (min(rows) + max(rows)) // 2 for column, rows in spans.items()}
    cells[dots[-1][0] // per_x] = grid.rows - 1 - dots[-1][1] // per_y
    end = dots[-1][0] // per_x
    if of < 2 or glyphs == "ascii":
        return [(end, cells[end])]
    period = max(16, grid.columns // 4)
    places = range(period * (2 * turn + 1) // (2 * of), grid.columns, period)
    along = cells if len(cells) <= grid.columns // 6 else [place for place in places if place in cells]
    chosen = [column for column in along if abs(column - end) > 3] + [end]
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
            marker = _SharedMarker(kind).fill(plotext.pixel(foreground=(index, 0, 0)))
            signal = figure.signal(
                [(x + 0.5) / per_x for x, _ in dots], [(y + 0.5) / per_y for _, y in dots], marker=marker
            )
            _spare_colour_search(signal)
            figure.draw(signal.lines(sign is None))
        text: str = figure.build().string()
        return text


class _SharedMarker(plotext.marker):  # type: ignore[misc]
    """One marker for all points of a curve: plotext copies it for each, although its kernel copies again."""

    def __copy__(self) -> _SharedMarker:
        return self

    copy = __copy__


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
            if look is not None:
                grid.chars[row][column : column + len(part)] = part
                grid.styles[row][column : column + len(part)] = [look] * len(part)
            column += len(part)
