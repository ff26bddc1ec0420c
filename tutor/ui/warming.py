"""Imports torch off the UI thread, so that the first lab opens fast and the first paint never waits for it."""

from __future__ import annotations

import importlib
import sys
import threading


class Warming:
    """One daemon thread that imports torch. `start` may be called again; `wait` is for leaving cleanly."""

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
            importlib.import_module("torch")
        except Exception as error:  # a broken torch must not end a screen that does not need it
            self.error = f"torch cannot be imported: {error}"
