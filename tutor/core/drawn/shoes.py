"""Shoes, seen from the side with the toe to the left, and bags. Cut by columns."""

from __future__ import annotations

import numpy as np

from tutor.core.drawn.cloth import (
    MIDDLE,
    ONE,
    ZERO,
    arch,
    band,
    bar,
    columns,
    cover,
    fabric,
    profile,
    same,
    segment,
    thread,
)
from tutor.core.drawn.draws import Draws, Floats


def sneaker(draws: Draws) -> tuple[Floats, Floats]:
    """Covered share and brightness, (N, 28, 28) each; so too for all that follow."""
    cloth = fabric(draws, (0.25, 0.90), (10, 0, 0, 5, 0, 0), 0.10)
    bottom, sole, toe, tongue_at = draws.between((19.8, 22.0), (1.2, 3.0), (2.0, 4.6), (11.0, 17.0))
    height, heel, dip, left = draws.between((7.5, 12.0), (0.0, 2.5), (0.5, 3.0), (-0.5, 1.0))
    ankle = bottom - sole - height
    top = profile(
        (left, bottom - sole - toe * np.float32(0.4)),
        (left + np.float32(3.0), bottom - sole - toe),
        (tongue_at, ankle + np.float32(1.0)),
        (tongue_at + np.float32(2.5), ankle),
        (tongue_at + np.float32(7.0), ankle + dip),
        (same(dip, 27.0), ankle + heel),
    )
    curl = profile((left, same(dip, 1.0)), (left + np.float32(4.0), same(dip, 0.0)))
    length = bar(left, same(dip, 28.2))
    share = columns(top, bottom - curl) * length
    tone, side = draws.between((-0.6, 0.5), (-0.5, 0.4))
    cloth = cloth + tone[:, :, None] * columns(bottom - sole + ZERO * MIDDLE, bottom + ZERO * MIDDLE)
    start, lean, wide = draws.between((8.0, 18.0), (-1.5, 1.5), (1.0, 3.0))
    slope = lean * np.float32(0.6)
    across = start + slope * (MIDDLE - bottom)
    stripe = cover(across, across + wide)
    cloth = cloth + (side * draws.chance(0.6))[:, :, None] * stripe
    cloth = cloth + _laces(draws, top, tongue_at)
    inside = draws.uniform(1, -0.5, 0.0)[:, :, None]
    opening = bar(tongue_at + np.float32(3.0), same(dip, 27.0))
    return share, cloth + inside * opening * columns(top, top + ONE)


def _laces(draws: Draws, top: Floats, tongue_at: Floats) -> Floats:
    """Stripes across the slope in front of the ankle."""
    tone, step = draws.between((-0.5, 0.5), (1.6, 2.6))
    phase = MIDDLE / step
    stripes = (phase - np.floor(phase) < np.float32(0.5)).astype(np.float32)
    on = bar(tongue_at - np.float32(7.0), tongue_at + ONE) * columns(top, top + np.float32(2.5))
    laces: Floats = (tone * draws.chance(0.7))[:, :, None] * on * stripes[:, None, :]
    return laces


def boot(draws: Draws) -> tuple[Floats, Floats]:
    cloth = fabric(draws, (0.40, 0.90), (14, 0, 0, 3, 0, 0), 0.08)
    upper, lower, toe, shaft, back = _boot_outline(draws)
    share = columns(upper, lower) * bar(toe, back)
    tone, sole, stitch, zip_at = draws.between((-0.6, 0.2), (0.8, 2.0), (-0.35, 0.2), (18.0, 25.0))
    cloth = cloth + (tone * draws.chance(0.6))[:, :, None] * columns(lower - sole, lower)
    shade = draws.uniform(1, -0.2, 0.25)[:, :, None]
    cloth = cloth + shade * np.clip((MIDDLE - shaft) / (back - shaft), ZERO, ONE)[:, None, :]
    cloth = cloth + (stitch * draws.chance(0.4))[:, :, None] * thread(zip_at + ZERO * MIDDLE, 1.4)
    cuff, laced = draws.between((-0.3, 0.2), (-0.4, 0.3))
    cloth = cloth + (cuff * draws.chance(0.4))[:, :, None] * columns(upper, upper + np.float32(2.0))
    phase = MIDDLE * np.float32(0.45)
    rungs = (phase - np.floor(phase) < np.float32(0.5)).astype(np.float32)[None, :, None]
    near = bar(shaft - ONE, shaft + np.float32(3.0))
    return share, cloth + (laced * draws.chance(0.35))[:, :, None] * rungs * near


def _boot_outline(draws: Draws) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Upper and lower edge for each column, (N, 28), and the columns of toe, shaft and back, (N, 1)."""
    top, bottom, shaft, back = draws.between((0.0, 7.5), (23.0, 28.2), (11.5, 16.5), (26.0, 28.2))
    toe, toe_height, heel_high, heel_wide = draws.between((-0.5, 2.0), (2.5, 5.5), (0.5, 7.0), (3.0, 9.0))
    lean = draws.uniform(1, -1.0, 1.5)
    heel_high = heel_high * draws.uniform(1)
    front = bottom - toe_height
    upper = profile(
        (toe, front + np.float32(1.5)),
        (toe + np.float32(3.0), front),
        (shaft - np.float32(3.0), front - np.float32(3.5)),
        (shaft, top + np.float32(0.5) + np.maximum(lean, ZERO)),
        (shaft + np.float32(1.5), top + np.maximum(lean, ZERO)),
        (back, top + np.maximum(-lean, ZERO)),
    )
    heel_at = back - heel_wide
    lower = profile(
        (toe, bottom - np.float32(0.6)),
        (toe + np.float32(2.0), bottom),
        (toe + np.float32(9.0), bottom),
        (heel_at, bottom - heel_high),
    )
    return upper, np.where(heel_at < MIDDLE, bottom, lower), toe, shaft, back


def sandal(draws: Draws) -> tuple[Floats, Floats]:
    cloth = fabric(draws, (0.25, 0.90), (10, 0, 0, 4, 0, 0), 0.12)
    rise, low, thick, ball = draws.between((0.0, 18.0), (18.0, 21.0), (0.5, 1.3), (8.0, 12.0))
    rise = rise * np.square(draws.uniform(1))  # most heels are low
    bottom = low + rise * np.float32(0.45)
    heel_y = bottom - rise
    foot = profile((ball, bottom), (same(ball, 25.0), heel_y))
    share = columns(foot - thick, foot + thick) * bar(same(ball, 0.0), same(ball, 27.5))
    # Below the foot: a wedge all along, or a heel at the back.
    wedge, heel_wide = draws.chance(0.4), draws.uniform(1, 0.8, 4.0)
    start = (ONE - wedge) * (np.float32(27.4) - heel_wide)
    below = columns(foot, bottom + np.float32(0.8) + ZERO * MIDDLE) * bar(start, same(ball, 27.4))
    share = np.maximum(share, below)
    for place, often in (((1.0, 6.0), 0.75), ((4.0, 10.0), 0.7), ((9.0, 15.0), 0.35)):
        share = np.maximum(share, _strap(draws, foot, place, often))
    share = np.maximum(share, _ankle(draws, heel_y))
    light = draws.uniform(1, -0.2, 0.4)[:, :, None]
    return share, cloth + light * columns(foot - thick, foot + np.float32(12.0))


def _strap(draws: Draws, foot: Floats, at: tuple[float, float], often: float) -> Floats:
    """A strap over the foot, from the sole up and back down to it."""
    left, width, height, half = draws.between(at, (4.0, 10.0), (2.0, 7.5), (0.5, 1.9))
    middle = np.clip(left + width * np.float32(0.5), 0, 27).astype(np.intp)
    ground = np.take_along_axis(foot, middle, axis=1)
    has = draws.chance(often)[:, :, None]
    return arch(left, left + width, ground - height, ground + ONE, half) * has


def _ankle(draws: Draws, heel_y: Floats) -> Floats:
    """A strap round the ankle, held by one at the heel and perhaps one from the foot."""
    height, half, front, lean = draws.between((3.0, 10.0), (0.4, 1.2), (15.0, 20.0), (-1.0, 4.0))
    heel = same(heel_y, 26.5)
    top = np.maximum(heel_y - height, ONE)
    has, forward = draws.chance(0.7)[:, :, None], draws.chance(0.6)[:, :, None]
    foot = draws.uniform(1, 8.0, 14.0)
    strap = segment(heel, heel_y, heel - ONE, top, half)
    strap = np.maximum(strap, segment(heel - ONE, top, front, top + lean, half))
    to_foot = segment(front, top + lean, foot, heel_y + np.float32(2.0), half)
    share: Floats = has * np.maximum(strap, forward * to_foot)
    return share


def bag(draws: Draws) -> tuple[Floats, Floats]:
    cloth = fabric(draws, (0.30, 0.90), (14, 1, 1, 4, 1, 1), 0.06)
    wide, tall, slant, centre = draws.between((8.5, 14.2), (9.0, 19.0), (-1.8, 2.6), (13.5, 14.5))
    handle_room, size = draws.between((1.0, 14.0), (0.5, 1.4))
    handle_room = np.minimum(handle_room * (np.float32(0.25) + draws.uniform(1)), np.float32(27.0) - tall)
    bottom = np.minimum(np.float32(28.0), np.float32(14.0) + (tall + handle_room) * np.float32(0.5))
    top = np.maximum(bottom - tall, np.float32(0.2))
    rounding = draws.uniform(1, 0.3, 4.0)
    half = profile(
        (top, wide - slant - rounding * np.float32(0.6)),
        (top + rounding, wide - slant * np.float32(0.6)),
        (bottom - rounding, wide),
        (bottom, wide - rounding * np.float32(0.4)),
        soft=False,
    )
    half = np.minimum(half, np.float32(14.0))
    share = cover(centre - half, centre + half) * band(top, bottom)
    span = draws.uniform(1, 0.35, 0.90) * wide
    handle = arch(centre - span, centre + span, top - handle_room, top + np.float32(1.5), size)
    meet = draws.uniform(1, 0.0, 0.5) * span
    straps = np.maximum(
        segment(centre - span, top + ONE, centre - meet, top - handle_room, size),
        segment(centre + span, top + ONE, centre + meet, top - handle_room, size),
    )
    handle = np.where(draws.chance(0.45)[:, :, None] > ZERO, straps, handle)
    share = np.maximum(share, handle * ((handle_room > ONE) * draws.chance(0.8))[:, :, None])
    return share, _bag_details(draws, cloth, centre, top, bottom, half)


def _bag_details(
    draws: Draws, cloth: Floats, centre: Floats, top: Floats, bottom: Floats, half: Floats
) -> Floats:
    """Flap, clasp, side seams, pocket line."""
    flap, height, clasp, seam = draws.between((-0.25, 0.2), (0.25, 0.7), (-0.5, 0.5), (-0.3, 0.2))
    edge = top + (bottom - top) * height
    has = draws.chance(0.6)[:, :, None]
    cloth = (
        cloth
        + has * flap[:, :, None] * band(top, edge)
        - has * np.abs(flap)[:, :, None] * band(edge, edge + ONE)
    )
    badge = bar(centre - np.float32(1.2), centre + np.float32(1.2)) * band(edge - ONE, edge + ONE)
    cloth = cloth + (clasp * draws.chance(0.6))[:, :, None] * badge
    inset = half - np.float32(1.5)
    sides = thread(centre - inset, 1.2) + thread(centre + inset, 1.2)
    return cloth + (seam * draws.chance(0.5))[:, :, None] * sides
