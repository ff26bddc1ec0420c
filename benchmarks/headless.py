"""Headless training against a bare loop with the same settings, with PyTorch's defaults, and the usual recipe."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from itertools import islice

import torch

from benchmarks.figure import Figure, Settings, at_least
from benchmarks.loops import bare_loop, in_turn, steps_of, usual_recipe
from tutor.core.data import Data, load
from tutor.core.experiment import parse
from tutor.core.training import train

EPOCHS = 2
LINE = f"digits mlp:128,64 ce adam lr=1e-3 batch=64 epochs={EPOCHS} seed=7"
ROUNDS = 3
STEPS = 240  # of the slower loops, in pieces of 20


def measure(settings: Settings) -> list[Figure]:
    """Three ratios of samples per second; the batches are of one size, so seconds tell."""
    data = load(parse(LINE), settings.data_dir)
    same = [_against_the_same(settings, data) for _ in range(ROUNDS)]
    rates = [54_000 * EPOCHS / ours for ours, _ in same]
    defaults, recipe = _against_others(settings, data)
    note = f"CPU time, {statistics.median(rates):,.0f} samples/s"
    return [
        at_least(
            "headless / bare loop, same settings", 0.98, statistics.median(b / a for a, b in same), note
        ),
        at_least("headless / bare loop, PyTorch's defaults", 1.2, defaults, f"{_default_threads()} threads"),
        at_least("headless / torchvision transforms and DataLoader", 5, recipe, "their default threads"),
    ]


def _against_the_same(settings: Settings, data: Data) -> tuple[float, float]:
    """Seconds of CPU time of the engine and of the bare loop: both have one thread, and no load disturbs it much."""
    ours = steps_of(train(parse(LINE), data_dir=settings.data_dir), EPOCHS)
    next(ours)  # opens the data and builds the model
    loops = {"ours": ours, "bare": bare_loop(data, EPOCHS, fused=True)}
    seconds = in_turn(loops, time.thread_time)
    return sum(seconds["ours"]), sum(seconds["bare"])


def _against_others(settings: Settings, data: Data) -> tuple[float, float]:
    """Ratios of wall time: these loops have PyTorch's default number of threads."""
    ours = steps_of(train(parse(LINE), data_dir=settings.data_dir), EPOCHS)
    next(ours)
    loops = {
        "ours": with_threads(islice(ours, STEPS), 1),
        "defaults": with_threads(islice(bare_loop(data, EPOCHS, fused=False), STEPS), _default_threads()),
        "recipe": with_threads(
            islice(usual_recipe(settings.data_dir / "digits", 0.13, 0.31), STEPS), _default_threads()
        ),
    }
    seconds = in_turn(loops, time.perf_counter, at_once=20)
    middle = {name: statistics.median(pieces[1:-1]) for name, pieces in seconds.items()}
    return middle["defaults"] / middle["ours"], middle["recipe"] / middle["ours"]


def with_threads(loop: Iterator[None], threads: int) -> Iterator[None]:
    """The same loop; each of its steps runs with so many torch threads."""
    while True:
        torch.set_num_threads(threads)
        try:
            next(loop)
        except StopIteration:
            return
        yield


def _default_threads() -> int:
    """What PyTorch takes when nobody says anything: the cores."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
