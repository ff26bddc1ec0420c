"""The model of an experiment as code, its weights drawn from the experiment's seed. Standard library only."""

from __future__ import annotations

import math

from tutor.core.experiment import Experiment
from tutor.core.model_code import subclass_code

_NORMS = {"batch": "nn.BatchNorm1d", "layer": "nn.LayerNorm"}
_ACTIVATIONS = {
    "relu": "nn.ReLU()",
    "tanh": "nn.Tanh()",
    "sigmoid": "nn.Sigmoid()",
    "gelu": "nn.GELU()",
    "leaky-relu": "nn.LeakyReLU()",
}
_STARTS = {
    "xavier": ("nn.init.xavier_uniform_(layer.weight)",),
    "kaiming": ('nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")',),
    "small": ("nn.init.normal_(layer.weight, std=0.01)",),
    "large": ("nn.init.normal_(layer.weight, std=1.0)",),
    "zero": ("nn.init.zeros_(layer.weight)", "nn.init.zeros_(layer.bias)"),
}


def model_code(experiment: Experiment) -> str:
    """The class, the seed, the model and the start of its weights."""
    outputs = count_outputs(experiment)
    if experiment.model == "cnn":
        made = [*_cnn(experiment, outputs), *_made(experiment, "CNN")]
        return "\n".join([*made, *_start(experiment, "model.modules()", "(nn.Linear, nn.Conv2d)")])
    if experiment.mistake == "list-of-layers":
        made = [*_listed(experiment, outputs), *_made(experiment, "Network")]
        return "\n".join([*made, *_start(experiment, "[*model.layers, model.head]", "nn.Linear")])
    _, _, code = subclass_code(experiment, outputs).partition("\n\n")
    return code.rstrip().replace("\n\ntorch.manual_seed", "\n\n\ntorch.manual_seed")


def count_outputs(experiment: Experiment) -> int:
    """Logits per sample, as `tutor.core.models.count_outputs` counts them."""
    task = experiment.about.task
    if task == "regression" or (task == "binary" and experiment.loss != "ce"):
        return 1
    return len(experiment.about.classes)


def _made(experiment: Experiment, name: str) -> list[str]:
    return ["", "", f"torch.manual_seed({experiment.seed})", f"model = {name}()"]


def _start(experiment: Experiment, layers: str, kinds: str) -> list[str]:
    """Redraws the weights, where the start is not PyTorch's own."""
    if experiment.init not in _STARTS:
        return []
    draws = (f"        {line}" for line in _STARTS[experiment.init])
    return [f"for layer in {layers}:", f"    if isinstance(layer, {kinds}):", *draws]


def _cnn(experiment: Experiment, outputs: int) -> list[str]:
    _, height, width = experiment.about.shape
    flat = 32 * (height // 4) * (width // 4)
    drop = f"self.dropout = nn.Dropout({experiment.dropout!r})"
    return [
        "class CNN(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        "        self.features = nn.Sequential(",
        *(f"            {line}" for line in _block(experiment, 1, 16, (height // 2, width // 2))),
        *(f"            {line}" for line in _block(experiment, 16, 32, (height // 4, width // 4))),
        "        )",
        *([f"        {drop}"] if experiment.dropout else []),
        f"        self.head = nn.Linear({flat}, {outputs})",
        "",
        f"    def forward(self, inputs):  # (B, 1, {height}, {width})",
        f"        x = self.features(inputs).flatten(start_dim=1)  # (B, {flat})",
        *(["        x = self.dropout(x)"] if experiment.dropout else []),
        f"        return self.head(x)  # (B, {outputs}), the logits",
    ]


def _block(experiment: Experiment, channels: int, filters: int, size: tuple[int, int]) -> list[str]:
    norm = {"batch": f"nn.BatchNorm2d({filters}),", "layer": f"nn.GroupNorm(1, {filters}),"}
    return [
        f"nn.Conv2d({channels}, {filters}, kernel_size=3, padding=1),",
        *([norm[experiment.norm]] if experiment.norm in norm else []),
        "nn.ReLU(),",
        f"nn.MaxPool2d(2),  # (B, {filters}, {size[0]}, {size[1]})",
    ]


def _listed(experiment: Experiment, outputs: int) -> list[str]:
    """The mistake: hidden layers in a Python list."""
    features, layers = math.prod(experiment.about.shape), []
    for width in experiment.widths:
        layers.append(f"nn.Linear({features}, {width}),")
        if experiment.norm in _NORMS:
            layers.append(f"{_NORMS[experiment.norm]}({width}),")
        if experiment.activation in _ACTIVATIONS:
            layers.append(f"{_ACTIVATIONS[experiment.activation]},")
        if experiment.dropout:
            layers.append(f"nn.Dropout({experiment.dropout!r}),")
        features = width
    return [
        "class Network(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        "        # the mistake: parameters(), train() and to() do not see layers in a list; take nn.Sequential",
        "        self.layers = [",
        *(f"            {layer}" for layer in layers),
        "        ]",
        f"        self.head = nn.Linear({features}, {outputs})",
        "",
        "    def forward(self, inputs):",
        f"        x = inputs.flatten(1)  # (B, {math.prod(experiment.about.shape)})",
        "        for layer in self.layers:",
        "            x = layer(x)",
        f"        return self.head(x)  # (B, {outputs}), the logits",
    ]
