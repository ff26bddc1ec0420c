"""A sweep of learning rates: the same run at each of them, where the good ones lie, and what the others did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.core.experiment import Experiment
from tutor.core.history import History
from tutor.core.summary import percent

RATES = {
    "sgd": ("1e-3", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"),
    "adam": ("1e-5", "1e-4", "3e-4", "1e-3", "3e-3", "0.01", "0.03", "0.1"),
}
TAIL = 0.875  # the end loss is the mean over the last eighth of a run
HALF = 0.5  # of what the best rate gained: less than that is not useful
APART = 0.25  # of what the best rate gained: seeds that are further apart disagree


def rates_for(experiment: Experiment) -> tuple[str, ...]:
    """The rates of the sweep, as an experiment line has them, from small to large."""
    return RATES["sgd" if experiment.optimizer == "sgd" else "adam"]


def experiments_for(experiment: Experiment, seeds: int) -> list[Experiment]:
    """Every rate with every seed: rate by rate, the seeds counted up from the experiment's own."""
    return [
        experiment.change(f"lr={rate} seed={experiment.seed + seed}")
        for rate in rates_for(experiment)
        for seed in range(seeds)
    ]


@dataclass(frozen=True)
class Outcome:
    """What one rate came to so far: an end loss (inf where it is not finite) and a validation accuracy per seed."""

    rate: str
    losses: tuple[float, ...]
    accuracies: tuple[float, ...]
    first: float
    highest: float

    @property
    def loss(self) -> float:
        """The mean end loss; nan before the first step."""
        return sum(self.losses) / len(self.losses)

    @property
    def accuracy(self) -> float:
        """The mean accuracy; nan before the first validation."""
        return sum(self.accuracies) / len(self.accuracies)


def outcomes(histories: Sequence[History], rates: Sequence[str]) -> list[Outcome]:
    """One for each rate; the histories come as `experiments_for` orders them."""
    seeds = len(histories) // max(1, len(rates))
    groups = [histories[start : start + seeds] for start in range(0, len(histories), max(1, seeds))]
    return [
        Outcome(
            rate,
            tuple(map(_end_loss, group)),
            tuple(history.val_accuracy.last for history in group),
            group[0].train_loss.first,
            max(math.inf if history.train_loss.lost else history.train_loss.high for history in group),
        )
        for rate, group in zip(rates, groups, strict=False)
    ]


def _end_loss(history: History) -> float:
    return math.inf if history.train_loss.lost else history.train_loss.mean(TAIL, 1)


def best(found: Sequence[Outcome]) -> int:
    """The rate with the lowest mean end loss; -1 before any step."""
    known = [index for index, one in enumerate(found) if math.isfinite(one.loss)]
    return min(known, key=lambda index: found[index].loss, default=-1)


def useful(found: Sequence[Outcome]) -> range:
    """The stretch of rates around the best one that gained at least half as much as it did."""
    top = best(found)
    if top < 0:
        return range(0)
    limit = found[top].first - HALF * (found[top].first - found[top].loss)
    low = high = top
    while low > 0 and found[low - 1].loss <= limit:
        low -= 1
    while high + 1 < len(found) and found[high + 1].loss <= limit:
        high += 1
    return range(low, high + 1)


def words(found: Sequence[Outcome]) -> str:
    """Where the valley lies and what is on either side of it, in this sweep's numbers."""
    top = best(found)
    if top < 0:
        return "No rate gave a loss."
    one, stretch = found[top], useful(found)
    said = [f"lr={one.rate} ended lowest: loss {one.loss:.3g}{_right(one)}."]
    if len(stretch) > 1:
        low, high = found[stretch[0]].rate, found[stretch[-1]].rate
        said.append(f"From {low} to {high} a run gained at least half as much in the same steps.")
    else:
        said.append("No neighbour gained half as much in the same steps.")
    if stretch[0] > 0:
        small = found[0]
        said.append(
            f"At {small.rate} the loss went from {small.first:.3g} to {small.loss:.3g}: too small, it needs more steps."
        )
    if stretch[-1] + 1 < len(found):
        said.append(_too_large(found[-1]))
    return " ".join([*said, *_spread(found, one)])


def _right(one: Outcome) -> str:
    return "" if math.isnan(one.accuracy) else f", {percent(one.accuracy)} of the validation set right"


def _too_large(large: Outcome) -> str:
    if math.isinf(large.loss):
        return f"At {large.rate} the loss was no longer finite: too large."
    leapt = f"leapt to {large.highest:.3g} and " if large.highest > 1.5 * large.first else ""
    lost = "too large, and nothing was learned" if large.loss > 0.95 * large.first else "too large"
    return f"At {large.rate} it {leapt}ended at {large.loss:.3g}: {lost}."


def _spread(found: Sequence[Outcome], one: Outcome) -> list[str]:
    """How far the seeds are apart, at the best rate and where they disagree most."""
    if len(one.losses) < 2:
        return ["One seed: a neighbour that is nearly as good may be better with another. Take three."]
    said = f"Over {len(one.losses)} seeds, {one.rate} lies between {_between(one)}"
    spreads = {other.rate: max(other.losses) - min(other.losses) for other in found}
    wildest = max(found, key=lambda other: -1.0 if math.isnan(spreads[other.rate]) else spreads[other.rate])
    if wildest is one or not spreads[wildest.rate] > APART * (one.first - one.loss):
        return [said + ", and no rate's seeds are far apart."]
    return [said + f"; {wildest.rate} between {_between(wildest)}: there the seed decides."]


def _between(one: Outcome) -> str:
    return f"{min(one.losses):.3g} and {max(one.losses):.3g}"
