"""Measurements of several runs as one list, each with the name its board has on this page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.records.bridge import Bridge
from harness.records.measurement import Environment, Measurement
from harness.report import words
from harness.report.joules import Told, told
from harness.store.reader import StoredRun


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A measurement as this page knows it; `board` is unique per board and run."""

    board: str
    m: Measurement
    environment: Environment | None
    joules: tuple[Told, ...] = ()

    @property
    def work(self) -> tuple[str, str, str]:
        """What was computed, at any scheme: kind, workload, shape."""
        return (self.m.kind, self.m.workload, self.m.shape)

    @property
    def setting(self) -> tuple[str, ...]:
        """How it was computed: all of an item but work and scheme."""
        m = self.m
        forced = m.forced_variant or ""
        inflight = f"{m.inflight}"
        return (
            m.runtime,
            m.device,
            words.cores(m),
            m.mode,
            f"{m.batch}",
            m.scenario,
            forced,
            inflight,
        )

    @property
    def label(self) -> str:
        """Return the cell in words: `squeezenet1_1 w8a8 native cpu 1@big`."""
        m = self.m
        shape = f" {m.shape}" if m.kind == "kernel" else ""
        extra = "".join(f" {e}" for e in setting_words(m))
        return f"{m.workload} {m.scheme}{shape}{extra}"


def setting_words(m: Measurement) -> tuple[str, ...]:
    """Return how it was computed, leaving out what is the ordinary case."""
    found = [m.runtime, m.device if m.device != "cpu" else "", words.cores(m)]
    found += [f"batch {m.batch}" if m.batch != 1 else ""]
    found += [m.scenario if m.scenario != "latency" else ""]
    found += [f"mode {m.mode}" if m.mode != "default" else ""]
    found += [f"[{m.forced_variant}]" if m.forced_variant else ""]
    found += [f"{m.inflight} in flight" if m.inflight != 1 else ""]
    return tuple(word for word in found if word)


def shown(runs: Sequence[StoredRun], bridges: Sequence[Bridge] = ()) -> tuple[Shown, ...]:
    """Return all measurements in plan order; with several runs a board's name carries the run's."""
    tags = run_tags(runs)
    return tuple(
        Shown(
            board=m.board + tags[run.id],
            m=m,
            environment=run.environments.get(m.environment or ""),
            joules=told(m, bridges),
        )
        for run in runs
        for m in run.measurements
    )


def run_tags(runs: Sequence[StoredRun]) -> dict[str, str]:
    """Return what is written behind a board's name to tell the runs apart (nothing for one run)."""
    if len(runs) < 2:
        return {run.id: "" for run in runs}
    return {run.id: f" ({chr(ord('A') + i % 26)}{i // 26 or ''})" for i, run in enumerate(runs)}


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """Return the different values in the order of their first appearance."""
    return tuple(dict.fromkeys(values))


_FLOATS = ("fp32", "bf16", "fp16")
_INTEGERS = re.compile(r"(?:w(\d)|(tern)|pot(\d))a(\d)")
_TERNARY_BITS = 1.58  # log2(3)


def scheme_order(scheme: str) -> tuple[float, float, str]:
    """Sort key: floats, then from many bits to few (weights and activations together)."""
    if scheme in _FLOATS:
        return (0, _FLOATS.index(scheme), scheme)
    found = _INTEGERS.fullmatch(scheme)
    if found is None:
        return (2, 0, scheme)
    plain, ternary, power, activations = found.groups()
    weights = _TERNARY_BITS if ternary else float(plain or power)
    return (1, -(weights + float(activations)), scheme)
