"""Strict reading of the runner's hello."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.boards.hello import parse_hello
from harness.errors import ProtocolError

GOOD: dict[str, Any] = {
    "kind": "hello",
    "protocol": 1,
    "version": "0.1.0",
    "target": "x86_64",
    "machine": "x86_64",
    "kernel_release": "6.1",
    "cpu_model": "A CPU\u001b[2J",
    "features": ["avx2"],
    "variants": {"gemm_w1a1": ["xnor_gemm_w1a1__ref", "xnor_gemm_w1a1__avx2"]},
    "runner_sha256": "ab" * 32,
    "boot_id": "b",
    "clock_source": "tsc",
    "clock_step_ns": 20,
    "clock_hz": 3900000000,
    "cores": 2,
    "memory_bytes": 1 << 33,
    "page_bytes": 4096,
    "emulated": "",
    "vm": True,
    "run": "later keys are ignored",
}


def test_good() -> None:
    hello = parse_hello(GOOD)
    assert hello.clock_hz == 3.9e9
    assert hello.variants["gemm_w1a1"][-1].endswith("avx2")
    assert "\x1b" not in hello.cpu_model


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "sample"},
        {"protocol": 2},
        {"protocol": True},
        {"cores": 0},
        {"cores": "2"},
        {"cores": True},
        {"page_bytes": -1},
        {"runner_sha256": "xyz"},
        {"features": ["a b"]},
        {"features": "avx2"},
        {"variants": {"gemm_w1a1": ["../x"]}},
        {"target": "x;y"},
        {"vm": 1},
        {"boot_id": ""},
        {"clock_hz": float("nan")},
        {"clock_hz": float("inf")},
        {"memory_bytes": -1},
        {"memory_bytes": 1 << 63},
        {"clock_hz": 1e13},
        {"clock_step_ns": 1 << 62},
        {"page_bytes": 1 << 62},
    ],
)
def test_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        parse_hello({**GOOD, **change})


@pytest.mark.parametrize("key", [k for k in GOOD if k != "run"])
def test_missing_keys(key: str) -> None:
    with pytest.raises(ProtocolError):
        parse_hello({k: v for k, v in GOOD.items() if k != key})


ANY = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)


@given(
    st.sampled_from(sorted(GOOD)),
    ANY | st.lists(ANY, max_size=2) | st.dictionaries(st.text(max_size=3), ANY),
)
def test_any_value_is_a_hello_or_a_declared_error(key: str, value: object) -> None:
    try:
        parse_hello({**GOOD, key: value})
    except ProtocolError:
        return
