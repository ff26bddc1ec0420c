"""Line plots: sizes, stillness, glyph levels, and that no series can end the process."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment

import tutor
from tutor.drawing.lines import Lines, plain, to_ansi
from tutor.drawing.palette import Glyphs, Palette
from tutor.drawing.plots import Line, Marker, describe, plot

PALETTE = Palette.default()
LEVELS: tuple[Glyphs, ...] = ("braille", "block", "ascii")
STEPS = list(range(128))
TRAIN = Line("train", STEPS, [2.0 * math.exp(-i / 30) + 0.1 for i in STEPS])
VALIDATION = Line("validation", [0, 40, 80, 120], [2.1, 0.9, 0.5, 0.4], "validation")


def draw(*lines: Line, width: int = 80, height: int = 16, **options: object) -> Lines:
    return plot(lines, width=width, height=height, palette=PALETTE, **options)  # type: ignore[arg-type]


def sizes(lines: Lines) -> set[int]:
    return {sum(segment.cell_length for segment in line) for line in lines}


@pytest.mark.parametrize("glyphs", LEVELS)
@pytest.mark.parametrize("size", [(30, 6), (14, 5), (60, 20), (80, 16), (200, 60)])
def test_exact_size(glyphs: Glyphs, size: tuple[int, int]) -> None:
    width, height = size
    lines = draw(
        TRAIN, VALIDATION, width=width, height=height, glyphs=glyphs, title="Loss", x_label="step", cursor=50,
        markers=[Marker(70, "NaN")],
    )  # fmt: skip
    assert len(lines) == height
    assert sizes(lines) == {width}


@pytest.mark.parametrize("size", [(13, 10), (80, 4), (1, 1), (0, 3), (5, 0), (0, 0)])
def test_too_small_is_said_in_the_asked_size(size: tuple[int, int]) -> None:
    lines = draw(TRAIN, width=size[0], height=size[1])
    assert len(lines) == size[1]
    assert sizes(lines) <= {size[0]}
    if size[0] > 9 and size[1]:
        assert any("too small" in line for line in plain(lines))


def test_ascii_level_is_ascii_only_and_block_has_no_braille() -> None:
    lines = draw(
        Line("Verlust é 日本", STEPS, TRAIN.ys), VALIDATION, glyphs="ascii", title="Größe", x_label="Zeit µ",
        markers=[Marker(3, "NaN ∞")], cursor=9,
    )  # fmt: skip
    assert "\n".join(plain(lines)).isascii()
    block = "".join(plain(draw(TRAIN, VALIDATION, glyphs="block")))
    assert not any(0x2800 <= ord(char) < 0x2900 for char in block)
    assert any(0x2800 < ord(char) < 0x2900 for char in "".join(plain(draw(TRAIN))))


def test_labels_cannot_carry_control_characters() -> None:
    evil = "a\x1b[31m\x07\u202eb\r\n\x9b"
    lines = draw(
        Line(evil, STEPS, TRAIN.ys), title=evil, x_label=evil, markers=[Marker(5, evil)], x_limit=(0, 128)
    )
    text = "".join(plain(lines))
    assert not set(text) & set("\x1b\x07\r\n\x9b\u202e")
    assert sizes(lines) == {80}


def test_legend_names_each_series_with_sign_and_last_value() -> None:
    first = plain(draw(TRAIN, VALIDATION, title="Loss"))[0]
    assert "Loss" in first
    assert "● train 0.129" in first
    assert "▲ validation 0.400" in first


def test_cursor_reads_values_at_its_place() -> None:
    rows = plain(draw(TRAIN, VALIDATION, cursor=90, x_label="step", x_limit=(0, 127)))
    assert "validation 0.500" in rows[0]
    assert "step 90" in rows[-1]
    assert sum("│" in row[7:] for row in rows) > 5


def test_only_rows_with_new_points_change_when_the_axis_is_fixed() -> None:
    def at(n: int) -> list[str]:
        flat = [0.5 if i < 100 else 0.52 for i in range(n)]
        top = Line("top", [0, 1], [0.98, 0.98], "third")
        return plain(draw(Line("accuracy", list(range(n)), flat), top, x_limit=(0, 200), title="Accuracy"))

    before, after = at(80), at(81)
    changed = [row for row, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    assert 0 < len(changed) <= 1


def test_y_labels_keep_their_width_whatever_the_range() -> None:
    for low, high in ((0, 1e-9), (0, 3), (-1e300, 1e300), (12, 13), (99999, 1234567)):
        for row in plain(draw(Line("a", [0, 1], [low, high]), height=20))[1:-2]:
            assert row[6] in "│┤"


def test_nan_is_a_marker_at_its_place_and_no_hole() -> None:
    ys = [float(i) if i < 50 else math.nan for i in range(100)]
    rows = plain(draw(Line("loss", list(range(100)), ys), x_limit=(0, 99)))
    assert "NaN" in rows[1]
    column = 7 + int(50 / 99 * 73)
    assert rows[1][column] == "┊"
    assert "inf" in plain(draw(Line("loss", [0, 1, 2], [1.0, math.inf, 2.0])))[1]


def test_spikes_survive() -> None:
    ys = [0.1] * 5000
    ys[2345] = 1.0
    rows = plain(draw(Line("loss", list(range(5000)), ys), y_limit=(0, 1), x_limit=(0, 5000)))
    assert rows[1][7:].strip() != ""
    assert all(
        row[7:].strip() == "" for row in plain(draw(Line("l", [0, 9], [0.1, 0.1]), y_limit=(0, 1)))[1:6]
    )


def test_values_beyond_the_limits_run_along_the_edge() -> None:
    rows = plain(draw(Line("loss", [0, 1, 2, 3], [0.5, 1e9, -1e9, 0.5], "train"), y_limit=(0, 1)))
    assert rows[1][7:].strip() and rows[-3][7:].strip()


def test_log_axis_has_powers_of_ten_and_leaves_zero_out() -> None:
    rows = plain(draw(Line("loss", [0, 1, 2, 3], [100.0, 1.0, 0.0, 0.01]), log_y=True))
    labels = [row[:6].strip() for row in rows]
    assert {"100", "1", "0.01"} <= set(labels)
    assert len(plain(draw(Line("loss", [0, 1], [0.0, -1.0]), log_y=True))) == 16


def test_ghosts_lie_behind() -> None:
    ghost = Line("previous", STEPS, TRAIN.ys, "previous")
    lines = draw(TRAIN, ghost)
    colours = {s.style.color.name for line in lines[1:-2] for s in line if s.style and s.style.color}
    assert PALETTE.train in colours and PALETTE.previous not in colours


def test_points_are_drawn_as_signs() -> None:
    text = "".join(plain(draw(Line("data", [0, 1, 2], [0, 1, 2], "second", "points")))[1:])
    assert text.count("■") == 3


def test_describe_says_the_numbers() -> None:
    train = Line("train loss", [0, 1, 2], [2.31, 1.0, 0.28])
    bad = Line("test", [0, 1, 2], [1.0, math.nan, math.nan])
    assert describe([train]) == "Train loss fell from 2.310 to 0.280."
    assert describe([train, bad]) == "Train loss fell from 2.310 to 0.280; test is 1.000, not finite from 1."
    assert describe([Line("a", [0, 1, 2], [0.1, 0.95, 0.9])]) == "A rose from 0.100 to 0.900 (highest 0.950)."
    assert describe([]) == "Nothing is drawn yet."
    assert describe([Line("a", [], [])]) == "A has no points yet."


def test_ansi_is_256_colours_or_none() -> None:
    lines = draw(TRAIN)
    assert "\x1b[" in to_ansi(lines, True) and "38;2;" not in to_ansi(lines, True)
    assert "\x1b" not in to_ansi(lines, False)
    assert to_ansi([[Segment("a  ")]], False) == "a"


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_ordinary_series_keep_the_size(data: st.DataObject) -> None:
    values = data.draw(st.lists(st.floats(-1e6, 1e6), max_size=40))
    width, height = data.draw(st.integers(14, 120)), data.draw(st.integers(5, 30))
    lines = draw(
        Line("a", list(range(len(values))), values), width=width, height=height, log_y=data.draw(st.booleans()),
        glyphs=data.draw(st.sampled_from(LEVELS)),
    )  # fmt: skip
    assert len(lines) == height and sizes(lines) == {width}


def test_no_series_can_end_the_process() -> None:
    """plotext's kernel aborts on NaN and on far points, uncatchably: hence in a child."""
    child = Path(__file__).with_name("plot_torture.py")
    env = {**os.environ, "PYTHONPATH": str(Path(tutor.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, str(child)], capture_output=True, text=True, timeout=120, check=False, env=env
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[-1]) > 500
