"""Standard output and standard error: what they can show, and what to do when they close. Standard library only."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import sys
from pathlib import Path
from typing import TextIO

# What a terminal without UTF-8 gets instead; anything else it cannot show becomes a question mark.
_PLAIN = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "–": "-", "—": "-", "×": "x", "·": "|"}
)


def prepare() -> None:
    """Make both streams be there, and unable to fail on a character that their encoding lacks."""
    if sys.stdout is None:  # closed by the shell: `>&-`
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def is_terminal(stream: TextIO | None) -> bool:
    """Whether the stream is open and shown on a terminal that understands cursor movement."""
    if os.environ.get("TERM") == "dumb" or stream is None or stream.closed:
        return False
    return stream.isatty()


def speaks_utf8(stream: TextIO | None) -> bool:
    """Whether every character can be written to the stream."""
    encoding = (getattr(stream, "encoding", None) or "").lower()
    return encoding.replace("-", "").replace("_", "") in ("utf8", "utf8sig")


def width() -> int:
    """Columns of the terminal: COLUMNS, or whichever stream is a terminal, or 80."""
    for stream in (sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            if stream is not None and not os.environ.get("COLUMNS"):
                return max(20, os.get_terminal_size(stream.fileno()).columns)
    return max(20, shutil.get_terminal_size((80, 24)).columns)


def plain(text: str, stream: TextIO | None) -> str:
    """The text, with quotes and dashes that the stream can show."""
    return text if speaks_utf8(stream) else text.translate(_PLAIN)


def put(text: str = "") -> None:
    """One line of data on standard output."""
    print(plain(text, sys.stdout))


def say(text: str) -> None:
    """One line for the person, on standard error. Data come first, so the two keep their order on a terminal."""
    sys.stdout.flush()
    print(plain(text, sys.stderr), file=sys.stderr, flush=True)


def is_closed_pipe(error: OSError) -> bool:
    """Whether the reader went away: `| head -1`, or a terminal that hung up."""
    return isinstance(error, BrokenPipeError) or error.errno == errno.EIO


def abandon() -> None:
    """Send what is still buffered nowhere, so that the interpreter has nothing to complain about at its end."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
            continue
        with contextlib.suppress(OSError, ValueError, AttributeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
