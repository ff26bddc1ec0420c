"""Draws the desk: the pad at the left, what the model makes of it at the right, or the learner's own test set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tutor.core.answers import best
from tutor.drawing import pad as drawing
from tutor.drawing.errors import page_size, picture_page
from tutor.drawing.images import Mode
from tutor.drawing.lines import Lines, beside, blank, notice
from tutor.drawing.palette import Glyphs, Palette

if TYPE_CHECKING:
    from tutor.ui.labs.desk import Desk

View = Literal["pad", "sees", "set", "text"]
GAP = 2
ROOM = 36  # cells beside a pad of double size: bars, and a picture under them


class DeskView:
    """How a desk is drawn into a rectangle, and where on the pad a cell of it lies."""

    def __init__(self, glyphs: Glyphs, colours: bool) -> None:
        self.glyphs, self.colours = glyphs, colours
        self.palette = Palette.default()

    @property
    def mode(self) -> Mode:
        """Half blocks, or characters without colours."""
        return "half" if self.colours and self.glyphs != "ascii" else "ascii"

    def layout(self, width: int, height: int) -> tuple[int, bool]:
        """The pad's zoom, and whether there is room for its frame."""
        for zoom, framed in ((2, True), (1, True), (1, False)):
            cells, rows = drawing.pad_size(zoom, framed)
            if height >= rows and width >= cells + (GAP + ROOM if zoom == 2 else 0):
                return zoom, framed
        return 1, False

    def views(self, width: int, height: int) -> tuple[View, ...]:
        """The views there are: a large pad has the model's picture beside it always."""
        large = self.layout(width, height)[0] == 2
        return ("pad", "set", "text") if large else ("pad", "sees", "set", "text")

    def point(self, x: int, y: int, width: int, height: int) -> tuple[float, float]:
        """The point of the pad, in pixels, at the middle of a cell."""
        zoom, framed = self.layout(width, height)
        border = 1 if framed else 0
        return (x - border + 0.5) / zoom, (y - border + 0.5) * 2 / zoom

    def draw(self, desk: Desk, view: View, chosen: int, width: int, height: int) -> Lines:
        """The view of the desk; `chosen` is a place in the own test set."""
        if view == "set":
            return self._set(desk, chosen, width, height)
        zoom, framed = self.layout(width, height)
        left = drawing.pad(
            desk.drawn.tolist(),
            (desk.x, desk.y),
            down=desk.down,
            zoom=zoom,
            framed=framed,
            mode=self.mode,
            palette=self.palette,
        )
        cells = drawing.pad_size(zoom, framed)[0]
        room = width - cells - GAP
        return beside([(left, cells), (self._answer(desk, view, room, zoom == 2), room)], GAP)

    def _answer(self, desk: Desk, view: View, width: int, both: bool) -> Lines:
        what = "what the model sees" if desk.centring else "what the model sees: the pad"
        sees = self._titled(what, drawing.picture(desk.seen.tolist(), mode=self.mode), width)
        bars = drawing.reading(
            desk.probabilities,
            desk.names,
            width=width,
            palette=self.palette,
            glyphs=self.glyphs,
            color=self.colours,
        )
        read = self._titled("probabilities", bars, width)
        if both:
            return [*read, blank(width), *sees]
        return sees if view == "sees" else read

    def _titled(self, title: str, lines: Lines, width: int) -> Lines:
        ascii_only = self.glyphs == "ascii"
        return drawing.titled(
            title, lines, width=width, palette=self.palette, color=self.colours, ascii_only=ascii_only
        )

    def _set(self, desk: Desk, chosen: int, width: int, height: int) -> Lines:
        digits = desk.own.digits
        if not digits:
            words = "Your own test set is empty. Draw a digit, then press a and its true label."
            return notice(words, width, height, self.glyphs == "ascii")
        said = [f" read {desk.names[best(answer)]}" for answer in desk.own_answers] or [""] * len(digits)
        across, down = page_size(width, height)
        start = chosen - chosen % (across * down)
        page = slice(start, start + across * down)
        return picture_page(
            [picture.tolist() for picture in desk.own_pictures[page]],
            [f"{digit.label}{words}" for digit, words in zip(digits[page], said[page], strict=True)],
            chosen - start,
            width=width,
            palette=self.palette,
            mode=self.mode,
        )
