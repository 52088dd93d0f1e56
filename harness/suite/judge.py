"""Whether a cell can be measured on one board, and if not, why, in words; drops nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.records.external import external_name
from harness.records.modes import DEFAULT, resolve
from harness.records.scenario import long_run
from harness.records.shape import splits

if TYPE_CHECKING:
    from harness.records.board import BoardFacts
    from harness.records.item import Item
    from harness.suite.catalogue import Catalogue
    from harness.suite.cells import Cell

# variants that are there on every CPU
_PLAIN = frozenset({"ref", "portable"})
ONE_THREAD = "this runtime runs on one thread"


def on_board(cell: Cell, facts: BoardFacts, catalogue: Catalogue) -> list[tuple[Item, str]]:
    """Return a cell's items on a board, each with the reason why it is skipped ("" = it runs)."""
    whole, facts = facts, facts.within(cell.item.mode)
    item = replace(cell.item, threads=threads_of(cell.item.cores, facts))
    reason = (
        _mode(item, facts)
        or _device(item, catalogue)
        or _runtime(item, facts)
        or _listed(item, facts, catalogue)
        or _cores(item, facts, catalogue, "" if facts is whole else f" in mode {item.mode}")
        or _long(item)
        or _halves(item, facts)
    )
    if item.kind != "kernel" or item.runtime != "native":
        return [(item, reason)]
    return _variants(item, cell.implementations, facts, reason)


def threads_of(cores: str, facts: BoardFacts) -> int:
    """Return how many threads a choice of cores means on this board (0: no such cores)."""
    count, _, cluster = cores.partition("@")
    available = len(facts.clusters.get(cluster, ())) if cluster else facts.hello.cores
    return available if count == "all" else int(count)


def _mode(item: Item, facts: BoardFacts) -> str:
    if item.mode == DEFAULT:
        return ""
    if not facts.entry.tune:
        return f"power mode {item.mode!r} is set only on boards marked `tune: true` in boards.yaml"
    if facts.modes_barred:
        return f"power mode {item.mode!r}: {facts.modes_barred}"
    if resolve(facts.modes, item.mode) is not None:
        return ""
    known = ", ".join(mode.name for mode in facts.modes)
    return f"this board has no power mode {item.mode!r}: " + (
        f"it has {known}" if known else "it tells of neither nvpmodel nor cpufreq"
    )


def _device(item: Item, catalogue: Catalogue) -> str:
    runtime = catalogue.runtime(item.runtime)
    return runtime.devices.get(item.device, "no such device") if runtime else ""


def _runtime(item: Item, facts: BoardFacts) -> str:
    name = external_name(item.runtime)
    if name:
        declared = name in facts.entry.externals
        return "" if declared else f"no program {name!r} is declared for this board"
    if item.runtime == "native" or item.runtime in facts.runtimes:
        return ""
    return facts.runtime_absent.get(item.runtime, f"no {item.runtime} was found on this board")


def _listed(item: Item, facts: BoardFacts, catalogue: Catalogue) -> str:
    """Why the board's runtime cannot use a device, as far as it tells its devices."""
    runtime = catalogue.runtime(item.runtime)
    wanted = runtime.listed.get(item.device, "") if runtime else ""
    here = facts.runtime_devices.get(item.runtime, ())
    # several alike are listed as GPU.0, GPU.1
    if not wanted or not here or wanted in {name.partition(".")[0] for name in here}:
        return ""
    return f"{item.runtime} on this board has no {wanted}; it has {', '.join(here)}"


def _cores(item: Item, facts: BoardFacts, catalogue: Catalogue, when: str) -> str:
    _, _, cluster = item.cores.partition("@")
    if cluster and cluster not in facts.clusters:
        known = ", ".join(facts.clusters)
        return f"this board has no cluster {cluster!r}{when}" + (
            f" (it has {known})" if known else ": its cores are alike, or it does not tell"
        )
    available = len(facts.clusters[cluster]) if cluster else facts.hello.cores
    if item.threads > available:
        return f"{item.threads} cores were asked for, there are {available}{when}"
    runtime = catalogue.runtime(item.runtime)
    # `all` on a board with one core is one thread, and runs
    if item.threads > 1 and runtime is not None and not runtime.threads:
        return ONE_THREAD
    return _native_threads(item) if item.threads > 1 and item.runtime == "native" else ""


def _long(item: Item) -> str:
    """Why nobody can make the long run: only our own runner counts by the second, and keeps a pace.

    The workers of other runtimes report one window, of which nobody knows where it got slower.
    """
    if item.runtime == "native" or long_run(item.scenario) is None:
        return ""
    word = item.scenario.partition(" ")[0]
    return f"{word} runs are made by our own runner only, not yet by {item.runtime}"


def _halves(item: Item, facts: BoardFacts) -> str:
    """Why our own runner does not measure half floats here: plain C would only take them apart."""
    if (item.kind, item.runtime, item.scheme) != ("network", "native", "fp16"):
        return ""
    here = {name.rpartition("__")[2] for name in facts.hello.variants.get("gemm_fp16", ())}
    return "" if here - _PLAIN else "this CPU has no instructions for half floats"


def _native_threads(item: Item) -> str:
    if item.kind == "kernel" and not splits(item.workload, item.shape, item.threads):
        return f"{item.workload} {item.shape} has no {item.threads} parts for as many threads"
    return ""


def _variants(
    item: Item, wanted: tuple[str, ...], facts: BoardFacts, reason: str
) -> list[tuple[Item, str]]:
    here = facts.hello.variants.get(f"{item.workload}_{item.scheme}", ())
    if not here:
        absent = f"the board's runner has no variant of {item.workload} {item.scheme}"
        return [(item, reason or absent)]
    by_isa = {name.rpartition("__")[2]: name for name in here}
    if wanted == ("best",):
        return [(item, reason)]
    names = [isa for isa in by_isa if isa != "ref"] if wanted == ("all",) else list(wanted)
    if not names:
        return [(item, reason or "only the reference runs here; name it: implementations: [ref]")]
    return [_forced(item, isa, by_isa, reason) for isa in names]


def _forced(item: Item, isa: str, by_isa: dict[str, str], reason: str) -> tuple[Item, str]:
    if isa in by_isa:
        return replace(item, variant=by_isa[isa]), reason
    absent = f"variant {isa!r} does not run on this CPU; here: {', '.join(by_isa)}"
    return replace(item, variant=isa), reason or absent
