"""What a child process has imported after a run: no screen with the engine, no torch with the lessons."""

from __future__ import annotations

import subprocess
import sys

import pytest

TRAIN = """
import sys
from tutor.cli import main
code = main(["train", "moons steps=5", *{more}])
assert code == 0, code
heavy = {{"textual", "torchvision", *{also}}} & set(sys.modules)
assert not heavy, heavy
assert "torch" in sys.modules
"""
LESSONS = """
import sys
from tutor.cli import main
assert main(["lessons"]) == 0
heavy = {"torch", "torchvision", "textual", "plotext", "numpy"} & set(sys.modules)
assert not heavy, heavy
"""
ENGINE = """
import sys
from tutor.core.experiment import parse
from tutor.core.events import to_dict
from tutor.core.history import History
assert not {"torch", "numpy"} & set(sys.modules)
from tutor.core.training import train
assert list(train(parse("sine steps=3")))[-1].reason == "done"
heavy = {"textual", "rich", "plotext", "torchvision"} & set(sys.modules)
assert not heavy, heavy
"""
SCRIPTS = {
    "training headless": TRAIN.format(more=[], also=["rich", "plotext"]),
    "training headless as JSON": TRAIN.format(more=["--json"], also=["rich", "plotext"]),
    "listing lessons": LESSONS,
    "the engine": ENGINE,
}


@pytest.mark.parametrize("what", SCRIPTS)
def test_nothing_heavy_is_imported(what: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPTS[what]], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
