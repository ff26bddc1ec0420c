"""Runs that ended are kept, without making the screen wait for the disk."""

from __future__ import annotations

import threading
from pathlib import Path

from tutor.core.history import History
from tutor.errors import ProgressError
from tutor.learning.run_files import folder
from tutor.learning.run_history import keep_run, to_text, worth_keeping

_trouble = ""
_writers: list[threading.Thread] = []


def keep(history: History) -> None:
    """Keep a run that ended, where it got far enough to be looked at again."""
    if worth_keeping(history):
        writer = threading.Thread(target=_write, args=(to_text(history), folder()), name="keeping a run")
        _writers[:] = [other for other in _writers if other.is_alive()] + [writer]
        writer.start()


def trouble() -> str:
    """Why the last run could not be kept, or ""."""
    return _trouble


def wait_until_kept() -> None:
    """Return when every run that ended is written."""
    for writer in list(_writers):
        writer.join()


def _write(text: str, where: Path) -> None:
    global _trouble
    try:
        keep_run(text, where)
        _trouble = ""
    except ProgressError as error:
        _trouble = str(error)
