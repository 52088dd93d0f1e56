"""Runs on a board, loaded by timing.py: an ONNX model in onnxruntime, on the provider asked for.

Pool threads do not spin between two operators unless CONFIG says so: spinning hides waiting as CPU
time and takes cores from whatever else is measured. With one thread there is no pool at all.
"""

import os

import numpy as np
import onnxruntime

NAME = "onnxruntime"
CPU = "CPUExecutionProvider"


def session_options(config, threads):
    """As users run it: all graph optimisations, sequential, given threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    if hasattr(options, "add_session_config_entry"):  # since 1.5
        spinning = "1" if config["spinning"] else "0"
        options.add_session_config_entry("session.intra_op.allow_spinning", spinning)
    return options


class Network:
    """One session; `where` is the provider that has the whole graph, else all that share it."""

    version = onnxruntime.__version__

    def __init__(self, config, threads, input_path, model_path):
        self.config = config
        self.session, self.where = self.open(threads, model_path)
        entry = self.session.get_inputs()[0]
        kind = np.dtype(config["input_type"]).newbyteorder("<")
        given = np.fromfile(input_path, dtype=kind).reshape(config["input_shape"])
        self.feed = {entry.name: given}
        self.wanted = [self.session.get_outputs()[0].name]

    def open(self, threads, model_path):
        """What a provider cannot do goes to the CPU without a word: forbid that first."""
        asked = self.config["provider"]
        providers = [(asked, self.config["provider_options"])]
        if asked == CPU:
            return self.session_of(threads, model_path, providers, {})
        try:
            alone = {"session.disable_cpu_ep_fallback": "1"}
            session, first = self.session_of(threads, model_path, providers, alone)
        except Exception:  # noqa: BLE001 - its kinds differ by version; the next try says more
            first = ""
        if first == asked:
            return session, first
        session, first = self.session_of(threads, model_path, providers, {})
        return session, first if first != asked else asked + "+" + CPU

    def session_of(self, threads, model_path, providers, entries):
        options = session_options(self.config, threads)
        for name, value in entries.items():
            options.add_session_config_entry(name, value)
        # older versions take names only, and have nothing to set for the CPU
        given = [one if one[1] else one[0] for one in providers]
        try:
            session = onnxruntime.InferenceSession(model_path, options, providers=given)
        except TypeError:  # before 1.4
            session = onnxruntime.InferenceSession(model_path, options)
        return session, session.get_providers()[0]

    def infer(self):
        return self.session.run(self.wanted, self.feed)[0]

    def executed(self):
        """The model's precision, with the provider added where it is not the one asked for."""
        precision = self.config["precision"]
        return precision if self.where == self.config["provider"] else precision + "@" + self.where

    def raw(self, output):
        kind = "<f4" if output.dtype.kind == "f" else "<i4"
        return np.ascontiguousarray(output).astype(kind).tobytes()


def open_network(config, threads, input_path, model_paths):
    # TensorFloat has 10 bits of mantissa: no fp32. Read when the first CUDA context is made, by
    # all versions; the provider's own switch is younger.
    os.environ["NVIDIA_TF32_OVERRIDE"] = "0"
    return Network(config, threads, input_path, model_paths[0])
