"""Every block of Python in the lessons and the quick reference runs, and prints what the text says it prints."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tutor import paths
from tutor.learning.lessons import python_blocks

RUNNER = Path(__file__).with_name("blocks_runner.py")
LESSONS = paths.lessons_dir()
FILES = [path for path in sorted(LESSONS.glob("*/*.md")) if python_blocks(path.read_text(encoding="utf-8"))]


def run(*files: Path) -> dict[Path, list[str]]:
    """The faults of each file, from one child that imports torch once and forks for each file."""
    child = subprocess.run(
        [sys.executable, str(RUNNER), *map(str, files)], capture_output=True, text=True, timeout=300
    )
    assert child.returncode == 0, child.stderr
    answers = [json.loads(line) for line in child.stdout.splitlines()]
    return {Path(answer["file"]): answer["faults"] for answer in answers}


@pytest.fixture(scope="module")
def faults() -> dict[Path, list[str]]:
    return run(*FILES)


def test_there_are_many_blocks() -> None:
    blocks = [block for path in FILES for block in python_blocks(path.read_text(encoding="utf-8"))]
    assert len(FILES) > 30
    assert len(blocks) > 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_blocks_of_a_file_do_what_it_says(path: Path, faults: dict[Path, list[str]]) -> None:
    assert not faults[path], "\n".join(f"{path}: {fault}" for fault in faults[path])


BAD = {
    "fails.md": (
        "A text.\n\n```python\nx = 1\ny = x / 0\n```\n",
        "line 5: ZeroDivisionError: division by zero",
    ),
    "differs.md": (
        "```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n",
        "line 1: printed\n2\nbut the text shows\n3",
    ),
    "calm.md": ("```python raises=ValueError\nx = 1\n```\n", "line 1: ValueError was not raised"),
    "network.md": ("```python\nimport socket\nsocket.socket()\n```\n", "line 3: OSError: a lesson asked"),
    "leaves.md": ("```python\nimport os\nos._exit(3)\n```\n", "ended the process with status 3"),
}


def test_a_block_that_does_something_else_is_caught_with_its_line(tmp_path: Path) -> None:
    for name, (text, _) in BAD.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = run(*(tmp_path / name for name in BAD))
    for name, (_, fault) in BAD.items():
        assert len(found[tmp_path / name]) == 1
        assert fault in found[tmp_path / name][0], found[tmp_path / name]
