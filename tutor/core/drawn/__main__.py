"""`python -m tutor.core.drawn NAME DATA_DIR`: draw a dataset in a process of its own.

Prints one number from 0.00 to 1.00 on a line of its own whenever it changes. Ends quietly, with no half
file left, on SIGTERM, on Ctrl+C and when nobody reads its output any more.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from tutor.core.drawn.cache import FOLDERS, SIZES, DrawingStopped, ensure_drawn
from tutor.errors import DataError


class _Reporter:
    """Prints progress, and remembers whether to stop."""

    def __init__(self) -> None:
        self.stopped = False
        self.last = ""

    def stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopped = True

    def show(self, done: float) -> None:
        line = f"{done:.2f}"
        if line == self.last:
            return
        self.last = line
        try:
            print(line, flush=True)
        except BrokenPipeError:
            self.stopped = True
            # Python flushes stdout once more at exit: give it somewhere to go.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tutor.core.drawn", description="Draw a built-in dataset."
    )
    parser.add_argument("name", choices=sorted(FOLDERS))
    parser.add_argument("data_dir", type=Path)
    for split, size in SIZES.items():
        parser.add_argument(f"--{split}", type=int, default=size, metavar="N")
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> int:
    """Run the command. Returns 0 when the dataset is there, also when it was stopped; 1 after an error."""
    arguments = _arguments(words)
    reporter = _Reporter()
    signal.signal(signal.SIGTERM, reporter.stop)
    signal.signal(signal.SIGINT, reporter.stop)
    try:
        ensure_drawn(
            arguments.name,
            arguments.data_dir,
            arguments.train,
            arguments.test,
            progress=reporter.show,
            should_stop=lambda: reporter.stopped,
        )
    except DrawingStopped:
        return 0
    except DataError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
