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


@pytest.mark.parametrize("key", ["<<", "<kernel>", "<", "[", "[key]", "x y", "0"])
def test_a_key_that_looks_like_a_tag_is_a_key(key: str) -> None:
    assert complaints(f"{SUITE}'{key}': 1\n")[0].startswith(f"s.yaml:7:1: {key}: unknown key")
    inside = f"{SUITE}    '{key}': 1\n"
    assert complaints(inside)[0].startswith(f"s.yaml:7:5: matrix.0.{key}: unknown key '{key}'")


def test_a_key_of_another_file_is_told_where_it_belongs() -> None:
    (line,) = complaints(SUITE + "    Host: x\n")
    assert line.startswith("s.yaml:7:5: matrix.0.Host: unknown key 'Host': hosts, keys")
    assert "boards.yaml" in line


@pytest.mark.parametrize(
    "change",
    [
        "profile: {}",
        "? {}\n: 1",
        "energy: [{}]",
        "protocol: {{samples: {}}}",
        "modes: [{}]",
    ],
)
def test_no_complaint_is_longer_than_a_person_reads(change: str) -> None:
    lines = complaints(SUITE + change.format("a" * 100_000) + "\n")
    assert len(lines) == 1
    assert len(lines[0]) < 500


@pytest.mark.parametrize("key", ["on", "implementations", "ops", "shapes", "schemes"])
def test_no_complaint_about_a_cell_is_longer_either(key: str) -> None:
    block = {"ops": "[gemm]", "schemes": "[w1a1]", "shapes": "[8x8x8]", key: f"[{'a' * 100_000}]"}
    entry = ", ".join(f"{name}: {value}" for name, value in block.items())
    lines = complaints(f"suite: s\nboards: [local]\nmatrix:\n  - {{{entry}}}\n")
    assert len(lines) == 1
    assert len(lines[0]) < 500
