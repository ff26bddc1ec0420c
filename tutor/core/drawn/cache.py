"""The drawn datasets on disk: IDX files in the folders where torchvision's MNIST and FashionMNIST look.

Standard library and filelock only, until something has to be drawn.
"""

from __future__ import annotations

import math
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from filelock import FileLock, Timeout

from tutor.core.drawn.header import pack_header, read_header
from tutor.errors import DataError

if TYPE_CHECKING:
    from tutor.core.drawn.idx import Bytes

SIZES = {"train": 60_000, "test": 10_000}
SMALLEST = 100  # a smaller split is a mistake, not a quick start
SIDE = 28
AT_ONCE = 1000  # images between two looks at `should_stop`
LOOK_AGAIN = 0.2  # seconds between two looks at it while another process draws

CLASSES: dict[str, tuple[str, ...]] = {
    "digits": ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
    "garments": (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
}
FOLDERS = {"digits": "MNIST", "garments": "FashionMNIST"}  # the names of torchvision's classes
PREFIXES = {"train": "train", "test": "t10k"}

Progress = Callable[[float], None]
ShouldStop = Callable[[], bool]
Draw = Callable[[int, int, str], "tuple[Bytes, Bytes]"]


class DrawingStopped(DataError):
    """`should_stop` said so before the dataset was whole. Nothing half-drawn is left."""


def is_drawn(name: str, data_dir: Path) -> bool:
    """Whether both splits of `name` are there and whole, by their headers and sizes; reads no image.

    A smaller set than SIZES counts, from 100 images on: it is a prefix of the large one.
    Raises DataError for a name that is not a drawn dataset.
    """
    raw = _raw_dir(name, data_dir)
    return all(_is_whole(raw, split) for split in SIZES)


def ensure_drawn(
    name: str,
    data_dir: Path,
    train: int = 60_000,
    test: int = 10_000,
    progress: Progress | None = None,
    should_stop: ShouldStop | None = None,
) -> Path:
    """Draw `name` into `data_dir` unless a usable cache is there. Returns the root for torchvision.

    `torchvision.datasets.MNIST(root, download=False)` opens digits, `FashionMNIST` opens garments.
    `progress` is called with 0 to 1. While another process draws, this one waits and then uses its work.

    Raises DataError for an unknown name, a size under 100, or a folder that cannot be written; its
    subclass DrawingStopped when `should_stop` ended the drawing or the wait for it.
    """
    raw = _raw_dir(name, data_dir)
    sizes = {"train": train, "test": test}
    if min(train, test) < SMALLEST:
        raise DataError(f"{name} was asked for in {min(train, test)} images. Ask for {SMALLEST} or more.")
    report: Progress = progress or (lambda done: None)
    stop: ShouldStop = should_stop or (lambda: False)
    try:
        if not is_drawn(name, data_dir):
            raw.mkdir(parents=True, exist_ok=True)
            with _only_one(raw.parent / ".lock", name, stop):
                if not is_drawn(name, data_dir):
                    _draw_files(name, raw, sizes, report, stop)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(
            f"The built-in {name} cannot be written to {raw}: {reason}. "
            "Free some space there, or name another folder with --data-dir or TUTOR_DATA_DIR."
        ) from error
    report(1.0)
    return raw.parent.parent


def _raw_dir(name: str, data_dir: Path) -> Path:
    if name not in FOLDERS:
        raise DataError(f"There is no drawn dataset {name!r}. The drawn ones are {' and '.join(FOLDERS)}.")
    return Path(data_dir) / name / FOLDERS[name] / "raw"


def _paths(raw: Path, split: str) -> tuple[Path, Path]:
    """The files of images and labels, under their names in MNIST."""
    prefix = PREFIXES[split]
    return raw / f"{prefix}-images-idx3-ubyte", raw / f"{prefix}-labels-idx1-ubyte"


def _is_whole(raw: Path, split: str) -> bool:
    images, labels = (_shape(path) for path in _paths(raw, split))
    if len(images) != 3 or len(labels) != 1:
        return False
    return images[1:] == (SIDE, SIDE) and images[0] == labels[0] >= SMALLEST


def _shape(path: Path) -> tuple[int, ...]:
    """The shape in the header of a plain IDX file whose size agrees with it, else ()."""
    try:
        with path.open("rb") as stream:
            shape = read_header(stream, path)
            size = os.fstat(stream.fileno()).st_size - stream.tell()
    except (OSError, DataError):
        return ()
    return shape if size == math.prod(shape) else ()


@contextmanager
def _only_one(lock_file: Path, name: str, stop: ShouldStop) -> Iterator[None]:
    """Hold the lock that lets one process at a time draw; give up when `stop` says so."""
    lock = FileLock(lock_file)
    while True:
        if stop():
            raise DrawingStopped(f"Waiting for another process to draw the {name} was stopped. Start again.")
        with suppress(Timeout):
            lock.acquire(timeout=LOOK_AGAIN, poll_interval=LOOK_AGAIN / 4)
            break
    try:
        yield
    finally:
        lock.release()


def _draw_files(name: str, raw: Path, sizes: dict[str, int], report: Progress, stop: ShouldStop) -> None:
    """Draw both splits into temporary files and move them into place. Call it under the lock."""
    for leftover in raw.glob(".*.part"):
        leftover.unlink()  # of a process that was killed: nobody else writes while we hold the lock
    draw, total, done = _drawer(name), sum(sizes.values()), 0
    report(0.0)
    for split, count in sizes.items():
        images_path, labels_path = _paths(raw, split)
        with _replacing(images_path) as images, _replacing(labels_path) as labels:
            images.write(pack_header((count, SIDE, SIDE)))
            labels.write(pack_header((count,)))
            for start in range(0, count, AT_ONCE):
                if stop():
                    raise DrawingStopped(
                        f"Drawing the {name} was stopped before it was done. It starts again at the next use."
                    )
                drawn_images, drawn_labels = draw(start, min(AT_ONCE, count - start), split)
                images.write(drawn_images.tobytes())
                labels.write(drawn_labels.tobytes())
                done += len(drawn_labels)
                report(done / total)


def _drawer(name: str) -> Draw:
    """The function that draws `name`; numpy is imported here and not before."""
    if name == "digits":
        from tutor.core.drawn.digits import draw_digits

        return draw_digits
    from tutor.core.drawn.garments import draw_garments

    return draw_garments


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path` when all of it is written, and vanishes otherwise."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}.part")
    try:
        with temporary.open("xb") as stream:
            yield stream
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
