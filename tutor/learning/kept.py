"""A course read before, kept so that the next start need not read it again.

Reading and validating every lesson takes longer than painting the first screen. The kept form is used only
while every file of the folder, and the code that reads it, is as it was. It lies in the user's own cache.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tutor import paths
from tutor.learning.steps import Course

HERE = Path(__file__).parent
CODE = (HERE, HERE.parent / "core")


def kept_course(folder: Path) -> Course | None:
    """The course of the folder as it was read before, or None when it must be read again."""
    try:
        course = pickle.loads(_file(folder).read_bytes())
    except Exception:  # missing, cut, or written by other code: it is read again
        return None
    return course if isinstance(course, Course) else None


def keep_course(folder: Path, course: Course) -> None:
    """Keep a course that had no faults. Where the cache cannot be written, nothing is kept."""
    with suppress(OSError):
        file = _file(folder)
        file.parent.mkdir(parents=True, exist_ok=True)
        for old in file.parent.glob("course-*.pickle"):
            old.unlink(missing_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".course-", delete=False) as stream:
            stream.write(pickle.dumps(course))
        Path(stream.name).replace(file)


def _file(folder: Path) -> Path:
    stamp = hashlib.sha256(repr((sys.version_info, *_stamps(folder))).encode())
    return paths.cache_dir() / f"course-{stamp.hexdigest()[:24]}.pickle"


def _stamps(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Name, size and time of every file that the course depends on."""
    for root in (folder.resolve(), *CODE):
        places = [root, *sorted(Path(entry.path) for entry in os.scandir(root) if entry.is_dir())]
        for place in places:
            for entry in sorted(os.scandir(place), key=lambda entry: entry.name):
                if entry.name.endswith((".toml", ".md", ".py")):
                    stat = entry.stat()
                    yield entry.path, stat.st_size, stat.st_mtime_ns
