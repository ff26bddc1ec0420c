"""A run's own random state, so that two runs that take turns do not disturb each other."""

from __future__ import annotations

import torch
from torch import Tensor


class RunRng:
    """Swaps the run's own random state in while the model draws, and out again. Also for dropout on a GPU."""

    def __init__(self, seed: int, device: torch.device) -> None:
        self.active = True  # False: nothing draws, so there is nothing to swap
        self._device = device if device.type == "cuda" else None
        outside = self._read()
        torch.manual_seed(seed)
        self._own = self._read()
        self._write(outside)

    def __enter__(self) -> None:
        if self.active:
            self._outside = self._read()
            self._write(self._own)

    def __exit__(self, *_: object) -> None:
        if self.active:
            self._own = self._read()
            self._write(self._outside)

    def _read(self) -> tuple[Tensor, Tensor | None]:
        return torch.get_rng_state(), torch.cuda.get_rng_state(self._device) if self._device else None

    def _write(self, state: tuple[Tensor, Tensor | None]) -> None:
        torch.set_rng_state(state[0])
        if state[1] is not None:
            torch.cuda.set_rng_state(state[1], self._device or "cuda")
