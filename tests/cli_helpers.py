"""Small lessons to list and to tour, and the real command in a child process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

LESSON = """\
id = "lesson-{number}"
number = {number}
title = "Lesson {number}"
summary = "A lesson."
teaches = ["something"]
needs = []
minutes = 5
main = "run"

[[steps]]
id = "text"
kind = "read"
title = "Some text"
minutes = 1

[[steps]]
id = "run"
kind = "lab"
title = "Run {number}"
experiment = "{experiment}"
panels = ["loss"]
"""


def write_lessons(folder: Path, *experiments: str, compare: str = "") -> Path:
    """A folder with a lesson for each experiment line; the last one compares, when it is asked to."""
    for number, experiment in enumerate(experiments):
        lesson = folder / f"{number}_lesson"
        lesson.mkdir(parents=True)
        text = LESSON.format(number=number, experiment=experiment)
        if compare and number == len(experiments) - 1:
            text += f'compare = "{compare}"\nlabels = ["as it is", "changed"]\n'
        (lesson / "lesson.toml").write_text(text, encoding="utf-8")
        (lesson / "text.md").write_text("Some words.\n", encoding="utf-8")
    return folder


def start(*words: str, program: str = "", **environment: str) -> subprocess.Popen[str]:
    """`tutor` with these words in a child; `program` is Python to run instead of the module."""
    # A test run in the background may ignore Ctrl+C; its child must not inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, *(["-c", program] if program else ["-m", "tutor"]), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        )
    finally:
        signal.signal(signal.SIGINT, before)


def command(*words: str, program: str = "", **environment: str) -> tuple[int, str, str]:
    """Run it to its end: exit code, standard output, standard error."""
    child = start(*words, program=program, **environment)
    out, err = child.communicate(timeout=120)
    return child.returncode, out, err


MODULES = "import sys; from tutor.cli import main; code = main(sys.argv[1:]); print(*sys.modules, file=sys.stderr); sys.exit(code)"


def loaded(stderr: str) -> set[str]:
    """The top-level modules that a child running MODULES had loaded at its end."""
    return {name.partition(".")[0] for name in stderr.splitlines()[-1].split()}
