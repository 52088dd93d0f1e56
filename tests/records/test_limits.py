"""What the measured units allow a scheme."""

from __future__ import annotations

import pytest

from harness.records.limits import limit_ops_per_s

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
