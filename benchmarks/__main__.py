"""`python -m benchmarks`: measure every figure and print them as a table."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from pathlib import Path

from benchmarks.figure import Figure, Settings, table
from tutor import paths

PROGRAMS = {
    "headless": "training without a screen",
    "tui": "training in the app on a real terminal: speed, keys, bytes",
    "first_paint": "start of the app",
    "memory": "a million steps",
    "real_mnist": "real MNIST",
    "drawn_data": "trained on drawn digits, tested on real ones; the cost of drawing",
}
SHARED = paths.CHECKOUT.parent / "shared" / "datasets"


def main() -> int:
    """Run the programs that were named, or all of them. Exit code 1 when a figure was not reached."""
    args = _arguments()
    real = args.real_dir or (SHARED if (SHARED / "MNIST" / "raw").is_dir() else None)
    settings = Settings(paths.data_dir(args.data_dir), real, args.steps)
    _say(_machine())
    _draw(settings.data_dir)
    figures: list[Figure] = []
    for name in args.programs or PROGRAMS:
        _say(f"{name}: {PROGRAMS[name]}")
        figures += _measured(name, settings)
    print(table(figures))
    print(_machine())
    return 1 if any(figure.ok is False for figure in figures) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=f"of: {', '.join(PROGRAMS)}")
    parser.add_argument("--data-dir", help="where the drawn data are, or will be drawn")
    parser.add_argument("--real-dir", type=Path, help="a folder that holds the real MNIST")
    parser.add_argument("--steps", type=int, default=1_000_000, help="steps of the long run")
    args = parser.parse_args()
    if unknown := set(args.programs) - set(PROGRAMS):
        parser.error(f"there is no program {', '.join(sorted(unknown))}: take some of {', '.join(PROGRAMS)}")
    return args


def _measured(name: str, settings: Settings) -> list[Figure]:
    try:
        figures: list[Figure] = importlib.import_module(f"benchmarks.{name}").measure(settings)
    except Exception as error:  # one program that fails must not hide the figures of the others
        words = " ".join(str(error).split())[-80:]
        return [Figure(name, "", f"{type(error).__name__}: {words}", False)]
    for figure in figures:
        _say(f"  {figure.name}: {figure.gave}")
    return figures


def _draw(data_dir: Path) -> None:
    from tutor.core.drawn.cache import ensure_drawn

    _say("drawing the digits, unless they are there")
    ensure_drawn("digits", data_dir)


def _machine() -> str:
    import torch

    model = platform.processor() or platform.machine()
    if (info := Path("/proc/cpuinfo")).is_file():
        names = [line for line in info.read_text("utf-8").splitlines() if line.startswith("model name")]
        model = names[0].partition(": ")[2] if names else model
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{model}, {os.cpu_count()} cores{load}, Python {platform.python_version()}, torch {torch.__version__}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
