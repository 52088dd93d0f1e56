"""Other runtimes as data: where they live, what they are given, in which setting. Starts nothing.

Each in its best documented setting, one thread. Where several are documented, all are tried and
the fastest counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench_common.environments import Environment

_NUMPY = "numpy==2.4.6"
ORT = Environment(name="onnxruntime", requirements=("onnxruntime==1.31.1", _NUMPY))
OPENVINO = Environment(name="openvino", requirements=("openvino==2026.4.1", _NUMPY))
NCNN = Environment(name="ncnn", requirements=("ncnn==1.0.20261020", _NUMPY))
LITERT = Environment(name="ai-edge-litert", requirements=("ai-edge-litert==2.3.0", _NUMPY))
# the last versions that its wheels fit
LARQ = Environment(
    name="larq-compute-engine",
    requirements=(
        "larq-compute-engine==0.16.0",
        "tensorflow-cpu==2.15.1",
        "larq==0.14.0",
        "numpy==1.26.4",
    ),
    python="3.11",
)
# oneDNN's own word for: vectors and their int8 products, no matrix unit
VECTORS = "AVX512_CORE_VNNI"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A runtime at a precision; `form` = which file of a network it reads."""

    name: str
    environment: Environment
    runtime: str  # the function of `worker` that knows it
    form: str
    precision: str  # what its outputs are judged as
    settings: tuple[str, ...] = ("",)
    max_isa: str = ""  # for oneDNN inside OpenVINO


PEERS = {
    peer.name: peer
    for peer in (
        Peer(
            name="ORT fp32",
            environment=ORT,
            runtime="onnxruntime",
            form="fp32.onnx",
            precision="fp32",
        ),
        Peer(
            name="ORT int8",
            environment=ORT,
            runtime="onnxruntime",
            form="w8a8.onnx",
            precision="w8a8",
        ),
        Peer(
            name="OpenVINO fp32",
            environment=OPENVINO,
            runtime="openvino",
            form="fp32.onnx",
            precision="fp32",
            settings=("f32",),
        ),
        # what it does with an fp32 file when nobody asks
        Peer(
            name="OpenVINO bf16",
            environment=OPENVINO,
            runtime="openvino",
            form="fp32.onnx",
            precision="bf16",
            settings=("bf16",),
        ),
        Peer(
            name="OpenVINO int8",
            environment=OPENVINO,
            runtime="openvino",
            form="w8a8.onnx",
            precision="w8a8",
            settings=("f32", "bf16"),
        ),
        Peer(
            name="OpenVINO int8, vectors only",
            environment=OPENVINO,
            runtime="openvino",
            form="w8a8.onnx",
            precision="w8a8",
            settings=("f32",),
            max_isa=VECTORS,
        ),
        Peer(
            name="LiteRT fp32",
            environment=LITERT,
            runtime="litert",
            form="fp32.tflite",
            precision="fp32",
        ),
        Peer(
            name="ncnn fp32", environment=NCNN, runtime="ncnn", form="fp32.param", precision="fp32"
        ),
        Peer(
            name="LCE",
            environment=LARQ,
            runtime="larq",
            form="lce.tflite",
            precision="real edges",
            settings=("use_indirect_bgemm", "use_indirect_bgemm use_xnnpack"),
        ),
    )
}
