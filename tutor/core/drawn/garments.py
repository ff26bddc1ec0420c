"""The drawn garments: ten kinds of clothing, shoes and bags, in Fashion-MNIST's classes and manner."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tutor.core.drawn import shoes, tops
from tutor.core.drawn.cloth import SIDE, to_bytes
from tutor.core.drawn.draws import Draws, Floats

NAME = 2  # tells the random numbers of this dataset from those of others
PER_IMAGE = 256  # random values that an image may use
BLOCK = 1000  # images drawn at once, about a hundred of each kind

Bytes = NDArray[np.uint8]

# In the order of the labels. Each gives the covered share and the brightness, (N, 28, 28).
KINDS: tuple[Callable[[Draws], tuple[Floats, Floats]], ...] = (
    tops.t_shirt,
    tops.trouser,
    tops.pullover,
    tops.dress,
    tops.coat,
    shoes.sandal,
    tops.shirt,
    shoes.sneaker,
    shoes.bag,
    shoes.boot,
)


def draw_garments(start: int, count: int, split: str) -> tuple[Bytes, Bytes]:
    """Images `start` to `start + count - 1` of a split: (N, 28, 28) and (N,), both uint8.

    An image depends on its number and its split ("train" or "test") alone. Raises KeyError for another split.
    """
    images = np.empty((count, SIDE, SIDE), dtype=np.uint8)
    labels = np.empty(count, dtype=np.uint8)
    for first in range(0, count, BLOCK):
        size = min(BLOCK, count - first)
        draws = Draws(NAME, split, start + first, size, PER_IMAGE)
        part = slice(first, first + size)
        labels[part] = (draws.take(1)[:, 0] >> np.uint64(32)) % np.uint64(len(KINDS))
        for label, kind in enumerate(KINDS):
            chosen = np.flatnonzero(labels[part] == label)
            if len(chosen):
                images[first + chosen] = to_bytes(*kind(draws.only(chosen)))
    return images, labels
