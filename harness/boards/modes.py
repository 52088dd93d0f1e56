"""A board's power modes, from nvpmodel's table or from cpufreq; pure, nothing is set here.

Names of an nvpmodel table are caps on clocks, not limits of watts, and the same name has other ids
on other modules: name and id are both kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.config.tree import number
from harness.config.words import NAME
from harness.records.modes import CpuPolicy, InForce, PowerMode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_POLICY = re.compile(r"(/sys/devices/system/cpu/cpufreq/policy[0-9]+)/scaling_governor")
_DEVFREQ = re.compile(r"/sys/class/devfreq/[^/.][^/]*/(?:governor|min_freq|max_freq)")
_CPU = "/sys/devices/system/cpu/"
_MODEL = re.compile(r"<\s*POWER_MODEL\s+ID=([0-9]{1,3})\s+NAME=([^\s>]+)\s*>", re.ASCII)
_OFF = re.compile(r"CPU_ONLINE\s+CORE_([0-9]{1,4})\s+0", re.ASCII)
_QUERY = re.compile(r"NV Power Mode:[ \t]*(\S+)[ \t]*\r?\n[ \t]*([0-9]{1,3})[ \t]*(?:\r?\n|$)")
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,63}", re.ASCII)
# drivers whose "powersave" follows the load, and whose top frequency is a hope (turbo)
DYNAMIC = re.compile(r"intel_pstate|intel_cpufreq|amd[-_]pstate")
_MAX_MODES = 64


def parse_conf(text: str) -> dict[str, int]:
    """Return name -> id of the POWER_MODEL lines of nvpmodel.conf, in the file's order."""
    found: dict[str, int] = {}
    for line in text.split("\n"):
        name, number_ = _model(line)
        if name and len(found) < _MAX_MODES:
            found.setdefault(name, number_)
    return found


def parse_off(text: str) -> dict[str, tuple[int, ...]]:
    """Return name -> cores that the mode of nvpmodel.conf takes off line, where it does."""
    found: dict[str, list[int]] = {}
    name = ""
    for line in text.split("\n"):
        if line.startswith("<"):
            name, _ = _model(line)
        match = _OFF.fullmatch(line.strip())
        if name and match:
            found.setdefault(name, []).append(int(match.group(1)))
    return {name: tuple(sorted(set(cpus))) for name, cpus in found.items()}


def _model(line: str) -> tuple[str, int]:
    """Return name and id of a POWER_MODEL line; the name is "" where it is none to be used."""
    match = _MODEL.match(line.strip())
    good = match is not None and NAME.fullmatch(match.group(2)) is not None
    return (match.group(2), int(match.group(1))) if match and good else ("", 0)


def parse_query(text: str) -> tuple[str, int] | None:
    """Return name and id from `nvpmodel -q`: the id stands on a line of its own."""
    match = _QUERY.search(text)
    return (match.group(1), int(match.group(2))) if match else None


def policies(files: Mapping[str, str]) -> tuple[CpuPolicy, ...]:
    """Return the clock domains that cpufreq shows."""
    found = sorted(m.group(1) for path in files if (m := _POLICY.fullmatch(path)))
    return tuple(_policy(files, folder) for folder in found)


def _policy(files: Mapping[str, str], folder: str) -> CpuPolicy:
    words = files.get(f"{folder}/related_cpus", "").split()
    return CpuPolicy(
        folder=folder,
        cpus=tuple(int(w) for w in words if re.fullmatch(r"[0-9]{1,4}", w, re.ASCII)),
        driver=files.get(f"{folder}/scaling_driver", ""),
        base_khz=number(files, f"{folder}/base_frequency"),
        boosts=files.get(f"{_CPU}cpufreq/boost") == "1",
    )


def power_modes(files: Mapping[str, str], conf: str = "") -> tuple[PowerMode, ...]:
    """Return the board's table: nvpmodel's where there is one, else governors and caps."""
    named = parse_conf(conf)
    domains = policies(files)
    keeps = (*_knobs(files, domains), *_devfreq(files))
    if not named:
        return _of_cpufreq(files, domains, keeps)
    largest, off = _largest(list(named)), parse_off(conf)
    return tuple(
        PowerMode(name=name, id=number_, is_max=name == largest, keeps=keeps, off=off.get(name, ()))
        for name, number_ in named.items()
    )


def _largest(names: Sequence[str]) -> str:
    """MAXN, its SUPER form before it; else the most watts, then cores; "" where that is a tie."""
    maxn = [name for name in names if name.upper().startswith("MAXN")]
    if maxn:
        return max(maxn, key=lambda name: "SUPER" in name.upper())
    sizes = {name: _size(name) for name in names}
    best = max(sizes.values())
    first, *others = [name for name, size in sizes.items() if size == best]
    return "" if others or best == (0, 0) else first


def _size(name: str) -> tuple[int, int]:
    watts = re.search(r"([0-9]{1,4})W", name, re.ASCII)
    cores = re.search(r"([0-9]{1,3})CORE", name, re.ASCII)
    return (int(watts.group(1)) if watts else 0, int(cores.group(1)) if cores else 0)


def _knobs(files: Mapping[str, str], domains: Sequence[CpuPolicy]) -> tuple[str, ...]:
    names = ("scaling_governor", "scaling_min_freq", "scaling_max_freq")
    paths = (f"{domain.folder}/{name}" for domain in domains for name in names)
    return tuple(path for path in paths if _PLAIN.fullmatch(files.get(path, "")))


def _devfreq(files: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(p for p in sorted(files) if _DEVFREQ.fullmatch(p) and _PLAIN.fullmatch(files[p]))


def _of_cpufreq(
    files: Mapping[str, str], domains: Sequence[CpuPolicy], keeps: tuple[str, ...]
) -> tuple[PowerMode, ...]:
    if not domains:
        return ()
    choices = [_words(files, f"{d.folder}/scaling_available_governors") for d in domains]
    common = [name for name in choices[0] if all(name in other for other in choices)]
    found = [
        PowerMode(name=name, sets=_governor(domains, name), keeps=keeps)
        for name in common
        # `userspace` alone says no clock
        if NAME.fullmatch(name) and name not in {"userspace", "default", "max"}
    ]
    if "performance" in common:
        tops = {
            f"{d.folder}/scaling_max_freq": str(top)
            for d in domains
            if (top := number(files, f"{d.folder}/cpuinfo_max_freq"))
        }
        sets = {**_governor(domains, "performance"), **tops}
        found.append(PowerMode(name="performance+max", is_max=True, sets=sets, keeps=keeps))
    steps = {d.folder: _steps(files, d.folder) for d in domains}
    for cap in sorted({khz for of in steps.values() for khz in of}):
        name = f"{cap / 1000:.10g}MHz"
        found.append(PowerMode(name=name, sets=_cap(files, steps, cap), keeps=keeps))
    return tuple(found[:_MAX_MODES])


def _governor(domains: Sequence[CpuPolicy], name: str) -> dict[str, str]:
    return {f"{domain.folder}/scaling_governor": name for domain in domains}


def _cap(files: Mapping[str, str], steps: Mapping[str, Sequence[int]], cap: int) -> dict[str, str]:
    """Each domain at its highest step up to the cap; a bottom above that goes down first."""
    sets = {}
    for folder, of in steps.items():
        if not of:
            continue
        top = max((khz for khz in of if khz <= cap), default=min(of))
        if (number(files, f"{folder}/scaling_min_freq") or 0) > top:
            sets[f"{folder}/scaling_min_freq"] = str(top)
        sets[f"{folder}/scaling_max_freq"] = str(top)
    return sets


def _words(files: Mapping[str, str], path: str) -> list[str]:
    text = files.get(path, "")
    return [] if text.startswith("!") else text.split()


def _steps(files: Mapping[str, str], folder: str) -> list[int]:
    words = _words(files, f"{folder}/scaling_available_frequencies")
    return [int(w) for w in words if re.fullmatch(r"[1-9][0-9]{3,9}", w, re.ASCII)]


def in_force(mode: PowerMode, domains: Sequence[CpuPolicy], values: Mapping[str, str]) -> InForce:
    """Return what a mode came to, from the values that were read back after it was set."""
    clocks: dict[int, tuple[int | None, int | None]] = {}
    governors, caps = {}, {}
    for domain in domains:
        name = domain.folder.rpartition("/")[2]
        governor = values.get(f"{domain.folder}/scaling_governor", "")
        top = number(values, f"{domain.folder}/scaling_max_freq")
        if governor:
            governors[name] = governor
        if top:
            caps[name] = top
            bottom = number(values, f"{domain.folder}/scaling_min_freq")
            clocks |= dict.fromkeys(domain.cpus, _clocks(domain, governor, bottom, top))
    return InForce(
        name=mode.name, id=mode.id, governors=governors, caps_khz=caps, clocks_khz=clocks
    )


def _clocks(
    domain: CpuPolicy, governor: str, bottom: int | None, top: int
) -> tuple[int | None, int | None]:
    """Lowest and highest clock of a busy core, in kHz; None where the driver promises nothing."""
    most = None if domain.boosts else top
    if DYNAMIC.search(domain.driver):
        return (min(top, domain.base_khz) if domain.base_khz else None), most
    if governor == "powersave":
        return bottom, bottom
    return (None if governor in {"", "userspace"} else top), most


def barred(*, tune: bool, become: str, may_write: bool) -> str:
    """Return why modes cannot be set on a board, "" when they can, as far as it can be known."""
    if not tune:
        return "power modes are set only on boards marked `tune: true` in boards.yaml"
    if become == "none" and not may_write:
        return (
            "the clocks of this board are for root only: write `become: sudo-n` in boards.yaml,"
            " see docs/SECURITY.md for the line in sudoers"
        )
    return ""
