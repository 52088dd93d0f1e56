"""Asks a board what it is, in one command over the transport; understands, and decides nothing."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harness.boards.pythons import FOLDERS, PYTHONS
from harness.boards.script import SCRIPT
from harness.config.tree import parse_tree
from harness.errors import BoardError, LinkError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.records.board import BoardEntry
    from harness.transport.base import Transport

TIMEOUT_S = 90.0
_MAX_BYTES = 1 << 20
_MAX_TEXT = 200
_MAX_LIST = 2000  # of a file that lists a board's choices


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A board's own words. `files` maps paths of /sys (without the entry's root) to values."""

    name: str
    system: str = ""
    kernel_release: str = ""
    machine: str = ""
    os: str = ""
    machine_id: str = ""
    model: str = ""
    compatible: tuple[str, ...] = ()
    serial: str = ""
    cpuinfo: str = ""
    memory_kib: int | None = None
    memory_free_kib: int | None = None  # what programs could get, without swapping
    swap_used_kib: int | None = None
    load: float | None = None  # programs that ran or waited, mean of the last minute
    files: Mapping[str, str] = field(default_factory=dict)
    nvpmodel: str = ""  # the POWER_MODEL lines of its table
    mode: str = ""  # what `nvpmodel -q` prints
    writable: tuple[str, ...] = ()  # knobs that this user may write
    runtimes: Mapping[str, str] = field(default_factory=dict)
    runtime_versions: Mapping[str, str] = field(default_factory=dict)
    runtime_devices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    runtime_absent: Mapping[str, str] = field(default_factory=dict)
    sensor: str = "auto"  # what the inventory wants: auto, none or an id

    def with_runtimes(self, more: Runtimes) -> Probe:
        """Return this with runtimes that were found elsewhere; what was known stays."""
        found = {**more.found, **self.runtimes}
        return replace(
            self,
            runtimes=found,
            runtime_versions={**more.versions, **self.runtime_versions},
            runtime_devices={**more.devices, **self.runtime_devices},
            runtime_absent={k: why for k, why in self.runtime_absent.items() if k not in found},
        )


def probe(transport: Transport, entry: BoardEntry) -> Probe:
    """Run the probe script on a board; raises LinkError, or BoardError when no shell answers."""
    done = transport.run(argv_of(entry), timeout_s=TIMEOUT_S)
    if done.status is None:
        raise LinkError("the link was lost while asking the board what it is", where=entry.name)
    out = done.stdout[:_MAX_BYTES].decode("utf-8", "replace")
    if done.status != 0 or "== end" not in out:
        words = done.stderr[-_MAX_TEXT:].decode("utf-8", "replace").strip()
        raise BoardError(
            f"the probe ended with status {done.status}: {_clean(words) or 'no words'}",
            where=entry.name,
            do="a POSIX shell with tr, head and tail is needed on the board",
        )
    return parse_probe(out, entry)


def argv_of(entry: BoardEntry) -> list[str]:
    """Return the command: the constant script, root, an interpreter of ours, pairs of runtimes.

    A pair is a runtime and the place the inventory names; the others are sought in `python3`.
    """
    # the harness's own environment is the likeliest to have them on the machine at hand
    own = sys.executable if entry.host is None else ""
    # `python` runs workers (of trtexec, of Google Benchmark) and is no runtime itself
    pairs = [word for pair in entry.runtimes.items() if pair[0] != "python" for word in pair]
    return ["sh", "-c", SCRIPT, "sh", entry.root, own, *pairs]


def parse_probe(out: str, entry: BoardEntry) -> Probe:
    """Return the Probe of the script's output; whatever does not fit is left out."""
    sections = _sections(out)
    system = [*sections.get("system", ()), "", "", ""]
    runtimes = parse_runtimes(sections.get("runtimes", ()))
    memory = _memory_kib(sections.get("memory", ()))
    return Probe(
        name=entry.name,
        system=_clean(system[0]),
        kernel_release=_clean(system[1]),
        machine=_clean(system[2]),
        os=_os(sections.get("os", ())),
        machine_id=_first(sections, "machine_id"),
        model=_first(sections, "model"),
        compatible=tuple(_clean(line) for line in sections.get("compatible", ()) if line)[:32],
        serial=_first(sections, "serial"),
        cpuinfo="\n".join(sections.get("cpuinfo", ())),
        memory_kib=memory.get("MemTotal"),
        memory_free_kib=memory.get("MemAvailable"),
        swap_used_kib=_swap_used_kib(memory),
        load=_load(_first(sections, "loadavg")),
        files={
            path: _clean(value, _MAX_LIST if "scaling_available_" in path else _MAX_TEXT)
            for path, value in parse_tree("\n".join(sections.get("files", ()))).items()
        },
        nvpmodel="\n".join(sections.get("nvpmodel", ())),
        mode="\n".join(sections.get("mode", ())),
        writable=tuple(_clean(line) for line in sections.get("writable", ()))[:64],
        runtimes=runtimes.found,
        runtime_versions=runtimes.versions,
        runtime_devices=runtimes.devices,
        runtime_absent=runtimes.absent,
        sensor=entry.sensor,
    )


def _sections(out: str) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    # not splitlines(): it also breaks at characters that a value may hold
    for line in out.split("\n"):
        if line.startswith("== "):
            current = sections.setdefault(line[3:], [])
        elif line.startswith("|"):
            current.append(line[1:].rstrip("\r"))
    return sections


def _clean(text: str, most: int = _MAX_TEXT) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:most]


def _first(sections: Mapping[str, Sequence[str]], name: str) -> str:
    return next((_clean(line) for line in sections.get(name, ()) if line.strip()), "")


def _os(lines: Sequence[str]) -> str:
    pairs = dict(line.split("=", 1) for line in lines if "=" in line)
    return _clean(pairs.get("PRETTY_NAME", pairs.get("NAME", "")).strip("\"'"))


def _memory_kib(lines: Sequence[str]) -> dict[str, int]:
    found = re.findall(r"^([A-Za-z]+):\s+([0-9]{1,15}) kB", "\n".join(lines), re.MULTILINE)
    return {name: int(value) for name, value in reversed(found)}  # the first of two counts


def _swap_used_kib(memory: Mapping[str, int]) -> int | None:
    if "SwapTotal" not in memory or "SwapFree" not in memory:
        return None
    return max(0, memory["SwapTotal"] - memory["SwapFree"])


def _load(line: str) -> float | None:
    match = re.match(r"[0-9]{1,6}\.[0-9]{1,4}(?= )", line, re.ASCII)
    return float(match.group()) if match else None


@dataclass(frozen=True, kw_only=True)
class Runtimes:
    """What a board said of its runtimes; `found` is where each lies."""

    found: dict[str, str]
    versions: dict[str, str]
    devices: dict[str, tuple[str, ...]]
    absent: dict[str, str]


def parse_runtimes(lines: Sequence[str]) -> Runtimes:
    """Understand what `pythons.ASK` wrote: name, place, version or why not, devices."""
    seen = Runtimes(found={}, versions={}, devices={}, absent={})
    for line in lines:
        name, place, words, devices = (_clean(part) for part in [*line.split("\t"), "", "", ""][:4])
        if words.startswith("!") or not words:
            seen.absent.setdefault(name, _absent(name, place, words[1:]))
        elif name not in seen.found:
            seen.found[name], seen.versions[name] = place, words
            seen.devices[name] = tuple(devices.split(",")) if devices else ()
    for name in seen.found:
        seen.absent.pop(name, None)
    return seen


def _absent(name: str, place: str, why: str) -> str:
    if name in FOLDERS:
        return (
            f"no {name} at {place} on the board ({why or 'no answer'}); install it there, or name"
            f" the folder that holds {FOLDERS[name][1]} in boards.yaml:"
            f" runtimes: {{{name}: /folder}}"
        )
    line = f"python3 -m pip install {PYTHONS[name].package}" if name in PYTHONS else ""
    how = f": {line}, or `harness run --provision`" if line else ""
    return (
        f"{place} on the board cannot load {name} ({why or 'no answer'}); install it there{how};"
        f" or name another interpreter in boards.yaml: runtimes: {{{name}: /path/to/python3}}"
    )
