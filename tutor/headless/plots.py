"""`tutor train --plot`: loss and accuracy of a run, drawn below its result."""

from __future__ import annotations

import os
import sys

from tutor.core.history import History, Series
from tutor.drawing.lines import to_ansi
from tutor.drawing.palette import Glyphs, Palette
from tutor.drawing.plots import Line, Marker, describe, plot
from tutor.headless import streams

HEIGHT = 14


def put_plots(history: History) -> None:
    """Loss, and accuracy where there is one, as wide as the terminal; in words too."""
    _put("loss", history, history.train_loss, history.val_loss, None)
    if len(history.train_accuracy) or len(history.val_accuracy):
        _put("accuracy", history, history.train_accuracy, history.val_accuracy, (0.0, 1.0))


def _put(
    title: str, history: History, train: Series, val: Series, y_limit: tuple[float, float] | None
) -> None:
    lines = [Line("train", *train.points(), "train")]
    if len(val):
        lines.append(Line("validation", *val.points(), "validation"))
    glyphs: Glyphs = "braille" if streams.speaks_utf8(sys.stdout) else "ascii"
    drawn = plot(
        lines,
        width=streams.width() - 1,
        height=HEIGHT,
        title=title,
        x_limit=(0, max(1, history.step)),
        y_limit=y_limit,
        markers=[Marker(x, "not finite") for x in train.lost[:1]],
        palette=Palette.default(),
        glyphs=glyphs,
        x_label="step",
    )
    streams.put()
    streams.put(to_ansi(drawn, color=streams.is_terminal(sys.stdout) and not os.environ.get("NO_COLOR")))
    streams.put(describe(lines))
