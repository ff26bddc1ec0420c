"""The column that is read: pages with the keyboard, goes on at its end."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Markdown
from textual.widgets._markdown import MarkdownFence


class Reading(VerticalScroll, can_focus=True):
    """Enter and Space go a page down, and at the end post `Finished`."""

    help_title: ClassVar[str] = "In the text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "read_on", "Read on", tooltip="Go a page down; at the end, to the next step"),
        Binding("j,down", "scroll_down", "Down", show=False, tooltip="Scroll a line down"),
        Binding("k,up", "scroll_up", "Up", show=False, tooltip="Scroll a line up"),
        Binding("pagedown", "page_down", "Page down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("home", "scroll_home", "Top", show=False, tooltip="Go to the top"),
        Binding("end", "scroll_end", "End", show=False, tooltip="Go to the end"),
        Binding("right,l", "code(4)", "More code", tooltip="Show more of long lines of code"),
        Binding("left,h", "code(-4)", "Code left", show=False, tooltip="Show the start of lines of code"),
    ]

    class Finished(Message):
        """The reader was at the end and wants to go on."""

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Nothing in a text looks different with the focus, so its many blocks are not styled again."""

    @property
    def ready(self) -> bool:
        """Whether the text has been laid out: until then a key must not skip it."""
        texts = self.query(Markdown)
        return bool(self.size) and all(
            text.size.height for text in texts if text.source or not text.is_mounted
        )

    def watch_virtual_size(self) -> None:
        self.call_after_refresh(self.refresh_bindings)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "code":  # only where a line of code is cut
            return any(fence.max_scroll_x for fence in self.query(MarkdownFence))
        return True

    @property
    def at_end(self) -> bool:
        return self.scroll_offset.y >= self.max_scroll_y

    def action_read_on(self) -> None:
        if not self.ready:
            return
        if self.at_end:
            self.post_message(self.Finished())
        else:
            self.action_page_down()

    def action_page_down(self) -> None:
        # Two lines of the page before stay in view, so that the eye finds its place.
        self.scroll_relative(y=max(1, self.scrollable_content_region.height - 2), animate=False)

    def action_page_up(self) -> None:
        self.scroll_relative(y=-max(1, self.scrollable_content_region.height - 2), animate=False)

    def action_code(self, cells: int) -> None:
        for fence in self.query(MarkdownFence):
            fence.scroll_relative(x=cells, animate=False)
