from __future__ import annotations

import pytest

from harness.session import collect
from tests.helpers.sessions import Spool, gemm, item_end, sample


def test_only_frames_covered_by_a_verified_close_count() -> None:
    item, spool = gemm(), Spool()
    first = spool.add(sample(item, 0))
    spool.add(item_end(item, [first], final=False))
    spool.add(sample(item, 1))  # the worker died before it closed this one
    kept = spool.collected().items[item.item_id]
    assert [s["rep"] for s in kept.samples] == [0]
    assert kept.closing is not None
    assert not kept.closing["final"]


def test_a_later_close_covers_all_frames_so_far() -> None:
    item, spool = gemm(), Spool()
    first = spool.add(sample(item, 0))
    spool.add(item_end(item, [first], final=False))
    second = spool.add(sample(item, 1))
    spool.add(item_end(item, [first, second]))
    kept = spool.collected().items[item.item_id]
    assert [s["rep"] for s in kept.samples] == [0, 1]
    assert kept.closing is not None
    assert kept.closing["final"]


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


def test_peaks_are_kept() -> None:
    spool = Spool()
    spool.add({"kind": "hello", "version": "0.1.0"})
    spool.add({"kind": "peak", "unit": "w1a1", "ops_per_s": 5e12, "loop": "x", "clock_hz": 3e9})
    spool.add({"kind": "read", "level": "l1", "bytes_per_s": 4e11, "cache_bytes": 32768})
    spool.add({"kind": "read", "level": "l2", "bytes_per_s": 2e11, "cache_bytes": 0})
    spool.add({"kind": "read", "level": "dram", "bytes_per_s": 1e10, "cache_bytes": 0})
    spool.add({"kind": "read", "level": "l3", "bytes_per_s": 1e19, "cache_bytes": 0})
    spool.add({"kind": "read", "level": "<b>", "bytes_per_s": 1e9, "cache_bytes": 0})
    collector = spool.collected()
    assert collector.peaks == {"w1a1": 5e12}
    # a size that was guessed is marked, a speed that cannot be is not believed
    assert collector.reads == {"L1": 4e11, "~L2": 2e11, "DRAM": 1e10}
    # nothing is held against a cache of unknown size
    assert {name: r.cache_bytes for name, r in collector.levels.items()} == {"l1": 32768, "dram": 0}


@pytest.mark.parametrize(
    "changes",
    [
        {"wall_ns": ["1"] * 20},
        {"wall_ns": [1.5] * 20},
        {"wall_ns": [10**18] * 20},
        {"cpu_ns": [1, 2]},
        {"iterations": 0},
        {"iterations": "many"},
        {"variant": 7},
        {"watch_before": []},
    ],
)
def test_values_that_cannot_be_spoil_their_item(changes: dict[str, object]) -> None:
    item, spool = gemm(), Spool()
    spool.item(item, {**sample(item), **changes})
    assert spool.collected().items[item.item_id].fault


@pytest.mark.parametrize(
    "changes", [{"status": "splendid"}, {"status": []}, {"count": True}, {"stop": 7}]
)
def test_a_close_that_cannot_be_proves_nothing(changes: dict[str, object]) -> None:
    item, spool = gemm(), Spool()
    spool.item(item, sample(item), **changes)
    kept = spool.collected().items[item.item_id]
    assert kept.closing is None
    assert kept.samples == []
    assert "item_end" in kept.broken


def test_frames_without_end_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "LIMIT_BYTES", 5_000)
    short, long, spool = gemm("w8a8"), gemm(), Spool()
    spool.item(short, sample(short))
    for rep in range(100):
        spool.add(sample(long, rep))
        spool.add({"kind": "idle", **dict.fromkeys(("begin_ns", "end_ns"), rep)})
        spool.add({"kind": "news", "of": "nothing this version knows"})
    kept = spool.collected()
    assert len(kept.items[long.item_id].frames) < 10
    assert "MiB of frames" in kept.items[long.item_id].fault
    # what was closed before stands
    assert len(kept.items[short.item_id].samples) == 1
    assert not kept.items[short.item_id].fault


def test_a_frame_without_what_it_needs_raises_nothing() -> None:
    spool = Spool()
    spool.add({"kind": "peak"})
    spool.add({"kind": "sample"})
    spool.add({"kind": "item_end"})
    spool.add({"kind": "something_new"})
    assert spool.collected().peaks == {}
