"""Every error that a user can meet. Each message says what happened, why, and what to do, in that order.

TutorError                  exit code 1
├── UsageError              exit code 2: the command or the experiment line was wrong
│   └── ExperimentError     an experiment line that cannot be run
├── DataError               a dataset that is missing, malformed or cannot be written
├── LessonError             a lesson folder with a fault
├── ProgressError           a learner's state that cannot be read or written
├── RunError                a run's folder that cannot be read or written
└── ExportError             a script or notebook that cannot be written
"""

from __future__ import annotations


class TutorError(Exception):
    """Base of all errors shown to a user as one sentence, never as a traceback."""

    exit_code = 1


class UsageError(TutorError):
    """Wrong use: the words on the command line."""

    exit_code = 2


class ExperimentError(UsageError):
    """An experiment line that names something unknown or asks for something impossible."""


class DataError(TutorError):
    """A dataset that is missing, malformed, or cannot be written."""


class LessonError(TutorError):
    """A lesson folder that cannot be opened."""


class ProgressError(TutorError):
    """A learner's state file that cannot be read or written."""


class RunError(TutorError):
    """A run's folder that cannot be read or written."""


class ExportError(TutorError):
    """A script or a notebook that cannot be written."""
