"""Runs on a board: times an ONNX model in TensorRT by its own `trtexec`, and says what came of it.

    python3 trtexec_worker.py CONFIG TRTEXEC MODEL INPUT

The engine is built once for a model, its settings and this TensorRT, and kept beside the model;
what the build said of layers and precisions is kept with it, and read again each time: that is what
`executed` tells. trtexec times its inferences itself (input, compute, output) and says how long,
not when, so samples are laid one behind the other up to the end of the process. Its output is of
the last inference. Standard library, Python 3.6 syntax. A failure is a message on stderr and 1.
"""

import array
import hashlib
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

REPORT_FD = 3
FLAGS = {"fp32": [], "fp16": ["--fp16"], "w8a8": ["--int8"]}
KEPT_LOG = 4 << 20

# by the words of trtexec's log and layer information
VERSION = re.compile(r"TensorRT version: ([0-9][0-9.]*)|\[TensorRT v([0-9]+)\]")
BINDING = re.compile(r"(?:Created input binding for|Using random values for input) (\S+)")
LOADED = re.compile(r"Engine (?:deserialized|loaded) in ([0-9.eE+-]+) sec")
ON_DLA = re.compile(r"\[DlaLayer\] (.+)")
ON_GPU = re.compile(r"\[GpuLayer\] (?:([A-Z_0-9]+): )?(.+)")
FELL_BACK = re.compile(r"falling back to GPU|Switching (?:this layer's )?device type to GPU")
# moving data between the two is no computing on the wrong one
MOVES = re.compile(r"reformat|copy|to nvm|from nvm", re.IGNORECASE)
TYPES = (("w8a8", re.compile(r"int8", re.I)), ("fp16", re.compile(r"fp16|half", re.I)))


def monotonic_ns():
    """CLOCK_MONOTONIC in ns: the clock the board's runner uses."""
    if hasattr(time, "clock_gettime_ns"):
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    return int(time.clock_gettime(time.CLOCK_MONOTONIC) * 1e9)  # Python 3.6


def setting(name):
    """A whole number of the environment; its absence is a mistake of whoever starts us."""
    return int(os.environ["HARNESS_" + name])


def version_of(log):
    """The version that trtexec names, such as 8.5.2 or v8502; ValueError when it names none."""
    found = VERSION.search(log)
    if found is None:
        raise ValueError("its log names no TensorRT version")
    return found.group(1) or "v" + found.group(2)


def input_of(log):
    """The name of the one input; ValueError for none, several, or one that no option can name."""
    names = sorted(set(BINDING.findall(log)))
    if len(names) != 1:
        raise ValueError("its log names {} inputs, not one".format(len(names)))
    if re.search(r"[:,'\"]", names[0]):
        raise ValueError("the input {!r} cannot be named in an option".format(names[0]))
    return names[0]


def layers_of(text):
    """The layers of --exportLayerInfo as dicts; ValueError when only their names are there."""
    document = json.loads(text)
    layers = document.get("Layers") if isinstance(document, dict) else None
    if not isinstance(layers, list) or not layers:
        raise ValueError("its layer information holds no layers")
    if not all(isinstance(layer, dict) for layer in layers):
        raise ValueError("its layer information holds names only: TensorRT 8.2 or later is needed")
    return layers


def types_of(layer):
    """What a layer puts out, and by which kernel: words that name precisions."""
    outputs = layer.get("Outputs")
    found = [o for o in outputs if isinstance(o, dict)] if isinstance(outputs, list) else []
    words = [str(one.get("Format/Datatype", "")) for one in found]
    return " ".join([str(layer.get("TacticName", "")), *words])


def precision_of(layers):
    """The lowest precision that any computing layer works in; tf32 where a kernel names it."""
    words = [types_of(one) for one in layers if not MOVES.search(str(one.get("Name", "")))]
    for name, pattern in TYPES:
        if any(pattern.search(text) for text in words):
            return name
    return "tf32" if any("tf32" in text.lower() for text in words) else "fp32"


def fallen_back(log):
    """How many layers compute on the GPU although the DLA was asked for; all: -1."""
    if not ON_DLA.search(log):
        return -1
    if "layers running on gpu" not in log.lower():
        return len(FELL_BACK.findall(log))
    return len([name for _, name in ON_GPU.findall(log) if not MOVES.search(name)])


def executed(device, layers, log):
    """What was executed in truth: a precision, and `@gpu` where a DLA did not do it all."""
    word = precision_of(layers)
    if device != "dla":
        return word
    count = fallen_back(log)
    if count < 0:
        return word + "@gpu"
    return "{}@dla+gpu:{}".format(word, count) if count else word


def number(row, key):
    """A finite number that is not negative; ValueError says which is none."""
    value = row.get(key) if isinstance(row, dict) else None
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not good or not math.isfinite(value) or value < 0:
        raise ValueError("{} is {!r}, no time".format(key, value))
    return value


def times_of(text, warmup_ms):
    """ns of each inference of --exportTimes, without those of the warm-up; ValueError in words."""
    rows = json.loads(text)
    if not isinstance(rows, list):
        raise ValueError("its times are no list")  # noqa: TRY004 - of the text, not of a type
    # older versions export the warm-up too; all times count from its beginning
    kept = [row for row in rows if number(row, "startComputeMs") >= warmup_ms]
    times = [int(number(row, "latencyMs") * 1e6) for row in kept]
    if not times or min(times) <= 0:
        raise ValueError("its times hold {} inferences, or one of no time".format(len(times)))
    return times


def output_of(text):
    """The first output of --exportOutput as little-endian float32; ValueError in words."""
    rows = json.loads(text)
    first = rows[0] if isinstance(rows, list) and rows else None
    values = first.get("values") if isinstance(first, dict) else None
    if not isinstance(values, list) or not values:
        raise ValueError("its output holds no values")
    try:
        floats = array.array("f", values)
    except (TypeError, OverflowError):
        raise ValueError("its output holds what is no number") from None
    if sys.byteorder == "big":
        floats.byteswap()
    return floats.tobytes()


def grouped(times, count, least_ns):
    """(iterations, ns of at most `count` samples): neighbours together, each long enough."""
    iterations = max(1, -(-least_ns // min(times)))
    iterations = min(iterations, len(times))
    whole = min(count, len(times) // iterations)
    return iterations, [sum(times[i * iterations : (i + 1) * iterations]) for i in range(whole)]


def lay_out(walls, ended_ns):
    """Samples as (begin, end, CPU), one behind the other; CPU time is not known: 0."""
    begin = ended_ns - sum(walls)
    samples = []
    for wall in walls:
        samples.append((begin, begin + wall, 0))
        begin += wall
    return samples


def call(argv):
    """What trtexec said; SystemExit with its last error when it failed."""
    try:
        done = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        sys.exit("cannot start {}: {}".format(argv[0], error.strerror))
    log = done.communicate()[0].decode("utf-8", "replace")
    if done.returncode != 0:
        errors = [line for line in log.splitlines() if "[E]" in line] or log.splitlines() or [""]
        sys.exit("trtexec ended with status {}: {}".format(done.returncode, errors[-1][-200:]))
    return log


def settings(config):
    """Options that make an engine what it is."""
    if config["device"] == "dla" and config["precision"] == "fp32":
        sys.exit("a DLA has no fp32: ask for fp16 or w8a8")
    flags = ["--noTF32"] + FLAGS[config["precision"]]
    if config["device"] == "dla":
        # without it even the change of form at both ends is refused; who computed is read back
        flags += ["--useDLACore={}".format(config["dla_core"]), "--allowGPUFallback"]
    return flags


def engine_of(config, trtexec, model_path):
    """(path of the engine, log of its build, layer information); builds it when it is not there."""
    about = os.stat(trtexec)
    flags = settings(config)
    known = [os.path.basename(model_path), about.st_size, about.st_mtime_ns, flags]
    key = hashlib.sha256(json.dumps(known).encode("utf-8")).hexdigest()
    # a name that the runner's own `clean` removes
    stem = os.path.join(os.path.dirname(os.path.abspath(model_path)), key)
    paths = [stem + end for end in (".engine", ".log", ".layers")]
    if not all(os.path.isfile(path) for path in paths):
        build(trtexec, model_path, flags, paths)
    texts = []
    for path in paths[1:]:
        with open(path, "rb") as file:
            texts.append(file.read().decode("utf-8", "replace"))
    return paths[0], texts[0], texts[1]


def build(trtexec, model_path, flags, paths):
    """Build an engine; each file is whole under its name, or not there."""
    engine, log_path, layers = (path + ".tmp" for path in paths)
    argv = [trtexec, "--onnx=" + model_path, "--saveEngine=" + engine]
    argv += ["--profilingVerbosity=detailed", "--exportLayerInfo=" + layers]
    argv += ["--iterations=1", "--duration=0", "--warmUp=0", *flags]
    log = call(argv)
    with open(log_path, "wb") as file:
        file.write(log.encode("utf-8")[-KEPT_LOG:])
    # the engine last: it says that all is there
    for path in reversed(paths):
        if not os.path.isfile(path + ".tmp"):
            sys.exit("trtexec left no " + os.path.basename(path)[64:])
        os.replace(path + ".tmp", path)


def infer(config, trtexec, engine, name, input_path, folder):
    """Load the engine, time it; returns (log, text of times, text of outputs, end in ns)."""
    times, outputs = (os.path.join(folder, one) for one in ("times.json", "outputs.json"))
    window_ns = setting("WINDOW_NS")
    wanted_ns = window_ns or setting("SAMPLES") * setting("SAMPLE_MIN_NS")
    argv = [trtexec, "--loadEngine=" + engine, "--loadInputs={}:{}".format(name, input_path)]
    argv += ["--exportTimes=" + times, "--exportOutput=" + outputs]
    argv += ["--iterations={}".format(1 if window_ns else setting("SAMPLES"))]
    # whole seconds: versions before 8.6 read nothing else
    argv += ["--duration={}".format(-(-wanted_ns // 10**9)), "--warmUp={}".format(warmup_ms())]
    argv += ["--exposeDMA"]  # one inference after the other: a latency is then one's own
    if config["device"] == "dla":
        argv += ["--useDLACore={}".format(config["dla_core"])]
    log = call(argv)
    ended_ns = monotonic_ns()
    texts = []
    for path in (times, outputs):
        with open(path, "rb") as file:
            texts.append(file.read().decode("utf-8", "replace"))
    return log, texts[0], texts[1], ended_ns


def warmup_ms():
    """How long trtexec warms up, in its own unit."""
    return -(-setting("WARMUP_NS") // 10**6)


def main(config_path, trtexec, model_path, input_path):
    with open(config_path) as file:
        config = json.load(file)
    engine, build_log, layers = engine_of(config, trtexec, model_path)
    folder = tempfile.mkdtemp(prefix="harness-trt-")
    try:
        name = input_of(build_log)
        log, times, outputs, ended_ns = infer(config, trtexec, engine, name, input_path, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    each = times_of(times, warmup_ms())
    window = setting("WINDOW_NS") > 0
    iterations, walls = 1, [sum(each)]
    if not window:
        iterations, walls = grouped(each, setting("SAMPLES"), setting("SAMPLE_MIN_NS"))
    output = output_of(outputs)
    loaded = LOADED.search(log)
    lines = [
        "runtime TensorRT " + version_of(build_log),
        "executed " + executed(config["device"], layers_of(layers), build_log),
        "iterations {} warmup 0".format(iterations),
        "load_ns {} first_ns 0 weights_bytes {}".format(
            int(float(loaded.group(1)) * 1e9) if loaded else 0, os.path.getsize(engine)
        ),
    ]
    if window:
        lines.append("inferences {}".format(len(each)))
    lines += ["sample {} {} {}".format(*sample) for sample in lay_out(walls, ended_ns)]
    with os.fdopen(REPORT_FD, "wb") as pipe:
        pipe.write("".join(line + "\n" for line in lines).encode("ascii"))
        for when in ("before", "after"):
            pipe.write("output {} {}\n".format(when, len(output)).encode("ascii"))
            pipe.write(output)
        pipe.write(b"done\n")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (ValueError, OSError, RecursionError) as error:
        sys.exit("not what trtexec writes: {}".format(error))
