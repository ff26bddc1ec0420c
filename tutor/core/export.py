"""An experiment written out as a plain PyTorch script or a notebook that needs no tutor. Standard library only.

On the same machine both give the losses of `tutor train`, bit for bit.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tutor.core.experiment import Experiment
from tutor.core.runs import replace_file
from tutor.core.script import Section, imports_of, sections
from tutor.errors import ExportError, UsageError

_SAVE = """
if len(sys.argv) > 1:  # a file for the losses was named
    Path(sys.argv[1]).write_text("".join(f"{loss!r}\\n" for loss in losses))
"""


def to_script(experiment: Experiment, data_dir: Path) -> str:
    """The experiment as one Python file. `data_dir` is where the datasets lie on this machine."""
    parts = [_headed(part) for part in sections(experiment, data_dir)]
    code = "\n\n\n".join([*parts, _SAVE.strip()])
    head = (
        f'"""{experiment}\n\n'
        f"Needs {_needs(code)}, and gives the losses of “tutor train” with this line on the same machine.\n"
        "With a file's name, “python SCRIPT losses.txt”, the loss of every step is written there.\n"
        '"""'
    )
    return f"{head}\n\n{imports_of(code)}\n\n{_tidy(code)}\n"


def to_notebook(experiment: Experiment, data_dir: Path) -> str:
    """The experiment as a notebook: nbformat 4.5, a cell of text and one of code for each part."""
    parts = sections(experiment, data_dir)
    code = "\n".join(part.code for part in parts)
    first = (
        f"# {experiment.dataset}, {experiment.model}, {experiment.loss}, {experiment.optimizer}\n\n"
        f"`{experiment}`\n\n"
        f"Needs {_needs(code)}, and gives the losses of `tutor train` with this line on the same machine."
    )
    cells = [_text(first), _code(imports_of(code))]
    for part in parts:
        cells += [_text(f"## {part.title}\n\n{part.says}"), _code(_tidy(part.code))]
    book = {
        "cells": [{"id": f"part-{number}", **cell} for number, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


_KINDS: dict[str, Callable[[Experiment, Path], str]] = {".py": to_script, ".ipynb": to_notebook}


def write_export(experiment: Experiment, path: Path, data_dir: Path, *, force: bool = False) -> None:
    """Write the experiment to `path`, as its ending says. What stands there is replaced only with `force`.

    Raises UsageError for another ending or a file that is there, ExportError when it cannot be written.
    """
    if path.suffix not in _KINDS:
        what = f"the ending {path.suffix}" if path.suffix else "no ending"
        raise UsageError(
            f"{path} has {what}, which no export has. Write NAME.py for a script or NAME.ipynb for a notebook."
        )
    text = _KINDS[path.suffix](experiment, data_dir)
    try:
        if os.path.lexists(path) and not force:
            raise UsageError(
                f"{path} is there already, and was left as it is. Name another file, or add --force."
            )
        if path.is_dir():
            raise IsADirectoryError(0, "a folder of that name is there")
        replace_file(path, lambda fresh: fresh.write_text(text, encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ExportError(
            f"{path} cannot be written: {why}. Name a file in a folder that is there and yours."
        ) from error


def free_name(folder: Path, experiment: Experiment, ending: str) -> Path:
    """A name in the folder that no file has: moons-mlp.py, then moons-mlp-2.py."""
    stem = f"{experiment.dataset}-{experiment.model.partition(':')[0]}"
    number, path = 1, folder / f"{stem}{ending}"
    with contextlib.suppress(OSError):
        while os.path.lexists(path):
            number += 1
            path = folder / f"{stem}-{number}{ending}"
    return path


def _headed(part: Section) -> str:
    """The code below its title; a function or a class stands two lines off."""
    gap = "\n\n\n" if part.code.startswith(("@", "def ", "class ")) else "\n\n"
    return f"# {part.title}. {part.says}{gap}{part.code.strip()}"


def _needs(code: str) -> str:
    return "torch and torchvision" if "datasets." in code else "torch"


def _tidy(code: str) -> str:
    """At most two empty lines together, and none at the ends."""
    while "\n\n\n\n" in code:
        code = code.replace("\n\n\n\n", "\n\n\n")
    return code.strip("\n")


def _text(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(code: str) -> dict[str, Any]:
    source = code.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
