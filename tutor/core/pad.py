"""Digits drawn by hand: strokes to pictures of 28x28, as they lie on the pad and as the training digits lie.

numpy only. A picture is (28, 28) uint8, 0 paper and 255 ink, drawn by the pen that draws the built-in digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tutor.core.drawn import pen

SIDE = pen.SIDE
BOX = 20.0  # pixels of a digit's longer side, ink included, as in MNIST
EDGE = 1.35  # width of the ink's grey edge in pixels: the mean of the training digits
BRUSHES = (0.9, 1.25, 1.8)  # radii in pixels; the middle one is about the pen of the training digits
SPACING = 0.5  # pixels between the dots of a path
AT_ONCE = 64  # dots between two looks at the nearest: keeps the arrays in the processor's cache
ROUNDS = 8  # of smoothing: takes the stairs out of a diagonal drawn with arrow keys

Picture = NDArray[np.uint8]
Path = NDArray[np.float64]


@dataclass
class Stroke:
    """One movement of the pen over the pad: points (x, y) in pixels, (0, 0) the upper left corner."""

    radius: float
    points: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class Pad:
    """The sheet: its strokes, in the order in which they were drawn."""

    strokes: list[Stroke] = field(default_factory=list)

    def begin(self, x: float, y: float, radius: float = BRUSHES[1]) -> None:
        """Put the pen down at a point of the pad; a point outside is moved to its border."""
        self.strokes.append(Stroke(radius, [_inside(x, y)]))

    def extend(self, x: float, y: float) -> None:
        """Move the pen that is down."""
        points, point = self.strokes[-1].points, _inside(x, y)
        if points[-1] != point:
            points.append(point)

    def undo(self) -> None:
        """Take the last stroke away."""
        del self.strokes[-1:]

    def clear(self) -> None:
        """An empty sheet."""
        self.strokes.clear()

    @property
    def empty(self) -> bool:
        """Whether there is no ink."""
        return not self.strokes

    def drawn(self) -> Picture:
        """The picture as it lies on the pad."""
        paths = [_smooth(_even(stroke)) for stroke in map(_path, self.strokes)]
        sheet = _ink([path + pen.MARGIN for path in paths], self._radii)
        return sheet[pen.MARGIN : -pen.MARGIN, pen.MARGIN : -pen.MARGIN]

    def fitted(self) -> Picture:
        """The picture as the training digits are: fitted to 20x20, its centre of mass at pixel (14, 14).

        The path is scaled, not the pixels, and the pen keeps its width, as for the training digits: a digit
        drawn small does not become fat.
        """
        if self.empty:
            return blank()
        paths = _framed([_smooth(_even(stroke)) for stroke in map(_path, self.strokes)], max(self._radii))
        return centred(_ink([_even(path) for path in paths], self._radii))

    @property
    def _radii(self) -> list[float]:
        return [stroke.radius for stroke in self.strokes]


def blank() -> Picture:
    """An empty picture."""
    return np.zeros((SIDE, SIDE), dtype=np.uint8)


def centred(sheet: Picture) -> Picture:
    """A picture cut out of a sheet of any size so that the ink's centre of mass comes to pixel (14, 14).

    In whole pixels, rounded as for the training digits; less far where ink would fall out of the picture.
    """
    top, left = (_first(sheet.sum(axis=axis, dtype=np.int64)) for axis in (1, 0))
    picture = blank()
    rows, columns = (slice(max(0, first), max(0, first + SIDE)) for first in (top, left))
    inside = sheet[rows, columns]
    picture[rows.start - top :, columns.start - left :][: inside.shape[0], : inside.shape[1]] = inside
    return picture


def _first(weights: NDArray[np.int64]) -> int:
    """The row of the sheet, given by its rows' ink, that becomes row 0 of the picture; so for columns."""
    inked = weights.nonzero()[0]
    if not len(inked):
        return 0
    mass = int(weights.sum())
    middle = (2 * int(weights @ np.arange(len(weights))) + mass) // (2 * mass)  # rounded half up
    return min(int(inked[0]), max(int(inked[-1]) + 1 - SIDE, middle - SIDE // 2))


def _inside(x: float, y: float) -> tuple[float, float]:
    return min(SIDE - 0.5, max(0.5, x)), min(SIDE - 0.5, max(0.5, y))


def _path(stroke: Stroke) -> Path:
    return np.array(stroke.points, dtype=np.float64).T


def _even(path: Path) -> Path:
    """The path, (2, N), as dots at even distances, its ends kept."""
    steps = np.hypot(*np.diff(path, axis=1))
    along = np.concatenate([[0.0], np.cumsum(steps)])
    places = np.linspace(0.0, along[-1], max(1, round(float(along[-1]) / SPACING)) + 1)
    return np.stack([np.interp(places, along, values) for values in path])


def _smooth(path: Path) -> Path:
    """Each dot drawn towards the middle of its neighbours; the ends stay, and so does a stroke's length."""
    for _ in range(ROUNDS):
        path = path.copy()
        path[:, 1:-1] = 0.5 * path[:, 1:-1] + 0.25 * (path[:, :-2] + path[:, 2:])
    return path


def _framed(paths: Sequence[Path], radius: float) -> list[Path]:
    """Scale the paths together, with their ink, to the box in the middle of the sheet."""
    low = np.min([path.min(axis=1) for path in paths], axis=0)
    high = np.max([path.max(axis=1) for path in paths], axis=0)
    longer = max(float((high - low).max()), 0.05)  # a single dot has no size
    scale = (BOX - 2 * radius) / longer
    middle = 0.5 * (low + high)
    return [(path - middle[:, None]) * scale + pen.SHEET / 2 for path in paths]


def _ink(paths: Sequence[Path], radii: Sequence[float]) -> Picture:
    """Paths of dots on the sheet, (SHEET, SHEET): the ink of `pen.ink`, quicker for a single picture."""
    middles = np.arange(pen.SHEET, dtype=np.float32) + np.float32(0.5)
    gap = np.full((pen.SHEET, pen.SHEET), pen.FAR, dtype=np.float32)
    for path, radius in zip(paths, radii, strict=True):
        across, down = np.square(path.astype(np.float32)[:, :, None] - middles)
        for first in range(0, len(across), AT_ONCE):
            chosen = slice(first, first + AT_ONCE)
            squares = (down[chosen, :, None] + across[chosen, None, :]).min(axis=0)
            np.minimum(gap, np.sqrt(squares) - np.float32(radius), out=gap)
    level = np.clip(np.float32(0.5) - gap / np.float32(EDGE), 0, 1)
    sheet: Picture = (level * np.float32(255.0) + np.float32(0.5)).astype(np.uint8)
    return sheet
