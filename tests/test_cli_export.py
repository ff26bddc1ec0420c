"""`tutor export`: an experiment or a run's folder into a file, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_helpers import MODULES, command, loaded

from tutor import cli
from tutor.core.experiment import parse
from tutor.core.export import to_notebook, to_script

Caught = pytest.CaptureFixture[str]


def test_a_line_becomes_a_script_or_a_notebook(capsys: Caught, tmp_path: Path) -> None:
    script, notebook = tmp_path / "moons.py", tmp_path / "moons.ipynb"
    assert cli.main(["export", "moons", "mlp:8", "epochs=2", str(script), "--data-dir", str(tmp_path)]) == 0
    assert cli.main(["export", "moons mlp:8 epochs=2", str(notebook), "--data-dir", str(tmp_path)]) == 0
    experiment = parse("moons mlp:8 epochs=2")
    assert script.read_text(encoding="utf-8") == to_script(experiment, tmp_path)
    assert notebook.read_text(encoding="utf-8") == to_notebook(experiment, tmp_path)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [f"tutor: wrote {path}: {experiment}" for path in (script, notebook)]


def test_a_run_becomes_a_script(capsys: Caught, tmp_path: Path) -> None:
    run, script = tmp_path / "run", tmp_path / "run.py"
    assert cli.main(["train", "sine steps=3 seed=9", "--out", str(run)]) == 0
    assert cli.main(["export", str(run), str(script), "--data-dir", str(tmp_path)]) == 0
    assert script.read_text(encoding="utf-8") == to_script(parse("sine steps=3 seed=9"), tmp_path)


@pytest.mark.parametrize(
    ("words", "says", "code"),
    [
        ([], "An experiment and a file are needed", 2),
        (["moons"], "An experiment and a file are needed", 2),
        (["moons", "moons.txt"], "Write NAME.py for a script or NAME.ipynb for a notebook.", 2),
        (["moons", "epochs=3"], "Write NAME.py for a script", 2),
        (["mons", "moons.py"], "Did you mean “moons”?", 2),
        (["moons", "there.py"], "is there already, and was left as it is", 2),
        (["moons", "nowhere/moons.py"], "cannot be written: No such file or directory.", 1),
        (["empty", "moons.py"], "holds no run. Name a folder that was written with --out.", 1),
        (["not/there", "moons.py"], "holds no run.", 1),
        (["broken", "moons.py"], "There is no dataset “nonsense”.", 2),
    ],
)
def test_what_it_refuses(
    capsys: Caught, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.py").write_text("mine", encoding="utf-8")
    for folder in ("empty", "broken"):
        Path(folder).mkdir()
    Path("broken/experiment").write_text("nonsense\n", encoding="utf-8")
    Path("broken/events.jsonl").write_text("", encoding="utf-8")
    assert cli.main(["export", *words]) == code
    out, err = capsys.readouterr()
    assert out == "" and says in err and len(err.splitlines()) == 1
    assert Path("there.py").read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "empty", "there.py"]


def test_force_replaces(capsys: Caught, tmp_path: Path) -> None:
    script = tmp_path / "there.py"
    script.write_text("mine", encoding="utf-8")
    assert cli.main(["export", "moons", str(script), "--force"]) == 0
    assert "import torch" in script.read_text(encoding="utf-8")


def test_its_help(capsys: Caught) -> None:
    assert cli.main(["--help"]) == 0
    assert "tutor export LINE FILE" in capsys.readouterr().out
    assert cli.main(["export", "--help"]) == 0
    assert capsys.readouterr().out.startswith("usage: tutor export ")


def test_it_is_quick_because_it_loads_no_torch(tmp_path: Path) -> None:
    code, _, err = command("export", "digits cnn", str(tmp_path / "digits.py"), program=MODULES)
    assert code == 0
    assert not {"torch", "numpy", "textual"} & loaded(err)


@pytest.mark.parametrize("place", ["playground", "runs"])
def test_screens_need_a_terminal(capsys: Caught, place: str) -> None:
    assert cli.main([place]) == 2
    out, err = capsys.readouterr()
    assert out == "" and f"“ssh -t HOST tutor {place}”" in err and "tutor train" in err
