"""A learner's state as a value, its JSON, and its file: read whole, replaced whole, kept when it is broken."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VERSION = 1
LOCK_SECONDS = 2.0
_MOST_BYTES = 16_000_000
_OURS = ("version", "started", "last", "done", "answers", "predictions", "labs")


class Newer(Exception):
    """The file is from a newer version, whose number this carries."""


class Broken(Exception):
    """The file is not a learner's state; this says why, as the end of a sentence."""


@dataclass
class State:
    """What a learner has done. Keys are `lesson-id/step-id`; an answer is an option's index by question's index.

    As a set of changes it holds only what is new, to be put on top of what the file holds.
    """

    done: set[str] = field(default_factory=set)
    answers: dict[str, dict[int, int]] = field(default_factory=dict)
    predictions: dict[str, int] = field(default_factory=dict)
    labs: dict[str, dict[str, Any]] = field(
        default_factory=dict
    )  # what a lab keeps, its own version among it
    last: str = ""
    started: bool = False
    others: dict[str, Any] = field(default_factory=dict)  # keys of a sister version, kept as they are

    def add(self, other: State) -> None:
        """Put the other's on top: done steps join, answers and labs win, a prediction that is locked here stays."""
        self.done |= other.done
        for place, answers in other.answers.items():
            self.answers.setdefault(place, {}).update(answers)
        self.predictions = {**other.predictions, **self.predictions}
        self.labs = {**self.labs, **other.labs}
        self.last = other.last or self.last
        self.started = self.started or other.started
        self.others = {**self.others, **other.others}

    def copy(self) -> State:
        """A copy that shares nothing that changes."""
        fresh = State()
        fresh.add(self)
        return fresh

    def to_json(self) -> str:
        """The state as one JSON object, the same text for the same state."""
        answers = {
            place: {str(at): option for at, option in sorted(given.items())}
            for place, given in sorted(self.answers.items())
        }
        values = {
            "version": VERSION,
            "started": self.started,
            "last": self.last,
            "done": sorted(self.done),
            "answers": answers,
            "predictions": dict(sorted(self.predictions.items())),
            "labs": dict(sorted(self.labs.items())),
        }
        return json.dumps({**values, **self.others}, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> State:
        """Read what `to_json` wrote. Raises Newer or Broken."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            raise Broken("it is not JSON") from None
        if not isinstance(values, dict) or type(values.get("version")) is not int or values["version"] < 1:
            raise Broken("it names no version")
        if values["version"] > VERSION:
            raise Newer(values["version"])
        return cls(
            done=set(_each(values.get("done", []), "done")),
            answers={place: _answers(given) for place, given in _by_place(values, "answers").items()},
            predictions={place: _index(option) for place, option in _by_place(values, "predictions").items()},
            labs={place: _values(kept) for place, kept in _by_place(values, "labs").items()},
            last=next(iter(_each([values.get("last", "")], "last"))),
            started=values.get("started") is True,
            others={key: value for key, value in values.items() if key not in _OURS},
        )


def read_state(path: Path) -> State | None:
    """The state in a file; None when there is no file. Raises OSError, Newer, Broken."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError("it is not a plain file")
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise OSError(str(error)) from None
    if len(data) > _MOST_BYTES:
        raise Broken("it is far too large")
    try:
        return State.from_json(data.decode())
    except UnicodeDecodeError:
        raise Broken("it is not text") from None


def write_whole(path: Path, text: str) -> None:
    """Replace a file at once, so that a reader sees the old text or the new one. Raises OSError."""
    target = Path(os.path.realpath(path))  # a link stays a link
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def set_aside(path: Path, ending: str) -> Path:
    """Rename a file to the first free `NAME.ENDING-N` beside it. Raises OSError."""
    number = 1
    while (kept := path.with_name(f"{path.name}.{ending}-{number}")).exists() or kept.is_symlink():
        number += 1
    return path.rename(kept)


def _each(values: object, key: str) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise Broken(f"“{key}” does not hold what it should")
    return values


def _by_place(values: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = values.get(key, {})
    if not isinstance(found, dict):
        raise Broken(f"“{key}” does not hold what it should")
    _each(list(found), key)
    return found


def _answers(given: object) -> dict[int, int]:
    if not isinstance(given, dict):
        raise Broken("“answers” does not hold what it should")
    return {_index(_number(at)): _index(option) for at, option in given.items()}


def _values(kept: object) -> dict[str, Any]:
    if not isinstance(kept, dict):
        raise Broken("“labs” does not hold what it should")
    return kept


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1


def _index(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1_000_000:
        raise Broken("an answer is not the number of an option")
    return value


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file's lock among all tutors. Where a file system has no locks, go on without one."""
    from filelock import FileLock, Timeout  # only who writes needs it

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{path}.lock", timeout=LOCK_SECONDS)
    try:
        lock.acquire(poll_interval=0.01)
    except Timeout:
        raise OSError("another tutor holds it") from None
    except NotImplementedError:
        yield
        return
    try:
        yield
    finally:
        lock.release()
