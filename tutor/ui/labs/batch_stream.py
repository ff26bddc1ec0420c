"""The batch stream: a DataLoader's batches one by one, which samples came, and where an epoch ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tutor.drawing.images import image_grid
from tutor.drawing.lines import Lines, beside, sized
from tutor.drawing.tables import bars
from tutor.learning.steps import Knob
from tutor.ui.labs.image_lab import ImageLab
from tutor.ui.widgets.knobs import Knobs

if TYPE_CHECKING:
    from torch import Tensor

    from tutor.core.data import Batches

DETAIL, GAP, CELL_ROWS, SMALL = 34, 2, 8, 14
KNOBS = (
    Knob("batch", "batch_size", ("8", "32", "64", "100", "256")),
    Knob("order", "order", ("shuffled", "file", "sorted")),
    Knob("drop_last", "drop_last", ("no", "yes")),
)


class BatchStreamLab(ImageLab):
    """Space takes the next batch; the knobs change the loader and start its first epoch again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,full_stop", "next_batch", "Next batch", tooltip="Take the next batch from the loader"),
        Binding("e", "to_end", "To the end", tooltip="Go to the last batch of this epoch"),
        Binding("x", "reset", "Reset", tooltip="Start the first epoch again"),
    ]
    views = ("batch",)

    def __init__(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.loader: Batches | None = None
        self.order: Tensor | None = None
        self.epoch, self.number = 1, 1

    def compose_controls(self) -> ComposeResult:
        yield Knobs(KNOBS, ["64", "shuffled", "no"], id="lab-knobs")

    def opened(self) -> None:
        self.query_one(Knobs).focus()
        self.action_reset()

    # The loader

    def action_reset(self) -> None:
        from torch import Generator

        from tutor.core.data import Batches, Split

        if self.images is None or self.labels is None:
            return
        batch_size, order, _ = self.query_one(Knobs).values
        split = Split(self.images, self.labels, self.labels)
        self.loader = Batches(split, int(batch_size), order, Generator().manual_seed(0))
        self.order, self.epoch, self.number = self.loader.indices(), 1, 1
        self.redraw()

    @on(Knobs.Turned)
    def _turned(self) -> None:
        self.action_reset()

    @property
    def batch_size(self) -> int:
        return int(self.query_one(Knobs).values[0])

    @property
    def batches(self) -> int:
        """Batches in an epoch."""
        assert self.loader is not None
        drop_last = self.query_one(Knobs).values[2] == "yes"
        return len(self.loader.split) // self.batch_size if drop_last else len(self.loader)

    def indices(self) -> list[int]:
        """The samples of the batch that is shown."""
        if self.order is None:
            return []
        start = (self.number - 1) * self.batch_size
        return cast(list[int], self.order[start : start + self.batch_size].tolist())

    def action_next_batch(self) -> None:
        if self.loader is None:
            return
        if self.number < self.batches:
            self.number += 1
        else:
            self.epoch, self.number = self.epoch + 1, 1
            self.order = self.loader.indices()
        self.redraw()

    def action_to_end(self) -> None:
        if self.loader is not None:
            self.number = max(1, self.batches)
            self.redraw()

    # What is shown

    def draw_lab(self, width: int, height: int) -> Lines:
        left = width - DETAIL - GAP
        fits = max(1, (left + GAP) // (SMALL + GAP)) * max(1, height // CELL_ROWS)
        grid = [sized(line, left) for line in self._grid(left, fits)]
        facts = [sized(line, DETAIL) for line in self._facts(fits)]
        return beside([(grid, left), (facts, DETAIL)], GAP)

    def _grid(self, width: int, fits: int) -> Lines:
        assert self.images is not None and self.labels is not None
        shown = self.indices()[:fits]
        return image_grid(
            [self.images[index].tolist() for index in shown],
            [f"{index:,} {self.class_names[int(self.labels[index])]}" for index in shown],
            width=width,
            palette=self.palette,
            scale=0.5,
            mode=cast(Literal["half", "ascii"], self.mode),
            gap=GAP,
        )

    def _facts(self, fits: int) -> Lines:
        assert self.labels is not None
        indices = self.indices()
        head = [
            f"epoch {self.epoch}, batch {self.number:,} of {self.batches:,}",
            f"inputs  ({len(indices)}, 1, 28, 28) float32",
            f"targets ({len(indices)},) int64",
            f"shown: the first {min(fits, len(indices))}",
            "",
            "of each class in this batch",
        ]
        counts = self.labels[indices].bincount(minlength=len(self.class_names)).tolist()
        drawn = bars(
            counts,
            list(self.class_names),
            width=DETAIL,
            palette=self.palette,
            percent=False,
            glyphs=self.glyphs,
            color=self.colours,
        )
        return [*self.text_lines(head, DETAIL), *drawn]

    def words(self) -> str:
        if self.labels is None or self.order is None:
            return ""
        indices = self.indices()
        classes = len(set(self.labels[indices].tolist()))
        last = self.number == self.batches
        left = len(self.order) - self.batches * self.batch_size
        short = f" It is the last of the epoch and holds {len(indices)} samples." if last else ""
        dropped = f" {left} samples are dropped in this epoch." if last and left > 0 else ""
        return f"Batch {self.number:,} of epoch {self.epoch} holds {classes} of {len(self.class_names)} classes.{short}{dropped}"
