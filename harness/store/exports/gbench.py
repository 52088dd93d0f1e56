"""Export as Google Benchmark JSON: one entry per repetition, so that its U test sees processes."""

from __future__ import annotations

import json
import statistics
from typing import Any

from harness.errors import StoreError
from harness.records.measurement import Measurement, SampleSet, is_unchecked
from harness.store.reader import StoredRun, read_samples


def render(run: StoredRun) -> str:
    """Return the context and the entries of all proven OK items that have raw samples."""
    good = (m for m in run.measurements if m.status == "OK" and not is_unchecked(m))
    rows = {(m.board, m.item): m for m in good}
    entries = [
        _entry(rows[(s.board, s.item)], s)
        for s in read_samples(run)
        if (s.board, s.item) in rows and s.wall_ns
    ]
    first = next(iter(run.environments.values()), None)
    context = {
        "date": run.facts.started,
        "host_name": first.board if first else "",
        "num_cpus": first.cores if first else 0,
        "mhz_per_cpu": 0,
        "cpu_scaling_enabled": bool(first and first.governor not in {None, "performance"}),
        "json_schema_version": 1,
    }
    document = {"context": context, "benchmarks": entries}
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _entry(m: Measurement, samples: SampleSet) -> dict[str, Any]:
    if samples.iterations < 1:
        raise StoreError(f"repetition {samples.repetition} of {m.item} claims no iteration")
    name = f"{m.board}/{m.workload}/{m.scheme}/{m.shape}/{m.runtime}/{m.threads}@{m.cores.cluster}"
    cpu = statistics.median(samples.cpu_ns) if samples.cpu_ns else 0.0
    return {
        "name": name,
        "run_name": name,
        "run_type": "iteration",
        "repetition_index": samples.repetition,
        "iterations": samples.iterations * len(samples.wall_ns),
        "real_time": statistics.median(samples.wall_ns) / samples.iterations,
        "cpu_time": cpu / samples.iterations,
        "time_unit": "ns",
    }
