"""The confusion matrix and bars."""

from __future__ import annotations

import math

import pytest

from tutor.drawing.lines import Lines, plain
from tutor.drawing.palette import Palette
from tutor.drawing.tables import bars, confusion

PALETTE = Palette.default()
GARMENTS = [
    "T-shirt",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
]


def widths(lines: Lines) -> set[int]:
    return {sum(segment.cell_length for segment in line) for line in lines}


def looks(line: list[object]) -> list[str]:
    return [s.style.bgcolor.name for s in line if s.style and s.style.bgcolor]  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [9, 99, 1000, 9999, 123456, 10**12])
@pytest.mark.parametrize("width", [80, 72, 100])
def test_ten_classes_fit(count: int, width: int) -> None:
    lines = confusion(
        [[count] * 10 for _ in range(10)], GARMENTS, width=width, palette=PALETTE, cursor=(9, 9)
    )
    assert len(lines) == 12 and widths(lines) == {width}
    assert "10 %" in plain(lines)[2]
    assert "[" in plain(lines)[11]


def test_numbers_recall_and_cursor() -> None:
    rows = plain(confusion([[90, 10], [0, 50]], ["cat", "dog"], width=40, palette=PALETTE, cursor=(0, 1)))
    assert rows[0].split() == ["true", "predicted"]
    assert rows[1].split() == ["cat", "dog", "recall"]
    assert rows[2].split() == ["cat", "90", "[10]", "90", "%"]
    assert rows[3].split() == ["dog", "·", "50", "100", "%"]


def test_heat_is_blue_on_the_diagonal_and_warm_off_it() -> None:
    lines = confusion([[50, 50], [0, 100]], ["a", "b"], width=40, palette=PALETTE)
    assert looks(lines[2])[1] == PALETTE.wrong[-1]  # type: ignore[arg-type]
    assert looks(lines[3]) == [PALETTE.wrong[0], PALETTE.right[-1]]  # type: ignore[arg-type]


def test_plain_matrix_is_ascii_with_bold_errors() -> None:
    lines = confusion([[9, 1], [0, 9]], ["ä", "日本"], width=40, palette=PALETTE, glyphs="ascii", color=False)
    assert "".join(plain(lines)).isascii()
    assert [s.text.strip() for s in lines[2] if s.style and s.style.bold] == ["1"]
    assert all(not s.style.color for line in lines for s in line if s.style)


def test_odd_matrices() -> None:
    assert "nothing" in plain(confusion([], [], width=40, palette=PALETTE))[0]
    assert "too small" in plain(confusion([[1] * 10] * 10, GARMENTS, width=30, palette=PALETTE))[0]
    ragged = confusion([[1], []], ["a", "b"], width=40, palette=PALETTE)
    assert plain(ragged)[3].split() == ["b", "·", "·", "-"]


@pytest.mark.parametrize("width", [20, 40, 80, 1, 0])
def test_bars_are_exact(width: int) -> None:
    lines = bars(
        [0.9, 0.1, 0], ["six", "a very long label indeed", "日本"], width=width, palette=PALETTE, highlight=0
    )
    assert len(lines) == 3 and widths(lines) <= {width}


def test_bars_are_proportional_to_an_eighth() -> None:
    rows = plain(bars([1.0, 0.5, 0.001, 0.0], list("abcd"), width=31, palette=PALETTE, limit=1.0))
    filled = [row.count("█") for row in rows]
    assert filled[0] == 2 * filled[1] == 22
    assert "▏" in rows[2] and "█" not in rows[3]
    assert rows[0].endswith("1.000")


def test_bars_mark_the_highlighted_and_write_percent() -> None:
    rows = plain(bars([0.93, 0.07], ["six", "two"], width=40, palette=PALETTE, highlight=[1], percent=True))
    assert rows[0].startswith(" six") and rows[1].startswith("▸two")
    assert rows[0].endswith("93.0 %")


def test_bars_with_odd_values_and_ascii() -> None:
    lines = bars(
        [math.nan, -1.0, math.inf, 5.0], ["é", "b", "c\x1b"], width=30, palette=PALETTE, glyphs="ascii", color=False,
        highlight={0},
    )  # fmt: skip
    assert "".join(plain(lines)).isascii() and widths(lines) == {30}
    assert "NaN" in plain(lines)[0] and "#" not in plain(lines)[1] and "#" in plain(lines)[3]
    assert "nothing" in plain(bars([], [], width=30, palette=PALETTE))[0]
