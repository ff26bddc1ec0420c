"""The line of keys at the foot of a screen. What does not fit is left out from the right; the ways to help and out stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from tutor.ui.keys import key_words

if TYPE_CHECKING:
    from textual.binding import ActiveBinding

ALWAYS = ("help", "quit", "back", "home")
GAP = 2


class Key(NamedTuple):
    """One entry of the line."""

    key: str
    name: str
    words: str
    action: str

    @property
    def width(self) -> int:
        return len(self.name) + 1 + len(self.words)


def entry(key: str, active: ActiveBinding) -> Key:
    """How a binding stands on the line."""
    binding = active.binding
    return Key(key, binding.key_display or key_words(key), binding.description, binding.action)


def shown(active: dict[str, ActiveBinding]) -> list[Key]:
    """The keys that ask to be shown, one for each action: Enter, then the nearest to the focus."""
    found: dict[str, Key] = {}
    for key, binding in active.items():
        if binding.enabled and binding.binding.show and binding.binding.description:
            found.setdefault(binding.binding.action, entry(key, binding))
    return sorted(found.values(), key=lambda key: key.key != "enter")


def fit(keys: list[Key], width: int) -> list[Key]:
    """As many keys as fit into `width` cells. Those that are always shown make the others give way."""
    kept = list(keys)
    while sum(key.width + GAP for key in kept) - GAP > width:
        optional = [key for key in kept if key.action not in ALWAYS]
        if not optional:
            break
        kept.remove(optional[-1])
    return kept


class KeyBar(Widget):
    """Shows the keys that work where the focus is; a click presses one."""

    ALLOW_SELECT = False

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._update)

    def _update(self, screen: Screen[object]) -> None:
        self.refresh()

    @property
    def keys(self) -> list[Key]:
        """What is on the line now."""
        lead: tuple[str, ...] = getattr(self.screen, "lead_keys", ())
        keys = shown(self.screen.active_bindings)
        keys.sort(key=lambda key: lead.index(key.action) if key.action in lead else len(lead))
        return fit(keys, self.size.width)

    def render(self) -> Content:
        parts = [
            Content.assemble((key.name, "bold $accent"), " ", (key.words, "$footer-description-foreground"))
            for key in self.keys
        ]
        return Content(" " * GAP).join(parts)

    def on_click(self, event: events.Click) -> None:
        start = 0
        offset = event.get_content_offset(self)
        for key in self.keys:
            if offset is not None and start <= offset.x < start + key.width:
                self.app.simulate_key(key.key)
                return
            start += key.width + GAP
