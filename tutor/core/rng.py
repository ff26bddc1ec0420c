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

    def get_state(self) -> tuple[Tensor, Tensor | None]:
        """The state that the next draw starts from, on the CPU: torch's own, and the GPU's where the run is on one."""
        return self._own[0].clone(), None if self._own[1] is None else self._own[1].clone()

    def set_state(self, state: tuple[Tensor, Tensor | None]) -> None:
        """Go on from a state that `get_state` gave. A GPU's is left out where the run is on none, or it has none."""
        gpu = state[1] if self._device and state[1] is not None else self._own[1]
        self._own = state[0].clone(), gpu

    def _read(self) -> tuple[Tensor, Tensor | None]:
        return torch.get_rng_state(), torch.cuda.get_rng_state(self._device) if self._device else None

    def _write(self, state: tuple[Tensor, Tensor | None]) -> None:
        torch.set_rng_state(state[0])
        if state[1] is not None:
            torch.cuda.set_rng_state(state[1], self._device or "cuda")
