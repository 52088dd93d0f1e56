"""Clusters of real boards, and what each choice of cores means on them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.boards.topology import clusters, core_list
from harness.records.board import mask_cores
from harness.suite.judge import threads_of
from tests.boards.fixtures import CORPUS
from tests.helpers.sessions import facts, hello

CPU = "/sys/devices/system/cpu"


def by_frequency(*tops_khz: int) -> dict[str, str]:
    """One policy for each run of cores of the same top frequency."""
    files: dict[str, str] = {}
    for cpu, top in enumerate(tops_khz):
        policy = next(n for n in range(cpu + 1) if tops_khz[n : cpu + 1] == (top,) * (cpu + 1 - n))
        folder = f"{CPU}/cpufreq/policy{policy}"
        files[f"{folder}/related_cpus"] = f"{files.get(f'{folder}/related_cpus', '')} {cpu}".strip()
        files[f"{folder}/cpuinfo_max_freq"] = str(top)
    return files


def by_capacity(*capacities: int) -> dict[str, str]:
    return {f"{CPU}/cpu{n}/cpu_capacity": str(c) for n, c in enumerate(capacities)}


RK3588 = by_frequency(*[1_800_000] * 4, *[2_400_000] * 4)
RK3588_BINNED = by_frequency(*[1_800_000] * 4, 2_256_000, 2_256_000, 2_304_000, 2_304_000)
XU4 = by_frequency(*[1_400_000] * 4, *[2_000_000] * 4)
S922X = by_frequency(1_800_000, 1_800_000, *[2_400_000] * 4)
BIG_FIRST = by_capacity(1024, 1024, 400, 400, 400, 400)
THREE = by_capacity(250, 250, 250, 250, 870, 870, 870, 1024)
TX2 = by_frequency(*[2_035_200] * 6)
HYBRID = {
    "/sys/devices/cpu_core/cpus": "0-3",
    "/sys/devices/cpu_atom/cpus": "4-7",
    **by_frequency(*[5_400_000] * 4, *[5_000_000] * 4),
}


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (RK3588, {"little": (0, 1, 2, 3), "big": (4, 5, 6, 7)}),
        (RK3588_BINNED, {"little": (0, 1, 2, 3), "big": (4, 5, 6, 7)}),
        (XU4, {"little": (0, 1, 2, 3), "big": (4, 5, 6, 7)}),
        (S922X, {"little": (0, 1), "big": (2, 3, 4, 5)}),
        (BIG_FIRST, {"little": (2, 3, 4, 5), "big": (0, 1)}),
        (THREE, {"little": (0, 1, 2, 3), "mid": (4, 5, 6), "big": (7,)}),
        (TX2, {}),
        (HYBRID, {"little": (4, 5, 6, 7), "big": (0, 1, 2, 3)}),
        (by_frequency(*[2_400_000] * 4), {}),
        ({}, {}),
        ({"/sys/devices/cpu_core/cpus": "0-7"}, {}),
        ({"/sys/devices/cpu_core/cpus": "x", "/sys/devices/cpu_atom/cpus": "!EACCES"}, {}),
    ],
)
def test_clusters(files: dict[str, str], found: dict[str, tuple[int, ...]]) -> None:
    assert clusters(files) == found
    assert list(clusters(files)) == list(found)


@pytest.mark.parametrize(
    ("files", "one", "two", "all_little", "one_big"),
    [
        (RK3588, "7-7", "6,7", "0,1,2,3", "7-7"),
        (XU4, "7-7", "6,7", "0,1,2,3", "7-7"),
        (BIG_FIRST, "1-1", "0,1", "2,3,4,5", "1-1"),
        (THREE, "7-7", "6,7", "0,1,2,3", "7-7"),
        (HYBRID, "3-3", "2,3", "4,5,6,7", "3-3"),
    ],
)
def test_the_fastest_cores_are_chosen_first(
    files: dict[str, str], one: str, two: str, all_little: str, one_big: str
) -> None:
    found = clusters(files)
    cores = sum(map(len, found.values()))
    board = facts(clusters=found, hello=hello(cores=cores, core_mask=f"{(1 << cores) - 1:#x}"))
    assert [board.cpu_list(c) for c in ("1", "2", "all@little", "1@big", "all")] == [
        *(one, two, all_little, one_big),
        "all",
    ]
    assert mask_cores(board.core_mask("1")) == (int(one.partition("-")[0]),)
    assert mask_cores(board.core_mask("all@little")) == found["little"]
    assert threads_of("all@little", board) == len(found["little"])
    assert threads_of("all", board) == cores


def test_more_cores_than_the_fastest_cluster_has_go_on_in_the_next() -> None:
    board = facts(clusters=clusters(THREE), hello=hello(cores=8, core_mask="0xff"))
    assert board.cpu_list("2") == "6,7"
    assert board.cpu_list("5") == "3,4,5,6,7"


def test_the_runner_chooses_where_all_cores_are_alike() -> None:
    board = facts(hello=hello(cores=4, core_mask="0xf"))
    assert [board.cpu_list(c) for c in ("1", "all", "2")] == ["1", "all", "2,3"]
    assert [board.core_mask(c) for c in ("1", "all", "2")] == ["", "0xf", "0xc"]


def test_a_core_that_is_off_is_never_chosen() -> None:
    """A TX2 in its default mode: both Denver cores, 1 and 2, are off."""
    board = facts(hello=hello(cores=4, core_mask="0x39"))
    assert board.cpu_list("2") == "4,5"
    assert board.cpu_list("4") == "0,3,4,5"
    assert threads_of("all", board) == 4


def test_isolated_cores_are_preferred() -> None:
    board = facts(hello=hello(cores=2, core_mask="0x3", isolated_mask="0xc"))
    assert [board.cpu_list(c) for c in ("1", "2", "3", "all")] == ["3-3", "2,3", "1,2,3", "all"]
    both = facts(
        clusters=clusters(by_capacity(400, 400, 1024, 1024)),
        hello=hello(cores=3, core_mask="0xd", isolated_mask="0x2"),
    )
    assert both.cpu_list("1") == "1-1"
    assert both.cpu_list("1@big") == "3-3"


def test_a_runner_that_tells_no_mask_is_taken_as_before() -> None:
    assert facts(hello=hello(cores=4)).cpu_list("3") == "1,2,3"


@given(st.text("0123456789-, x", max_size=12))
def test_lists_of_cores_are_read_or_refused(text: str) -> None:
    found = core_list(text)
    assert found == () or re.fullmatch(r"[0-9,\- ]+", text)


@given(st.sets(st.integers(0, 200), min_size=1))
def test_masks_and_cores_are_the_same_thing(cores: set[int]) -> None:
    assert mask_cores(f"{sum(1 << cpu for cpu in cores):#x}") == tuple(sorted(cores))


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="no captured boards beside the checkout")
@pytest.mark.parametrize(
    ("board", "one", "little"),
    [
        ("rock_5b_rk3588", "7-7", (0, 1, 2, 3)),
        ("odroid_xu4_armv7l", "7-7", (0, 1, 2, 3)),
        ("raspberry_pi_5_rev1_1", "1", ()),
        ("jetson_orin_nano", "1", ()),
        ("jetson_nano", "1", ()),
        ("agx_xavier", "1", ()),
        ("visionfive_2_v1_3b", "1", ()),
    ],
)
def test_captured_topologies(board: str, one: str, little: tuple[int, ...]) -> None:
    """The tables of sbc-bench: core, cluster, policy, least and top MHz."""
    table = (CORPUS / "topology" / f"{board}.txt").read_text()
    rows = re.findall(r"^ +[0-9]+ +-?[0-9]+ +[0-9]+ +[0-9]+ +([0-9]+) ", table, re.MULTILINE)
    found = clusters(by_frequency(*(int(top) * 1000 for top in rows)))
    made = facts(
        clusters=found, hello=hello(cores=len(rows), core_mask=f"{(1 << len(rows)) - 1:#x}")
    )
    assert len(rows) >= 4
    assert found.get("little", ()) == little
    assert made.cpu_list("1") == one
