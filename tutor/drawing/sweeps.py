"""A sweep as a picture: the end loss over the rates on a logarithmic axis, and a small curve for each of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment

from tutor.drawing.frame import MARGIN
from tutor.drawing.lines import PLAIN, Lines, beside, fit, notice, sized, style
from tutor.drawing.panels import Shown
from tutor.drawing.plots import MIN_HEIGHT, Line, plot
from tutor.drawing.scales import short

GAP, TABLE, WIDE = 2, 38, 74
LEVELS, ASCII_LEVELS = "▁▂▃▄▅▆▇█", "_.-=+*%#"


@dataclass(frozen=True)
class Row:
    """One rate: its end losses (one a seed), an accuracy, the very first loss, and the curve of its loss."""

    rate: str
    losses: Sequence[float]
    accuracy: float
    first: float
    curve: Sequence[float]


def sweep(rows: Sequence[Row], best: int, useful: range, shown: Shown, width: int, height: int) -> Lines:
    """The valley at the left and the small curves at the right; one of them where there is room for one only.

    Exactly `height` lines of `width` cells. `best` is a row, `useful` a stretch of rows.
    """
    table = _table(rows, best, useful, shown, min(width, TABLE) if width >= WIDE else width)
    if width >= WIDE:
        left = width - TABLE - GAP
        blocks = [(_valley(rows, best, useful, shown, left, height), left), (table[:height], TABLE)]
        return [sized(line, width) for line in beside(blocks, GAP)]
    if height >= len(table) + MIN_HEIGHT + 2:
        upper = _valley(rows, best, useful, shown, width, height - len(table) - 1)
        return [*upper, [], *table]
    return table[:height]


def _valley(rows: Sequence[Row], best: int, useful: range, shown: Shown, width: int, height: int) -> Lines:
    ends = [(math.log10(float(row.rate)), row) for row in rows]
    means = [sum(row.losses) / len(row.losses) for row in rows]
    top = _first(rows)
    lines = [Line("end loss", [x for x, _ in ends], means, "train")]
    if useful and best >= 0:
        lines.append(
            Line("useful", [ends[index][0] for index in useful], [means[index] for index in useful], "second")
        )
    if any(len(row.losses) > 1 for row in rows):
        seeds = [(x, loss) for x, row in ends for loss in row.losses]
        lines.append(
            Line("seeds", [x for x, _ in seeds], [loss for _, loss in seeds], "validation", "points")
        )
    low, high = ends[0][0] - 0.2, ends[-1][0] + 0.2
    drawn = plot(
        lines,
        width=width,
        height=height,
        title="loss",
        x_limit=(low, high),
        y_limit=(0, 1.25 * top),
        palette=shown.palette,
        glyphs=shown.glyphs,
    )
    if width < 14 or height < MIN_HEIGHT:
        return drawn
    return [*drawn[:-1], _axis([(x, row.rate) for x, row in ends], low, high, shown, width)]


def _first(rows: Sequence[Row]) -> float:
    """Where all of them began: the scale of the pictures."""
    return max((row.first for row in rows if row.first > 0), default=1.0)


def _axis(
    ends: Sequence[tuple[float, str]], low: float, high: float, shown: Shown, width: int
) -> list[Segment]:
    """The rates under their places, as many as do not touch; the name of the axis at the left."""
    cells, columns, free = [" "] * width, width - MARGIN, MARGIN
    cells[:2] = "lr"
    for x, rate in ends:
        start = min(
            MARGIN + int((x - low) / (high - low) * columns) - (len(rate) - 1) // 2, width - len(rate)
        )
        if start >= free:
            cells[start : start + len(rate)] = rate
            free = start + len(rate) + 1
    look = style(shown.palette.muted) if shown.color else PLAIN
    return [Segment("".join(cells), look)]


def _table(rows: Sequence[Row], best: int, useful: range, shown: Shown, width: int) -> Lines:
    """A head, and a line for each rate: its curve, end loss and accuracy."""
    ascii_only, palette = shown.glyphs == "ascii", shown.palette
    room = width - 8 - 8 - 8
    if room < 4:
        return notice("too small", width, 1, ascii_only)
    muted = style(palette.muted) if shown.color else PLAIN
    out: Lines = [[Segment(fit("  lr    " + fit("train loss", room) + "     end   right", width), muted)]]
    top = _first(rows)
    for index, row in enumerate(rows):
        slot = "train" if index == best else "second" if index in useful else "muted"
        look = style(palette.colour(slot), bold=index == best) if shown.color else style(bold=index == best)
        sign = (">" if ascii_only else "▸") if index == best else "+" if index in useful else " "
        mean = sum(row.losses) / len(row.losses)
        end = "-" if math.isnan(mean) else "NaN" if math.isinf(mean) else short(mean, 7)
        right = "-" if math.isnan(row.accuracy) else f"{100 * row.accuracy:.1f} %"
        curve = fit(_spark(row.curve, room, 1.2 * top, ascii_only), room)
        out.append(
            [
                Segment(f"{sign} {row.rate:<6}", look),
                Segment(curve, look),
                Segment(f"{end:>8}{right:>8}", look),
            ]
        )
    return [sized(line, width) for line in out]


def _spark(values: Sequence[float], width: int, top: float, ascii_only: bool) -> str:
    """The curve in one row of characters, as far as it has come; what lies over `top` stands at the top."""
    levels = ASCII_LEVELS if ascii_only else LEVELS
    if not values:
        return ""
    picked = [values[min(len(values) - 1, index * len(values) // width)] for index in range(width)]
    steps = len(levels) - 1
    return "".join(
        levels[steps if math.isnan(value) else max(0, min(steps, round(steps * value / top)))]
        for value in picked
    )
