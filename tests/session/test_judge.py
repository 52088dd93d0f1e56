from __future__ import annotations

from dataclasses import replace

import pytest

from harness.records.item import Planned
from harness.records.measurement import Status
from harness.session.judge import judge, skipped
from tests.helpers.sessions import Spool, context, gemm, sample, work


@pytest.mark.parametrize(
    ("close", "status"),
    [
        ({"status": "failed", "words": "signal 11 (SIGSEGV) in x"}, Status.FAILED),
        ({"status": "timeout", "words": "took longer than 60 s"}, Status.TIMEOUT),
    ],
)
def test_a_failed_item_is_a_row_with_the_runner_s_words(
    close: dict[str, str], status: Status
) -> None:
    the_work, spool = work(), Spool()
    spool.item(the_work.item, **close)
    m, samples = judge(context(None, the_work), the_work, spool.collected())
    assert m.status is status
    assert m.reasons[0].words == close["words"]
    assert m.latency_ns is None
    assert samples == []


def test_an_item_the_worker_never_closed_is_infra() -> None:
    the_work, spool = work(), Spool()
    spool.add(sample(the_work.item))
    m, _ = judge(context(None, the_work), the_work, spool.collected())
    assert m.status is Status.INFRA
    assert m.latency_ns is None


def test_a_wrong_output_keeps_no_believable_number() -> None:
    the_work, spool = work(), Spool()
    bad = sample(the_work.item, check_before=False, wall_ns=[], cpu_ns=[], check_detail="want 1")
    spool.item(the_work.item, bad, status="failed", words="check failed")
    m, _ = judge(context(None, the_work), the_work, spool.collected())
    assert m.status is Status.INVALID
    assert m.check is not None
    assert not m.check.passed
    assert m.inferences_per_s is None


def test_a_wrong_output_takes_the_numbers_of_the_repetitions_before_it() -> None:
    the_work, spool = work(), Spool()
    wrong = sample(the_work.item, 1, check_after=False, check_detail="want 1 got 2")
    spool.item(the_work.item, sample(the_work.item, 0), wrong)
    m, samples = judge(context(None, the_work), the_work, spool.collected())
    assert m.status is Status.INVALID
    assert m.latency_ns is None
    assert m.ops_per_s is None
    assert samples == []


def test_joules_of_a_window_with_a_wrong_output_are_not_joules() -> None:
    the_work, spool = work(), Spool()
    window = {
        "kind": "energy",
        "item": the_work.item.item_id,
        "window": 0,
        "sensor": "s",
        "begin_ns": 0,
        "end_ns": 10**9,
        "inferences": 5,
        "check": False,
        "t_ns": [0, 10**9],
        "raw": [1, 1],
    }
    spool.item(the_work.item, sample(the_work.item), window)
    m, _ = judge(context(None, the_work), the_work, spool.collected())
    assert m.status is Status.INVALID
    assert m.energy == ()
    assert m.energy_absent == "the output was wrong"


def test_raw_samples_are_handed_on_unchanged() -> None:
    the_work, spool = work(), Spool()
    spool.item(the_work.item, sample(the_work.item, 0), sample(the_work.item, 1))
    _, samples = judge(context(None, the_work), the_work, spool.collected())
    assert [s.repetition for s in samples] == [0, 1]
    assert samples[0].wall_ns == tuple(sample(the_work.item, 0)["wall_ns"])


def test_throughput_is_all_that_was_done_over_all_its_time() -> None:
    item = gemm(scenario="throughput", inflight=4)
    the_work, spool = work(item), Spool()
    quick = sample(item, 0, wall_ns=[4_000_000] * 3, cpu_ns=[1_000_000] * 3, iterations=8)
    slow = sample(item, 1, wall_ns=[12_000_000] * 3, cpu_ns=[1_000_000] * 3, iterations=8)
    spool.item(item, quick, slow)
    m, _ = judge(context(None, the_work), the_work, spool.collected())
    assert m.inferences_per_s == pytest.approx(6 * 8 / 48e-3)
    assert m.latency_ns is not None
    assert m.latency_ns.p90 is None  # nobody waited for one alone


def test_a_skip_keeps_its_reason() -> None:
    planned = Planned(board="b1", item=gemm(), skip="onnxruntime is not on this board")
    m = skipped(context(), planned)
    assert m.status is Status.SKIPPED
    assert m.reasons[0].words == planned.skip


def test_an_item_whose_turn_never_came_is_skipped_not_failed() -> None:
    the_work, spool = work(), Spool()
    spool.item(the_work.item, stop="cancelled")
    m, _ = judge(context(None, the_work), the_work, spool.collected())
    assert m.status is Status.SKIPPED
    assert "cancelled" in m.reasons[0].words


def test_a_network_with_other_weights_than_planned_is_not_believed() -> None:
    planned = replace(work(), weights="seeded")
    spool = Spool()
    spool.item(planned.item, sample(planned.item))
    m, _ = judge(context(None, planned), planned, spool.collected())
    assert (m.status, m.reasons[0].rule) == (Status.INVALID, "V24")


def test_an_item_without_one_sample_failed() -> None:
    the_work, spool = work(), Spool()
    spool.item(the_work.item, sample(the_work.item, wall_ns=[], cpu_ns=[]))
    m, _ = judge(context(None, the_work), the_work, spool.collected())
    assert (m.status, m.reasons[0].rule) == (Status.FAILED, "V27")
