"""An experiment as sections of plain PyTorch: only what this experiment needs, in the order in which it runs.

Standard library only. What the sections compute is what `tutor.core.training` computes, bit for bit: the same draws
from the same seeds, the same batches, the same order of additions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tutor.core.experiment import Experiment
from tutor.core.script_data import TOYS, data_code, folder_code, needs_val
from tutor.core.script_model import model_code

CHECKS, CHECK_SAMPLES = 8, 300  # the engine's looks at the validation set between epochs
_SAME_LINE = ', end="  "'
CHUNK = 2000  # samples that are evaluated at a time

_IMPORTS = {
    r"\bcopy\.": "import copy",
    r"\bmath\.": "import math",
    r"\bsys\.": "import sys",
    r"\bPath\(": "from pathlib import Path",
    r"\btorch\.": "import torch",
    r"\bF\.": "import torch.nn.functional as F",
    r"\bnn\.": "from torch import nn",
    r"\bdatasets\.": "from torchvision import datasets",
}


@dataclass(frozen=True)
class Section:
    """A part of the program: its title, a sentence on it, its code."""

    title: str
    says: str
    code: str


def sections(experiment: Experiment, data_dir: Path) -> list[Section]:
    """The whole program but for its imports. `data_dir` is where the datasets lie on this machine."""
    return [
        Section("Settings", _about_settings(experiment), _settings(experiment, data_dir)),
        Section("Data", "Opened or drawn once, scaled once, and kept in memory.", _data(experiment)),
        Section("Model", "The seed decides the first weights.", _model(experiment)),
        Section("Loss and optimizer", "What is minimised, and how.", _criterion(experiment)),
        Section("Evaluation", "The mean loss over a whole set, and the share that is right.", _evaluation(experiment)),
        Section("Training", "One call is one pass over the training set.", _training(experiment)),
        Section("The run", "Every loss is kept in `losses`, one for each step.", _run(experiment)),
    ]  # fmt: skip


def imports_of(code: str) -> str:
    """The imports that the code uses: the standard library first."""
    used = [line for sign, line in _IMPORTS.items() if re.search(sign, code)]
    ours = [line for line in used if "torch" not in line]
    return "\n".join([*ours, *([""] if ours else []), *(line for line in used if "torch" in line)])


def _device(experiment: Experiment) -> str:
    """The device as code; "" for the CPU, where nothing has to be moved."""
    if experiment.device == "auto" and experiment.model == "cnn":
        mps = '"mps" if torch.backends.mps.is_available() else "cpu"'
        return f'torch.device("cuda" if torch.cuda.is_available() else {mps})'
    return "" if experiment.device in ("auto", "cpu") else f'torch.device("{experiment.device}")'


def _about_settings(experiment: Experiment) -> str:
    threads = "With another number of threads the last digits of a loss can differ."
    return threads if experiment.dataset in TOYS else f"Where the data lie. {threads}"


def _settings(experiment: Experiment, data_dir: Path) -> str:
    lines = [*folder_code(experiment, data_dir), f"torch.set_num_threads({experiment.threads})"]
    if device := _device(experiment):
        lines.append(f"device = {device}")
    return "\n".join(lines)


def _data(experiment: Experiment) -> str:
    names = ["train", *(["val"] if needs_val(experiment) else []), "test"]
    moved = [
        f"{name}_inputs, {name}_targets = {name}_inputs.to(device), {name}_targets.to(device)"
        for name in names
        if _device(experiment)
    ]
    return "\n".join([data_code(experiment), *_spoiled_for_evaluation(experiment), *moved])


def _spoiled_for_evaluation(experiment: Experiment) -> list[str]:
    """Two mistakes: the images that validate and test are not made as those that train."""
    spoils = {"val-transposed": ".transpose(-1, -2).contiguous()", "val-unscaled": " * 255"}
    if experiment.mistake not in spoils:
        return []
    names = [*(["val_inputs"] if needs_val(experiment) else []), "test_inputs"]
    return [
        "# the mistake: what evaluates is made in another way than what trains",
        *(f"{name} = {name}{spoils[experiment.mistake]}" for name in names),
    ]


def _model(experiment: Experiment) -> str:
    code = model_code(experiment)
    return f"{code}\nmodel.to(device)" if _device(experiment) else code


def _criterion(experiment: Experiment) -> str:
    place = ".to(device)" if _device(experiment) else ""
    weight = ""
    if experiment.loss == "bce" and experiment.pos_weight != 1:
        weight = f"pos_weight=torch.tensor([{experiment.pos_weight!r}])"
    name = {"ce": "CrossEntropyLoss", "bce": "BCEWithLogitsLoss", "mse": "MSELoss", "mae": "L1Loss"}
    criterion = f"nn.{name[experiment.loss]}({weight}){place if weight else ''}"
    lines = [f"criterion = {criterion}", f"optimizer = {_optimizer(experiment)}"]
    if experiment.mistake == "other-optimizer":
        lines.insert(
            1, "other_model = copy.deepcopy(model)  # the mistake: the optimizer moves its parameters"
        )
    elif experiment.mistake == "head-only":
        lines.insert(1, "# the mistake: only the parameters of the last layer are given to the optimizer")
    return "\n".join(lines)


def _optimizer(experiment: Experiment) -> str:
    name = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW"}[experiment.optimizer]
    options = [f"lr={experiment.lr!r}"]
    if name == "SGD" and experiment.momentum:
        options.append(f"momentum={experiment.momentum!r}")
    if experiment.weight_decay or name == "AdamW":  # AdamW's own default is not 0
        options.append(f"weight_decay={experiment.weight_decay!r}")
    device = _device(experiment)
    if '"mps"' in device and '"cuda"' in device:
        options.append('fused=device.type != "mps"')
    elif '"mps"' not in device:
        options.append("fused=True")
    moved = {"other-optimizer": "other_model", "head-only": "model.head"}.get(experiment.mistake, "model")
    return f"torch.optim.{name}({moved}.parameters(), {', '.join(options)})"


def outputs_code(experiment: Experiment, logits: str = "logits") -> str:
    """Logits as what they mean: real numbers, or probabilities."""
    if experiment.about.task == "regression":
        return logits
    several = experiment.about.task == "multi-class" or experiment.loss == "ce"
    return f"{logits}.softmax(dim=1)" if several else f"{logits}.sigmoid()"


def _compared(experiment: Experiment) -> str:
    """What the criterion compares with the targets."""
    if experiment.mistake == "softmax-before-ce":
        return "logits.softmax(dim=1)"
    return "logits" if experiment.loss in ("ce", "bce") else outputs_code(experiment)


def _right(experiment: Experiment) -> str:
    """How many of a batch are right, as code; "" for regression."""
    task, loss = experiment.about.task, experiment.loss
    if task == "regression":
        return ""
    if task == "multi-label":
        answers = f"({outputs_code(experiment)} > 0.5) == (targets > 0)"
        return f"({answers}).all(dim=1).sum().item()"
    if loss == "ce":
        return "(logits.argmax(dim=1) == targets).sum().item()"
    if task == "binary":
        return "((logits > 0) == (targets > 0.5)).sum().item()"
    return "(logits.argmax(dim=1) == targets.argmax(dim=1)).sum().item()"


def _draws_in_evaluation(experiment: Experiment) -> bool:
    """Whether a mistake leaves dropout on while evaluating."""
    hidden_drops = experiment.mistake == "list-of-layers"
    return (
        bool(experiment.dropout)
        and (experiment.mistake == "wrong-mode" or hidden_drops)
        and _has_dropout(experiment)
    )


def _has_dropout(experiment: Experiment) -> bool:
    return experiment.model == "cnn" or bool(experiment.widths)


def _evaluation(experiment: Experiment) -> str:
    right, lines = _right(experiment), []
    draws = _draws_in_evaluation(experiment)
    if draws:
        lines += [
            "# The mistake lets dropout draw here too: from a random state of its own, so that training stays the same.",
            f"eval_state = torch.Generator().manual_seed({experiment.seed}).get_state()",
            "",
            "",
        ]
    if experiment.mistake == "no-no-grad":
        lines.append("# The mistake: without @torch.no_grad() the graph of every batch is kept.")
    else:
        lines.append("@torch.no_grad()")
    lines += [
        "def evaluate(all_inputs, all_targets):",
        *(f"    {line}" for line in (_swap_in() if draws else [])),
        f"    {_mode(experiment)}",
        "    total = 0.0",
        *(["    right = 0"] if right else []),
        f"    for inputs, targets in zip(all_inputs.split({CHUNK}), all_targets.split({CHUNK})):",
        "        logits = model(inputs)",
        f"        total = total + criterion({_compared(experiment)}, targets) * len(inputs)",
        *([f"        right += {right}"] if right else []),
        *(f"    {line}" for line in (_swap_out() if draws else [])),
        "    mean_loss = (total / len(all_inputs)).item()",
        f"    return mean_loss{', right / len(all_inputs)' if right else ''}",
    ]
    return "\n".join(lines)


def _mode(experiment: Experiment) -> str:
    if experiment.mistake == "wrong-mode":
        return "model.train()  # the mistake: this should be model.eval()"
    return "model.eval()"


def _swap_in() -> list[str]:
    return ["global eval_state", "training_state = torch.get_rng_state()", "torch.set_rng_state(eval_state)"]


def _swap_out() -> list[str]:
    return ["eval_state = torch.get_rng_state()", "torch.set_rng_state(training_state)"]


def _order(experiment: Experiment) -> str:
    """The order of one epoch's samples, as code."""
    if experiment.order == "shuffled":
        return "torch.randperm(len(train_inputs), generator=generator)"
    return "torch.arange(len(train_inputs))" if experiment.order == "file" else "by_label"


def _training(experiment: Experiment) -> str:
    lines = ["losses = []  # of every step"]
    if experiment.order == "shuffled":
        lines.insert(
            0,
            f"generator = torch.Generator().manual_seed({experiment.seed})  # decides the order of the samples",
        )
    elif experiment.order == "sorted":
        lines.insert(0, f"by_label = {_labels(experiment)}.argsort(stable=True)")
    right = _right(experiment)
    lines += [
        "",
        "",
        "def train_epoch():",
        "    model.train()",
        f"    total, {'right, ' if right else ''}seen = 0.0, {'0, ' if right else ''}0",
        *(f"    {line}" for line in _batches(experiment)),
        *(f"        {line}" for line in _step(experiment)),
        "        losses.append(loss.item())",
        "        seen += len(targets)",
        "        total += losses[-1] * len(targets)",
        *([f"        right += {right}"] if right else []),
        *(f"        {line}" for line in _ends(experiment)),
        f"    return total / seen{', right / seen' if right else ''}",
    ]
    return "\n".join(lines)


def _labels(experiment: Experiment) -> str:
    """The labels that the training samples are sorted by."""
    if experiment.loss == "ce" or experiment.about.task in ("regression", "multi-label"):
        return "train_targets"
    return "train_targets.squeeze(1)" if experiment.about.task == "binary" else "train_targets.argmax(dim=1)"


def _batches(experiment: Experiment) -> list[str]:
    order = _order(experiment) + (".to(device)" if _device(experiment) else "")
    size = experiment.batch or "len(train_inputs)"
    shape = ", ".join(map(str, experiment.about.shape))
    lines = [
        f"for indices in {order}.split({size}):",
        f"    inputs = train_inputs[indices]  # (B, {shape})",
        "    targets = train_targets[indices]",
    ]
    if experiment.mistake == "wrong-device":
        lines[1] += "; the mistake: sent to another device than the model's"
        lines[1] = lines[1].replace("[indices]", '[indices].to("meta")')
    return lines


def _step(experiment: Experiment) -> list[str]:
    clear = "optimizer.zero_grad()"
    if experiment.mistake == "no-zero-grad":
        clear = "# the mistake: optimizer.zero_grad() is missing, so the gradients of all steps add up"
    compared = f"loss = criterion({_compared(experiment)}, targets)"
    if experiment.mistake == "softmax-before-ce":
        compared += "  # the mistake: CrossEntropyLoss does the softmax itself"
    return ["logits = model(inputs)", compared, clear, "loss.backward()", "optimizer.step()"]


def _ends(experiment: Experiment) -> list[str]:
    """What ends an epoch early, and the looks that a mistake makes the numbers depend on."""
    enough = f" or len(losses) == {experiment.steps}" if experiment.steps else ""
    lines = [f"if not math.isfinite(losses[-1]){enough}:", "    break"]
    if _draws_in_evaluation(experiment) and needs_val(experiment):
        return [*lines, *_looks(experiment)]
    return lines


def _looks(experiment: Experiment) -> list[str]:
    """Looks between epochs draw from the evaluation's random state: what comes after depends on them."""
    batch = experiment.batch or "len(train_inputs)"
    total = (
        str(experiment.steps)
        if experiment.steps
        else f"{experiment.epochs} * -(-len(train_inputs) // {batch})"
    )
    return [
        f"if len(losses) % -(-({total}) // {CHECKS}) == 0 and seen < len(train_inputs):",
        f"    evaluate(val_inputs[:{CHECK_SAMPLES}], val_targets[:{CHECK_SAMPLES}])  # dropout draws here too",
        "    model.train()",
    ]


def _run(experiment: Experiment) -> str:
    right = _right(experiment)
    head = [f"for epoch in range(1, {experiment.epochs + 1}):"]
    if experiment.steps:
        head = ["epoch = 0", f"while len(losses) < {experiment.steps}:", "    epoch += 1"]
    val = needs_val(experiment)
    lines = [
        f"{_names('train', right)} = train_epoch()",
        "if not math.isfinite(train_loss):",
        '    print(f"The loss was {losses[-1]} at step {len(losses)}: it grew past what float32 holds.")',
        "    break",
        f'print(f"epoch {{epoch}}  {_figures("train", right)}"{_SAME_LINE if val else ""})',
    ]
    if val:
        lines.append(f"{_names('val', right)} = evaluate(val_inputs, val_targets)")
        lines.append(f'print(f"{_figures("val", right)}")')
    test = [
        f"{_names('test', right)} = evaluate(test_inputs, test_targets)",
        f'print(f"{_figures("test", right)}")',
    ]
    return "\n".join([*head, *(f"    {line}" for line in lines), "", *test])


def _figures(split: str, right: str) -> str:
    accuracy = f"  accuracy {{{split}_accuracy:.4f}}" if right else ""
    return f"{split} loss {{{split}_loss:.4f}}{accuracy}"


def _names(split: str, right: str) -> str:
    return f"{split}_loss, {split}_accuracy" if right else f"{split}_loss"
