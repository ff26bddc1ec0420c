"""The real app on a pseudo-terminal, with the moment at which each byte came. Standard library only."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

PATIENCE = 120.0  # seconds for a condition on a busy machine


@dataclass(frozen=True)
class Chunk:
    """What one read gave, and when."""

    time: float
    data: bytes


class Pty:
    """`python -m tutor WORDS` on a terminal of `columns` x `rows`; a thread reads what it writes.

    `program`: Python code to run instead, with the same words.
    """

    def __init__(
        self, *words: str, columns: int = 120, rows: int = 40, program: str = "", **environment: str
    ) -> None:
        self.chunks: list[Chunk] = []
        self._came = threading.Condition()
        self._ended = False
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            size = struct.pack("HHHH", rows, columns, 0, 0)
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            kept = {key: value for key, value in os.environ.items() if key not in ("COLORTERM", "NO_COLOR")}
            kept |= {"TERM": "xterm-256color", "LANG": "C.UTF-8", **environment}
            start = ["-c", program] if program else ["-m", "tutor"]
            os.execve(sys.executable, [sys.executable, *start, *words], kept)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while True:
            select.select([self._fd], [], [])
            try:
                data = os.read(self._fd, 65536)
            except OSError:
                data = b""
            with self._came:
                if data:
                    self.chunks.append(Chunk(time.perf_counter(), data))
                self._ended = self._ended or not data
                self._came.notify_all()
            if not data:
                return

    def mark(self) -> int:
        """A place in the output: what came before it is behind."""
        return len(self.chunks)

    def since(self, mark: int) -> bytes:
        """The output from a place on."""
        return b"".join(chunk.data for chunk in self.chunks[mark:])

    def press(self, keys: str) -> float:
        """Send keys, and return when."""
        now = time.perf_counter()
        os.write(self._fd, keys.encode())
        return now

    def until(self, pattern: bytes, mark: int = 0, patience: float = PATIENCE) -> float:
        """Wait until the output from a place on matches; the moment at which that came."""
        found = re.compile(pattern, re.DOTALL)
        return self.when(lambda data: bool(found.search(data)), mark, patience)

    def when(self, holds: Callable[[bytes], bool], mark: int = 0, patience: float = PATIENCE) -> float:
        """Wait until the output from a place on is as wanted; the moment at which that came."""
        end = time.perf_counter() + patience
        with self._came:
            while not holds(self.since(mark)):
                left = end - time.perf_counter()
                if self._ended or left <= 0:
                    raise TimeoutError(f"never came: {self.since(mark)[-500:]!r}")
                self._came.wait(left)
            return self.chunks[-1].time

    def still(self, seconds: float, patience: float = PATIENCE) -> None:
        """Wait until nothing came for so long."""
        end = time.perf_counter() + patience
        with self._came:
            while time.perf_counter() < end and not self._ended:
                before = len(self.chunks)
                if not self._came.wait_for(lambda: len(self.chunks) > before, seconds):  # noqa: B023
                    return
        raise TimeoutError("the app never stopped writing")

    def go_on(self, seconds: float) -> None:
        """Let the app go on for so long."""
        end = time.perf_counter() + seconds
        with self._came:
            while (left := end - time.perf_counter()) > 0 and not self._ended:
                self._came.wait(left)

    def bytes_between(self, start: float, end: float) -> int:
        """How many bytes came in a stretch of time."""
        return sum(len(chunk.data) for chunk in self.chunks if start <= chunk.time < end)

    def close(self) -> None:
        """End the app."""
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        os.close(self._fd)
