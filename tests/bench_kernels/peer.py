"""Times one peer on one shape, in a process of its own: `python -m tests.bench_kernels.peer`.

Each in its best documented setting, one thread, weights constant and packed beforehand. The output
is checked before it is timed. Prints one JSON object; `unavailable` says why there is no number.
"""

from __future__ import annotations

import ctypes
import json
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.bench_common.timing import median_ns
from tests.bench_kernels import outside

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[[], object]
    Made = tuple[Call, str]

SEED = 1


class UnavailableError(Exception):
    """A peer that cannot be had here."""


def _session(graph_nodes: list[Any], inputs: Any, output: Any, constants: list[Any]) -> Any:
    import onnx
    import onnxruntime

    graph = onnx.helper.make_graph(graph_nodes, "peer", [inputs], [output], constants)
    imports = [onnx.helper.make_opsetid("", 21), onnx.helper.make_opsetid("com.microsoft", 1)]
    model = onnx.helper.make_model(graph, opset_imports=imports, ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _bound(session: Any, value: Any, shape: tuple[int, int], kind: Any) -> tuple[Call, Any]:
    """Return a call without copies, and the array that it writes to."""
    import onnxruntime

    out = np.zeros(shape, kind)
    binding = session.io_binding()
    held = onnxruntime.OrtValue.ortvalue_from_numpy(value)
    binding.bind_ortvalue_input("a", held)
    binding.bind_output("c", "cpu", 0, out.dtype, out.shape, out.ctypes.data)

    def call(_kept: Any = (value, held, out)) -> None:  # a binding holds addresses only
        session.run_with_iobinding(binding)

    return call, out


def _onnx_names() -> tuple[Any, Any, str]:
    import onnx
    import onnxruntime

    return onnx.helper, onnx.TensorProto, f"onnxruntime {onnxruntime.__version__}"


def ort_int8(m: int, n: int, k: int) -> Made:
    """MatMulInteger: unsigned times signed bytes, the kind that VNNI has."""
    import onnx

    make, kinds, name = _onnx_names()
    random = np.random.default_rng(SEED)
    a = random.integers(0, 256, (m, k), dtype=np.uint8)
    b = random.integers(-127, 128, (k, n), dtype=np.int8)
    session = _session(
        [make.make_node("MatMulInteger", ["a", "b"], ["c"])],
        make.make_tensor_value_info("a", kinds.UINT8, [m, k]),
        make.make_tensor_value_info("c", kinds.INT32, [m, n]),
        [onnx.numpy_helper.from_array(b, "b")],
    )
    call, out = _bound(session, a, (m, n), np.int32)
    call()
    # products of bytes are exact in doubles
    assert np.array_equal(out, a.astype(np.float64) @ b.astype(np.float64))
    return call, f"{name} MatMulInteger u8s8"


def ort_fp32(m: int, n: int, k: int) -> Made:
    """MatMul with constant weights."""
    import onnx

    make, kinds, name = _onnx_names()
    a, b = _floats(m, n, k)
    session = _session(
        [make.make_node("MatMul", ["a", "b"], ["c"])],
        make.make_tensor_value_info("a", kinds.FLOAT, [m, k]),
        make.make_tensor_value_info("c", kinds.FLOAT, [m, n]),
        [onnx.numpy_helper.from_array(b, "b")],
    )
    call, out = _bound(session, a, (m, n), np.float32)
    call()
    assert np.allclose(out, a @ b, rtol=1e-3, atol=1e-3)
    return call, f"{name} MatMul"


def _floats(m: int, n: int, k: int) -> tuple[Any, Any]:
    random = np.random.default_rng(SEED)
    a = random.random((m, k), dtype=np.float32) - 0.5
    return a, random.random((k, n), dtype=np.float32) - 0.5


def ort_nbits2(m: int, n: int, k: int) -> Made:
    """MatMulNBits with 2 bits: the fastest of its block sizes and accuracy levels."""
    settings = [(block, level) for block in (32, 64, 128) for level in (0, 4)]
    tried = [(call, words) for s in settings for call, words in _nbits2(m, n, k, *s)]
    if not tried:
        raise UnavailableError("this onnxruntime has no 2-bit MatMulNBits")
    timed = [(median_ns(call), call, words) for call, words in tried]
    _, call, words = min(timed, key=lambda one: one[0])
    return call, words


def _nbits2(m: int, n: int, k: int, block: int, level: int) -> list[Made]:
    import onnx

    make, kinds, name = _onnx_names()
    random = np.random.default_rng(SEED)
    blocks, groups = k // block, block // 4
    packed = random.integers(0, 256, (n, blocks, groups), dtype=np.uint8)
    scales = np.full((n, blocks), 0.5, np.float32)
    a = random.integers(-8, 8, (m, k)).astype(np.float32)
    node = make.make_node(
        "MatMulNBits",
        ["a", "b", "s"],
        ["c"],
        domain="com.microsoft",
        K=k,
        N=n,
        bits=2,
        block_size=block,
        accuracy_level=level,
    )
    constants = [onnx.numpy_helper.from_array(v, w) for v, w in ((packed, "b"), (scales, "s"))]
    try:
        session = _session(
            [node],
            make.make_tensor_value_info("a", kinds.FLOAT, [m, k]),
            make.make_tensor_value_info("c", kinds.FLOAT, [m, n]),
            constants,
        )
        call, out = _bound(session, a, (m, n), np.float32)
        call()
    except Exception:  # noqa: BLE001 its own exception types, by version
        return []
    codes = np.stack([packed >> shift & 3 for shift in (0, 2, 4, 6)], axis=-1).reshape(n, k)
    want = a @ ((codes.astype(np.float32) - 2) * 0.5).T
    # level 4 rounds activations to bytes
    if not np.allclose(out, want, rtol=0.02, atol=0.02 * float(np.abs(want).max())):
        return []
    return [(call, f"{name} MatMulNBits 2 bit, block {block}, accuracy {level}")]


def numpy_fp32(m: int, n: int, k: int) -> Made:
    """The product that everybody has."""
    a, b = _floats(m, n, k)
    out = np.empty((m, n), np.float32)
    return (lambda: np.matmul(a, b, out=out)), f"numpy {np.__version__} matmul"


def bnn_lab(m: int, n: int, k: int) -> Made:
    """bnn-lab's own library, called as its Python does: the faster of its kernels."""
    path = outside.bnn_lab()
    if path is None:
        raise UnavailableError(f"bnn-lab {outside.BNN_LAB} is not to be had here")
    library = ctypes.CDLL(str(path))
    library.binary_gemm_set_num_threads(1)
    random = np.random.default_rng(SEED)
    words = (k + 63) // 64
    bits = [random.integers(0, 2, (rows, k), dtype=np.uint8) for rows in (m, n)]
    padded = [np.pad(b, ((0, 0), (0, words * 64 - k))) for b in bits]
    x, w = (np.packbits(p, axis=1, bitorder="little").view(np.uint64) for p in padded)
    out = np.zeros((m, n), np.float32)
    a, b = (1.0 - 2.0 * side for side in bits)
    want = a @ b.T

    def call(held: Any = (x, w, out)) -> None:
        library.binary_gemm_u64(*(v.ctypes.data_as(ctypes.c_void_p) for v in held), m, n, words, k)

    timed = {}
    for kernel in range(8):
        if library.binary_gemm_set_kernel(kernel) == kernel:
            out[:] = 0
            call()
            if np.array_equal(out, want):
                timed[kernel] = median_ns(call)
    if not timed:
        raise UnavailableError("no kernel of bnn-lab gave the right result here")
    best = min(timed, key=lambda kernel: timed[kernel])
    library.binary_gemm_set_kernel(best)
    return call, f"bnn-lab {outside.BNN_LAB} kernel {best}"


def ggml_tq2_0(m: int, n: int, k: int) -> Made:
    """TQ2_0, ternary in 2 bits: its weights times activations that it rounds to bytes itself."""
    folder = outside.ggml()
    if folder is None:
        raise UnavailableError(f"ggml-python {outside.GGML} could not be built here")
    sys.path.insert(0, str(folder))
    import ggml  # type: ignore[import-not-found]

    ggml.ggml_cpu_init()
    context = ggml.ggml_init(ggml.ggml_init_params(mem_size=256 << 20, mem_buffer=None))
    random = np.random.default_rng(SEED)
    weights = random.integers(-1, 2, (n, k)).astype(np.float32)
    a = random.integers(-8, 8, (m, k)).astype(np.float32)
    b = ggml.ggml_new_tensor_2d(context, ggml.GGML_TYPE_TQ2_0, k, n)
    x = ggml.ggml_new_tensor_2d(context, ggml.GGML_TYPE_F32, k, m)
    c = ggml.ggml_mul_mat(context, b, x)
    floats = ctypes.POINTER(ctypes.c_float)
    at = [ctypes.c_void_p(ggml.ggml_get_data(tensor)) for tensor in (b, x, c)]
    source = weights.ctypes.data_as(floats)
    ggml.ggml_quantize_chunk(ggml.GGML_TYPE_TQ2_0, source, at[0], 0, n, k, None)
    ctypes.memmove(at[1], a.ctypes.data, a.nbytes)
    graph = ggml.ggml_new_graph(context)
    ggml.ggml_build_forward_expand(graph, c)
    plan = ggml.ggml_graph_plan(graph, 1, None)
    work = (ctypes.c_uint8 * max(int(plan.work_size), 1))()
    plan.work_data = ctypes.cast(work, ctypes.POINTER(ctypes.c_uint8))

    def call(_kept: Any = (work, plan)) -> None:
        ggml.ggml_graph_compute(graph, ctypes.byref(plan))

    call()
    out = np.ctypeslib.as_array(ctypes.cast(at[2], floats), (m, n))
    want = a @ weights.T
    assert np.allclose(out, want, rtol=0.02, atol=0.02 * float(np.abs(want).max()))
    return call, f"ggml-python {outside.GGML} TQ2_0"


PEERS: dict[str, Callable[[int, int, int], Made]] = {
    made.__name__: made
    for made in (ort_int8, ort_fp32, ort_nbits2, numpy_fp32, bnn_lab, ggml_tq2_0)
}


def main() -> None:
    """Argv: peer, m, n, k."""
    name, *sizes = sys.argv[1:]
    m, n, k = map(int, sizes)
    try:
        call, words = PEERS[name](m, n, k)
        found: dict[str, object] = {"peer": words, "ns": median_ns(call)}
    except UnavailableError as error:
        found = {"unavailable": str(error)}
    print(json.dumps(found))  # noqa: T201 read by who started this


if __name__ == "__main__":
    main()
