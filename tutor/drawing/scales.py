"""Axes as numbers: round limits that change seldom, few ticks, and labels that keep their width."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HUGE = 1e300  # beyond this, differences of two floats overflow
TINY = 1e-90  # below this, a tick would not fit its label
LABEL_WIDTH = 6


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high` (their logarithms when `log`), with ticks in the axis's own numbers."""

    low: float
    high: float
    log: bool
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    def place(self, value: float) -> float:
        """Where a finite value lies, from 0 at the low end to 1 at the high end; clipped to the ends."""
        if self.log:
            value = math.log10(value) if value > 0 else self.low
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


def number(value: float | None) -> float:
    """Any number as a float between -HUGE and HUGE, 0 below TINY, NaN for what is none (None, inf, texts)."""
    try:
        result = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan
    if not math.isfinite(result):
        return math.nan
    return 0.0 if abs(result) < TINY else min(HUGE, max(-HUGE, result))


def nice_step(span: float, intervals: int) -> float:
    """The round step (1, 2, 2.5 or 5 times a power of ten) that cuts a span into about `intervals` pieces."""
    raw = span / max(1, intervals)
    power = 10.0 ** math.floor(math.log10(raw))
    return next((m * power for m in (1.0, 2.0, 2.5, 5.0) if raw <= m * power * (1 + 1e-9)), 10.0 * power)


def apart(low: float, high: float) -> bool:
    """Whether two limits are far enough apart to put round numbers between them."""
    return high - low > max(1e-290, 1e-9 * max(abs(low), abs(high)))


def nice_limits(values: Iterable[float], intervals: int = 4) -> tuple[float, float]:
    """Round limits around finite values. Zero belongs to the axis unless all values lie far from it."""
    kept = list(values)
    if not kept:
        return 0.0, 1.0
    low, high = min(kept), max(kept)
    if low >= 0 and (low < 0.5 * high or not apart(low, high)):
        low = 0.0
    elif high <= 0 and (high > 0.5 * low or not apart(low, high)):
        high = 0.0
    if not apart(low, high):
        return (0.0, 1.0) if abs(high) < 1e-290 else (low - abs(low) / 2, high + abs(high) / 2)
    step = nice_step(high - low, intervals)
    return step * math.floor(low / step + 1e-9), step * math.ceil(high / step - 1e-9)


def tick_label(value: float, step: float) -> str:
    """A tick in at most six characters, with the decimals that its step needs."""
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    if step > 0 and abs(step * 10**decimals - round(step * 10**decimals)) > 1e-6:
        decimals += 1
    if decimals <= 4 and abs(value) < 1e6:
        text = f"{0.0 if abs(value) < step / 1e6 else value:.{decimals}f}"
        if len(text) <= LABEL_WIDTH:
            return text
    return short(value, LABEL_WIDTH)


def short(value: float, width: int = 7) -> str:
    """A number in at most `width` characters (6 or more), steady in length while it moves a little."""
    if not math.isfinite(value):
        return str(value)
    size = abs(value)
    if size == 0 or 1e-3 <= size < 10 ** (width - 1):
        decimals = 3 if size < 10 else 2 if size < 100 else 1 if size < 1000 else 0
        if len(text := f"{value:.{decimals}f}") <= width:
            return text
    for digits in (1, 0):
        mantissa, exponent = f"{value:.{digits}e}".split("e")
        if len(text := f"{mantissa}e{int(exponent)}") <= width:
            return text
    return text


def linear(low: float, high: float, intervals: int) -> Scale:
    """A linear axis with exactly these limits and round ticks inside them."""
    if not apart(low, high):
        pad = max(0.5, abs(low) / 2)
        low, high = low - pad, high + pad
    step = nice_step(high - low, intervals)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    ticks = tuple(index * step for index in range(first, last + 1))
    return Scale(low, high, False, ticks, tuple(tick_label(tick, step) for tick in ticks))


def logarithmic(low: float, high: float, intervals: int) -> Scale:
    """A logarithmic axis (both limits above 0) with ticks at powers of ten, at 2 and 5 too where they are few."""
    bottom, top = math.log10(low), math.log10(high)
    if top - bottom < 1e-9:
        bottom, top = bottom - 0.5, top + 0.5
    every = max(1, math.ceil((top - bottom) / max(1, intervals)))
    powers = range(math.ceil(bottom - 1e-9), math.floor(top + 1e-9) + 1)
    factors = (1, 2, 5) if len(powers) <= 2 else (1,)
    exponents = [power for power in powers if power % every == 0]
    if len(factors) > 1:
        exponents = list(range(math.floor(bottom), math.floor(top) + 1))
    ticks = [factor * 10.0**power for power in exponents for factor in factors]
    ticks = [tick for tick in ticks if bottom - 1e-9 <= math.log10(tick) <= top + 1e-9]
    return Scale(bottom, top, True, tuple(ticks), tuple(_log_label(tick) for tick in ticks))


def _log_label(value: float) -> str:
    if 1e-3 <= value < 1e5:
        return f"{value:g}"
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def y_scale(values: Sequence[float], limit: tuple[float, float] | None, log: bool, intervals: int) -> Scale:
    """The vertical axis: limits as given, or round ones around the finite values."""
    low, high = (number(limit[0]), number(limit[1])) if limit else (math.nan, math.nan)
    given = low < high
    if not log:
        return linear(*((low, high) if given else nice_limits(values, intervals)), intervals)
    if given and low > 0:
        return logarithmic(low, high, intervals)
    kept = [value for value in values if value > 1e-300]
    if not kept:
        return logarithmic(0.1, 1.0, intervals)
    bottom, top = math.floor(math.log10(min(kept)) + 1e-9), math.ceil(math.log10(max(kept)) - 1e-9)
    return logarithmic(10.0**bottom, 10.0 ** max(top, bottom + 1), intervals)


def x_scale(values: Sequence[float], limit: tuple[float, float] | None, intervals: int) -> Scale:
    """The horizontal axis: the limits given, so that it stays still while a run grows, or the data's own."""
    low, high = (number(limit[0]), number(limit[1])) if limit else (math.nan, math.nan)
    if not low < high:
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
    scale = linear(low, high, intervals)
    return Scale(scale.low, scale.high, False, scale.ticks, tuple(map(_thousands, scale.ticks, scale.labels)))


def _thousands(tick: float, label: str) -> str:
    return f"{tick:,.0f}" if 1e4 <= abs(tick) < 1e9 and tick == round(tick) else label
