from __future__ import annotations

from typing import Any

import pytest

from harness.records.measurement import Status
from harness.records.rules import RULES
from harness.session.judge import judge
from harness.session.rules import CHECKS
from tests.helpers.sessions import Spool, context, facts, gemm, hello, sample, work


def judged(*samples: dict[str, Any], peaks: float = 0.0, **kwargs: Any) -> Any:
    board = kwargs.pop("board", facts())
    close = kwargs.pop("close", {})
    the_work = work()
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


def test_impossible_speed_is_invalid_but_proves_nothing_on_an_emulated_board() -> None:
    assert "V04" in codes(judged(*three(), peaks=1e9))
    emulated = facts(emulated="qemu in /proc/self/status")
    assert "V04" not in codes(judged(*three(), peaks=1e9, board=emulated))


def test_a_coarse_clock_is_invalid() -> None:
    board = facts(hello=hello(clock_source="jiffies", clock_step_ns=10_000_000))
    assert "V07" in codes(judged(*three(), board=board))


def test_a_falling_clock_and_a_rising_throttle_counter_are_seen() -> None:
    falling = [sample(gemm(), rep, clock_hz=3e9 - 0.2e9 * rep) for rep in range(3)]
    assert "V09" in codes(judged(*falling))
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
    assert set(CHECKS) == set(RULES)
    for rule in RULES.values():
        assert rule.bars_publication, rule.code
        if rule.verdict is Status.INVALID:
            assert rule.bars_ranking
            assert rule.bars_gate
