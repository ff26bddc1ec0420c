"""A line of markdown as Content: code, emphasis, nothing else. For answers, reasons and titles."""

from __future__ import annotations

from markdown_it import MarkdownIt
from textual.content import Content

_PARSER = MarkdownIt("commonmark").disable(["link", "image", "autolink", "html_inline", "entity"])
_STYLES = {"strong_open": "bold", "em_open": "italic"}
CODE = "$text-primary on $panel"


def inline(text: str, style: str = "") -> Content:
    """The text with `code`, *emphasis* and **strong** styled. Line breaks become spaces."""
    tokens = _PARSER.parseInline(text.strip())[0].children or []
    open_styles: list[str] = []
    parts: list[tuple[str, str]] = []
    for token in tokens:
        if token.type in _STYLES:
            open_styles.append(_STYLES[token.type])
        elif token.type.endswith("_close"):
            open_styles.pop()
        elif token.type == "code_inline":
            parts.append((token.content, CODE))
        else:
            words = " " if token.type in ("softbreak", "hardbreak") else token.content
            parts.append((words, " ".join(open_styles)))
    content = Content.assemble(*(part if part[1] else part[0] for part in parts))
    return content.stylize_before(style) if style else content
