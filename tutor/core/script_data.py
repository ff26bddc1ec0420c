"""The data of an experiment as code: a toy's own formulas, or images from their IDX files. Standard library only."""

from __future__ import annotations

import ast
from pathlib import Path

from tutor import paths
from tutor.core.experiment import Experiment

TOYS = ("blobs", "moons", "circles", "spirals", "sine")
SIZES = {"train": 2000, "test": 1000}  # of the toys
PAIRS = 20_000  # images that digit-pairs puts side by side, two by two
USUAL = 60_000  # training images
KINDS = {"digits": "MNIST", "mnist": "MNIST", "garments": "FashionMNIST", "fashion-mnist": "FashionMNIST"}
REAL = ("mnist", "fashion-mnist")

_STATISTICS = '''
def statistics(images):
    """Mean and standard deviation of the pixels, in 0 to 1."""
    counts = torch.bincount(images.flatten(), minlength=256).double()  # how often each grey occurs
    greys = torch.arange(256, dtype=torch.float64) / 255
    mean = (counts * greys).sum() / counts.sum()
    variance = (counts * (greys - mean) ** 2).sum() / counts.sum()
    return mean.item(), variance.sqrt().item()
'''

_OPEN = '''
def open_images(root, train):
    """Images (N, 28, 28) of bytes and labels (N,)."""
    try:
        dataset = datasets.{kind}(root, train=train, download=False)
    except RuntimeError:
        remedy = "{remedy}"
        raise SystemExit(f"There is no {kind} in {{root}}. {{remedy}}") from None
    return dataset.data, dataset.targets
'''


def data_code(experiment: Experiment) -> str:
    """Code that sets train_inputs, train_targets, val_…, test_…; no val_… where nothing validates."""
    opened = _toys(experiment) if experiment.dataset in TOYS else _images(experiment)
    parts = [opened]
    if experiment.positives:
        parts[0] = f"\n{_source('data.py', '_unbalance')}\n\n\n{opened}\n{_unbalanced(experiment)}"
    return "\n\n".join([*parts, _split_off(experiment), *_spoiled(experiment), *_targets(experiment)])


def needs_val(experiment: Experiment) -> bool:
    """Whether some of the training set is kept apart to validate."""
    return round(experiment.val * (SIZES["train"] if experiment.dataset in TOYS else USUAL)) > 0


def _toys(experiment: Experiment) -> str:
    train, test = experiment.dataset, experiment.test or experiment.dataset
    names = dict.fromkeys([train, test])
    helpers = [] if train == "sine" else ["_balanced"]
    code = "\n\n\n".join(_source("toys.py", name) for name in [*helpers, *names])
    return (
        f"\n{code}\n\n\n"
        f"inputs, labels = {train}({SIZES['train']}, torch.Generator().manual_seed(0))\n"
        f"test_inputs, test_labels = {test}({SIZES['test']}, torch.Generator().manual_seed(1))"
    )


def _source(file: str, name: str) -> str:
    """A function of the engine as it stands in its file, without type hints and without the underscore."""
    text = Path(__file__).with_name(file).read_text(encoding="utf-8")
    functions = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
    found = next(node for node in functions if node.name == name)
    body = text.splitlines()[found.body[0].lineno - 1 : found.end_lineno]
    head = f"def {name}({', '.join(arg.arg for arg in found.args.args)}):"
    return "\n".join([head, *body]).replace("_balanced(", "balanced(").replace("_unbalance(", "unbalance(")


def _unbalanced(experiment: Experiment) -> str:
    share = repr(experiment.positives)
    return (
        f"inputs, labels = unbalance(inputs, labels, {share})\n"
        f"test_inputs, test_labels = unbalance(test_inputs, test_labels, {share})"
    )


def folder_code(experiment: Experiment, data_dir: Path) -> list[str]:
    """Where the images lie, as lines of code; none for a toy. `data_dir` is the folder of datasets here."""
    if experiment.dataset in TOYS:
        return []
    name, other = _names(experiment)
    lines = [f"DATA = Path({_quoted(_root(name, data_dir))})  # the folder that holds {KINDS[name]}/raw"]
    if other:
        lines.append(f"TEST_DATA = Path({_quoted(_root(other, data_dir))})  # and that of {other}")
    return lines


def _names(experiment: Experiment) -> tuple[str, str]:
    """The dataset of images that trains, and the other one that tests, or ""."""
    name = "digits" if experiment.dataset == "digit-pairs" else experiment.dataset
    return name, experiment.test if experiment.test not in ("", experiment.dataset) else ""


def _images(experiment: Experiment) -> str:
    pairs = experiment.dataset == "digit-pairs"
    name, other = _names(experiment)
    lines = [_OPEN.format(kind=KINDS[name], remedy=_remedy(name, other))]
    if experiment.scale == "standard":
        lines.append(_STATISTICS)
    if pairs:
        lines += ["", _source("toys.py", "pair_up"), ""]
    lines += ["", *_scaled(experiment, "TEST_DATA" if other else "DATA")]
    if pairs:
        lines += [
            _paired("inputs, labels", "inputs", "labels"),
            _paired("test_inputs, test_labels", "test_inputs", "test_labels"),
        ]
    return "\n".join(lines)


def _quoted(path: Path) -> str:
    """The path as a string of Python, in double quotes where that is plain."""
    text = repr(str(path))
    return f'"{text[1:-1]}"' if text[0] == "'" and '"' not in text else text


def _paired(names: str, inputs: str, labels: str) -> str:
    return f"{names} = pair_up({inputs}[:{PAIRS}], {labels}[:{PAIRS}], torch.Generator().manual_seed(0))"


def _remedy(name: str, other: str) -> str:
    if name in REAL and other in ("", *REAL):
        return "Write the folder that holds it where DATA is set."
    drawn = name if name not in REAL else other
    return f"“tutor train {drawn} steps=1” draws them; or write the right folder where DATA is set."


def _root(name: str, data_dir: Path) -> Path:
    """Where torchvision finds the dataset, whether it is there yet or not."""
    if name not in REAL:
        return (data_dir / name).absolute()
    places = dict.fromkeys([data_dir, paths.data_dir()])
    return next((root for root in places if (root / KINDS[name] / "raw").is_dir()), data_dir).absolute()


def _scaled(experiment: Experiment, test_data: str) -> list[str]:
    """Opens both sets and scales their pixels."""
    lines = ["images, labels = open_images(DATA, train=True)"]
    lines.append(f"test_images, test_labels = open_images({test_data}, train=False)")
    if experiment.scale == "raw":
        return [
            *lines,
            "inputs = images.unsqueeze(1).float()  # (N, 1, 28, 28), 0 to 255",
            "test_inputs = test_images.unsqueeze(1).float()",
        ]
    if experiment.scale == "unit":
        return [
            *lines,
            "inputs = images.unsqueeze(1).float() / 255  # (N, 1, 28, 28), 0 to 1",
            "test_inputs = test_images.unsqueeze(1).float() / 255",
        ]
    lines.append("mean, deviation = statistics(images)")
    standard = "{}.unsqueeze(1).float().div_(255).sub_({}).div_({})"
    if test_data == "DATA":
        last = "test_inputs = " + standard.format("test_images", "mean", "deviation")
    else:
        last = (
            "test_mean, test_deviation = statistics(open_images(TEST_DATA, train=True)[0])\n"
            "test_inputs = " + standard.format("test_images", "test_mean", "test_deviation")
        )
    return [*lines, "inputs = " + standard.format("images", "mean", "deviation") + "  # (N, 1, 28, 28)", last]


def _split_off(experiment: Experiment) -> str:
    """The last share validates; what is left, or its first `train=`, trains."""
    name = _held(experiment)
    val, limit = needs_val(experiment), experiment.train
    size = f"round({experiment.val!r} * len(inputs))"
    if not val:
        count = f":{limit}" if limit else ""
        return "\n".join(
            f"train_{to} = {part}{f'[{count}]' if count else ''}"
            for to, part in (("inputs", "inputs"), (name, "labels"))
        ) + _test(name)
    lines = [f"val_size = {size}  # the last of the training set validate"]
    if limit:
        lines.append(f"train_size = min({limit}, len(inputs) - val_size)")
        lines.append("val_size = min(val_size, max(1000, train_size))")
    end = "train_size" if limit else "-val_size"
    lines += [
        f"train_inputs, train_{name} = inputs[:{end}], labels[:{end}]",
        f"val_inputs, val_{name} = inputs[-val_size:], labels[-val_size:]",
    ]
    return "\n".join(lines) + _test(name)


def _test(name: str) -> str:
    return "\ntest_targets = test_labels" if name == "targets" else ""


def _spoiled(experiment: Experiment) -> list[str]:
    """Replaces a share of the training labels by those of other samples."""
    if not experiment.noise or experiment.about.task == "regression":
        return []
    wrong = "wrong.unsqueeze(1)" if experiment.about.task == "multi-label" else "wrong"
    labels = f"train_{_held(experiment)}"
    return [
        f"noise = torch.Generator().manual_seed({experiment.seed})\n"
        f"wrong = torch.rand(len({labels}), generator=noise) < {experiment.noise!r}\n"
        f"others = torch.randperm(len({labels}), generator=noise)\n"
        f"{labels} = torch.where({wrong}, {labels}[others], {labels})  # some labels are now wrong"
    ]


def _held(experiment: Experiment) -> str:
    """`targets` where the labels are already what the loss wants, else `labels`."""
    return "targets" if _target(experiment, "labels") == "labels" else "labels"


def _target(experiment: Experiment, labels: str) -> str:
    """Labels in the shape and dtype that the criterion wants, as code."""
    task, loss = experiment.about.task, experiment.loss
    if task == "multi-label" and loss == "ce":
        return f"{labels} / {labels}.sum(dim=1, keepdim=True)"
    if task in ("regression", "multi-label") or loss == "ce":
        return labels
    if task == "binary":
        return f"{labels}.float().unsqueeze(1)"
    return f"F.one_hot({labels}, {len(experiment.about.classes)}).float()"


def _targets(experiment: Experiment) -> list[str]:
    if _held(experiment) == "targets":
        return []
    width = 1 if experiment.about.task == "binary" else len(experiment.about.classes)
    names = ["train", *(["val"] if needs_val(experiment) else []), "test"]
    lines = [f"{name}_targets = {_target(experiment, f'{name}_labels')}" for name in names]
    return [f"{lines[0]}  # (N, {width})\n" + "\n".join(lines[1:])]
