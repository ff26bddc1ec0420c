"""The real app on a real pseudo-terminal: keys go in, bytes come out, and a screen is kept of them."""

from __future__ import annotations

import os
import re
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pyte

TIMEOUT = 40.0  # seconds that any condition may take on a busy machine

# What Textual asks of a terminal and pyte does not know; it would draw the letters.
_UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*u|\x1b\[\?[0-9;]*\$p|\x1b\[\?2026[hl]")
_UNFINISHED = re.compile(rb"\x1b(\[[<>=?]?[0-9;]*\$?)?$")
_ALTERNATE = re.compile(rb"\x1b\[\?1049([hl])")
_COLOUR = re.compile(rb"\x1b\[([0-9;]+)m")

SIMPLE = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
CLEARED = (
    "COLORTERM",
    "NO_COLOR",
    "TMUX",
    "STY",
    "TUTOR_GLYPHS",
    "PYTHONUTF8",
    "PYTHONIOENCODING",
    "COLUMNS",
)


class Terminal:
    """`python -m tutor WORDS` on a pseudo-terminal of `columns` x `rows`, and what it shows."""

    def __init__(
        self, *words: str, columns: int = 80, rows: int = 24, state: Path, program: str = "", **more: str
    ) -> None:
        environment = {key: value for key, value in os.environ.items() if key not in CLEARED}
        environment |= {**SIMPLE, "TUTOR_STATE_DIR": str(state), "XDG_STATE_HOME": str(state / "xdg"), **more}
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._rest = b""
        self.raw = bytearray()
        self.child: Any = pexpect.spawn(
            sys.executable,
            [*(["-c", program] if program else ["-m", "tutor"]), *words],
            dimensions=(rows, columns),
            env=environment,
            timeout=TIMEOUT,
        )
        self.child.delaybeforesend = None
        self.attributes = self.stty()

    # What is there

    @property
    def words(self) -> str:
        """The screen as text."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def alternate(self) -> bool:
        """Whether the alternate screen is open."""
        switches = _ALTERNATE.findall(bytes(self.raw))
        return bool(switches) and switches[-1] == b"h"

    @property
    def colours(self) -> set[tuple[int, ...]]:
        """The parameters of every colour sequence that was written."""
        return {tuple(map(int, found.split(b";"))) for found in _COLOUR.findall(bytes(self.raw))}

    def stty(self) -> list[Any]:
        """The terminal's settings, as the shell would find them."""
        return termios.tcgetattr(self.child.child_fd)

    # What is done

    def press(self, *keys: str) -> None:
        """Send keys as a terminal does."""
        for key in keys:
            self.child.send(KEYS.get(key, key))

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as its window would."""
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    def read(self, timeout: float = TIMEOUT) -> bool:
        """Take in what comes next. False at the end of the output; raises pexpect.TIMEOUT when nothing comes."""
        if self.child.expect([re.compile(rb".+", re.DOTALL), pexpect.EOF], timeout=timeout):
            return False
        self._feed(self.child.match.group(0))
        return True

    def _feed(self, data: bytes) -> None:
        self.raw += data
        data = self._rest + data
        cut = _UNFINISHED.search(data)
        self._rest = data[cut.start() :] if cut else b""
        self._stream.feed(_UNKNOWN.sub(b"", data[: cut.start()] if cut else data))

    def until(self, condition: str | Callable[[], object], timeout: float = TIMEOUT) -> None:
        """Read until a text is on the screen, or a condition holds. Fails with the screen when nothing more comes."""
        holds = (lambda: condition in self.words) if isinstance(condition, str) else condition
        while not holds():
            try:
                more = self.read(timeout)
            except pexpect.TIMEOUT:
                more = False
            assert more or holds(), f"never came: {condition}\n{self.words}"

    def gone(self, timeout: float = TIMEOUT) -> int:
        """Read to the end; the exit code, 128 + n for a signal that was not caught."""
        while self.read(timeout):
            pass
        self.child.wait()
        code: int | None = self.child.exitstatus
        return 128 + self.child.signalstatus if code is None else code

    def close(self) -> None:
        """End what is left."""
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
        self.child.close()


Open = Callable[..., Terminal]

KEYS = {
    "enter": "\r",
    "space": " ",
    "left": "\x1b[D",
    "right": "\x1b[C",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "escape": "\x1b",
    "ctrl+q": "\x11",
}


def children(pid: int) -> Iterator[int]:
    """The processes under a process."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text("ascii").split()):
            yield child
            yield from children(child)


def alive(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be asked for its exit code does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return False
