"""State files that are broken, newer, unreadable or cannot be written: a notice, nothing lost, nothing raised."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.errors import ProgressError
from tutor.learning import progress as module
from tutor.learning import state
from tutor.learning.progress import Progress

BROKEN = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"{}",
    b'{"version": "1"}',
    b'{"version": true}',
    b'{"version": 0}',
    b'{"version": 1, "done": "a/b"}',
    b'{"version": 1, "done": [1]}',
    b'{"version": 1, "answers": []}',
    b'{"version": 1, "answers": {"a/b": 1}}',
    b'{"version": 1, "answers": {"a/b": {"x": 1}}}',
    b'{"version": 1, "answers": {"a/b": {"0": -1}}}',
    b'{"version": 1, "predictions": {"a/b": 1.5}}',
    b'{"version": 1, "labs": []}',
    b'{"version": 1, "labs": {"a/b": 1}}',
    b'{"version": 1, "last": 3}',
    b'{"version": ' + b"1" * 5000 + b"}",
    b"[" * 100_000,
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder / "progress.json"


@pytest.mark.parametrize("data", BROKEN, ids=lambda data: repr(data[:40]))
def test_a_broken_file_is_kept_and_a_fresh_one_begins(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    progress = Progress.load(path)
    kept = path.with_name("progress.json.broken-1")
    assert kept.read_bytes() == data and not path.exists()
    assert str(kept) in progress.notice and "tutor progress import" in progress.notice
    assert progress.first_start
    progress.mark_done("a", "b")
    progress.save()
    assert Progress.load(path).is_done("a", "b") and Progress.load(path).notice == ""


def test_each_broken_file_is_kept(path: Path) -> None:
    for number in (1, 2, 3):
        path.write_text(f"broken {number}")
        Progress.load(path)
        assert path.with_name(f"progress.json.broken-{number}").read_text() == f"broken {number}"


def test_a_file_broken_while_the_tutor_runs_loses_nothing(path: Path) -> None:
    progress = Progress.load(path)
    progress.mark_done("a", "one")
    progress.save()
    path.write_text("{")
    progress.mark_done("a", "two")
    progress.save()
    again = Progress.load(path)
    assert again.is_done("a", "one") and again.is_done("a", "two")
    assert path.with_name("progress.json.broken-1").read_text() == "{" and "was kept as" in progress.notice


def test_a_file_deleted_while_the_tutor_runs_is_written_again(path: Path) -> None:
    progress = Progress.load(path)
    progress.mark_done("a", "one")
    progress.save()
    path.unlink()
    progress.mark_done("a", "two")
    progress.save()
    assert Progress.load(path).is_done("a", "one")


def test_a_newer_file_is_left_alone(path: Path) -> None:
    text = '{"version": 2, "done": {"anything": 1}}'
    path.write_text(text)
    progress = Progress.load(path)
    assert "newer tutor (version 2 of the file)" in progress.notice and "Upgrade nn-tutor" in progress.notice
    progress.mark_done("a", "b")
    progress.save()
    assert progress.is_done("a", "b") and path.read_text() == text
    with pytest.raises(ProgressError, match="newer tutor"):
        progress.reset()
    with pytest.raises(ProgressError, match="newer tutor"):
        progress.import_(path)
    assert [file.name for file in path.parent.iterdir()] == ["progress.json"]


def test_a_file_that_becomes_newer_while_the_tutor_runs_is_left_alone(path: Path) -> None:
    progress = Progress.load(path)
    progress.mark_done("a", "b")
    path.write_text('{"version": 9}')
    progress.save()
    assert (
        "version 9" in progress.notice and path.read_text() == '{"version": 9}' and progress.is_done("a", "b")
    )


def test_a_folder_or_a_pipe_in_its_place_is_left_alone(path: Path) -> None:
    path.mkdir()
    assert "could not be read: it is not a plain file" in Progress.load(path).notice
    pipe = path.with_name("pipe.json")
    os.mkfifo(pipe)
    progress = Progress.load(pipe)
    progress.mark_done("a", "b")
    progress.save()
    assert "could not be read" in progress.notice and progress.is_done("a", "b")


def test_a_state_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("mine")
    progress = Progress.load(tmp_path / "state" / "progress.json")
    progress.mark_done("a", "b")
    progress.save()
    assert "Not a directory" in progress.notice and (tmp_path / "state").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_rights_that_are_missing(path: Path) -> None:
    path.write_text('{"version": 1, "done": ["a/b"]}')
    path.chmod(0)
    assert "Permission denied" in Progress.load(path).notice
    path.chmod(0o600)
    path.parent.chmod(0o500)
    try:
        progress = Progress.load(path)
        progress.mark_done("a", "c")
        progress.save()
        assert "could not be saved" in progress.notice and progress.is_done("a", "b")
    finally:
        path.parent.chmod(0o700)


def test_a_full_disk_is_said_once_and_saved_when_there_is_room(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = Progress.load(path)
    progress.mark_done("a", "one")
    progress.save()
    before = path.read_text()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        progress.mark_done("a", "two")
        progress.save()
        assert "could not be saved" in progress.notice and "No space left" in progress.notice
        progress.notice = ""
        progress.mark_done("a", "three")
        progress.save()
        assert progress.notice == "" and progress.is_done("a", "two")
        assert path.read_text() == before
        assert {file.name for file in path.parent.iterdir()} <= {"progress.json", "progress.json.lock"}
    progress.save()
    again = Progress.load(path)
    assert all(again.is_done("a", step) for step in ("one", "two", "three"))


def test_a_read_only_folder_is_a_notice_and_reset_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text('{"version": 1, "done": ["a/b"]}')

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(module, "write_whole", refuse)
    monkeypatch.setattr(module, "set_aside", refuse)
    progress = Progress.load(path)
    progress.mark_done("a", "c")
    progress.save()
    assert "Permission denied" in progress.notice and progress.is_done("a", "c")
    with pytest.raises(ProgressError, match="was not reset"):
        progress.reset()
    with pytest.raises(ProgressError, match="could not be written to"):
        progress.export(path.with_name("out.json"))
    assert progress.is_done("a", "b") and json.loads(path.read_text())["done"] == ["a/b"]


def test_a_broken_file_that_cannot_be_set_aside_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    path.write_text("{")
    monkeypatch.setattr(module, "set_aside", refuse)
    progress = Progress.load(path)
    progress.mark_done("a", "b")
    progress.save()
    assert "could not be read" in progress.notice and path.read_text() == "{"


def test_a_lock_that_another_holds_delays_the_save(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    monkeypatch.setattr(state, "LOCK_SECONDS", 0.0)
    progress = Progress.load(path)
    progress.mark_done("a", "b")
    with FileLock(f"{path}.lock"):
        progress.save()
        assert "another tutor holds it" in progress.notice and not path.exists()
    progress.save()
    assert Progress.load(path).is_done("a", "b")


def test_a_file_system_without_locks_still_saves(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import filelock

    def none(*_: object, **__: object) -> None:
        raise NotImplementedError("no flock here")

    monkeypatch.setattr(filelock.FileLock, "acquire", none)
    progress = Progress.load(path)
    progress.mark_done("a", "b")
    progress.save()
    assert progress.notice == "" and Progress.load(path).is_done("a", "b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "could not be imported: it is not JSON"),
        ('{"version": 3}', "newer tutor"),
        (None, "there is no such file"),
    ],
)
def test_an_import_that_fails_changes_nothing(
    path: Path, tmp_path: Path, text: str | None, said: str
) -> None:
    other = tmp_path / "other.json"
    if text is not None:
        other.write_text(text)
    progress = Progress.load(path)
    progress.mark_done("a", "b")
    progress.save()
    before = path.read_text()
    with pytest.raises(ProgressError, match=said):
        progress.import_(other)
    assert path.read_text() == before and (text is None or other.read_text() == text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["version", "done", "answers", "predictions", "last", "started", "x"])
FILES = st.binary(max_size=200) | st.dictionaries(KEYS, JSON).map(
    lambda values: json.dumps({"version": 1, **values}).encode()
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES)
def test_whatever_the_file_holds_is_kept_and_never_raises(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("state") / "progress.json"
    path.write_bytes(data)
    progress = Progress.load(path)
    progress.mark_done("a", "b")
    progress.save()
    assert progress.is_done("a", "b")
    kept = path.with_name("progress.json.broken-1")
    if "newer" in progress.notice:
        assert path.read_bytes() == data
    elif progress.notice:
        assert kept.read_bytes() == data and Progress.load(path).is_done("a", "b")
    else:
        assert not kept.exists() and Progress.load(path).is_done("a", "b")
