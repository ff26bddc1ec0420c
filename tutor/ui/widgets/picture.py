"""A widget that shows drawn lines and repaints only the cells that changed: a terminal over SSH is slow."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tutor.drawing.lines import Lines

Draw = Callable[[int, int], Lines]
Cells = list[tuple[str, Style | None]]
JOIN = 6  # two changes so near are cheaper to repaint as one: moving the cursor costs bytes too


class Picture(Widget):
    """Shows what `draw(width, height)` gives. Call `redraw` when that has changed."""

    def __init__(self, draw: Draw, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.draw = draw
        self._strips: list[Strip] = []
        self._drawn: tuple[int, int] = (0, 0)

    def redraw(self) -> None:
        """Draw again and repaint what differs."""
        width, height = self.size
        if not (width and height and self.display):
            return
        fresh = self._strips_of(width, height)
        old, self._strips = self._strips, fresh
        if self._drawn != (width, height):
            self._drawn = (width, height)
            self.refresh()
            return
        regions = [
            Region(x, y, cells, 1)
            for y, (before, after) in enumerate(zip(old, fresh, strict=True))
            for x, cells in _changes(before, after)
        ]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if self._drawn != (width, height):
            self._strips, self._drawn = self._strips_of(width, height), (width, height)
        return self._strips[y] if y < len(self._strips) else Strip.blank(width, self.rich_style)

    def _strips_of(self, width: int, height: int) -> list[Strip]:
        base = self.rich_style
        strips = [
            Strip(
                [Segment(segment.text, base + segment.style if segment.style else base) for segment in line]
            )
            for line in self.draw(width, height)[:height]
        ]
        strips += [Strip([])] * (height - len(strips))
        return [strip.adjust_cell_length(width, base) for strip in strips]

    def notify_style_update(self) -> None:
        """Another theme: everything is drawn again."""
        super().notify_style_update()
        self._drawn = (0, 0)


def _changes(before: Strip, after: Strip) -> Iterator[tuple[int, int]]:
    """Stretches of cells that differ, as (start, length); the whole row where it holds wide characters."""
    if before == after:
        return
    old, new = _cells(before), _cells(after)
    if len(old) != before.cell_length or len(new) != after.cell_length or len(old) != len(new):
        yield 0, after.cell_length
        return
    start = end = -1
    for index, (a, b) in enumerate(zip(old, new, strict=True)):
        if a == b:
            continue
        if end >= 0 and index - end > JOIN:
            yield start, end - start
            start = -1
        start = index if start < 0 else start
        end = index + 1
    yield start, end - start


def _cells(strip: Strip) -> Cells:
    return [(char, segment.style) for segment in strip for char in segment.text]
