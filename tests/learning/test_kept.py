"""A course kept from an earlier start is used only while nothing that it depends on has changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tutor import paths
from tutor.learning.kept import keep_course, kept_course
from tutor.learning.lessons import load_course


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUTOR_STATE_DIR", str(tmp_path / "state"))
    shutil.copytree(paths.lessons_dir(), tmp_path / "lessons")
    return tmp_path / "lessons"


def test_a_kept_course_is_the_course(folder: Path) -> None:
    assert kept_course(folder) is None
    course = load_course(folder)
    keep_course(folder, course)
    assert kept_course(folder) == course


def test_a_changed_file_is_read_again(folder: Path) -> None:
    keep_course(folder, load_course(folder))
    text = next(folder.glob("3_*/logits.md"))
    text.write_text(text.read_text("utf-8") + "\nOne more line.\n", encoding="utf-8")
    assert kept_course(folder) is None
    keep_course(folder, load_course(folder))
    assert "One more line." in kept_course(folder).lesson("3").step("logits").text  # type: ignore[union-attr]
    assert len(list(paths.cache_dir().glob("course-*.pickle"))) == 1


def test_a_broken_cache_is_read_again(folder: Path) -> None:
    keep_course(folder, load_course(folder))
    [file] = paths.cache_dir().glob("course-*.pickle")
    file.write_bytes(file.read_bytes()[:100])
    assert kept_course(folder) is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_cache_that_cannot_be_written_is_done_without(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o500)
    keep_course(folder, load_course(folder))
    assert kept_course(folder) is None
