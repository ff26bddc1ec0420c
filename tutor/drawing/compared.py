"""Two curves that should be one: both, and below them how far they are apart at each step."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.drawing.lines import Lines, beside, blank, notice, sized
from tutor.drawing.panels import Shown
from tutor.drawing.plots import MIN_HEIGHT, Line, Marker, plot

Curve = Sequence[tuple[int, float]]
WIDE, NARROW, LOW = 100, 70, 12  # side by side where it is wide, and where there is no height for two
SAME = "every loss is the same, to the last bit"


def compared(
    curves: Sequence[Curve],
    differences: Curve,
    *,
    labels: Sequence[str],
    stop: int,
    shown: Shown,
    width: int,
    height: int,
) -> Lines:
    """Two train losses over their steps with a mark at `stop`, and the size of their difference on a log scale.

    `shown` gives the x axis, the colours and the glyphs. Exactly `height` lines of `width` cells.
    """
    lines = [
        Line(label, [step for step, _ in curve], [loss for _, loss in curve], slot)
        for label, curve, slot in zip(labels, curves, ("previous", "train"), strict=True)
    ]
    marks = [Marker(stop, "stop")]
    if width >= WIDE or (width >= NARROW and height < LOW):
        left = (width - 2) // 2
        blocks = [
            (_losses(lines, marks, shown, left, height), left),
            (_apart(differences, stop, shown, width - 2 - left, height), width - 2 - left),
        ]
        return [sized(line, width) for line in beside(blocks, 2)]
    lower = max(MIN_HEIGHT, height // 3)
    if height - lower - 1 < MIN_HEIGHT:
        return _losses(lines, marks, shown, width, height)
    return [
        *_losses(lines, marks, shown, width, height - lower - 1),
        blank(width),
        *_apart(differences, stop, shown, width, lower),
    ]


def _losses(lines: Sequence[Line], marks: Sequence[Marker], shown: Shown, width: int, height: int) -> Lines:
    return plot(
        lines,
        width=width,
        height=height,
        title="train loss",
        x_limit=(0, shown.steps),
        log_y=shown.log,
        markers=marks,
        cursor=shown.cursor,
        palette=shown.palette,
        glyphs=shown.glyphs,
        x_label="step",
    )


def _apart(differences: Curve, stop: int, shown: Shown, width: int, height: int) -> Lines:
    if not any(difference for _, difference in differences):
        after = any(step > stop for step, _ in differences)
        return notice(SAME if after else "", width, height, shown.glyphs == "ascii")
    return plot(
        [
            Line(
                "difference",
                [step for step, _ in differences],
                [difference for _, difference in differences],
                "error",
                "points",
            )
        ],
        width=width,
        height=height,
        title="|resumed − whole|" if shown.glyphs != "ascii" else "|resumed - whole|",
        x_limit=(0, shown.steps),
        log_y=True,
        markers=[Marker(stop, "")],
        cursor=shown.cursor,
        palette=shown.palette,
        glyphs=shown.glyphs,
        x_label="step",
    )
