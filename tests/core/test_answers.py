"""What a classifier answered, in words and in tables."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.core.answers import (
    ClassRow,
    answer_words,
    best,
    cell_words,
    class_rows,
    classes_words,
    largest_error,
    sample_words,
    share_words,
)

NAMES = ("cat", "dog", "eel")
COUNTS = ((8, 2, 0), (3, 6, 1), (0, 0, 5))


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.812, "81 %"),
        (0.9968, "99.7 %"),
        (1.0, "over 99.9 %"),
        (0.005, "0.5 %"),
        (0.0, "under 0.1 %"),
        (math.nan, "NaN"),
    ],
)
def test_a_share_is_told_as_finely_as_it_matters(share: float, said: str) -> None:
    assert share_words(share) == said


def test_an_answer_names_the_first_and_the_next() -> None:
    assert answer_words((0.12, 0.07, 0.81), NAMES) == "Read as eel with 81 %; next cat with 12 %."
    assert (
        answer_words((0.0, 1.0, 0.0), NAMES) == "Read as dog with over 99.9 %; no other class comes to 0.1 %."
    )
    assert best((0.1, 0.7, 0.2)) == 1


def test_recall_precision_and_confusions_of_each_class() -> None:
    assert class_rows(COUNTS, NAMES) == [
        ClassRow("cat", 10, 0.8, 8 / 11, ("dog", 2)),
        ClassRow("dog", 10, 0.6, 6 / 8, ("cat", 3)),
        ClassRow("eel", 5, 1.0, 5 / 6, None),
    ]


def test_a_class_that_is_not_there_has_no_recall_and_one_never_answered_no_precision() -> None:
    rows = class_rows(((0, 0), (0, 3)), ("a", "b"))
    assert (rows[0].recall, rows[0].precision, rows[1].recall) == (None, None, 1.0)
    assert classes_words(((0, 0), (0, 0)), ("a", "b")) == ""


def test_the_hardest_class_and_a_cell_in_words() -> None:
    assert classes_words(COUNTS, NAMES) == (
        "dog is found least: 60 % of its 10 samples. It is most often taken for cat (3)."
    )
    assert classes_words(((2, 0), (0, 3)), ("a", "b")) == "Every sample of every class was found."
    assert cell_words(COUNTS, 0, 1, NAMES) == "2 of 10 samples of cat are read as dog (20 %)."
    assert cell_words(COUNTS, 2, 2, NAMES) == "5 of 5 samples of eel are read right (over 99.9 %)."
    assert sample_words(0, 1, (0.25, 0.75, 0), NAMES) == "is cat, read as dog with 75 % (cat got 25 %)"
    assert sample_words(1, 1, (0.25, 0.75, 0), NAMES) == "is dog, read as dog with 75 %"
    assert largest_error(COUNTS) == (1, 0)


@given(
    st.integers(1, 6).flatmap(
        lambda n: st.lists(st.lists(st.integers(0, 50), min_size=n, max_size=n), min_size=n, max_size=n)
    )
)
def test_every_matrix_gives_a_row_a_class(matrix: list[list[int]]) -> None:
    names = [str(number) for number in range(len(matrix))]
    rows = class_rows(matrix, names)
    assert [row.count for row in rows] == [sum(row) for row in matrix]
    for true, row in enumerate(rows):
        wrong = sum(matrix[true]) - matrix[true][true]
        assert (row.taken_for is None) == (wrong == 0)
        assert row.recall is None or 0 <= row.recall <= 1
    true, said = largest_error(matrix)
    assert 0 <= true < len(matrix) and 0 <= said < len(matrix)
    assert classes_words(matrix, names).endswith((".", ""))
