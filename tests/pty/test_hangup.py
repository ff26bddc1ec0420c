"""Losing the connection, signals, and what is written behind the app's back, each on a real pseudo-terminal."""

from __future__ import annotations

import contextlib
import os
import signal
import termios
import time
from pathlib import Path

import pytest
from terminals import TIMEOUT, Open, Terminal, alive

from tutor.learning.progress import Progress

SLOW = "3/mse-against-bce"
LIMIT = 2.0  # seconds from the signal to the end

pytestmark = pytest.mark.usefixtures("predicted")


def running(terminal: Open) -> Terminal:
    """A lab in mid-run."""
    app = terminal(SLOW)
    app.until("Space Run")
    app.press("space")
    app.until("Running")
    return app


def saved(state: Path) -> bool:
    return Progress.load(state / "progress.json").last == "binary-cross-entropy/mse-against-bce"


@pytest.mark.parametrize(
    ("number", "in_mid_run"), [(signal.SIGHUP, True), (signal.SIGTERM, False), (signal.SIGINT, False)]
)
def test_a_signal_ends_the_app_in_good_order(
    terminal: Open, state: Path, number: int, in_mid_run: bool
) -> None:
    app = running(terminal) if in_mid_run else terminal(SLOW)
    app.until("learning rate")
    start = time.monotonic()
    os.kill(app.child.pid, number)
    assert app.gone() == 128 + number
    assert time.monotonic() - start < LIMIT
    assert not app.alternate
    assert app.stty() == app.attributes
    assert saved(state)


def test_a_signal_while_the_terminal_is_stalled(terminal: Open, state: Path) -> None:
    """Nothing reads the terminal, it is full, and the keys repaint more than the app's own queue holds."""
    app = running(terminal)
    pid = app.child.pid
    fill(pid)
    app.press(*"v" * 40)
    start = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not alive(pid))
    assert time.monotonic() - start < LIMIT
    assert app.gone() == 128 + signal.SIGTERM
    assert app.stty() == app.attributes
    assert not app.alternate
    assert saved(state)


def fill(pid: int) -> None:
    """Write on the process's terminal until it takes no more."""
    fd = os.open(Path(f"/proc/{pid}/fd/0").readlink(), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(fd, b" " * 1024)
    os.close(fd)


def test_the_terminal_hangs_up(terminal: Open, state: Path) -> None:
    app = terminal(SLOW)
    app.until("learning rate")
    pid = app.child.pid
    start = time.monotonic()
    app.child.ptyproc.fileobj.close()
    app.child.closed = True
    _, status = os.waitpid(pid, 0)
    assert time.monotonic() - start < LIMIT
    assert os.waitstatus_to_exitcode(status) == 128 + signal.SIGHUP
    app.child.ptyproc.terminated = True
    assert saved(state)


def test_the_end_of_input_ends_the_app(terminal: Open) -> None:
    """The terminal stays, and says that no more keys will come: Textual's own driver would read that for ever."""
    app = terminal(program=ENDED_INPUT)
    app.until("Start: 0")
    start = time.monotonic()
    os.kill(app.child.pid, signal.SIGUSR1)
    app.press("x")
    assert app.gone() == 128 + signal.SIGHUP
    assert time.monotonic() - start < LIMIT
    assert not app.alternate


ENDED_INPUT = """
import os, signal, sys
from tutor.cli import main
reads = os.read
signal.signal(signal.SIGUSR1, lambda *_: ended.append(1))
ended = []
def read(fd, count):
    if fd == 0 and ended:
        return b""
    return reads(fd, count)
os.read = read
sys.exit(main([]))
"""


def test_a_stray_sigcont_changes_nothing(terminal: Open) -> None:
    app = running(terminal)
    threads = len(list(Path(f"/proc/{app.child.pid}/task").iterdir()))
    written = app.raw.count(b"\x1b[?1049h")
    for _ in range(3):
        os.kill(app.child.pid, signal.SIGCONT)
    app.press("space")
    app.until("Paused")
    assert app.raw.count(b"\x1b[?1049h") == written == 1
    assert len(list(Path(f"/proc/{app.child.pid}/task").iterdir())) <= threads
    app.press("q", "q")
    assert app.gone() == 0
    assert app.stty() == app.attributes


def test_a_stop_that_nobody_saw(terminal: Open) -> None:
    """SIGSTOP, a shell that sets up the terminal for itself, SIGCONT: the app takes the terminal back."""
    app = running(terminal)
    mine = app.stty()
    os.kill(app.child.pid, signal.SIGSTOP)
    termios.tcsetattr(app.child.child_fd, termios.TCSANOW, app.attributes)
    os.kill(app.child.pid, signal.SIGCONT)
    app.until(lambda: app.raw.count(b"\x1b[?1049h") == 2)
    app.press("q", "q")
    app.until("Quit now?")
    assert app.stty() == mine
    app.press("q")
    assert app.gone() == 0
    assert app.stty() == app.attributes


NOISY = """
import ctypes, os, subprocess, sys, threading
from tutor.cli import main
from tutor.ui.app import TutorApp
from tutor.ui.warming import Warming
after = TutorApp._after_first_paint
Warming.start = lambda warming: None  # Python ends in its own way only without that thread
def noise(app):
    after(app)
    libc = ctypes.CDLL(None)
    libc.write(2, b"noise from C\\n", 13)
    libc.puts(b"noise from puts")
    libc.fflush(None)
    subprocess.run(["sh", "-c", "echo noise from a child; echo noise too >&2"])
    print("noise from print")
    print("noise from stderr", file=sys.stderr)
    app.notify("all is quiet")
TutorApp._after_first_paint = noise
code = main([])
print("after", flush=True)
subprocess.run(["echo", "after the app"])
sys.exit(code)
"""


def test_noise_lands_in_the_log(terminal: Open, state: Path) -> None:
    app = terminal(program=NOISY)
    app.until("all is quiet")
    app.press("q")
    assert app.gone() == 0
    assert b"noise" not in app.raw
    assert app.raw.endswith(b"after\r\nafter the app\r\n")
    log = (state / "xdg" / "nn-tutor" / "log" / "tutor.log").read_text("utf-8")
    for line in ("noise from C", "noise from puts", "noise from a child", "noise too"):
        assert line in log


def wait_until(condition: object) -> None:
    """Poll a condition of another process, within the limit of all conditions."""
    end = time.monotonic() + TIMEOUT
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        os.sched_yield()
