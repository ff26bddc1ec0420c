"""Runs that are kept: written whole, read back, the oldest given up, broken files left out with a word."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.core.events import RunFinished, RunStarted, StepDone
from tutor.core.history import History, Series
from tutor.errors import ProgressError
from tutor.learning import run_history
from tutor.learning.run_files import count_runs, folder, run_files
from tutor.learning.run_history import delete_run, keep_run, load_runs, to_text, worth_keeping

LINE = "moons mlp:16 bce adam lr=0.01 batch=32 epochs=30 seed=0"
NAN = math.nan


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_STATE_DIR", str(tmp_path))


def history(line: str = LINE, steps: int = 300, reason: str = "done", cause: str = "") -> History:
    made = History()
    made.fold(RunStarted(line, "cpu", 65, 1800, 200, 1000, ("0", "1"), 57, 1710, {"torch": "2"}))
    for step in range(1, steps + 1):
        made.fold(StepDone(step, 1 + step // 57, 1 / step + 0.1 * math.sin(step), step / steps))
    made.fold(RunFinished(reason, steps, 1.5, 2e4, 0.1, NAN, NAN, 0.25, 0.94, cause))
    return made


def keep(made: History, when: float | None = None) -> None:
    keep_run(to_text(made, when), folder())


def test_a_run_comes_back_as_it_was() -> None:
    made = history()
    keep(made, when=1e9)
    kept = load_runs()
    [run] = kept.runs
    assert kept.notice == "" and run.when == 1e9 and run.experiment == LINE
    assert run.history.started == made.started
    assert repr(run.finished) == repr(made.finished)
    assert (run.history.step, run.history.epoch) == (made.step, made.epoch)
    for name in run_history.CURVES:
        old, new = getattr(made, name), getattr(run.history, name)
        for smooth in (False, True):
            assert new.points(smooth=smooth) == old.points(smooth=smooth)
        assert repr((new.first, new.last, new.lost, len(new))) == repr(
            (old.first, old.last, old.lost, len(old))
        )


@given(st.lists(st.floats(width=32), max_size=300), st.integers(2, 64))
def test_any_curve_comes_back(values: list[float], capacity: int) -> None:
    series = Series(capacity)
    for step, value in enumerate(values):
        series.append(float(step), value)
    again = Series.restored(json.loads(json.dumps(series.plain(), allow_nan=False)))
    assert repr(again.points()) == repr(series.points())
    for one in (series, again):
        one.append(float(len(values)), 0.5)
    assert repr(again.points()) == repr(series.points())
    assert again.lost == series.lost


def test_the_newest_is_first_and_the_oldest_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_history, "MOST", 3)
    for seed in range(5):
        keep(history(f"{LINE[:-1]}{seed}", steps=3))
    assert [run.experiment[-1] for run in load_runs().runs] == ["4", "3", "2"]
    assert count_runs() == 3
    assert not [path for path in folder().iterdir() if path.suffix != ".json"]


def test_only_what_can_be_looked_at_is_kept() -> None:
    assert worth_keeping(history())
    assert worth_keeping(history(steps=1, reason="stopped"))
    assert worth_keeping(history(steps=0, reason="failed", cause="two devices"))
    assert not worth_keeping(history(steps=0, reason="stopped"))
    assert not worth_keeping(History())


def test_nothing_is_kept_yet() -> None:
    assert count_runs() == 0
    assert load_runs() == run_history.KeptRuns()


def spoil(change: dict[str, Any]) -> str:
    values = json.loads(to_text(history(steps=5)))
    for place, value in change.items():
        inner = values
        *path, last = place.split(".")
        for name in path:
            inner = inner[name]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    return json.dumps(values)


BROKEN = {
    "": "it is not JSON",
    "[]": "it names no version",
    '{"version": 1': "it is not JSON",
    '{"version": 1}': "a part of it is missing",
    '{"version": 2}': "a newer tutor wrote it; upgrade nn-tutor",
    "[" * 100_000: "it is not JSON",
    spoil({"started.experiment": "nonsense"}): "There is no dataset “nonsense”",
    spoil({"started.total_steps": 0}): "its sizes are no numbers",
    spoil({"started.classes": 3}): "a part of it is missing or is something else",
    spoil({"started.more": 3}): "a part of it is missing or is something else",
    spoil({"finished.reason": "eaten"}): "its end is none that a run can have",
    spoil({"finished.test_accuracy": "high"}): "its figures are no numbers",
    spoil({"curves.train_loss": None}): "a part of it is missing",
    spoil({"curves.train_loss.buckets": [[1, 2]]}): "not enough values",
    spoil({"curves.train_loss.buckets": [[0, 0, "a", 0, 1, 1, 1]]}): "a is no number",
    spoil({"curves.train_loss.buckets": [[0, 0, 1, 0, 1, 1, 0]]}): "an empty one",
    spoil({"curves.train_loss.capacity": 1}): "more parts than it may have",
    spoil({"when": "yesterday"}): "could not convert",
}


@pytest.mark.parametrize("text", BROKEN, ids=BROKEN.values())
def test_a_broken_file_is_left_out_and_stays(text: str) -> None:
    keep(history())
    broken = folder() / "00000000000000-1-1.json"
    broken.write_text(text, encoding="utf-8")
    kept = load_runs()
    assert [run.experiment for run in kept.runs] == [LINE]
    assert kept.notice.startswith("Left out, because it cannot be read: 00000000000000-1-1.json: ")
    assert BROKEN[text] in kept.notice and str(folder()) in kept.notice
    assert broken.read_text(encoding="utf-8") == text


def test_several_broken_files_make_one_sentence() -> None:
    folder().mkdir(parents=True)
    (folder() / "1.json").write_bytes(b"\xff")
    (folder() / "2.json").mkdir()
    (folder() / "3.json").write_text(" " * (run_history.MOST_BYTES + 1))
    (folder() / "notes.txt").write_text("mine")
    assert "3.json: it is far too large and 2 more." in load_runs().notice


def test_a_run_is_deleted_once() -> None:
    keep(history())
    [run] = load_runs().runs
    delete_run(run)
    delete_run(run)
    assert run_files() == []


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(ProgressError, match=r"The run could not be kept in .*runs: "):
        keep(history())
