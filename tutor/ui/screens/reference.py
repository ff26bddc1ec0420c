"""The quick reference: cards at the left, the card at the right. Opens over any screen and returns to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.errors import TutorError
from tutor.learning.markdown import python_blocks
from tutor.ui.sizes import HEIGHTS, WIDTHS, size_classes
from tutor.ui.styles import styles
from tutor.ui.widgets.key_bar import KeyBar
from tutor.ui.widgets.markdown import LessonMarkdown
from tutor.ui.widgets.reading import Reading
from tutor.ui.widgets.step_list import hang

if TYPE_CHECKING:
    from tutor.learning.steps import Card
    from tutor.ui.app import TutorApp

KIND_NAMES = {"card": "Look up", "mistake": "Mistakes"}


class CardList(OptionList):
    """The cards; moving shows the card at once."""

    help_title: ClassVar[str] = "In the list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open lab", tooltip="Open the lab where this can be tried"),
        Binding("j,down", "cursor_down", "Down", show=False, tooltip="Show the card below"),
        Binding("k,up", "cursor_up", "Up", show=False, tooltip="Show the card above"),
        Binding("home", "first", "First", show=False, tooltip="Show the first card"),
        Binding("end", "last", "Last", show=False, tooltip="Show the last card"),
    ]


class ReferenceScreen(Screen[None]):
    """All cards of the course."""

    CSS_PATH = styles("reading", "reference")
    app: TutorApp
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b,f,escape", "back", "Back", tooltip="Go back to where you were", key_display="b"),
        Binding("y", "copy", "Copy code", tooltip="Copy the code of the card, and save it to a file"),
        Binding(
            "space,pagedown", "page(1)", "Page down", key_display="Space", tooltip="Show more of the card"
        ),
        Binding("pageup", "page(-1)", "Page up", show=False, tooltip="Show what came before"),
    ]

    def __init__(self, card: str = "") -> None:
        super().__init__()
        self._first = card

    def compose(self) -> ComposeResult:
        self.add_class(*size_classes(self.app.size))
        yield Static(Content.styled("Reference", "bold $accent"), classes="bar")
        with Container(id="reference"):
            yield CardList(id="cards", compact=True, markup=False)
            with Reading(id="card"):
                yield LessonMarkdown("")
        yield KeyBar()

    def on_mount(self) -> None:
        listed = self.query_one(CardList)
        kind = ""
        for card in sorted(self.app.course.cards, key=lambda card: card.kind):
            if card.kind != kind:
                if kind:
                    listed.add_option(Option("", disabled=True))
                kind = card.kind
                listed.add_option(Option(Content.styled(KIND_NAMES.get(kind, kind), "$quiet"), disabled=True))
            listed.add_option(Option(hang(card.title, 33, 2), id=card.id))
        if self.app.course.cards:
            listed.highlighted = listed.get_option_index(self._first) if self._first else 1
        else:
            self.query_one(LessonMarkdown).update("These lessons have no cards.")
        listed.focus()

    @property
    def card(self) -> Card | None:
        """The card that is shown."""
        option = self.query_one(CardList).highlighted_option
        return self.app.course.card(option.id) if option and option.id else None

    @on(OptionList.OptionHighlighted)
    async def _show(self) -> None:
        if card := self.card:
            await self.query_one(LessonMarkdown).update(f"## {card.title}\n\n{card.text}")
            self.query_one(Reading).scroll_home(animate=False)
            self.refresh_bindings()

    @on(OptionList.OptionSelected)
    def _open_lab(self) -> None:
        self.action_lab()

    def on_reading_finished(self) -> None:
        self.action_lab()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "copy" and self.is_mounted:
            return self.card is not None and bool(python_blocks(self.card.text))
        return True

    def action_lab(self) -> None:
        if not (card := self.card) or not card.lab:
            return
        try:
            lesson, step = self.app.course.find(card.lab)
        except TutorError as error:
            self.app.notify(str(error), severity="warning", markup=False)
            return
        if step is not None:
            self.app.open_step(lesson, step)

    def action_copy(self) -> None:
        if card := self.card:
            self.app.copy_code("\n\n".join(block.code.rstrip() for block in python_blocks(card.text)) + "\n")

    def action_page(self, direction: int) -> None:
        reading = self.query_one(Reading)
        reading.action_page_down() if direction > 0 else reading.action_page_up()

    def action_back(self) -> None:
        self.dismiss(None)
