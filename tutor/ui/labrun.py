"""What a lab shows of its runs: histories, overlays, and where the run is. Owned by the UI thread."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from tutor.core.autopsy import Finding, autopsy
from tutor.core.control import Control
from tutor.core.events import Event, RunFinished
from tutor.core.experiment import Experiment, parse
from tutor.core.history import History
from tutor.core.summary import summarise
from tutor.learning.steps import Lab
from tutor.ui.keeping import keep
from tutor.ui.training import Source, Trainer

State = Literal["ready", "preparing", "running", "paused", "ending", "ended"]
SLOWEST, FASTEST = 1.0, 2000.0  # steps per second; past the fastest there is no limit
OVERLAYS = 3


class LabRun:
    """The runs of one lab: the experiment as the knobs say, and at most one training at a time."""

    def __init__(self, lab: Lab, data_dir: Path, ended: Callable[[], object]) -> None:
        self.lab = lab
        self.experiments: list[Experiment] = []
        self.histories: list[History] = []
        self.overlays: list[History] = []
        self.pace = float(lab.pace)
        self.source: Source | None = None  # what trains, where the lab arranges its runs itself
        self.trainer: Trainer | None = None
        self._data_dir, self._ended = data_dir, ended
        self._marks: deque[tuple[float, int]] = deque(maxlen=10)  # moments and the steps then

    @property
    def labels(self) -> Sequence[str]:
        """The names of the runs of a pair."""
        return self.lab.labels

    @property
    def state(self) -> State:
        """Where the run is."""
        if self.trainer is None:
            return "ready"
        if not self.trainer.running:
            return "ended"
        if self.trainer.control.stopping:
            return "ending"
        if not any(history.started for history in self.histories):
            return "preparing"
        return "paused" if self.trainer.control.paused else "running"

    @property
    def live(self) -> bool:
        """True while a thread trains."""
        return self.state not in ("ready", "ended")

    @property
    def error(self) -> str:
        """The sentence of an error that came before the first step, or ""."""
        return self.trainer.error if self.trainer else ""

    @property
    def finished(self) -> list[RunFinished]:
        """How the runs ended, once all have."""
        ends = [history.finished for history in self.histories if history.finished]
        return ends if ends and len(ends) == len(self.histories) else []

    def start(self, experiments: Sequence[Experiment], *, paused: bool = False) -> None:
        """Begin a new run; the histories of the one before are forgotten, overlays stay."""
        self.reset()
        self.experiments = list(experiments)
        self.histories = [History() for _ in experiments]
        control = Control(paused=paused, pace=self.pace)
        watch = frozenset(self.lab.panels) & {"boundary", "weights", "fit"}
        histories = self.histories
        self.trainer = trainer = Trainer(
            experiments,
            data_dir=self._data_dir,
            control=control,
            watch=watch,
            ended=lambda: self._over(trainer, histories),
            source=self.source,
        )
        trainer.start()

    def _over(self, trainer: Trainer, histories: list[History]) -> None:
        """On the training thread. Where no screen is left to take the last events, they are taken here."""
        if trainer is self.trainer and self._ended() is not False:
            return
        _fold(trainer.drain(), histories)

    def toggle(self) -> None:
        """Pause or go on."""
        if self.trainer:
            self.trainer.control.toggle()

    def step(self) -> None:
        """One more step and a picture of it, then hold."""
        if self.trainer:
            self.trainer.control.look()
            self.trainer.control.step()

    def stop(self) -> None:
        """End the run; what it showed stays."""
        if self.trainer:
            self.trainer.stop()
            if not self.trainer.running:
                self.drain()

    def reset(self) -> None:
        """End the run and forget it."""
        self.stop()
        self.trainer = None
        self.histories = []

    def keep(self) -> bool:
        """Keep the run as an overlay, or let the overlays go when it is kept already. True when kept."""
        if self.histories and self.histories[0] not in self.overlays:
            self.overlays = [*self.overlays, self.histories[0]][-OVERLAYS:]
            return True
        self.overlays = []
        return False

    def faster(self, factor: float) -> None:
        """Change the speed. Slower than full speed starts at the fastest pace that can be followed."""
        pace = (self.pace or FASTEST) * factor if factor < 1 or self.pace else 0.0
        self.pace = 0.0 if pace > FASTEST else max(SLOWEST, pace) if pace else 0.0
        if self.trainer:
            self.trainer.control.set_pace(self.pace)

    def look(self) -> None:
        """Ask for a picture of the model, where a panel shows one."""
        if self.trainer and self.state == "running":
            self.trainer.control.look()

    def drain(self) -> bool:
        """Fold what came since the last call. True when anything came."""
        events = self.trainer.drain() if self.trainer else []
        _fold(events, self.histories)
        return bool(events)

    def rate(self, step: int) -> float:
        """Steps per second over about the last second; 0 while that is unknown."""
        now = time.monotonic()
        if not self._marks or step < self._marks[-1][1]:
            self._marks.clear()
        self._marks.append((now, step))
        then, before = self._marks[0]
        return (step - before) / (now - then) if now - then > 0.2 else 0.0

    def findings(self) -> list[Finding]:
        """The signatures in the runs that ended, each once."""
        pairs = zip(self.histories, self.experiments, strict=True)
        found = [finding for history, experiment in pairs if (finding := autopsy(history, experiment))]
        return list({finding.name: finding for finding in found}.values())

    def words(self) -> str:
        """What the runs did, in sentences with their own numbers."""
        return self.error or summarise(self.histories, self.labels)


def _fold(events: Sequence[Event], histories: Sequence[History]) -> None:
    """Take the events in; a run that ended is kept among the runs."""
    for event in events:
        histories[event.run].fold(event)
        if isinstance(event, RunFinished):
            keep(histories[event.run])


def lab_experiments(lab: Lab, words: str) -> list[Experiment]:
    """The experiment of a lab as its knobs say, and the paired one. Raises ExperimentError."""
    first = parse(lab.experiment).change(words)
    if not lab.compare:
        return [first]
    return [first, first.change(lab.compare)]


def own_values(lab: Lab) -> list[str]:
    """The knobs' values that the lab's own experiment has."""
    experiment = parse(lab.experiment)
    return [
        next(value for value in knob.values if experiment.change(knob.word(value)) == experiment)
        for knob in lab.knobs
    ]
