"""The line above a step: what it is, where you are, what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from tutor.ui.places import minutes_left, position

if TYPE_CHECKING:
    from tutor.learning.progress import Progress
    from tutor.learning.steps import Lesson, Step


class TopBar(Widget):
    """The step's title at the left, its place at the right; the place gives way when the line is short."""

    def __init__(self, lesson: Lesson, step: Step, progress: Progress) -> None:
        super().__init__()
        self.lesson = lesson
        self.step = step
        self.progress = progress

    def places(self) -> list[str]:
        """The place in words, from the longest to the shortest."""
        here, count = position(self.lesson, self.step), len(self.lesson.steps)
        lesson = f"{self.lesson.number} {self.lesson.title}"
        left = minutes_left(self.lesson, self.progress)
        left_words = f"about {left} min left" if left else "lesson done"
        return [
            f"{lesson} · step {here} of {count} · {left_words}",
            f"{lesson} · {here} of {count} · {left_words.removeprefix('about ')}",
            f"{lesson} · {here} of {count}",
            f"Lesson {self.lesson.number} · {here} of {count}",
            f"{here} of {count}",
        ]

    def render(self) -> Content:
        title = Content.styled(self.step.title, "bold $accent")
        room = self.size.width - title.cell_length - 2
        place = next((words for words in self.places() if len(words) <= room), "")
        gap = max(0, self.size.width - title.cell_length - len(place))
        return Content.assemble(title, " " * gap, (place, "$quiet"))
