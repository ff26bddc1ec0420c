"""Draws the built-in data in child processes, one dataset after another, and tells the screens how far it is."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from pathlib import Path

from textual.message import Message

BUILT_IN = ("digits", "garments")
PATIENCE = 2.0
"""Seconds for a child to end by itself before it is killed."""


class BuiltInChanged(Message):
    """Posted to every open screen when the state of a built-in dataset changed."""

    def __init__(self, name: str, fraction: float, error: str) -> None:
        super().__init__()
        self.name = name
        self.fraction = fraction
        self.error = error


def is_drawn(name: str, data_dir: Path) -> bool:
    """Whether the dataset lies complete in its cache."""
    from tutor.core.drawn import cache

    return cache.is_drawn(name, data_dir)


def command(name: str, data_dir: Path) -> list[str]:
    """The child that draws one dataset and writes its progress, a number from 0 to 1 a line."""
    return [sys.executable, "-m", "tutor.core.drawn", name, str(data_dir)]


class DrawingData:
    """The state of the built-in datasets: `fractions` from 0 to 1, and a sentence for each that failed."""

    def __init__(self, data_dir: Path, changed: Callable[[BuiltInChanged], None]) -> None:
        self.data_dir = data_dir
        self.fractions: dict[str, float] = {}
        self.errors: dict[str, str] = {}
        self._changed = changed
        self._child: asyncio.subprocess.Process | None = None
        self._stopped = False

    async def draw_all(self) -> None:
        """Draw what is missing, one dataset after another. A failure is kept as a sentence; the rest goes on."""
        for name in BUILT_IN:
            if self._stopped:
                return
            if is_drawn(name, self.data_dir):
                self._tell(name, 1.0)
            else:
                await self._draw(name)

    async def stop(self) -> None:
        """End the child, if one is drawing, and wait until it is gone."""
        self._stopped = True
        child = self._child
        if child is None or child.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        try:
            await asyncio.wait_for(child.wait(), PATIENCE)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    async def _draw(self, name: str) -> None:
        self._tell(name, 0.0)
        null = asyncio.subprocess.DEVNULL
        try:
            self._child = await asyncio.create_subprocess_exec(
                *command(name, self.data_dir), stdin=null, stdout=asyncio.subprocess.PIPE, stderr=null
            )
        except OSError as error:
            self._tell(name, 0.0, f"The {name} could not be drawn: {error.strerror or error}.")
            return
        said = await self._follow(name, self._child)
        await self._child.wait()
        if self._stopped:
            return
        if is_drawn(name, self.data_dir):
            self._tell(name, 1.0)
        else:
            self._tell(name, self.fractions[name], said or self._why(name))

    async def _follow(self, name: str, child: asyncio.subprocess.Process) -> str:
        """Read the child's progress to its end. Returns the last line that was no number, or ""."""
        assert child.stdout is not None
        said = ""
        async for line in child.stdout:
            text = line.decode("utf-8", "replace").strip()
            try:
                self._tell(name, min(1.0, max(0.0, float(text))))
            except ValueError:
                said = text or said
        return said

    def _why(self, name: str) -> str:
        return (
            f"The {name} could not be drawn into {self.data_dir}. "
            "Check that this folder can be written and has 60 MB free, or start with --data-dir."
        )

    def _tell(self, name: str, fraction: float, error: str = "") -> None:
        if self.fractions.get(name) == fraction and self.errors.get(name, "") == error:
            return
        self.fractions[name] = fraction
        if error:
            self.errors[name] = error
        self._changed(BuiltInChanged(name, fraction, error))
