"""Terminals that are ended with their test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from terminals import Open, Terminal

from tutor import paths
from tutor.learning.lessons import load_course
from tutor.learning.progress import Progress


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state of someone who has been welcomed."""
    progress = Progress.load(tmp_path / "state" / "progress.json")
    progress.mark_started()
    progress.save()
    return tmp_path / "state"


@pytest.fixture
def terminal(state: Path, drawn_data: Path) -> Iterator[Open]:
    """Opens the app on terminals; what the test leaves running is ended."""
    opened: list[Terminal] = []

    def start(*words: str, **options: object) -> Terminal:
        opened.append(Terminal(*words, **{"state": state, **options}))  # type: ignore[arg-type]
        return opened[-1]

    yield start
    for one in opened:
        one.close()


@pytest.fixture
def predicted(state: Path) -> None:
    """Every prediction is locked, so that every lab may run."""
    progress = Progress.load(state / "progress.json")
    for lesson in load_course(paths.lessons_dir()).lessons:
        for step in lesson.steps:
            if step.kind == "predict":
                progress.predict(lesson, step, 0)
    progress.save()
