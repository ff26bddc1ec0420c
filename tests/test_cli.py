"""The command line in this process: words, places, exit codes, and what goes to which stream."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
from cli_helpers import write_lessons

from tutor import __version__, cli, paths
from tutor.learning.progress import Progress

COMMANDS = ("lessons", "tour", "train", "check-lessons")
Caught = pytest.CaptureFixture[str]


@pytest.fixture
def lessons(tmp_path: Path) -> str:
    return str(write_lessons(tmp_path / "lessons", "moons epochs=1", "blobs epochs=1"))


def refused(capsys: Caught, *words: str, code: int = 2) -> str:
    """Run words that must be refused: the message, which is all that is written."""
    assert cli.main(words) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("tutor: ")
    assert "Traceback" not in err
    return err


def test_version(capsys: Caught) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"tutor {__version__}\n"


def test_help_names_every_command_and_each_has_its_own(capsys: Caught) -> None:
    assert cli.main(["--help"]) == 0
    text = capsys.readouterr().out
    for name in COMMANDS:
        assert f"tutor {name}" in text
        assert cli.main([name, "--help"]) == 0
        assert capsys.readouterr().out.startswith(f"usage: tutor {name} ")


def test_an_unknown_option_names_the_nearest(capsys: Caught) -> None:
    message = refused(capsys, "lessons", "--jsn")
    assert "“--jsn”" in message
    assert "Did you mean “--json”?" in message


def test_an_option_without_its_value(capsys: Caught) -> None:
    assert "expected one argument" in refused(capsys, "lessons", "--lessons")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("7", "There is no lesson 7. Known: 0 lesson-0, 1 lesson-1."),
        ("lesson-9", "Did you mean “lesson-"),
        ("1/rum", "There is no step in lesson 1 “rum”. Did you mean “run”?"),
        ("trian", "There is no command “trian”. Did you mean “tutor train”?"),
        ("zzzzzz", "tutor --help"),
    ],
)
def test_a_wrong_place(capsys: Caught, lessons: str, place: str, words: str) -> None:
    assert words in refused(capsys, place, "--lessons", lessons)


def test_two_places(capsys: Caught, lessons: str) -> None:
    assert "One place" in refused(capsys, "0", "1", "--lessons", lessons)


def test_a_wrong_folder_of_lessons_names_the_nearest(capsys: Caught, lessons: str) -> None:
    message = refused(capsys, "lessons", "--lessons", f"{lessons[:-2]}")
    assert f"Did you mean “{lessons}”?" in message


def test_lessons_without_a_good_one(capsys: Caught, tmp_path: Path) -> None:
    assert cli.main(["lessons", "--lessons", str(tmp_path)]) == 1
    assert f"tutor check-lessons {tmp_path}" in capsys.readouterr().err


def test_lessons_as_text(capsys: Caught, lessons: str) -> None:
    Progress.load().mark_done("lesson-1", "text")
    assert cli.main(["lessons", "--lessons", lessons]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[0] == "0  Lesson 0  (5 min, 0 of 2 steps done)"
    assert [line.split() for line in out.splitlines() if "1/" in line] == [
        ["[", "]", "1/text", "read", "Some", "text"],
        ["[", "]", "1/run", "lab", "Run", "1"],
    ]


def test_lessons_as_json_with_what_is_done(
    capsys: Caught, lessons: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTOR_STATE_DIR", str(tmp_path / "state"))
    progress = Progress.load()
    progress.mark_done("lesson-1", "text")
    progress.save()
    # An option may stand before the command too.
    assert cli.main(["--lessons", lessons, "lessons", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [lesson["number"] for lesson in found] == [0, 1]
    assert found[1] == {
        "number": 1,
        "id": "lesson-1",
        "title": "Lesson 1",
        "steps": [
            {"id": "text", "kind": "read", "title": "Some text", "done": True},
            {"id": "run", "kind": "lab", "title": "Run 1", "done": False},
        ],
    }


def test_a_faulty_lesson_is_named_and_the_others_stay(capsys: Caught, lessons: str) -> None:
    (Path(lessons) / "0_lesson" / "text.md").unlink()
    assert cli.main(["lessons", "--json", "--lessons", lessons]) == 0
    out, err = capsys.readouterr()
    assert [lesson["id"] for lesson in json.loads(out)] == ["lesson-1"]
    assert err.startswith("tutor: a lesson was left out. ")
    assert "text.md" in err


def test_check_lessons_finds_nothing(capsys: Caught, lessons: str) -> None:
    assert cli.main(["check-lessons", lessons]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"2 lessons and 4 steps in {lessons}: no faults.\n")


def test_check_lessons_prints_file_key_and_reason(capsys: Caught, lessons: str) -> None:
    path = Path(lessons) / "1_lesson" / "lesson.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("minutes = 5", "minutes = 0"), encoding="utf-8")
    assert cli.main(["check-lessons", lessons]) == 1
    out, err = capsys.readouterr()
    assert out.startswith(f"{path}: minutes: ")
    assert err == f"1 fault in {lessons}.\n"


def test_a_corrupt_progress_is_told_and_lessons_are_listed(
    capsys: Caught, lessons: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTOR_STATE_DIR", str(tmp_path))
    (tmp_path / "progress.json").write_text("{", encoding="utf-8")
    assert cli.main(["lessons", "--json", "--lessons", lessons]) == 0
    out, err = capsys.readouterr()
    assert len(json.loads(out)) == 2
    assert "could not be read" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train"], "The experiment line was empty"),
        (["train", "mons"], "Did you mean “moons”?"),
        (["train", "moons lr=fast"], "lr=fast"),
        (["train", "moons", "epohs=3"], "Did you mean “epochs”?"),
        (["train", "moons", "--device", "gpu"], "Known: auto, cpu, cuda, mps."),
        (["train", "moons", "--json", "--plot"], "Take one of the two."),
    ],
)
def test_train_refuses_a_wrong_line(capsys: Caught, words: list[str], message: str) -> None:
    assert message in refused(capsys, *words)


def test_a_fault_of_our_own_goes_to_the_log(
    capsys: Caught, lessons: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "log_file", lambda: tmp_path / "deep" / "tutor.log")
    monkeypatch.setattr(cli, "_progress", lambda: 1 / 0)
    message = refused(capsys, "lessons", "--lessons", lessons, code=1)
    assert "ZeroDivisionError" in message
    assert str(tmp_path / "deep" / "tutor.log") in message
    assert len(message.splitlines()) == 1
    assert "Traceback" in (tmp_path / "deep" / "tutor.log").read_text(encoding="utf-8")


def test_ctrl_c_is_130(capsys: Caught, lessons: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_progress", interrupted)
    assert "Ctrl+C" in refused(capsys, "lessons", "--lessons", lessons, code=130)


def test_what_the_system_refuses_is_a_sentence(
    capsys: Caught, lessons: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cli, "_progress", refuse)
    assert "No space left on device" in refused(capsys, "lessons", "--lessons", lessons, code=1)


@pytest.mark.parametrize(("term", "why"), [("xterm", "not all a terminal"), ("dumb", "TERM=dumb")])
def test_without_a_terminal_it_says_so_and_runs_the_tour(
    capsys: Caught, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, term: str, why: str
) -> None:
    lessons = write_lessons(tmp_path, "blobs linear steps=2", "moons steps=2")
    monkeypatch.setenv("TERM", term)
    assert cli.main(["lesson-1", "--lessons", str(lessons)]) == 0
    out, err = capsys.readouterr()
    assert why in err.splitlines()[0]
    assert "ssh -t HOST tutor" in err.splitlines()[0]
    assert [line.split()[:4] for line in out.splitlines()[1:]] == [["1", "Lesson", "1", "done"]]
    assert "\x1b" not in out + err
