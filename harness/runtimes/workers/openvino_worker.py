"""Runs on a board, loaded by timing.py: an ONNX model in OpenVINO, on one of its devices.

OpenVINO takes another precision than the model's where the hardware has a faster one (bfloat16 on
CPUs with AMX, half on GPUs and sticks), unless told. So it is told, and what each product really
ran in is read back from the compiled graph. Up to 2021.4 there is only the older interface
(IECore), which `Old` speaks; the Neural Compute Stick (MYRIAD) ended with 2022.3.
"""

import numpy as np

try:
    import openvino

    core_module = openvino if hasattr(openvino, "Core") else None
    if core_module is None:
        import openvino.runtime as core_module  # 2022.1 to 2022.3
except ImportError:
    core_module = None
if core_module is None:
    import openvino.inference_engine as old_module

NAME = "openvino"
OF_TYPES = {"f32": "fp32", "fp32": "fp32", "f16": "fp16", "fp16": "fp16", "bf16": "bf16"}
OF_TYPES.update({"u8": "w8a8", "i8": "w8a8"})
# the layers that hold nearly all of the arithmetic
PRODUCTS = ("Convolution", "GroupConvolution", "FullyConnected", "MatMul", "Gemm")
ONLY = {"MYRIAD": "fp16"}  # devices with one arithmetic, which they do not tell


def precision_of(layers, asked):
    """What the products ran in, of (layer type, element type): one word, or several by `+`."""
    seen = [OF_TYPES.get(kind.lower(), kind) for layer, kind in layers if layer in PRODUCTS]
    # a quantised network may keep single layers in float
    if asked == "w8a8" and set(seen) <= {"w8a8", "fp32"} and 2 * seen.count("w8a8") > len(seen):
        return asked
    return "+".join(sorted(set(seen)))


def place_of(device, executed_on):
    """What to say of where it ran: nothing where that is the device asked for."""
    others = [name for name in executed_on if name.split(".")[0] != device.split(".")[0]]
    return "" if executed_on and not others else "@" + ("+".join(executed_on) or "unknown")


class Shared:
    """What both interfaces have in common; the rest is theirs."""

    def __init__(self, config, input_path):
        self.config = config
        self.device = config["device"]
        kind = np.dtype(config["input_type"]).newbyteorder("<")
        self.input = np.fromfile(input_path, dtype=kind).reshape(config["input_shape"])

    def infer(self):
        self.start(0)
        return self.finish(0)

    def executed(self):
        """Of the layers; a plugin that does not tell them confirms the hint, or tells nothing."""
        asked = self.config["precision"]
        precision = ONLY.get(self.device.split(".")[0]) or precision_of(self.layers(), asked)
        return (precision or self.hinted() or "unknown") + place_of(self.device, self.executed_on())

    def raw(self, output):
        kind = "<f4" if output.dtype.kind == "f" else "<i4"
        return np.ascontiguousarray(output).astype(kind).tobytes()


class New(Shared):
    """Core and CompiledModel: 2022.1 and later."""

    def __init__(self, config, threads, input_path, model_path):
        Shared.__init__(self, config, input_path)
        self.version = core_module.get_version()
        core = core_module.Core()
        self.compiled = core.compile_model(
            core.read_model(model_path), self.device, self.properties(core, threads)
        )
        self.requests = []
        for _ in range(config["inflight"]):
            request = self.compiled.create_infer_request()
            request.set_input_tensor(core_module.Tensor(self.input))
            self.requests.append(request)

    def properties(self, core, threads):
        """Those of ours that the device has; written as text, which all versions take."""
        slots = self.config["inflight"]
        wanted = {"PERFORMANCE_HINT": "THROUGHPUT" if slots > 1 else "LATENCY"}
        if self.config["hint"]:
            wanted["INFERENCE_PRECISION_HINT"] = self.config["hint"]
        if self.device == "CPU":
            wanted["INFERENCE_NUM_THREADS"] = str(threads)
            wanted["NUM_STREAMS"] = str(min(slots, threads))
        known = set(core.get_property(self.device, "SUPPORTED_PROPERTIES"))
        return {name: value for name, value in wanted.items() if name in known}

    def start(self, slot):
        self.requests[slot].start_async()

    def finish(self, slot):
        self.requests[slot].wait()
        return self.requests[slot].get_output_tensor(0).data.copy()

    def layers(self):
        found = []
        try:
            for node in self.compiled.get_runtime_model().get_ordered_ops():
                info = node.get_rt_info()
                if "layerType" in info and "runtimePrecision" in info:
                    found.append((text(info["layerType"]), text(info["runtimePrecision"])))
        except RuntimeError:  # a plugin without this
            return []
        return found

    def hinted(self):
        try:
            hint = self.compiled.get_property("INFERENCE_PRECISION_HINT")
        except RuntimeError:
            return ""
        kind = hint.get_type_name() if hasattr(hint, "get_type_name") else str(hint)
        return OF_TYPES.get(kind, kind)

    def executed_on(self):
        try:
            return list(self.compiled.get_property("EXECUTION_DEVICES"))
        except RuntimeError:  # before 2023: the device that was asked for, or an error
            return [self.device]


def text(value):
    """A value of a node's information, which newer versions wrap."""
    return str(value.astype(str)) if hasattr(value, "astype") else str(value)


class Old(Shared):
    """IECore and ExecutableNetwork: 2021.x."""

    def __init__(self, config, threads, input_path, model_path):
        Shared.__init__(self, config, input_path)
        self.version = old_module.__version__
        core = old_module.IECore()
        network = core.read_network(model_path)
        slots = config["inflight"]
        properties = {}
        if self.device == "CPU":
            properties = {
                "CPU_THREADS_NUM": str(threads),
                "CPU_THROUGHPUT_STREAMS": str(min(slots, threads)),
            }
            if config["hint"] and config["hint"] != "bf16":
                properties["ENFORCE_BF16"] = "NO"
        self.network = core.load_network(
            network, self.device, config=properties, num_requests=slots
        )
        self.requests = self.network.requests
        self.into = next(iter(network.input_info))
        self.out_of = next(iter(network.outputs))

    def start(self, slot):
        self.requests[slot].async_infer({self.into: self.input})

    def finish(self, slot):
        if self.requests[slot].wait(-1) != 0:
            raise RuntimeError("an inference failed")
        return self.requests[slot].output_blobs[self.out_of].buffer.copy()

    def layers(self):
        try:
            import ngraph
        except ImportError:
            return []
        ran = ngraph.function_from_cnn(self.network.get_exec_graph_info())
        infos = [node.get_rt_info() for node in ran.get_ordered_ops()]
        return [(text(one["layerType"]), text(one["runtimePrecision"])) for one in infos]

    def hinted(self):
        return ""

    def executed_on(self):
        return [self.device]  # or loading it was an error


def open_network(config, threads, input_path, model_paths):
    kind = Old if core_module is None else New
    return kind(config, threads, input_path, model_paths[0])
