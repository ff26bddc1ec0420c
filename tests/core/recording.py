"""Runs an experiment line and sorts what happened."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from tutor.core.events import Event, RunFinished, StepDone
from tutor.core.experiment import parse
from tutor.core.training import train

E = TypeVar("E")


def run(line: str, data_dir: Path | None = None) -> list[Event]:
    """All events of a line."""
    return list(train(parse(line), data_dir=data_dir))


def losses_of(events: Iterable[Event], run: int = 0) -> list[float]:
    """The loss of every step of one run."""
    return [event.loss for event in events if isinstance(event, StepDone) and event.run == run]


def only(events: Iterable[Event], kind: type[E], run: int = 0) -> list[E]:
    """The events of one kind, of one run."""
    return [event for event in events if isinstance(event, kind) and event.run == run]  # type: ignore[attr-defined]


def end_of(events: Iterable[Event], run: int = 0) -> RunFinished:
    """The one end of a run."""
    [finished] = only(events, RunFinished, run)
    return finished
