"""Small lesson folders to read, and to spoil in one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

LESSON = """\
id = "binary-cross-entropy"
number = 3
title = "Binary cross-entropy"
summary = "Why MSE starves."
teaches = ["logits", "the sigmoid"]
needs = ["nn-module"]
minutes = 35
main = "mse-against-bce"

[[steps]]
id = "logits"
kind = "read"
title = "From logits to a probability"
minutes = 3

[[steps]]
id = "predict-mse"
kind = "predict"
title = "Predict: which learns faster?"
about = "mse-against-bce"
question = "Which one?"
[[steps.options]]
text = "BCE first"
correct = true
reason = "Its slope does not starve."
[[steps.options]]
text = "MSE first"
reason = "Its slope vanishes where it is wrong."

[[steps]]
id = "mse-against-bce"
kind = "lab"
title = "MSE against BCE"
experiment = "blobs linear bce sgd lr=0.1 batch=0 epochs=300 init=wrong seed=1"
compare = "mse"
labels = ["BCE", "MSE"]
panels = ["loss", "boundary"]
pace = 60
seconds = 5
[[steps.knobs]]
key = "lr"
label = "learning rate"
values = ["0.01", "1e-1", "1"]
[[steps.knobs]]
key = "optimizer"
label = "optimizer"
values = ["sgd", "adam"]

[[steps]]
id = "gallery"
kind = "lab"
title = "The gallery"
lab = "gallery"
dataset = "garments"

[[steps]]
id = "check"
kind = "quiz"
title = "Check yourself"
[[steps.questions]]
text = "What does a logit become?"
refresh = "logits"
[[steps.questions.options]]
text = "A probability"
correct = true
reason = "Through the sigmoid."
[[steps.questions.options]]
text = "A class"
reason = "Only after a threshold."
"""

FIRST = """\
id = "nn-module"
number = 1
title = "nn.Module"
summary = "Models are classes."
teaches = ["modules"]
minutes = 30

[[steps]]
id = "modules"
kind = "read"
title = "Modules"
minutes = 2
"""

REFERENCE = """\
[[cards]]
id = "loop"
title = "The loop"
kind = "card"
lab = "binary-cross-entropy/mse-against-bce"

[[cards]]
id = "softmax-twice"
title = "Softmax twice"
kind = "mistake"
"""

PAGE = "# Logits\n\nText.\n\n```python\nx = 1\n```\n\n```python raises=ValueError\nint('a')\n```\n"

Write = Callable[[dict[str, str]], Path]


def good_files() -> dict[str, str]:
    """A course without a fault: two lessons, a reference of two cards."""
    return {
        "1_nn_module/lesson.toml": FIRST,
        "1_nn_module/modules.md": "# Modules\n",
        "3_bce/lesson.toml": LESSON,
        "3_bce/logits.md": PAGE,
        "reference/reference.toml": REFERENCE,
        "reference/loop.md": "The loop.\n",
        "reference/softmax-twice.md": "Once.\n",
    }


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files under a fresh folder of lessons and returns it."""

    def write(files: dict[str, str]) -> Path:
        folder = tmp_path / "lessons"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def course_folder(write: Write) -> Path:
    """The folder of a course without a fault."""
    return write(good_files())
