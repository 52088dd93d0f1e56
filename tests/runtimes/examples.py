"""A board, a network and items as small as they come."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from harness.records.board import BoardEntry, BoardFacts, Hello
from harness.records.item import Item
from harness.records.layers import LayerInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

LAYER = LayerInfo(name="fc", op="dense", scheme="fp32", shape="1x1x1", macs=7, weight_bytes=28)
HELLO = Hello(
    version="0.1.0",
    target="x86_64",
    machine="x86_64",
    kernel_release="6.1",
    cpu_model="a CPU",
    features=("avx2",),
    variants={"gemm_w1a1": ("xnor_gemm_w1a1__ref", "xnor_gemm_w1a1__avx2")},
    runner_sha256="0" * 64,
    boot_id="b",
    clock_source="tsc",
    clock_step_ns=20,
    clock_hz=1e9,
    cores=2,
    memory_bytes=1 << 30,
    page_bytes=4096,
    emulated="",
    vm=False,
)


def board(**runtimes: str) -> BoardFacts:
    """A board called `pi` that has these runtimes."""
    return BoardFacts(
        entry=BoardEntry(name="pi"),
        board_id="id",
        hello=HELLO,
        model="a board",
        family="arm",
        os="Debian",
        runtimes=runtimes,
        runtime_absent={} if runtimes else {"onnxruntime": "no Python 3 there"},
    )


def kernel(*, shape: str = "8x16x32", variant: str = "") -> Item:
    """A w1a1 GEMM."""
    return Item(kind="kernel", workload="gemm", scheme="w1a1", shape=shape, variant=variant)


def network_item(runtime: str, **changes: Any) -> Item:
    """A network item for this runtime."""
    item = Item(kind="network", workload="tiny", scheme="fp32", shape="1x2", runtime=runtime)
    return replace(item, **changes)


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network with two float inputs, as ONNX and as plan."""

    scheme: str = "fp32"
    onnx: bytes | None = b"onnx"
    plan: bytes | None = b"plan"
    converted: Mapping[str, bytes] = field(default_factory=dict)
    input: bytes = bytes(8)
    input_shape: tuple[int, ...] = (1, 2)
    expected: bytes = b"out!"
    tolerance_ppm: int = 1000
    weights: str = "trained"
    sha256: str = "a" * 64
    macs_by_precision: Mapping[str, int] = field(default_factory=lambda: {"fp32": 7})
    check_kind: str = "onnx-reference"
    layers: tuple[LayerInfo, ...] = (LAYER,)
    label: str = "espresso (967)"
    accuracy_metric: str = "top1_agreement"
    accuracy_value: float | None = 0.94
    accuracy_n: int = 50
    accuracy_sqnr_db: float | None = 21.5
