"""The style sheets, each loaded with the first screen that needs it."""

from __future__ import annotations

from pathlib import Path, PurePath

FOLDER = Path(__file__).parent


def styles(*names: str) -> list[str | PurePath]:
    """The paths of style sheets, for a screen's CSS_PATH."""
    return [FOLDER / f"{name}.tcss" for name in names]
