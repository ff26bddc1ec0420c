"""The lines of the training loop that is put under glass, and what can be seen after each. Standard library only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple


class CodeLine(NamedTuple):
    """One line of the loop. An `optional` line may be left out on purpose."""

    name: str
    code: str
    indent: int
    optional: bool = False


LINES = (
    CodeLine("epoch", "for epoch in range(epochs):", 0),
    CodeLine("train", "model.train()", 1, True),
    CodeLine("batch", "for inputs, targets in train_loader:", 1),
    CodeLine("forward", "logits = model(inputs)", 2, True),
    CodeLine("loss", "loss = criterion(logits, targets)", 2, True),
    CodeLine("zero_grad", "optimizer.zero_grad()", 2, True),
    CodeLine("backward", "loss.backward()", 2, True),
    CodeLine("step", "optimizer.step()", 2, True),
    CodeLine("eval", "model.eval()", 1, True),
    CodeLine("no_grad", "with torch.no_grad():", 1, True),
    CodeLine("val_forward", "logits = model(val_x)", 2),
    CodeLine("val_loss", "val_loss = criterion(logits, val_y)", 2),
)


@dataclass(frozen=True)
class ParameterSeen:
    """One parameter after a line. `norm` and `grad` are norms; `moved` is how far the line moved it.

    `value` and `slope` are the weight at `place` and its entry of `.grad`.
    """

    name: str
    shape: tuple[int, ...]
    place: tuple[int, ...]
    norm: float
    grad: float | None
    value: float
    slope: float | None
    moved: float

    @property
    def watched(self) -> str:
        """The entry as Python writes it: `head.weight[5, 16]`."""
        return f"{self.name}[{', '.join(map(str, self.place))}]"


@dataclass(frozen=True)
class Seen:
    """Everything that is shown after a line. `line` is "" before the first.

    `graph` is the last node behind the newest result, "" without one; `freed` after backward. `drew`: the line
    drew random numbers. `saved`: bytes that autograd kept in the validation's forward pass. `alone`: norm of this
    batch's own gradient. Where a loss was taken in the wrong mode, `other` is what it is in the right one and
    `again` what it is when it is taken once more; else nan.
    `idle`: no weight has moved since the batch before came.
    """

    line: str = ""
    epoch: int = 0
    batch: int = 0
    batches: int = 0
    samples: int = 0
    steps: int = 0
    mode: str = "train"
    recording: bool = True
    logits: tuple[int, ...] = ()
    graph: str = ""
    freed: bool = False
    loss: float | None = None
    val_loss: float | None = None
    other: float = math.nan
    again: float = math.nan
    alone: float = 0.0
    saved: int = 0
    drew: bool = False
    idle: bool = False
    optimizer: tuple[str, ...] = ()
    parameters: tuple[ParameterSeen, ...] = ()
    error: str = ""

    @property
    def grad(self) -> float | None:
        """Norm of all gradients together; None where no parameter has one."""
        norms = [parameter.grad for parameter in self.parameters if parameter.grad is not None]
        return math.hypot(*norms) if norms else None

    @property
    def moved(self) -> float:
        """How far the line moved all weights together."""
        return math.hypot(*(parameter.moved for parameter in self.parameters))


def loop_code(left_out: frozenset[str]) -> str:
    """The loop as Python; a line that is left out is a comment."""
    lines = []
    body = [line for line in LINES if line.indent == 2 and not line.name.startswith("val")]
    for line in LINES:
        indent = line.indent - (line.name.startswith("val") and "no_grad" in left_out)
        mark = "# " if line.name in left_out else ""
        lines.append(f"{'    ' * indent}{mark}{line.code}")
        if line is body[-1] and all(one.name in left_out for one in body):
            lines.append("        pass")
    return "\n".join(lines) + "\n"
