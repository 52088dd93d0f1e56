"""What the slots of two arms give: pairs that stay together, and objections by the rules."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from harness.records.item import Protocol
from harness.session.arms import Duel, ItemSlots, _take, objections
from tests.helpers.sessions import Spool, facts, gemm, sample, work

if TYPE_CHECKING:
    from harness.session.ready import Ready


def duel() -> Duel:
    ready = cast("Ready", SimpleNamespace(facts=facts()))
    return Duel(
        run="r", holder="h", base=ready, head=ready, works=[work()], protocol=Protocol(), seed=7
    )


def slots(base: dict[str, Any], head: dict[str, Any], count: int = 8) -> ItemSlots:
    """Healthy slots with these changes of their samples; a list gives each slot its own value."""

    def arm(changes: dict[str, Any]) -> list[dict[str, Any] | None]:
        return [
            sample(gemm(), **{k: v[i] if k == "clock_hz" else v for k, v in changes.items()})
            for i in range(count)
        ]

    return ItemSlots(samples=(arm(base), arm(head)))


def test_healthy_slots_meet_no_objection() -> None:
    assert objections(duel(), work(), slots({}, {})) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"steady": False}, "no_steady_state"),
        ({"watch_after": {"governor": "powersave"}}, "V10"),
        ({"cpu_ns": [1_000_000] * 20}, "V11"),
        ({"major_faults": 3}, "V12"),
        ({"cpu_mask": "0x3"}, "V17"),
        ({"wall_ns": [100] * 20}, "V06"),
    ],
)
def test_a_rule_that_bars_a_gate_is_named_with_its_arm(changes: dict[str, Any], code: str) -> None:
    found = objections(duel(), work(), slots({}, changes))
    assert [words for words in found if words.startswith("head: ") and f"({code})" in words]
    assert not [words for words in found if words.startswith("base: ")]


def test_a_low_clock_counts_where_both_arms_show_it() -> None:
    fast = {"clock_hz": [3e9] * 8}
    low = {"clock_hz": [3e9] * 4 + [2e9] * 4}
    assert objections(duel(), work(), slots(fast, low)) == []
    both = objections(duel(), work(), slots(low, low))
    assert [words.partition(":")[0] for words in both] == ["base", "head"]


def test_a_failed_slot_takes_its_partner_and_no_other() -> None:
    kept = ItemSlots()
    for number in range(3):
        for arm in (0, 1):
            spool = Spool()
            if (number, arm) == (1, 0):
                spool.item(gemm(), status="failed", words="signal 11 (SIGSEGV) in it")
            else:
                wall = [1_000_000 * (number + 1)] * 5
                spool.item(gemm(), sample(gemm(), wall_ns=wall, cpu_ns=wall, iterations=1))
            _take(spool.collected(), gemm().item_id, arm, kept)
    assert kept.pairs() == [(1e6, 1e6), (3e6, 3e6)]
    assert kept.faults == ["base: signal 11 (SIGSEGV) in it"]


def test_a_wrong_output_is_a_fault_and_no_time() -> None:
    kept = ItemSlots()
    spool = Spool()
    spool.item(gemm(), sample(gemm(), check_before=False, check_detail="3 of 9 differ"))
    _take(spool.collected(), gemm().item_id, 1, kept)
    _take(Spool().collected(), gemm().item_id, 0, kept)
    assert kept.pairs() == []
    assert kept.faults == ["head: 3 of 9 differ", "base: no checked sample"]


def test_what_neighbours_do_meets_both_arms_and_counts_where_it_cost_time() -> None:
    busy = {
        "inv_switches": 900,
        "watch_before": {"governor": "performance", "oom_kill": 1},
        "watch_after": {"governor": "performance", "oom_kill": 2},
    }
    assert objections(duel(), work(), slots({}, busy)) == []
    assert [words for words in objections(duel(), work(), slots(busy, busy)) if "(V14)" in words]
