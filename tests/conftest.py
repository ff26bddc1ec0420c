"""What every test stands on: folders of its own, no network, one thread, and small drawn datasets."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
TRAIN, TEST = 2000, 500  # images of a small drawn set
DEAD_PROXY = "http://127.0.0.1:9"  # nothing listens there: a child that asks for the network fails at once
UNSET = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TUTOR_LESSONS")

hypothesis.settings.register_profile("tutor", deadline=None, database=None, derandomize=True)
hypothesis.settings.load_profile("tutor")


def pytest_configure(config: pytest.Config) -> None:
    """Point this process and its children at fresh folders, before any test is imported."""
    worker = getattr(config, "workerinput", None)  # a process of pytest-xdist inherits the rest
    if worker is None:
        folder = Path(tempfile.mkdtemp(prefix="tutor-tests-"))
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        os.environ["TUTOR_TEST_FOLDER"] = str(folder)
        os.environ["TUTOR_DATA_DIR"] = str(folder / "data")
    own = Path(os.environ["TUTOR_TEST_FOLDER"]) / (worker["workerid"] if worker else "main")
    os.environ["TUTOR_STATE_DIR"] = str(own / "state")
    os.environ["XDG_STATE_HOME"] = str(own / "xdg")  # the log
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        os.environ[name] = DEAD_PROXY
    for name in UNSET:
        os.environ.pop(name, None)
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *([inherited] if inherited else [])])


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse connections out of this machine."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
            raise OSError(f"a test asked for the network: {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        yield


@pytest.fixture(scope="session")
def drawn_data() -> Path:
    """The data folder, with small drawn digits and garments in it. A test that trains on them asks for this."""
    from tutor.core.drawn.cache import ensure_drawn

    folder = Path(os.environ["TUTOR_DATA_DIR"])
    for name in ("digits", "garments"):
        ensure_drawn(name, folder, train=TRAIN, test=TEST)
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder that holds the real MNIST: TUTOR_REAL_DATA, or shared/datasets beside the repository."""
    named = os.environ.get("TUTOR_REAL_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "datasets"
    if not (folder / "MNIST" / "raw").is_dir():
        pytest.skip(f"no real MNIST in {folder}: name a folder that holds it in TUTOR_REAL_DATA")
    return folder
