"""One fault at a time in a good course: each is named by file, key and reason, and is the only one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.learning.lessons import Fault, check_course, load_course

TOML = "3_bce/lesson.toml"
PAGE = "3_bce/logits.md"
REFERENCE = "reference/reference.toml"


def spoil(folder: Path, name: str, old: str, new: str) -> list[Fault]:
    """Replace a text that is there once, and check the course."""
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return check_course(folder)


def only(faults: list[Fault]) -> Fault:
    assert len(faults) == 1, "\n".join(map(str, faults))
    return faults[0]


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("number = 3", "number = ", "line 2", "is not TOML: Invalid value"),
        ("minutes = 35", 'minutes = 35\nsumary = "x"', "sumary", "Did you mean “summary”?"),
        (
            "pace = 60",
            "paze = 60",
            "steps.mse-against-bce.paze",
            "not a key in a lab step. Did you mean “pace”?",
        ),
        ("pace = 60", "options = 1", "steps.mse-against-bce.options", "is not a key in a lab step"),
        (
            "correct = true",
            "corect = true\ncorrect = true",
            "steps.predict-mse.options.1.corect",
            "“correct”",
        ),
        ('title = "Binary cross-entropy"\n', "", "title", "is missing. Write text in quotes."),
        ('title = "The gallery"', "title = 4", "steps.gallery.title", "is a number. Write text in quotes."),
        ('title = "The gallery"', 'title = " "', "steps.gallery.title", "is empty"),
        ('title = "The gallery"', 'title = "a\\u001b[2J"', "steps.gallery.title", "control character"),
        (
            "number = 3",
            "number = 3.0",
            "number",
            "is a number with a point. Write a whole number from 0 to 99.",
        ),
        ("number = 3", "number = true", "number", "is true or false. Write a whole number"),
        ("number = 3", "number = 100", "number", "is 100. It must be from 0 to 99."),
        ("minutes = 3\n\n", "\n", "steps.logits.minutes", "is missing"),
        (
            'needs = ["nn-module"]',
            'needs = "nn-module"',
            "needs",
            "is a text. Write a list of texts in quotes.",
        ),
        ('"logits", "the', '3, "the', "teaches", "must hold only texts"),
        ('"logits", "the sigmoid"', '"logits", "logits"', "teaches", "holds the same text twice"),
        ('id = "binary-cross-entropy"', 'id = "Binary"', "id", "“Binary” is not an id."),
        ('id = "check"', 'id = "12"', "steps.12.id", "“12” is not an id."),
        ('id = "check"', 'id = "../check"', "steps.5.id", "“../check” is not an id."),
        ('id = "check"', 'id = "gallery"', "steps", "two steps have the id “gallery”"),
        ('kind = "quiz"', 'kind = "quizz"', "steps.check.kind", "Did you mean “quiz”?"),
        ('needs = ["nn-module"]', 'needs = ["nn-modul"]', "needs", "Did you mean “nn-module”?"),
        (
            'needs = ["nn-module"]',
            'needs = ["binary-cross-entropy"]',
            "needs",
            "does not come before this lesson",
        ),
        (
            'about = "mse-against-bce"',
            'about = "logits"',
            "steps.predict-mse.about",
            "Later labs: mse-against-bce",
        ),
        (
            'refresh = "logits"',
            'refresh = "logit"',
            "steps.check.questions.1.refresh",
            "Did you mean “logits”?",
        ),
        (
            'refresh = "logits"',
            'refresh = "check"',
            "steps.check.questions.1.refresh",
            "no other step “check”",
        ),
        (
            "correct = true",
            "correct = false",
            "steps.predict-mse.options",
            "has 0 options with correct = true",
        ),
        ('text = "MSE first"', 'text = "MSE"\ncorrect = true', "steps.predict-mse.options", "has 2 options"),
        ('text = "MSE first"', 'text = "BCE first"', "steps.predict-mse.options", "offers “BCE first” twice"),
        ("correct = true", "correct = 1", "steps.predict-mse.options.1.correct", "Write true or false."),
        ('reason = "Its slope does not starve."\n', "", "steps.predict-mse.options.1.reason", "is missing"),
        (
            'question = "Which one?"',
            'question = "```py\\n```"',
            "steps.predict-mse.question",
            "“py”, which is unknown",
        ),
        ("bce sgd lr=0.1", "bcee sgd lr=0.1", "steps.mse-against-bce.experiment", "Did you mean “bce”?"),
        ('compare = "mse"', 'compare = "mze"', "steps.mse-against-bce.compare", "Did you mean “mse”?"),
        ('compare = "mse"', 'compare = "bce"', "steps.mse-against-bce.compare", "changes nothing"),
        ('compare = "mse"\n', "", "steps.mse-against-bce.labels", "there is only one"),
        ('labels = ["BCE", "MSE"]\n', "", "steps.mse-against-bce.labels", "is missing"),
        ('["BCE", "MSE"]', '["BCE"]', "steps.mse-against-bce.labels", "holds 1 names"),
        (
            '["loss", "boundary"]',
            '["loss", "bondary"]',
            "steps.mse-against-bce.panels",
            "Did you mean “boundary”?",
        ),
        ('["loss", "boundary"]', "[]", "steps.mse-against-bce.panels", "is empty. Name at least one"),
        ('["loss", "boundary"]', '["weights"]', "steps.mse-against-bce.panels", "weights needs images"),
        ('["loss", "boundary"]', '["fit"]', "steps.mse-against-bce.panels", "fit needs real numbers"),
        ("pace = 60", "pace = -1", "steps.mse-against-bce.pace", "is -1"),
        ('key = "lr"', 'key = "rl"', "steps.mse-against-bce.knobs.1.key", "“rl” is unknown"),
        (
            '"1e-1", "1"',
            '"1e-1", "x"',
            "steps.mse-against-bce.knobs.1.values",
            "“x”: lr=x was not understood",
        ),
        (
            '"1e-1", "1"',
            '"0.5", "1"',
            "steps.mse-against-bce.knobs.1.values",
            "lacks the experiment's own lr, 0.1",
        ),
        ('"1e-1", "1"', '"1e-1", "0.1"', "steps.mse-against-bce.knobs.1.values", "the same value twice"),
        (
            '"1e-1", "1"',
            '"1e-1", "1 epochs=2"',
            "steps.mse-against-bce.knobs.1.values",
            "is not a value of lr",
        ),
        (
            '"sgd", "adam"',
            '"sgd", "mae"',
            "steps.mse-against-bce.knobs.2.values",
            "“mae” is not a value of optimizer",
        ),
        ('main = "mse-against-bce"', 'main = "gallery"', "main", "no lab with an experiment “gallery”"),
        ('main = "mse-against-bce"\n', "", "main", "is missing"),
        ('lab = "gallery"', 'lab = "galery"', "steps.gallery.lab", "Did you mean “gallery”?"),
        ('dataset = "garments"', 'dataset = "clothes"', "steps.gallery.dataset", "“clothes” is unknown"),
    ],
)
def test_each_fault_of_a_lesson_is_named(
    course_folder: Path, old: str, new: str, key: str, said: str
) -> None:
    faults = [fault for fault in spoil(course_folder, TOML, old, new) if fault.file.name == "lesson.toml"]
    fault = only(faults)
    assert (fault.file, fault.key) == (course_folder / TOML, key)
    assert said in fault.reason
    assert str(fault) == f"{fault.file}: {fault.key}: {fault.reason}"


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("# Logits", "", "", ""),
        ("```python\nx = 1\n```", "```pyton\nx = 1\n```", "line 5", "Did you mean “python”?"),
        (
            "```python\nx = 1\n```",
            "```python\nx = (1\n```",
            "line 6",
            "does not compile: '(' was never closed",
        ),
        (
            "```python\nx = 1\n```",
            "```python\nx = 1\n\nif x\n```",
            "line 8",
            "does not compile: expected ':'",
        ),
        ("```python\nx = 1\n```", "```python\nreturn 1\n```", "line 6", "'return' outside function"),
        ("```python\nx = 1\n```", "```python\nx = '\\d'\n```", "", ""),
        ("raises=ValueError", "raise=ValueError", "line 9", "has “raise=ValueError” after the fence's name"),
        ("raises=ValueError", "raises=", "line 9", "which names no exception"),
        ("raises=ValueError\nint('a')", "raises=SyntaxError\nx = (", "", ""),
        ("```python\nx = 1", "```math raises=ValueError\nx", "line 5", "Only python takes a word there"),
        ("int('a')\n```\n", "int('a')\n", "line 9", "never closes"),
        ("Text.", "Text \x1b[31m.", "line 3", "control character"),
        ("Text.\n", "Text.\n" * 120, "line 121", "has 130 lines; 120 is the most"),
        ("Text.\n", "Text.\n" * 110, "", ""),
        ("Text.", "A `code` and ```inline``` text.\n\n~~~text\n```\n~~~", "", ""),
        ("Text.", "```\nplain\n```\n\n```bash\nls\n```\n\n1. one\n   ```toml\n   a = 1\n   ```", "", ""),
    ],
)
def test_each_fault_of_a_page_has_its_line(
    course_folder: Path, old: str, new: str, key: str, said: str
) -> None:
    faults = spoil(course_folder, PAGE, old, new)
    if not key:
        assert faults == []
        return
    fault = only(faults)
    assert (fault.file, fault.key) == (course_folder / PAGE, key)
    assert said in fault.reason


@pytest.mark.parametrize(
    ("experiment", "panel", "said"),
    [
        ("sine", "boundary", "boundary needs points in the plane, and sine has none"),
        ("digits", "boundary", "boundary needs points"),
        ("sine", "confusion", "confusion needs classes"),
        ("sine", "accuracy", "accuracy needs classes"),
        ("digit-pairs", "confusion", "one class per sample"),
        ("digits cnn", "weights", "a cnn has none"),
        ("moons", "weights", "weights needs images"),
        ("digits", "fit", "fit needs real numbers"),
        *((name, "boundary", "") for name in ("blobs", "moons", "circles", "spirals")),
        ("sine", "fit", ""),
        ("digits linear", "weights", ""),
        ("garments mlp:16", "weights", ""),
        ("digits", "confusion", ""),
        ("moons", "confusion", ""),
        ("digit-pairs", "accuracy", ""),
    ],
)
def test_a_panel_must_be_possible(course_folder: Path, experiment: str, panel: str, said: str) -> None:
    lab = f'kind = "lab"\ntitle = "x"\nexperiment = "{experiment}"\npanels = ["{panel}"]\n'
    old = 'kind = "lab"\ntitle = "The gallery"\nlab = "gallery"\ndataset = "garments"\n'
    faults = spoil(course_folder, TOML, old, lab)
    if said:
        assert said in only(faults).reason and only(faults).key == "steps.gallery.panels"
    else:
        assert faults == []


def test_a_knob_must_run_in_the_paired_run_too(course_folder: Path) -> None:
    path = course_folder / TOML
    text = path.read_text().replace("blobs linear bce sgd", "blobs linear ce sgd")
    text = text.replace('compare = "mse"', 'compare = "mistake=softmax-before-ce"')
    knob = 'key = "loss"\nlabel = "loss"\nvalues = ["ce", "mse"]'
    path.write_text(text.replace('key = "optimizer"\nlabel = "optimizer"\nvalues = ["sgd", "adam"]', knob))
    fault = only(check_course(course_folder))
    assert fault.key.endswith("knobs.2.values") and "needs the loss ce" in fault.reason


def test_every_fault_is_named_not_only_the_first(course_folder: Path) -> None:
    path = course_folder / TOML
    text = path.read_text().replace("minutes = 35", "minuts = 35").replace('kind = "quiz"', 'kind = "quip"')
    path.write_text(text.replace('about = "mse-against-bce"', 'about = "x"').replace("lr=0.1", "lr=a"))
    (course_folder / PAGE).write_text("```python\nx = (\n```\n```text\n")
    (course_folder / "1_nn_module" / "lesson.toml").write_text("id = \n")
    said = {(fault.file.parent.name, fault.key) for fault in check_course(course_folder)}
    assert said >= {
        ("1_nn_module", "line 1"),
        ("3_bce", "minutes"),
        ("3_bce", "minuts"),
        ("3_bce", "steps.check.kind"),
        ("3_bce", "steps.predict-mse.about"),
        ("3_bce", "steps.mse-against-bce.experiment"),
        ("3_bce", "line 2"),
        ("3_bce", "line 4"),
    }


def test_lessons_may_not_share_ids_or_numbers(course_folder: Path) -> None:
    text = (course_folder / TOML).read_text()
    (course_folder / "4_copy").mkdir()
    (course_folder / "4_copy" / "lesson.toml").write_text(text)
    (course_folder / "4_copy" / "logits.md").write_text("Text.\n")
    faults = check_course(course_folder)
    assert [(fault.file.parent.name, fault.key) for fault in faults] == [
        ("4_copy", "id"),
        ("4_copy", "number"),
    ]
    assert "3_bce has the number 3 too" in faults[1].reason


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"a\nb \xff", "is not UTF-8 (line 2)"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_pages_that_cannot_be_shown(course_folder: Path, data: bytes, said: str) -> None:
    (course_folder / PAGE).write_bytes(data)
    assert said in only(check_course(course_folder)).reason


def test_a_toml_file_that_is_not_text_or_not_there(course_folder: Path) -> None:
    (course_folder / TOML).write_bytes(b'id = "\xff"\n')
    (course_folder / "1_nn_module" / "lesson.toml").unlink()
    faults = check_course(course_folder)
    assert [fault.key for fault in faults] == ["file", "file"]
    assert "is missing" in faults[0].reason and "is not UTF-8 (line 1)" in faults[1].reason


def test_deep_nesting_is_a_fault(course_folder: Path) -> None:
    (course_folder / TOML).write_text("x = " + "[" * 100_000)
    assert "nested too deeply" in only(check_course(course_folder)).reason


def test_a_file_that_nobody_names(course_folder: Path) -> None:
    (course_folder / "3_bce" / "logits-old.md").write_text("Text.\n")
    fault = only(check_course(course_folder))
    assert fault.file.name == "logits-old.md" and "used by no step" in fault.reason


def test_optional_text_and_named_files(course_folder: Path) -> None:
    (course_folder / "3_bce" / "gallery.md").write_text("Look.\n")
    (course_folder / "3_bce" / "other.md").write_text("Other.\n")
    assert spoil(course_folder, TOML, 'kind = "quiz"', 'kind = "quiz"\nfile = "other.md"') == []
    lesson = load_course(course_folder).lesson("3")
    assert (lesson.step("gallery").text, lesson.step("check").text) == ("Look.\n", "Other.\n")


@pytest.mark.parametrize(
    "name",
    ["../outside.md", "/etc/outside.md", "sub/../../outside.md", "a b.md", "logits.txt", "a\\u0000.md"],
)
def test_a_named_file_stays_in_the_folder(course_folder: Path, name: str) -> None:
    (course_folder / "outside.md").write_text("Secret.\n")
    (course_folder / "3_bce" / "sub").mkdir()
    fault = only(spoil(course_folder, TOML, 'kind = "quiz"', f'kind = "quiz"\nfile = "{name}"'))
    assert fault.key == "steps.check.file"
    assert (
        "leads out of" in fault.reason
        or "is not a markdown file" in fault.reason
        or "control" in fault.reason
    )


@pytest.mark.parametrize("target", ["../outside.md", "missing.md", "."])
def test_a_link_that_leads_elsewhere(course_folder: Path, target: str) -> None:
    (course_folder / "outside.md").write_text("Secret.\n")
    (course_folder / "3_bce" / "gallery.md").symlink_to(target)
    fault = only(check_course(course_folder))
    assert fault.key == "steps.gallery.file"
    assert any(said in fault.reason for said in ("leads out", "is missing"))


def test_a_link_within_the_folder_is_followed(course_folder: Path) -> None:
    (course_folder / "3_bce" / "gallery.md").symlink_to("logits.md")
    assert check_course(course_folder) == []


def test_a_lesson_folder_that_is_a_link_elsewhere(course_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (course_folder / "9_link").symlink_to(tmp_path / "elsewhere")
    assert "leads out of the folder of lessons" in only(check_course(course_folder)).reason


def test_a_pipe_or_a_folder_in_place_of_a_page(course_folder: Path) -> None:
    os.mkfifo(course_folder / "3_bce" / "gallery.md")
    (course_folder / "3_bce" / "check.md").mkdir()
    reasons = [fault.reason for fault in check_course(course_folder)]
    assert len(reasons) == 2 and all("is not a plain file" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ('kind = "mistake"', 'kind = "misteak"', "cards.softmax-twice.kind", "Did you mean “mistake”?"),
        (
            "/mse-against-bce",
            "/mse-bce",
            "cards.loop.lab",
            "Did you mean “binary-cross-entropy/mse-against-bce”?",
        ),
        ("/mse-against-bce", "/logits", "cards.loop.lab", "There is no lab “binary-cross-entropy/logits”"),
        ('title = "The loop"', "", "cards.loop.title", "is missing"),
        (
            'id = "softmax-twice"',
            'id = "softmax-twise"',
            "cards.softmax-twise.file",
            "softmax-twise.md is missing",
        ),
        ('kind = "card"', 'kind = "card"\nlabs = "x"', "cards.loop.labs", "Did you mean “lab”?"),
    ],
)
def test_each_fault_of_the_reference_is_named(
    course_folder: Path, old: str, new: str, key: str, said: str
) -> None:
    faults = [
        fault for fault in spoil(course_folder, REFERENCE, old, new) if fault.file.name == "reference.toml"
    ]
    assert only(faults).key == key and said in only(faults).reason


def test_two_cards_of_one_id(course_folder: Path) -> None:
    (course_folder / "reference" / "softmax-twice.md").unlink()
    assert (
        "two cards have the id “loop”"
        in only(spoil(course_folder, REFERENCE, "softmax-twice", "loop")).reason
    )


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), where=st.sampled_from([TOML, PAGE, REFERENCE]), at=st.integers(0, 2000))
def test_no_bytes_end_the_check(course_folder: Path, data: bytes, where: str, at: int) -> None:
    path = course_folder / where
    good = path.read_bytes()
    try:
        path.write_bytes(good[:at] + data + good[at:])
        faults: list[Fault] = []
        course = load_course(course_folder, faults)
        assert len(course.lessons) + len({fault.file.parent for fault in faults}) >= 2
        assert all("\n" not in str(fault) and fault.reason.endswith((".", "?")) for fault in faults)
    finally:
        path.write_bytes(good)


def test_long_and_nasty_texts_are_read_quickly(course_folder: Path) -> None:
    """Texts that make a careless pattern explode; the run of the suite itself would show it."""
    (course_folder / PAGE).write_text("`" * 300_000 + "\n" + "~ `" * 100_000 + "\n" + " " * 300_000 + "x")
    faults = spoil(course_folder, TOML, "pace = 60", f'"{"k" * 200_000}" = 1')
    assert any("is not a key in a lab step" in fault.reason for fault in faults)


def test_checking_python_warns_nobody(course_folder: Path, recwarn: pytest.WarningsRecorder) -> None:
    assert spoil(course_folder, PAGE, "x = 1", "x = '\\d' is 1") == []
    assert len(recwarn) == 0
