"""What this terminal can show: glyphs, and whether there are colours."""

from __future__ import annotations

import os
import sys
from typing import cast, get_args

from tutor.drawing.palette import Glyphs, Palette


def glyphs() -> Glyphs:
    """braille; block on a Linux console, whose fonts lack braille; ascii without UTF-8. TUTOR_GLYPHS decides first."""
    chosen = os.environ.get("TUTOR_GLYPHS", "")
    if chosen in get_args(Glyphs):
        return cast(Glyphs, chosen)
    encoding = (getattr(sys.__stderr__, "encoding", "") or "").lower().replace("-", "")
    if encoding not in ("utf8", "utf16"):
        return "ascii"
    return "block" if os.environ.get("TERM") == "linux" else "braille"


def colours() -> bool:
    """Whether colours may be used: NO_COLOR says no."""
    return not os.environ.get("NO_COLOR")


def palette(dark: bool) -> Palette:
    """The drawing colours that go with a theme."""
    return Palette.default() if dark else Palette.light()
