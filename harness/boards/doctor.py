"""What can be measured on a board, what needs root, what is wrong and the fix; pure, by one table.

Each check takes what was examined and yields findings. Nothing is asked and nothing is measured.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.boards import ailments
from harness.boards.finding import Level, note, ok, problem
from harness.errors import HarnessError
from harness.units import size_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.boards.finding import Check, Examined, Finding

_LEAST_ROOM_KIB = 32 << 10  # the runner, one network with its weights and a spool
_LITTLE_ROOM_KIB = 512 << 10
_LOOK = "harness doctor says more when this is mended"


def reach(seen: Examined) -> Iterator[Finding]:
    """How far the examination came."""
    if not seen.reached:
        yield problem("reach", seen.error, seen.fix or "check host, user and network")
    elif seen.error:
        yield problem("runner", seen.error, seen.fix or _LOOK)


def runner(seen: Examined) -> Iterator[Finding]:
    """Where our binary runs, and the room there."""
    if seen.facts is None or seen.place is None:
        return
    place = seen.place
    yield ok("runner", f"{seen.facts.hello.target}, runs in {place.directory}")
    if place.free_kib is None:
        yield note("disk", f"free room below {place.directory} is unknown")
        return
    words = f"{size_bytes(place.free_kib << 10)} free on {place.mount}"
    fix = "harness boards --clean, or name a roomier `dir:` in boards.yaml"
    if place.free_kib < _LEAST_ROOM_KIB:
        yield problem("disk", f"only {words}", fix)
    elif place.free_kib < _LITTLE_ROOM_KIB:
        yield note("disk", words, fix)
    else:
        yield ok("disk", words)


def lease(seen: Examined) -> Iterator[Finding]:
    """Who holds the board."""
    if seen.place is None:
        return
    if seen.place.holder:
        words = f"held by {seen.place.holder}, {seen.place.left_s} s left at most"
        yield note("lease", words, "wait until it ends: a run that starts now exits 75")
    else:
        yield ok("lease", "free")


def kernels(seen: Examined) -> Iterator[Finding]:
    """Kernels by op and by the instruction set that would run; the bitwise pieces in one line."""
    if seen.facts is None:
        return
    found: dict[str, dict[str, list[str]]] = {}
    for name, variants in sorted(seen.facts.hello.variants.items()):
        op, _, scheme = name.partition("_")
        line, word = ("bitwise", op) if scheme == "bits" else (op, scheme)
        if variants:
            isa = variants[-1].rpartition("__")[2]
            found.setdefault(line, {}).setdefault(isa, []).append(word)
    for line, sets in found.items():
        words = "; ".join(f"{isa}: {' '.join(names)}" for isa, names in sets.items())
        yield ok("kernels", f"{line} by {words}")


def units(seen: Examined) -> Iterator[Finding]:
    """What could compute there and is not made to."""
    if seen.facts is not None and seen.facts.idle_units:
        words = f"not exercised: {', '.join(seen.facts.idle_units)}"
        yield note("units", words, "figures of this board are those of the rest of it")


def runtimes(seen: Examined) -> Iterator[Finding]:
    """Runtimes with their versions, the networks they carry, and what is missing."""
    if seen.facts is None:
        return
    versions = seen.probe.runtime_versions if seen.probe else {}
    here = [name for name, absent in seen.runtimes.items() if not absent]
    if here:
        yield ok("runtimes", ", ".join(f"{name} {versions.get(name, '')}".strip() for name in here))
    carried: dict[str, list[str]] = {}
    for network, names in seen.networks.items():
        carried[network] = [name for name in names if name in here]
    words = [f"{network} by {'/'.join(names)}" for network, names in carried.items() if names]
    if words:
        yield ok("networks", ", ".join(words))
    for absent in seen.runtimes.values():
        if absent:
            what, _, fix = absent.partition("; ")
            yield note("runtimes", what, fix)


def sensors(seen: Examined) -> Iterator[Finding]:
    """What joules could be told apart, with their scope."""
    if seen.facts is None:
        return
    found = seen.facts.sensors
    if not found:
        words, *hints = seen.facts.sensor_absent.split("; ")
        # what root alone may read is told by `root`
        fix = "; ".join(hint for hint in hints if "root" not in hint)
        joules = "no joules but those of a meter" if seen.entry.meters else "no joules"
        yield note("sensors", f"{words}; {joules}", fix or "an external meter: docs/POWER.md")
        return
    total = next((sensor for sensor in found if sensor.total), None)
    if total:
        yield ok("sensors", f"{total.total} ({total.total_scope})")
    else:
        yield ok("sensors", ", ".join(f"{sensor.id} ({sensor.scope})" for sensor in found))


def meters(seen: Examined) -> Iterator[Finding]:
    """What the meters beside the board say at this moment."""
    for source, said in seen.meters.items():
        if isinstance(said, HarnessError):
            yield problem("meters", f"{source}: {said.what}", said.do or "look at `meter:`")
        else:
            yield ok("meters", f"{source} reads {said:.4g} W")


def root(seen: Examined) -> Iterator[Finding]:
    """What is there and may be read by root only."""
    files: Mapping[str, str] = seen.probe.files if seen.probe else {}
    denied = sorted(path for path, value in files.items() if value == "!EACCES")
    energy = [path for path in denied if re.search(r"/intel-rapl:[^/]+/energy_uj$", path)]
    others = [path for path in denied if path not in energy]
    if energy:
        fix = "once a boot as root: chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj"
        yield note("root", "the CPU's energy counters (RAPL) are for root only", fix)
    if others:
        more = f" and {len(others) - 1} more" if others[1:] else ""
        fix = f"as root: chmod a+r {others[0]}"
        yield note("root", f"for root only: {others[0]}{more}", fix)


def modes(seen: Examined) -> Iterator[Finding]:
    """Power modes by name, and what is needed before a suite may ask for them."""
    if seen.facts is None or not seen.facts.modes:
        return
    names = ", ".join(mode.name for mode in seen.facts.modes)
    found = f"; found in {seen.facts.mode_found}" if seen.facts.mode_found else ""
    words = f"{names}{found}"
    entry, bar = seen.entry, seen.facts.modes_barred
    if bar or entry.become == "sudo-n":
        needs = [] if entry.tune else ["`tune: true` for this board in boards.yaml"]
        if entry.become == "sudo-n" or not (seen.probe and seen.probe.writable):
            needs += ["`become: sudo-n`"] if entry.become == "none" else []
            needs += [f"in sudoers: {_sudoers(seen)}"]
        yield note("modes", words, ", and ".join(needs))
    else:
        yield ok("modes", words)


def _sudoers(seen: Examined) -> str:
    """The line that lets this user start guards, of exactly this runner; see docs/SECURITY.md."""
    if seen.facts is None or seen.place is None:
        return "see docs/SECURITY.md"
    sha256 = seen.facts.hello.runner_sha256
    program = f"{seen.place.directory}/{sha256}/runner"
    user = seen.entry.user or "USER"
    return f"{user} ALL=(root) NOPASSWD: sha256:{sha256} {program} guard *"


CHECKS: tuple[Check, ...] = (
    reach,
    runner,
    lease,
    kernels,
    units,
    runtimes,
    sensors,
    meters,
    root,
    modes,
    ailments.likeness,
    ailments.governor,
    ailments.capped,
    ailments.clock,
    ailments.heat,
    ailments.throttling,
    ailments.load,
    ailments.memory,
)


def findings(seen: Examined) -> tuple[Finding, ...]:
    """Return all findings of one board, in the order of CHECKS."""
    return tuple(finding for check in CHECKS for finding in check(seen))


def worst(found: tuple[Finding, ...]) -> Level:
    """Return the worst level among findings."""
    order = (Level.PROBLEM, Level.NOTE, Level.OK)
    levels = {finding.level for finding in found}
    return next((level for level in order if level in levels), Level.OK)
