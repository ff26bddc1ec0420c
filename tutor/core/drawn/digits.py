"""The drawn digits: a skeleton, bent and jittered as a hand would, drawn with a pen, framed as MNIST's are."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tutor.core.drawn import pen
from tutor.core.drawn.draws import Draws, Floats
from tutor.core.drawn.skeletons import SKELETONS
from tutor.core.drawn.strokes import STROKE_ENDS, Table, build_table

NAME = 1  # tells the random numbers of this dataset from those of others
PER_IMAGE = 160  # random values that an image may use
BLOCK = 500  # images drawn at once: large enough for numpy, small enough for the processor's cache
BOX = 20.0  # pixels that the longer side of a digit takes, as in MNIST

# Mean slant of each digit to the right, in widths per height.
SLANT = np.array([0.23, 0.24, 0.13, 0.10, 0.26, 0.16, 0.06, 0.08, 0.14, 0.14], dtype=np.float32)
# How much wider than its skeleton each digit is.
WIDTH = np.array([1.12, 1.0, 1.12, 1.06, 1.08, 1.12, 1.06, 1.12, 1.06, 1.0], dtype=np.float32)
# An eight narrower than this cannot be told from a one in a thick pen.
NARROWEST = np.array([0.6, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.8, 0.6], dtype=np.float32)

Bytes = NDArray[np.uint8]


@cache
def _table() -> Table:
    return build_table(SKELETONS)


def draw_digits(start: int, count: int, split: str) -> tuple[Bytes, Bytes]:
    """Images `start` to `start + count - 1` of a split: (N, 28, 28) and (N,), both uint8.

    An image depends on its number and its split ("train" or "test") alone. Raises KeyError for another split.
    """
    images = np.empty((count, pen.SIDE, pen.SIDE), dtype=np.uint8)
    labels = np.empty(count, dtype=np.uint8)
    for first in range(0, count, BLOCK):
        size = min(BLOCK, count - first)
        block = _draw_block(Draws(NAME, split, start + first, size, PER_IMAGE))
        images[first : first + size], labels[first : first + size] = block
    return images, labels


def _draw_block(draws: Draws) -> tuple[Bytes, Bytes]:
    table = _table()
    labels = (draws.take(1)[:, 0] >> np.uint64(32)) % np.uint64(10)
    variant = _pick_variant(table, draws, labels.astype(np.intp))
    points = _pose(table, draws, variant)
    points = _shake(table, draws, variant, points)
    paths = _trace(table, draws, variant, points)
    paths = _bend(draws, labels.astype(np.intp), paths)
    radius = _pressure(draws, table.along[variant])
    edge = draws.uniform(1, 0.9, 1.8)[:, 0]
    x, y = _frame(paths, radius)
    # The pen wants images with many dots first.
    order = np.argsort(-table.dots[variant], kind="stable")
    sheets = pen.ink(x[order], y[order], radius[order], table.dots[variant][order], edge[order])
    images = np.empty((len(order), pen.SIDE, pen.SIDE), dtype=np.uint8)
    images[order] = pen.centred(sheets)
    return images, labels.astype(np.uint8)


def _pick_variant(table: Table, draws: Draws, labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """A way of writing each label, in proportion to the table's weights, (N,)."""
    edges = np.concatenate([[0], np.cumsum(table.weights)])
    low = edges[np.searchsorted(table.digit_of, labels, side="left")]
    high = edges[np.searchsorted(table.digit_of, labels, side="right")]
    ticket = (draws.take(1)[:, 0] >> np.uint64(32)).astype(np.int64) % (high - low) + low
    chosen: NDArray[np.intp] = np.searchsorted(edges, ticket, side="right") - 1
    return chosen


def _pose(table: Table, draws: Draws, variant: NDArray[np.intp]) -> Floats:
    """Control points between the two poses and a little beyond, (2, N, P), about the middle of the digit."""
    blend = draws.uniform(2, -0.35, 1.35)[:, None, :]
    poses = table.poses[variant]
    points = poses[:, 0] + blend * (poses[:, 1] - poses[:, 0])
    points = np.moveaxis(points, 2, 0) - np.array([0.3, 0.5], dtype=np.float32)[:, None, None]
    return np.ascontiguousarray(points)


def _shake(table: Table, draws: Draws, variant: NDArray[np.intp], points: Floats) -> Floats:
    """Move the points: each alone, neighbours together, whole strokes, and the ends along the stroke."""
    size = points.shape[2]
    # Some hands are steadier than others.
    hand = np.float32(0.55) + np.float32(1.1) * np.square(draws.uniform(1))
    alone = draws.normal(2 * size, 0.028).reshape(-1, 2, size)
    smooth = draws.normal(2 * size, 0.135).reshape(-1, 2, size)
    before, after = table.before[variant][:, None, :], table.after[variant][:, None, :]
    for _ in range(2):
        sides = np.take_along_axis(smooth, before, 2) + np.take_along_axis(smooth, after, 2)
        smooth = np.float32(0.5) * smooth + np.float32(0.25) * sides
    strokes = draws.normal(4, 0.04).reshape(-1, 2, 2)
    moved = (alone + smooth) * hand[:, :, None] + np.take_along_axis(
        strokes, table.stroke[variant][:, None, :], 2
    )
    points = points + np.moveaxis(moved, 1, 0)
    ends = table.ends[variant]
    images = np.arange(len(variant))
    longer = np.clip(draws.normal(STROKE_ENDS, 0.25), -0.4, 0.6)
    for at in range(STROKE_ENDS):
        end, inner = ends[:, at, 0], ends[:, at, 1]
        points[:, images, end] += longer[:, at] * (points[:, images, end] - points[:, images, inner])
    return points


def _trace(table: Table, draws: Draws, variant: NDArray[np.intp], points: Floats) -> Floats:
    """The pen's path through the points as dots, (2, N, D), its corners rounded more or less."""
    images, size = len(variant), points.shape[2]
    first = np.arange(images, dtype=np.intp)[:, None] * size
    path = np.zeros((2, images, table.along.shape[1]), dtype=np.float32)
    for mix, source in zip(table.mix, table.source, strict=True):
        weights, places = mix[variant], first + source[variant]
        for axis in (0, 1):
            path[axis] += weights * points[axis].take(places)
    # Each round moves a dot towards the middle of its neighbours.
    pull = np.float32(0.5) * np.square(draws.uniform(1)) * table.link[variant]
    for _ in range(3):
        step = pull * (path[:, :, 1:] - path[:, :, :-1])
        path[:, :, :-1] += step
        path[:, :, 1:] -= step
    return path


def _bend(draws: Draws, labels: NDArray[np.intp], path: Floats) -> Floats:
    """Warp, widen, slant and turn the whole digit, (2, N, D)."""
    x, y = path
    w = draws.normal(8)[:, :, None]
    xx, yy, xy = x * x, y * y, x * y
    x, y = (
        x
        + np.float32(0.26) * (w[:, 0] * yy + w[:, 1] * xy)
        + np.float32(0.40) * (w[:, 2] * yy * y + w[:, 3] * xx * y),
        y
        + np.float32(0.19) * (w[:, 4] * yy + w[:, 5] * xy + w[:, 6] * xx)
        + np.float32(0.3) * w[:, 7] * yy * y,
    )
    x = (
        x
        * WIDTH[labels][:, None]
        * np.clip(np.float32(1.0) + draws.normal(1, 0.22), NARROWEST[labels][:, None], 1.7)
    )
    x = x - (SLANT[labels][:, None] + draws.normal(1, 0.25)) * y
    # The turn with tan(angle / 2) = half needs no sine: 2 * 0.052 rad is about 6 degrees.
    half = draws.normal(1, 0.052)
    norm = np.float32(1.0) + half * half
    cosine, sine = (np.float32(1.0) - half * half) / norm, (half + half) / norm
    return np.stack([cosine * x - sine * y, sine * x + cosine * y])


def _pressure(draws: Draws, along: Floats) -> Floats:
    """The pen's radius in pixels at each dot, (N, D): a pen for the image, more or less pressed on its way."""
    mean = np.clip(np.float32(1.35) * (np.float32(1.0) + draws.normal(1, 0.30)), 0.65, 2.4)
    tilt, swell = draws.normal(1, 0.16), draws.normal(1, 0.20)
    pressed = np.float32(1.0) + tilt * along + swell * (along * along - np.float32(1 / 3))
    radius: Floats = np.clip(mean * pressed, 0.6, 2.6).astype(np.float32)
    return radius


def _frame(path: Floats, radius: Floats) -> tuple[Floats, Floats]:
    """Scale each path, with its ink, to 20 pixels on its longer side, in the middle of a sheet."""
    low, high = path.min(axis=2, keepdims=True), path.max(axis=2, keepdims=True)
    longer = np.maximum((high - low).max(axis=0), np.float32(0.05))
    width = np.float32(2.0) * radius.max(axis=1, keepdims=True)
    scale = (np.float32(BOX) - width) / longer
    centre = np.float32(0.5) * (low + high)
    x, y = (path - centre) * scale + np.float32(pen.SHEET / 2)
    return x, y
