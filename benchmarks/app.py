"""Training in the real app on a pseudo-terminal of 120x40, two plots visible: its speed, its keys, its bytes."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.child import run_child
from benchmarks.figure import Figure, Settings, at_least, at_most
from benchmarks.first_paint import welcomed
from benchmarks.terminal import Pty

EPOCHS = 3
ROUNDS = 3
IDLE = 5.0  # seconds over which bytes are counted when nothing happens
PRESSES = 100
LINE = "digits mlp:128,64 ce adam lr=1e-3 batch=64 epochs={epochs} seed=7"

LESSON = """
id = "speed"
number = 1
title = "Speed"
summary = "Labs to measure."
teaches = ["speed"]
minutes = 5
main = "short"
"""
LAB = """
[[steps]]
id = "{id}"
kind = "lab"
title = "The classifier"
minutes = 5
experiment = "{line}"
panels = ["loss", "accuracy"]
[[steps.knobs]]
key = "lr"
label = "learning rate"
values = ["1e-3", "1e-2"]
[[steps.knobs]]
key = "batch"
label = "batch size"
values = ["64", "256"]
"""
LABS = {"short": EPOCHS, "middle": 10, "long": 1000}  # their epochs

# Notes the moments of the first and the last step on the training thread, then is the command `tutor`.
TIMED = """
import json, os, sys, time
from tutor.core import control
inner = control.paced

def timed(events, asked):
    first = last = steps = 0
    for event in inner(events, asked):
        if type(event).__name__ == "StepDone":
            last, steps = time.perf_counter(), steps + 1
            first = first or last
        yield event
    with open(os.environ["NOTE"] + ".part", "w") as file:
        json.dump([last - first, steps], file)
    os.replace(os.environ["NOTE"] + ".part", os.environ["NOTE"])

control.paced = timed
from tutor.cli import main
raise SystemExit(main())
"""


def measure(settings: Settings) -> list[Figure]:
    """Speed against a bare loop in a process of its own, in turn; then keys and bytes in one long run."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "lessons" / "1_speed").mkdir(parents=True)
        labs = [LAB.format(id=name, line=LINE.format(epochs=epochs)) for name, epochs in LABS.items()]
        (root / "lessons" / "1_speed" / "lesson.toml").write_text("".join([LESSON, *labs]), encoding="utf-8")
        welcomed(root / "state")
        return [_speed(settings, root), *_keys(settings, root), *_bytes(settings, root)]


def _speed(settings: Settings, root: Path) -> Figure:
    ratios, rates = [], []
    for number in range(ROUNDS):
        bare = run_child("benchmarks.app", str(settings.data_dir))
        ours = _seconds_of_a_run(settings, root, root / f"note{number}")
        ratios.append(bare / ours)
        rates.append(54_000 * EPOCHS / ours)
    note = f"{statistics.median(rates):,.0f} samples/s, wall time"
    return at_least("training in the app / bare loop, same settings", 0.95, statistics.median(ratios), note)


def _seconds_of_a_run(settings: Settings, root: Path, note: Path) -> float:
    """Wall time from the end of the first step to the end of the last, as `bare_seconds` counts it."""
    with _lab(settings, root, "short", program=TIMED, NOTE=str(note)) as app:
        app.until(rb"Done")
        while not note.exists():
            app.still(0.2)
    seconds, steps = json.loads(note.read_text())
    assert steps == -(-54_000 // 64) * EPOCHS
    return float(seconds)


def bare_seconds(data_dir: Path) -> float:
    """Wall time of the bare loop, from the end of its first step to the end of its last."""
    import torch

    from benchmarks.loops import bare_loop
    from tutor.core.data import load
    from tutor.core.experiment import parse

    torch.set_num_threads(1)
    data = load(parse(LINE.format(epochs=EPOCHS)), data_dir)
    moments = [time.perf_counter() for _ in bare_loop(data, EPOCHS, fused=True)]
    return moments[-1] - moments[0]


def _bytes(settings: Settings, root: Path) -> list[Figure]:
    """What is written from the first plot of a run to its end, and after it."""
    with _lab(settings, root, "middle") as app:
        app.until(rb"epoch")
        start = time.perf_counter()
        end = app.until(rb"Done", app.mark())
        rate = app.bytes_between(start, end) / (end - start) / 1000
        note = f"over {end - start:.0f} s"
        app.still(1.5)
        start = time.perf_counter()
        app.go_on(IDLE)
        idle = app.bytes_between(start, start + IDLE) / IDLE
    return [
        at_most("written while training, 120x40, two plots", 6, rate, "kB/s", note),
        at_most("written when idle", 0, idle, "B/s"),
    ]


def _keys(settings: Settings, root: Path) -> list[Figure]:
    """From a key to what it changes on the screen, while a run is training at full speed."""
    with _lab(settings, root, "long") as app:
        app.until(rb"epoch")
        knobs = sorted(_to_choose_a_knob(app, number % 2 == 0) for number in range(PRESSES))
        dialogs = sorted(_to_open_a_dialog(app) for _ in range(PRESSES // 2))
    return [_late("choose a knob", knobs), _late("open the keys", dialogs)]


def _late(what: str, seconds: list[float]) -> Figure:
    note = f"median {1000 * statistics.median(seconds):.0f} ms of {len(seconds)} presses"
    late = 1000 * seconds[int(0.99 * len(seconds))]
    return at_most(f"key to paint while training, p99: {what}", 50, late, "ms", note)


def _to_choose_a_knob(app: Pty, down: bool) -> float:
    mark = app.mark()
    pressed = app.press("j" if down else "k")
    return app.until(rb"batch size", mark) - pressed


def _to_open_a_dialog(app: Pty) -> float:
    """The dialog is closed again, which is not counted."""
    mark = app.mark()
    pressed = app.press("?")
    painted = app.until(rb"This screen", mark)
    mark = app.mark()
    app.press("b")
    app.until(rb"classifier", mark)
    return painted - pressed


@contextmanager
def _lab(settings: Settings, root: Path, step: str, program: str = "", **more: str) -> Iterator[Pty]:
    """A lab that was started."""
    state = {"TUTOR_STATE_DIR": str(root / "state"), **more}
    lessons, data = ["--lessons", str(root / "lessons")], ["--data-dir", str(settings.data_dir)]
    app = Pty(f"1/{step}", *lessons, *data, program=program, **state)
    try:
        app.until(rb"Run it")
        app.still(0.5)
        app.press(" ")
        yield app
    finally:
        app.close()


if __name__ == "__main__":
    print(bare_seconds(Path(sys.argv[1])))
