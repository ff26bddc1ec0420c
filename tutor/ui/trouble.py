"""An error that nobody foresaw: its traceback goes to the log, a sentence to the screen."""

from __future__ import annotations

import traceback
from datetime import datetime

from tutor import paths


def put_down(error: BaseException) -> str:
    """Write the traceback into the log file. Returns the sentence for the screen."""
    log = paths.log_file()
    what = f"Something went wrong inside tutor ({type(error).__name__})."
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as stream:
            stream.write(f"--- {datetime.now().isoformat(timespec='seconds')}\n")
            stream.writelines(traceback.format_exception(error))
    except OSError:
        return f"{what} The details could not be written to {log}."
    return f"{what} The details are in {log}. The rest of the tutor goes on."
