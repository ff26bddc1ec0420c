"""Terminals that can do less: no colours, no braille, no UTF-8, no cursor, no terminal at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from terminals import Open, Terminal

SLOW = "3/mse-against-bce"
pytestmark = pytest.mark.usefixtures("predicted")


BLOCKS = "▖▗▘▙▚▛▜▝▞▟▀▄▌▐"


def run_a_little(app: Terminal, drawn: str = "") -> str:
    """What a lab shows in mid-run, once one of the signs of `drawn` is there."""
    app.until("Space Run")
    app.press("space")
    app.until(lambda: "Running" in app.words and "loss" in app.words)
    if drawn:
        app.until(lambda: any(sign in app.words for sign in drawn))
    words = app.words
    app.press("q", "q")
    assert app.gone() == 0
    assert b"Traceback" not in app.raw
    return words


def test_no_color_is_grey(terminal: Open) -> None:
    app = terminal(SLOW, NO_COLOR="1")
    run_a_little(app)
    assert all(map(is_grey, app.colours))


def is_grey(code: tuple[int, ...]) -> bool:
    """Whether a colour sequence asks for no colour but black, white and the greys between.

    Textual turns each colour into its grey of the same lightness, and the terminal's 256 colours have greys
    at 16, 231, 232 to 255, and 59, 102, 145, 188 in the cube.
    """
    codes = list(code)
    while codes:
        first = codes.pop(0)
        if first in (38, 48):
            kind, *values = codes[:2] if codes[0] == 5 else codes[:4]
            codes = codes[len(values) + 1 :]
            greys = {16, 59, 102, 145, 188, 231, *range(232, 256)}
            if (kind == 5 and values[0] not in greys) or (kind == 2 and len(set(values)) > 1):
                return False
        elif 31 <= first <= 36 or 41 <= first <= 46 or 91 <= first <= 96 or 101 <= first <= 106:
            return False
    return True


def test_the_linux_console_gets_no_braille(terminal: Open) -> None:
    words = run_a_little(terminal(SLOW, TERM="linux"), BLOCKS)
    assert not [char for char in words if 0x2800 <= ord(char) < 0x2900]
    assert any(char in words for char in BLOCKS)


def test_without_utf8_everything_is_ascii(terminal: Open) -> None:
    app = terminal(SLOW, LC_ALL="C", LANG="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    words = run_a_little(app)
    assert app.raw.isascii()
    assert "< wrong >" in words


def test_latin_1_gets_what_it_can_show(terminal: Open) -> None:
    app = terminal("3", PYTHONIOENCODING="latin-1")
    app.until("From a logit")
    app.press("q")
    assert app.gone() == 0
    text = app.raw.decode("latin-1")
    assert "Binary cross-entropy \N{MIDDLE DOT} " in text
    assert not [char for char in text if "\x80" <= char < "\xa0"]  # the bytes of UTF-8


def first_line(*streams: str, state: Path, **environment: str) -> str:
    """The first line on standard error of `tutor` through a shell, on pipes."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tutor"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TUTOR_STATE_DIR": str(state), **environment},
    )
    assert child.stderr is not None
    with child:
        line = child.stderr.readline()
        child.send_signal(signal.SIGKILL)
        child.stdout.close() if child.stdout else None
    return line.decode()


def test_pipes_get_a_sentence_and_the_tour(state: Path) -> None:
    line = first_line(state=state)
    assert "ssh -t" in line
    assert "tour" in line


def test_a_dumb_terminal_gets_a_sentence_and_the_tour(terminal: Open) -> None:
    app = terminal(TERM="dumb")
    app.until("the tour")
    assert "ssh -t" in app.words.replace("\n", " ")
    assert b"\x1b" not in app.raw
    app.child.kill(signal.SIGKILL)
