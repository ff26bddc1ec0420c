"""A run as text and as lines, from scripted events: what is written, where, and what happens when nobody reads."""

from __future__ import annotations

import io
import json
import math
import os
import sys
from collections.abc import Iterator

import pytest

from tutor.core.control import Control
from tutor.core.events import EpochDone, Event, RunFinished, RunStarted, StepDone
from tutor.core.runs import LineWriter
from tutor.headless import streams
from tutor.headless.bar import Bar, Drawing, gauge, run_text, span
from tutor.headless.text import TextReport, ending, epoch_line, loss, result_lines
from tutor.headless.train import follow

Caught = pytest.CaptureFixture[str]

STARTED = RunStarted("moons", "cpu", 65, 1800, 200, 1000, ("0", "1"), 2, 4, {"torch": "2.9"})
STEPS = [StepDone(step, 1 + (step > 2), 1 / step, 0.5) for step in range(1, 5)]
EPOCHS = [EpochDone(2, 1, 0.75, 0.5, 0.5, 0.625, 0.25), EpochDone(4, 2, 0.25, 0.75, 0.125, 1.0, 12.0)]
END = RunFinished("done", 4, 0.5, 7200.0, 0.25, 0.125, 1.0, 0.2, 0.9)
RUN: list[Event] = [STARTED, *STEPS[:2], EPOCHS[0], *STEPS[2:], EPOCHS[1], END]
NAN = math.nan


class Terminal(io.StringIO):
    """Standard error, as a terminal that keeps what was written."""

    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


def terminal_of(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal of 80 columns in place of standard error. Not a fixture: pytest sets the streams in between."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    return screen


def shown(written: str) -> str:
    """What a terminal's line shows after all the carriage returns."""
    line = ""
    for part in written.split("\r"):
        line = part + line[len(part) :]
    return line


def test_a_run_as_plain_lines(capsys: Caught) -> None:
    report = TextReport(Bar(shown=False))
    for event in RUN:
        report.write(event, 0.0)
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines() == [
        "moons",
        "cpu, 65 parameters; 1,800 training, 200 validation, 1,000 test samples; torch 2.9",
        "",
        "epoch 1/2  loss 0.7500 (val 0.5000)  accuracy 50.0 % (val 62.5 %)  0.25 s",
        "epoch 2/2  loss 0.2500 (val 0.1250)  accuracy 75.0 % (val 100.0 %)  12 s",
        "",
        "                  loss  accuracy",
        "training        0.2500",
        "validation      0.1250   100.0 %",
        "test            0.2000    90.0 %",
        "",
        "4 steps in 0.50 s, 7,200 samples per second.",
    ]


def test_what_was_not_measured_is_left_out() -> None:
    assert (
        epoch_line(EpochDone(9, 3, 0.5, NAN, 0.25, NAN, 1), 12)
        == "epoch  3/12  loss 0.5000 (val 0.2500)  1.00 s"
    )
    assert epoch_line(EpochDone(9, 3, 0.5, 0.5, NAN, NAN, 1), 12).endswith(
        "loss 0.5000  accuracy 50.0 %  1.00 s"
    )
    regression = result_lines(RunFinished("done", 1, 0.5, 2.0, 0.5, NAN, NAN, 0.25, NAN))
    assert regression[1:4] == ["                  loss", "training        0.5000", "test            0.2500"]
    failed = result_lines(RunFinished("failed", 1, 0.5, 2.0, NAN, NAN, NAN, NAN, NAN))
    assert failed == ["", "1 step in 0.50 s, 2 samples per second."]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.0000"),
        (1.23456, "1.2346"),
        (1e-5, "1.00e-05"),
        (1e20, "1.00e+20"),
        (math.inf, "inf"),
        (NAN, "-"),
    ],
)
def test_losses_of_every_size(value: float, text: str) -> None:
    assert loss(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0.40 s"), (9.996, "10 s"), (59, "59 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_times_as_a_person_says_them(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_how_a_run_ended() -> None:
    def end(reason: str, steps: int = 7) -> str:
        return ending(RunFinished(reason, steps, 1.0, 1.0, NAN, NAN, NAN, NAN, NAN, cause="Because."))

    assert end("done") == ""
    assert end("stopped") == "Stopped after step 7."
    assert end("stopped", 0) == "Stopped. Because."
    assert end("diverged") == "The run diverged at step 7. Because."
    assert end("failed") == "The run failed after step 7. Because."


def test_the_bar_is_one_line_that_makes_room_for_data(
    monkeypatch: pytest.MonkeyPatch, capsys: Caught
) -> None:
    terminal = terminal_of(monkeypatch)
    bar = Bar(shown=True)
    report = TextReport(bar)
    report.write(STARTED, 0.0)
    report.write(STEPS[1], 0.1)
    line = shown(terminal.getvalue())
    assert line.startswith("[#######-------]  50% epoch 1/2  step 2/4  18,000 samples/s  0.10 s left")
    assert len(line) < 80
    report.write(EPOCHS[0], 0.1)
    assert shown(terminal.getvalue()).strip() == ""
    assert terminal.getvalue().endswith("\r")
    assert "\n" not in terminal.getvalue()
    assert "\x1b" not in terminal.getvalue()
    assert capsys.readouterr().out.splitlines()[-1].startswith("epoch 1/2")


def test_the_bar_waits_between_two_drawings(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal_of(monkeypatch)
    bar = Bar(shown=True)
    assert bar.due()
    bar.draw(0.5, "half")
    assert not bar.due()
    assert not Bar(shown=False).due()


def test_a_longer_line_is_covered_by_a_shorter_one(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    bar = Bar(shown=True)
    bar.draw(0.5, "a long text " * 20)
    assert len(terminal.getvalue()) == 80  # the carriage return and 79 cells: the line never wraps
    bar.draw(0.75, "short")
    assert shown(terminal.getvalue()).rstrip().endswith("75% short")


def test_gauge_and_speed() -> None:
    assert gauge(0) == "[--------------]   0%"
    assert gauge(1) == "[##############] 100%"
    assert run_text(0, 10, 32, 0) == "step 0/10"


def test_drawing_into_a_pipe_says_each_tenth_once(capsys: Caught) -> None:
    progress = Drawing(Bar(shown=False))
    for percent in range(101):
        progress(percent / 100, "Drawing the digits")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Drawing the digits: 0 %"
    assert len(lines) == 11
    assert lines[-1] == "Drawing the digits: 100 %"


def test_what_is_drawn_already_is_not_worth_a_line(capsys: Caught) -> None:
    Drawing(Bar(shown=False))(1.0, "Drawing the digits")
    assert capsys.readouterr().err == ""


def test_follow_hands_on_every_event_with_its_time() -> None:
    seen: list[tuple[Event, float]] = []
    finished, lost = follow(iter(RUN), Control(), [], [lambda event, seconds: seen.append((event, seconds))])
    assert (finished, lost) == (END, None)
    assert [event for event, _ in seen] == RUN
    times = [seconds for _, seconds in seen]
    assert times[0] == 0
    assert times == sorted(times)


def test_without_a_reader_the_run_is_stopped_and_kept_to_its_end() -> None:
    control, kept = Control(), list[Event]()

    def events() -> Iterator[Event]:
        for event in RUN:
            yield event
            if control.stopping:
                yield END
                return

    def broken(event: Event, _: float) -> None:
        if isinstance(event, StepDone):
            raise BrokenPipeError

    finished, lost = follow(events(), control, [lambda event, _: kept.append(event)], [broken])
    assert isinstance(lost, BrokenPipeError)
    assert finished == END
    assert kept == [STARTED, STEPS[0], END]


class Counted(io.StringIO):
    """A stream that counts how often it is flushed."""

    flushes = 0

    def flush(self) -> None:
        self.flushes += 1


def test_lines_are_flushed_at_every_event_that_is_no_step() -> None:
    stream = Counted()
    writer = LineWriter(stream)
    for step in range(1, 200):
        writer.write(StepDone(step, 1, 0.5, 0.5), 0.001 * step)
    assert stream.flushes == 0
    writer.write(EPOCHS[0], 0.2)
    assert stream.flushes == 1
    for step in range(200, 1200):  # a second of steps
        writer.write(StepDone(step, 1, 0.5, 0.5), 0.001 * step)
    assert 4 <= stream.flushes <= 6
    assert len([json.loads(line) for line in stream.getvalue().splitlines()]) == 1200


def test_streams_know_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert streams.is_terminal(Terminal())
    assert not streams.is_terminal(io.StringIO())
    assert not streams.is_terminal(None)
    monkeypatch.setenv("TERM", "dumb")
    assert not streams.is_terminal(Terminal())
    latin = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    assert streams.plain("“a” …", latin) == '"a" ...'
    assert streams.plain("“a” …", Terminal()) == "“a” …"
    assert not streams.speaks_utf8(None)


def test_width_is_that_of_the_terminal_or_80(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert streams.width() == 100
    monkeypatch.delenv("COLUMNS")
    monkeypatch.setattr(os, "get_terminal_size", lambda descriptor: os.terminal_size((66, 20)))
    assert streams.width() == 66
