"""What a cell of a plain table can hold: each metric's value, its unit and its direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.errors import ConfigError
from harness.records.measurement import Measurement, Memory, Startup
from harness.report import words
from harness.report.joules import Told
from harness.units import duration_ns, percent, rate, size_bytes


@dataclass(frozen=True, kw_only=True)
class Metric:
    """`get` returns None where nothing was measured; `show` writes one value.

    What is of joules has `of` instead: a value for each quantity that an item was measured in.
    """

    name: str
    title: str
    get: Callable[[Measurement], float | None] = lambda _: None
    show: Callable[[float], str]
    note: Callable[[Measurement], str] = lambda _: ""
    of: Callable[[Told], float | None] | None = None


def _p25(m: Measurement) -> float | None:
    return m.latency_ns.p25 if m.latency_ns else None


def _per_joule(one: Told) -> float | None:
    return 1 / one.each_j if one.each_j else None


def _bytes(get: Callable[[Memory], int | None]) -> Callable[[Measurement], float | None]:
    return lambda m: get(m.memory) if m.memory else None


def _startup(get: Callable[[Startup], int | None]) -> Callable[[Measurement], float | None]:
    return lambda m: get(m.startup_ns) if m.startup_ns else None


def _size(value: float) -> str:
    return size_bytes(int(value))


METRICS = {
    metric.name: metric
    for metric in (
        Metric(
            name="inf/s",
            title="inferences per second",
            get=lambda m: m.inferences_per_s,
            show=rate,
        ),
        Metric(name="latency", title="latency p25", get=_p25, show=duration_ns),
        Metric(
            name="p50",
            title="latency p50",
            get=lambda m: m.latency_ns.p50 if m.latency_ns else None,
            show=duration_ns,
        ),
        Metric(
            name="op/s", title="operations per second", get=lambda m: m.ops_per_s, show=words.ops
        ),
        Metric(
            name="peak",
            title="share of the board's own peak",
            get=lambda m: m.peak_share,
            show=lambda share: percent(share, 0),
        ),
        Metric(
            name="accuracy",
            title="worth of the output",
            get=lambda m: m.accuracy.value if m.accuracy else None,
            show=lambda value: f"{value:.4g}",
            note=lambda m: m.accuracy.metric if m.accuracy else "",
        ),
        Metric(
            name="inf/J",
            title="inferences per joule (= inf/s/W), gross; scope in brackets",
            show=lambda value: f"{value:.3g}",
            of=_per_joule,
        ),
        Metric(
            name="J/inf",
            title="joules per inference, gross; scope in brackets",
            show=words.joules,
            of=lambda one: one.each_j,
        ),
        Metric(
            name="weights",
            title="bytes of weights",
            get=_bytes(lambda found: found.weights_bytes),
            show=_size,
        ),
        Metric(
            name="arena",
            title="bytes of maps and scratch",
            get=_bytes(lambda found: found.arena_bytes),
            show=_size,
        ),
        Metric(
            name="rss",
            title="bytes of the process at most",
            get=_bytes(lambda found: found.peak_rss_bytes),
            show=_size,
        ),
        Metric(
            name="load",
            title="time to load",
            get=_startup(lambda found: found.load),
            show=duration_ns,
        ),
        Metric(
            name="first",
            title="time of the first inference",
            get=_startup(lambda found: found.first),
            show=duration_ns,
        ),
        Metric(name="clock", title="clock", get=lambda m: m.clock_hz, show=words.gigahertz),
    )
}

_ALIASES = {"inf/s/W": "inf/J", "ops/s": "op/s", "p25": "latency", "mJ": "J/inf"}

# what may stand in rows and columns
DIMENSIONS: dict[str, Callable[[Measurement], str]] = {
    "board": lambda m: m.board + (" (emulated)" if m.emulated else ""),
    "workload": lambda m: f"{m.workload} {m.shape}" if m.kind == "kernel" else m.workload,
    "scheme": lambda m: m.scheme,
    "shape": lambda m: m.shape,
    "runtime": lambda m: m.runtime,
    "device": lambda m: m.device,
    "cores": words.cores,
    "threads": lambda m: str(m.threads),
    "batch": lambda m: str(m.batch),
    "scenario": lambda m: m.scenario,
    "mode": lambda m: m.mode,
    "variant": lambda m: m.variant or "",
    "family": lambda m: m.family or "",
    "kind": lambda m: m.kind,
    "status": lambda m: m.status.value,
    "run": lambda m: m.run[:13],
}


def metric_named(name: str) -> Metric:
    """Return a metric; raises ConfigError that lists them all."""
    found = METRICS.get(_ALIASES.get(name, name))
    if found is None:
        raise ConfigError(f"no metric {name!r}", do=f"one of: {', '.join(METRICS)}")
    return found


def dimensions_named(names: str) -> tuple[Callable[[Measurement], str], ...]:
    """Return the dimensions of `board` or `board,cores`; raises ConfigError that lists them all."""
    unknown = [n for n in names.split(",") if n not in DIMENSIONS]
    if unknown:
        raise ConfigError(f"no dimension {unknown[0]!r}", do=f"one of: {', '.join(DIMENSIONS)}")
    return tuple(DIMENSIONS[n] for n in names.split(","))
