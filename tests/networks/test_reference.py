from __future__ import annotations

import struct

import numpy as np
import pytest

from harness.errors import NetworkError
from harness.networks.graph import Layer, Op, PlanNetwork, Tensor, TensorType
from harness.networks.reference import run_reference, trace, unpack_weights
from tests.networks.conftest import small


def i32(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}i", *values)


def tiny() -> PlanNetwork:
    """3x3 of one byte -> conv 1x1 (times 3, rounded half, plus 10) -> maximum -> mean -> vector."""
    return PlanNetwork(
        name="tiny",
        tensors=(
            Tensor(type=TensorType.I8, h=3, w=3, c=1),
            Tensor(type=TensorType.I16, h=3, w=3, c=2, slot=0),
            Tensor(type=TensorType.BITS, h=3, w=3, c=2, slot=1),
            Tensor(type=TensorType.I16, h=3, w=3, c=2, slot=2),
            Tensor(type=TensorType.I16, h=2, w=2, c=2, slot=0),
            Tensor(type=TensorType.I8, h=1, w=1, c=2, slot=1),
            Tensor(type=TensorType.I32, h=1, w=1, c=2),
        ),
        layers=(
            Layer(
                op=Op.CONV8,
                source=0,
                out=1,
                bits=2,
                shift=1,
                weights=bytes([3, 0xFD]),
                multiplier=i32(1, 1),
                bias=i32(10, 10),
            ),
            Layer(
                op=Op.BCONV,
                source=2,
                shortcut=1,
                out=3,
                kernel=3,
                pad=1,
                shift=1,
                # channel 0: all weights +1; channel 1: all -1 (two bits per tap)
                weights=bytes(72) + struct.pack("<9Q", *[3] * 9),
                multiplier=i32(2, 2),
                bias=i32(0, 0),
            ),
            Layer(op=Op.MAXPOOL, source=3, out=4, kernel=3, stride=2, pad=1),
            Layer(op=Op.AVGPOOL8, source=4, out=5, kernel=2, shift=2, factor=1),
            Layer(op=Op.DENSE8, source=5, out=6, weights=bytes([1, 2, 0xFF, 1]), bias=i32(5, -5)),
        ),
        input=0,
        output=6,
    )


def test_each_layer_by_hand() -> None:
    data = bytes([1, 0xFF, 10, 0, 0, 0, 0, 0, 0x9C])  # 1 -1 10 / 0 0 0 / 0 0 -100
    seen = trace(tiny(), data)
    # (3x + 1) >> 1, plus 10: 3 -> 12, -3 -> 9, 30 -> 25, 0 -> 10, -300 -> -140
    assert seen[1][..., 0].tolist() == [[12, 9, 25], [10, 10, 10], [10, 10, -140]]
    assert seen[1][..., 1].tolist() == [[9, 12, -5], [10, 10, 10], [10, 10, 160]]
    # 18 products; the only two negative signs, one in each channel, lie in different corners
    assert seen[3][1, 1].tolist() == [10 + 14, 10 - 14]
    assert seen[3][0, 0].tolist() == [12 + 18, 9 - 18]
    assert seen[3][2, 2].tolist() == [-140 + 16, 160 - 16]
    assert seen[4][..., 0].tolist() == [[30, 41], [28, 26]]
    assert seen[4][..., 1].tolist() == [[-4, -4], [-4, 144]]
    assert seen[5].tolist() == [[[31, 33]]]
    assert seen[6].tolist() == [[[31 + 66 + 5, -31 + 33 - 5]]]


def test_the_output_is_int32_little_endian() -> None:
    assert run_reference(tiny(), bytes(9)) == i32(*trace(tiny(), bytes(9))[6].ravel().tolist())


def test_an_input_of_the_wrong_size_is_refused() -> None:
    with pytest.raises(NetworkError, match="wants 9"):
        run_reference(tiny(), bytes(8))


def test_sums_saturate_at_sixteen_bits() -> None:
    network = tiny()
    stem = network.layers[0]
    loud = Layer(**{**vars(stem), "multiplier": i32(1 << 20, -(1 << 20))})
    seen = trace(
        PlanNetwork(**{**vars(network), "layers": (loud, *network.layers[1:])}), bytes([9] * 9)
    )
    assert np.unique(seen[1]).tolist() == [32767]


def test_binary_weights_are_unpacked_without_their_tails() -> None:
    network = small()
    first = next(layer for layer in network.layers if layer.op is Op.BCONV)
    weights = unpack_weights(network, first)
    assert weights.shape == (32, 3, 3, 32)
    assert set(np.unique(weights).tolist()) == {-1, 1}
