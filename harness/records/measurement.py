"""One closed item: the line of measurements.jsonl. Names are fixed: add, never rename."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from harness.records.external import UNCHECKED
from harness.records.layers import LayerTime

# 1: first form (2026-11)
SCHEMA = 1


class Status(StrEnum):
    """The verdict on one item."""

    OK = "OK"
    SUSPECT = "SUSPECT"
    INVALID = "INVALID"
    FAILED = "FAILED"
    TIMEOUT = "TIMEOUT"
    INFRA = "INFRA"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why an item is not OK: the rule, words, the value seen and the limit it broke."""

    rule: str
    words: str
    seen: float | None = None
    limit: float | None = None


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A 95 % confidence interval of the statistic named by `of`."""

    of: str
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Nanoseconds per inference. p25 = exp(mean over processes of ln p25_i)."""

    p25: float
    ci95: Interval | None = None
    p50: float
    p90: float | None = None
    p99: float | None = None
    iterations_per_sample: int
    samples: int
    repetitions: int


@dataclass(frozen=True, kw_only=True)
class CpuTime:
    """CPU nanoseconds per inference by the thread's or the process's clock."""

    p50: float
    clock: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """How the timed output was proven, and whether it held in every repetition.

    Kind `unchecked`: nothing was compared, so nothing passed; its numbers rank among such only.
    """

    kind: str
    passed: bool
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """A number about the output's worth that stands beside the speed.

    `sqnr_db`: signal to quantisation noise of the outputs against fp32, over the same inputs.
    """

    metric: str
    value: float
    n: int
    sqnr_db: float | None = None


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Bytes that the item needed: its weights, its own scratch and maps, its process at most."""

    weights_bytes: int | None = None
    arena_bytes: int | None = None
    peak_rss_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Startup:
    """Nanoseconds to load, and after that of the first inference; both from whoever told them."""

    load: int | None = None
    first: int | None = None


@dataclass(frozen=True, kw_only=True)
class Cores:
    """Which cores were asked for and the affinity mask that was verified.

    `asked`: the mask that the choice stands for on this board, where not the runner chose.
    """

    cluster: str
    mask: str | None = None
    asked: str | None = None


@dataclass(frozen=True, kw_only=True)
class Build:
    """What was built: never part of the item's hash."""

    runner: str
    runtime: str | None = None
    network: str | None = None


@dataclass(frozen=True, kw_only=True)
class Energy:
    """Joules of one source over all its windows, with scope and k = 2 uncertainties."""

    source: str
    scope: str
    status: Status
    reasons: tuple[Reason, ...] = ()
    windows_ns: tuple[tuple[int, int], ...]
    inferences: int
    energy_j: float
    u_j: float
    energy_net_j: float | None = None
    u_net_j: float | None = None
    energy_net_upper_j: float | None = None
    idle_w: float | None = None
    active_w: float
    inferences_per_joule: float
    inferences_per_joule_net: float | None = None


@dataclass(frozen=True, kw_only=True)
class Sustained:
    """A run without a pause: rates in inferences/s, times in seconds from its beginning.

    `rates` are those of the buckets, thinned out to at most 120 of `bucket_s` each (all of them are
    among the raw samples); `time_to_throttle_s` absent: it never slowed down for good.
    """

    length_s: float
    inferences: int
    first_minute: float
    steady: float
    ratio: float  # steady / first minute
    time_to_throttle_s: float | None = None
    bucket_s: float
    rates: tuple[float, ...]
    clocks_hz: tuple[float, ...] = ()  # of a timed chain, at even distances
    start_c: float | None = None
    end_c: float | None = None
    max_c: float | None = None


@dataclass(frozen=True, kw_only=True)
class Periodic:
    """A run at a pace: the next release is an inference's deadline.

    `missed` counts those that came late and those that were dropped, as their time was over before
    they could begin; `lateness_*`: how long after its deadline an inference ended, 0 = in time.
    """

    rate_per_s: float
    releases: int
    inferences: int
    missed: int
    lateness_p99_ns: float
    lateness_max_ns: float
    busy: float  # share of the window in which it worked
    start_c: float | None = None
    end_c: float | None = None
    max_c: float | None = None


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One item on one board in one run, whatever became of it."""

    schema: int = SCHEMA
    run: str
    item: str
    board: str
    board_id: str
    emulated: bool = False
    vm: bool = False
    mode: str = "default"
    runtime: str
    device: str
    kind: str
    workload: str
    family: str | None = None
    scheme: str
    precision_executed: str | None = None
    macs_by_precision: Mapping[str, int] = field(default_factory=dict)
    shape: str
    variant: str | None = None
    threads: int
    cores: Cores
    batch: int
    inflight: int
    scenario: str
    profile: str
    weights: str
    build: Build | None = None
    status: Status
    reasons: tuple[Reason, ...] = ()
    check: Check | None = None
    latency_ns: Latency | None = None
    cpu_ns: CpuTime | None = None
    inferences_per_s: float | None = None
    ops_per_s: float | None = None
    peak_share: float | None = None  # of the best that any unit of the board allows
    unit_share: float | None = None  # of what the scheme's own unit allows
    accuracy: Accuracy | None = None
    memory: Memory | None = None
    startup_ns: Startup | None = None
    clock_hz: float | None = None
    temperature_c: float | None = None
    energy: tuple[Energy, ...] = ()
    energy_absent: str | None = None
    environment: str | None = None
    attempt: int = 1
    forced_variant: str | None = None
    variant_choice: str | None = None  # what the board tried before it chose, with times
    timed_by: str | None = None  # whose clock, where it is not ours around each sample
    layers: tuple[LayerTime, ...] | None = None  # of a native network, where they were asked for
    unknown: tuple[Reason, ...] | None = None  # rules that could not be evaluated, and why
    notes: tuple[Reason, ...] | None = None  # what rules saw that spoils nothing here
    sustained: Sustained | None = None
    periodic: Periodic | None = None
    hot: bool | None = None  # True: begun warmer than asked for, as the cap on cooling was reached
    hot_c: float | None = None


def is_unchecked(m: Measurement) -> bool:
    """Say whether nothing vouches for the work: such numbers stand and rank among themselves."""
    return m.check is not None and m.check.kind == UNCHECKED


@dataclass(frozen=True, kw_only=True)
class SampleSet:
    """Raw samples of one repetition: kept beside the measurement as a compressed sidecar."""

    item: str
    board: str
    repetition: int
    iterations: int
    wall_ns: tuple[int, ...]
    cpu_ns: tuple[int, ...]
    attempt: int = 1
    inferences: tuple[int, ...] | None = None  # of each sample, where they differ: buckets


@dataclass(frozen=True, kw_only=True)
class PowerTrace:
    """Raw readings of one sensor around one window, as the board took them; `item` "" is idle.

    `is_step`: no item's either, but every core was at work (the load step).

    Times are nanoseconds of the board's CLOCK_MONOTONIC; `raw` and `raw2` want the sensor's scale.
    """

    board: str
    item: str = ""
    sensor: str
    begin_ns: int
    end_ns: int
    inferences: int = 0
    t_ns: tuple[int, ...]
    raw: tuple[int, ...]
    raw2: tuple[int, ...] = ()
    is_step: bool = False


@dataclass(frozen=True, kw_only=True)
class Environment:
    """State of a board during a session; its hash stands in each measurement."""

    board: str
    board_id: str
    model: str
    family: str
    os: str
    kernel_release: str
    cpu_model: str
    features: tuple[str, ...]
    clock_source: str
    cores: int
    memory_bytes: int
    emulated: str
    vm: bool
    governor: str | None = None
    boot_id: str
    counters: tuple[str, ...] = ()  # throttle counters that can be read there
    idle_units: tuple[str, ...] = ()  # arithmetic units that are there and nothing here exercises
    power_mode: str | None = None  # by the board's own name; of nvpmodel, or one that was set
    power_mode_id: int | None = None
    governors: Mapping[str, str] | None = None  # by policy, where a mode was set
    caps_khz: Mapping[str, int] | None = None
