"""Folds the events of a run into bounded series to plot. Appending is O(1), memory is fixed, spikes survive."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor.core.events import EpochDone, Evaluated, Event, Looked, RunFinished, RunStarted, StepDone

Points = tuple[list[float], list[float]]


@dataclass(slots=True)
class _Bucket:
    """A stretch of x: where the lowest and highest y were, and the mean."""

    start: float
    low: tuple[float, float]
    high: tuple[float, float]
    total: float
    count: int

    def take(self, other: _Bucket) -> None:
        """Swallow a neighbour."""
        if other.low[1] < self.low[1]:
            self.low = other.low
        if other.high[1] > self.high[1]:
            self.high = other.high
        self.total += other.total
        self.count += other.count


class Series:
    """A curve in at most `capacity` min/max buckets. Values that are not finite are kept as places."""

    def __init__(self, capacity: int = 64) -> None:
        self.capacity = capacity
        self.stride = 1.0
        self.last = math.nan
        self.first = math.nan
        self.lost: list[float] = []  # x of the first values that were not finite
        self._buckets: list[_Bucket] = []

    def __len__(self) -> int:
        return sum(bucket.count for bucket in self._buckets)

    def append(self, x: float, y: float) -> None:
        """Add a point. x must not fall."""
        if not math.isfinite(y):
            if len(self.lost) < 3:
                self.lost.append(x)
            return
        self.last = y
        if not self._buckets:
            self.first = y
        self._add(_Bucket(x, (x, y), (x, y), y, 1))
        if len(self._buckets) > self.capacity:
            self._merge()

    @property
    def low(self) -> float:
        """The lowest value; nan before the first."""
        return min((bucket.low[1] for bucket in self._buckets), default=math.nan)

    @property
    def high(self) -> float:
        """The highest value; nan before the first."""
        return max((bucket.high[1] for bucket in self._buckets), default=math.nan)

    def mean(self, start: float, end: float) -> float:
        """The mean over a stretch of the curve, from share `start` to share `end` of its buckets; nan when empty."""
        count = len(self._buckets)
        part = self._buckets[int(start * count) : max(1, math.ceil(end * count))]
        samples = sum(bucket.count for bucket in part)
        return sum(bucket.total for bucket in part) / samples if samples else math.nan

    def points(self, *, smooth: bool = False) -> Points:
        """xs and ys to draw: the extremes of every bucket in order of x, or one running mean per bucket."""
        if smooth:
            return self._smoothed()
        pairs = sorted({point for bucket in self._buckets for point in (bucket.low, bucket.high)})
        return [x for x, _ in pairs], [y for _, y in pairs]

    def plain(self) -> dict[str, Any]:
        """The curve as plain JSON values, to be read again with `restored`."""
        return {
            "capacity": self.capacity,
            "stride": self.stride,
            "first": self.first if self._buckets else None,
            "last": self.last if self._buckets else None,
            "lost": self.lost,
            "buckets": [[b.start, *b.low, *b.high, b.total, b.count] for b in self._buckets],
        }

    @classmethod
    def restored(cls, values: Mapping[str, Any]) -> Series:
        """The curve that `plain` gave. Raises ValueError, KeyError or TypeError for anything else."""
        series = cls(int(values["capacity"]))
        series.stride = _finite(values["stride"])
        series.lost = [_finite(x) for x in values["lost"]]
        for start, low_x, low_y, high_x, high_y, total, count in values["buckets"]:
            low, high = (_finite(low_x), _finite(low_y)), (_finite(high_x), _finite(high_y))
            series._buckets.append(_Bucket(_finite(start), low, high, _finite(total), int(count)))
        if len(series._buckets) > series.capacity or any(bucket.count < 1 for bucket in series._buckets):
            raise ValueError("a curve has more parts than it may have, or an empty one")
        if series._buckets:
            series.first, series.last = _finite(values["first"]), _finite(values["last"])
        return series

    def _add(self, bucket: _Bucket) -> None:
        if self._buckets and bucket.start - self._buckets[-1].start < self.stride:
            self._buckets[-1].take(bucket)
        else:
            self._buckets.append(bucket)

    def _merge(self) -> None:
        while len(self._buckets) > self.capacity // 2:
            old, self._buckets = self._buckets, []
            self.stride *= 2
            for bucket in old:
                self._add(bucket)

    def _smoothed(self) -> Points:
        xs: list[float] = []
        ys: list[float] = []
        mean = math.nan
        for bucket in self._buckets:
            value = bucket.total / bucket.count
            mean = value if math.isnan(mean) else 0.7 * mean + 0.3 * value
            xs.append((bucket.low[0] + bucket.high[0]) / 2)
            ys.append(mean)
        return xs, ys


def _finite(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise ValueError(f"{str(value)[:20]} is no number")


class History:
    """Everything a screen or a report shows of one run."""

    def __init__(self) -> None:
        self.started: RunStarted | None = None
        self.finished: RunFinished | None = None
        self.train_loss = Series()
        self.train_accuracy = Series()
        self.val_loss = Series()
        self.val_accuracy = Series()
        self.epochs: deque[EpochDone] = deque(maxlen=1000)
        self.evaluated: dict[str, Evaluated] = {}  # the last of each split
        self.looked: Looked | None = None
        self.step = 0
        self.epoch = 0
        self.val_moved = False  # whether two validations on the same samples ever gave different losses
        self.val_stood = 0  # how often two validations on the same samples gave the same loss
        # The last validation loss by number of samples: quick looks and whole ones take turns.
        self._val_losses: dict[int, float] = {}
        self.first_over_95 = 0  # the step whose batch was first 95 % right; 0 before that

    def fold(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, StepDone):
            self.step, self.epoch = event.step, event.epoch
            self.train_loss.append(event.step, event.loss)
            if not math.isnan(event.accuracy):
                self.train_accuracy.append(event.step, event.accuracy)
                if event.accuracy >= 0.95 and not self.first_over_95:
                    self.first_over_95 = event.step
        elif isinstance(event, Evaluated):
            self._fold_evaluated(event)
        elif isinstance(event, EpochDone):
            self.epochs.append(event)
        elif isinstance(event, Looked):
            self.looked = event
        elif isinstance(event, RunStarted):
            self.started = event
        else:
            self.finished = event

    def _fold_evaluated(self, event: Evaluated) -> None:
        self.evaluated[event.split] = event
        if event.split == "val":
            if (before := self._val_losses.get(event.samples)) is not None:
                self.val_moved = self.val_moved or before != event.loss
                self.val_stood += before == event.loss
            self._val_losses[event.samples] = event.loss
            self.val_loss.append(event.step, event.loss)
            if not math.isnan(event.accuracy):
                self.val_accuracy.append(event.step, event.accuracy)
