"""Markdown as lessons use it: calm code, and formulas that are never wrapped."""

from __future__ import annotations

from markdown_it.token import Token
from pygments.token import Token as Code
from textual.app import ComposeResult
from textual.content import Content
from textual.highlight import HighlightTheme, highlight
from textual.widgets import Label, Markdown
from textual.widgets._markdown import MarkdownFence


class CalmCode(HighlightTheme):
    """Few colours: keywords in the accent, literals apart, comments quiet, names as they are."""

    STYLES = {
        Code.Comment: "$quiet italic",
        Code.Keyword: "$text-primary bold",
        Code.Keyword.Constant: "$text-warning",
        Code.Operator.Word: "$text-primary bold",
        Code.Literal.Number: "$text-warning",
        Code.Literal.String: "$text-success",
        Code.Name.Decorator: "$text-primary",
        Code.Name.Function: "bold",
        Code.Name.Class: "bold",
        Code.Error: "",
    }


class LessonFence(MarkdownFence):
    """```python is code, ```math a formula as written, anything else plain text."""

    def __init__(self, markdown: Markdown, token: Token, code: str) -> None:
        self.language = (token.info.split() or ["text"])[0]
        super().__init__(markdown, token, code)
        self.add_class(f"-{self.language}" if self.language in ("python", "math") else "-text")

    @classmethod
    def highlight(cls, code: str, language: str, ansi: bool = False, dark: bool = False) -> Content:
        word = (language.split() or ["text"])[0]
        if word != "python":
            return Content(code.rstrip("\n"))
        if ansi:
            return super().highlight(code, word, ansi, dark)
        return highlight(code, language=word, theme=CalmCode)

    def compose(self) -> ComposeResult:
        # A width of its own, so that a long line is cut and can be scrolled to, and never wrapped.
        yield Label(self._highlighted_code, id="code-content")


class LessonMarkdown(Markdown):
    """Markdown from a lesson. Links are shown, and opened only by the app's own means."""

    BLOCKS = {
        **Markdown.BLOCKS,
        "fence": LessonFence,
        "code_block": LessonFence,
    }
    BULLETS = ["• ", "– ", "· "]

    def __init__(self, text: str, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(text, id=id, classes=classes, open_links=False)
