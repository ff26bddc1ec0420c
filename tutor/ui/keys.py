"""Keys as people read them on a keyboard."""

from __future__ import annotations

from textual.keys import REPLACED_KEYS

WORDS = {
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "escape": "Esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "question_mark": "?",
    "full_stop": ".",
    "colon": ":",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "comma": ",",
}


def key_words(key: str) -> str:
    """The name of one key: `Enter`, `?`, `Ctrl+Q`, `F1`, `n`."""
    key = REPLACED_KEYS.get(key, key)
    if key in WORDS:
        return WORDS[key]
    if key.startswith("ctrl+"):
        return f"Ctrl+{key_words(key.removeprefix('ctrl+')).upper()}"
    return key.upper() if key[:1] == "f" and key[1:].isdigit() else key
