"""A pen on paper: paths of dots to grey pictures of 28x28, a whole block of them at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIDE = 28  # of a picture
MARGIN = 4  # around it on the sheet: as far as a 20 pixel box may move and stay inside the picture
SHEET = SIDE + 2 * MARGIN
FAR = np.float32(9.0)  # farther from ink than any edge is wide


def distances(x: Floats, y: Floats, radius: Floats, dots: NDArray[np.int64], reach: int) -> Floats:
    """Distance in pixels from each pixel's middle to the nearest ink, negative inside it.

    `x`, `y`, `radius`: (N, D) on the sheet; image n has `dots[n]` of them, and `dots` must not rise with n.
    Only pixels up to `reach` from a dot's own pixel are looked at. Returns (N, SHEET * SHEET), FAR elsewhere.
    """
    paper = np.full((len(x), SHEET * SHEET), FAR, dtype=np.float32)
    flat = paper.reshape(-1)
    column, row = np.floor(x), np.floor(y)
    home = (np.arange(len(x))[:, None] * SHEET + row.astype(np.int64)) * SHEET + column.astype(np.int64)
    offsets = np.arange(-reach, reach + 1)
    patch = (offsets[:, None] * SHEET + offsets[None, :]).reshape(-1)
    middle = offsets.astype(np.float32) + np.float32(0.5)
    across, down = x - column, y - row
    drawn = [int(np.searchsorted(-dots, -d, side="left")) for d in range(x.shape[1])]
    for d, n in enumerate(drawn):
        if n == 0:
            break
        dx, dy = middle - across[:n, d, None], middle - down[:n, d, None]
        gap = np.sqrt((dy * dy)[:, :, None] + (dx * dx)[:, None, :]).reshape(n, -1) - radius[:n, d, None]
        pixels = home[:n, d, None] + patch
        # No pixel comes twice here, because every row is another image.
        flat[pixels] = np.minimum(flat[pixels], gap)
    return paper


def ink(x: Floats, y: Floats, radius: Floats, dots: NDArray[np.int64], edge: Floats) -> NDArray[np.uint8]:
    """Draw paths of dots, (N, D) each, on sheets, (N, SHEET, SHEET): 0 is paper, 255 is ink.

    `edge`: (N,), how many pixels the grey edge of the ink is wide.
    """
    sheets = np.empty((len(x), SHEET * SHEET), dtype=np.uint8)
    # Thick pens need larger patches; most pens are thin.
    thick = radius.max(axis=1) + edge * np.float32(0.5) > np.float32(2.5)
    for chosen, reach in ((np.flatnonzero(~thick), 2), (np.flatnonzero(thick), 3)):
        gap = distances(x[chosen], y[chosen], radius[chosen], dots[chosen], reach)
        # In place from here on: from a distance to a grey level, 128 where the distance is 0.
        gap *= np.float32(-255.0) / edge[chosen, None]
        gap += np.float32(128.0)
        sheets[chosen] = np.clip(gap, np.float32(0.0), np.float32(255.0), out=gap).astype(np.uint8)
    return sheets.reshape(-1, SHEET, SHEET)


def centred(sheets: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut 28x28 out of each sheet so that the centre of mass comes to pixel (14, 14), in whole pixels."""
    places = np.arange(SHEET, dtype=np.int64)
    rows = sheets.sum(axis=2, dtype=np.int32)
    columns = sheets.sum(axis=1, dtype=np.int32)
    mass = np.maximum(rows.sum(axis=1, dtype=np.int64), 1)
    top = (2 * (rows * places).sum(axis=1) + mass) // (2 * mass) - SIDE // 2
    left = (2 * (columns * places).sum(axis=1) + mass) // (2 * mass) - SIDE // 2
    top, left = (np.clip(first, 0, 2 * MARGIN)[:, None] + np.arange(SIDE) for first in (top, left))
    images: NDArray[np.uint8] = sheets[
        np.arange(len(sheets))[:, None, None], top[:, :, None], left[:, None, :]
    ]
    return images
