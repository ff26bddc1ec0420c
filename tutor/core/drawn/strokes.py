"""From points to a pen's path: variants as tables, so that a whole block of images is shaped at once.

A path is a list of dots less than a pixel apart. Each dot is a weighted sum of four control points
(Catmull and Rom 1974, uniform), so one table of weights and one of indices turn points into dots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]

STROKE_ENDS = 4  # two strokes at the most, two ends each
DOTS_PER_HEIGHT = (
    25.0  # a digit is about 18 pixels high from dot to dot: spacing 0.7 px before it is stretched
)


@dataclass(frozen=True)
class Table:
    """All V variants, padded to P points and D dots. Padding repeats the last point or dot."""

    weights: NDArray[np.int64]  # (V,) how often each comes
    digit_of: Indices  # (V,)
    poses: Floats  # (V, 2, P, 2) in heights
    before: Indices  # (V, P) the previous point of the same stroke
    after: Indices  # (V, P) the next one
    ends: Indices  # (V, STROKE_ENDS, 2) an end of a stroke and its neighbour; the same point twice as padding
    stroke: Indices  # (V, P) which stroke a point belongs to
    dots: NDArray[np.int64]  # (V,) number of dots
    mix: Floats  # (4, V, D) weights of four points for a dot
    source: Indices  # (4, V, D) which points
    link: Floats  # (V, D - 1) 1 between neighbours on a stroke, 0 between strokes and in the padding
    along: Floats  # (V, D) place on the whole path, -1 to 1


Stroke = list[tuple[float, float, bool]]


def parse(text: str) -> list[Stroke]:
    """`"0,0 10,20* / 5,5 9,9"` as strokes of (x, y, is a corner) in heights."""
    strokes: list[Stroke] = []
    for part in text.split("/"):
        stroke: Stroke = []
        for word in part.split():
            x, y = word.rstrip("*").split(",")
            stroke.append((int(x) / 100, int(y) / 100, word.endswith("*")))
        strokes.append(stroke)
    return strokes


def _catmull_rom(t: float) -> tuple[float, float, float, float]:
    """Weights of the points before, at, after and beyond a segment, at t in [0, 1]."""
    return (
        0.5 * (-t + 2 * t * t - t * t * t),
        0.5 * (2 - 5 * t * t + 3 * t * t * t),
        0.5 * (t + 4 * t * t - 3 * t * t * t),
        0.5 * (-t * t + t * t * t),
    )


def _segment_dots(stroke: Stroke, first: int, at: int, count: int) -> list[tuple[list[int], list[float]]]:
    """Dots on the segment from point `at` to the next; `first` is the stroke's place among all points.

    At an end or a corner the missing neighbour is the mirror image 2a - b, which leaves the curve free there.
    """
    dots = []
    opens = at == 0 or stroke[at][2]
    closes = at + 2 == len(stroke) or stroke[at + 1][2]
    a, b = first + at, first + at + 1
    for step in range(count):
        before, here, there, beyond = _catmull_rom(step / count)
        if opens:
            here, there, before = here + 2 * before, there - before, 0.0
        if closes:
            there, here, beyond = there + 2 * beyond, here - beyond, 0.0
        dots.append(([a if opens else a - 1, a, b, b if closes else b + 1], [before, here, there, beyond]))
    return dots


@dataclass
class _Variant:
    """One variant while the table is built."""

    dots: list[tuple[list[int], list[float]]]
    dot_stroke: list[int]
    point_stroke: list[int]
    ends: list[tuple[int, int]]


def _lay_out(first_pose: list[Stroke], second_pose: list[Stroke]) -> _Variant:
    """Dots, evenly spaced on the mean of the two poses."""
    variant = _Variant([], [], [], [])
    first = 0
    for number, (one, two) in enumerate(zip(first_pose, second_pose, strict=True)):
        last = first + len(one) - 1
        for at in range(len(one) - 1):
            dx = (one[at + 1][0] - one[at][0] + two[at + 1][0] - two[at][0]) / 2
            dy = (one[at + 1][1] - one[at][1] + two[at + 1][1] - two[at][1]) / 2
            # A bent segment is longer than its chord, by about a tenth here.
            count = max(2, round((dx * dx + dy * dy) ** 0.5 * 1.1 * DOTS_PER_HEIGHT))
            variant.dots += _segment_dots(one, first, at, count)
        variant.dots.append(([last] * 4, [0.0, 1.0, 0.0, 0.0]))
        variant.dot_stroke += [number] * (len(variant.dots) - len(variant.dot_stroke))
        variant.point_stroke += [number] * len(one)
        variant.ends += [(first, first + 1), (last, last - 1)]
        first = last + 1
    return variant


def _neighbours(groups: list[int], size: int, step: int) -> list[int]:
    """The index `step` further on, or the same one where that is another group; padded to `size`."""
    found = [
        at + step if 0 <= at + step < len(groups) and groups[at + step] == group else at
        for at, group in enumerate(groups)
    ]
    return found + [len(groups) - 1] * (size - len(groups))


def _padded(values: Sequence[object], size: int) -> list[object]:
    return list(values) + [values[-1]] * (size - len(values))


def build_table(skeletons: Sequence[Sequence[tuple[int, str, str]]]) -> Table:
    """Parse and pad every variant. Raises ValueError when two poses do not match point for point."""
    frequency, digit_of, poses, variants = [], [], [], []
    for digit, ways in enumerate(skeletons):
        for often, one, two in ways:
            first, second = parse(one), parse(two)
            if [[point[2] for point in s] for s in first] != [[point[2] for point in s] for s in second]:
                raise ValueError(f"the two poses of a {digit} differ in points or corners: {one} | {two}")
            frequency.append(often)
            digit_of.append(digit)
            poses.append([[point[:2] for stroke in pose for point in stroke] for pose in (first, second)])
            variants.append(_lay_out(first, second))
    points = max(len(v.point_stroke) for v in variants)
    size = max(len(v.dots) for v in variants)
    return Table(
        weights=np.array(frequency, dtype=np.int64),
        digit_of=np.array(digit_of, dtype=np.intp),
        poses=np.array([[_padded(pose, points) for pose in two] for two in poses], dtype=np.float32),
        before=np.array([_neighbours(v.point_stroke, points, -1) for v in variants], dtype=np.intp),
        after=np.array([_neighbours(v.point_stroke, points, 1) for v in variants], dtype=np.intp),
        ends=np.array([(v.ends + [(0, 0)] * STROKE_ENDS)[:STROKE_ENDS] for v in variants], dtype=np.intp),
        stroke=np.array([_padded(v.point_stroke, points) for v in variants], dtype=np.intp),
        dots=np.array([len(v.dots) for v in variants], dtype=np.int64),
        mix=_four_first([_padded([w for _, w in v.dots], size) for v in variants], np.float32),
        source=_four_first([_padded([s for s, _ in v.dots], size) for v in variants], np.intp),
        link=np.array([_links(v.dot_stroke, size) for v in variants], dtype=np.float32),
        along=np.array([_along(len(v.dots), size) for v in variants], dtype=np.float32),
    )


def _four_first(values: Sequence[object], dtype: type) -> NDArray[Any]:
    return np.ascontiguousarray(np.moveaxis(np.array(values, dtype=dtype), 2, 0))


def _links(strokes: list[int], size: int) -> list[int]:
    same = [int(one == two) for one, two in pairwise(strokes)]
    return same + [0] * (size - len(strokes))


def _along(dots: int, size: int) -> list[float]:
    place = [2 * at / (dots - 1) - 1 for at in range(dots)]
    return place + [1.0] * (size - dots)
