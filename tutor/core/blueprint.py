"""The blueprint of a model: its modules as PyTorch names them, and what a real batch becomes on its way through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from tutor.core.data import Progress, load
from tutor.core.experiment import Experiment
from tutor.core.model_code import sequential_code, subclass_code
from tutor.core.models import build_model, count_outputs, count_parameters
from tutor.core.rng import RunRng

BATCH = 64  # samples that are sent through


@dataclass(frozen=True)
class Layer:
    """One module. `name` is its path, `hidden.0`, "" for the model; `shape` is what left it in the forward pass.

    `parameters` counts its own and those of the modules in it; `leaf` has none in it.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    leaf: bool


@dataclass(frozen=True)
class Blueprint:
    """Everything that can be said of a model before it trains. Bytes are those of its parameters.

    `buffers` counts the numbers that are kept and saved and not trained.
    """

    experiment: Experiment
    inputs: tuple[int, ...]
    layers: tuple[Layer, ...]
    parameters: int
    bytes: int
    buffers: int
    sequential: str
    subclass: str

    @property
    def outputs(self) -> tuple[int, ...]:
        """Shape of the logits."""
        return self.layers[0].shape


def draw_up(
    experiment: Experiment,
    data_dir: Path | None = None,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Blueprint:
    """Build the model from its seed, send one batch of its training data through, and tell what happened.

    The weights are those that a run of the experiment starts from. torch's random state is left as it was.
    Raises ExperimentError or DataError, as `prepare` does.
    """
    inputs = load(experiment, data_dir, progress, should_stop).train.inputs[:BATCH]
    with RunRng(experiment.seed, torch.device("cpu")):
        model = build_model(experiment)
    outputs = count_outputs(experiment)
    parameters = list(model.parameters())
    return Blueprint(
        experiment=experiment,
        inputs=tuple(inputs.shape),
        layers=_layers(model, forward_shapes(model, inputs)),
        parameters=count_parameters(model),
        bytes=sum(parameter.numel() * parameter.element_size() for parameter in parameters),
        buffers=sum(buffer.numel() for buffer in model.buffers()),
        sequential=sequential_code(experiment, outputs),
        subclass=subclass_code(experiment, outputs),
    )


def forward_shapes(model: nn.Module, inputs: Tensor) -> dict[str, tuple[int, ...]]:
    """The shape that leaves every module when `inputs` go through the model, by the module's name."""
    shapes: dict[str, tuple[int, ...]] = {}

    def note(name: str) -> Callable[[nn.Module, object, Tensor], None]:
        return lambda module, args, output: shapes.__setitem__(name, tuple(output.shape))

    hooks = [module.register_forward_hook(note(name)) for name, module in model.named_modules()]
    was_training = model.training
    try:
        with torch.no_grad():
            model.eval()(inputs)
    finally:
        model.train(was_training)
        for hook in hooks:
            hook.remove()
    return shapes


def _layers(model: nn.Module, shapes: dict[str, tuple[int, ...]]) -> tuple[Layer, ...]:
    return tuple(
        Layer(name, _kind(module), shapes[name], count_parameters(module), not any(module.children()))
        for name, module in model.named_modules()
    )


def _kind(module: nn.Module) -> str:
    """The class, with the sizes that it was built with."""
    name = type(module).__name__
    if isinstance(module, nn.Linear):
        return f"{name}({module.in_features}, {module.out_features})"
    if isinstance(module, nn.BatchNorm1d):
        return f"{name}({module.num_features})"
    if isinstance(module, nn.LayerNorm):
        return f"{name}({module.normalized_shape[0]})"
    return f"{name}({module.p:g})" if isinstance(module, nn.Dropout) else name
