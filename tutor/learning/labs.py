"""What a lab step may ask for: an experiment that runs, knobs that turn it, panels that can show it."""

from __future__ import annotations

from dataclasses import replace

from tutor.core.experiment import Experiment, parse
from tutor.core.words import DATASETS
from tutor.errors import ExperimentError
from tutor.learning.steps import WORD_KEYS, Knob, Lab
from tutor.learning.tables import Table

PANELS = ("loss", "accuracy", "boundary", "confusion", "weights", "fit")
# Labs with mechanics of their own, and what each must name: a dataset, an experiment, or nothing.
OWN_LABS = {
    "gallery": "dataset",
    "batch-stream": "dataset",
    "race": "dataset",
    "builder": "experiment",
    "loss-microscope": "",
    "softmax-explorer": "",
    "choose-the-loss": "",
    "loop-under-glass": "experiment",
    "your-digit": "experiment",
    "classifier": "experiment",
    "sweep": "experiment",
    "one-batch": "experiment",
    "stop-and-resume": "experiment",
    "clinic": "",
}
KNOB_KEYS = (
    *WORD_KEYS,
    *(name.replace("_", "-") for name in Experiment.__dataclass_fields__ if name not in WORD_KEYS),
)


def read_lab(table: Table, id: str, title: str, minutes: int, text: str) -> Lab:
    """A lab step. Faults go into the table; what is faulty reads as its neutral value."""
    seconds = table.whole("seconds", 0, 3600, needed=False)
    if table.has("lab"):
        return _own_lab(table, Lab(id, title, minutes, text, seconds=seconds))
    return _experiment(table, Lab(id, title, minutes, text, seconds=seconds))


def _experiment(table: Table, lab: Lab, own: bool = False) -> Lab:
    """A lab's run, and what may be turned and shown. A lab in code (`own`) may do without panels."""
    line = table.text("experiment")
    compare = table.text("compare", needed=False)
    experiment = _parsed(table, line)
    paired = _changed(table, "compare", experiment, compare) if compare else None
    return replace(
        lab,
        experiment=line,
        compare=compare,
        labels=_labels(table, compare),
        panels=_panels(table, [found for found in (experiment, paired) if found], needed=not own),
        knobs=tuple(
            _knob(knob, experiment, compare if paired else "") for knob in table.tables("knobs", needed=False)
        ),
        pace=table.whole("pace", 0, 1_000_000, needed=False),
    )


def _own_lab(table: Table, lab: Lab) -> Lab:
    """A lab in code: its name, and the dataset or experiment that it works on."""
    name = table.one_of("lab", OWN_LABS)
    needs = OWN_LABS.get(name, "")
    if needs == "experiment":
        found = _experiment(table, replace(lab, lab=name), own=True)
        if reason := unfit(found):
            table.fault("experiment", reason)
        return found
    if not name:  # that is a fault already, and what such a lab may need is not known
        for key in ("dataset", "experiment", "compare", "labels", "panels", "knobs", "pace"):
            table.has(key)
    dataset = table.one_of("dataset", DATASETS) if needs == "dataset" else ""
    return replace(lab, lab=name, dataset=dataset)


def _parsed(table: Table, line: str) -> Experiment | None:
    try:
        return parse(line) if line else None
    except ExperimentError as error:
        table.fault("experiment", str(error))
        return None


def _changed(table: Table, key: str, experiment: Experiment | None, words: str) -> Experiment | None:
    if experiment is None:
        return None
    try:
        changed = experiment.change(words)
    except ExperimentError as error:
        table.fault(key, str(error))
        return None
    if key == "compare" and changed == experiment:
        table.fault(
            key, f"“{words}” changes nothing in the experiment. Write what the second run does differently."
        )
    return changed


def _labels(table: Table, compare: str) -> tuple[str, ...]:
    labels = table.texts("labels", needed=bool(compare))
    if table.has("labels") and not compare:
        table.fault("labels", "names two runs, and there is only one. Add compare, or leave labels out.")
    elif compare and labels and len(labels) != 2:
        table.fault(
            "labels", f"holds {len(labels)} names. A paired run has two: the experiment's, then the other's."
        )
    return labels


def _panels(table: Table, experiments: list[Experiment], needed: bool) -> tuple[str, ...]:
    panels = table.texts("panels", needed)
    if table.values.get("panels") == []:
        table.fault("panels", f"is empty. Name at least one of: {', '.join(PANELS)}.")
    for panel in panels:
        if panel not in PANELS:
            table.unknown_word("panels", panel, PANELS)
            continue
        reasons = [
            reason for reason in (impossible(panel, experiment) for experiment in experiments) if reason
        ]
        if reasons:
            table.fault("panels", reasons[0])
    return panels


def unfit(lab: Lab) -> str:
    """Why a lab in code cannot work on its experiment; "" when it can, or when the line cannot be read at all."""
    try:
        experiment = parse(lab.experiment)
    except ExperimentError:
        return ""
    about, name = experiment.about, experiment.dataset
    if lab.lab == "your-digit" and (about.shape != (1, 28, 28) or len(about.classes) != 10):
        return f"your-digit reads pictures of 28x28 as one of ten classes, and {name} is something else. Take digits."
    if lab.lab == "classifier" and about.task not in ("multi-class", "binary"):
        return (
            f"classifier needs one class per sample, and {name} has {about.targets}. Take digits or garments."
        )
    return ""


def impossible(panel: str, experiment: Experiment) -> str:
    """Why this panel cannot show this experiment; "" when it can."""
    about, name = experiment.about, experiment.dataset
    if panel == "boundary" and about.shape != (2,):
        return (
            f"boundary needs points in the plane, and {name} has none. Take blobs, moons, circles or spirals."
        )
    if panel in ("accuracy", "confusion") and not about.classes:
        return f"{panel} needs classes, and {name} has none. Take loss or fit."
    if panel == "confusion" and about.task == "multi-label":
        return f"confusion needs one class per sample, and {name} has several. Take loss or accuracy."
    if panel == "fit" and about.task != "regression":
        return f"fit needs real numbers as targets, and {name} has classes. Take sine, or another panel."
    if panel == "weights" and len(about.shape) != 3:
        return f"weights needs images, and {name} has none. Take digits or garments, or another panel."
    if panel == "weights" and experiment.model == "cnn":
        return "weights draws one image per unit, and a cnn has none. Take linear or an mlp."
    return ""


def _knob(table: Table, experiment: Experiment | None, compare: str) -> Knob:
    key = table.one_of("key", KNOB_KEYS)
    knob = Knob(key, table.text("label"), table.texts("values"))
    table.done("a knob")
    if key and experiment and knob.values:
        _check_values(table, knob, experiment, compare)
    return knob


def _check_values(table: Table, knob: Knob, experiment: Experiment, compare: str) -> None:
    """Each value must run, alone and in the paired run, and turn this key only; one must be the experiment's own."""
    field = knob.key.replace("-", "_")
    own = getattr(experiment, field)
    turned = []
    for value in knob.values:
        try:
            changed = experiment.change(knob.word(value))
            if compare:
                changed.change(compare)
        except ExperimentError as error:
            table.fault("values", f"“{value}”: {error}")
            continue
        if value.split() != [value] or {**vars(changed), field: own} != vars(experiment):
            table.fault(
                "values", f"“{value}” is not a value of {knob.key}. Write it as an experiment line has it."
            )
            continue
        turned.append(getattr(changed, field))
    if len(set(turned)) < len(turned):
        table.fault("values", "holds the same value twice, written differently. Keep one of them.")
    if own not in turned and len(turned) == len(knob.values):
        table.fault("values", f"lacks the experiment's own {knob.key}, {own or 'none'}. Add it.")
