"""A board whose worker tells of a fault: each rule gives its verdict in a whole live run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults import fake_runner
from tests.verdicts.ledger import found

if TYPE_CHECKING:
    from tests.faults.fake_runner import Lie, Told

THREE = """\
protocol: {repetitions_min: 3, repetitions_max: 3, samples: 4, sample_min_ms: 1.0, warmup_ms: 1.0,
  precision: 1.0}
"""
S = 10**9


def sets(**values: Any) -> Lie:
    """A lie in every sample."""
    return {"kind": "sample", "set": {key: json.dumps(value) for key, value in values.items()}}


def clocks(raw: int = S, real_us: int = 10**6) -> Lie:
    """A second of CLOCK_MONOTONIC in each repetition, and what the other clocks made of it."""
    return sets(clocks_before=[S, S, 10**15, 0], clocks_after=[2 * S, S + raw, 10**15 + real_us, 0])


def hello(**values: Any) -> Lie:
    """What the worker says of itself, when the verb `hello` told the truth before."""
    told = {key: json.dumps(value) for key, value in values.items()}
    return {"kind": "hello", "in": "exec", "set": told}


def busy(ticks: int) -> Lie:
    """The board before the first item: a second in which others used so many ticks."""

    def stat(user: int) -> str:
        return json.dumps({"cpu_all": f"{user} 0 0 99 0 0 0 0 0 0"})

    ends = {"clocks_before": f"[{S},{S},0,0]", "clocks_after": f"[{2 * S},{2 * S},0,0]"}
    return {
        "kind": "state",
        "set": {"watch_before": stat(5), "watch_after": stat(5 + ticks), **ends},
    }


# name -> rule, verdict, what is done, the lies
LIES: dict[str, tuple[str, str, str, list[Lie]]] = {
    "v01": ("V01", "INVALID", "the check after timing failed", [sets(check_after=False)]),
    "v02": ("V02", "INVALID", "the worker echoes another seed", [hello(seed=99)]),
    "v03": ("V03", "SUSPECT", "other inputs take ten times as long", [sets(fresh_ns=10**9)]),
    "v04": (
        "V04",
        "INVALID",
        "10^12 inferences in each sample",
        [sets(iterations=10**12)],
    ),
    "v05": ("V05", "SUSPECT", "twice the loop takes no time", [sets(double_ns=1)]),
    "v07": ("V07", "INVALID", "CLOCK_MONOTONIC drifts by 1 %", [clocks(raw=S + S // 100)]),
    "v08": (
        "V08",
        "INVALID",
        "another boot id from the second repetition on",
        [{**sets(boot_id="another"), "from": 1}],
    ),
    "v12": ("V12", "SUSPECT", "major faults while timing", [sets(major_faults=2)]),
    "v12b": ("V12", "SUSPECT", "10,000 minor faults a repetition", [sets(minor_faults=10_000)]),
    "v15": ("V15", "INVALID", "another CPU answers the order", [hello(cpu_model="Cortex-A76")]),
    "v16": ("V16", "INVALID", "another variant", [{**sets(variant="other"), "from": 1}]),
    "v17": ("V17", "SUSPECT", "an affinity of three cores", [sets(cpu_mask="0x7")]),
    "v18": ("V18", "SUSPECT", "0.9 cores busy before the start", [busy(90)]),
    "v20": ("V20_gap", "INVALID", "a repetition came twice", [sets(rep=1)]),
    "v22": ("V22", "INVALID", "durations of 0 ns", [sets(wall_ns=[0] * 4)]),
    "v25": ("V25", "INVALID", "a clock of -1", [sets(clock_hz=-1)]),
    "jump": ("V26", "OK", "the wall clock jumps by an hour", [clocks(real_us=3601 * 10**6)]),
    "alone": ("V18", "OK", "nobody else", [busy(1)]),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """One run, a board for each lie."""
    folder = tmp_path_factory.mktemp("frames")
    return fake_runner.run(folder, {name: lies[3] for name, lies in LIES.items()}, head=THREE)


@pytest.mark.parametrize("name", [name for name in LIES if name not in {"jump", "alone"}])
def test_each_fault_gets_its_verdict(told: Told, name: str) -> None:
    rule, verdict, how, _ = LIES[name]
    assert rule in told.codes(name), told.rows[name].get("reasons")
    # other rules may speak of this machine; none of them makes it worse than it is
    if verdict == "INVALID":
        assert told.rows[name]["status"] == "INVALID"
    else:
        assert told.rows[name]["status"] == "SUSPECT"
        assert told.rows[name]["inferences_per_s"] > 0
    found(rule, how, verdict)


def test_a_jump_of_the_wall_clock_spoils_nothing_that_another_clock_timed(told: Told) -> None:
    row = told.rows["jump"]
    (note,) = [one for one in row["notes"] if one["rule"] == "V26"]
    assert note["seen"] == pytest.approx(3600, rel=1e-3)
    assert not {"V26", "V07"} & told.codes("jump")
    assert row["inferences_per_s"] > 0
    found("V26", "the wall clock jumps by an hour: noted, the times stand", "note")


def test_a_board_that_is_alone_is_not_accused(told: Told) -> None:
    assert "V18" not in told.codes("alone")
    assert "V18" not in {one["rule"] for one in told.rows["alone"].get("unknown", ())}
