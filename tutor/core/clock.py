"""Counts steps, samples and the seconds that a run itself took: a pause of its consumer does not count."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tutor.core.events import Event


class Clock:
    """Steps, samples and seconds between start() and stop()."""

    def __init__(self) -> None:
        self.steps = 0
        self.samples = 0
        self.inside = 0.0  # seconds spent in the generator, up to the last event
        self.entered = time.perf_counter()
        self._begun = self._ended = self._epoch = 0.0
        self._running = False

    def now(self) -> float:
        """Seconds spent in the generator so far."""
        return self.inside + time.perf_counter() - self.entered

    def start(self) -> None:
        """The first step comes next."""
        self._begun, self._running = self.now(), True

    def stop(self) -> None:
        """The last step was made."""
        self._ended, self._running = self.now(), False

    def start_epoch(self) -> None:
        """An epoch begins."""
        self._epoch = self.now()

    def epoch_seconds(self) -> float:
        """Seconds since the epoch began."""
        return self.now() - self._epoch

    @property
    def seconds(self) -> float:
        """Seconds of training, with the validations between its steps."""
        return (self.now() if self._running else self._ended) - self._begun

    def count(self, samples: int) -> int:
        """One more step, with so many samples. Returns its number."""
        self.steps += 1
        self.samples += samples
        return self.steps


def timed(events: Iterator[Event], clock: Clock) -> Iterator[Event]:
    """The same events; the clock stands still while their consumer is busy or waits."""
    clock.entered = time.perf_counter()
    for event in events:
        clock.inside += time.perf_counter() - clock.entered
        yield event
        clock.entered = time.perf_counter()
