"""Progress in memory and in its file: marking, going on, merging, and what never gets lost."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor import paths
from tutor.learning.lessons import Course, load_course
from tutor.learning.progress import Progress
from tutor.learning.state import State


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "progress.json"


@pytest.fixture
def course(course_folder: Path) -> Course:
    return load_course(course_folder)


def steps_left(progress: Progress, course: Course) -> str:
    found = progress.next_step(course)
    return f"{found[0].id}/{found[1].id}" if found else ""


def test_what_is_noted_comes_back_after_a_restart(path: Path, course: Course) -> None:
    progress = Progress.load(path)
    assert progress.first_start and progress.last == "" and progress.notice == ""
    lesson = course.lesson("3")
    progress.mark_started()
    progress.mark_done(lesson, lesson.step("logits"))
    progress.answer("binary-cross-entropy", "check", 0, 1)
    progress.predict(lesson, "predict-mse", 1)
    progress.visit(lesson, "check")
    progress.save()
    again = Progress.load(path)
    assert not again.first_start and again.is_done(lesson, "logits") and not again.is_done(lesson, "check")
    assert again.answers(lesson, "check") == {0: 1} and again.answers(lesson, "logits") == {}
    assert again.prediction(lesson, "predict-mse") == 1 and again.prediction(lesson, "logits") is None
    assert again.last == "binary-cross-entropy/check" and again.count_done(lesson) == 1


def test_the_file_lies_in_the_state_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TUTOR_STATE_DIR", str(tmp_path / "mine"))
    progress = Progress.load()
    progress.mark_done("a", "b")
    progress.save()
    assert progress.path == paths.state_dir() / "progress.json" == tmp_path / "mine" / "progress.json"
    assert json.loads(progress.path.read_text())["done"] == ["a/b"]


def test_nothing_new_writes_nothing(path: Path) -> None:
    Progress.load(path).save()
    assert not path.exists()


def test_what_a_lab_keeps_comes_back_and_the_last_wins(path: Path) -> None:
    progress = Progress.load(path)
    assert progress.lab("a", "clinic") == {}
    values = {"version": 1, "past": [["x", 3]]}
    progress.keep_lab("a", "clinic", values)
    values["past"].append(["y", 4])  # what was kept is a copy
    progress.lab("a", "clinic")["version"] = 9
    assert progress.lab("a", "clinic") == {"version": 1, "past": [["x", 3]]}
    progress.save()
    other = Progress.load(path)
    other.keep_lab("a", "sweep", {"version": 1, "best": 0.5})
    other.keep_lab("a", "clinic", {"version": 1, "past": []})
    other.save()
    again = Progress.load(path)
    assert again.lab("a", "clinic") == {"version": 1, "past": []} and again.lab("a", "sweep")["best"] == 0.5


@pytest.mark.parametrize("values", [{"a": object()}, {"a": float("nan")}])
def test_a_lab_keeps_plain_values_only(path: Path, values: dict[str, object]) -> None:
    progress = Progress.load(path)
    with pytest.raises((TypeError, ValueError)):
        progress.keep_lab("a", "b", values)
    assert progress.lab("a", "b") == {}


def test_a_prediction_is_locked_and_an_answer_is_not(path: Path) -> None:
    progress = Progress.load(path)
    assert progress.predict("a", "p", 1) == 1
    assert progress.predict("a", "p", 0) == 1 and progress.prediction("a", "p") == 1
    progress.answer("a", "q", 0, 1)
    progress.answer("a", "q", 0, 2)
    progress.answer("a", "q", 1, 0)
    assert progress.answers("a", "q") == {0: 2, 1: 0}


def test_only_steps_that_still_exist_are_counted(path: Path, course: Course) -> None:
    progress = Progress.load(path)
    progress.mark_done("nn-module", "gone")
    progress.mark_done("nn-module", "modules")
    assert progress.count_done(course.lesson("1")) == 1


def test_a_new_learner_begins_at_the_first_step(path: Path, course: Course) -> None:
    assert steps_left(Progress.load(path), course) == "nn-module/modules"


def test_the_learner_goes_on_where_they_left(path: Path, course: Course) -> None:
    progress = Progress.load(path)
    progress.visit("binary-cross-entropy", "mse-against-bce")
    assert steps_left(progress, course) == "binary-cross-entropy/mse-against-bce"
    progress.mark_done("binary-cross-entropy", "mse-against-bce")
    assert steps_left(progress, course) == "binary-cross-entropy/gallery"


def test_after_the_end_come_the_steps_that_were_skipped(path: Path, course: Course) -> None:
    progress = Progress.load(path)
    progress.visit("binary-cross-entropy", "check")
    progress.mark_done("binary-cross-entropy", "check")
    progress.mark_done("nn-module", "modules")
    assert steps_left(progress, course) == "binary-cross-entropy/logits"


def test_nothing_is_left_when_all_is_done(path: Path, course: Course) -> None:
    progress = Progress.load(path)
    for lesson in course.lessons:
        for step in lesson.steps:
            progress.mark_done(lesson, step)
    assert progress.next_step(course) is None


def test_a_last_step_that_is_gone_leads_to_its_lesson(path: Path, course: Course) -> None:
    progress = Progress.load(path)
    progress.visit("binary-cross-entropy", "renamed")
    assert steps_left(progress, course) == "binary-cross-entropy/logits"
    progress.visit("gone", "renamed")
    assert steps_left(progress, course) == "nn-module/modules"


def test_two_tutors_lose_nothing_of_each_other(path: Path) -> None:
    first, second = Progress.load(path), Progress.load(path)
    first.mark_done("a", "one")
    first.answer("a", "q", 0, 1)
    first.visit("a", "one")
    second.mark_done("a", "two")
    second.answer("a", "q", 1, 2)
    first.save()
    second.save()
    assert second.is_done("a", "one") and second.answers("a", "q") == {0: 1, 1: 2}
    assert second.last == "a/one"  # the second went nowhere
    again = Progress.load(path)
    assert again.is_done("a", "one") and again.is_done("a", "two") and again.answers("a", "q") == {0: 1, 1: 2}


def test_a_reset_elsewhere_is_not_undone_by_a_save_here(path: Path) -> None:
    first, second = Progress.load(path), Progress.load(path)
    first.mark_done("a", "one")
    first.save()
    second.reset()
    first.mark_done("a", "two")
    first.save()
    again = Progress.load(path)
    assert again.is_done("a", "two") and not again.is_done("a", "one")


def test_what_a_sister_version_adds_is_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"version": 1, "done": ["a/b"], "reviews": {"a/b": [1, null]}}')
    progress = Progress.load(path)
    progress.mark_done("a", "c")
    progress.save()
    kept = json.loads(path.read_text())
    assert kept["reviews"] == {"a/b": [1, None]} and kept["done"] == ["a/b", "a/c"]


def test_saving_leaves_no_temporary_file(path: Path) -> None:
    progress = Progress.load(path)
    for number in range(5):
        progress.mark_done("a", f"s{number}")
        progress.save()
    assert {file.name for file in path.parent.iterdir()} <= {"progress.json", "progress.json.lock"}


def test_a_linked_file_stays_a_link(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    (tmp_path / "dotfiles.json").write_text('{"version": 1, "done": ["a/b"]}')
    path.symlink_to(tmp_path / "dotfiles.json")
    progress = Progress.load(path)
    progress.mark_done("a", "c")
    progress.save()
    assert path.is_symlink() and json.loads((tmp_path / "dotfiles.json").read_text())["done"] == [
        "a/b",
        "a/c",
    ]


def test_export_and_import_carry_everything(path: Path, tmp_path: Path) -> None:
    one = Progress.load(path)
    one.mark_done("a", "one")
    one.predict("a", "p", 1)
    one.visit("a", "one")
    one.export(tmp_path / "out.json")
    other = Progress.load(tmp_path / "other" / "progress.json")
    other.predict("a", "p", 0)
    other.mark_done("a", "two")
    other.import_(tmp_path / "out.json")
    again = Progress.load(other.path)
    assert again.is_done("a", "one") and again.is_done("a", "two") and again.last == "a/one"
    assert again.prediction("a", "p") == 0  # what is locked here stays


def test_an_import_does_not_overwrite_what_is_here(path: Path, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text(
        '{"version": 1, "answers": {"a/q": {"0": 3, "1": 1}}, "last": "a/old"}'
    )
    progress = Progress.load(path)
    progress.answer("a", "q", 0, 2)
    progress.visit("a", "new")
    progress.import_(tmp_path / "old.json")
    assert progress.answers("a", "q") == {0: 2, 1: 1} and progress.last == "a/new"


def test_reset_keeps_each_backup(path: Path) -> None:
    progress = Progress.load(path)
    assert progress.reset() is None
    progress.mark_started()
    progress.mark_done("a", "one")
    progress.save()
    first = progress.reset()
    assert first and json.loads(first.read_text())["done"] == ["a/one"]
    assert (
        not progress.is_done("a", "one")
        and progress.first_start
        and not Progress.load(path).is_done("a", "one")
    )
    second = progress.reset()
    assert second and second != first and first.exists()


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
PLACES = st.tuples(NAMES, NAMES)
OPTIONS = st.integers(0, 9)


@settings(max_examples=30, deadline=None)
@given(
    done=st.lists(PLACES, max_size=8),
    answers=st.lists(st.tuples(PLACES, OPTIONS, OPTIONS), max_size=8),
    predictions=st.lists(st.tuples(PLACES, OPTIONS), max_size=8),
    last=st.none() | PLACES,
    started=st.booleans(),
)
def test_any_progress_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    done: list[tuple[str, str]],
    answers: list[tuple[tuple[str, str], int, int]],
    predictions: list[tuple[tuple[str, str], int]],
    last: tuple[str, str] | None,
    started: bool,
) -> None:
    progress = Progress.load(tmp_path_factory.mktemp("state") / "progress.json")
    for at in done:
        progress.mark_done(*at)
    for at, question, option in answers:
        progress.answer(*at, question, option)
    for at, option in predictions:
        progress.predict(*at, option)
    if last:
        progress.visit(*last)
    if started:
        progress.mark_started()
    progress.save()
    again = Progress.load(progress.path)
    assert again.notice == "" and again.last == progress.last and again.first_start is not started
    assert all(again.is_done(*at) for at in done)
    assert all(again.answers(*at) == progress.answers(*at) for at, _, _ in answers)
    assert all(again.prediction(*at) == progress.prediction(*at) for at, _ in predictions)


@settings(max_examples=60, deadline=None)
@given(
    st.sets(NAMES), st.dictionaries(NAMES, st.dictionaries(OPTIONS, OPTIONS)), st.dictionaries(NAMES, OPTIONS)
)
def test_state_and_its_json_are_the_same(
    done: set[str], answers: dict[str, dict[int, int]], predictions: dict[str, int]
) -> None:
    state = State(done, answers, predictions, last="a/b", started=True, others={"later": [1]})
    assert State.from_json(state.to_json()) == state
    merged = state.copy()
    merged.add(state)
    assert merged == state


WRITER = """
import sys
from pathlib import Path
from tutor.learning.progress import Progress

progress = Progress.load(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(40):
    progress.mark_done(sys.argv[2], f"s{number}")
    progress.answer("shared", "quiz", int(sys.argv[3]) + number, number)
    progress.save()
assert progress.notice == "", progress.notice
"""


def test_two_processes_at_once_lose_nothing_and_tear_nothing(path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, path, name, first],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, first in (("one", "0"), ("two", "100"))
    ]
    for writer in writers:
        assert writer.stdout and writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    seen, notices = 0, set()
    while any(writer.poll() is None for writer in writers):
        reader = Progress.load(path)
        notices.add(reader.notice)
        now = len(reader.answers("shared", "quiz"))
        assert now >= seen
        seen = now
    assert [writer.communicate()[1] for writer in writers] == ["", ""] and notices == {""}
    end = Progress.load(path)
    assert all(end.is_done(name, f"s{number}") for name in ("one", "two") for number in range(40))
    assert len(end.answers("shared", "quiz")) == 80


def test_marks_made_while_another_thread_saves_are_kept(path: Path) -> None:
    progress = Progress.load(path)
    stop = threading.Event()

    def keep_saving() -> None:
        while not stop.is_set():
            progress.save()

    saver = threading.Thread(target=keep_saving)
    saver.start()
    for number in range(300):
        progress.mark_done("a", f"s{number}")
        assert progress.is_done("a", f"s{number}")
    stop.set()
    saver.join()
    progress.save()
    again = Progress.load(path)
    assert all(again.is_done("a", f"s{number}") for number in range(300))
