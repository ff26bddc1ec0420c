"""`tutor train` and `tutor tour` with the real engine, in this process, on toy data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from cli_helpers import write_lessons

from tutor import cli
from tutor.core.runs import MODEL, read_run
from tutor.headless import tour

Caught = pytest.CaptureFixture[str]


def test_train_as_text(capsys: Caught) -> None:
    assert cli.main(["train", "moons mlp:8", "epochs=2", "seed=3"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert err == ""
    assert lines[0] == "moons mlp:8 bce adam lr=0.01 batch=32 epochs=2 seed=3"
    assert [line.split()[:2] for line in lines if line.startswith("epoch")] == [
        ["epoch", "1/2"],
        ["epoch", "2/2"],
    ]
    assert any(line.startswith("test ") and line.endswith(" %") for line in lines)
    assert "samples per second" in lines[-1]


def test_train_as_json_and_into_a_folder(capsys: Caught, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "run"
    assert cli.main(["train", "sine", "steps=5", "--json", "--out", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    printed = [json.loads(line, parse_constant=lambda name: pytest.fail(name)) for line in out.splitlines()]
    names = [event["event"] for event in printed]
    assert (names[0], names[-1]) == ("run_started", "run_finished")
    assert [event["step"] for event in printed if event["event"] == "step_done"] == [1, 2, 3, 4, 5]
    assert names.count("epoch_done") == 1
    times = [event["time"] for event in printed]
    assert times[0] == 0
    assert times == sorted(times)
    run = read_run(folder)
    assert list(run.events) == printed
    assert run.experiment == printed[0]["experiment"]
    assert run.finished is not None
    assert run.finished["reason"] == "done"
    assert run.finished["test_accuracy"] is None  # regression has none
    assert "test_accuracy" in run.finished["cause"]
    assert all(
        tensor.device.type == "cpu" for tensor in torch.load(folder / MODEL, weights_only=True).values()
    )


def test_out_refuses_what_is_taken_before_it_trains(capsys: Caught, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert cli.main(["train", "moons", "steps=2", "--out", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "not empty" in err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_missing_data_is_a_sentence_and_leaves_no_folder(capsys: Caught, tmp_path: Path) -> None:
    words = ["train", "mnist", "--data-dir", str(tmp_path / "none"), "--out", str(tmp_path / "run")]
    assert cli.main(words) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("tutor: ")
    assert "--data-dir" in err
    assert not (tmp_path / "run").exists()


def test_a_run_that_diverges_says_why_and_what_to_do(capsys: Caught, tmp_path: Path) -> None:
    words = ["train", "sine linear mse sgd lr=1e5 epochs=9", "--json", "--out", str(tmp_path / "run")]
    assert cli.main(words) == 1
    out, err = capsys.readouterr()
    assert json.loads(out.splitlines()[-1])["reason"] == "diverged"
    assert err.startswith("tutor: The run diverged at step ")
    assert "learning rate" in err
    assert len(err.splitlines()) == 1
    assert (tmp_path / "run" / MODEL).is_file()


def test_a_run_that_fails_names_the_planted_mistake(capsys: Caught) -> None:
    assert cli.main(["train", "moons", "steps=2", "mistake=wrong-device"]) == 1
    out, err = capsys.readouterr()
    assert "The run failed" in err
    assert "Leave mistake=wrong-device out" in err
    assert "Traceback" not in out + err


def test_plot_draws_loss_and_accuracy_without_colour_into_a_pipe(
    capsys: Caught, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    assert cli.main(["train", "moons", "epochs=2", "--plot"]) == 0
    drawn = capsys.readouterr().out.split("samples per second.\n")[1]
    assert "\x1b" not in drawn
    assert drawn.count("step\n") == 2
    assert "loss" in drawn
    assert "accuracy" in drawn
    assert "validation fell from" in drawn  # in words too
    assert max(map(len, drawn.splitlines()[:14])) < 70


def test_built_in_data_train_too(capsys: Caught, drawn_data: Path) -> None:
    assert cli.main(["train", "digits", "steps=3", "--data-dir", str(drawn_data)]) == 0
    assert "training, " in capsys.readouterr().out


def test_tour_as_a_table_with_a_pair(capsys: Caught, tmp_path: Path) -> None:
    lessons = write_lessons(tmp_path, "moons epochs=1", "blobs linear bce steps=4", compare="mse")
    assert cli.main(["tour", "--lessons", str(lessons)]) == 0
    out, err = capsys.readouterr()
    head, *rows = out.splitlines()
    assert head.split() == ["lesson", "run", "result", "val", "test", "time", "experiment"]
    assert [row.split()[0] for row in rows] == ["0", "1", "1"]
    assert all(" done " in row and row.count(" % ") == 2 for row in rows)
    assert " bce " in rows[1]
    assert "as it is" in rows[1]
    assert "changed" in rows[2]
    assert " mse " in rows[2]
    assert err.splitlines()[:2] == ["1/2  lesson 0, Run 0", "2/2  lesson 1, Run 1"]
    assert err.splitlines()[-1].startswith("2 lessons in ")


def test_one_lesson_that_fails_does_not_stop_the_others(capsys: Caught, tmp_path: Path) -> None:
    lessons = write_lessons(
        tmp_path,
        "moons steps=2 mistake=wrong-device",
        "mnist steps=2",
        "sine linear mse sgd lr=1e5",
        "moons steps=2",
    )
    words = ["tour", "--json", "--lessons", str(lessons), "--data-dir", str(tmp_path / "none")]
    assert cli.main(words) == 1
    out, err = capsys.readouterr()
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["result"] for row in rows] == ["failed", "failed", "diverged", "done"]
    assert [row["lesson"] for row in rows] == ["lesson-0", "lesson-1", "lesson-2", "lesson-3"]
    assert [bool(row["cause"]) for row in rows] == [True, True, True, False]
    assert rows[3]["steps"] == 2
    assert 0 <= rows[3]["test_accuracy"] <= 1
    assert rows[1]["test_accuracy"] is None
    assert "tutor: lesson 1: mnist was not found" in err
    assert err.splitlines()[-1].endswith("; 3 runs failed.")


def test_a_fault_of_our_own_in_one_lesson_goes_to_the_log(
    capsys: Caught, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(tour, "_events", broken)
    assert cli.main(["tour", "--lessons", str(write_lessons(tmp_path, "moons steps=2"))]) == 1
    out, err = capsys.readouterr()
    assert " failed " in out
    assert "ZeroDivisionError" in err
    assert "tutor.log" in err
