"""Runs on a board: a Google Benchmark program as one repetition; judges nothing, checks no output.

    python3 gbench_worker.py SCHEME COMMAND [ARGUMENT ...]

Starts the command once, with its own options for JSON and for how long and how often; one of its
repetitions is one sample, by the program's own clocks. Those say how long, not when, so samples
are laid one behind the other, the last one ending with the process; the board's runner still finds
out when more time is claimed than the process lived. Standard library, Python 3.6 syntax. A failure
is a message on stderr and 1.
"""

import json
import math
import os
import subprocess
import sys
import time

REPORT_FD = 3
NS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


def monotonic_ns():
    """CLOCK_MONOTONIC in ns: the clock the board's runner uses."""
    if hasattr(time, "clock_gettime_ns"):
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    return int(time.clock_gettime(time.CLOCK_MONOTONIC) * 1e9)  # Python 3.6


def setting(name):
    """A whole number of the environment; its absence is a mistake of whoever starts us."""
    return int(os.environ["HARNESS_" + name])


def options():
    """What Google Benchmark is told; a window is one long repetition."""
    window_ns = setting("WINDOW_NS")
    least_ns = window_ns or setting("SAMPLE_MIN_NS")
    return [
        "--benchmark_format=json",
        # versions before 1.8 know no unit here, later ones still take a bare number
        "--benchmark_min_time={:.6f}".format(least_ns / 1e9),
        "--benchmark_repetitions={}".format(1 if window_ns else setting("SAMPLES")),
    ]


def number(entry, key):
    """A finite number above zero (CPU time: or zero); ValueError says which is none."""
    value = entry.get(key)
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not good or not math.isfinite(value) or value < 0 or (value == 0 and key != "cpu_time"):
        raise ValueError("{} is {!r}, no time or count".format(key, value))
    return value


def entry_times(entry):
    """(iterations, wall ns, CPU ns) of all iterations of one repetition together."""
    if entry.get("error_occurred"):
        raise ValueError("the benchmark failed: {}".format(entry.get("error_message", "no words")))
    iterations = number(entry, "iterations")
    if iterations != int(iterations):
        raise ValueError("iterations is {!r}".format(iterations))
    unit = entry.get("time_unit", "ns")
    if unit not in NS:
        raise ValueError("the time unit {!r} is not known".format(unit))
    scale = NS[unit] * iterations
    return (
        int(iterations),
        int(number(entry, "real_time") * scale),
        int(number(entry, "cpu_time") * scale),
    )


def parse(text):
    """(version, [(iterations, wall ns, CPU ns)]) of its JSON; ValueError in words."""
    document = json.loads(text)
    entries = document.get("benchmarks") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise ValueError("no list of benchmarks in its JSON")
    single = [e for e in entries if e.get("run_type", "iteration") == "iteration"]
    names = sorted({str(e.get("run_name", e.get("name"))) for e in single})
    if len(names) != 1:
        words = "{} benchmarks ran ({}): choose one with --benchmark_filter"
        raise ValueError(words.format(len(names), ", ".join(names[:4])[:120]))
    times = [entry_times(e) for e in single]
    if len({iterations for iterations, _, _ in times}) != 1:
        raise ValueError("its repetitions differ in their number of iterations")
    context = document.get("context")
    context = context if isinstance(context, dict) else {}
    version = str(context.get("library_version", "")).strip() or "unknown version"
    kind = str(context.get("library_build_type", ""))
    return "Google Benchmark {} {} ({})".format(version, kind, names[0]), times


def lay_out(times, ended_ns):
    """Samples as (begin, end, CPU), one behind the other, up to the end of the process."""
    begin = ended_ns - sum(wall for _, wall, _ in times)
    samples = []
    for _, wall, cpu in times:
        samples.append((begin, begin + wall, cpu))
        begin += wall
    return samples


def run(command):
    """What the command wrote on stdout; SystemExit in words when it cannot or will not."""
    if os.path.isfile(command[0]) and not os.access(command[0], os.X_OK):
        os.chmod(command[0], 0o700)  # a file that was pushed
    try:
        done = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=None)
    except OSError as error:
        sys.exit("cannot start {}: {}".format(command[0], error.strerror))
    out, _ = done.communicate()
    if done.returncode != 0:
        sys.exit("the benchmark ended with status {}".format(done.returncode))
    return out.decode("utf-8", "replace")


def words_of(text):
    """Text as the report takes it: printable ASCII, not too long."""
    return "".join(c if " " <= c <= "~" else "?" for c in text)[:200]


def main(scheme, *command):
    out = run(list(command) + options())
    ended_ns = monotonic_ns()
    try:
        version, times = parse(out)
    except (ValueError, RecursionError, OverflowError) as error:
        sys.exit("not what Google Benchmark writes: {}".format(error))
    iterations = times[0][0]
    window = setting("WINDOW_NS") > 0
    lines = [
        "runtime " + words_of(version),
        "executed " + scheme,
        "iterations {} warmup 0".format(1 if window else iterations),
        "load_ns 0 first_ns 0 weights_bytes 0",
    ]
    if window:
        lines.append("inferences {}".format(iterations))
    lines += ["sample {} {} {}".format(*sample) for sample in lay_out(times, ended_ns)]
    lines += ["output before 0", "output after 0", "done"]
    with os.fdopen(REPORT_FD, "wb") as pipe:
        pipe.write("".join(line + "\n" for line in lines).encode("ascii"))


if __name__ == "__main__":
    main(*sys.argv[1:])
