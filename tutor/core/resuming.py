"""One run from start to end, and the same run stopped, saved to a file and resumed: are they the same, to the bit?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.core.events import Evaluated, Event, StepDone
from tutor.core.experiment import Experiment

if TYPE_CHECKING:
    from tutor.core.place import Place

WHOLE, RESUMED = 0, 1  # the two runs
Losses = dict[int, float]  # step -> loss

CAUSES = {
    "": "The file held all that the next step depends on: weights, buffers, the optimizer's averages, the random "
    "state, the loader's generator, and the place in the epoch.",
    "optimizer": "Adam began with empty averages. The next loss is computed before it makes a step, so that one is still the same.",
    "rng": "Dropout drew other units from the first resumed step on.",
    "generator": "The loader's generator began again at its seed, so it gave the order of the first epoch once more.",
    "buffers": "In train mode BatchNorm uses each batch's own mean and variance, so training does not notice. "
    "In eval mode it uses the running ones, and those began again at 0 and 1.",
}


@dataclass
class StopAndResume:
    """Runs both, a step each in turn, and keeps every loss exactly. `left_out` is a part of PARTS, or "" for none."""

    stop_at: int
    left_out: str = ""
    train: tuple[Losses, Losses] = field(default_factory=lambda: ({}, {}))
    val: tuple[Losses, Losses] = field(default_factory=lambda: ({}, {}))
    size: int = 0  # bytes of the file
    place: Place | None = None

    def __call__(
        self, experiments: Sequence[Experiment], *, keep: Sequence[Any] | None = None, **options: Any
    ) -> Iterator[Event]:
        """The events of both runs; the second one's first and second half read as one run."""
        from tutor.core.training import in_turn, train

        whole = train(experiments[WHOLE], run=WHOLE, keep=keep[WHOLE] if keep else None, **options)
        halves = self._halves(experiments[RESUMED], options)
        for event in in_turn([whole, halves]):
            if isinstance(event, StepDone):
                self.train[event.run][event.step] = event.loss
            elif isinstance(event, Evaluated) and event.split == "val":
                self.val[event.run].setdefault(event.step, event.loss)
            yield event

    def _halves(self, experiment: Experiment, options: dict[str, Any]) -> Iterator[Event]:
        """Train, stop, write the file; then, from a fresh setup, read it and train on."""
        from tutor.core import checkpoint as checkpoints
        from tutor.core.setup import Kept
        from tutor.core.training import train

        kept = Kept()
        for event in train(experiment, run=RESUMED, keep=kept, **options):
            yield event
            setup = kept.setup
            if setup and isinstance(event, StepDone) and self.stop_at <= event.step == setup.place.step:
                break
        else:
            return  # it ended, or was stopped, before
        checkpoint = checkpoints.take(setup)
        if self.left_out:
            checkpoint = checkpoint.without(self.left_out)
        with tempfile.TemporaryDirectory(prefix="tutor-") as folder:
            path = Path(folder) / "checkpoint.pt"
            checkpoint.save(path)
            self.size, self.place = path.stat().st_size, checkpoint.place
            read = checkpoints.load(path, partial=True)
        rest = train(experiment, run=RESUMED, resume=read, **options)
        next(rest)  # its RunStarted: to the learner this is one run
        yield from rest

    def differences(self, what: str = "train") -> list[tuple[int, float]]:
        """(step, |difference of the two losses|) for the steps that both have."""
        whole, resumed = self.train if what == "train" else self.val
        return [(step, abs(whole[step] - resumed[step])) for step in sorted(whole.keys() & resumed.keys())]

    def first_difference(self, what: str = "train") -> int:
        """The first step whose losses are not the same bits; 0 where all are."""
        return next((step for step, difference in self.differences(what) if difference), 0)

    def words(self, batches: int) -> str:
        """What came of it, with its numbers. `batches` is the number of mini-batches in an epoch."""
        if self.place is None:
            return "The run ended before it could be stopped."
        place = self.place
        said = (
            f"Stopped after step {place.step}, in epoch {place.epoch}, {place.batch} of {batches} batches done; "
            f"the file has {self.size / 1e3:,.0f} kB. "
        )
        after = sum(step > place.step for step in self.train[RESUMED])
        first, first_val = self.first_difference(), self.first_difference("val")
        if not first and not first_val:
            return f"{said}All {after} losses after it are the same as without the stop, to the last bit. {CAUSES['']}"
        cause = CAUSES[self.left_out]
        if not first:
            return f"{said}All {after} train losses after it are the same, and yet the validation loss parts at step {self._pair(first_val, 'val')}. {cause}"
        return f"{said}The curves part at step {self._pair(first)}. {cause}"

    def _pair(self, step: int, what: str = "train") -> str:
        whole, resumed = self.train if what == "train" else self.val
        return f"{step}: {resumed[step]:.4g} instead of {whole[step]:.4g}"
