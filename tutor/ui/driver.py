"""The app's end of the terminal: output of its own, input that ends when the terminal does, a calm SIGCONT.

Textual draws on standard error. What C++ and child processes write to standard output and error would land on
the screen, so while the app is open both lead to the log file, and the app writes to a copy of its own.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import selectors
import signal
import sys
import termios
import tty
import unicodedata
from collections.abc import Callable
from typing import Any, cast

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

from tutor import paths
from tutor.ui.painting import Painter

PLAIN = "tutor-plain"  # the error handler for a terminal without UTF-8
# A sign of the same width that says nearly the same; letters lose their accents, the rest becomes a dot.
_PAIRS = (
    "─-━-│|┃|┊:└+┌+┐+┘+┤+├+┴+┬+┼+‹<›>“\"”\"‘'’'–-—-−-×x·.•*●o○o▲^■#◆#▸>←<→>↑^↓v✓+✗x….█#▀#▄#▌#▐#▏|▎|▍|▋|▊|▉|░."
    "σsεeΣSθoμuπpδdλlηn∂d≈~√V∞8⌊[⌋]⌈[⌉]"
)
_NEAR = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))


class TerminalOut:
    """The terminal to write on: a copy of standard error that no C++ code and no child knows."""

    def __init__(self) -> None:
        self.fd = os.dup(2)
        os.set_inheritable(self.fd, False)
        self.encoding = getattr(sys.__stderr__, "encoding", None) or "utf-8"
        self.errors = "replace" if self.encoding.lower().replace("-", "") == "utf8" else PLAIN
        self.muted = False  # set when the app leaves in a hurry
        self._waiting: list[str] = []

    def write(self, text: str) -> int:
        """Keep text until the next flush."""
        self._waiting.append(text)
        return len(text)

    def flush(self) -> None:
        """Write all of it. A terminal that has gone away takes nothing, and says nothing."""
        data = "".join(self._waiting).encode(self.encoding, self.errors)
        self._waiting.clear()
        with contextlib.suppress(OSError):
            while data and not self.muted:
                data = data[os.write(self.fd, data) :]

    def fileno(self) -> int:
        """The descriptor."""
        return self.fd

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(self.fd)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.fd)


class TerminalDriver(LinuxDriver):
    """Textual's driver on a `TerminalOut`. `ended` is called, on the input's thread, when no input can come any more."""

    ended: Callable[[], object] | None = None

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self.painter = Painter()
        self._out = TerminalOut()
        self._file = cast(Any, self._out)
        self._kept: list[int] = []  # copies of standard output and error while the log stands in for them
        self._stopped = False  # the app was suspended by a signal that it saw

    # Standard output and error

    def start_application_mode(self) -> None:
        self.painter.rows.clear()
        self._keep_off_screen()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGWINCH, self._resized)

    def close(self) -> None:
        super().close()
        self._give_back()

    def _keep_off_screen(self) -> None:
        """Let descriptors 1 and 2 lead to the log, or nowhere."""
        if self._kept:
            return
        log = _open_log()
        for fd in (1, 2):
            self._kept.append(os.dup(fd))
            os.dup2(log, fd)
        os.close(log)

    def _give_back(self) -> None:
        for fd, kept in zip((1, 2), self._kept, strict=False):
            os.dup2(kept, fd)
            os.close(kept)
        self._kept.clear()

    def _get_terminal_size(self) -> tuple[int, int]:
        """The size of this terminal: standard output may be the log, and COLUMNS another terminal's."""
        try:
            columns, rows = os.get_terminal_size(self._out.fd)
        except OSError:
            columns, rows = 0, 0
        return columns or 80, rows or 24

    def _resized(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._tell_size)

    def _tell_size(self) -> None:
        """Tell the app the size of now. Textual reads it in the signal's handler, which a second signal may
        interrupt: in a storm of them the last to arrive was sometimes an older size, and stayed."""
        if not self._in_band_window_resize:
            size = Size(*self._get_terminal_size())
            self._app.post_message(events.Resize(size, size))

    # Input

    def run_input_thread(self) -> None:
        """Read keys until the app or the terminal ends. Textual's own would read an ended input for ever."""
        parser = XTermParser(self._debug)
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    data = self._read()
                    if not data:
                        break
                    for message in parser.feed(decode(data)):
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
        if not self.exit_event.is_set() and self.ended is not None:
            self.ended()

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:  # the terminal hung up
            return b""

    # Signals

    def _sigtstp_application(self, *_: object) -> None:
        self._stopped = True
        super()._sigtstp_application()

    def _sigcont_application(self, *_: object) -> None:
        """Come back after a stop. Without one, Slurm's and others' SIGCONT changes nothing."""
        if self._stopped:
            self._stopped = False
            super()._sigcont_application()
        elif self._lost_the_terminal():
            self._loop.call_soon_threadsafe(self._take_back)

    def _lost_the_terminal(self) -> bool:
        """Whether a SIGSTOP, which nobody sees, let the shell set the terminal up for itself; and it is ours again."""
        try:
            if os.tcgetpgrp(self.fileno) != os.getpgrp():
                return False
            return bool(termios.tcgetattr(self.fileno)[tty.LFLAG] & termios.ICANON)
        except (OSError, termios.error):
            return False

    def _take_back(self) -> None:
        """Set the terminal up again as it was, and draw everything."""
        settings = termios.tcgetattr(self.fileno)
        settings[tty.LFLAG] = self._patch_lflag(settings[tty.LFLAG])
        settings[tty.IFLAG] = self._patch_iflag(settings[tty.IFLAG])
        termios.tcsetattr(self.fileno, termios.TCSANOW, settings)
        self.painter.rows.clear()
        self.write("\x1b[?1049h\x1b[?25l\x1b[?1004h\x1b[?7l")
        self._enable_bracketed_paste()
        self._enable_mouse_support()
        self._app.refresh(layout=True)

    # Leaving in a hurry

    def restore(self) -> None:
        """Leave application mode without any thread or queue of the app. May block on a stalled terminal."""
        self._out.muted = True
        with contextlib.suppress(termios.error):
            if self.attrs_before is not None:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            # What a stalled terminal has not shown yet is dropped, so that there is room for what follows.
            termios.tcflush(self._out.fd, termios.TCOFLUSH)
        self._wake_writer()
        with contextlib.suppress(OSError):
            os.write(self._out.fd, RESET)

    def _wake_writer(self) -> None:
        """A writer that hangs on a stalled terminal keeps others out, and only a signal makes it look again."""
        writer = self._writer_thread
        handled = callable(signal.getsignal(signal.SIGTERM))
        if handled and writer is not None and writer.ident and writer.is_alive():
            signal.pthread_kill(writer.ident, signal.SIGTERM)


RESET = (
    b"\x18\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    b"\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[0m"
)


def _open_log() -> int:
    log = paths.log_file()
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Signs of the terminal's own for those that it lacks, each as wide as what it stands for."""
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end].translate(_NEAR)
    return "".join(map(_ascii, lacking)), error.end


def _ascii(char: str) -> str:
    if char.isascii():
        return char
    base = unicodedata.normalize("NFKD", char)[0]
    if unicodedata.combining(char):
        return ""
    narrow = base if base.isascii() else "?"
    return narrow * 2 if unicodedata.east_asian_width(char) in "WF" else narrow


codecs.register_error(PLAIN, _plain)
