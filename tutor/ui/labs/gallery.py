"""The gallery: page through a dataset's images, and open one down to its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, cast

from textual.binding import Binding, BindingType

from tutor.drawing.images import image, image_grid
from tutor.drawing.lines import Lines, beside, sized
from tutor.drawing.tables import bars
from tutor.ui.labs.image_lab import ImageLab

if TYPE_CHECKING:
    from torch import Tensor

DETAIL = 30  # cells for the opened sample
SMALL, GAP, CELL_ROWS = 14, 2, 8  # cells of a picture at half size, between pictures, rows with the caption
BINS = 8


class GalleryLab(ImageLab):
    """Arrows choose a picture; its facts, the pixels' histogram or the class balance stand beside."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1)", "Choose", key_display="← →", tooltip="Choose a picture"),
        Binding("right,l", "move(1)", "Choose", show=False),
        Binding("up,k", "row(-1)", "Choose", show=False),
        Binding("down,j", "row(1)", "Choose", show=False),
        Binding(
            "pagedown,space", "page(1)", "Page", key_display="Space", tooltip="The next page of pictures"
        ),
        Binding("pageup", "page(-1)", "Page back", show=False),
        Binding("a", "only(-1)", "All", tooltip="Show all classes; 0 to 9 show one class"),
        *[Binding(str(n), f"only({n})", f"Class {n}", show=False) for n in range(10)],
    ]
    views = ("numbers", "pixels", "balance")

    def __init__(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.chosen = 0  # place in `order`
        self.only = -1  # the class shown, or -1 for all
        self.order: Tensor | None = None
        self.columns, self.rows = 1, 1

    def opened(self) -> None:
        self._order()

    def _order(self) -> None:
        assert self.labels is not None
        matches = self.labels >= 0 if self.only < 0 else self.labels == self.only
        self.order = matches.nonzero().flatten()
        self.chosen = 0

    # Keys

    def action_move(self, by: int) -> None:
        if self.order is not None and len(self.order):
            self.chosen = min(len(self.order) - 1, max(0, self.chosen + by))
            self.redraw()

    def action_row(self, by: int) -> None:
        self.action_move(by * self.columns)

    def action_page(self, by: int) -> None:
        self.action_move(by * self.columns * self.rows)

    def action_only(self, label: int) -> None:
        if self.labels is not None:
            self.only = label
            self._order()
            self.redraw()

    # What is shown

    def draw_lab(self, width: int, height: int) -> Lines:
        left = width - DETAIL - GAP
        self.columns = max(1, (left + GAP) // (SMALL + GAP))
        self.rows = max(1, height // CELL_ROWS)
        detail = [self._numbers, self._pixels, self._balance][min(self.view, 2)](DETAIL)
        grid = [sized(line, left) for line in self._grid(left)]
        return beside([(grid, left), ([sized(line, DETAIL) for line in detail], DETAIL)], GAP)

    def _grid(self, width: int) -> Lines:
        if self.order is None or self.images is None or not len(self.order):
            return self.text_lines(["No picture of this class."], width)
        count = self.columns * self.rows
        start = self.chosen - self.chosen % count
        indices = self.order[start : start + count].tolist()
        return image_grid(
            [self.images[index].tolist() for index in indices],
            [self._caption(index) for index in indices],
            width=width,
            palette=self.palette,
            scale=0.5,
            mode=cast(Literal["half", "ascii"], self.mode),
            highlight={self.chosen - start},
            gap=GAP,
        )

    def _caption(self, index: int) -> str:
        assert self.labels is not None
        return self.label_words(int(self.labels[index]))

    @property
    def index(self) -> int:
        """The index of the chosen sample in the dataset."""
        return int(self.order[self.chosen]) if self.order is not None and len(self.order) else 0

    def _picture(self) -> Lines:
        assert self.images is not None
        return image(self.images[self.index].tolist(), mode=cast(Literal["half", "ascii"], self.mode))

    def _numbers(self, width: int) -> Lines:
        assert self.images is not None and self.labels is not None
        pixels = self.images[self.index]
        facts = [
            f"dataset[{self.index}]",
            f"label {self.label_words(int(self.labels[self.index]))} (int64)",
            f"shape {tuple(pixels.shape)}, uint8",
            f"{int(pixels.min())} to {int(pixels.max())}, mean {pixels.float().mean():.1f}",
        ]
        return [*self._picture(), *self.text_lines(facts, width)]

    def _pixels(self, width: int) -> Lines:
        """How many pixels of this picture are how bright."""
        assert self.images is not None
        counts = (
            self.images[self.index]
            .flatten()
            .long()
            .div(256 // BINS, rounding_mode="floor")
            .bincount(minlength=BINS)
        )
        names = [f"{256 // BINS * n}-{256 // BINS * (n + 1) - 1}" for n in range(BINS)]
        head = self.text_lines(["Pixels of this picture", "by brightness"], width)
        return [*head, *self._bars(counts.tolist(), names, width)]

    def _balance(self, width: int) -> Lines:
        """How many samples each class has."""
        assert self.labels is not None
        counts = self.labels.bincount(minlength=len(self.class_names)).tolist()
        return [
            *self.text_lines(["Samples of each class"], width),
            *self._bars(counts, list(self.class_names), width),
        ]

    def _bars(self, counts: list[int], names: list[str], width: int) -> Lines:
        return bars(
            counts,
            names,
            width=width,
            palette=self.palette,
            percent=False,
            glyphs=self.glyphs,
            color=self.colours,
        )

    def words(self) -> str:
        if self.order is None or self.images is None or not len(self.order):
            return ""
        which = "all classes" if self.only < 0 else self.class_names[self.only]
        return (
            f"Picture {self.chosen + 1:,} of {len(self.order):,} ({which}): {self._caption(self.index)}. "
            "0 to 9 show one class, a shows all, v shows pixels and class balance."
        )
