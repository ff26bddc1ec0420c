"""A linear model or an mlp as Python that anyone can run: as nn.Sequential, and as a class. Standard library only."""

from __future__ import annotations

import math

from tutor.core.experiment import Experiment

_MODULES = {
    "relu": "nn.ReLU()",
    "tanh": "nn.Tanh()",
    "sigmoid": "nn.Sigmoid()",
    "gelu": "nn.GELU()",
    "leaky-relu": "nn.LeakyReLU()",
}
_FUNCTIONS = {
    "relu": "torch.relu",
    "tanh": "torch.tanh",
    "sigmoid": "torch.sigmoid",
    "gelu": "nn.functional.gelu",
    "leaky-relu": "nn.functional.leaky_relu",
}
_NORMS = {"batch": "nn.BatchNorm1d", "layer": "nn.LayerNorm"}
_STARTS = {
    "xavier": ("nn.init.xavier_uniform_(layer.weight)",),
    "kaiming": ('nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")',),
    "small": ("nn.init.normal_(layer.weight, std=0.01)",),
    "large": ("nn.init.normal_(layer.weight, std=1.0)",),
    "zero": ("nn.init.zeros_(layer.weight)", "nn.init.zeros_(layer.bias)"),
    "wrong": ("nn.init.constant_(layer.weight, -3.0)", "nn.init.zeros_(layer.bias)"),
}


def sequential_code(experiment: Experiment, outputs: int) -> str:
    """The model as one `nn.Sequential`, its weights drawn from the experiment's seed."""
    features = math.prod(experiment.about.shape)
    rows = [("nn.Flatten()", features)]
    for width in experiment.widths:
        rows.append((f"nn.Linear({features}, {width})", width))
        if experiment.norm in _NORMS:
            rows.append((f"{_NORMS[experiment.norm]}({width})", width))
        if experiment.activation in _MODULES:
            rows.append((_MODULES[experiment.activation], width))
        if experiment.dropout:
            rows.append((f"nn.Dropout({experiment.dropout!r})", width))
        features = width
    rows.append((f"nn.Linear({features}, {outputs})", outputs))
    room = max(len(code) for code, _ in rows) + 3
    lines = [f"    {code + ',':{room}}# (N, {size})" for code, size in rows]
    return "\n".join([*_head(experiment), "model = nn.Sequential(", *lines, ")", *_start(experiment)])


def subclass_code(experiment: Experiment, outputs: int) -> str:
    """The same model as a class with `__init__` and `forward`, its weights drawn from the same seed."""
    lines = [
        "import torch",
        "from torch import nn",
        "",
        "class Network(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        *(f"        {line}" for line in _attributes(experiment, outputs)),
        "",
        *(f"    {line}" for line in _forward(experiment, outputs)),
        "",
        f"torch.manual_seed({experiment.seed})",
        "model = Network()",
        *_start(experiment),
    ]
    return "\n".join(lines)


def _head(experiment: Experiment) -> list[str]:
    return ["import torch", "from torch import nn", "", f"torch.manual_seed({experiment.seed})"]


def _attributes(experiment: Experiment, outputs: int) -> list[str]:
    """What `__init__` keeps, in the order in which the weights are drawn."""
    features, lines = math.prod(experiment.about.shape), []
    for number, width in enumerate(experiment.widths, 1):
        lines.append(f"self.hidden{number} = nn.Linear({features}, {width})")
        if experiment.norm in _NORMS:
            lines.append(f"self.norm{number} = {_NORMS[experiment.norm]}({width})")
        features = width
    if experiment.dropout and experiment.widths:
        lines.append(f"self.dropout = nn.Dropout({experiment.dropout!r})")
    return [*lines, f"self.head = nn.Linear({features}, {outputs})"]


def _forward(experiment: Experiment, outputs: int) -> list[str]:
    shape = ", ".join(map(str, experiment.about.shape))
    rows = [("def forward(self, inputs):", f"(N, {shape})")]
    rows.append(("    x = inputs.flatten(1)", f"(N, {math.prod(experiment.about.shape)})"))
    for number, width in enumerate(experiment.widths, 1):
        for code in _hidden(experiment, number):
            rows.append((f"    x = {code}", f"(N, {width})"))
    rows.append(("    return self.head(x)", f"(N, {outputs}), the logits"))
    room = max(len(code) for code, _ in rows) + 2
    return [f"{code:{room}}# {shape}" for code, shape in rows]


def _hidden(experiment: Experiment, number: int) -> list[str]:
    """One hidden layer: linear and normalisation, then activation and dropout."""
    linear = f"self.hidden{number}(x)"
    lines = [f"self.norm{number}({linear})" if experiment.norm in _NORMS else linear]
    after = f"{_FUNCTIONS[experiment.activation]}(x)" if experiment.activation in _FUNCTIONS else "x"
    if experiment.dropout:
        after = f"self.dropout({after})"
    return lines if after == "x" else [*lines, after]


def _start(experiment: Experiment) -> list[str]:
    """Redraws the weights, where the start is not PyTorch's own."""
    if experiment.init not in _STARTS:
        return [""]
    return [
        "for layer in model.modules():",
        "    if isinstance(layer, nn.Linear):",
        *(f"        {line}" for line in _STARTS[experiment.init]),
        "",
    ]
