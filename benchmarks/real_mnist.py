"""Three epochs of lesson 5's classifier on the real MNIST."""

from __future__ import annotations

from benchmarks.figure import Figure, Settings
from tutor.core.events import RunFinished
from tutor.core.experiment import parse
from tutor.core.training import train

LINE = "mnist mlp:128,64 ce adam lr=1e-3 batch=64 epochs=3 seed=7"
NAME, REACH = "real MNIST, three epochs", "at least 97 %"


def measure(settings: Settings) -> list[Figure]:
    """Test accuracy on the 10,000 real images."""
    if settings.real_dir is None:
        return [Figure(NAME, REACH, "no real MNIST: name its folder with --real-dir", None)]
    *_, end = train(parse(LINE), data_dir=settings.real_dir)
    assert isinstance(end, RunFinished)
    note = f"{100 * end.test_accuracy:.2f} % in {end.seconds:.1f} s"
    return [Figure(NAME, REACH, note, end.test_accuracy >= 0.97)]
