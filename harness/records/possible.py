"""Whether the numbers of a stored row can be: ranges only, so that no reader divides by them."""

from __future__ import annotations

from collections.abc import Iterator

from harness.records.measurement import Energy, Latency, Measurement
from harness.records.rules import is_believed

# beyond a picosecond and a year for one inference, something else wrote the number
_NS = (1e-3, 3.2e16)
_RATE = (1e-9, 1e30)
_MOST = 1e15


def impossible(m: Measurement) -> str:
    """Return the first number of `m` that cannot be, in words; "" when all can.

    Rows that their verdict makes unbelievable may hold anything: they are shown as they came.
    """
    if not is_believed(m.status):
        return ""
    return next(_faults(m), "")


def _faults(m: Measurement) -> Iterator[str]:
    counts = {"threads": m.threads, "batch": m.batch, "inflight": m.inflight}
    yield from (f"{name} is {value}" for name, value in counts.items() if not 0 < value < 1 << 31)
    if m.latency_ns is not None:
        yield from _latency(m.latency_ns)
    rates = {"inferences_per_s": m.inferences_per_s, "ops_per_s": m.ops_per_s}
    yield from _outside(rates, *_RATE)
    yield from _outside({"peak_share": m.peak_share, "unit_share": m.unit_share}, 0.0, 1e6)
    others = {"clock_hz": m.clock_hz, "temperature_c": m.temperature_c}
    yield from _outside(others, -_MOST, _MOST)
    if m.sustained is not None:
        found = m.sustained
        rates = {"first": found.first_minute, "steady": found.steady, "length_s": found.length_s}
        yield from _outside({f"sustained.{name}": v for name, v in rates.items()}, *_RATE)
    if m.periodic is not None and not 0 <= m.periodic.missed <= m.periodic.releases:
        yield f"periodic.missed is {m.periodic.missed} of {m.periodic.releases}"
    for layer in m.layers or ():
        if not 0 <= layer.ns <= _NS[1] or not 0 <= layer.macs <= _MOST:
            yield f"layer {layer.name}: {layer.ns:.4g} ns, {layer.macs} MACs"
    for energy in m.energy:
        if is_believed(energy.status):
            yield from _energy(energy)


def _latency(found: Latency) -> Iterator[str]:
    values = {"p25": found.p25, "p50": found.p50, "p90": found.p90, "p99": found.p99}
    interval = found.ci95
    if interval is not None:
        values |= {"ci95.low": interval.low, "ci95.high": interval.high}
        if interval.low > interval.high:
            yield "latency_ns.ci95 ends before it begins"
    yield from _outside({f"latency_ns.{name}": v for name, v in values.items()}, *_NS)


def _energy(e: Energy) -> Iterator[str]:
    if e.inferences < 1:
        yield f"energy.inferences is {e.inferences}"
    yield from _outside({"energy.energy_j": e.energy_j}, 1e-15, _MOST)
    yield from _outside({"energy.u_j": e.u_j, "energy.u_net_j": e.u_net_j}, 0.0, _MOST)
    others = {"net": e.energy_net_j, "upper": e.energy_net_upper_j, "idle": e.idle_w}
    yield from _outside({f"energy, {n}": v for n, v in others.items()}, -_MOST, _MOST)


def _outside(values: dict[str, float | None], low: float, high: float) -> Iterator[str]:
    for name, value in values.items():
        if value is not None and not low <= value <= high:
            yield f"{name} is {value:.4g}"
