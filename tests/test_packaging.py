"""The project as a package: the wheel holds what the tutor needs, and works away from this checkout."""

from __future__ import annotations

import configparser
import json
import os
import re
import stat
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import tutor

ROOT = Path(__file__).resolve().parent.parent
TIME = 240
START = "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/tutor"
TEST = "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest"

OPENED = """
import asyncio
import sys
from pathlib import Path

import tutor
from tutor import paths
from tutor.learning.lessons import load_course
from tutor.learning.progress import Progress
from tutor.ui.app import TutorApp

installed = Path(sys.argv[1]).resolve()
assert Path(tutor.__file__).is_relative_to(installed), tutor.__file__
assert paths.lessons_dir().is_relative_to(installed), paths.lessons_dir()
assert not paths.data_dir().is_relative_to(installed), paths.data_dir()
course = load_course(paths.lessons_dir())
progress = Progress.load()
progress.mark_started()


def words(app):
    lines = app.screen._compositor.render_strips()
    return "\\n".join("".join(segment.text for segment in line) for line in lines)


async def main():
    app = TutorApp(course, progress, start="1")
    app._after_first_paint = lambda: None  # neither import torch nor draw data
    title = course.lesson("1").steps[0].title
    async with app.run_test(size=(100, 30)) as pilot:
        async with asyncio.timeout(60):
            while title not in words(app):
                await pilot.pause()
        print(title)


asyncio.run(main())
"""


def python(*words: str, cwd: Path, **environment: str) -> str:
    """Run this Python and return what it prints; fails with what it says."""
    child = subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=TIME,
    )
    assert child.returncode == 0, f"{child.stdout}\n{child.stderr}"
    return child.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    python("-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    """The files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package installed into it, far from the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    options = ("--no-deps", "--no-index", "--no-compile", "--quiet", "--target", str(folder))
    python("-m", "pip", "install", *options, str(wheel), cwd=folder)
    return folder


def read(wheel: Path, name: str) -> str:
    """A file of the wheel's metadata."""
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (path for path in archive.namelist() if path.endswith(f".dist-info/{name}"))
        return archive.read(path).decode("utf-8")


def test_the_wheel_holds_every_lesson_and_style(names: list[str]) -> None:
    lessons = [path for path in (ROOT / "lessons").rglob("*") if path.suffix in (".toml", ".md")]
    styles = list((ROOT / "tutor").rglob("*.tcss"))
    assert len(lessons) > 60 and len(styles) > 3
    wanted = {f"tutor/_lessons/{path.relative_to(ROOT / 'lessons').as_posix()}" for path in lessons}
    wanted |= {path.relative_to(ROOT).as_posix() for path in styles}
    wanted |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "tutor").rglob("*.py")}
    assert wanted <= set(names)


def test_the_wheel_holds_nothing_else(names: list[str]) -> None:
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"tutor", f"nn_tutor-{tutor.__version__}.dist-info"}
    strays = [name for name in names if re.search(r"__pycache__|ubyte|(^|/)(tests|benchmarks|data)/", name)]
    assert not strays


def test_its_metadata_say_what_it_is(wheel: Path) -> None:
    metadata = Parser().parsestr(read(wheel, "METADATA"))
    assert metadata["Name"] == "nn-tutor"
    assert metadata["Version"] == tutor.__version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")
    assert "MIT License" in read(wheel, "licenses/LICENSE")


def test_it_brings_both_commands(wheel: Path) -> None:
    scripts = configparser.ConfigParser()
    scripts.read_string(read(wheel, "entry_points.txt"))
    assert dict(scripts["console_scripts"]) == {"tutor": "tutor.cli:main", "nn-tutor": "tutor.cli:main"}


def test_it_lists_its_lessons_elsewhere(installed: Path, tmp_path: Path) -> None:
    listed = json.loads(python("-m", "tutor", "lessons", "--json", cwd=tmp_path, PYTHONPATH=str(installed)))
    assert [lesson["number"] for lesson in listed] == [0, 1, 2, 3, 4, 5]
    assert all(lesson["steps"] for lesson in listed)


def test_it_opens_lesson_1_elsewhere(installed: Path, tmp_path: Path) -> None:
    opened = python(
        "-c",
        OPENED,
        str(installed),
        cwd=tmp_path,
        PYTHONPATH=str(installed),
        TUTOR_STATE_DIR=str(tmp_path / "state"),
        TUTOR_DATA_DIR="",
    )
    assert opened.strip()


def test_it_trains_elsewhere(installed: Path, tmp_path: Path) -> None:
    said = python("-m", "tutor", "train", "blobs", "steps=3", cwd=tmp_path, PYTHONPATH=str(installed))
    assert "3 steps in" in said


def test_the_readme_gives_the_two_commands_each_on_a_line_in_a_fence() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    fences = re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    lines = [line for fence in fences for line in fence.splitlines()]
    assert lines.count(START) == 1
    assert lines.count(TEST) == 1


def test_what_the_readme_links_to_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert "docs/lab.svg" in links and "CONTRIBUTING.md" in links
    assert not [link for link in links if not (ROOT / link).is_file()]


def test_ci_runs_the_tests_as_the_readme_says() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    text = script.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    lines = text.replace('"', "").replace("$work/venv", ".venv").replace(" --quiet", "").splitlines()
    assert [line for line in lines if line.startswith("run ")][1:] == [
        f"run {command}" for command in TEST.split(" && ")[1:]
    ]
    assert subprocess.run(["bash", "-n", str(script)], capture_output=True).returncode == 0
