"""The softmax explorer: what torch computes for one row of logits, where the naive ways break, and the words."""

from __future__ import annotations

import math

import pytest
import torch

from tutor.core.softmax_view import Row, look
from tutor.core.softmax_words import Change, remark, sentences

SCORES = (2.0, 1.0, 0.0)
NAMES = ("a", "b", "c", "d")


@pytest.mark.parametrize(("temperature", "largest"), [(0.1, 1.000), (1.0, 0.665), (10.0, 0.367)])
def test_temperature_sharpens_and_keeps_the_order(temperature: float, largest: float) -> None:
    row = look(SCORES, 0, temperature=temperature)
    assert row.probabilities[0] == pytest.approx(largest, abs=5e-4)
    assert sorted(row.probabilities, reverse=True) == list(row.probabilities)


@pytest.mark.parametrize("shift", [3.0, -100.0, 100.0, 1e4, 1e6])
def test_a_shift_changes_not_a_bit(shift: float) -> None:
    row, plain = look(SCORES, 0, shift=shift), look(SCORES, 0)
    assert row.moved == 0.0
    assert row.probabilities == plain.probabilities and row.gradient == plain.gradient


def test_a_huge_shift_loses_the_differences() -> None:
    row = look(SCORES, 0, shift=1e8)
    assert row.probabilities == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert row.moved == pytest.approx(0.665 - 1 / 3, abs=1e-3)


def test_the_gradient_is_prediction_minus_target_and_sums_to_zero() -> None:
    generator = torch.Generator().manual_seed(0)
    for target in range(5):
        row = look((torch.randn(5, generator=generator) * 3).tolist(), target)
        onehot = [float(index == target) for index in range(5)]
        expected = [p - y for p, y in zip(row.probabilities, onehot, strict=True)]
        assert row.gradient == pytest.approx(expected, abs=2e-7)
        assert sum(row.gradient) == pytest.approx(0.0, abs=3e-7)


def test_loss_and_entropy() -> None:
    row = look((0.0,) * 5, 3)
    assert row.loss == pytest.approx(math.log(5)) and row.know_nothing == pytest.approx(math.log(5))
    assert row.entropy == pytest.approx(math.log(5))
    assert look((50.0, -60.0), 0).entropy == pytest.approx(0.0, abs=1e-12)
    wrong = look((9.0, 0.0, 0.0), 1)
    assert wrong.loss == pytest.approx(9.0, abs=1e-3) and wrong.gradient[1] == pytest.approx(-1.0, abs=1e-3)


def test_a_surely_wrong_sample_pulls_with_almost_one() -> None:
    rest = math.log(0.0005 / 0.9995)
    row = look((0.0, rest), 1)
    assert row.probabilities[1] == pytest.approx(0.0005, rel=1e-4)
    assert row.loss == pytest.approx(7.6, abs=0.01) and row.gradient[1] == pytest.approx(-0.9995)


def test_the_exponential_overflows_between_88_72_and_88_73() -> None:
    assert all(map(math.isfinite, look((88.72, 1.0, 0.0), 0).naive))
    assert math.isnan(look((88.73, 1.0, 0.0), 0).naive[0])
    assert all(map(math.isfinite, look((88.73, 1.0, 0.0), 0).probabilities))
    assert math.isnan(look((-104.5, -105.0, -106.0), 0).naive[0])  # 0 / 0


def test_softmax_and_log_apart_break_by_the_gap() -> None:
    fine, no_slope, infinite = (look((gap, 0.0), 1) for gap in (87.0, 103.0, 104.0))
    assert fine.log_of_softmax.loss == pytest.approx(87.0)
    assert all(map(math.isfinite, fine.log_of_softmax.gradient))
    assert math.isfinite(no_slope.log_of_softmax.loss)
    assert not all(map(math.isfinite, no_slope.log_of_softmax.gradient))
    assert infinite.log_of_softmax.loss == math.inf
    for row, gap in ((fine, 87.0), (no_slope, 103.0), (infinite, 104.0)):
        assert row.loss == pytest.approx(gap) and row.gradient == pytest.approx((1.0, -1.0))


def test_a_thousand_is_no_trouble_for_cross_entropy() -> None:
    row = look((1000.0, 1000.0), 0)
    assert row.loss == pytest.approx(math.log(2))
    assert math.isnan(row.log_of_naive.loss)


def test_remarks() -> None:
    assert {
        remark(name, look(SCORES, 0)) for name in ("cross_entropy", "log_of_softmax", "log_of_naive")
    } == {"right"}
    assert remark("log_of_naive", look((89.0, 0.0), 0)) == "e^z overflows: inf / inf"
    assert remark("log_of_naive", look((-105.0, -106.0), 0)) == "every e^z is 0: 0 / 0"
    assert remark("log_of_softmax", look((95.0, 0.0), 1)) == "1 / p overflows"
    assert remark("log_of_softmax", look((105.0, 0.0), 1)) == "log of 0, slope NaN"


def say(row: Row, change: Change = "", before: Row | None = None, chosen: int = 0) -> str:
    return sentences(row, before, change, chosen, NAMES)


def test_words_on_the_gradient_and_the_loss_of_knowing_nothing() -> None:
    said = say(look((0.0, 1.0, 0.0, 0.0), 0))
    assert "The loss is 1.744, above ln 4 = 1.386: worse than knowing nothing." in said
    assert (
        "pushes a up by 0.825 and the others down by 0.825 in all, b the hardest: together they sum to 0"
        in said
    )
    assert "at ln 4 = 1.386: what knowing nothing costs" in say(look((1.0,) * 4, 0))
    assert "next to nothing on every logit" in say(look((40.0, 0.0, 0.0), 0))


def test_words_on_a_change() -> None:
    before = look(SCORES, 0)
    assert "bit for bit the same" in say(look(SCORES, 0, shift=3), "shift", before)
    assert "nothing but rounding" in say(look(SCORES, 0, shift=1000, temperature=5.0), "shift", before)
    assert "a probability moved by 0.332" in say(look(SCORES, 0, shift=1e8), "shift", before)
    cooler = say(look(SCORES, 0, temperature=0.1), "temperature", before)
    assert "to be surer: its largest probability went from 0.665 to 1.000" in cooler
    flatter = say(look(SCORES, 0, temperature=10), "temperature", before)
    assert "less sure: its largest probability went from 0.665 to 0.367" in flatter
    assert "the truth is now c: the loss rose from 0.408 to 2.408" in say(look(SCORES, 2), "target", before)


def test_a_raised_logit_takes_from_the_others_in_proportion() -> None:
    before, after = look(SCORES, 0), look((2.0, 3.0, 0.0), 0)
    shares = [after.probabilities[index] / before.probabilities[index] for index in (0, 2)]
    assert shares[0] == pytest.approx(shares[1])
    said = say(after, "logit", before, chosen=1)
    assert f"b went from 0.245 to 0.705, and every other class has {shares[0]:.2f} times what it had." in said
    sure = look((60.0, 0.0, 0.0), 0)
    assert "a logit moves it little" in say(look((60.5, 0.0, 0.0), 0), "logit", sure)


def test_words_where_a_way_breaks() -> None:
    assert "e^89 is infinite in float32" in say(look((89.0, 88.0), 0))
    assert "e^-105 is 0 in float32" in say(look((-105.0, -106.0), 0))
    assert (
        "softmax and log apart give inf with a slope of NaN. F.cross_entropy gives 105 with a slope of -1"
        in say(look((105.0, 0.0), 1))
    )
