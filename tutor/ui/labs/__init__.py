"""Labs with mechanics of their own, one a file, and how a lab step finds its screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.learning.steps import Lab, Lesson
    from tutor.ui.screens.step import StepScreen


def open_lab(lesson: Lesson, lab: Lab) -> StepScreen:
    """The screen of a lab: one of these by name, or the live experiment. The names are `learning`'s OWN_LABS."""
    if lab.lab == "gallery":
        from tutor.ui.labs.gallery import GalleryLab

        return GalleryLab(lesson, lab)
    if lab.lab == "batch-stream":
        from tutor.ui.labs.batch_stream import BatchStreamLab

        return BatchStreamLab(lesson, lab)
    from tutor.ui.screens.lab import LabScreen

    return LabScreen(lesson, lab)
