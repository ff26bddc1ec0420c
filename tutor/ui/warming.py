"""Imports what comes next off the UI thread: the reading screen, then torch. The first paint waits for neither."""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import os
import sys
import threading
from pathlib import Path

READING = "tutor.ui.screens.lesson"
"""What the learner most likely opens first; small, so it is ready before torch."""


class Warming:
    """One daemon thread that imports; leaving the app never waits for it."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self.error = ""

    def start(self) -> None:
        """Begin to import, unless that is under way or done."""
        if self._thread is None and "torch" not in sys.modules:
            self._thread = threading.Thread(target=self._import, name="import torch", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait for the import to end. True when nothing is being imported any more."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()

    def _import(self) -> None:
        try:
            importlib.import_module(READING)
            load_libraries()
            importlib.import_module("torch")
            gc.collect()
            gc.freeze()  # torch's many objects stay: looking through them again would stop a key for 0.1 s
        except Exception as error:  # a broken torch must not end a screen that does not need it
            self.error = f"torch cannot be imported: {error}"


def load_libraries() -> bool:
    """Load torch's shared libraries before Python does, without holding the interpreter's lock.

    `import torch` holds that lock while the linker works, and no key is answered meanwhile: the longest gap
    was 1.0 s on a busy machine, and 0.23 s after this. Where it does not work, the import does it all.
    """
    if not sys.platform.startswith("linux") or (spec := importlib.util.find_spec("torch")) is None:
        return False
    folder = Path(spec.origin or "").parent / "lib"
    dlopen = ctypes.CDLL(None).dlopen  # called through ctypes, which lets go of the lock
    dlopen.restype, dlopen.argtypes = ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_int]
    # In the order and with the flags of torch itself.
    wanted = {
        "libtorch_global_deps.so": os.RTLD_GLOBAL | os.RTLD_NOW,
        "libtorch.so": os.RTLD_LOCAL | os.RTLD_LAZY,
    }
    found = [(folder / name, flags) for name, flags in wanted.items() if (folder / name).is_file()]
    return len(found) == len(wanted) and all(dlopen(os.fsencode(path), flags) for path, flags in found)
