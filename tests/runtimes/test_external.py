from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import ConfigError, NetworkError
from harness.records.board import BoardEntry, BoardFacts
from harness.records.external import External
from harness.records.item import Blob, Item, Protocol, Work
from harness.runtimes import external
from tests.runtimes.examples import Network, board

MINE = External(
    name="mine",
    command=("./prog", "{a}", "{b}", "--m={m}"),
    protocol="worker",
    workload="gemm",
    schemes=("w8a8", "fp32"),
    shapes=("4x6x8",),
    check="reference",
    where="harness.yaml:2:20",
)
PRODUCT = Item(
    kind="kernel", workload="gemm", scheme="w8a8", shape="4x6x8", runtime="external:mine"
)
PROGRAM = Item(kind="program", workload="mine", scheme="own", shape="", runtime="external:mine")
NET = Item(kind="network", workload="tiny", scheme="fp32", shape="1x2", runtime="external:mine")


@pytest.fixture
def mine(tmp_path: Path) -> External:
    (tmp_path / "prog").write_bytes(b"\x7fELF")
    (tmp_path / "golden").write_bytes(b"gold")
    return replace(MINE, folder=str(tmp_path))


def having(found: External, **runtimes: str) -> BoardFacts:
    entry = BoardEntry(name="pi", externals={"mine": found}, runtimes=runtimes)
    return replace(board(), entry=entry)


def described(found: External, item: Item, network: Network | None = None) -> Work:
    return external.describe(item, having(found), network, Protocol())


def test_a_product_gets_the_inputs_of_our_reference(mine: External) -> None:
    work = described(mine, PRODUCT)
    prog = Blob.of(b"\x7fELF")
    assert work.keys == {
        "kind": "program",
        "arg": (f"blob:{prog.sha256}", "case:a", "case:b", "--m=4"),
        "tolerance_ppm": 0,
        "op": "gemm",
        "scheme": "w8a8",
        "m": 4,
        "n": 6,
        "k": 8,
    }
    assert work.blobs == (prog,)
    assert (work.check_kind, work.timed_by, work.network_sha256) == (
        "ref-on-board",
        "",
        prog.sha256,
    )
    assert work.macs_by_precision == {"w8a8": 192}


def test_sums_of_floats_may_differ_by_their_order(mine: External) -> None:
    assert described(mine, replace(PRODUCT, scheme="fp32")).keys["tolerance_ppm"] == 100


def test_a_golden_file_is_what_must_come(mine: External) -> None:
    found = replace(mine, command=("/bin/x",), check="golden", golden="golden", tolerance_ppm=7)
    work = described(found, PROGRAM)
    assert work.keys["expected"] == Blob.of(b"gold").sha256
    assert work.keys["tolerance_ppm"] == 7
    assert [b.data for b in work.blobs] == [b"gold"]
    assert (work.check_kind, work.network_sha256) == ("golden", "")


def test_a_plain_command_is_a_whole_process(mine: External) -> None:
    found = replace(mine, command=("/bin/x",), check="unchecked", protocol="plain", timeout_s=9)
    work = described(found, PROGRAM)
    assert (work.keys["whole"], work.keys["scheme"], work.keys["unchecked"]) == (1, "own", 1)
    assert work.timed_by == "whole process, start-up included"
    assert work.timeout_s == 9
    assert work.check_kind == "unchecked"


def test_a_google_benchmark_goes_through_our_worker(mine: External) -> None:
    command = ("./prog", "--benchmark_filter=x")
    found = replace(mine, command=command, check="unchecked", protocol="google-benchmark")
    facts = having(found, python="/opt/python3")
    work = external.describe(PROGRAM, facts, None, Protocol())
    script = Blob.of(external.gbench_worker()).sha256
    prog = Blob.of(b"\x7fELF").sha256
    assert work.keys["arg"] == (
        "/opt/python3",
        f"blob:{script}",
        "own",
        f"blob:{prog}",
        "--benchmark_filter=x",
    )
    assert {b.sha256 for b in work.blobs} == {script, prog}
    assert work.timed_by == "the program's own clock"


def test_a_network_of_ours_is_held_against_its_truth(mine: External) -> None:
    found = replace(mine, command=("/bin/x", "{model}", "{input}", "{shape}"), workload="tiny")
    work = described(found, NET, Network())
    model, data = Blob.of(b"onnx").sha256, Blob.of(bytes(8)).sha256
    assert work.keys["arg"] == ("/bin/x", f"blob:{model}", f"blob:{data}", "1x2")
    assert (work.keys["expected"], work.keys["tolerance_ppm"]) == (Blob.of(b"out!").sha256, 1000)
    assert (work.check_kind, work.check_words) == ("onnx-reference", "espresso (967)")
    assert work.weights == "trained"
    assert work.macs_by_precision == {"fp32": 7}


def test_what_cannot_be_is_said_with_its_place(mine: External) -> None:
    with pytest.raises(ConfigError, match="no program 'external:other' is declared for pi"):
        described(mine, replace(PRODUCT, runtime="external:other"))
    with pytest.raises(NetworkError, match="'gemm' is no op and no network of ours"):
        described(replace(mine, command=("/bin/x",)), PROGRAM)
    gone = replace(mine, command=("./gone",))
    with pytest.raises(ConfigError, match=r"external:mine: .*gone: No such file") as error:
        external.require_files(gone)
    assert error.value.where == "harness.yaml:2:20"
    Path(mine.folder, "prog").write_bytes(b"")
    with pytest.raises(ConfigError, match="is empty"):
        external.require_files(mine)


def test_a_board_without_declarations_has_none() -> None:
    assert "no program is declared" in external.available(board())
    assert external.available(having(MINE)) == ""
