"""What a classifier answered, in words and in tables. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Matrix = Sequence[Sequence[int]]


def share_words(share: float) -> str:
    """A probability as whole percents; nearer to the ends than that, with a decimal: `81 %`, `99.7 %`, `under 0.1 %`."""
    if share != share:
        return "NaN"
    percent = 100 * share
    if percent >= 99.95:
        return "over 99.9 %"
    if percent < 0.1:
        return "under 0.1 %"
    return f"{percent:.1f} %" if percent >= 99 or percent < 1 else f"{percent:.0f} %"


def answer_words(probabilities: Sequence[float], names: Sequence[str]) -> str:
    """The likeliest class and the next: `Read as 3 with 81 %; next 8 with 12 %.`"""
    first, second = sorted(range(len(probabilities)), key=lambda index: -probabilities[index])[:2]
    said = f"Read as {names[first]} with {share_words(probabilities[first])}"
    if probabilities[second] < 0.001:
        return f"{said}; no other class comes to 0.1 %."
    return f"{said}; next {names[second]} with {share_words(probabilities[second])}."


def best(probabilities: Sequence[float]) -> int:
    """The likeliest class."""
    return max(range(len(probabilities)), key=probabilities.__getitem__)


@dataclass(frozen=True)
class ClassRow:
    """How one class fared. `recall` and `precision` are None where nothing was there, or nothing was so called.

    `taken_for` is the class that its samples were most often wrongly called, with the count; None without errors.
    """

    name: str
    count: int
    recall: float | None
    precision: float | None
    taken_for: tuple[str, int] | None


def class_rows(confusion: Matrix, names: Sequence[str]) -> list[ClassRow]:
    """One row a class, from `confusion[true][predicted]`.

    Recall is the share of a class's samples that were found; precision the share of its answers that were right.
    """
    rows = []
    for true, name in enumerate(names):
        right, count = confusion[true][true], sum(confusion[true])
        answers = sum(row[true] for row in confusion)
        wrong = [(amount, -other) for other, amount in enumerate(confusion[true]) if other != true and amount]
        most, other = max(wrong, default=(0, 0))
        rows.append(
            ClassRow(
                name,
                count,
                right / count if count else None,
                right / answers if answers else None,
                (names[-other], most) if most else None,
            )
        )
    return rows


def classes_words(confusion: Matrix, names: Sequence[str]) -> str:
    """The class that is found least, and what it is taken for, in a sentence."""
    rows = [row for row in class_rows(confusion, names) if row.recall is not None]
    if not rows:
        return ""
    hardest = min(rows, key=lambda row: row.recall or 0.0)
    if hardest.taken_for is None:
        return "Every sample of every class was found."
    name, count = hardest.taken_for
    return (
        f"{hardest.name} is found least: {share_words(hardest.recall or 0.0)} of its {hardest.count:,} samples. "
        f"It is most often taken for {name} ({count:,})."
    )


def cell_words(confusion: Matrix, true: int, predicted: int, names: Sequence[str]) -> str:
    """How many samples of one class were called another: `38 of 980 samples of 4 are read as 9 (3.9 %).`"""
    count, total = confusion[true][predicted], sum(confusion[true])
    share = f" ({share_words(count / total)})" if total else ""
    said = "read right" if true == predicted else f"read as {names[predicted]}"
    return f"{count:,} of {total:,} samples of {names[true]} are {said}{share}."


def sample_words(true: int, predicted: int, probabilities: Sequence[float], names: Sequence[str]) -> str:
    """One sample: what it is, what it was read as, and how sure: `is 4, read as 9 with 87 % (4 got 12 %)`."""
    said = f"is {names[true]}, read as {names[predicted]} with {share_words(probabilities[predicted])}"
    return said if true == predicted else f"{said} ({names[true]} got {share_words(probabilities[true])})"


def largest_error(confusion: Matrix) -> tuple[int, int]:
    """The cell off the diagonal, (true, predicted), that counts most; the first cell where there is no error."""
    cells = [(true, said) for true in range(len(confusion)) for said in range(len(confusion)) if true != said]
    return max(cells, key=lambda cell: confusion[cell[0]][cell[1]], default=(0, 0))
