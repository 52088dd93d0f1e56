"""A suite's matrix, multiplied out against the catalogue; no board is looked at here.

Combinations the catalogue does not know are dropped and counted; a listed value that is left
without any cell is an error at its position, for it is a mistake far more often than a wish.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.config.schema import suggestion
from harness.errors import ConfigError
from harness.records.item import Item
from harness.records.shape import MAPS, fits, parse
from harness.suite.catalogue import SHAPE_SETS, Catalogue
from harness.suite.externals import beside, dead_programs, program_items, split
from harness.suite.suite import Block, ExternalBlock, KernelBlock, NetworkBlock, Suite

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CELLS = 20_000
_NAMED = ("networks", "runtimes")  # axes whose values are names of things this version has


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One combination the catalogue knows; threads and variant wait for the board."""

    item: Item
    implementations: tuple[str, ...] = ("best",)


@dataclass(frozen=True, kw_only=True)
class Cells:
    """All cells in suite order, and how many combinations were dropped."""

    cells: tuple[Cell, ...]
    dropped: int


def expand(suite: Suite, catalogue: Catalogue) -> Cells:
    """Multiply the matrix out, modes outermost; raises ConfigError for values without a cell."""
    cells: list[Cell] = []
    dropped = 0
    dead: list[str] = []
    for number, block in enumerate(suite.blocks):
        _bounded(suite, number, block)
        if isinstance(block, KernelBlock):
            found: list[Cell | None] = list(_kernels(block, catalogue))
            dead += _dead_kernels(suite, number, block, catalogue)
            dead += dead_programs(suite, number, block, catalogue)
        elif isinstance(block, ExternalBlock):
            found = [Cell(item=item) for item in program_items(block, catalogue)]
            dead += dead_programs(suite, number, block, catalogue)
        else:
            found = list(_networks(block, catalogue))
            dead += _dead_networks(suite, number, block, catalogue)
        known = [cell for cell in found if cell is not None]
        cells += [*known, *_long(block, known)]
        dropped += found.count(None)
    if dead:
        raise ConfigError(
            "\n".join(dead), do="take these out, or see `harness kernels`, `networks`"
        )
    by_mode = [_in_mode(cell, mode) for mode in suite.modes for cell in cells]
    return Cells(cells=tuple(by_mode), dropped=dropped * len(suite.modes))


def _bounded(suite: Suite, number: int, block: Block) -> None:
    size = len(suite.modes)
    for axis, values in vars(block).items():
        # long runs stand beside the ordinary cells
        size *= len(values) + (axis == "long_runs")
    if size > MAX_CELLS:
        words = f"this block has {size} combinations, more than {MAX_CELLS}"
        raise ConfigError(words, where=suite.where("matrix", number), do="split the suite")


def _long(block: Block, cells: list[Cell]) -> Iterator[Cell]:
    """Yield the long runs of a block: each workload once, by its best variant, one at a time."""
    if isinstance(block, ExternalBlock) or not block.long_runs:
        return
    alone = {replace(cell.item, scenario="latency", inflight=1): None for cell in cells}
    for item, scenario in itertools.product(alone, block.long_runs):
        yield Cell(item=replace(item, scenario=scenario))


def _in_mode(cell: Cell, mode: str) -> Cell:
    return replace(cell, item=replace(cell.item, mode=mode))


def _kernels(block: KernelBlock, catalogue: Catalogue) -> Iterator[Cell | None]:
    ours, programs = split(block.implementations)
    for op in block.ops:
        shapes = [shape for name in block.shapes for shape in _shapes(op, name)]
        for scheme, shape, cores in itertools.product(block.schemes, shapes, block.on):
            if scheme in catalogue.kernels.get(op, ()) and fits(op, shape):
                item = Item(kind="kernel", workload=op, scheme=scheme, shape=shape, cores=cores)
                if ours:
                    yield Cell(item=item, implementations=ours)
                for own in beside(item, programs, catalogue.externals):
                    yield Cell(item=own) if own is not None else None
            else:
                yield None


def _shapes(op: str, name: str) -> tuple[str, ...]:
    """The shape itself, or those of a set that are meant for this op."""
    found = SHAPE_SETS.get(name)
    if found is None:
        return (name,)
    return tuple(shape for shape in found if fits(op, shape) and op not in MAPS)


def _networks(block: NetworkBlock, catalogue: Catalogue) -> Iterator[Cell | None]:
    for network, scheme, runtime, device, batch, inflight, scenario, cores in itertools.product(
        block.networks,
        block.schemes,
        block.runtimes,
        block.devices,
        block.batch,
        block.inflight,
        block.scenario,
        block.on,
    ):
        if not _known(catalogue, network, scheme, runtime, device, batch, inflight, scenario):
            yield None
            continue
        info = catalogue.networks[network]
        yield Cell(
            item=Item(
                kind="network",
                workload=network,
                scheme=scheme,
                shape=info.shape,
                runtime=runtime,
                device=device,
                batch=batch,
                inflight=inflight,
                scenario=scenario,
                cores=cores,
                weights=info.weights,
            )
        )


def _axes(block: NetworkBlock) -> dict[str, tuple[str, ...] | tuple[int, ...]]:
    return {
        "networks": block.networks,
        "schemes": block.schemes,
        "runtimes": block.runtimes,
        "devices": block.devices,
        "batch": block.batch,
        "inflight": block.inflight,
        "scenario": block.scenario,
    }


def _known(catalogue: Catalogue, *values: object) -> bool:
    network, scheme, runtime, device, batch, inflight, scenario = values
    info, engine = catalogue.networks.get(str(network)), catalogue.runtime(str(runtime))
    return (
        info is not None
        and engine is not None
        and runtime in info.runtimes.get(str(scheme), ())
        and device in engine.devices
        and batch in engine.batches
        and scenario in engine.scenarios
        # one after the other is what latency means
        and (inflight == 1 or (engine.inflight and scenario == "throughput"))
    )


def _dead_kernels(
    suite: Suite, number: int, block: KernelBlock, catalogue: Catalogue
) -> Iterator[str]:
    kernels = catalogue.kernels
    for index, op in enumerate(block.ops):
        if op not in kernels:
            words = f"this version has no kernel {op!r}{suggestion(op, kernels)}"
            yield f"{suite.where('matrix', number, 'ops', index)}: {words}"
        elif not set(kernels[op]) & set(block.schemes):
            words = f"{op!r} ends in no cell: it knows {', '.join(kernels[op])}"
            yield f"{suite.where('matrix', number, 'ops', index)}: {words}"
    known = sorted({scheme for op in block.ops for scheme in kernels.get(op, ())})
    for index, scheme in enumerate(block.schemes):
        if scheme not in known and known:
            words = f"{scheme!r} ends in no cell: {', '.join(block.ops)} knows {', '.join(known)}"
            yield f"{suite.where('matrix', number, 'schemes', index)}: {words}"
    for index, shape in enumerate(block.shapes):
        words = _shape_fault(block.ops, shape)
        if words:
            yield f"{suite.where('matrix', number, 'shapes', index)}: {words}"


def _shape_fault(ops: tuple[str, ...], name: str) -> str:
    """Why no op of the block can take the shape; "" when one can."""
    if not name[:1].isdigit() and name not in SHAPE_SETS:
        return f"no set of shapes {name!r}{suggestion(name, SHAPE_SETS)}"
    fitting = [(op, shape) for op in ops for shape in _shapes(op, name) if fits(op, shape)]
    if not fitting:
        return f"{name!r} ends in no cell: it is no shape of {', '.join(ops)}"
    for op, shape in fitting:
        try:
            parse(op, shape)
        except ValueError as error:
            return str(error)
    return ""


def _dead_networks(
    suite: Suite, number: int, block: NetworkBlock, catalogue: Catalogue
) -> Iterator[str]:
    unknown = _unknown(suite, number, block, catalogue)
    yield from unknown.values()
    axes = _axes(block)
    if any(all((axis, index) in unknown for index in range(len(axes[axis]))) for axis in _NAMED):
        return  # nothing here can live, whatever the other values are
    alive: dict[str, set[object]] = {name: set() for name in axes}
    for values in itertools.product(*axes.values()):
        if _known(catalogue, *values):
            for name, value in zip(axes, values, strict=True):
                alive[name].add(value)
    for name, listed in axes.items():
        for index, value in enumerate(listed):
            place = ("matrix", number, name, index)
            # a default that fits nothing is the fault of what was written beside it
            if value in alive[name] or (name, index) in unknown or not suite.wrote(*place):
                continue
            words = f"{str(value)!r} ends in no cell: {_offers(block, catalogue)}"
            if not suite.wrote("matrix", number, "runtimes"):
                words += f"; without `runtimes:` a block is for {', '.join(block.runtimes)}"
            yield f"{suite.where(*place)}: {words}"


def _unknown(
    suite: Suite, number: int, block: NetworkBlock, catalogue: Catalogue
) -> dict[tuple[str, int], str]:
    """Return what is wrong with names that this version does not have, by axis and index."""
    found: dict[tuple[str, int], str] = {}
    for index, name in enumerate(block.networks):
        if name not in catalogue.networks:
            words = f"this version has no network {name!r}{suggestion(name, catalogue.networks)}"
            found["networks", index] = words
    known = dict.fromkeys(["native", *catalogue.runtimes])
    for index, name in enumerate(block.runtimes):
        if catalogue.runtime(name) is None:
            words = f"this version has no runtime {name!r}{suggestion(name, known)}"
            found["runtimes", index] = words
    return {
        (axis, index): f"{suite.where('matrix', number, axis, index)}: {words}"
        for (axis, index), words in found.items()
    }


def _offers(block: NetworkBlock, catalogue: Catalogue) -> str:
    offers = [
        f"{name} knows {scheme} by {' or '.join(runtimes)}"
        for name in block.networks
        if name in catalogue.networks
        for scheme, runtimes in catalogue.networks[name].runtimes.items()
    ]
    return "; ".join(offers)
