"""What the tests of the engine share."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """A test may ask for more threads; the next one starts with one."""
    torch.set_num_threads(1)
