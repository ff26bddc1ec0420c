"""Bars that go both ways from a line in the middle, to half a cell."""

from __future__ import annotations

import math

LEAST = 0.004  # the smallest share that shows


def signed_bar(share: float, width: int, ascii_only: bool = False) -> str:
    """A bar from the middle of `width` cells (an odd number): to the right for a positive share, to the left
    for a negative one; a full half is 1. Longer ones end at the edge; one that is no number is a question mark.
    """
    half = max(0, (width - 1) // 2)
    line = "|" if ascii_only else "│"
    if math.isnan(share):
        return " " * half + "?" + " " * (width - half - 1)
    cells = min(1.0, abs(share)) * half
    if ascii_only:
        bar = "#" * (max(1, round(cells)) if abs(share) >= LEAST else 0)
    else:
        halves = max(1, round(2 * cells)) if abs(share) >= LEAST else 0
        bar = "█" * (halves // 2) + ("▌" if halves % 2 else "")
    if share >= 0:
        return (" " * half + line + bar.ljust(half)).ljust(width)
    return (bar.replace("▌", "▐")[::-1].rjust(half) + line + " " * half).ljust(width)
