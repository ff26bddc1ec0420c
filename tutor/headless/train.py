"""`tutor train`: one experiment, from its line to its result."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

from tutor.core.control import Control
from tutor.core.events import Event, RunFinished
from tutor.core.experiment import Experiment
from tutor.core.history import History
from tutor.core.runs import LineWriter, RunFolder, check_free
from tutor.headless import streams
from tutor.headless.bar import Bar, Drawing
from tutor.headless.stopping import Stops
from tutor.headless.text import TextReport, ending

Write = Callable[[Event, float], None]


def train_line(experiment: Experiment, *, data_dir: Path, out: Path | None, as_json: bool, plot: bool) -> int:
    """Train, report on standard output, and write the run to the folder `out`. Returns the exit code.

    Raises TutorError for data, a device or a folder that cannot be used, and OSError when the output is closed.
    """
    bar = Bar(streams.is_terminal(sys.stderr) and not (as_json and streams.is_terminal(sys.stdout)))
    if out:
        check_free(out)
    bar.draw(0, "starting PyTorch")
    from tutor.core.training import Kept, train

    kept, history = Kept(), History() if plot else None
    with contextlib.ExitStack() as stack:
        stack.callback(bar.clear)
        # From here on Ctrl+C stops the run; before, while PyTorch is imported, it ends the process at once.
        stops = stack.enter_context(Stops())
        folder = stack.enter_context(RunFolder(out, str(experiment))) if out else None
        keeps: list[Write] = [folder.write] if folder else []
        if history:
            keeps.append(lambda event, seconds: history.fold(event))
        prints = [LineWriter(sys.stdout).write if as_json else TextReport(bar).write]
        events = train(experiment, data_dir=data_dir, control=stops.control, keep=kept, progress=Drawing(bar))
        finished, lost = follow(events, stops.control, keeps, prints)
        bar.clear()
        if folder and kept.model is not None:
            folder.save(kept.model)
        if lost:
            raise lost
    return _end(finished, experiment, history, stops.exit_code)


def follow(
    events: Iterator[Event], control: Control, keeps: Sequence[Write], prints: Sequence[Write]
) -> tuple[RunFinished | None, OSError | None]:
    """Hand every event, with the seconds since the first one, to all writers. Returns the end of the run.

    When a printing writer loses its reader the run is stopped, the keeping writers get the rest, and the error
    is returned.
    """
    began, finished, lost = 0.0, None, None
    writers = [*keeps, *prints]
    for event in events:
        now = perf_counter()
        began = began or now
        try:
            for write in writers:
                write(event, now - began)
        except OSError as error:
            lost, writers = error, list(keeps)
            control.stop()
        if isinstance(event, RunFinished):
            finished = event
    return finished, lost


def _end(
    finished: RunFinished | None, experiment: Experiment, history: History | None, interrupted: int
) -> int:
    """Draw the plot, say how it ended if it did not end well, and return the exit code."""
    if finished is None:
        return interrupted or 1
    if history and history.step:
        from tutor.headless.plots import put_plots

        put_plots(history)
    if message := ending(finished):
        planted = experiment.mistake if finished.reason == "failed" else ""
        advice = f" Leave mistake={planted} out to see the run without it." if planted else ""
        streams.say(f"tutor: {message}{advice}")
    if finished.reason == "stopped":
        return interrupted or 1
    return 0 if finished.reason == "done" else 1
