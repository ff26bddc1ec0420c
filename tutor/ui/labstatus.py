"""The state of a lab's run in words: what it waits for, how far it is, how fast, what is left."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.core.history import History
from tutor.ui.labrun import LabRun
from tutor.ui.widgets.status import RunStatus, memory_words, time_words

ENDS = {"done": "Done", "stopped": "Stopped", "failed": "Failed", "diverged": "Diverged"}
STATES = {"running": "Running", "paused": "Paused", "ending": "Ending", "ended": "Done"}


def run_status(run: LabRun, built_in: Mapping[str, float]) -> RunStatus:
    """The status line of a run. `built_in` says how far each built-in dataset is drawn."""
    if run.state == "ready":
        return RunStatus()
    if run.error:
        return RunStatus("Could not run", warning=True)
    started = [history for history in run.histories if history.started]
    if not started:
        return _preparing(run, built_in)
    return _progress(run, max(started, key=lambda history: history.step))


def _preparing(run: LabRun, built_in: Mapping[str, float]) -> RunStatus:
    told = run.trainer.preparing if run.trainer else None
    if told:
        return RunStatus(f"{told[1]}: {100 * told[0]:.0f} %", told[0])
    name = run.experiments[0].dataset
    drawn = built_in.get(name, 1.0)
    if drawn < 1:
        return RunStatus(f"Drawing the {name}: {100 * drawn:.0f} %", drawn)
    return RunStatus("Loading torch and the data")


def _progress(run: LabRun, history: History) -> RunStatus:
    started = history.started
    assert started is not None
    state = STATES.get(run.state, "Running")
    if run.state == "ended" and run.finished:
        reason = next((end.reason for end in run.finished if end.reason != "done"), "done")
        state = ENDS[reason]
    epochs = -(-started.total_steps // started.batches_per_epoch)
    words = [f"step {history.step:,} of {started.total_steps:,}"]
    if epochs > 1 and started.batches_per_epoch > 1:
        words.append(f"epoch {history.epoch} of {epochs}")
    words += [*_speed(run, history.step, started.total_steps), started.device, memory_words()]
    return RunStatus(
        state,
        history.step / started.total_steps,
        tuple(word for word in words if word),
        warning=state in ("Failed", "Diverged"),
    )


def _speed(run: LabRun, step: int, total: int) -> list[str]:
    if run.finished:
        # With a pace, most of the time was waiting: the speed of the rest would only puzzle.
        return [] if run.pace else [f"{run.finished[0].samples_per_second:,.0f} samples/s"]
    rate = run.rate(step)
    if not rate or run.state != "running":
        return []
    limit = "" if run.pace else " (full speed)"
    return [f"{rate:,.0f} steps/s{limit}", f"{time_words((total - step) / rate)} left"]
