from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ConfigError, NetworkError
from harness.runtimes import base
from tests.runtimes.examples import kernel

_side = st.integers(min_value=1, max_value=1 << 20)


@given(_side, _side, _side)
def test_shape_is_read_back(m: int, n: int, k: int) -> None:
    assert base.matmul_shape(kernel(shape=f"{m}x{n}x{k}")) == (m, n, k)


@pytest.mark.parametrize("shape", ["", "8x8", "8x8x8x8", "8x-1x8", "8x8x8.0", "0x8x8", "resnet18"])
def test_other_shapes_are_refused(shape: str) -> None:
    with pytest.raises(ConfigError, match="gemm w1a1"):
        base.matmul_shape(kernel(shape=shape))


@given(st.text(max_size=12))
def test_any_text_is_a_shape_or_a_config_error(shape: str) -> None:
    try:
        sides = base.matmul_shape(kernel(shape=shape))
    except ConfigError:
        return
    assert min(sides) >= 1


def test_a_form_that_was_not_prepared_is_named() -> None:
    with pytest.raises(NetworkError, match="gemm was not prepared as a plan"):
        base.need(None, "a plan", kernel())
