"""The race: a program that measures every way to make batches, and the words made from its figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from tutor.core.data import images_root
from tutor.core.race import CONTESTANTS, Contestant, batches_of, measure, race_words

NAMES = [contestant.name for contestant in CONTESTANTS]


def raced(name: str, folder: Path, **environment: str) -> tuple[int, list[dict[str, Any]]]:
    """The program's exit code and its lines."""
    done = subprocess.run(
        [sys.executable, "-m", "tutor.core.race", name, str(folder), "0.02"],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_every_contestant_is_measured_in_turn(drawn_data: Path) -> None:
    code, lines = raced("garments", drawn_data)
    assert code == 0
    ends = [line for line in lines if line["done"]]
    assert [end["name"] for end in ends] == NAMES
    assert all(end["rate"] > 0 and end["samples"] > 0 and end["first"] >= 0 for end in ends)
    rates = {end["name"]: end["rate"] for end in ends}
    assert rates["tensor, index_select"] > 3 * rates["PIL, one by one"]


def test_without_torchvision_the_others_run(drawn_data: Path, tmp_path: Path) -> None:
    broken = tmp_path / "torchvision"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise RuntimeError('operator torchvision::nms does not exist')\n")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    code, lines = raced("digits", drawn_data, PYTHONPATH=path)
    errors = {line["name"]: line["error"] for line in lines if "error" in line}
    assert code == 0 and set(errors) == {name for name in NAMES if name.startswith("PIL")}
    assert "operator torchvision::nms does not exist" in errors["PIL, one by one"]
    rates = {line["name"]: line["rate"] for line in lines if line["done"] and "rate" in line}
    assert set(rates) == set(NAMES) - set(errors)
    assert "Out of the race: PIL, one by one" in race_words(rates, errors, 2)


def test_data_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    code, lines = raced("mnist", tmp_path)
    assert code == 1
    assert [set(line) for line in lines] == [{"error"}]
    assert "mnist was not found" in lines[0]["error"]


@pytest.mark.parametrize(
    "contestant", [one for one in CONTESTANTS if not one.workers], ids=lambda one: one.name
)
def test_all_give_batches_of_the_same_shape(contestant: Contestant, drawn_data: Path) -> None:
    images, labels = torch.zeros(200, 1, 28, 28), torch.arange(200)
    batches = iter(batches_of(contestant, "digits", images_root("digits", drawn_data), images, labels))
    inputs, targets, *_ = next(batches)
    assert inputs.shape == (64, 1, 28, 28) and inputs.dtype == torch.float32
    assert targets.shape == (64,) and targets.dtype == torch.int64


def test_measuring_goes_on_over_epochs_and_leaves_the_first_batch_out() -> None:
    *before, last = measure([(torch.zeros(4), None)], 0.01)
    assert last["done"] and not any(figures["done"] for figures in before)
    assert last["samples"] % 4 == 0 and last["samples"] > 8


def test_the_words_come_from_the_rates() -> None:
    rates = dict(zip(NAMES, [5_000, 9_000, 8_100, 100_000, 20_000, 300_000, 1_000_000], strict=True))
    said = race_words(rates, {}, 2)
    assert (
        "tensor, index_select won: 1,000,000 samples per second, 200 times as many as PIL, one by one."
        in said
    )
    assert (
        "Through PIL a sample costs 200 µs; two workers gave 1.8 times as many: they share that work." in said
    )
    assert "Four gave 0.9 times as many as two, on 2 cores." in said
    assert "From the tensor a sample costs 10 µs; two workers gave 0.2 times as many: carrying" in said
    assert "the same loader gave 3.0 times as many" in said
    assert "about equal" in race_words({**rates, "PIL, 2 workers": 5_100}, {}, 1)
    assert race_words({}, {}, 1) == "Nobody could run."
    assert "won" in race_words({"tensor, index_select": 5.0}, {}, 1)
