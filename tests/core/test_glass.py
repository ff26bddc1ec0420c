"""The loop under glass: what each line changes, and what comes of each line that is left out, in numbers."""

from __future__ import annotations

import math

import pytest
import torch

from tutor.core.events import StepDone
from tutor.core.experiment import parse
from tutor.core.glass import Glass
from tutor.core.glass_lines import LINES, Seen, loop_code
from tutor.core.glass_words import explain, number
from tutor.core.training import train

LINE = "moons mlp:16 bce sgd lr=0.5 batch=64 train=256 dropout=0.3 seed=3"
NAMES = [line.name for line in LINES]
OPTIONAL = [line.name for line in LINES if line.optional]


def glass(*left_out: str, line: str = LINE) -> Glass:
    opened = Glass.open(parse(line))
    assert all(opened.toggle(name) for name in left_out)
    return opened


def up_to(opened: Glass, name: str, times: int = 1) -> Seen:
    """Go on until `name` has been executed so many times."""
    for _ in range(400):
        if opened.next_line().line == name:
            times -= 1
        if not times or opened.ended:
            return opened.seen
    raise AssertionError(f"{name} never came")


def told(opened: Glass, name: str) -> str:
    """What the missing line is said to have led to; fails where nothing is said."""
    return opened.told[name]


# Each line


def test_an_epoch_goes_through_its_lines_in_order() -> None:
    opened = glass()
    body = NAMES[NAMES.index("batch") : NAMES.index("eval")]
    expected = [
        "epoch",
        "train",
        *body * 4,
        "eval",
        "no_grad",
        "val_forward",
        "val_loss",
        "epoch",
        "train",
        "batch",
    ]
    for name in expected:
        assert opened.upcoming == name
        assert opened.next_line().line == name
    assert (opened.seen.epoch, opened.seen.batch, opened.seen.steps) == (2, 1, 4)


def test_only_the_step_moves_weights_and_only_backward_makes_gradients() -> None:
    opened = glass()
    for _ in range(60):
        seen, before = opened.next_line(), opened.before
        assert (seen.moved > 0) == (seen.line == "step")
        if seen.line == "backward":
            assert before.grad is None and seen.grad is not None and seen.grad == pytest.approx(seen.alone)
        elif seen.line == "zero_grad":
            assert seen.grad is None
        else:
            assert seen.grad == before.grad


def test_a_step_of_plain_sgd_is_the_sum_that_is_shown() -> None:
    opened = glass()
    seen = up_to(opened, "step", 3)
    for old, new in zip(opened.before.parameters, seen.parameters, strict=True):
        assert old.slope is not None
        assert new.value == pytest.approx(old.value - 0.5 * old.slope, abs=1e-6)
    words = explain(seen, opened.before, "sgd", 0.5)
    assert f"= {seen.parameters[-2].value:.6f}." in words and "head.weight[0, 8]" in words


def test_the_graph_comes_with_the_forward_and_goes_with_backward() -> None:
    opened = glass()
    assert up_to(opened, "forward").graph == "AddmmBackward0" and opened.seen.drew
    assert opened.next_line().graph.startswith("BinaryCrossEntropyWithLogits") and not opened.seen.freed
    assert up_to(opened, "backward").freed
    assert up_to(opened, "batch").graph == "" and opened.seen.loss is None


def test_mode_and_recording_are_two_switches() -> None:
    opened = glass()
    assert (up_to(opened, "step", 4).mode, opened.seen.recording) == ("train", True)
    assert (opened.next_line().mode, opened.seen.recording) == ("eval", True)
    assert (opened.next_line().mode, opened.seen.recording) == ("eval", False)
    seen = opened.next_line()
    assert (seen.graph, seen.saved, seen.drew, seen.logits) == ("", 0, False, (200, 1))
    assert math.isfinite(up_to(opened, "val_loss").val_loss or math.nan)
    assert opened.next_line().recording and torch.is_grad_enabled()
    assert opened.next_line().mode == "train"


def test_it_is_the_training_of_the_engine_number_by_number() -> None:
    opened = glass()
    losses = [up_to(opened, "loss").loss for _ in range(8)]
    steps = [event for event in train(parse(LINE).change("steps=8")) if isinstance(event, StepDone)]
    assert losses == [event.loss for event in steps]


def test_looking_changes_nothing_of_the_random_state_outside() -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    up_to(glass("eval", "train"), "batch", 6)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("optimizer", ["sgd", "sgd momentum=0.9", "adam lr=1e-3"])
def test_the_state_of_the_optimizer_comes_with_the_first_step(optimizer: str) -> None:
    opened = glass(line=LINE.replace("sgd lr=0.5", optimizer))
    assert up_to(opened, "backward").optimizer == ()
    expected = {"sgd": set(), "sgd momentum=0.9": {"momentum_buffer"}}.get(
        optimizer, {"exp_avg", "exp_avg_sq"}
    )
    assert expected <= set(opened.next_line().optimizer)
    assert bool(opened.seen.optimizer) == bool(expected)


def test_the_rest_of_a_batch_and_ten_batches() -> None:
    opened = glass()
    assert opened.finish().line == "step" and opened.upcoming == "batch"
    assert (opened.finish().steps, opened.seen.line) == (2, "step")
    opened.next_line()
    opened.next_line()
    assert (opened.finish().steps, opened.seen.line) == (3, "step")
    assert (opened.finish().steps, opened.seen.line) == (4, "step")
    assert (opened.finish().steps, opened.seen.line) == (4, "val_loss")
    assert (opened.run(10).steps, opened.seen.line) == (14, "step")


def test_every_line_is_explained() -> None:
    opened = glass()
    assert "Nothing has run yet" in explain(opened.seen, opened.before, "sgd", 0.5)
    said = {}
    for _ in range(60):
        seen = opened.next_line()
        said[seen.line] = explain(seen, opened.before, "sgd", 0.5)
    assert sorted(said) == sorted(NAMES)
    assert len(set(said.values())) == len(NAMES)


# Lines left out


def test_without_zero_grad_gradients_add_up() -> None:
    opened = glass("zero_grad")
    assert up_to(opened, "backward").grad == pytest.approx(opened.seen.alone)
    assert "Look again at the next batch" in told(opened, "zero_grad")
    norms = []
    for _ in range(6):
        seen = up_to(opened, "backward")
        norms.append((seen.grad or 0) / seen.alone)
        assert f"is now {number(seen.grad or 0)}, {norms[-1]:.1f} times the {number(seen.alone)}" in told(
            opened, "zero_grad"
        )
    assert max(norms) > 2


def test_without_backward_nothing_moves() -> None:
    opened = glass("backward")
    for _ in range(3):
        seen = up_to(opened, "step")
        assert seen.moved == 0 and seen.grad is None and seen.idle
        assert "every .grad is None" in told(opened, "backward")


def test_without_backward_and_zero_grad_the_old_gradient_is_used_again() -> None:
    opened = glass()
    old = up_to(opened, "step").grad
    opened.toggle("backward")
    opened.toggle("zero_grad")
    seen = up_to(opened, "step")
    assert seen.grad == old and seen.moved == pytest.approx(0.5 * (old or 0), rel=1e-4)
    assert f"of norm {number(old or 0)}: this batch taught nothing" in told(opened, "backward")


def test_without_step_gradients_come_and_no_weight_moves() -> None:
    opened = glass("step")
    start = opened.seen.parameters
    for _ in range(3):
        seen = up_to(opened, "batch", 2) if opened.seen.batch == 0 else up_to(opened, "batch")
        assert [one.value for one in seen.parameters] == [one.value for one in start]
        assert seen.idle and f"of norm {number(seen.grad or 0)}, was computed and never used" in told(
            opened, "step"
        )


def test_a_line_put_back_works_again() -> None:
    opened = glass("step")
    up_to(opened, "batch", 2)
    assert opened.toggle("step") and not opened.left_out
    assert up_to(opened, "step").moved > 0
    assert opened.told == {} and up_to(opened, "batch").idle is False


def test_without_train_the_second_epoch_learns_in_eval_mode() -> None:
    opened = glass("train")
    up_to(opened, "batch")
    assert "a new model is in train mode" in told(opened, "train")
    assert up_to(opened, "forward").drew
    up_to(opened, "epoch")
    assert up_to(opened, "forward").mode == "eval" and not opened.seen.drew
    seen = opened.next_line()
    assert seen.loss != seen.other and f"in train mode it would be {number(seen.other)}" in told(
        opened, "train"
    )


def test_without_eval_the_validation_is_a_matter_of_luck() -> None:
    right, opened = up_to(glass(), "val_loss").val_loss, glass("eval")
    seen = up_to(opened, "val_loss")
    assert len({seen.val_loss, seen.again, seen.other}) == 3
    assert seen.other == pytest.approx(right)
    assert f"and {number(seen.again)} when it is run once more" in told(opened, "eval")


@pytest.mark.parametrize("name", ["train", "eval"])
def test_without_dropout_the_mode_is_said_to_make_no_difference(name: str) -> None:
    opened = glass(name, line=LINE.replace("dropout=0.3", "dropout=0"))
    up_to(opened, "epoch", 2 if name == "train" else 1)
    up_to(opened, "loss" if name == "train" else "val_loss")
    assert "neither dropout nor BatchNorm, so it is the same" in told(opened, name)


def test_without_no_grad_the_graph_is_kept() -> None:
    opened = glass("no_grad")
    seen = up_to(opened, "val_forward")
    assert seen.graph == "AddmmBackward0" and seen.recording
    assert seen.saved == 200 * 16 * 4  # what ReLU put out, once: dropout changes nothing in eval mode
    assert f"autograd kept {seen.saved:,} bytes" in told(opened, "no_grad")


Case = tuple[str, str, int, str]
ERRORS: list[Case] = [
    ("forward", "loss", 0, "NameError: name 'logits' is not defined"),
    ("loss", "backward", 0, "NameError: name 'loss' is not defined"),
    ("loss", "backward", 1, "RuntimeError: Trying to backward through the graph a second time"),
    ("forward", "loss", 4, "ValueError: Target size"),
]


@pytest.mark.parametrize(("name", "at", "batches", "error"), ERRORS)
def test_a_missing_result_is_a_real_error(name: str, at: str, batches: int, error: str) -> None:
    opened = glass()
    if batches == 4:
        up_to(opened, "epoch", 2)
    elif batches:
        opened.run(batches)
    opened.toggle(name)
    seen = up_to(opened, at)
    assert opened.ended and seen.line == at and seen.error.startswith(error)
    assert "A program would have ended here" in explain(seen, opened.before, "sgd", 0.5)
    assert told(opened, name)
    assert opened.next_line() is seen and opened.finish() is seen and opened.run(10) is seen


@pytest.mark.parametrize("name", ["epoch", "batch", "val_forward", "val_loss"])
def test_what_makes_a_loop_cannot_be_left_out(name: str) -> None:
    assert not glass().toggle(name)


@pytest.mark.parametrize("name", [None, *OPTIONAL, "all"])
def test_the_code_without_a_line_is_still_python(name: str | None) -> None:
    left_out = frozenset(OPTIONAL if name == "all" else [name] if name else [])
    code = loop_code(left_out)
    compile(code, "loop", "exec")
    assert code.count("# ") == len(left_out)
    assert ("    logits = model(val_x)\n" in code) and (
        ("        logits = model(val_x)" in code) == ("no_grad" not in left_out)
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (2.3051, "2.305"),
        (0.00123456, "0.001235"),
        (12345.6, "12,346"),
        (1e-9, "1e-09"),
        (math.inf, "inf"),
    ],
)
def test_numbers_have_four_digits(value: float, words: str) -> None:
    assert number(value) == words
