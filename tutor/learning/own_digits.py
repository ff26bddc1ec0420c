"""A small test set of the learner's own: digits drawn on the pad, with their true labels, in one JSON file.

Versioned, replaced whole, shared by tutors that run at once. A file that is broken is kept aside.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tutor import paths
from tutor.errors import ProgressError
from tutor.learning.state import locked, set_aside, write_whole

VERSION = 1
SIDE = 28
MOST = 500  # digits; each is read again whenever the model changes
MOST_BYTES = 16_000_000


@dataclass(frozen=True)
class OwnDigit:
    """A digit and its picture as a model sees it: SIDE * SIDE bytes, row by row, 0 paper and 255 ink."""

    label: int
    pixels: bytes


class OwnDigits:
    """The learner's digits in memory, and the file behind them. `notice` says what went wrong with it, or ""."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or paths.state_dir() / "digits.json"
        self.digits: tuple[OwnDigit, ...] = ()
        self.notice = ""

    @classmethod
    def load(cls, path: Path | None = None) -> OwnDigits:
        """The digits in a file, by default in the state folder; none where it cannot be read: see `notice`."""
        own = cls(path)
        try:
            own.digits = own._read()
        except (_Broken, OSError) as error:
            own.notice = f"Your own test set in {own.path} could not be read: {_why(error)}."
        return own

    def add(self, digit: OwnDigit) -> None:
        """Put a digit at the end and save. Raises ProgressError, and then nothing is added."""
        self._change(lambda digits: (*digits, digit)[-MOST:])

    def drop(self, at: int) -> None:
        """Take the digit at this place out and save. Raises ProgressError, and then it stays."""
        gone = self.digits[at : at + 1]
        self._change(lambda digits: tuple(one for one in digits if one not in gone))

    def _change(self, change: Callable[[tuple[OwnDigit, ...]], tuple[OwnDigit, ...]]) -> None:
        try:
            with locked(self.path):
                digits = change(self._fresh())
                write_whole(self.path, _to_json(digits))
        except OSError as error:
            raise ProgressError(
                f"Your own test set could not be saved in {self.path}: {_why(error)}. "
                "Make room, or give yourself the right to write there."
            ) from None
        self.digits = digits

    def _fresh(self) -> tuple[OwnDigit, ...]:
        """What the file holds now. A broken file is kept aside; a newer one is an OSError."""
        try:
            return self._read()
        except _Broken as error:
            kept = set_aside(self.path, "broken")
            self.notice = (
                f"Your own test set was broken: {error}. It was kept as {kept}, and a fresh one begins."
            )
            return ()

    def _read(self) -> tuple[OwnDigit, ...]:
        try:
            if self.path.stat().st_size > MOST_BYTES:
                raise _Broken("it is far too large")
            return _from_json(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return ()
        except UnicodeDecodeError:
            raise _Broken("it is not text") from None


class _Broken(Exception):
    """The file is not a set of digits; this says why, as the end of a sentence."""


def _to_json(digits: tuple[OwnDigit, ...]) -> str:
    kept = [{"label": digit.label, "pixels": digit.pixels.hex()} for digit in digits]
    return json.dumps({"version": VERSION, "digits": kept}, indent=1) + "\n"


def _from_json(text: str) -> tuple[OwnDigit, ...]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise _Broken("it is not JSON") from None
    if not isinstance(values, dict) or type(values.get("version")) is not int:
        raise _Broken("it names no version")
    if values["version"] > VERSION:
        raise OSError(f"a newer tutor wrote it (version {values['version']} of the file); upgrade nn-tutor")
    found = values.get("digits")
    if not isinstance(found, list):
        raise _Broken("it holds no list of digits")
    return tuple(map(_digit, found))[-MOST:]


def _digit(value: object) -> OwnDigit:
    if not isinstance(value, dict) or type(value.get("label")) is not int or not 0 <= value["label"] <= 9:
        raise _Broken("a digit has no label from 0 to 9")
    try:
        pixels = bytes.fromhex(value.get("pixels", ""))
    except (ValueError, TypeError):
        raise _Broken("a digit's pixels are not numbers") from None
    if len(pixels) != SIDE * SIDE:
        raise _Broken(f"a digit has {len(pixels)} pixels and not {SIDE * SIDE}")
    return OwnDigit(value["label"], pixels)


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).rstrip(".")
