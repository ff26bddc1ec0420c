"""From the start of the process to the first painted screen: the tutor against a Textual hello-world."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.figure import Figure, Settings, at_most
from benchmarks.terminal import Pty
from tutor.learning.progress import Progress

ROUNDS = 7

HELLO = """
from textual.app import App
from textual.widgets import Static

class Hello(App):
    def compose(self):
        yield Static("Hello world")

Hello().run()
"""

# Notes when torch is looked for, then is the command `tutor`.
TUTOR = """
import os, sys, time

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "torch" and not os.path.exists(os.environ["NOTE"]):
            with open(os.environ["NOTE"], "w") as file:
                file.write(repr(time.perf_counter()))

sys.meta_path.insert(0, Watch())
from tutor.cli import main
raise SystemExit(main())
"""


def measure(settings: Settings) -> list[Figure]:
    """The ratio of the medians, taken in turn, and whether torch was still unknown at the first paint."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        welcomed(state)
        tutor, hello, early = [], [], 0
        for number in range(ROUNDS + 1):
            hello.append(_hello())
            seconds, torch_first = _tutor(settings, state, state / f"note{number}")
            tutor.append(seconds)
            early += torch_first
    ours, theirs = statistics.median(tutor[1:]), statistics.median(hello[1:])  # the first fills the caches
    note = f"{1000 * ours:.0f} ms against {1000 * theirs:.0f} ms"
    return [
        at_most("first paint / Textual hello-world", 1.3, ours / theirs, note=note),
        at_most("starts that import torch before the first paint", 0, early, note=f"of {ROUNDS + 1}"),
    ]


def welcomed(state: Path) -> None:
    """The state of someone who has seen the welcome."""
    progress = Progress.load(state / "progress.json")
    progress.mark_started()
    progress.save()


def _hello() -> float:
    start = time.perf_counter()
    app = Pty(program=HELLO)
    try:
        return app.until(rb"Hello") - start
    finally:
        app.close()


def _tutor(settings: Settings, state: Path, note: Path) -> tuple[float, bool]:
    start = time.perf_counter()
    app = Pty("--data-dir", str(settings.data_dir), program=TUTOR, TUTOR_STATE_DIR=str(state), NOTE=str(note))
    try:
        painted = app.until(rb"(Start|Continue): ")
        asked = float(note.read_text()) if note.exists() else float("inf")
        return painted - start, asked < painted
    finally:
        app.close()
