"""The course as a whole: no fault, ids that progress can rest on, and in each lesson what a lesson must have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tutor import paths
from tutor.core.experiment import parse
from tutor.learning.lessons import Lab, Lesson, Predict, Quiz, Read, check_course, load_course, python_blocks

FOLDER = paths.lessons_dir()
COURSE = load_course(FOLDER)

# Progress is kept under these: an id that changes loses what somebody did. Add, and do not rename.
IDS = {
    0: "prerequisites",
    1: "nn-module",
    2: "datasets-and-dataloaders",
    3: "binary-cross-entropy",
    4: "categorical-cross-entropy",
    5: "training-loop",
}
PLACES = {
    "0/first-run",
    "1/no-activation",
    "1/zero-init",
    "2/batch-stream",
    "2/gallery",
    "2/sorted-data",
    "3/mse-against-bce",
    "4/ten-classes",
    "4/softmax-twice",
    "5/complete-classifier",
    "5/no-zero-grad",
}
MISTAKES = {"softmax-before-ce", "no-zero-grad", "wrong-mode", "no-no-grad", "wrong-device"}

every_lesson = pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.id)


def labs(lesson: Lesson) -> list[Lab]:
    """The labs of a lesson, in order."""
    return [step for step in lesson.steps if isinstance(step, Lab)]


def test_the_course_has_no_fault() -> None:
    assert check_course(FOLDER) == []


def test_numbers_and_ids_are_stable() -> None:
    assert {lesson.number: lesson.id for lesson in COURSE.lessons} == IDS
    there = {f"{lesson.number}/{step.id}" for lesson in COURSE.lessons for step in lesson.steps}
    assert there >= PLACES


@every_lesson
def test_a_lesson_has_what_it_must_have(lesson: Lesson) -> None:
    assert len(labs(lesson)) >= 2
    assert sum(isinstance(step, Read) for step in lesson.steps) >= 4
    assert sum(len(step.questions) for step in lesson.steps if isinstance(step, Quiz)) >= 5
    assert lesson.summary and len(lesson.teaches) >= 3
    assert any(python_blocks(step.text) for step in lesson.steps)


@every_lesson
def test_the_main_lab_is_predicted_before_it_runs(lesson: Lesson) -> None:
    predicted = [step.about for step in lesson.steps if isinstance(step, Predict)]
    assert predicted
    assert lesson.number == 0 or lesson.main in predicted  # the very first run asks nothing yet


@every_lesson
def test_the_minutes_add_up(lesson: Lesson) -> None:
    total = sum(step.minutes for step in lesson.steps)
    assert 0.7 * lesson.minutes <= total <= 1.3 * lesson.minutes
    assert all(step.minutes for step in lesson.steps)


@every_lesson
def test_every_option_has_its_reason_and_the_answer_is_not_always_in_one_place(lesson: Lesson) -> None:
    questions = [step.question for step in lesson.steps if isinstance(step, Predict)]
    questions += [one for step in lesson.steps if isinstance(step, Quiz) for one in step.questions]
    assert len({question.answer for question in questions}) > 1
    for question in questions:
        assert len(question.options) >= 3, question.text
        assert all(option.reason for option in question.options), question.text


@every_lesson
def test_the_experiments_are_written_so_that_two_runs_are_the_same(lesson: Lesson) -> None:
    for lab in labs(lesson):
        if lab.experiment:
            assert "seed=" in lab.experiment
            assert parse(lab.experiment).device == "auto"
            assert parse(lab.experiment).dataset not in (
                "mnist",
                "fashion-mnist",
            )  # no lesson needs a download


def test_each_of_the_five_mistakes_is_run_and_has_its_card() -> None:
    run = {word for lesson in COURSE.lessons for lab in labs(lesson) for word in lab.compare.split()}
    assert {f"mistake={mistake}" for mistake in MISTAKES} <= run
    assert {card.id for card in COURSE.cards if card.kind == "mistake"} >= MISTAKES


def test_every_card_leads_to_a_lab() -> None:
    assert len(COURSE.cards) >= 9
    for card in COURSE.cards:
        assert isinstance(COURSE.find(card.lab)[1], Lab), card.id


def test_the_example_in_contributing_is_a_good_lesson(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    files = re.findall(
        r"^(`{3,})(?:toml|markdown)\n(?:# |<!-- )my_lessons/([\w/.]+).*\n([\s\S]*?)^\1$", text, re.MULTILINE
    )
    assert [name for _, name, _ in files] == ["7_momentum/lesson.toml", "7_momentum/idea.md"]
    for _, name, content in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert check_course(tmp_path) == []
    (lesson,) = load_course(tmp_path).lessons
    assert [step.kind for step in lesson.steps] == ["read", "predict", "lab", "quiz"]
    assert python_blocks(lesson.step("idea").text)
