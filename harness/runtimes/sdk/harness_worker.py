"""Makes your Python program a runtime of `harness`: times `infer`, reports on descriptor 3.

    import harness_worker
    harness_worker.work(infer, version="mine 1.0", executed="w8a8")

`infer()` does one inference and returns its result: bytes, or whatever has a buffer (a numpy
array) of int32 or float32, little-endian, row-major; or `output` makes that of it, untimed. Call
`work` when everything is loaded. Nothing is read or written while samples are taken. Declare it in
boards.yaml or harness.yaml so, and the harness brings both files to the board under its own names:

    mine: {protocol: worker, command: [python3, ./harness_worker.py, ./mine.py, "{a}", "{b}"], ...}

Copy this file; it needs the standard library only, and runs on Python 3.6.
"""

import gc
import os
import runpy
import sys
import time

REPORT_FD = 3


def monotonic_ns():
    """CLOCK_MONOTONIC in ns: the clock of the board's runner and of its power sensors."""
    if hasattr(time, "clock_gettime_ns"):
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    return int(time.clock_gettime(time.CLOCK_MONOTONIC) * 1e9)  # Python 3.6


def cpu_ns():
    """CPU time of all threads of this process in ns."""
    if hasattr(time, "process_time_ns"):
        return time.process_time_ns()
    return int(time.process_time() * 1e9)


def setting(name):
    """SAMPLES, SAMPLE_MIN_NS, WARMUP_NS, WINDOW_NS, THREADS or SEED as the harness gave it."""
    return int(os.environ.get("HARNESS_" + name, "0"))


def take(infer, iterations):
    """One sample: (begin ns, end ns, CPU ns), and the last result."""
    cpu = cpu_ns()
    begin = monotonic_ns()
    for _ in range(iterations):
        result = infer()
    end = monotonic_ns()
    return (begin, end, cpu_ns() - cpu), result


def warm_up(infer):
    """Run for the asked time; returns (count, ns of the first, iterations of a sample)."""
    until = monotonic_ns() + setting("WARMUP_NS")
    times = []
    while len(times) < 3 or monotonic_ns() < until:
        (begin, end, _), _ = take(infer, 1)
        times.append(end - begin)
    least = setting("SAMPLE_MIN_NS")
    iterations = max(1, least // max(1, min(times)))
    count = len(times)
    while setting("WINDOW_NS") == 0:
        (begin, end, _), _ = take(infer, iterations)
        count += iterations
        if end - begin >= least:
            break
        # a tenth over the aim: a sample is rather too long than too short
        iterations = iterations * least * 11 // (10 * max(1, end - begin)) + 1
    return count, times[0], iterations


def measure(infer, output):
    """Samples or one window, iterations, inferences, both outputs, warm-up (count, first ns)."""
    count, first_ns, iterations = warm_up(infer)
    before = output(infer())
    window = setting("WINDOW_NS")
    if window == 0:
        samples = []
        for _ in range(setting("SAMPLES")):
            sample, result = take(infer, iterations)
            samples.append(sample)
        return samples, iterations, 0, (before, output(result)), (count, first_ns)
    (begin, end, cpu), result = take(infer, 1)
    inferences = 1
    while end - begin < window:
        (_, end, more), result = take(infer, 1)
        cpu += more
        inferences += 1
    return [(begin, end, cpu)], 1, inferences, (before, output(result)), (count, first_ns)


def raw(result):
    """The bytes of a result."""
    return bytes(memoryview(result).cast("B"))


def work(infer, version, executed, output=raw, weights_bytes=0, load_ns=0):
    """Measure `infer` and report; `executed` is its precision, a word such as w8a8 or fp32."""
    gc.disable()
    samples, iterations, inferences, outputs, (warmup, first_ns) = measure(infer, output)
    gc.enable()
    lines = [
        "runtime " + version,
        "executed " + executed,
        "iterations {} warmup {}".format(iterations, warmup),
        "load_ns {} first_ns {} weights_bytes {}".format(load_ns, first_ns, weights_bytes),
    ]
    if inferences:
        lines.append("inferences {}".format(inferences))
    lines += ["sample {} {} {}".format(*sample) for sample in samples]
    try:
        pipe = os.fdopen(REPORT_FD, "wb")
    except OSError:
        sys.stderr.write("started by hand: there is no descriptor 3 to report on\n")
        return
    with pipe:
        pipe.write("".join(line + "\n" for line in lines).encode("ascii"))
        for name, data in zip(("before", "after"), outputs):
            pipe.write("output {} {}\n".format(name, len(data)).encode("ascii"))
            pipe.write(data)
        pipe.write(b"done\n")


if __name__ == "__main__":
    # pushed files have names of the harness's own, so the program finds this module under its name
    sys.modules["harness_worker"] = sys.modules["__main__"]
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
