"""Where lessons, datasets and the learner's state live. Nothing else knows."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_log_path, user_state_path

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent


def lessons_dir() -> Path:
    """The folder of lessons: inside the package when installed, at the top of a checkout otherwise."""
    inside = PACKAGE / "_lessons"
    return inside if inside.is_dir() else CHECKOUT / "lessons"


def data_dir(chosen: str | Path | None = None) -> Path:
    """The folder of datasets: as chosen, `TUTOR_DATA_DIR`, a checkout's `data/`, or the user's cache."""
    if chosen is not None:
        return Path(chosen).expanduser()
    if named := os.environ.get("TUTOR_DATA_DIR"):
        return Path(named).expanduser()
    if (CHECKOUT / "data" / "README.md").is_file() and (CHECKOUT / "pyproject.toml").is_file():
        return CHECKOUT / "data"
    return user_cache_path("nn-tutor")


def cache_dir() -> Path:
    """The folder of what can be made again: beside the state when that was named, else the user's cache."""
    if named := os.environ.get("TUTOR_STATE_DIR"):
        return Path(named).expanduser() / "cache"
    return user_cache_path("nn-tutor")


def state_dir() -> Path:
    """The folder of the learner's progress and settings: `TUTOR_STATE_DIR` or the user's state folder."""
    if named := os.environ.get("TUTOR_STATE_DIR"):
        return Path(named).expanduser()
    return user_state_path("nn-tutor")


def log_file() -> Path:
    """The file that receives what must not be written on the screen."""
    return user_log_path("nn-tutor") / "tutor.log"
