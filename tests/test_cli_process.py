"""The real command in child processes: what it imports, Ctrl+C, closed pipes, streams of every kind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
import torch
from cli_helpers import MODULES, command, loaded, start, write_lessons

from tutor import __version__
from tutor.core.runs import MODEL, read_run

HEAVY = {"torch", "torchvision", "numpy", "textual", "rich", "plotext"}


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_lessons(tmp_path_factory.mktemp("lessons"), "moons epochs=1", "blobs epochs=1"))


def test_version_imports_nothing_heavy() -> None:
    code, out, err = command("--version", program=MODULES)
    assert (code, out) == (0, f"tutor {__version__}\n")
    assert not loaded(err) & {*HEAVY, "platformdirs", "tomllib", "json"}


def test_listing_lessons_loads_no_torch_and_no_app(lessons: str) -> None:
    code, out, err = command("lessons", "--json", "--lessons", lessons, program=MODULES)
    assert code == 0
    assert len(json.loads(out)) == 2
    assert not loaded(err) & HEAVY


def test_ctrl_c_stops_after_the_step_keeps_the_run_and_no_app_was_loaded(tmp_path: Path) -> None:
    child = start("train", "moons mlp:8 epochs=100000", "--out", str(tmp_path / "run"), program=MODULES)
    assert child.stdout is not None
    assert child.stderr is not None
    with child:
        first = next(line for line in child.stdout if line.startswith("epoch"))
        child.send_signal(signal.SIGINT)
        rest = child.stdout.read()
        err = child.stderr.read()
    assert child.returncode == 130
    assert first.split()[1] == "1/100000"
    assert "test" in rest
    assert err.startswith("tutor: Stopped after step ")
    assert "torch" in loaded(err)
    assert not loaded(err) & {"textual", "rich", "plotext"}
    run = read_run(tmp_path / "run")
    assert run.finished is not None
    assert run.finished["reason"] == "stopped"
    assert run.finished["steps"] == sum(event["event"] == "step_done" for event in run.events)
    shapes = [
        tuple(tensor.shape) for tensor in torch.load(tmp_path / "run" / MODEL, weights_only=True).values()
    ]
    assert shapes == [(8, 2), (8,), (1, 8), (1,)]


def test_a_closed_pipe_is_quiet_and_keeps_the_run(tmp_path: Path) -> None:
    child = start("train", "moons mlp:8 epochs=100000", "--json", "--out", str(tmp_path / "run"))
    assert child.stdout is not None
    assert child.stderr is not None
    with child:
        first = json.loads(child.stdout.readline())
        child.stdout.close()
        err = child.stderr.read()
    assert first["event"] == "run_started"
    assert err == ""
    assert child.returncode == 141
    run = read_run(tmp_path / "run")
    assert run.finished is not None
    assert run.finished["reason"] == "stopped"
    assert (tmp_path / "run" / MODEL).is_file()


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A line of sh, in which `tutor` is the command."""
    line = line.replace("tutor ", f"{sys.executable} -m tutor ")
    return subprocess.run(
        ["sh", "-c", line], env={**os.environ, **environment}, capture_output=True, check=False, timeout=60
    )


def test_both_streams_closed_early(lessons: str) -> None:
    done = shell(f"{{ tutor lessons --lessons {lessons}; echo $? >&2; }} | true")
    assert done.stderr in (b"141\n", b"0\n")  # the listing may have been written before `true` ended
    done = shell(f"tutor lessons --lessons {lessons} 2>&1 >&- ")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_full_disk_is_a_sentence(lessons: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    done = shell(f"tutor lessons --lessons {lessons} > /dev/full")
    assert done.returncode == 1
    assert b"No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_stream_without_utf8_gets_plain_words(tmp_path: Path, encoding: str) -> None:
    folder = write_lessons(tmp_path, "moons epochs=1")
    path = folder / "0_lesson" / "lesson.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("Some text", "σ(x) – “so”"), encoding="utf-8")
    done = shell(f"tutor lessons --lessons {folder}; tutor 7 --lessons {folder}", PYTHONIOENCODING=encoding)
    assert b'?(x) - "so"' in done.stdout
    assert done.stderr.startswith(b'tutor: There is no lesson 7. Known: 0 lesson-0. Write "tutor lessons"')


def test_a_terminal_opens_the_app_at_the_place_and_quits_cleanly(lessons: str, tmp_path: Path) -> None:
    environment = {**os.environ, "TERM": "xterm-256color", "TUTOR_STATE_DIR": str(tmp_path)}
    words = ["-m", "tutor", "1/text", "--lessons", lessons]
    child = pexpect.spawn(sys.executable, words, env=environment, dimensions=(24, 80), timeout=60)
    child.expect("Some words")
    child.send("q")  # PyTorch is still being imported on a thread
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, child.signalstatus) == (0, None)
