"""Your own digit: drawn with keys and mouse, read by a model that is trained once, kept as a test set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from ui_helpers import AppFactory, wait_for, words

from tutor.core.experiment import parse
from tutor.core.reading import load_reader
from tutor.learning.lessons import Course, load_course
from tutor.learning.own_digits import OwnDigits
from tutor.ui import training
from tutor.ui.app import TutorApp
from tutor.ui.labs.desk import Desk
from tutor.ui.labs.your_digit import YourDigitLab
from tutor.ui.widgets.sketch import Sketch

LINE = "digits mlp:64 ce adam lr=1e-3 batch=16 epochs=3 seed=7"
LESSON = f"""
id = "pads"
number = 1
title = "Pads"
summary = "A pad."
teaches = ["drawing"]
needs = []
minutes = 2
main = "digit"

[[steps]]
id = "guess"
kind = "predict"
title = "Predict: in the corner"
about = "digit"
minutes = 1
question = "Is it read?"
[[steps.options]]
text = "Yes"
correct = false
reason = "Weights have places."
[[steps.options]]
text = "No"
correct = true
reason = "Nothing was ever there."

[[steps]]
id = "digit"
kind = "lab"
title = "Your digit"
minutes = 1
lab = "your-digit"
experiment = "{LINE}"

[[steps]]
id = "end"
kind = "read"
title = "The end"
minutes = 1
"""
ONE = ["space", *["down"] * 16, "space"]  # a vertical line


@pytest.fixture
def course(tmp_path: Path) -> Course:
    folder = tmp_path / "pads" / "1_pads"
    folder.mkdir(parents=True)
    (folder / "lesson.toml").write_text(LESSON, encoding="utf-8")
    for name in ("digit.md", "end.md"):
        (folder / name).write_text("Draw *something*.\n", encoding="utf-8")
    return load_course(tmp_path / "pads")


@pytest.fixture(scope="module")
def weights(drawn_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder that holds a trained model."""
    from tutor.core.reading import keep_trained
    from tutor.core.setup import Kept
    from tutor.core.training import train

    folder = tmp_path_factory.mktemp("trained")
    kept = Kept()
    *_, finished = train(parse(LINE), data_dir=drawn_data, keep=kept)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUTOR_STATE_DIR", str(folder))
        assert kept.setup and keep_trained(kept.setup, finished.test_accuracy, drawn_data)[1] == ""  # type: ignore[union-attr]
    yield folder / "models"


@pytest.fixture
def make(app_factory: AppFactory, course: Course, drawn_data: Path, tmp_path: Path) -> Any:
    """Makes an app that opens at the pad, its question answered."""

    def make(*, answered: bool = True) -> TutorApp:
        app = app_factory(course=course, start="pads/digit", data_dir=drawn_data)
        if answered:
            app.progress.predict("pads", "guess", 1)
        return app

    return make


@pytest.fixture
def ready(make: Any, weights: Path, tmp_path: Path) -> TutorApp:
    """An app whose model was trained before."""
    models = tmp_path / "state" / "models"
    models.mkdir(parents=True)
    for path in weights.iterdir():
        (models / path.name).write_bytes(path.read_bytes())
    app: TutorApp = make()
    return app


def lab(app: TutorApp) -> YourDigitLab:
    assert isinstance(app.screen, YourDigitLab)
    return app.screen


def desk(app: TutorApp) -> Desk:
    found = lab(app).desk
    assert found is not None
    return found


async def opened(pilot: Pilot[None], app: TutorApp) -> None:
    """Wait for the pad with a model that reads."""
    await wait_patiently(
        pilot, lambda: isinstance(app.screen, YourDigitLab) and lab(app).desk and desk(app).reader
    )
    await wait_for(pilot, lambda: "pen up" in words(app) and "probabilities" in words(app))


async def wait_patiently(pilot: Pilot[None], condition: Any) -> None:
    for _ in range(6000):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError("the lab did not come so far")


async def test_it_opens_after_the_prediction_only(make: Any) -> None:
    app = make(answered=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "Predict first." in words(app))
        await pilot.press("space")
        await wait_for(pilot, lambda: "press p to answer" in words(app))
        await pilot.press("v")
        assert lab(app).view == "text" and not lab(app).run_.live


async def test_the_model_is_trained_once_and_is_there_the_next_time(
    make: Any, drawn_data: Path, tmp_path: Path
) -> None:
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_patiently(pilot, lambda: isinstance(app.screen, YourDigitLab) and lab(app).looked)
        await wait_for(pilot, lambda: "Train the model and open the pad" in words(app))
        await pilot.press("space")
        await wait_for(pilot, lambda: "pen up" in words(app))
        await pilot.press(*ONE)  # the pad works while the model learns
        await wait_patiently(pilot, lambda: desk(app).reader is not None)
        await wait_for(pilot, lambda: "Read as" in words(app))
        assert "test accuracy" in words(app) and not lab(app).busy
        await pilot.press("n")
        await wait_for(pilot, lambda: not isinstance(app.screen, YourDigitLab))
        app.open_place("pads/digit")
        await opened(pilot, app)
        assert lab(app).run_.trainer is None
    training.stop_all()
    assert load_reader(parse(LINE), drawn_data) is not None
    assert (tmp_path / "state" / "models").is_dir()


async def test_a_stopped_training_keeps_no_model(make: Any, drawn_data: Path) -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_patiently(pilot, lambda: isinstance(app.screen, YourDigitLab) and lab(app).looked)
        lab(app).run_.pace = 20.0  # steps per second: it will not end by itself
        await pilot.press("space")
        await wait_patiently(pilot, lambda: lab(app).run_.state == "running")
        await pilot.press("s")
        await wait_patiently(pilot, lambda: lab(app).run_.state == "ended")
        await wait_for(pilot, lambda: "You stopped the run" in words(app))
        assert desk(app).reader is None
    training.stop_all()
    assert load_reader(parse(LINE), drawn_data) is None


async def test_a_line_drawn_with_the_keys_is_read_as_it_grows(ready: TutorApp) -> None:
    async with ready.run_test(size=(120, 40)) as pilot:
        await opened(pilot, ready)
        assert "Draw a digit" in words(ready)
        await pilot.press("space", "down", "j")
        await wait_for(pilot, lambda: "pen down" in words(ready) and "Read as" in words(ready))
        await pilot.press(*["down"] * 14, "space")
        await wait_for(pilot, lambda: "Read as 1 with" in words(ready) and "pen up" in words(ready))
        assert "what the model sees" in words(ready)
        assert ready.progress.is_done("pads", "digit")
        await pilot.press("right")  # the pen is up: it moves and draws nothing
        assert len(desk(ready).pad.strokes) == 1
        await pilot.press("space", "right", "right", "u")
        assert len(desk(ready).pad.strokes) == 1 and not desk(ready).down
        await pilot.press("x")
        await wait_for(pilot, lambda: "Draw a digit" in words(ready))
        assert desk(ready).pad.empty


async def test_the_mouse_draws(ready: TutorApp) -> None:
    async with ready.run_test(size=(120, 40)) as pilot:
        await opened(pilot, ready)
        await pilot.mouse_down(Sketch, offset=(29, 5))
        for y in range(6, 25):
            await pilot.hover(Sketch, offset=(29, y))
        await pilot.mouse_up(Sketch, offset=(29, 24))
        await wait_for(pilot, lambda: "Read as 1 with" in words(ready) and "pen up" in words(ready))
        (stroke,) = desk(ready).pad.strokes
        assert stroke.points[0] == (14.25, 4.5) and stroke.points[-1] == (14.25, 23.5)
        await pilot.hover(Sketch, offset=(10, 10))
        assert len(desk(ready).pad.strokes) == 1
        await pilot.mouse_down(Sketch, offset=(80, 10))  # beside the pad
        await pilot.mouse_up(Sketch, offset=(80, 10))
        assert len(desk(ready).pad.strokes) == 1


async def test_centring_can_be_switched_off_and_the_prediction_is_told(ready: TutorApp) -> None:
    async with ready.run_test(size=(120, 40)) as pilot:
        await opened(pilot, ready)
        await pilot.press(*["left"] * 12, *["up"] * 4, *ONE[:10], "space", "c")
        await wait_for(pilot, lambda: "As it lies on the pad: Read as" in words(ready))
        said = " ".join(words(ready).split())
        assert "Centred: 1 with" in said and "not centred" in said
        assert "You predicted this: No. Nothing was ever there." in said
        assert (desk(ready).seen == desk(ready).drawn).all()
        await pilot.press("c")
        await wait_for(pilot, lambda: "As it lies" not in words(ready))


async def test_a_digit_is_kept_with_its_true_label(ready: TutorApp) -> None:
    async with ready.run_test(size=(80, 24)) as pilot:
        await opened(pilot, ready)
        await pilot.press("a")
        await wait_for(pilot, lambda: "no digit on the pad to keep" in words(ready))
        await pilot.press("5")  # nobody asked
        assert desk(ready).own.digits == ()
        await pilot.press(*ONE, "a")
        await wait_for(pilot, lambda: "Which digit is it?" in words(ready))
        await pilot.press("escape", "a", "1")
        await wait_for(pilot, lambda: "Your own test set: 1 of 1 right." in words(ready))
        assert desk(ready).pad.empty
        await pilot.press(*["up"] * 16, *ONE, "a", "7")
        await wait_for(pilot, lambda: "Your own test set: 1 of 2 right." in words(ready))
        await pilot.press("v", "v")
        await wait_for(pilot, lambda: "1 read 1" in words(ready) and "▸ 7 read 1" in words(ready))
        await pilot.press("d")
        await wait_for(pilot, lambda: "7 read 1" not in words(ready))
        await pilot.press("left", "d")
        await wait_for(pilot, lambda: "Your own test set is empty" in words(ready))
        await pilot.press("v", "v")
        assert lab(ready).view == "pad"
    assert OwnDigits.load().digits == ()


async def test_a_set_that_cannot_be_saved_is_said_and_nothing_stops(ready: TutorApp, tmp_path: Path) -> None:
    (tmp_path / "state" / "digits.json").mkdir()
    async with ready.run_test(size=(80, 24)) as pilot:
        await opened(pilot, ready)
        assert "could not be read" in words(ready)
        await pilot.press(*ONE, "a", "1")
        await wait_for(pilot, lambda: "could not be saved" in " ".join(words(ready).split()))
        assert not desk(ready).pad.empty


@pytest.mark.parametrize(
    ("size", "zoom"), [((80, 24), 1), ((80, 23), 1), ((60, 20), 1), ((120, 40), 2), ((100, 40), 2)]
)
async def test_every_size_has_the_whole_pad(ready: TutorApp, size: tuple[int, int], zoom: int) -> None:
    async with ready.run_test(size=size) as pilot:
        await wait_patiently(
            pilot, lambda: isinstance(ready.screen, YourDigitLab) and lab(ready).desk and desk(ready).reader
        )
        await wait_for(pilot, lambda: "probabilities" in words(ready))
        desk(ready).x = desk(ready).y = 26
        await pilot.press("right", "right", "down", "down", "space")
        await wait_for(pilot, lambda: "Read as" in words(ready))
        sketch = ready.screen.query_one(Sketch)
        assert lab(ready).desk_view.layout(*sketch.size)[0] == zoom
        assert sketch.size.height >= 14 * zoom
        assert (desk(ready).x, desk(ready).y) == (27, 27)


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TUTOR_GLYPHS", "ascii")])
async def test_without_colours_the_pen_is_a_letter(
    ready: TutorApp, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    async with ready.run_test(size=(80, 24)) as pilot:
        await opened(pilot, ready)
        await pilot.press(*ONE[:-1])
        await wait_for(
            pilot, lambda: "X" in words(ready) and "@" in words(ready) and "Read as 1" in words(ready)
        )


async def test_a_stroke_is_read_in_less_than_the_time_of_a_frame(ready: TutorApp) -> None:
    """Many pixels drawn at once, as a fast mouse gives them, are read once."""
    async with ready.run_test(size=(120, 40)) as pilot:
        await opened(pilot, ready)
        reads = []
        reader = desk(ready).reader
        assert reader is not None
        monkey = type(reader).read
        screen = lab(ready)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                type(reader), "read", lambda self, picture: reads.append(1) or monkey(self, picture)
            )
            for x in range(40):
                screen.post_message(Sketch.Touched(10 + x, 10, x == 0))
            await wait_for(pilot, lambda: "Read as" in words(ready))
            await pilot.pause()
        assert len(desk(ready).pad.strokes[0].points) == 40
        assert len(reads) <= 3
