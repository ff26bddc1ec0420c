"""The app on a real pseudo-terminal: speed of training beside a bare loop, key to paint, bytes written."""

from __future__ import annotations

import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
import torch

from benchmarks.figure import Figure, Settings, at_least, at_most, table
from benchmarks.loops import bare_loop
from benchmarks.terminal import Pty
from tutor import paths
from tutor.core.data import load
from tutor.core.experiment import parse
from tutor.learning.lessons import load_course
from tutor.learning.progress import Progress

COLUMNS, ROWS = 120, 40
LINE = "digits mlp:128,64 ce adam lr=1e-3 batch=64 epochs=200 seed=7"
PIECES, PIECE = 12, 2.0  # how often the app and the bare loop take turns, and seconds of a turn
KEYS, ROUNDS = 120, 3
IDLE = 3.0  # seconds

LESSON = f"""\
id = "bench"
number = 1
title = "Bench"
summary = "A long run."
teaches = ["nothing"]
needs = []
minutes = 1
main = "long"

[[steps]]
id = "long"
kind = "lab"
title = "A long run"
minutes = 1
experiment = "{LINE}"
panels = ["loss", "accuracy"]
[[steps.knobs]]
key = "lr"
label = "learning rate"
values = ["1e-4", "1e-3", "1e-2"]
[[steps.knobs]]
key = "batch"
label = "batch size"
values = ["32", "64", "256"]
"""


def measure(settings: Settings) -> list[Figure]:
    """Every figure of the app while it trains, and while nothing happens."""
    return [_throughput(settings), _keys(settings), *_bytes(settings)]


@contextmanager
def app(settings: Settings, *words: str) -> Iterator[Pty]:
    """The app with progress of its own: every prediction is made, so every lab may run."""
    with tempfile.TemporaryDirectory() as folder:
        progress = Progress.load(Path(folder) / "progress.json")
        progress.mark_started()
        for lesson in load_course(paths.lessons_dir()).lessons:
            for step in lesson.steps:
                if step.kind == "predict":
                    progress.predict(lesson, step, 0)
        progress.save()
        lesson_folder = Path(folder) / "lessons" / "1_bench"
        lesson_folder.mkdir(parents=True)
        (lesson_folder / "lesson.toml").write_text(LESSON, encoding="utf-8")
        known = {"BENCH": str(lesson_folder.parent)}
        terminal = Pty(
            *(known.get(word, word) for word in words),
            columns=COLUMNS,
            rows=ROWS,
            TUTOR_STATE_DIR=folder,
            TUTOR_DATA_DIR=str(settings.data_dir),
        )
        try:
            terminal.still(2 * IDLE)  # drawn, and torch is imported
            yield terminal
        finally:
            terminal.close()


# Speed


def _throughput(settings: Settings) -> Figure:
    """The app and a bare loop take turns; each is measured by the wall, for the app draws on another thread.

    Each has a session of its own: Linux shares a busy machine out among sessions, not among threads.
    """
    ratios, rates = [], []
    with app(settings, "bench/long", "--lessons", "BENCH") as terminal, bare_child(settings) as bare:
        reader = StatusReader(terminal)
        reader.start_run()
        for _ in range(PIECES):
            before, ours, after = bare(), reader.piece(), bare()
            ratios.append(2 * ours / (before + after))
            rates.append(64 * ours)
    note = f"{statistics.median(rates):,.0f} samples/s, middle of {PIECES} turns"
    return at_least("in the app, two plots / bare loop", 0.95, statistics.median(ratios), note)


@contextmanager
def bare_child(settings: Settings) -> Iterator[Callable[[], float]]:
    """A bare loop in a process and session of its own; the function gives its steps per second over a turn."""
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.tui", "bare", str(settings.data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    told, said = child.stdin, child.stdout

    def piece() -> float:
        told.write("go\n")
        told.flush()
        return float(said.readline())

    piece()
    with child:
        yield piece
        told.close()


def run_bare(data_dir: Path) -> None:
    """The child: for each line that comes in, a turn, and its steps per second."""
    torch.set_num_threads(1)
    loop = bare_loop(load(parse(LINE), data_dir), 200, fused=True)
    for _ in sys.stdin:
        start = now = time.perf_counter()
        steps = 0
        while now - start < PIECE / 2:
            next(loop)
            steps += 1
            now = time.perf_counter()
        print(steps / (now - start), flush=True)


class StatusReader:
    """Reads the step on the status line, while the run is held: feeding a screen costs time."""

    def __init__(self, terminal: Pty) -> None:
        self.terminal = terminal
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        self._read = 0

    def start_run(self) -> None:
        """Let the run begin, and hold it once it has."""
        self.terminal.press(" ")
        self.terminal.until(b"Running")
        self.terminal.press(" ")
        self.step()

    def piece(self) -> float:
        """Steps per second, by the wall, of a run that goes on for the length of a turn and is held again."""
        before = self.step()
        start = self.terminal.press(" ")
        time.sleep(PIECE)
        end = self.terminal.press(" ")
        return (self.step() - before) / (end - start)

    def step(self) -> int:
        """The step at which the run is held, once it stands there."""
        self.terminal.still(0.5)
        self._stream.feed(_drawable(self.terminal.since(self._read)))
        self._read = self.terminal.mark()
        found = re.search(r"Paused.*step +([\d,]+) of", "\n".join(self.screen.display))
        if found is None:
            raise RuntimeError("the run is not held")
        return int(found[1].replace(",", ""))


def _drawable(data: bytes) -> bytes:
    """What pyte understands."""
    return re.sub(rb"\x1b\[[<>=][0-9;]*u|\x1b\[\?[0-9;]*\$p", b"", data)


# Keys


def _keys(settings: Settings) -> Figure:
    """From a key that chooses a knob until the row of the knobs comes, while a run goes on at full speed."""
    rounds = []
    with app(settings, "bench/long", "--lessons", "BENCH") as terminal:
        terminal.press(" ")
        terminal.until(b"Running")
        for _ in range(ROUNDS):
            rounds.append(sorted(_key_to_paint(terminal) for _ in range(KEYS)))
    p99 = [1000 * times[int(0.99 * KEYS) - 1] for times in rounds]
    middle = 1000 * statistics.median(time for times in rounds for time in times)
    note = f"median {middle:.1f}, p99 of {ROUNDS} rounds {', '.join(f'{value:.0f}' for value in p99)}"
    return at_most("key to paint while training, p99", 50, statistics.median(p99), "ms", note)


def _key_to_paint(terminal: Pty) -> float:
    time.sleep(random.uniform(0.03, 0.15))
    mark = terminal.mark()
    start = terminal.press("\x1b[B")
    return terminal.until(rb"\x1b\[3;\d+H", mark) - start


# Bytes


def _bytes(settings: Settings) -> list[Figure]:
    with app(settings, "5/complete-classifier") as terminal:
        mark = terminal.mark()
        terminal.press(" ")
        start = terminal.until(b"Running", mark)
        end = terminal.until(b"samples/s", mark)
        count = terminal.bytes_between(start, end)
        trained = at_most(
            "bytes while training, two plots and a matrix, per second",
            6000,
            count / (end - start),
            "B",
            f"{count:,} in {end - start:.1f} s",
        )
        idle = {"lab": _idle(terminal)}
    for name, words in {"home": [], "lesson": ["1"]}.items():
        with app(settings, *words) as terminal:
            idle[name] = _idle(terminal)
    note = ", ".join(f"{name} {count}" for name, count in idle.items())
    return [trained, at_most("bytes while idle", 0, sum(idle.values()), "B", note)]


def _idle(terminal: Pty) -> int:
    """Bytes in a stretch in which nobody does anything."""
    terminal.still(IDLE)
    mark = terminal.mark()
    time.sleep(IDLE)
    return len(terminal.since(mark))


def main() -> int:
    """Print the figures of the app alone; as the child of another, run the bare loop."""
    if sys.argv[1:2] == ["bare"]:
        run_bare(Path(sys.argv[2]))
        return 0
    figures = measure(Settings(paths.data_dir(), None, 0))
    print(table(figures))
    print(f"load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
