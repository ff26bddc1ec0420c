"""A widget that shows drawn lines and repaints only the rows that changed; of these the painter sends the cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tutor.drawing.lines import Lines

Draw = Callable[[int, int], Lines]


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
        rows = [y for y, (before, after) in enumerate(zip(old, fresh, strict=True)) if before != after]
        if rows:
            self.refresh(*_regions(rows, width))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Looks at the size once, not for each line: Textual walks up the whole tree for it."""
        width, height = self.size
        if self._drawn != (width, height):
            self._strips, self._drawn = self._strips_of(width, height), (width, height)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        return self._strips[y] if y < len(self._strips) else Strip.blank(self._drawn[0], self.rich_style)

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


def _regions(rows: list[int], width: int) -> Iterator[Region]:
    """Whole rows, neighbours in one."""
    start = rows[0]
    for row, following in zip(rows, [*rows[1:], -1], strict=True):
        if following != row + 1:
            yield Region(0, start, width, row - start + 1)
            start = following
