"""The drawn datasets on disk: opened by torchvision, drawn once, never half there."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from tutor.core.drawn import cache
from tutor.core.drawn.cache import CLASSES, DrawingStopped, ensure_drawn, is_drawn
from tutor.core.drawn.idx import read_idx, write_idx
from tutor.errors import DataError

RAW = {"digits": "digits/MNIST/raw", "garments": "garments/FashionMNIST/raw"}


def draw_small(name: str, data_dir: Path) -> Path:
    return ensure_drawn(name, data_dir, train=200, test=100)


def raw_files(name: str, data_dir: Path) -> dict[str, int]:
    """Every file in the folder and when it was written."""
    return {path.name: path.stat().st_mtime_ns for path in (data_dir / RAW[name]).iterdir()}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("drawn")
    for name in CLASSES:
        assert not is_drawn(name, data_dir)
        assert draw_small(name, data_dir) == data_dir / name
        assert is_drawn(name, data_dir)
    return data_dir


@pytest.mark.parametrize(("name", "kind"), [("digits", "MNIST"), ("garments", "FashionMNIST")])
def test_torchvision_opens_what_was_drawn(drawn: Path, name: str, kind: str) -> None:
    datasets = pytest.importorskip("torchvision.datasets")
    for train, count in ((True, 200), (False, 100)):
        dataset = getattr(datasets, kind)(drawn / name, train=train, download=False)
        assert len(dataset) == count
        image, label = dataset[7]
        assert image.size == (28, 28)
        prefix = "train" if train else "t10k"
        labels = read_idx(drawn / RAW[name] / f"{prefix}-labels-idx1-ubyte")
        images = read_idx(drawn / RAW[name] / f"{prefix}-images-idx3-ubyte")
        assert label == labels[7]
        assert np.array_equal(np.asarray(image), images[7])
    if name == "garments":
        assert tuple(dataset.classes) == CLASSES["garments"]


@pytest.mark.parametrize("name", list(CLASSES))
def test_a_small_cache_is_a_prefix_and_is_not_drawn_again(drawn: Path, name: str) -> None:
    before = raw_files(name, drawn)
    seen: list[float] = []
    assert ensure_drawn(name, drawn, progress=seen.append) == drawn / name
    assert raw_files(name, drawn) == before
    assert seen == [1.0]
    images, labels = cache._drawer(name)(0, 260, "train")
    assert np.array_equal(read_idx(drawn / RAW[name] / "train-images-idx3-ubyte"), images[:200])
    assert np.array_equal(read_idx(drawn / RAW[name] / "train-labels-idx1-ubyte"), labels[:200])


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _too_long(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def _fewer(path: Path) -> None:
    """One image, or one label, that the other file does not know."""
    write_idx(path, read_idx(path)[:-1])


def _too_few(path: Path) -> None:
    write_idx(path, read_idx(path)[:10])


def _gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [_cut_off, _empty, _too_long, _fewer, _too_few, _gone])
@pytest.mark.parametrize("which", ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
def test_a_broken_cache_is_drawn_again(tmp_path: Path, damage: Callable[[Path], None], which: str) -> None:
    draw_small("digits", tmp_path)
    path = tmp_path / RAW["digits"] / which
    whole = path.read_bytes()
    damage(path)
    assert not is_drawn("digits", tmp_path)
    draw_small("digits", tmp_path)
    assert is_drawn("digits", tmp_path)
    assert path.read_bytes() == whole


def test_progress_runs_from_0_to_1_and_leftovers_go(tmp_path: Path) -> None:
    raw = tmp_path / RAW["digits"]
    raw.mkdir(parents=True)
    (raw / ".train-images-idx3-ubyte.123-abc.part").write_bytes(b"half")
    seen: list[float] = []
    ensure_drawn("digits", tmp_path, 1500, 100, progress=seen.append)
    assert seen[0] == 0.0 and seen[-1] == 1.0
    assert seen == sorted(seen) and len(seen) >= 4
    assert len(raw_files("digits", tmp_path)) == 4


def test_stopping_leaves_nothing_half_drawn(tmp_path: Path) -> None:
    seen: list[float] = []
    with pytest.raises(DrawingStopped, match="stopped"):
        ensure_drawn("digits", tmp_path, progress=seen.append, should_stop=lambda: len(seen) >= 2)
    assert raw_files("digits", tmp_path) == {}
    assert not is_drawn("digits", tmp_path)


def test_waiting_for_another_process_can_be_stopped(tmp_path: Path) -> None:
    folder = tmp_path / "digits" / "MNIST"
    folder.mkdir(parents=True)
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 2

    with FileLock(folder / ".lock"), pytest.raises(DrawingStopped, match="Waiting for another process"):
        ensure_drawn("digits", tmp_path, 200, 100, should_stop=stop)
    assert len(asked) == 3


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "digits").write_text("a file where the folder should be")
    with pytest.raises(DataError, match=r"cannot be written to .*another folder with --data-dir"):
        draw_small("digits", tmp_path)


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(start: int, count: int, split: str) -> tuple[np.ndarray, np.ndarray]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(cache, "_drawer", lambda name: full)
    with pytest.raises(DataError, match=r"No space left on device. Free some space"):
        draw_small("digits", tmp_path)
    assert raw_files("digits", tmp_path) == {}


def test_wrong_names_and_sizes(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no drawn dataset 'letters'"):
        is_drawn("letters", tmp_path)
    with pytest.raises(DataError, match="Ask for 100 or more"):
        ensure_drawn("digits", tmp_path, train=99)


def start_child(data_dir: Path, *sizes: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tutor.core.drawn", "digits", str(data_dir), *sizes]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_draw_once(tmp_path: Path) -> None:
    children = [start_child(tmp_path, "--train", "1500", "--test", "100") for _ in range(2)]
    outputs = [child.communicate(timeout=60) for child in children]
    assert [child.returncode for child in children] == [0, 0], outputs
    for output, errors in outputs:
        assert output.splitlines()[-1] == "1.00"
        assert errors == ""
    assert is_drawn("digits", tmp_path)
    assert len(raw_files("digits", tmp_path)) == 4
    # One of them drew and the other found it done.
    assert sorted(output.startswith("0.00") for output, _ in outputs) == [False, True]


@pytest.mark.parametrize("how", ["SIGTERM", "closed pipe"])
def test_a_child_that_is_not_wanted_any_more_ends_quietly(tmp_path: Path, how: str) -> None:
    child = start_child(tmp_path)
    assert child.stdout is not None and child.stderr is not None
    assert child.stdout.readline() == "0.00\n"
    if how == "SIGTERM":
        child.send_signal(signal.SIGTERM)
    else:
        child.stdout.close()
    assert child.wait(timeout=60) == 0
    assert child.stderr.read() == ""
    child.stderr.close()
    child.stdout.close()
    assert not is_drawn("digits", tmp_path)
    assert not [name for name in raw_files("digits", tmp_path) if name.endswith(".part")]


def test_a_child_says_why_it_cannot_draw(tmp_path: Path) -> None:
    (tmp_path / "digits").write_text("")
    child = start_child(tmp_path)
    output, errors = child.communicate(timeout=60)
    assert child.returncode == 1
    assert output == ""
    assert errors.startswith("The built-in digits cannot be written to")


def test_looking_for_a_cache_imports_no_numpy() -> None:
    code = "import sys, tutor.core.drawn.cache; print('numpy' in sys.modules, 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
