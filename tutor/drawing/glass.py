"""The loop under glass as two blocks: its lines of code, and the state after the last of them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style

from tutor.core.glass_lines import LINES, ParameterSeen, Seen
from tutor.drawing.lines import PLAIN, Lines, fit, sized, style
from tutor.drawing.palette import Glyphs, Palette

LABEL, NAME, NUMBER = 9, 15, 8
SPARED = ("state", "random", "logits", "val_loss", "autograd")  # facts that go first where rows are few
MARKS = {"braille": ("▶", "›", "┃"), "block": ("►", ">", "│"), "ascii": (">", "-", "|")}


class Looks:
    """The styles of a block; without colours, bold and plain."""

    def __init__(self, palette: Palette, color: bool) -> None:
        self.text = style(palette.text) if color else PLAIN
        self.quiet = style(palette.muted) if color else PLAIN
        self.changed = style(palette.validation, bold=True) if color else style(bold=True)
        self.lit = (
            style(palette.background, palette.train, bold=True) if color else Style(reverse=True, bold=True)
        )
        self.struck = Style(color=palette.error if color else None, strike=True)
        self.chosen = style(palette.train, bold=True) if color else style(bold=True)


def loop_lines(
    seen: Seen,
    upcoming: str,
    left_out: frozenset[str],
    chosen: str,
    *,
    width: int,
    palette: Palette,
    glyphs: Glyphs = "braille",
    color: bool = True,
) -> Lines:
    """The code: the line just executed is lit, the next one has a small mark, lines left out are struck through.

    `chosen` has a bar before it. Every line has `width` cells; where they are few, indents are of two spaces.
    """
    looks = Looks(palette, color)
    here, after, bar = MARKS[glyphs]
    step = "    " if width >= 3 + 8 + max(len(line.code) + 4 * (line.indent - 2) for line in LINES) else "  "
    out: Lines = []
    for line in LINES:
        mark = here if line.name == seen.line else after if line.name == upcoming else " "
        code, look = line.code, looks.text
        if line.name in left_out:
            code, look = f"# {line.code}", looks.struck
        elif line.name == seen.line:
            look = looks.lit
        elif line.name != upcoming and not line.optional:
            look = looks.text
        gutter = [
            Segment(bar if line.name == chosen else " ", looks.chosen),
            Segment(f"{mark} ", looks.changed if line.name == seen.line else looks.quiet),
            Segment(step * line.indent, PLAIN),
        ]
        out.append(sized([*gutter, Segment(code, look)], width))
    return out


def state_lines(
    seen: Seen,
    before: Seen,
    *,
    width: int,
    height: int,
    palette: Palette,
    glyphs: Glyphs = "braille",
    color: bool = True,
) -> Lines:
    """What there is after the line; what the line has changed stands out. Every line has `width` cells.

    In less than the height that all of it needs, gaps go first, then the facts that matter least.
    """
    looks = Looks(palette, color)
    table = _table(seen, before, looks, glyphs)
    watched = _watched(seen, before, looks, glyphs)
    facts = list(zip(_facts(seen), _facts(before), strict=True))
    spare = height - len(table) - len(watched) - len(facts)
    lines: Lines = []
    for (label, now), (_, then) in facts:
        if spare < 0 and label in SPARED[:-spare]:
            continue
        look = looks.changed if now != then else looks.text
        value = _marked(now, now != then, glyphs)
        lines.append([Segment(fit(label, LABEL), looks.quiet), Segment(value, look)])
    gap: Lines = [[]] if spare >= 2 else []
    return [sized(line, width) for line in [*lines, *gap, *table, *gap, *watched]]


def _marked(text: str, changed: bool, glyphs: Glyphs) -> str:
    """A change is marked by more than its colour."""
    return f"{text} {'*' if glyphs == 'ascii' else '•'}" if changed else text


def _facts(seen: Seen) -> list[tuple[str, str]]:
    """Label and value of everything that is not a parameter."""
    graph = "freed by backward" if seen.freed else seen.graph or "none"
    state = ", ".join(seen.optimizer) if seen.optimizer else "empty"
    return [
        ("batch", f"{seen.batch} of {seen.batches}, epoch {seen.epoch}" if seen.epoch else "none yet"),
        ("mode", seen.mode),
        ("autograd", "records" if seen.recording else "off"),
        ("random", "drew in this line" if seen.drew else "not used"),
        ("logits", str(seen.logits) if seen.logits else "none yet"),
        ("graph", graph),
        ("loss", _number(seen.loss)),
        ("val_loss", _number(seen.val_loss)),
        ("state", state),
    ]


def _number(value: float | None) -> str:
    return "none yet" if value is None else f"{value:.4f}"


def _table(seen: Seen, before: Seen, looks: Looks, glyphs: Glyphs) -> Lines:
    """Name, norm of .grad and norm of the weight of every parameter."""
    heads = fit("norm of", NAME) + fit(".grad", NUMBER, "right") + fit("weight", NUMBER, "right")
    lines: Lines = [[Segment(heads, looks.quiet)]]
    old: Sequence[ParameterSeen] = before.parameters or seen.parameters
    for one, then in zip(seen.parameters, old, strict=True):
        grad = "None" if one.grad is None else f"{one.grad:.4f}"
        lines.append(
            [
                Segment(fit(one.name, NAME, ascii_only=glyphs == "ascii"), looks.text),
                Segment(grad.rjust(NUMBER), looks.changed if one.grad != then.grad else looks.text),
                Segment(f"{one.norm:.4f}".rjust(NUMBER), looks.changed if one.moved else looks.text),
            ]
        )
    return lines


def _watched(seen: Seen, before: Seen, looks: Looks, glyphs: Glyphs) -> Lines:
    """One weight, before and after, with its entry of .grad."""
    if len(seen.parameters) < 2:
        return []
    one, then = seen.parameters[-2], before.parameters[-2]
    arrow = "->" if glyphs == "ascii" else "→"
    value = f"{then.value:.6f} {arrow} {one.value:.6f}" if one.moved else f"{one.value:.6f}"
    slope = "None" if one.slope is None else f"{one.slope:.6f}"
    return [
        [Segment(one.watched, looks.quiet)],
        [
            Segment(fit("  value", LABEL + 2), looks.quiet),
            Segment(value, looks.changed if one.moved else looks.text),
        ],
        [
            Segment(fit("  .grad", LABEL + 2), looks.quiet),
            Segment(slope, looks.changed if one.slope != then.slope else looks.text),
        ],
    ]
