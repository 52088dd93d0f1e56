"""What the measured units allow a scheme."""

from __future__ import annotations

import pytest

from harness.records.limits import (
    ReadLevel,
    ceiling_ops_per_s,
    limit_ops_per_s,
    own_limit_ops_per_s,
    roofline_ops_per_s,
    weight_bits,
)

PEAKS = {"w1a1": 400.0, "w8a8": 90.0, "fp32": 20.0, "bf16": 40.0}


@pytest.mark.parametrize(
    ("workload", "scheme", "limit"),
    [
        ("gemm", "w1a1", 400.0),
        ("gemm", "terna1", 400.0),
        ("conv", "w2a2", 100.0),
        ("gemm", "w3a3", 90.0),  # nine pairs of planes: the multiplier is the better unit
        ("gemm", "w8a8", 90.0),
        ("gemm", "terna8", 90.0),
        ("gemm", "fp32", 20.0),
        ("gemm", "bf16", 40.0),
        ("gemm", "fp16", 20.0),  # no unit of its own here
        ("gemm", "w1a8", 0.0),  # tables
        ("gemm", "pot4a8", 0.0),
        ("dwconv", "w1a1", 0.0),
        ("popcount", "bits", 0.0),
    ],
)
def test_limits(workload: str, scheme: str, limit: float) -> None:
    assert limit_ops_per_s(workload, scheme, PEAKS) == limit
    assert limit_ops_per_s(workload, scheme, {}) == 0.0


READS = (
    ReadLevel(cache_bytes=0, bytes_per_s=1.0),
    ReadLevel(cache_bytes=1 << 20, bytes_per_s=4.0),
    ReadLevel(cache_bytes=1 << 15, bytes_per_s=10.0),
)


@pytest.mark.parametrize(
    ("scheme", "macs", "threads", "limit"),
    [
        ("w1a1", 1 << 18, 1, 160.0),  # 32 KiB of weights: the first cache, 16 operations a byte
        ("w1a1", 1 << 19, 1, 64.0),  # 64 KiB: the second
        ("w1a1", 1 << 19, 2, 320.0),  # each thread's half lies in a first cache of its own
        ("w8a8", 1 << 21, 1, 2.0),  # 2 MiB: memory
        ("fp32", 1 << 13, 1, 5.0),
        ("w1a8", 1 << 19, 1, 64.0),  # no unit of its own, but weights that must be read
    ],
)
def test_a_vector_is_limited_by_reading_its_weights(
    scheme: str, macs: int, threads: int, limit: float
) -> None:
    computing = limit_ops_per_s("gemv", scheme, PEAKS)
    found = roofline_ops_per_s(
        "gemv", scheme, macs=macs, computing=computing, reads=READS, threads=threads
    )
    assert found == limit


def test_what_computes_more_than_it_reads_is_limited_by_its_unit() -> None:
    found = roofline_ops_per_s(
        "gemm", "w1a1", macs=1 << 30, computing=400.0, reads=READS, threads=2
    )
    assert found == 800.0
    fast = (ReadLevel(cache_bytes=0, bytes_per_s=1e9),)
    assert roofline_ops_per_s("gemv", "w8a8", macs=64, computing=90.0, reads=fast) == 90.0
    assert roofline_ops_per_s("gemv", "w8a8", macs=64, computing=90.0, reads=()) == 90.0


def test_bits_of_a_weight() -> None:
    schemes = ("w1a1", "w4a8", "terna8", "pot3a8", "fp32", "bf16")
    assert [weight_bits(s) for s in schemes] == [1, 4, 2, 3, 32, 16]


@pytest.mark.parametrize(
    ("scheme", "own", "board"),
    [
        ("w1a1", 400.0, 900.0),
        ("terna1", 400.0, 900.0),
        ("w2a2", 100.0, 900.0),
        ("w8a8", 900.0, 900.0),
        ("terna8", 900.0, 900.0),
        ("fp32", 20.0, 20.0),
        ("w2a8", 0.0, 0.0),
    ],
)
def test_a_kernel_is_as_good_as_its_own_unit_allows(scheme: str, own: float, board: float) -> None:
    matrix_unit = {**PEAKS, "w8a8": 900.0}
    assert own_limit_ops_per_s("gemm", scheme, matrix_unit) == own
    assert limit_ops_per_s("gemm", scheme, matrix_unit) == board


def test_planes_may_share_what_one_does_alone() -> None:
    slow = {"w1a1": 400.0, "w8a8": 20.0}
    assert limit_ops_per_s("gemm", "w2a2", slow) == 100.0
    assert ceiling_ops_per_s("gemm", "w2a2", slow) == 200.0
    for scheme in ("w1a1", "w8a8", "terna1", "fp32", "w2a8"):
        assert ceiling_ops_per_s("gemm", scheme, slow) == limit_ops_per_s("gemm", scheme, slow)
