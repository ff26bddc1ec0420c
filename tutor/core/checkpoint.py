"""A checkpoint: everything that the rest of a run depends on, so that it goes on as if it had not stopped.

The file is a plain dict for `torch.load(path, weights_only=True)`: `model` and `optimizer` are state_dicts, `rng` and
`eval_rng` random states, `generator` the loader's state before it drew the order of the present epoch, `place` counts.
"""

from __future__ import annotations

import dataclasses
import pickle
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn

from tutor.core.experiment import Experiment, parse
from tutor.core.place import Place
from tutor.core.runs import replace_file
from tutor.errors import ExperimentError, RunError

if TYPE_CHECKING:
    from tutor.core.rng import RunRng
    from tutor.core.setup import Setup

FORMAT = 1
PARTS = ("optimizer", "rng", "generator", "buffers")  # what `without` can leave out
FREE = ("epochs", "steps", "device", "threads", "test")  # words that may change from a run to its resumption
RngState = tuple[Tensor, Tensor | None]


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run after a step, as tensors on the CPU. None is a part that was left out."""

    experiment: str
    place: Place
    model: dict[str, Tensor]
    optimizer: dict[str, Any] | None
    rng: RngState | None
    eval_rng: RngState | None
    generator: Tensor | None
    buffers: tuple[str, ...]  # names in `model` that are no parameters

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts that were left out."""
        gone = {
            "optimizer": self.optimizer is None,
            "rng": self.rng is None or self.eval_rng is None,
            "generator": self.generator is None,
            "buffers": not self.model.keys() >= set(self.buffers),
        }
        return tuple(part for part in PARTS if gone[part])

    def without(self, part: str) -> Checkpoint:
        """This checkpoint as someone saves it who forgets a part: one of PARTS."""
        if part == "optimizer":
            return replace(self, optimizer=None)
        if part == "rng":
            return replace(self, rng=None, eval_rng=None)
        if part == "generator":
            return replace(self, generator=None)
        if part == "buffers":
            kept = {name: tensor for name, tensor in self.model.items() if name not in self.buffers}
            return replace(self, model=kept)
        raise ValueError(f"no part of a checkpoint: {part}")

    def save(self, path: Path) -> None:
        """Write it to `path` in one step: a reader meets the old file or the new one. Raises RunError."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        plain = {"format": FORMAT, **fields, "place": dataclasses.asdict(self.place)}
        try:
            replace_file(path, lambda unfinished: torch.save(plain, unfinished))
        except (OSError, RuntimeError) as error:  # torch.save raises RuntimeError on a full disk
            raise RunError(
                f"The checkpoint {path} could not be written: {_first_line(error)}. "
                "Make room there, or name another folder."
            ) from error


def take(setup: Setup) -> Checkpoint:
    """A checkpoint of a run as it stands, copied, so that the run may go on.

    Take it when the run has just given its StepDone of step `setup.place.step`, or its EpochDone: what comes
    after that event comes again after the resumption.
    """
    model, loader = setup.model, setup.train_loader
    state = {name: _copied(tensor) for name, tensor in model.state_dict().items()}
    inside = setup.place.batch > 0  # inside an epoch, whose order was drawn already
    return Checkpoint(
        experiment=str(setup.experiment),
        place=replace(setup.place),
        model=state,
        optimizer=cast(dict[str, Any], _copied(setup.optimizer.state_dict())),
        rng=setup.rng.get_state(),
        eval_rng=setup.eval_rng.get_state(),
        generator=(loader.drawn_from if inside else loader.generator.get_state()).clone(),
        buffers=_buffers(model),
    )


def load(path: Path, *, partial: bool = False) -> Checkpoint:
    """Read a checkpoint. Raises RunError for a file that is missing, cut, no checkpoint, or, unless `partial`, lacks a part."""
    try:
        plain = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(plain, dict):
            raise TypeError(f"it holds a {type(plain).__name__}, no dict")
        if plain["format"] != FORMAT:
            raise RunError(
                f"The checkpoint {path} has format {plain['format']}, and this tutor reads format {FORMAT}. "
                "It was written by another version. Resume it with that one, or train again."
            )
        fields = {field.name: plain[field.name] for field in dataclasses.fields(Checkpoint)}
        checkpoint = Checkpoint(**{**fields, "place": Place(**fields["place"])})
        missing = checkpoint.missing
    except FileNotFoundError as error:
        raise RunError(
            f"There is no checkpoint {path}. Name a run that was stopped or still goes on."
        ) from error
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError, KeyError, TypeError, ValueError,
            AttributeError) as error:  # fmt: skip
        raise RunError(
            f"{path} could not be read as a checkpoint: {_first_line(error)}. "
            "It is cut, or something else. Train the run again."
        ) from error
    if missing and not partial:
        raise RunError(
            f"The checkpoint {path} lacks {', '.join(missing)}, so the run cannot go on as it would have. Train it again."
        )
    return checkpoint


def agree(experiment: Experiment, checkpoint: Checkpoint) -> None:
    """Raises ExperimentError unless the run is the checkpoint's own; only FREE words may differ."""
    saved = parse(checkpoint.experiment)
    differ = [
        field.name
        for field in dataclasses.fields(experiment)
        if field.name not in FREE and getattr(experiment, field.name) != getattr(saved, field.name)
    ]
    if differ:
        raise ExperimentError(
            f"The checkpoint belongs to “{saved}”, and the run to resume differs in {', '.join(differ)}. "
            f"Resume with the same line; only {', '.join(FREE)} may change."
        )


def restore(setup: Setup, checkpoint: Checkpoint) -> None:
    """Put a fresh setup into the state of the checkpoint. A part that is missing stays as a fresh run has it.

    Raises RunError where the tensors do not fit the model.
    """
    try:
        setup.model.load_state_dict(checkpoint.model, strict="buffers" not in checkpoint.missing)
        if checkpoint.optimizer is not None:
            setup.optimizer.load_state_dict(_copied(checkpoint.optimizer))
    except (RuntimeError, ValueError, KeyError) as error:
        raise RunError(
            f"The checkpoint does not fit its own experiment “{checkpoint.experiment}”: {_first_line(error)}. "
            "Train the run again."
        ) from error
    _restore_rng(setup.rng, checkpoint.rng)
    _restore_rng(setup.eval_rng, checkpoint.eval_rng)
    if checkpoint.generator is not None:
        setup.train_loader.generator.set_state(checkpoint.generator)
    setup.train_loader.skip = checkpoint.place.batch
    for name, value in dataclasses.asdict(checkpoint.place).items():
        setattr(setup.place, name, value)


def _restore_rng(rng: RunRng, state: RngState | None) -> None:
    if state is not None:
        rng.set_state(state)


def _copied(value: Any) -> Any:
    """A state_dict's value with its tensors copied to the CPU."""
    if isinstance(value, Tensor):
        return value.detach().to("cpu", copy=True)
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_copied(item) for item in value)
    return value


def _buffers(model: nn.Module) -> tuple[str, ...]:
    """The names of a model's buffers that a state_dict holds."""
    parameters = {name for name, _ in model.named_parameters()}
    return tuple(name for name in model.state_dict() if name not in parameters)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".:") if lines else type(error).__name__
