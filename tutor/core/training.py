"""The training loop, as a lazy generator of events.

It reads like the loop in a textbook. Pausing is not asking for the next event; stopping is `close()`, or a
Control that says so. Every consumer sees the same events: the app, the command line, a test with `list(train(...))`.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from tutor.core.checkpoint import Checkpoint, agree, restore
from tutor.core.clock import Clock, timed
from tutor.core.control import Control
from tutor.core.data import Progress
from tutor.core.drawn.cache import DrawingStopped
from tutor.core.evaluation import evaluate
from tutor.core.events import EpochDone, Evaluated, Event, RunFinished, StepDone
from tutor.core.experiment import Experiment
from tutor.core.looking import look
from tutor.core.meter import Meter
from tutor.core.setup import CHECK_SAMPLES, Kept, Setup, prepare

__all__ = ["Kept", "evaluate", "in_turn", "train", "train_together"]

End = tuple[str, str, Evaluated | None]  # reason, cause, and the validation after the last step
NOTHING: frozenset[str] = frozenset()


def train(
    experiment: Experiment,
    *,
    data_dir: Path | None = None,
    control: Control | None = None,
    run: int = 0,
    watch: frozenset[str] = NOTHING,
    progress: Progress | None = None,
    keep: Kept | None = None,
    resume: Checkpoint | None = None,
) -> Iterator[Event]:
    """Train as the experiment says and tell what happened, event by event.

    `control` is polled at every step. `watch` names what Looked shows when control asks for a look: boundary,
    weights, fit. `progress` hears how far the drawing of built-in data is. `keep` receives model and data.
    `resume` goes on from a checkpoint: after its RunStarted come the events that the run would have given
    from there on, number for number. Seconds and samples per second count from there on.

    Raises ExperimentError or DataError before the first event, never after it: a run that fails, or whose loss
    is no longer finite, ends with a RunFinished that says why.
    """
    control, clock = control or Control(), Clock()
    if resume is not None:
        agree(experiment, resume)
    yield from timed(_run(experiment, data_dir, control, clock, run, watch, progress, keep, resume), clock)


def train_together(
    experiments: Sequence[Experiment],
    *,
    data_dir: Path | None = None,
    control: Control | None = None,
    watch: frozenset[str] = NOTHING,
    progress: Progress | None = None,
    keep: Sequence[Kept] | None = None,
) -> Iterator[Event]:
    """Train several experiments in one generator, a step each in turn; `event.run` tells them apart.

    With one seed they start from the same weights and see the same batches: what differs between their
    curves comes from the words that differ.
    """
    control = control or Control()
    runs = [
        train(one, data_dir=data_dir, control=control, run=number, watch=watch, progress=progress,
              keep=keep[number] if keep else None)
        for number, one in enumerate(experiments)
    ]  # fmt: skip
    yield from in_turn(runs)


def in_turn(runs: Sequence[Iterator[Event]]) -> Iterator[Event]:
    """The events of several runs, a step each in turn."""
    live = list(runs)
    try:
        for (
            events
        ) in runs:  # all have started before the first step, so that `paced` knows how many there are
            yield next(events)
        while live:
            for events in list(live):
                for event in events:
                    yield event
                    if isinstance(event, StepDone):
                        break
                else:
                    live.remove(events)
    finally:
        for events in live:
            events.close()  # type: ignore[attr-defined]


def _run(
    experiment: Experiment,
    data_dir: Path | None,
    control: Control,
    clock: Clock,
    run: int,
    watch: frozenset[str],
    progress: Progress | None,
    keep: Kept | None,
    resume: Checkpoint | None,
) -> Iterator[Event]:
    try:
        setup = prepare(experiment, data_dir, progress, lambda: control.stopping)
    except DrawingStopped as stopped:
        yield _summary("stopped", str(stopped), clock, None, None, math.nan, run)
        return
    if resume is not None:
        restore(setup, resume)
        clock.steps = setup.place.step
    if keep is not None:
        keep.setup = setup
    yield setup.started(run)
    if watch:
        yield look(setup.model, setup.data.train, experiment, watch, clock.steps, run)
    clock.start()
    meter = Meter(experiment, setup.device, run, setup.place)
    try:
        reason, cause, val = yield from _epochs(setup, control, clock, meter, watch)
    except (RuntimeError, ValueError) as error:  # torch's own words: shapes, devices, memory
        reason, cause, val = "failed", f"{type(error).__name__}: {_first_line(error)}", None
    clock.stop()
    test = None
    if reason in ("done", "stopped"):
        if watch:
            yield look(setup.model, setup.data.train, experiment, watch, clock.steps, run)
        if val is None and len(setup.data.val):
            val = _evaluated(setup, "val", clock.steps, run)
            yield val
        test = _evaluated(setup, "test", clock.steps, run)
        yield test
    yield _summary(reason, cause, clock, val, test, meter.loss, run)


def _epochs(
    setup: Setup, control: Control, clock: Clock, meter: Meter, watch: frozenset[str]
) -> Generator[Event, None, End]:
    """The loop itself. Returns how it ended."""
    experiment, model, criterion, optimizer = setup.experiment, setup.model, setup.criterion, setup.optimizer
    total_steps, check_every, place, run = setup.total_steps, setup.check_every, setup.place, meter.run
    looked = control.looks
    val: Evaluated | None = None
    model.train()
    while (
        place.step < total_steps or place.batch
    ):  # a checkpoint may lie between the last step and what follows it
        if not place.batch:
            place.epoch += 1
            meter.start_epoch()
        clock.start_epoch()
        for inputs, targets, labels in setup.train_loader:
            if place.step == total_steps:
                break
            if place.step % check_every == 0 and setup.check_due:
                place.checked = place.step
                yield _checked(setup, run)
            with setup.rng:  # dropout draws from the run's own random state
                logits = model(inputs)  # (B, C)
            loss = criterion(logits, targets)
            if experiment.mistake != "no-zero-grad":
                optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            place.step, place.batch = clock.count(len(labels)), place.batch + 1
            if control.looks != looked:  # before StepDone: a paced run waits after it
                looked = control.looks
                yield look(model, setup.data.train, experiment, watch, place.step, run)
            for done in meter.add(place.step, place.epoch, loss, logits, labels):
                yield done
                if not math.isfinite(done.loss):
                    return "diverged", _why_diverged(done, experiment), None
            if control.stopping:
                yield from meter.flush()
                return "stopped", "You stopped the run.", None
        yield from meter.flush()
        if len(setup.data.val):
            val = _evaluated(setup, "val", place.step, run)
            yield val
        place.batch = 0
        yield _epoch_done(val, clock, meter, place.epoch)
    return "done", "", val


def _epoch_done(val: Evaluated | None, clock: Clock, meter: Meter, epoch: int) -> EpochDone:
    return EpochDone(
        clock.steps,
        epoch,
        meter.loss,
        meter.accuracy,
        val.loss if val else math.nan,
        val.accuracy if val else math.nan,
        clock.epoch_seconds(),
        meter.run,
    )


def _evaluated(setup: Setup, name: str, step: int, run: int) -> Evaluated:
    split = setup.data.val if name == "val" else setup.data.test
    with setup.eval_rng:  # the mistake wrong-mode draws dropout here too
        return evaluate(setup.model, split, setup.criterion, setup.experiment, name, step, run)


def _checked(setup: Setup, run: int) -> Evaluated:
    """A quick look at some of the validation set."""
    some = setup.data.val.first(CHECK_SAMPLES)
    with setup.eval_rng:
        return evaluate(setup.model, some, setup.criterion, setup.experiment, "val", setup.place.step, run)


def _summary(
    reason: str,
    cause: str,
    clock: Clock,
    val: Evaluated | None,
    test: Evaluated | None,
    train_loss: float,
    run: int,
) -> RunFinished:
    return RunFinished(
        reason=reason,
        steps=clock.steps,
        seconds=clock.seconds,
        samples_per_second=clock.samples / clock.seconds if clock.seconds else 0.0,
        train_loss=train_loss,
        val_loss=val.loss if val else math.nan,
        val_accuracy=val.accuracy if val else math.nan,
        test_loss=test.loss if test else math.nan,
        test_accuracy=test.accuracy if test else math.nan,
        cause=cause,
        run=run,
    )


def _why_diverged(done: StepDone, experiment: Experiment) -> str:
    what = "NaN" if math.isnan(done.loss) else "infinite"
    return (
        f"The loss was {what} at step {done.step}: the numbers grew past what float32 holds. "
        f"With {experiment.optimizer} the learning rate lr={experiment.lr:g} was too large here. Try a tenth of it."
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else "no message"
