"""One row of logits under softmax and cross-entropy, as torch computes it: probabilities, gradient, and two naive ways."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Way:
    """One way to compute the loss: its value, and the gradient with respect to each logit."""

    loss: float
    gradient: tuple[float, ...]


@dataclass(frozen=True)
class Row:
    """A sample of C classes. `logits` are the scores as the loss sees them: shifted and divided by T.

    `probabilities` come from torch.softmax, `naive` from e^z / Σ e^z; `moved` is how far the
    shift took a probability from where it is without the shift, 0 when bit for bit the same. `entropy` is that of the probabilities, in nats.
    """

    logits: tuple[float, ...]
    target: int
    probabilities: tuple[float, ...]
    naive: tuple[float, ...]
    moved: float
    entropy: float
    cross_entropy: Way
    log_of_softmax: Way
    log_of_naive: Way

    @property
    def gradient(self) -> tuple[float, ...]:
        """d CE / d logit: probability minus target."""
        return self.cross_entropy.gradient

    @property
    def loss(self) -> float:
        """The cross-entropy of this sample."""
        return self.cross_entropy.loss

    @property
    def know_nothing(self) -> float:
        """ln C, the loss of equal probabilities."""
        return math.log(len(self.logits))


def naive_softmax(z: Tensor) -> Tensor:
    """The formula as it stands in a book: it overflows where e^z does, from 88.73 in float32."""
    e = z.exp()
    return e / e.sum(dim=-1, keepdim=True)


def look(scores: Sequence[float], target: int, *, shift: float = 0.0, temperature: float = 1.0) -> Row:
    """The row for these scores: every one shifted by `shift` and divided by `temperature`, in float32."""
    z = (torch.tensor(list(scores), dtype=torch.float32) + shift) / temperature  # (C,)
    p = torch.softmax(z, dim=-1)
    unshifted = torch.softmax(torch.tensor(list(scores), dtype=torch.float32) / temperature, dim=-1)
    index = torch.tensor(target)
    return Row(
        logits=tuple(z.tolist()),
        target=target,
        probabilities=tuple(p.tolist()),
        naive=tuple(naive_softmax(z).tolist()),
        moved=(p - unshifted).abs().max().item(),
        entropy=-torch.xlogy(p, p).sum().item() + 0.0,
        cross_entropy=_way(lambda z: F.cross_entropy(z, index), z),
        log_of_softmax=_way(lambda z: -torch.softmax(z, dim=-1).log()[target], z),
        log_of_naive=_way(lambda z: -naive_softmax(z).log()[target], z),
    )


def _way(loss: Callable[[Tensor], Tensor], logits: Tensor) -> Way:
    z = logits.clone().requires_grad_()
    value = loss(z)
    (gradient,) = torch.autograd.grad(value, z)
    return Way(value.item(), tuple(gradient.tolist()))
