"""What the softmax explorer shows, in words made from its rows. No torch here: the words come from numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from tutor.core.loss_words import figure

if TYPE_CHECKING:
    from tutor.core.softmax_view import Row, Way

Change = Literal["", "logit", "target", "shift", "temperature"]
WAYS = {
    "cross_entropy": "F.cross_entropy(z, y)",
    "log_of_softmax": "-log(softmax(z))[y]",
    "log_of_naive": "-log(e^z / sum e^z)[y]",
}
OVERFLOW = 88.72284  # the largest z whose e^z fits in float32
SMALL = 5e-4  # what three decimals show as 0
SLIGHT = 1e-5  # a change of a probability that is rounding


def remark(name: str, row: Row) -> str:
    """In a few words, what becomes of one way to compute the loss."""
    way: Way = getattr(row, name)
    if math.isnan(way.loss):
        return "e^z overflows: inf / inf" if max(row.logits) > OVERFLOW else "every e^z is 0: 0 / 0"
    if math.isinf(way.loss):
        return "log of 0, slope NaN"
    if not all(math.isfinite(slope) for slope in way.gradient):
        return "1 / p overflows"
    return "right"


def sentences(row: Row, before: Row | None, change: Change, chosen: int, names: Sequence[str]) -> str:
    """What the last change did, then how the gradient pulls, or which way to compute it broke."""
    did = _did(row, before, change, chosen, names)
    return f"{did} {_broken(row) or _pull(row, names)}".strip()


def _did(row: Row, before: Row | None, change: Change, chosen: int, names: Sequence[str]) -> str:
    if before is None or not change:
        return _against_nothing(row)
    if change == "shift":
        return _shifted(row)
    if change == "temperature":
        return _tempered(row, before)
    if change == "target":
        now, then = row.loss, before.loss
        verb = "rose" if now > then else "fell" if now < then else "stayed"
        return (
            f"The logits are the same, the truth is now {names[row.target]}: the loss {verb} "
            f"from {then:.3f} to {now:.3f}."
        )
    return _turned(row, before, chosen, names)


def _against_nothing(row: Row) -> str:
    nothing = row.know_nothing
    where = "below" if row.loss < nothing - 1e-6 else "above" if row.loss > nothing + 1e-6 else "at"
    knows = {"below": "better than knowing nothing", "above": "worse than knowing nothing"}
    return (
        f"The loss is {row.loss:.3f}, {where} ln {len(row.logits)} = {nothing:.3f}: "
        f"{knows.get(where, 'what knowing nothing costs')}."
    )


def _shifted(row: Row) -> str:
    if row.moved == 0:
        return "Shifting every logit alike changed nothing: the probabilities are bit for bit the same."
    if row.moved < SLIGHT:
        return f"Shifting every logit alike changed nothing but rounding, {row.moved:.0e} at the most."
    return (
        "The shift is so large that float32 loses the differences between the logits: "
        f"a probability moved by {row.moved:.3f}."
    )


def _tempered(row: Row, before: Row) -> str:
    now, then = max(row.probabilities), max(before.probabilities)
    how = "surer" if now > then else "less sure"
    return (
        f"The model claims to be {how}: its largest probability went from {then:.3f} to {now:.3f}. "
        "The order of the classes is the same, so the accuracy is too."
    )


def _turned(row: Row, before: Row, chosen: int, names: Sequence[str]) -> str:
    now, then = row.probabilities[chosen], before.probabilities[chosen]
    factor = (1 - now) / (1 - then) if then < 1 else math.nan
    told = f"{names[chosen]} went from {then:.3f} to {now:.3f}"
    if not math.isfinite(factor) or abs(now - then) < SMALL:
        return f"{told}: where softmax is sure, a logit moves it little."
    return f"{told}, and every other class has {factor:.2f} times what it had."


def _pull(row: Row, names: Sequence[str]) -> str:
    """How a step against the gradient moves the logits."""
    pulls = [-slope for slope in row.gradient]
    up = pulls[row.target]
    if up < SMALL:
        return "The true class has nearly all: the gradient is next to nothing on every logit."
    hardest = min(range(len(pulls)), key=lambda index: pulls[index])
    return (
        f"The gradient pushes {names[row.target]} up by {up:.3f} and the others down by {up:.3f} in all, "
        f"{names[hardest]} the hardest: together they sum to 0."
    )


def _broken(row: Row) -> str:
    """The naive ways that fail here, and what they miss; "" when all three agree."""
    soft, book = remark("log_of_softmax", row), remark("log_of_naive", row)
    right = (
        f"F.cross_entropy gives {figure(row.loss, 5)} with a slope of {figure(row.gradient[row.target], 3)}"
    )
    if soft != "right":
        value, slope = row.log_of_softmax.loss, row.log_of_softmax.gradient[row.target]
        return (
            f"The gap between the logits is too wide for probabilities: softmax and log apart give {figure(value, 5)} with "
            f"a slope of {figure(slope, 3)}. {right}."
        )
    if math.isnan(row.log_of_naive.loss):
        what = f"e^{figure(max(row.logits), 4)} is " + ("0" if max(row.logits) < 0 else "infinite")
        return f"{what} in float32, so the formula of the book gives NaN. {right}: it takes off the largest logit first."
    if book != "right":
        return f"The formula of the book has lost its slope. {right}."
    return ""
