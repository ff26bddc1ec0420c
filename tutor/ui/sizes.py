"""The sizes at which a screen changes its layout, as classes for the style sheets."""

from __future__ import annotations

from textual.geometry import Size

WIDTHS = [(0, "-narrow"), (100, "-wide")]
HEIGHTS = [(0, "-low"), (36, "-high")]


def size_classes(size: Size) -> tuple[str, str]:
    """The classes for a size. A screen that has them before its widgets come is not styled a second time."""
    width = next(name for least, name in reversed(WIDTHS) if size.width >= least)
    height = next(name for least, name in reversed(HEIGHTS) if size.height >= least)
    return width, height
