"""Sentences made from the numbers of a run: what happened, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tutor.core.experiment import parse
from tutor.core.history import History


def percent(share: float) -> str:
    """0.9134 -> `91.3 %`."""
    return f"{100 * share:.1f} %"


def summarise(runs: Sequence[History], labels: Sequence[str]) -> str:
    """What the runs did, in a sentence each."""
    if len(runs) == 1:
        return _alone(runs[0])
    counts = {run.started.parameters for run in runs if run.started}
    sizes = len(counts) > 1 and len({_model(run) for run in runs}) == 1
    return " ".join(f"{label}: {_paired(run, sizes)}" for run, label in zip(runs, labels, strict=False))


def _model(run: History) -> str:
    return parse(run.started.experiment).model if run.started else ""


def _alone(run: History) -> str:
    finished = run.finished
    if finished is None:
        return _so_far(run)
    if finished.reason in ("failed", "diverged"):
        return finished.cause
    sentences = [] if finished.reason == "done" else [f"You stopped the run after {finished.steps:,} steps."]
    sentences.append(f"The train loss went from {run.train_loss.first:.3g} to {run.train_loss.last:.3g}.")
    if not math.isnan(finished.test_accuracy):
        sentences.append(
            f"On the test set, {percent(finished.test_accuracy)} are right (loss {finished.test_loss:.3g}); "
            f"on the validation set, {percent(finished.val_accuracy)}."
        )
    elif not math.isnan(finished.test_loss):
        sentences.append(f"The test loss is {finished.test_loss:.3g}.")
    if saved := run.evaluated["test"].saved_bytes if "test" in run.evaluated else 0:
        sentences.append(
            f"The test evaluation kept {saved / 1e6:.2f} MB for a backward pass that never came."
        )
    return " ".join(sentences)


def _so_far(run: History) -> str:
    if not run.step:
        return ""
    right = (
        ""
        if math.isnan(run.train_accuracy.last)
        else f", {percent(run.train_accuracy.last)} of the batch right"
    )
    return f"At step {run.step:,} the loss is {run.train_loss.last:.3g}{right}."


def _paired(run: History, sizes: bool) -> str:
    """With `sizes`: how many parameters the optimizer had, where that differs within a pair of one model."""
    finished = run.finished
    if finished is not None and finished.reason in ("failed", "diverged"):
        return finished.cause
    seen = f"the optimizer saw {run.started.parameters:,} parameters, " if sizes and run.started else ""
    loss = f"{seen}loss {run.train_loss.first:.3g} to {run.train_loss.last:.3g}"
    if finished is None:
        right = "" if math.isnan(run.train_accuracy.last) else f", {percent(run.train_accuracy.last)} right"
        return f"{loss}{right}."
    words = [loss]
    if not math.isnan(finished.test_accuracy):
        words.append(f"test accuracy {percent(finished.test_accuracy)}")
        words.append(
            f"a batch first 95 % right at step {run.first_over_95:,}"
            if run.first_over_95
            else "never a batch 95 % right"
        )
    elif not math.isnan(finished.test_loss):
        words.append(f"test loss {finished.test_loss:.3g}")
    if saved := run.evaluated["test"].saved_bytes if "test" in run.evaluated else 0:
        words.append(f"{saved / 1e6:.2f} MB kept for backward in the test")
    return ", ".join(words) + "."
