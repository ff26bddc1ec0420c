"""The complete classifier: a live run whose errors can be walked through, down to their images."""

from __future__ import annotations

from tutor.ui.screens.lab import LabScreen


class ClassifierLab(LabScreen):
    """A lab with a look at what the model gets wrong."""
