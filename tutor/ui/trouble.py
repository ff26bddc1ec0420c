"""An error that nobody foresaw: its traceback goes to the log, a sentence to the screen."""

from __future__ import annotations

from tutor.log import note


def put_down(error: BaseException) -> str:
    """Write the traceback into the log file. Returns the sentence for the screen."""
    return f"Something went wrong inside tutor ({type(error).__name__}). The details {note(error)}."
