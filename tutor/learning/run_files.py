"""The files of the runs that are kept, by name only: the home screen counts them before its first paint."""

from __future__ import annotations

import os
from pathlib import Path

from tutor import paths


def folder() -> Path:
    """Where the runs are kept."""
    return paths.state_dir() / "runs"


def run_files(where: Path | None = None) -> list[Path]:
    """The files of runs, the oldest first: the moment stands first in the name."""
    where = where or folder()
    try:
        with os.scandir(where) as entries:
            names = [entry.name for entry in entries]
    except OSError:
        return []
    return [where / name for name in sorted(names) if name.endswith(".json") and name[0] != "."]


def count_runs() -> int:
    """How many runs are kept."""
    return len(run_files())
