"""Runs on a board: times an ONNX model in onnxruntime and reports on descriptor 3; judges nothing.

    python3 onnxruntime_worker.py CONFIG MODEL INPUT

Standard library, onnxruntime and the numpy that comes with it; Python 3.6 syntax. How many samples,
how long and on how many threads comes from the environment (HARNESS_*); what to load from CONFIG
(JSON). Nothing is written before the timed part is over. A failure is a message on stderr and 1.

Pool threads do not spin between two operators unless CONFIG says so: spinning hides waiting as CPU
time and takes cores from whatever else is measured. With one thread there is no pool at all.
"""

import gc
import json
import os
import sys
import time

import numpy as np
import onnxruntime

REPORT_FD = 3


def monotonic_ns():
    """CLOCK_MONOTONIC in ns: the clock the board's runner and its sensors use."""
    if hasattr(time, "clock_gettime_ns"):
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    return int(time.clock_gettime(time.CLOCK_MONOTONIC) * 1e9)  # Python 3.6


def process_cpu_ns():
    """CPU time of all threads of this process in ns."""
    if hasattr(time, "process_time_ns"):
        return time.process_time_ns()
    return int(time.process_time() * 1e9)


def setting(name):
    """A whole number of the environment; its absence is a mistake of whoever starts us."""
    return int(os.environ["HARNESS_" + name])


def open_session(config, model_path):
    """The session as users run it: all graph optimisations, sequential, given threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = setting("THREADS")
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    spinning = "1" if config["spinning"] else "0"
    options.add_session_config_entry("session.intra_op.allow_spinning", spinning)
    return onnxruntime.InferenceSession(model_path, options, providers=[config["provider"]])


def read_input(config, path):
    """The input as the model wants it."""
    kind = np.dtype(config["input_type"]).newbyteorder("<")
    return np.fromfile(path, dtype=kind).reshape(config["input_shape"])


def executed(config, session):
    """The model's precision, with the provider added where it is not the one asked for."""
    first = session.get_providers()[0]
    return config["precision"] if first == config["provider"] else config["precision"] + "@" + first


def warm_up(infer, least_ns):
    """Run for `least_ns`, at least three times; returns (count, first ns, fastest ns)."""
    durations = []
    began = now = monotonic_ns()
    while len(durations) < 3 or now - began < least_ns:
        infer()
        before, now = now, monotonic_ns()
        durations.append(now - before)
    return len(durations), durations[0], min(durations[1:])


def take_samples(infer, count, iterations):
    """Time `count` samples of `iterations` inferences; returns (samples, first output, last)."""
    samples = []
    head = tail = None
    for _ in range(count):
        cpu = process_cpu_ns()
        begin = monotonic_ns()
        output = infer()
        if head is None:
            head = output
        for _ in range(iterations - 1):
            output = infer()
        end = monotonic_ns()
        samples.append((begin, end, process_cpu_ns() - cpu))
        tail = output
    return samples, head, tail


def take_window(infer, window_ns):
    """Run on for `window_ns`; returns (inferences, samples of one, first output, last)."""
    cpu = process_cpu_ns()
    begin = end = monotonic_ns()
    head = output = None
    count = 0
    while count < 1 or end - begin < window_ns:
        output = infer()
        end = monotonic_ns()
        if head is None:
            head = output
        count += 1
    return count, [(begin, end, process_cpu_ns() - cpu)], head, output


def raw(output):
    """An output as the runner compares it: float32 or int32, little-endian."""
    kind = "<f4" if output.dtype.kind == "f" else "<i4"
    return np.ascontiguousarray(output).astype(kind).tobytes()


def report(lines, before, after):
    """Write the whole account on the report's descriptor."""
    with os.fdopen(REPORT_FD, "wb") as pipe:
        pipe.write("".join(line + "\n" for line in lines).encode("ascii"))
        for name, data in (("before", raw(before)), ("after", raw(after))):
            pipe.write("output {} {}\n".format(name, len(data)).encode("ascii"))
            pipe.write(data)
        pipe.write(b"done\n")


def main(config_path, model_path, input_path):
    with open(config_path) as file:
        config = json.load(file)
    begin = monotonic_ns()
    session = open_session(config, model_path)
    load_ns = monotonic_ns() - begin
    feed = {session.get_inputs()[0].name: read_input(config, input_path)}
    wanted = [session.get_outputs()[0].name]

    def infer():
        return session.run(wanted, feed)[0]

    window_ns = setting("WINDOW_NS")
    gc.disable()
    warmup, first_ns, fastest_ns = warm_up(infer, setting("WARMUP_NS"))
    lines = []
    if window_ns > 0:
        iterations, samples, before, after = take_window(infer, window_ns)
        lines.append("inferences {}".format(iterations))
    else:
        # by the fastest one, so that a sample is rather too long than too short
        iterations = max(1, -(-setting("SAMPLE_MIN_NS") // max(1, fastest_ns)))
        samples, before, after = take_samples(infer, setting("SAMPLES"), iterations)
    gc.enable()
    head = [
        "runtime " + onnxruntime.__version__,
        "executed " + executed(config, session),
        "iterations {} warmup {}".format(iterations, warmup),
        "load_ns {} first_ns {} weights_bytes {}".format(
            load_ns, first_ns, os.path.getsize(model_path)
        ),
    ]
    lines = head + lines + ["sample {} {} {}".format(*sample) for sample in samples]
    report(lines, before, after)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:  # noqa: BLE001 - one line in the board's log says more than a trace
        sys.exit("onnxruntime worker: {}: {}".format(type(error).__name__, error))
