"""The markdown of lessons: its fences, and its blocks of Python. Line by line, so no text can make it slow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tutor.learning.steps import nearest
from tutor.learning.tables import CONTROL

FENCES = ("python", "math", "text", "toml", "bash", "console", "plain")
MOST_LINES = 120


@dataclass(frozen=True)
class PythonBlock:
    """A block of Python; `line` is where its code starts in the file, `raises` the exception it must raise."""

    code: str
    line: int
    raises: str = ""


@dataclass(frozen=True)
class Fence:
    """A fenced block: the words after the backticks, and what is inside. `line` is the opening line, from 1."""

    line: int
    info: str
    code: str
    closed: bool

    @property
    def language(self) -> str:
        """The first word of the info string; "" when there is none."""
        return self.info.split()[0] if self.info.split() else ""

    @property
    def raises(self) -> str:
        """The exception after `raises=`; "" when there is none."""
        return next((word[7:] for word in self.info.split()[1:] if word.startswith("raises=")), "")


def fences(text: str) -> Iterator[Fence]:
    """All fenced blocks, in order. A block that never closes runs to the end of the text."""
    opened: re.Match[str] | None = None
    for mark in _FENCE_LINE.finditer(text):
        if opened is None:
            if mark[2][0] == "~" or "`" not in mark[3]:  # else it is code within a line
                opened = mark
        elif mark[2].startswith(opened[2]) and not mark[3].strip():
            yield _fence(text, opened, mark.start())
            opened = None
    if opened:
        yield _fence(text, opened, None)


def python_blocks(text: str) -> list[PythonBlock]:
    """The Python blocks of a text, in order, as a test runs them: all in one namespace."""
    return [
        PythonBlock(fence.code, fence.line + 1, fence.raises)
        for fence in fences(text)
        if fence.language == "python"
    ]


def markdown_faults(text: str) -> list[tuple[int, str]]:
    """Line and reason for each fault of a text: fences that are open or unknown, Python that does not compile."""
    found = [(text.count("\n", 0, odd.start()) + 1, _CONTROL_REASON) for odd in [CONTROL.search(text)] if odd]
    for fence in fences(text):
        if not fence.closed:
            found.append((fence.line, "opens a fence that never closes. Add a line of three backticks."))
        found += [(fence.line, reason) for reason in _info_faults(fence)]
        if fence.language == "python" and fence.closed:
            found += _python_faults(fence)
    return found


_CONTROL_REASON = "holds a control character, which a terminal might obey. Remove it."


# A line of three backticks or tildes at least: it opens a fence, or closes one. Tried at line starts only.
_FENCE_LINE = re.compile(r"^([ \t]*)(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)


def _fence(text: str, opened: re.Match[str], end: int | None) -> Fence:
    code = text[opened.end() + 1 : end].removesuffix("\n")
    indent = len(opened[1])
    if indent:
        code = "\n".join(line[min(indent, len(line) - len(line.lstrip())) :] for line in code.split("\n"))
    return Fence(text.count("\n", 0, opened.start()) + 1, opened[3].strip(), code, end is not None)


def _info_faults(fence: Fence) -> Iterator[str]:
    language, words = fence.language, fence.info.split()[1:]
    if language and language not in FENCES:
        near = nearest(language, FENCES)
        meant = f" Did you mean “{near}”?" if near else ""
        yield f"opens a fence called “{language[:80]}”, which is unknown.{meant} Known: {', '.join(FENCES)}."
    for word in words:
        if language != "python" or not word.startswith("raises="):
            yield f"has “{word[:80]}” after the fence's name. Only python takes a word there: raises=ValueError."
        elif not all(part.isidentifier() for part in word[7:].split(".")):
            yield f"has “{word[:80]}”, which names no exception. Write one, as in raises=ValueError."


def _python_faults(fence: Fence) -> list[tuple[int, str]]:
    if fence.raises in ("SyntaxError", "IndentationError", "TabError"):
        return []
    try:
        compile(fence.code, "block", "exec", dont_inherit=True)  # quicker than ast.parse; runs nothing
    except SyntaxError as error:
        return [(fence.line + (error.lineno or 1), f"the Python does not compile: {error.msg}. Correct it.")]
    except (ValueError, RecursionError, MemoryError) as error:
        return [
            (fence.line + 1, f"the Python cannot be read: {error or 'it is nested too deeply'}. Simplify it.")
        ]
    return []
