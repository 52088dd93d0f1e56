"""What the kernels are to reach, as data: one line a goal. Measures nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EVEN = ("256x256x256", "512x512x512", "1024x1024x1024")
RESNET = ("3136x64x576", "784x128x1152", "196x256x2304", "49x512x4608")
GEMM = (*EVEN, *RESNET)
HARD = ("3136x64x576", "49x512x4608")
# ResNet-18's sixteen 3x3 convolutions: shape -> how often it comes
CONV = {
    "56x56x64x64k3": 4,
    "56x56x64x128k3s2": 1,
    "28x28x128x128k3": 3,
    "28x28x128x256k3s2": 1,
    "14x14x256x256k3": 3,
    "14x14x256x512k3s2": 1,
    "7x7x512x512k3": 3,
}
SQUARE = "1x4096x4096"

# each: every shape for itself; mean: geometric, over the shapes; total: all their work in one
Over = Literal["each", "mean", "total"]


@dataclass(frozen=True, kw_only=True)
class Kernel:
    """One of ours: the best variant that this CPU runs; family `` = whichever is the best."""

    op: str
    scheme: str
    family: str = ""
    without: str = "none"  # an isa that is left out


@dataclass(frozen=True, kw_only=True)
class Goal:
    """Ours over something else, and how large that must be."""

    name: str
    ours: Kernel
    shapes: tuple[str, ...]
    target: float
    against: str | Kernel  # `peak`, a peer's name, or another kernel of ours
    over: Over = "each"


def _without(shapes: tuple[str, ...], *others: str) -> tuple[str, ...]:
    return tuple(shape for shape in shapes if shape not in others)


BINARY = Kernel(op="gemm", scheme="w1a1", family="xnor")
BINARY_CONV = Kernel(op="conv", scheme="w1a1", family="xnor")
BINARY_GEMV = Kernel(op="gemv", scheme="w1a1", family="xnor")
INT8 = Kernel(op="gemm", scheme="w8a8", family="int8")
# a unit for whole matrices is no measure of what vectors do
INT8_VECTORS = Kernel(op="gemm", scheme="w8a8", family="int8", without="amxint8")
FP32 = Kernel(op="gemm", scheme="fp32", family="float")
W2A2 = Kernel(op="gemm", scheme="w2a2", family="bitserial")
W1A8 = Kernel(op="gemm", scheme="w1a8", family="lut")
W2A8 = Kernel(op="gemm", scheme="w2a8", family="lut")
W2A8_GEMV = Kernel(op="gemv", scheme="w2a8")

_SHARE = "share of the own peak"

GOALS = (
    Goal(
        name=f"binary GEMM: {_SHARE}",
        ours=BINARY,
        shapes=_without(GEMM, *HARD),
        target=0.92,
        against="peak",
    ),
    Goal(name=f"binary GEMM: {_SHARE}", ours=BINARY, shapes=HARD, target=0.88, against="peak"),
    Goal(
        name="binary GEMM: times ORT int8", ours=BINARY, shapes=GEMM, target=5.0, against="ort_int8"
    ),
    Goal(
        name="binary GEMM: times bnn-lab",
        ours=BINARY,
        shapes=GEMM,
        target=5.0,
        against="bnn_lab",
        over="mean",
    ),
    Goal(
        name=f"fused binary 3x3 convolution: {_SHARE}",
        ours=BINARY_CONV,
        shapes=tuple(CONV),
        target=0.85,
        against="peak",
        over="total",
    ),
    Goal(
        name=f"int8 GEMM: {_SHARE}",
        ours=INT8_VECTORS,
        shapes=_without(GEMM, "256x256x256", "49x512x4608"),
        target=0.95,
        against="peak",
    ),
    Goal(
        name=f"int8 GEMM: {_SHARE}",
        ours=INT8_VECTORS,
        shapes=("49x512x4608",),
        target=0.88,
        against="peak",
    ),
    Goal(
        name="int8 GEMM: times ORT MatMulInteger",
        ours=INT8,
        shapes=_without(GEMM, "256x256x256"),
        target=1.1,
        against="ort_int8",
    ),
    Goal(name=f"fp32 GEMM: {_SHARE}", ours=FP32, shapes=GEMM, target=0.85, against="peak"),
    Goal(name="fp32 GEMM: times ORT", ours=FP32, shapes=GEMM, target=0.90, against="ort_fp32"),
    Goal(
        name="fp32 GEMM: times numpy",
        ours=FP32,
        shapes=("512x512x512",),
        target=1.0,
        against="numpy_fp32",
    ),
    Goal(
        name="1-bit GEMV: share of reading its weights",
        ours=BINARY_GEMV,
        shapes=(SQUARE,),
        target=0.90,
        against="peak",
    ),
    Goal(
        name="1-bit GEMV: times bnn-lab",
        ours=BINARY_GEMV,
        shapes=(SQUARE,),
        target=1.6,
        against="bnn_lab",
    ),
    Goal(
        name="2-bit GEMV: times ggml TQ2_0",
        ours=W2A8_GEMV,
        shapes=(SQUARE,),
        target=3.0,
        against="ggml_tq2_0",
    ),
    Goal(
        name="2-bit GEMV: times ORT MatMulNBits",
        ours=W2A8_GEMV,
        shapes=(SQUARE,),
        target=3.5,
        against="ort_nbits2",
    ),
    Goal(
        name="table w1a8: times our int8",
        ours=W1A8,
        shapes=GEMM,
        target=1.8,
        against=INT8_VECTORS,
    ),
    Goal(
        name="table w2a8: times our int8",
        ours=W2A8,
        shapes=GEMM,
        target=1.0,
        against=INT8_VECTORS,
    ),
    Goal(
        name="bit-serial w2a2: share of a quarter of the binary peak",
        ours=W2A2,
        shapes=GEMM,
        target=0.90,
        against="peak",
    ),
)
