"""Asks whether an experiment becomes a script or a notebook, and writes it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tutor import paths
from tutor.core.experiment import Experiment
from tutor.core.export import free_name, write_export
from tutor.errors import TutorError
from tutor.ui.screens.over import OverScreen

if TYPE_CHECKING:
    from tutor.ui.app import TutorApp


def export(app: TutorApp, experiment: Experiment) -> None:
    """Ask, write, and say where the file is."""

    def tell(path: Path | None) -> None:
        if path is not None:
            how = f"python {path.name}" if path.suffix == ".py" else "any notebook program opens it"
            words = f"Wrote {path}\nIt needs no tutor: {how}."
            app.call_later(app.notify, words, markup=False, timeout=12)  # on the screen below this one

    app.push_screen(ExportScreen(experiment, target_folder()), tell)


def target_folder() -> Path:
    """The current folder; where that cannot be written, the state folder."""
    try:
        here = Path.cwd()
    except OSError:  # it was deleted
        return paths.state_dir()
    return here if os.access(here, os.W_OK | os.X_OK) else paths.state_dir()


class ExportScreen(OverScreen[Path]):
    """`p` writes a script, `n` a notebook."""

    app: TutorApp
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "write('.py')", "Script", tooltip="Write a plain PyTorch script"),
        Binding("n", "write('.ipynb')", "Notebook", tooltip="Write a notebook"),
    ]

    def __init__(self, experiment: Experiment, folder: Path) -> None:
        super().__init__()
        self.experiment = experiment
        self.paths = {ending: free_name(folder, experiment, ending) for ending in (".py", ".ipynb")}

    def compose(self) -> ComposeResult:
        script, notebook = self.paths.values()
        with Vertical(id="over"):
            yield Static(Content.styled("Export", "bold $accent"))
            yield Static(Content.styled(str(self.experiment), "$quiet"), classes="over-part")
            yield Static(
                Content.assemble(("p", "bold $accent"), f"  script    {script}\n", ("n", "bold $accent"), f"  notebook  {notebook}"),
                classes="over-part",
            )  # fmt: skip
            yield Static(id="export-words", classes="over-part", markup=False)
            yield Static(Content.assemble(("b", "bold $accent"), ("  back", "$quiet")), classes="over-part")

    def on_mount(self) -> None:
        self.query_one("#export-words").display = False

    def action_write(self, ending: str) -> None:
        path = self.paths[ending]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_export(self.experiment, path, self.app.data_dir)
        except (TutorError, OSError) as error:
            words = self.query_one("#export-words", Static)
            words.update(Content.styled(str(error), "$warning"))
            words.display = True
            return
        self.dismiss(path)
