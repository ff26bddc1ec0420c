"""Half blocks, ASCII, galleries and weights."""

from __future__ import annotations

import pytest

from tutor.drawing.images import DIVERGING, GREYS, diverging, image, image_grid
from tutor.drawing.lines import Lines, plain
from tutor.drawing.palette import Palette

PALETTE = Palette.default()
DIGIT = [[255 if x == y else 0 for x in range(28)] for y in range(28)]


def shape(lines: Lines) -> tuple[int, set[int]]:
    return len(lines), {sum(segment.cell_length for segment in line) for line in lines}


@pytest.mark.parametrize("mode", ["half", "ascii"])
def test_sizes(mode: str) -> None:
    assert shape(image(DIGIT, mode=mode)) == (14, {28})  # type: ignore[arg-type]
    assert shape(image(DIGIT, mode=mode, scale=0.5)) == (7, {14})  # type: ignore[arg-type]
    assert shape(image(DIGIT[:3], mode=mode)) == (2, {28})  # type: ignore[arg-type]
    assert image([], mode=mode) == []  # type: ignore[arg-type]


def test_half_block_has_the_upper_pixel_in_front_and_the_lower_behind() -> None:
    [[cell]] = image([[255], [0]])
    assert cell.text == "▀" and cell.style
    assert cell.style.color and cell.style.color.name == GREYS[25]
    assert cell.style.bgcolor and cell.style.bgcolor.name == GREYS[0]


def test_half_size_is_the_mean_of_four() -> None:
    [[cell]] = image([[0, 255], [255, 0], [0, 255], [255, 0]], scale=0.5)
    assert cell.style and cell.style.bgcolor and cell.style.bgcolor.name == GREYS[round(127.5 * 25 / 255)]


def test_ascii_goes_from_dark_to_light_without_colours() -> None:
    lines = image([[0, 128, 255], [0, 128, 255]], mode="ascii", ramp=" o@")
    assert plain(lines) == [" o@"]
    assert all(segment.style is None or not segment.style.color for line in lines for segment in line)
    assert "".join(plain(image(DIGIT, mode="ascii"))).isascii()


def test_odd_pixels_are_drawn_too() -> None:
    assert shape(image([[float("nan"), 999, -5], [1]])) == (1, {3})  # type: ignore[list-item]
    assert shape(image([[0] * 5] * 5, scale=0.5)) == (2, {3})


@pytest.mark.parametrize("bad", [{"scale": 2}, {"mode": "braille"}, {"ramp": ""}])
def test_wrong_options_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="scale must be"):
        image(DIGIT, **bad)  # type: ignore[arg-type]


def test_gallery_wraps_captions_and_marks_the_highlighted() -> None:
    lines = image_grid(
        [DIGIT] * 7, ["seven"] * 6 + ["six read as a zero"], width=80, palette=PALETTE, scale=0.5,
        highlight={6}, caption_lines=2,
    )  # fmt: skip
    rows = plain(lines)
    assert shape(lines) == (9 + 1 + 9, {80})
    assert rows[7].count("seven") == 5
    assert rows[17].startswith("seven") and "▸ six read as" in rows[17] and "a zero" in rows[18]


def test_gallery_in_ascii_and_without_captions() -> None:
    lines = image_grid(
        [DIGIT, DIGIT], ["é日本\x1b["], width=60, palette=PALETTE, mode="ascii", highlight=[0, 1]
    )
    assert shape(lines) == (15, {60})
    assert "".join(plain(lines)).isascii()
    assert shape(image_grid([DIGIT], ["too wide"], width=20, palette=PALETTE)) == (15, {20})
    assert image_grid([], [], width=20, palette=PALETTE) == []


def test_weights_are_symmetric_about_zero() -> None:
    def colours(values: list[float], **options: float) -> list[str]:
        lines = diverging([values, values], **options)
        return [s.style.bgcolor.name for s in lines[0] for _ in s.text if s.style and s.style.bgcolor]

    assert colours([-2.0, 0.0, 2.0]) == [DIVERGING[0], DIVERGING[4], DIVERGING[8]]
    assert colours([-1.0, 0.0, 2.0]) == [DIVERGING[2], DIVERGING[4], DIVERGING[8]]
    assert colours([1.0], limit=2.0) == [DIVERGING[6]]
    assert colours([0.0, float("nan"), float("-inf")]) == [DIVERGING[4]] * 3


def test_weights_in_ascii() -> None:
    assert plain(diverging([[-4, -1, 0, 1, 4]] * 2, mode="ascii")) == ["=- +#"]
    assert shape(diverging(DIGIT, scale=0.5)) == (7, {14})
