"""What was copied also lies in a file, because some terminals drop the clipboard's escape code."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tutor import paths


def keep_copy(text: str, name: str = "copied.py") -> str:
    """Write `text` to the state folder, replacing the copy before. Returns the sentence to show."""
    target = paths.state_dir() / name
    try:
        _replace(target, text)
    except OSError as error:
        return f"Copied to the clipboard. No file was written: {error.strerror or error} ({target})."
    return f"Copied. Also in {target}"


def _replace(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=target.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(target)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
