"""Export as CSV, one row per item, flat columns; energy is the first source's (see its name).

A number that its verdict makes unbelievable is an empty cell; the JSON export keeps the raw record.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from harness.records.measurement import Energy, Measurement
from harness.records.rules import is_believed, spoken
from harness.store.reader import StoredRun
from harness.units import harmless

# A cell that begins like this would be run as a formula by a spreadsheet; some take the wide forms
# too. Tabs and newlines, the other way into one, are blanks by then.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")

Value = str | float | int | None


def _energy(get: Callable[[Energy], Value]) -> Callable[[Measurement], Value]:
    return lambda m: get(m.energy[0]) if m.energy else None


COLUMNS: dict[str, Callable[[Measurement], Value]] = {
    "run": lambda m: m.run,
    "item": lambda m: m.item,
    "board": lambda m: m.board,
    "emulated": lambda m: int(m.emulated),
    "vm": lambda m: int(m.vm),
    "mode": lambda m: m.mode,
    "runtime": lambda m: m.runtime,
    "device": lambda m: m.device,
    "kind": lambda m: m.kind,
    "workload": lambda m: m.workload,
    "scheme": lambda m: m.scheme,
    "precision_executed": lambda m: m.precision_executed,
    "shape": lambda m: m.shape,
    "variant": lambda m: m.variant,
    "threads": lambda m: m.threads,
    "cores": lambda m: m.cores.cluster,
    "batch": lambda m: m.batch,
    "scenario": lambda m: m.scenario,
    "profile": lambda m: m.profile,
    "weights": lambda m: m.weights,
    "status": lambda m: m.status.value,
    "check": lambda m: m.check.kind if m.check else None,
    "reasons": lambda m: "; ".join(spoken(r) for r in m.reasons),
    "p25_ns": lambda m: m.latency_ns.p25 if m.latency_ns else None,
    "ci95_low_ns": lambda m: m.latency_ns.ci95.low if m.latency_ns and m.latency_ns.ci95 else None,
    "ci95_high_ns": lambda m: (
        m.latency_ns.ci95.high if m.latency_ns and m.latency_ns.ci95 else None
    ),
    "p50_ns": lambda m: m.latency_ns.p50 if m.latency_ns else None,
    "p90_ns": lambda m: m.latency_ns.p90 if m.latency_ns else None,
    "p99_ns": lambda m: m.latency_ns.p99 if m.latency_ns else None,
    "samples": lambda m: m.latency_ns.samples if m.latency_ns else None,
    "repetitions": lambda m: m.latency_ns.repetitions if m.latency_ns else None,
    "inferences_per_s": lambda m: m.inferences_per_s,
    "ops_per_s": lambda m: m.ops_per_s,
    "peak_share": lambda m: m.peak_share,
    "unit_share": lambda m: m.unit_share,
    "accuracy_metric": lambda m: m.accuracy.metric if m.accuracy else None,
    "accuracy": lambda m: m.accuracy.value if m.accuracy else None,
    "energy_source": _energy(lambda e: e.source),
    "energy_scope": _energy(lambda e: e.scope),
    "energy_status": _energy(lambda e: e.status.value),
    "inferences": _energy(lambda e: e.inferences),
    "energy_j": _energy(lambda e: e.energy_j),
    "u_j": _energy(lambda e: e.u_j),
    "energy_net_j": _energy(lambda e: e.energy_net_j),
    "u_net_j": _energy(lambda e: e.u_net_j),
    "energy_absent": lambda m: m.energy_absent,
    "weights_bytes": lambda m: m.memory.weights_bytes if m.memory else None,
    "peak_rss_bytes": lambda m: m.memory.peak_rss_bytes if m.memory else None,
    "environment": lambda m: m.environment,
    "arena_bytes": lambda m: m.memory.arena_bytes if m.memory else None,
    "load_ns": lambda m: m.startup_ns.load if m.startup_ns else None,
    "first_ns": lambda m: m.startup_ns.first if m.startup_ns else None,
}


# what is known of an item whatever became of its number
_ALWAYS = frozenset(
    {
        *list(COLUMNS)[: list(COLUMNS).index("p25_ns")],
        "energy_source",
        "energy_scope",
        "energy_status",
        "energy_absent",
        "weights_bytes",
        "peak_rss_bytes",
        "arena_bytes",
        "environment",
    }
)
_JOULES = frozenset({"inferences", "energy_j", "u_j", "energy_net_j", "u_net_j"})


def render(run: StoredRun) -> str:
    """Return the rows with a header; an absent value is an empty cell."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for m in run.measurements:
        hidden = _hidden(m)
        rows.writerow(["" if n in hidden else _cell(get(m)) for n, get in COLUMNS.items()])
    return out.getvalue()


def _hidden(m: Measurement) -> frozenset[str]:
    if not is_believed(m.status):
        return frozenset(COLUMNS) - _ALWAYS
    return _JOULES if m.energy and not is_believed(m.energy[0].status) else frozenset()


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return repr(value)
    words = harmless(value)
    return f"'{words}" if words.lstrip().startswith(_FORMULA) else words
