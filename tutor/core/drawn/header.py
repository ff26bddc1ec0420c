"""The head of an IDX file: magic number and sizes. Standard library only, so that a check costs no import."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import BinaryIO

from tutor.errors import DataError

UNSIGNED_BYTE = 0x08
REMEDY = "Delete the file and fetch or draw the dataset again."


def open_binary(path: Path) -> BinaryIO:
    """Open `path` for reading, through gzip when its first two bytes say so (whatever its name).

    Raises DataError when the file is missing or cannot be opened.
    """
    try:
        stream = path.open("rb")
        packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
    except FileNotFoundError as error:
        raise DataError(
            f"{path} is missing. Fetch or draw the dataset first, or name another folder."
        ) from error
    except OSError as error:
        raise DataError(
            f"{path} cannot be read: {error.strerror or error}. Check the file and its permissions."
        ) from error
    if not packed:
        return stream
    stream.close()
    return gzip.open(path, "rb")  # type: ignore[return-value]


def read_header(stream: BinaryIO, path: Path) -> tuple[int, ...]:
    """The shape that an IDX header promises, e.g. (60000, 28, 28). Leaves `stream` at the first value.

    Format: two zero bytes, a type byte, the number of dimensions, then one big-endian uint32 for each.
    Raises DataError for a header that is cut off, has a wrong magic number or another type than uint8.
    """
    magic = stream.read(4)
    if len(magic) < 4:
        raise DataError(f"{path} is no IDX file: it ends inside the header. {REMEDY}")
    zero, kind, dimensions = struct.unpack(">HBB", magic)
    if zero != 0 or not 1 <= dimensions <= 4:
        raise DataError(f"{path} is no IDX file: it starts with {magic.hex(' ')}. {REMEDY}")
    if kind != UNSIGNED_BYTE:
        raise DataError(
            f"{path} holds values of type 0x{kind:02x}, and only unsigned bytes (0x08) are read. {REMEDY}"
        )
    sizes = stream.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise DataError(f"{path} is cut off: its header names no sizes. {REMEDY}")
    return struct.unpack(f">{dimensions}I", sizes)


def pack_header(shape: tuple[int, ...]) -> bytes:
    """The header of an IDX file of uint8 values with this shape."""
    return struct.pack(f">HBB{len(shape)}I", 0, UNSIGNED_BYTE, len(shape), *shape)
