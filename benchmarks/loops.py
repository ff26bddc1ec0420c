"""The loops that the engine is compared with, each as a generator that yields after every step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import torch
from torch import Generator, Tensor, nn
from torch.utils.data import DataLoader

from tutor.core.data import Data
from tutor.core.events import EpochDone, Event, StepDone

BATCH = 64


def network() -> nn.Sequential:
    """mlp:128,64 as PyTorch's own containers build it."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)
    )


def bare_loop(data: Data, epochs: int, *, fused: bool) -> Iterator[None]:
    """The loop of a textbook on tensors in memory, with its validation after each epoch."""
    model, criterion, generator = network(), nn.CrossEntropyLoss(), Generator().manual_seed(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, **({"fused": True} if fused else {}))
    inputs, labels, total = data.train.inputs, data.train.labels, 0.0
    for _ in range(epochs):
        model.train()
        for indices in torch.randperm(len(inputs), generator=generator).split(BATCH):
            loss = criterion(model(inputs[indices]), labels[indices])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
            yield
        model.eval()
        with torch.no_grad():
            logits = model(data.val.inputs)
            criterion(logits, data.val.labels).item()
            (logits.argmax(dim=1) == data.val.labels).float().mean().item()


def usual_recipe(root: Path, mean: float, deviation: float) -> Iterator[None]:
    """What most tutorials show: torchvision's dataset, a transform per image, a DataLoader, PyTorch's defaults."""
    from torchvision import datasets, transforms

    scale = transforms.Compose([transforms.ToTensor(), transforms.Normalize((mean,), (deviation,))])
    dataset = datasets.MNIST(str(root), train=True, transform=scale, download=False)
    train_loader: DataLoader[tuple[Tensor, Tensor]] = DataLoader(dataset, batch_size=BATCH, shuffle=True)
    model, criterion = network(), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    while True:
        for inputs, targets in train_loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss.item()
            yield


def steps_of(events: Iterator[Event], epochs: int) -> Iterator[None]:
    """A run of the engine, up to the validation after its last epoch: what the bare loop does as well."""
    for event in events:
        if isinstance(event, StepDone):
            yield
        elif isinstance(event, EpochDone) and event.epoch == epochs:
            return


def in_turn(
    loops: dict[str, Iterator[None]], clock: Callable[[], float], at_once: int = 8
) -> dict[str, list[float]]:
    """Seconds of each loop, a few steps at a time in turn, until all of them end: a busy machine slows all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in loops}
    left = dict(loops)
    while left:
        for name, loop in list(left.items()):
            start = clock()
            done = sum(1 for _ in islice(loop, at_once))
            seconds[name].append(clock() - start)
            if done < at_once:
                del left[name]
    return seconds
