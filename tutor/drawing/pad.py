"""The drawing pad: its picture with the pen on it in a frame, and what a model makes of the picture."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment

from tutor.drawing.images import GREYS, Mode, half_blocks, image
from tutor.drawing.lines import PLAIN, Lines, fit, runs, sized, style
from tutor.drawing.palette import Glyphs, Palette
from tutor.drawing.tables import bars

Pixels = Sequence[Sequence[int]]
SIDE = 28
GREY_OF = tuple(GREYS[round(value * 25 / 255)] for value in range(256))


def pad_size(zoom: int, framed: bool) -> tuple[int, int]:
    """Cells and lines of the pad."""
    border = 2 if framed else 0
    return SIDE * zoom + border, SIDE * zoom // 2 + border


def pad(
    pixels: Pixels,
    pen: tuple[int, int],
    *,
    down: bool,
    zoom: int,
    framed: bool,
    mode: Mode,
    palette: Palette,
) -> Lines:
    """The pad's picture, (28, 28) of 0 to 255, with the pen at the pixel (x, y); in a frame that says where the pen is.

    `zoom` 1 draws a pixel in half a cell, 2 in two cells. The pen has a colour of its own, or a letter.
    """
    draw = _half if mode == "half" else _letters
    lines = draw(pixels, pen, zoom, down, palette)
    return _frame(lines, "pen down" if down else "pen up", down, mode, palette) if framed else lines


def picture(pixels: Pixels, *, mode: Mode) -> Lines:
    """A picture of 0 to 255 at full size, as `image` draws it; quicker, since it is drawn with every stroke."""
    return half_blocks(_greys(pixels)) if mode == "half" else image(pixels, mode=mode)


def _greys(pixels: Pixels) -> list[list[str]]:
    return [[GREY_OF[value] for value in row] for row in pixels]


def _half(pixels: Pixels, pen: tuple[int, int], zoom: int, down: bool, palette: Palette) -> Lines:
    colours = _greys(pixels)
    colours[pen[1]][pen[0]] = palette.validation if down else palette.train
    if zoom > 1:
        colours = [[colour for colour in row for _ in range(zoom)] for row in colours]
    return half_blocks([row for row in colours for _ in range(zoom)])


def _letters(pixels: Pixels, pen: tuple[int, int], zoom: int, down: bool, palette: Palette) -> Lines:
    lines = image(
        [[value for value in row for _ in range(zoom)] for row in pixels for _ in range(zoom)], mode="ascii"
    )
    line = pen[1] * zoom // 2
    chars = list("".join(segment.text for segment in lines[line]))
    looks = [PLAIN] * len(chars)
    for column in range(pen[0] * zoom, (pen[0] + 1) * zoom):
        chars[column], looks[column] = ("X" if down else "+"), style(bold=True)
    lines[line] = runs(chars, looks)
    return lines


def _frame(lines: Lines, title: str, marked: bool, mode: Mode, palette: Palette) -> Lines:
    width = sum(segment.cell_length for segment in lines[0])
    corners, across, upright = ("++++", "-", "|") if mode == "ascii" else ("┌┐└┘", "─", "│")
    look = style(palette.validation if marked else palette.muted) if mode == "half" else PLAIN
    head = f"{across} {title} ".ljust(width, across)
    side = Segment(upright, look)
    return [
        [Segment(f"{corners[0]}{head}{corners[1]}", look)],
        *[[side, *line, side] for line in lines],
        [Segment(f"{corners[2]}{across * width}{corners[3]}", look)],
    ]


def reading(
    probabilities: Sequence[float],
    names: Sequence[str],
    *,
    width: int,
    palette: Palette,
    glyphs: Glyphs,
    color: bool,
) -> Lines:
    """The probability of each class as a bar, the likeliest marked; empty bars while nothing is read."""
    values = list(probabilities) or [0.0] * len(names)
    top = max(range(len(values)), key=values.__getitem__) if probabilities else None
    return bars(
        values,
        names,
        width=width,
        palette=palette,
        highlight=top,
        limit=1.0,
        percent=True,
        glyphs=glyphs,
        color=color,
    )


def titled(title: str, lines: Lines, *, width: int, palette: Palette, color: bool, ascii_only: bool) -> Lines:
    """Lines under a quiet title, each `width` cells wide."""
    look = style(palette.muted) if color else PLAIN
    head = [Segment(fit(title, width, ascii_only=ascii_only), look)]
    return [head, *[sized(line, width) for line in lines]]
