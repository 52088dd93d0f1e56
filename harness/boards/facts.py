"""Puts together what probe, runner and sensors say of a board; asks nothing itself."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from harness.boards.counters import is_counter
from harness.boards.families.table import family_of
from harness.boards.likeness import contradiction
from harness.boards.modes import barred, parse_query, policies, power_modes
from harness.boards.thermal import cpu_c, values_c
from harness.boards.topology import clusters, core_list
from harness.boards.units import idle_units
from harness.boards.watch import trips_c, watch
from harness.config.tree import number
from harness.records.board import (
    BoardEntry,
    BoardFacts,
    Hello,
    SensorFile,
    clusters_among,
    mask_cores,
)
from harness.records.measurement import Environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.boards.probe import Probe

_CPUFREQ = "/sys/devices/system/cpu/cpu0/cpufreq/"
_VIRTUAL = {"linux,dummy-virt": "qemu's arm machine", "riscv-virtio,qemu": "qemu's riscv machine"}


def facts(
    entry: BoardEntry,
    probe: Probe,
    hello: Hello,
    sensors: Sequence[SensorFile] = (),
    sensor_absent: str = "",
) -> BoardFacts:
    """Return all that is known of a board before it is planned for."""
    name, family = family_of(probe)
    model = family.model(probe) or hello.cpu_model or hello.machine
    watched = watch(probe.files, family.watched(probe))
    governor = probe.files.get(f"{_CPUFREQ}scaling_governor", "!")
    return BoardFacts(
        entry=entry,
        board_id=board_id(entry, probe, hello, model),
        hello=hello,
        model=model,
        family=name,
        os=probe.os or probe.system,
        governor=None if governor.startswith("!") else governor,
        freq_khz=_freq_khz(probe),
        temperatures_c=values_c(probe.files),
        watch=watched,
        trips_c=trips_c(probe.files, watched),
        sensors=tuple(sensors),
        sensor_absent="" if sensors else _absent(sensor_absent, family.notes(probe)),
        runtimes=probe.runtimes,
        runtime_devices=probe.runtime_devices,
        runtime_absent=probe.runtime_absent,
        emulated=_emulated(entry, probe, hello),
        clusters=_here(clusters(probe.files), hello),
        idle_units=idle_units(probe, hello),
        modes=power_modes(probe.files, probe.nvpmodel),
        mode_found=(parse_query(probe.mode) or ("",))[0],
        modes_barred=barred(tune=entry.tune, become=entry.become, may_write=bool(probe.writable)),
        policies=policies(probe.files),
        start_c=cpu_c(probe.files),
    )


def _here(found: Mapping[str, tuple[int, ...]], hello: Hello) -> dict[str, tuple[int, ...]]:
    """Return the clusters as far as they are on line and the runner may use them."""
    usable = {*mask_cores(hello.core_mask), *mask_cores(hello.isolated_mask)}
    return clusters_among(found, usable) if usable else dict(found)


def board_id(entry: BoardEntry, probe: Probe, hello: Hello, model: str) -> str:
    """Return a hash that stays with the board over boots, names and addresses.

    The serial number of the device tree decides, else the machine id, else the address in the
    inventory; model and topology go in so that a swapped card is another board.
    """
    address = [entry.host or "", str(entry.port or ""), entry.dir or "", entry.name]
    serial = probe.serial.strip("0 ") or probe.machine_id or "/".join(address)
    # a power mode may take cores off line: the board is the same
    cores = len(core_list(probe.files.get("/sys/devices/system/cpu/present", ""))) or hello.cores
    defining = [serial, model, hello.target, cores, hello.memory_bytes >> 28]
    return hashlib.sha256(json.dumps(defining).encode()).hexdigest()[:16]


def environment(board: BoardFacts) -> Environment:
    """Return the state of a board as it is stored with a run."""
    hello = board.hello
    return Environment(
        board=board.name,
        board_id=board.board_id,
        model=board.model,
        family=board.family,
        os=board.os,
        kernel_release=hello.kernel_release,
        cpu_model=hello.cpu_model,
        features=hello.features,
        clock_source=hello.clock_source,
        cores=hello.cores,
        memory_bytes=hello.memory_bytes,
        emulated=board.emulated,
        vm=hello.vm,
        governor=_governor(board),
        boot_id=hello.boot_id,
        counters=tuple(name for name in board.watch if is_counter(name)),
        idle_units=board.idle_units,
        power_mode=board.in_force.name if board.in_force else board.mode_found or None,
        power_mode_id=board.in_force.id if board.in_force else None,
        governors=board.in_force.governors if board.in_force else None,
        caps_khz=board.in_force.caps_khz if board.in_force else None,
    )


def _governor(board: BoardFacts) -> str | None:
    """Of the first clock domain, in the mode that is in force."""
    set_ = board.in_force.governors if board.in_force else {}
    return next(iter(set_.values()), board.governor)


def _freq_khz(probe: Probe) -> tuple[int, int] | None:
    low = number(probe.files, f"{_CPUFREQ}cpuinfo_min_freq")
    high = number(probe.files, f"{_CPUFREQ}cpuinfo_max_freq")
    return (low, high) if low and high and low <= high else None


def _absent(words: str, notes: Sequence[str]) -> str:
    return "; ".join([words or "no sensor was looked for", *notes])


def _emulated(entry: BoardEntry, probe: Probe, hello: Hello) -> str:
    if hello.emulated:
        return hello.emulated
    if entry.emulated:
        return "marked `emulated` in boards.yaml"
    virtual = next((words for name, words in _VIRTUAL.items() if name in probe.compatible), "")
    return virtual or contradiction(probe)
