"""Runs on a board: opens one runtime through its worker, times it, reports on descriptor 3.

    python3 TIMING WORKER CONFIG INPUT MODEL...

Only the standard library, Python 3.6 syntax; it judges nothing. Every runtime is timed by this
loop. WORKER, the other file, says how one runtime opens a network and runs it, and nothing else:

    NAME                              for messages
    open_network(config, threads, input_path, model_paths)    what has these:
        version                       of the runtime
        infer()                       one inference; returns an output that no later one changes
        raw(output)                   its bytes as the runner compares them, little-endian
        executed()                    the precision that ran, read back; `@where` if elsewhere
        start(slot), finish(slot)     only for a runtime that can have several in flight

How many samples, how long and on how many threads comes from the environment (HARNESS_*), what to
load from CONFIG (JSON). Nothing is written before the timed part is over. A failure is one line on
stderr and status 1.
"""

import gc
import importlib.machinery
import importlib.util
import json
import os
import sys
import time

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


def load_worker(path):
    """The worker as a module; its file is named by a hash, and nothing is written beside it."""
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("worker", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("worker", loader))
    loader.exec_module(module)
    return module


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


class Stream:
    """Inferences in flight, one a slot: `next` waits for the oldest and starts it anew.

    So a sample lies between two completions with all slots busy: neither filling nor emptying the
    queue is in it, and what is counted was finished in it.
    """

    def __init__(self, network, slots):
        self.network = network
        self.slots = slots
        self.oldest = 0
        for slot in range(slots):
            network.start(slot)
        self.next()  # the clock starts with a completion

    def next(self):
        output = self.network.finish(self.oldest)
        self.network.start(self.oldest)
        self.oldest = (self.oldest + 1) % self.slots
        return output

    def drain(self):
        for _ in range(self.slots):
            self.network.finish(self.oldest)
            self.oldest = (self.oldest + 1) % self.slots


def report(lines, outputs):
    """Write the whole account on the report's descriptor."""
    with os.fdopen(REPORT_FD, "wb") as pipe:
        pipe.write("".join(line + "\n" for line in lines).encode("ascii"))
        for name, data in outputs:
            pipe.write("output {} {}\n".format(name, len(data)).encode("ascii"))
            pipe.write(data)
        pipe.write(b"done\n")


def measure(infer, fastest_ns, slots):
    """Samples or one window, as the runner wants; returns (iterations, lines, head, tail)."""
    window_ns = setting("WINDOW_NS")
    if window_ns > 0:
        iterations, samples, head, tail = take_window(infer, window_ns)
        lines = ["inferences {}".format(iterations)]
    else:
        # by the fastest one, so that a sample is rather too long than too short; whole turns of
        # the slots, each of which may finish in a part of the time that one alone takes
        turns = max(1, -(-setting("SAMPLE_MIN_NS") // max(1, fastest_ns)))
        iterations = turns * slots
        samples, head, tail = take_samples(infer, setting("SAMPLES"), iterations)
        lines = []
    lines += ["sample {} {} {}".format(*sample) for sample in samples]
    return iterations, lines, head, tail


def main(worker_path, config_path, input_path, *model_paths):
    with open(config_path) as file:
        config = json.load(file)
    worker = load_worker(worker_path)
    begin = monotonic_ns()
    network = worker.open_network(config, setting("THREADS"), input_path, model_paths)
    load_ns = monotonic_ns() - begin
    slots = config["inflight"]
    gc.disable()
    warmup, first_ns, fastest_ns = warm_up(network.infer, setting("WARMUP_NS"))
    if slots > 1:
        stream = Stream(network, slots)
        iterations, lines, before, after = measure(stream.next, fastest_ns, slots)
        stream.drain()
    else:
        iterations, lines, before, after = measure(network.infer, fastest_ns, 1)
    gc.enable()
    weights = sum(os.path.getsize(path) for path in model_paths)
    head = [
        "runtime " + network.version,
        "executed " + network.executed(),
        "iterations {} warmup {}".format(iterations, warmup),
        "load_ns {} first_ns {} weights_bytes {}".format(load_ns, first_ns, weights),
    ]
    report(head + lines, [("before", network.raw(before)), ("after", network.raw(after))])


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:  # noqa: BLE001 - one line in the board's log says more than a trace
        sys.exit("worker: {}: {}".format(type(error).__name__, error))
