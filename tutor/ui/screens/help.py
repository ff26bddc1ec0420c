"""Help: the keys of the screen from which it was opened, grouped, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Static

from tutor.ui import keys
from tutor.ui.screens.over import OverScreen

if TYPE_CHECKING:
    from textual.binding import ActiveBinding

HIDDEN_ACTIONS = (
    *("help_quit", "screen.copy_text", "screen.minimize", "screen.maximize"),
    *("page_left", "page_right", "app.focus_next", "app.focus_previous"),
)


def _group(screen: Screen[object], node: DOMNode, binding: Binding) -> str:
    if binding.group is not None and binding.group.description:
        return binding.group.description
    if isinstance(node, App):
        return "Everywhere"
    return "This screen" if node is screen else getattr(node, "help_title", "Here")


def groups(screen: Screen[object]) -> dict[str, list[tuple[str, str]]]:
    """The keys of a screen: group -> (keys, what they do), keys of one action together."""
    found: dict[str, dict[str, tuple[list[str], str]]] = {}
    # What the key line shows comes first, the rest after it.
    for key, active in sorted(screen.active_bindings.items(), key=lambda item: not item[1].binding.show):
        if _shown(active):
            group = found.setdefault(_group(screen, active.node, active.binding), {})
            words = active.tooltip or active.binding.tooltip or active.binding.description
            names, _ = group.setdefault(words, ([], words))
            names.append(keys.key_words(key))
    everywhere = found.pop("Everywhere", {})
    if everywhere:
        found["Everywhere"] = everywhere
    return {
        name: [(join_keys(names), words) for names, words in group.values()] for name, group in found.items()
    }


def _shown(active: ActiveBinding) -> bool:
    binding = active.binding
    return active.enabled and bool(binding.description) and binding.action not in HIDDEN_ACTIONS


def join_keys(names: list[str]) -> str:
    """`Enter, Space`; a run of digits as `1 … 9`."""
    digits = [name for name in names if name.isdigit()]
    if len(digits) > 2:
        names = [name for name in names if not name.isdigit()] + [f"{digits[0]} … {digits[-1]}"]
    return ", ".join(names)


class HelpScreen(OverScreen[None]):
    """Keys and what they do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1,enter,q", "back", "Close", show=False, tooltip="Close the help"),
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__()
        self.groups = groups(screen)
        self.rest_lines = sum(len(rows) + 2 for rows in self.groups.values())

    def compose(self) -> ComposeResult:
        with Vertical(id="over"):
            yield Static(Content.styled("Keys", "bold $accent"))
            with VerticalScroll(id="help-keys", classes="over-rest"):
                for name, rows in self.groups.items():
                    yield Static(self._group(name, rows), classes="help-group")
            yield Static(Content.assemble(("b", "bold $accent"), ("  back", "$quiet")))

    def _group(self, name: str, rows: list[tuple[str, str]]) -> Content:
        width = 4 + max(len(names) for group in self.groups.values() for names, _ in group)
        lines = [Content.styled(name, "$quiet")]
        lines += [Content.assemble((f"  {names:<{width}}", "bold"), words) for names, words in rows]
        return Content("\n").join(lines)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#help-keys").scroll_relative(y=lines, animate=False)
