"""A one-step course with a lab in code on a small experiment, opened in an app."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from ui_helpers import words

from tutor.learning.lessons import Course, load_course
from tutor.ui.app import TutorApp

PATIENCE = 6000  # turns of 10 ms: importing torch takes its time on a busy machine

LESSON = """
id = "only"
number = 1
title = "Only lesson"
summary = "It has one lab."
teaches = ["a lab"]
needs = []
minutes = 3
main = "live"

[[steps]]
id = "guess"
kind = "predict"
title = "Predict: what comes"
minutes = 1
about = "bench"
question = "What comes?"
[[steps.options]]
text = "This"
correct = true
reason = "It was so."
[[steps.options]]
text = "That"
correct = false
reason = "It was not so."

[[steps]]
id = "bench"
kind = "lab"
title = "The bench"
minutes = 2
"""

LIVE = """
[[steps]]
id = "live"
kind = "lab"
title = "Live"
minutes = 1
experiment = "blobs linear bce sgd lr=0.1 steps=5"
panels = ["loss"]
"""


def bench_course(folder: Path, lines: str) -> Course:
    """A course whose lab step has these further lines: `lab = …`, `experiment = …`."""
    lesson = folder / "1_only"
    lesson.mkdir(parents=True, exist_ok=True)
    (lesson / "lesson.toml").write_text(LESSON + lines + LIVE, encoding="utf-8")
    (lesson / "live.md").write_text("The next lab.\n", encoding="utf-8")
    (lesson / "bench.md").write_text("What to look for.\n", encoding="utf-8")
    return load_course(folder)


async def until(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    """Let the app work until the condition holds; fails with the screen's words."""
    for _ in range(PATIENCE):
        if condition():
            return
        await pilot.pause(0.01)
    app = pilot.app
    assert isinstance(app, TutorApp)
    raise AssertionError(words(app))


def said(app: TutorApp) -> str:
    """The screen's words without its line breaks."""
    return " ".join(words(app).split())
