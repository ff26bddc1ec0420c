"""`tutor export`: an experiment, or the one of a run, as a script or a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tutor.core.experiment import Experiment, parse
from tutor.core.export import write_export
from tutor.core.runs import is_run, read_run
from tutor.core.words import DATASETS
from tutor.errors import UsageError
from tutor.headless import streams


def export_words(words: Sequence[str], *, data_dir: Path, force: bool) -> int:
    """Write what all words but the last name into the file that the last one names. Returns the exit code.

    Raises UsageError, ExperimentError, RunError or ExportError.
    """
    if len(words) < 2:
        raise UsageError(
            "An experiment and a file are needed, or a run's folder and a file. "
            "Write “tutor export moons mlp:16 epochs=5 moons.py”, or “tutor export RUN moons.ipynb”."
        )
    *names, file = words
    experiment, path = _named(names), Path(file).expanduser()
    write_export(experiment, path, data_dir, force=force)
    streams.say(f"tutor: wrote {path}: {experiment}")
    return 0


def _named(names: Sequence[str]) -> Experiment:
    """The experiment of a line, or of the run in a folder: a dataset's name comes first."""
    folder = Path(names[0]).expanduser()
    if (
        len(names) == 1
        and names[0] not in DATASETS
        and (is_run(folder) or folder.is_dir() or "/" in names[0])
    ):
        return parse(read_run(folder).experiment)
    return parse(" ".join(names))
