"""Walks through the real app on a pseudo-terminal, with keys alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminals import Open, Terminal, alive, children

from tutor.learning.progress import Progress

SLOW = "3/mse-against-bce"  # 200 steps at 30 a second: still at work when the test has seen it
CLASSIFIER = "5/complete-classifier"


def ended_well(terminal: Terminal, code: int = 0) -> None:
    """Gone with this code, the terminal as the shell left it, nothing said about a fault."""
    assert terminal.gone() == code
    assert not terminal.alternate
    assert terminal.stty() == terminal.attributes
    assert b"Traceback" not in terminal.raw


def test_first_start_to_the_second_step(terminal: Open, tmp_path: Path) -> None:
    state = tmp_path / "fresh"
    app = terminal(state=state)
    app.until("Welcome")
    app.press("enter")
    app.until("Start: 0")
    app.press("enter")
    app.until("Next")
    first = app.words.splitlines()[0]
    app.press("n")
    app.until(lambda: app.words.splitlines()[0] != first and "2 of" in app.words.splitlines()[0])
    app.press("b")
    app.until("Continue: 0")
    app.press("q")
    ended_well(app)
    progress = Progress.load(state / "progress.json")
    assert not progress.first_start
    assert progress.last.startswith("prerequisites/")


def test_predict_run_and_leave_in_mid_run(terminal: Open) -> None:
    app = terminal(SLOW, columns=100, rows=32)
    app.until("Predict first")
    app.press("p")
    app.until("Where are the two")
    app.press("2", "enter")
    app.until("Locked")
    app.press("n")
    app.until("Space Run")
    app.press("space")
    app.until("Running")
    app.press("b")
    app.until("Continue: 3")
    app.press("q")
    ended_well(app)


@pytest.mark.usefixtures("predicted")
def test_quit_while_a_run_is_paused(terminal: Open) -> None:
    app = terminal(SLOW)
    app.until("Space Run")
    app.press("space")
    app.until("Running")
    below = list(children(app.child.pid))
    app.press("space")
    app.until("Paused")
    app.press("q")
    app.until("Quit now?")
    app.press("enter")
    app.until(lambda: "Quit now?" not in app.words)
    app.press("q")
    app.until("Quit now?")
    app.press("q")
    ended_well(app)
    assert not [pid for pid in below if alive(pid)]


@pytest.mark.usefixtures("predicted")
def test_quit_twice_in_mid_run(terminal: Open) -> None:
    app = terminal(SLOW)
    app.until("Space Run")
    app.press("space")
    app.until("Running")
    app.press("ctrl+q", "ctrl+q")
    ended_well(app)


@pytest.mark.usefixtures("predicted")
def test_a_storm_of_resizes_keeps_the_run(terminal: Open) -> None:
    app = terminal(SLOW, columns=120, rows=40)
    app.until("Space Run")
    app.press("space")
    app.until("Running")
    for columns, rows in [(80, 23), (60, 20), (50, 15), (133, 50), (60, 18), (200, 60), (90, 30)] * 3:
        app.resize(columns, rows)
    app.until("Done")
    app.press("q")
    ended_well(app)


@pytest.mark.usefixtures("predicted")
def test_small_terminals(terminal: Open) -> None:
    app = terminal(SLOW, columns=50, rows=15)
    app.until("60")
    assert "18" in app.words
    for columns, rows in [(60, 20), (80, 23)]:
        app.resize(columns, rows)
        app.until(lambda: "Help" in app.words.splitlines()[-1] and "learning rate" in app.words)
    app.press("space")
    app.until("Running")
    for columns, rows in [(60, 20), (80, 23)]:
        app.resize(columns, rows)
        app.until(lambda: "Quit" in app.words.splitlines()[-1] and "loss" in app.words)
    app.press("q", "q")
    ended_well(app)
