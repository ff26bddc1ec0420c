"""Runs the Python blocks of markdown files: `python blocks_runner.py FILE…` prints a JSON object for each file.

The blocks of a file share a namespace and a scratch folder, as a reader would run them one after another. Torch
is imported once here; each file runs in a fork, so none can change another, hang the rest or end them.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import torch

from tutor.learning.lessons import Fence, fences

SECONDS = 30  # a file takes a second or two


class NoSocket(socket.socket):
    """Stands in the place of socket.socket."""

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        raise OSError("a lesson asked for the network")


def shown_output(text: str, fence: Fence, following: Fence | None) -> str | None:
    """The output that the text shows right below a block, or None when it shows none."""
    if following is None or following.language != "text":
        return None
    closing = fence.line + len(fence.code.split("\n")) + 1
    between = text.split("\n")[closing : following.line - 1]
    return None if any(line.strip() for line in between) else following.code


def run_block(path: Path, fence: Fence, namespace: dict[str, Any]) -> tuple[str, str]:
    """What the block printed, and what went wrong, "" when it did as it says."""
    printed = io.StringIO()
    padded = "\n" * fence.line + fence.code  # so that a traceback counts the file's lines
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(padded, str(path), "exec", dont_inherit=True), namespace)
        except BaseException as error:
            wanted = fence.raises.rpartition(".")[2]
            if wanted and wanted in [kind.__name__ for kind in type(error).__mro__]:
                return printed.getvalue(), ""
            frames = [
                frame.lineno
                for frame in traceback.extract_tb(error.__traceback__)
                if frame.filename == str(path)
            ]
            return (
                printed.getvalue(),
                f"line {frames[-1] if frames else fence.line}: {type(error).__name__}: {error}",
            )
    missed = f"line {fence.line}: {fence.raises} was not raised" if fence.raises else ""
    return printed.getvalue(), missed


def faults(path: Path) -> Iterator[str]:
    """Each block that fails or prints something else than is shown below it."""
    text = path.read_text(encoding="utf-8")
    found = list(fences(text))
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for fence, following in itertools.zip_longest(found, found[1:]):
        if fence.language != "python":
            continue
        printed, wrong = run_block(path, fence, namespace)
        if wrong:
            yield wrong
            return  # what follows builds on this block
        shown = shown_output(text, fence, following)
        if shown is not None and tidy(printed) != tidy(shown):
            yield f"line {fence.line}: printed\n{printed}but the text shows\n{shown}"


def tidy(text: str) -> list[str]:
    """The lines without spaces at their ends."""
    return [line.rstrip() for line in text.rstrip().splitlines()]


def run_file(path: Path) -> list[str]:
    """The faults of one file, found in a fork with a time limit."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        answer_and_exit(path, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as stream:
        answer = stream.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
        return [f"did not end within {SECONDS} seconds"]
    return (
        json.loads(answer)
        if answer
        else [f"ended the process with status {os.waitstatus_to_exitcode(status)}"]
    )


def answer_and_exit(path: Path, writing: int) -> NoReturn:
    """In the fork: write the faults into the pipe, and leave without the interpreter's goodbyes."""
    try:
        signal.alarm(SECONDS)
        with tempfile.TemporaryDirectory() as scratch, os.fdopen(writing, "w", encoding="utf-8") as stream:
            os.chdir(scratch)
            json.dump(list(faults(path)), stream)
            os.chdir("/")
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    torch.set_num_threads(1)
    torch.optim.SGD(
        [torch.zeros(1)], lr=0.1
    )  # the first optimizer imports 900 modules: here, and not in each fork
    torch.manual_seed(0)
    socket.socket = NoSocket  # type: ignore[misc]
    for name in sys.argv[1:]:
        print(json.dumps({"file": name, "faults": run_file(Path(name).resolve())}), flush=True)


if __name__ == "__main__":
    main()
