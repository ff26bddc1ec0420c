"""Keys as people read them on a keyboard."""

from __future__ import annotations

import unicodedata

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
}


def key_words(key: str) -> str:
    """The name of one key: `Enter`, `?`, `Ctrl+Q`, `F1`, `n`."""
    if key in WORDS:
        return WORDS[key]
    if key.startswith("ctrl+"):
        return f"Ctrl+{key_words(key.removeprefix('ctrl+')).upper()}"
    if len(key) == 1:
        return key
    if key[0] == "f" and key[1:].isdigit():
        return key.upper()
    return sign(key)


def sign(key: str) -> str:
    """The sign that Textual names by its Unicode name: `question_mark` is `?`, `plus` and `plus_sign` are `+`."""
    name = key.replace("_", " ")
    for full in ("hyphen-minus" if "minus" in name else name, f"{name} sign"):
        try:
            return unicodedata.lookup(full)
        except KeyError:
            continue
    return key
