"""Loss and accuracy of a run, train and validation, with an earlier run in grey behind them."""

from __future__ import annotations

from tutor.core.history import History, Series
from tutor.drawing.lines import Lines, beside, sized
from tutor.drawing.panels import Shown
from tutor.drawing.plots import Line, plot

GAP = 2
BESIDE = 58  # cells from which two plots stand side by side
STEEP = 20.0  # a loss above this is drawn on a log scale


def before_after(
    now: History, before: History | None, shown: Shown, width: int, height: int, *, only: str = ""
) -> Lines:
    """Exactly `height` lines of `width` cells: loss and accuracy, or `only` one of them."""
    names = [only] if only else ["loss", "accuracy"]
    cells = (width - GAP * (len(names) - 1)) // len(names)
    blocks = [(_plot(name, now, before, shown, cells, height), cells) for name in names]
    return [sized(line, width) for line in beside(blocks, GAP)]


def _plot(what: str, now: History, before: History | None, shown: Shown, width: int, height: int) -> Lines:
    highs = [run.train_loss.high for run in (now, before) if run is not None]
    steep = any(high > STEEP for high in highs)  # NaN before the first step, which is not
    return plot(
        _curves(what, now, before, shown),
        width=width,
        height=height,
        title=what,
        x_limit=(0, shown.steps),
        y_limit=(0, 1) if what == "accuracy" else None,
        log_y=what == "loss" and shown.log != steep,
        cursor=shown.cursor,
        palette=shown.palette,
        glyphs=shown.glyphs,
        x_label="step",
    )


def _curves(what: str, now: History, before: History | None, shown: Shown) -> list[Line]:
    lines = []
    if before is not None:
        lines.append(_line(getattr(before, f"train_{what}"), "", "previous", shown.smooth))
        lines.append(_line(getattr(before, f"val_{what}"), "before", "previous", False))
    lines.append(_line(getattr(now, f"train_{what}"), "train", "train", shown.smooth))
    lines.append(_line(getattr(now, f"val_{what}"), "val", "validation", False))
    return lines


def _line(series: Series, label: str, slot: str, smooth: bool) -> Line:
    xs, ys = series.points(smooth=smooth)
    lost = series.lost
    return Line(label, [*xs, *lost], [*ys, *[float("nan")] * len(lost)], slot)
