"""Colours and glyphs. Every hex is exact in the 256-colour palette, so a picture looks the same over SSH."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

Glyphs = Literal["braille", "block", "ascii"]

# Series are told apart by their symbol as well: (with Unicode, in ASCII).
SYMBOLS: dict[str, tuple[str, str]] = {
    "train": ("●", "*"),
    "validation": ("▲", "o"),
    "second": ("■", "+"),
    "third": ("◆", "x"),
    "previous": ("○", "."),
    "error": ("×", "!"),
    "train_faint": ("·", ":"),
    "validation_faint": ("·", ","),
}

# Foregrounds of up to ten classes after Okabe and Ito (jfly.uni-koeln.de/color), moved to the 256 palette.
_CLASSES = (
    "#5fafff",
    "#ffaf00",
    "#00af87",
    "#d787af",
    "#ffff5f",
    "#d75f00",
    "#afd7ff",
    "#8787ff",
    "#afafaf",
    "#87d75f",
)
_CLASSES_LIGHT = (
    "#005faf",
    "#af5f00",
    "#00875f",
    "#af5f87",
    "#878700",
    "#d70000",
    "#0087d7",
    "#5f00af",
    "#585858",
    "#5f8700",
)


@dataclass(frozen=True)
class Palette:
    """Hex colours by role. A name of a series slot is a field; `colour` looks one up."""

    train: str = "#5fafff"
    validation: str = "#ffaf00"
    second: str = "#00af87"
    third: str = "#d787af"
    previous: str = "#767676"
    error: str = "#ff5f5f"
    train_faint: str = "#5f5f87"
    validation_faint: str = "#875f00"
    text: str = "#dadada"
    muted: str = "#808080"
    faint: str = "#444444"
    background: str = "#121212"
    classes: tuple[str, ...] = _CLASSES
    # Regions of a binary classifier, from sure of class 0 to sure of class 1, and the line between them.
    regions: tuple[str, ...] = ("#005f87", "#5f5f87", "#444444", "#444444", "#875f5f", "#875f00")
    contour: str = "#eeeeee"
    points: tuple[str, str] = ("#afd7ff", "#ffd787")
    # Heat of a confusion matrix, by share of the row: right on the diagonal, wrong off it.
    right: tuple[str, ...] = ("#262626", "#00005f", "#005f87", "#0087af")
    wrong: tuple[str, ...] = ("#262626", "#5f0000", "#875f00", "#d75f00")

    @classmethod
    def default(cls) -> Palette:
        """Colours for a dark background."""
        return cls()

    @classmethod
    def light(cls) -> Palette:
        """Colours for a light background."""
        return cls(
            train="#005faf",
            validation="#af5f00",
            second="#00875f",
            third="#af5f87",
            previous="#8a8a8a",
            error="#d70000",
            train_faint="#87afd7",
            validation_faint="#d7af87",
            text="#262626",
            muted="#6c6c6c",
            faint="#c6c6c6",
            background="#ffffff",
            classes=_CLASSES_LIGHT,
            regions=("#87d7ff", "#d7d7ff", "#eeeeee", "#eeeeee", "#ffd7d7", "#ffd787"),
            contour="#121212",
            points=("#00005f", "#5f0000"),
            right=("#eeeeee", "#d7d7ff", "#afd7ff", "#5fafff"),
            wrong=("#eeeeee", "#ffd7d7", "#ffd7af", "#ff8700"),
        )

    def colour(self, slot: str) -> str:
        """The hex colour of a slot; an unknown slot takes the colour of text."""
        value = getattr(self, slot, None) if slot in _SLOTS else None
        return value if isinstance(value, str) else self.text


_SLOTS = {field.name for field in fields(Palette)}


def symbol(slot: str, glyphs: Glyphs) -> str:
    """The one-cell sign of a series, which tells it apart where colours cannot."""
    unicode_sign, ascii_sign = SYMBOLS.get(slot, ("●", "*"))
    return ascii_sign if glyphs == "ascii" else unicode_sign
