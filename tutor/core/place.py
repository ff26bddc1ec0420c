"""Where a run is: what its next step depends on beside the tensors. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Place:
    """Counts of one run, moved on by the training loop.

    `batch` is how many mini-batches of the present epoch are done; 0 between two epochs. `checked` is the last step
    after which a part of the validation set was looked at. `samples`, `loss` and `right` are sums over this epoch.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    checked: int = 0
    samples: int = 0
    loss: float = 0.0
    right: float = 0.0
