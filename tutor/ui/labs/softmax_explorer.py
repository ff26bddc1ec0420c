"""The softmax explorer: five logits to raise and lower, and what softmax and cross-entropy make of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.content import Content

from tutor.core.loss_words import figure
from tutor.core.softmax_words import WAYS, Change, remark, sentences
from tutor.drawing.lines import Lines, blank, fit, sized
from tutor.drawing.signed import signed_bar
from tutor.ui.labs.number_lab import NumberLab, row

if TYPE_CHECKING:
    from tutor.core.softmax_view import Row

NAMES = ("T-shirt", "trouser", "pullover", "dress", "coat")
STEP, PAGE, FURTHEST = 0.5, 10.0, 120.0
SHIFTS = (-100.0, -10.0, -3.0, 0.0, 3.0, 10.0, 100.0, 1e4, 1e6, 1e8)
TEMPERATURES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
NAME, NUMBER = 12, 8
LIMIT = 5.0  # the least that a full bar of a logit means
SURELY_WRONG = 1e-3  # a probability of the true class that answers the prediction


class State(NamedTuple):
    """What the learner has set."""

    scores: tuple[float, ...] = (2.0, 1.0, 0.0, -1.0, 0.5)
    target: int = 0
    shift: int = SHIFTS.index(0.0)
    temperature: int = TEMPERATURES.index(1.0)


# Surely wrong; e^z overflows; 1 / p overflows; p is 0; every e^z is 0.
EDGES = (
    State((9.0, 0.0, 0.0, 0.0, 0.0), 1),
    State((89.0, 88.0, 87.0, 0.0, 0.0), 0),
    State((0.0, -95.0, 0.0, 0.0, 0.0), 1),
    State((0.0, -105.0, 0.0, 0.0, 0.0), 1),
    State((-105.0, -106.0, -107.0, -108.0, -109.0), 0),
)


class SoftmaxExplorerLab(NumberLab):
    """Left and right choose a class, up and down move its logit, Space makes it the true one."""

    lead_keys = ("choose(-1)", "turn(1)", "target", "shift(1)", "heat(1)", "edge", "view", "next")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "choose(-1)", "Class", key_display="← →", tooltip="Choose the class before"),
        Binding("right,l", "choose(1)", "Class", show=False, tooltip="Choose the next class"),
        Binding("up,k", "turn(1)", "Logit", key_display="↑ ↓", tooltip="Raise its logit by a half"),
        Binding("down,j", "turn(-1)", "Logit", show=False, tooltip="Lower its logit by a half"),
        Binding("pageup", "page(1)", "Far up", show=False, tooltip="Raise its logit by ten"),
        Binding("pagedown", "page(-1)", "Far down", show=False, tooltip="Lower its logit by ten"),
        Binding("space", "target", "True class", tooltip="Make the chosen class the true one"),
        Binding(
            "plus,equals_sign", "shift(1)", "Shift all", key_display="+ -", tooltip="Shift all logits up"
        ),
        Binding("minus", "shift(-1)", "Shift all", show=False, tooltip="Shift all logits down"),
        Binding("u", "heat(1)", "Temperature", key_display="u d", tooltip="Raise the temperature"),
        Binding("d", "heat(-1)", "Cooler", show=False, tooltip="Lower the temperature"),
        Binding("e", "edge", "Edges", tooltip="Jump to the next place where a way to compute it fails"),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state = State()
        self.chosen = 0
        self.change: Change = ""
        self.row: Row | None = None
        self.before: Row | None = None  # the row before the last change
        self.edge = -1
        self.seen: set[str] = set()

    def prepare(self) -> None:
        from tutor.core import softmax_view

        softmax_view.look(self.state.scores, self.state.target)  # the first call of a kind is slow

    def prepared(self, result: Any) -> None:
        """Nothing to keep: each state is computed when it is shown."""

    def measure(self) -> None:
        from tutor.core.softmax_view import look

        state = self.state
        self.row = look(
            state.scores,
            state.target,
            shift=SHIFTS[state.shift],
            temperature=TEMPERATURES[state.temperature],
        )
        self.seen |= {self.change} | ({"wrong"} if self.answered else set())
        if not self.locked and "wrong" in self.seen and self.seen & {"shift", "temperature"}:
            self.mark_done()

    # Keys

    def _become(self, state: State, change: Change) -> None:
        """Another state; what it does is told against the one before."""
        if state != self.state:
            self.before, self.change, self.state = self.row, change, state
            self.changed()

    def action_choose(self, by: int) -> None:
        if self.may_move():
            self._choose((self.chosen + by) % len(NAMES))

    def _choose(self, index: int) -> None:
        """Another class in hand; what the last change did to the class before is told no more."""
        self.chosen, self.before, self.change = index, None, ""
        self.changed()

    def action_turn(self, by: int) -> None:
        self._turn(by * STEP)

    def action_page(self, by: int) -> None:
        self._turn(by * PAGE)

    def _turn(self, by: float) -> None:
        if self.may_move():
            scores = list(self.state.scores)
            scores[self.chosen] = min(FURTHEST, max(-FURTHEST, scores[self.chosen] + by))
            self._become(self.state._replace(scores=tuple(scores)), "logit")

    def action_target(self) -> None:
        if self.may_move():
            self._become(self.state._replace(target=self.chosen), "target")

    def action_shift(self, by: int) -> None:
        if self.may_move():
            place = min(len(SHIFTS) - 1, max(0, self.state.shift + by))
            self._become(self.state._replace(shift=place), "shift")

    def action_heat(self, by: int) -> None:
        if self.may_move():
            place = min(len(TEMPERATURES) - 1, max(0, self.state.temperature + by))
            self._become(self.state._replace(temperature=place), "temperature")

    def action_edge(self) -> None:
        if self.may_move():
            self.edge = (self.edge + 1) % len(EDGES)
            self.chosen = EDGES[self.edge].target
            self._become(EDGES[self.edge], "")

    def action_reset(self) -> None:
        self.state, self.chosen, self.change, self.before, self.edge = State(), 0, "", None, -1
        self.changed()

    def clicked(self, x: int, y: int) -> None:
        """A click on a class chooses it."""
        place = (y - 1) // self._rows(self.query_one("#lab-panels").size.height)
        if 0 <= place < len(NAMES):
            self._choose(place)

    # What is shown

    @property
    def answered(self) -> bool:
        return self.row is not None and self.row.probabilities[self.row.target] < SURELY_WRONG

    def head(self) -> Content:
        assert self.row is not None
        shift = SHIFTS[self.state.shift]
        told = [
            ("true", NAMES[self.state.target]),
            ("shift", f"{shift:+g}" if shift else "0"),
            ("T", f"{TEMPERATURES[self.state.temperature]:g}"),
            ("loss", f"{self.row.loss:.3f}"),
            (f"ln {len(NAMES)}", f"{self.row.know_nothing:.3f}"),
            ("entropy", f"{self.row.entropy:.3f}"),
        ]
        parts: list[tuple[str, str]] = []
        for name, value in told[: 6 if self.size.width >= 78 else 5]:
            look = "bold $accent" if name in ("true", "loss") else "bold"
            parts += [(f"{name} ", "$quiet"), (value, look), ("   ", "")]
        return Content.assemble(*parts)

    def words(self) -> str:
        assert self.row is not None
        return sentences(self.row, self.before, self.change, self.chosen, NAMES)

    def draw_lab(self, width: int, height: int) -> Lines:
        assert self.row is not None
        rows = self._rows(height)
        lines: Lines = [self._heads(width)]
        for index in range(len(NAMES)):
            drawn = self._class(index, width)
            quiet = self._class(index, width, numbers=False)
            lines += [drawn, *([quiet] * (rows - 2)), *([blank(width)] if rows > 1 else [])]
        lines += [blank(width)] if rows == 1 else []
        return [sized(line, width) for line in [*lines, *self._ways(width)]]

    def _rows(self, height: int) -> int:
        """Rows for each class: its bar, made thicker where there is room, and an empty one."""
        return min(4, max(1, (height - 1 - 4) // len(NAMES)))

    def _bar_width(self, width: int) -> int:
        """Cells for one of the three bars, an odd number."""
        room = (width - NAME) // 3 - NUMBER - 2
        return min(41, max(3, room - (room + 1) % 2))

    def _heads(self, width: int) -> list[Segment]:
        column = NUMBER + 1 + self._bar_width(width)
        heads = ("logit", "probability", "gradient p - target" if column > 24 else "p - target")
        text = fit("", NAME) + " ".join(fit("   " + head, column) for head in heads)
        return row([(text, self.look("muted"))])

    def _class(self, index: int, width: int, *, numbers: bool = True) -> list[Segment]:
        """Name, logit, probability and gradient of a class; without numbers, the bars alone."""
        assert self.row is not None
        chosen, true = index == self.chosen, index == self.state.target
        ascii_only = self.glyphs == "ascii"
        mark = (">" if ascii_only else "▸") if chosen else " "
        name = fit(f"{mark} {NAMES[index]}{' *' if true else ''}", NAME, ascii_only=ascii_only)
        parts = [(name if numbers else " " * NAME, self.look("validation" if true else "text", bold=chosen))]
        shown = (
            (self.row.logits[index], self._logit_number, "third", self._logit_bar(index, width)),
            (self.row.probabilities[index], self._share_number, "train", self._share_bar(index, width)),
            (self.row.gradient[index], self._slope_number, "", self._slope_bar(index, width)),
        )
        for value, write, slot, bar in shown:
            number = write(value) if numbers else ""
            tint = slot or ("second" if value < 0 else "error")
            parts += [
                (fit(number, NUMBER, "right") + " ", self.look("text", bold=chosen)),
                (bar + " ", self.look(tint)),
            ]
        return row(parts)

    @staticmethod
    def _logit_number(value: float) -> str:
        return figure(value, 5)

    @staticmethod
    def _share_number(value: float) -> str:
        return f"{value:.4f}" if value >= 1e-4 or value == 0 else f"{value:.0e}"

    @staticmethod
    def _slope_number(value: float) -> str:
        return "0" if value == 0 else f"{value:+.4f}" if abs(value) >= 1e-4 else f"{value:+.0e}"

    def _logit_bar(self, index: int, width: int) -> str:
        assert self.row is not None
        limit = max(LIMIT, *(abs(z) for z in self.row.logits))
        return signed_bar(self.row.logits[index] / limit, self._bar_width(width), self.glyphs == "ascii")

    def _slope_bar(self, index: int, width: int) -> str:
        assert self.row is not None
        return signed_bar(self.row.gradient[index], self._bar_width(width), self.glyphs == "ascii")

    def _share_bar(self, index: int, width: int) -> str:
        assert self.row is not None
        cells = self._bar_width(width)
        share = self.row.probabilities[index]
        if self.glyphs == "ascii":
            return ("#" * round(share * cells)).ljust(cells)
        eighths = round(share * cells * 8)
        full, rest = divmod(eighths, 8)
        return ("█" * full + " ▏▎▍▌▋▊▉"[rest].strip()).ljust(cells)

    def _ways(self, width: int) -> Lines:
        """The loss computed in three ways: value, gradient on the true class, and what goes wrong."""
        assert self.row is not None
        muted = self.look("muted")
        head = fit("  three ways to the loss", 26) + fit("loss", 10, "right") + fit("on true z", 12, "right")
        lines = [row([(head, muted)])]
        for name, title in WAYS.items():
            way = getattr(self.row, name)
            slope = way.gradient[self.state.target]
            broken = not (math.isfinite(way.loss) and math.isfinite(slope))
            numbers = fit(figure(way.loss, 5), 10, "right") + fit(figure(slope, 4), 12, "right")
            lines.append(
                row(
                    [
                        (fit(f"  {title}", 26), self.look()),
                        (numbers, self.look("error" if broken else "text", bold=broken)),
                        ("   " + remark(name, self.row), muted),
                    ]
                )
            )
        return [sized(line, width) for line in lines]
