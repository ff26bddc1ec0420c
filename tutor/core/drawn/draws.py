"""Random numbers that are the same on every machine, and that belong to one image each.

Image i of a split always reads the same stretch of one PCG64 stream, so a small set is a prefix of a large
one. Only raw 64-bit output is used, and only +, -, * and / on it: these round the same way everywhere, while
library functions for sin, exp or the normal distribution differ in the last bit.
"""

from __future__ import annotations

import copy

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SPLITS = {"train": 0, "test": 1}


class Draws:
    """The random numbers of images `start` to `start + count - 1`: `per_image` raw values each, in order."""

    def __init__(self, name: int, split: str, start: int, count: int, per_image: int) -> None:
        """`name` tells datasets apart. Raises KeyError for a split other than train and test."""
        stream = np.random.PCG64(np.random.SeedSequence([name, SPLITS[split]]))
        stream.advance(start * per_image)
        self.raw = stream.random_raw(count * per_image).reshape(count, per_image)
        self.used = 0

    @property
    def count(self) -> int:
        """How many images these numbers are for."""
        return len(self.raw)

    def only(self, images: NDArray[np.intp]) -> Draws:
        """The same numbers, as far as they are unused, for some of the images."""
        part = copy.copy(self)
        part.raw = self.raw[images]
        return part

    def take(self, columns: int) -> NDArray[np.uint64]:
        """The next raw values, (count, columns). Raises IndexError when an image has used up its share."""
        first, self.used = self.used, self.used + columns
        if self.used > self.raw.shape[1]:
            raise IndexError(f"an image has {self.raw.shape[1]} random values, {self.used} were asked for")
        return self.raw[:, first : self.used]

    def uniform(self, columns: int, low: float = 0.0, high: float = 1.0) -> Floats:
        """Uniform in [low, high), (count, columns): the top 24 bits of each raw value."""
        unit = (self.take(columns) >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)
        spread: Floats = unit * np.float32(high - low) + np.float32(low)
        return spread

    def between(self, *ranges: tuple[float, float]) -> tuple[Floats, ...]:
        """One uniform value for each range, each (count, 1)."""
        return tuple(self.uniform(1, low, high) for low, high in ranges)

    def chance(self, probability: float) -> Floats:
        """1 with this probability, else 0, (count, 1)."""
        return (self.uniform(1) < np.float32(probability)).astype(np.float32)

    def normal(self, columns: int, spread: float = 1.0) -> Floats:
        """Nearly normal, mean 0, standard deviation `spread`, within 3.5 spreads, (count, columns).

        The sum of four 16-bit uniforms out of each raw value (Irwin-Hall).
        """
        raw = self.take(columns)
        low = np.uint64(0xFFFF)
        total = (raw & low) + ((raw >> np.uint64(16)) & low) + ((raw >> np.uint64(32)) & low)
        total += raw >> np.uint64(48)
        # Four uniforms on 0..65535 have mean 131070 and standard deviation 65536 / sqrt(3).
        centred = total.astype(np.float32) - np.float32(131070.0)
        value: Floats = centred * np.float32(spread * 1.7320508 / 65536.0)
        return value

    def pick(self, weights: NDArray[np.int64]) -> NDArray[np.intp]:
        """An index for each image, in proportion to whole-number `weights`, (count,)."""
        edges = np.cumsum(weights)
        ticket = (self.take(1)[:, 0] >> np.uint64(32)) % np.uint64(edges[-1])
        return np.searchsorted(edges, ticket.astype(np.int64), side="right")

    def bits(self, columns: int) -> NDArray[np.uint8]:
        """Random bytes, eight from each raw value, (count, 8 * columns)."""
        raw = np.ascontiguousarray(self.take(columns).astype("<u8"))
        return raw.view(np.uint8)
