"""A measurement in a process of its own, which prints its result as JSON on its last line."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def run_child(module: str, *words: str) -> Any:
    """What `python -m MODULE WORDS` printed last. Raises RuntimeError with its words when it failed."""
    done = subprocess.run([sys.executable, "-m", module, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"{module} ended with {done.returncode}")
    return json.loads(done.stdout.strip().splitlines()[-1])
