"""Sends only the cells that changed, in as few bytes as they need: a link to a server may be slow.

Textual repaints what a widget calls dirty, from the widget's left edge, each piece of text in full colours.
Over SSH two plots while training cost 27 kB a second that way. A `Painter` remembers what the terminal shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.strip import Strip

Cell = tuple[str, Style | None]
Look = tuple[frozenset[str], str, str]  # parameters of a colour sequence: attributes, foreground, background
PLAIN: Look = (frozenset(), "", "")
OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29"}
UNSEEN = frozenset("123")  # bold, dim and italic
UNKNOWN: Cell = ("", None)
JOIN = 4  # unchanged cells that are written again rather than jumped over


class Painter:
    """What the terminal shows, as far as it is known: cells by row and column."""

    def __init__(self) -> None:
        self.rows: dict[int, list[Cell]] = {}

    def sparing(self, renderable: RenderableType | None) -> RenderableType | None:
        """The same update of the screen, in fewer bytes. Any that covers all of it starts from nothing known."""
        if isinstance(renderable, ChopsUpdate):
            return SparingUpdate(renderable, self)
        if renderable is not None:
            self.rows.clear()
        return renderable

    def changes(self, y: int, x: int, cells: list[Cell]) -> Iterator[tuple[int, list[Cell]]]:
        """Stretches of the cells from column `x` on that differ from what is shown; from now on they are shown."""
        row = self.rows.setdefault(y, [])
        row += [UNKNOWN] * (x + len(cells) - len(row))
        start = end = -1
        for index, cell in enumerate(cells):
            if row[x + index] == cell:
                continue
            if 0 <= end < index - JOIN:
                yield x + start, cells[start:end]
                start = index
            start = index if start < 0 else start
            end = index + 1
        row[x : x + len(cells)] = cells
        if start >= 0:
            yield x + start, cells[start:end]


class SparingUpdate(ChopsUpdate):
    """Textual's partial update, cut to its spans and to the cells that differ."""

    def __init__(self, update: ChopsUpdate, painter: Painter) -> None:
        super().__init__(update.chops, update.spans, update.chop_ends)
        self.painter = painter

    def render_segments(self, console: Console) -> str:
        """The escape sequences and texts."""
        pen = Pen(console._color_system or ColorSystem.TRUECOLOR)
        for y, left, right in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                first, last = max(x, left), min(end, right)
                if strip is not None and first < last:
                    self._draw(pen, y, first, strip.crop(first - x, last - x))
        return pen.done()

    def _draw(self, pen: Pen, y: int, x: int, strip: Strip) -> None:
        cells = [(char, style) for text, style, _ in strip for char in text]
        if len(cells) == strip.cell_length and all(cell_len(char) == 1 for char, _ in cells if char > "~"):
            for at, changed in self.painter.changes(y, x, cells):
                pen.write(y, at, changed)
            return
        self.painter.rows.pop(y, None)  # wide characters: a cell is not a character
        pen.write(y, x, cells)


class Pen:
    """Collects moves, colours and characters; says of the colours only what changes."""

    def __init__(self, colours: ColorSystem) -> None:
        self._colours = colours
        self._out: list[str] = []
        self._look = PLAIN
        self._style: Style | None = None

    def write(self, y: int, x: int, cells: list[Cell]) -> None:
        """Move to row `y`, column `x` (from 0), and write."""
        self._out.append(f"\x1b[{y + 1};{x + 1}H")
        for char, style in cells:
            if style is not self._style:
                self._turn_to(style, char == " ")
            self._out.append(char)

    def _turn_to(self, style: Style | None, blank: bool) -> None:
        look = PLAIN if style is None else look_of(style, self._colours)
        if blank and seen_on_blanks(look) == seen_on_blanks(self._look):
            return  # a blank has no foreground, and is not bold
        self._style = style
        if look != self._look:
            self._out.append(change(self._look, look))
            self._look = look

    def done(self) -> str:
        """All of it; the terminal is left without colours, as Textual's own updates expect it."""
        if self._look != PLAIN:
            self._out.append("\x1b[0m")
        return "".join(self._out)


def seen_on_blanks(look: Look) -> tuple[frozenset[str], str]:
    """What of a look shows on a cell without a sign."""
    return look[0] - UNSEEN, look[2]


@lru_cache(4096)
def change(old: Look, new: Look) -> str:
    """The colour sequence from one look to another."""
    off = {OFF.get(code, "0") for code in old[0] - new[0]}
    if "0" in off:
        return f"\x1b[{';'.join(filter(None, ['0', *sorted(new[0]), *new[1:]]))}m"
    on = new[0] if "22" in off else new[0] - old[0]  # bold and dim end together
    codes = [*sorted(off), *sorted(on)]
    for was, now, plain in zip(old[1:], new[1:], ("39", "49"), strict=True):
        if was != now:
            codes.append(now or plain)
    return f"\x1b[{';'.join(codes)}m"


@lru_cache(4096)
def look_of(style: Style, colours: ColorSystem) -> Look:
    """A style's parameters, apart by what they set."""
    found = style._make_ansi_codes(colours)
    codes = iter(found.split(";") if found else [])
    attributes, foreground, background = [], "", ""
    for code in codes:
        if code in ("38", "48"):
            kind = next(codes)
            rest = [next(codes) for _ in range(1 if kind == "5" else 3)]
            code = ";".join([code, kind, *rest])
        if code.startswith("38;") or (len(code) == 2 and code[0] in "39"):
            foreground = code
        elif code.startswith("48;") or (len(code) > 1 and code[0] == "4") or len(code) == 3:
            background = code
        else:
            attributes.append(code)
    return frozenset(attributes), foreground, background
