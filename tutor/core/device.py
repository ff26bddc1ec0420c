"""Where a run computes: cpu, cuda or mps; and with how many threads."""

from __future__ import annotations

import torch

from tutor.core.experiment import Experiment
from tutor.errors import ExperimentError


def choose_device(experiment: Experiment) -> torch.device:
    """The device that the experiment names. `auto`: an accelerator for the cnn, the CPU for the rest.

    A small linear model or mlp is faster on the CPU than on a GPU: its steps are too short to launch.
    Raises ExperimentError where the named device is not there.
    """
    name = experiment.device
    if name == "auto":
        name = _accelerator() if experiment.model == "cnn" else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise ExperimentError(
            "device=cuda was asked for, and torch sees no CUDA device: there is no GPU, no driver, or "
            "this torch was built for a newer driver. Leave device= out to use the CPU."
        )
    if name == "mps" and not torch.backends.mps.is_available():
        raise ExperimentError(
            "device=mps was asked for, and this machine has none. Leave device= out to use the CPU."
        )
    return torch.device(name)


def _accelerator() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def describe(device: torch.device) -> str:
    """The device in words: `cpu`, `cuda (NVIDIA H100)`."""
    return f"cuda ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else device.type
