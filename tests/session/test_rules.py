from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from harness.records.board import BoardFacts
from harness.records.measurement import Status
from harness.records.rules import RULES
from harness.session.judge import judge
from harness.session.rules import CHECKS
from tests.helpers.sessions import Spool, context, facts, gemm, hello, sample, work


def judged(*samples: dict[str, Any], peaks: float = 0.0, **kwargs: Any) -> Any:
    board = kwargs.pop("board", facts())
    close = kwargs.pop("close", {})
    the_work = work(kwargs.pop("item", None))
    spool = Spool()
    if peaks:
        spool.add({"kind": "peak", "unit": "w1a1", "ops_per_s": peaks})
    spool.item(the_work.item, *samples, **close)
    return judge(context(board, the_work, **kwargs), the_work, spool.collected())[0]


def three(**changes: Any) -> list[dict[str, Any]]:
    return [sample(gemm(), rep, **changes) for rep in range(3)]


def codes(measurement: Any) -> set[str]:
    return {reason.rule for reason in measurement.reasons}


def test_a_healthy_item_is_ok_and_carries_its_numbers() -> None:
    m = judged(*three(), peaks=1e12)
    assert m.status is Status.OK, m.reasons
    assert m.check.passed
    assert m.latency_ns.repetitions == 3
    assert m.latency_ns.samples == 60
    assert m.latency_ns.p50 == pytest.approx(20_002, rel=1e-3)
    assert m.inferences_per_s == pytest.approx(1e9 / m.latency_ns.p50)
    assert m.ops_per_s == pytest.approx(2 * 64**3 * 1e9 / m.latency_ns.p50)
    assert m.peak_share == pytest.approx(m.ops_per_s / 1e12)
    assert m.family == "xnor"
    assert m.energy_absent == "looked at nothing"


@pytest.mark.parametrize(
    ("rule", "status", "changes"),
    [
        ("V01", Status.INVALID, {"check_after": False, "check_detail": "want 3 got 4"}),
        ("V01", Status.INVALID, {"check_before": False, "wall_ns": [], "cpu_ns": []}),
        ("V06", Status.SUSPECT, {"wall_ns": [9_000] * 20, "cpu_ns": [9_000] * 20}),
        ("V08", Status.INVALID, {"boot_id": "another"}),
        ("V10", Status.SUSPECT, {"watch_after": {"governor": "powersave"}}),
        ("V11", Status.SUSPECT, {"cpu_ns": [1_000_000] * 20}),
        ("V12", Status.SUSPECT, {"major_faults": 3}),
        ("V17", Status.SUSPECT, {"cpu_mask": "0x3"}),
        ("V22", Status.INVALID, {"wall_ns": [0] * 20}),
        ("no_steady_state", Status.SUSPECT, {"steady": False}),
    ],
)
def test_one_fault_breaks_its_rule(rule: str, status: Status, changes: dict[str, Any]) -> None:
    m = judged(*three(**changes))
    assert rule in codes(m)
    assert m.status is status
    assert all(reason.words for reason in m.reasons)


@pytest.mark.parametrize(
    ("runtime", "share", "disturbed"),
    [("native", 2.0, False), ("native", 1.7, True), ("onnxruntime", 1.0, False)],
)
def test_several_threads_are_disturbed_where_they_lack_cpu_time(
    runtime: str, share: float, *, disturbed: bool
) -> None:
    item = gemm(threads=2, runtime=runtime)
    # what another thread used comes in ticks: single samples tell nothing, their sum does
    cpu = [round(2_000_000 * share * (1.5 if n % 2 else 0.5)) for n in range(20)]
    found = [sample(item, rep, cpu_ns=cpu, cpu_clock="process") for rep in range(3)]
    assert ("V11" in codes(judged(*found, item=item))) is disturbed


def test_impossible_speed_is_invalid_but_proves_nothing_on_an_emulated_board() -> None:
    assert "V04" in codes(judged(*three(), peaks=1e9))
    emulated = facts(emulated="qemu in /proc/self/status")
    assert "V04" not in codes(judged(*three(), peaks=1e9, board=emulated))


def test_a_peak_is_not_needed_to_know_that_no_core_does_it() -> None:
    many = three(iterations=10**12)
    assert "V04" in codes(judged(*many))
    assert "V04" in codes(judged(*many, peaks=1e30))  # such a peak is none
    assert "V04" not in codes(judged(*three()))


@pytest.mark.parametrize(("macs", "broken"), [(10**9, False), (10**10, True)])
def test_a_network_cannot_be_faster_than_its_products_allow(macs: int, *, broken: bool) -> None:
    item = gemm(kind="network", workload="net", runtime="onnxruntime")
    order = replace(work(item), macs_by_precision={"w1a1": macs, "fp32": 10**6})
    spool = Spool()
    # 20 us an inference; 10^9 products of one bit take 12 us at the most a core could do
    spool.item(item, *(sample(item, n, executed="w1a1") for n in range(3)))
    m, _ = judge(context(facts(), order), order, spool.collected())
    assert ("V04" in codes(m)) == broken


def test_a_time_below_the_clocks_step_is_none() -> None:
    m = judged(*three(wall_ns=[19] * 20, cpu_ns=[19] * 20, iterations=1))
    assert "V22" in codes(m)
    assert m.status is Status.INVALID


def test_more_than_was_asked_for_is_not_believed() -> None:
    assert "V25" in codes(judged(*three(wall_ns=[2_000_000] * 21, cpu_ns=[2_000_000] * 21)))
    many = [sample(gemm(), rep) for rep in range(6)]
    assert "V25" in codes(judged(*many))


def test_a_counter_that_goes_away_does_not_read_as_fine() -> None:
    gone: dict[str, Any] = {"watch_before": {"throttle_0": 1}, "watch_after": {"throttle_0": None}}
    m = judged(*three(**gone))
    (words,) = [r.words for r in m.reasons if r.rule == "V09"]
    assert "unknown" in words


@pytest.mark.parametrize(
    ("executed", "broken"),
    [("fp32", False), ("fp32@CPUExecutionProvider", True), ("int8", True), ("", True)],
)
def test_what_a_runtime_did_not_read_back_is_not_taken_for_granted(
    executed: str, *, broken: bool
) -> None:
    item = gemm("fp32", kind="network", workload="net", runtime="onnxruntime")
    spool = Spool()
    spool.item(item, *(sample(item, n, executed=executed, variant="") for n in range(3)))
    m, _ = judge(context(facts(), work(item)), work(item), spool.collected())
    assert ("V28" in codes(m)) == broken


def test_a_coarse_clock_is_invalid() -> None:
    board = facts(hello=hello(clock_source="jiffies", clock_step_ns=10_000_000))
    assert "V07" in codes(judged(*three(), board=board))


def test_a_falling_clock_and_a_rising_throttle_counter_are_seen() -> None:
    falling = [sample(gemm(), rep, clock_hz=3e9 - 0.2e9 * rep) for rep in range(3)]
    arm = facts(hello=hello(target="aarch64"))
    assert "V09" in codes(judged(*falling, board=arm))
    # steps of a turbo are no heat
    assert "V09" not in codes(judged(*falling))
    deeper = [sample(gemm(), rep, clock_hz=3e9 - 0.4e9 * rep) for rep in range(3)]
    assert "V09" in codes(judged(*deeper))
    counter = {"watch_before": {"throttle_0": 1}, "watch_after": {"throttle_0": 4}}
    assert "V09" in codes(judged(*three(**counter)))
    absent: dict[str, Any] = {"watch_before": {"throttle_0": None}, "watch_after": {}}
    assert "V09" not in codes(judged(*three(**absent)))


def test_two_variants_in_one_item_are_invalid() -> None:
    mixed = [*three()[:2], sample(gemm(), 2, variant="xnor_gemm_w1a1__ref")]
    assert "V16" in codes(judged(*mixed))


def test_scatter_and_early_stops_are_suspect() -> None:
    scattered = [
        sample(
            gemm(), rep, wall_ns=[2_000_000 * (rep + 1)] * 20, cpu_ns=[2_000_000 * (rep + 1)] * 20
        )
        for rep in range(3)
    ]
    assert {"V19", "imprecise"} <= codes(judged(*scattered))
    speeds = [2_000_000 + 300_000 * (rep % 3 == 0) for rep in range(9)]
    two = [
        sample(gemm(), rep, wall_ns=[ns] * 20, cpu_ns=[ns] * 20) for rep, ns in enumerate(speeds)
    ]
    (reason,) = (r for r in judged(*two).reasons if r.rule == "V19")
    assert "one of two speeds" in reason.words
    early = judged(sample(gemm()), close={"stop": "cancelled"})
    assert "V20" in codes(early)
    assert early.status is Status.SUSPECT


def test_repetitions_with_other_loop_sizes_agree_all_the_same() -> None:
    """Each process sizes its own loop: it is the time of one inference that must agree."""
    sized = [
        sample(gemm(), rep, iterations=n, wall_ns=[n * 20_000] * 20, cpu_ns=[n * 20_000] * 20)
        for rep, n in enumerate((60, 100, 140))
    ]
    assert "V19" not in codes(judged(*sized))


def test_every_rule_is_evaluated_and_says_what_it_bars() -> None:
    # no findings of the samples: `partial` the session says of an item it lost, V24 of one whose
    # network is not the planned one, V21 the energy entry carries, V27 is FAILED
    assert set(CHECKS) | {"partial", "V21", "V24", "V27"} == set(RULES)
    for rule in RULES.values():
        assert rule.bars_publication, rule.code
        if rule.verdict is Status.INVALID:
            assert rule.bars_ranking
            assert rule.bars_gate


def test_work_that_another_device_did_is_named() -> None:
    item = gemm("fp32", kind="network", workload="net", runtime="onnxruntime", device="gpu")
    spool = Spool()
    spool.item(item, *(sample(item, n, executed="fp32@CPUExecutionProvider") for n in range(3)))
    m, _ = judge(context(facts(), work(item)), work(item), spool.collected())
    (words,) = [r.words for r in m.reasons if r.rule == "V23"]
    assert words == "asked of gpu, executed on CPUExecutionProvider"
    assert m.status is Status.INVALID


@pytest.mark.parametrize(
    ("cores", "cpus", "mask", "broken"),
    [
        ("1", "1", "0x8", False),
        ("all", "all", "0x3", False),
        ("all", "all", "0x1", True),
        ("2@big", "2,3", "0xc", False),
        ("2@big", "2,3", "0x3", True),
        ("1@big", "3-3", "0x8", False),
    ],
)
def test_the_cores_that_were_used_are_those_asked_for(
    cores: str, cpus: str, mask: str, *, broken: bool
) -> None:
    class Board(BoardFacts):
        def cpu_list(self, cores: str) -> str:  # noqa: ARG002 - a board that says what it wants
            return cpus

    known = facts()
    board = Board(**{f.name: getattr(known, f.name) for f in fields(known)})
    item = gemm(cores=cores)
    found = [sample(item, rep, cpu_mask=mask) for rep in range(3)]
    assert ("V17" in codes(judged(*found, item=item, board=board))) is broken


def test_cores_that_change_between_repetitions_are_seen() -> None:
    changed = [sample(gemm(), rep, cpu_mask=f"0x{1 << rep:x}") for rep in range(3)]
    assert "V17" in codes(judged(*changed))


def looped(ratio: float) -> list[dict[str, Any]]:
    """Repetitions whose special samples took `ratio` and half of it, in CPU time."""
    special = {"double_ns": int(ratio * 2_000_000), "fresh_ns": int(ratio / 2 * 2_000_000)}
    return three(cpu_ns=[2_000_000] * 20, **special)


def test_twice_the_loop_takes_twice_as_long_or_the_loop_is_none() -> None:
    assert not {"V03", "V05"} & codes(judged(*looped(2.0)))
    assert {"V03", "V05"} <= codes(judged(*looped(2.5)))
    short = codes(judged(*looped(1.5)))
    assert "V05" in short
    assert "V03" not in short  # fresh inputs that are quicker remember nothing
    # one repetition that fits is enough: a neighbour slows some, a trick all
    mixed = [*looped(2.5)[:2], sample(gemm(), 2, double_ns=4_000_000, fresh_ns=2_000_000)]
    assert not {"V03", "V05"} & codes(judged(*mixed))


def test_threads_that_waited_tell_nothing_of_their_loop() -> None:
    item = gemm(threads=2)
    found = [
        sample(item, rep, cpu_clock="process", cpu_ns=[2_000_000] * 20, double_ns=9_000_000)
        for rep in range(3)
    ]
    m = judged(*found, item=item)
    assert "V11" in codes(m)
    assert "V05" not in codes(m)
    assert "waited" in next(one.words for one in m.unknown if one.rule == "V05")


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ({}, ""),
        ({"memory_bytes": (1 << 30) + 4096}, ""),
        ({"memory_bytes": 1 << 31}, "V15"),
        ({"memory_bytes": "much"}, "V15"),
        ({"machine": "aarch64"}, "V15"),
        ({"seed": 8}, "V02"),
        ({"run": "another"}, "V02"),
    ],
)
def test_the_worker_s_own_hello_is_held_against_what_was_known(
    told: dict[str, Any], rule: str
) -> None:
    the_work, spool = work(), Spool()
    honest = {name: getattr(hello(), name) for name in ("target", "machine", "cpu_model")}
    told = {"memory_bytes": 1 << 30, "seed": 7, "run": "", **honest, **told}
    spool.add({"kind": "hello", **told})
    spool.item(the_work.item, *three())
    m, _ = judge(context(facts(), the_work), the_work, spool.collected())
    assert codes(m) == ({rule} if rule else set())
    assert not {"V02", "V15"} & {one.rule for one in m.unknown or ()}
