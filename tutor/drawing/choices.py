"""The table of choices: a row for each task, filled as its two runs end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment

from tutor.drawing.lines import PLAIN, Lines, fit, style
from tutor.drawing.panels import Shown


@dataclass(frozen=True)
class Row:
    """One task: the choice made (or ""), whether it fits, and the figures of the two runs."""

    task: str
    chosen: str = ""
    fits: bool = False
    fitting: str = ""
    other: str = ""


def choices_table(rows: Sequence[Row], current: int, shown: Shown, width: int) -> Lines:
    """A head and a line for each task, each `width` cells wide. `current` is the task at hand."""
    ascii_only, palette = shown.glyphs == "ascii", shown.palette
    muted = style(palette.muted) if shown.color else PLAIN
    room = max(0, width - 38)
    head = (
        fit("  task", 14) + fit("you chose", room) + fit("fitting", 12, "right") + fit("other", 12, "right")
    )
    out: Lines = [[Segment(fit(head, width, ascii_only=ascii_only), muted)]]
    for index, row in enumerate(rows):
        sign = (">" if ascii_only else "▸") if index == current else " "
        text = f"{sign} {row.task}"
        mark = "" if not row.chosen else ("fits: " if row.fits else "no: ")
        chosen = fit(mark + (row.chosen or "-"), max(0, room - 1), ascii_only=ascii_only) + " "
        slot = "muted" if not row.chosen else "second" if row.fits else "validation"
        look = (
            style(palette.colour(slot), bold=index == current)
            if shown.color
            else style(bold=index == current)
        )
        line = (
            fit(text, 14)
            + (chosen if room else "")
            + fit(row.fitting, 12, "right")
            + fit(row.other, 12, "right")
        )
        out.append([Segment(fit(line, width, ascii_only=ascii_only), look)])
    return out
