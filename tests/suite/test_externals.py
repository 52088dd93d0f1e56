"""The user's own programs in a plan: named by a suite, declared elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from harness.errors import ConfigError
from harness.records.external import External
from harness.suite.catalogue import NetworkInfo, RuntimeInfo
from harness.suite.plan import plan
from tests.suite.fixtures import CATALOGUE, board, suite

if TYPE_CHECKING:
    from harness.records.board import BoardFacts
    from harness.records.item import Planned

GEMM = External(
    name="mine",
    command=("./x",),
    protocol="worker",
    workload="gemm",
    schemes=("w1a1", "w8a8"),
    shapes=("8x8x8", "16x16x16"),
    check="reference",
)
WHOLE = External(
    name="whole",
    command=("/bin/x",),
    protocol="plain",
    workload="whole",
    schemes=("own",),
    check="unchecked",
)
NET = replace(GEMM, name="net", workload="squeezenet1_1", schemes=("fp32",), shapes=())
PROGRAMS = {one.name: one for one in (GEMM, WHOLE, NET)}
KNOWN = replace(
    CATALOGUE,
    externals=PROGRAMS,
    networks={
        **CATALOGUE.networks,
        "squeezenet1_1": NetworkInfo(
            runtimes={"fp32": ("onnxruntime", "external:net")}, shape="1x3x224x224"
        ),
    },
    runtimes={**CATALOGUE.runtimes, "external:net": RuntimeInfo(threads=False)},
)


def having() -> BoardFacts:
    facts = board()
    return replace(facts, entry=replace(facts.entry, externals=PROGRAMS))


def planned(matrix: str, facts: BoardFacts | None = None) -> tuple[Planned, ...]:
    return plan(suite(matrix), [facts or having()], KNOWN).items


def test_a_program_stands_at_everything_it_was_declared_with() -> None:
    items = [p.item for p in planned("{externals: [mine, whole], on: [1]}")]
    assert [(i.kind, i.workload, i.scheme, i.shape, i.runtime) for i in items] == [
        ("kernel", "gemm", "w1a1", "8x8x8", "external:mine"),
        ("kernel", "gemm", "w1a1", "16x16x16", "external:mine"),
        ("kernel", "gemm", "w8a8", "8x8x8", "external:mine"),
        ("kernel", "gemm", "w8a8", "16x16x16", "external:mine"),
        ("program", "whole", "own", "", "external:whole"),
    ]
    assert not any(p.skip for p in planned("{externals: [mine, whole]}"))


def test_a_program_stands_beside_our_kernels() -> None:
    items = planned(
        "{ops: [gemm], schemes: [w1a1], shapes: [8x8x8, 32x32x32],"
        " implementations: [best, 'external:mine']}"
    )
    assert [(p.item.runtime, p.item.shape) for p in items] == [
        ("native", "8x8x8"),
        ("external:mine", "8x8x8"),
        ("native", "32x32x32"),
    ]


def test_only_the_program_is_measured_where_only_it_is_named() -> None:
    block = "{ops: [gemm], schemes: [w1a1], shapes: [8x8x8], implementations: ['external:mine']}"
    assert [p.item.runtime for p in planned(block)] == ["external:mine"]


def test_a_program_runs_a_network_of_ours() -> None:
    block = "{networks: [squeezenet1_1], schemes: [fp32], runtimes: ['external:net']}"
    (one,) = planned(block)
    assert (one.item.kind, one.item.runtime, one.skip) == ("network", "external:net", "")


def test_a_board_without_it_skips_it_and_says_why() -> None:
    (one, *_) = planned("{externals: [mine]}", board())
    assert one.skip == "no program 'mine' is declared for this board"


def test_threads_are_for_programs_that_say_so() -> None:
    (one,) = planned("{networks: [squeezenet1_1], schemes: [fp32], runtimes: ['external:net'],"
                     " on: [2]}")  # fmt: skip
    assert one.skip == "this runtime runs on one thread"


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("{externals: [mnie]}", "s.yaml:5:18: no program 'mnie' is declared in boards.yaml"),
        ("{externals: [mnie]}", "did you mean 'mine'?"),
        ("{externals: [net]}", "'net' runs a network: name it there"),
        (
            "{ops: [gemm], schemes: [fp32], shapes: [8x8x8], implementations: ['external:mine']}",
            "'external:mine' ends in no cell: it was declared for gemm w1a1, w8a8 8x8x8, 16x16x16",
        ),
    ],
)
def test_a_name_that_ends_in_no_cell_is_an_error(block: str, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        planned(block)
    assert words in str(error.value)
