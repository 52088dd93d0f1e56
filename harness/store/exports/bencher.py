"""Export as Bencher metric format: {benchmark: {measure: {value, lower_value, upper_value}}}."""

from __future__ import annotations

import json

from harness.records.measurement import Measurement, is_unchecked
from harness.store.reader import StoredRun


def render(run: StoredRun) -> str:
    """Return latencies in ns of all OK items; nothing else belongs into a history of numbers."""
    good = [m for m in run.measurements if m.status == "OK" and not is_unchecked(m)]
    data = {_name(m): _measures(m) for m in good if m.latency_ns}
    return json.dumps(data, indent=1, allow_nan=False) + "\n"


def _name(m: Measurement) -> str:
    where = f"{m.runtime}/{m.device}/{m.threads}@{m.cores.cluster}"
    return f"{m.board}/{m.workload}/{m.scheme}/{m.shape}/{where}/{m.mode}/b{m.batch}/{m.scenario}"


def _measures(m: Measurement) -> dict[str, dict[str, float]]:
    latency = m.latency_ns
    if latency is None:
        return {}
    value = {"value": latency.p25}
    if latency.ci95:
        value |= {"lower_value": latency.ci95.low, "upper_value": latency.ci95.high}
    return {"latency": value}
