"""A figure: what it must reach, and what this machine gave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One row of the table. `ok` is None where the figure was not measured; then `gave` says why."""

    name: str
    reach: str
    gave: str
    ok: bool | None


@dataclass(frozen=True)
class Settings:
    """What every program of the benchmarks is told."""

    data_dir: Path  # drawn digits and garments, 60,000 and 10,000 each
    real_dir: Path | None  # the real MNIST, where it is known
    steps: int  # steps of the long run


Measure = Callable[[Settings], list[Figure]]


def at_least(name: str, bound: float, value: float, note: str = "") -> Figure:
    """A ratio that must not be smaller."""
    return Figure(name, f"at least {bound:g}", f"{value:.3f}{note and f' ({note})'}", value >= bound)


def at_most(name: str, bound: float, value: float, unit: str = "", note: str = "") -> Figure:
    """A number that must not be larger."""
    given = f"{value:.3g}{unit and f' {unit}'}{note and f' ({note})'}"
    return Figure(name, f"at most {bound:g}{unit and f' {unit}'}", given, value <= bound)


def table(figures: list[Figure]) -> str:
    """All figures, one a line."""
    words = {True: "ok", False: "NOT REACHED", None: "not measured"}
    rows = [("figure", "reach", "this machine gave", "")]
    rows += [(one.name, one.reach, one.gave, words[one.ok]) for one in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
