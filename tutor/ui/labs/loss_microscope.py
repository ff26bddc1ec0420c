"""The loss microscope: one sample, its logit slides, and four losses answer with a value and a slope."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tutor.core.loss_words import NAMES, figure, place, probability, remark, sentences
from tutor.drawing.frame import MARGIN
from tutor.drawing.lines import Lines, beside, blank, fit, sized
from tutor.drawing.overlay import Mark, column_of, lay_over, row_of
from tutor.drawing.palette import symbol
from tutor.drawing.plots import MIN_HEIGHT, MIN_WIDTH, Line, plot
from tutor.ui.labs.number_lab import NumberLab, row

if TYPE_CHECKING:
    from tutor.core.microscope import Curves, Reading

SLOTS = {"mse": "train", "naive": "validation", "bce": "second", "with-logits": "third"}
FURTHEST = 100.0
WINDOWS = (5.0, 20.0, 50.0, 100.0)  # how far the curves reach on each side of 0
STRIDES = (0.001, 0.01, 0.1, 0.5, 2.0)  # what a press of an arrow moves
PAGE = 10
POINTS = 240  # of a curve in each window: about two for each dot of a plot
GAP, NUMBER = 2, 12
FLOOR = 1e-12  # the foot of a logarithmic axis
START = (3.0, 0)
KEPT = 24  # drawn curves that are kept, so that a sliding logit redraws only the points on them


def window_for(z: float) -> float:
    """The narrowest window, from the usual one up, that shows this logit."""
    return next(window for window in WINDOWS[1:] if abs(z) <= window)


class LossMicroscopeLab(NumberLab):
    """Arrows slide the logit, Space flips the target; curves, a table and a sentence follow."""

    lead_keys = ("slide(-1)", "flip", "choose(-1)", "edge", "page(1)", "log", "view", "next")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "slide(-1)", "Slide z", key_display="← →", tooltip="Slide the logit down"),
        Binding("right,l", "slide(1)", "Slide z", show=False, tooltip="Slide the logit up"),
        Binding("space", "flip", "Flip y", tooltip="Flip the target between 0 and 1"),
        Binding("up,k", "choose(-1)", "Loss", key_display="↑ ↓", tooltip="Look at one loss, or at all"),
        Binding("down,j", "choose(1)", "Loss", show=False, tooltip="Look at the next loss"),
        Binding("e", "edge", "Edges", tooltip="Jump to the next place where float32 gives out"),
        Binding("g", "log", "Log scale", tooltip="Draw on a log scale, or not"),
        Binding("pageup", "page(-1)", "Far", show=False, tooltip="Slide ten units down"),
        Binding("pagedown", "page(1)", "Far", show=False, tooltip="Slide ten units up"),
        Binding("minus", "stride(-1)", "Finer", show=False, tooltip="Slide by a finer step"),
        Binding("plus,equals_sign", "stride(1)", "Coarser", show=False, tooltip="Slide by a coarser step"),
        Binding("w", "window", "Window", show=False, tooltip="Show a wider or narrower part of the curves"),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.z, self.y = START
        self.window, self.stride = WINDOWS[1], 3
        self.chosen = -1  # the loss looked at alone, or -1 for all
        self.log_scale = False
        self.reading: Reading | None = None
        self.curves: dict[tuple[int, float], Curves] = {}
        self.edges: dict[int, list[float]] = {}
        self.seen: set[str] = set()
        self._drawn: dict[tuple[object, ...], Lines] = {}

    # torch, off the UI thread

    def prepare(self) -> tuple[dict[tuple[int, float], Curves], dict[int, list[float]]]:
        from tutor.core import microscope

        drawn = {}
        for window in WINDOWS:
            zs = [window * (2 * index / POINTS - 1) for index in range(POINTS + 1)]
            drawn.update({(y, window): microscope.curves(zs, y) for y in (0, 1)})
        return drawn, {y: microscope.edges(y) for y in (0, 1)}

    def prepared(self, result: Any) -> None:
        self.curves, self.edges = result

    def measure(self) -> None:
        from tutor.core.microscope import read

        self.reading = read(self.z, self.y)
        self.seen |= {"edge"} if self.reading.p in (0.0, 1.0) else {"inside"}
        if not self.locked and self.seen >= {"edge", "flip"}:
            self.mark_done()

    # Keys

    def _go_to(self, z: float) -> None:
        """Move the logit there; the window widens where it must, and narrows again near 0."""
        z = round(min(FURTHEST, max(-FURTHEST, z)), 3) + 0.0
        if abs(z) > self.window or abs(self.z) > WINDOWS[1] >= abs(z):
            self.window = window_for(z)
        self.z = z
        self.changed()

    def action_slide(self, by: int) -> None:
        if self.may_move():
            self._go_to(self.z + by * STRIDES[self.stride])

    def action_page(self, by: int) -> None:
        if self.may_move():
            self._go_to(self.z + by * PAGE)

    def action_stride(self, by: int) -> None:
        self.stride = min(len(STRIDES) - 1, max(0, self.stride + by))
        self.changed()

    def action_flip(self) -> None:
        if self.may_move():
            self.y = 1 - self.y
            self.seen.add("flip")
            self.changed()

    def action_edge(self) -> None:
        """From anywhere to the first edge of this target; from an edge to the next one."""
        if self.may_move():
            edges = self.edges[self.y]
            here = edges.index(self.z) if self.z in edges else -1
            self._go_to(edges[(here + 1) % len(edges)])

    def action_choose(self, by: int) -> None:
        self.chosen = (self.chosen + 1 + by) % (len(NAMES) + 1) - 1
        self.changed()

    def action_log(self) -> None:
        self.log_scale = not self.log_scale
        self.changed()

    def action_window(self) -> None:
        fitting = [window for window in WINDOWS if window >= abs(self.z)]
        later = [window for window in fitting if window > self.window]
        self.window = (later or fitting)[0]
        self.changed()

    def action_reset(self) -> None:
        self.z, self.y = START
        self.window, self.stride, self.chosen, self.log_scale = WINDOWS[1], 3, -1, False
        self.changed()

    def clicked(self, x: int, y: int) -> None:
        """A click on a curve puts the logit under it."""
        width, height = self.query_one("#lab-panels").size
        plots = self._plot_widths(width)
        for start, cells in zip((0, plots[0] + GAP), plots, strict=False):
            share = (x - start - MARGIN + 0.5) / (cells - MARGIN)
            if 0 <= share <= 1 and y < height - self._table_rows(height):
                self._go_to(round(self.window * (2 * share - 1), 1))

    # What is shown

    @property
    def answered(self) -> bool:
        return self.y == 0 and self.reading is not None and self.reading.p == 1.0

    def head(self) -> Content:
        assert self.reading is not None
        told = [
            ("y", f"{self.y} ({'yes' if self.y else 'no'})"),
            ("z", place(self.z)),
            ("p", probability(self.reading)),
            ("1 - p", figure(self.reading.rest, 4)),
        ]
        parts: list[tuple[str, str]] = []
        for name, value in told:
            parts += [
                (f"{name} = ", "$quiet"),
                (f"{value:<{8 if name == 'y' else 9}} ", "bold $accent" if name in "yz" else "bold"),
            ]
        if self.size.width >= 78:
            parts.append((f"steps of {STRIDES[self.stride]:g}", "$quiet"))
        return Content.assemble(*parts)

    def words(self) -> str:
        assert self.reading is not None
        return sentences(self.reading)

    def draw_lab(self, width: int, height: int) -> Lines:
        table_rows = self._table_rows(height)
        rows = height - table_rows
        table = self._table(width)[:table_rows]
        if rows < MIN_HEIGHT:
            return table
        widths = self._plot_widths(width)
        blocks = [
            (self._plot(slope, cells, rows - 1), cells)
            for slope, cells in zip((False, True), widths, strict=False)
        ]
        return [*[sized(line, width) for line in beside(blocks, GAP)], blank(width), *table]

    def _plot_widths(self, width: int) -> tuple[int, ...]:
        """Loss and slope side by side; the slope alone where there is no room for two."""
        half = (width - GAP) // 2
        return (half, width - GAP - half) if half >= MIN_WIDTH else (width,)

    def _table_rows(self, height: int) -> int:
        """A head, the four losses, and the exact one where there is room."""
        return 6 if height >= 6 + MIN_HEIGHT + 1 else 5

    def _plot(self, slope: bool, width: int, height: int) -> Lines:
        """The curves, and over them the line at this logit and the four points on it."""
        key = (slope, width, height, self.y, self.window, self.chosen, self.log_scale, self.app.theme)
        if key not in self._drawn:
            if len(self._drawn) >= KEPT:
                self._drawn.clear()
            self._drawn[key] = self._curves(slope, width, height)
        column = column_of(self.z, (-self.window, self.window), width)
        rule = ("|" if self.glyphs == "ascii" else "│", self.look("text"))
        return lay_over(self._drawn[key], column, rule, self._marks(slope, height))

    def _curves(self, slope: bool, width: int, height: int) -> Lines:
        names = list(NAMES)
        shown = self.curves[self.y, self.window]
        order = sorted(range(len(names)), key=lambda index: index == self.chosen)
        size = "size of " if self.log_scale and slope else ""
        title = f"{size}d loss / dz" if slope else "loss"
        return plot(
            [self._series(names[index], slope, shown, self.chosen in (-1, index)) for index in order],
            width=width,
            height=height,
            title=f"{title}, {NAMES[names[self.chosen]]}" if self.chosen >= 0 else title,
            x_limit=(-self.window, self.window),
            y_limit=self._limits(slope, shown),
            log_y=self.log_scale,
            palette=self.palette,
            glyphs=self.glyphs,
            x_label="z",
        )

    def _series(self, name: str, slope: bool, shown: Curves, live: bool) -> Line:
        """The curve of a loss; one that is not looked at is grey, and its holes are not marked."""
        ys = (shown.slopes if slope else shown.losses)[name]
        if self.log_scale and slope:
            ys = [abs(y) for y in ys]
        if live:
            return Line("", shown.zs, ys, SLOTS[name])
        finite = [(z, y) for z, y in zip(shown.zs, ys, strict=True) if math.isfinite(y)]
        return Line("", [z for z, _ in finite], [y for _, y in finite], "previous")

    def _marks(self, slope: bool, height: int) -> list[Mark]:
        """The points at this logit, each with the sign of its loss; an infinite one stands at the edge."""
        assert self.reading is not None
        limits = self._limits(slope, self.curves[self.y, self.window])
        marks: list[Mark] = []
        for index, name in enumerate(NAMES):
            value = self.reading.values[name][slope]
            row_here = row_of(
                abs(value) if slope and self.log_scale else value, limits, height, self.log_scale
            )
            if row_here is not None and self.chosen in (-1, index):
                look = self.look(SLOTS[name], bold=True)
                marks.append((row_here, symbol(SLOTS[name], self.glyphs), look))
        return marks

    def _limits(self, slope: bool, shown: Curves) -> tuple[float, float]:
        """The vertical axis: all of the chosen curve; for all four, up to where BCE is in this window."""
        if self.log_scale:
            return (FLOOR, 10.0 if slope else 200.0)
        if self.chosen >= 0:
            name = list(NAMES)[self.chosen]
            ys = [y for y in (shown.slopes if slope else shown.losses)[name] if math.isfinite(y)]
            low, high = min(0.0, *ys), max(0.0, *ys)
            pad = 0.08 * (high - low)
            return (low - pad * (low < 0), high + pad)
        if slope:
            return (-1.1, 0.1) if self.y else (-0.1, 1.1)
        return (0.0, 1.1 * self.window)

    def _table(self, width: int) -> Lines:
        assert self.reading is not None
        ascii_only = self.glyphs == "ascii"
        muted = self.look("muted")
        spare = width - 22 - 2 * NUMBER - 4
        head = fit("", 22) + fit("loss", NUMBER, "right") + "  " + fit("d loss / dz", NUMBER, "right")
        lines = [row([(head + "  " + fit("against exact BCE", spare) if spare > 12 else head, muted)])]
        for index, name in enumerate(NAMES):
            loss, slope = self.reading.values[name]
            live = self.chosen in (-1, index)
            mark = (">" if ascii_only else "▸") if index == self.chosen else " "
            strange = not (math.isfinite(loss) and math.isfinite(slope))
            numbers = self.look("error" if strange else "text", bold=strange or index == self.chosen)
            lines.append(
                row(
                    [
                        (mark + symbol(SLOTS[name], self.glyphs), self.look(SLOTS[name], bold=True)),
                        (" " + fit(NAMES[name], 19), self.look("text" if live else "muted")),
                        (self._numbers(loss, slope), numbers),
                        ("  " + fit(remark(name, self.reading), spare) if spare > 12 else "", muted),
                    ]
                )
            )
        exact = " " * 3 + fit("exact BCE, float64", 19) + self._numbers(*self.reading.exact)
        lines.append(row([(exact, muted)]))
        return [sized(line, width) for line in lines]

    @staticmethod
    def _numbers(loss: float, slope: float) -> str:
        return fit(figure(loss), NUMBER, "right") + "  " + fit(figure(slope), NUMBER, "right")
