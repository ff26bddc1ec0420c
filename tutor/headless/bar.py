"""The progress line on standard error: rewritten on a terminal, absent from a pipe."""

from __future__ import annotations

import math
import sys
from time import monotonic

from tutor.headless import streams

EVERY = 0.1  # seconds between two drawings
_CELLS = 14


class Bar:
    """One line that is drawn over itself. Not `shown`, it draws nothing and costs a comparison a step."""

    def __init__(self, shown: bool) -> None:
        self.shown = shown
        self._next = 0.0
        self._length = 0

    def due(self) -> bool:
        """Whether it is time to draw again."""
        return self.shown and monotonic() >= self._next

    def draw(self, share: float, text: str) -> None:
        """Replace the line by a bar of `share` (0 to 1) and the text, cut to the terminal's width."""
        if not self.shown:
            return
        line = f"{gauge(share)} {text}"[: streams.width() - 1]
        sys.stdout.flush()
        sys.stderr.write("\r" + streams.plain(line, sys.stderr).ljust(self._length))
        sys.stderr.flush()
        self._length = len(line)
        self._next = monotonic() + EVERY

    def clear(self) -> None:
        """Leave an empty line, so that something else can be written there."""
        if self._length:
            sys.stderr.write("\r" + " " * self._length + "\r")
            sys.stderr.flush()
            self._length, self._next = 0, 0.0


class Drawing:
    """Progress of what comes before a run, such as drawing the built-in digits: a bar, or a line each tenth.

    What was there already is reported as done at once, and not worth a line.
    """

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._tenth = -1

    def __call__(self, share: float, text: str) -> None:
        """`share` from 0 to 1, and what is going on."""
        tenth = math.floor(10 * share)
        if tenth >= 10 and self._tenth < 0:
            return
        if self._bar.due():
            self._bar.draw(share, text)
        elif not self._bar.shown and tenth != self._tenth:
            streams.say(f"{text}: {10 * tenth} %")
        self._tenth = tenth


def gauge(share: float) -> str:
    """`[#####---------------]  25 %`"""
    full = int(_CELLS * min(1.0, max(0.0, share)))
    return f"[{'#' * full}{'-' * (_CELLS - full)}] {share:4.0%}"


def run_text(step: int, total: int, samples_per_step: float, seconds: float) -> str:
    """Step, speed and time left of a run that began `seconds` ago."""
    if not seconds or not step:
        return f"step {step:,}/{total:,}"
    left = (total - step) * seconds / step
    return f"step {step:,}/{total:,}  {samples_per_step * step / seconds:,.0f} samples/s  {span(left)} left"


def span(seconds: float) -> str:
    """A time as a person says it: `0.42 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 9.995 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
