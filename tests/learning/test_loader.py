"""A good course: what comes out, how it is found, and that a bad lesson does not take the rest down."""

from __future__ import annotations

import dataclasses
import time
import tomllib
from pathlib import Path

import pytest

from tutor.errors import LessonError
from tutor.learning.lessons import (
    Course,
    Fault,
    Knob,
    Lab,
    Predict,
    Quiz,
    Read,
    check_course,
    listing,
    load_course,
    python_blocks,
)
from tutor.learning.progress import Progress


@pytest.fixture
def course(course_folder: Path) -> Course:
    return load_course(course_folder)


def test_a_good_course_has_no_fault(course_folder: Path) -> None:
    assert check_course(course_folder) == []


def test_lessons_come_by_number_with_their_steps(course: Course) -> None:
    assert [lesson.number for lesson in course.lessons] == [1, 3]
    lesson = course.lesson("3")
    assert lesson.teaches == ("logits", "the sigmoid") and lesson.needs == ("nn-module",)
    assert [(step.id, step.kind) for step in lesson.steps] == [
        ("logits", "read"),
        ("predict-mse", "predict"),
        ("mse-against-bce", "lab"),
        ("gallery", "lab"),
        ("check", "quiz"),
    ]


def test_each_kind_of_step_holds_what_its_file_says(course: Course) -> None:
    read, predict, lab, gallery, quiz = course.lesson("binary-cross-entropy").steps
    assert isinstance(read, Read) and read.minutes == 3 and read.text.startswith("# Logits")
    assert (
        isinstance(predict, Predict) and predict.about == "mse-against-bce" and predict.question.answer == 0
    )
    assert isinstance(lab, Lab) and lab.compare == "mse" and lab.labels == ("BCE", "MSE") and lab.pace == 60
    assert lab.knobs[0] == Knob("lr", "learning rate", ("0.01", "1e-1", "1"))
    assert isinstance(gallery, Lab) and (gallery.lab, gallery.dataset, gallery.experiment) == (
        "gallery",
        "garments",
        "",
    )
    assert isinstance(quiz, Quiz) and quiz.questions[0].refresh == "logits"
    assert quiz.questions[0].options[1].reason == "Only after a threshold."


def test_a_knob_writes_its_value_as_a_word() -> None:
    assert Knob("lr", "learning rate", ("1",)).word("1") == "lr=1"
    assert Knob("loss", "loss", ("mse",)).word("mse") == "mse"


def test_everything_is_frozen(course: Course) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        course.lessons[0].title = "other"  # type: ignore[misc]
    assert hash(course) == hash(course)


def test_places_are_found_by_number_and_by_id(course: Course) -> None:
    lesson, step = course.find("3/mse-against-bce")
    assert (lesson.id, step and step.id) == ("binary-cross-entropy", "mse-against-bce")
    assert course.find("binary-cross-entropy")[1] is None
    assert course.find("3/")[1] is None
    assert course.card("loop").lab == "binary-cross-entropy/mse-against-bce"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("binary-crossentropy", "Did you mean “binary-cross-entropy”?"),
        ("3/mse-vs-bce", "Did you mean “mse-against-bce”?"),
        ("7", "There is no lesson 7. Known: 1 nn-module, 3 binary-cross-entropy."),
        ("³", "There is no lesson “³”."),
        ("", "There is no lesson “”."),
        ("9" * 5000, "There is no lesson"),
    ],
)
def test_an_unknown_place_names_the_nearest(course: Course, place: str, said: str) -> None:
    with pytest.raises(LessonError) as caught:
        course.find(place)
    assert said in str(caught.value)


def test_a_single_lesson_opens_without_its_neighbours(course_folder: Path) -> None:
    course = load_course(course_folder / "3_bce")
    assert [lesson.id for lesson in course.lessons] == ["binary-cross-entropy"]


def test_a_faulty_lesson_is_left_out_and_the_rest_opens(course_folder: Path) -> None:
    (course_folder / "3_bce" / "logits.md").unlink()
    faults: list[Fault] = []
    course = load_course(course_folder, faults)
    assert [lesson.number for lesson in course.lessons] == [1]
    assert [(fault.file.name, fault.key) for fault in faults] == [("lesson.toml", "steps.logits.file")]
    assert course.card("loop").lab == ""  # its lab went with the lesson


def test_without_a_list_every_fault_is_in_the_error(course_folder: Path) -> None:
    (course_folder / "3_bce" / "logits.md").unlink()
    (course_folder / "1_nn_module" / "modules.md").write_text("")
    with pytest.raises(LessonError) as caught:
        load_course(course_folder)
    assert "2 faults" in str(caught.value) and "logits.md is missing" in str(caught.value)
    assert "modules.md: file: is empty" in str(caught.value)


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LessonError, match="cannot be opened: No such file"):
        load_course(tmp_path / "nowhere")
    with pytest.raises(LessonError, match="holds no lessons"):
        load_course(tmp_path)


def test_windows_line_ends_and_a_byte_order_mark_are_read(course_folder: Path) -> None:
    (course_folder / "3_bce" / "logits.md").write_bytes(
        "\ufeff# Größe\r\n\r\n```python\r\nx = 1\r\n```\r\n".encode()
    )
    step = load_course(course_folder).lesson("3").step("logits")
    assert step.text == "# Größe\n\n```python\nx = 1\n```\n"


def test_the_listing_says_what_is_done(course: Course, tmp_path: Path) -> None:
    progress = Progress.load(tmp_path / "progress.json")
    progress.mark_done("nn-module", "modules")
    first, second = listing(course, progress)
    assert first == {
        "number": 1,
        "id": "nn-module",
        "title": "nn.Module",
        "steps": [{"id": "modules", "kind": "read", "title": "Modules", "done": True}],
    }
    assert [step["done"] for step in second["steps"]] == [False] * 5
    assert set(second["steps"][0]) == {"id", "kind", "title", "done"}


def test_reading_costs_a_small_multiple_of_parsing(course_folder: Path) -> None:
    """A course of 24 lessons, each step checked, against parsing its TOML and Python alone, best of five."""
    lesson = (
        (course_folder / "3_bce" / "lesson.toml").read_text().replace('needs = ["nn-module"]', "needs = []")
    )
    page = "Text that explains.\n" * 80 + "```python\n" + "x = [i for i in range(3)]\n" * 20 + "```\n"
    for number in range(10, 34):
        folder = course_folder / f"{number}_more"
        folder.mkdir()
        text = lesson.replace("number = 3", f"number = {number}").replace(
            'id = "binary', f'id = "more{number}', 1
        )
        (folder / "lesson.toml").write_text(text)
        (folder / "logits.md").write_text(page)
    texts = [path.read_text() for path in course_folder.glob("*/lesson.toml")]
    codes = [block.code for path in course_folder.glob("*/*.md") for block in python_blocks(path.read_text())]

    def parse() -> None:
        for text in texts:
            tomllib.loads(text)
        for code in codes:
            compile(code, "block", "exec")

    def cost(call: object) -> float:
        assert callable(call)
        start = time.process_time()
        call()
        return time.process_time() - start

    assert len(load_course(course_folder).lessons) == 26
    floor = min(cost(parse) for _ in range(5))
    assert min(cost(lambda: load_course(course_folder)) for _ in range(5)) < 4 * floor
