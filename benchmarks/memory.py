"""Memory over a million steps of one run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.child import run_child
from benchmarks.figure import Figure, Settings, at_most

LINE = "blobs linear bce sgd lr=0.01 batch=1 val=0.1"
SAMPLES = 40  # readings of the resident set
WARM = 8  # of these pass before the growth counts
MEGABYTE = 2**20


def measure(settings: Settings) -> list[Figure]:
    """Growth of the resident set between a fifth of the run and its end, in a process of its own."""
    sizes = run_child("benchmarks.memory", str(settings.steps))
    growth = (max(sizes[-WARM:]) - max(sizes[:WARM])) / MEGABYTE
    note = f"{sizes[WARM] / MEGABYTE:.0f} MB after a fifth, {sizes[-1] / MEGABYTE:.0f} MB at the end"
    return [at_most(f"growth of memory over {settings.steps:,} steps", 2, growth, "MB", note)]


def readings(steps: int) -> list[int]:
    """Bytes resident, read forty times in a run of so many steps."""
    from tutor.core.events import StepDone
    from tutor.core.experiment import parse
    from tutor.core.history import History
    from tutor.core.training import train

    history, sizes = History(), []
    for event in train(parse(f"{LINE} steps={steps}")):
        history.fold(event)
        if isinstance(event, StepDone) and event.step % (steps // SAMPLES) == 0:
            sizes.append(resident())
    return sizes


def resident() -> int:
    """Bytes of this process in memory."""
    if sys.platform == "linux":
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    print(readings(int(sys.argv[1])))
