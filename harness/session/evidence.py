"""Everything the verdict rules look at for one item; built from proven frames only."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.records.board import BoardFacts
    from harness.records.item import Protocol, Work
    from harness.records.measurement import Latency
from harness.records.limits import (
    ReadLevel,
    ceiling_ops_per_s,
    limit_ops_per_s,
    own_limit_ops_per_s,
    roofline_ops_per_s,
)
from harness.session.sanity import most_ops_per_s
from harness.stats.bimodal import two_speeds
from harness.stats.latency import quantile

Payload = Mapping[str, Any]

CLOCKS_MIN = 3


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One item's proven samples and what they must be held against."""

    work: Work
    facts: BoardFacts
    protocol: Protocol
    samples: Sequence[Payload]
    closing: Payload
    windows: Sequence[Payload] = ()
    peaks: Mapping[str, float]
    reads: Sequence[ReadLevel] = ()
    boot_ids: frozenset[str]
    latency: Latency | None = None
    broken: str = ""
    half_width: float | None = None
    p25_by_repetition_ns: Sequence[float] = field(default_factory=tuple)
    hello: Payload | None = None  # of the worker that did the work
    state: Payload | None = None  # the board before the first item
    slowness: float | None = None  # of the board's clock against ours
    takes_turns: bool = False  # with another build: what neighbours do meets both
    run: str = ""  # the name the worker was given, and its seed
    seed: int = 0

    @property
    def ops_per_inference(self) -> int:
        """Operations of one inference; a multiply-accumulate is two."""
        return 2 * sum(self.work.macs_by_precision.values())

    @property
    def ops_per_s(self) -> float | None:
        """Speed at the median, for kernels (networks mix precisions)."""
        if self.latency is None or self.work.item.kind != "kernel" or not self.ops_per_inference:
            return None
        return self.ops_per_inference * self.work.item.batch / (self.latency.p50 / 1e9)

    @property
    def peak_share(self) -> float | None:
        """Share of the roofline of the board's best unit for the scheme."""
        item = self.work.item
        return self._share_of(limit_ops_per_s(item.workload, item.scheme, self.peaks))

    @property
    def unit_share(self) -> float | None:
        """Share of the roofline of the unit that the scheme's own kernels work with."""
        item = self.work.item
        return self._share_of(own_limit_ops_per_s(item.workload, item.scheme, self.peaks))

    @property
    def computing_share(self) -> float | None:
        """Share of what the board could compute at most, wherever the operands lie."""
        item = self.work.item
        # peaks are those of one core; cores that differ are held against that one, too
        limit = ceiling_ops_per_s(item.workload, item.scheme, self.peaks) * max(1, item.threads)
        return self.ops_per_s / limit if self.ops_per_s is not None and limit > 0 else None

    def _share_of(self, computing: float) -> float | None:
        item = self.work.item
        roof = roofline_ops_per_s(
            item.workload,
            item.scheme,
            macs=sum(self.work.macs_by_precision.values()),
            computing=computing,
            reads=self.reads,
            threads=max(1, item.threads),
        )
        return self.ops_per_s / roof if self.ops_per_s is not None and roof > 0 else None

    @property
    def least_ns(self) -> float:
        """Nanoseconds an inference takes at least on any CPU of today; 0 where nothing is known.

        Holds without a peak of the board's own, and for networks, which mix precisions.
        """
        if self.work.item.device != "cpu":
            return 0.0
        macs = self.work.macs_by_precision.items()
        seconds = sum(2 * count / most_ops_per_s(precision) for precision, count in macs)
        return seconds * 1e9 * self.work.item.batch / max(1, self.work.item.threads)

    def total(self, key: str) -> int:
        """Sum of a counter over all repetitions (absent counts as 0)."""
        return sum(int(s.get(key) or 0) for s in self.samples)

    def times(self, key: str) -> list[int]:
        """All values of a per-sample list over all repetitions."""
        return [int(v) for s in self.samples for v in s.get(key) or ()]

    @property
    def wall_over_cpu(self) -> float | None:
        """Median of wall / CPU time of a thread; above 1 means somebody else ran in between.

        One thread: over samples. Several: over repetitions, as another thread's CPU time is only
        known to the kernel's next tick; and only `native`, whose threads never sleep in a call.
        """
        item = self.work.item
        if self.work.keys.get("whole"):
            return None  # a command that starts, loads and writes also waits
        if item.threads == 1:
            pairs = list(zip(self.times("wall_ns"), self.times("cpu_ns"), strict=False))
        elif item.runtime == "native":
            pairs = [
                (item.threads * sum(s.get("wall_ns") or ()), sum(s.get("cpu_ns") or ()))
                for s in self.samples
            ]
        else:
            return None
        ratios = [wall / cpu for wall, cpu in pairs if cpu > 0]
        return statistics.median(ratios) if ratios else None

    @property
    def clocks_hz(self) -> list[float]:
        """The core's measured clock, one value per repetition."""
        return [float(s["clock_hz"]) for s in self.samples if s.get("clock_hz")]

    @property
    def spread_of_repetitions(self) -> float | None:
        """Standard deviation of ln p25 over repetitions: a coefficient of variation."""
        values = self._log_p25
        return statistics.stdev(values) if len(values) > 1 else None

    @property
    def two_speeds(self) -> float | None:
        """How far two groups of repetitions are apart, in ln p25; None where there is one group."""
        return two_speeds(self._log_p25)

    @property
    def _log_p25(self) -> list[float]:
        return [math.log(p) for p in self.p25_by_repetition_ns if p > 0]

    @property
    def slow_clock(self) -> float | None:
        """Lower quartile of the clock over repetitions, as a share of the upper quartile.

        Quartiles: one repetition in a turbo state, or one beside a busy neighbour, is not heat.
        """
        if len(self.clocks_hz) < CLOCKS_MIN:
            return None
        return quantile(self.clocks_hz, 0.25) / quantile(self.clocks_hz, 0.75)

    @property
    def watch_names(self) -> list[str]:
        """Names of all watched files."""
        return list(self.samples[0].get("watch_before", {})) if self.samples else []

    def loops(self, key: str) -> list[float]:
        """Of each repetition: time of a special sample over that of its usual ones.

        The runner takes CPU time where one thread works, so that neighbours do not count.
        """
        found = []
        for s in self.samples:
            usual = s.get("cpu_ns" if s.get("cpu_clock") == "thread" else "wall_ns") or ()
            special = int(s.get(key) or 0)
            if usual and special > 0 and statistics.median(usual) > 0:
                found.append(special / statistics.median(usual))
        return found
