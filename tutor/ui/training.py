"""The only thread that trains. It drives the engine's generator; the screen drains what it gave, by time."""

from __future__ import annotations

import atexit
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.core.control import Control, paced
from tutor.core.events import Event
from tutor.core.experiment import Experiment
from tutor.errors import TutorError

if TYPE_CHECKING:
    from tutor.core.setup import Kept

SWITCH_INTERVAL = 0.0005  # seconds; Python's 5 ms would hold up every training step while a frame is drawn
LATE = 5.0  # seconds to wait for a thread that was told to stop

# Gives a run's events; takes the experiments, and what `train_together` takes by name.
Source = Callable[..., Iterator[Event]]

_one_at_a_time = threading.Lock()  # torch's random state and thread count are one per process
_alive: weakref.WeakSet[Trainer] = weakref.WeakSet()


def torch_alone() -> AbstractContextManager[object]:
    """Wait until no run is going on, and keep others from starting: torch's random state is one per process."""
    return _one_at_a_time


class Trainer:
    """One run (or a pair) on a thread of its own. `drain()` and the fields belong to the UI thread."""

    def __init__(
        self,
        experiments: Sequence[Experiment],
        *,
        data_dir: Path,
        control: Control,
        watch: frozenset[str],
        ended: Callable[[], object],
        source: Source | None = None,
    ) -> None:
        self.experiments = experiments
        self.control = control
        self.preparing: tuple[float, str] | None = None  # share and name of what is being drawn first
        self.error = ""  # the sentence of an error that came before the first event
        self.kept: list[Kept] = []
        self._data_dir, self._watch, self._ended = data_dir, watch, ended
        self._source = source  # None: they are trained together
        self._events: deque[Event] = deque()
        self._done = False
        self._thread = threading.Thread(target=self._drive, name="training", daemon=True)

    def start(self) -> None:
        """Begin. Another run that is still ending is waited for, on the new thread."""
        _alive.add(self)
        self._thread.start()

    @property
    def running(self) -> bool:
        """True until the last event was given."""
        return not self._done

    def drain(self) -> list[Event]:
        """The events since the last call."""
        waiting = self._events
        return [waiting.popleft() for _ in range(len(waiting))]

    def stop(self) -> None:
        """Ask the run to end; returns at once."""
        self.control.stop()

    def join(self, seconds: float = LATE) -> None:
        """Wait for the end of a run that was asked to end."""
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _drive(self) -> None:
        try:
            with _one_at_a_time:
                if not self.control.stopping:
                    self._train()
        except TutorError as error:
            self.error = str(error)
        except Exception as error:  # shown, never lost; the app goes on
            from tutor.ui.trouble import put_down

            self.error = put_down(error)
        finally:
            self._done = True
            self._ended()

    def _train(self) -> None:
        from tutor.core.training import Kept, train_together  # imports torch: here, off the UI thread

        sys.setswitchinterval(SWITCH_INTERVAL)
        self.kept = [Kept() for _ in self.experiments]
        events = (self._source or train_together)(
            self.experiments,
            data_dir=self._data_dir,
            control=self.control,
            watch=self._watch,
            progress=self._prepare,
            keep=self.kept,
        )
        for event in paced(events, self.control):
            self._events.append(event)

    def _prepare(self, done: float, what: str) -> None:
        self.preparing = None if done >= 1 else (done, what)


def stop_all() -> None:
    """Stop every run and wait for it: Python aborts when it ends while torch computes on another thread."""
    for trainer in list(_alive):
        trainer.stop()
    for trainer in list(_alive):
        trainer.join()


atexit.register(stop_all)
