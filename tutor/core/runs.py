"""A run as a folder: `experiment`, `events.jsonl` and `model.pt`.

`experiment` is the line; `events.jsonl` grows by whole lines while the run goes on; `model.pt` is a `state_dict` on
the CPU, written beside its name and then moved there, so that a reader never meets half a file. A run that was
stopped or killed leaves a folder that can be read; only the line being written when it was killed can be cut.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from tutor.core.events import Event, StepDone, to_dict
from tutor.errors import RunError

if TYPE_CHECKING:
    from torch import nn

EXPERIMENT, EVENTS, MODEL = "experiment", "events.jsonl", "model.pt"
FLUSH_SECONDS = 0.2


def event_line(event: Event, seconds: float) -> str:
    """The event as one line of JSON without its line end; `seconds` since the run started becomes `time`."""
    if isinstance(event, StepDone) and math.isfinite(event.loss) and math.isfinite(event.accuracy):
        # Thousands a second: written out by hand this costs a third of json.dumps.
        step, epoch, loss, accuracy, run = event
        return (
            f'{{"event": "step_done", "time": {seconds:.3f}, "step": {step}, "epoch": {epoch}, '
            f'"loss": {loss!r}, "accuracy": {accuracy!r}, "run": {run}}}'
        )
    fields = to_dict(event)
    name = fields.pop("event")
    return json.dumps({"event": name, "time": round(seconds, 3), **fields}, allow_nan=False)


class LineWriter:
    """Writes lines to a stream and flushes at every event that is no step, and at least every 0.2 seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._flushed = 0.0

    def write(self, event: Event, seconds: float) -> None:
        """One event, one line. Raises OSError when the stream cannot take it."""
        self._stream.write(event_line(event, seconds) + "\n")
        if seconds - self._flushed > FLUSH_SECONDS or not isinstance(event, StepDone):
            self._stream.flush()
            self._flushed = seconds


class RunFolder:
    """A run being written. Raises RunError when the folder is taken or cannot be written."""

    def __init__(self, folder: Path, experiment: str) -> None:
        self.folder = folder
        check_free(folder)
        with _explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            replace_file(folder / EXPERIMENT, lambda path: _write_text(path, f"{experiment}\n"))
            self._file = (folder / EVENTS).open("w", encoding="utf-8")
        self._lines = LineWriter(self._file)
        self._empty = True

    def write(self, event: Event, seconds: float) -> None:
        """Append one event to `events.jsonl`."""
        self._empty = False
        try:
            self._lines.write(event, seconds)
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def save(self, model: nn.Module) -> None:
        """Write `model.pt`: the `state_dict` on the CPU, for `torch.load(path, weights_only=True)`."""
        import torch

        state_dict = {name: tensor.detach().cpu() for name, tensor in model.state_dict().items()}
        with _explained(self.folder):
            replace_file(self.folder / MODEL, lambda path: torch.save(state_dict, path))

    def close(self) -> None:
        """Close `events.jsonl`. What was written stays; a run that never began leaves nothing."""
        with _explained(self.folder):
            self._file.close()
            if self._empty:
                self._remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
            return
        with contextlib.suppress(RunError):  # the first error is the one to tell
            self.close()

    def _remove(self) -> None:
        """Take away the two files of a run that never began, and the folder when nothing else is in it."""
        (self.folder / EVENTS).unlink(missing_ok=True)
        (self.folder / EXPERIMENT).unlink(missing_ok=True)
        if not any(self.folder.iterdir()):
            self.folder.rmdir()


@dataclass(frozen=True)
class Run:
    """A run that was read: its experiment line and its events as plain values, as they were written."""

    folder: Path
    experiment: str
    events: tuple[dict[str, Any], ...]

    @property
    def finished(self) -> dict[str, Any] | None:
        """The `run_finished` event, or None when the run was killed or still goes on."""
        return next((event for event in reversed(self.events) if event["event"] == "run_finished"), None)


def is_run(folder: Path) -> bool:
    """Whether the folder holds a run."""
    return (folder / EXPERIMENT).is_file() and (folder / EVENTS).is_file()


def read_run(folder: Path) -> Run:
    """Read a run's line and events. A cut last line is left out. Raises RunError when it is no run or damaged."""
    if not is_run(folder):
        raise RunError(f"{folder} holds no run. Name a folder that was written with --out.")
    try:
        experiment = (folder / EXPERIMENT).read_text(encoding="utf-8").strip()
        text = (folder / EVENTS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(
            f"The run in {folder} cannot be read: {error}. Train it again into a new folder."
        ) from error
    return Run(folder, experiment, tuple(_events(text, folder / EVENTS)))


def _events(text: str, path: Path) -> Iterator[dict[str, Any]]:
    whole, _, _ = text.rpartition("\n")
    for number, line in enumerate(whole.split("\n") if whole else [], start=1):
        try:
            event = json.loads(line)
        except json.JSONDecodeError as error:
            event = error
        if not isinstance(event, dict) or not isinstance(event.get("event"), str):
            raise RunError(f"Line {number} of {path} is no event, so the run is damaged. Train it again.")
        yield event


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, then move it to `path` in one step.

    Raises what `write` raises; the temporary file is gone then, and what stood at `path` before is untouched.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def check_free(folder: Path) -> None:
    """Raises RunError, with what to do, unless the folder is new or empty."""
    if is_run(folder):
        raise RunError(f"{folder} already holds a run. Name another folder, or delete this one first.")
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{folder} is a file, and a run needs a folder. Name another folder.")
    with _explained(folder):
        taken = folder.is_dir() and any(folder.iterdir())
    if taken:
        raise RunError(
            f"{folder} is not empty, and nothing in it is replaced. Name a new or an empty folder."
        )


@contextlib.contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Say what the system refused. torch.save raises RuntimeError, not OSError, on a full disk."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError | RuntimeError) -> RunError:
    reason = (
        getattr(error, "strerror", None)
        or "PyTorch could not write the whole model, as happens on a full disk"
    )
    return RunError(
        f"The run cannot be written to {folder}: {reason}. Make room there, or name another folder."
    )
