"""A run as text for people: a line an epoch and a table at the end on standard output, a bar on standard error."""

from __future__ import annotations

import math

from tutor.core.events import EpochDone, Event, RunFinished, RunStarted, StepDone
from tutor.headless.bar import Bar, run_text, span
from tutor.headless.streams import put


class TextReport:
    """Writes the events of one run."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._epochs = 1
        self._started: RunStarted | None = None

    def write(self, event: Event, seconds: float) -> None:
        """One event; `seconds` since the run started."""
        if isinstance(event, StepDone):
            if self._bar.due():
                self._progress(event, seconds)
        elif isinstance(event, RunStarted):
            self._begin(event)
        elif isinstance(event, EpochDone):
            self._bar.clear()
            put(epoch_line(event, self._epochs))
        elif isinstance(event, RunFinished) and event.steps:
            self._bar.clear()
            for line in result_lines(event):
                put(line)

    def _begin(self, event: RunStarted) -> None:
        self._bar.clear()
        self._started = event
        self._epochs = math.ceil(event.total_steps / max(1, event.batches_per_epoch))
        for line in start_lines(event):
            put(line)

    def _progress(self, event: StepDone, seconds: float) -> None:
        if self._started:
            total = self._started.total_steps
            each = self._started.train_size / max(1, self._started.batches_per_epoch)
            text = f"epoch {event.epoch}/{self._epochs}  {run_text(event.step, total, each, seconds)}"
            self._bar.draw(event.step / max(1, total), text)


def start_lines(event: RunStarted) -> list[str]:
    """The experiment, and what it runs on."""
    sizes = f"{event.train_size:,} training, {event.val_size:,} validation, {event.test_size:,} test samples"
    torch = event.versions.get("torch", "")
    return [
        event.experiment,
        f"{event.device}, {event.parameters:,} parameters; {sizes}" + (f"; torch {torch}" if torch else ""),
        "",
    ]


def epoch_line(event: EpochDone, epochs: int) -> str:
    """One epoch: the losses and accuracies of training and validation. What was not measured is left out."""
    number = f"epoch {event.epoch:>{len(str(epochs))}}/{epochs}"
    parts = [number, _pair("loss", loss(event.train_loss), loss(event.val_loss), math.isnan(event.val_loss))]
    if not math.isnan(event.train_accuracy):
        none = math.isnan(event.val_accuracy)
        parts.append(_pair("accuracy", percent(event.train_accuracy), percent(event.val_accuracy), none))
    return "  ".join([*parts, span(event.seconds)])


def _pair(name: str, train: str, val: str, alone: bool) -> str:
    return f"{name} {train}" if alone else f"{name} {train} (val {val})"


def result_lines(event: RunFinished) -> list[str]:
    """The table at the end, and how long it took. What was not measured is left out."""
    rows = [
        ("validation", event.val_loss, event.val_accuracy),
        ("test", event.test_loss, event.test_accuracy),
    ]
    rows = [("training", event.train_loss, math.nan), *rows]
    rows = [row for row in rows if not math.isnan(row[1])]
    scored = any(not math.isnan(accuracy) for _, _, accuracy in rows)
    lines = ["", f"{'':<10}  {'loss':>10}" + ("  accuracy" if scored else "")] if rows else []
    for name, value, accuracy in rows:
        lines.append(
            f"{name:<10}  {loss(value):>10}" + ("" if math.isnan(accuracy) else f"  {percent(accuracy):>8}")
        )
    steps = "1 step" if event.steps == 1 else f"{event.steps:,} steps"
    return [
        *lines,
        "",
        f"{steps} in {span(event.seconds)}, {event.samples_per_second:,.0f} samples per second.",
    ]


def ending(event: RunFinished) -> str:
    """Why a run ended early, and what to do, in sentences; "" when it was done."""
    if event.reason == "done":
        return ""
    if event.reason == "stopped":
        return f"Stopped after step {event.steps:,}." if event.steps else f"Stopped. {event.cause}".strip()
    said = "diverged at" if event.reason == "diverged" else "failed after"
    return f"The run {said} step {event.steps:,}. {event.cause}".strip()


def loss(value: float) -> str:
    """A loss in at most ten characters."""
    if not math.isfinite(value):
        return "-" if math.isnan(value) else str(value)
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e5 or value == 0 else f"{value:.2e}"


def percent(share: float) -> str:
    """An accuracy from 0 to 1 in percent; `-` when it was not measured."""
    return "-" if math.isnan(share) else f"{100 * share:.1f} %"
