"""Labs with mechanics of their own, one a file, and how a lab step finds its screen."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tutor.learning.steps import Lab, Lesson
    from tutor.ui.screens.step import StepScreen

# The names are those of `learning.labs.OWN_LABS`; a file is imported when its lab is opened.
LABS = {
    "gallery": "gallery:GalleryLab",
    "batch-stream": "batch_stream:BatchStreamLab",
    "your-digit": "your_digit:YourDigitLab",
    "classifier": "classifier:ClassifierLab",
    "builder": "builder:BuilderLab",
    "loop-under-glass": "loop_under_glass:LoopUnderGlassLab",
    "loss-microscope": "loss_microscope:LossMicroscopeLab",
    "softmax-explorer": "softmax_explorer:SoftmaxExplorerLab",
    "race": "race:RaceLab",
    "choose-the-loss": "choose_the_loss:ChooseTheLossLab",
    "sweep": "sweep:SweepLab",
    "one-batch": "one_batch:OneBatchLab",
    "stop-and-resume": "stop_and_resume:StopAndResumeLab",
    "clinic": "clinic:ClinicLab",
}


def open_lab(lesson: Lesson, lab: Lab) -> StepScreen:
    """The screen of a lab: one of these by name, or the live experiment."""
    if not lab.lab:
        from tutor.ui.screens.lab import LabScreen

        return LabScreen(lesson, lab)
    module, name = LABS[lab.lab].split(":")
    kind = getattr(import_module(f"tutor.ui.labs.{module}"), name)
    return cast("StepScreen", kind(lesson, lab))
