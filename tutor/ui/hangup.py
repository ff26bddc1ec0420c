"""Leaving when the connection is lost or the system asks: training stopped, progress saved, terminal restored, gone.

SIGHUP would end Python at once, and the event loop may be stuck on a stalled terminal. So the handlers only wake
a thread, which also watches the terminal for a hang-up; that thread ends the process within two seconds.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING

from tutor.ui.driver import TerminalDriver

if TYPE_CHECKING:
    from tutor.ui.app import TutorApp

SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
SAVING = 1.0  # seconds for stopping the run and saving
RESTORING = 0.5  # seconds for the codes that restore the terminal: a stalled one takes none


class Watch:
    """A thread that sleeps until a signal, a hang-up or the end of input, and then leaves."""

    def __init__(self, app: TutorApp) -> None:
        self._app = app
        self._wake_read, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        self._thread = threading.Thread(target=self._wait, name="hang-up", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._say(0)
        self._thread.join()
        os.close(self._wake)
        os.close(self._wake_read)

    def on_signal(self, signum: int, frame: FrameType | None) -> None:
        """The handler of the signals. It may run while anything is locked, so it only writes a byte."""
        self._say(signum)

    def input_ended(self) -> None:
        """The terminal gives no more input."""
        self._say(signal.SIGHUP)

    def _say(self, number: int) -> None:
        with contextlib.suppress(OSError):
            os.write(self._wake, bytes([number]))

    def _wait(self) -> None:
        poll = select.poll()
        poll.register(self._wake_read, select.POLLIN)
        poll.register(0, 0)  # only hang-ups and errors
        woken = dict(poll.poll())
        number = os.read(self._wake_read, 1)[0] if self._wake_read in woken else int(signal.SIGHUP)
        if number:
            leave(self._app, number)


def leave(app: TutorApp, number: int) -> None:
    """Stop, save, restore the terminal and end the process with 128 + `number`, each within its limit."""
    _within(SAVING, lambda: _stop_and_save(app))
    driver = app._driver
    if isinstance(driver, TerminalDriver):
        _within(RESTORING, driver.restore)
    os._exit(128 + number)


def _stop_and_save(app: TutorApp) -> None:
    app.progress.save()
    if "tutor.ui.training" in sys.modules:
        from tutor.ui.training import stop_all

        stop_all()


def _within(seconds: float, work: Callable[[], object]) -> None:
    """Do it on a thread, and wait for it so long at the most."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)


def run(app: TutorApp) -> int:
    """Run the app on this terminal, and return its exit code."""
    app.driver_class = TerminalDriver
    with watched(app):
        app.run()
    return app.return_code or 0


@contextlib.contextmanager
def watched(app: TutorApp) -> Iterator[None]:
    """While the app runs: a lost connection, SIGHUP, SIGTERM and SIGINT end it in good order."""
    watch = Watch(app)
    TerminalDriver.ended = watch.input_ended
    before = {number: signal.signal(number, watch.on_signal) for number in SIGNALS}
    watch.start()
    try:
        yield
    finally:
        watch.stop()
        TerminalDriver.ended = None
        for number, handler in before.items():
            signal.signal(number, handler)
