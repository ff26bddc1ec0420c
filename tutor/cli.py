"""The command `tutor`: reads the words, and imports what a command needs inside that command.

Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted, 141 the reader of the output went away.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tutor import __version__
from tutor.errors import LessonError, TutorError, UsageError
from tutor.headless import streams

if TYPE_CHECKING:
    from tutor.learning.lessons import Course
    from tutor.learning.progress import Progress

INTERRUPTED = 130
CLOSED_PIPE = 141
_TAKE_A_VALUE = ("--lessons", "--data-dir", "--out", "--device")

_COMMANDS = """\
commands:
  tutor                     open the tutor; without a terminal, run the tour
  tutor PLACE               open at a lesson or a step: 3, 3/mse-against-bce, or an id
  tutor playground          open the playground; tutor runs: the runs that are kept
  tutor lessons             lessons and steps, with progress
  tutor tour                every lesson's main experiment, one after another, with a table of results
  tutor train EXPERIMENT    train one experiment: digits mlp:128,64 ce adam lr=1e-3 epochs=3
  tutor export LINE FILE    an experiment, or a run's, as a plain script (.py) or a notebook (.ipynb)
  tutor check-lessons DIR   validate a folder of lessons

Write "tutor COMMAND --help" for the options of a command.
"""


class _Parser(argparse.ArgumentParser):
    """argparse, with mistakes raised as UsageError and the nearest known option named."""

    def error(self, message: str) -> NoReturn:
        unknown = re.search(r"unrecognized arguments: (-[^\s=]+)", message)
        if unknown:
            near = difflib.get_close_matches(unknown[1], self._option_string_actions, n=1)
            message = f"There is no option “{unknown[1]}”." + (f" Did you mean “{near[0]}”?" if near else "")
        else:
            message = f"{message[:1].upper()}{message[1:]}."
        raise UsageError(f"{message} Write “{self.prog} --help” to see what there is.")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code. A mistake of the user's becomes one sentence."""
    streams.prepare()
    try:
        code = _dispatch(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return code
    except SystemExit as leaving:  # argparse, after --help and --version
        return leaving.code if isinstance(leaving.code, int) else 0
    except TutorError as error:
        return _failed(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _failed("stopped by Ctrl+C.", INTERRUPTED)
    except OSError as error:
        return _refused(error)
    except Exception as error:
        return _unexpected(error)


def _dispatch(argv: list[str]) -> int:
    command, words = _split(argv)
    args = _PARSERS[command]().parse_intermixed_args(words)
    code: int = args.run(args)
    return code


def _split(argv: list[str]) -> tuple[str, list[str]]:
    """The command and the other words; the command is empty for `tutor [PLACE]`."""
    is_value = False
    for index, word in enumerate(argv):
        if is_value or word.startswith("-"):
            is_value = not is_value and word in _TAKE_A_VALUE
        elif word in _PARSERS:
            return word, argv[:index] + argv[index + 1 :]
        else:
            break
    return "", argv


def _parser(command: str, says: str, run: Callable[[argparse.Namespace], int], *options: str) -> _Parser:
    """The parser of one command with those of the shared options that it takes."""
    parser = _Parser(f"tutor {command}".strip(), description=says, allow_abbrev=False)
    helps = {
        "--lessons": "a folder of lessons to use instead of the built-in ones",
        "--data-dir": "where datasets are, and where built-in ones are drawn (default: TUTOR_DATA_DIR, or a cache)",
    }
    for option in options:
        if option == "--json":
            parser.add_argument("--json", action="store_true", help="JSON for programs, instead of text")
        else:
            parser.add_argument(option, metavar="DIR", help=helps[option])
    parser.set_defaults(run=run)
    return parser


def _open_parser() -> _Parser:
    says = "A tutor for neural networks in PyTorch that lives in the terminal."
    parser = _parser("", says, _open, "--lessons", "--data-dir")
    parser.usage = "tutor [PLACE] [--lessons DIR] [--data-dir DIR]\n       tutor COMMAND ..."
    parser.epilog = _COMMANDS
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("place", nargs="*", metavar="PLACE", help="a lesson or a step, to open there")
    parser.add_argument("--version", action="version", version=f"tutor {__version__}")
    return parser


def _train_parser() -> _Parser:
    says = "Train one experiment and print what happens. Only the dataset is required."
    parser = _parser("train", says, _train, "--json", "--data-dir")
    parser.add_argument(
        "words",
        nargs="*",
        metavar="EXPERIMENT",
        help="a dataset, then what differs from its defaults: moons mlp:16 lr=0.05 epochs=30",
    )
    parser.add_argument("--out", metavar="DIR", help="write the run into this new folder: events and model")
    parser.add_argument("--device", metavar="D", help="auto, cpu, cuda or mps")
    parser.add_argument("--plot", action="store_true", help="draw loss and accuracy when the run has ended")
    return parser


def _export_parser() -> _Parser:
    says = "Write an experiment, or the one of a run, as plain PyTorch: FILE.py or FILE.ipynb. Neither needs tutor."
    parser = _parser("export", says, _export, "--data-dir")
    parser.usage = "tutor export EXPERIMENT FILE [--force] [--data-dir DIR]\n       tutor export RUN FILE ..."
    parser.add_argument(
        "words", nargs="*", metavar="WORD", help="an experiment, or a folder written by --out; then the file"
    )
    parser.add_argument("--force", action="store_true", help="replace FILE where it is there already")
    return parser


def _check_lessons_parser() -> _Parser:
    parser = _parser(
        "check-lessons", "Validate lessons: one line a fault, FILE: KEY: REASON.", _check_lessons
    )
    parser.add_argument(
        "folder", nargs="?", metavar="DIR", help="the folder of lessons (default: the built-in ones)"
    )
    return parser


_PARSERS: dict[str, Callable[[], _Parser]] = {
    "": _open_parser,
    "lessons": lambda: _parser(
        "lessons", "Lessons and steps, with progress.", _lessons, "--json", "--lessons"
    ),
    "tour": lambda: _parser(
        "tour", "Every lesson's main experiment, headless.", _tour, "--json", "--lessons", "--data-dir"
    ),
    "train": _train_parser,
    "export": _export_parser,
    "check-lessons": _check_lessons_parser,
}


def _open(args: argparse.Namespace) -> int:
    """The app; without a terminal, the tour."""
    from tutor import paths

    left_out: list[str] = []
    course, data_dir = _course(args.lessons, left_out), paths.data_dir(args.data_dir)
    place = _place(course, args.place)
    streams_open = (sys.stdin, sys.stdout, sys.stderr)
    if not all(map(streams.is_terminal, streams_open)):
        if place in ("playground", "runs"):
            raise UsageError(
                f"The {place} can only be shown on a terminal. Over SSH write “ssh -t HOST tutor {place}”; "
                "to train without one, write “tutor train EXPERIMENT”."
            )
        return _tour_instead(course, place, data_dir)
    from tutor.ui import hangup
    from tutor.ui.app import TutorApp

    return _leave(
        hangup.run(TutorApp(course, _progress(), start=place, data_dir=data_dir, notice="\n".join(left_out)))
    )


def _leave(code: int) -> int:
    """End the process here if a thread still imports PyTorch: Python's own end beside it is a crash, often."""
    import threading

    if threading.active_count() > 1:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def _place(course: Course, words: list[str]) -> str:
    """The place to open. Raises UsageError naming the nearest command, lesson or step."""
    if not words or words == ["playground"] or words == ["runs"]:
        return "".join(words)
    try:
        course.find(words[0])
    except LessonError as error:
        known = [lesson.id for lesson in course.lessons] + [name for name in _PARSERS if name]
        near = difflib.get_close_matches(words[0], known, n=1)
        if near and near[0] in _PARSERS:
            raise UsageError(f"There is no command “{words[0]}”. Did you mean “tutor {near[0]}”?") from error
        raise UsageError(
            f"{error} Write “tutor lessons” to see them, “tutor --help” for the commands."
        ) from error
    if len(words) > 1:
        raise UsageError(f"One place can be opened at a time, and “{' '.join(words)}” names {len(words)}.")
    return words[0]


def _tour_instead(course: Course, place: str, data_dir: Path) -> int:
    """Say that a terminal is missing, and run the tour: of the one lesson, when a place was named."""
    from tutor.headless.tour import run_tour

    dumb = os.environ.get("TERM") == "dumb"
    why = (
        "TERM=dumb cannot move a cursor"
        if dumb
        else "standard input, output and error are not all a terminal"
    )
    streams.say(
        f"tutor: the lessons cannot be shown here, because {why}. Over SSH write “ssh -t HOST tutor”. "
        "Running the tour instead."
    )
    lessons = [course.find(place)[0]] if place else course.lessons
    return run_tour(lessons, data_dir=data_dir, as_json=False)


def _lessons(args: argparse.Namespace) -> int:
    from tutor.headless.listing import list_lessons

    progress = _progress()
    if progress.notice:
        streams.say(f"tutor: {progress.notice}")
    list_lessons(_course(args.lessons), progress, as_json=args.json)
    return 0


def _check_lessons(args: argparse.Namespace) -> int:
    from tutor.headless.listing import check_lessons

    return check_lessons(_lessons_folder(args.folder))


def _tour(args: argparse.Namespace) -> int:
    from tutor import paths
    from tutor.headless.tour import run_tour

    return run_tour(_course(args.lessons).lessons, data_dir=paths.data_dir(args.data_dir), as_json=args.json)


def _train(args: argparse.Namespace) -> int:
    from tutor import paths
    from tutor.core.experiment import parse

    experiment = parse(" ".join(args.words))
    if args.device:
        experiment = experiment.change(f"device={args.device}")
    if args.plot and args.json:
        raise UsageError("--plot draws for people and --json writes for programs. Take one of the two.")
    from tutor.headless.train import train_line

    out = Path(args.out).expanduser() if args.out else None
    data_dir = paths.data_dir(args.data_dir)
    return train_line(experiment, data_dir=data_dir, out=out, as_json=args.json, plot=args.plot)


def _export(args: argparse.Namespace) -> int:
    from tutor import paths
    from tutor.headless.export import export_words

    return export_words(args.words, data_dir=paths.data_dir(args.data_dir), force=args.force)


def _progress() -> Progress:
    from tutor.learning.progress import Progress

    return Progress.load()


def _course(chosen: str | None, left_out: list[str] | None = None) -> Course:
    """The lessons of the folder. A faulty one is left out: named in `left_out`, else on standard error."""
    from tutor.learning.kept import keep_course, kept_course

    folder = _lessons_folder(chosen)
    if kept := kept_course(folder):
        return kept
    from tutor.learning.lessons import Fault, load_course

    faults: list[Fault] = []
    course = load_course(folder, faults=faults)
    if not faults:
        keep_course(folder, course)
    for fault in faults:
        if left_out is None:
            streams.say(f"tutor: a lesson was left out. {fault}")
        else:
            left_out.append(f"A lesson was left out. {fault}")
    if not course.lessons:
        raise LessonError(
            f"No lesson in {folder} can be opened. Write “tutor check-lessons {folder}” for the reasons."
        )
    return course


def _lessons_folder(chosen: str | None) -> Path:
    from tutor import paths

    folder = paths.lessons_dir() if chosen is None else Path(chosen).expanduser()
    if folder.is_dir():
        return folder
    siblings: list[str] = []
    with contextlib.suppress(OSError):
        siblings = [child.name for child in folder.parent.iterdir() if child.is_dir()]
    near = difflib.get_close_matches(folder.name, siblings, n=1)
    meant = f" Did you mean “{folder.parent / near[0]}”?" if near else ""
    raise UsageError(f"There is no folder of lessons at {folder}.{meant} Name a folder that holds lessons.")


def _failed(message: str, code: int) -> int:
    """Say what happened, on whatever of standard error is left."""
    try:
        streams.say(f"tutor: {message}")
    except OSError:
        streams.abandon()
    return code


def _refused(error: OSError) -> int:
    """A closed pipe ends quietly; anything else that the system refused is a sentence."""
    streams.abandon()
    if streams.is_closed_pipe(error):
        return CLOSED_PIPE
    where = f"{error.filename}: " if error.filename else ""
    return _failed(
        f"The system refused. {where}{error.strerror or error}. Free or change that, and try again.", 1
    )


def _unexpected(error: Exception) -> int:
    """A fault of tutor's own: the traceback goes to the log, one sentence to the person."""
    from tutor.log import note

    return _failed(
        f"Something went wrong inside tutor ({type(error).__name__}: {error}). The details {note(error)}.", 1
    )
