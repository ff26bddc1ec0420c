"""A tree of modules as a table: the branches, what each module is, the shape that leaves it, its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style

from tutor.drawing.lines import PLAIN, Lines, fit, sized, style
from tutor.drawing.palette import Glyphs, Palette

BAR, GAP = 12, 2
BRANCHES = {"braille": ("├─ ", "└─ ", "│  "), "block": ("├─ ", "└─ ", "│  "), "ascii": ("|- ", "`- ", "|  ")}


class Row(NamedTuple):
    """One module: its path with dots, what it is, and two facts. `share` of the whole draws a bar."""

    path: str
    kind: str
    shape: str
    number: str = ""
    share: float = 0.0
    strong: bool = False


def module_tree(
    rows: Sequence[Row],
    heads: tuple[str, str, str],
    *,
    width: int,
    palette: Palette,
    glyphs: Glyphs = "braille",
    color: bool = True,
) -> Lines:
    """The rows below a line of `heads` (module, shape, count), columns as wide as they must be.

    Bars are left out first where `width` is short, then the ends of what does not fit. Every line has `width` cells.
    """
    branches = [
        branch + row.path.rpartition(".")[2]
        for branch, row in zip(_branches(rows, glyphs), rows, strict=True)
    ]
    deep = [bool(row.path) for row in rows]
    first = max((len(branch) for branch, inner in zip(branches, deep, strict=True) if inner), default=0) + GAP
    kinds = [
        (fit(branch, first) if inner else "") + row.kind
        for branch, row, inner in zip(branches, rows, deep, strict=True)
    ]
    wide = max(len(heads[0]), *map(len, kinds)) + GAP
    shape = max(len(heads[1]), *(len(row.shape) for row in rows)) + GAP
    count = max(len(heads[2]), *(len(row.number) for row in rows))
    bars = width >= wide + shape + count + GAP + BAR + 5
    quiet, text, strong, bar = _looks(palette, color)
    lines: Lines = [
        [Segment(fit(heads[0], wide) + fit(heads[1], shape) + fit(heads[2], count, "right"), quiet)]
    ]
    for kind, row in zip(kinds, rows, strict=True):
        main = strong if row.strong else text if row.number else quiet
        line = [
            Segment(fit(kind, wide), main),
            Segment(fit(row.shape, shape), text),
            Segment(fit(row.number, count, "right"), main),
        ]
        if bars and row.share > 0:
            line += [
                Segment(" " * GAP),
                Segment(_bar(row.share, glyphs), bar),
                Segment(f" {100 * row.share:.0f} %", quiet),
            ]
        lines.append(line)
    return [sized(line, width) for line in lines]


def _looks(palette: Palette, color: bool) -> tuple[Style, Style, Style, Style]:
    """Quiet, text, strong, bar."""
    if not color:
        return PLAIN, PLAIN, style(bold=True), PLAIN
    return style(palette.muted), style(palette.text), style(palette.text, bold=True), style(palette.train)


def _bar(share: float, glyphs: Glyphs) -> str:
    return ("#" if glyphs == "ascii" else "━") * max(1, round(BAR * share))


def _branches(rows: Sequence[Row], glyphs: Glyphs) -> list[str]:
    """The lines that lead to each row, from the paths of those after it."""
    middle, last, through = BRANCHES[glyphs]
    out = []
    for index, row in enumerate(rows):
        parts = row.path.split(".") if row.path else []
        marks = []
        for depth in range(len(parts)):
            parent = ".".join(parts[:depth])
            more = _has_more(rows[index + 1 :], parent, ".".join(parts[: depth + 1]))
            if depth == len(parts) - 1:
                marks.append(middle if more else last)
            else:
                marks.append(through if more else "   ")
        out.append("".join(marks))
    return out


def _has_more(rows: Sequence[Row], parent: str, own: str) -> bool:
    """Whether a later row is another child of `parent`."""
    head = f"{parent}." if parent else ""
    return any(
        row.path.startswith(head) and row.path != own and not row.path.startswith(own + ".") for row in rows
    )
