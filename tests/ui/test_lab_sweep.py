"""The sweep on the screen: eight rates at once, one seed or three, and the sentence from their numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_helpers import bench_course, said, until
from ui_helpers import AppFactory

from tutor.drawing.lines import plain
from tutor.drawing.panels import Shown
from tutor.drawing.sweeps import Row, sweep
from tutor.learning.progress import Progress
from tutor.ui.labs.sweep import SweepLab

LINES = """
lab = "sweep"
experiment = "moons mlp:8 bce sgd lr=0.1 batch=64 steps=40 seed=1"
[[steps.knobs]]
key = "optimizer"
label = "optimizer"
values = ["sgd", "adam"]
"""


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)])
async def test_a_sweep_draws_every_rate_and_says_which_is_best(
    app_factory: AppFactory, tmp_path: Path, progress: Progress, size: tuple[int, int]
) -> None:
    progress.predict("only", "guess", 0)
    app = app_factory(course=bench_course(tmp_path / "course", LINES), start="1/bench")
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, SweepLab) and app.screen.is_mounted)
        screen = app.screen
        assert isinstance(screen, SweepLab)
        await pilot.pause()
        await pilot.press("space")
        await until(pilot, lambda: "ended lowest" in said(app))
        assert len(screen.run_.histories) == 8
        assert "1e-3" in said(app) and "One seed" in screen.result_words()
        await pilot.press("e", "down", "right")
        await until(pilot, lambda: screen.values["seeds"] == "3")
        await pilot.press("space")
        await until(pilot, lambda: len(screen.run_.histories) == 24 and screen.run_.state == "ended")
        await until(pilot, lambda: "ended lowest" in said(app))
        assert "Over 3 seeds" in screen.result_words()
        assert screen.labels[0] == "1e-5"


@pytest.mark.parametrize("size", [(100, 20), (76, 12), (58, 20), (40, 8), (20, 3), (9, 2)])
@pytest.mark.parametrize("glyphs", ["braille", "ascii"])
def test_the_picture_has_the_size_that_was_asked_for(size: tuple[int, int], glyphs: str) -> None:
    nan, inf = float("nan"), float("inf")
    rows = [
        Row("1e-3", (2.3, 2.2), 0.1, 2.3, [2.3, 2.2]),
        Row("0.1", (0.7, 0.8), 0.9, 2.3, [2.3, 0.7]),
        Row("10", (inf, nan), nan, 2.3, [2.3, 1e30, nan]),
    ]
    shown = Shown(glyphs="ascii" if glyphs == "ascii" else "braille")
    drawn = plain(sweep(rows, 1, range(1, 2), shown, *size))
    assert len(drawn) <= size[1]
    assert all(len(line) <= size[0] for line in drawn)
    if glyphs == "ascii":
        assert all(line.isascii() for line in drawn)
