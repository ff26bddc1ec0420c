"""Garments that hang: T-shirt, trouser, pullover, dress, coat, shirt. Cut by rows, mirrored about a middle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tutor.core.drawn.cloth import (
    MIDDLE,
    ONE,
    ZERO,
    band,
    bar,
    cover,
    fabric,
    mirrored,
    profile,
    same,
    spots,
    thread,
)
from tutor.core.drawn.cuts import COAT, DRESS, PULLOVER, SHIRT, T_SHIRT, Cut, Range
from tutor.core.drawn.draws import Draws, Floats


@dataclass
class Shape:
    """A cut garment: what it covers, and the measures that trimmings hang on."""

    share: Floats  # (N, 28, 28)
    body: Floats  # (N, 28) half-width of the body at each row
    sleeves: Floats  # (N, 28, 28)
    centre: Floats  # (N, 1) and so on
    top: Floats
    neck: Floats
    neck_depth: Floats
    bottom: Floats
    sleeve_end: Floats


def cut(draws: Draws, c: Cut) -> Shape:
    """Cut N garments: shoulders, chest, waist, hem, sleeves that hug the body, and a neck."""
    centre, top, bottom = draws.between((13.4, 14.6), (-0.3, 0.8), c.bottom)
    neck, depth, shoulder, drop = draws.between(c.neck, c.neck_depth, c.shoulder, c.shoulder_drop)
    chest, waist, hem, waist_at = draws.between(c.chest, c.waist, c.hem, c.waist_at)
    shoulder_at = top + drop
    body = profile(
        (top, neck),
        (shoulder_at, shoulder),
        (shoulder_at + np.float32(5.0), chest),
        (waist_at, waist),
        (bottom, hem),
    )
    share = cover(centre - body, centre + body) * band(top, bottom)
    sleeves, end = _sleeves(draws, c, centre, shoulder_at, shoulder, body)
    share = np.maximum(share, sleeves)
    pointed, open_neck = draws.chance(0.35), draws.uniform(1, 0.2, 1.0)
    fall: Floats = np.clip((MIDDLE - top) / np.maximum(depth, np.float32(0.3)), ZERO, ONE)
    # A round neck keeps its width and closes late; a V closes evenly.
    closed: Floats = np.where(pointed > 0, fall, fall * fall * fall)
    width = neck * np.float32(0.9) * (ONE - closed)
    hole = cover(centre - width, centre + width)
    share = share * (ONE - hole * open_neck[:, :, None])
    return Shape(share, body, sleeves, centre, top, neck, depth, bottom, end)


def _sleeves(
    draws: Draws, c: Cut, centre: Floats, start: Floats, shoulder: Floats, body: Floats
) -> tuple[Floats, Floats]:
    """Both sleeves, (N, 28, 28), and the row where they end, (N, 1); nothing where there are none."""
    kind = draws.uniform(1)
    is_long = kind < np.float32(c.long)
    has = kind < np.float32(c.long + c.short)
    short_end, long_end, reach, short_reach = draws.between(c.short_end, c.long_end, c.reach, c.short_reach)
    cuff, bulge, gap_at = draws.between(c.cuff, (0.35, 0.75), (9.0, 18.0))
    end = np.where(is_long, long_end, short_end)
    out = np.where(is_long, reach, short_reach)
    elbow_at = start + (end - start) * np.float32(0.35)
    outer = profile(
        (start - ONE, shoulder - ONE),
        (elbow_at, shoulder + (out - shoulder) * (bulge + np.float32(0.2))),
        (end, out),
    )
    # Above `gap_at` sleeve and body touch; below, a gap opens towards the cuff.
    inner = profile((gap_at, same(gap_at, 0.0)), (gap_at + np.float32(0.5), same(gap_at, 1.0))) * (
        outer - cuff
    )
    inner = np.where(gap_at > MIDDLE, np.minimum(body, outer) - np.float32(0.5), inner)
    inner = np.where(is_long, np.maximum(inner, ZERO), np.minimum(body, outer) - np.float32(0.5))
    left, right = draws.between((-0.8, 0.8), (-0.8, 0.8))
    sleeves = cover(centre - outer, centre - inner) * band(start - ONE, end + left)
    sleeves = sleeves + cover(centre + inner, centre + outer) * band(start - ONE, end + right)
    return np.minimum(sleeves, ONE) * has[:, :, None], np.where(has, end, start)


def _worn(draws: Draws, shape: Shape, cloth: Floats) -> Floats:
    """Shade what every top has: round sides, seams at the sleeves, another light on the sleeves."""
    side, seam, light = draws.between((-0.12, 0.18), (-0.30, 0.40), (-0.14, 0.12))
    x = (MIDDLE[None, None, :] - shape.centre[:, :, None]) / np.maximum(shape.body, ONE)[:, :, None]
    cloth = cloth - side[:, :, None] * np.minimum(x * x, np.float32(1.5))
    edges = thread(shape.centre - shape.body) + thread(shape.centre + shape.body)
    return cloth + (light[:, :, None] - seam[:, :, None] * edges) * shape.sleeves


def _neckband(draws: Draws, shape: Shape, cloth: Floats, often: float) -> Floats:
    """A darker or brighter band around the neck."""
    tone = draws.uniform(1, -0.3, 0.25) * draws.chance(often)
    ring = bar(shape.centre - shape.neck - ONE, shape.centre + shape.neck + ONE)
    return cloth + tone[:, :, None] * ring * band(shape.top, shape.top + shape.neck_depth + ONE)


def _hems(draws: Draws, shape: Shape, cloth: Floats, often: float) -> Floats:
    """Ribs at the bottom and at the cuffs."""
    tone, height = draws.between((-0.25, 0.12), (1.0, 3.0))
    tone = (tone * draws.chance(often))[:, :, None]
    cloth = cloth + tone * band(shape.bottom - height, shape.bottom)
    return cloth + tone * band(shape.sleeve_end - height, shape.sleeve_end + ONE) * shape.sleeves


def _front(draws: Draws, shape: Shape, cloth: Floats, depth: Range, width: Range, often: float) -> Floats:
    """The line where a front closes: a zip, a placket, or an opening."""
    dark, wide, lean = draws.between(depth, width, (-0.8, 0.8))
    line = shape.centre + lean * np.float32(0.5)
    half = wide * np.float32(0.5)
    return cloth - (dark * draws.chance(often))[:, :, None] * bar(line - half, line + half)


def _buttons(draws: Draws, shape: Shape, cloth: Floats, often: float, size: float) -> Floats:
    tone, first, step, lean = draws.between((-0.5, 0.3), (4.0, 7.0), (3.2, 4.8), (-0.8, 0.8))
    dots = spots(shape.centre + lean, first, step, 6, size)
    return cloth + (tone * draws.chance(often))[:, :, None] * dots


def _collar(draws: Draws, shape: Shape, cloth: Floats, often: float, length: Range) -> Floats:
    """Two flaps that fall from the neck, bounded by dark lines that meet in the middle."""
    tone, dark, fall = draws.between((-0.15, 0.25), (0.05, 0.35), length)
    has = draws.chance(often)[:, :, None]
    slope: Floats = np.clip((MIDDLE - shape.top) / fall, ZERO, ONE)
    half: Floats = (shape.neck + np.float32(1.2)) * (ONE - slope)
    on = band(shape.top, shape.top + fall)
    flaps = mirrored(shape.centre, half * np.float32(0.45), half)
    lines: Floats = thread(shape.centre - half) + thread(shape.centre + half)
    drawn: Floats = flaps * tone[:, :, None] - lines * dark[:, :, None]
    return cloth + has * on * drawn


def _pockets(draws: Draws, shape: Shape, cloth: Floats, often: float) -> Floats:
    tone, row, near, width = draws.between((-0.3, 0.15), (8.0, 19.0), (1.5, 3.0), (2.0, 3.5))
    # The same inner and outer edge in every row.
    patches = mirrored(shape.centre, near + ZERO * shape.body, near + width + ZERO * shape.body)
    amount: Floats = (tone * draws.chance(often))[:, :, None] * band(row, row + np.float32(1.5))
    return cloth + amount * patches


def _belt(draws: Draws, shape: Shape, cloth: Floats, often: float) -> Floats:
    tone, row, height = draws.between((-0.5, 0.2), (10.0, 16.0), (0.8, 2.0))
    return cloth + (tone * draws.chance(often))[:, :, None] * band(row, row + height)


def t_shirt(draws: Draws) -> tuple[Floats, Floats]:
    """Covered share and brightness, (N, 28, 28) each; so too for all that follow."""
    cloth = fabric(draws, (0.15, 0.90), (10, 3, 1, 2, 8, 1), 0.04)
    shape = cut(draws, T_SHIRT)
    cloth = _neckband(draws, shape, _worn(draws, shape, cloth), 0.5)
    cloth = _collar(draws, shape, cloth, 0.15, (2.0, 5.0))
    return shape.share, _hems(draws, shape, cloth, 0.3)


def pullover(draws: Draws) -> tuple[Floats, Floats]:
    cloth = fabric(draws, (0.15, 0.90), (12, 4, 1, 2, 4, 3), 0.06)
    shape = cut(draws, PULLOVER)
    cloth = _neckband(draws, shape, _worn(draws, shape, cloth), 0.6)
    cloth = _collar(draws, shape, cloth, 0.2, (2.0, 6.0))
    cloth = _front(draws, shape, cloth, (-0.15, 0.45), (0.6, 1.6), 0.2)
    return shape.share, _hems(draws, shape, cloth, 0.7)


def shirt(draws: Draws) -> tuple[Floats, Floats]:
    cloth = fabric(draws, (0.12, 0.90), (11, 2, 4, 5, 2, 0), 0.06)
    shape = cut(draws, SHIRT)
    cloth = _collar(draws, shape, _worn(draws, shape, cloth), 0.55, (2.0, 5.0))
    cloth = _front(draws, shape, cloth, (-0.12, 0.20), (0.6, 1.6), 0.5)
    cloth = _buttons(draws, shape, cloth, 0.35, 0.9)
    cloth = _hems(draws, shape, cloth, 0.25)
    return shape.share, _pockets(draws, shape, cloth, 0.15)


def coat(draws: Draws) -> tuple[Floats, Floats]:
    cloth = fabric(draws, (0.30, 0.90), (14, 0, 1, 2, 1, 2), 0.06)
    shape = cut(draws, COAT)
    cloth = _collar(draws, shape, _worn(draws, shape, cloth), 0.7, (2.5, 9.0))
    cloth = _front(draws, shape, cloth, (-0.15, 0.55), (0.6, 2.0), 0.8)
    cloth = _buttons(draws, shape, cloth, 0.3, 1.2)
    cloth = _belt(draws, shape, cloth, 0.15)
    cloth = _hems(draws, shape, cloth, 0.3)
    return shape.share, _pockets(draws, shape, cloth, 0.4)


def dress(draws: Draws) -> tuple[Floats, Floats]:
    cloth = fabric(draws, (0.22, 0.90), (12, 2, 0, 5, 0, 3), 0.05)
    shape = cut(draws, DRESS)
    cloth = _belt(draws, shape, _worn(draws, shape, cloth), 0.3)
    return shape.share, _hems(draws, shape, cloth, 0.15)


def trouser(draws: Draws) -> tuple[Floats, Floats]:
    cloth = fabric(draws, (0.35, 0.90), (14, 1, 0, 2, 0, 0), 0.05)
    centre, top, bottom, waist, hip = draws.between(
        (13.3, 14.7), (-0.5, 0.6), (27.2, 28.4), (4.4, 6.2), (0.2, 1.4)
    )
    crotch, foot, width, spread = draws.between((6.5, 12.0), (4.2, 7.2), (2.2, 4.6), (0.2, 1.2))
    outer = profile((top, waist), (crotch - ONE, waist + hip * np.float32(0.6)), (bottom, foot))
    inner = profile(
        (crotch, ZERO * foot),
        (crotch + spread * np.float32(8.0), foot - width - np.float32(0.8)),
        (bottom, foot - width),
    )
    inner = np.maximum(inner, np.where(crotch + ONE < MIDDLE, np.float32(0.15), ZERO))
    share = np.minimum(mirrored(centre, inner, outer), ONE) * band(top, bottom)
    fade, seam, belt = draws.between((-0.12, 0.22), (0.0, 0.3), (-0.25, 0.2))
    thigh = np.float32(0.5) * (inner + outer)
    crease = thread(centre - thigh, 1.6) + thread(centre + thigh, 1.6)
    cloth = cloth + fade[:, :, None] * crease + belt[:, :, None] * band(top, top + np.float32(1.5))
    return share, cloth - seam[:, :, None] * bar(centre - np.float32(0.6), centre + np.float32(0.6)) * band(
        top, crotch + ONE
    )
