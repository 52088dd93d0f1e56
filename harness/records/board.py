"""What is known of a board: what the user wrote down, and what the board says of itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.records.external import External
from harness.records.meter import MeterEntry
from harness.records.modes import CpuPolicy, InForce, PowerMode, resolve

LOCAL = "local"
_MASK = re.compile(r"0x[0-9a-f]{1,256}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class BoardEntry:
    """One board of the user's inventory. `host` None means the machine at hand."""

    name: str
    host: str | None = None
    port: int | None = None
    user: str | None = None
    identity: str | None = None
    jump: str | None = None
    dir: str | None = None
    tags: tuple[str, ...] = ()
    group: str | None = None
    become: str = "none"
    tune: bool = False
    sensor: str = "auto"
    meters: tuple[MeterEntry, ...] = ()
    root: str = "/"
    runtimes: Mapping[str, str] = field(default_factory=dict)
    recover: str | None = None
    emulated: bool = False
    externals: Mapping[str, External] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Hello:
    """The runner's own account of the board it runs on (`runner hello`)."""

    version: str
    target: str
    machine: str
    kernel_release: str
    cpu_model: str
    features: tuple[str, ...]
    variants: Mapping[str, tuple[str, ...]]
    runner_sha256: str
    boot_id: str
    clock_source: str
    clock_step_ns: int
    clock_hz: float
    cores: int
    memory_bytes: int
    page_bytes: int
    emulated: str
    vm: bool
    core_mask: str = ""  # cores that the runner may use, "" = a runner that does not tell
    isolated_mask: str = ""  # cores that are kept free of other work, and that it may use


@dataclass(frozen=True, kw_only=True)
class WatchFile:
    """A small file that is read around each repetition; with `word` only the line it begins.

    A `*` in path or word stands for the first core that the item runs on.
    """

    path: str
    word: str = ""


@dataclass(frozen=True, kw_only=True)
class SensorFile:
    """One quantity the runner can sample: `scale` turns the raw number into watts or joules.

    `kind` is `power` (path alone), `product` (path times path2), `energy` (a counter that wraps
    past `wrap_raw`) or `pmic` (microwatts that a Raspberry Pi 5 adds up, runners on Arm only).
    `scope` is one of wall, board, module, package, rails, accelerator.
    """

    id: str
    kind: str
    path: str
    path2: str = ""
    scale: float
    scope: str
    label: str
    wrap_raw: int = 0
    quantum_w: float = 0.0
    gain: float = 0.02
    period_ms: int = 100
    # a reading is the mean over so long before it
    averaging_ms: int = 0
    # rails with one `total` add up to a source of that name, with that scope
    total: str = ""
    total_scope: str = ""


@dataclass(frozen=True, kw_only=True)
class BoardFacts:
    """All that a session knows of a board before it plans: probe, hello and sensors."""

    entry: BoardEntry
    board_id: str
    hello: Hello
    model: str
    family: str
    os: str
    governor: str | None = None
    freq_khz: tuple[int, int] | None = None
    temperatures_c: Mapping[str, float] = field(default_factory=dict)
    watch: Mapping[str, WatchFile] = field(default_factory=dict)
    trips_c: Mapping[str, float] = field(default_factory=dict)  # of watched temperatures
    sensors: tuple[SensorFile, ...] = ()
    sensor_absent: str = ""
    runtimes: Mapping[str, str] = field(default_factory=dict)
    runtime_devices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    runtime_absent: Mapping[str, str] = field(default_factory=dict)
    emulated: str = ""
    clusters: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    idle_units: tuple[str, ...] = ()
    modes: tuple[PowerMode, ...] = ()
    mode_found: str = ""  # the power mode that it was found in, by its own name
    modes_barred: str = ""  # why no mode can be set there
    policies: tuple[CpuPolicy, ...] = ()
    in_force: InForce | None = None  # a mode that this session has set
    start_c: float | None = None  # the watched temperature when the board was probed

    @property
    def name(self) -> str:
        """The name the user gave the board."""
        return self.entry.name

    def within(self, mode: str) -> BoardFacts:
        """The board as a power mode of it leaves it: without the cores that go off line."""
        known = resolve(self.modes, mode)
        off = set(known.off if known else ()) & {*self.allowed, *self.isolated}
        if not off:
            return self

        def on(cpus: Sequence[int]) -> tuple[int, ...]:
            return tuple(cpu for cpu in cpus if cpu not in off)

        left, isolated = on(self.allowed), on(self.isolated)
        hello = replace(
            self.hello,
            cores=len(left),
            core_mask=cores_mask(left),
            isolated_mask=cores_mask(isolated) if isolated else "",
        )
        usable = {*left, *isolated}
        return replace(self, hello=hello, clusters=clusters_among(self.clusters, usable))

    def cpu_list(self, cores: str) -> str:
        """The JOB's `cores` value for `1`, `all`, `4`, `1@big`, `all@little`.

        The best come first: isolated ones before others, those of the fastest cluster before
        slower ones, the last of them before the first, where a kernel puts less of its own work.
        """
        if cores == "all" or (cores == "1" and not self.clusters and not self.isolated):
            return cores
        chosen = self._chosen(cores)
        # to the runner a lone `1` is a count
        return f"{chosen[0]}-{chosen[0]}" if len(chosen) == 1 else ",".join(map(str, chosen))

    def core_mask(self, cores: str) -> str:
        """The affinity mask of `cpu_list`, such as `0xc0`; "" where the runner chooses."""
        if cores != "all" and self.cpu_list(cores) == cores:
            return ""
        return cores_mask(self._chosen(cores))

    @property
    def allowed(self) -> tuple[int, ...]:
        """Cores that the runner may use; an offline one is none of them."""
        return mask_cores(self.hello.core_mask) or tuple(range(self.hello.cores))

    @property
    def isolated(self) -> tuple[int, ...]:
        """Cores that are kept free of other work."""
        return mask_cores(self.hello.isolated_mask)

    def _chosen(self, cores: str) -> tuple[int, ...]:
        count, _, cluster = cores.partition("@")
        known = self.clusters.get(cluster, ()) if cluster else (*self.allowed, *self.isolated)
        if count == "all":
            return known if cluster else self.allowed
        weakest_first = [cpu for cpus in self.clusters.values() for cpu in cpus]
        strength = {cpu: place for place, cpu in enumerate(weakest_first)}
        ordered = sorted(set(known), key=lambda cpu: (cpu in self.isolated, strength.get(cpu, cpu)))
        return tuple(sorted(ordered[-int(count) :]))


def clusters_among(
    clusters: Mapping[str, tuple[int, ...]], usable: Collection[int]
) -> dict[str, tuple[int, ...]]:
    """Return the clusters as far as their cores are usable; one that has none left is none."""
    left = {name: tuple(cpu for cpu in cpus if cpu in usable) for name, cpus in clusters.items()}
    return {name: cpus for name, cpus in left.items() if cpus}


def cores_mask(cores: Sequence[int]) -> str:
    """Return the mask of core numbers, such as `0xc`."""
    return f"{sum(1 << cpu for cpu in cores):#x}"


def mask_cores(mask: str) -> tuple[int, ...]:
    """Return the core numbers of a mask such as `0xc`; () where it is none."""
    if not _MASK.fullmatch(mask):
        return ()
    value = int(mask, 16)
    return tuple(cpu for cpu in range(value.bit_length()) if value >> cpu & 1)
