"""Simple digits as a hand would draw them on a pad: strokes in a box 10 wide and 16 high, and as arrow keys move."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tutor.core.pad import BRUSHES, Pad

Points = list[tuple[float, float]]


def arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> Points:
    """Part of an oval, angles in degrees, clockwise from the right."""
    angles = [math.radians(start + (end - start) * k / 24) for k in range(25)]
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


STROKES: dict[int, list[Points]] = {
    0: [arc(5, 8, 5, 8, -90, 270)],
    1: [[(5, 0), (5, 16)]],
    2: [[*arc(5, 4.5, 5, 4.5, 180, 380), (0, 16), (10, 16)]],
    3: [[*arc(4, 4, 5, 4, 200, 450), *arc(4, 12, 6, 4, -90, 160)]],
    4: [[(2, 0), (0, 9), (10, 9)], [(8, 2), (8, 16)]],
    5: [[(9, 0), (1, 0), (1, 7), *arc(4, 11, 5, 5, -110, 140)]],
    6: [[(8, 0), (2, 7), *arc(5, 11, 5, 5, 200, 560)]],
    7: [[(0, 0), (10, 0), (4, 16)]],
    8: [[*arc(5, 4, 4, 4, 90, 450), *arc(5, 12, 5, 4, -90, 270)]],
    9: [[*arc(5, 5, 5, 5, 0, 360), (10, 5), (8, 16)]],
}


def cells(points: Sequence[tuple[float, float]]) -> Iterator[tuple[int, int]]:
    """The pixels that a pen moved by arrow keys comes through, one key a pixel."""
    x, y = round(points[0][0]), round(points[0][1])
    yield x, y
    for goal in points[1:]:
        while (x, y) != (round(goal[0]), round(goal[1])):
            dx, dy = round(goal[0]) - x, round(goal[1]) - y
            if abs(dx) >= abs(dy):
                x += 1 if dx > 0 else -1
            else:
                y += 1 if dy > 0 else -1
            yield x, y


def drawn(digit: int, *, left: float = 9, top: float = 6, size: float = 1.0, keys: bool = True) -> Pad:
    """A digit on the pad, its box `10 * size` pixels wide, by arrow keys or by a steady hand."""
    pad = Pad()
    for stroke in STROKES[digit]:
        points: Sequence[tuple[float, float]] = [(left + x * size, top + y * size) for x, y in stroke]
        points = list(cells(points)) if keys else points
        pad.begin(points[0][0] + 0.5, points[0][1] + 0.5, BRUSHES[1])
        for x, y in points[1:]:
            pad.extend(x + 0.5, y + 0.5)
    return pad
