"""Lines of exact width, clean labels, scales with round numbers, colours that survive 256."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.segment import Segment

import tutor
from tutor.drawing.images import DIVERGING, GREYS
from tutor.drawing.lines import beside, clean, fit, plain, runs, style
from tutor.drawing.palette import SYMBOLS, Palette, symbol
from tutor.drawing.scales import LABEL_WIDTH, linear, logarithmic, nice_limits, number, short, tick_label


@given(st.text(), st.integers(0, 40), st.sampled_from(["left", "right", "centre"]), st.booleans())
def test_fit_is_exact_and_clean(text: str, width: int, align: str, ascii_only: bool) -> None:
    out = fit(text, width, align, ascii_only)  # type: ignore[arg-type]
    assert cell_len(out) == width
    assert out.isprintable()
    assert not ascii_only or out.isascii()


def test_fit_examples() -> None:
    assert fit("validation", 6) == "valid…"
    assert fit("validation", 6, ascii_only=True) == "valid~"
    assert fit("日本語", 5) == "日本…"
    assert fit("ab", 5, "right") == "   ab"
    assert clean("Größe\x1b[0m", ascii_only=True) == "Gro?e[0m"


def test_runs_join_neighbours_of_one_style() -> None:
    red, blue = style("#ff0000"), style("#0000ff")
    assert runs("abc", [red, red, blue]) == [Segment("ab", red), Segment("c", blue)]
    assert runs("", []) == []


def test_beside_fills_up_shorter_blocks() -> None:
    lines = beside([([[Segment("a")]], 1), ([[Segment("b")], [Segment("c")]], 1)], gap=1)
    assert plain(lines) == ["a b", "  c"]


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=20))
def test_limits_hold_the_values_with_few_short_ticks(values: list[float]) -> None:
    values = [number(value) for value in values]
    low, high = nice_limits(values)
    slack = 1e-6 * max(abs(low), abs(high))
    assert low < high and low <= min(values) + slack and max(values) - slack <= high
    scale = linear(low, high, 4)
    assert 2 <= len(scale.ticks) <= 8
    assert all(len(label) <= LABEL_WIDTH for label in scale.labels)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0.1, 2.31], (0, 3)), ([0.9, 0.98], (0.9, 0.98)), ([0.97], (0, 1)), ([], (0, 1)), ([-3, -2.9], (-3, -2.9)),
     ([-1, 1], (-1, 1)), ([0.0], (0, 1)), ([40.0, 97.0], (0, 100))],
)  # fmt: skip
def test_limits_are_round(values: list[float], expected: tuple[float, float]) -> None:
    assert nice_limits(values) == pytest.approx(expected)


def test_limits_stay_while_a_value_moves_a_little() -> None:
    assert len({nice_limits([0.1, top / 100]) for top in range(210, 240)}) == 1


def test_tick_labels() -> None:
    assert [tick_label(v, 0.25) for v in (0, 0.25, 0.5)] == ["0.00", "0.25", "0.50"]
    assert tick_label(1234567, 250000) == "1.2e6"
    assert logarithmic(0.01, 10, 4).labels == ("0.01", "0.1", "1", "10")
    assert logarithmic(0.1, 1, 4).labels == ("0.1", "0.2", "0.5", "1")


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_short_numbers_are_short(value: float) -> None:
    assert len(short(value)) <= 7
    if 0 < abs(value) < 1e308:
        assert float(short(value)) == pytest.approx(value, rel=0.5)


def _number(hex_colour: str) -> int | None:
    return Color.parse(hex_colour).downgrade(ColorSystem.EIGHT_BIT).number


def test_greys_stay_26_different_greys_in_256_colours() -> None:
    assert len({_number(grey) for grey in GREYS}) == 26


@pytest.mark.parametrize("palette", [Palette.default(), Palette.light()])
def test_colours_survive_256(palette: Palette) -> None:
    for colours in (palette.classes, DIVERGING):
        assert len({_number(colour) for colour in colours}) == len(colours)
    series = [palette.colour(slot) for slot in SYMBOLS]
    assert len({_number(colour) for colour in series}) == len(series)
    assert len({_number(colour) for colour in palette.regions}) >= 5
    for field in fields(palette):
        value = getattr(palette, field.name)
        assert all(Color.parse(colour).triplet for colour in ([value] if isinstance(value, str) else value))


def test_slots_and_signs() -> None:
    assert Palette.default().colour("train") == Palette.default().train
    assert (
        Palette.default().colour("classes") == Palette.default().colour("no such") == Palette.default().text
    )
    main = [symbol(slot, "braille") for slot in SYMBOLS if not slot.endswith("_faint")]
    assert len(set(main)) == len(main)
    assert all(symbol(slot, "ascii").isascii() for slot in SYMBOLS)
    assert len({symbol(slot, "ascii") for slot in SYMBOLS}) == len(SYMBOLS)


def test_drawing_loads_neither_torch_nor_textual() -> None:
    code = (
        "import sys; from tutor.drawing import plots, images, fields, tables;"
        "sys.exit(any(name in sys.modules for name in ('torch', 'textual', 'numpy')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(tutor.__file__).parents[1], check=False)
    assert done.returncode == 0
