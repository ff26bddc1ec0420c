"""The panels of a lab: loss, accuracy, boundary, confusion, weights and fit, from the histories of its runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rich.segment import Segment

from tutor.core.history import History, Series
from tutor.drawing.fields import boundary
from tutor.drawing.images import diverging
from tutor.drawing.lines import PLAIN, Lines, beside, blank, fit, notice, sized, style
from tutor.drawing.palette import Glyphs, Palette
from tutor.drawing.plots import Line, plot
from tutor.drawing.tables import confusion

RUN_SLOTS = ("train", "validation", "second", "third")


@dataclass
class Shown:
    """What there is to draw, and how. `runs` are the live runs, `kept` the overlays of earlier ones."""

    runs: Sequence[History] = ()
    labels: Sequence[str] = ()
    kept: Sequence[History] = ()
    smooth: bool = False
    log: bool = False
    cursor: float | None = None
    palette: Palette = field(default_factory=Palette.default)
    glyphs: Glyphs = "braille"
    color: bool = True

    @property
    def steps(self) -> int:
        """The planned length of the longest run: the x axis."""
        return max([run.started.total_steps for run in [*self.runs, *self.kept] if run.started] or [1])


Panel = Callable[[Shown, int, int], Lines]


def loss_panel(shown: Shown, width: int, height: int) -> Lines:
    """Loss against steps; train and validation of one run, or the train losses of several."""
    return plot(
        _curves(shown, "loss"),
        width=width,
        height=height,
        title="loss",
        x_limit=(0, shown.steps),
        log_y=shown.log,
        cursor=shown.cursor,
        palette=shown.palette,
        glyphs=shown.glyphs,
        x_label="step",
    )


def accuracy_panel(shown: Shown, width: int, height: int) -> Lines:
    """Accuracy against steps, from 0 to 1."""
    return plot(
        _curves(shown, "accuracy"),
        width=width,
        height=height,
        title="accuracy",
        x_limit=(0, shown.steps),
        y_limit=(0, 1),
        cursor=shown.cursor,
        palette=shown.palette,
        glyphs=shown.glyphs,
        x_label="step",
    )


def _curves(shown: Shown, what: str) -> list[Line]:
    """Overlays first, so that the live curves lie over them."""
    lines = [_line(_series(kept, "train", what), "kept", "previous", shown) for kept in shown.kept]
    if len(shown.runs) == 1:
        run = shown.runs[0]
        lines.append(_line(_series(run, "train", what), "train", "train", shown))
        lines.append(_line(_series(run, "val", what), "val", "validation", shown, smooth=False))
        return lines
    for run, label, slot in zip(shown.runs, shown.labels, RUN_SLOTS, strict=False):
        lines.append(_line(_series(run, "train", what), label, slot, shown))
    return lines


def _series(run: History, split: str, what: str) -> Series:
    series = getattr(run, f"{split}_{what}")
    assert isinstance(series, Series)
    return series


def _line(series: Series, label: str, slot: str, shown: Shown, *, smooth: bool | None = None) -> Line:
    xs, ys = series.points(smooth=shown.smooth if smooth is None else smooth)
    lost = series.lost
    return Line(label, [*xs, *lost], [*ys, *[float("nan")] * len(lost)], slot)


def boundary_panel(shown: Shown, width: int, height: int) -> Lines:
    """The decision boundary of every run, side by side, each under its name."""
    return _each(shown, width, height, _boundary)


def _boundary(run: History, shown: Shown, width: int, height: int) -> Lines:
    looked = run.looked
    if looked is None or not looked.boundary:
        return notice("the boundary shows when it runs", width, height, shown.glyphs == "ascii")
    x_low, x_high, y_low, y_high = looked.extent
    return boundary(
        looked.boundary,
        looked.points,
        extent=(x_low, x_high, y_low, y_high),
        width=width,
        height=height,
        palette=shown.palette,
        color=shown.color,
        glyphs=shown.glyphs,
    )


def confusion_panel(shown: Shown, width: int, height: int) -> Lines:
    """The confusion matrix of every run on the validation set; at the end, on the test set."""
    return _each(shown, width, height, _confusion)


def _confusion(run: History, shown: Shown, width: int, height: int) -> Lines:
    evaluated = run.evaluated.get("test") or run.evaluated.get("val")
    ascii_only = shown.glyphs == "ascii"
    if evaluated is None or run.started is None or not evaluated.confusion:
        return notice("the confusion matrix shows when it runs", width, height, ascii_only)
    name = {"val": "validation", "test": "test"}[evaluated.split]
    words = f"{name} set, {evaluated.samples:,} samples: {100 * evaluated.accuracy:.1f} % right"
    head = [
        Segment(
            fit(words, width, ascii_only=ascii_only), style(shown.palette.muted) if shown.color else PLAIN
        )
    ]
    table = confusion(
        evaluated.confusion,
        run.started.classes,
        width=width,
        palette=shown.palette,
        glyphs=shown.glyphs,
        color=shown.color,
    )
    return [head, *table]


def weights_panel(shown: Shown, width: int, height: int) -> Lines:
    """The first layer's weights as images, as many as there is room for."""
    return _each(shown, width, height, _weights)


def _weights(run: History, shown: Shown, width: int, height: int) -> Lines:
    if run.looked is None or not run.looked.weights:
        return notice("the weights show when it runs", width, height, shown.glyphs == "ascii")
    images = run.looked.weights
    scale = 1.0 if width >= 2 * len(images[0][0]) + 2 and height >= 2 * 14 else 0.5
    mode = "half" if shown.color and shown.glyphs != "ascii" else "ascii"
    limit = max(abs(value) for image in images for row in image for value in row)
    blocks = [
        diverging(image, limit=limit, mode="half" if mode == "half" else "ascii", scale=scale)
        for image in images
    ]
    cells = round(len(images[0][0]) * scale)
    per_row = max(1, (width + 2) // (cells + 2))
    lines: Lines = []
    for start in range(0, len(blocks), per_row):
        lines += [*beside([(block, cells) for block in blocks[start : start + per_row]]), []]
    return lines[:height]


def fit_panel(shown: Shown, width: int, height: int) -> Lines:
    """The data points and the curve that every run predicts."""
    labels = shown.labels or ["model"] * len(shown.runs)
    looks = [(run.looked, label) for run, label in zip(shown.runs, labels, strict=False) if run.looked]
    if not looks:
        return notice("the fit shows when it runs", width, height, shown.glyphs == "ascii")
    points = looks[0][0].points
    lines = [Line("data", [x for x, *_ in points], [y for _, y, _ in points], "previous", "points")]
    for (looked, label), slot in zip(looks, RUN_SLOTS[1:], strict=False):
        lines.append(Line(label or "model", [x for x, _ in looked.fit], [y for _, y in looked.fit], slot))
    return plot(
        lines,
        width=width,
        height=height,
        title="fit",
        palette=shown.palette,
        glyphs=shown.glyphs,
        x_label="x",
    )


def _each(shown: Shown, width: int, height: int, draw: Callable[[History, Shown, int, int], Lines]) -> Lines:
    """One block per run: side by side where there is room, else one above the other; named when there are several."""
    runs = list(shown.runs)
    if len(runs) < 2:
        return [sized(line, width) for line in draw(runs[0], shown, width, height)] if runs else []
    across = width >= 2 * 22 and width >= height
    each_width = (width - 2 * (len(runs) - 1)) // len(runs) if across else width
    each_height = height if across else height // len(runs)
    blocks = [
        [_name(label, slot, each_width, shown), *draw(run, shown, each_width, each_height - 1)]
        for run, label, slot in zip(runs, shown.labels, RUN_SLOTS, strict=False)
    ]
    sized_blocks = [[sized(line, each_width) for line in block[:each_height]] for block in blocks]
    if across:
        return [sized(line, width) for line in beside([(block, each_width) for block in sized_blocks])]
    filled = [[*block, *[blank(width)] * (each_height - len(block))] for block in sized_blocks]
    return [line for block in filled for line in block]


def _name(label: str, slot: str, width: int, shown: Shown) -> list[Segment]:
    look = style(shown.palette.colour(slot), bold=True) if shown.color else PLAIN
    return [Segment(fit(label, width, ascii_only=shown.glyphs == "ascii"), look)]


PANELS: dict[str, Panel] = {
    "loss": loss_panel,
    "accuracy": accuracy_panel,
    "boundary": boundary_panel,
    "confusion": confusion_panel,
    "weights": weights_panel,
    "fit": fit_panel,
}
