"""The learner's own test set on disk: kept, shared, and never lost to a bad file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutor import paths
from tutor.errors import ProgressError
from tutor.learning.own_digits import MOST, OwnDigit, OwnDigits

PIXELS = 784


def digit(label: int, shade: int = 7) -> OwnDigit:
    return OwnDigit(label, bytes([shade]) * PIXELS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "digits.json"


def test_what_was_added_is_there_the_next_time(path: Path) -> None:
    own = OwnDigits.load(path)
    assert own.digits == () and own.notice == ""
    own.add(digit(3))
    own.add(digit(9, 200))
    again = OwnDigits.load(path)
    assert again.digits == own.digits == (digit(3), digit(9, 200))
    again.drop(0)
    assert OwnDigits.load(path).digits == (digit(9, 200),)
    assert json.loads(path.read_text())["version"] == 1


def test_two_tutors_add_to_one_set(path: Path) -> None:
    first, second = OwnDigits.load(path), OwnDigits.load(path)
    first.add(digit(1))
    second.add(digit(2))
    assert second.digits == (digit(1), digit(2)) == OwnDigits.load(path).digits


def test_its_place_is_the_state_folder() -> None:
    assert OwnDigits.load().path == paths.state_dir() / "digits.json"


def test_the_set_is_bounded(path: Path) -> None:
    kept = [{"label": 1, "pixels": "00" * PIXELS}] * (MOST + 5)
    path.parent.mkdir()
    path.write_text(json.dumps({"version": 1, "digits": kept}))
    own = OwnDigits.load(path)
    assert len(own.digits) == MOST
    own.add(digit(4))
    assert len(own.digits) == MOST and own.digits[-1] == digit(4)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"\xff\xfe", "it is not text"),
        (b"{}", "it names no version"),
        (b'{"version": 1}', "it holds no list of digits"),
        (b'{"version": 1, "digits": [3]}', "no label from 0 to 9"),
        (b'{"version": 1, "digits": [{"label": 10, "pixels": ""}]}', "no label from 0 to 9"),
        (b'{"version": 1, "digits": [{"label": 1, "pixels": "zz"}]}', "pixels are not numbers"),
        (b'{"version": 1, "digits": [{"label": 1, "pixels": 5}]}', "pixels are not numbers"),
        (b'{"version": 1, "digits": [{"label": 1, "pixels": "00"}]}', "has 1 pixels and not 784"),
    ],
)
def test_a_broken_file_is_said_and_kept_aside(path: Path, content: bytes, said: str) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    own = OwnDigits.load(path)
    assert own.digits == () and said in own.notice
    own.add(digit(5))
    assert OwnDigits.load(path).digits == (digit(5),)
    assert path.with_name("digits.json.broken-1").read_bytes() == content


def test_a_newer_file_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"version": 2, "digits": []}')
    own = OwnDigits.load(path)
    assert "newer tutor" in own.notice
    with pytest.raises(ProgressError, match="newer tutor"):
        own.add(digit(5))
    assert path.read_text() == '{"version": 2, "digits": []}' and own.digits == ()


def test_a_folder_that_cannot_be_written_is_said(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")
    own = OwnDigits.load(path)
    with pytest.raises(ProgressError, match="could not be saved"):
        own.add(digit(5))
    assert own.digits == ()
