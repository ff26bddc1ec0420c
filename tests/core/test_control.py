"""Pause, step, stop and pace, from another thread. No test sleeps: each waits for what it needs."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import pytest

from tutor.core.control import Control, paced
from tutor.core.events import Event, Looked, RunFinished, StepDone
from tutor.core.experiment import parse
from tutor.core.training import train, train_together

LONG = 30.0  # seconds after which a test gives up; none takes that long


class Held:
    """A run consumed on a thread of its own; `steps` receives what it did."""

    def __init__(self, control: Control, events: Iterator[Event] | None = None) -> None:
        self.control = control
        self.events: queue.Queue[Event] = queue.Queue()
        source = events or train(parse("moons mlp:8 steps=1000000"), control=control)
        self.thread = threading.Thread(target=self._consume, args=(paced(source, control),))
        self.thread.start()

    def _consume(self, events: Iterator[Event]) -> None:
        for event in events:
            self.events.put(event)

    def next_step(self, run: int = 0) -> StepDone:
        """The next step of a run, waited for."""
        while True:
            event = self.events.get(timeout=LONG)
            if isinstance(event, StepDone) and event.run == run:
                return event

    def end(self) -> RunFinished:
        """Wait for the end of the run and of the thread."""
        self.thread.join(timeout=LONG)
        assert not self.thread.is_alive()
        last = [event for event in self.events.queue if isinstance(event, RunFinished)]
        return last[-1]


@pytest.fixture
def control() -> Iterator[Control]:
    """A control; whatever a test left running is stopped."""
    control = Control()
    yield control
    control.stop()


class TurnWatcher(Control):
    """A control that says when the run waits for its turn."""

    def __init__(self) -> None:
        super().__init__(paused=True)
        self.asked = threading.Semaphore(0)

    def wait_for_turn(self) -> None:
        self.asked.release()
        super().wait_for_turn()


def test_a_paused_run_makes_no_step_until_one_is_granted() -> None:
    control = TurnWatcher()
    held = Held(control)
    assert control.asked.acquire(timeout=LONG)
    assert held.events.empty()  # it waits before anything happened
    for number in (1, 2, 3):
        control.step()
        assert held.next_step().step == number
        assert control.asked.acquire(timeout=LONG)  # it waits again
        assert control.paused and held.events.empty()
    control.stop()
    assert held.end().reason == "stopped"


def test_steps_granted_in_advance_are_all_made(control: Control) -> None:
    control.pause()
    for _ in range(5):
        control.step()
    held = Held(control)
    assert [held.next_step().step for _ in range(5)] == [1, 2, 3, 4, 5]


def test_resume_goes_on_and_pause_holds() -> None:
    control = TurnWatcher()
    held = Held(control)
    assert control.asked.acquire(timeout=LONG)
    control.resume()
    assert held.next_step().step == 1
    control.pause()
    control.toggle()
    assert not control.paused
    assert held.next_step().step == 2
    control.toggle()
    assert control.paused
    control.stop()
    assert held.end().reason == "stopped"


def test_a_stop_while_paused_returns_at_once() -> None:
    control = TurnWatcher()
    held = Held(control)
    assert control.asked.acquire(timeout=LONG)
    control.stop()
    end = held.end()
    assert end.reason == "stopped" and end.steps <= 1


def test_a_stop_from_another_thread_ends_a_run_at_full_speed(control: Control) -> None:
    held = Held(control)
    held.next_step()
    control.stop()
    assert held.end().reason == "stopped"


def test_a_slow_pace_is_left_at_once(control: Control) -> None:
    control.set_pace(0.001)  # a step in a quarter of an hour
    held = Held(control)
    assert held.next_step().step == 1
    control.set_pace(0)
    assert held.next_step().step == 2
    control.set_pace(0.001)
    control.stop()
    assert held.end().reason == "stopped"


def test_a_pace_spreads_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    control, clock, waited = Control(pace=10), [100.0], []
    monkeypatch.setattr("tutor.core.control.time.monotonic", lambda: clock[0])

    def wait_until(moment: float) -> None:
        waited.append(moment - clock[0])
        clock[0] = moment

    monkeypatch.setattr(control, "wait_until", wait_until)
    steps = [event for event in paced(train(parse("moons steps=5")), control) if isinstance(event, StepDone)]
    assert len(steps) == 5
    assert waited[1:] == pytest.approx([0.1] * 4)


def test_paired_runs_step_together(control: Control) -> None:
    control.pause()
    experiments = [parse("moons mlp:8 steps=1000"), parse("moons mlp:8 mse steps=1000")]
    held = Held(control, train_together(experiments, control=control))
    for number in (1, 2):
        control.step()
        assert held.next_step(0).step == number
        assert held.next_step(1).step == number


def test_pausing_changes_no_number(control: Control) -> None:
    line = "moons mlp:8 bce adam dropout=0.5 steps=6"
    undisturbed = [event.loss for event in train(parse(line)) if isinstance(event, StepDone)]
    control.pause()
    held = Held(control, train(parse(line), control=control))
    seen = []
    for _ in range(3):
        control.step()
        seen.append(held.next_step().loss)
    control.resume()
    seen += [held.next_step().loss for _ in range(3)]
    assert seen == undisturbed
    assert held.end().reason == "done"


def test_a_look_shows_both_of_paired_runs_once(control: Control) -> None:
    experiments = [parse("moons mlp:8 steps=4"), parse("moons mlp:8 mse steps=4")]
    looks = []
    for event in train_together(experiments, control=control, watch=frozenset({"boundary"})):
        if isinstance(event, StepDone) and event.step == 2 and event.run == 1:
            control.look()
        if isinstance(event, Looked):
            looks.append((event.step, event.run))
    assert looks == [(0, 0), (0, 1), (3, 0), (3, 1), (4, 0), (4, 1)]


def test_a_single_step_is_shown_with_its_picture(control: Control) -> None:
    control.pause()
    events = train(parse("moons mlp:8 steps=100"), control=control, watch=frozenset({"boundary"}))
    held = Held(control, events)
    control.look()
    control.step()
    assert held.next_step().step == 1
    control.look()
    control.step()
    picture = held.events.get(timeout=LONG)
    assert isinstance(picture, Looked) and picture.step == 2
    assert held.next_step().step == 2


def test_the_clock_stands_still_while_the_consumer_waits() -> None:
    ticks = [0.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tutor.core.clock.time.perf_counter", lambda: ticks[0])
        events = []
        for event in train(parse("moons mlp:8 steps=5")):
            ticks[0] += 1000  # the consumer takes its time
            events.append(event)
    assert events[-1].seconds == 0
