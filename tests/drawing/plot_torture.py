"""Run as a program by test_draw_plots: draws adversarial series; prints how many plots it survived."""

from __future__ import annotations

import itertools
import math
import sys
from typing import Any

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from tutor.drawing.palette import Palette
from tutor.drawing.plots import Line, Marker, describe, plot

PALETTE = Palette.default()
COUNT = 0

WORST: list[Any] = [
    math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, -5e-324, 1e-308, 2.2e-308, 1e-300, 1.0, 1.0 + 1e-15, -1.0,
    1e16, 1e16 + 2, 1e300, -1e300, 1e308, -1e308, 1.7976931348623157e308, 10**400, None, "x",
]  # fmt: skip
numbers = st.one_of(
    st.sampled_from(WORST),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-5, 5),
    st.floats(-3, 3),
)
series = st.lists(numbers, max_size=12)
limits = st.one_of(st.none(), st.tuples(numbers, numbers))


def survive(lines: list[Line], width: int, height: int, **options: Any) -> None:
    global COUNT
    drawn = plot(lines, width=width, height=height, palette=PALETTE, **options)
    assert len(drawn) == height
    assert {sum(segment.cell_length for segment in line) for line in drawn} == {width}
    assert describe(lines).endswith(".")
    COUNT += 1


def pairs() -> None:
    """Every pair of the worst numbers as y; and turn by turn as x, as limits, and all of them at once."""
    for turn, (a, b) in enumerate(itertools.product(WORST, WORST)):
        glyphs = ("braille", "block", "ascii")[turn % 3]
        survive([Line("y", [0, 1, 2], [a, b, 0.5])], 20, 7, glyphs=glyphs)
        if turn % 3 == 0:
            survive([Line("x", [a, b], [0.0, 1.0])], 20, 7, log_y=turn % 2 == 0)
        elif turn % 3 == 1:
            survive([Line("l", [0, 1], [0.0, 1.0])], 20, 7, y_limit=(a, b), x_limit=(b, a))
        else:
            survive([Line("l", [0, a], [b, 1.0])], 20, 7, y_limit=(a, b), x_limit=(a, b), log_y=turn % 2 == 0)


@seed(7)
@settings(max_examples=120, deadline=None, database=None)
@given(st.data())
def random_plots(data: st.DataObject) -> None:
    xs = data.draw(st.one_of(series, st.just(list(range(12)))))
    lines = [
        Line("a", xs, data.draw(series)),
        Line("b", data.draw(series), data.draw(series), "validation", data.draw(st.sampled_from(["line", "points"]))),
    ]  # fmt: skip
    survive(
        lines,
        data.draw(st.integers(14, 90)),
        data.draw(st.integers(5, 24)),
        x_limit=data.draw(limits),
        y_limit=data.draw(limits),
        log_y=data.draw(st.booleans()),
        cursor=data.draw(numbers),
        markers=[Marker(data.draw(numbers), "m")],
        glyphs=data.draw(st.sampled_from(["braille", "block", "ascii"])),
    )


if __name__ == "__main__":
    pairs()
    random_plots()
    sys.stdout.write(f"{COUNT}\n")
