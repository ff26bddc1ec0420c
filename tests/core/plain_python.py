"""A child without tutor that runs programs one after another, each in a fork of its own: torch is imported once.

Reads JSON lines {"code": ..., "out": ...} and writes what the program left: its losses and figures, or its error.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import torch
from torch import nn  # noqa: F401
from torchvision import datasets  # noqa: F401

KEPT = ("losses", "test_loss", "test_accuracy", "val_loss", "val_accuracy", "train_loss", "train_accuracy")


def run(code: str) -> dict[str, Any]:
    """The figures that a program left, whatever its end."""
    names: dict[str, Any] = {"__name__": "__main__"}
    error, printed = "", io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "program", "exec"), names)
    except (Exception, SystemExit) as raised:
        error = f"{type(raised).__name__}: {raised}"
    kept = {name: names[name] for name in KEPT if name in names}
    ours = sorted(name for name in sys.modules if name.partition(".")[0] == "tutor" and sys.modules[name])
    return {**kept, "printed": printed.getvalue(), "error": error, "imported": ours}


def main() -> None:
    """Answer every line on standard input by writing the file that it names."""
    sys.modules["tutor"] = None  # type: ignore[assignment]  # importing it raises ImportError
    torch.set_num_threads(1)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            sys.argv = ["program", *asked.get("argv", [])]
            Path(asked["out"]).write_text(json.dumps({**asked, **run(asked["code"])}))
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
