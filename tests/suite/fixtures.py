"""A catalogue and boards made by hand, for the tests of plans."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.config.document import load as load_document
from harness.records.board import BoardEntry, BoardFacts, Hello, SensorFile
from harness.suite.catalogue import Catalogue, NetworkInfo, RuntimeInfo
from harness.suite.load import from_document

if TYPE_CHECKING:
    from harness.suite.suite import Suite

HELLO = Hello(
    version="0.1.0",
    target="aarch64",
    machine="aarch64",
    kernel_release="6.1",
    cpu_model="Cortex-A76",
    features=("neon", "dotprod"),
    variants={
        "gemm_w1a1": ("xnor_gemm_w1a1__ref", "xnor_gemm_w1a1__portable", "xnor_gemm_w1a1__neon"),
        "gemm_w8a8": ("int8_gemm_w8a8__ref",),
    },
    runner_sha256="0" * 64,
    boot_id="boot",
    clock_source="arch_sys_counter",
    clock_step_ns=20,
    clock_hz=2.4e9,
    cores=4,
    memory_bytes=1 << 32,
    page_bytes=4096,
    emulated="",
    vm=False,
)
FACTS = BoardFacts(
    entry=BoardEntry(name="pi5", host="pi5.lan", tags=("arm",)),
    board_id="id",
    hello=HELLO,
    model="Raspberry Pi 5",
    family="raspberrypi",
    os="Debian",
    runtimes={"onnxruntime": "/usr/bin/python3"},
)
SENSOR = SensorFile(
    id="ina3221:VDD_IN", kind="power", path="/sys/p", scale=1e-3, scope="module", label="VDD_IN"
)
CATALOGUE = Catalogue(
    kernels={"gemm": ("w1a1", "w8a8", "fp32")},
    networks={
        "squeezenet1_1": NetworkInfo(
            runtimes={"fp32": ("onnxruntime",), "w8a8": ("onnxruntime",)},
            shape="1x3x224x224",
            weights="trained",
        ),
        "binarized_resnet18": NetworkInfo(runtimes={"w1a1": ("native",)}, shape="1x3x224x224"),
    },
    runtimes={
        "native": RuntimeInfo(),
        "onnxruntime": RuntimeInfo(devices={"cpu": "", "gpu": "the worker drives the CPU only"}),
    },
)


def board(name: str = "pi5", **changes: object) -> BoardFacts:
    """A copy of the board with another name and other facts."""
    return replace(FACTS, entry=replace(FACTS.entry, name=name), **changes)  # type: ignore[arg-type]


def suite(matrix: str, rest: str = "") -> Suite:
    """A suite from the text of its matrix (one block a line, flow style)."""
    blocks = "".join(f"  - {line.strip()}\n" for line in matrix.strip().splitlines())
    return from_document(
        load_document(f"suite: s\nboards: [pi5]\n{rest}\nmatrix:\n{blocks}", name="s.yaml")
    )
