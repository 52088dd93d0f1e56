"""`sustained:` and `periodic:` of a block: cells beside the ordinary ones, for our runner."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.errors import ConfigError
from harness.suite.estimate import estimate
from harness.suite.plan import plan
from tests.suite.fixtures import CATALOGUE, SENSOR, board, suite

KERNEL = "ops: [gemm], schemes: [w1a1], shapes: [8x8x8]"
NET = "networks: [binarized_resnet18], schemes: [w1a1]"
BOTH = "sustained: 10m, periodic: 30/s"


def scenarios(block: str) -> list[tuple[str, str]]:
    made = plan(suite(block), [board()], CATALOGUE)
    return [(p.item.scenario, p.skip) for p in made.items]


@pytest.mark.parametrize("block", [KERNEL, NET])
def test_each_workload_has_its_long_runs_beside_its_cells(block: str) -> None:
    assert scenarios(f"{{{block}, {BOTH}}}") == [
        ("latency", ""),
        ("sustained 600s", ""),
        ("periodic 30/s", ""),
    ]
    assert scenarios(f"{{{block}}}") == [("latency", "")]


def test_a_long_run_is_an_item_of_its_own() -> None:
    made = plan(suite(f"{{{KERNEL}, {BOTH}}}"), [board()], CATALOGUE)
    longer = plan(suite(f"{{{KERNEL}, sustained: 11m}}"), [board()], CATALOGUE)
    ids = {p.item.item_id for p in (*made.items, *longer.items)}
    assert len(ids) == 4


def test_several_implementations_have_one_long_run() -> None:
    found = scenarios(f"{{{KERNEL}, implementations: all, sustained: 60s}}")
    assert found[:-1] == [("latency", "")] * (len(found) - 1)
    assert found[-1] == ("sustained 60s", "")


def test_other_runtimes_are_skipped_in_words() -> None:
    block = "networks: [squeezenet1_1], schemes: [fp32], runtimes: [onnxruntime]"
    plain, *long_runs = scenarios(f"{{{block}, {BOTH}}}")
    assert plain == ("latency", "")
    assert [words for _, words in long_runs] == [
        "sustained runs are made by our own runner only, not yet by onnxruntime",
        "periodic runs are made by our own runner only, not yet by onnxruntime",
    ]


def test_joules_are_taken_of_long_runs_of_kernels_too() -> None:
    made = plan(suite(f"{{{KERNEL}, {BOTH}}}"), [board(sensors=(SENSOR,))], CATALOGUE)
    assert [p.item.energy for p in made.items] == [False, True, True]
    without = replace(suite(f"{{{KERNEL}, {BOTH}}}"), energy="none")
    made = plan(without, [board(sensors=(SENSOR,))], CATALOGUE)
    assert [p.item.energy for p in made.items] == [False, False, False]


def test_layers_are_timed_in_rounds_only() -> None:
    made = plan(suite(f"{{{NET}, {BOTH}}}"), [board()], CATALOGUE, layers=True)
    assert [p.item.layers for p in made.items] == [True, False, False]


def test_estimates_count_the_length() -> None:
    plain = estimate(plan(suite(f"{{{KERNEL}}}"), [board()], CATALOGUE))["pi5"]
    made = plan(suite(f"{{{KERNEL}, {BOTH}}}"), [board()], CATALOGUE)
    longer = estimate(made)["pi5"]
    assert 600 + made.protocol.periodic_s <= longer - plain < 630 + made.protocol.periodic_s


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("sustained: 10", r"10 is no duration: write 90s, 10m or 1h"),
        ("sustained: 10 minutes", r"is no duration"),
        ("sustained: 9h", r"out of bounds"),
        ("periodic: 30", r"is no rate: write 30/s"),
        ("periodic: [30/s]", r"is no rate"),
        ("sustain: 10m", r"did you mean 'sustained'"),
    ],
)
@pytest.mark.parametrize("block", [KERNEL, NET])
def test_wrong_lengths_are_errors_with_their_place(block: str, keys: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        suite(f"{{{block}, {keys}}}")
    file, line, column = caught.value.where.rsplit(":", 2)
    assert file
    assert int(line) > 1
    assert int(column) > 1
