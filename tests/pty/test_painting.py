"""What the painter sends leaves a terminal as Textual's own updates would."""

from __future__ import annotations

import io

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.strip import Strip

from tutor.ui.painting import Painter

WIDTH, ROWS = 24, 3
STYLES = [
    None,
    Style.parse("#5fafff on #121212"),
    Style.parse("bold #5fafff on #121212"),
    Style.parse("#ffaf00 on #121212"),
    Style.parse("bold underline #ffaf00 on #444444"),
    Style.parse("dim italic"),
    Style.parse("reverse #ffaf00 on #121212"),
]
texts = st.text(alphabet="ab ⣤●界", min_size=1, max_size=6)
segments = st.lists(st.tuples(texts, st.sampled_from(STYLES)), min_size=1, max_size=8)
spans = st.tuples(st.integers(0, WIDTH - 1), st.integers(1, WIDTH)).filter(lambda span: span[0] < span[1])
frames = st.lists(st.lists(st.tuples(st.none() | spans, segments), min_size=ROWS, max_size=ROWS), max_size=5)


def strip_of(parts: list[tuple[str, Style | None]]) -> Strip:
    strip = Strip([Segment(text, style) for text, style in parts])
    return strip.adjust_cell_length(WIDTH, STYLES[1])


def console() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, color_system="256", _environ={})


def shown(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """Every cell with what can be seen of it: a blank has no foreground and no weight."""
    rows = []
    for y in range(ROWS):
        cells = [screen.buffer[y][x] for x in range(WIDTH)]
        rows.append(
            [
                (cell.data, cell.bg, cell.underscore, cell.reverse)
                + (
                    ()
                    if cell.data == " " and not cell.reverse and not cell.underscore
                    else (cell.fg, cell.bold)
                )
                for cell in cells
            ]
        )
    return rows  # fmt: skip


@given(frames)
def test_the_terminal_shows_the_same(frames: list[list[tuple[tuple[int, int] | None, list]]]) -> None:  # type: ignore[type-arg]
    """Wide characters, attributes that end, unchanged cells, partial spans, one frame after another."""
    sparing, plain = pyte.Screen(WIDTH, ROWS), pyte.Screen(WIDTH, ROWS)
    one, other = pyte.Stream(sparing), pyte.Stream(plain)
    for screen in (sparing, plain):
        screen.reset_mode(pyte.modes.DECAWM)  # as the app sets it
    painter, pen = Painter(), console()
    for frame in frames:
        chops = [{0: strip_of(parts)} for _, parts in frame]
        dirty = [(y, *span) for y, (span, _) in enumerate(frame) if span]
        if not dirty:
            continue
        whole = [(y, 0, WIDTH) for y, _, _ in dirty]
        update = painter.sparing(ChopsUpdate(chops, whole, [[WIDTH]] * ROWS))
        assert isinstance(update, ChopsUpdate)
        one.feed(update.render_segments(pen))
        other.feed(ChopsUpdate(chops, whole, [[WIDTH]] * ROWS).render_segments(pen))
        assert shown(sparing) == shown(plain)


def test_only_what_changed_is_sent() -> None:
    painter, pen = Painter(), console()
    style = STYLES[1]
    before = [{0: Strip([Segment("step 100 of 900", style)], 15)}]
    after = [{0: Strip([Segment("step 103 of 900", style)], 15)}]
    first = painter.sparing(ChopsUpdate(before, [(0, 0, 15)], [[15]]))
    second = painter.sparing(ChopsUpdate(after, [(0, 0, 15)], [[15]]))
    assert isinstance(first, ChopsUpdate)
    assert isinstance(second, ChopsUpdate)
    assert "step 100 of 900" in first.render_segments(pen)
    assert second.render_segments(pen) == "\x1b[1;8H\x1b[38;5;75;48;5;233m3\x1b[0m"


def test_a_span_is_cut_at_both_ends() -> None:
    """Textual's own update would begin at the left edge of the widget."""
    painter, pen = Painter(), console()
    chops = [{0: Strip([Segment("abcdefgh", None)], 8)}]
    update = painter.sparing(ChopsUpdate(chops, [(0, 3, 5)], [[8]]))
    assert isinstance(update, ChopsUpdate)
    assert update.render_segments(pen) == "\x1b[1;4Hde"


def test_a_full_repaint_forgets_what_was_shown() -> None:
    painter, pen = Painter(), console()
    chops = [{0: Strip([Segment("abc", None)], 3)}]
    for forget in (False, True):
        if forget:
            painter.sparing("a repaint of everything")
        update = painter.sparing(ChopsUpdate(chops, [(0, 0, 3)], [[3]]))
        assert isinstance(update, ChopsUpdate)
        assert update.render_segments(pen) == "\x1b[1;1Habc"
    again = painter.sparing(ChopsUpdate(chops, [(0, 0, 3)], [[3]]))
    assert isinstance(again, ChopsUpdate)
    assert again.render_segments(pen) == ""
