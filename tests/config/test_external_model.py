from __future__ import annotations

import pytest

from harness.config.document import load
from harness.config.external_model import ProjectModel
from harness.config.schema import validate
from harness.errors import ConfigError


def check(entry: str) -> None:
    validate(load(f"externals:\n  x: {entry}\n", name="h"), ProjectModel)


@pytest.mark.parametrize(
    "entry",
    [
        "{command: [./x], protocol: plain, check: unchecked}",
        (
            "{command: [x, '{a}', '-m{m}', '{{k}}'], protocol: worker, workload: gemv,"
            " schemes: [w1a1, fp32], shapes: [8x8, 16x8], check: reference, timeout_s: 5}"
        ),
        "{command: [x], protocol: worker, workload: squeezenet1_1, check: reference}",
        "{command: [x], protocol: plain, check: {golden: a.bin}, tolerance_ppm: 50}",
    ],
)
def test_what_can_be_declared(entry: str) -> None:
    check(entry)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{protocol: plain, check: unchecked}", "command: this key is missing"),
        ("{command: [], protocol: plain, check: unchecked}", "command"),
        ("{command: [-x], protocol: plain, check: unchecked}", "is no program"),
        ("{command: ['{m}'], protocol: plain, check: unchecked}", "is no program"),
        ("{command: [x, '{mm}'], protocol: plain, check: unchecked}", "stands for nothing"),
        ("{command: [x, 'a{b'], protocol: plain, check: unchecked}", "stands for nothing"),
        ("{command: [x, '-i{a}'], protocol: plain, check: unchecked}", "a word of its own"),
        ("{command: [x], protocol: shell, check: unchecked}", "'shell' is not known"),
        ("{command: [x], protocol: plain}", "check: this key is missing"),
        ("{command: [x], protocol: plain, check: reference}", "wants a `workload`"),
        (
            "{command: [x], protocol: google-benchmark, check: {golden: a}}",
            "google-benchmark hands over no output",
        ),
        (
            (
                "{command: [x], protocol: worker, workload: conv, schemes: [w1a1],"
                " shapes: [8x8x8x8k3], check: reference}"
            ),
            "is for gemm, gemv and networks",
        ),
        (
            "{command: [x], protocol: worker, workload: gemm, check: unchecked}",
            "gemm wants `schemes` and `shapes`",
        ),
        (
            (
                "{command: [x], protocol: worker, workload: gemm, schemes: [w1a1], shapes: [8x8],"
                " check: unchecked}"
            ),
            "'8x8' is no shape of gemm",
        ),
        ("{command: [x], protocol: plain, check: unchecked, shapes: [8x8]}", "for ops of ours"),
        (
            "{command: [x], protocol: plain, check: unchecked, tolerance_ppm: 5}",
            "belongs to a golden file",
        ),
        ("{command: [x], protocol: plain, check: unchecked, timout_s: 5}", "did you mean"),
    ],
)
def test_what_cannot_be_is_said_with_its_place(entry: str, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        check(entry)
    assert words in str(error.value)
    assert error.value.where.startswith("h:2:")


def test_a_name_that_no_suite_could_write_is_refused() -> None:
    text = "externals:\n  'a b': {command: [x], protocol: plain, check: unchecked}\n"
    with pytest.raises(ConfigError, match="name of a program"):
        validate(load(text, name="h"), ProjectModel)
