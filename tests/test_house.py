"""The house rules: imports point down, ruff and mypy are content, files and functions stay short."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("tutor", "tests", "benchmarks", "lessons")
WRITTEN = (".py", ".md", ".toml", ".tcss")
LINES_OF_A_FILE = 500
LINES_OF_A_FUNCTION = 60

LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
TOOLS = {
    "imports point down": ["-c", LINT_IMPORTS],
    "ruff check": ["-m", "ruff", "check", *OURS],
    "ruff format": ["-m", "ruff", "format", "--check", "tutor", "tests", "benchmarks"],
    "mypy strict": ["-m", "mypy", "--strict"],
}


@pytest.mark.parametrize("tool", TOOLS)
def test_the_tools_are_content(tool: str) -> None:
    done = subprocess.run(
        [sys.executable, *TOOLS[tool]], cwd=ROOT, capture_output=True, text=True, check=False, timeout=400
    )
    assert done.returncode == 0, f"{tool}:\n{done.stdout}\n{done.stderr}"


def test_no_file_is_long() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files()}
    long = {str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > LINES_OF_A_FILE}
    assert len(lengths) > 50
    assert not long


def test_no_function_is_long() -> None:
    functions = [one for path in files() if path.suffix == ".py" for one in functions_of(path)]
    long = {name: lines for name, lines in functions if lines > LINES_OF_A_FUNCTION}
    assert len(functions) > 200
    assert not long


def files() -> Iterator[Path]:
    """Everything that people wrote in the project."""
    for folder in OURS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in WRITTEN and path.is_file():
                yield path


def functions_of(path: Path) -> Iterator[tuple[str, int]]:
    """Each function of a file, with its lines from `def` to its end."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            where = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
            yield where, (node.end_lineno or node.lineno) - node.lineno + 1
