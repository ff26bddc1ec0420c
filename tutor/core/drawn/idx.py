"""MNIST's IDX format: a short header and then the bytes of one array (yann.lecun.com/exdb/mnist)."""

from __future__ import annotations

import math
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tutor.core.drawn.header import REMEDY, open_binary, pack_header, read_header
from tutor.errors import DataError

Bytes = NDArray[np.uint8]


def read_idx(path: str | Path) -> Bytes:
    """Read an IDX file of unsigned bytes, plain or gzipped, e.g. images as (N, 28, 28) or labels as (N,).

    Raises DataError, naming the file, the reason and a remedy, for a file that is missing, unreadable,
    not IDX, of another type, cut off, longer than its header says, or damaged inside its gzip.
    """
    path = Path(path)
    try:
        with open_binary(path) as stream:
            shape = read_header(stream, path)
            expected = math.prod(shape)
            # One byte more than promised shows a file that is too long, without reading all of it.
            body = stream.read(expected + 1)
    except (EOFError, zlib.error) as error:
        raise DataError(f"{path} is damaged: its gzip data end early or do not unpack. {REMEDY}") from error
    except (MemoryError, OverflowError) as error:
        raise DataError(f"{path} names impossible sizes in its header. {REMEDY}") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}. {REMEDY}") from error
    if len(body) < expected:
        raise DataError(
            f"{path} is cut off: {len(body):,} of the {expected:,} values in its header are there. {REMEDY}"
        )
    if len(body) > expected:
        raise DataError(f"{path} is longer than the {expected:,} values that its header names. {REMEDY}")
    return np.frombuffer(bytearray(body), dtype=np.uint8).reshape(shape)


def write_idx(path: str | Path, array: Bytes) -> None:
    """Write `array` (uint8, one to four dimensions) as a plain IDX file.

    Raises DataError when the file cannot be written, ValueError for another dtype or shape.
    """
    if array.dtype != np.uint8 or not 1 <= array.ndim <= 4:
        raise ValueError(f"IDX takes uint8 arrays of one to four dimensions, not {array.dtype} {array.shape}")
    try:
        with Path(path).open("wb") as stream:
            stream.write(pack_header(array.shape))
            stream.write(np.ascontiguousarray(array).data)
    except OSError as error:
        raise DataError(
            f"{path} cannot be written: {error.strerror or error}. Free some space or name another folder."
        ) from error
