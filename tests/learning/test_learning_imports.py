"""Reading lessons and progress needs no torch and no screen: a child process looks at what it imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import pathlib, sys
import tutor.learning
from tutor.learning.lessons import listing, load_course
from tutor.learning.progress import Progress

course = load_course(pathlib.Path(sys.argv[1]))
progress = Progress.load(pathlib.Path(sys.argv[2]))
progress.mark_done("nn-module", "modules")
progress.save()
assert progress.notice == "" and listing(course, progress)[0]["steps"][0]["done"]
heavy = {"torch", "torchvision", "textual", "rich", "plotext", "numpy"} & set(sys.modules)
assert not heavy, heavy
print(len(course.lessons))
"""


def test_a_course_loads_without_torch_or_a_screen(course_folder: Path, tmp_path: Path) -> None:
    state = tmp_path / "state" / "progress.json"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, course_folder, state],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == "" and done.returncode == 0
    assert done.stdout.strip() == "2"
