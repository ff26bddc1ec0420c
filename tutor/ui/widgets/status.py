"""The line under a run: how far it is, how fast, what is left, where it computes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from textual.content import Content
from textual.widget import Widget

BAR = 16


@dataclass(frozen=True)
class RunStatus:
    """What the line says. `share` is from 0 to 1."""

    state: str = ""
    share: float = 0.0
    words: tuple[str, ...] = ()
    warning: bool = False


class StatusLine(Widget):
    """A bar and words; words that do not fit are left out from the end."""

    def __init__(self, *, id: str | None = None, ascii_only: bool = False) -> None:
        super().__init__(id=id)
        self.full, self.empty = ("#", ".") if ascii_only else ("━", "─")
        self.status = RunStatus()

    def show(self, status: RunStatus) -> None:
        """Show another status; repaints only when it differs."""
        if status != self.status:
            self.status = status
            self.refresh()

    def render(self) -> Content:
        status = self.status
        filled = round(BAR * min(1.0, status.share))
        parts = [
            (self.full * filled, "$accent"),
            (self.empty * (BAR - filled), "$rule"),
            ("  ", ""),
            (status.state, "bold $warning" if status.warning else "bold"),
        ]
        room = self.size.width - BAR - 2 - len(status.state)
        for words in status.words:
            room -= 3 + len(words)
            if room < 0:
                break
            parts += [(" · ", "$rule"), (words, "$quiet")]
        return Content.assemble(*parts)


def memory_words() -> str:
    """The memory of this process, `812 MB`; "" where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return ""
    return f"{pages * os.sysconf('SC_PAGE_SIZE') / 1e6:,.0f} MB"


def time_words(seconds: float) -> str:
    """`5 s`, `2 min 10 s`."""
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
