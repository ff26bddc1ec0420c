"""What every drawing is made of: lines of styled text, each exactly as wide as asked."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

Lines = list[list[Segment]]
Align = Literal["left", "right", "centre"]
PLAIN = Style()
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@lru_cache(maxsize=4096)
def style(foreground: str | None = None, background: str | None = None, bold: bool = False) -> Style:
    """A style from hex colours, made once: building one costs more than drawing with it."""
    return Style(color=foreground, bgcolor=background, bold=bold or None)


@lru_cache(maxsize=1024)
def clean(text: str, ascii_only: bool = False) -> str:
    """The text on one line without control, format or direction characters; accents drop off for ASCII."""
    if text.isascii() and text.isprintable():
        return text
    text = "".join(" " if char in "\n\t" or unicodedata.category(char) == "Zs" else char for char in text)
    text = "".join(char for char in text if unicodedata.category(char) not in _UNSEEN)
    if not ascii_only or text.isascii():
        return text
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return bare.encode("ascii", "replace").decode("ascii")


def fit(text: str, width: int, align: Align = "left", ascii_only: bool = False) -> str:
    """The cleaned text in exactly `width` cells: padded, or cut with an ellipsis. Wide characters count two."""
    if width <= 0:
        return ""
    text = clean(text, ascii_only)
    length = cell_len(text)
    if length > width:
        mark = "~" if ascii_only else "…"
        return set_cell_size(set_cell_size(text, width - 1).rstrip() + mark, width)
    left = {"left": 0, "right": width - length, "centre": (width - length) // 2}[align]
    return " " * left + text + " " * (width - length - left)


def blank(width: int) -> list[Segment]:
    """An empty line of `width` cells."""
    return [Segment(" " * width, PLAIN)] if width > 0 else []


def sized(line: list[Segment], width: int) -> list[Segment]:
    """The line padded or cut to exactly `width` cells."""
    return Segment.adjust_line_length(line, width) if width > 0 else []


def runs(chars: Sequence[str], styles: Sequence[Style]) -> list[Segment]:
    """One line from single-cell characters and their styles, neighbours of one style joined."""
    out: list[Segment] = []
    start = 0
    for index in range(1, len(chars) + 1):
        if index == len(chars) or styles[index] is not styles[start]:
            out.append(Segment("".join(chars[start:index]), styles[start]))
            start = index
    return out


def notice(text: str, width: int, height: int, ascii_only: bool = False) -> Lines:
    """A block of `height` lines with one sentence in its middle, for a place too small to draw in."""
    middle = max(0, height - 1) // 2
    return [
        [Segment(fit(text, width, "centre", ascii_only), PLAIN)]
        if row == middle and width > 0
        else blank(width)
        for row in range(max(0, height))
    ]


def beside(blocks: Sequence[tuple[Lines, int]], gap: int = 2) -> Lines:
    """Blocks side by side, each given with its width in cells; shorter ones are filled up below."""
    height = max((len(block) for block, _ in blocks), default=0)
    out: Lines = []
    for row in range(height):
        line: list[Segment] = []
        for index, (block, width) in enumerate(blocks):
            line += blank(gap) if index else []
            line += block[row] if row < len(block) else blank(width)
        out.append(line)
    return out


def plain(lines: Lines) -> list[str]:
    """The characters alone, one string a line."""
    return ["".join(segment.text for segment in line) for line in lines]


def to_ansi(lines: Lines, color: bool) -> str:
    """One string for a terminal, lines joined by newlines; 256 colours, which every link carries, or none."""
    if not color:
        return "\n".join(text.rstrip() for text in plain(lines))
    return "\n".join(
        "".join(
            (segment.style or PLAIN).render(segment.text, color_system=ColorSystem.EIGHT_BIT)
            for segment in line
        )
        for line in lines
    )
