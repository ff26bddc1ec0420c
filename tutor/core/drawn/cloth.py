"""Shapes and fabrics: what the garments are cut from. All of it works on a group of N images at once.

Pictures are (N, 28, 28), rows downwards. A measure of each image, in pixels, is (N, 1), so that it spreads
over a profile, (N, 28), which has one value for each row (or column).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tutor.core.drawn.draws import Draws, Floats

SIDE = 28
AT: Floats = np.arange(SIDE, dtype=np.float32)  # the near side of each pixel
MIDDLE: Floats = AT + np.float32(0.5)
ONE = np.float32(1.0)
ZERO = np.float32(0.0)


def same(like: Floats, value: float) -> Floats:
    """One value for every image, in the form of `like`."""
    return np.full_like(like, value)


def cover(low: Floats, high: Floats) -> Floats:
    """How much of each pixel lies between two edges: (N, L) edges to (N, L, 28), from 0 to 1."""
    inside = np.minimum(high[:, :, None], AT + ONE) - np.maximum(low[:, :, None], AT)
    share: Floats = np.clip(inside, ZERO, ONE)
    return share


def columns(low: Floats, high: Floats) -> Floats:
    """`cover` for edges that are given for each column: the area between them, (N, 28 rows, 28 columns)."""
    return cover(low, high).swapaxes(1, 2)


def band(low: Floats, high: Floats) -> Floats:
    """A horizontal band between two heights, (N, 1) each, as (N, 28, 1)."""
    return cover(low, high).swapaxes(1, 2)


def bar(low: Floats, high: Floats) -> Floats:
    """A vertical band, as (N, 1, 28)."""
    return cover(low, high)


def profile(*knots: tuple[Floats, Floats], soft: bool = True) -> Floats:
    """A value for each row (or column) that runs through (place, value) knots, (N, 28). Places must rise.

    `soft` rounds the bends with 3t^2 - 2t^3.
    """
    (place, value), rest = knots[0], knots[1:]
    line = value + np.zeros_like(MIDDLE)
    for next_place, next_value in rest:
        t = np.clip((MIDDLE - place) / np.maximum(next_place - place, np.float32(0.01)), ZERO, ONE)
        if soft:
            t = t * t * (np.float32(3.0) - t - t)
        line = line + (next_value - value) * t
        place, value = next_place, next_value
    return line


def mirrored(centre: Floats, inner: Floats, outer: Floats) -> Floats:
    """Two areas, left and right of `centre`, between the half-widths `inner` and `outer`."""
    return cover(centre - outer, centre - inner) + cover(centre + inner, centre + outer)


def thread(at: Floats, width: float = 1.0) -> Floats:
    """A line across each row at the place `at`, (N, 28): a seam or an edge."""
    half = np.float32(width / 2)
    return cover(at - half, at + half)


def spots(x: Floats, first: Floats, step: Floats, number: int, size: float) -> Floats:
    """A column of `number` square spots: buttons."""
    half = np.float32(size / 2)
    rows = band(first - half, first + half)
    for at in range(1, number):
        rows = rows + band(first + step * np.float32(at) - half, first + step * np.float32(at) + half)
    return rows * bar(x - half, x + half)


def segment(ax: Floats, ay: Floats, bx: Floats, by: Floats, half: Floats) -> Floats:
    """A straight strap from a to b, `half` its half-width, with round ends and soft edges, (N, 28, 28)."""
    dx, dy = bx - ax, by - ay
    length = np.maximum(dx * dx + dy * dy, np.float32(0.01))
    px, py = MIDDLE - ax, MIDDLE - ay
    along = (px * (dx / length))[:, None, :] + (py * (dy / length))[:, :, None]
    along = np.clip(along, ZERO, ONE)
    gx, gy = px[:, None, :] - along * dx[:, :, None], py[:, :, None] - along * dy[:, :, None]
    gap = np.sqrt(gx * gx + gy * gy)
    share: Floats = np.clip(half[:, :, None] - gap + np.float32(0.5), ZERO, ONE)
    return share


def arch(left: Floats, right: Floats, top: Floats, foot: Floats, half: Floats) -> Floats:
    """The upper half of an elliptic ring from `left` to `right`: a handle, or a strap over a foot."""
    rx, ry = (right - left) * np.float32(0.5), np.maximum(foot - top, np.float32(0.5))
    x = (MIDDLE - (left + rx)) / np.maximum(rx, np.float32(0.5))
    y = (MIDDLE - foot) / ry
    distance = np.sqrt((x * x)[:, None, :] + (y * y)[:, :, None])
    # The ring's width in pixels, by the smaller axis: good enough for a strap.
    gap = np.abs(distance - ONE) * np.minimum(rx, ry)[:, :, None]
    ring = np.clip(half[:, :, None] - gap + np.float32(0.5), ZERO, ONE)
    share: Floats = ring * (foot > MIDDLE)[:, :, None]
    return share


def _upsampled(grid: Floats) -> Floats:
    """An (N, 8, 8) grid stretched linearly over the picture."""
    place = MIDDLE * np.float32(7 / 28)
    low = np.floor(place).astype(np.intp)
    t = place - low.astype(np.float32)
    rows = grid[:, low] + (grid[:, low + 1] - grid[:, low]) * t[:, None]
    picture: Floats = rows[:, :, low] + (rows[:, :, low + 1] - rows[:, :, low]) * t
    return picture


def _bytes(draws: Draws, shape: tuple[int, int]) -> Floats:
    """Noise of this shape for each image, uniform in -1 to 1."""
    size = shape[0] * shape[1]
    noise = draws.bits((size + 7) // 8)[:, :size].astype(np.float32)
    return (noise * np.float32(2 / 255) - ONE).reshape(-1, *shape)


def _triangle(phase: Floats) -> Floats:
    """A wave between -1 and 1 of period 1, made of straight pieces."""
    wave: Floats = np.float32(4.0) * np.abs(phase - np.floor(phase) - np.float32(0.5)) - ONE
    return wave


def _stripes(period: Floats, shift: Floats, share: Floats) -> Floats:
    """1 on a stripe and 0 between them, for each row or column, (N, 28), with soft edges."""
    wave = _triangle(MIDDLE / period + shift) + share
    stripes: Floats = np.clip(wave * period * np.float32(0.25) + np.float32(0.5), ZERO, ONE)
    return stripes


PATTERNS = ("plain", "stripes", "plaid", "flowers", "print", "blocks")


def fabric(draws: Draws, mean: tuple[float, float], patterns: tuple[int, ...], grain: float) -> Floats:
    """The brightness of a cloth all over the picture, (N, 28, 28): tone, folds, pattern, grain.

    `mean`: the range of tones, 0 to 1. `patterns`: how often each of PATTERNS comes. `grain`: of the noise.
    """
    shade, fold_depth = draws.between((0.0, 1.0), (0.03, 0.16))
    # Bright cloths are the most common.
    tone = np.float32(mean[1]) - np.float32(mean[1] - mean[0]) * shade * shade
    folds = _upsampled(_bytes(draws, (8, 8)))
    cloth: Floats = tone[:, :, None] + fold_depth[:, :, None] * folds
    amount = draws.uniform(1, 0.1 * grain, 1.1 * grain)[:, :, None]
    cloth = cloth + amount * _bytes(draws, (SIDE, SIDE))
    kind = draws.pick(np.array(patterns, dtype=np.int64))
    # Bright cloth carries dark patterns, mostly, and dark cloth bright ones.
    sign = ONE - np.float32(2.0) * (draws.uniform(1) < tone).astype(np.float32)
    depth, period, shift, share = draws.between((0.12, 0.55), (3.0, 10.0), (0.0, 1.0), (-0.5, 0.4))
    contrast = (sign * depth)[:, :, None]
    coarse = _bytes(draws, (14, 14))
    place, size = draws.uniform(2), draws.uniform(2)
    for number, name in enumerate(PATTERNS[1:], start=1):
        n = np.flatnonzero(kind == number)
        if len(n) == 0:
            continue
        if name == "stripes":
            mask = _stripes(period[n], shift[n], share[n])[:, :, None]
        elif name == "plaid":
            lines = _stripes(period[n] * np.float32(0.6), shift[n], share[n])
            mask = np.float32(0.5) * (lines[:, :, None] + lines[:, None, :])
        elif name == "flowers":
            mask = _softened(coarse[n].repeat(2, axis=1).repeat(2, axis=2))
        elif name == "print":
            mask = _chest_print(place[n], size[n])
        else:
            edge = np.float32(6.0) + np.float32(14.0) * place[n, :1]
            mask = band(edge, edge + np.float32(4.0) + np.float32(14.0) * size[n, :1])
        cloth[n] += contrast[n] * mask
    return cloth


def _softened(picture: Floats) -> Floats:
    """Each pixel averaged with its right and its lower neighbour, so that squares turn into petals."""
    picture = np.float32(0.5) * (picture + np.roll(picture, 1, axis=1))
    soft: Floats = picture + np.roll(picture, 1, axis=2)
    return soft * np.float32(0.5)


def _chest_print(place: Floats, size: Floats) -> Floats:
    """A round or wide picture on the chest, crossed by lines of a word."""
    cx = np.float32(13.0) + np.float32(2.0) * place[:, :1]
    cy = np.float32(8.0) + np.float32(6.0) * place[:, 1:]
    rx, ry = np.float32(1.5) + np.float32(3.5) * size[:, :1], np.float32(1.0) + np.float32(4.0) * size[:, 1:]
    x, y = (MIDDLE - cx) / rx, (MIDDLE - cy) / ry
    inside = ONE - (x * x)[:, None, :] - (y * y)[:, :, None]
    picture: Floats = np.clip(inside * np.float32(2.0), ZERO, ONE)
    return picture


def to_bytes(share: Floats, cloth: Floats) -> NDArray[np.uint8]:
    """Covered share times brightness as grey levels. Cloth is never quite black, so that a shape shows."""
    level = share * np.clip(cloth, np.float32(0.04), ONE)
    return (np.clip(level, ZERO, ONE) * np.float32(255.0) + np.float32(0.5)).astype(np.uint8)
