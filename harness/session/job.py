"""JOB text: what the runner is told. Strings carry their length: nothing can be smuggled in."""

from __future__ import annotations

import getpass
import platform
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.records.scenario import long_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from harness.records.board import SensorFile, WatchFile
    from harness.records.item import Protocol, Work


@dataclass(frozen=True, kw_only=True)
class Job:
    """One worker's whole order: protocol, sensors and items."""

    run: str
    holder: str
    runner_sha256: str
    lease: str
    seed: int
    protocol: Protocol
    works: Sequence[Work]
    deadline_s: int
    timeout_s: int = 60
    isa_mask: str = ""
    peaks: bool = True
    root: str = "/"
    watch: Mapping[str, WatchFile] = field(default_factory=dict)
    sensors: Sequence[SensorFile] = ()
    cool_mc: int = 0  # the warmest that a long thing may begin, 0 = the board does not tell
    cool_round_mc: int = 0  # the same of a round
    # meters beside the board are read meanwhile: windows are wanted without a sensor, too
    meters: bool = False
    step_s: float = 0.0  # load step before the first energy window
    cost_pairs: int = 0  # rounds in which the cost of sampling is measured
    # `1@big` -> the board's own core numbers
    cpu_list: Callable[[str], str] = str


def holder() -> str:
    """Return who holds a lease, as shown to whoever is refused: user@machine."""
    return f"{getpass.getuser()}@{platform.node() or 'localhost'}"


def render(job: Job) -> bytes:
    """Return the JOB text; versioned by its first line."""
    return b"".join([*_head(job), *_sensors(job), *_items(job)])


def line(key: str, value: int | str) -> bytes:
    """Return one `key value` line; a string carries its length in bytes."""
    if isinstance(value, int):
        return f"{key} {value}\n".encode()
    return f"{key} {text(value)}\n".encode()


def text(value: str) -> str:
    """Return the length-prefixed form of a string."""
    return f"{len(value.encode())}:{value}"


def _head(job: Job) -> Iterator[bytes]:
    protocol = job.protocol
    yield line("job", 1)
    yield line("run", job.run)
    yield line("holder", job.holder)
    yield line("runner", job.runner_sha256)
    yield line("lease", job.lease)
    yield line("deadline_s", job.deadline_s)
    yield line("budget_s", int(protocol.budget_s))
    yield line("seed", job.seed)
    yield line("repetitions_min", protocol.repetitions_min)
    yield line("repetitions_max", protocol.repetitions_max)
    yield line("samples", protocol.samples)
    yield line("sample_min_ns", int(protocol.sample_min_ms * 1e6))
    yield line("warmup_ns", int(protocol.warmup_ms * 1e6))
    yield line("precision_ppm", int(protocol.precision * 1e6))
    yield line("isa_mask", job.isa_mask)
    yield line("peaks", int(job.peaks))
    yield line("root", job.root)
    yield line("cool_mc", job.cool_mc)
    yield line("cool_round_mc", job.cool_round_mc)
    yield line("cool_cap_ns", int(protocol.cool_cap_s * 1e9))
    yield line("items", len(job.works))  # a job that was cut between two items is refused
    if job.meters:
        yield line("meters", 1)
    for name, file in job.watch.items():
        if file.word:
            yield f"pick {text(name)} {text(file.path)} {text(file.word)}\n".encode()
        else:
            yield f"watch {text(name)} {text(file.path)}\n".encode()


def _sensors(job: Job) -> Iterator[bytes]:
    for sensor in job.sensors:
        yield b"sensor\n"
        yield line("id", sensor.id)
        yield line("form", sensor.kind)
        yield line("path", sensor.path)
        if sensor.path2:
            yield line("path2", sensor.path2)
        yield line("period_ns", sensor.period_ms * 1_000_000)
        yield b"end\n"
    reads = job.sensors or job.meters
    yield line("idle_ns", int(job.protocol.idle_s * 1e9) if reads else 0)
    if job.step_s:
        yield line("step_ns", int(job.step_s * 1e9))
    if job.cost_pairs and job.sensors:
        yield line("cost_pairs", job.cost_pairs)


def _items(job: Job) -> Iterator[bytes]:
    for work in job.works:
        yield b"item\n"
        yield line("id", work.item.item_id)
        for key, value in work.keys.items():
            values = value if isinstance(value, tuple) else (value,)
            yield from (line(key, one) for one in values)
        yield line("threads", work.item.threads)
        yield line("cores", job.cpu_list(work.item.cores))
        yield line("timeout_s", work.timeout_s or job.timeout_s)
        asked = long_run(work.item.scenario)
        if asked:  # its own window is what joules are taken over
            yield line("sustain_ns", int(asked.seconds(job.protocol.periodic_s) * 1e9))
        if asked and asked.is_periodic:
            yield line("pace_ns", asked.period_ns)
        reads = work.item.energy and (job.sensors or job.meters) and not asked
        windows = job.protocol.energy_windows if reads else 0
        yield line("energy_windows", windows)
        yield line("energy_window_ns", int(job.protocol.energy_window_s * 1e9))
        yield b"end\n"
