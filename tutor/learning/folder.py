"""Reading the files of a lesson folder: text only, of a sane size, and never outside the folder."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MOST_BYTES = 1_000_000
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not make the reader wait


class Unreadable(Exception):
    """Why a file of a lesson cannot be read, as a sentence that starts after the file's name."""


def read_text(folder: Path, name: str) -> str:
    """The text of a file in the folder, with plain line ends. Raises Unreadable."""
    data = _read_bytes(folder, name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"is not UTF-8 (line {line}). Save it as UTF-8.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def inside(folder: Path, path: Path) -> bool:
    """Whether the path, links followed, stays in the folder."""
    root = os.path.realpath(folder)
    return os.path.realpath(path).startswith(root.rstrip(os.sep) + os.sep)


def _read_bytes(folder: Path, name: str) -> bytes:
    try:
        handle = _open(folder, name)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable("is not a plain file. Write a text file of that name.")
            if status.st_size > MOST_BYTES:
                raise Unreadable("is larger than 1 MB. Split it.")
            return os.read(handle, status.st_size)
        finally:
            os.close(handle)
    except FileNotFoundError:
        raise Unreadable("is missing. Write the file, or correct its name.") from None
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Unreadable(f"cannot be read: {said}. Check its name and its permissions.") from None


def _open(folder: Path, name: str) -> int:
    """A descriptor to read from. A plain file right in the folder cannot lead out of it; all else is looked at."""
    if "/" not in name:
        try:
            return os.open(f"{folder}{os.sep}{name}", _FLAGS | os.O_NOFOLLOW)
        except OSError as error:
            if error.errno not in (errno.ELOOP, errno.EMLINK):  # it is a link
                raise
    path = folder / name
    if not inside(folder, path):
        raise Unreadable("leads out of the lesson's folder. Put the file itself there.")
    return os.open(path, _FLAGS)
