"""Messages: position, path, words, and the key that was probably meant."""

from __future__ import annotations

import pytest

from harness.config.document import load
from harness.config.inventory_model import InventoryModel
from harness.config.schema import suggestion, validate
from harness.config.suite_model import SuiteModel
from harness.errors import ConfigError

SUITE = """suite: s
boards: [local]
matrix:
  - ops: [gemm]
    schemes: [w1a1]
    shapes: [512x512x512]
"""


def complaints(text: str, model: type[SuiteModel | InventoryModel] = SuiteModel) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        validate(load(text, name="s.yaml"), model)
    return str(caught.value).splitlines()


def test_unknown_key_points_at_the_key_and_suggests() -> None:
    assert complaints(SUITE + "    implementation: all\n") == [
        "s.yaml:7:5: matrix.0.implementation: unknown key 'implementation'; did you mean 'implementations'?"  # noqa: E501
    ]


def test_suggestions_fit_the_kind_of_block() -> None:
    text = SUITE + "  - networks: [n]\n    schemes: [fp32]\n    runtime: [native]\n"
    assert complaints(text) == [
        "s.yaml:9:5: matrix.1.runtime: unknown key 'runtime'; did you mean 'runtimes'?"
    ]


def test_missing_key_points_at_its_parent() -> None:
    assert complaints(
        "suite: s\nboards: [local]\nmatrix:\n  - ops: [gemm]\n    shapes: [8x8x8]\n"
    ) == ["s.yaml:4:5: matrix.0.schemes: this key is missing"]


def test_all_complaints_in_file_order_and_ten_at_most() -> None:
    lines = complaints(SUITE + "".join(f"x{n}: 1\n" for n in range(12)))
    assert len(lines) == 11
    assert lines[0].startswith("s.yaml:7:1: x0: unknown key 'x0'; known here: suite, boards,")
    assert lines[-1] == "s.yaml: and 2 more"


def test_types_are_not_converted() -> None:
    text = SUITE + "protocol: {samples: '20', budget_s: true, repetitions_min: 1.5}\n"
    lines = complaints(text)
    assert [line.split(": ", 1)[1] for line in lines] == [
        "protocol.samples: wants a whole number, has '20'",
        "protocol.budget_s: wants a number, has True",
        "protocol.repetitions_min: wants a whole number, has 1.5",
    ]


def test_escapes_in_keys_do_not_reach_a_terminal() -> None:
    assert all(line.isprintable() for line in complaints(SUITE + '"\\e[2J": 1\n'))


def test_nested_models_suggest_too() -> None:
    lines = complaints("boards:\n  b: {power: {sensr: auto}}\n", InventoryModel)
    assert lines[0].endswith("unknown key 'sensr'; did you mean 'sensor'?")


def test_suggestion_without_a_close_word_lists_the_known() -> None:
    assert suggestion("zzz", ["gemm", "conv"]) == "; known here: gemm, conv"
    assert suggestion("gem", ["gemm", "conv"]) == "; did you mean 'gemm'?"
    assert suggestion("x", []) == ""
