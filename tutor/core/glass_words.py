"""What a line of the loop did, and what a left-out line led to, in sentences with this run's numbers."""

from __future__ import annotations

import math

from tutor.core.glass_lines import Seen


def number(value: float) -> str:
    """Four digits that count, and no exponent where a person would write none."""
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        digits = 4 if not value else max(0, 3 - math.floor(math.log10(abs(value))))
        return f"{value:,.{min(digits, 7)}f}" if value else "0"
    return f"{value:.3g}"


def explain(seen: Seen, before: Seen, optimizer: str, lr: float) -> str:
    """What the last line did."""
    if seen.error:
        return f"{seen.error}. A program would have ended here."
    told = _TOLD.get(seen.line)
    if seen.line == "step":
        return _stepped(seen, before, optimizer, lr)
    return told(seen, before) if told else "Nothing has run yet. Each press of Space executes one line."


def _epoch(seen: Seen, before: Seen) -> str:
    return f"Epoch {seen.epoch} begins. It has {seen.batches} batches."


def _train(seen: Seen, before: Seen) -> str:
    if before.mode == "train":
        return "The model was in train mode already: a new model is. In the second epoch this line has work to do."
    return "The model went from eval mode to train mode: dropout draws again, and BatchNorm takes its statistics from the batch."


def _batch(seen: Seen, before: Seen) -> str:
    return f"Batch {seen.batch} of {seen.batches} came: {seen.samples} samples. Nothing of the model has changed."


def _forward(seen: Seen, before: Seen) -> str:
    drew = " Dropout drew random numbers for it." if seen.drew else ""
    return f"The logits {seen.logits} came out, and behind them the graph that backward will need: its last node is {seen.graph}.{drew}"


def _loss(seen: Seen, before: Seen) -> str:
    assert seen.loss is not None
    return f"One number, {number(seen.loss)}, from {seen.samples} samples. It is the end of the graph. No gradient yet."


def _zero_grad(seen: Seen, before: Seen) -> str:
    if before.grad is None:
        return "There was nothing to clear: every .grad was None."
    return f"Every .grad is None again. Their norm was {number(before.grad)}, from the batch before."


def _backward(seen: Seen, before: Seen) -> str:
    return (
        f"Every parameter has its .grad now: norm {number(seen.grad or 0)} in all. "
        f"The graph is freed. No weight has moved by a single bit."
    )


def _stepped(seen: Seen, before: Seen, optimizer: str, lr: float) -> str:
    if seen.moved == 0:
        return "The optimizer found nothing to do: no weight has moved."
    last, old = seen.parameters[-2], before.parameters[-2]
    words = f"All weights together moved by {number(seen.moved)}."
    if optimizer == "sgd" and not seen.optimizer and old.slope is not None:
        sign = "−" if old.slope >= 0 else "+"
        return f"{words} {last.watched}: {old.value:.6f} {sign} {lr:g} · {abs(old.slope):.6f} = {last.value:.6f}."
    return f"{words} {last.watched} went from {number(old.value)} to {number(last.value)}."


def _eval(seen: Seen, before: Seen) -> str:
    if before.mode == "eval":
        return "The model was in eval mode already."
    return "The model is in eval mode: dropout lets everything through, and BatchNorm uses its running statistics. Recording goes on: that is the next line's matter."


def _no_grad(seen: Seen, before: Seen) -> str:
    return "Until the end of this block autograd records nothing. The mode of the model is another switch, and has not changed."


def _val_forward(seen: Seen, before: Seen) -> str:
    if seen.graph:
        return f"The logits {seen.logits} came out, with a graph behind them: {seen.graph}."
    return f"The logits {seen.logits} came out with grad_fn None: no graph, and 0 bytes kept for a backward."


def _val_loss(seen: Seen, before: Seen) -> str:
    assert seen.val_loss is not None
    return f"The validation loss is {number(seen.val_loss)}. Gradients and weights are as they were before the validation."


_TOLD = {
    "epoch": _epoch,
    "train": _train,
    "batch": _batch,
    "forward": _forward,
    "loss": _loss,
    "zero_grad": _zero_grad,
    "backward": _backward,
    "eval": _eval,
    "no_grad": _no_grad,
    "val_forward": _val_forward,
    "val_loss": _val_loss,
}


def consequences(seen: Seen, before: Seen, left_out: frozenset[str]) -> dict[str, str]:
    """What shows after this line because other lines are left out, by the name of the line that is missing."""
    told = {}
    for name, tell in _LED_TO.items():
        if name in left_out and (words := tell(seen, before, left_out)):
            told[name] = words
    return told


def _without_train(seen: Seen, before: Seen, left_out: frozenset[str]) -> str:
    if seen.line == "batch" and seen.batch == 1 and seen.mode == "train":
        return "model.train() is left out, and nothing shows yet: a new model is in train mode. Go on to the second epoch."
    if seen.line != "loss" or seen.mode == "train" or seen.loss is None:
        return ""
    if seen.loss == seen.other:
        return "Without model.train() the model learns in eval mode. This one has neither dropout nor BatchNorm, so it is the same."
    return (
        f"Without model.train() the model is still in eval mode from the last validation and learns without dropout: "
        f"this batch's loss is {number(seen.loss)}; in train mode it would be {number(seen.other)}."
    )


def _without_zero_grad(seen: Seen, before: Seen, left_out: frozenset[str]) -> str:
    if seen.line != "backward" or not seen.grad:
        return ""
    if before.grad is None:
        return "Without zero_grad this first backward still finds every .grad empty. Look again at the next batch."
    return (
        f"Without zero_grad, backward added this batch's gradient to the old ones: the norm is now {number(seen.grad)}, "
        f"{_times(seen.grad, seen.alone)} the {number(seen.alone)} of this batch alone."
    )


def _times(one: float, other: float) -> str:
    return f"{one / other:.1f} times" if other else "and not"


def _without_backward(seen: Seen, before: Seen, left_out: frozenset[str]) -> str:
    if seen.line != "step":
        return ""
    if before.grad is None:
        return "Without backward every .grad is None: step() had nothing to go by, and no weight moved by a single bit."
    return f"Without backward, step() went once more along the old gradient, of norm {number(before.grad)}: this batch taught nothing."


def _without_step(seen: Seen, before: Seen, left_out: frozenset[str]) -> str:
    after = seen.line == "batch" and seen.batch > 1
    last = seen.line == ("no_grad" if "eval" in left_out else "eval")
    if not (after or last) or not seen.idle:
        return ""
    if seen.grad is None:
        return "Without step() no weight has moved."
    return f"Without step() the gradient, of norm {number(seen.grad)}, was computed and never used: no weight has moved by a single bit."


def _without_eval(seen: Seen, before: Seen, left_out: frozenset[str]) -> str:
    if seen.line != "val_loss" or seen.val_loss is None or seen.mode != "train":
        return ""
    if seen.val_loss == seen.other:
        return "Without model.eval() the model is validated in train mode. This one has neither dropout nor BatchNorm, so it is the same."
    return (
        f"Without model.eval() the validation ran in train mode: loss {number(seen.val_loss)}, and {number(seen.again)} "
        f"when it is run once more. In eval mode it is {number(seen.other)}, each time."
    )


def _without_no_grad(seen: Seen, before: Seen, left_out: frozenset[str]) -> str:
    if seen.line != "val_forward" or not seen.graph:
        return ""
    return f"Without no_grad, autograd kept {seen.saved:,} bytes for a backward pass that never comes. Under no_grad it keeps 0."


def _without_forward(seen: Seen, before: Seen, left_out: frozenset[str]) -> str:
    if seen.error:
        return "Without the forward pass there are no logits of this batch, only what the name held before, if anything."
    return ""


def _without_loss(seen: Seen, before: Seen, left_out: frozenset[str]) -> str:
    if seen.error:
        return (
            "Without this line, loss is not this batch's: it is missing, or an old one whose graph was freed."
        )
    return ""


_LED_TO = {
    "train": _without_train,
    "forward": _without_forward,
    "loss": _without_loss,
    "zero_grad": _without_zero_grad,
    "backward": _without_backward,
    "step": _without_step,
    "eval": _without_eval,
    "no_grad": _without_no_grad,
}
