"""The knobs of a lab: one line of values, moved with the arrow keys or hjkl."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tutor.learning.steps import Knob

GAP = 3


class Knobs(Widget, can_focus=True):
    """Shows `learning rate ‹ 0.1 ›` for each knob; left and right turn the chosen one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "turn(-1)", "Turn", key_display="← →", tooltip="Turn the chosen knob"),
        Binding("right,l", "turn(1)", "Turn", show=False),
        Binding("up,k", "choose(-1)", "Knob", key_display="↑ ↓", tooltip="Choose another knob"),
        Binding("down,j", "choose(1)", "Knob", show=False),
    ]

    class Turned(Message):
        """A knob got another value."""

    def __init__(self, knobs: Sequence[Knob], chosen: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.knobs = tuple(knobs)
        self.values = list(chosen)
        self.current = 0
        self.can_focus = bool(knobs)
        self.display = bool(knobs)

    def offer(self, knobs: Sequence[Knob], values: Sequence[str]) -> None:
        """Other knobs in the place of these; the chosen one stays chosen where it is still there."""
        key = self.knobs[self.current].key if self.knobs else ""
        self.knobs, self.values = tuple(knobs), list(values)
        self.current = next((index for index, knob in enumerate(knobs) if knob.key == key), 0)
        self.refresh(layout=True)

    def words(self) -> str:
        """The values as words of an experiment line."""
        return " ".join(knob.word(value) for knob, value in zip(self.knobs, self.values, strict=True))

    def render(self) -> Content:
        parts = [self._knob(index) for index in range(len(self.knobs))]
        lines: list[Content] = []
        line = Content("")
        for part in parts:
            if line.cell_length and line.cell_length + GAP + part.cell_length > self.size.width:
                lines.append(line)
                line = Content("")
            line = Content.assemble(line, " " * GAP if line.cell_length else "", part)
        return Content("\n").join([*lines, line])

    def _knob(self, index: int) -> Content:
        chosen = index == self.current and self.has_focus
        value = self.values[index]
        look = "bold $accent" if chosen else "bold"
        arrows = "$accent" if chosen else "$quiet"
        return Content.assemble(
            (self.knobs[index].label + " ", "$foreground" if chosen else "$quiet"),
            ("‹ ", arrows),
            (value, look),
            (" ›", arrows),
        )

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """One line, or more where they do not fit."""
        used, lines = 0, 1
        for index in range(len(self.knobs)):
            cells = self._knob(index).cell_length
            if used and used + GAP + cells > width:
                used, lines = 0, lines + 1
            used += cells + (GAP if used else 0)
        return lines

    def action_turn(self, by: int) -> None:
        knob = self.knobs[self.current]
        here = knob.values.index(self.values[self.current])
        there = min(len(knob.values) - 1, max(0, here + by))
        if there != here:
            self.values[self.current] = knob.values[there]
            self.refresh(layout=True)
            self.post_message(self.Turned())

    def action_choose(self, by: int) -> None:
        self.current = (self.current + by) % len(self.knobs)
        self.refresh()

    def on_focus(self, event: events.Focus) -> None:
        self.refresh()

    def on_blur(self, event: events.Blur) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click chooses the knob under it; on its left arrow it turns back, elsewhere on it forth."""
        x = event.x
        for index in range(len(self.knobs)):
            cells = self._knob(index).cell_length
            if x < cells:
                self.current = index
                before = len(self.knobs[index].label) + 2
                self.action_turn(-1 if x <= before else 1)
                return
            x -= cells + GAP
