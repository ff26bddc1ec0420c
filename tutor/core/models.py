"""The networks, written to be read: `linear`, `mlp` and `cnn`."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from tutor.core.experiment import Experiment
from tutor.errors import ExperimentError

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "leaky-relu": nn.LeakyReLU,
    "none": nn.Identity,
}
NORMS: dict[str, type[nn.BatchNorm1d] | type[nn.LayerNorm]] = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}


class MLP(nn.Module):
    """A stack of linear layers with an activation between them. No hidden widths: a linear model."""

    def __init__(
        self,
        features: int,
        widths: Sequence[int],
        outputs: int,
        activation: str = "relu",
        norm: str = "none",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.hidden = nn.Sequential()
        for width in widths:
            self.hidden.append(nn.Linear(features, width))
            if norm in NORMS:
                self.hidden.append(NORMS[norm](width))
            self.hidden.append(ACTIVATIONS[activation]())
            if dropout:
                self.hidden.append(nn.Dropout(dropout))
            features = width
        self.head = nn.Linear(features, outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        x = self.flatten(inputs)  # (B, 1, 28, 28) -> (B, 784)
        x = self.hidden(x)  # (B, 64)
        logits: Tensor = self.head(x)  # (B, 10)
        return logits


class ListedMLP(nn.Module):
    """The mistake: an MLP whose hidden layers stand in a Python list. It computes the same and registers the head only."""

    def __init__(self, mlp: MLP) -> None:
        super().__init__()
        self.flatten = mlp.flatten
        self.layers = list(mlp.hidden)  # a list is no module: parameters(), train() and to() do not see it
        self.head = mlp.head

    def forward(self, inputs: Tensor) -> Tensor:
        x = self.flatten(inputs)  # (B, 1, 28, 28) -> (B, 784)
        for layer in self.layers:
            x = layer(x)  # (B, 64)
        logits: Tensor = self.head(x)  # (B, 10)
        return logits


class CNN(nn.Module):
    """Two 3x3 convolutions with pooling, then one linear layer."""

    def __init__(
        self, height: int, width: int, outputs: int, norm: str = "none", dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *self._block(1, 16, norm),  # (B, 1, 28, 28) -> (B, 16, 14, 14)
            *self._block(16, 32, norm),  # (B, 16, 14, 14) -> (B, 32, 7, 7)
        )
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(32 * (height // 4) * (width // 4), outputs)

    @staticmethod
    def _block(channels: int, filters: int, norm: str) -> list[nn.Module]:
        normed: list[nn.Module] = []
        if norm == "batch":
            normed = [nn.BatchNorm2d(filters)]
        elif norm == "layer":
            normed = [nn.GroupNorm(1, filters)]
        return [nn.Conv2d(channels, filters, kernel_size=3, padding=1), *normed, nn.ReLU(), nn.MaxPool2d(2)]

    def forward(self, inputs: Tensor) -> Tensor:
        x = self.features(inputs)  # (B, 32, 7, 7)
        x = self.dropout(x.flatten(start_dim=1))  # (B, 1568)
        logits: Tensor = self.head(x)  # (B, 10)
        return logits


def build_model(experiment: Experiment) -> nn.Module:
    """The network that the experiment names, its weights drawn from torch's current random state.

    Raises ExperimentError where the start cannot be given to this model.
    """
    about, outputs = experiment.about, count_outputs(experiment)
    if experiment.model == "cnn":
        _, height, width = about.shape
        model: nn.Module = CNN(height, width, outputs, experiment.norm, experiment.dropout)
    else:
        features = int(torch.tensor(about.shape).prod())
        model = MLP(
            features, experiment.widths, outputs, experiment.activation, experiment.norm, experiment.dropout
        )
    init_weights(model, experiment)
    if experiment.mistake == "list-of-layers":
        assert isinstance(model, MLP)  # the experiment was checked
        return ListedMLP(model)
    return model


def first_layer(model: nn.Module) -> nn.Linear | nn.Conv2d:
    """The layer that sees the inputs, registered or not."""
    layers = model.layers if isinstance(model, ListedMLP) else model.modules()
    return next(layer for layer in layers if isinstance(layer, (nn.Linear, nn.Conv2d)))


def count_outputs(experiment: Experiment) -> int:
    """Logits per sample: one for a binary task (two under ce), one for regression, else one per class."""
    task = experiment.about.task
    if task == "regression":
        return 1
    if task == "binary":
        return 2 if experiment.loss == "ce" else 1
    return len(experiment.about.classes)


def init_weights(model: nn.Module, experiment: Experiment) -> None:
    """Redraw the weights as `init=` says. Raises ExperimentError for `init=wrong` on anything but a linear model."""
    how = experiment.init
    if how == "wrong" and experiment.model != "linear":
        raise ExperimentError(
            f"init=wrong sets the weights of a linear model, and the model is {experiment.model}. Write linear, or leave init= out."
        )
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            _init_layer(layer, how)


def _init_layer(layer: nn.Linear | nn.Conv2d, how: str) -> None:
    if how == "xavier":
        nn.init.xavier_uniform_(layer.weight)
    elif how == "kaiming":
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    elif how in ("small", "large"):
        nn.init.normal_(layer.weight, std=0.01 if how == "small" else 1.0)
    elif how in ("zero", "wrong"):
        nn.init.constant_(layer.weight, 0.0 if how == "zero" else -3.0)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def count_parameters(model: nn.Module) -> int:
    """How many numbers the optimizer may change."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
