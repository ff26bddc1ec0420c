"""Bars that go both ways: exact width, the right side, the right length."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from tutor.drawing.signed import signed_bar


@given(
    st.floats(allow_nan=True, allow_infinity=True), st.integers(1, 20).map(lambda n: 2 * n + 1), st.booleans()
)
def test_always_as_wide_as_asked(share: float, width: int, ascii_only: bool) -> None:
    bar = signed_bar(share, width, ascii_only)
    assert len(bar) == width
    assert not ascii_only or bar.isascii()


def test_sides_and_lengths() -> None:
    assert signed_bar(1.0, 9) == "    │████"
    assert signed_bar(-0.5, 9) == "  ██│    "
    assert signed_bar(0.125, 9) == "    │▌   "
    assert signed_bar(-0.375, 9) == "  ▐█│    "
    assert signed_bar(0.0, 9) == "    │    "
    assert signed_bar(-7.0, 9) == "████│    "
    assert signed_bar(0.5, 9, ascii_only=True) == "    |##  "
    assert signed_bar(math.nan, 9) == "    ?    "
