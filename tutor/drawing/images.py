"""Pictures: grey images in half blocks, galleries with words under each picture, weights about zero."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Literal

from rich.segment import Segment
from rich.style import Style

from tutor.drawing.lines import PLAIN, Lines, beside, blank, clean, fit, runs, sized, style
from tutor.drawing.palette import Palette
from tutor.drawing.scales import number

Mode = Literal["half", "ascii"]
RAMP = " .:-=+*#%@"
UPPER = "▀"

# Greys that come out as 26 different ones in 256 colours: rich rounds lightness to 25 steps, and so do we.
GREYS = tuple("#" + f"{round(step * 255 / 25):02x}" * 3 for step in range(26))

# Blue for negative, white for zero, orange for positive; each colour exact in the 256-colour palette.
DIVERGING = (
    "#005faf", "#0087d7", "#5fafd7", "#afd7ff", "#eeeeee", "#ffd7af", "#ffaf5f", "#ff8700", "#af5f00",
)  # fmt: skip
_SIGNS = ("=", "=", "-", "-", " ", "+", "+", "#", "#")


def half_blocks(colours: Sequence[Sequence[str]]) -> Lines:
    """Rows of hex colours as lines of half the number: each cell shows one pixel above another."""
    out: Lines = []
    for top in range(0, len(colours), 2):
        upper = colours[top]
        lower: Sequence[str | None] = colours[top + 1] if top + 1 < len(colours) else [None] * len(upper)
        looks = [_cell_style(above, below) for above, below in zip(upper, lower, strict=True)]
        out.append(
            runs([" " if above == below else UPPER for above, below in zip(upper, lower, strict=True)], looks)
        )
    return out


def _cell_style(above: str, below: str | None) -> Style:
    return style(None, above) if above == below else style(above, below)


def image(
    pixels: Sequence[Sequence[int]],
    *,
    mode: Mode = "half",
    scale: float = 1.0,
    ramp: str = RAMP,
) -> Lines:
    """A grey image, `pixels` as rows of 0 (black) to 255 (white): (H, W) -> W cells x H/2 lines.

    `scale` 0.5 takes the mean of 2 x 2 pixels first. The picture has the same size in both modes; "ascii"
    writes the mean of two pixels as a character of `ramp`, from dark to light. Raises ValueError on another
    scale or an unknown mode, and on an empty ramp.
    """
    _check(mode, scale, ramp)
    rows = _levels(pixels)
    if scale == 0.5:
        rows = _pool(rows, 2, 2)
    if mode == "ascii":
        rows = _pool(rows, 2, 1)
        last = len(ramp) - 1
        return [runs([ramp[round(v * last / 255)] for v in row], [PLAIN] * len(row)) for row in rows]
    return half_blocks([[GREYS[round(value * 25 / 255)] for value in row] for row in rows])


def _check(mode: str, scale: float, ramp: str = RAMP) -> None:
    if scale not in (1, 0.5) or mode not in ("half", "ascii") or not ramp:
        raise ValueError("scale must be 1 or 0.5, mode half or ascii, and ramp not empty")


def _levels(pixels: Sequence[Sequence[float]]) -> list[list[float]]:
    """The pixels between 0 and 255, rows filled up to one length; what is no number is black."""
    width = max((len(row) for row in pixels), default=0)
    return [
        [0.0 if math.isnan(v := number(value)) else min(255.0, max(0.0, v)) for value in row]
        + [0.0] * (width - len(row))
        for row in pixels
    ]


def _pool(rows: Sequence[Sequence[float]], down: int, across: int) -> list[list[float]]:
    """The means of blocks of `down` x `across` values; blocks at the border may be smaller."""
    width = len(rows[0]) if rows else 0
    out = []
    for top in range(0, len(rows), down):
        band = rows[top : top + down]
        cells = [[v for row in band for v in row[left : left + across]] for left in range(0, width, across)]
        out.append([sum(cell) / len(cell) for cell in cells])
    return out


def image_grid(
    images: Sequence[Sequence[Sequence[int]]],
    captions: Sequence[str],
    *,
    width: int,
    palette: Palette,
    scale: float = 1.0,
    mode: Mode = "half",
    highlight: Collection[int] = (),
    gap: int = 2,
    caption_lines: int = 1,
) -> Lines:
    """A gallery: as many pictures a row as `width` holds, its caption in words under each.

    Captions wrap into at most `caption_lines` lines of the picture's width. Pictures whose index is in
    `highlight` carry a mark and a colour, so that they stand out without colours too. Every
    line has `width` cells; a gap line stands between rows.
    """
    ascii_only = mode == "ascii"
    blocks: list[tuple[Lines, int]] = []
    for index, pixels in enumerate(images):
        picture = image(pixels, mode=mode, scale=scale)
        cells = sum(segment.cell_length for segment in picture[0]) if picture else 1
        text = captions[index] if index < len(captions) else ""
        words = _caption(text, cells, caption_lines, index in highlight, palette, ascii_only)
        blocks.append((picture + words, cells))
    per_row = _per_row([cells for _, cells in blocks], width, gap)
    out: Lines = []
    for start in range(0, len(blocks), per_row):
        out += [blank(width)] if start else []
        out += [sized(line, width) for line in beside(blocks[start : start + per_row], gap)]
    return out


def _per_row(widths: Sequence[int], width: int, gap: int) -> int:
    return max(1, (width + gap) // (max(widths, default=1) + gap))


def _caption(text: str, width: int, count: int, marked: bool, palette: Palette, ascii_only: bool) -> Lines:
    look = style(palette.train, bold=True) if marked else style(palette.text)
    mark = ("! " if ascii_only else "▸ ") if marked else ""
    rows = _wrap(mark + clean(text, ascii_only), width, count)
    return [[Segment(fit(row, width, ascii_only=ascii_only), look)] for row in rows]


def _wrap(text: str, width: int, count: int) -> list[str]:
    """The words in exactly `count` rows; what is left over stays on the last one, to be cut with an ellipsis."""
    rows: list[str] = []
    words = text.split(" ")
    while len(rows) < count - 1:
        row = ""
        while words and (not row or len(row) + 1 + len(words[0]) <= width):
            row = f"{row} {words.pop(0)}" if row else words.pop(0)
        rows.append(row)
    return [*rows, " ".join(words)]


def diverging(
    values: Sequence[Sequence[float]],
    *,
    limit: float | None = None,
    mode: Mode = "half",
    scale: float = 1.0,
) -> Lines:
    """Weights, (H, W) floats of either sign -> W cells x H/2 lines: blue below zero, white at zero, orange above.

    The colours are symmetric about zero, up to `limit` (the largest magnitude when None). In "ascii", `=`
    and `-` stand for negative, `+` and `#` for positive. Raises ValueError as `image` does. What is not finite shows as zero.
    """
    _check(mode, scale)
    rows = [[0.0 if math.isnan(v := number(value)) else v for value in row] for row in values]
    if scale == 0.5:
        rows = _pool(rows, 2, 2)
    if mode == "ascii":
        rows = _pool(rows, 2, 1)
    top = number(limit)
    if not top > 0:
        top = max((abs(value) for row in rows for value in row), default=0.0)
    steps = [[_step(value, top) for value in row] for row in rows]
    if mode == "ascii":
        return [runs([_SIGNS[step] for step in row], [PLAIN] * len(row)) for row in steps]
    return half_blocks([[DIVERGING[step] for step in row] for row in steps])


def _step(value: float, top: float) -> int:
    middle = len(DIVERGING) // 2
    if top <= 1e-290:
        return middle
    return middle + round(middle * min(1.0, max(-1.0, value / top)))
