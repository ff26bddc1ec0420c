"""Pause, single step and stop a run, from any thread. Pausing is not asking for the next event."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from tutor.core.events import Event, RunFinished, RunStarted, StepDone


class Control:
    """What a learner asks of a run. The run polls `stopping` at every step; `paced` honours the rest."""

    def __init__(self, *, paused: bool = False, pace: float = 0.0) -> None:
        self._changed = threading.Condition()
        self._paused = paused
        self._granted = 0
        self.looks = 0  # pictures asked for so far
        self.stopping = False
        self.pace = pace  # at most so many steps per second; 0 is full speed

    @property
    def paused(self) -> bool:
        """True while no step may be made, except those granted one by one."""
        return self._paused

    def pause(self) -> None:
        """Hold the run after the step under way."""
        self._set(paused=True)

    def resume(self) -> None:
        """Let the run go on."""
        self._set(paused=False)

    def toggle(self) -> None:
        """Pause a run that goes, resume one that is held."""
        self._set(paused=not self._paused)

    def step(self) -> None:
        """Hold the run, and let it make one more step."""
        with self._changed:
            self._paused = True
            self._granted += 1
            self._changed.notify_all()

    def stop(self) -> None:
        """End the run after the step under way. A held run ends at once."""
        with self._changed:
            self.stopping = True
            self._changed.notify_all()

    def set_pace(self, pace: float) -> None:
        """Make at most `pace` steps per second from now on; 0 is full speed."""
        with self._changed:
            self.pace = pace
            self._changed.notify_all()

    def look(self) -> None:
        """Ask every run for a picture of its model after the step under way."""
        self.looks += 1

    def wait_for_turn(self) -> None:
        """Return when a step may be made, or the run should stop."""
        with self._changed:
            while self._paused and not self._granted and not self.stopping:
                self._changed.wait()
            self._granted = max(0, self._granted - 1)

    def wait_until(self, moment: float) -> None:
        """Return at `moment` (time.monotonic), or earlier when the learner asks for something."""
        with self._changed:
            pace = self.pace
            while not self.stopping and pace == self.pace and (left := moment - time.monotonic()) > 0:
                self._changed.wait(left)

    def _set(self, *, paused: bool) -> None:
        with self._changed:
            self._paused, self._granted = paused, 0
            self._changed.notify_all()


def paced(events: Iterator[Event], control: Control) -> Iterator[Event]:
    """The same events, each step made only when `control` allows it. Paired runs step together."""
    live: set[int] = set()
    next_turn = 0.0
    control.wait_for_turn()
    for event in events:
        yield event
        if isinstance(event, RunStarted):
            live.add(event.run)
        elif isinstance(event, RunFinished):
            live.discard(event.run)
        elif isinstance(event, StepDone) and event.run == max(live, default=event.run):
            if control.pace and not control.paused:
                next_turn = max(next_turn + 1 / control.pace, time.monotonic() - 0.1)
                control.wait_until(next_turn)
            control.wait_for_turn()
