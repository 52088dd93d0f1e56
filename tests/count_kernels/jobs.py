"""What is counted, as data: variant, CPU, shape and output. Counts nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.records.shape import parse
from tests.count_kernels.minimum import BITS, MACS, Minimum, minimum

if TYPE_CHECKING:
    from collections.abc import Iterator

CONV = ("56x56x64x64k3", "28x28x128x128k3", "14x14x256x256k3", "7x7x512x512k3")
GEMM = ("784x128x1152", "196x256x2304", "512x512x512")
LAYER = "784x128x1152"  # 28x28x128 as a product
LAYER_CONV = "28x28x128x128k3"
ROW = "1x1024x1024"

A53, NEWEST = "cortex-a53", "max"
A15 = "cortex-a15"
ZBB = "rv64,zbb=true"
RVV = "rv64,zbb=true,v=true,zvbb=true,vlen="

_BINARY = {"xnor", "ternary_terna1", "bitserial"}
_SCHEME = re.compile(r"(?:w(\d)|tern|pot\d)a(\d)")


@dataclass(frozen=True, kw_only=True)
class Job:
    """One call to count. `output`: sums, bits, float or float_bits of a convolution, else ``."""

    target: str
    cpu: str
    variant: str
    shape: str
    output: str = ""

    @property
    def name(self) -> str:
        """All that it is, in one line."""
        return f"{self.target} {self.cpu} {self.variant} {self.shape} {self.output}".strip()

    @property
    def unit(self) -> str:
        """What instructions are divided by."""
        family, _, scheme = self.variant.partition("__")[0].split("_")
        return BITS if {family, f"{family}_{scheme}"} & _BINARY else MACS

    @property
    def work(self) -> float:
        """Units of work in a call; pairs of bit planes are work each."""
        _, op, scheme = self.variant.partition("__")[0].split("_")
        macs = parse("gemm" if op == "gemv" else op, self.shape).macs
        found = _SCHEME.fullmatch(scheme)
        if self.unit == MACS or found is None:
            return macs
        return macs * int(found[1] or 1) * int(found[2]) / 128

    @property
    def minimum(self) -> Minimum:
        """The least that its instruction set needs."""
        return minimum(self.target, self.variant)

    @property
    def least(self) -> float:
        """The least per unit on this CPU."""
        vlen = re.search(r"vlen=(\d+)", self.cpu)
        return self.minimum.per_unit(int(vlen[1]) if vlen else 128)


def jobs(only: str = "") -> tuple[Job, ...]:
    """Return all, or those whose target, CPU, variant, shape or output has `only` in it."""
    found = (*_aarch64(), *_arm(), *_riscv64())
    return tuple(job for job in found if only in job.name)


def _aarch64() -> Iterator[Job]:
    for cpu in (A53, NEWEST):
        for output in ("bits", "float", "float_bits"):
            if cpu == A53 or output != "float_bits":
                yield from _each("aarch64", cpu, "xnor_conv_w1a1__neon", CONV, output)
        yield from _each("aarch64", cpu, "xnor_gemm_w1a1__neon", GEMM)
    yield from _each("aarch64", A53, "xnor_gemv_w1a1__neon", (ROW,))
    for kernel in ("int8_gemm_w8a8", "ternary_gemm_terna1", "ternary_gemm_terna8"):
        yield from _each("aarch64", A53, f"{kernel}__neon", (LAYER,))
    for kernel in ("bitserial_gemm_w2a2", "lut_gemm_w2a8", "float_gemm_fp32"):
        yield from _each("aarch64", A53, f"{kernel}__neon", (LAYER,))
    yield from _each("aarch64", A53, "int8_conv_w8a8__neon", (LAYER_CONV,), "float")
    for isa in ("dotprod", "i8mm"):
        yield from _each("aarch64", NEWEST, f"int8_gemm_w8a8__{isa}", (LAYER,))
        yield from _each("aarch64", NEWEST, f"int8_conv_w8a8__{isa}", (LAYER_CONV,), "float")
    yield from _each("aarch64", NEWEST, "ternary_gemm_terna8__dotprod", (LAYER,))


def _arm() -> Iterator[Job]:
    for output in ("bits", "float"):
        yield from _each("arm", A15, "xnor_conv_w1a1__neon", CONV, output)
    yield from _each("arm", A15, "xnor_gemm_w1a1__neon", GEMM)
    yield from _each("arm", A15, "int8_gemm_w8a8__neon", (LAYER,))
    yield from _each("arm", A15, "int8_conv_w8a8__neon", (LAYER_CONV,), "float")


def _riscv64() -> Iterator[Job]:
    for output in ("bits", "float"):
        yield from _each("riscv64", ZBB, "xnor_conv_w1a1__zbb", CONV, output)
    for cpu in (ZBB, RVV + "128", RVV + "256"):
        for isa in ("zbb",) if cpu == ZBB else ("rvv", "zvbb"):
            yield from _each("riscv64", cpu, f"xnor_gemm_w1a1__{isa}", GEMM)
            yield from _each("riscv64", cpu, f"xnor_gemv_w1a1__{isa}", (ROW,))
            yield from _each("riscv64", cpu, f"bitserial_gemm_w2a2__{isa}", (LAYER,))
    yield from _each("riscv64", ZBB, "ternary_gemm_terna1__zbb", (LAYER,))
    for isa in ("rvv", "zvbb"):
        yield from _each("riscv64", RVV + "128", f"xnor_conv_w1a1__{isa}", CONV, "bits")
    yield from _each("riscv64", RVV + "128", "ternary_gemm_terna1__zvbb", (LAYER,))
    for vlen in ("128", "256"):
        for kernel in ("int8_gemm_w8a8", "ternary_gemm_terna8", "lut_gemm_w2a8", "float_gemm_fp32"):
            yield from _each("riscv64", RVV + vlen, f"{kernel}__rvv", (LAYER,))


def _each(
    target: str, cpu: str, variant: str, shapes: tuple[str, ...], output: str = ""
) -> Iterator[Job]:
    for shape in shapes:
        yield Job(target=target, cpu=cpu, variant=variant, shape=shape, output=output)
