"""The training loop under glass: one line at a time is really executed, and what it changed is told in numbers.

Each line is a statement of Python, run in names that persist, so a line that is left out has the consequences that
it has in a program: old gradients, a NameError, dropout in a validation.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tutor.core.data import Progress, Split
from tutor.core.evaluation import saved_bytes_of
from tutor.core.experiment import Experiment
from tutor.core.glass_lines import LINES, ParameterSeen, Seen
from tutor.core.glass_words import consequences
from tutor.core.history import Series
from tutor.core.setup import Setup, prepare

VAL_SAMPLES = 500
BODY = ("forward", "loss", "zero_grad", "backward", "step")
CHECK = ("val_forward", "val_loss")
CURVES = ("loss", "val_loss", "grad")
NEW_BATCH: dict[str, Any] = {"loss": None, "logits": (), "graph": "", "freed": False}
CODE = {line.name: compile(line.code, line.name, "exec") for line in LINES if not line.code.endswith(":")}


class Glass:
    """A loop that is executed line by line. `seen` is the state after the last line, `before` the one before it.

    `left_out` holds the names of lines that are passed over. All of it runs on the thread that calls.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.left_out: set[str] = set()
        self.curves = {name: Series() for name in CURVES}  # over the number of batches that came
        self._came = 0
        self.told: dict[str, str] = {}  # what a left-out line led to since the last key, by the line's name
        self._names: dict[str, Any] = {
            "model": setup.model,
            "criterion": setup.criterion,
            "optimizer": setup.optimizer,
            "val_x": setup.data.val.inputs[:VAL_SAMPLES],
            "val_y": setup.data.val.targets[:VAL_SAMPLES],
        }
        self._recording = True
        self._start = self._weights()  # as they were when the batch came
        self._last = Seen(batches=len(setup.train_loader))
        self.seen = self.before = self._look(self._last, self._weights())
        self._lines = self._run()

    @classmethod
    def open(
        cls,
        experiment: Experiment,
        data_dir: Path | None = None,
        progress: Progress | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> Glass:
        """The loop of an experiment, before its first line. Raises ExperimentError or DataError."""
        return cls(prepare(experiment, data_dir, progress, should_stop))

    # What a learner asks for

    def next_line(self) -> Seen:
        """Execute one line."""
        self.told = {}
        return self._advance()

    def finish(self) -> Seen:
        """Execute the rest of this batch; where its end is reached, the next one, or the validation."""
        self.told = {}
        self._advance()
        while not self.ended and not self._at_an_end:
            self._advance()
        return self.seen

    @property
    def _at_an_end(self) -> bool:
        """A batch is through, or the validation."""
        in_batch = self.seen.line in ("batch", *BODY)
        return self.seen.line == "val_loss" or (in_batch and self.upcoming not in BODY)

    def run(self, batches: int) -> Seen:
        """Execute lines until so many batches have come to their end."""
        self.told = {}
        while batches and not self.ended:
            self._advance()
            batches -= self._at_an_end and self.seen.line != "val_loss"
        return self.seen

    def toggle(self, name: str) -> bool:
        """Leave a line out, or put it back. False for a line that the loop cannot do without."""
        if not next(line for line in LINES if line.name == name).optional:
            return False
        self.left_out ^= {name}
        return True

    @property
    def ended(self) -> bool:
        """True once a line has raised an error: a program would have ended there."""
        return bool(self.seen.error)

    @property
    def upcoming(self) -> str:
        """The line that comes next; left-out lines are passed over."""
        names = [line.name for line in LINES]
        here = self.seen.line
        if here in ("batch", *BODY) and self.seen.batch < self.seen.batches:
            order = [*names[names.index(here) + 1 : names.index("step") + 1], "batch"]
        else:
            order = [*(names[names.index(here) + 1 :] if here else []), *names]
            order = [name for name in order if name != "batch" or here not in BODY]
        return next(name for name in order if name not in self.left_out)

    # The loop

    def _run(self) -> Iterator[Seen]:
        """The loop itself: what `LINES` say, with a stop after each line."""
        while True:
            yield self._flow("epoch", epoch=self.seen.epoch + 1, batch=0)
            yield from self._do("train")
            for number, (inputs, targets, _) in enumerate(self.setup.train_loader, 1):
                self._names.update(inputs=inputs, targets=targets)
                self._came += 1
                seen = self._flow("batch", batch=number, samples=len(inputs), **NEW_BATCH)
                yield seen
                self._start = self._weights()
                for name in BODY:
                    yield from self._do(name)
            yield from self._do("eval")
            if "no_grad" not in self.left_out:
                self._recording = False
                yield self._flow("no_grad")
            for name in CHECK:
                yield from self._do(name)
            self._recording = True

    def _advance(self) -> Seen:
        if self.ended:
            return self.seen
        before = self.seen
        try:
            self.seen = next(self._lines)
        except (NameError, RuntimeError, ValueError, TypeError, IndexError) as error:
            first = (str(error).strip().splitlines() or ["no message"])[0]
            self.seen = replace(self.seen, line=self._at, error=f"{type(error).__name__}: {first}")
        self.before = before
        self.told.update(consequences(self.seen, before, frozenset(self.left_out)))
        return self.seen

    def _flow(self, name: str, **changes: Any) -> Seen:
        """A line that only directs: `for`, `with`."""
        seen = replace(self.seen, line=name, drew=False, saved=0, **changes)
        return self._look(seen, self._weights())

    def _do(self, name: str) -> Iterator[Seen]:
        """Execute one statement, unless it is left out."""
        if name in self.left_out:
            return
        self._at = name
        weights, grads = self._weights(), self._grads()
        with torch.set_grad_enabled(self._recording), self.setup.rng, self._measured(name) as measured:
            random = torch.get_rng_state()
            exec(CODE[name], self._names)
            drew = not torch.equal(random, torch.get_rng_state())
        seen = replace(self.seen, line=name, drew=drew, saved=sum((measured or {}).values()))
        seen = self._look(self._result(name, seen, grads), weights)
        if name == "backward":
            self.curves["grad"].append(self._came, seen.grad or 0.0)
        yield seen

    def _measured(self, name: str) -> AbstractContextManager[dict[int, int] | None]:
        """Around the validation's forward pass: the bytes that autograd keeps."""
        if name != "val_forward":
            return nullcontext()
        split = Split(self._names["val_x"], self._names["val_y"], self._names["val_y"])
        return saved_bytes_of(self.setup.model, split)

    def _result(self, name: str, seen: Seen, grads: list[Tensor | None]) -> Seen:
        """What this statement gave, beside what it did to the parameters."""
        if name in ("forward", "val_forward"):
            logits = self._names["logits"]
            return replace(seen, logits=tuple(logits.shape), graph=_node(logits), freed=False)
        if name in ("loss", "val_loss"):
            loss = self._names["loss" if name == "loss" else "val_loss"]
            seen = replace(seen, **{name: loss.item()}, graph=_node(loss))
            self.curves[name].append(self._came, loss.item())
            return (
                self._compared(name, seen) if seen.mode != ("train" if name == "loss" else "eval") else seen
            )
        if name == "backward":
            return replace(seen, freed=True, alone=_norm(self._alone(grads)))
        return replace(seen, steps=seen.steps + 1) if name == "step" else seen

    def _alone(self, before: list[Tensor | None]) -> list[Tensor]:
        """The gradient of this batch alone: what backward has added."""
        now = self._grads()
        return [
            new if old is None else new - old for new, old in zip(now, before, strict=True) if new is not None
        ]

    def _compared(self, name: str, seen: Seen) -> Seen:
        """A loss in the wrong mode: what it is in the right one, and what it is when it is taken once more."""
        training = self.setup.model.training
        return replace(seen, other=self._aside(name, not training), again=self._aside(name, training))

    def _aside(self, name: str, training: bool) -> float:
        """A loss from a copy of the model, so that nothing of the run changes."""
        inputs, targets = ("inputs", "targets") if name == "loss" else ("val_x", "val_y")
        random = torch.get_rng_state()
        torch.manual_seed(self.seen.steps)
        try:
            with torch.no_grad():
                logits = copy.deepcopy(self.setup.model).train(training)(self._names[inputs])
                return float(self.setup.criterion(logits, self._names[targets]))
        finally:
            torch.set_rng_state(random)

    # What is seen

    def _weights(self) -> list[Tensor]:
        return [parameter.detach().clone().flatten() for parameter in self.setup.model.parameters()]

    def _grads(self) -> list[Tensor | None]:
        return [
            None if parameter.grad is None else parameter.grad.clone()
            for parameter in self.setup.model.parameters()
        ]

    def _look(self, seen: Seen, weights: list[Tensor]) -> Seen:
        """The state now. `weights` are those before the line."""
        state = self.setup.optimizer.state
        named = self.setup.model.named_parameters()
        return replace(
            seen,
            mode="train" if self.setup.model.training else "eval",
            recording=self._recording,
            idle=all(map(torch.equal, self._weights(), self._start)),
            optimizer=tuple(next(iter(state.values()), {})),
            parameters=tuple(
                _parameter(name, parameter, old)
                for (name, parameter), old in zip(named, weights, strict=True)
            ),
        )


def _parameter(name: str, parameter: Tensor, before: Tensor) -> ParameterSeen:
    """One parameter, and of it the entry in its middle."""
    flat, grad = parameter.detach().flatten(), parameter.grad
    place = _middle(tuple(parameter.shape))
    index = place[0] if len(place) == 1 else place[0] * parameter.shape[1] + place[1]
    return ParameterSeen(
        name=name,
        shape=tuple(parameter.shape),
        place=place,
        norm=flat.norm().item(),
        grad=None if grad is None else grad.norm().item(),
        value=flat[index].item(),
        slope=None if grad is None else grad.flatten()[index].item(),
        moved=(flat - before).norm().item(),
    )


def _middle(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The entry that is watched: in the middle of an image, where there is one, else of the row."""
    if len(shape) == 2 and shape[1] == 784:
        return shape[0] // 2, 14 * 28 + 14
    return tuple(size // 2 for size in shape[:2])


def _norm(tensors: list[Tensor]) -> float:
    return torch.cat([tensor.flatten() for tensor in tensors]).norm().item() if tensors else 0.0


def _node(tensor: Tensor) -> str:
    """The last node of the graph behind a tensor, `AddmmBackward0`; "" when there is none."""
    return "" if tensor.grad_fn is None else type(tensor.grad_fn).__name__
