"""IDX files: what is written is read, and each malformed file gets a sentence of its own."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from tutor.core.drawn.idx import read_idx, write_idx
from tutor.errors import DataError


@pytest.mark.parametrize("shape", [(7,), (3, 28, 28), (0, 28, 28), (2, 3, 4, 5)])
def test_what_is_written_is_read(tmp_path: Path, shape: tuple[int, ...]) -> None:
    array = np.arange(int(np.prod(shape)), dtype=np.uint8).reshape(shape)
    write_idx(tmp_path / "file", array)
    again = read_idx(tmp_path / "file")
    assert again.shape == shape and again.dtype == np.uint8
    assert np.array_equal(again, array)
    assert again.flags.writeable


def test_the_header_is_the_published_one(tmp_path: Path) -> None:
    write_idx(tmp_path / "labels", np.array([5, 0], dtype=np.uint8))
    assert (tmp_path / "labels").read_bytes() == bytes([0, 0, 8, 1, 0, 0, 0, 2, 5, 0])


def test_gzip_is_unpacked_whatever_the_name(tmp_path: Path) -> None:
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    write_idx(tmp_path / "plain", array)
    for name in ("packed.gz", "packed"):
        (tmp_path / name).write_bytes(gzip.compress((tmp_path / "plain").read_bytes()))
        assert np.array_equal(read_idx(tmp_path / name), array)


GOOD = bytes([0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "ends inside the header"),
        (b"\x00\x00", "ends inside the header"),
        (b"<html>", "starts with 3c 68 74 6d"),
        (bytes([0, 0, 8, 9]) + bytes(36), "starts with 00 00 08 09"),
        (bytes([0, 0, 0x0D, 1]) + GOOD[4:], "type 0x0d"),
        (GOOD[:6], "names no sizes"),
        (GOOD[:-1], "2 of the 3 values"),
        (GOOD + b"x", "longer than the 3 values"),
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, "impossible sizes"),
        (gzip.compress(GOOD)[:-12], "gzip data end early"),
        (b"\x1f\x8b" + b"\x00" * 40, "cannot be read"),
    ],
)
def test_a_malformed_file_is_named_with_reason_and_remedy(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_idx(path)
    message = str(caught.value)
    assert str(path) in message
    assert reason in message
    assert "Delete the file" in message


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"missing.*Fetch or draw"):
        read_idx(tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"cannot be read.*directory"):
        read_idx(tmp_path)


def test_writing_refuses_other_types_and_names_a_bad_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="float64"):
        write_idx(tmp_path / "file", np.zeros(3))  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"cannot be written.*No such file"):
        write_idx(tmp_path / "no" / "file", np.zeros(3, dtype=np.uint8))
