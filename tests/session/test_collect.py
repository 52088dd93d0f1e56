from __future__ import annotations

from tests.helpers.sessions import Spool, gemm, item_end, sample


def test_only_frames_covered_by_a_verified_close_count() -> None:
    item, spool = gemm(), Spool()
    first = spool.add(sample(item, 0))
    spool.add(item_end(item, [first], final=False))
    spool.add(sample(item, 1))  # the worker died before it closed this one
    kept = spool.collected().items[item.item_id]
    assert [s["rep"] for s in kept.samples] == [0]
    assert not kept.is_final


def test_a_later_close_covers_all_frames_so_far() -> None:
    item, spool = gemm(), Spool()
    first = spool.add(sample(item, 0))
    spool.add(item_end(item, [first], final=False))
    second = spool.add(sample(item, 1))
    spool.add(item_end(item, [first, second]))
    kept = spool.collected().items[item.item_id]
    assert [s["rep"] for s in kept.samples] == [0, 1]
    assert kept.is_final


def test_a_close_with_another_digest_proves_nothing() -> None:
    item, spool = gemm(), Spool()
    covered = [spool.add(sample(item, 0))]
    spool.add(item_end(item, covered, sha256="00" * 32))
    kept = spool.collected().items[item.item_id]
    assert kept.samples == []
    assert "digest" in kept.broken


def test_a_close_that_counts_other_frames_proves_nothing() -> None:
    item, spool = gemm(), Spool()
    covered = [spool.add(sample(item, 0))]
    spool.add(item_end(item, covered, count=2))
    kept = spool.collected().items[item.item_id]
    assert kept.samples == []
    assert "counts 2" in kept.broken


def test_peaks_and_hello_are_kept() -> None:
    spool = Spool()
    spool.add({"kind": "hello", "version": "0.1.0"})
    spool.add({"kind": "peak", "unit": "w1a1", "ops_per_s": 5e12, "loop": "x", "clock_hz": 3e9})
    collector = spool.collected()
    assert collector.hello is not None
    assert collector.peaks == {"w1a1": 5e12}
    assert collector.next_seq == 2
