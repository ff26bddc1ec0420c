"""The desk at which a digit is drawn: pad, pen, the model that reads, and the learner's own test set. No widgets.

Imports numpy, and torch with a reader: made off the UI thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tutor.core.answers import answer_words, best, share_words
from tutor.core.pad import BRUSHES, SIDE, Pad, Picture
from tutor.learning.own_digits import OwnDigit, OwnDigits

if TYPE_CHECKING:
    from tutor.core.reading import Reader

MIDDLE = SIDE // 2


class _Look(NamedTuple):
    """The pad at one moment."""

    drawn: Picture
    fitted: Picture
    probabilities: tuple[float, ...]


class Desk:
    """What the pad shows and the model says, up to date after every change."""

    def __init__(self, names: Sequence[str], own: OwnDigits) -> None:
        self.names = tuple(names)
        self.pad = Pad()
        self.x, self.y = MIDDLE, 5  # the pixel under the pen
        self.down = False
        self.brush = 1
        self.centring = True
        self.reader: Reader | None = None
        self.own = own
        self.own_answers: list[tuple[float, ...]] = []  # of the model, for each digit of the own set
        self._current: _Look | None = None  # None after a change

    # The pen

    def toggle(self) -> None:
        """Put the pen down at its pixel, or lift it."""
        self.down = not self.down
        if self.down:
            self.pad.begin(self.x + 0.5, self.y + 0.5, BRUSHES[self.brush])
            self._current = None

    def move(self, dx: int, dy: int) -> None:
        """Move the pen by pixels; it draws while it is down, and stays on the pad."""
        self.x, self.y = (min(SIDE - 1, max(0, place)) for place in (self.x + dx, self.y + dy))
        if self.down:
            self.pad.extend(self.x + 0.5, self.y + 0.5)
            self._current = None

    def touch(self, x: float, y: float, start: bool) -> None:
        """The mouse draws at a point: it begins a stroke or goes on with it."""
        if start:
            self.pad.begin(x, y, BRUSHES[self.brush])
        elif not self.pad.empty:
            self.pad.extend(x, y)
        self.x, self.y = (min(SIDE - 1, max(0, int(place))) for place in (x, y))
        self.down = True
        self._current = None

    def lift(self) -> None:
        """The pen is up."""
        self.down = False

    def undo(self) -> None:
        """Take the last stroke away; the pen is up then."""
        self.down = False
        self.pad.undo()
        self._current = None

    def clear(self) -> None:
        """An empty pad; the pen is up then."""
        self.down = False
        self.pad.clear()
        self._current = None

    def wider(self, by: int) -> None:
        """Take another brush for the strokes to come."""
        self.brush = min(len(BRUSHES) - 1, max(0, self.brush + by))

    # The model

    def take(self, reader: Reader) -> None:
        """Another model reads from now on."""
        self.reader = reader
        self._current = None
        self._read_own()

    def toggle_centring(self) -> None:
        """Give the model the fitted picture, or the pad as it is."""
        self.centring = not self.centring
        self._current = None

    @property
    def drawn(self) -> Picture:
        """The pad."""
        return self._look().drawn

    @property
    def fitted(self) -> Picture:
        """The digit, centred and fitted."""
        return self._look().fitted

    @property
    def seen(self) -> Picture:
        """What the model gets."""
        return self.fitted if self.centring else self.drawn

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Of each class for what the model gets; () while there is no digit, or no model."""
        return self._look().probabilities

    def _look(self) -> _Look:
        """Both pictures and the answer, made once after any number of changes."""
        if self._current is None:
            drawn, fitted = self.pad.drawn(), self.pad.fitted()
            self._current = _Look(drawn, fitted, self._read(fitted if self.centring else drawn))
        return self._current

    def _read(self, picture: Picture) -> tuple[float, ...]:
        return () if self.reader is None or self.pad.empty else self.reader.read(picture)

    # The own test set

    def keep(self, label: int) -> None:
        """Add the digit, centred, to the own test set with its true label. Raises ProgressError."""
        self.own.add(OwnDigit(label, self.fitted.tobytes()))
        self._read_own()

    def drop(self, at: int) -> None:
        """Take a digit out of the own test set. Raises ProgressError."""
        self.own.drop(at)
        self._read_own()

    def _read_own(self) -> None:
        self.own_answers = self.reader.read_all(self.own_pictures) if self.reader else []

    @property
    def own_pictures(self) -> list[Picture]:
        """The pictures of the own test set."""
        return [np.frombuffer(digit.pixels, dtype=np.uint8).reshape(SIDE, SIDE) for digit in self.own.digits]

    @property
    def own_right(self) -> list[bool]:
        """For each digit of the own test set, whether the model reads it right."""
        return [
            best(answer) == digit.label
            for answer, digit in zip(self.own_answers, self.own.digits, strict=False)
        ]

    # In words

    def words(self) -> str:
        """What the model reads, with its numbers."""
        if not self.probabilities:
            return "" if self.reader is None else "Draw a digit: it is read with every stroke."
        said = answer_words(self.probabilities, self.names)
        if self.centring:
            return said
        centred = self._read(self.fitted)
        digit = best(centred)
        return (
            f"As it lies on the pad: {said} Centred: {self.names[digit]} with {share_words(centred[digit])}."
        )

    def own_words(self) -> str:
        """The score on the own test set; "" while that is empty."""
        right = self.own_right
        return f"Your own test set: {sum(right)} of {len(right)} right." if right else ""

    def state_words(self) -> str:
        """Brush, centring, and which model reads, how well."""
        words = [f"brush {2 * BRUSHES[self.brush]:.1f} px", "centred" if self.centring else "not centred"]
        if self.reader is not None:
            words.append(f"test accuracy {100 * self.reader.accuracy:.1f} %")
        return " · ".join(words)
