"""The plane as a classifier sees it: regions, the boundary between them, and the data on top."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style

from tutor.drawing.lines import PLAIN, Lines, clean, notice, runs, sized, style
from tutor.drawing.palette import Glyphs, Palette
from tutor.drawing.scales import number

Extent = tuple[float, float, float, float]
MIN_WIDTH, MIN_HEIGHT = 6, 3

# Without colours: from sure of class 0 to sure of class 1, and the line between them.
_SHADES = {"block": (" ", " ", "·", "·", "░", "░"), "ascii": (" ", " ", ".", ".", ":", ":")}
_POINTS = {"block": ("○", "●"), "ascii": ("o", "x")}


def boundary(
    probabilities: Sequence[Sequence[float]],
    points: Sequence[tuple[float, float, int]],
    *,
    extent: Extent,
    width: int,
    height: int,
    palette: Palette,
    color: bool = True,
    glyphs: Glyphs = "block",
    highlight: int | None = None,
) -> Lines:
    """The decision boundary of a binary classifier over a plane, in `height` lines of `width` cells.

    `probabilities` is a grid of rows x columns, the probability of class 1; row 0 lies at ymin, as numpy's
    meshgrid has it. `points` are (x, y, class) in data coordinates, `extent` is (xmin, xmax, ymin, ymax).
    Half blocks show two rows a cell; the regions are shaded in few steps and the place where the
    probability crosses 0.5 is a line. Data points are ○ (class 0) and ● (class 1); the one whose index is
    `highlight` is drawn in the colour of text. Without colour, or with "ascii" glyphs, characters stand for
    the regions. Values that are not finite count as 0.5.
    """
    ascii_only = glyphs == "ascii"
    if width < MIN_WIDTH or height < MIN_HEIGHT or not all(map(len, probabilities or [[]])):
        return notice(
            "too small" if height < MIN_HEIGHT or width < MIN_WIDTH else "nothing to draw yet",
            width,
            height,
            ascii_only,
        )
    per_cell = 2 if color and not ascii_only else 1
    field = _resample(probabilities, width, height * per_cell)
    crossing = _crossing(field)
    marks = _marks(points, extent, width, height)
    signs = _POINTS["ascii" if ascii_only else "block"]
    if per_cell == 2:
        rows = _coloured(field, crossing, palette)
    else:
        rows = _plain(field, crossing, ascii_only, palette, color)
    for (row, column), index in marks.items():
        kind = 1 if points[index][2] else 0
        chars, looks = rows[row]
        chars[column] = signs[kind]
        if color:
            under = _region(_mean(field, row, column, per_cell), palette) if per_cell == 2 else None
            front = (
                palette.text
                if index == highlight
                else palette.points[kind]
                if under
                else palette.classes[kind]
            )
            looks[column] = style(front, under, bold=True)
    return [runs(chars, looks) for chars, looks in rows]


def _resample(grid: Sequence[Sequence[float]], width: int, height: int) -> list[list[float]]:
    """The grid at the middle of `height` x `width` cells, the top first, bilinear between its points."""
    clean_grid = [[_probability(value) for value in row] for row in grid]
    columns = min(len(row) for row in grid)
    across = [_between((x + 0.5) / width, columns) for x in range(width)]
    wide = [
        [row[left] * (1 - part) + row[right] * part for left, right, part in across] for row in clean_grid
    ]
    out = []
    for y in range(height):
        low, high, weight = _between(1 - (y + 0.5) / height, len(grid))
        out.append([b * (1 - weight) + t * weight for b, t in zip(wide[low], wide[high], strict=True)])
    return out


def _between(place: float, count: int) -> tuple[int, int, float]:
    """The neighbours of a place from 0 to 1 among `count` points whose first lies at 0 and last at 1."""
    at = place * (count - 1)
    low = min(count - 1, int(at))
    return low, min(count - 1, low + 1), at - low


def _probability(value: float) -> float:
    value = number(value)
    return 0.5 if math.isnan(value) else min(1.0, max(0.0, value))


def _crossing(field: Sequence[Sequence[float]]) -> list[list[bool]]:
    """Where the probability crosses 0.5: the nearer one of each pair of neighbours on different sides."""
    height, width = len(field), len(field[0])
    gaps = [[value - 0.5 for value in row] for row in field]
    out = [[False] * width for _ in range(height)]
    for y, row in enumerate(gaps):
        below = gaps[y + 1] if y + 1 < height else row
        for x, here in enumerate(row):
            if x + 1 < width and (here < 0) != (row[x + 1] < 0):
                out[y][x if abs(here) <= abs(row[x + 1]) else x + 1] = True
            if (here < 0) != (below[x] < 0):
                out[y if abs(here) <= abs(below[x]) else y + 1][x] = True
    return out


def _marks(
    points: Sequence[tuple[float, float, int]], extent: Extent, width: int, height: int
) -> dict[tuple[int, int], int]:
    """(row, column) -> index of the point drawn there; points outside the extent or not finite are left out."""
    xmin, xmax, ymin, ymax = (number(limit) for limit in extent)
    out: dict[tuple[int, int], int] = {}
    if not (xmin < xmax and ymin < ymax):
        return out
    for index, (raw_x, raw_y, _) in enumerate(points):
        x, y = number(raw_x), number(raw_y)
        if xmin <= x <= xmax and ymin <= y <= ymax:
            column = min(width - 1, int((x - xmin) / (xmax - xmin) * width))
            row = min(height - 1, int((ymax - y) / (ymax - ymin) * height))
            out[row, column] = index
    return out


def _step(probability: float, count: int) -> int:
    return min(count - 1, int(probability * count))


def _region(probability: float, palette: Palette) -> str:
    return palette.regions[_step(probability, len(palette.regions))]


def _mean(field: Sequence[Sequence[float]], row: int, column: int, per_cell: int) -> float:
    return sum(field[row * per_cell + part][column] for part in range(per_cell)) / per_cell


Row = tuple[list[str], list[Style]]


def _coloured(
    field: Sequence[Sequence[float]], crossing: Sequence[Sequence[bool]], palette: Palette
) -> list[Row]:
    colours = [
        [palette.contour if on else _region(p, palette) for p, on in zip(row, line, strict=True)]
        for row, line in zip(field, crossing, strict=True)
    ]
    out: list[Row] = []
    for top in range(0, len(colours), 2):
        pairs = list(zip(colours[top], colours[top + 1], strict=True))
        chars = [" " if above == below else "▀" for above, below in pairs]
        looks = [style(None, above) if above == below else style(above, below) for above, below in pairs]
        out.append((chars, looks))
    return out


def _plain(
    field: Sequence[Sequence[float]],
    crossing: Sequence[Sequence[bool]],
    ascii_only: bool,
    palette: Palette,
    color: bool,
) -> list[Row]:
    shades = _SHADES["ascii" if ascii_only else "block"]
    line = "#" if ascii_only else "█"
    looks = [style(colour) if color else PLAIN for colour in palette.regions]
    edge = style(palette.contour) if color else PLAIN
    out: list[Row] = []
    for row, crossed in zip(field, crossing, strict=True):
        steps = [_step(p, len(shades)) for p in row]
        chars = [line if on else shades[step] for step, on in zip(steps, crossed, strict=True)]
        styles = [
            edge if on else looks[min(step, len(looks) - 1)] for step, on in zip(steps, crossed, strict=True)
        ]
        out.append((chars, styles))
    return out


def legend(
    names: tuple[str, str], *, width: int, palette: Palette, color: bool = True, glyphs: Glyphs = "block"
) -> Lines:
    """One line that says which sign is which class."""
    ascii_only = glyphs == "ascii"
    line: list[Segment] = []
    for kind, sign in enumerate(_POINTS["ascii" if ascii_only else "block"]):
        look = style(palette.classes[kind], bold=True) if color else PLAIN
        line.append(Segment(sign, look))
        line.append(Segment(f" {clean(names[kind], ascii_only)}  ", style(palette.text) if color else PLAIN))
    return [sized(line, width)]
