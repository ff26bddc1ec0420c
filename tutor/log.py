"""The log file: what went wrong inside tutor, for whoever repairs it."""

from __future__ import annotations

import traceback
from datetime import datetime

from tutor import paths


def note(error: BaseException) -> str:
    """Append the traceback to the log, and say where it is: “are in FILE”."""
    log = paths.log_file()
    trace = "".join(traceback.format_exception(error))
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"{datetime.now().isoformat(timespec='seconds')}\n{trace}\n")
    except OSError as refused:
        return f"could not be written to {log} ({refused.strerror})"
    return f"are in {log}"
