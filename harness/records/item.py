"""An item is one cell of the plan on one board; its hash says what is measured, never by what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.records.layers import LayerInfo

PROTOCOL = 1  # 1: rounds of fresh processes, p25 per repetition (2026-11)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One cell: a kernel or a network, at a scheme, by a runtime, on chosen cores."""

    kind: str  # kernel | network
    workload: str  # gemm, squeezenet1_1, ...
    scheme: str
    shape: str
    runtime: str = "native"
    device: str = "cpu"
    threads: int = 1
    cores: str = "1"
    batch: int = 1
    inflight: int = 1
    scenario: str = "latency"
    weights: str = "none"  # trained | seeded | none
    seed_policy: str = "per-run"
    mode: str = "default"
    variant: str = ""  # "" = the best the CPU has; else this one is forced
    energy: bool = False
    layers: bool = False  # of a native network: time each layer as well

    @property
    def item_id(self) -> str:
        """Hash of what defines the cell; equal across builds, boards and runs."""
        defining = {
            "kind": self.kind,
            "workload": self.workload,
            "scheme": self.scheme,
            "shape": self.shape,
            "runtime": self.runtime,
            "device": self.device,
            "threads": self.threads,
            "cores": self.cores,
            "batch": self.batch,
            "inflight": self.inflight,
            "scenario": self.scenario,
            "weights": self.weights,
            "seed_policy": self.seed_policy,
            "mode": self.mode,
            "variant": self.variant,
            "protocol": PROTOCOL,
        }
        canonical = json.dumps(defining, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:24]

    @property
    def label(self) -> str:
        """Short name for people: `gemm w1a1 512x512x512` or `squeezenet1_1 w8a8`."""
        words = [self.workload, self.scheme]
        if self.kind == "kernel":
            words.append(self.shape)
        if self.variant:
            words.append(f"[{self.variant}]")
        return " ".join(words)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """An item on a board, or the reason why it is skipped there."""

    board: str
    item: Item
    skip: str = ""


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How a number is made: the knobs of a profile, each one settable in a suite."""

    profile: str = "quick"
    repetitions_min: int = 3
    repetitions_max: int = 5
    samples: int = 20
    sample_min_ms: float = 1.0
    warmup_ms: float = 50.0
    precision: float = 0.01
    budget_s: float = 60.0
    energy_windows: int = 1
    energy_window_s: float = 3.0
    idle_s: float = 3.0
    periodic_s: float = 10.0  # how long a periodic run takes
    cool_margin_c: float = 3.0  # how much warmer than at first a board may be for a long run
    cool_cap_s: float = 5.0  # the longest wait for that, in each phase; 0 = no waiting


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything a run will account for: planned == accounted, always."""

    suite: str
    protocol: Protocol
    seed: int
    items: tuple[Planned, ...]
    dropped: int = 0  # combinations the registries do not know
    # workload -> file, of networks that are the user's own; names hold what the files must hash to
    networks: Mapping[str, str] = field(default_factory=dict)

    def of(self, board: str) -> tuple[Planned, ...]:
        """The planned items of one board, in suite order."""
        return tuple(p for p in self.items if p.board == board)


@dataclass(frozen=True, kw_only=True)
class Blob:
    """Bytes that lie on the board under the name of their sha256 before the worker starts."""

    sha256: str
    data: bytes

    @classmethod
    def of(cls, data: bytes) -> Blob:
        """Name `data` by its content."""
        return cls(sha256=hashlib.sha256(data).hexdigest(), data=data)


@dataclass(frozen=True, kw_only=True)
class Work:
    """What the board's runner is told about one item: keys of its JOB block, and blobs.

    `keys` maps JOB keys to values in order: `str` becomes a length-prefixed string, `int` a
    decimal number, a tuple repeats the key. The runtimes room fills it; session writes it out.
    """

    item: Item
    keys: Mapping[str, int | str | tuple[str, ...]] = field(default_factory=dict)
    blobs: tuple[Blob, ...] = ()
    precision_executed: str = ""
    network_sha256: str = ""
    macs_by_precision: Mapping[str, int] = field(default_factory=dict)
    check_kind: str = "ref-on-board"
    check_words: str = ""
    weights: str = "none"
    runtime_version: str = ""
    accuracy_metric: str = ""
    accuracy_value: float | None = None
    accuracy_n: int = 0
    accuracy_sqnr_db: float | None = None
    timed_by: str = ""  # "" = a clock of ours around each sample; else whose, in words
    timeout_s: int = 0  # of one repetition; 0 = as the session has it
    layers: tuple[LayerInfo, ...] = ()  # those whose times were asked for
