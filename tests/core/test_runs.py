"""A run as a folder: what is written can be read, whatever happened in between."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tutor.core.events import EpochDone, Event, RunFinished, StepDone, event_name, to_dict
from tutor.core.runs import EVENTS, EXPERIMENT, MODEL, RunFolder, event_line, is_run, read_run, replace_file
from tutor.errors import RunError

LINE = "moons mlp:16 bce adam lr=0.01 batch=32 epochs=30 seed=0"
END = RunFinished("done", 2, 0.5, 128.0, 0.1, 0.2, 0.9, 0.3, 0.8)
numbers = st.floats(allow_nan=True, allow_infinity=True)


def write_run(folder: Path, *events: Event) -> Path:
    with RunFolder(folder, LINE) as run:
        for second, event in enumerate(events):
            run.write(event, second)
    return folder


@given(st.integers(1, 10**9), numbers, numbers, st.floats(0, 1e6))
def test_every_line_is_valid_json_and_says_what_to_dict_says(
    step: int, loss: float, accuracy: float, seconds: float
) -> None:
    event = StepDone(step, 1, loss, accuracy)
    line = event_line(event, seconds)
    plain = json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert plain.pop("time") == pytest.approx(seconds, abs=0.0005001)
    assert plain == to_dict(event)
    assert "\n" not in line


def test_a_number_that_is_not_finite_is_null_with_a_cause() -> None:
    plain = json.loads(event_line(EpochDone(9, 1, math.inf, math.nan, 0.5, 0.5, 1.0), 1.23456))
    assert plain["event"] == "epoch_done"
    assert plain["time"] == 1.235
    assert plain["train_loss"] is None
    assert plain["train_accuracy"] is None
    assert "train_loss" in plain["cause"]


def test_what_was_written_is_read(tmp_path: Path) -> None:
    events = (StepDone(1, 1, 0.5, 0.25), StepDone(2, 1, 0.25, 0.5), END)
    run = read_run(write_run(tmp_path / "new" / "run", *events))
    assert run.experiment == LINE
    assert [event["event"] for event in run.events] == [event_name(event) for event in events]
    assert [event["time"] for event in run.events] == [0, 1, 2]
    assert run.finished == run.events[-1]


def test_events_can_be_read_while_the_run_goes_on(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run", LINE) as folder:
        folder.write(StepDone(1, 1, 0.5, 0.25), 0)
        folder.write(EpochDone(1, 1, 0.5, 0.5, 0.5, 0.5, 1.0), 1)
        run = read_run(tmp_path / "run")
        assert len(run.events) == 2
        assert run.finished is None


def test_a_cut_last_line_is_left_out(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", StepDone(1, 1, 0.5, 0.25), END)
    text = (folder / EVENTS).read_text(encoding="utf-8")
    (folder / EVENTS).write_text(text[:-20], encoding="utf-8")
    run = read_run(folder)
    assert [event["event"] for event in run.events] == ["step_done"]
    assert run.finished is None


@pytest.mark.parametrize("line", ["no json", "[]", '{"step": 1}', "7"])
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    folder = write_run(tmp_path / "run", StepDone(1, 1, 0.5, 0.25))
    with (folder / EVENTS).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    with pytest.raises(RunError, match=r"Line 2 of .*events\.jsonl"):
        read_run(folder)


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    assert not is_run(tmp_path)
    with pytest.raises(RunError, match="holds no run"):
        read_run(tmp_path)


def test_a_binary_file_is_no_run(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", END)
    (folder / EXPERIMENT).write_bytes(b"\xff\xfe")
    with pytest.raises(RunError, match="cannot be read"):
        read_run(folder)


def test_a_taken_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", END)
    before = (folder / EVENTS).read_bytes()
    with pytest.raises(RunError, match="already holds a run"):
        RunFolder(folder, LINE)
    assert (folder / EVENTS).read_bytes() == before


def test_a_folder_with_other_things_and_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("", encoding="utf-8")
    with pytest.raises(RunError, match="not empty"):
        RunFolder(tmp_path, LINE)
    with pytest.raises(RunError, match="is a file"):
        RunFolder(tmp_path / "thesis.tex", LINE)


def test_an_unwritable_place_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RunError, match=r"cannot be written to .*: Not a directory"):
        RunFolder(tmp_path / "file" / "run", LINE)


def test_a_run_that_never_began_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), RunFolder(tmp_path / "run", LINE):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_the_model_is_a_state_dict(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    with RunFolder(tmp_path / "run", LINE) as folder:
        folder.write(END, 0)
        folder.save(model)
    loaded = torch.load(tmp_path / "run" / MODEL, weights_only=True)
    again = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    again.load_state_dict(loaded)
    assert torch.equal(again[0].weight, model[0].weight)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [EVENTS, EXPERIMENT, MODEL]


def test_a_full_disk_is_a_sentence_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(_: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 64 vs 0\nmore")

    with RunFolder(tmp_path / "run", LINE) as folder:
        folder.write(END, 0)
        folder.save(nn.Linear(2, 3))
        before = (tmp_path / "run" / MODEL).read_bytes()
        monkeypatch.setattr(torch, "save", cut)
        with pytest.raises(RunError, match=r"cannot be written to .*Make room"):
            folder.save(nn.Linear(2, 3))
    assert (tmp_path / "run" / MODEL).read_bytes() == before
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [EVENTS, EXPERIMENT, MODEL]


def test_events_that_find_no_room(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    with (
        pytest.raises(RunError, match="No space left on device"),
        RunFolder(tmp_path / "run", LINE) as folder,
    ):
        folder._lines._stream = full.open("w", encoding="utf-8")
        folder.write(END, 0)


def test_replace_file_leaves_no_half_file(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.write_text("half", encoding="utf-8")
        raise ValueError

    with pytest.raises(ValueError):
        replace_file(tmp_path / "file", fail)
    assert list(tmp_path.iterdir()) == []
