from __future__ import annotations

import struct

import numpy as np
import pytest

from harness.errors import NetworkError
from harness.networks.plans.graph import Border, Layer, Op, PlanNetwork, Tensor, TensorType
from harness.networks.plans.reference import check_input, run_reference, trace, unpack_weights
from tests.networks.random_plans import f32, random_plan

F, I8, BITS = TensorType.F32, TensorType.I8, TensorType.BITS


def tiny() -> PlanNetwork:
    """3x3 -> bytes -> conv 1x1 + signs -> binary 3x3 + shortcut -> largest -> mean -> dense."""
    return PlanNetwork(
        name="tiny",
        tensors=(
            Tensor(type=F, h=3, w=3, c=1),
            Tensor(type=I8, h=3, w=3, c=1, slot=0),
            Tensor(type=F, h=3, w=3, c=2, slot=1),
            Tensor(type=BITS, h=3, w=3, c=2, slot=2),
            Tensor(type=F, h=3, w=3, c=2, slot=3),
            Tensor(type=F, h=2, w=2, c=2, slot=1),
            Tensor(type=F, h=1, w=1, c=2, slot=3),
            Tensor(type=I8, h=1, w=1, c=2, slot=0),
            Tensor(type=F, h=1, w=1, c=2),
        ),
        layers=(
            Layer(op=Op.AFFINE, source=0, out=1, scale=f32([2.0]), low=-100.0, high=100.0),
            Layer(
                op=Op.CONV,
                scheme="w8a8",
                source=1,
                out=2,
                bits=3,
                filters=2,
                weights=bytes([3, 0xFD]),
                scale=f32([0.5, 0.5]),
                bias=f32([10.0, 10.0]),
            ),
            Layer(
                op=Op.CONV,
                scheme="w1a1",
                source=3,
                shortcut=2,
                out=4,
                filters=2,
                border=Border.PLUS_ONE,
                # filter 0: all weights +1; filter 1: all -1 (two bits per tap)
                weights=bytes(72) + struct.pack("<9Q", *[3] * 9),
                kernel_h=3,
                kernel_w=3,
                pad_top=1,
                pad_left=1,
            ),
            Layer(
                op=Op.MAXPOOL,
                source=4,
                out=5,
                kernel_h=3,
                kernel_w=3,
                stride_h=2,
                stride_w=2,
                pad_top=1,
                pad_left=1,
            ),
            Layer(op=Op.AVGPOOL, source=5, out=6, kernel_h=2, kernel_w=2),
            Layer(op=Op.AFFINE, source=6, out=7, low=-128.0, high=127.0),
            Layer(
                op=Op.CONV,
                scheme="w8a8",
                source=7,
                out=8,
                filters=2,
                weights=bytes([1, 2, 0xFF, 1]),
                bias=f32([5.0, -5.0]),
            ),
        ),
        input=0,
        output=8,
    )


GIVEN = f32([0.5, -0.5, 5.0, 0.0, 0.25, -0.25, 0.0, 0.0, -80.0])


def test_each_layer_by_hand() -> None:
    seen = trace(tiny(), GIVEN)
    # 0.5 and -0.5 lie between two integers: to the even one; -160 is cut to -100
    assert seen[1][..., 0].tolist() == [[1, -1, 10], [0, 0, 0], [0, 0, -100]]
    assert seen[2][..., 0].tolist() == [[11.5, 8.5, 25], [10, 10, 10], [10, 10, -140]]
    assert seen[2][..., 1].tolist() == [[8.5, 11.5, -5], [10, 10, 10], [10, 10, 160]]
    assert seen[3][..., 0].tolist() == [[1, 1, 1], [1, 1, 1], [1, 1, -1]]
    # 18 products; the only two negative signs, one in each channel, lie in different corners
    assert seen[4][1, 1].tolist() == [10 + 14, 10 - 14]
    assert seen[4][0, 0].tolist() == [11.5 + 18, 8.5 - 18]
    assert seen[4][2, 2].tolist() == [-140 + 16, 160 - 16]
    assert seen[5][..., 0].tolist() == [[29.5, 41], [28, 26]]
    assert seen[6][0, 0, 0] == np.float32((29.5 + 41 + 28 + 26) / 4)
    assert seen[7][0, 0].tolist() == [31, 33]
    assert seen[8].tolist() == [[[31 + 66 + 5, -31 + 33 - 5]]]


def test_the_output_is_float32_little_endian() -> None:
    assert run_reference(tiny(), GIVEN) == f32([102.0, -3.0])


def test_an_input_of_the_wrong_size_is_refused() -> None:
    with pytest.raises(NetworkError, match="wants 36"):
        run_reference(tiny(), bytes(35))


def test_minus_zero_counts_as_plus_one() -> None:
    network = PlanNetwork(
        name="zero",
        tensors=(
            Tensor(type=F, h=1, w=1, c=2),
            Tensor(type=BITS, h=1, w=1, c=2, slot=0),
            Tensor(type=F, h=1, w=1, c=1),
        ),
        layers=(
            Layer(op=Op.AFFINE, source=0, bits=1),
            Layer(op=Op.CONV, scheme="w1a1", source=1, out=2, filters=1, weights=bytes(8)),
        ),
        input=0,
        output=2,
    )
    assert run_reference(network, f32([-0.0, 1.0])) == f32([2.0])


def test_means_count_what_lies_inside() -> None:
    pool = Layer(
        op=Op.AVGPOOL,
        source=0,
        out=1,
        kernel_h=2,
        kernel_w=2,
        stride_h=2,
        stride_w=2,
    )
    given, made = Tensor(type=F, h=3, w=3, c=1), Tensor(type=F, h=2, w=2, c=1)
    for whole, corner in ((False, 8.0), (True, 2.0)):
        layer = Layer(**{**vars(pool), "whole": whole})
        network = PlanNetwork(name="m", tensors=(given, made), layers=(layer,), input=0, output=1)
        answer = np.frombuffer(run_reference(network, f32(list(range(9)))), "<f4")
        assert answer.tolist() == [
            2.0,
            (2 + 5) / (4 if whole else 2),
            6.5 / (2 if whole else 1),
            corner,
        ]


def test_binary_weights_are_unpacked_without_their_tails() -> None:
    network = random_plan(3, steps=8, schemes=("w1a1",))
    for layer in network.layers:
        if layer.op is Op.CONV:
            weights = unpack_weights(network, layer)
            channels = network.tensors[layer.source].c
            assert weights.shape == (layer.filters, layer.kernel_h, layer.kernel_w, channels)
            assert set(np.unique(weights).tolist()) <= {-1, 1}


def test_the_input_of_a_known_answer() -> None:
    assert check_input(bytes([0, 32, 0xE0, 0x80])) == f32([0.0, 1.0, -1.0, -4.0])
