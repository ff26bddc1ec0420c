"""Every run that ended in the app, to look at again: one JSON file each, written whole, the oldest given up at last.

A run's curves are kept in their bounded series, so that a file stays small however long the run was.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tutor.core.events import RunFinished, RunStarted
from tutor.core.experiment import parse
from tutor.core.history import History, Series
from tutor.errors import ExperimentError, ProgressError
from tutor.learning.run_files import folder, run_files
from tutor.learning.state import write_whole

VERSION = 1
MOST = 200  # runs
MOST_BYTES = 1_000_000  # of one file
CURVES = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")
REASONS = ("done", "stopped", "diverged", "failed")

_numbers = itertools.count()


@dataclass(frozen=True)
class KeptRun:
    """A run that ended. `when` is in seconds since 1970; the history holds its start, its end and its curves."""

    path: Path
    when: float
    history: History

    @property
    def experiment(self) -> str:
        """The line that it ran."""
        assert self.history.started is not None
        return self.history.started.experiment

    @property
    def finished(self) -> RunFinished:
        """How it ended."""
        assert self.history.finished is not None
        return self.history.finished


@dataclass(frozen=True)
class KeptRuns:
    """All runs that could be read, the newest first. `notice` says in a sentence what could not, or is ""."""

    runs: tuple[KeptRun, ...] = ()
    notice: str = ""


def worth_keeping(history: History) -> bool:
    """Whether a run got as far as a step, or failed on the way to its first."""
    end = history.finished
    return history.started is not None and end is not None and (history.step > 0 or end.reason == "failed")


def keep_run(text: str, where: Path) -> None:
    """Write what `to_text` gave into a file of its own in the folder, and give up the oldest files above MOST.

    Raises ProgressError when it cannot be written.
    """
    name = f"{int(time.time() * 1000):014d}-{os.getpid()}-{next(_numbers)}.json"
    try:
        write_whole(where / name, text)
    except OSError as error:
        raise ProgressError(
            f"The run could not be kept in {where}: {error.strerror or error}. "
            "Make room, or give yourself the right to write there."
        ) from None
    for old in run_files(where)[:-MOST]:
        with contextlib.suppress(OSError):
            old.unlink()


def load_runs() -> KeptRuns:
    """Read every run. A file that is broken, or from a newer tutor, is left out and stays where it is."""
    found: list[KeptRun] = []
    lost: list[str] = []
    for path in reversed(run_files()):
        try:
            found.append(_read(path))
        except FileNotFoundError:  # another tutor deleted it meanwhile
            continue
        except (OSError, ValueError, KeyError, TypeError, RecursionError, ExperimentError) as error:
            lost.append(f"{path.name}: {_why(error)}")
    return KeptRuns(tuple(found), _notice(lost))


def delete_run(run: KeptRun) -> None:
    """Delete a run. Raises ProgressError when that is refused."""
    try:
        run.path.unlink(missing_ok=True)
    except OSError as error:
        raise ProgressError(
            f"{run.path} could not be deleted: {error.strerror or error}. Give yourself the right to write there."
        ) from None


def to_text(history: History, when: float | None = None) -> str:
    """A run that is `worth_keeping` as JSON."""
    values = {
        "version": VERSION,
        "when": time.time() if when is None else when,
        "step": history.step,
        "epoch": history.epoch,
        "started": _plain(history.started),
        "finished": _plain(history.finished),
        "curves": {name: getattr(history, name).plain() for name in CURVES},
    }
    return json.dumps(values, allow_nan=False) + "\n"


def _plain(event: RunStarted | RunFinished | None) -> dict[str, Any]:
    assert event is not None
    values = {field.name: getattr(event, field.name) for field in fields(event)}
    lost = (float("inf"), float("-inf"))
    return {
        name: None if isinstance(value, float) and (value != value or value in lost) else value
        for name, value in values.items()
    }


def _read(path: Path) -> KeptRun:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError("it is far too large")
    values = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(values, dict) or type(values.get("version")) is not int:
        raise ValueError("it names no version")
    if values["version"] > VERSION:
        raise ValueError("a newer tutor wrote it; upgrade nn-tutor")
    history = History()
    history.started, history.finished = _started(values["started"]), _finished(values["finished"])
    history.step, history.epoch = int(values["step"]), int(values["epoch"])
    for name in CURVES:
        setattr(history, name, Series.restored(values["curves"][name]))
    return KeptRun(path, float(values["when"]), history)


def _started(values: Mapping[str, Any]) -> RunStarted:
    started = RunStarted(**{**values, "classes": tuple(values["classes"])})
    parse(started.experiment)
    counts = (started.parameters, started.batches_per_epoch, started.total_steps)
    if not all(type(count) is int and count >= 0 for count in counts) or started.total_steps < 1:
        raise ValueError("its sizes are no numbers")
    return started


def _finished(values: Mapping[str, Any]) -> RunFinished:
    """What `_plain` gave; a figure that was not finite reads as nan."""
    known = {field.name: field.type for field in fields(RunFinished)}
    figures: dict[str, Any] = {
        name: math.nan if value is None and known.get(name) == "float" else value
        for name, value in values.items()
    }
    finished = RunFinished(**figures)
    if finished.reason not in REASONS or type(finished.steps) is not int:
        raise ValueError("its end is none that a run can have")
    if not all(isinstance(figures[name], (int, float)) for name, kind in known.items() if kind == "float"):
        raise ValueError("its figures are no numbers")
    return finished


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, UnicodeDecodeError | json.JSONDecodeError | RecursionError):
        return "it is not JSON"
    if isinstance(error, KeyError | TypeError):
        return "a part of it is missing or is something else"
    return str(error).rstrip(".").splitlines()[0]


def _notice(lost: list[str]) -> str:
    if not lost:
        return ""
    more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
    return f"Left out, because it cannot be read: {lost[0]}{more}. The files stay in {folder()}."
