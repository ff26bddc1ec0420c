"""Reading lesson files by key, noting each fault and going on to the next."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.learning.steps import nearest

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ID = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where. Places in a list count from 1; a step is named by its id when it has one."""

    file: Path
    key: str
    reason: str

    def __str__(self) -> str:
        return CONTROL.sub("?", f"{self.file}: {self.key}: {self.reason}".replace("\n", " "))


class Table:
    """One table of a TOML file. Asking for a key checks it; `done()` names the keys that nobody asked for.

    A key that is missing or of the wrong type adds a fault and reads as its neutral value ("", 0, ()).
    """

    def __init__(self, values: dict[str, Any], file: Path, faults: list[Fault], at: str = "") -> None:
        self.values, self.file, self.faults, self.at = values, file, faults, at
        self._asked: set[str] = set()

    def key(self, name: str) -> str:
        """The full name of a key of this table: `steps.logits.title`."""
        return f"{self.at}.{name}" if self.at else name

    def fault(self, name: str, reason: str) -> None:
        """Note what is wrong with a key."""
        self.faults.append(Fault(self.file, self.key(name), reason))

    def has(self, name: str) -> bool:
        """Whether the key is there at all."""
        self._asked.add(name)
        return name in self.values

    def text(self, name: str, needed: bool = True, lines: bool = False) -> str:
        """A text that is not empty; with `lines` it may hold line breaks."""
        value: str | None = self._get(name, str, "text in quotes", needed)
        if value is None:
            return ""
        if not value.strip():
            self.fault(name, "is empty. Write a text, or leave the key out if it is optional.")
            return ""
        if CONTROL.search(value) or (not lines and "\n" in value.strip()):
            self.fault(name, "holds a control character or a line break. Keep it to plain text on one line.")
            return ""
        return value.strip()

    def identifier(self, name: str) -> str:
        """An id: small letters, digits and hyphens, with a letter in it; a number alone would name a lesson."""
        value = self.text(name)
        if not value or (_ID.fullmatch(value) and value.strip("-0123456789")):
            return value
        self.fault(name, f"“{value}” is not an id. Use small letters, digits and hyphens, with a letter.")
        return ""

    def whole(self, name: str, low: int, high: int, needed: bool = True) -> int:
        """A whole number from `low` to `high`; 0 when it is left out."""
        value: int | None = self._get(name, int, f"a whole number from {low} to {high}", needed)
        if value is None:
            return 0
        if not low <= value <= high:
            self.fault(name, f"is {value}. It must be from {low} to {high}.")
        return value

    def flag(self, name: str) -> bool:
        """`true` or `false`; false when it is left out."""
        return self._get(name, bool, "true or false", needed=False) is True

    def texts(self, name: str, needed: bool = True) -> tuple[str, ...]:
        """A list of texts, none empty, none twice."""
        found = self._get(name, list, "a list of texts in quotes", needed) or []
        good = tuple(
            item for item in found if isinstance(item, str) and item.strip() and not CONTROL.search(item)
        )
        if len(good) < len(found):
            self.fault(name, "must hold only texts in quotes, none of them empty.")
        if len(set(good)) < len(good):
            self.fault(name, "holds the same text twice. Keep one of them.")
        return good

    def tables(self, name: str, needed: bool = True) -> list[Table]:
        """The tables of `[[name]]`; one that has an id is called by it in faults."""
        found = self._get(name, list, f"tables, each begun by [[{self._header(name)}]]", needed) or []
        good = [item for item in found if isinstance(item, dict)]
        if len(good) < len(found):
            self.fault(name, f"must hold only tables, each begun by [[{self._header(name)}]].")
        return [
            Table(item, self.file, self.faults, f"{self.key(name)}.{_named(item) or place}")
            for place, item in enumerate(good, 1)
        ]

    def one_of(self, name: str, known: Collection[str], needed: bool = True) -> str:
        """A text that is one of the known words; "" when it is not."""
        value = self.text(name, needed)
        if not value or value in known:
            return value
        self.unknown_word(name, value, known)
        return ""

    def unknown_word(self, name: str, word: str, known: Collection[str]) -> None:
        """Note a word that does not exist, with the nearest that does."""
        self.fault(name, f"“{word}” is unknown.{_meant(word, known)} It is one of: {', '.join(known)}.")

    def done(self, header: str = "") -> None:
        """Name each key that nobody asked for, with the nearest that exists here."""
        for name in [name for name in self.values if name not in self._asked]:
            where = f" in {header}" if header else ""
            known = sorted(self._asked)
            self.fault(name, f"is not a key{where}.{_meant(name, known)} Keys here: {', '.join(known)}.")

    def _header(self, name: str) -> str:
        """The name as a TOML header writes it: without places and ids."""
        return ".".join([*self.at.split(".")[::2], name]) if self.at else name

    def _get(self, name: str, kind: type, wanted: str, needed: bool) -> Any:
        self._asked.add(name)
        value = self.values.get(name)
        if value is None:
            if needed:
                self.fault(name, f"is missing. Write {wanted}.")
            return None
        if type(value) is not kind:
            self.fault(name, f"is {_spoken(value)}. Write {wanted}.")
            return None
        return value


def _named(item: dict[str, Any]) -> str:
    value = item.get("id")
    return value if isinstance(value, str) and len(value) < 80 and _ID.fullmatch(value) else ""


def _meant(word: str, known: Collection[str]) -> str:
    near = nearest(word, known)
    return f" Did you mean “{near}”?" if near else ""


_SPOKEN: dict[type, str] = {
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number with a point",
    list: "a list",
    dict: "a table",
}


def _spoken(value: object) -> str:
    return _SPOKEN.get(type(value), "a date or time")
