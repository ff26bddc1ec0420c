"""What stands around a plot: title, legend, axes and their labels; and what is laid over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tutor.drawing.lines import PLAIN, clean, fit, runs, sized, style
from tutor.drawing.palette import Glyphs, Palette
from tutor.drawing.scales import LABEL_WIDTH, Scale

MARGIN = LABEL_WIDTH + 1  # labels and the axis line at the left


@dataclass
class Grid:
    """The cells of a plot's inside, changed while it is drawn: `rows` x `columns` single-cell characters."""

    columns: int
    rows: int
    chars: list[list[str]] = field(default_factory=list)
    styles: list[list[Style]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chars = self.chars or [[" "] * self.columns for _ in range(self.rows)]
        self.styles = self.styles or [[PLAIN] * self.columns for _ in range(self.rows)]

    def put(self, column: int, row: int, char: str, look: Style, only_empty: bool = False) -> None:
        """One character; nothing outside the grid, nor over something when `only_empty`."""
        if not (0 <= column < self.columns and 0 <= row < self.rows):
            return
        if not only_empty or self.chars[row][column] == " ":
            self.chars[row][column], self.styles[row][column] = char, look

    def write(self, column: int, row: int, text: str, look: Style) -> None:
        """A text of single-cell characters, moved to the left of its column where the right has no room."""
        if column + 1 + len(text) > self.columns:
            column -= len(text) + 1
        for offset, char in enumerate(text):
            self.put(column + 1 + offset, row, char if cell_len(char) == 1 else "?", look)

    def upright(self, column: int, char: str, look: Style) -> None:
        """A vertical line behind what is already drawn."""
        for row in range(self.rows):
            self.put(column, row, char, look, only_empty=True)


@dataclass(frozen=True)
class Entry:
    """One series in the legend: its sign, label, value as text, and colour."""

    sign: str
    label: str
    value: str
    colour: str

    def words(self, label_width: int | None, ascii_only: bool) -> str:
        label = clean(self.label, ascii_only)
        if label_width is not None and cell_len(label) > label_width:
            label = fit(label, label_width, ascii_only=ascii_only).rstrip()
        return f" {label} {self.value}".rstrip() if label else f" {self.value}"


def title_row(
    title: str, entries: Sequence[Entry], width: int, palette: Palette, ascii_only: bool
) -> list[Segment]:
    """The title at the left and the legend at the right.

    Values fall out before the title does; then labels shorten, before series fall out.
    """
    valueless = [replace(entry, value="") for entry in entries]
    wanted = width - (cell_len(title) + 2 if title else 0)
    attempts = [
        (entries, None),
        (entries, 12),
        (valueless, None),
        (valueless, 8),
        (entries, 5),
        (entries, 3),
        (entries, 0),
    ]
    legend: list[Segment] = []
    for index, (shown, label_width) in enumerate(attempts):
        legend = _legend(shown, label_width, palette, ascii_only)
        if sum(segment.cell_length for segment in legend) <= (wanted if index < 4 else width):
            break
    room = width - sum(segment.cell_length for segment in legend)
    if room <= 0:
        return sized(legend, width)
    head = fit(title, room - 2, ascii_only=ascii_only) if room >= 6 else " " * max(0, room - 2)
    return sized([Segment(head, style(palette.text, bold=True)), Segment(" " * min(2, room)), *legend], width)


def _legend(
    entries: Sequence[Entry], label_width: int | None, palette: Palette, ascii_only: bool
) -> list[Segment]:
    out: list[Segment] = []
    for index, entry in enumerate(entries):
        if index:
            out.append(Segment("  ", PLAIN))
        out.append(Segment(entry.sign, style(entry.colour, bold=True)))
        out.append(Segment(entry.words(label_width, ascii_only), style(palette.text)))
    return out


def y_labels(scale: Scale, rows: int) -> dict[int, str]:
    """Row -> label, thinned out until labels stand at least two rows apart; the ends stay."""
    places = [min(rows - 1, int((1 - scale.place(tick)) * rows)) for tick in scale.ticks]
    keep: dict[int, str] = {}
    for index in sorted(range(len(places)), key=lambda i: (0 < i < len(places) - 1, i)):
        if all(abs(places[index] - row) >= 2 for row in keep):
            keep[places[index]] = scale.labels[index]
    return keep


def inside_rows(grid: Grid, scale: Scale, palette: Palette, glyphs: Glyphs) -> list[list[Segment]]:
    """The grid's rows, each with its label and a piece of the axis line at the left."""
    labels = y_labels(scale, grid.rows)
    tick, line = ("+", "|") if glyphs == "ascii" else ("┤", "│")
    muted, faint = style(palette.muted), style(palette.faint)
    out = []
    for row in range(grid.rows):
        label = labels.get(row)
        left = [
            Segment((label or "").rjust(LABEL_WIDTH)[:LABEL_WIDTH], muted),
            Segment(line if label is None else tick, faint),
        ]
        out.append(left + runs(grid.chars[row], grid.styles[row]))
    return out


def x_places(scale: Scale, columns: int, end: int) -> list[tuple[int, int, str]]:
    """(column of the tick, first column of the label, label) for the labels that fit before `end`."""
    out: list[tuple[int, int, str]] = []
    free = -MARGIN
    for tick, label in zip(scale.ticks, scale.labels, strict=True):
        column = min(columns - 1, int(scale.place(tick) * columns))
        start = min(column - len(label) // 2, end - len(label))
        if start >= free and start <= column:
            out.append((column, start, label))
            free = start + len(label) + 2
    return out


def x_rows(
    scale: Scale, columns: int, with_line: bool, x_label: str, palette: Palette, glyphs: Glyphs
) -> list[list[Segment]]:
    """The axis line (where there is room) and the row of labels, the axis's own name at its right end."""
    ascii_only = glyphs == "ascii"
    name = clean(x_label, ascii_only)
    if cell_len(name) > columns // 3:
        name = fit(name, columns // 3, ascii_only=ascii_only)
    end = columns - (cell_len(name) + 2 if name else 0)
    places = x_places(scale, columns, end)
    out = []
    if with_line:
        corner, line, tick = ("+", "-", "+") if ascii_only else ("└", "─", "┴")
        marks = {column for column, _, _ in places}
        axis = corner + "".join(tick if column in marks else line for column in range(columns))
        out.append([Segment(" " * LABEL_WIDTH, PLAIN), Segment(axis, style(palette.faint))])
    row = [" "] * (MARGIN + columns)
    for _, start, label in places:
        row[MARGIN + start : MARGIN + start + len(label)] = label
    text = "".join(row)
    if name:
        text = text[: MARGIN + columns - cell_len(name)] + name
    out.append([Segment(text, style(palette.muted))])
    return out
