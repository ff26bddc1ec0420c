"""A picture that can be drawn on with the mouse."""

from __future__ import annotations

from textual import events
from textual.message import Message

from tutor.ui.widgets.picture import Picture


class Sketch(Picture):
    """Tells in which cell the mouse was pressed, moved with the button down, and let go."""

    class Touched(Message):
        """The pen came down at a cell (`start`), or moved to it. The cell may lie outside while dragging."""

        def __init__(self, x: int, y: int, start: bool) -> None:
            super().__init__()
            self.x, self.y, self.start = x, y, start

    class Lifted(Message):
        """The button was let go."""

    _drawing = False

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button == 1:
            self._drawing = True
            self.capture_mouse()
            self.post_message(self.Touched(event.x, event.y, True))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._drawing:
            self.post_message(self.Touched(event.x, event.y, False))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._drawing:
            self._drawing = False
            self.release_mouse()
            self.post_message(self.Lifted())
