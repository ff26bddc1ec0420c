"""Exports run without tutor and give the losses of train(), bit for bit."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from recording import end_of, losses_of, only, run

from tutor.core.events import EpochDone, Evaluated
from tutor.core.experiment import parse
from tutor.core.export import free_name, to_notebook, to_script, write_export
from tutor.core.words import (
    ACTIVATIONS,
    DATASETS,
    INITS,
    LOSSES,
    MISTAKES,
    NORMS,
    OPTIMIZERS,
    ORDERS,
    SCALES,
)
from tutor.errors import ExportError, UsageError

LINES = [
    # Toys, losses, optimizers, activations
    "blobs batch=500 epochs=2",
    "moons mlp:8:tanh bce sgd lr=0.5 batch=300 epochs=2 seed=3",
    "circles mlp:8,8:gelu ce adamw lr=0.01 steps=20 seed=4",
    "spirals mlp:16:leaky-relu mse adam lr=0.01 batch=0 epochs=3",
    "sine mlp:16:sigmoid mae sgd lr=0.1 momentum=0.9 weight-decay=0.01 batch=300 epochs=2",
    "sine mlp:8:none mse adamw weight-decay=0.1 batch=700 epochs=2 val=0",
    "moons mae sgd steps=9 batch=256 init=xavier norm=layer test=blobs",
    "blobs mlp:4 bce batch=500 epochs=1 noise=0.2 positives=0.1 pos-weight=9",
    "moons linear ce batch=500 epochs=2 positives=0.3 order=sorted noise=0.1",
    "circles mlp:8 bce batch=400 epochs=1 order=sorted train=900 val=0.3",
    "blobs linear bce sgd lr=0.1 batch=500 epochs=1 init=wrong order=file",
    "moons mlp:16 bce sgd lr=1e6 batch=500 epochs=3 init=large",
    # Images
    "digits mlp:32,16 ce adam batch=100 epochs=1 seed=5",
    "digits linear ce sgd lr=0.1 batch=64 steps=40 train=1000 dropout=0.5",
    "digits mlp:16 mse adam steps=12 scale=unit dropout=0.1234567",
    "digits mlp:16 bce adamw steps=12 scale=raw norm=batch init=kaiming order=sorted train=700",
    "digits mlp:16 mae sgd steps=8 noise=0.3 norm=batch dropout=0.3 init=small",
    "garments mlp:16:tanh ce adam steps=12 order=file init=zero threads=1",
    "garments cnn ce adam steps=3 batch=32 norm=batch dropout=0.25 init=kaiming device=cpu train=300",
    "digits cnn ce sgd steps=3 batch=16 norm=layer device=cpu train=200",
    "digit-pairs mlp:16 bce adam steps=10",
    "digit-pairs linear ce sgd steps=5 noise=0.2 dropout=0.2",
    "digit-pairs cnn mse adam steps=2 batch=16 device=cpu",
    # Mistakes
    "digits mlp:16 ce adam steps=12 mistake=softmax-before-ce",
    "moons bce adam batch=200 epochs=2 mistake=no-zero-grad",
    "moons mlp:16,8 bce adam batch=100 epochs=2 mistake=wrong-mode dropout=0.4 norm=batch",
    "moons mlp:16 bce adam batch=100 steps=33 mistake=wrong-mode dropout=0.4",
    "digits mlp:16 ce adam steps=12 mistake=wrong-mode norm=batch",
    "digits cnn ce adam steps=3 batch=32 device=cpu train=300 mistake=wrong-mode dropout=0.2",
    "moons bce adam batch=300 epochs=2 mistake=no-no-grad",
    "digits mlp:16,16 ce adam steps=20 mistake=list-of-layers init=xavier norm=layer",
    "moons mlp:8,8 bce sgd batch=150 epochs=2 mistake=list-of-layers dropout=0.3",
    "moons bce adam steps=5 mistake=wrong-device",
    "moons mlp:8 bce adam batch=500 epochs=2 mistake=other-optimizer",
    "digits cnn ce sgd momentum=0.9 steps=3 batch=16 device=cpu train=200 mistake=head-only",
    "digits mlp:16 ce adam steps=12 mistake=val-transposed",
    "digits mlp:16 ce adam steps=12 scale=unit mistake=val-unscaled val=0",
]  # fmt: skip

# Lines whose data are not there, and what the sentence about it says.
MISSING = {"digits steps=1": "tutor train digits steps=1", "mnist steps=1": "where DATA is set"}
Results = dict[tuple[str, str], dict[str, Any]]


def cells(notebook: str) -> str:
    """The code of a notebook, its cells one after another."""
    book = json.loads(notebook)
    return "\n".join("".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code")


@pytest.fixture(scope="module")
def results(drawn_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What the script and the notebook of every line left behind."""
    folder = tmp_path_factory.mktemp("exports")
    asked: dict[tuple[str, str], Path] = {}
    lines = []
    for number, line in enumerate([*LINES, *MISSING]):
        experiment, data_dir = parse(line), folder / "nowhere" if line in MISSING else drawn_data
        programs = {
            "script": to_script(experiment, data_dir),
            "notebook": cells(to_notebook(experiment, data_dir)),
        }
        for kind, code in programs.items():
            out = asked[line, kind] = folder / f"{kind}{number}.json"
            argv = [str(folder / f"losses{number}.txt")] if kind == "script" else ["-f", "kernel.json"]
            lines.append(json.dumps({"code": code, "out": str(out), "argv": argv}))
    child = Path(__file__).with_name("plain_python.py")
    environment = {name: value for name, value in os.environ.items() if name != "TUTOR_DATA_DIR"}
    subprocess.run(
        [sys.executable, "-I", str(child)], input="\n".join(lines), text=True, check=True, env=environment
    )
    return {key: json.loads(out.read_text()) for key, out in asked.items()}


@pytest.mark.parametrize("kind", ["script", "notebook"])
@pytest.mark.parametrize("line", LINES)
def test_an_export_gives_the_same_losses(line: str, kind: str, results: Results, drawn_data: Path) -> None:
    left, events = results[line, kind], run(line, drawn_data)
    end, losses = end_of(events), losses_of(events)
    assert left["imported"] == []
    if end.reason == "failed":
        assert left["error"] == end.cause
        assert left["losses"] == losses == []
        return
    assert left["error"] == ""
    assert list(map(repr, left["losses"])) == list(map(repr, losses))
    if end.reason == "diverged":
        assert not math.isfinite(losses[-1])
        return
    expected = {"train_loss": end.train_loss, "test_loss": end.test_loss}
    last = only(events, EpochDone)[-1]
    if not math.isnan(end.val_loss):
        expected["val_loss"] = end.val_loss
    if not math.isnan(end.test_accuracy):
        expected |= {"test_accuracy": end.test_accuracy, "train_accuracy": last.train_accuracy}
    assert {name: left[name] for name in expected} == expected
    assert ("val_loss" in left) == any(event.split == "val" for event in only(events, Evaluated))


def test_every_word_was_exported() -> None:
    found = " ".join(LINES)
    words = [*DATASETS, *LOSSES, *OPTIMIZERS, *MISTAKES, *ACTIVATIONS, *INITS, *NORMS, *ORDERS, *SCALES]
    plain = {"mnist", "fashion-mnist", "default", "relu", "none", "standard", "shuffled"}
    assert not [word for word in words if word not in found and word not in plain]


def test_the_exports_are_clean_code(tmp_path: Path, drawn_data: Path) -> None:
    """Every name is used, every import is needed and in its place, and no line is long."""
    for number, line in enumerate(LINES):
        code = to_script(parse(line), drawn_data)
        assert all(len(row) <= 115 for row in code.splitlines()[1:] if not row.startswith("DATA"))
        (tmp_path / f"script{number}.py").write_text(code, encoding="utf-8")
    rules = ["--isolated", "--no-cache", "--select", "F,E,W,I", "--ignore", "E501"]
    ruff = [sys.executable, "-m", "ruff", "check", *rules, str(tmp_path)]
    ended = subprocess.run(ruff, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("line", LINES)
def test_a_notebook_is_valid_nbformat(line: str, tmp_path: Path) -> None:
    book = json.loads(to_notebook(parse(line), tmp_path))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert set(book) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert book["metadata"]["kernelspec"] == {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    ids = [cell["id"] for cell in book["cells"]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", each) for each in ids)
    for cell in book["cells"]:
        assert all(isinstance(text, str) for text in cell["source"])
        assert "".join(cell["source"]).strip()
        if cell["cell_type"] == "code":
            assert set(cell) == {"id", "cell_type", "metadata", "source", "outputs", "execution_count"}
            compile("".join(cell["source"]), cell["id"], "exec")
        else:
            assert set(cell) == {"id", "cell_type", "metadata", "source"}


def test_only_what_is_needed_is_in_it(tmp_path: Path) -> None:
    plain = to_script(parse("moons mlp:16 bce adam"), tmp_path)
    assert "dropout" not in plain.lower() and "device" not in plain and "torchvision" not in plain
    assert "mistake" not in plain and "momentum" not in plain and "Norm" not in plain
    assert "val_" not in to_script(parse("moons val=0"), tmp_path)
    wrong = to_script(parse("moons mistake=no-zero-grad"), tmp_path)
    assert "the mistake: optimizer.zero_grad() is missing" in wrong


def test_a_script_writes_its_losses_where_it_is_told(results: Results) -> None:
    for line in LINES:
        left = results[line, "script"]
        if not left["error"]:
            written = Path(left["argv"][0]).read_text(encoding="utf-8").splitlines()
            assert written == list(map(repr, left["losses"]))


def test_a_script_says_how_far_it_is(results: Results) -> None:
    first, second, last = results[LINES[0], "script"]["printed"].splitlines()
    assert re.fullmatch(r"epoch 1  train loss \S+  accuracy \S+  val loss \S+  accuracy \S+", first)
    assert second.startswith("epoch 2  ")
    assert last.startswith("test loss ")


def test_a_gpu_moves_model_and_data(tmp_path: Path) -> None:
    code = to_script(parse("digits cnn device=cuda"), tmp_path)
    assert 'device = torch.device("cuda")' in code and "model.to(device)" in code
    assert "train_inputs.to(device)" in code and ".split(64)" in code and "fused=True" in code
    assert 'fused=device.type != "mps"' in to_script(parse("digits cnn"), tmp_path)
    assert "fused" not in to_script(parse("digits cnn device=mps"), tmp_path)


def test_missing_data_are_a_sentence(results: Results) -> None:
    for line, says in MISSING.items():
        for kind in ("script", "notebook"):
            error = results[line, kind]["error"]
            assert error.startswith("SystemExit: There is no MNIST in ")
            assert says in error


def test_a_name_that_cannot_be_written(tmp_path: Path) -> None:
    experiment = parse("moons")
    for name in ("moons.txt", "moons", "moons.PY"):
        with pytest.raises(UsageError, match=r"NAME\.py for a script or NAME\.ipynb"):
            write_export(experiment, tmp_path / name, tmp_path)
    there = tmp_path / "there.py"
    there.write_text("mine")
    with pytest.raises(UsageError, match="is there already, and was left as it is"):
        write_export(experiment, there, tmp_path)
    assert there.read_text() == "mine"
    write_export(experiment, there, tmp_path, force=True)
    assert there.read_text() == to_script(experiment, tmp_path)
    (tmp_path / "folder.py").mkdir()
    for path in (tmp_path / "none" / "moons.py", there / "moons.py", tmp_path / "folder.py"):
        with pytest.raises(ExportError, match=r"cannot be written: .*\. Name a file in a folder"):
            write_export(experiment, path, tmp_path, force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.py", "there.py"]


def test_a_free_name(tmp_path: Path) -> None:
    experiment = parse("moons mlp:16,8")
    names = []
    for _ in range(3):
        path = free_name(tmp_path, experiment, ".py")
        path.touch()
        names.append(path.name)
    assert names == ["moons-mlp.py", "moons-mlp-2.py", "moons-mlp-3.py"]
