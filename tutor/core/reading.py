"""A trained model that reads single pictures, and its weights on disk, so that it is trained only once."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from tutor import paths
from tutor.core.data import FILES, FOLDERS
from tutor.core.experiment import Experiment
from tutor.core.models import build_model
from tutor.core.runs import replace_file
from tutor.core.setup import Setup

if TYPE_CHECKING:
    from tutor.core.pad import Picture

Row = tuple[float, ...]


@dataclass(frozen=True)
class Reader:
    """A model in eval mode on the CPU. `black` and `white` are what pixels of 0 and 255 are as its inputs."""

    model: nn.Module
    black: float
    white: float
    accuracy: float  # share of the test set that it reads right

    def read(self, picture: Picture) -> Row:
        """The probability of each class for a picture, (28, 28) uint8."""
        return self.read_all([picture])[0]

    def read_all(self, pictures: Sequence[Picture]) -> list[Row]:
        """The probabilities of each class for each picture."""
        if not pictures:
            return []
        with torch.inference_mode():
            logits = self.model(self.inputs(pictures))  # (N, C)
            return [tuple(row) for row in logits.softmax(dim=1).tolist()]

    def inputs(self, pictures: Sequence[Picture]) -> torch.Tensor:
        """Pictures scaled as the training data were, (N, 1, 28, 28) float32."""
        pixels = torch.from_numpy(np.stack(pictures)).unsqueeze(1).float()
        return pixels.mul_((self.white - self.black) / 255).add_(self.black)


def reader_of(setup: Setup, accuracy: float) -> Reader:
    """A reader with a copy of the run's model. The training pixels say what black and white are as inputs."""
    pixels = setup.data.train.inputs
    model = copy.deepcopy(setup.model).cpu().eval()
    model.zero_grad()
    return Reader(model, float(pixels.min()), float(pixels.max()), accuracy)


def keep_trained(setup: Setup, accuracy: float, data_dir: Path) -> tuple[Reader, str]:
    """A reader of the run that has ended, its weights saved; and a sentence where they could not be."""
    reader = reader_of(setup, accuracy)
    try:
        save_reader(reader, setup.experiment, data_dir)
    except (OSError, RuntimeError) as error:  # torch.save raises RuntimeError on a full disk
        why = getattr(error, "strerror", None) or "PyTorch could not write it, as happens on a full disk"
        return reader, f"The model was not kept for the next time: {why}. It reads until you leave."
    return reader, ""


def save_reader(reader: Reader, experiment: Experiment, data_dir: Path) -> None:
    """Keep the weights for `load_reader`; those of the same experiment on older data go. Raises OSError."""
    path = weights_path(experiment, data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {
        "experiment": str(experiment),
        "black": reader.black,
        "white": reader.white,
        "accuracy": reader.accuracy,
        "state_dict": reader.model.state_dict(),
    }
    replace_file(path, lambda unfinished: torch.save(kept, unfinished))
    for old in path.parent.glob(f"{_digest(str(experiment))}-*.pt"):
        if old != path:
            old.unlink(missing_ok=True)


def load_reader(experiment: Experiment, data_dir: Path) -> Reader | None:
    """The reader that was trained as this experiment says, on the data as they are now; None where there is none.

    A file that is cut, foreign or of another version counts as none: training again is the cure.
    """
    path = weights_path(experiment, data_dir)
    try:
        kept: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        with torch.random.fork_rng(devices=[]):  # a run that goes on keeps its random state
            model = build_model(experiment)
        model.load_state_dict(kept["state_dict"])
        if kept["experiment"] != str(experiment):
            return None
        return Reader(model.eval(), float(kept["black"]), float(kept["white"]), float(kept["accuracy"]))
    except Exception:  # torch.load raises whatever the file makes it stumble over
        return None


def weights_path(experiment: Experiment, data_dir: Path) -> Path:
    """Where the weights of an experiment are kept: its line and the state of its data's files are in the name."""
    stamp = _stamp(experiment.dataset, data_dir)
    return paths.state_dir() / "models" / f"{_digest(str(experiment))}-{_digest(stamp)}.pt"


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _stamp(dataset: str, data_dir: Path) -> str:
    """Changes when the training images are drawn again, or come from another folder."""
    for root in (
        data_dir / dataset,
        data_dir,
        paths.data_dir(),
    ):  # drawn ones first, then torchvision's places
        images = root / FOLDERS.get(dataset, "") / "raw" / f"{FILES['train']}-images-idx3-ubyte"
        try:
            found = images.stat()
        except OSError:
            continue
        return f"{images.resolve()} {found.st_size} {found.st_mtime_ns}"
    return "none"
