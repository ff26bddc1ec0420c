"""What the microscope shows, in words made from its reading. No torch here: the words come from numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.core.microscope import Reading

SURE = 0.9  # a probability from which the model counts as confident
LITTLE = 0.01  # a slope of BCE below which there is little left to learn
OFF = 0.01  # a relative error worth naming
ROUNDING = 1e-6  # an error of a slope that is not worth naming: float32 keeps p to 6e-8
NAMES = {
    "mse": "MSE of sigmoid",
    "naive": "naive -log",
    "bce": "BCELoss of sigmoid",
    "with-logits": "BCEWithLogitsLoss",
}


def figure(value: float, digits: int = 6) -> str:
    """A number as a table shows it: `16.6360`, `4.1e-08`, `inf`, `NaN`, and never a minus before zero."""
    if math.isnan(value):
        return "NaN"
    return f"{value + 0.0:.{digits}g}"


def place(z: float) -> str:
    """A logit with the decimals that it has, three at the most."""
    text = f"{z:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def times(ratio: float) -> str:
    """A ratio in words: `2.5 times`, `11,009 times`, `3.2e+08 times`."""
    return (f"{ratio:.2g}" if ratio < 10 else f"{ratio:,.0f}" if ratio < 1e6 else f"{ratio:.1e}") + " times"


def probability(reading: Reading) -> str:
    """p = σ(z); so near to 1 that digits would hide it, as `1 - 4.54e-05`."""
    return f"1 - {figure(reading.rest, 3)}" if 0.999 < reading.p < 1 else figure(reading.p, 4)


def remark(name: str, reading: Reading) -> str:
    """In a few words, how a loss differs here from the mathematics of BCE."""
    loss, slope = reading.values[name]
    exact_loss, exact_slope = reading.exact
    if math.isnan(loss):
        return "0 times -inf is NaN"
    if math.isinf(loss):
        return "log of 0; slope inf times 0"
    if name == "mse":
        return _mse_remark(slope, exact_slope)
    if faded(slope, exact_slope):
        if slope == 0 and loss >= 100:
            return "cut off at 100, slope 0"
        return f"{slope / exact_slope:.2g} of the slope left"
    if rounded(loss, exact_loss):
        if loss == slope == 0:
            return "rounded to 0"
        return "value 0, slope right" if loss == 0 else f"value {loss / exact_loss - 1:+.0%}, slope right"
    return "right"


def _mse_remark(slope: float, exact_slope: float) -> str:
    if abs(exact_slope) < LITTLE:
        return "little left to learn"
    if slope == 0:
        return "no slope left"
    ratio = exact_slope / slope
    return f"BCE pulls {times(ratio)} harder" if ratio < 1e6 else "next to no slope"


def faded(slope: float, exact: float) -> bool:
    """Whether a slope is off by more than a hundredth and by more than rounding."""
    return abs(slope - exact) > max(ROUNDING, OFF * abs(exact))


def rounded(loss: float, exact: float) -> bool:
    """Whether a loss is off by more than a hundredth; below the smallest normal float32 nothing is."""
    return exact > 1e-37 and abs(loss - exact) > OFF * exact


def sentences(reading: Reading) -> str:
    """What is to be seen at this logit and target, in two or three sentences."""
    if reading.p in (0.0, 1.0):
        return f"{_saturated(reading)} {_naive(reading)} {_safe(reading)}"
    return f"{_claim(reading)} {_pull(reading)}"


def _saturated(reading: Reading) -> str:
    exactly = figure(reading.p)
    lost = "1 - p is 0 and its logarithm is -inf" if reading.p else "its logarithm is -inf"
    return f"At z = {place(reading.z)} the sigmoid is exactly {exactly} in float32, so {lost}."


def _naive(reading: Reading) -> str:
    loss, _ = reading.values["naive"]
    if math.isinf(loss):
        return "The naive loss is infinite and its slope NaN."
    return "The answer is right, and the naive loss is NaN all the same: it multiplies that -inf by 0."


def _safe(reading: Reading) -> str:
    loss, slope = reading.values["bce"]
    ours, pull = reading.values["with-logits"]
    if loss >= 100:
        return (
            f"BCELoss cuts off at {figure(loss)} with slope {figure(slope, 3)}; "
            f"BCEWithLogitsLoss gives {figure(ours)} with slope {figure(pull, 3)}."
        )
    return f"BCELoss gives {figure(loss, 3)} and BCEWithLogitsLoss {figure(ours, 3)}, as they should."


def _claim(reading: Reading) -> str:
    given = reading.p if reading.y else reading.rest
    claim = f"The model says p = {probability(reading)} and the truth is {reading.y}"
    if given >= SURE:
        return f"{claim}: right and sure."
    if given <= 1 - SURE:
        return f"{claim}: confidently wrong."
    if given == 0.5:
        return f"{claim}: a coin flip."
    return f"{claim}: {'right' if given > 0.5 else 'wrong'}, and not sure."


def _pull(reading: Reading) -> str:
    """The slopes compared; where a form of BCE is off, that comes instead."""
    mse, exact = reading.values["mse"][1], reading.exact[1]
    bce, ours = reading.values["bce"], reading.values["with-logits"]
    if faded(bce[1], exact):
        return (
            f"The slope of BCELoss has faded to {figure(bce[1], 3)}: it divides by p (1 - p), for which it takes "
            f"no less than 1e-12. BCEWithLogitsLoss keeps {figure(ours[1], 3)}."
        )
    if rounded(ours[0], reading.exact[0]):
        return (
            f"The value of BCEWithLogitsLoss is {figure(ours[0], 3)} where {figure(reading.exact[0], 3)} would be right: "
            f"rounding takes the rest. Its slope of {figure(ours[1], 3)} is right, and training uses the slope."
        )
    if abs(exact) < LITTLE:
        return f"The slopes are small, {figure(exact, 3)} for BCE and {figure(mse, 3)} for MSE: little is left to learn."
    ratio = exact / mse
    wrong = " MSE hardly hears this mistake." if ratio > 50 else ""
    return f"BCE pulls with a slope of {figure(exact, 3)}, MSE with {figure(mse, 3)}, {times(ratio)} less.{wrong}"
