"""A small course, an app on it that imports and draws nothing by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ui_helpers import AppFactory, PlainLab

from tutor.learning.lessons import Course, load_course
from tutor.learning.progress import Progress
from tutor.ui import drawing_data
from tutor.ui.app import TutorApp
from tutor.ui.warming import Warming

LONG_TEXT = "\n\n".join(f"Paragraph {number} says a little about tensors." for number in range(1, 41))

FIRST = """
id = "first"
number = 1
title = "First lesson"
summary = "It walks through every kind of step."
teaches = ["steps"]
needs = []
minutes = 12
main = "run"

[[steps]]
id = "start"
kind = "read"
title = "A short text"
minutes = 2

[[steps]]
id = "long"
kind = "read"
title = "A long text"
minutes = 3

[[steps]]
id = "guess"
kind = "predict"
title = "Predict: which is it?"
minutes = 1
about = "run"
question = "Which one learns *faster*?"
[[steps.options]]
text = "`bce`"
correct = true
reason = "Its slope stays."
[[steps.options]]
text = "`mse`"
correct = false
reason = "Its slope [vanishes] where it is wrong."

[[steps]]
id = "run"
kind = "lab"
title = "See it run"
minutes = 2
experiment = "blobs linear bce sgd lr=0.1 batch=0 epochs=20 seed=1"
panels = ["loss", "accuracy", "boundary"]
[[steps.knobs]]
key = "lr"
label = "learning rate"
values = ["0.01", "0.1", "1"]

[[steps]]
id = "check"
kind = "quiz"
title = "Check yourself"
minutes = 4
[[steps.questions]]
text = "What is one and one?"
refresh = "start"
[[steps.questions.options]]
text = "One"
correct = false
reason = "That is only half."
[[steps.questions.options]]
text = "Two"
correct = true
reason = "One more than one."
[[steps.questions]]
text = "What is two and two?"
[[steps.questions.options]]
text = "Four"
correct = true
reason = "Twice two."
[[steps.questions.options]]
text = "Five"
correct = false
reason = "One too many."
[[steps.questions.options]]
text = "Three"
correct = false
reason = "One too few."
"""

SECOND = """
id = "second"
number = 2
title = "Second lesson"
summary = "It has one step."
teaches = ["the end"]
needs = ["first"]
minutes = 5

[[steps]]
id = "end"
kind = "read"
title = "The end"
minutes = 5
"""

START = """Some *words* and `code`.

## A heading

```python
import math

print(math.pi)
```

```text
3.141592653589793
```

```math
p = σ(z) = 1 / (1 + e^(−z))
```
"""

CARDS = """
[[cards]]
id = "pattern"
title = "The pattern"
kind = "card"
lab = "first/run"

[[cards]]
id = "slip"
title = "A slip"
kind = "mistake"
lab = "first/run"
"""

CARD = "What it is.\n\n```python\nx = {number}\n```\n"

FILES = {
    "1_first/lesson.toml": FIRST,
    "1_first/start.md": START,
    "1_first/long.md": LONG_TEXT,
    "2_second/lesson.toml": SECOND,
    "2_second/end.md": "This is all.\n",
    "reference/reference.toml": CARDS,
    "reference/pattern.md": CARD.format(number=1),
    "reference/slip.md": CARD.format(number=2),
}


@pytest.fixture
def small_course(tmp_path: Path) -> Course:
    """Two lessons with every kind of step, and two cards."""
    folder = tmp_path / "lessons"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_course(folder)


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    """The progress of someone who has been welcomed and has done nothing yet."""
    progress = Progress.load(tmp_path / "state" / "progress.json")
    progress.mark_started()
    return progress


@pytest.fixture
def app_factory(
    small_course: Course, progress: Progress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AppFactory:
    """Apps on the small course that neither import torch nor draw data by themselves."""
    monkeypatch.setenv("TUTOR_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(Warming, "start", lambda self: None)
    monkeypatch.setattr(drawing_data, "is_drawn", lambda name, folder: True)

    def make(**options: Any) -> TutorApp:
        options.setdefault("data_dir", tmp_path / "data")
        course = options.pop("course", small_course)
        return TutorApp(course, options.pop("progress", progress), **options)

    return make


@pytest.fixture
def plain_lab(monkeypatch: pytest.MonkeyPatch) -> type[PlainLab]:
    """Puts `PlainLab` in the place of every lab."""
    monkeypatch.setattr("tutor.ui.labs.open_lab", PlainLab)
    monkeypatch.setattr(PlainLab, "lost", "")
    return PlainLab
