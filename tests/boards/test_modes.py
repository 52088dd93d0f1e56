"""Tables of power modes, from captured, made-up and hostile text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.boards.facts import facts
from harness.boards.modes import (
    barred,
    in_force,
    parse_conf,
    parse_off,
    parse_query,
    policies,
    power_modes,
)
from harness.boards.probe import probe
from harness.records.board import BoardEntry
from harness.records.modes import PowerMode, resolve
from harness.session.tuning import order
from tests.boards.fixtures import CORPUS, Here
from tests.helpers import knobs
from tests.helpers.sessions import hello

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CPUFREQ = knobs.CPUFREQ


def files(**changes: str) -> dict[str, str]:
    """Two clusters; `changes` are of the first."""
    found: dict[str, str] = {}
    for policy, cpus, steps in (
        (0, "0 1 2 3", "600000 1200000 1800000"),
        (4, "4 5", "800000 2400000"),
    ):
        own = {
            "scaling_governor": "schedutil",
            "scaling_available_governors": "userspace powersave performance schedutil",
            "scaling_available_frequencies": steps,
            "scaling_driver": "cpufreq-dt",
            "scaling_min_freq": steps.split(" ", 1)[0],
            "scaling_max_freq": steps.rsplit(" ", 1)[1],
            "cpuinfo_max_freq": steps.rsplit(" ", 1)[1],
            "related_cpus": cpus,
            **(changes if policy == 0 else {}),
        }
        found |= {f"{CPUFREQ}/policy{policy}/{name}": value for name, value in own.items()}
    return found


def names(tree: Mapping[str, str], conf: str = "") -> list[str]:
    return [mode.name for mode in power_modes(tree, conf)]


def wanted(tree: Mapping[str, str], asked: str, conf: str = "") -> PowerMode:
    found = resolve(power_modes(tree, conf), asked)
    assert found is not None
    return found


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="no captured boards beside the checkout")
def test_the_captured_query_of_a_nano() -> None:
    text = (CORPUS / "nvpmodel" / "nano_q_verbose.txt").read_text()
    assert parse_query(text) == ("MAXN", 0)


def test_a_table_of_nvpmodel() -> None:
    assert parse_conf(knobs.CONF) == {"15W": 0, "7W": 1, "MAXN_SUPER": 2}
    assert names(files(), knobs.CONF) == ["15W", "7W", "MAXN_SUPER"]
    largest = wanted(files(), "max", knobs.CONF)
    assert (largest.name, largest.id, dict(largest.sets)) == ("MAXN_SUPER", 2, {})
    # whatever the mode moves is given back as well
    assert f"{CPUFREQ}/policy4/scaling_max_freq" in largest.keeps
    assert resolve(power_modes(files(), knobs.CONF), "10W") is None


@pytest.mark.parametrize(
    ("table", "largest"),
    [
        (("MAXN", "MODE_10W", "MAXN_SUPER"), "MAXN_SUPER"),
        (("MAXN", "MAXQ", "MAXP_CORE_ALL"), "MAXN"),
        (("MODE_15W_2CORE", "MODE_20W_2CORE", "MODE_20W_6CORE"), "MODE_20W_6CORE"),
        (("7W", "15W"), "15W"),
        (("A", "B"), None),
    ],
)
def test_the_largest_of_a_table(table: tuple[str, ...], largest: str | None) -> None:
    rows = enumerate(table)
    conf = "\n".join(f"< POWER_MODEL ID={number} NAME={name} >" for number, name in rows)
    found = resolve(power_modes({}, conf), "max")
    assert (found.name if found else None) == largest


def test_a_query_with_warnings_and_none() -> None:
    warned = "NVPM WARN: fan mode is not set!\nNV Power Mode: MODE_15W\r\n2\r\n"
    assert parse_query(warned) == ("MODE_15W", 2)
    for text in ("", "NV Power Mode: MAXN", "NV Power Mode: MAXN\nx\n", "Permission denied"):
        assert parse_query(text) is None


def test_without_nvpmodel_governors_and_caps_are_modes() -> None:
    assert names(files()) == [
        "powersave",
        "performance",
        "schedutil",
        "performance+max",
        "600MHz",
        "800MHz",
        "1200MHz",
        "1800MHz",
        "2400MHz",
    ]
    assert names({}) == []
    assert names(files(scaling_available_governors="!EACCES"))[0] == "600MHz"
    assert names(files(scaling_available_frequencies="<unsupported>"))[-1] == "2400MHz"


def test_every_cluster_gets_its_own_step_and_no_bottom_is_above_its_top() -> None:
    first, second = (f"{CPUFREQ}/policy{n}/scaling_" for n in (0, 4))
    assert list(wanted(files(), "1200MHz").sets.items()) == [
        (f"{first}max_freq", "1200000"),
        (f"{second}max_freq", "800000"),
    ]
    # a bottom above the new top goes down first
    lowered = wanted(files(scaling_min_freq="1800000"), "600MHz")
    assert list(lowered.sets.items())[:2] == [
        (f"{first}min_freq", "600000"),
        (f"{first}max_freq", "600000"),
    ]
    top = wanted(files(scaling_max_freq="600000"), "max")
    assert top.sets[f"{first}max_freq"] == "1800000"
    assert top.sets[f"{second}governor"] == "performance"


def clocks(asked: str, values: Mapping[str, str], **changes: str) -> Mapping[int, object]:
    tree = files(**changes)
    after = {**tree, **values}
    return in_force(wanted(tree, asked), policies(tree), after).clocks_khz


def test_the_clock_that_a_mode_promises() -> None:
    both = dict.fromkeys(
        (f"{CPUFREQ}/policy0/scaling_governor", f"{CPUFREQ}/policy4/scaling_governor"), ""
    )
    fast = clocks("performance", dict.fromkeys(both, "performance"))
    assert (fast[0], fast[5]) == ((1_800_000, 1_800_000), (2_400_000, 2_400_000))
    slow = clocks("powersave", dict.fromkeys(both, "powersave"))
    assert (slow[0], slow[5]) == ((600_000, 600_000), (800_000, 800_000))
    # a driver with turbo promises its base clock, or nothing
    turbo = {"scaling_driver": "intel_pstate"}
    assert clocks("performance", {}, **turbo)[0] == (None, 1_800_000)
    assert clocks("performance", {}, **turbo, base_frequency="1000000")[0] == (1_000_000, 1_800_000)
    assert clocks("powersave", dict.fromkeys(both, "powersave"), **turbo)[0] == (None, 1_800_000)
    own = {f"{CPUFREQ}/policy0/scaling_governor": "userspace"}
    assert clocks("performance", own)[0] == (None, 1_800_000)


def test_clocks_above_the_table_are_allowed_where_the_board_boosts() -> None:
    tree = {**files(), "/sys/devices/system/cpu/cpufreq/boost": "1"}
    mode = wanted(tree, "1800MHz")
    assert in_force(mode, policies(tree), tree).clocks_khz[0] == (1_800_000, None)


def test_what_a_guard_is_told() -> None:
    mode = PowerMode(name="x", id=3, sets={"/a": "b"}, keeps=("/a", "/c"))
    assert order(mode) == b"guard 1\nmode 3\nset 2:/a 1:b\nset 2:/c 0:\nend\n"


def test_why_no_mode_can_be_set() -> None:
    assert "tune: true" in barred(tune=False, become="sudo-n", may_write=True)
    assert "become: sudo-n" in barred(tune=True, become="none", may_write=False)
    assert barred(tune=True, become="sudo-n", may_write=False) == ""
    assert barred(tune=True, become="none", may_write=True) == ""


def test_a_board_tells_its_modes_when_it_is_probed(tmp_path: Path) -> None:
    root = knobs.tree(tmp_path)
    entry = BoardEntry(name="b", root=str(root), tune=True)
    board = facts(entry, probe(Here(), entry), hello())
    assert [mode.name for mode in board.modes][:2] == ["conservative", "powersave"]
    assert (board.modes_barred, board.mode_found) == ("", "")
    knobs.nvpmodel(root)
    board = facts(entry, probe(Here(), entry), hello())
    assert [mode.name for mode in board.modes] == ["15W", "7W", "MAXN_SUPER"]
    assert board.mode_found == "15W"


def test_a_long_list_of_frequencies_is_read_whole(tmp_path: Path) -> None:
    root = knobs.tree(tmp_path)
    steps = [115_200 + 76_800 * n for n in range(40)]
    path = root / CPUFREQ[1:] / "policy0/scaling_available_frequencies"
    path.write_text(" ".join(map(str, steps)) + " \n")
    entry = BoardEntry(name="b", root=str(root))
    seen = names(probe(Here(), entry).files)
    assert f"{steps[-1] / 1000:g}MHz" in seen


TWO_OFF = """\
< POWER_MODEL ID=0 NAME=MAXN >
CPU_ONLINE CORE_0 1
CPU_ONLINE CORE_5 1
< POWER_MODEL ID=1 NAME=10W >
CPU_ONLINE CORE_0 1
CPU_ONLINE CORE_5 0
CPU_ONLINE CORE_4 0
CPU_ONLINE CORE_4x 0
< PM_CONFIG DEFAULT=0 >
CPU_ONLINE CORE_1 0
"""


def test_cores_that_a_mode_takes_off_line() -> None:
    assert parse_off(TWO_OFF) == {"10W": (4, 5)}
    assert [m.off for m in power_modes({}, TWO_OFF)] == [(), (4, 5)]


LINES = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.sampled_from(
            [
                "< POWER_MODEL ID=0 NAME=MAXN >",
                "CPU_ONLINE CORE_4 0",
                "NV Power Mode: MAXN",
                "0",
                "CPU 1",
            ]
        ),
        st.builds(
            "< POWER_MODEL ID={} NAME={} >".format, st.integers(), st.text(min_size=1, max_size=8)
        ),
    ),
    max_size=12,
).map("\n".join)


@given(LINES)
def test_any_table_of_nvpmodel_is_read_or_left(text: str) -> None:
    found = parse_conf(text)
    assert all(0 <= number < 1000 and name.isascii() for name, number in found.items())
    assert [m.id for m in power_modes({}, text)] == list(found.values())
    assert set(parse_off(text)) <= set(found)
    # a mode that an order names can be told from every other
    assert all(order(m).count(b"\n") == 3 for m in power_modes({}, text))


@given(LINES)
def test_any_answer_of_nvpmodel_is_read_or_left(text: str) -> None:
    found = parse_query(text)
    assert found is None or (0 <= found[1] < 1000 and found[0] in text)


@given(
    st.dictionaries(
        st.sampled_from(sorted(files())),
        st.sampled_from(["performance powersave", "1 2 3", "!EIO", "600000 9", "0"]) | st.text(),
    )
)
def test_any_cpufreq_makes_modes_or_none(changes: dict[str, str]) -> None:
    tree = {**files(), **changes}
    for mode in power_modes(tree):
        assert mode.name
        assert order(mode).endswith(b"\nend\n")
        in_force(mode, policies(tree), {**tree, **mode.sets})
