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
        (27.0 + ZERO * dip, ankle + heel),
    )
    curl = profile((left, np.float32(1.0) + ZERO * dip), (left + np.float32(4.0), ZERO * dip))
    length = bar(left, np.float32(28.2) + ZERO * dip)
    share = columns(top, bottom - curl) * length
    tone, side = draws.between((-0.6, 0.5), (-0.5, 0.4))
    cloth = cloth + tone[:, :, None] * columns(bottom - sole + ZERO * MIDDLE, bottom + ZERO * MIDDLE)
    start, lean, wide = draws.between((8.0, 18.0), (-1.5, 1.5), (1.0, 3.0))
    across = start + lean * (MIDDLE - bottom) * np.float32(0.6)
    stripe = cover(across, across + wide)
    cloth = cloth + (side * draws.chance(0.6))[:, :, None] * stripe
    cloth = cloth + _laces(draws, top, tongue_at)
    inside = draws.uniform(1, -0.5, 0.0)[:, :, None]
    opening = bar(tongue_at + np.float32(3.0), np.float32(27.0) + ZERO * dip)
    return share, cloth + inside * opening * columns(top, top + ONE)


def _laces(draws: Draws, top: Floats, tongue_at: Floats) -> Floats:
    """Stripes across the slope in front of the ankle."""
    tone, step = draws.between((-0.5, 0.5), (1.6, 2.6))
    phase = MIDDLE / step
    stripes = (phase - np.floor(phase) < np.float32(0.5)).astype(np.float32)
    on = bar(tongue_at - np.float32(7.0), tongue_at + ONE) * columns(top, top + np.float32(2.5))
    return (tone * draws.chance(0.7))[:, :, None] * on * stripes[:, None, :]


def boot(draws: Draws) -> tuple[Floats, Floats]:
    cloth = fabric(draws, (0.40, 0.90), (14, 0, 0, 3, 0, 0), 0.08)
    top, bottom, shaft, back = draws.between((0.0, 7.5), (23.0, 28.2), (11.5, 16.5), (26.0, 28.2))
    toe, toe_height, heel_high, heel_wide = draws.between((-0.5, 2.0), (2.5, 5.5), (0.5, 7.0), (3.0, 9.0))
    lean, sole = draws.between((-1.0, 1.5), (0.8, 2.0))
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
    arch_end = back - heel_wide
    lower = profile(
        (toe + np.float32(0.0), bottom - np.float32(0.6)),
        (toe + np.float32(2.0), bottom),
        (toe + np.float32(9.0), bottom),
        (arch_end, bottom - heel_high),
    )
    lower = np.where(arch_end < MIDDLE, bottom, lower)
    share = columns(upper, lower) * bar(toe, back)
    tone, stitch, zip_at = draws.between((-0.6, 0.2), (-0.35, 0.2), (18.0, 25.0))
    tone = tone * draws.chance(0.6)
    cloth = cloth + tone[:, :, None] * columns(lower - sole, lower)
    shade = draws.uniform(1, -0.2, 0.25)[:, :, None]
    cloth = cloth + shade * np.clip((MIDDLE - shaft) / (back - shaft), ZERO, ONE)[:, None, :]
    cloth = cloth + (stitch * draws.chance(0.4))[:, :, None] * thread(zip_at + ZERO * MIDDLE, 1.4)
    cuff, laced = draws.between((-0.3, 0.2), (-0.4, 0.3))
    cloth = cloth + (cuff * draws.chance(0.4))[:, :, None] * columns(upper, upper + np.float32(2.0))
    phase = MIDDLE * np.float32(0.45)
    rungs = (phase - np.floor(phase) < np.float32(0.5)).astype(np.float32)[None, :, None]
    near = bar(shaft - ONE, shaft + np.float32(3.0))
    return share, cloth + (laced * draws.chance(0.35))[:, :, None] * rungs * near


def sandal(draws: Draws) -> tuple[Floats, Floats]:
    cloth = fabric(draws, (0.25, 0.90), (10, 0, 0, 4, 0, 0), 0.12)
    n = draws.count
    rise, low, thick, wedge = draws.between((0.0, 15.0), (18.0, 21.0), (0.5, 1.3), (0.0, 1.0))
    rise = rise * np.square(draws.uniform(1)) * np.float32(1.2)
    bottom = low + rise * np.float32(0.45)
    heel_y = bottom - rise
    ball = draws.uniform(1, 8.0, 12.0)
    foot = profile((ball, bottom), (np.float32(25.0) + ZERO * ball, heel_y))
    share = columns(foot - thick, foot + thick) * bar(ZERO * ball, np.float32(27.5) + ZERO * ball)
    solid = (wedge < np.float32(0.4))[:, :, None]
    under = columns(foot, bottom + np.float32(0.8) + ZERO * MIDDLE) * bar(
        ZERO * ball, np.float32(28.0) + ZERO * ball
    )
    heel_wide = draws.uniform(1, 0.8, 4.0)
    block = columns(foot, bottom + np.float32(0.8) + ZERO * MIDDLE) * bar(
        np.float32(27.4) - heel_wide, np.float32(27.4) + ZERO * ball
    )
    share = np.maximum(share, np.where(solid, under, block))
    for low_x, high_x, often in ((1.0, 6.0, 0.75), (4.0, 10.0, 0.7), (9.0, 15.0, 0.35)):
        share = np.maximum(share, _strap(draws, foot, (low_x, high_x), often))
    share = np.maximum(share, _ankle(draws, heel_y, n))
    light = draws.uniform(1, -0.2, 0.4)[:, :, None]
    return share, cloth + light * columns(foot - thick, foot + np.float32(12.0))


def _strap(draws: Draws, foot: Floats, at: tuple[float, float], often: float) -> Floats:
    """A strap over the foot, from the sole up and back down to it."""
    left, width, height, half = draws.between(at, (4.0, 10.0), (2.0, 7.5), (0.5, 1.9))
    ground = foot[
        np.arange(len(foot)), np.clip(left[:, 0] + width[:, 0] * np.float32(0.5), 0, 27).astype(np.intp)
    ][:, None]
    has = draws.chance(often)[:, :, None]
    return arch(left, left + width, ground - height, ground + ONE, half) * has


def _ankle(draws: Draws, heel_y: Floats, n: int) -> Floats:
    """A strap round the ankle, held by one at the heel and one from the foot."""
    height, half, front, lean = draws.between((3.0, 10.0), (0.4, 1.2), (15.0, 20.0), (-1.0, 4.0))
    heel = np.full((n, 1), 26.5, dtype=np.float32)
    top = np.maximum(heel_y - height, np.float32(1.0))
    has = draws.chance(0.7)[:, :, None]
    share = np.maximum(
        segment(heel, heel_y, heel - ONE, top, half), segment(heel - ONE, top, front, top + lean, half)
    )
    forward = draws.chance(0.6)[:, :, None]
    foot = draws.uniform(1, 8.0, 14.0)
    return has * np.maximum(share, forward * segment(front, top + lean, foot, heel_y + np.float32(2.0), half))


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
