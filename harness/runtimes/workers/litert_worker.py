"""Runs on a board, loaded by timing.py: a .tflite network in LiteRT, with its XNNPACK delegate."""

import numpy as np

try:
    import ai_edge_litert as litert
    from ai_edge_litert.interpreter import Interpreter
except ImportError:  # its name before 2024
    import tflite_runtime as litert
    from tflite_runtime.interpreter import Interpreter

NAME = "litert"
PRODUCTS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
OF_TYPES = {"float32": "fp32", "float16": "fp16", "int8": "w8a8", "uint8": "w8a8"}


class Network:
    """One interpreter, which holds the input; an output is copied out as users do."""

    version = getattr(litert, "__version__", "unknown")

    def __init__(self, config, threads, input_path, model_path):
        self.config = config
        self.interpreter = Interpreter(model_path=model_path, num_threads=threads)
        self.interpreter.allocate_tensors()
        entry = self.interpreter.get_input_details()[0]
        kind = np.dtype(config["input_type"]).newbyteorder("<")
        given = np.fromfile(input_path, dtype=kind).reshape(config["input_shape"])
        # maps have their channels last there; turned once, before anything is timed
        turned = given.transpose(0, 2, 3, 1) if given.ndim == 4 else given
        self.interpreter.set_tensor(entry["index"], np.ascontiguousarray(turned))
        self.output = self.interpreter.get_output_details()[0]["index"]

    def infer(self):
        self.interpreter.invoke()
        return self.interpreter.get_tensor(self.output)

    def executed(self):
        """fp32 where the tensors of all products are; `@builtin` if the delegate left some out."""
        operators = self.interpreter._get_ops_details()  # noqa: SLF001 - the only way to tell
        products = [one for one in operators if one["op_name"] in PRODUCTS]
        kinds = {np.dtype(one["operand_types"][1]).name for one in products}
        delegated = set()
        for one in operators:
            if one["op_name"] == "DELEGATE":
                delegated |= inside(one, operators)
        precision = "+".join(sorted(OF_TYPES.get(kind, kind) for kind in kinds)) or "unknown"
        left = [one for one in products if one["index"] not in delegated]
        return precision + ("@builtin" if left else "")

    def raw(self, output):
        kind = "<f4" if output.dtype.kind == "f" else "<i4"
        turned = output.transpose(0, 3, 1, 2) if output.ndim == 4 else output
        return np.ascontiguousarray(turned).astype(kind).tobytes()


def inside(delegate, operators):
    """Indices of the operators a delegate replaced: what lies between its inputs and outputs."""
    makers = {}
    for one in operators:
        if one["op_name"] != "DELEGATE":
            makers.update((tensor, one) for tensor in one["outputs"])
    ends = set(delegate["inputs"])
    found = set()
    waiting = list(delegate["outputs"])
    while waiting:
        maker = makers.get(waiting.pop())
        if maker is not None and maker["index"] not in found:
            found.add(maker["index"])
            waiting.extend(tensor for tensor in maker["inputs"] if tensor not in ends)
    return found


def open_network(config, threads, input_path, model_paths):
    return Network(config, threads, input_path, model_paths[0])
