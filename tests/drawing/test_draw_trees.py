"""The tree of modules: branches, columns, bars, and every width."""

from __future__ import annotations

import pytest

from tutor.drawing.lines import plain
from tutor.drawing.palette import Palette
from tutor.drawing.trees import Row, module_tree

ROWS = [
    Row("", "MLP", "(64, 10)", "109,386", strong=True),
    Row("flatten", "Flatten", "(64, 784)"),
    Row("hidden", "Sequential", "(64, 64)", "108,736"),
    Row("hidden.0", "Linear(784, 128)", "(64, 128)", "100,480", 0.92),
    Row("hidden.1", "ReLU", "(64, 128)"),
    Row("head", "Linear(64, 10)", "(64, 10)", "650", 0.01),
]
HEADS = ("module", "shape", "parameters")


def drawn(width: int, **options: object) -> list[str]:
    return plain(module_tree(ROWS, HEADS, width=width, palette=Palette.default(), **options))  # type: ignore[arg-type]


def test_branches_lead_to_their_modules() -> None:
    assert [line.rstrip() for line in drawn(90)] == [
        "module                        shape      parameters",
        "MLP                           (64, 10)      109,386",
        "├─ flatten  Flatten           (64, 784)",
        "├─ hidden   Sequential        (64, 64)      108,736",
        "│  ├─ 0     Linear(784, 128)  (64, 128)     100,480  ━━━━━━━━━━━ 92 %",
        "│  └─ 1     ReLU              (64, 128)",
        "└─ head     Linear(64, 10)    (64, 10)          650  ━ 1 %",
    ]


def test_it_is_plain_ascii_where_it_must_be() -> None:
    text = "\n".join(drawn(90, glyphs="ascii", color=False))
    assert text.isascii()
    assert "|  `- 1     ReLU" in text and "########### 92 %" in text


@pytest.mark.parametrize("width", [0, 1, 7, 30, 52, 70, 200])
def test_each_line_is_as_wide_as_asked(width: int) -> None:
    lines = drawn(width)
    assert len(lines) == len(ROWS) + 1
    assert {len(line) for line in lines} == {width}
    assert ("92 %" in "\n".join(lines)) == (width >= 70)
