"""`tutor tour`: the main experiment of every lesson, one after another, with a table of results."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from tutor.core.events import Event, RunFinished, RunStarted, StepDone
from tutor.core.experiment import Experiment, parse
from tutor.errors import TutorError
from tutor.headless import streams
from tutor.headless.bar import Bar, Drawing, run_text, span
from tutor.headless.listing import count
from tutor.headless.stopping import Stops
from tutor.headless.text import ending, percent
from tutor.learning.lessons import Lab, Lesson
from tutor.log import note


@dataclass(frozen=True)
class Stop:
    """A lesson of the tour: its main lab and the experiments of it, two when it compares."""

    lesson: Lesson
    lab: Lab
    experiments: tuple[Experiment, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """A name for each experiment, "" for a single one."""
        return self.lab.labels if len(self.experiments) > 1 else ("",)


@dataclass(frozen=True)
class Result:
    """One row of the table. `finished` is None when the run never came to its end."""

    stop: Stop
    run: int
    finished: RunFinished | None
    cause: str = ""

    @property
    def result(self) -> str:
        """done, stopped, diverged or failed."""
        return self.finished.reason if self.finished else "failed"


def run_tour(lessons: Sequence[Lesson], *, data_dir: Path, as_json: bool) -> int:
    """Run the tour and print its table, a row as soon as it is known. Returns the exit code.

    1 when a lesson failed (the others are run all the same), 130 after Ctrl+C.
    """
    began, failed = perf_counter(), 0
    stops = [_stop(lesson) for lesson in lessons if lesson.main]
    write = _put_json if as_json else _table(stops)
    bar = Bar(streams.is_terminal(sys.stderr))
    with Stops() as signals:
        for number, stop in enumerate(stops, start=1):
            if not bar.shown:
                streams.say(f"{number}/{len(stops)}  lesson {stop.lesson.number}, {stop.lab.title}")
            for result in _results(stop, bar, signals, data_dir):
                write(result)
                failed += result.result in ("failed", "diverged")
                if result.cause:
                    streams.say(f"tutor: lesson {stop.lesson.number}: {result.cause}")
            if signals.signal:
                return signals.exit_code
    wrong = f"; {count(failed, 'run')} failed" if failed else ""
    streams.say(f"{count(len(stops), 'lesson')} in {span(perf_counter() - began)}{wrong}.")
    return 1 if failed else 0


def _stop(lesson: Lesson) -> Stop:
    lab = lesson.step(lesson.main)
    assert isinstance(lab, Lab)  # the loader refuses any other main
    experiment = parse(lab.experiment)
    return Stop(lesson, lab, (experiment, experiment.change(lab.compare)) if lab.compare else (experiment,))


def _results(stop: Stop, bar: Bar, signals: Stops, data_dir: Path) -> list[Result]:
    """Run one lesson's experiments. Whatever goes wrong becomes the result of this lesson."""
    finished: list[RunFinished] = []
    cause = "The run did not come to its end."
    try:
        for event in _events(stop, bar, signals, data_dir):
            if isinstance(event, RunFinished):
                finished.append(event)
    except TutorError as error:
        cause = str(error)
    except OSError as error:
        if streams.is_closed_pipe(error):
            raise
        cause = f"The system refused: {error.strerror or error}."
    except Exception as error:
        cause = (
            f"Something went wrong inside tutor ({type(error).__name__}: {error}). The details {note(error)}."
        )
    bar.clear()
    by_run = {event.run: event for event in finished}
    return [
        Result(stop, run, by_run.get(run), ending(by_run[run]) if run in by_run else cause)
        for run in range(len(stop.experiments))
    ]


def _events(stop: Stop, bar: Bar, signals: Stops, data_dir: Path) -> Iterator[Event]:
    """The events of one lesson's runs, with the bar kept up to date."""
    name = f"{stop.lesson.number} {stop.lab.title}"
    bar.draw(0, f"{name}: starting")
    from tutor.core.training import train_together

    control, started, began = signals.next_control(), None, perf_counter()
    for event in train_together(stop.experiments, data_dir=data_dir, control=control, progress=Drawing(bar)):
        if isinstance(event, RunStarted):
            started, began = event, perf_counter()
        elif isinstance(event, StepDone) and started and bar.due():
            each = len(stop.experiments) * started.train_size / max(1, started.batches_per_epoch)
            progress = run_text(event.step, started.total_steps, each, perf_counter() - began)
            bar.draw(event.step / max(1, started.total_steps), f"{name}  {progress}")
        yield event


def _put_json(result: Result) -> None:
    end, stop = result.finished, result.stop
    plain = {
        "event": "tour_result",
        "number": stop.lesson.number,
        "lesson": stop.lesson.id,
        "step": stop.lab.id,
        "label": stop.labels[result.run],
        "experiment": str(stop.experiments[result.run]),
        "result": result.result,
        "val_accuracy": _finite(end.val_accuracy) if end else None,
        "test_accuracy": _finite(end.test_accuracy) if end else None,
        "test_loss": _finite(end.test_loss) if end else None,
        "steps": end.steps if end else 0,
        "seconds": round(end.seconds, 3) if end else 0.0,
        "cause": result.cause,
    }
    streams.put(json.dumps(plain, allow_nan=False))
    sys.stdout.flush()


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _table(stops: Sequence[Stop]) -> Callable[[Result], None]:
    """A writer of rows as wide as the lessons need; the head comes with the first row."""
    names = max((len(_name(stop)) for stop in stops), default=0)
    labels = max((len(label) for stop in stops for label in stop.labels), default=0)
    heads = [
        f"{'lesson':<{names}}  {'run':<{labels}}  {'result':<8}  {'val':>7}  {'test':>7}  {'time':>8}  experiment"
    ]

    def write(result: Result) -> None:
        if heads:
            streams.put(heads.pop())
        end, stop = result.finished, result.stop
        val, test = (percent(end.val_accuracy), percent(end.test_accuracy)) if end else ("-", "-")
        streams.put(
            f"{_name(stop):<{names}}  {stop.labels[result.run]:<{labels}}  {result.result:<8}  {val:>7}  {test:>7}  "
            f"{span(end.seconds) if end else '-':>8}  {stop.experiments[result.run]}"
        )
        sys.stdout.flush()

    return write


def _name(stop: Stop) -> str:
    return f"{stop.lesson.number} {stop.lesson.title}"
