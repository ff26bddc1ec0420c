"""Ctrl+C, and being told to end, while a run goes on: the run stops after its step and keeps what it has."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any, Self

from tutor.core.control import Control

_ASKED = ("SIGINT", "SIGTERM", "SIGHUP")


class Stops:
    """While entered, the first signal stops the run of `control`; a second one raises KeyboardInterrupt."""

    def __init__(self) -> None:
        self.control = Control()
        self.signal = 0
        self._before: dict[int, Any] = {}

    @property
    def exit_code(self) -> int:
        """128 and the signal that asked for the end (130 for Ctrl+C), or 0."""
        return 128 + self.signal if self.signal else 0

    def next_control(self) -> Control:
        """A control for the next run, already stopping when the end was asked for."""
        self.control = Control()
        if self.signal:
            self.control.stop()
        return self.control

    def __enter__(self) -> Self:
        for name in _ASKED:
            number = getattr(signal, name, None)
            # A signal that is ignored stays so: that is what nohup asks for.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._asked)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _asked(self, number: int, _: FrameType | None) -> None:
        if self.signal:
            raise KeyboardInterrupt
        self.signal = number
        self.control.stop()
