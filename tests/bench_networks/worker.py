"""Times one runtime on one model file, in a process and an environment of its own.

One JSON object on stdin says what, one on stdout what came of it. Knows neither goals nor networks,
imports nothing of ours but the clock. The outputs are kept, so that who asked can judge them.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections import Counter
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.bench_common.timing import median_ns

if TYPE_CHECKING:
    from collections.abc import Callable

    # a call on an image that is held; one that returns the output of any image; its name
    Made = tuple[Callable[[], object], Callable[[Any], Any], str]


def onnxruntime(model: str, setting: str, held: Any) -> Made:
    """Input and output are bound, so that no call copies or allocates."""
    import onnxruntime as ort

    del setting
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    source, target = session.get_inputs()[0].name, session.get_outputs()[0].name
    binding, value = session.io_binding(), ort.OrtValue.ortvalue_from_numpy(held)
    binding.bind_ortvalue_input(source, value)
    binding.bind_output(target, "cpu")

    def call(_kept: Any = (held, value)) -> None:  # a binding holds addresses only
        session.run_with_iobinding(binding)

    def one(image: Any) -> Any:
        return session.run([target], {source: image})[0]

    return call, one, f"onnxruntime {ort.__version__}"


def openvino(model: str, setting: str, held: Any) -> Made:
    """One stream of one thread; `setting` = the type of all that is not quantised."""
    import openvino as ov

    core = ov.Core()
    wanted = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": 1,
        "NUM_STREAMS": 1,
        # who started this has chosen the core
        "ENABLE_CPU_PINNING": False,
        "INFERENCE_PRECISION_HINT": setting,
    }
    compiled = core.compile_model(core.read_model(model), "CPU", wanted)
    timed, other = compiled.create_infer_request(), compiled.create_infer_request()
    timed.set_input_tensor(ov.Tensor(held, shared_memory=True))

    def one(image: Any) -> Any:
        other.set_input_tensor(ov.Tensor(image, shared_memory=True))
        other.infer()
        return other.get_output_tensor().data.copy()

    ran = Counter(_primitives(compiled)).most_common(1)[0][0]
    return timed.infer, one, f"openvino {ov.__version__.split('-')[0]}, rest {setting}, {ran}"


def _primitives(compiled: Any) -> list[str]:
    """Return the loops that its convolutions really run in, with their types."""
    facts = [node.get_rt_info() for node in compiled.get_runtime_model().get_ops()]
    convolutions = [f for f in facts if f["layerType"].value == "Convolution"]
    return [f["primitiveType"].value for f in convolutions]


def litert(model: str, setting: str, held: Any) -> Made:
    """TensorFlow Lite's interpreter with XNNPACK, as it comes."""
    from ai_edge_litert.interpreter import Interpreter

    del setting
    made = Interpreter(model_path=model, num_threads=1)
    made.allocate_tensors()
    source, target = made.get_input_details()[0]["index"], made.get_output_details()[0]["index"]

    def one(image: Any) -> Any:
        made.set_tensor(source, image)
        made.invoke()
        return made.get_tensor(target)

    one(held)
    return made.invoke, one, f"ai-edge-litert {metadata.version('ai-edge-litert')}"


def ncnn(model: str, setting: str, held: Any) -> Made:
    """Its 16-bit forms are off, so that fp32 means fp32; an extractor for each inference."""
    import ncnn as library

    del setting
    net = library.Net()
    net.opt.num_threads = 1
    net.opt.use_vulkan_compute = False
    for name in dir(net.opt):
        if name.startswith(("use_fp16", "use_bf16")):
            setattr(net.opt, name, False)
    if net.load_param(model) or net.load_model(str(Path(model).with_suffix(".bin"))):
        raise RuntimeError("it does not take the network")

    def run(given: Any) -> Any:
        extractor = net.create_extractor()
        extractor.input("in", given)
        return extractor.extract("out")[1]

    inside = library.Mat(np.ascontiguousarray(held[0]))

    def one(image: Any) -> Any:
        return np.array(run(library.Mat(np.ascontiguousarray(image[0])))).reshape(1, -1)

    return lambda: run(inside), one, f"ncnn {library.__version__}"


def larq(model: str, setting: str, held: Any) -> Made:
    """Its own interpreter; `setting` names the options of its constructor that are on."""
    on = setting.split()
    names = ("use_reference_bconv", "use_indirect_bgemm", "use_xnnpack")
    made = _larq_interpreter()(Path(model).read_bytes(), 1, *(name in on for name in names))

    def one(image: Any) -> Any:
        return made.predict([image])[0]

    version = metadata.version("larq-compute-engine")
    return lambda: made.predict([held]), one, f"larq-compute-engine {version}, {setting}"


def _larq_interpreter() -> Any:
    """Return its class without its package, which would bring all of TensorFlow along."""
    name = "interpreter_wrapper_lite"
    home = metadata.distribution("larq-compute-engine").locate_file("larq_compute_engine")
    path = Path(str(home)) / "tflite" / "python" / f"{name}.so"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.LiteInterpreter


RUNTIMES: dict[str, Callable[[str, str, Any], Made]] = {
    made.__name__: made for made in (onnxruntime, openvino, litert, ncnn, larq)
}


def main() -> None:
    """Serve one request: every setting is timed, the fastest one also answers."""
    asked = json.load(sys.stdin)
    images = np.load(asked["images"])
    held = images[:1].copy()
    made = [RUNTIMES[asked["runtime"]](asked["model"], s, held) for s in asked["settings"]]
    # its threads are its own affair: what the process takes is what counts
    timed = [median_ns(call, clock_ns=time.process_time_ns) for call, _, _ in made]
    ns = min(timed)
    _, one, name = made[timed.index(ns)]
    if asked["outputs"]:
        outputs = [one(images[at : at + 1].copy()) for at in range(len(images))]
        np.save(asked["outputs"], np.concatenate(outputs))
    print(json.dumps({"peer": name, "ns": ns}))  # noqa: T201 read by who started this


if __name__ == "__main__":
    main()
