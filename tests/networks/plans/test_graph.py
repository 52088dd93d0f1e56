from __future__ import annotations

import pytest

from harness.networks.plans.graph import Tensor, TensorType


@pytest.mark.parametrize(
    ("kind", "channels", "size"),
    [
        (TensorType.I8, 3, 18),
        (TensorType.F16, 3, 36),
        (TensorType.F32, 3, 72),
        (TensorType.BITS, 64, 48),
        (TensorType.BITS, 65, 96),
    ],
)
def test_a_tensor_knows_its_size(kind: TensorType, channels: int, size: int) -> None:
    assert Tensor(type=kind, h=2, w=3, c=channels).bytes == size


def test_planes_lie_one_behind_the_other_in_a_pixel() -> None:
    assert Tensor(type=TensorType.PLANES, planes=3, h=1, w=1, c=65).bytes == 3 * 16
